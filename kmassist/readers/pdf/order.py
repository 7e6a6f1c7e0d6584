"""The lines of a PDF page in reading order: rows and columns. Pure functions of places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile
from statistics import median

from kmassist.readers.pdf.model import Line, Page
from kmassist.readers.pdf.tables import bands_of, by_place

_MARKER = re.compile(
    r"(?:[•●▪◦‣■□–*·➢➤✓✔o§\uf0b7\uf0a7\uf0d8-]|\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[A-Za-z]|[ivx]{1,4})[.)]?|\d{1,2}(?:\.\d{1,2}){1,3})$"
)

_MOST_COLUMNS, _FEWEST_LINES = 6, 3


def in_reading_order(page: Page) -> list[list[Line]]:
    """The lines of a page by column, in reading order; the parts of a line stay apart."""
    if not page.lines:
        return []
    if not all(line.has_place for line in page.lines):
        return [list(page.lines)]
    return [column for column in _split(_margins_in_place(page.lines), 0) if column]


def _margins_in_place(lines: Sequence[Line]) -> list[Line]:
    """The file's order, but a foot that it writes before the page stands at the end, and a head that it writes after it first."""
    foot = next((at for at in range(1, len(lines)) if lines[at].bottom >= lines[0].top), 0)
    if foot and min(line.bottom for line in lines[foot:]) >= max(line.top for line in lines[:foot]):
        lines = [*lines[foot:], *lines[:foot]]
    head = next((n for n in range(1, len(lines)) if lines[-1 - n].top <= lines[-1].bottom), 0)
    if head and max(line.top for line in lines[:-head]) <= min(
        line.bottom for line in lines[-head:]
    ):
        lines = [*lines[-head:], *lines[:-head]]
    return list(lines)


def _split(lines: list[Line], depth: int) -> list[list[Line]]:
    """Columns: bands of a two-column page from the top, each left column then right, wide lines between them."""
    gutter = _gutter(lines) if depth < 3 and len(lines) >= 8 else None
    if gutter is None:
        return _as_written(lines) or [_down(lines)]
    found: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []
    rows = by_place(lines)
    for band in bands_of(rows):
        here = [rows[i] for i in band]
        if any(_crosses(line, gutter) for line in here):
            for side in (left, right):
                if side:
                    found += _split(side, depth + 1)
            left, right = [], []
            if found and found[-1] and _crosses(found[-1][-1], gutter):
                found[-1] += here
            else:
                found.append(list(here))
            continue
        left += [line for line in here if (line.left + line.right) / 2 <= gutter]
        right += [line for line in here if (line.left + line.right) / 2 > gutter]
    for side in (left, right):
        if side:
            found += _split(side, depth + 1)
    return found


