"""Word documents: headings, numbered lists, tables, footers. What is hidden, struck out or a comment is left out and said."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from kmassist.documents.document import Document, SourceType, clean_text
from kmassist.documents.metadata import AuditCriterion
from kmassist.errors import UnreadableSource
from kmassist.readers.archive import check_archive, transitional
from kmassist.readers.content import LINE_BREAK, TextBuilder, finish, one_line, stand_apart
from kmassist.readers.docx_styles import Numbering, Styles, parse_part, value
from kmassist.readers.docx_words import (
    BOX,
    MAX_DEPTH,
    Words,
    begins_bold,
    is_bold,
    is_placeholder,
    letter_size,
)
from kmassist.readers.grid import BLANK, Cell, Grid, block_lines
from kmassist.readers.grid_reading import read_grid
from kmassist.readers.metadata.guidance import is_generic_title
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.metadata.title_page import is_issuer
from kmassist.readers.office_tables import add_audited
from kmassist.text.shipped import english

_MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_P, _TBL, _SDT, _TR, _TC = qn("w:p"), qn("w:tbl"), qn("w:sdt"), qn("w:tr"), qn("w:tc")
_WRAPPERS = {
    qn("w:sdtContent"),
    qn("w:ins"),
    qn("w:moveTo"),
    qn("w:smartTag"),
    qn("w:customXml"),
    qn("w:body"),
    _SDT,
}
_PAGE_NUMBER = english("readers", "line_of_a_page_number")
_MOST_SPANNED = 60
_LONGEST_HEAD = 60
_TITLE_SIZE = 32
"""Half points from which a line by itself is set as a title: no text is written in letters of 16 points."""


class DocxReader:
    """``.docx``, also in the strict dialect."""

    suffixes: tuple[str, ...] = (".docx",)

    def recognises(self, head: bytes) -> bool:
        """Whether it is an office archive."""
        return head.startswith(b"PK\x03\x04")

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document; audit tables in it become criteria as well."""
        name = clean_text(path.name)
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise UnreadableSource(
                f"{name} is protected with a password or in the old Word format.",
                "Save it as .docx without one.",
                kind="password",
            )
        check_archive(data, name)
        return [_Walk(docx.Document(io.BytesIO(transitional(data)))).finish(path, data)]


