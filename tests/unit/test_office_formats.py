"""Slides, OpenDocument, rich text, mails and books: what is evidence in them is read, what was withdrawn is not."""

import struct
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest

from kmassist.documents.document import Document
from kmassist.errors import UnreadableSource
from kmassist.readers import read_source
from kmassist.readers.legacy import find_office
from kmassist.readers.sandbox import Sandbox
from tests.contract import office


def read(folder: Path, name: str, data: bytes) -> list[Document]:
    (folder / name).write_bytes(data)
    return read_source(folder / name)


@pytest.mark.parametrize(
    ("name", "make"), [("a.pptx", office.pptx), ("a.odt", office.odt), ("a.rtf", office.rtf)]
)
def test_withdrawn_words_are_left_out_and_said(
    tmp_path: Path, name: str, make: Callable[[], bytes]
) -> None:
    (document,) = read(tmp_path, name, make())
    assert not any(
        words in document.text for words in ("Struck out", "Never shown", "Deleted", "A comment")
    )
    assert "struck-out piece was left out." in " ".join(document.warnings)


@pytest.mark.parametrize("name", ["pptx", "odt", "ods", "odp", "rtf", "eml", "msg", "epub"])
def test_each_format_is_read_where_a_reader_may_write_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"a.{name}"
    path.write_bytes(getattr(office, name)())
    with Sandbox() as sandbox:
        assert sandbox.read(path)[0].text


def test_slides_are_pages_with_notes_and_filled_tables(tmp_path: Path) -> None:
    (document,) = read(tmp_path, "a.pptx", office.pptx())
    assert [page.number for page in document.pages] == [1, 2]
    assert [heading.title for heading in document.headings] == [office.TITLE, "Results"]
    assert "Notes: Said aloud." in document.text
    assert "Site: Ashcombe; Month: March; Visits: 38." in document.text
    assert "1 hidden slide was left out." in document.warnings


@pytest.mark.parametrize(
    ("of_values", "of_axis", "seen"),
    [("0%", "General", "31%"), ("General", "0.0%", "31.0%"), ("General", "General", "0.31")],
)
def test_a_chart_tells_its_figures_as_it_shows_them(
    tmp_path: Path, of_values: str, of_axis: str, seen: str
) -> None:
    import pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    deck = pptx.Presentation()
    data = CategoryChartData(number_format=of_values)
    data.categories = ["April", "May"]
    data.add_series("Delayed over 24 hours", (0.31, 0.27))
    chart = (
        deck.slides.add_slide(deck.slide_layouts[6])
        .shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 4_000_000, 3_000_000, data)
        .chart
    )
    if of_axis != "General":
        chart.value_axis.tick_labels.number_format = of_axis
        chart.value_axis.tick_labels.number_format_is_linked = False
    chart.has_title = True
    chart.chart_title.text_frame.text = "Share of inductions"
    deck.save(str(tmp_path / "a.pptx"))
    (document,) = read_source(tmp_path / "a.pptx")
    assert f"Share of inductions\n\nApril; Delayed over 24 hours: {seen}." in document.text


