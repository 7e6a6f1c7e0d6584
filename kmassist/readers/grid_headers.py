"""Which first rows of a table are its header, and the whole heading of each column. Only structure decides."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from kmassist.readers.grid import BLANK, Cell
from kmassist.readers.grid_kinds import (
    are_bands,
    are_figures,
    filled_cells,
    has_amounts,
    is_heading,
    kind_of,
    names_rows,
)

_Rows = Sequence[Sequence[Cell]]


class Unmarked(IntEnum):
    """When a first row of words that no format marks is a header all the same."""

    ALWAYS = 0
    OVER_FIGURES = 1
    OVER_MOST_FIGURES = 2
    NEVER = 3


def header_rows(rows: _Rows, heads: int, unmarked: Unmarked) -> int:
    """How many rows from the first are the header; 0 when it has none."""
    if heads and heads < len(rows):
        return heads
    marked = 0
    while marked < len(rows) and all(cell.is_head for cell in filled_cells(rows[marked])):
        if len(filled_cells(rows[marked])) < (2 if marked and len(rows[0]) > 1 else 1):
            break  # a heading row of the body
        if marked and _spans_into_body(rows, marked):
            break
        marked += 1
    count = marked if marked < len(rows) else 0
    if not count and names_rows(rows):
        return 0
    if not count and not is_heading(rows[0]):
        return 0
    count = max(count, 1)
    while count < len(rows) - 1 and _continues(rows, count):
        count += 1
    if marked and marked < len(rows):
        return count
    return count if _is_unmarked_header(rows[count - 1], rows[count:], unmarked) else 0


def _is_unmarked_header(head: Sequence[Cell], below: _Rows, unmarked: Unmarked) -> bool:
    """Whether a row that nothing marks names the columns below it."""
    if not below or unmarked is Unmarked.NEVER:
        return False
    # Words above figures are a heading, and so are bands above what was counted in them.
    if are_bands(head) and not are_bands(below[0]):
        return True
    if unmarked is Unmarked.OVER_MOST_FIGURES:
        return len(below) > 1 and _is_over_most(head, below)
    return unmarked is Unmarked.ALWAYS or any(
        cell.text and kind_of(cell) != "figure" and are_figures(below, at)
        for at, cell in enumerate(head)
    )


def _is_over_most(head: Sequence[Cell], below: _Rows) -> bool:
    """Whether a row has words where most columns after the first have figures, and no cell that begins as a figure does."""
    columns = [at for at, cell in enumerate(head) if cell.text and at]
    if has_amounts([head[at] for at in columns]):
        return False
    return sum(are_figures(below, at) for at in columns) > 0.5 * len(columns)


def _spans_into_body(rows: _Rows, at: int) -> bool:
    """Whether a marked cell names the rows below it: it goes on beside cells that are no headings."""
    if at + 1 >= len(rows):
        return False
    is_body = not all(cell.is_head for cell in filled_cells(rows[at + 1]))
    return is_body and any(
        here.text and here is below for here, below in zip(rows[at], rows[at + 1], strict=True)
    )


def _continues(rows: _Rows, at: int) -> bool:
    """Whether the row belongs to the header that the row before it began."""
    if _goes_down(rows[at - 1], rows[at], rows[at + 1 :]):
        return True
    return is_heading(rows[at]) and _is_of_header(rows, at)


def _is_of_header(rows: _Rows, at: int) -> bool:
    """Whether a row that could be a heading goes on with the header: by its spans, and by what the row before leaves open."""
    before, row, below = rows[at - 1], rows[at], rows[at + 1 :]
    if _names_the_rest(rows[: at + 1], below):
        return True
    if any(here.text and here is there for here, there in zip(row, before, strict=True)):
        return True
    spanned = [c for c in range(1, len(row)) if before[c].text and before[c] is before[c - 1]]
    if spanned and len(filled_cells(before)) > 1:
        texts = [cell.text for cell in filled_cells(row)]
        return len(set(texts)) < len(texts) or any(are_figures(below, c) for c in spanned)
    opened = [c for c, cell in enumerate(row) if cell.text and not before[c].text]
    if opened and before[0].text and not row[0].text and below and below[0][0].text:
        # The first column has its name above; this row names those that have none, as the answers below a question.
        return all(cell.text for above, cell in zip(before, row, strict=True) if not above.text)
    if not any(are_figures(below, c) for c in opened):
        return False
    # Names of groups stand over some columns alone; the row below them names the first column too.
    return not row[0].text or (not before[0].text and len(filled_cells(row)) > len(opened))


def _names_the_rest(head: _Rows, below: _Rows) -> bool:
    """Whether the last row of a header names the first columns, above which no row before it has a word."""
    *above, last = head
    named = [c for c, cell in enumerate(last) if cell.text]
    full = any(len(filled_cells(row)) > len(named) for row in below)
    return (
        full
        and named == list(range(len(named)))
        and not any(row[c].text for row in above for c in named)
    )


def _goes_down(before: Sequence[Cell], row: Sequence[Cell], below: _Rows) -> bool:
    """Whether a row has words or periods over figures and nothing over the names of the rows: over all figures, or over those
    whose headings above are the same.
    """
    if row[0].text or not below or not below[0][0].text:
        return False
    named = [c for c, cell in enumerate(row) if cell.text]
    figures = {c for c in range(1, len(row)) if are_figures(below, c)}
    above = {before[c].text for c in named}
    is_same = len(above) == 1 and "" not in above
    return (
        len(named) > 1
        and figures.issuperset(named)
        and all(kind_of(row[c]) in ("text", "period") for c in named)
        and (is_same or figures == set(named))
    )


def joined_headings(rows: _Rows, width: int) -> list[tuple[str, ...]]:
    """The parts of each column's heading. A group's name over the first of its columns alone holds for those after it."""
    texts = [[cell.text for cell in row] for row in rows]
    for level, row in reversed(list(enumerate(texts[:-1]))):
        lower = texts[level + 1]
        for at in range(1, width):
            if (
                not row[at]
                and rows[level][at] is BLANK
                and lower[at]
                and row[at - 1]
                and lower[at - 1]
            ):
                row[at] = row[at - 1]
    return [tuple(dict.fromkeys(filter(None, (row[at] for row in texts)))) for at in range(width)]