class _Walk:
    """One pass over the body of a document."""

    def __init__(self, word: WordDocument) -> None:
        self.word = word
        self.builder = TextBuilder()
        self.criteria: list[AuditCriterion] = []
        self.title = ""
        self.set_large = ""
        self.styles = Styles(word)
        self.numbering = Numbering(word, self.styles)
        self.words = Words(self.styles)

    def finish(self, path: Path, data: bytes) -> Document:
        """Everything read, as a document."""
        self._blocks(self.word.element.body, 0)
        self._notes()
        self._margins()
        self._say()
        said: dict[str, Any] = (
            {"audit": [c.model_dump() for c in self.criteria]} if self.criteria else {}
        )
        if self.title and self.title != self.set_large and not is_generic_title(self.title):
            said["title"] = self.title
        guess: dict[str, Any] = {"source_type": SourceType.AUD} if self.criteria else {}
        if self.set_large:
            guess["title"] = self.set_large
        elif not self.builder.headings:
            guess["title"] = _property_title(self.word)
        return finish(
            self.builder,
            path,
            data,
            [Layer("file", said), Layer("detected", guess)],
            media_type=_MEDIA,
        )

    def _say(self) -> None:
        """Warns of what was left out, and of parts that nothing here reads."""
        body, warn = self.word.element.body, self.builder.warn
        self.builder.warn_left_out(self.words.hidden, "hidden text part")
        self.builder.warn_left_out(self.words.struck, "struck-out piece")
        self.builder.warn_left_out(len(_part_texts(self.word, "comments", "w:comment")), "comment")
        if next(body.iter(qn("w:del"), qn("w:ins")), None) is not None:
            warn("It has tracked changes: they were read as if accepted.")
        imported = sum(1 for _ in body.iter(qn("w:altChunk")))
        if imported:
            warn(
                f"{imported} parts imported from other files (altChunk) were not read; "
                "open it in Word and save it again to have them read."
            )
        drawn = sum(1 for _ in body.iter("{*}chart", "{*}OLEObject"))
        if drawn:
            warn(f"{drawn} charts or embedded files were not read.")

    def _blocks(self, parent: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            return
        for child in parent:
            if child.tag == _P:
                self._paragraph(child, depth)
            elif child.tag == _TBL:
                self._table(child, depth)
            elif child.tag in _WRAPPERS and not is_placeholder(child):
                self._blocks(child, depth + 1)

    def _paragraph(self, element: Any, depth: int) -> None:
        words = self.words.of(element)
        text = one_line(words)
        style_id = value(element, "pPr/pStyle")
        style = self.styles.get(style_id)
        is_list = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
        is_list = is_list or style_id.casefold().startswith("list")
        label = self.numbering.label(element) if text else ""
        said = f"{label} {text}" if label else text
        if text and style.level == -1:
            self.title = self.title or text
            self.builder.heading(text, 1)
        elif text and not self.title and not style.level and _is_set_as_title(element, text):
            self.title = self.set_large = text
            self.builder.heading(text, 1)
        elif text and style.level > 0 and len(text) <= 300:
            self.builder.heading(said, style.level + (1 if self.title else 0))
        elif text and not is_list and _is_bold_line(element, text):
            self.builder.heading(said, 3 if self.builder.headings else 1)
        elif text and is_list:
            self.builder.line(said)
        elif text:
            first, *others = _lines(element, words) or [text]
            self.builder.paragraph(f"{label} {first}" if label else first)
            for line in others:
                self.builder.line(line)
        for box in _boxes(element):
            self._blocks(box, depth + 1)

    def _table(self, element: Any, depth: int) -> None:
        rows = [row for row in _children(element, _TR) if not self._is_gone(row)]
        if len(rows) == 1 or all(len(list(_children(row, _TC))) == 1 for row in rows):
            for row in rows:  # it only places text on the page
                for cell in _children(row, _TC):
                    self._blocks(cell, depth + 1)
            return
        is_styled = value(element, "tblPr/tblStyle") not in ("", "TableGrid", "TableNormal")
        self.words.is_on_colour = is_styled
        blocks = read_grid(self._grid(rows))
        self.words.is_on_colour = False
        self.criteria += add_audited(self.builder, blocks)

    def _is_gone(self, row: Any) -> bool:
        properties = row.find(qn("w:trPr"))
        if properties is None:
            return False
        if properties.find(qn("w:hidden")) is not None:
            self.words.hidden += 1
            return True
        return properties.find(qn("w:del")) is not None

    def _grid(self, rows: list[Any]) -> Grid:
        """The cells of a table: one that goes on in the row below is the same cell there."""
        grid = Grid()
        above: dict[int, Cell] = {}
        for row in rows:
            skipped = value(row, "trPr/gridBefore")
            cells: list[tuple[Cell, int, int]] = []
            at = min(int(skipped), _MOST_SPANNED) if skipped.isdigit() else 0
            cells += [(BLANK, 1, 1)] * at
            for element in _children(row, _TC):
                properties = element.find(qn("w:tcPr"))
                merge = None if properties is None else properties.find(qn("w:vMerge"))
                is_continued = merge is not None and merge.get(qn("w:val")) in (None, "continue")
                span = value(properties, "gridSpan")
                width = max(1, min(int(span), _MOST_SPANNED)) if span.isdigit() else 1
                cell = above.get(at, BLANK) if is_continued else self._cell(element)
                above.update(dict.fromkeys(range(at, at + width), cell))
                cells.append((cell, 1, width))
                at += width
            is_head = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            grid.add_row(cells, is_head=is_head)
        return grid

    def _cell(self, element: Any) -> Cell:
        paragraphs = [p for p in element.iter(_P) if not _inside_box(p, element)]
        text = " ".join(filter(None, self._cell_parts(element, 0)))
        return Cell(text, is_head=all(is_bold(p) for p in paragraphs)) if text else BLANK

    def _cell_parts(self, element: Any, depth: int) -> Iterator[str]:
        """The paragraphs of a cell, and the rows of a table inside it."""
        for child in element if depth < MAX_DEPTH else ():
            if child.tag == _P:
                yield one_line(self.words.of(child))
            elif child.tag == _TBL:
                rows = [row for row in _children(child, _TR) if not self._is_gone(row)]
                yield from block_lines(read_grid(self._grid(rows)))
            elif child.tag in _WRAPPERS and not is_placeholder(child):
                yield from self._cell_parts(child, depth + 1)

    def _notes(self) -> None:
        notes = [
            text
            for kind in ("footnotes", "endnotes")
            for text in _part_texts(self.word, kind, f"w:{kind[:-1]}")
        ]
        if notes:
            self.builder.heading("Notes", 2)
            for note in notes:
                self.builder.line(note)

    def _margins(self) -> None:
        """Headers and footers, each text once: a version or a date of review often stands nowhere else."""
        lines: list[str] = []
        for relation in self.word.part.rels.values():
            if relation.reltype.endswith(("/header", "/footer")) and not relation.is_external:
                for paragraph in parse_part(relation.target_part.blob).iter(_P):
                    parts = re.split(r"\t|\s{2,}", self.words.of(paragraph))
                    lines += [one_line(part) for part in parts]
        text = self.builder.text
        for line in dict.fromkeys(lines):
            if line and line not in text and not _PAGE_NUMBER.fullmatch(line):
                self.builder.paragraph(line)


def _children(element: Any, tag: str, depth: int = 0) -> Iterator[Any]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS and depth < MAX_DEPTH:
            yield from _children(child, tag, depth + 1)


def _boxes(element: Any) -> Iterator[Any]:
    for box in element.iter(BOX):
        ancestors = {str(ancestor.tag) for ancestor in box.iterancestors()}
        is_nested = any(a.tag == BOX and a is not box for a in box.iterancestors())
        if not is_nested and not any(tag.endswith("}Fallback") for tag in ancestors):
            yield box


def _inside_box(paragraph: Any, cell: Any) -> bool:
    for ancestor in paragraph.iterancestors():
        if ancestor is cell:
            return False
        if ancestor.tag == BOX:
            return True
    return False


def _lines(paragraph: Any, words: str) -> list[str]:
    """The lines of a paragraph that were broken by hand and stand apart; nothing for one that only goes on.

    Lines without a sentence do, as an address, and a name in bold above what was said.
    """
    lines = [line for part in words.split(LINE_BREAK) if (line := one_line(part))]
    if len(lines) < 2:
        return []
    is_head = len(lines[0]) <= _LONGEST_HEAD and lines[0][-1] not in ".,;?!-"
    is_said = is_head and begins_bold(paragraph) and lines[1][:1].isupper()
    return lines if is_said or stand_apart(lines) else []


def _is_set_as_title(element: Any, text: str) -> bool:
    """Whether a line in letters much larger than those of a text names a subject, as people set a title without its style."""
    is_phrase = 8 <= len(text) <= 250 and " " in text and not text.endswith((".", ",", ";"))
    is_named = is_phrase and not is_generic_title(text) and not is_issuer(text)
    return is_named and letter_size(element) >= _TITLE_SIZE


def _is_bold_line(element: Any, text: str) -> bool:
    """Whether a short line is bold throughout, as people write headings without a style."""
    if len(text) > 100 or text.endswith((".", ",", ";")) or len(text) < 3 or ": " in text:
        return False
    return is_bold(element)


def _part_texts(word: WordDocument, kind: str, tag: str) -> list[str]:
    """Texts of the entries of a side part (comments, footnotes), without Word's own separators."""
    for relation in word.part.rels.values():
        if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
            entries = [
                e
                for e in parse_part(relation.target_part.blob).iter(qn(tag))
                if e.get(qn("w:type"))
                not in ("separator", "continuationSeparator", "continuationNotice")
            ]
            texts = [
                one_line(
                    " ".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in e.iter(_P))
                )
                for e in entries
            ]
            return [text for text in texts if text]
    return []


def _property_title(word: WordDocument) -> str:
    try:
        title = one_line(word.core_properties.title or "")
    except (ValueError, KeyError, AttributeError, TypeError):
        return ""
    return title if 8 <= len(title) <= 250 else ""
