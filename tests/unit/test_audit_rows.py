"""What rows of audits say: hidden figures, amounts, verdicts, rounds, sites, and what is no criterion."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.documents.metadata import AuditCriterion
from kmassist.readers import read_source


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
    assert said.startswith("'0.8' in row 3 has no unit"), said


def test_figures_without_a_unit_are_said_once_a_table(tmp_path: Path) -> None:
    _, criteria, said = _rows(
        "Standard,Target,Achieved\nScan done,300,262\nNote kept,200,180\nCall made,90,71.2\n",
        tmp_path,
    )
    assert not criteria
    assert said.count("no unit") == 1
    assert "and 2 more in this table have" in said
    assert "write % behind them" in said


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


@pytest.mark.parametrize(
    ("title", "rounds", "period"),
    [
        ("Dashboard 2025/26", "Jun-25,Jul-25", ("2025-07", "2025-07")),
        ("Sepsis audit 2024/25", "Q3,Q4", ("2025-01", "2025-03")),
        ("Two cycles, May to July 2025", "Cycle 1,Cycle 2", ("2025-05", "2025-07")),
    ],
)
def test_the_last_round_is_of_its_own_period_and_not_of_that_of_all(
    tmp_path: Path, title: str, rounds: str, period: tuple[str, str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'"{title}"\n\nIndicator,Target,{rounds}\nFed early,75%,71%,76%\n')
    (criterion,) = read_source(path)[0].metadata.audit
    assert (criterion.period_start, criterion.period_end) == period
