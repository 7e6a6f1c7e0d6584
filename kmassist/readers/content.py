"""TextBuilder: the one place where a reader's pieces become a document's text, so that offsets are right after cleaning."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kmassist.documents.apparatus import find_apparatus
from kmassist.documents.document import (
    ApparatusSpan,
    ComposedSpan,
    Document,
    HeadingSpan,
    PageSpan,
    clean_text,
    make_doc_id,
)
from kmassist.errors import UnreadableSource
from kmassist.readers.metadata.provenance import Layer, merge
from kmassist.text.counts import counted
from kmassist.text.shipped import english

MAX_CHARACTERS = 20_000_000
"""The most characters one file may yield."""
_LONGEST_CAPTION = 200
_WIDEST_APART = 80
LINE_BREAK = "\u2028"
"""Stands for a line that was broken by hand, in words that are not on one line yet."""
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
        self._composed: list[ComposedSpan] = []
        self._page_starts: list[tuple[int, int, bool, str]] = []
        self._pending_pages: list[tuple[int, bool, str]] = []
        self.warnings: list[str] = []

    def __len__(self) -> int:
        return self._length

    def page(self, number: int, *, is_estimated: bool = False, label: str = "") -> None:
        """What is added next stands on that page, counted from 1; ``label`` is another number that is printed on it."""
        self._pending_pages.append((number, is_estimated, label))

    def paragraph(self, text: str) -> None:
        """One block: line breaks inside it are spaces."""
        self._add(one_line(text), "\n\n")

    def line(self, text: str) -> None:
        """One line of a list or table: it follows the line before without a blank line."""
        self._add(one_line(text), "\n")

    def row(self, text: str, *, begins_block: bool = False) -> None:
        """One row of a table as a line that kmassist words: it can be searched and shown, and is no quotation."""
        line = one_line(text)
        if line:
            start = self._add(line, "\n\n" if begins_block else "\n")
            before = self._composed[-1] if self._composed else None
            if before is not None and start - before.end <= 2:
                self._composed[-1] = ComposedSpan(start=before.start, end=start + len(line))
            else:
                self._composed.append(ComposedSpan(start=start, end=start + len(line)))

    def continue_line(self, text: str, *, joiner: str = " ") -> None:
        """More of the block before, on the same line; it may stand on a new page."""
        self._add(one_line(text), joiner)

    def drop_hyphen(self) -> None:
        """Take back the hyphen at the end of what was added last: its word goes on."""
        if self._parts and self._parts[-1].endswith(("-", "‐")):
            self._parts[-1] = self._parts[-1][:-1]
            self._length -= 1

    def heading(self, text: str, level: int = 1) -> None:
        title = one_line(text)
        if not title:
            return
        start = self._add(title, "\n\n")
        self._headings.append(
            HeadingSpan(level=max(1, level), start=start, end=start + len(title), title=title)
        )

    def extend(self, part: Document) -> None:
        """The whole text of a document that is part of this one, with its headings, and its warnings."""
        start = self._add(part.text, "\n\n")
        self._headings += [
            span.model_copy(update={"start": span.start + start, "end": span.end + start})
            for span in part.headings
        ]
        self._composed += [
            ComposedSpan(start=span.start + start, end=span.end + start) for span in part.composed
        ]
        for warning in part.warnings:
            self.warn(warning)

    def warn(self, message: str) -> None:
        """Keep one clear sentence about what could not be read; the same one is kept once."""
        if message not in self.warnings:
            self.warnings.append(message)

    def warn_left_out(self, count: int, one: str) -> None:
        """Say how many of a thing were left out; nothing for none. ``one`` is its name, which takes an s."""
        if count:
            self.warn(f"{counted(count, f'{one} was', f'{one}s were')} left out.")

    @property
    def text(self) -> str:
        """All blocks so far."""
        return "".join(self._parts)

    @property
    def headings(self) -> tuple[HeadingSpan, ...]:
        """Headings in order of the text."""
        return tuple(self._headings)

    @property
    def subject(self) -> str:
        """What a table added next is of: its caption, else the last heading of some words; empty without them."""
        last = self._parts[-1] if self._parts else ""
        if len(last) <= _LONGEST_CAPTION and english("readers", "caption").match(last):
            return last
        return next((h.title for h in reversed(self._headings) if len(h.title.split()) > 2), "")

    @property
    def composed(self) -> tuple[ComposedSpan, ...]:
        """What `row` added, neighbouring rows together, in order of the text."""
        return tuple(self._composed)

    @property
    def pages(self) -> tuple[PageSpan, ...]:
        """Pages in order; together they cover the text; a page without text is left out."""
        starts = [*self._page_starts, (0, self._length, False, "")]
        return tuple(
            PageSpan(
                number=number,
                start=start,
                end=following[1],
                is_estimated=is_estimated,
                label=label,
            )
            for (number, start, is_estimated, label), following in itertools.pairwise(starts)
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
            number, is_estimated, label = self._pending_pages[-1]
            place = start if self._page_starts else 0
            self._page_starts.append((number, place, is_estimated, label))
            self._pending_pages.clear()
        self._parts.append(piece)
        self._length += len(piece)
        return start


def one_line(text: str) -> str:
    """The text cleaned and on one line."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")  # nothing to clean: most cells of a sheet are so
    return " ".join(clean_text(text).split())


