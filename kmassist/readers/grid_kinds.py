"""What kind of thing a cell holds, and which rows could be a header: words, figures, periods, bands of figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from itertools import pairwise

from kmassist.readers.grid import Cell
from kmassist.readers.metadata.numbers import is_error, is_suppressed
from kmassist.text.shipped import english

_LONGEST_HEADING = 200
_PERIOD = re.compile(
    r"(?:19|20)\d\d(?:\s?[/–-]\s?(?:\d\d|(?:19|20)\d\d))?(?:,?\s*\(?(?:%|n(?:\s?=\s?\d[\d,]*)?)\)?)?",
    re.I,
)
_POINT = re.compile(r"\d{1,2}(?=$| [(=–-])")
_NOTHING = english("readers", "empty_cell")
_UNITS = english("readers", "unit_of_a_cell")
_BAND = english("readers", "band")
_INTERVAL = english("readers", "name_of_an_interval")
_AMOUNT = english("readers", "begins_as_a_figure")
_NOT_APPLICABLE = english("readers", "not_applicable")
"""In a row of words it may be the name of a column, between Yes, No and the target."""


def filled_cells(row: Sequence[Cell]) -> list[Cell]:
    """The different cells of a row that hold something, in order."""
    return list(dict.fromkeys(cell for cell in row if cell.text))


def is_heading(row: Sequence[Cell]) -> bool:
    """Whether a row could be a header: words and periods, no figures but bands and 1, 2, 3 in turn."""
    filled = filled_cells(row)
    if len(filled) < 2 and not (filled and len(row) > 1 and not row[0].text):
        return False
    if any(len(cell.text) > _LONGEST_HEADING for cell in filled):
        return False
    if len(filled) > 1 and len({cell.text for cell in filled}) == 1:
        return False
    figures = [cell.text for cell in filled if kind_of(cell) == "figure"]
    if not figures:
        return any(kind_of(cell) == "text" for cell in filled) or not row[0].text
    # The points of a scale: 1, 2, 3, also where the first and the last say what they mean, as "5 (always)".
    points = [match.group() for cell in filled if (match := _POINT.match(cell.text))]
    in_turn = [str(number) for number in range(1, len(points) + 1)]
    is_scale = (
        len(figures) >= 3 and set(figures) <= set(points) and points in (in_turn, in_turn[::-1])
    )
    return is_scale or are_bands(row)


def are_bands(row: Sequence[Cell]) -> bool:
    """Whether the figures of a row are bands, as of age or weight: each begins where the one before it ends."""
    cells = [cell for cell in filled_cells(row) if cell is not row[0] or kind_of(cell) == "figure"]
    found = [(cell, _BAND.fullmatch(cell.text)) for cell in cells]
    bands = [match for _, match in found if match is not None]
    if any(match is None and kind_of(cell) != "text" for cell, match in found):
        return False
    if sum(bool(m["below"] or m["high"] or m["open"]) for m in bands) < 2:
        return False
    ends = [(0.0 if m["below"] else float(m["low"]), float(m["high"] or m["low"])) for m in bands]
    return all(0 <= after[0] - before[1] <= 1 for before, after in pairwise(ends))


def has_amounts(cells: Sequence[Cell]) -> bool:
    """Whether any cell begins as a figure or an amount does, periods and names of intervals apart."""
    return any(
        _AMOUNT.match(cell.text)
        and kind_of(cell) != "period"
        and not (_INTERVAL.match(cell.text) or _NOT_APPLICABLE.search(cell.text))
        for cell in cells
    )


def names_rows(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the marked headings stand in the first column alone: they name the rows, and nothing names the columns."""
    full = [row for row in rows if len(filled_cells(row)) > 1]
    return len(full) > 1 and all(row[0].is_head and not row[1].is_head for row in full)


def are_figures(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    """Whether most of a column's cells are figures."""
    kinds = [kind_of(row[column]) for row in rows[:50] if row[column].text]
    figures = sum(kind in ("figure", "period") for kind in kinds)
    return figures > 0 and figures >= sum(kind == "text" for kind in kinds)


def kind_of(cell: Cell) -> str:
    """``text``, ``figure``, ``period`` (a year or date), ``nothing`` (a dash, N/A, a hidden number) or empty."""
    text = cell.text
    if not text:
        return ""
    if isinstance(cell.value, (date, time)) or _PERIOD.fullmatch(text):
        return "period"
    if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool):
        return "figure"
    if _NOTHING.fullmatch(text) or is_suppressed(text) or is_error(text):
        return "nothing"
    is_name = len(text) > 60 or _INTERVAL.match(text)
    if is_name or not re.match(r"[<>≤≥=~±£$€(+−-]*\s*\d", text):
        return "text"
    return "figure" if sum(map(str.isalpha, _UNITS.sub("", text))) <= 2 else "text"
