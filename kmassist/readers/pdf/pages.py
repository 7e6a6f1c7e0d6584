"""Pages of a PDF as lines with their places: pdfium for text and geometry, pypdf where pdfium finds less or refuses."""

from __future__ import annotations

import ctypes
import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdf
import pypdfium2 as pdfium
from pypdf.errors import DependencyError, EmptyFileError, FileNotDecryptedError, LimitReachedError
from pypdfium2 import raw

from kmassist.errors import UnreadableSource
from kmassist.readers.pdf.forms import SURPRISES, read_forms
from kmassist.readers.pdf.glyphs import MAX_PAGE_CHARACTERS, Run, read_letters, text_of
from kmassist.readers.pdf.grids import find_grids
from kmassist.readers.pdf.model import Line, Page
from kmassist.readers.pdf.rules import Box, Turn, read_rules

logging.getLogger("pypdf").setLevel(
    logging.CRITICAL
)  # it warns about every bent file; the outcome says enough

MAX_PAGES = 3_000
LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
)
_CROSS_CHECK = 1_500
"""Below this many characters pypdf is asked as well, and the one that found more is believed."""


@dataclass(slots=True)
class PdfContent:
    """All pages, the file's own fields, and what went wrong on the way."""

    pages: list[Page]
    fields: dict[str, str]
    warnings: list[str]


def read_pages(data: bytes, name: str) -> PdfContent:
    """Every page's lines.

    Raises:
        UnreadableSource: ``password``, ``damaged`` or ``limit``.
    """
    reader, problem = _open_pypdf(data)
    document, refusal = _open_pdfium(data)
    try:
        if reader is None and document is None:
            if "password" in (problem, refusal):
                raise UnreadableSource(
                    f"{name} is protected with a password.",
                    "Save it without one and add it again.",
                    kind="password",
                )
            if problem == "limit":
                raise UnreadableSource(
                    f"{name} was refused: it unpacks to far more than its size.",
                    "Print it to a new PDF.",
                    kind="limit",
                )
            raise UnreadableSource(
                f"{name} is damaged: it cannot be read as a PDF.",
                "Open it in a PDF program and save it again.",
            )
        count = len(document) if document is not None else _count(reader)
        if count > MAX_PAGES:
            raise UnreadableSource(
                f"{name} has more than {MAX_PAGES:,} pages.", "Split it.", kind="limit"
            )
        warnings: list[str] = []
        pages = [_page(number, document, reader, warnings) for number in range(count)]
        lost = sum(page is None for page in pages)
        if lost == count:
            limit = "limit" in warnings
            raise UnreadableSource(
                f"{name} was refused: a page needs more memory than it may take."
                if limit
                else f"{name} is damaged: no page of it can be read.",
                "Open it in a PDF program and save it again.",
                kind="limit" if limit else "damaged",
            )
        notes = [f"{lost} of {count} pages are damaged and were left out."] if lost else []
        whole = [page for page in pages if page is not None]
        if reader is not None:
            notes += read_forms(reader, whole, name)
        notes += sorted({note for page in whole for note in page.notes})
        return PdfContent(whole, _fields(reader), notes)
    finally:
        if document is not None:
            document.close()


_RECOGNISED = (
    "Its words were recognised from a picture of the page (a scan): figures and names may be misread."
    " Check each against the page before you use it."
)


def _open_pypdf(data: bytes) -> tuple[pypdf.PdfReader | None, str]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return None, "password"
        _count(reader)
    except (FileNotDecryptedError, DependencyError):
        return None, "password"
    except LimitReachedError:
        return None, "limit"
    except (EmptyFileError, *SURPRISES):
        return None, "damaged"
    return reader, ""


def _open_pdfium(data: bytes) -> tuple[pdfium.PdfDocument | None, str]:
    try:
        document = pdfium.PdfDocument(data)
        if len(document) == 0:
            return None, "damaged"
    except pdfium.PdfiumError as problem:
        return None, "password" if "password" in str(problem).casefold() else "damaged"
    return document, ""


def _count(reader: pypdf.PdfReader | None) -> int:
    return len(reader.pages) if reader is not None else 0


def _page(
    index: int,
    document: pdfium.PdfDocument | None,
    reader: pypdf.PdfReader | None,
    problems: list[str],
) -> Page | None:
    """One page by whichever library finds more on it; None when neither can read it."""
    placed = _pdfium_page(index, document) if document is not None else None
    if placed is not None and placed.characters >= _CROSS_CHECK:
        return placed
    plain = (
        _pypdf_page(index, reader, problems)
        if reader is not None and index < _count(reader)
        else None
    )
    if placed is None or (plain is not None and _lacks_words_of(placed, plain)):
        if plain is not None and placed is not None:
            plain.width, plain.height = placed.width, placed.height
        return plain
    return placed


