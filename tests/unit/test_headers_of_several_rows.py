"""Headers of two and three rows without spans, as people type them: each value has its whole heading."""

from __future__ import annotations

import pytest

from kmassist.readers.grid import BLANK, Cell, Grid, Table
from kmassist.readers.grid_reading import read_sheet


def _first_row(text: str) -> str:
    grid = Grid()
    for row in text.split("\n"):
        grid.add_row((Cell(cell) if cell else BLANK, 1, 1) for cell in row.split("|"))
    (table,) = (block for block in read_sheet(grid) if isinstance(block, Table))
    return table.line(table.rows[0])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "||2023/24||2024/25|\n||n|%|n|%\nSite|Measure||||\nAsh|Fed|40|50%|45|56%\nElm|Fed|60|75%|70|80%",
            "Site: Ash; Measure: Fed; 2023/24 n: 40; 2023/24 %: 50%; 2024/25 n: 45; 2024/25 %: 56%.",
        ),
        (
            "Site|2024||||2025|\n|Q1||Q2||Q1|\n|n|%|n|%|n|%\nAsh|10|50%|12|60%|13|65%\nElm|9|45%|8|40%|7|35%",
            "Site: Ash; 2024 Q1 n: 10; 2024 Q1 %: 50%; 2024 Q2 n: 12; 2024 Q2 %: 60%; 2025 Q1 n: 13; 2025 Q1 %: 65%.",
        ),
        (
            "Measure|Unit|Apr|May\n||2025|2025\nWait|min|12|14\nCalls|n|300|310",
            "Measure: Wait; Unit: min; Apr, 2025: 12; May, 2025: 14.",
        ),
        (
            "Ward|Beds|Falls|Falls\n||April|May\nElm|20|7|9\nOak|22|8|6",
            "Ward: Elm; Beds: 20; Falls, April: 7; Falls May: 9.",
        ),
        (  # a row of remarks stays one
            "Ward|Beds|Falls\n|not counted|n/a\nElm|20|7\nOak|22|8",
            "Beds: not counted; Falls: n/a.",
        ),
    ],
)
def test_a_header_of_several_rows_is_one_heading_for_each_column(rows: str, said: str) -> None:
    assert _first_row(rows) == said
