"""Tables are grids: cells in rows and columns with their spans filled, whatever file they came from.

A reader puts its cells in a ``Grid``; ``grid_reading`` tells titles, labels and tables apart, joins the
rows of a header and carries merged categories down, so that each value stands beside its own heading.

    cells with spans -> Grid -> [Note | Table] -> lines: "Heading: value; Heading: value."
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kmassist.readers.content import TextBuilder

MAX_COLUMNS = 500
MAX_CELLS = 2_000_000
"""The most cells of one grid, spans filled; a span beyond it is cut."""


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One cell. ``text`` is what the source shows; ``value`` is the number or date behind it, where the format keeps one.

    ``is_percent``: the value is a fraction that is shown times 100. ``is_head``: the format marks it as a heading, or it is
    bold. A cell that spans several places is the same object in each of them.
    """

    text: str = ""
    value: Any = None
    is_percent: bool = False
    is_head: bool = False

    @property
    def raw(self) -> Any:
        """The value where there is one, else the text."""
        return self.text if self.value is None else self.value


BLANK = Cell()


class Grid:
    """Rows of cells, all of one width. Rows are added in order; cells may span rows and columns."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.numbers: list[int] = []
        self.heads = 0
        self._open: dict[int, tuple[Cell, int]] = {}
        self._size = 0

    def add_row(
        self,
        cells: Iterable[tuple[Cell, int, int]],
        number: int | None = None,
        *,
        is_head: bool = False,
    ) -> None:
        """Adds a row.

        Args:
            cells: each with the number of rows and of columns that it spans, from 1; 0 rows is down to the end.
            number: of the row in the source, from 1.
            is_head: the format says that this row is part of the header.
        """
        row: list[Cell] = []
        for cell, down, across in cells:
            self._continue(row)
            for _ in range(max(1, min(across, MAX_COLUMNS - len(row)))):
                if down != 1 and self._size < MAX_CELLS:
                    self._open[len(row)] = (cell, MAX_CELLS if down == 0 else down - 1)
                row.append(cell)
        self._continue(row)
        while self._open and max(self._open) >= len(row):
            row.append(BLANK)
            self._continue(row)
        del row[MAX_COLUMNS:]
        self._size += len(row)
        if is_head and self.heads == len(self.rows):
            self.heads += 1
        self.rows.append(row)
        self.numbers.append(number if number is not None else len(self.rows))

    def _continue(self, row: list[Cell]) -> None:
        """Fills the places that cells of the rows above still cover."""
        while (opened := self._open.pop(len(row), None)) is not None:
            cell, left = opened
            if left > 1:
                self._open[len(row)] = (cell, left - 1)
            row.append(cell)

    def rectangle(self) -> list[list[Cell]]:
        """The rows, filled with blank cells to one width."""
        width = max((len(row) for row in self.rows), default=0)
        return [row + [BLANK] * (width - len(row)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Note:
    """Words beside a table: a title or remark, or a label with its value (two texts)."""

    texts: tuple[str, ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table's body; ``section`` is the heading row it stands under, ``number`` its place in the source."""

    cells: tuple[Cell, ...]
    number: int
    section: str = ""


@dataclass(slots=True)
class Table:
    """A table: the parts of each column's heading from the top down, and the rows of its body."""

    headings: list[tuple[str, ...]]
    rows: list[Row] = field(default_factory=list)

    def heading(self, *columns: int) -> str:
        """The joined heading of a column; of several, what their headings share, else one after the other."""
        parts = [self.headings[column] for column in columns if column < len(self.headings)]
        if not parts:
            return ""
        if len(parts) == 1:
            return join_heading(parts[0])
        shared: list[str] = []
        for level in zip(*parts, strict=False):
            if len(set(level)) > 1:
                break
            shared.append(level[0])
        if shared or len(parts) > 2:  # what stands under many headings belongs to the row
            return join_heading(shared)
        return " / ".join(dict.fromkeys(filter(None, map(join_heading, parts))))

    def line(self, row: Row) -> str:
        """The row as one line: every value with its own heading; a value that spans columns once, with what they share."""
        pieces = [row.section] if row.section else []
        at = 0
        while at < len(row.cells):
            cell, end = row.cells[at], at + 1
            while end < len(row.cells) and row.cells[end] is cell and cell.text:
                end += 1
            if cell.text:
                heading = self.heading(*range(at, end)).rstrip(":")
                pieces.append(
                    f"{heading}: {cell.text}" if heading and heading != cell.text else cell.text
                )
            at = end
        return _stop("; ".join(pieces))


def table_row(header: Sequence[str], row: Sequence[str]) -> str:
    """One table row as a line, ``Heading: value; ...``; empty cells are left out."""
    table = Table([(heading,) if heading else () for heading in header])
    return table.line(Row(tuple(Cell(text) if text.strip() else BLANK for text in row), 0))


def join_heading(parts: Sequence[str]) -> str:
    """The parts of a heading in one: ``Bundle n``, ``Seen in unit, Median wait``."""
    joined = ""
    for part in dict.fromkeys(filter(None, parts)):
        apart = "" if not joined else ", " if len(part) > 3 and joined[-1] not in "?:" else " "
        joined += apart + part
    return joined


def add_blocks(
    builder: TextBuilder, blocks: Sequence[Note | Table], *, is_tight: bool = False
) -> None:
    """What a grid holds, as text: titles as paragraphs, labels with their values and rows a line each."""
    pairs: list[str] = []
    for block in blocks:
        if isinstance(block, Note) and len(block.texts) == 2:
            label, value = block.texts
            pairs.append(f"{label.rstrip(':')}: {value}")
            continue
        add_lines(builder, pairs, is_tight=is_tight)
        pairs = []
        if isinstance(block, Note):
            builder.paragraph(" ".join(block.texts))
        else:
            add_lines(builder, [block.line(row) for row in block.rows], is_tight=is_tight)
    add_lines(builder, pairs, is_tight=is_tight)


def block_lines(blocks: Sequence[Note | Table]) -> list[str]:
    """The same as lines."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Note):
            lines.append(": ".join(text.rstrip(":") for text in block.texts))
        else:
            lines += [block.line(row) for row in block.rows]
    return lines


def add_lines(builder: TextBuilder, lines: Iterable[str], *, is_tight: bool = False) -> None:
    """Lines that stand together, after a blank line unless they follow tightly."""
    for number, line in enumerate(filter(None, lines)):
        builder.row(line, begins_block=not number and not is_tight)


def _stop(sentence: str) -> str:
    return sentence if not sentence or sentence.endswith((".", "!", "?")) else f"{sentence}."
