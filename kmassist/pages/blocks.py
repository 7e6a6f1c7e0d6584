"""A document as blocks of plain text: what every format writes and none has to interpret.

Words in blocks are words: a writer escapes what its format would take for markup. Links are only those that `Span.href` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words. ``href`` is ``#anchor`` within the document or an ``https:`` address; ``is_raised`` sets it superior."""

    text: str
    is_strong: bool = False
    is_emphasis: bool = False
    is_raised: bool = False
    href: str = ""


Inline = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 is a part of the document, 2 a section, 3 a subsection; the title is level 0."""

    level: int
    text: str
    anchor: str = ""
    starts_page: bool = False
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; ``style`` small is for notes."""

    words: Inline
    style: Literal["", "small", "lead"] = ""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a source, quotation marks and all, and, on their own line, whose they are."""

    words: str
    source: Inline


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Inline, ...]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first row is its header and whose first column names the row; ``widths`` are shares of the line.

    A caption that only repeats the heading above is not shown, but still told to a screen reader.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]
    widths: tuple[float, ...]
    is_caption_shown: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed remark that nobody should miss."""

    kind: Literal["note", "warning"]
    words: Inline


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart in percent; ``low`` to ``high`` is the 95% interval."""

    label: str
    value: float
    shown: str
    low: float | None = None
    high: float | None = None
    target: float | None = None
    target_words: str = ""
    is_met: bool | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars against targets, 0 to 100 percent. ``says`` tells all of it in words, for those who cannot see it."""

    caption: str
    bars: tuple[Bar, ...]
    says: str


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One value of a series in percent, with its limits where there are any; a marked one is no chance."""

    label: str
    value: float
    lower: float | None = None
    upper: float | None = None
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class LineChart(Chart):
    """A series over time: its points, its centre line and target in percent. ``centre_words`` names the line."""

    points: tuple[ChartPoint, ...] = ()
    centre: float = 0.0
    centre_words: str = "mean"
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One kind of knowledge in a strip: its name, the mark and the words of its state, and whether it is wanting."""

    name: str
    mark: str
    state: str
    is_wanting: bool = False


@dataclass(frozen=True, slots=True)
class Strip(Chart):
    """Small boxes instead of bars, four in a row, each told by mark and words."""

    tiles: tuple[Tile, ...] = ()


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One study's estimate with its interval, where it gives one; ``shown`` is both in the study's own figures."""

    label: str
    estimate: float
    low: float | None
    high: float | None
    shown: str


@dataclass(frozen=True, slots=True)
class ForestPlot(Chart):
    """Estimates of several studies side by side and not pooled; ``no_effect`` is where neither side is favoured.

    A ratio is drawn on a logarithmic scale.
    """

    rows: tuple[ForestRow, ...] = ()
    no_effect: float = 1.0
    is_ratio: bool = True


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """One entry of the list of references, reached by ``#ref-NUMBER``."""

    number: int
    words: Inline


@dataclass(frozen=True, slots=True)
class References:
    """The numbered list of references; ``is_small`` where it shares a page with what cites it."""

    entries: tuple[ReferenceEntry, ...]
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """Where the table of contents goes, in formats that have one."""


Block = (
    Heading
    | Paragraph
    | Quotation
    | Bullets
    | Table
    | Notice
    | Chart
    | Strip
    | References
    | Contents
)


LONG_TITLE = 150


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole document: title, one line under it, language, and its blocks in order."""

    title: str
    subtitle: str
    status: str
    date: str
    footer: str
    blocks: tuple[Block, ...]
    language: str = "en-GB"
    keywords: tuple[str, ...] = field(default=())

    @property
    def has_long_title(self) -> bool:
        """Whether the title, which is the question, needs smaller type to leave the first page to the answer."""
        return len(self.title) > LONG_TITLE


def text(words: str) -> Inline:
    """Plain words as a run."""
    return (Span(words),) if words else ()


def strong(words: str) -> Inline:
    """Words that matter."""
    return (Span(words, is_strong=True),) if words else ()


def cited_number(span: Span) -> int:
    """The number of the reference that a span leads to; 0 when it leads elsewhere or nowhere."""
    return int(span.href.removeprefix("#ref-")) if span.href.startswith("#ref-") else 0


def citation_order(blocks: Iterable[Block]) -> list[int]:
    """Reference numbers in the order in which blocks cite them first."""
    numbers = (cited_number(span) for block in blocks for words in inlines(block) for span in words)
    return list(dict.fromkeys(number for number in numbers if number))


def inlines(block: Block) -> Iterator[Inline]:
    """Every run of words of a block, in order; those of pictures and of the list of references are not among them."""
    match block:
        case Quotation(quoted, words):
            yield text(quoted)
            yield words
        case Paragraph(words) | Notice(_, words):
            yield words
        case Bullets(items):
            yield from items
        case Table(rows=rows):
            for row in rows:
                yield from row


def plain(inline: Inline) -> str:
    """The words alone."""
    return "".join(span.text for span in inline)


_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def clean(words: str) -> str:
    """Words without characters that XML forbids or that turn the order of what is read."""
    return _NOT_TEXT.sub("", words)
