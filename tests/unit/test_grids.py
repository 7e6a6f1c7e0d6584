"""Any table is a grid: each value stands beside its own heading."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmassist.readers.grid import BLANK, Cell, Grid, Note, Table, join_heading, table_row
from kmassist.readers.grid_headers import Unmarked
from kmassist.readers.grid_reading import read_grid, read_sheet


def _grid(*rows: Sequence[str]) -> Grid:
    grid = Grid()
    for row in rows:
        grid.add_row((Cell(text) if text else BLANK, 1, 1) for text in row)
    return grid


def _lines(blocks: Sequence[Note | Table]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        lines += (
            [": ".join(block.texts)]
            if isinstance(block, Note)
            else [block.line(row) for row in block.rows]
        )
    return lines


def test_a_span_fills_every_place_that_it_covers() -> None:
    grid, unit = Grid(), Cell("Ward")
    grid.add_row([(unit, 2, 1), (Cell("2021"), 1, 2)])
    grid.add_row([(Cell("n"), 1, 1), (Cell("%"), 1, 1)])
    first, second = grid.rectangle()
    assert first[0] is second[0] is unit
    assert first[1] is first[2]
    assert [cell.text for cell in second] == ["Ward", "n", "%"]


def test_a_cell_that_spans_to_the_end_and_one_that_claims_millions_are_bounded() -> None:
    grid = Grid()
    grid.add_row([(Cell("Ward"), 0, 1), (Cell("x"), 1, 10**9)])
    for _ in range(3):
        grid.add_row([(Cell("y"), 1, 1)])
    assert all(row[0].text == "Ward" for row in grid.rectangle())
    assert len(grid.rectangle()[0]) == 500


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(["", "a", "7"]), st.integers(0, 3), st.integers(1, 3)),
            max_size=5,
        ),
        max_size=8,
    )
)
def test_any_grid_is_read_and_loses_no_word(rows: list[list[tuple[str, int, int]]]) -> None:
    grid = Grid()
    for at, row in enumerate(rows):
        cells = [
            (Cell(f"{text}{at}{n}") if text else BLANK, d, a) for n, (text, d, a) in enumerate(row)
        ]
        grid.add_row(cells)
    said = " ".join(_lines(read_grid(grid))) + " ".join(
        part
        for block in read_grid(grid)
        if isinstance(block, Table)
        for heading in block.headings
        for part in heading
    )
    for filled in grid.rectangle():
        for cell in filled:
            assert cell.text in said
    read_sheet(grid)


def test_joined_headings() -> None:
    assert join_heading(["Usual care", "%"]) == "Usual care %"
    assert join_heading(["By phone", "Median wait"]) == "By phone, Median wait"
    assert join_heading(["Site", "Site"]) == "Site"
    assert table_row(["Month", "Visits"], ["May", "12"]) == "Month: May; Visits: 12."


def test_two_header_rows_without_spans_are_joined() -> None:
    grid = _grid(
        ["Unit", "2023", "", "2024", ""],
        ["", "Births", "Tears", "Births", "Tears"],
        ["North", "310", "9", "305", "7"],
        ["South", "120", "2", "118", "4"],
    )
    assert _lines(read_grid(grid))[0] == (
        "Unit: North; 2023, Births: 310; 2023, Tears: 9; 2024, Births: 305; 2024, Tears: 7."
    )


def test_a_title_and_labels_above_a_table_are_no_header() -> None:
    grid = _grid(
        ["Calls to the helpline", "", ""],
        ["Source:", "switchboard log", ""],
        ["Month", "Calls", "Answered"],
        ["May", "80", "75"],
    )
    assert _lines(read_grid(grid)) == [
        "Calls to the helpline",
        "Source: switchboard log",
        "Month: May; Calls: 80; Answered: 75.",
    ]


def test_categories_that_stand_once_are_carried_down_only_without_doubt() -> None:
    rows = [
        ["Area", "Unit", "Births"],
        ["Coast", "North", "31"],
        ["", "South", "12"],
        ["Hills", "West", "8"],
    ]
    assert _lines(read_grid(_grid(*rows)))[1] == "Area: Coast; Unit: South; Births: 12."
    rows[3][0] = "Coast"  # a name that returns may simply be missing elsewhere
    assert _lines(read_grid(_grid(*rows)))[1] == "Unit: South; Births: 12."
    totals = [["Area", "Births", "Tears"], ["Coast", "31", "2"], ["", "43", "3"]]
    assert _lines(read_grid(_grid(*totals)))[1] == "Births: 43; Tears: 3."


def test_tables_below_and_beside_each_other_keep_their_own_columns() -> None:
    grid = _grid(
        ["Measure", "Met", "Total", "", "Measure", "Total", "Met"],
        ["Bladder scan", "40", "50", "", "Call within a day", "30", "21"],
        ["Pain score", "35", "50", "", "Home visit", "20", "19"],
        ["", "", "", "", "", "", ""],
        ["Ward", "Beds", "Staff", "", "", "", ""],
        ["Elm", "12", "5", "", "", "", ""],
    )
    assert _lines(read_sheet(grid)) == [
        "Measure: Bladder scan; Met: 40; Total: 50.",
        "Measure: Pain score; Met: 35; Total: 50.",
        "Measure: Call within a day; Total: 30; Met: 21.",
        "Measure: Home visit; Total: 20; Met: 19.",
        "Ward: Elm; Beds: 12; Staff: 5.",
    ]


def test_an_empty_column_inside_a_table_parts_nothing() -> None:
    grid = _grid(["Ward", "Beds", "", "Staff"], ["Elm", "12", "", "5"], ["Oak", "9", "", "4"])
    assert _lines(read_sheet(grid))[1] == "Ward: Oak; Beds: 9; Staff: 4."


def test_rows_after_a_gap_go_on_under_the_same_headings() -> None:
    grid = _grid(
        ["Ward", "Beds"], ["Elm", "12"], ["", ""], ["Oak", "9"], ["", ""], ["Figures of May.", ""]
    )
    assert _lines(read_sheet(grid)) == [
        "Ward: Elm; Beds: 12.",
        "Ward: Oak; Beds: 9.",
        "Figures of May.",
    ]


def test_a_second_header_without_a_gap_begins_a_second_table() -> None:
    grid = _grid(
        ["Measure", "Met", "Total"],
        ["Scan", "40", "50"],
        ["Measure", "Total", "Met"],
        ["Call", "30", "21"],
    )
    assert _lines(read_sheet(grid))[1] == "Measure: Call; Total: 30; Met: 21."


def test_a_title_without_a_gap_begins_a_second_table() -> None:
    grid = _grid(
        ["Ward", "Beds", "Staff"],
        ["Elm", "12", "5"],
        ["Oak", "9", "4"],
        ["Table 2. Moves", "", ""],
        ["Cause", "Women", "Days"],
        ["Choice", "3", "2"],
    )
    assert _lines(read_sheet(grid)) == [
        "Ward: Elm; Beds: 12; Staff: 5.",
        "Ward: Oak; Beds: 9; Staff: 4.",
        "Table 2. Moves",
        "Cause: Choice; Women: 3; Days: 2.",
    ]


def test_a_section_inside_a_table_begins_no_other_table() -> None:
    grid = _grid(
        ["Ward", "Beds", "Staff"],
        ["Elm", "12", "5"],
        ["Night", "", ""],
        ["Oak", "9", "4"],
        ["Ash", "7", "3"],
    )
    assert "Ward: Ash; Beds: 7; Staff: 3." in _lines(read_sheet(grid))


def test_groups_over_some_columns_and_names_below_them_are_one_header() -> None:
    grid = _grid(
        ["", "", "Women", "", "Share"],
        ["Area", "Births", "Smoked", "Not known", "Smoked"],
        ["Coast", "310", "9", "2", "2.9"],
        ["Hills", "120", "4", "1", "3.3"],
    )
    assert _lines(read_sheet(grid))[0] == (
        "Area: Coast; Births: 310; Women, Smoked: 9; Women, Not known: 2; Share, Smoked: 2.9."
    )


@pytest.mark.parametrize(
    "bands",
    [("<20", "20-24", "25+"), ("Under 2.5", "2.5 to 3.9", "4 or more"), ("0", "1–2", "3+")],
)
def test_bands_of_figures_are_a_header(bands: tuple[str, str, str]) -> None:
    first, second, third = bands
    grid = _grid(["Seen", *bands], ["Yes", "4", "31", "28"], ["No", "2", "6", "9"])
    assert _lines(read_grid(grid, Unmarked.OVER_FIGURES))[0] == (
        f"Seen: Yes; {first}: 4; {second}: 31; {third}: 28."
    )


def test_ranges_that_do_not_follow_each_other_are_no_header() -> None:
    grid = _grid(["North", "0.4-0.8", "0.9-2.1", "0.2-0.6"], ["South", "0.5-0.9", "1.1-2", "1-3"])
    assert "North" in _lines(read_grid(grid, Unmarked.OVER_FIGURES))[0]
    assert "South" in _lines(read_grid(grid, Unmarked.OVER_FIGURES))[1]
    assert "0.4-0.8: " not in _lines(read_grid(grid, Unmarked.OVER_FIGURES))[1]


def test_a_control_table_lists_two_labels_and_values_in_each_row() -> None:
    rows = [
        ["Version", "2.1", "Owner", "Head of Nursing"],
        ["Issued", "May 2024", "Review", "May 2027"],
        ["Approved by", "Ward group", "State", "Final"],
    ]
    assert _lines(read_grid(_grid(*rows))) == [
        *("Version: 2.1", "Owner: Head of Nursing", "Issued: May 2024", "Review: May 2027"),
        *("Approved by: Ward group", "State: Final"),
    ]
    headed = [["Version", "Date", "Author", "Change"], ["1", "May 2012", "A Hill", "First"]]
    assert _lines(read_grid(_grid(*headed))) == [
        "Version: 1; Date: May 2012; Author: A Hill; Change: First."
    ]


def test_a_heading_over_one_column_beside_names_of_rows() -> None:
    grid = _grid(["", "Minutes"], ["April", "40"], ["May", "22"])
    assert _lines(read_grid(grid)) == ["April; Minutes: 40.", "May; Minutes: 22."]


@pytest.mark.parametrize(
    "above",
    [
        ("Site", "Elm", "", "Quarter", "Q3 2024"),
        ("Site: Elm", "", "Quarter: Q3 2024", "", ""),
    ],
)
def test_labels_and_values_above_a_header_are_no_header(above: tuple[str, ...]) -> None:
    header = ("Criterion", "Yes", "No", "N/A", "Met")
    rows = (("Weighed", "44", "6", "0", "88%"), ("Measured", "9", "3", "38", "75%"))
    assert _lines(read_sheet(_grid(above, header, *rows))) == [
        "Site: Elm",
        "Quarter: Q3 2024",
        "Criterion: Weighed; Yes: 44; No: 6; N/A: 0; Met: 88%.",
        "Criterion: Measured; Yes: 9; No: 3; N/A: 38; Met: 75%.",
    ]


def test_names_of_groups_beside_the_name_of_the_first_column_stay_its_header() -> None:
    rows = [
        ("Tear", "2023", "", "2024", ""),
        ("", "n", "%", "n", "%"),
        ("Third", "3", "1", "4", "2"),
    ]
    assert _lines(read_sheet(_grid(*rows))) == [
        "Tear: Third; 2023 n: 3; 2023 %: 1; 2024 n: 4; 2024 %: 2."
    ]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (
            (
                ("Glucose (mmol/L)", "Action"),
                ("< 1.0", "Give 10% glucose"),
                ("1.0–1.9", "Buccal gel"),
            ),
            "Glucose (mmol/L): < 1.0; Action: Give 10% glucose.",
        ),
        (
            (("Sign", "Call"), ("Cord prolapse", "2222, say cord"), ("Pale", "2244, say baby")),
            "Sign: Cord prolapse; Call: 2222, say cord.",
        ),
        (
            (("By 2025", "By 2027"), ("Interpreters for all", "Carers for 75% of women")),
            "By 2025: Interpreters for all; By 2027: Carers for 75% of women.",
        ),
    ],
)
def test_a_header_of_two_columns_stays_with_its_figures(
    rows: tuple[tuple[str, str], ...], line: str
) -> None:
    assert line in _lines(read_grid(_grid(*rows)))
    labels = (("Ratified by", "Ward group"), ("Version", "3"), ("Date", "May 2024"))
    assert "Version: 3" in _lines(read_grid(_grid(*labels)))


def test_the_points_of_a_scale_are_headings() -> None:
    rows = (
        ("Statement", "1 (never)", "2", "3", "4", "5 (always)"),
        ("I was asked", "2", "5", "9", "8", "1"),
    )
    assert _lines(read_sheet(_grid(*rows))) == [
        "Statement: I was asked; 1 (never): 2; 2: 5; 3: 9; 4: 8; 5 (always): 1."
    ]
