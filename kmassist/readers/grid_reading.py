"""What a grid holds: titles, labels with their values, and tables whose columns know their whole heading.

Only structure decides: marks of the format (``th``, bold), spans, blanks, and where words stand above figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmassist.readers.grid import BLANK, Cell, Grid, Note, Row, Table
from kmassist.readers.grid_headers import Unmarked, header_rows, joined_headings
from kmassist.readers.grid_kinds import (
    are_figures,
    filled_cells,
    is_heading,
    kind_of,
)
from kmassist.readers.grid_pairs import is_pair, labelled_pairs, pairs, pairs_above

_Rows = Sequence[Sequence[Cell]]
_LONGEST_SECTION = 100


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
    count = header_rows(rest, max(0, heads - at), unmarked)
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
        table = Table(joined_headings(rest[:count], len(rest[0])))
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
        if are_figures([row for _, row in full if row[column].text], column + 1):
            break  # a word among figures names what the row sums up
        if any(kind_of(row[column + 1]) not in ("text", "period") for row in gaps):
            break
        last = BLANK
        for at, row in full:
            last = row[column] if row[column].text else last
            if not row[column].text:
                found[at, column] = last
    return found
