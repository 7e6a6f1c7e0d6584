"""PDF pages with the layouts of real guidelines, made here: words in columns, tables, notes along margins."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from kmassist.documents.document import Document
from kmassist.readers.pdf.reader import PdfReader

WIDTH, HEIGHT = A4
FONT, BOLD = "Helvetica", "Helvetica-Bold"
PROSE = (
    "Women with a raised temperature in labour are seen by a senior midwife and a plan is written down. "
    "Unless itch is severe, no more investigations are needed at one visit. "
    "Bile acids over 100 micromol are acted on within one day. "
    "Offer a scan in 35 to 36 weeks where growth is not on its curve. "
)


def make(draw: Callable[[Canvas], object]) -> bytes:
    """A PDF of what ``draw`` draws."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def read(draw: Callable[[Canvas], object]) -> Document:
    """What the reader makes of it."""
    (document,) = PdfReader().read(Path("page.pdf"), make(draw))
    return document


def lines(document: Document) -> list[str]:
    """Its lines that are not empty."""
    return [line for line in document.text.split("\n") if line]


def wrapped(text: str, width: float, font: str = FONT, size: float = 10) -> list[str]:
    """Lines of a text within a width."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if stringWidth(longer, font, size) > width and line:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def prose(
    canvas: Canvas,
    text: str,
    x: float = 72,
    y: float = 760,
    width: float = 450,
    font: str = FONT,
    size: float = 10,
    lead: float = 13,
) -> float:
    """Lines of prose; gives the place below them."""
    canvas.setFont(font, size)
    for line in wrapped(text, width, font, size):
        canvas.drawString(x, y, line)
        y -= lead
    return y


def justified(canvas: Canvas, lines: Sequence[str], x: float, y: float, width: float) -> None:
    """Lines whose words are placed one by one, so that each line fills the width."""
    canvas.setFont(FONT, 10)
    for number, line in enumerate(lines):
        words = line.split()
        room = width - sum(stringWidth(word, FONT, 10) for word in words)
        gap = room / max(1, len(words) - 1) if number + 1 < len(lines) else 3
        at = x
        for word in words:
            canvas.drawString(at, y, word)
            at += stringWidth(word, FONT, 10) + gap
        y -= 13


def ruled(
    canvas: Canvas,
    rows: Sequence[Sequence[str | Sequence[str]]],
    widths: Sequence[float],
    x: float = 60,
    y: float = 740,
    bold: Sequence[int] = (),
    shaded: Sequence[int] = (),
    lines: bool = True,
) -> float:
    """A table with a line around each cell; text wraps in its cell. A cell may be a list of lines as they stand."""
    for number, row in enumerate(rows):
        font = BOLD if number in bold else FONT
        cells = [
            wrapped(cell, width - 8, font, 9) if isinstance(cell, str) else list(cell)
            for cell, width in zip(row, widths, strict=True)
        ]
        height = max(len(cell) for cell in cells) * 11 + 6
        if number in shaded:
            canvas.setFillGray(0.8)
            canvas.rect(x, y - height, sum(widths), height, stroke=0, fill=1)
            canvas.setFillGray(0)
        at = x
        canvas.setFont(font, 9)
        for cell, width in zip(cells, widths, strict=True):
            for step, line in enumerate(cell):
                canvas.drawString(at + 4, y - 11 - 11 * step, line)
            if lines:
                canvas.rect(at, y - height, width, height, stroke=1, fill=0)
            at += width
        y -= height
    return y


def raised(canvas: Canvas, x: float, y: float, parts: Sequence[tuple[str, bool]]) -> float:
    """Words and raised signs on one line; gives the place after them."""
    for text, is_raised in parts:
        size = 6 if is_raised else 10
        canvas.setFont(FONT, size)
        canvas.drawString(x, y + (4 if is_raised else 0), text)
        x += stringWidth(text, FONT, size)
    return x
