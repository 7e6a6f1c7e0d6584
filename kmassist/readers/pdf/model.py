"""Line, Page, Block: what a PDF page is read into, by place."""

from __future__ import annotations

from dataclasses import dataclass, field

from kmassist.readers.pdf.grids import Grid


@dataclass(slots=True)
class Line:
    """A run of words on one line. Points from the frame's lower left corner, ``size`` the height of its letters' box.

    ``bottom`` and ``top`` follow from the baseline and the size, so that words without tall letters stand as high as others.
    ``has_place`` is false when only the words are known; the order of the list is then the reading order. A ``grid`` is no
    line but a table that drawn lines make, with the lines in its cells.
    """

    text: str
    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0
    size: float = 0.0
    is_bold: bool = False
    has_place: bool = True
    ends_with_hyphen: bool = False
    grid: Grid | None = None
    inside: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """One page, or the part of one that is turned: its number from 1, its lines in the order of the file, its size in points.

    ``is_aside`` marks a part that is turned against the page, such as a notice along the margin. ``left_out`` counts letters
    that are printed twice, struck out or white on white, and ``notes`` says so. ``running`` are
    the heads and feet that were taken out, ``label`` what the file calls the page.
    """

    number: int
    width: float = 0.0
    height: float = 0.0
    lines: list[Line] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    is_aside: bool = False
    beside: list[Page] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)
    left_out: int = 0
    running: list[str] = field(default_factory=list)
    label: str = ""

    @property
    def characters(self) -> int:
        """Characters that are not white space, those of turned parts too."""
        own = sum(len("".join(line.text.split())) for line in self.lines)
        return own + sum(page.characters for page in self.beside)


@dataclass(slots=True)
class Block:
    """Lines that belong together, on one page.

    ``kind`` is ``paragraph``, ``heading``, ``item``, ``footnote``, ``aside`` (turned against the page) or ``table``.
    """

    page: int
    lines: list[Line] = field(default_factory=list)
    kind: str = "paragraph"
    size: float = 0.0
    is_bold: bool = False
    table: Table | None = None

    @property
    def text(self) -> str:
        """The words with a space at each line's end, hyphens as they stand."""
        return " ".join(line.text for line in self.lines)


@dataclass(slots=True)
class TableCell:
    """What stands in a cell, its first row and column from 0, and how many of each it spans."""

    blocks: list[Block]
    row: int
    column: int
    rows: int = 1
    columns: int = 1

    @property
    def text(self) -> str:
        """The words, blocks joined by a space."""
        return " ".join(block.text for block in self.blocks)

    @property
    def is_bold(self) -> bool:
        """Whether all words are bold."""
        return bool(self.blocks) and all(block.is_bold for block in self.blocks)


@dataclass(slots=True)
class Table:
    """A table of one page; ``edges`` are the left edges of its columns, ``shaded`` the numbers of its shaded rows."""

    page: int
    edges: list[float]
    cells: list[TableCell]
    shaded: frozenset[int] = frozenset()

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.edges)

    @property
    def deep(self) -> int:
        """How many rows there are."""
        return max((cell.row + cell.rows for cell in self.cells), default=0)

    def row(self, number: int) -> list[TableCell]:
        """The cells that stand in a row and begin in it, from the left."""
        return [cell for cell in self.cells if cell.row == number and cell.blocks]
