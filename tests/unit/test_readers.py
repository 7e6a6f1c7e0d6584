"""Golden outputs of small files, format by format."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Design
from kmassist.documents.passages import split_document
from kmassist.errors import UnreadableSource
from kmassist.readers import choose_reader, read_source, supported_suffixes
from tests.contract import damage, sources


def _read(tmp_path: Path, name: str, data: bytes | None = None) -> list[Document]:
    path = tmp_path / name
    path.write_bytes(sources.GOOD[name]() if data is None else data)
    return read_source(path, root=tmp_path)


def test_markdown(tmp_path: Path) -> None:
    (document,) = _read(tmp_path, "report.md")
    assert document.text == (
        f"{sources.TITLE}\n\n{sources.SENTENCE} {sources.LATER}\n\nWhat changed\nA second midwife answers the phone.\nNothing else.\n"
        "Month: January; Visits: 35.\nMonth: March; Visits: 38."
    )
    assert [(h.level, h.title) for h in document.headings] == [
        (1, sources.TITLE),
        (2, "What changed"),
    ]
    assert document.metadata.came_from["source_type"] == "front matter"


def test_plain_text(tmp_path: Path) -> None:
    (document,) = _read(tmp_path, "notes.txt")
    assert document.text.startswith(
        f"{sources.TITLE}\n\n{sources.SENTENCE} {sources.LATER}\n\nWho was heard: women who phoned\nNumber heard: 23"
    )


@pytest.mark.parametrize("name", ["report.docx", "strict.docx"])
def test_word(tmp_path: Path, name: str) -> None:
    (document,) = _read(tmp_path, name)
    assert document.text == (
        f"{sources.TITLE}\n\n{sources.SENTENCE}\n\nWhat changed\n\n{sources.LATER}\nA second midwife\n\n"
        "Month: January; Visits: 35; Seen in time: 14.\nMonth: March; Visits: 38; Seen in time: 15.\n\nKept."
    )
    assert document.metadata.title == sources.TITLE
    assert "1 hidden text part was left out." in document.warnings


def test_web_page(tmp_path: Path) -> None:
    (document,) = _read(tmp_path, "page.html")
    assert (
        document.text
        == f"{sources.TITLE}\n\n{sources.SENTENCE}\n\nResults\n\n{sources.LATER}\n\nOne\nTwo\n\nMonth: January; Visits: 35."
    )
    assert (document.metadata.title, document.metadata.published) == (sources.TITLE, "2026-04-02")


def test_full_text_article(tmp_path: Path) -> None:
    (document,) = _read(tmp_path, "article.xml")
    assert document.text == (
        f"{sources.TITLE}: a randomised trial\n\nAbstract\n\nBackground\n\nIn the United Kingdom, 1,204 women were randomised to two ways of triage."
        f"\n\nResults\n\n{sources.SENTENCE}\n\nMethods\n\nWe used a scale [1] of 10^6 cells.\n\nResults\n\n{sources.LATER}\n\nTable 1 Visits\n"
        "Month: January; Visits: 35."
    )
    meta = document.metadata
    assert (meta.source_type, meta.design, meta.published, meta.sample_size) == (
        SourceType.PUB,
        Design.RCT,
        "2021-05-03",
        1204,
    )
    assert (meta.country, meta.authors, meta.doi, meta.pmid) == (
        "United Kingdom",
        ("Smith, Ann",),
        "10.1234/triage.5",
        "12345678",
    )
    assert split_document(document)[0].heading.endswith("Abstract › Background")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("export.ris", 2),
        ("export.nbib", 2),
        ("medline.txt", 2),
        ("export.bib", 2),
        ("export.enw", 2),
        ("export.ciw", 1),
        ("pubmed.xml", 1),
        ("endnote.xml", 1),
    ],
)
def test_reference_exports(tmp_path: Path, name: str, count: int) -> None:
    documents = _read(tmp_path, name)
    assert len(documents) == count
    first = documents[0]
    assert first.text.startswith(f"{sources.TITLE}\n\n")
    assert sources.SENTENCE in first.text
    assert first.metadata.title == sources.TITLE
    assert first.metadata.year == 2021
    assert first.metadata.authors[0].startswith("Smith")
    if count > 1:
        assert documents[1].text.startswith("A second study")
        assert documents[1].metadata.year == 2019


def test_one_bad_record_costs_itself_only(tmp_path: Path) -> None:
    data = b"junk before\nTY  - JOUR\nTI  - One\n\nTY  - JOUR\nJUNK\nAB  - no end\nTI  - Two\nTY  - JOUR\nER  - \nTY - JOUR\nTI - Four\nER -\n"
    documents = _read(tmp_path, "bad.ris", data)
    assert [document.metadata.title for document in documents] == ["One", "Two", "Four"]
    assert [document.locator for document in documents] == ["#1", "#2", "#4"]
    assert "1 of 4 references hold nothing to cite" in documents[0].warnings[0]


def test_an_export_made_again_in_another_order_keeps_the_ids(tmp_path: Path) -> None:
    one = b"TY  - JOUR\nTI  - One\nDO  - 10.1234/one\nER  - \n"
    two = b"TY  - JOUR\nTI  - Two\nDO  - 10.1234/two\nER  - \n"
    first = {d.doc_id for d in _read(tmp_path, "a.ris", one + two)}
    assert {d.doc_id for d in _read(tmp_path, "b.ris", two + one)} == first


def test_pdf_pages_heads_and_hyphens(tmp_path: Path) -> None:
    (document,) = _read(tmp_path, "report.pdf")
    assert [page.number for page in document.pages] == [1, 2, 3]
    for page in document.pages:
        assert f"Part {page.number} of the report" in document.text[page.start : page.end]
    assert "recommendation was followed" in document.text
    assert "Triage report of a hospital" not in document.text
    assert "Page 2" not in document.text
    assert [(h.level, h.title) for h in document.headings] == [
        (1, sources.TITLE),
        (2, "Results of part 1"),
        (2, "Results of part 2"),
        (2, "Results of part 3"),
    ]
    assert {passage.page for passage in split_document(document)} == {1, 2, 3}


def test_two_columns_are_read_down_not_across(tmp_path: Path) -> None:
    (document,) = _read(tmp_path, "columns.pdf")
    lines = [int(word) for word in document.text.split() if word.isdigit()]
    assert lines == [*range(1, 13), *range(1, 13)]
    assert document.text.index("Left line 12") < document.text.index("Right line 1")


@pytest.mark.parametrize(
    ("name", "data", "kind", "words"),
    [
        ("scan.pdf", sources.scan_pdf, "no_text_layer", "has no text layer: it is probably a scan"),
        ("locked.pdf", sources.locked_pdf, "password", "is protected with a password"),
        ("junk.pdf", lambda: b"%PDF-1.4 junk", "damaged", "is damaged"),
        ("none.docx", lambda: b"", "empty", "is empty"),
        (
            "old.xlsx",
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "password",
            "protected with a password or in the old Excel format",
        ),
        ("blank.md", lambda: b"---\ntitle: x\n---\n\n", "empty", "has no text in it"),
        ("bomb.xml", damage.HOSTILE["laughs.xml"], "limit", "declares its own entities"),
        ("many.docx", damage.HOSTILE["many.docx"], "limit", "more than 2,000 parts"),
    ],
)
def test_what_cannot_be_read_says_so_in_one_sentence(
    tmp_path: Path, name: str, data: object, kind: str, words: str
) -> None:
    with pytest.raises(UnreadableSource, match=words) as caught:
        _read(tmp_path, name, data())  # type: ignore[operator]
    assert caught.value.kind == kind
    assert name in caught.value.message
    assert caught.value.hint


def test_reader_by_content(tmp_path: Path) -> None:
    pdf = sources.pdf(1)
    assert type(choose_reader(tmp_path / "wrong.txt", pdf)).__name__ == "PdfReader"
    assert type(choose_reader(tmp_path / "a.txt", sources.ris())).__name__ == "ReferencesReader"
    assert type(choose_reader(tmp_path / "a.txt", b"Only words.")).__name__ == "PlainReader"
    assert {
        ".pdf",
        ".docx",
        ".html",
        ".md",
        ".csv",
        ".xlsx",
        ".xml",
        ".ris",
        ".nbib",
        ".bib",
    } <= set(supported_suffixes())


def test_symbols_and_encodings_survive(tmp_path: Path) -> None:
    (document,) = _read(
        tmp_path, "old.txt", "Blood loss ≥ 500 ml was seen in 5 ½ %.".encode("utf-16")
    )
    assert document.text == "Blood loss ≥ 500 ml was seen in 5 ½ %."
    (document,) = _read(tmp_path, "cp.txt", "It cost £5 – no more.".encode("cp1252"))
    assert document.text == "It cost £5 – no more."


def test_a_page_beside_menus_keeps_paragraphs_with_marks_of_references(tmp_path: Path) -> None:
    menu = "".join(f"<li><a href='/{at}'>Menu number {at}</a></li>" for at in range(60))
    body = "".join(
        f"<p>In ward {at} of the study<sup>[{at}]</sup> the wait fell to under half<sup>{at}</sup> of what it was, "
        f"and nobody waited for more than one hour.</p>"
        for at in range(1, 9)
    )
    path = tmp_path / "page.html"
    path.write_text(
        f"<html><body><nav><ul>{menu}</ul></nav><main><h1>Waits</h1>{body}</main></body></html>"
    )
    (document,) = read_source(path)
    assert document.text.count("of the study the wait fell to under half of what it was") == 8
    assert "Menu number" not in document.text