def test_a_table_inside_a_cell_of_an_open_document_keeps_its_headings(tmp_path: Path) -> None:
    def table(rows: list[list[str]]) -> str:
        cells = [
            "".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in row) for row in rows
        ]
        made = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
        return f"<table:table>{made}</table:table>"

    def plain(*texts: str) -> list[str]:
        return [f"<text:p>{text}</text:p>" for text in texts]

    inner = table([plain("Month", "Babies"), plain("May", "14"), plain("June", "11")])
    body = table(
        [plain("Topic", "Note"), ["<text:p>Admissions</text:p>", inner], plain("Cots", "8")]
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    data = office.archive({"mimetype": kind, "content.xml": content})
    (document,) = read(tmp_path, "a.odt", data)
    assert "Month: May; Babies: 14. Month: June; Babies: 11." in document.text


def test_the_largest_letters_of_a_poster_are_its_title(tmp_path: Path) -> None:
    import pptx
    from pptx.util import Inches, Pt

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for at, (words, size) in enumerate(
        (("Results: 49 of 64 women", 28), ("Who uses the pool?", 80))
    ):
        box = slide.shapes.add_textbox(Inches(1), Inches(1 + at), Inches(8), Inches(1))
        run = box.text_frame.paragraphs[0].add_run()
        run.text, run.font.size = words, Pt(size)
    deck.core_properties.title = "PowerPoint Presentation"
    deck.save(tmp_path / "poster.pptx")
    (document,) = read_source(tmp_path / "poster.pptx", root=tmp_path)
    assert document.metadata.title == "Who uses the pool?"
    assert document.text.startswith("Who uses the pool?")


def test_an_open_document_keeps_spans_exponents_and_slides(tmp_path: Path) -> None:
    (report,) = read(tmp_path, "a.odt", office.odt())
    assert "It held 10^6 cells." in report.text
    assert report.text.endswith("Site: Ashcombe; Visits: 35.\nSite: Ashcombe; Visits: 38.")
    (slides,) = read(tmp_path, "a.odp", office.odp())
    assert [page.number for page in slides.pages] == [1, 2]


def test_an_audit_in_a_calc_sheet_is_an_audit(tmp_path: Path) -> None:
    (document,) = read(tmp_path, "a.ods", office.ods())
    (criterion,) = document.metadata.audit
    assert (criterion.numerator, criterion.denominator, criterion.target_percent) == (41, 105, 90)
    assert (document.source_name, document.metadata.title) == ("a.ods", "a")


def test_a_calc_sheet_shows_what_a_person_sees_and_says_the_rest(tmp_path: Path) -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    rows = [
        cell("Site") + cell("Month") + cell("Pin") + cell("Late"),
        cell("Elm", 'table:number-rows-spanned="2"')
        + cell("Apr-24", 'office:value-type="date" office:date-value="2024-04-01"')
        + cell("881")
        + cell("3.2%", 'office:value-type="percentage" office:value="0.032"'),
        "<table:covered-table-cell/>"
        + cell("03/05/24", 'office:value-type="date" office:date-value="2024-05-03"')
        + cell("882")
        + cell("#DIV/0!", 'office:value-type="float" office:value="0"'),
    ]
    hidden = "<table:table-row table:visibility='collapse'>" + cell("Secret") + "</table:table-row>"
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    columns = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:visibility="collapse"/><table:table-column/>'
    )
    data = office.open_document(
        "spreadsheet", f'<table:table table:name="A">{columns}{body}{hidden}</table:table>'
    )
    (document,) = read(tmp_path, "a.ods", data)
    assert document.text == (
        "Site: Elm; Month: Apr-24; Late: 3.2%.\nSite: Elm; Month: 2024-05-03; Late: #DIV/0!"
    )
    said = " ".join(document.warnings)
    assert "1 hidden rows" in said
    assert "Hidden columns" in said
    assert "error values (#DIV/0!)" in said


def test_each_row_of_a_calc_sheet_keeps_its_own_cells(tmp_path: Path) -> None:
    rows = "".join(
        f"<table:table-row><table:table-cell><text:p>Ward {n}</text:p></table:table-cell>"
        f"<table:table-cell><text:p>{100 + n}</text:p></table:table-cell></table:table-row>"
        for n in range(60)
    )
    data = office.open_document("spreadsheet", f'<table:table table:name="A">{rows}</table:table>')
    (document,) = read(tmp_path, "a.ods", data)
    assert all(f"Ward {n}: {100 + n}" in document.text.replace(";", ":") for n in range(60))


@pytest.mark.parametrize(("name", "make"), [("a.eml", office.eml), ("a.msg", office.msg)])
def test_a_mail_is_its_body_and_its_attachments(
    tmp_path: Path, name: str, make: Callable[[], bytes]
) -> None:
    body, attached = read(tmp_path, name, make())
    assert (body.metadata.title, body.metadata.published, body.metadata.authors) == (
        office.TITLE,
        "2026-04-02",
        ("Ann Reed",),
    )
    assert "example.org" not in body.text
    assert (attached.locator, attached.metadata.title) == ("beds.md", "Beds")
    assert attached.source_sha256 == body.source_sha256
    assert attached.source_path == str(tmp_path / name)


