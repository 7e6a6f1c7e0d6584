"""What a grid holds: titles, labels with their values, and tables whose columns know their whole heading.

Only structure decides: marks of the format (``th``, bold), spans, blanks, and where words stand above figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

from kmassist.readers.grid import BLANK, Cell, Grid, Note, Row, Table
from kmassist.readers.grid_kinds import (
    are_bands,
    are_figures,
    filled_cells,
    has_amounts,
    is_heading,
    kind_of,
    names_rows,
)
from kmassist.readers.grid_pairs import is_pair, labelled_pairs, pairs, pairs_above

_Rows = Sequence[Sequence[Cell]]
_LONGEST_SECTION = 100


class Unmarked(IntEnum):
    """When a first row of words that no format marks is a header all the same."""

    ALWAYS = 0
    OVER_FIGURES = 1
    OVER_MOST_FIGURES = 2
    NEVER = 3


def read_grid(grid: Grid, unmarked: Unmarked = Unmarked.ALWAYS) -> list[Note | Table]:
    """The titles, labels and the table of a grid that is one table, as in a page or a report.

    Args:
        unmarked: when a row is a header that nothing marks: over figures on web pages, where layout is made with tables
            too; over most columns in PDF, where cells are found by their places.
    """
    return _read(grid.rectangle(), grid.numbers, grid.heads, None, unmarked)


def read_sheet(grid: Grid) -> list[Note | Table]:
    """The same of a sheet, on which several tables may stand below and beside each other."""
    rows = grid.rectangle()
    blocks: list[Note | Table] = []
    above: dict[int, Table] = {}
    for top, bottom, left, right in _regions(rows):
        part = [row[left:right] for row in rows[top:bottom]]
        found = _read(part, grid.numbers[top:bottom], 0, above.get(left), Unmarked.ALWAYS)
        for block in found:
            if isinstance(block, Table):
                above = {at: table for at, table in above.items() if not left <= at < right}
                above[left] = block
        blocks += found
    return blocks


def _regions(rows: _Rows) -> Iterator[tuple[int, int, int, int]]:
    """Top, bottom, left and right of each part of a sheet: blocks of rows, parted where tables stand side by side."""
    for top, bottom in _runs([any(cell.text for cell in row) for row in rows]):
        width = max(
            (at + 1 for row in rows[top:bottom] for at, cell in enumerate(row) if cell.text),
            default=0,
        )
        filled = [any(row[at].text for row in rows[top:bottom]) for at in range(width)]
        parts = list(_runs(filled))
        joined = parts[:1]
        for left, right in parts[1:]:
            if _stands_alone([row[left:right] for row in rows[top:bottom]]):
                joined.append((left, right))
            else:
                joined[-1] = (joined[-1][0], right)
        for left, right in joined:
            yield top, bottom, left, right


def _runs(filled: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for at, is_filled in enumerate([*filled, False]):
        if is_filled and start is None:
            start = at
        elif not is_filled and start is not None:
            yield start, at
            start = None


def _stands_alone(rows: _Rows) -> bool:
    """Whether columns beside a gap are a table of their own: words name their rows, under a heading."""
    full = [row for row in rows if len(filled_cells(row)) >= 2]
    return len(full) >= 2 and is_heading(full[0]) and all(kind_of(row[0]) == "text" for row in full)


def _read(
    rows: _Rows, numbers: Sequence[int], heads: int, above: Table | None, unmarked: Unmarked
) -> list[Note | Table]:
    blocks: list[Note | Table] = []
    at = 0
    while at < len(rows):
        filled = filled_cells(rows[at])
        if _heads_one_column(rows, at):
            break
        if len(filled) == 1:
            blocks.append(Note((filled[0].text,), numbers[at]))
        elif is_pair(rows, at) or (len(rows) == 1 and not above and _is_lone_pair(rows[0])):
            blocks.append(Note(tuple(cell.text.strip(" :") for cell in filled), numbers[at]))
        elif filled and (
            told := labelled_pairs(rows[at], numbers[at]) or pairs_above(rows, at, numbers[at])
        ):
            blocks += told
        elif filled:
            break
        at += 1
    rest, numbers = rows[at:], numbers[at:]
    if not rest:
        return blocks
    goes_on = above is not None and len(above.headings) == len(rest[0])
    if goes_on and not blocks:
        unmarked = max(unmarked, Unmarked.OVER_FIGURES)
    count = _header_rows(rest, max(0, heads - at), unmarked)
    if not count and above is not None and goes_on and _fits(above, rest):
        table = Table(above.headings)
        notes, _ = _add_body(table, rest, numbers)
        return [*blocks, table, *notes]
    if not heads and (listed := pairs(rest, numbers)):
        return blocks + listed
    while count < len(rest):
        while (
            len(filled_cells(rest[0])) == 1
            and len(rest) > count + 1
            and not _heads_one_column(rest, 0)
        ):  # the title of a further table
            blocks.append(Note((filled_cells(rest[0])[0].text,), numbers[0]))
            rest, numbers = rest[1:], numbers[1:]
        table = Table(_headings(rest[:count], len(rest[0])))
        notes, used = _add_body(table, rest[count:], numbers[count:])
        words = tuple(filter(None, map(table.heading, range(len(rest[0])))))
        blocks += [
            table if table.rows or not words else Note(("; ".join(words),), numbers[0]),
            *notes,
        ]
        rest, numbers, count = rest[count + used :], numbers[count + used :], 1
    return blocks


def _is_lone_pair(row: Sequence[Cell]) -> bool:
    """Whether a row that stands alone is a label and its value, as the filter above a pivot table."""
    filled = filled_cells(row)
    return (
        len(filled) == 2
        and row[0] is filled[0]
        and row[1] is filled[1]
        and (kind_of(filled[0]) == "text")
    )


def _heads_one_column(rows: _Rows, at: int) -> bool:
    """Whether the one cell of a row is the heading of the only figures of the next, beside the name of that row."""
    filled = filled_cells(rows[at])
    if len(filled) != 1 or at + 1 >= len(rows) or rows[at][0].text:
        return False
    below = rows[at + 1]
    column = rows[at].index(filled[0])
    return (
        bool(below[0].text)
        and filled_cells(below) == [below[0], below[column]]
        and (kind_of(below[column]) == "figure" and kind_of(filled[0]) in ("text", "period"))
    )


def _fits(above: Table, rows: _Rows) -> bool:
    """Whether rows after a gap go on with the table above: the figures stand in the same columns."""
    figures = [row.cells for row in above.rows]
    return any(
        are_figures(figures, at) and are_figures(rows, at) for at in range(len(above.headings))
    )


def _header_rows(rows: _Rows, heads: int, unmarked: Unmarked) -> int:
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


def _headings(rows: _Rows, width: int) -> list[tuple[str, ...]]:
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


def _add_body(table: Table, rows: _Rows, numbers: Sequence[int]) -> tuple[list[Note | Table], int]:
    """Adds rows to a table; gives the notes below it and how many rows were used: a second header ends the table."""
    names = [" ".join(heading).casefold() for heading in table.headings]
    used = next((at for at in range(1, len(rows)) if _begins_another(rows, at, names)), len(rows))
    body = list(zip(rows[:used], numbers, strict=False))
    notes: list[Note | Table] = []
    while (
        body
        and len(filled_cells(body[-1][0])) <= 1
        and len(names) > 1
        and len(filled_cells(body[0][0])) > 1
    ):
        row, number = body.pop()
        notes[:0] = [Note((cell.text,), number) for cell in filled_cells(row)]
    lone = [
        at for at, (row, _) in enumerate(body) if len(filled_cells(row)) == 1 and len(names) > 1
    ]
    lone = lone if len(lone) < len(body) else []
    begins = bool(lone) and lone[0] == 0
    carried = _carried([row for row, _ in body])
    section, unused = "", 0
    for at, (row, number) in enumerate(body):
        filled = filled_cells(row)
        if [cell.text.casefold() for cell in row] == names or not filled:
            continue
        is_named = len(filled[0].text) <= _LONGEST_SECTION and not filled[0].text.endswith(".")
        if at in lone and is_named and (begins or filled[0].is_head or row.count(filled[0]) > 1):
            section = f"{section}, {filled[0].text}" if unused else filled[0].text
            unused = number
            continue
        cells = [carried.get((at, column), cell) for column, cell in enumerate(row)]
        table.rows.append(Row(tuple(cells), number, section))
        unused = 0
    if unused:
        notes.insert(0, Note((section,), unused))
    return notes, used


def _begins_another(rows: _Rows, at: int, names: Sequence[str]) -> bool:
    """Whether another table begins: words of the header above in other places, over figures; or a title, and under it words
    in columns that hold figures above and below."""
    row = rows[at]
    if len(filled_cells(row)) == 1 and at + 2 < len(rows):
        head, below = rows[at + 1], rows[at + 2 :]
        return is_heading(head) and any(
            kind_of(cell) == "text" and are_figures(rows[:at], c) and are_figures(below, c)
            for c, cell in enumerate(head)
        )
    texts = [cell.text.casefold() for cell in row]
    known = sum(bool(text) and text in names for text in texts)
    if (
        known < 2
        or texts == list(names)
        or known < len(filled_cells(row)) / 2
        or not is_heading(row)
    ):
        return False
    return any(are_figures(rows[at + 1 :], column) for column in range(len(row)))


def _carried(rows: _Rows) -> dict[tuple[int, int], Cell]:
    """Cells to put where a category stands once for several rows: (row, column) to cell.

    Only where structure leaves no doubt: each category stands once, the first row has one, and every row without has a
    label of its own to the right.
    """
    full = [(at, row) for at, row in enumerate(rows) if len(filled_cells(row)) > 1]
    found: dict[tuple[int, int], Cell] = {}
    if len(full) < 2 or len(full[0][1]) < 3:
        return found
    for column in range(len(full[0][1]) - 2):
        cells = [row[column] for _, row in full]
        texts = [cell.text for cell in dict.fromkeys(cells) if cell.text]
        gaps = [row for _, row in full if not row[column].text]
        if not cells[0].text or not gaps or len(set(texts)) < len(texts):
            break
        if any(kind_of(cell) == "figure" for cell in cells):
            break  # rows are numbered, and one without a number is none of them
        if any(kind_of(row[column + 1]) not in ("text", "period") for row in gaps):
            break
        last = BLANK
        for at, row in full:
            last = row[column] if row[column].text else last
            if not row[column].text:
                found[at, column] = last
    return found
