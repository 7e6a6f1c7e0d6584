"""TextBuilder: the one place where a reader's pieces become a document's text, so that offsets are right after cleaning."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kmassist.documents import Document, HeadingSpan, PageSpan, clean_text, make_doc_id
from kmassist.errors import UnreadableSource
from kmassist.readers.provenance import Layer, merge

MAX_CHARACTERS = 20_000_000
"""The most characters one file may yield."""
MAX_BLOCK = 2_000_000
"""The most characters of one block or page; more is not prose."""


class TextBuilder:
    """Collects blocks (one line each, a blank line between) and records the spans of headings and pages.

    Every piece is cleaned before its offset is taken, so ``text[start:end]`` of each span is what was meant.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[HeadingSpan] = []
        self._page_starts: list[tuple[int, int, bool]] = []
        self._pending_pages: list[tuple[int, bool]] = []
        self.warnings: list[str] = []

    def __len__(self) -> int:
        return self._length

    def page(self, number: int, *, is_estimated: bool = False) -> None:
        """What is added next stands on that page, counted from 1."""
        self._pending_pages.append((number, is_estimated))

    def paragraph(self, text: str) -> None:
        """One block: line breaks inside it are spaces."""
        self._add(one_line(text), "\n\n")

    def line(self, text: str) -> None:
        """One line of a list or table: it follows the line before without a blank line."""
        self._add(one_line(text), "\n")

    def continue_line(self, text: str, *, joiner: str = " ") -> None:
        """More of the block before, on the same line; it may stand on a new page."""
        self._add(one_line(text), joiner)

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of that level, from 1."""
        title = one_line(text)
        if not title:
            return
        start = self._add(title, "\n\n")
        self._headings.append(HeadingSpan(level=max(1, level), start=start, end=start + len(title), title=title))

    def warn(self, message: str) -> None:
        """Keep one clear sentence about what could not be read; the same one is kept once."""
        if message not in self.warnings:
            self.warnings.append(message)

    @property
    def text(self) -> str:
        """All blocks so far."""
        return "".join(self._parts)

    @property
    def headings(self) -> tuple[HeadingSpan, ...]:
        """Headings in order of the text."""
        return tuple(self._headings)

    @property
    def pages(self) -> tuple[PageSpan, ...]:
        """Pages in order; together they cover the text; a page without text is left out."""
        starts = [*self._page_starts, (0, self._length, False)]
        return tuple(
            PageSpan(number=number, start=start, end=following[1], is_estimated=is_estimated)
            for (number, start, is_estimated), following in itertools.pairwise(starts)
            if following[1] > start
        )

    def _add(self, piece: str, joiner: str) -> int:
        if not piece:
            return self._length
        if len(piece) > MAX_BLOCK or self._length + len(piece) > MAX_CHARACTERS:
            raise UnreadableSource(
                "This file yields more text than kmassist takes from one file.",
                f"The limit is {MAX_CHARACTERS:,} characters; split the file.",
                kind="limit",
            )
        if self._parts:
            self._parts.append(joiner)
            self._length += len(joiner)
        start = self._length
        if self._pending_pages:
            number, is_estimated = self._pending_pages[-1]
            self._page_starts.append((number, start if self._page_starts else 0, is_estimated))
            self._pending_pages.clear()
        self._parts.append(piece)
        self._length += len(piece)
        return start


def one_line(text: str) -> str:
    """The text cleaned and on one line."""
    return " ".join(clean_text(text).split())


def finish(
    builder: TextBuilder,
    path: Path,
    data: bytes,
    layers: Sequence[Layer],
    *,
    media_type: str,
    locator: str = "",
    apart: str = "",
) -> Document:
    """The document of a builder.

    Args:
        layers: metadata found, each with where it came from.
        locator: tells apart the documents of one file.
        apart: what counts in the id beside the text, so that no two documents of one file share it.

    Raises:
        UnreadableSource: there is no text (kind ``empty``).
    """
    text = builder.text
    if not text:
        raise UnreadableSource(f"{path.name} has no text in it.", "Check that it is the file you meant.", kind="empty")
    metadata, warnings = merge(layers)
    return Document(
        doc_id=make_doc_id(text, apart),
        text=text,
        metadata=metadata,
        pages=builder.pages,
        headings=builder.headings,
        source_name=" ".join(clean_text(path.name).split()),
        source_path=str(path.absolute()),
        source_sha256=hashlib.sha256(data).hexdigest(),
        media_type=media_type,
        locator=locator,
        warnings=(*builder.warnings, *warnings),
    )


def decode(data: bytes) -> tuple[str, str]:
    """Text of bytes of unknown encoding, and the encoding's name: byte order mark, UTF-8, else Windows-1252.

    Windows-1252 is what British office software writes; its undefined bytes become U+FFFD.
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace"), name
    if len(data) > 3 and data[1::2][:200].count(0) > 0.7 * len(data[1::2][:200]):
        return data.decode("utf-16-le", errors="replace"), "utf-16-le"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "cp1252"


def values(**fields: Any) -> Mapping[str, Any]:
    """Fields that have a value: None and empty text, list or tuple are left out."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], ())}
