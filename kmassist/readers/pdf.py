"""PDF: pages kept, hyphens repaired, running heads dropped, columns in reading order. A scan says that it is one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kmassist.documents import AuditCriterion, Document, SourceType, clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers.audit import audit_columns, read_audit
from kmassist.readers.content import TextBuilder, finish, one_line
from kmassist.readers.pdf_layout import Block, blocks_of, body_size, drop_running_lines
from kmassist.readers.pdf_pages import Line, PdfContent, read_pages
from kmassist.readers.pdf_tables import Rows
from kmassist.readers.plain import table_row
from kmassist.readers.provenance import Layer
from kmassist.readers.symbols import unhide_symbols

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"})
_KEEP_HYPHEN = frozenset(
    [
        "self",
        "non",
        "pre",
        "post",
        "co",
        "well",
        "follow",
        "evidence",
        "high",
        "low",
        "long",
        "short",
        "anti",
        "inter",
        "intra",
        "mid",
        "multi",
        "semi",
        "sub",
        "over",
        "under",
        "ex",
        "quasi",
        "cost",
        "risk",
        "decision",
        "health",
        "case",
        "cross",
        "meta",
        "double",
        "single",
        "peer",
        "patient",
        "midwife",
        "woman",
        "family",
        "community",
        "hospital",
    ]
)
_END = re.compile(r"[.!?:;][\"'”’)\]]*$")
_MIN_SCAN = 4
"""Fewer letters a page than this is no text layer, only a stamp."""


class PdfReader:
    """``.pdf``."""

    suffixes: tuple[str, ...] = (".pdf",)

    def recognises(self, head: bytes) -> bool:
        """Whether the mark of a PDF is near the start."""
        return b"%PDF-" in head[:1024]

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document with pages. A file without text says so (kind ``no_text_layer``)."""
        name = clean_text(path.name)
        content = read_pages(data, name)
        if sum(page.characters for page in content.pages) == 0:
            raise UnreadableSource(
                f"{name} has no text layer: it is probably a scan.",
                "Make one with ocrmypdf, or install kmassist[ocr] and add it with --ocr.",
                kind="no_text_layer",
            )
        builder = TextBuilder()
        _warn(builder, content)
        title, criteria = write_pages(builder, content)
        layers = _layers(content, title, builder.text[:6_000])
        if criteria:
            found = [criterion.model_dump() for criterion in criteria]
            layers += [Layer("file", {"audit": found}), Layer("detected", {"source_type": SourceType.AUD})]
        try:
            return [finish(builder, path, data, layers, media_type="application/pdf")]
        except UnreadableSource as problem:
            if problem.kind != "empty":
                raise
            raise UnreadableSource(
                f"{name} has no readable text: its letters have no meaning to a program.",
                "Make a text layer with ocrmypdf.",
                kind="no_text_layer",
            ) from problem


def write_pages(builder: TextBuilder, content: PdfContent) -> tuple[str, list[AuditCriterion]]:  # noqa: PLR0912 - one branch a kind of block
    """Adds the blocks of all pages to a builder; returns the title that the layout shows, or an empty text, and audit criteria."""
    for page in content.pages:
        for line in page.lines:
            line.text = unhide_symbols(line.text.translate(_LIGATURES))
    before = [list(page.lines) for page in content.pages]
    drop_running_lines(content.pages)
    if not any(page.lines for page in content.pages):
        for page, lines in zip(content.pages, before, strict=True):
            page.lines = lines
    body = body_size(content.pages)
    known = _vocabulary(content)
    blocks = [block for page in content.pages for block in blocks_of(page, body)]
    title = _title(blocks, body)
    levels = _levels(blocks, title)
    number = 0
    criteria: list[AuditCriterion] = []
    previous: Block | None = None
    for block in _merge_headings(blocks):
        if block.page != number:
            number = block.page
            builder.page(number)
        text = join_lines(block.lines, known)
        if not one_line(text):
            continue
        if block.kind == "table":
            criteria += _write_table(builder, block.cells)
        elif block is title:
            builder.heading(text, 1)
        elif block.kind == "heading":
            builder.heading(text, levels.get(_rank(block), 2))
        elif previous is not None and _continues(previous, block):
            joined = join_lines([previous.lines[-1], block.lines[0]], known)
            is_one_word = previous.lines[-1].ends_with_hyphen and " " not in joined[len(previous.lines[-1].text) - 2 :][:3]
            # A word broken over a page keeps its hyphen: what is written already stays as it is.
            builder.continue_line(text, joiner="" if is_one_word else " ")
        elif block.kind == "item":
            (builder.line if previous is not None and previous.kind == "item" else builder.paragraph)(
                re.sub(r"^[•●▪◦‣■□–*·-]\s*", "", text)
            )
        else:
            builder.paragraph(text)
        previous = block
    return (join_lines(title.lines, known) if title else ""), criteria


def _write_table(builder: TextBuilder, rows: Rows) -> list[AuditCriterion]:
    """A table as lines with its header's words; the criteria when it is an audit's."""
    header, body = rows[0], rows[1:]
    columns = audit_columns(header)
    found: list[AuditCriterion] = []
    if columns and body:
        table = read_audit(header, body, columns, place="table row")
        found, lines = table.criteria, table.lines
        for warning in table.warnings:
            builder.warn(warning)
    else:
        has_header = (
            all(cell and not re.fullmatch(r"[\d.,%()\s–-]+", cell) for cell in header if cell) and sum(map(bool, header)) >= 2
        )
        lines = [table_row(header, row) for row in body] if has_header and body else [table_row([], row) for row in rows]
    for number, line in enumerate(lines):
        (builder.line if number else builder.paragraph)(line)
    return found