def _lacks_words_of(placed: Page, plain: Page) -> bool:
    """Whether the other library found words that are not among those with places, or were left out for a reason.

    Letters alone do not count: ligatures and letters printed twice are many or few by library.
    """
    if plain.characters <= placed.characters + placed.left_out:
        return False
    parts = (placed, *placed.beside)
    own = "".join(line.text for part in parts for line in part.lines)
    squashed = re.sub(r"\W", "", own.translate(LIGATURES)).casefold()
    others = re.findall(
        r"\w+", " ".join(line.text for line in plain.lines).translate(LIGATURES).casefold()
    )
    missing = sum(len(word) for word in others if word not in squashed)
    return missing > 0.02 * placed.characters + placed.left_out + 2 or not placed.characters


def _pypdf_page(index: int, reader: pypdf.PdfReader, problems: list[str]) -> Page | None:
    try:
        text = reader.pages[index].extract_text()
    except LimitReachedError:
        problems.append("limit")
        return None
    except SURPRISES:
        return None
    lines = [Line(text=part, has_place=False) for part in text[:MAX_PAGE_CHARACTERS].splitlines()]
    return Page(number=index + 1, lines=lines)


def _pdfium_page(index: int, document: pdfium.PdfDocument) -> Page | None:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return None
    try:
        words = page.get_textpage()
        try:
            placed = _placed(page, words, index + 1)
            placed.label = document.get_page_label(index)[:20].strip()
            return placed
        finally:
            words.close()
    except pdfium.PdfiumError:
        return None
    finally:
        page.close()


def _placed(page: Any, words: Any, number: int) -> Page:
    """A page's lines by the direction of their letters: the page as a person holds it first, then its turned parts."""
    rotation = int(page.get_rotation())
    left, bottom, right, top = (float(side) for side in page.get_cropbox())
    rules = read_rules(page)
    letters = read_letters(words, (left, bottom, right, top), rules)
    parts = []
    for degrees, runs in letters.frames.items():
        turn = Turn(degrees, left, bottom, right, top)
        lines = [line for line in (_line(words, run) for run in runs) if line is not None]
        _with_drawn_marks(lines, rules.marks(turn))
        width, height = turn.size
        part = Page(
            number,
            width,
            height,
            lines,
            find_grids(*rules.turned(turn)),
            is_aside=degrees != rotation,
        )
        if lines:
            parts.append(part)
    whole = sum(part.characters for part in parts)
    parts.sort(key=lambda part: (part.is_aside, -part.characters))
    if parts and parts[0].is_aside and parts[0].characters > 0.5 * whole:
        parts[0].is_aside = False  # turned by mistake, or a table that fills the page sideways
    if len(parts) > 1 and parts[0].characters < 0.15 * whole and parts[1].characters > 0.5 * whole:
        parts[1].is_aside = False
    width, height = Turn(rotation, left, bottom, right, top).size
    found = parts[0] if parts else Page(number, width, height)
    found.beside = parts[1:]
    found.left_out = letters.hidden + letters.struck + letters.double
    if letters.askew:
        lines = [Line(text=text, has_place=False) for text in letters.askew if text.strip()]
        found.beside.append(Page(number, lines=lines, is_aside=True))
    if letters.hidden:
        found.notes.add("Words printed in white on white were left out.")
    if rules.unseen > rules.shown:
        found.notes.add(_RECOGNISED)
    if letters.struck:
        found.notes.add("Struck-out words were left out.")
    return found


def _with_drawn_marks(lines: Sequence[Line], marks: Sequence[Box]) -> None:
    """Puts a bullet before each line that has a small mark drawn close before its first letter, at the height of its letters."""
    for line in lines:
        for left, bottom, right, top in marks:
            is_level = line.bottom + 0.22 * line.size < (bottom + top) / 2 < line.top
            is_near = 0 < line.left - right < 1.2 * line.size
            if is_level and is_near and top - bottom < 0.5 * line.size:
                line.text, line.left = f"• {line.text}", left
                break


def _line(words: Any, run: Run) -> Line | None:
    glyphs = run.glyphs
    text = text_of(glyphs).strip()
    if not text:
        return None
    size = run.size
    return Line(
        text=text.replace("\u00ad", "-"),
        left=min(glyph.left for glyph in glyphs),
        right=max(glyph.right for glyph in glyphs),
        bottom=run.base - 0.22 * size,
        top=run.base + 0.78 * size,
        size=size,
        is_bold=_is_bold(words, glyphs[0].index)
        and (len(glyphs) < 3 or _is_bold(words, glyphs[-2].index)),
        ends_with_hyphen=text.endswith(("\u00ad", "-", "‐")),
    )


def _is_bold(words: Any, index: int) -> bool:
    buffer = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(words, index, buffer, 128, flags)
    name = buffer.value.decode("utf-8", errors="replace").casefold()
    return "bold" in name or "black" in name or "heavy" in name or bool(flags.value & (1 << 18))


def _fields(reader: pypdf.PdfReader | None) -> dict[str, str]:
    """The information dictionary as text."""
    if reader is None:
        return {}
    try:
        return {
            str(key).lstrip("/"): str(value)[:2_000]
            for key, value in (reader.metadata or {}).items()
            if isinstance(value, (str, bytes))
        }
    except SURPRISES:
        return {}
