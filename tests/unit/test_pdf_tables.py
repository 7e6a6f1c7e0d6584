"""Tables of real guidelines as PDF: each figure stands under its own heading, over pages too."""

from __future__ import annotations

from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.contract.pdf_layouts import (
    FONT,
    PROSE,
    lines,
    prose,
    read,
    ruled,
)

DRUGS = [
    ["Labetalol", "200 mg", "Twice a day, by mouth, with food"],
    ["Nifedipine", "10 mg", "Only the form of slow release"],
    ["Methyldopa", "250 mg", "Stop within two days of the birth"],
]


STEPS: list[list[str | list[str]]] = [
    ["1", "Call for help and note the time. Lie the woman on her left side.", "Midwife"],
    ["2", "Give oxygen and open two drips, and send blood for a full count.", "Midwife"],
    ["3", ["Decide on theatre:", "• if bleeding goes on", "• if she is not stable"], "Doctor"],
]


def test_a_sideways_table_is_read_as_a_person_turns_it() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(560, 60)
        canvas.rotate(90)
        ruled(canvas, [["Drug", "Dose", "Note"], *DRUGS], [100, 80, 250], y=500, bold=[0])

    assert "Drug: Nifedipine; Dose: 10 mg; Note: Only the form of slow release." in lines(
        read(draw)
    )


def test_the_first_row_of_a_table_without_a_header_labels_no_other() -> None:
    document = read(lambda canvas: ruled(canvas, DRUGS, [100, 80, 250]))
    assert lines(document)[1] == "Nifedipine; 10 mg; Only the form of slow release."


@pytest.mark.parametrize("mark", [{"bold": [0]}, {"shaded": [0]}])
def test_a_bold_or_shaded_row_is_the_header_on_the_next_page_too(
    mark: dict[str, Any],
) -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, PROSE)
        ruled(canvas, [["Drug", "Dose", "Note"], *DRUGS], [100, 80, 250], y=600, **mark)
        canvas.showPage()
        ruled(canvas, DRUGS, [100, 80, 250], y=790)

    found = [line for line in lines(read(draw)) if "Nifedipine" in line]
    assert found == ["Drug: Nifedipine; Dose: 10 mg; Note: Only the form of slow release."] * 2


def test_a_header_at_the_edge_of_each_page_is_no_running_head() -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(3):
            ruled(canvas, [["Drug", "Dose", "Note"], *DRUGS * 4], [100, 80, 250], y=815, bold=[0])
            canvas.showPage()

    found = [line for line in lines(read(draw)) if "Nifedipine" in line]
    assert found == ["Drug: Nifedipine; Dose: 10 mg; Note: Only the form of slow release."] * 12


def test_striped_rows_are_no_header() -> None:
    document = read(
        lambda canvas: ruled(canvas, [*DRUGS, *DRUGS], [100, 80, 250], shaded=[0, 2, 4])
    )
    assert not any(line.startswith("Labetalol:") for line in lines(document))


def test_two_rows_of_headers_are_joined_over_their_columns() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        rows = [
            ["", "", "Bundle", "", "Usual care", ""],
            ["Outcome", "n", "%", "n", "%"],
            ["Severe tear", "30", "3.0", "33", "3.3"],
            ["Episiotomy", "220", "22.0", "230", "23.0"],
            ["Caesarean", "240", "24.0", "251", "25.1"],
        ]
        for y, row in zip(range(740, 600, -16), rows, strict=False):
            places = (72, 200, 215, 280, 340, 360) if y == 740 else (72, 200, 260, 330, 390)
            for x, cell in zip(places, row, strict=True):
                canvas.drawString(x, y, cell)

    assert (
        "Outcome: Severe tear; Bundle n: 30; Bundle %: 3.0; Usual care n: 33; Usual care %: 3.3."
        in lines(read(draw))
    )


def test_cells_that_compare_things_never_mix() -> None:
    texts = [
        "Offer it to all women at the first visit, and write down what was said and why.",
        "Two midwives check the dose before it is given. Call a doctor if in doubt.",
        "Nobody is left alone within the first hour after the dose was given.",
        "Say no if there is any doubt about the weight.",
    ]
    rows = [["", "Balloon", "Gel", "Tablet", "Drip"], ["Who", *texts], ["When", *texts[::-1]]]
    widths = [50, 105, 105, 105, 105]
    with_lines = read(lambda canvas: ruled(canvas, rows, widths, bold=[0]))
    assert f"Who; Gel: {texts[1]}" in lines(with_lines)
    assert f"When; Drip: {texts[0]}" in lines(with_lines)
    without = read(lambda canvas: ruled(canvas, rows, widths, bold=[0], lines=False))
    assert all(without.text.count(text) == 2 for text in texts)
    assert any("could not be read as a table" in warning for warning in without.warnings)


@pytest.mark.parametrize("has_lines", [True, False])
def test_a_step_is_its_number_what_and_who(has_lines: bool) -> None:
    document = read(lambda canvas: ruled(canvas, STEPS, [40, 300, 100], lines=has_lines))
    assert lines(document) == [
        "1; Midwife: Call for help and note the time. Lie the woman on her left side.",
        "2; Give oxygen and open two drips, and send blood for a full count.; Midwife.",
        "3; Doctor: Decide on theatre: if bleeding goes on",
        "3; Doctor: Decide on theatre: if she is not stable",
    ]


