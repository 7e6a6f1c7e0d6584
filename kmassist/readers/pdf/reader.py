"""PDF: pages kept, hyphens repaired, running heads dropped, columns in reading order. A scan says that it is one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kmassist.documents.apparatus import apparatus_heading
from kmassist.documents.document import Document, SourceType, clean_text
from kmassist.documents.metadata import AuditCriterion
from kmassist.errors import UnreadableSource
from kmassist.readers.content import TextBuilder, finish, one_line, unhide_symbols
from kmassist.readers.metadata.guidance import is_generic_title
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.metadata.title_page import stands_alone
from kmassist.readers.pdf.hyphens import join_lines, vocabulary_of
from kmassist.readers.pdf.labels import printed_labels
from kmassist.readers.pdf.layout import blocks_of, body_size
from kmassist.readers.pdf.margins import drop_line_numbers, drop_running_lines
from kmassist.readers.pdf.model import Block
from kmassist.readers.pdf.pages import LIGATURES, PdfContent, read_pages
from kmassist.readers.pdf.write import Writer
from kmassist.text.shipped import english

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
            layers += [
                Layer("file", {"audit": found}),
                Layer("detected", {"source_type": SourceType.AUD}),
            ]
        try:
            document = finish(builder, path, data, layers, media_type="application/pdf")
            return [document.model_copy(update={"running_heads": _running(content)})]
        except UnreadableSource as problem:
            if problem.kind != "empty":
                raise
            raise UnreadableSource(
                f"{name} has no readable text: its letters have no meaning to a program.",
                "Make a text layer with ocrmypdf.",
                kind="no_text_layer",
            ) from problem


def write_pages(builder: TextBuilder, content: PdfContent) -> tuple[str, list[AuditCriterion]]:
    """Adds the blocks of all pages to a builder; returns the title that the layout shows, or an empty text, and audit criteria."""
    pages = [part for page in content.pages for part in (page, *page.beside)]
    for page in pages:
        for line in page.lines:
            line.text = unhide_symbols(line.text.translate(LIGATURES))
    if sum(drop_line_numbers(page) for page in content.pages):
        builder.warn("The numbers of lines in the margin were left out.")
    before = [list(page.lines) for page in pages]
    drop_running_lines(content.pages)
    if not any(page.lines for page in pages):
        for page, lines in zip(pages, before, strict=True):
            page.lines = lines
    body = body_size(content.pages)
    known = vocabulary_of(content)
    blocks = _merge_headings([block for page in content.pages for block in blocks_of(page, body)])
    for page in content.pages:
        for note in sorted(page.notes):
            builder.warn(note)
    title = _title(blocks, body)
    writer = Writer(builder, known, printed_labels(content.pages))
    writer.write(blocks, _levels(blocks, title))
    return (join_lines(title.lines, known) if title else ""), writer.criteria


def _merge_headings(blocks: Sequence[Block]) -> list[Block]:
    """Headings broken over lines become one: same page, size and weight, one right after the other."""
    merged: list[Block] = []
    for block in blocks:
        last = merged[-1] if merged else None
        if (
            last is not None
            and block.kind == last.kind == "heading"
            and block.page == last.page
            and abs(block.size - last.size) <= 0.05 * last.size
            and block.is_bold == last.is_bold
            and 0 < last.lines[-1].bottom - block.lines[0].bottom < 1.6 * block.size
            and len(last.text) + len(block.text) <= 250
            and block.size > 11
            and not (block.page <= 2 and stands_alone(block.text, last.text))
            and not (block.page <= 2 and is_generic_title(last.text))
        ):
            last.lines += block.lines
        else:
            merged.append(block)
    return merged


def _title(blocks: list[Block], body: float) -> Block | None:
    """The heading in the largest letters on the first two pages, when it reads like a title.

    One that names only a series or a kind, as "Standard operating procedure" does, gives way to what follows it.
    """
    front = [block for block in blocks if block.page <= 2 and block.kind != "table"]
    first = [
        block
        for block in front
        if block.kind == "heading"
        and len(block.text) >= 3
        and not apparatus_heading(block.text)
        and not is_generic_title(block.text)
        and not re.match(r"\d{1,2}(?:\.\d+)*\.?\s", block.text)
    ]
    large = [
        block
        for block in first
        if block.size >= 1.15 * body and (_is_phrase(block) or block.size >= 1.6 * body)
    ]
    if large:
        largest = max(block.size for block in large)
        return next(block for block in large if block.size >= 0.97 * largest)
    series = next(
        (
            i
            for i, b in enumerate(front[:8])
            if b.kind == "heading" and is_generic_title(b.text) and not apparatus_heading(b.text)
        ),
        None,
    )
    if series is not None:
        after = (b for b in front[series + 1 : series + 6] if b.kind in ("heading", "paragraph"))
        named = next((b for b in after if _is_phrase(b) and not is_generic_title(b.text)), None)
        if named is not None and not named.text.endswith((".", ":")):
            return _first_words(named, blocks)
    return first[0] if first and first[0] is blocks[0] and _is_phrase(first[0]) else None


def _first_words(named: Block, blocks: list[Block]) -> Block:
    """The line or lines of a block that are the title, as a heading; what follows them becomes a block of its own."""
    count = 1
    while count < len(named.lines) and (
        named.lines[count].text[:1].islower()
        or english("readers", "goes_on_in_the_next_line").search(named.lines[count - 1].text)
    ):
        count += 1
    if count < len(named.lines):
        rest = Block(named.page, named.lines[count:], named.kind, named.size, named.is_bold)
        blocks.insert(next(i for i, block in enumerate(blocks) if block is named) + 1, rest)
        named.lines = named.lines[:count]
    named.kind = "heading"
    return named


def _is_phrase(block: Block) -> bool:
    return len(block.text) >= 8 and " " in block.text.strip()


def _rank(block: Block) -> tuple[float, bool]:
    return round(block.size), block.is_bold


def _levels(blocks: Sequence[Block], title: Block | None) -> dict[int, int]:
    """Heading levels by block: 1 for the title, from 2 by size and weight, the largest first.

    What only leads through the document, such as "Contents", is nobody's parent, however large it is set.
    """
    headings = [block for block in blocks if block.kind == "heading"]
    chapters = [
        block for block in headings if block is not title and not apparatus_heading(block.text)
    ]
    ranks = sorted({_rank(block) for block in chapters}, reverse=True)
    levels = {id(block): min(6, 2 + ranks.index(_rank(block))) for block in chapters}
    levels.update({id(block): 6 for block in headings if apparatus_heading(block.text)})
    return {**levels, id(title): 1} if title is not None else levels


def _layers(content: PdfContent, title: str, front: str) -> list[Layer]:
    """The file's own fields where the text bears them out, then what the layout shows. Its dates are of the file, so unused."""
    stated = one_line(content.fields.get("Title", ""))
    subject = (
        content.fields.get("Subject", "")
        + " "
        + content.fields.get("WPS-ARTICLEDOI", "")
        + " "
        + content.fields.get("doi", "")
    )
    said: dict[str, Any] = {}
    doi = re.search(r"\b10\.\d{4,9}/[^\s;,]+", subject)
    if doi:
        said["doi"] = doi.group(0).rstrip(".")
    is_borne_out = len(stated) >= 12 and " " in stated and _folded(stated) in _folded(front)
    if is_borne_out and not is_generic_title(stated):
        said["title"] = stated
    return [Layer("file", said), Layer("detected", {"title": one_line(title)} if title else {})]


def _running(content: PdfContent) -> tuple[str, ...]:
    """The heads and feet that repeat, the most frequent first."""
    found = Counter(
        text for page in content.pages for text in dict.fromkeys(map(one_line, page.running))
    )
    return tuple(text for text, _ in found.most_common(12) if len(text) > 3)


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _warn(builder: TextBuilder, content: PdfContent) -> None:
    for warning in content.warnings:
        builder.warn(warning)
    empty = [page.number for page in content.pages if page.characters < _MIN_SCAN]
    if empty and len(empty) < len(content.pages) and len(empty) >= 0.2 * len(content.pages):
        builder.warn(
            f"{len(empty)} of {len(content.pages)} pages have no text layer: they are probably scanned."
        )
