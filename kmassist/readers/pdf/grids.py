"""Grids that the drawn rules of a page make: cells, and which of them are shaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kmassist.readers.pdf.rules import Box, Edge

_NEAR = 3.0
"""Points within which two lines are one, or touch."""


_MOST_WORK = 1_000_000
"""Cells times lines of one grid; a table of 40 rows and 10 columns has about 20,000."""


@dataclass(slots=True)
class Cell:
    """A cell of a grid by its first and last row and column, all from 0, and its box."""

    top_row: int
    last_row: int
    first_column: int
    last_column: int
    box: Box


@dataclass(slots=True)
class Grid:
    """Cells that lines make: ``columns`` and ``rows`` are the places of the lines, rows from the top."""

    columns: list[float]
    rows: list[float]
    cells: list[Cell]
    shaded_rows: frozenset[int] = frozenset()

    @property
    def box(self) -> Box:
        """The outline."""
        return self.columns[0], self.rows[-1], self.columns[-1], self.rows[0]


def find_grids(
    flat: Sequence[Edge], upright: Sequence[Edge], filled: Sequence[tuple[Box, bool]]
) -> list[Grid]:
    """Grids of two columns and two rows or more, top first."""
    flat, upright = _merged(flat), _merged(upright)
    if len(flat) < 2 or not upright or len(flat) * len(upright) > 400_000:
        return []
    found = [_grid(flats, walls, filled) for flats, walls in _components(flat, upright)]
    return sorted((grid for grid in found if grid is not None), key=lambda grid: -grid.box[3])


def _merged(edges: Iterable[Edge]) -> list[Edge]:
    """Lines at one place that touch or overlap as one."""
    merged: list[Edge] = []
    for place, begin, end in sorted(edges, key=lambda edge: (round(edge[0] / 2), edge[1])):
        last = merged[-1] if merged else None
        if last is not None and abs(last[0] - place) <= 2 and begin <= last[2] + _NEAR:
            merged[-1] = (last[0], last[1], max(last[2], end))
        else:
            merged.append((place, begin, end))
    return [edge for edge in merged if edge[2] - edge[1] >= 6]


def _components(
    flat: Sequence[Edge], upright: Sequence[Edge]
) -> Iterator[tuple[list[Edge], list[Edge]]]:
    """Lines that touch each other, directly or through others."""
    parent = list(range(len(flat) + len(upright)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for i, (y, left, right) in enumerate(flat):
        for j, (x, low, high) in enumerate(upright):
            if left - _NEAR <= x <= right + _NEAR and low - _NEAR <= y <= high + _NEAR:
                parent[root(i)] = root(len(flat) + j)
    groups: dict[int, tuple[list[Edge], list[Edge]]] = {}
    for number in range(len(parent)):
        flats, walls = groups.setdefault(root(number), ([], []))
        if number < len(flat):
            flats.append(flat[number])
        else:
            walls.append(upright[number - len(flat)])
    yield from groups.values()


def _places(values: Iterable[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def _grid(flats: list[Edge], walls: list[Edge], filled: Sequence[tuple[Box, bool]]) -> Grid | None:
    if len(flats) < 2 or not walls:
        return None
    columns = _places([wall[0] for wall in walls])
    left, right = min(edge[1] for edge in flats), max(edge[2] for edge in flats)
    columns = (
        ([left] if left < columns[0] - 10 else [])
        + columns
        + ([right] if right > columns[-1] + 10 else [])
    )
    rows = _places([edge[0] for edge in flats])[::-1]
    low, high = min(wall[1] for wall in walls), max(wall[2] for wall in walls)
    rows = ([high] if high > rows[0] + 8 else []) + rows + ([low] if low < rows[-1] - 8 else [])
    if not (3 <= len(columns) <= 40 and 3 <= len(rows) <= 300):
        return None
    if len(columns) * len(rows) * (len(flats) + len(walls)) > _MOST_WORK:
        return None  # a drawing
    grid = Grid(columns, rows, [])
    grid.cells = _cells(grid, flats, walls)
    if (
        len({cell.first_column for cell in grid.cells}) < 2
        or len({cell.top_row for cell in grid.cells}) < 2
    ):
        return None
    grid.shaded_rows = _shaded(grid, filled)
    return grid


def _covers(edges: Sequence[Edge], place: float, begin: float, end: float) -> bool:
    """Whether lines at a place cover more than half of a stretch."""
    covered = sum(
        max(0.0, min(edge[2], end) - max(edge[1], begin))
        for edge in edges
        if abs(edge[0] - place) <= _NEAR
    )
    return covered > 0.5 * (end - begin)


def _cells(grid: Grid, flats: Sequence[Edge], walls: Sequence[Edge]) -> list[Cell]:
    wide, deep = len(grid.columns) - 1, len(grid.rows) - 1
    parent = list(range(wide * deep))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for row in range(deep):
        top, bottom = grid.rows[row], grid.rows[row + 1]
        for column in range(wide):
            left, right = grid.columns[column], grid.columns[column + 1]
            here = row * wide + column
            if column + 1 < wide and not _covers(walls, right, bottom, top):
                parent[root(here + 1)] = root(here)
            if row + 1 < deep and not _covers(flats, bottom, left, right):
                parent[root(here + wide)] = root(here)
    groups: dict[int, list[int]] = {}
    for number in range(wide * deep):
        groups.setdefault(root(number), []).append(number)
    cells = []
    for members in groups.values():
        rows, columns = [m // wide for m in members], [m % wide for m in members]
        box = (
            grid.columns[min(columns)],
            grid.rows[max(rows) + 1],
            grid.columns[max(columns) + 1],
            grid.rows[min(rows)],
        )
        cells.append(Cell(min(rows), max(rows), min(columns), max(columns), box))
    return sorted(cells, key=lambda cell: (cell.top_row, cell.first_column))


def _shaded(grid: Grid, filled: Sequence[tuple[Box, bool]]) -> frozenset[int]:
    """Rows of which more than half is shaded."""
    found = set()
    for row in range(len(grid.rows) - 1):
        middle = (grid.rows[row] + grid.rows[row + 1]) / 2
        spans = [
            (max(box[0], grid.columns[0]), min(box[2], grid.columns[-1]))
            for box, is_dark in filled
            if is_dark
            and box[1] <= middle <= box[3]
            and box[3] - box[1] < 3 * (grid.rows[row] - grid.rows[row + 1])
        ]
        if sum(max(0.0, right - left) for left, right in spans) > 0.5 * (
            grid.columns[-1] - grid.columns[0]
        ):
            found.add(row)
    return frozenset(found)
