"""Tables without rules, told by the free channels that run down between their columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kmassist.readers.pdf.model import Line, Table
from kmassist.readers.pdf.tables import Blocks, bands_of, table_of


def find_channels(
    number: int, lines: Sequence[Line], blocks_in: Blocks
) -> list[tuple[int, int, Table | None]]:
    """Where words stand in columns that are no table by their short cells, as (first line, after last line, table).

    A place that three rows or more leave free one under the other, wider than words stand apart, parts columns. Where the
    first column says where each row begins it is a table; where nothing does, there is None for it, and the columns must be
    read one after the other.
    """
    bands = bands_of(lines)
    found: list[tuple[int, int, Table | None]] = []
    start = 0
    while start < len(bands):
        free = _free_places([lines[i] for i in bands[start]])
        end, both = start, 1
        for n in range(start + 1, len(bands)):
            band = [lines[i] for i in bands[n]]
            gap = min(lines[i].bottom for i in bands[n - 1]) - max(line.top for line in band)
            left = [place for place in (_narrowed(f, band) for f in free) if place is not None]
            if not left or gap > 3 * max(line.size for line in band):
                break
            free, end = left, n
            both += any(_has_both(band, place) for place in left)
        size = max(lines[i].size for i in bands[start])
        free = [(left, right) for left, right in free if right - left > 1.5 * size or both >= 6]
        rows = [[lines[i] for i in band] for band in bands[start : end + 1]]
        free = [place for place in free if not _is_word_space(place, rows, size)]
        if free and both >= 3 and end - start >= 2:
            parts = [[lines[i] for i in band] for band in bands[start : end + 1]]
            table = _channel_table(number, parts, sorted(free), blocks_in)
            found.append((bands[start][0], bands[end][-1] + 1, table))
            start = end + 1
        else:
            start += 1
    return found


def _free_places(band: Sequence[Line]) -> list[tuple[float, float]]:
    cells = sorted(band, key=lambda line: line.left)
    return [
        (before.right, after.left)
        for before, after in pairwise(cells)
        if after.left - before.right > 0.9 * max(before.size, after.size)
    ]


def _narrowed(place: tuple[float, float], band: Sequence[Line]) -> tuple[float, float] | None:
    """What a row leaves free of a place; None when too little."""
    left, right = place
    size = max(line.size for line in band)
    for line in band:
        if line.left < right and line.right > left:
            if line.left - left >= right - line.right:
                right = min(right, line.left)
            else:
                left = max(left, line.right)
    return (left, right) if right - left > 0.9 * size else None


def _is_word_space(place: tuple[float, float], rows: Sequence[Sequence[Line]], size: float) -> bool:
    """Whether a narrow free place stands between the words of sentences: most go on after it with a small letter."""
    if place[1] - place[0] > 2.5 * size:
        return False
    across = goes_on = 0
    for row in rows:
        left = [line for line in row if line.right <= place[0] + 1]
        right = [line for line in row if line.left >= place[1] - 1]
        if left and right:
            across += 1
            first, last = (
                min(right, key=lambda line: line.left),
                max(left, key=lambda line: line.right),
            )
            goes_on += first.text[:1].islower() and not last.text.endswith((".", ":", ";"))
    return goes_on > 0.5 * across


def _has_both(band: Sequence[Line], place: tuple[float, float]) -> bool:
    return any(line.right <= place[0] + 1 for line in band) and any(
        line.left >= place[1] - 1 for line in band
    )


def column_of(line: Line, free: Sequence[tuple[float, float]]) -> int:
    """The number of the column, from 0, between places that are free."""
    middle = (line.left + line.right) / 2
    return sum(middle > (left + right) / 2 for left, right in free)


def _channel_table(
    number: int,
    bands: Sequence[Sequence[Line]],
    free: Sequence[tuple[float, float]],
    blocks_in: Blocks,
) -> Table | None:
    """The rows that the first column begins, when it does: it is filled in some rows only, or the rows stand apart."""
    starts = []
    for column in range(len(free) + 1):
        mine = [line for band in bands for line in band if column_of(line, free) == column]
        if not mine:
            return None
        left, right = min(line.left for line in mine), max(line.right for line in mine)
        starts.append((left, (left + right) / 2, right))
    begins = [any(column_of(line, free) == 0 for line in band) for band in bands]
    gaps = [
        min(line.bottom for line in above) - max(line.top for line in band)
        for above, band in pairwise(bands)
    ]
    near, far = min(gaps), max(gaps)
    if far > near + 2.5:
        begins = [True, *(gap > (near + far) / 2 for gap in gaps)]
    elif not begins[0] or (all(begins) and _is_wrapped(bands, free)):
        return None
    rows: list[list[list[Line]]] = []
    for band, is_new in zip(bands, begins, strict=True):
        if is_new or not rows:
            rows.append([[] for _ in starts])
        for line in sorted(band, key=lambda item: item.left):
            rows[-1][column_of(line, free)].append(line)
    return table_of(number, rows, starts, blocks_in) if len(rows) >= 2 else None


def _is_wrapped(bands: Sequence[Sequence[Line]], free: Sequence[tuple[float, float]]) -> bool:
    """Whether lines of a column go on in the next row: they begin with a small letter where the one above is not ended."""
    wrapped = 0
    for column in range(len(free) + 1):
        mine = [line for band in bands for line in band if column_of(line, free) == column]
        wrapped += sum(
            after.text[:1].islower() and not before.text.endswith((".", ";", ":"))
            for before, after in pairwise(mine)
        )
    return wrapped >= 1
