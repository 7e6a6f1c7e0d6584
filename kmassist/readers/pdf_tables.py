"""Tables on a page, by the places of their cells: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kmassist.readers.pdf_pages import Line

_SHORT = 16
"""Characters of a cell that holds a figure or a few words."""
Rows = list[list[str]]


_Edges = tuple[float, float, float]
_TOLERANCE = 5.0
"""Points by which cells of one column may be out of line."""


def find_tables(lines: Sequence[Line]) -> list[tuple[int, int, Rows]]:
    """Tables among the lines of one column of text, as (first line, after last line, rows of cells).

    ``lines`` must be in the order of their place, top first. A table is two or more rows (three when its cells are close), each with three cells or more
    on one baseline of which two are short, and what stands between them in the same columns (the lines of a wrapped cell).
    """
    bands = _bands(lines)
    full = [number for number, band in enumerate(bands) if _is_full([lines[i] for i in band])]
    found: list[tuple[int, int, Rows]] = []
    position = 0
    while position < len(full):
        start = full[position]
        starts = _starts([lines[i] for i in bands[start]])
        end, rows_seen = start, 1
        for number in range(start + 1, len(bands)):
            band = [lines[i] for i in bands[number]]
            gap = min(lines[i].bottom for i in bands[number - 1]) - max(line.top for line in band)
            if gap > 3.5 * max(line.size for line in band) or not all(_column(line, starts) is not None for line in band):
                break
            if len(band) >= 2 or _fits_cell(band[0], starts):
                rows_seen += _is_full(band)
                end = number
            else:
                break
        if rows_seen >= 3 or (rows_seen == 2 and _has_wide_gap([lines[i] for i in bands[start]])):
            found.append(
                (
                    bands[start][0],
                    bands[end][-1] + 1,
                    _rows([[lines[i] for i in band] for band in bands[start : end + 1]], starts),
                )
            )
        while position < len(full) and full[position] <= end:
            position += 1
    return found


def by_place(lines: Sequence[Line]) -> list[Line]:
    """Lines from the top down, those on one baseline from left to right."""
    ordered: list[Line] = []
    down = sorted(lines, key=lambda line: (-line.bottom, line.left))
    for band in _bands(down):
        ordered += sorted((down[i] for i in band), key=lambda line: line.left)
    return ordered


def _bands(lines: Sequence[Line]) -> list[list[int]]:
    """Positions of the lines that share a baseline, band after band."""
    bands: list[list[int]] = []
    for number, line in enumerate(lines):
        if bands:
            first = lines[bands[-1][0]]
            overlap = min(first.top, line.top) - max(first.bottom, line.bottom)
            if overlap > 0.5 * min(first.top - first.bottom, line.top - line.bottom):
                bands[-1].append(number)
                continue
        bands.append([number])
    return bands


def _starts(band: Sequence[Line]) -> list[_Edges]:
    """Left edge, centre and right edge of each column, as the first row gives them."""
    return [(line.left, (line.left + line.right) / 2, line.right) for line in sorted(band, key=lambda line: line.left)]


def _column(line: Line, starts: Sequence[_Edges]) -> int | None:
    """The column whose left edge, centre or right edge a cell shares; None when it shares none, as words of prose do."""
    place = (line.left, (line.left + line.right) / 2, line.right)
    distances = [min(abs(here - there) for here, there in zip(place, column, strict=True)) for column in starts]
    nearest = min(range(len(starts)), key=distances.__getitem__)
    return nearest if distances[nearest] <= _TOLERANCE else None


def _is_full(band: Sequence[Line]) -> bool:
    """Whether a band has three cells with words or figures, two of them short; leaders and bullets are no cells."""
    cells = [line for line in band if any(character.isalnum() for character in line.text)]
    return len(cells) >= 3 and len(cells) > len(band) // 2 and sum(len(line.text) <= _SHORT for line in cells) >= 2


def _has_wide_gap(band: Sequence[Line]) -> bool:
    """Whether two cells stand further apart than words do."""
    cells = sorted(band, key=lambda line: line.left)
    return any(after.left - before.right > 1.8 * max(before.size, after.size) for before, after in pairwise(cells))


def _fits_cell(line: Line, starts: Sequence[_Edges]) -> bool:
    """Whether a line alone on its baseline can be the rest of a wrapped cell: it ends before the next column begins."""
    number = _column(line, starts)
    # A line of prose as wide as the table shares the last column's right edge: it begins before that column does.
    if number is None or (number > 0 and line.left < starts[number - 1][2] - 2):
        return False
    return number + 1 >= len(starts) or line.right <= starts[number + 1][0] + 2


def _rows(bands: Sequence[Sequence[Line]], starts: Sequence[_Edges]) -> Rows:
    """Logical rows. Where rows stand further apart than the lines of a cell, the gap parts them; else the cells do."""
    gaps = [min(line.bottom for line in above) - max(line.top for line in band) for above, band in pairwise(bands)]
    near, far = min(gaps, default=0.0), max(gaps, default=0.0)
    parting = (near + far) / 2 if far > 2 * max(near, 1.0) + 1 else None
    rows: list[list[list[str]]] = []
    for number, band in enumerate(bands):
        cells = sorted(band, key=lambda line: line.left)
        filled = [_column(line, starts) for line in cells]
        if parting is not None:
            is_wrapped = number > 0 and gaps[number - 1] < parting and len(band) < len(starts)
        else:
            is_wrapped = len(band) <= len(starts) // 3 and (filled[0] != 0 or cells[0].text[:1].islower())
        if not rows or not is_wrapped:
            rows.append([[] for _ in starts])
        for line, column in zip(cells, filled, strict=True):
            if column is not None:
                rows[-1][column].append(line.text)
    return [[" ".join(cell) for cell in row] for row in rows]
