"""What of the middle layer fits on its pages; the rest moves to the annex, where a pointer leads (graded entry, 1 : 3 : annex).

With the annex nothing is lost: a piece stands either in its section or, under the section's name, in the annex. Without it one
line says what was left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kmassist.briefs.layout.room import height
from kmassist.pages.blocks import Block, Heading, Paragraph, Span, Table

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
    """One section of the middle layer; ``moved`` is filled by `fit`, ``has_annex`` says whether what moves stands elsewhere."""

    name: str
    title: str
    parts: list[Part]
    moved: list[Piece] = field(default_factory=list)
    number: int = 0
    has_annex: bool = True

    def blocks(self) -> list[Block]:
        """What stands in the middle layer: heading, what stayed, and the pointer to the rest."""
        found: list[Block] = [Heading(2, f"{self.number}. {self.title}", self.name)]
        for part in self.parts:
            if not isinstance(part, Piece):
                found.append(part)
            else:
                found += part.instead if self.has_moved(part) else part.blocks
        if self.moved and self.has_annex:
            words = f"More on section {self.number} at the end: {_names(self.moved)}."
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


def fit(
    sections: Sequence[Section], *, room: float, beside: Callable[[Sequence[Block]], float]
) -> None:
    """Move pieces of the highest rank, later sections first, until the sections are estimated to fit into the room.

    Args:
        sections: in order; changed in place.
        room: points that their pages have.
        beside: points that stand on the same pages besides these blocks: the references that they cite.
    """
    for section in sections:
        section.moved = [
            part for part in section.parts if isinstance(part, Piece) and part.rank >= ALWAYS
        ]
    tall = {section.name: height(section.blocks()) for section in sections}
    while True:
        blocks = [block for section in sections for block in section.blocks()]
        if sum(tall.values()) + beside(blocks) <= room:
            return
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


def left_out(sections: Sequence[Section]) -> list[Block]:
    """One line that says what the length left out, where there is no annex to lead to."""
    moved = [piece for section in sections for piece in section.moved]
    if not moved:
        return []
    words = f"Left out for length, in the annex on request: {_names(moved)}."
    return [Paragraph((Span(words),), "small")]


def _names(moved: Sequence[Piece]) -> str:
    counts: dict[str, int] = {}
    for piece in moved:
        rows = (
            sum(len(block.rows) for block in piece.blocks if isinstance(block, Table))
            if piece.name == "findings"
            else 1
        )
        counts[piece.name] = counts.get(piece.name, 0) + rows
    return "; ".join(
        f"{count} {name if count > 1 else name.removesuffix('s')}" if name in _COUNTED else name
        for name, count in counts.items()
    )


_COUNTED = frozenset({"passages", "findings"})
