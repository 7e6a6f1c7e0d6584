"""Tables of pages, articles, Word documents and sheets: each value stands beside its own heading."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from kmassist.documents.document import Document
from kmassist.readers import read_source
from kmassist.readers.cell_formats import shown


def _read(path: Path, data: bytes | str) -> Document:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    (document,) = read_source(path)
    return document


def _xlsx(tmp_path: Path, fill: Callable[[Any], None]) -> Document:
    book = openpyxl.Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return _read(tmp_path / "figures.xlsx", out.getvalue())


def _page(tmp_path: Path, body: str) -> Document:
    return _read(tmp_path / "page.html", f"<!doctype html><html><body>{body}</body></html>")


def test_a_page_keeps_three_levels_of_headings_and_row_headers(tmp_path: Path) -> None:
    document = _page(
        tmp_path,
        "<table><caption>Table 2. Bleeding</caption><thead>"
        "<tr><th rowspan=3>Group</th><th colspan=4>After birth</th></tr>"
        "<tr><th colspan=2>Drug A</th><th colspan=2>Drug B</th></tr>"
        "<tr><th>n</th><th>%</th><th>n</th><th>%</th></tr></thead><tbody>"
        "<tr><th>First birth</th><td>21</td><td>4.1</td><td>28</td><td>5.6</td></tr>"
        "<tr><th>Other</th><td colspan=2>not counted</td><td>11</td><td>2.2</td></tr></tbody></table>",
    )
    assert document.text.split("\n\n") == [
        "Table 2. Bleeding",
        "Group: First birth; After birth, Drug A n: 21; After birth, Drug A %: 4.1; "
        "After birth, Drug B n: 28; After birth, Drug B %: 5.6.\n"
        "Group: Other; After birth, Drug A: not counted; After birth, Drug B n: 11; After birth, Drug B %: 2.2.",
    ]


def test_a_body_cell_over_several_rows_counts_for_each(tmp_path: Path) -> None:
    document = _page(
        tmp_path,
        "<table><tr><th>Unit</th><th>Year</th><th>Births</th></tr>"
        "<tr><td rowspan=2>Elm</td><td>2020</td><td>411</td></tr><tr><td>2021</td><td>402</td></tr></table>",
    )
    assert document.text.endswith("Unit: Elm; Year: 2021; Births: 402.")


def test_a_heading_row_inside_a_table_goes_with_its_rows(tmp_path: Path) -> None:
    document = _page(
        tmp_path,
        "<table><tr><th>Drug</th><th>Dose</th></tr><tr><th colspan=2>First line</th></tr>"
        "<tr><td>A</td><td>5 mg</td></tr><tr><th colspan=2>Second line</th></tr><tr><td>B</td><td>9 mg</td></tr></table>",
    )
    assert document.text == "First line; Drug: A; Dose: 5 mg.\nSecond line; Drug: B; Dose: 9 mg."


def test_a_table_that_places_text_is_read_as_text(tmp_path: Path) -> None:
    document = _page(
        tmp_path,
        "<table><tr><td><h2>Visits</h2>Nine women came.<table><tr><th>Day</th><th>Women</th></tr>"
        "<tr><td>Monday</td><td>9</td></tr></table>Nobody waited.</td><td>Beside it.</td></tr></table>",
    )
    assert (
        document.text
        == "Visits\n\nNine women came.\n\nDay: Monday; Women: 9.\n\nNobody waited.\n\nBeside it."
    )


def test_markdown_reads_raw_html_as_a_page_does(tmp_path: Path) -> None:
    document = _read(
        tmp_path / "notes.md",
        "# Calls\n\nBefore.\n\n<table><tr><th>Unit</th><th>Year</th><th>Calls</th></tr>"
        "<tr><td rowspan=2>Elm</td><td>2020</td><td>41</td></tr><tr><td>2021</td><td>44</td></tr></table>\n\n"
        "Fewer than <5 calls < 3 minutes; 10<sup>3</sup> a year.<sup>2</sup>\n\n1. One\n2. Two\n",
    )
    assert document.text == (
        "Calls\n\nBefore.\nUnit: Elm; Year: 2020; Calls: 41.\nUnit: Elm; Year: 2021; Calls: 44.\n\n"
        "Fewer than <5 calls < 3 minutes; 10^3 a year.\n1. One\n2. Two"
    )


def test_an_article_fills_spans_and_leaves_marks_of_footnotes_out(tmp_path: Path) -> None:
    document = _read(
        tmp_path / "article.xml",
        "<article><front><article-meta><title-group><article-title>Bleeding<xref ref-type='fn'>*</xref>"
        "</article-title></title-group></article-meta></front><body><sec><title>Results</title><p>In 2018<xref "
        "ref-type='bibr'><sup>4</sup></xref> it was 3.1%<xref ref-type='bibr'>5</xref><sup>7,8</sup> of 2,310<xref ref-type='bibr'>9</xref>, <xref ref-type='bibr'>11</xref> women.</p>"
        "<table-wrap><label>Table 1</label><table><thead><tr><th rowspan='2'>Arm</th><th colspan='2'>Tears</th></tr>"
        "<tr><th>n</th><th>%</th></tr></thead><tbody><tr><td>Drug</td><td>14</td><td>2.8</td></tr><tr><td>None</td>"
        "<td colspan='2'>unknown</td></tr></tbody></table></table-wrap></sec></body><back><sec><title>Data</title>"
        "<p>Two files hold them.</p></sec></back></article>",
    )
    assert document.metadata.title == "Bleeding"
    assert "In 2018 it was 3.1% of 2,310 women." in document.text
    assert (
        "Table 1\nArm: Drug; Tears n: 14; Tears %: 2.8.\nArm: None; Tears: unknown."
        in document.text
    )
    assert document.text.endswith("Data\n\nTwo files hold them.")


def test_a_table_inside_a_cell_of_an_article_keeps_its_headings(tmp_path: Path) -> None:
    document = _read(
        tmp_path / "article.xml",
        "<article><front><article-meta><title-group><article-title>Tears</article-title></title-group></article-meta>"
        "</front><body><sec><title>Results</title><table-wrap><label>Table 1</label><table><thead><tr><th>Outcome</th>"
        "<th>Bundle</th><th>Usual</th></tr></thead><tbody><tr><td>Tear</td><td>8</td><td>19</td></tr><tr><td>By parity</td>"
        "<td colspan='2'><table><tr><th>Parity</th><th>Bundle</th><th>Usual</th></tr><tr><td>None</td><td>7</td><td>16</td></tr>"
        "</table></td></tr><tr><td>Loss</td><td>412</td><td>433</td></tr></tbody></table></table-wrap></sec></body></article>",
    )
    assert "Outcome: Tear; Bundle: 8; Usual: 19." in document.text
    assert "Outcome: Loss; Bundle: 412; Usual: 433." in document.text
    assert (
        "Outcome: By parity; Bundle / Usual: Parity: None; Bundle: 7; Usual: 16." in document.text
    )
    assert document.text.count("16") == 1


def test_an_article_with_a_table_of_the_oasis_model(tmp_path: Path) -> None:
    document = _read(
        tmp_path / "article.xml",
        "<article xmlns:o='http://www.niso.org/standards/z39-96/ns/oasis-exchange/table'><front><article-meta><title-group>"
        "<article-title>Bleeding</article-title></title-group></article-meta></front><body><sec><title>Results</title><table-wrap>"
        "<o:table><o:tgroup cols='3'><o:colspec colname='a'/><o:colspec colname='b'/><o:colspec colname='c'/><o:spanspec "
        "spanname='all' namest='b' nameend='c'/><o:thead><o:row><o:entry morerows='1'>Arm</o:entry><o:entry namest='b' "
        "nameend='c'>Tears</o:entry></o:row><o:row><o:entry>n</o:entry><o:entry>%</o:entry></o:row></o:thead><o:tbody><o:row>"
        "<o:entry>Drug</o:entry><o:entry>14</o:entry><o:entry>2.8</o:entry></o:row><o:row><o:entry>None</o:entry>"
        "<o:entry spanname='all'>unknown</o:entry></o:row></o:tbody></o:tgroup></o:table></table-wrap></sec></body></article>",
    )
    assert document.text.endswith(
        "Arm: Drug; Tears n: 14; Tears %: 2.8.\nArm: None; Tears: unknown."
    )


def _word(tmp_path: Path, fill: Callable[[Any], None]) -> Document:
    word = docx.Document()
    fill(word)
    out = io.BytesIO()
    word.save(out)
    return _read(tmp_path / "report.docx", out.getvalue())


def _table(word: Any, rows: Sequence[Sequence[str]]) -> Any:
    table = word.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


def test_a_word_table_with_a_title_row_two_header_rows_and_merged_cells(tmp_path: Path) -> None:
    def fill(word: Any) -> None:
        rows = [
            ["Table 4. Births", "", "", ""],
            ["Unit", "Year", "Spring", ""],
            ["", "", "n", "%"],
            ["Elm", "2020", "31", "25"],
            ["", "2021", "30", "24"],
        ]
        table = _table(word, rows)
        for first, last in (
            ((0, 0), (0, 3)),
            ((1, 0), (2, 0)),
            ((1, 1), (2, 1)),
            ((1, 2), (1, 3)),
            ((3, 0), (4, 0)),
        ):
            table.cell(*first).merge(table.cell(*last))

    document = _word(tmp_path, fill)
    assert document.text == (
        "Table 4. Births\n\nUnit: Elm; Year: 2020; Spring n: 31; Spring %: 25.\n"
        "Unit: Elm; Year: 2021; Spring n: 30; Spring %: 24."
    )


def test_a_word_table_inside_a_cell_keeps_its_headings(tmp_path: Path) -> None:
    def fill(word: Any) -> None:
        table = _table(word, [["Area", "Detail"], ["Beds", "twelve"], ["Staff", ""]])
        inner = table.cell(2, 1).add_table(rows=2, cols=2)
        for cell, text in zip(
            [c for r in inner.rows for c in r.cells], ["Band", "Posts", "5", "9"], strict=True
        ):
            cell.text = text

    assert _word(tmp_path, fill).text.endswith("Area: Staff; Detail: Band: 5; Posts: 9.")


def test_a_sheet_with_a_title_block_merged_headers_and_shown_formats(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        for row in (
            ["Title:", "Helpline figures"],
            ["Period:", "2021/22"],
            [],
            ["Unit", "By phone", None, "Cost"],
            [None, "Share answered", "Mean wait", None],
            ["Elm", 0.4567, 3.14159, 1250],
            ["Oak", 0.5, 2.5, 980.5],
        ):
            sheet.append(row)
        sheet.merge_cells("A4:A5")
        sheet.merge_cells("B4:C4")
        sheet.merge_cells("D4:D5")
        for at in (6, 7):
            sheet.cell(at, 2).number_format = "0.0%"
            sheet.cell(at, 3).number_format = '0.0" minutes"'
            sheet.cell(at, 4).number_format = '"£"#,##0.00'

    document = _xlsx(tmp_path, fill)
    assert document.text.split("\n\n")[2] == (
        "Unit: Elm; By phone, Share answered: 45.7%; By phone, Mean wait: 3.1 minutes; Cost: £1,250.00.\n"
        "Unit: Oak; By phone, Share answered: 50.0%; By phone, Mean wait: 2.5 minutes; Cost: £980.50."
    )
    assert document.metadata.title == "Helpline figures"


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        (138240.5, '"£"#,##0', "£138,241"),
        (0.125, "0%", "13%"),
        (-2.5, "0", "-3"),
        (2.675, "0.00", "2.68"),
    ],
)
def test_a_half_is_rounded_up_as_the_sheet_shows_it(value: float, code: str, seen: str) -> None:
    assert shown(value, code) == seen


def test_what_a_sheet_hides_strikes_or_comments_is_left_out_and_said(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        for row in (
            ["Ward", "Secret", "Beds", "Note"],
            ["Elm", "x1", 12, "ok"],
            ["Oak", "x2", 9, "old"],
            ["Fir", "x3", 7, "pale"],
        ):
            sheet.append(row)
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True
        sheet["D2"].font = Font(strike=True)
        sheet["D4"].font = Font(color="FFFFFFFF")
        sheet["A1"].font = Font(color="FFFFFFFF")
        sheet["A1"].fill = PatternFill("solid", fgColor="FF003087")
        sheet["A2"].comment = Comment("who says so?", "A")
        sheet["A4"] = CellRichText(
            "Fir",
            TextBlock(InlineFont(strike=True), " and Ash"),
            " 10",
            TextBlock(InlineFont(vertAlign="superscript"), "3"),
        )

    document = _xlsx(tmp_path, fill)
    assert document.text == "Ward: Elm; Beds: 12.\nWard: Fir 10^3; Beds: 7."
    said = " ".join(document.warnings)
    for words in (
        "1 hidden rows",
        "Hidden columns",
        "2 struck-out",
        "white on white",
        "1 cell comments",
    ):
        assert words in said


def test_a_wrong_size_of_a_sheet_and_formulas_without_a_value(tmp_path: Path) -> None:
    import zipfile

    book = openpyxl.Workbook()
    for row in (["Ward", "Beds", "More"], ["Elm", 12, 3], ["Oak", "=B2+1", "=B3"]):
        book.active.append(row)
    out, changed = io.BytesIO(), io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(changed, "w") as target:
        for info in source.infolist():
            target.writestr(
                info.filename, source.read(info).replace(b'ref="A1:C3"', b'ref="A1:A1"')
            )
    document = _read(tmp_path / "figures.xlsx", changed.getvalue())
    assert document.text == "Ward: Elm; Beds: 12; More: 3.\n\nOak"
    assert "2 formulas of the sheet 'Sheet' have no saved value (B3, C3)" in document.warnings[0]


def test_dates_above_columns_are_headings(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["Measure", date(2023, 4, 1), date(2023, 5, 1)])
        sheet.append(["Births", 211, 198])
        sheet["B1"].number_format, sheet["C1"].number_format = "mmm-yy", "mmm\\-yy"

    assert _xlsx(tmp_path, fill).text == "Measure: Births; Apr-23: 211; May-23: 198."


@pytest.mark.parametrize(
    "text",
    ["Ward;Beds;Cost\nElm;12;92,5\nOak, west;9;80,0\n", "sep=;\nWard;Beds;Cost\nElm;12;92,5\n"],
)
def test_semicolons_part_a_table_with_commas_in_its_cells(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path / "beds.csv", text).text.startswith("Ward: Elm; Beds: 12; Cost: 92,5.")


def test_answers_stand_under_their_question(tmp_path: Path) -> None:
    text = (
        "Age,What would help?,,Other\n,Bus,Clinic,Open-ended\n25-34,Yes,,More seats\n35-44,,Yes,\n"
    )
    assert _read(tmp_path / "survey.csv", text).text.split("\n") == [
        "Age: 25-34; What would help? Bus: Yes; Other, Open-ended: More seats.",
        "Age: 35-44; What would help? Clinic: Yes.",
    ]


def test_a_front_table_lists_labels_of_its_document(tmp_path: Path) -> None:
    text = "<h1>Scans</h1><table><tr><td>Audit lead</td><td>A midwife</td></tr><tr><td>Report date</td><td>May 2025</td></tr>"
    rest = "<tr><td>Ward</td><td>Elm and Oak</td></tr></table>"
    assert _page(tmp_path, text + rest).text.endswith(
        "Audit lead: A midwife\nReport date: May 2025\nWard: Elm and Oak"
    )


def test_headings_in_the_first_column_alone_name_the_rows(tmp_path: Path) -> None:
    pairs = "<table><tr><th>Ward</th><td>Elm</td></tr><tr><th>Beds</th><td>12</td></tr></table>"
    assert _page(tmp_path, pairs).text == "Ward: Elm\nBeds: 12"
    wide = "<table><tr><th>Beds</th><td>12</td><td>9</td></tr><tr><th>Staff</th><td>5</td><td>4</td></tr></table>"
    assert _page(tmp_path, wide).text == "Beds; 12; 9.\nStaff; 5; 4."
