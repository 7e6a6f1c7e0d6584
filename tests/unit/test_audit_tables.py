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
    parse_number,
    parse_percent,
    parse_target,
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


def _rows(text: str, tmp_path: Path) -> tuple[list[str], list[AuditCriterion], str]:
    path = tmp_path / "audit.csv"
    path.write_text(text)
    (document,) = read_source(path)
    return document.text.split("\n"), list(document.metadata.audit), " ".join(document.warnings)


@pytest.mark.parametrize("hidden", ["<5", "≤ 7", "*", "c", "suppressed", "[c]"])
def test_hidden_small_numbers_are_no_counts(tmp_path: Path, hidden: str) -> None:
    lines, criteria, said = _rows(
        f"Criterion,Met,Total,%,Target %\nScan done,{hidden},30,*,90\n", tmp_path
    )
    assert lines == [f"Criterion: Scan done; Met: {hidden}; Total: 30; %: *; Target %: 90."]
    assert not criteria
    assert f"suppressed in the source ({hidden}" in said or "suppressed in the source (*)" in said


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!", "#VALUE!"])
def test_error_values_are_no_figures(tmp_path: Path, error: str) -> None:
    lines, criteria, said = _rows(
        f"Criterion,Met,Total,% met,Target %\nScan done,0,9,{error},90\n", tmp_path
    )
    assert not criteria
    assert f"error value ({error})" in said
    assert f"% met: {error}" in lines[0]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("Mean stay,3 days,2.4 days", "Mean stay: 2.4 days, target 3 days."),
        ("Cost of a visit,£40,£52.50", "Cost of a visit: £52.50, target £40."),
        ("Sepsis,< 4 per 1000,5.1 per 1000", "Sepsis: 5.1 per 1000, target < 4 per 1000."),
        ("Median wait (minutes),30,41", "Median wait (minutes): 41, target 30."),
        ("Deaths per 10 000 births,2.1,3.0", "Deaths per 10 000 births: 3.0, target 2.1."),
    ],
)
def test_amounts_keep_their_unit_and_are_never_per_cent(
    tmp_path: Path, row: str, line: str
) -> None:
    lines, criteria, said = _rows(f"Measure,Target,Result\n{row}\n", tmp_path)
    assert lines == [line]
    assert not criteria
    assert "kept as text" in said


@pytest.mark.parametrize(
    ("criterion", "target", "met"),
    [
        ("Severe perineal tears", "2.9", False),
        ("Severe perineal tears", "≤ 4.5%", True),
        ("Apgar under 7 at five minutes", "1.5", False),
        ("Caesarean births", "25-30%", None),
        ("Caesarean births", "25", None),
        ("Home births", "3", None),
        ("Women scanned", "90%", False),
        ("Women scanned", "at least 3%", True),
        ("Left unseen (a lower figure is better)", "2", False),
        ("Left unseen", "0", False),
        ("Sepsis screens recorded", "30", None),
    ],
)
def test_a_verdict_only_where_the_direction_is_stated_or_known(
    tmp_path: Path, criterion: str, target: str, met: bool | None
) -> None:
    lines, (found,), _ = _rows(f"Criterion,Target,n,N\n{criterion},{target},14,400\n", tmp_path)
    assert found.is_met is met
    assert ("met" in lines[0]) == (met is not None)
    assert lines[0].endswith("not met.") == (met is False)
    assert target.strip("≤ %").removeprefix("at least ") in lines[0]


def test_totals_and_averages_are_no_criteria(tmp_path: Path) -> None:
    lines, criteria, _ = _rows(
        "Criterion,Met,Total\nScan done,8,10\nTotal,8,10\nAverage,80%,\n", tmp_path
    )
    assert [criterion.criterion for criterion in criteria] == ["Scan done"]
    assert lines[1] == "Criterion: Total; Met: 8; Total: 10."


def test_yes_no_and_not_applicable(tmp_path: Path) -> None:
    lines, (found,), _ = _rows("Question,Yes,No,N/A,Total\nWas she asked?,12,4,3,19\n", tmp_path)
    assert (found.numerator, found.denominator) == (12, 16)
    assert lines[0].endswith("No: 4. N/A: 3.")
    _, (found,), _ = _rows("KPI,Met,Partially met,Not met\nWas she asked?,12,4,3\n", tmp_path)
    assert (found.numerator, found.denominator) == (12, 19)


def test_standard_target_achieved_and_a_figure_that_may_be_either(tmp_path: Path) -> None:
    lines, criteria, said = _rows(
        "Standard,Target,Achieved\nScan done,90%,84%\nNote kept,90%,0.8\nCall made,90%,\n", tmp_path
    )
    assert [criterion.target_percent for criterion in criteria] == [90]
    assert lines[:2] == ["Scan done: 84%, target 90%.", "Note kept: 0.8, target 90%."]
    assert "'0.8' is no percentage for sure" in said


def test_criteria_side_by_side(tmp_path: Path) -> None:
    text = ",Scan done,Note kept\nNumerator,8,5\nDenominator,10,20\nTarget,90%,20%\n"
    lines, criteria, _ = _rows(text, tmp_path)
    assert [(c.criterion, c.numerator, c.denominator, c.is_met) for c in criteria] == [
        ("Scan done", 8, 10, False),
        ("Note kept", 5, 20, None),
    ]
    assert criteria[1].locator == "column 2"
    assert lines[1].startswith("Note kept: 5 of 20")


