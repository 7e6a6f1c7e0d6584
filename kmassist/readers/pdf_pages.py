"""Pages of a PDF as lines with their places: pdfium for text and geometry, pypdf where pdfium finds less or refuses."""

from __future__ import annotations

import ctypes
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdf
import pypdfium2 as pdfium
from pypdf.errors import DependencyError, EmptyFileError, FileNotDecryptedError, LimitReachedError, PyPdfError
from pypdfium2 import raw

from kmassist.errors import UnreadableSource

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns about every bent file; the outcome says enough

MAX_PAGES = 3_000
MAX_PAGE_CHARACTERS = 2_000_000
_CROSS_CHECK = 1_500
"""Below this many characters pypdf is asked as well, and the one that found more is believed."""
_SURPRISES = (
    PyPdfError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    ZeroDivisionError,
    RecursionError,
)


@dataclass(slots=True)
class Line:
    """A run of words on one line. Points from the page's lower left corner, ``size`` the height of its letters' box.

    ``has_place`` is false when only the words are known; the order of the list is then the reading order.
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


@dataclass(slots=True)
class Page:
    """One page: its number from 1, its lines in the order of the file, its size in points."""

    number: int
    width: float = 0.0
    height: float = 0.0
    lines: list[Line] = field(default_factory=list)

    @property
    def characters(self) -> int:
        """Characters that are not white space."""
        return sum(len("".join(line.text.split())) for line in self.lines)


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
                    f"{name} is protected with a password.", "Save it without one and add it again.", kind="password"
                )
            if problem == "limit":
                raise UnreadableSource(
                    f"{name} was refused: it unpacks to far more than its size.", "Print it to a new PDF.", kind="limit"
                )
            raise UnreadableSource(
                f"{name} is damaged: it cannot be read as a PDF.", "Open it in a PDF program and save it again."
            )
        count = len(document) if document is not None else _count(reader)
        if count > MAX_PAGES:
            raise UnreadableSource(f"{name} has more than {MAX_PAGES:,} pages.", "Split it.", kind="limit")
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
        return PdfContent([page for page in pages if page is not None], _fields(reader), notes)
    finally:
        if document is not None:
            document.close()


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
    except (EmptyFileError, *_SURPRISES):
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


def _page(index: int, document: pdfium.PdfDocument | None, reader: pypdf.PdfReader | None, problems: list[str]) -> Page | None:
    """One page by whichever library finds more on it; None when neither can read it."""
    placed = _pdfium_page(index, document) if document is not None else None
    if placed is not None and placed.characters >= _CROSS_CHECK:
        return placed
    plain = _pypdf_page(index, reader, problems) if reader is not None and index < _count(reader) else None
    if placed is None or (plain is not None and plain.characters > placed.characters):
        if plain is not None and placed is not None:
            plain.width, plain.height = placed.width, placed.height
        return plain
    return placed


def _pypdf_page(index: int, reader: pypdf.PdfReader, problems: list[str]) -> Page | None:
    try:
        text = reader.pages[index].extract_text()
    except LimitReachedError:
        problems.append("limit")
        return None
    except _SURPRISES:
        return None
    lines = [Line(text=part, has_place=False) for part in text[:MAX_PAGE_CHARACTERS].splitlines()]
    return Page(number=index + 1, lines=lines)


def _pdfium_page(index: int, document: pdfium.PdfDocument) -> Page | None:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return None
    try:
        width, height = page.get_size()
        words = page.get_textpage()
        try:
            found = Page(number=index + 1, width=width, height=height)
            found.lines = list(_lines(words, _turn(page)))
        finally:
            words.close()
    except pdfium.PdfiumError:
        return None
    finally:
        page.close()
    return found


def _turn(page: Any) -> tuple[int, float, float, float, float]:
    """Rotation of the page and its box: places are given as seen by a person."""
    left, bottom, right, top = page.get_cropbox()
    return int(page.get_rotation()), float(left), float(bottom), float(right), float(top)


def _lines(words: Any, turn: tuple[int, float, float, float, float]) -> Iterator[Line]:
    """Runs of characters between line ends and wide gaps. ``words`` is a text page of pdfium."""
    count = min(words.count_chars(), MAX_PAGE_CHARACTERS)
    box = [ctypes.c_double() for _ in range(4)]
    run: list[str] = []
    places: list[tuple[float, float, float, float]] = []
    first = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(words, index)
        if code in (10, 13):
            yield from _close(words, run, places, first)
            run, places = [], []
            continue
        character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        if code in (0x02, 0xFFFE):
            character = "\u00ad"  # a hyphen that pdfium knows to end its line
        if not character:
            continue
        if character.isspace():
            if run:
                run.append(" ")
            continue
        raw.FPDFText_GetCharBox(words, index, *box)
        place = _seen(box[0].value, box[2].value, box[1].value, box[3].value, turn)
        if run and places and _is_apart(places[-1], place, run[-1] == " "):
            yield from _close(words, run, places, first)
            run, places = [], []
        if not run:
            first = index
        run.append(character)
        places.append(place)
    yield from _close(words, run, places, first)


def _seen(
    left: float, bottom: float, right: float, top: float, turn: tuple[int, float, float, float, float]
) -> tuple[float, float, float, float]:
    rotation, x0, y0, x1, y1 = turn
    if rotation == 90:
        return bottom - y0, x1 - right, top - y0, x1 - left
    if rotation == 180:
        return x1 - right, y1 - top, x1 - left, y1 - bottom
    if rotation == 270:
        return y1 - top, left - x0, y1 - bottom, right - x0
    return left - x0, bottom - y0, right - x0, top - y0


def _is_apart(before: tuple[float, float, float, float], here: tuple[float, float, float, float], after_space: bool) -> bool:
    """Whether a character stands in another column or line than the one before: a gap wider than a letter is high."""
    height = max(before[3] - before[1], here[3] - here[1], 4.0)
    gap = here[0] - before[2]
    is_other_line = here[1] > before[3] + 0.3 * height or here[3] < before[1] - 0.3 * height
    return (after_space and gap > 0.95 * height) or gap > 3 * height or gap < -4 * height or (after_space and is_other_line)


def _close(words: Any, run: list[str], places: list[tuple[float, float, float, float]], first: int) -> Iterator[Line]:
    text = "".join(run).strip()
    if not text or not places:
        return
    box = raw.FS_RECTF()
    size = 0.0
    if raw.FPDFText_GetLooseCharBox(words, first, box):
        size = (
            min(abs(box.top - box.bottom), abs(box.right - box.left) * 3)
            if abs(box.top - box.bottom) > 200
            else abs(box.top - box.bottom)
        )
    yield Line(
        text=text.replace("\u00ad", "-"),
        left=min(place[0] for place in places),
        bottom=min(place[1] for place in places),
        right=max(place[2] for place in places),
        top=max(place[3] for place in places),
        size=size or max(place[3] - place[1] for place in places),
        is_bold=_is_bold(words, first),
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
    except _SURPRISES:
        return {}
