"""How high blocks stand on paper, estimated without setting them, so that every format of a brief breaks into the same layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from kmassist.pages.blocks import (
    Block,
    Bullets,
    Chart,
    Contents,
    Heading,
    Inline,
    Notice,
    Paragraph,
    Quotation,
    References,
    Table,
    cited_number,
    text,
)
from kmassist.pages.chart import proportion

PAGE = 748.0
"""Points between the margins of an A4 page, of the PDF and of the plain Word template alike."""
_LINE = 487.0
_CITED = "[00]"


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface as set: points a character on average, lines as multiples of the size, and what stands around blocks."""

    em: float
    leading: float
    body: float
    cell: float
    row: float
    table: float
    heading: tuple[float, float, float]


PDF = Face(
    em=0.425, leading=1.28, body=9.6, cell=8.2, row=5.0, table=8.0, heading=(32.0, 26.5, 20.5)
)
WORD = Face(
    em=0.459, leading=1.15, body=9.5, cell=8.5, row=5.0, table=13.0, heading=(30.0, 25.0, 21.0)
)


def height(blocks: Iterable[Block], *, contents: int = 0) -> float:
    """Points that blocks take in the typeface that needs more room; ``contents`` is the number of headings to be listed."""
    held = list(blocks)
    return max(sum(_height(block, face, contents) for block in held) for face in (PDF, WORD))


def _height(block: Block, face: Face, contents: int) -> float:
    match block:
        case Heading(level):
            points = face.heading[min(level, 3) - 1]
        case Paragraph(words, style):
            size = face.body - (1 if style == "small" else 0)
            points = _said(words, _LINE, size, face) + (3 if style else 4)
        case Quotation(words, source):
            points = (
                _said(text(words), _LINE - 12, face.body, face)
                + _said(source, _LINE - 12, 8.6, face)
                + 6
            )
        case Bullets(items):
            points = sum(_said(item, _LINE - 15, face.body, face) + 2.5 for item in items)
        case Table():
            points = _table(block, face)
        case Notice(_, words):
            points = _said(words, _LINE - 20, face.body, face) + 22
        case Chart():
            points = proportion(block) * _LINE + 24
        case Contents():
            points = 30 + (13.0 * ceil((contents + 1) / 2) if face is PDF else 10.6 * contents)
        case References(entries, is_small):
            size, gap = (7.5, 1.0) if is_small else (9, 3)
            points = sum(_said(entry.words, _LINE - 20, size, face) + gap for entry in entries)
    return points


def _said(words: Inline, width: float, size: float, face: Face) -> float:
    """Points that words take on lines of a width, strong ones being a little wider."""
    bold = sum(len(span.text) for span in words if span.is_strong)
    said = _measured(words)
    lines = _lines(said, width / (size * face.em) * (1 - 0.06 * bold / max(1, len(said))))
    return lines * size * face.leading


def _table(table: Table, face: Face) -> float:
    heads = max(
        _lines(words, _columns(share, face))
        for words, share in zip(table.header, table.widths, strict=True)
    )
    caption = 17.0 if table.caption and table.is_caption_shown else 0.0
    rows = [heads, *(_row(row, table.widths, face) for row in table.rows)]
    return (
        caption
        + face.table
        + sum(lines * face.cell * max(1.2, face.leading - 0.02) + face.row for lines in rows)
    )


def _row(row: Sequence[Inline], widths: Sequence[float], face: Face) -> int:
    return max(
        _lines(_measured(words), _columns(share, face))
        for words, share in zip(row, widths, strict=True)
    )


def _measured(words: Inline) -> str:
    """The words to measure: a citation takes the room of two digits whatever its number, so that no number moves a block."""
    return "".join(_CITED if cited_number(span) else span.text for span in words)


def _columns(share: float, face: Face) -> float:
    return (_LINE * share - 8) / (face.cell * face.em)


def _lines(words: str, columns: float) -> int:
    """Lines that words take when as many whole words as fit go on each; at least one."""
    lines, used = 1, 0
    room = max(4, int(columns))
    for word in words.split():
        size = len(word)
        if used and used + 1 + size > room:
            lines, used = lines + 1, 0
        used += size + (1 if used else 0)
        if used > room:
            lines += (used - 1) // room
            used = used % room or room
    return lines
