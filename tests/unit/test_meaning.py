"""Files as people make them: a figure stays under its own heading, a date is the document's own, a name is a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from kmassist.documents.document import Document
from kmassist.readers import read_source
from kmassist.readers.audit_columns import round_of
from kmassist.readers.metadata.numbers import parse_fraction
from kmassist.readers.metadata.proposals import propose
from kmassist.text.dates import parse_period


def _read(path: Path, text: str | bytes) -> list[Document]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_source(path)


def _pdf(path: Path, rows: list[list[str]], style: list[Any], *around: str) -> Document:
    plain = getSampleStyleSheet()["Normal"]
    before, after = ([Paragraph(words, plain)] for words in around)
    SimpleDocTemplate(str(path)).build([*before, Table(rows, style=TableStyle(style)), *after])
    return read_source(path)[0]


_RULED = [
    ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
    ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
]


def test_the_numbers_of_steps_in_a_table_are_no_numbers_of_lines(tmp_path: Path) -> None:
    steps = [[str(n), f"Action {n} is done", "Midwife"] for n in range(1, 61)]
    rows = [["Step", "Action", "Who"], *steps]
    document = _pdf(tmp_path / "sop.pdf", rows, _RULED, "Home visits", "Signed by nobody.")
    assert not any("numbers of lines" in warning for warning in document.warnings)
    for number in (1, 30, 60):  # the table goes on over pages, under its header
        assert f"Step: {number}; Action: Action {number} is done; Who: Midwife." in document.text


def test_rows_of_a_table_without_lines_do_not_run_into_the_sentence_below(tmp_path: Path) -> None:
    rows = [["Drug", "Dose", "Route"], ["Labetalol", "200 mg", "oral"],
            ["Nifedipine", "10 mg", "oral"], ["Hydralazine", "5 mg", "IV"]]  # fmt: skip
    document = _pdf(
        tmp_path / "drugs.pdf", rows, [], "First doses are below.", "Repeat after 30 minutes."
    )
    lines = document.text.split("\n")
    assert any("Labetalol" in line and "200 mg" in line and "oral" in line for line in lines)
    assert "Repeat after 30 minutes." in lines


def test_a_page_of_labels_and_values_has_no_header(tmp_path: Path) -> None:
    word = docx.Document()
    table = word.add_table(5, 2)
    rows = [("Document title", "Outpatient balloon induction"), ("Document type", "Clinical guideline"),
            ("Version", "2.3"), ("Date ratified", "17 January 2025"), ("Review date", "January 2028")]  # fmt: skip
    for row, (label, value) in zip(table.rows, rows, strict=True):
        row.cells[0].text, row.cells[1].text = label, value
    word.add_paragraph("Offer the balloon to women at low risk.")
    path = tmp_path / "control.docx"
    word.save(str(path))
    (document,) = read_source(path)
    assert "Version: 2.3" in document.text
    assert document.metadata.title == "Outpatient balloon induction"
    assert (document.metadata.version, document.metadata.review_by) == ("2.3", "2028-01")


def test_a_quarter_to_come_leaves_the_last_one_with_figures_as_the_result(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["KPI", "Target", "Q1 25/26", "Q2 25/26", "Q3 25/26"])
    sheet.append(["Booked by ten weeks", "90%", "81.2%", "84.7%", None])
    path = tmp_path / "kpi.xlsx"
    book.save(path)
    (document,) = read_source(path)
    (criterion,) = document.metadata.audit
    assert (criterion.previous_percent, criterion.period_start) == (81.2, "2025-07")
    assert "Booked by ten weeks: 84.7%, target 90%, July to September 2025." in document.text


def test_two_cycles_with_their_months_are_two_rounds(tmp_path: Path) -> None:
    text = "Criteria,Cycle 1 (Jan-Mar 2024),Cycle 2 (Jan-Mar 2025),Standard\nUrine dip,60% (30/50),84% (42/50),95%\n"
    (document,) = _read(tmp_path / "cycles.csv", text)
    (criterion,) = document.metadata.audit
    assert (criterion.numerator, criterion.denominator, criterion.target_percent) == (42, 50, 95.0)
    assert (criterion.period_start, criterion.previous_percent) == ("2025-01", 60.0)
    assert round_of("Cycle 1 (Jan-Mar 2024)") == "Cycle 1 (Jan-Mar 2024)"


def test_a_re_audit_with_its_number_of_cases_is_the_last_round(tmp_path: Path) -> None:
    text = "Standard,Target,First audit (n = 22),Re-audit (n = 25)\nFull course given,90%,14 (64%),21 (84%)\n"
    (document,) = _read(tmp_path / "twice.csv", text)
    (criterion,) = document.metadata.audit
    assert (criterion.numerator, criterion.denominator) == (21, 25)


def test_a_total_of_yes_out_of_those_seen_is_a_result(tmp_path: Path) -> None:
    text = "Question,Bed 1,Bed 2,Total yes,Out of,Score\nChart at the bed,Y,N,1,2,50%\n"
    (document,) = _read(tmp_path / "beds.csv", text)
    (criterion,) = document.metadata.audit
    assert (criterion.numerator, criterion.denominator) == (1, 2)


def test_figures_under_standard_are_targets_and_the_first_column_what_is_audited(
    tmp_path: Path,
) -> None:
    text = "Question to mother,Yes,No,Total,% yes,Standard\nShown how to express?,11,9,20,55,80\n"
    (document,) = _read(tmp_path / "feeding.csv", text)
    (criterion,) = document.metadata.audit
    assert criterion.criterion == "Shown how to express?"
    assert (criterion.numerator, criterion.denominator, criterion.target_percent) == (11, 20, 80.0)


def test_numbered_standards_are_no_targets(tmp_path: Path) -> None:
    text = "Standard,Numerator,Denominator,Result\n1. Seen within two hours,61,75,81.3%\n"
    (document,) = _read(tmp_path / "numbered.csv", text)
    assert document.metadata.audit[0].criterion == "1. Seen within two hours"


def test_a_heading_that_says_more_than_the_title_of_its_page_is_the_title(tmp_path: Path) -> None:
    page = "<title>PSII-2025-044 - {} - Intranet</title><h1>Safety review: delay in theatre</h1><p>It was late by 26 minutes.</p>"
    for part in ("Patients", "Safety"):
        (document,) = _read(tmp_path / f"{part}.html", page.format(part))
        assert document.metadata.title == "Safety review: delay in theatre"


def test_a_short_line_of_a_text_before_a_capital_stands_alone(tmp_path: Path) -> None:
    text = "Elm Voices Partnership\nVisited on Wednesday 4 February 2026 by five service users and a doula\n"
    (document,) = _read(tmp_path / "visit.txt", text)
    assert document.text.split("\n")[0] == "Elm Voices Partnership"


def test_counts_in_one_cell_are_cases_and_hidden_ones_stay_hidden(tmp_path: Path) -> None:
    text = "Audit standard,Expected,Achieved (n/N)\nBloods seen,100%,47/50 (94%)\nInterpreter,100%,<5/9\n"
    (document,) = _read(tmp_path / "cells.csv", text)
    assert [(c.numerator, c.denominator) for c in document.metadata.audit] == [(47, 50)]
    assert "Audit standard: Interpreter; Expected: 100%; Achieved (n/N): <5/9." in document.text


@pytest.mark.parametrize(
    ("cell", "cases"),
    [
        ("84% (42/50)", (42, 50)),
        ("84 (42/50)", (42, 50)),
        ("42/50 (84%)", (42, 50)),
        ("84% 42/50", None),
        ("84%", None),
    ],
)
def test_cases_in_brackets_after_their_percentage(cell: str, cases: tuple[int, int] | None) -> None:
    assert parse_fraction(cell) == cases


def test_the_number_of_a_day_in_a_column_of_periods_is_that_day() -> None:
    assert parse_period("45383") == ("2024-04-01", "2024-04-01")
    assert parse_period("2024") == ("2024", "2024")


def test_scopus_numbers_of_authors_are_no_part_of_their_names(tmp_path: Path) -> None:
    text = (
        "Author full names,Title,Year,DOI,Abstract\n"
        '"Farrow, Joanne M. (57200000000); Nkemelu, Obi (2)",A trial,2019,10.1000/x.1,We randomised 640 women.\n'
    )
    (document,) = _read(tmp_path / "scopus.csv", text)
    assert document.metadata.authors == ("Farrow, Joanne M.", "Nkemelu, Obi")


def test_raised_figures_of_rich_text_and_endnote_are_no_digits(tmp_path: Path) -> None:
    rich = rb"{\rtf1\ansi\pard Platelets below 50 x10{\super 9}/L in 2022{\super 14} and 10\super 6\nosupersub  copies.\par}"
    (document,) = _read(tmp_path / "note.rtf", rich)
    assert "x10^9/L in 2022 and 10^6 copies." in document.text
    record = (
        "<xml><records><record><titles><title><style face='normal'>Calls</style>"
        "<style face='superscript'>2</style></title></titles><abstract><style>Women called.</style></abstract>"
        "</record></records></xml>"
    )
    (document,) = _read(tmp_path / "export.xml", record)
    assert document.metadata.title == "Calls"


def test_the_day_of_an_endnote_record_is_kept(tmp_path: Path) -> None:
    (document,) = _read(
        tmp_path / "plan.enw",
        "%0 Report\n%A Farrow, Jo\n%T Safer births\n%D 2024\n%8 14 March 2024\n",
    )
    assert document.metadata.published == "2024-03-14"


def test_years_in_a_row_of_figures_are_no_date_of_the_document(tmp_path: Path) -> None:
    page = "<html><body><h1>Rates by year</h1><table><tr><th>Births</th><td>2010</td></tr></table></body></html>"
    page = page.replace("<tr>", "<tr><th></th><th>2023</th><th>2024</th></tr><tr>", 1)
    page = page.replace("<td>2010</td>", "<td>2010</td><td>1990</td>")
    (document,) = _read(tmp_path / "rates.html", page)
    assert "2023: 2010; 2024: 1990" in document.text
    assert document.metadata.published is None


def test_the_title_of_a_page_is_the_part_that_its_heading_repeats(tmp_path: Path) -> None:
    page = (
        "<html><head><title>Hyperemesis | Saltmere NHS Foundation Trust</title></head>"
        "<body><h1>Hyperemesis</h1><p>Offer cyclizine three times a day.</p></body></html>"
    )
    (document,) = _read(tmp_path / "page.html", page)
    assert document.metadata.title == "Hyperemesis"
    assert document.metadata.issuer == "Saltmere NHS Foundation Trust"


def test_a_first_line_that_names_a_body_proposes_the_line_below_as_title(tmp_path: Path) -> None:
    word = docx.Document()
    for line in ("Thornbeck Maternity Voices Partnership", "What parents told us about induction",
                 "We spoke to 19 mothers and 3 fathers in two focus groups."):  # fmt: skip
        word.add_paragraph(line)
    path = tmp_path / "heard.docx"
    word.save(str(path))
    proposed = {p.field: p.value for p in propose(read_source(path)[0])}
    assert proposed["title"] == "What parents told us about induction"
    assert proposed["ppi.number"] == 22


def test_a_line_that_is_composed_of_an_audit_is_no_title(tmp_path: Path) -> None:
    (document,) = _read(tmp_path / "tears.csv", "Criterion,Met,Total\nPlan made,40,50\n")
    assert document.metadata.title == "tears"
    assert all(proposal.field != "title" for proposal in propose(document))


def test_a_date_to_come_and_a_brief_of_our_own_are_said(tmp_path: Path) -> None:
    head = "---\ntitle: A trial\nsource_type: PUB\npublished: 2099-01\n---\n"
    (document,) = _read(tmp_path / "future.md", f"{head}Waits fell to nine minutes.\n")
    assert any("2099-01 is after today" in warning for warning in document.warnings)
    brief = "# How long do women wait?\n\nThree quotations.\n\n---\n\nb0037ff3210b3 · corpus 518210ed5b6b · draft\n"
    (document,) = _read(tmp_path / "brief.md", brief)
    assert any("a brief that kmassist wrote" in warning for warning in document.warnings)
    (document,) = _read(tmp_path / "plain.md", "# Waits\n\nWomen wait nine minutes.\n")
    assert not any("kmassist wrote" in warning for warning in document.warnings)


def test_answers_to_a_question_of_a_survey_stand_under_it(tmp_path: Path) -> None:
    text = "Q1. Whom to call?,Responses,\nYes,41,82%\nNo,9,18%\n,,\nQ2. How long?,Responses,\nYes,22,44%\n"
    (document,) = _read(tmp_path / "survey.csv", text)
    assert "Q1. Whom to call?: Yes; Responses: 41; 82%." in document.text
    assert "Q2. How long?: Yes; Responses: 22; 44%." in document.text
