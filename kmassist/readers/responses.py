"""What was observed when: answers to a form, as survey programs export them, and figures over time.

Structure tells answers: columns of times at which a form was begun and sent, and questions that were answered in words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kmassist.readers.grid import Cell, Row, Table
from kmassist.readers.grid_kinds import are_figures, kind_of
from kmassist.text import clock
from kmassist.text.dates import parse_date, parse_period

_TIME = re.compile(r"\d{1,2}[:.]\d\d(?::\d\d)?")
_LONG_NUMBER = re.compile(r"\d{6,}")
_FREE_WORDS = 4
"""Words of an answer that nobody chose from a list."""
_SERIES = 3
"""Points in time that make a series."""
_LONGEST_SPAN, _YEAR = 10, 4
_CONSTANT = 3
"""Rows from which a column with one value tells nothing of any of them."""


@dataclass(frozen=True, slots=True)
class Responses:
    """The answers without the columns of the program, which ``left_out`` names; ``last`` is the day of the last one."""

    table: Table
    left_out: tuple[str, ...]
    last: str | None


def read_responses(table: Table) -> Responses | None:
    """The answers of a table, None where it holds none."""
    columns = [[row.cells[at] for row in table.rows] for at in range(len(table.headings))]
    times = [at for at, cells in enumerate(columns) if _are_times(cells)]
    asked = [at for at in range(len(columns)) if table.heading(at).rstrip(" *").endswith("?")]
    has_words = any(_has_free_words(columns[at]) for at in asked)
    is_timed = len(times) > 1 and any(map(_has_free_words, columns))
    if not (has_words and (times or len(asked) > 1)) and not is_timed:
        return None
    answers = len(table.rows)
    left = [
        at
        for at, cells in enumerate(columns)
        if at in times
        or (at < (times or [1])[-1] and _is_number(cells))
        or (times and answers >= _CONSTANT and at not in asked and _is_constant(cells))
    ]
    kept = [at for at in range(len(columns)) if at not in left]
    days = [day for at in times for cell in columns[at] if (day := parse_date(cell.raw))]
    rows = [Row(tuple(row.cells[at] for at in kept), row.number, row.section) for row in table.rows]
    return Responses(
        Table([table.headings[at] for at in kept], rows),
        tuple(table.heading(at) for at in left if any(cell.text for cell in columns[at])),
        max(days, default=None),
    )


def observed(table: Table) -> str | None:
    """The last day or period of a table whose rows begin with one, or of the figures beside or below them; None for others."""
    rows = [row.cells for row in table.rows]
    width = len(table.headings)
    first = [parse_period(row[0].raw)[1] for row in rows]
    if not any(are_figures(rows, at) for at in range(1, width)):
        days = [end for end in first if end and len(end) > _YEAR]
        return _past(days) if len(days) == len(rows) else None
    above = [parse_period(table.heading(at))[1] for at in range(1, width)]
    spans = (
        [parse_period(row[at].text)[1] for row in rows]
        for at in range(1, width)
        if all(_is_span(row[at]) for row in rows)
    )
    series: list[list[str | None]] = [first, [end for end in above if end], *spans]
    for ends in series:
        known = [end for end in ends if end]
        if _SERIES <= len(known) == len(ends):
            return _past(known)
    return None


def _past(days: Sequence[str]) -> str | None:
    """The last of several points in time, unless it is still to come or they are too few to be a series."""
    last = max(days, default="")
    return last if len(days) >= _SERIES and last <= clock.today().isoformat() else None


def _is_span(cell: Cell) -> bool:
    """Whether a cell is a year, a quarter or a month, and no day, on which something may be due."""
    return kind_of(cell) == "period" and cell.value is None and len(cell.text) < _LONGEST_SPAN


def _are_times(cells: Sequence[Cell]) -> bool:
    """Whether each cell is a day with a time of day."""
    filled = [cell for cell in cells if cell.text]
    return bool(filled) and all(
        isinstance(cell.value, datetime)
        or (
            len(cell.text.split()) <= 3
            and _TIME.search(cell.text) is not None
            and parse_date(cell.text) is not None
        )
        for cell in filled
    )


def _has_free_words(cells: Sequence[Cell]) -> bool:
    return any(len(cell.text.split()) >= _FREE_WORDS for cell in cells)


def _is_number(cells: Sequence[Cell]) -> bool:
    """Whether a column counts the forms, or holds the long numbers that a program gives them."""
    texts = [cell.text for cell in cells if cell.text]
    counts = all(text.isdigit() for text in texts) and len(set(texts)) == len(texts)
    return bool(texts) and (counts or all(_LONG_NUMBER.fullmatch(text) for text in texts))


def _is_constant(cells: Sequence[Cell]) -> bool:
    return len({cell.text for cell in cells}) == 1
