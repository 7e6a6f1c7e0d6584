"""Small numbers stay hidden: examples, and properties that no reader can work a hidden count out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmassist.privacy.masks import apart
from kmassist.privacy.small_numbers import (
    hide,
    masks_of,
    suppress_quotation,
    suppress_share,
    suppress_table,
    suppress_text,
)


def test_counts_of_one_to_four_are_hidden() -> None:
    assert [hide(n) for n in (0, 1, 4, 5, 1234)] == ["0", "<5", "<5", "5", "1,234"]


def test_text_examples() -> None:
    assert suppress_text("3 of 41 women (7.3%) waited.") == "<5 of 41 women waited."
    assert suppress_text("In 7.3% (3/41) it was late.") == "In – (<5/41) it was late."
    assert suppress_text("39 of 41 (95%) were seen.") == ">36 of 41 were seen."
    assert suppress_text("Two of 41 women.") == "<5 of 41 women."
    assert suppress_text("30 of 41 (73%) were seen.") == "30 of 41 (73%) were seen."
    assert suppress_text("3 women and 12 babies.") == "<5 women and 12 babies."


@pytest.mark.parametrize(
    "text",
    [
        "PPH (number): June: 9; July: 11; August: <5; September: 8.",
        "Fewer than 5 women waited, 9 did not.",
    ],
)
def test_a_count_that_the_source_hides_itself_stays_as_written(text: str) -> None:
    assert suppress_text(text) == text


@pytest.mark.parametrize(
    "text",
    ["Start time: 2025-04-03 09:00; Email: none.", "2025-04-03", "On 2025-03-04 and 2025-04-01."],
)
def test_an_iso_date_keeps_its_day_and_month(text: str) -> None:
    assert suppress_text(text) == text


def test_text_leaves_other_figures_alone() -> None:
    for text in (
        "page 3 of 41",
        "open 24/7",
        "on 03/04/2025",
        "blood pressure 140/90",
        "41+0 weeks",
        "RR 0.75 (0.6 to 0.9)",
        "0 of 41 (0%)",
    ):
        assert suppress_text(text) == text


@given(st.integers(1, 4), st.integers(5, 5000))
def test_no_share_lets_a_small_count_or_its_rest_be_read(n: int, total: int) -> None:
    for k in {n, total - n}:
        share = suppress_share(k, total)
        possible = [x for x in range(total + 1) if str(suppress_share(x, total)) == str(share)]
        assert len(possible) > 1
        assert not share.percent


@given(st.integers(1, 4), st.integers(10, 400), st.integers(0, 2))
def test_text_never_keeps_the_percentage_of_a_hidden_count(n: int, total: int, digits: int) -> None:
    percent = f"{100 * n / total:.{digits}f}"
    shown = suppress_text(
        f"It was late for {n} of {total} births ({percent}%). That is {percent}% of all."
    )
    assert f"{percent}%" not in shown
    assert f"{n} of" not in shown


_TABLES = st.integers(1, 3).flatmap(
    lambda wide: st.lists(
        st.lists(st.integers(0, 8), min_size=wide, max_size=wide), min_size=1, max_size=3
    )
)


@settings(max_examples=60)
@given(_TABLES, st.booleans(), st.booleans())
def test_no_hidden_count_of_a_table_can_be_computed_back(
    inner: list[list[int]], with_row: bool, with_column: bool
) -> None:
    """Every hidden cell must have at least two values that agree with all that is shown."""
    published = suppress_table(_table(inner, with_row, with_column))
    places = [(i, j) for i, row in enumerate(inner) for j, n in enumerate(row) if 0 < n < 5]
    assert all(published[i + 1][j + 1] == "<5" for i, j in places)
    for i, j in places:
        values = set()
        for guess in range(1, 5):
            tried = [list(row) for row in inner]
            tried[i][j] = guess
            if suppress_table(_table(tried, with_row, with_column)) == published:
                values.add(guess)
        assert len(values) > 1


def _table(inner: list[list[int]], with_row: bool, with_column: bool) -> list[list[int | str]]:
    wide = len(inner[0])
    head: list[int | str] = [
        "unit",
        *(f"m{j}" for j in range(wide)),
        *(["Total"] if with_column else []),
    ]
    rows: list[list[int | str]] = [head]
    rows += [[f"u{i}", *row, *([sum(row)] if with_column else [])] for i, row in enumerate(inner)]
    if with_row:
        sums = [sum(column) for column in zip(*inner, strict=True)]
        rows.append(["Total", *sums, *([sum(sums)] if with_column else [])])
    return rows


def test_table_keeps_shape_and_hides_percentages_beside_hidden_counts() -> None:
    shown = suppress_table(
        [["month", "late", "births", "percent"], ["May", 3, 41, 7.3], ["June", 9, 40, 22.5]]
    )
    assert shown == [
        ["month", "late", "births", "percent"],
        ["May", "<5", "41", "–"],
        ["June", "9", "40", "22.5"],
    ]


@given(st.text(max_size=80))
def test_any_text_passes(text: str) -> None:
    assert isinstance(suppress_text(text), str)
    assert not re.search(r"\b[1-4] of 41\b", suppress_text("2 of 41; " + text))


@pytest.mark.parametrize("below", [5, 0, 8])
def test_a_text_met_before_is_masked_as_at_first(below: int) -> None:
    text = "Group: Traveller; Women: 2\nGroup: Roma; Women: 7\nGroup: Total; Women: 9"
    first = masks_of(text, below=below)
    kept = [*first]
    first.clear()  # what a caller does with its masks is its own
    assert masks_of(text, below=below) == kept == apart(masks_of(text, below=below))
    assert bool(kept) == (below > 0)
    assert (len(kept) > len(masks_of(text))) == (below == 8)


def test_a_count_in_words_of_a_group_is_hidden_too() -> None:
    assert (
        suppress_text("and four of the women remembered it") == "and <5 of the women remembered it"
    )
    assert suppress_text("nine of the women remembered it") == "nine of the women remembered it"


def test_small_counts_of_complaints_partners_and_of_those_who_took_part_are_hidden() -> None:
    assert (
        suppress_text("people who need an interpreter (three complaints)")
        == "people who need an interpreter (<5 complaints)"
    )
    assert (
        suppress_text("Two took part; 1 declined; seven partners came")
        == "<5 took part; <5 declined; seven partners came"
    )
    assert (
        suppress_text("four fathers or partners and 12 complaints")
        == "<5 fathers or partners and 12 complaints"
    )
    assert suppress_text("No one replied within two days.") == "No one replied within two days."


def test_a_quotation_is_never_changed_unmarked() -> None:
    said = "3 of 41 women (7.3%) and four of the mothers waited; p <5 was seen."
    assert (
        suppress_quotation(said)
        == "[fewer than 5] of 41 women[not shown] and [fewer than 5] of the mothers waited; p <5 was seen."
    )


def test_the_numbers_of_rows_and_of_a_scale_in_a_name_count_nobody() -> None:
    actions = "No.: 1; Action: Blinds.\nNo.: 2; Action: Calls.\nNo.: 3; Action: Leaflet."
    assert suppress_quotation(actions) == actions
    survey = "Question (1-5): I can speak up (1-5); Mean: 3.9; n: 61."
    assert suppress_quotation(survey) == survey
    counts = "No.: 1; Reason: Sepsis.\nNo.: 3; Reason: Bleed.\nNo.: 2; Reason: Pain."
    assert not re.search(r"No\.: \d", suppress_quotation(counts))