def test_a_table_that_reaches_into_the_margin_mixes_no_columns() -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, PROSE * 3, 70, 700, 170)
        prose(canvas, PROSE * 3, 275, 752, 135)
        ruled(canvas, [["Visit", "Seen"], ["First", "54"], ["Second", "49"]], [215, 95], 275, 160)

    text = read(draw).text
    assert text.count("Women with a raised temperature in labour are seen by a senior midwife") == 6


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (  # bands over figures, which nothing marks
            [["Age", "<20", "20-24", "25+"], ["Seen", "4", "31", "28"], ["Not", "2", "6", "9"]],
            "Age: Not; <20: 2; 20-24: 6; 25+: 9.",
        ),
        (  # years over figures
            [["Unit", "2023", "2024"], ["Elm", "14", "11"], ["Oak", "9", "12"]],
            "Unit: Oak; 2023: 9; 2024: 12.",
        ),
        (  # the name of an interval begins with a figure and is none
            [["Arm", "Mean", "95% CI"], ["Packs", "4.2", "3.9 to 4.5"], ["None", "5", "4 to 6"]],
            "Arm: None; Mean: 5; 95% CI: 4 to 6.",
        ),
        (  # a category that stands once
            [
                ["Site", "Quarter", "Calls"],
                ["Elm", "Q1", "51"],
                ["", "Q2", "47"],
                ["Oak", "Q1", "4"],
            ],
            "Site: Elm; Quarter: Q2; Calls: 47.",
        ),
        (  # a control table
            [["Version", "3.1", "Owner", "Head of ward"], ["Issued", "May 2024", "State", "Final"]],
            "Owner: Head of ward",
        ),
    ],
)
def test_tables_of_pages_are_read_as_those_of_other_formats(
    rows: list[list[str]], told: str
) -> None:
    bold = [0] if rows[0][0] == "Site" else []
    document = read(
        lambda canvas: ruled(canvas, rows, [90, 90, 90, 110][: len(rows[0])], bold=bold)
    )
    assert told in lines(document)


def test_a_drug_with_its_amount_is_no_header_over_amounts() -> None:
    rows = [["Ox", "10 units", "once"], ["Er", "0.5 mg", "twice"], ["Ca", "0.2 mg", "often"]]
    document = read(lambda canvas: ruled(canvas, rows, [100, 80, 100]))
    assert "Er; 0.5 mg; twice." in lines(document)


def test_rows_under_a_heading_row_carry_it_on_the_next_page_too() -> None:
    rows = [["Ward", "Women", "Share"], ["Night", "", ""], ["Elm", "4", "40%"], ["Oak", "9", "9%"]]

    def draw(canvas: Canvas) -> None:
        prose(canvas, PROSE)
        ruled(canvas, rows, [100, 80, 80], y=600, bold=[0, 1])
        canvas.showPage()
        ruled(canvas, [["Ash", "7", "7%"], ["Fir", "5", "5%"]], [100, 80, 80], y=790)

    found = lines(read(draw))
    assert "Night; Ward: Oak; Women: 9; Share: 9%." in found
    assert "Ward: Fir; Women: 5; Share: 5%." in found


def test_a_line_on_which_every_cell_goes_on_is_no_row() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        rows = [
            [["Condition"], ["Who"], ["When"]],
            [["Epilepsy on", "treatment"], ["Joint clinic", "with the nurse"], ["At booking and at 28", "weeks"]],
            [["Twins"], ["Fetal medicine"], ["From 16 weeks"]],
            [["Asthma"], ["Midwife"], ["At booking"]],
        ]  # fmt: skip
        y = 780.0
        for row in rows:
            for deep in range(max(map(len, row))):
                for x, cell in zip((60, 200, 340), row, strict=True):
                    if deep < len(cell):
                        canvas.drawString(x, y - 12 * deep, cell[deep])
            y -= 12 * max(map(len, row)) + 12

    text = read(draw).text
    assert "Epilepsy on treatment" in text
    assert "Joint clinic with the nurse" in text
    assert "At booking and at 28 weeks" in text


def test_a_minus_before_a_figure_is_no_bullet_and_a_range_over_lines_is_one() -> None:
    def draw(canvas: Canvas) -> None:
        ruled(
            canvas,
            [
                ["Site", "Change", "Limits"],
                ["Elm", "-1%", ["31.0–", "35.8"]],
                ["Oak", "–4", "0.7–1.9"],
            ],
            [120, 120, 120],
        )

    text = read(draw).text
    assert "Site: Elm; Change: -1%; Limits: 31.0–35.8." in text
    assert "Site: Oak; Change: –4; Limits: 0.7–1.9." in text


@pytest.mark.parametrize("bold", [(0,), ()])
def test_not_applicable_is_the_name_of_a_column_of_an_audit(bold: tuple[int, ...]) -> None:
    rows = [
        ["Criterion", "Yes", "No", "N/A", "Target"],
        ["Review recorded each hour", "41", "19", "5", "100%"],
        ["Sticker signed by both", "52", "8", "5", "100%"],
    ]
    document = read(lambda canvas: ruled(canvas, rows, [180, 60, 60, 60, 60], bold=bold))
    assert lines(document)[0].startswith("Review recorded each hour: 41 of 60 (68.3%")
    assert [criterion.denominator for criterion in document.metadata.audit] == [60, 60]


def test_a_first_row_with_what_does_not_apply_is_no_header() -> None:
    rows = [["Labetalol", "N/A", "200 mg"], ["Nifedipine", "Slow form", "10 mg"]]
    document = read(lambda canvas: ruled(canvas, rows, [120, 120, 120]))
    assert "N/A:" not in document.text
