"""What of the middle layer fits on its pages; the rest moves to the annex, where a pointer leads (graded entry, 1 : 3 : annex).

Nothing is lost: a piece stands either in its section or, under the section's name, in the annex.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kmassist.export.blocks import Block, Heading, Paragraph, Span, Table
from kmassist.export.layout.room import PAGE, height

PAGES = 3
_BUDGET = PAGES * PAGE
"""Points. The estimate is some 6% high, which is what pages lose where something kept together moves to the next one."""
ALWAYS = 9


@dataclass(frozen=True, slots=True)
class Piece:
    """Blocks that may move to the annex.

    ``rank`` 1 stays longest, 8 goes first, `ALWAYS` never stands in the middle. ``name`` is what the pointer calls it, a
    plural for several of one name. ``instead`` stands in its place when it has moved.
    """

    blocks: tuple[Block, ...]
    name: str
    rank: int
    instead: tuple[Block, ...] = ()


Part = Block | Piece


@dataclass(slots=True)
class Section:
    """One section of the middle layer; ``moved`` is filled by `fit`."""

    name: str
    title: str
    parts: list[Part]
    moved: list[Piece] = field(default_factory=list)

    def blocks(self) -> list[Block]:
        """What stands in the middle layer: heading, what stayed, and the pointer to the rest."""
        found: list[Block] = [Heading(2, self.title, self.name)]
        for part in self.parts:
            if not isinstance(part, Piece):
                found.append(part)
            else:
                found += part.instead if self.has_moved(part) else part.blocks
        if self.moved:
            number = self.title.partition(".")[0]
            words = f"More on section {number} at the end: {_names(self.moved)}."
            found.append(Paragraph((Span(words, href=f"#more-{self.name}"),), "small"))
        return found

    def more(self) -> list[Block]:
        """What stands in the annex."""
        found: list[Block] = []
        for piece in self.parts:
            if isinstance(piece, Piece) and self.has_moved(piece):
                found += piece.blocks
        return found

    def has_moved(self, piece: Piece) -> bool:
        """Whether exactly this piece has moved."""
        return any(piece is other for other in self.moved)


def fit(sections: Sequence[Section], *, contents: int, extra: Sequence[Block] = ()) -> None:
    """Move pieces of the highest rank, later sections first, until the middle layer is estimated to fit on three pages.

    Args:
        sections: in order; changed in place.
        contents: how many headings the table of contents lists.
        extra: what else stands in the middle layer.
    """
    for section in sections:
        section.moved = [part for part in section.parts if isinstance(part, Piece) and part.rank >= ALWAYS]
    fixed = height(extra, contents=contents)
    tall = {section.name: height(section.blocks()) for section in sections}
    while fixed + sum(tall.values()) > _BUDGET:
        held = [
            (part.rank, place, at)
            for place, section in enumerate(sections)
            for at, part in enumerate(section.parts)
            if isinstance(part, Piece) and not section.has_moved(part)
        ]
        if not held:
            return
        _, place, at = max(held)
        section = sections[place]
        piece = section.parts[at]
        assert isinstance(piece, Piece)
        section.moved.append(piece)
        tall[section.name] = height(section.blocks())


def _names(moved: Sequence[Piece]) -> str:
    counts: dict[str, int] = {}
    for piece in moved:
        rows = sum(len(block.rows) for block in piece.blocks if isinstance(block, Table)) if piece.name == "findings" else 1
        counts[piece.name] = counts.get(piece.name, 0) + rows
    return "; ".join(
        f"{count} {name if count > 1 else name.removesuffix('s')}" if name in _COUNTED else name
        for name, count in counts.items()
    )


_COUNTED = frozenset({"passages", "findings"})