def _as_written(lines: Sequence[Line]) -> list[list[Line]]:
    """Columns of prose that the file writes one after the other, with the wide lines above and below; none where it does not.

    A table is written row by row: only columns go down the page, then begin again at its top and further right.
    """
    runs: list[list[Line]] = []
    for line in lines:
        last = runs[-1][-1] if runs else None
        if last is None or line.bottom > last.bottom + 2 * max(line.size, last.size):
            runs.append([])
        runs[-1].append(line)
    if not 2 <= len(runs) <= _MOST_COLUMNS or any(line.grid is not None for line in lines):
        return []
    tops = [max(line.top for line in run) for run in runs[1:]]
    feet = [min(line.bottom for line in run) for run in runs[:-1]]
    above = list(takewhile(lambda line: line.bottom >= max(tops), runs[0]))
    below = list(takewhile(lambda line: line.top <= min(feet), reversed(runs[-1])))[::-1]
    columns = [runs[0][len(above) :], *runs[1:-1], runs[-1][: len(runs[-1]) - len(below)]]
    if any(len(column) < _FEWEST_LINES for column in columns):
        return []
    edges = [(min(c.left for c in run), max(c.right for c in run)) for run in columns]
    are_beside = all(here[1] < after[0] for here, after in pairwise(edges))
    wrapped = [
        here.text[:1].islower() and not before.text.endswith((".", ":", ";"))
        for column in columns
        for before, here in pairwise(column)
    ]
    if not are_beside or sum(wrapped) < max(2, len(wrapped) // 5):
        return []
    return [part for part in (above, *columns, below) if part]


def _crosses(line: Line, gutter: float) -> bool:
    return line.left < gutter - 2 and line.right > gutter + 2


def _gutter(lines: Sequence[Line]) -> float | None:
    """The x of a gap between two columns of prose, or None.

    Few rows cross it, both sides have several lines over a common height, and the lines of each side nearly fill it: that
    tells columns from a table, whose cells are short. Rows that leave it free must follow each other: between justified
    words there are gaps too, but not one under the other.
    """
    # A table that reaches into the margin says nothing of the columns of the words.
    words = [line for line in lines if line.grid is None] or lines
    left_edge, right_edge = min(line.left for line in words), max(line.right for line in words)
    width = right_edge - left_edge
    if width < 150:
        return None
    ordered = by_place(lines)
    rows = [[ordered[i] for i in band] for band in bands_of(ordered)]
    best: tuple[float, float] | None = None
    steps = 60
    total = sum(len(line.text) for line in lines)
    for step in range(int(steps * 0.25), int(steps * 0.75) + 1):
        x = left_edge + width * step / steps
        beside: list[Line] = []
        crossing = 0
        stretch: list[list[Line]] = []
        for row in [*rows, []]:
            is_crossed = not row or any(line.left < x - 1 and line.right > x + 1 for line in row)
            if not is_crossed:
                stretch.append(row)
                continue
            if _is_stretch(stretch, x):
                beside += [line for free in stretch for line in free]
            else:
                crossing += sum(len(line.text) for free in stretch for line in free)
            stretch = []
            crossing += sum(len(line.text) for line in row)
        on_left = [item for item in beside if (item.left + item.right) / 2 <= x]
        on_right = [item for item in beside if (item.left + item.right) / 2 > x]
        if not _are_columns(on_left, on_right, left_edge, x, right_edge):
            continue
        cost = crossing + abs(step - steps / 2) * 0.2
        if best is None or cost < best[0]:
            best = (cost, x)
    if best is None:
        return None
    return best[1] if best[0] <= 0.45 * total else None


def _is_stretch(rows: Sequence[Sequence[Line]], x: float) -> bool:
    """Whether rows that follow each other leave a place free as a gutter does, and not by the chance of word spaces."""
    both = sum(
        any((line.left + line.right) / 2 <= x for line in row)
        and any((line.left + line.right) / 2 > x for line in row)
        for row in rows
    )
    return len(rows) >= 5 or (len(rows) >= 3 and both == 0)


def _are_columns(
    on_left: Sequence[Line], on_right: Sequence[Line], left_edge: float, x: float, right_edge: float
) -> bool:
    if len(on_left) < 4 or len(on_right) < 4:
        return False
    low = max(min(line.bottom for line in on_left), min(line.bottom for line in on_right))
    high = min(max(line.top for line in on_left), max(line.top for line in on_right))
    size = median(line.size or 10 for line in (*on_left, *on_right))
    if high - low < 3 * size:
        return False
    shared_left = join_rows([line for line in on_left if line.top >= low and line.bottom <= high])
    shared_right = join_rows([line for line in on_right if line.top >= low and line.bottom <= high])
    if len(shared_left) < 3 or len(shared_right) < 3:
        return False
    room_left, room_right = x - left_edge, right_edge - x
    return _filled(shared_left, room_left) and _filled(shared_right, room_right)


def _filled(lines: Sequence[Line], room: float) -> bool:
    """Whether most characters stand in lines of prose that nearly fill the room."""
    total = sum(len(line.text) for line in lines)
    full = [line for line in lines if line.right - line.left >= 0.6 * room and len(line.text) >= 15]
    return len(full) >= 3 and sum(len(line.text) for line in full) >= 0.6 * total


def _down(lines: list[Line]) -> list[Line]:
    """One column: the file's order when it goes down the page, else sorted by place; each row from left to right."""
    rows: list[list[Line]] = []
    for line in lines:
        if rows and line.grid is None and rows[-1][0].grid is None and share_row(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    upward = sum(
        1
        for before, here in pairwise(rows)
        if here[0].bottom > before[0].bottom + 0.5 * max(here[0].size, 4)
    )
    # A few steps up are boxes and notes written last; the file's order is then the better guess.
    if upward > 0.2 * len(rows) or any(line.grid is not None for line in lines):
        return by_place(lines)
    return [line for row in rows for line in sorted(row, key=lambda item: item.left)]


def share_row(before: Line, here: Line) -> bool:
    """Whether two lines stand on one row."""
    overlap = min(before.top, here.top) - max(before.bottom, here.bottom)
    return overlap > 0.5 * min(before.top - before.bottom, here.top - here.bottom)


def join_rows(lines: Sequence[Line]) -> list[Line]:
    """Neighbours on one baseline, as justified words and the cells of a table row are, become one line."""
    joined: list[Line] = []
    for line in lines:
        before = joined[-1] if joined else None
        is_next = (
            before is not None
            and before.grid is None
            and line.grid is None
            and line.left >= before.right - 1
        )
        if before is None or not is_next or not share_row(before, line):
            joined.append(line)
            continue
        is_longer = len(before.text) > len(line.text)  # a bullet may be large
        joined[-1] = Line(
            text=f"{before.text} {line.text}",
            left=before.left,
            bottom=before.bottom if is_longer else line.bottom,
            right=line.right,
            top=before.top if is_longer else line.top,
            size=before.size if is_longer else line.size,
            is_bold=line.is_bold and (before.is_bold or bool(_MARKER.match(before.text))),
            ends_with_hyphen=line.ends_with_hyphen,
        )
    return joined


def with_markers(lines: Sequence[Line]) -> list[Line]:
    """Lines in which a bullet or a number of a list has become one with the words beside it."""
    found: list[Line] = []
    for line in lines:
        before = found[-1] if found else None
        if before is not None and _MARKER.match(before.text) and not before.text.isdigit():
            joined = join_rows([before, line])
            found[-1:] = joined
        else:
            found.append(line)
    return found


def with_units(lines: Sequence[Line]) -> list[Line]:
    """Lines in which a figure has become one with its unit beside it, as the cells "200 mg" of a table without lines need.

    A number that begins its row stays apart: it may be that of the line or of the step.
    """
    found: list[Line] = []
    for line in lines:
        before = found[-1] if found else None
        is_inner = len(found) > 1 and share_row(found[-2], line) and found[-2].left < line.left
        if (
            before is not None
            and is_inner
            and before.grid is None
            and line.grid is None
            and re.fullmatch(r"[\d.,]{1,6}", before.text)
            and 0 <= line.left - before.right < 0.5 * line.size
            and share_row(before, line)
        ):
            found[-1:] = join_rows([before, line])
        else:
            found.append(line)
    return found
