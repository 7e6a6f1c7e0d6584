"""Tables on a page, by the lines drawn around their cells or by the places of their words: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

from kmassist.readers.pdf.grids import Grid
from kmassist.readers.pdf.model import Block, Line, Table, TableCell

_SHORT = 16
"""Characters of a cell that holds a figure or a few words."""
_Edges = tuple[float, float, float]
Blocks = Callable[[list[Line]], list[Block]]
"""Makes the blocks of the lines of a cell."""
_TOLERANCE = 5.0
"""Points by which cells of one column may be out of line."""


def by_place(lines: Sequence[Line]) -> list[Line]:
    """Lines from the top down, those on one baseline from left to right."""
    ordered: list[Line] = []
    down = sorted(lines, key=lambda line: (-line.bottom, line.left))
    for band in bands_of(down):
        ordered += sorted((down[i] for i in band), key=lambda line: line.left)
    return ordered


def bands_of(lines: Sequence[Line]) -> list[list[int]]:
    """Positions of the lines that share a baseline, band after band."""
    bands: list[list[int]] = []
    for number, line in enumerate(lines):
        if bands and line.grid is None and lines[bands[-1][0]].grid is None:
            first = lines[bands[-1][0]]
            overlap = min(first.top, line.top) - max(first.bottom, line.bottom)
            if overlap > 0.5 * min(first.top - first.bottom, line.top - line.bottom):
                bands[-1].append(number)
                continue
        bands.append([number])
    return bands


# Tables that lines make ---------------------------------------------------------------------------


def table_of_grid(
    number: int, grid: Grid, lines: Sequence[Line], blocks_in: Blocks
) -> Table | None:
    """The table of a grid and the lines in it; None when fewer than two rows or two columns have words."""
    inside: list[list[Line]] = [[] for _ in grid.cells]
    for line in lines:
        x, y = (line.left + line.right) / 2, (line.bottom + line.top) / 2
        place = next(
            (
                i
                for i, cell in enumerate(grid.cells)
                if cell.box[0] - 1 <= x <= cell.box[2] + 1
                and cell.box[1] - 2 <= y <= cell.box[3] + 2
            ),
            None,
        )
        if place is not None:
            inside[place].append(line)
    filled = [
        (cell, blocks_in(by_place(found)))
        for cell, found in zip(grid.cells, inside, strict=True)
        if found
    ]
    rows = sorted({cell.top_row for cell, _ in filled})
    columns = sorted({cell.first_column for cell, _ in filled})
    if len(rows) < 2 or len(columns) < 2:
        return None
    cells = []
    for cell, blocks in filled:
        spans_rows = [i for i, row in enumerate(rows) if cell.top_row <= row <= cell.last_row]
        spans_columns = [
            i for i, c in enumerate(columns) if cell.first_column <= c <= cell.last_column
        ]
        cells.append(
            TableCell(blocks, spans_rows[0], spans_columns[0], len(spans_rows), len(spans_columns))
        )
    shaded = frozenset(i for i, row in enumerate(rows) if row in grid.shaded_rows)
    return Table(number, [grid.columns[c] for c in columns], cells, shaded)


# Tables without lines -----------------------------------------------------------------------------


def find_tables(
    number: int, lines: Sequence[Line], blocks_in: Blocks
) -> list[tuple[int, int, Table]]:
    """Tables among the lines of one column of text, as (first line, after last line, table).

    ``lines`` must be in the order of their place, top first. A table is two or more rows (three when its cells are close),
    each with three cells or more on one baseline of which two are short, and what stands between them in the same columns
    (the lines of a wrapped cell).
    """
    bands = bands_of(lines)
    full = [n for n, band in enumerate(bands) if _is_full([lines[i] for i in band])]
    found: list[tuple[int, int, Table]] = []
    position = 0
    while position < len(full):
        start = full[position]
        starts = _starts([lines[i] for i in bands[start]])
        end, rows_seen = start, 1
        for n in range(start + 1, len(bands)):
            band = [lines[i] for i in bands[n]]
            gap = min(lines[i].bottom for i in bands[n - 1]) - max(line.top for line in band)
            is_far = gap > 3.5 * max(line.size for line in band)
            if is_far or not all(_column(line, starts) is not None for line in band):
                break
            if len(band) >= 2 or _fits_cell(band[0], starts):
                rows_seen += _is_full(band)
                end = n
            else:
                break
        if rows_seen >= 3 or (rows_seen == 2 and _has_wide_gap([lines[i] for i in bands[start]])):
            first = _with_heads(lines, bands, start, starts)
            parts = [[lines[i] for i in band] for band in bands[first : end + 1]]
            table = table_of(number, _rows(parts[start - first :], starts), starts, blocks_in)
            _put_heads(table, parts[: start - first], starts)
            found.append((bands[first][0], bands[end][-1] + 1, table))
        while position < len(full) and full[position] <= end:
            position += 1
    return found


def _with_heads(
    lines: Sequence[Line], bands: Sequence[list[int]], start: int, starts: Sequence[_Edges]
) -> int:
    """The first band that belongs to a table: up to two rows right above its first full one, of few words over its columns."""
    first = start
    while first > max(0, start - 2):
        above, here = [lines[i] for i in bands[first - 1]], [lines[i] for i in bands[first]]
        gap = min(line.bottom for line in above) - max(line.top for line in here)
        is_over = all(
            line.left >= starts[0][0] - _TOLERANCE
            and line.right <= starts[-1][2] + 40
            and len(line.text) <= 40
            for line in above
        )
        size = max(line.size for line in here)
        if not (
            2 <= len(above) <= len(starts) and is_over and gap < 1.5 * size and _has_wide_gap(above)
        ):
            break
        first -= 1
    return first


def _put_heads(table: Table, bands: Sequence[Sequence[Line]], starts: Sequence[_Edges]) -> None:
    """Rows of headers above the others; each of their cells stands over the columns that are nearest to it."""
    for cell in table.cells:
        cell.row += len(bands)
    steps = [after[1] - before[1] for before, after in pairwise(starts)]
    for row, band in enumerate(bands):
        cells = sorted(band, key=lambda line: line.left)
        over = [
            min(
                range(len(cells)),
                key=lambda i: max(cells[i].left - middle, middle - cells[i].right, 0.0),
            )
            for _, middle, _ in starts
        ]
        for number, line in enumerate(cells):
            own = _column(line, starts)  # a cell right over a column reaches to the right at most
            columns = [
                column
                for column, nearest in enumerate(over)
                if nearest == number
                and (own is None or column >= own)
                and max(line.left - starts[column][1], starts[column][1] - line.right)
                <= 0.6 * median(steps)
            ]
            if columns:
                block = _cell_block(table.page, [line])
                table.cells.append(
                    TableCell([block], row, columns[0], 1, columns[-1] - columns[0] + 1)
                )
    table.cells.sort(key=lambda cell: (cell.row, cell.column))


def _starts(band: Sequence[Line]) -> list[_Edges]:
    """Left edge, centre and right edge of each column, as the first row gives them."""
    ordered = sorted(band, key=lambda line: line.left)
    return [(line.left, (line.left + line.right) / 2, line.right) for line in ordered]


def _column(line: Line, starts: Sequence[_Edges]) -> int | None:
    """The column whose left edge, centre or right edge a cell shares; None when it shares none, as words of prose do."""
    place = (line.left, (line.left + line.right) / 2, line.right)
    distances = [
        min(abs(here - there) for here, there in zip(place, column, strict=True))
        for column in starts
    ]
    nearest = min(range(len(starts)), key=distances.__getitem__)
    return nearest if distances[nearest] <= _TOLERANCE else None


def _is_full(band: Sequence[Line]) -> bool:
    """Whether a band has three cells with words or figures, two of them short; leaders and bullets are no cells."""
    cells = [line for line in band if any(character.isalnum() for character in line.text)]
    is_short = sum(len(line.text) <= _SHORT for line in cells) >= 2
    return len(cells) >= 3 and len(cells) > len(band) // 2 and is_short


def _has_wide_gap(band: Sequence[Line]) -> bool:
    """Whether two cells stand further apart than words do."""
    cells = sorted(band, key=lambda line: line.left)
    return any(
        after.left - before.right > 1.8 * max(before.size, after.size)
        for before, after in pairwise(cells)
    )


def _fits_cell(line: Line, starts: Sequence[_Edges]) -> bool:
    """Whether a line alone on its baseline can be the rest of a wrapped cell: it ends before the next column begins."""
    number = _column(line, starts)
    # A line of prose as wide as the table shares the last column's right edge: it begins before that column does.
    if number is None or (number > 0 and line.left < starts[number - 1][2] - 2):
        return False
    return number + 1 >= len(starts) or line.right <= starts[number + 1][0] + 2


def _rows(bands: Sequence[Sequence[Line]], starts: Sequence[_Edges]) -> list[list[list[Line]]]:
    """Logical rows. Where rows stand further apart than the lines of a cell, the gap parts them; else the cells do."""
    gaps = [
        min(line.bottom for line in above) - max(line.top for line in band)
        for above, band in pairwise(bands)
    ]
    near, far = min(gaps, default=0.0), max(gaps, default=0.0)
    parting = (near + far) / 2 if far > 2 * max(near, 1.0) + 1 else None
    rows: list[list[list[Line]]] = []
    for number, band in enumerate(bands):
        cells = sorted(band, key=lambda line: line.left)
        filled = [_nearest(line, starts) for line in cells]
        if parting is not None:
            # A line on which each cell goes on with a small letter is no row, however many of them there are.
            goes_on = len(band) < len(starts) or all(c.text[:1].islower() for c in cells)
            is_wrapped = number > 0 and gaps[number - 1] < parting and goes_on
        else:
            is_wrapped = len(band) <= len(starts) // 3 and (
                filled[0] != 0 or cells[0].text[:1].islower()
            )
        if not rows or not is_wrapped:
            rows.append([[] for _ in starts])
        for line, column in zip(cells, filled, strict=True):
            rows[-1][column].append(line)
    return rows


def _nearest(line: Line, starts: Sequence[_Edges]) -> int:
    found = _column(line, starts)
    if found is not None:
        return found
    middle = (line.left + line.right) / 2
    return min(range(len(starts)), key=lambda i: abs(starts[i][1] - middle))


def table_of(
    number: int,
    rows: Sequence[Sequence[Sequence[Line]]],
    starts: Sequence[_Edges],
    blocks_in: Blocks,
) -> Table:
    """The table of these rows of cells, each a list of its lines."""
    cells = [
        TableCell(blocks_in(list(lines)), row, column)
        for row, columns in enumerate(rows)
        for column, lines in enumerate(columns)
        if lines
    ]
    return Table(number, [start[0] for start in starts], cells)


def _cell_block(number: int, lines: Sequence[Line]) -> Block:
    return Block(
        number, list(lines), size=lines[0].size, is_bold=all(line.is_bold for line in lines)
    )