def test_a_mail_inside_a_mail_and_a_page_as_body_are_read(tmp_path: Path) -> None:
    outer, inner = EmailMessage(), EmailMessage()
    inner["Subject"] = "Beds"
    inner.set_content("The ward had nine beds.")
    outer["Subject"] = "Fwd: Beds"
    outer.set_content("<p>See the mail <b>below</b>.</p>", subtype="html")
    outer.add_attachment(inner)
    body, nested = read(tmp_path, "a.eml", outer.as_bytes())
    assert "See the mail below." in body.text
    assert "The ward had nine beds." in nested.text


def test_a_mail_whose_page_tells_more_than_its_plain_words_is_read_from_the_page(
    tmp_path: Path,
) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Beds"
    mail.set_content("Ward Beds\nElm 9 12")
    table = "<table><tr><th>Ward</th><th>Beds</th></tr><tr><td>Elm</td><td><s>9</s> 12</td></tr></table>"
    mail.add_alternative(f"<p>As of May:</p>{table}", subtype="html")
    (document,) = read(tmp_path, "a.eml", mail.as_bytes())
    assert document.text == "Beds\n\nAs of May:\n\nWard: Elm; Beds: 12."


def test_a_book_is_read_in_its_own_order(tmp_path: Path) -> None:
    (document,) = read(tmp_path, "a.epub", office.epub())
    assert [heading.title for heading in document.headings] == [office.TITLE, "Results"]
    assert document.metadata.authors == ("Reed, Ann",)


def test_a_locked_open_document_says_so(tmp_path: Path) -> None:
    data = office.archive(
        {
            "mimetype": "x",
            "content.xml": b"\0",
            "META-INF/manifest.xml": "<m><encryption-data/></m>",
        }
    )
    with pytest.raises(UnreadableSource) as raised:
        read(tmp_path, "a.odt", data)
    assert raised.value.kind == "password"


@pytest.mark.parametrize("name", ["a.doc", "a.xls", "a.ppt"])
def test_an_old_office_file_says_what_to_save_it_as(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableSource, match="Office older than 2007") as raised:
        read(tmp_path, name, office.compound({"x": b"y"}))
    assert f".{name[2:]}x" in raised.value.hint


