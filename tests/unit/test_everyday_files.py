"""Workbooks as a service makes them every day: forms, logs, dashboards, surveys."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kmassist.documents.document import Document
from kmassist.readers import read_source
from tests.unit.proposing import proposed

_QUESTION, _WORDS = "What gets in the way of escalating?", "There is no phone in bay 9."


def _sheet(path: Path, *rows: list[Any], formats: dict[str, str] | None = None) -> Document:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for place, form in (formats or {}).items():
        for cell in sheet[place] if isinstance(sheet[place], tuple) else [sheet[place]]:
            cell.number_format = form
    book.save(path)
    return read_source(path)[0]


def _answers(role: str) -> list[list[Any]]:
    start = dt.datetime.combine(dt.date(2025, 3, 4), dt.time(7, 30))
    head = ["ID", "Start time", "Completion time", "Email", "What is your role?", _QUESTION]
    rows = [
        [number, start, start + dt.timedelta(days=number), "anonymous", role, _WORDS]
        for number in range(1, 5)
    ]
    return [head, *rows]


@pytest.mark.parametrize(("role", "kind"), [("Midwife", "FLK"), ("Mother", "PPI")])
def test_answers_to_a_form_are_of_who_gave_them_and_no_audit(
    tmp_path: Path, role: str, kind: str
) -> None:
    document = _sheet(tmp_path / "Escalation(1-4).xlsx", *_answers(role))
    assert document.text.split("\n")[0] == f"What is your role?: {role}; {_QUESTION}: {_WORDS}"
    assert document.metadata.title == "Escalation"
    assert document.metadata.evidence_date == "2025-03-08"
    assert proposed(document)["source_type"] == kind
    assert [line for line in document.warnings if "survey program" in line] == [
        "Columns that the survey program added were left out: ID, Start time, Completion time, Email."
    ]


def test_checks_of_records_and_logs_keep_all_their_columns(tmp_path: Path) -> None:
    checks = _sheet(
        tmp_path / "checks.xlsx",
        ["Case", "Seen at", "Was the CTG reviewed hourly?", "Was a plan written?"],
        *[
            [n, dt.datetime.combine(dt.date(2025, 3, n), dt.time(8)), "Yes", "No"]
            for n in (1, 2, 3)
        ],
    )
    assert "Case: 1; Seen at: 2025-03-01 08:00;" in checks.text
    log = _sheet(
        tmp_path / "log.xlsx",
        ["Ref", "Action", "Owner", "Due", "Status"],
        ["A1", "Publish the triage card", "Matron", dt.date(2025, 5, 30), "Overdue"],
        ["A2", "Train the band 5 staff", "Educator", dt.date(2025, 7, 31), "Open"],
    )
    assert "Ref: A1; Action: Publish the triage card" in log.text
    assert not {"source_type", "evidence_date", "published"} & proposed(log).keys()


def test_figures_over_time_are_of_their_last_point(tmp_path: Path) -> None:
    weeks = [dt.date(2025, 1, 6) + dt.timedelta(days=7 * n) for n in range(4)]
    document = _sheet(
        tmp_path / "chart.xlsx",
        ["Week commencing", "Seen", "All"],
        *[[week, 80 + n, 110 + n] for n, week in enumerate(weeks)],
    )
    assert document.metadata.evidence_date == "2025-01-27"


def test_a_row_without_a_number_has_not_the_number_before_it(tmp_path: Path) -> None:
    document = _sheet(
        tmp_path / "records.xlsx",
        ["Record keeping audit"],
        ["Auditor:", "Band 7 lead", "", "Date:", dt.date(2025, 4, 22)],
        [],
        ["No.", "Question", "Yes", "No", "N/A"],
        [1, "Entries are dated", 38, 2, 0],
        [2, "Entries are signed", 31, 9, 0],
        ["", "Overall", 69, 11, 0],
    )
    assert document.text.endswith("\nQuestion: Overall; Yes: 69; No: 11; N/A: 0.")
    assert "Auditor: Band 7 lead\n\nDate: 2025-04-22" in document.text
    assert document.metadata.evidence_date == "2025-04-22"


def test_what_is_green_is_the_target_and_a_count_is_no_doubtful_percentage(tmp_path: Path) -> None:
    document = _sheet(
        tmp_path / "dashboard.xlsx",
        ["Indicator", "Goal (green)", "Red flag", "Num", "Den"],
        ["Births", None, None, 598, None],
        ["PPH over 1500 ml", "≤2.9%", ">3.5%", 16, 598],
    )
    (item,) = document.metadata.audit
    assert (item.target_percent, item.is_met) == (2.9, True)
    assert not any("no unit" in warning for warning in document.warnings)


def test_figures_that_their_format_does_not_show_are_left_out_and_said(tmp_path: Path) -> None:
    document = _sheet(
        tmp_path / "beds.xlsx",
        ["Ward", "Beds", "Weight"],
        ["Elm", 24, 7],
        ["Oak", 30, 9],
        formats={"C2": ";;;", "C3": ";;;"},
    )
    assert document.text == "Ward: Elm; Beds: 24.\nWard: Oak; Beds: 30."
    assert any("2 cells of the sheet 'Sheet' with a format" in line for line in document.warnings)


def test_the_summary_of_a_survey_sums_up_under_no_answer_and_is_no_audit(tmp_path: Path) -> None:
    document = _sheet(
        tmp_path / "summary.xlsx",
        ["Feeding survey 2025"],
        ["Q1. How confident did you feel?"],
        ["Answer Choices", "Responses", ""],
        ["Very confident", 0.41, 82],
        ["Not confident", 0.59, 118],
        ["", "Answered", 200],
        formats={"B4": "0%", "B5": "0%"},
    )
    assert document.text.endswith("Responses: 59%; 118.\nResponses: Answered; 200.")
    assert "source_type" not in proposed(document)
    assert document.metadata.evidence_date == "2025"


def test_who_was_trained_of_how_many_is_a_share_by_its_percentage(tmp_path: Path) -> None:
    document = _sheet(
        tmp_path / "training.xlsx",
        ["Ashcombe University Hospitals NHS Trust"],
        ["Training in emergencies, October 2025"],
        [],
        ["Staff group", "Trained", "Total", "% trained", "Target"],
        ["Midwives", 152, 168, 152 / 168, 0.9],
        ["Obstetricians", 31, 38, 31 / 38, 0.9],
        formats={"D": "0%", "E": "0%"},
    )
    assert document.metadata.title == "Training in emergencies, October 2025"
    assert [(item.criterion, item.numerator, item.is_met) for item in document.metadata.audit] == [
        ("Midwives", 152, True),
        ("Obstetricians", 31, False),
    ]


def test_rows_set_in_by_spaces_keep_the_row_above_and_a_program_names_no_document(
    tmp_path: Path,
) -> None:
    pivot = _sheet(
        tmp_path / "Incidents by site.xlsx",
        ["Count of Incident", "Column Labels"],
        ["Row Labels", "Low", "Moderate"],
        ["Elm", 41, 19],
        ["   Bleed", 12, 14],
        ["Oak", 30, 16],
        ["   Bleed", 30, 16],
    )
    assert pivot.text.split("\n")[2:] == [
        "Elm; Low: 41; Moderate: 19.",
        "Elm, Bleed; Low: 12; Moderate: 14.",
        "Oak; Low: 30; Moderate: 16.",
        "Oak, Bleed; Low: 30; Moderate: 16.",
    ]
    filtered = _sheet(
        tmp_path / "Inductions by month.xlsx",
        ["Applied filters:\nYear is 2026\nTrust is Elm"],
        [],
        ["Month", "Inductions"],
        ["June", 84],
        ["July", 91],
    )
    for document in (pivot, filtered):
        assert document.metadata.title == Path(document.source_name).stem
        assert "title" not in proposed(document)


def test_a_share_under_a_round_and_its_size_may_have_a_size_of_its_own(tmp_path: Path) -> None:
    audit = _sheet(
        tmp_path / "sepsis.xlsx",
        ["No.", "Standard", "Target", "Achieved 2025 (n=38)", "Achieved 2026 (n=40)"],
        [1, "Tool used", "100%", "22 (58%)", "33/40 (83%)"],
        [2, "Antibiotics within one hour", "100%", "7/9 (78%)", "15/21 (71%)"],
    )
    assert audit.text.split("\n") == [
        "Tool used: 33 of 40 (82.5%, 95% interval 68.1 to 91.3), target 100%, 2026, not met. 2025: 22 of 38.",
        "Antibiotics within one hour: 15 of 21 (71.4%, 95% interval 50.0 to 86.2), target 100%, 2026, not met. "
        "2025: 7 of 9.",
    ]