def test_rounds_beside_each_other_are_the_last_one_and_those_before(tmp_path: Path) -> None:
    lines, (found,), _ = _rows(
        "Criterion,2021 %,2022 %,2023 %,Target %\nScan done,61,70,82,90\n", tmp_path
    )
    assert lines == ["Scan done: 82%, target 90%, 2023. 2021: 61%. 2022: 70%."]
    assert (found.previous_percent, found.period_end, found.target_percent) == (70, "2023", 90)
    text = "Criterion,2024,,2023,\n,Met,Total,Met,Total\nScan done,9,10,6,12\nNote kept,2,10,3,10\n"
    lines, (first, _), _ = _rows(text, tmp_path)
    assert (first.numerator, first.denominator, first.previous_percent) == (9, 10, 50)
    assert lines[0].endswith("2024. 2023: 6 of 12.")


@pytest.mark.parametrize(
    "text",
    [
        "Standard,Target,Elm,,,Oak,,\n,,n,N,%,n,N,%\nScan done,90%,18,20,90%,12,30,40%\nTotal,,18,20,90%,12,30,40%\n",
        "Standard,Target,Met,,Total,\n,,Elm,Oak,Elm,Oak\nScan done,90%,18,12,20,30\n",
        "Standard,Target,Elm (n=20),Oak (n=30)\nScan done,90%,18 (90%),12 (40%)\n",
        "Standard,Target,Elm met,Elm total,Oak met,Oak total\nScan done,90%,18,20,12,30\n",
        "Hospital,Standard,Target,Met,Total\nElm,Scan done,90%,18,20\nOak,Scan done,90%,12,30\n",
    ],
    ids=[
        "measures under sites",
        "sites under measures",
        "sizes in the headings",
        "one row",
        "a column",
    ],
)
def test_sites_of_one_table_have_their_own_criteria(tmp_path: Path, text: str) -> None:
    lines, criteria, _ = _rows(text, tmp_path)
    assert [(c.criterion, c.numerator, c.denominator, c.is_met) for c in criteria] == [
        ("Scan done, Elm", 18, 20, True),
        ("Scan done, Oak", 12, 30, False),
    ]
    assert lines[1].startswith("Scan done, Oak: 12 of 30 (40.0%")


def test_sites_with_other_measures_stay_as_written(tmp_path: Path) -> None:
    text = "Standard,Target,Elm,,Oak\n,,n,N,%\nScan done,90%,18,20,40%\n"
    lines, criteria, said = _rows(text, tmp_path)
    assert not criteria
    assert "kept as text" in said
    assert lines == ["Standard: Scan done; Target: 90%; Elm n: 18; Elm N: 20; Oak %: 40%."]


@pytest.mark.parametrize(
    ("header", "row", "line"),
    [
        (
            "Characteristic,Card (n=120),Usual (n=118)",
            "First baby,61 (51%),54 (46%)",
            "Characteristic: First baby; Card (n=120): 61 (51%); Usual (n=118): 54 (46%).",
        ),
        (
            "Standard,Target,Result (n=40)",
            '"Age, mean (SD)",none,31 (5.2)',
            "Standard: Age, mean (SD); Target: none; Result (n=40): 31 (5.2).",
        ),
    ],
)
def test_groups_of_a_trial_and_means_are_no_cases_that_met_a_standard(
    tmp_path: Path, header: str, row: str, line: str
) -> None:
    lines, criteria, _ = _rows(f"{header}\n{row}\n{row}\n", tmp_path)
    assert not criteria
    assert lines[0] == line


def test_a_heading_that_says_of_how_many(tmp_path: Path) -> None:
    text = "Standard,Exceptions,Target,Result (n=40)\nScan done,Twins,90%,38 (95%)\nNote kept,,90%,<5\n"
    (first, second), (found,), said = _rows(text, tmp_path)
    assert (found.numerator, found.denominator, found.is_met) == (38, 40, True)
    assert first.endswith("Exceptions: Twins.")
    assert "<5" in second
    assert "suppressed" in said


def test_cycles_named_by_their_number(tmp_path: Path) -> None:
    text = "Standard,Target,1st cycle (2023),Re-audit (2024)\nScan done,90%,61%,84%\n"
    (line,), (found,), _ = _rows(text, tmp_path)
    assert line == "Scan done: 84%, target 90%, 2024. 1st cycle (2023): 61%."
    assert found.previous_percent == 61


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
    assert parse_number(written) == number


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


def test_a_target_beside_a_rate_per_thousand_is_no_percentage(tmp_path: Path) -> None:
    lines, criteria, said = _rows(
        "Indicator,Numerator,Denominator,Rate per 1000,Benchmark\nSepsis,3,900,3.3,4.1\n", tmp_path
    )
    assert lines == ["Sepsis: 3 of 900, target 4.1. Rate per 1000: 3.3."]
    assert not criteria
    assert "kept as text" in said


def test_a_table_that_only_looks_like_an_audit_is_said_to_be_text(tmp_path: Path) -> None:
    lines, criteria, said = _rows("Standard,Compliant?,Target\nScan done,Yes,100%\n", tmp_path)
    assert lines == ["Standard: Scan done; Compliant?: Yes; Target: 100%."]
    assert not criteria
    assert "looks like an audit" in said
