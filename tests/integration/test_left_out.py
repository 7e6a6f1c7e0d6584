"""Parts of a file that no reader shows are looked through, and the file waits until somebody decided."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment

from kmassist.assistant import Assistant
from kmassist.readers.hidden import find_left_out
from tests.adding import add
from tests.on_disk import every_byte_in

WORDS = "Women waited in triage for a midwife for a long time."


def workbook(path: Path, *, hidden: str = "", comment: str = "") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Place", "Note"])
    sheet.append(["Triage", WORDS])
    if comment:
        sheet["B2"].comment = Comment(comment, "x")
    if hidden:
        other = book.create_sheet("Names")
        other.append([hidden])
        other.sheet_state = "hidden"
    book.save(path)
    return path


def word(path: Path, *, deleted: str = "", hidden: str = "") -> Path:
    import docx

    document = docx.Document()
    document.add_paragraph(WORDS)
    out = io.BytesIO()
    document.save(out)
    new = (
        f"<w:p><w:del><w:r><w:delText>{deleted}</w:delText></w:r></w:del>"
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{hidden}</w:t></w:r></w:p></w:body>"
    )
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(path, "w") as made:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b"</w:body>", new.encode())
            made.writestr(name, data)
    return path


def test_hidden_sheets_comments_and_deleted_and_hidden_text_are_found(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", hidden="Jane was here", comment="ask her sister")
    found = {part.kind: part for part in find_left_out(book, book.read_bytes())}
    assert (found["hidden sheet"].name, found["hidden sheet"].text) == ("Names", "Jane was here")
    assert "ask her sister" in found["comment"].text
    text = word(tmp_path / "a.docx", deleted="taken out", hidden="not shown")
    found = {part.kind: part for part in find_left_out(text, text.read_bytes())}
    assert (found["deleted text"].text, found["hidden text"].text) == ("taken out", "not shown")


def test_a_file_with_hidden_parts_waits_for_a_decision(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", hidden="Mrs Jane Smith, NHS number 943 476 5919")
    (held,) = add(assistant, path).skipped
    assert held.kind == "identifiers"
    assert "hidden sheet (1)" in held.reason
    assert "personal data" in held.reason
    assert not assistant.sources()


def test_without_its_original_nothing_of_the_hidden_parts_is_kept(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", hidden="Mrs Jane Smith, NHS number 943 476 5919")
    (added,) = add(assistant, path, "without-original").added
    assert assistant.original(added.doc_id) is None
    assert not assistant.source(added.doc_id).left_out
    kept = every_byte_in(Path(str(assistant.settings.library)))
    assert b"943 476 5919" not in kept


def test_with_a_reason_it_is_kept_whole_and_the_trail_says_so(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = word(tmp_path / "a.docx", deleted="taken out")
    (added,) = add(assistant, path, "the comments are ours").added
    assert assistant.original(added.doc_id) is not None
    (line,) = assistant.trail(action="accept")
    assert line.details["reason"] == "the comments are ours"


def test_a_file_that_hides_nothing_is_added_at_once(assistant: Assistant, tmp_path: Path) -> None:
    assert add(assistant, workbook(tmp_path / "a.xlsx")).added
    assert add(assistant, word(tmp_path / "a.docx")).added