def test_a_page_or_text_that_calls_itself_an_old_sheet_is_read(tmp_path: Path) -> None:
    (page,) = read(
        tmp_path,
        "a.xls",
        b"<html><body><table><tr><th>Site</th><th>Beds</th></tr><tr><td>Ashcombe</td><td>9</td></tr></table></body></html>",
    )
    assert "Ashcombe" in page.text
    (text,) = read(tmp_path, "b.xls", b"Site\tBeds\nAshcombe\t9\n")
    assert "Site: Ashcombe; Beds: 9." in text.text


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for the program")
def test_libreoffice_rewrites_an_old_file_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program of our own stands in for LibreOffice, which the test machines lack: it writes what LibreOffice would."""
    (tmp_path / "made.pptx").write_bytes(office.pptx())
    program = tmp_path / "soffice"
    program.write_text(
        f'#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\ncp "{tmp_path}/made.pptx" "$2/source.pptx"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_office() == str(program)
    old = tmp_path / "talk.ppt"
    old.write_bytes(office.compound({"x": b"y"}))
    with Sandbox() as sandbox:
        (document,) = sandbox.read(old)
    assert (document.source_name, document.metadata.title) == ("talk.ppt", office.TITLE)


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for the program")
def test_an_old_file_whose_table_is_run_together_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LibreOffice loses the cells of some old tables, so that 90%, 41 and 50 would be read as 90%4150."""
    made = docx.Document()
    made.add_paragraph("Seen90%4150")
    made.save(str(tmp_path / "made.docx"))
    program = tmp_path / "soffice"
    program.write_text(
        f'#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\ncp "{tmp_path}/made.docx" "$2/source.docx"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    cells = "Seen\a90%\a41\a50\a\a".encode("utf-16-le")
    stream = bytes(0x18) + struct.pack("<II", 0x20, 0x20 + len(cells)) + cells
    (tmp_path / "audit.doc").write_bytes(office.compound({"WordDocument": stream}))
    with Sandbox() as sandbox, pytest.raises(UnreadableSource, match="runs together"):
        sandbox.read(tmp_path / "audit.doc")


@pytest.mark.parametrize("cell", ["td", "th"])
def test_a_mail_keeps_the_table_that_its_plain_words_lack(tmp_path: Path, cell: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Weekly figures", "Elm <elm@example.org>"
    mail.set_content("see below")
    mail.add_alternative(
        f"<table><tr><{cell}>Site</{cell}><{cell}>Births</{cell}></tr><tr><td>Elm</td><td>61</td></tr>"
        "<tr><td>Ash</td><td>44</td></tr></table>",
        subtype="html",
    )
    assert "Site: Elm; Births: 61." in read(tmp_path, "a.eml", bytes(mail))[0].text


def test_a_mail_whose_tags_never_end_is_read_by_its_plain_words(
    tmp_path: Path,
) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Weekly figures", "Elm <elm@example.org>"
    mail.set_content("The ward was full.")
    mail.add_alternative("<head " * 200_000, subtype="html")
    path = tmp_path / "a.eml"
    path.write_bytes(bytes(mail))
    with Sandbox() as sandbox:
        assert sandbox.read(path)[0].text.endswith("The ward was full.")


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx"])
def test_a_damaged_attachment_is_left_out_and_said_and_the_mail_is_read(
    tmp_path: Path, name: str
) -> None:
    """What is inside the archive is damaged: each parser has an error of its own for it."""
    damaged = office.archive(dict.fromkeys(("[Content_Types].xml", "_rels/.rels"), "<Types"))
    mail = EmailMessage()
    mail["Subject"] = "Waits"
    mail.set_content("Waits fell to 12 minutes in May.")
    mail.add_attachment(damaged, maintype="application", subtype="octet-stream", filename=name)
    (document,) = read(tmp_path, "a.eml", bytes(mail))
    assert "12 minutes" in document.text
    assert any(f"The attachment {name} was left out" in said for said in document.warnings)


@pytest.mark.parametrize(
    ("sender", "who", "issuer"),
    [
        ("REED, Ann (MARLOW VALE NHS TRUST)", "REED, Ann", "Marlow Vale NHS Trust"),
        ("Elm Voices Partnership", "Elm Voices Partnership", "Elm Voices Partnership"),
        ("Parents of Prems Elm", "Parents of Prems Elm", "Parents of Prems Elm"),
        ("Head of Midwifery", "Head of Midwifery", ""),
        ("Ann Reed (she/her)", "Ann Reed (she/her)", ""),
        ("", "", ""),
    ],
)
def test_a_mail_is_of_the_body_that_its_sender_names(
    tmp_path: Path, sender: str, who: str, issuer: str
) -> None:
    begun = f'From: "{sender}" <a@b.example>\r\n' if sender else ""
    data = f"{begun}Subject: Waits\r\n\r\nWomen waited.\r\n".encode()
    (document,) = read(tmp_path, "a.eml", data)
    authors = (who,) if who else ()
    assert (document.metadata.authors, document.metadata.issuer) == (authors, issuer)


def test_the_lines_of_a_title_page_stay_apart_in_markdown_and_on_pages(tmp_path: Path) -> None:
    lines = ["Visiting", "Elm Vale NHS Trust", "5 May 2025"]
    (document,) = read(tmp_path, "a.md", "\n".join([*lines, "", "One\nsentence."]).encode())
    assert document.text == "\n".join(lines) + "\n\nOne sentence."
    page = f"<p>{'<br>'.join(lines)}</p><p>One<br>sentence.</p>".encode()
    assert read(tmp_path, "a.html", page)[0].text.split() == document.text.split()
    assert "\n5 May 2025\n\nOne sentence." in read(tmp_path, "a.html", page)[0].text
