"""Forms, shells and attachments of a PDF: values that people filled in, and files whose words are somewhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pypdf
from pypdf.errors import PyPdfError

from kmassist.documents.document import clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers.pdf.model import Line, Page
from kmassist.text.shipped import english

SURPRISES = (
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
"""What pypdf raises on bent files."""
_MOST_FIELDS = 2_000
_SHELL = 1_200
"""Characters that the page of a shell has at most: it only says which program to use."""
_WAIT = english("readers", "shell_of_a_form")
_NO_CONTENTS = english("readers", "form_without_contents")
"""What Adobe's programs write on the only page of a form of theirs."""


def read_forms(reader: pypdf.PdfReader, pages: Sequence[Page], name: str) -> list[str]:
    """Put the values of a form's fields among the lines of their pages; returns what a person should know.

    Raises:
        UnreadableSource: the file is a shell (kind ``no_text_layer``): its words are in an XFA form or in attached files.
    """
    try:
        root: Any = reader.trailer["/Root"]
        form = root.get("/AcroForm")
        attached = [clean_text(str(found)) for found in _attachments(reader)]
        is_portfolio = "/Collection" in root
        is_xfa = form is not None and "/XFA" in form.get_object()
        has_fields = form is not None and bool(form.get_object().get("/Fields"))
    except SURPRISES:
        form, attached, is_portfolio, is_xfa, has_fields = None, [], False, False, False
    words = " ".join(line.text for page in pages for line in page.lines)
    is_shell = len(words) <= _SHELL and bool(_WAIT.search(words))
    if (is_shell and (is_portfolio or attached)) or (is_portfolio and len(words) <= 200):
        raise UnreadableSource(
            f"{name} is a PDF portfolio: its words are in the files attached to it.",
            "Save the attached files by themselves and add those.",
            kind="no_text_layer",
        )
    if is_shell and (is_xfa or (len(pages) == 1 and _NO_CONTENTS.search(words))):
        raise UnreadableSource(
            f"{name} is a form that only Adobe's own program shows (XFA): its words are not in its pages.",
            "Open it there, print it to PDF and add that.",
            kind="no_text_layer",
        )
    if has_fields:
        _fill(reader, pages)
    if not attached:
        return []
    return [
        f"Files attached to the PDF were not read: {', '.join(attached[:5])}{' and more' if len(attached) > 5 else ''}."
    ]


def _attachments(reader: pypdf.PdfReader) -> list[str]:
    root: Any = reader.trailer["/Root"]
    names = root.get("/Names")
    if names is None or "/EmbeddedFiles" not in names.get_object():
        return []
    return list(reader.attachments)[:20]


def _fill(reader: pypdf.PdfReader, pages: Sequence[Page]) -> None:
    for page in pages:
        try:
            here = reader.pages[page.number - 1]
            left, bottom = float(here.cropbox.left), float(here.cropbox.bottom)
            found = list(_values(here))
        except SURPRISES:
            continue
        is_placed = all(line.has_place for line in page.lines) and not int(here.rotation or 0)
        for text, (x0, y0, x1, y1) in found:
            size = max(4.0, min(12.0, 0.8 * abs(y1 - y0)))
            base = (y0 + y1) / 2 - bottom - 0.28 * size
            if is_placed:
                _put(
                    page,
                    Line(text, min(x0, x1) - left, base, max(x0, x1) - left, base + size, size),
                )
            else:
                page.lines.append(Line(text, has_place=False))


def _put(page: Page, value: Line) -> None:
    """A value on the line of its label: after the nearest line of words that ends before it and shares its height."""
    middle = (value.bottom + value.top) / 2
    beside = [
        number
        for number, line in enumerate(page.lines)
        if line.right <= value.left + 4 and line.bottom - 6 <= middle <= line.top + 6
    ]
    if not beside:
        page.lines.append(value)
        return
    number = max(beside, key=lambda i: page.lines[i].right)
    label = page.lines[number]
    value.bottom, value.top, value.size = label.bottom, label.top, label.size
    page.lines.insert(number + 1, value)


def _values(page: pypdf.PageObject) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Text of each filled field of a page, and its box; a ticked box is ``[x]``."""
    notes: Any = page.get("/Annots")
    for number, reference in enumerate(notes.get_object() if notes is not None else ()):
        if number >= _MOST_FIELDS:
            return
        note = reference.get_object()
        if note.get("/Subtype") != "/Widget":
            continue
        parent = note["/Parent"].get_object() if "/Parent" in note else {}
        kind = note.get("/FT") or parent.get("/FT")
        value = note.get("/V") if "/V" in note else parent.get("/V")
        if kind == "/Btn":
            text = "[x]" if note.get("/AS") not in (None, "/Off") else ""
        elif kind in ("/Tx", "/Ch") and value is not None:
            found = value.get_object() if hasattr(value, "get_object") else value
            text = "; ".join(map(str, found)) if isinstance(found, list) else str(found)
        else:
            continue
        text = " ".join(clean_text(text).split())[:5_000]
        if text:
            x0, y0, x1, y1 = (float(side) for side in note["/Rect"])
            yield text, (x0, y0, x1, y1)