def join_lines(lines: Sequence[Line], known: Counter[str]) -> str:
    """The words of several lines as one, with hyphens at line ends repaired.

    Whether a hyphen belongs to the word is decided by how the document writes it elsewhere, then by its first part.
    """
    text = ""
    for line in lines:
        here = line.text.strip()
        if not text:
            text = here
        elif re.search(r"\w[-‐]$", text) and here[:1].isalpha():
            text = _join_hyphen(text, here, known)
        else:
            text = f"{text} {here}"
    return text


def _join_hyphen(text: str, here: str, known: Counter[str]) -> str:
    head = re.search(r"([\w'’-]*\w)[-‐]$", text)
    tail = re.match(r"[\w'’]+", here)
    first, second = (head.group(1) if head else ""), (tail.group() if tail else "")
    whole, hyphened = f"{first}{second}".casefold(), f"{first}-{second}".casefold()
    if known[hyphened] > known[whole]:
        keeps = True
    elif known[whole]:
        keeps = False
    else:
        keeps = not second[:1].islower() or first.rsplit("-", 1)[-1].casefold() in _KEEP_HYPHEN or first[-1:].isdigit()
    return f"{text}{here}" if keeps else f"{text[:-1]}{here}"


def _vocabulary(content: PdfContent) -> Counter[str]:
    """How often each word, hyphened ones too, stands whole inside a line."""
    known: Counter[str] = Counter()
    for page in content.pages:
        for line in page.lines:
            words = [word.strip(".,;:()[]“”\"'").casefold() for word in line.text.split()]
            known.update(words[:-1] if line.text.rstrip().endswith(("-", "‐")) else words)
    return known


def _continues(before: Block, here: Block) -> bool:
    """Whether a paragraph goes on in the next column or page."""
    if before.kind in ("heading", "table") or here.kind != "paragraph":
        return False
    is_apart = before.page != here.page or (before.lines[-1].has_place and here.lines[0].bottom > before.lines[-1].bottom)
    if not is_apart or _END.search(before.text) or len(before.text) < 40:
        return False
    return (
        here.text[:1].islower()
        or before.lines[-1].ends_with_hyphen
        or (here.text[:1].isdigit() and not re.match(r"\d+[.)]\s", here.text))
    )


def _merge_headings(blocks: Sequence[Block]) -> list[Block]:
    """Headings broken over lines become one: same page, size and weight, one right after the other."""
    merged: list[Block] = []
    for block in blocks:
        last = merged[-1] if merged else None
        if (
            last is not None
            and block.kind == last.kind == "heading"
            and block.page == last.page
            and abs(block.size - last.size) < 0.3
            and block.is_bold == last.is_bold
            and 0 < last.lines[-1].bottom - block.lines[0].bottom < 1.6 * block.size
            and len(last.text) + len(block.text) <= 250
            and block.size > 11
        ):
            last.lines += block.lines
        else:
            merged.append(block)
    return merged


def _title(blocks: Sequence[Block], body: float) -> Block | None:
    """The heading in the largest letters on the first two pages, when it reads like a title."""
    first = [block for block in blocks if block.page <= 2 and block.kind == "heading" and len(block.text) >= 3]
    large = [block for block in first if block.size >= 1.15 * body and (_is_phrase(block) or block.size >= 1.6 * body)]
    if not large:
        return first[0] if first and first[0] is blocks[0] and _is_phrase(first[0]) else None
    largest = max(block.size for block in large)
    return next(block for block in large if block.size >= 0.97 * largest)


def _is_phrase(block: Block) -> bool:
    return len(block.text) >= 8 and " " in block.text.strip()


def _rank(block: Block) -> tuple[float, bool]:
    return round(block.size), block.is_bold


def _levels(blocks: Sequence[Block], title: Block | None) -> dict[tuple[float, bool], int]:
    """Heading levels from 2 by size and weight, the largest first."""
    ranks = sorted({_rank(block) for block in blocks if block.kind == "heading" and block is not title}, reverse=True)
    return {rank: min(6, 2 + place) for place, rank in enumerate(ranks)}


def _layers(content: PdfContent, title: str, front: str) -> list[Layer]:
    """The file's own fields where the text bears them out, then what the layout shows. Its dates are of the file, so unused."""
    stated = one_line(content.fields.get("Title", ""))
    subject = (
        content.fields.get("Subject", "") + " " + content.fields.get("WPS-ARTICLEDOI", "") + " " + content.fields.get("doi", "")
    )
    said: dict[str, Any] = {}
    doi = re.search(r"\b10\.\d{4,9}/[^\s;,]+", subject)
    if doi:
        said["doi"] = doi.group(0).rstrip(".")
    if len(stated) >= 12 and " " in stated and _folded(stated) in _folded(front):
        said["title"] = stated
    return [Layer("file", said), Layer("detected", {"title": one_line(title)} if title else {})]


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _warn(builder: TextBuilder, content: PdfContent) -> None:
    for warning in content.warnings:
        builder.warn(warning)
    empty = [page.number for page in content.pages if page.characters < _MIN_SCAN]
    if empty and len(empty) < len(content.pages) and len(empty) >= 0.2 * len(content.pages):
        builder.warn(f"{len(empty)} of {len(content.pages)} pages have no text layer: they are probably scanned.")
