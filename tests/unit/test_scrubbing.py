"""A scrubbed copy of a real office file: whole for its reader, without any word of what the file hides."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from kmassist.assistant import Assistant
from kmassist.documents.document import LeftOut
from kmassist.errors import UnreadableSource
from kmassist.readers.hidden import find_left_out
from kmassist.readers.scrubbing import scrub_source
from tests.adding import add
from tests.on_disk import every_byte_in

SHOWN = "Women waited in triage for a midwife for a long time."
SECRET = ("Janekins", "Smithers", "Authorina")


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Shown"
    for row in (
        ["Place", "Waited", "Janekins"],
        ["Triage", 41, "Smithers"],
        ["Ward", 12, "x"],
        [SHOWN, 3, "x"],
    ):
        sheet.append(row)
    sheet["B5"] = "=Names!A1"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet["A1"].comment = Comment("ask Janekins", "Authorina")
    hidden = book.create_sheet("Names")
    hidden.append(["Janekins Smithers"])
    hidden.sheet_state = "hidden"
    last = book.create_sheet("Last")
    last.append(["Place", "Waited"])
    last.append(["Clinic", 7])
    last.print_area = "A1:B2"
    book.defined_names["secret"] = DefinedName("secret", attr_text="Names!$A$1")
    book.properties.creator = "Authorina"
    book.save(path)
    return path


def word(path: Path) -> Path:
    document = docx.Document()
    document.core_properties.author = "Authorina"
    paragraph = document.add_paragraph(SHOWN)
    document.add_comment(paragraph.runs, "ask Janekins", author="Authorina", initials="A")
    document.add_paragraph("It was better in May.")
    out = io.BytesIO()
    document.save(out)
    more = (
        '<w:p><w:del w:author="Authorina"><w:r><w:delText>Janekins left</w:delText></w:r></w:del>'
        '<w:ins w:author="Authorina"><w:r><w:t>Nobody left.</w:t></w:r></w:ins>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Smithers</w:t></w:r></w:p>"
    )
    changed(
        out,
        path,
        {
            "word/document.xml": lambda data: data.replace(
                b"<w:sectPr", more.encode() + b"<w:sectPr"
            )
        },
    )
    return path


def slides(path: Path) -> Path:
    deck = pptx.Presentation()
    deck.core_properties.author = "Authorina"
    for title in ("Triage waits", "Janekins", "What next"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = SHOWN if title != "Janekins" else "Smithers"
        slide.notes_slide.notes_text_frame.text = (
            "Said slowly." if title != "Janekins" else "Smithers"
        )
        if title == "Janekins":
            slide._element.set("show", "0")
    deck.save(path)
    return path


_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in (("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("meta", "meta"),
                      ("draw", "drawing"), ("presentation", "presentation"), ("manifest", "manifest"))
)  # fmt: skip


def opened(path: Path, kind: str, styles: str, body: str) -> Path:
    """An OpenDocument file of one kind."""
    content = f"<office:document-content {_NAMES}><office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body></office:document-content>"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        made.writestr("content.xml", content)
        made.writestr(
            "meta.xml",
            f"<office:document-meta {_NAMES}><office:meta><meta:initial-creator>Authorina</meta:initial-creator></office:meta></office:document-meta>",
        )
        entries = "".join(
            f'<manifest:file-entry manifest:full-path="{name}"/>'
            for name in ("/", "content.xml", "meta.xml")
        )
        made.writestr(
            "META-INF/manifest.xml", f"<manifest:manifest {_NAMES}>{entries}</manifest:manifest>"
        )
    return path


def text(path: Path) -> Path:
    return opened(
        path, "text", '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>',
        "<office:text><text:tracked-changes><text:changed-region><text:deletion><text:p>Janekins left</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        f'<text:p>{SHOWN}<office:annotation><text:p>ask Smithers</text:p></office:annotation> It was better.<text:span text:style-name="H">Janekins</text:span></text:p></office:text>',
    )  # fmt: skip


def sheets(path: Path) -> Path:
    def row(*cells: str, more: str = "") -> str:
        inside = "".join(
            f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells
        )
        return f"<table:table-row {more}>{inside}</table:table-row>"

    columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    shown = f'<table:table table:name="Shown">{columns}{row("Place", "Janekins")}{row("Triage", "Smithers")}{row("Smithers", "x", more="table:visibility=" + chr(34) + "collapse" + chr(34))}{row(SHOWN, "x")}</table:table>'
    hidden = f'<table:table table:name="Names" table:style-name="T">{row("Janekins")}</table:table>'
    style = '<style:style style:name="T" style:family="table"><style:table-properties table:display="false"/></style:style>'
    return opened(
        path, "spreadsheet", style, f"<office:spreadsheet>{shown}{hidden}</office:spreadsheet>"
    )


def pages(path: Path) -> Path:
    def page(words: str, more: str = "") -> str:
        return f"<draw:page {more}><draw:frame><draw:text-box><text:p>{words}</text:p></draw:text-box></draw:frame></draw:page>"

    return opened(
        path,
        "presentation",
        "",
        f"<office:presentation>{page(SHOWN)}{page('Janekins Smithers', 'presentation:visibility=' + chr(34) + 'hidden' + chr(34))}</office:presentation>",
    )


MADE: list[tuple[str, Callable[[Path], Path], set[str]]] = [
    ("a.xlsx", workbook, {"hidden sheet", "hidden row or column", "comment", "properties"}),
    ("a.docx", word, {"deleted text", "hidden text", "comment", "properties"}),
    ("a.pptx", slides, {"hidden slide", "properties"}),
    ("a.odt", text, {"deleted text", "hidden text", "comment", "properties"}),
    ("a.ods", sheets, {"hidden sheet", "hidden row or column", "properties"}),
    ("a.odp", pages, {"hidden slide", "properties"}),
]


def changed(out: io.BytesIO, path: Path, edits: dict[str, Callable[[bytes], bytes]]) -> None:
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(path, "w") as made:
        for name in old.namelist():
            made.writestr(name, edits.get(name, bytes)(old.read(name)))


def every_byte(copy: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        return b" ".join(archive.read(name) for name in archive.namelist())


def kinds(found: tuple[LeftOut, ...]) -> set[str]:
    return {part.kind for part in found}


@pytest.mark.parametrize(("name", "make", "hides"), MADE)
def test_nothing_hidden_is_left_in_any_byte(
    tmp_path: Path, name: str, make: Callable[[Path], Path], hides: set[str]
) -> None:
    path = make(tmp_path / name)
    assert kinds(find_left_out(path, path.read_bytes())) == hides
    copy, _ = scrub_source(path)
    assert find_left_out(path, copy) == ()
    held = every_byte(copy)
    assert [secret for secret in SECRET if secret.encode() in held] == []
    assert b"triage" in held or b"Triage" in held
    assert scrub_source(path)[0] == copy  # the same bytes each time


def test_the_copies_open_in_other_programs(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(scrub_source(workbook(tmp_path / "a.xlsx"))[0]))
    assert book.sheetnames == ["Shown", "Last"]
    assert book["Last"].print_area == "'Last'!$A$1:$B$2"
    assert [book["Shown"]["A2"].value, book["Shown"]["B2"].value] == ["Triage", 41]
    assert book["Shown"]["A3"].value is None
    document = docx.Document(io.BytesIO(scrub_source(word(tmp_path / "a.docx"))[0]))
    assert [p.text for p in document.paragraphs] == [SHOWN, "It was better in May.", "Nobody left."]
    deck = pptx.Presentation(io.BytesIO(scrub_source(slides(tmp_path / "a.pptx"))[0]))
    assert [slide.shapes.title.text for slide in deck.slides] == ["Triage waits", "What next"]


def test_what_cannot_be_looked_into_is_refused(tmp_path: Path) -> None:
    made = workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("xl/embeddings/oleObject1.bin", b"Janekins")
    with pytest.raises(UnreadableSource, match="it holds embedded files") as told:
        scrub_source(made)
    assert "--without-original" in told.value.hint
    page = tmp_path / "a.html"
    page.write_text(f"<html><body><p>{SHOWN}</p><!-- Janekins --></body></html>", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="only DOCX, XLSX, PPTX, ODT, ODS and ODP"):
        scrub_source(page)


def test_a_copy_that_still_holds_a_hidden_word_is_refused(tmp_path: Path) -> None:
    made = slides(tmp_path / "old.pptx")
    path = tmp_path / "a.pptx"
    edit = {
        "ppt/slideMasters/slideMaster1.xml": lambda data: data.replace(
            b"</p:sldMaster>", b"<p:extLst><p:ext uri='x'>Smithers</p:ext></p:extLst></p:sldMaster>"
        )
    }
    changed(io.BytesIO(made.read_bytes()), path, edit)
    with pytest.raises(UnreadableSource, match="stand elsewhere in it"):
        scrub_source(path)


def test_a_scrubbed_copy_is_kept_as_the_original(assistant: Assistant, tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    (held,) = add(assistant, path).skipped
    assert "--scrub" in held.hint
    (added,) = add(assistant, path, "scrub").added
    kept = assistant.original(added.doc_id)
    assert kept is not None
    assert b"Janekins" not in every_byte(kept[1])
    assert SHOWN in assistant.source(added.doc_id).text
    (line,) = assistant.trail(action="scrubbed")
    assert line.details["hidden"] == 3
    assert add(assistant, path, "scrub").unchanged


def test_a_whole_original_gives_way_to_a_scrubbed_one(assistant: Assistant, tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    (added,) = add(assistant, path, "the comments are ours").added
    (again,) = add(assistant, path, "scrub").updated
    assert again.doc_id == added.doc_id
    kept = assistant.original(added.doc_id)
    assert kept is not None
    assert b"Janekins" not in every_byte(kept[1])
    blobs = every_byte_in(Path(str(assistant.settings.library)))
    assert path.read_bytes() not in blobs


def test_personal_data_in_the_text_itself_is_not_scrubbed_away(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = tmp_path / "a.docx"
    document = docx.Document()
    paragraph = document.add_paragraph("Mrs Jane Smith, NHS number 943 476 5919, waited.")
    document.add_comment(paragraph.runs, "ask her", author="x", initials="x")
    document.save(path)
    (held,) = add(assistant, path, "scrub").skipped
    assert "in the text itself" in held.hint
    assert not assistant.sources()