def stand_apart(lines: Sequence[str]) -> bool:
    """Whether lines hold no sentence, each begun with a capital or a figure: title, issuer and date, or an address."""
    return all(
        len(line) <= _WIDEST_APART and re.match(r"\s*[A-Z0-9©]", line) and line[-1] not in ".,;:?!-"
        for line in lines
    )


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
        raise UnreadableSource(
            f"{path.name} has no text in it.", "Check that it is the file you meant.", kind="empty"
        )
    metadata, warnings = merge(layers)
    apparatus = find_apparatus(text, builder.headings)
    return Document(
        doc_id=make_doc_id(text, apart),
        text=text,
        metadata=metadata,
        pages=builder.pages,
        headings=builder.headings,
        apparatus=tuple(ApparatusSpan(kind=k, start=a, end=b) for k, a, b in apparatus),
        composed=builder.composed,
        source_name=" ".join(clean_text(path.name).split()),
        source_path=str(path.absolute()),
        source_sha256=hashlib.sha256(data).hexdigest(),
        media_type=media_type,
        locator=locator,
        warnings=(*builder.warnings, *warnings),
    )


def read_text(data: bytes, name: str) -> tuple[str, list[str]]:
    """The text of a file that should be one, and a sentence about each thing that was wrong with its letters.

    Text that was decoded wrongly before it was saved ("â€™" for "’") is repaired line by line where that is possible.

    Raises:
        UnreadableSource: it is no text (kind ``damaged``).
    """
    text, encoding = decode(data)
    sample = text[:100_000]
    if len(_CONTROL.findall(sample)) > max(2, len(sample) // 100):
        raise UnreadableSource(
            f"{name} is no text, whatever its name says.",
            "Give it the ending of the program that made it, or save it again as text (UTF-8).",
            kind="damaged",
        )
    text, warnings = _repaired(text)
    if "\ufffd" in text:
        warnings.append(f"Some characters could not be read as {encoding}.")
    return text, warnings


_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# The first byte of a letter in UTF-8, shown as Latin-1 or Windows-1252, and one that goes on from it.
_MISREAD = re.compile(
    "[\u00c2-\u00c5\u00cb-\u00cf\u00d0\u00d1\u00d7-\u00d9\u00e2\u00f0\u2030\u221a][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)


def _repaired(text: str) -> tuple[str, list[str]]:
    if text.isascii() or not _MISREAD.search(text):
        return text, []
    import ftfy
    from ftfy.badness import is_bad

    lines = text.split("\n")
    repaired = broken = 0
    for at, line in enumerate(lines):
        if _MISREAD.search(line) and len(line) < MAX_BLOCK and is_bad(line):
            lines[at] = ftfy.fix_encoding(line)
            repaired += lines[at] != line
            broken += bool(_MISREAD.search(lines[at]) and is_bad(lines[at]))
    warnings = []
    if repaired:
        count = counted(repaired, "line was", "lines were")
        warnings.append(
            f"{count} saved with wrong letters (such as â€™ for an apostrophe) and repaired: compare with the original."
        )
    if broken:
        count = counted(broken, "line holds", "lines hold")
        warnings.append(
            f"{count} wrong letters that could not be repaired: save the original again as UTF-8."
        )
    return "\n".join(lines), warnings


def decode(data: bytes) -> tuple[str, str]:
    """Text of bytes of unknown encoding, and the encoding's name: byte order mark, UTF-8, Mac Roman, else Windows-1252.

    Windows-1252 is what British office software writes; its undefined bytes become U+FFFD. Mac Roman is told by what it would be in
    Windows-1252: capitals with accents right after small letters ("womanÕs").
    """
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, errors="replace"), name
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        part = data[first::2][:200]
        if (
            len(data) > 3
            and part.count(0) > 0.7 * len(part)
            and 0 not in data[1 - first :: 2][:200]
        ):
            return data.decode(name, errors="replace"), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if _CAPITAL_INSIDE.search(text) and not _CAPITAL_INSIDE.search(mac := data.decode("mac_roman")):
        return mac, "mac_roman"
    return text, "cp1252"


_CAPITAL_INSIDE = re.compile(r"[a-zß-ö\xf8-\xff][À-ÖØ-ÞŠŒŽŸ\ufffd]")


def values(**fields: Any) -> Mapping[str, Any]:
    """Fields that have a value: None and empty text, list or tuple are left out."""
    return {
        name: value
        for name, value in fields.items()
        if value is not None and value not in ("", [], ())
    }


_SYMBOL = {
    0x22: "∀", 0x2D: "−", 0x44: "Δ", 0x53: "Σ", 0x57: "Ω", 0x61: "α", 0x62: "β", 0x63: "χ", 0x64: "δ", 0x65: "ε", 0x67: "γ", 0x68: "η",
    0x6B: "κ", 0x6C: "λ", 0x6D: "μ", 0x70: "π", 0x72: "ρ", 0x73: "σ", 0x74: "τ", 0x77: "ω", 0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←",
    0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xBC: "…",
    0xD0: "∠", 0xD6: "√", 0xDE: "⇒", 0xE5: "Σ",
}  # fmt: skip
_PRIVATE = {0xF000 + code: sign for code, sign in _SYMBOL.items()}
# Word's tick and bullet fonts (Wingdings) use the same area; these are their common signs.
_WINGDINGS = {
    0xA7: "•",
    0xA8: "☐",
    0xD8: "•",
    0xE0: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
    0x76: "•",
    0x6E: "•",
    0x71: "☐",
    0x6F: "☐",
}


def unhide_symbols(text: str) -> str:
    """The text with Symbol-font characters of the private use area as Unicode signs; others there are left to cleaning."""
    return text.translate(_PRIVATE)


def symbol(code: int, font: str) -> str:
    """The sign of a character code of a symbol font (``w:sym``); empty when it is not known."""
    low = code - 0xF000 if code >= 0xF000 else code
    table = _WINGDINGS if font.casefold().startswith("wingdings") else _SYMBOL
    return table.get(low, "")
