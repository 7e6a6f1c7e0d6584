"""A table of a page as the grid that all formats share, and which table goes on with that of the page before: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kmassist.readers.grid import BLANK, Cell, Grid
from kmassist.readers.grid_kinds import are_bands, has_amounts
from kmassist.readers.pdf.model import Table, TableCell

MOST_LABEL = 14
"""Words of a cell that names its row, and that counts for each of the rows it stands beside."""


def grid_of(table: Table, words: Callable[[TableCell], str]) -> Grid:
    """The cells with what they span; rows that are bold or shaded unlike those below are marked as headings.

    A long cell over several rows stands in the first of them alone.
    """
    rows = [[BLANK] * table.columns for _ in range(table.deep)]
    for cell in table.cells:
        text = words(cell)
        if not text:
            continue
        made = Cell(text, is_head=cell.is_bold and len(table.row(cell.row)) == 1)
        deep = cell.rows if len(text.split()) <= MOST_LABEL else 1
        for row in rows[cell.row : cell.row + deep]:
            across = min(cell.column + cell.columns, table.columns) - cell.column
            row[cell.column : cell.column + across] = [made] * across
    marked = _with_marks(table, rows)
    grid = Grid()
    for row in rows:
        grid.add_row((marked.get(id(cell), cell), 1, 1) for cell in row)
    return grid


def _with_marks(table: Table, rows: Sequence[Sequence[Cell]]) -> dict[int, Cell]:
    """The cells of rows that are headings by their looks, marked as such, by the identity of those they replace.

    Such rows are at the top, after those that hold one cell as titles do.
    """
    at = 0
    while at < table.deep - 2 and len(table.row(at)) == 1 and table.row(at)[0].column == 0:
        at += 1
    first = at
    marked: dict[int, Cell] = {}
    while at < min(table.deep - 1, first + 4) and _is_marked(table, rows[at], at, at > first):
        marked |= {id(cell): replace(cell, is_head=True) for cell in rows[at] if cell.text}
        at += 1
    return marked


def _is_marked(table: Table, row: Sequence[Cell], at: int, is_second: bool) -> bool:
    here = table.row(at)
    after = [cell for n in range(at + 1, table.deep) for cell in table.row(n)]
    if not after or not here or (len(here) < 2 and not is_second):
        return False
    if sum(len(cell.text) for cell in here) > 60 * len(here):
        return False
    if has_amounts(row[1:]) and not are_bands(row):
        return False
    if all(c.is_bold for c in here) and sum(c.is_bold for c in after) < 0.6 * len(after):
        return True
    is_striped = any(at + step in table.shaded for step in range(2, table.deep - at))
    return at in table.shaded and not is_striped


def goes_on(before: Table, here: Table) -> bool:
    """Whether a table at the top of a page has the columns of the one at the foot of the page before."""
    return (
        here.page == before.page + 1
        and before.columns == here.columns
        and all(abs(a - b) <= 6 for a, b in zip(before.edges, here.edges, strict=True))
    )
