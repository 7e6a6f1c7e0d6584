"""Audit sheets as data, and numbers as people type them."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents.document import SourceType
from kmassist.documents.metadata import AuditCriterion
from kmassist.readers import read_source
from kmassist.readers.audit import audit_columns, read_audit
from kmassist.readers.metadata.numbers import (
    parse_count,
    parse_fraction,
    parse_percent,
    parse_target,
    read_figure,
)


def test_the_sentence_and_the_criterion_of_a_row(tmp_path: Path) -> None:
    path = tmp_path / "triage.csv"
    path.write_text(
        "Criterion,Standard,Target %,n,N,Achieved %,Period,Previous %,Re-audit due,Action,Owner role\n"
        "Seen by a midwife within 15 minutes of arrival,BSOTS,90,41,105,39.0,January to March 2026,46,31/03/2027,Second midwife,Matron\n"
    )
    document = read_source(path)[0]
    assert document.text == (
        "Seen by a midwife within 15 minutes of arrival: 41 of 105 (39.0%, 95% interval 30.3 to 48.6), target 90%, January to March 2026,"
        " not met. Previous round: 46.0%. Standard: BSOTS. Action: Second midwife. Owner: Matron. Re-audit due: 31 March 2027."
    )
    (criterion,) = document.metadata.audit
    assert (
        criterion.numerator,
        criterion.denominator,
        criterion.target_percent,
        criterion.is_met,
    ) == (41, 105, 90, False)
    assert (criterion.period_start, criterion.period_end, criterion.re_audit_due) == (
        "2026-01",
        "2026-03",
        "2027-03-31",
    )
    assert (criterion.previous_percent, criterion.owner_role, criterion.locator) == (
        46,
        "Matron",
        "row 2",
    )
    assert document.metadata.source_type is SourceType.AUD
    assert document.metadata.evidence_date == "2026-03"
    assert not document.warnings


@pytest.mark.parametrize(
    "header",
    [
        [
            "Criterion",
            "Standard (source)",
            "Target",
            "Num",
            "Den",
            "Rate %",
            "Date range",
            "Prior audit %",
            "Next due",
            "Actions",
        ],
        [
            "Measure",
            "Standard source",
            "Target %",
            "Achieved (n)",
            "Sample (N)",
            "Achieved %",
            "Period start",
            "Period end",
        ],
        [
            "Standard (source)",
            "Criterion",
            "Target (%)",
            "Compliant",
            "Total",
            "Compliance %",
            "Date range",
            "Previous round %",
        ],
        [
            "Ref",
            "Criterion",
            "Target %",
            "Met",
            "Cases",
            "Met %",
            "Eligible",
            "Audit period",
            "Last round",
            "Re-audit",
            "Owner",
        ],
        [
            "Audit criterion",
            "Source of standard",
            "Target",
            "n",
            "N",
            "%",
            "From",
            "To",
            "Last audit %",
            "Next audit",
            "Lead",
        ],
        ["Indicator", "Goal", "Met", "Out of", "Previous % (2023)"],
        ["Audit standard", "Result", "Target"],
        ["Standard", "Women", "Number meeting standard", "Target"],
    ],
)
def test_columns_are_known_by_many_names(header: list[str]) -> None:
    columns = audit_columns(header)
    assert columns is not None
    kinds = list(columns.values())
    assert len(kinds) == len(set(kinds))
    assert "criterion" in kinds


@pytest.mark.parametrize(
    "header",
    [
        ["Period", "Org_Name", "Measure", "Value"],
        ["Month", "Visits"],
        ["Title", "Abstract", "Year"],
        ["Standard", "Notes", "Met"],
        [],
    ],
)
def test_other_tables_are_no_audits(header: list[str]) -> None:
    assert audit_columns(header) is None


def _read(header: list[str], *rows: list[object]) -> list[str]:
    columns = audit_columns(header)
    assert columns
    table = read_audit(header, list(rows), columns)
    return [*table.lines, *table.warnings]


def test_disagreeing_figures_are_said() -> None:
    lines = _read(["Criterion", "Target", "n", "N", "%"], ["Offered", 90, 41, 105, "52%"])
    assert lines[1] == "In row 2 the sheet says 52.0% but 41 of 105 is 39.0%."


def test_a_column_of_percentages_is_one_though_its_heading_does_not_say_so(tmp_path: Path) -> None:
    path = tmp_path / "audit.csv"
    path.write_text("Criterion,Numerator,Denominator,Achieved,Target\nOffered,40,50,90%,80%\n")
    (document,) = read_source(path)
    assert document.text.startswith("Offered: 40 of 50 (80.0%")
    assert "In row 2 the sheet says 90.0% but 40 of 50 is 80.0%." in document.warnings


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "audit.html",
            "<html><body><p>Notes of May.</p><table><tr><th>Question</th><th>Yes</th><th>No</th><th>N/A</th><th>Standard</th></tr>"
            "<tr><td>Leaflet given</td><td>12</td><td>4</td><td>9</td><td>100%</td></tr></table></body></html>",
        ),
        (
            "audit.md",
            "Notes of May.\n\n|Question|Yes|No|N/A|Standard|\n|-|-|-|-|-|\n|Leaflet given|12|4|9|100%|\n",
        ),
    ],
)
def test_an_audit_on_a_page_is_an_audit(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    (document,) = read_source(path)
    (criterion,) = document.metadata.audit
    assert (criterion.numerator, criterion.denominator, criterion.is_met) == (12, 16, False)
    assert "Leaflet given: 12 of 16 (75.0%" in document.text


@pytest.mark.parametrize("target", ["no more than 5%", "5% or less", "5% (maximum)", "5% max."])
def test_a_standard_may_be_a_ceiling_in_words(tmp_path: Path, target: str) -> None:
    path = tmp_path / "audit.csv"
    path.write_text(
        f"Indicator,Numerator,Denominator,Standard\nBabies readmitted,12,200,{target}\n"
    )
    (document,) = read_source(path)
    (criterion,) = document.metadata.audit
    assert (criterion.target_percent, criterion.is_met) == (5, False)


def test_more_met_than_audited_is_refused() -> None:
    lines = _read(["Criterion", "Target", "n", "N"], ["Offered", 90, 120, 105])
    assert "more cases met the standard (120)" in lines[1]
    assert "120" in lines[0]


def test_a_lower_rate_can_be_the_aim() -> None:
    lines = _read(
        ["Criterion", "Target", "n", "N", "Higher is better"],
        ["Left before assessment", 2, 13, 260, "no"],
    )
    assert "target no more than 2%, not met" in lines[0]
    assert (
        "met"
        in _read(
            ["Criterion", "Target", "n", "N"],
            ["Severe bleeding (a lower figure is better)", 5, 13, 300],
        )[0]
    )


def test_a_merged_criterion_stands_for_the_rows_below() -> None:
    lines = _read(["Criterion", "n", "N", "Unit"], ["Offered", 9, 10, "A"], [None, 8, 10, "B"])
    assert lines[1].startswith("Offered: 8 of 10")
    assert lines[1].endswith("Unit: B.")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("38/50", (38, 50)),
        ("38 of 50", (38, 50)),
        ("1,038 out of 2,050", (1038, 2050)),
        ("3/4/2026", None),
        ("60/50", None),
    ],
)
def test_fractions(written: str, meant: tuple[int, int] | None) -> None:
    assert parse_fraction(written) == meant


def test_percentages() -> None:
    assert parse_target("≥ 90 %") == (90, True)
    assert parse_percent(0.9, is_fraction=True) == 90
    assert parse_percent("0.9%", is_fraction=True) == 0.9
    assert parse_percent("90-95") is None
    assert parse_percent(120) is None
    assert parse_count("1,240") == 1240
    assert parse_count("12%") is None
    assert parse_count(-3) is None


@given(st.integers(0, 500), st.integers(1, 500))
def test_every_row_reads_back(numerator: int, denominator: int) -> None:
    lines = _read(["Criterion", "n", "N"], ["Offered", str(numerator), str(denominator)])
    if numerator <= denominator:
        assert lines[0].startswith(f"Offered: {numerator} of {denominator} (")
        low, high = lines[0].split("interval ")[1].split(")")[0].split(" to ")
        assert 0 <= float(low) <= 100 * numerator / denominator + 0.05
        assert 100 >= float(high) >= 100 * numerator / denominator - 0.05


@given(st.one_of(st.none(), st.text(max_size=30), st.floats(), st.integers(), st.booleans()))
def test_any_cell_gives_a_number_in_range_or_none(cell: object) -> None:
    percent, count, pair = parse_percent(cell), parse_count(cell), parse_fraction(cell)
    assert percent is None or 0 <= percent <= 100
    assert count is None or count >= 0
    assert pair is None or pair[0] <= pair[1]


def test_a_large_table_is_cut_and_said(tmp_path: Path) -> None:
    path = tmp_path / "statistics.csv"
    path.write_text("Organisation,Measure,Value\n" + "A trust,Deliveries,12\n" * 7_000)
    document = read_source(path)[0]
    assert document.text.count("\n") == 4_999
    assert document.text.startswith("Organisation: A trust; Measure: Deliveries; Value: 12.")
    assert "Only the first 5,000 of 7,000 rows" in document.warnings[0]


def test_a_spreadsheet_of_references_gives_references(tmp_path: Path) -> None:
    path = tmp_path / "screening.csv"
    path.write_text(
        'Title,Abstract,Authors,Year,DOI\n"A study","Nothing changed.","Smith A.; Roe B.",2019,10.1234/x\n"Another",,,,\n'
    )
    first, second = read_source(path)
    assert (first.metadata.title, first.metadata.published, first.metadata.doi) == (
        "A study",
        "2019",
        "10.1234/x",
    )
    assert first.metadata.authors == ("Smith, A.", "Roe, B.")
    assert (first.locator, second.locator) == ("#1", "#2")


def test_impossible_figures_make_no_criterion() -> None:
    with pytest.raises(ValueError, match="50 of 10 cannot be"):
        AuditCriterion(criterion="Scan", numerator=50, denominator=10)
    with pytest.raises(ValueError, match="less than or equal"):
        AuditCriterion(criterion="Scan", numerator=10**400, denominator=10**401)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1 240", 1240),
        ("1,240", 1240),
        ("1.240,5", 1240.5),
        ("92,5", 92.5),
        ("4·5", 4.5),
        ("0,875", 0.875),
        ("90-95", None),
        ("<5", None),
        ("3 days", None),
        ("2024/25", None),
    ],
)
def test_numbers_as_people_write_them(written: str, number: float | None) -> None:
    figure = read_figure(written)
    assert (figure.number if figure and not (figure.bound or figure.unit) else None) == number


def _examples() -> list[tuple[str, str, list[str], list[str]]]:
    table = yaml.safe_load((files("kmassist") / "data" / "audit.yaml").read_text(encoding="utf-8"))
    columns = [
        (row["kind"], row["pattern"], row["matches"], row["not"]) for row in table.pop("columns")
    ]
    return columns + [
        (name, row["pattern"], row["matches"], row["not"]) for name, row in table.items()
    ]


@pytest.mark.parametrize(("name", "pattern", "matches", "others"), _examples())
def test_the_words_of_audits_match_their_examples(
    name: str, pattern: str, matches: list[str], others: list[str]
) -> None:
    whole = name not in ("round", "lower", "care", "rate", "amount", "reversed")
    for texts, wanted in ((matches, True), (others, False)):
        for text in texts:
            look = re.fullmatch if whole else re.search
            assert bool(look(pattern, text, re.I)) is wanted, text


def test_a_table_by_ward_is_of_the_criterion_that_its_title_names(tmp_path: Path) -> None:
    rows = "Ward,Number audited,Number compliant,Target\nRowan,40,36,95%\nWillow,32,24,95%\nTotal,72,60,95%\n"
    path = tmp_path / "wards.csv"
    path.write_text(
        f'Clot risk assessed on admission\n"Elm Trust, January to March 2026"\n\n{rows}'
    )
    (document,) = read_source(path)
    assert [(c.criterion, c.numerator, c.period_end) for c in document.metadata.audit] == [
        ("Clot risk assessed on admission, Rowan", 36, "2026-03"),
        ("Clot risk assessed on admission, Willow", 24, "2026-03"),
    ]
    path.write_text(
        f"Answers by ward\n\n{rows.replace('compliant', 'asked').replace(',Target', ',Age')}"
    )
    assert not read_source(path)[0].metadata.audit


def test_counts_are_known_by_the_percentage_that_they_make_up_and_a_total_by_its_sum(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rounds.csv"
    path.write_text(
        "Hourly rounding by ward\n\nWard,Target,Rounds due,Rounds done,% done\nElder,90%,64,58,91%\nAlder,90%,60,40,67%\n"
        "Elm Trust,90%,124,98,79%\n"
    )
    assert [
        (c.criterion, c.numerator, c.denominator, c.is_met)
        for c in read_source(path)[0].metadata.audit
    ] == [
        ("Hourly rounding by ward, Elder", 58, 64, True),
        ("Hourly rounding by ward, Alder", 40, 60, False),
    ]


def test_answers_to_questions_are_no_audit(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("Question,Yes,No\nStayed overnight,22,42\nWas offered a chair,51,13\n")
    (document,) = read_source(path)
    assert not document.metadata.audit
    assert "Question: Stayed overnight; Yes: 22; No: 42." in document.text
    path.write_text("Audit question,Yes,No,N/A\nWas offered a chair,51,13,2\n")
    assert [(c.numerator, c.denominator) for c in read_source(path)[0].metadata.audit] == [(51, 64)]
