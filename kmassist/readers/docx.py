"""Word documents: headings, lists, tables row by row. Comments, hidden and deleted words are left out, and said so."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from kmassist.documents import AuditCriterion, Document, SourceType, clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers.archive import check_archive
from kmassist.readers.audit import audit_columns, read_audit
from kmassist.readers.content import TextBuilder, finish, one_line
from kmassist.readers.ooxml import transitional
from kmassist.readers.plain import table_row
from kmassist.readers.provenance import Layer
from kmassist.readers.symbols import symbol, unhide_symbols

_MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_P, _TBL, _SDT, _TR, _TC = qn("w:p"), qn("w:tbl"), qn("w:sdt"), qn("w:tr"), qn("w:tc")
_WRAPPERS = {qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:smartTag"), qn("w:customXml"), qn("w:body"), _SDT}
_GONE = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:instrText"),
    qn("w:delText"),
    qn("w:pPr"),
    qn("w:rPr"),
    "{{{}}}Fallback".format("http://schemas.openxmlformats.org/markup-compatibility/2006"),
}
_BOX = qn("w:txbxContent")
_STYLE_LEVEL = re.compile(r"heading (\d)", re.I)
_MAX_DEPTH = 30


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
        try:
            word = docx.Document(io.BytesIO(transitional(data)))
            return [_Walk(word).finish(path, data)]
        except (PackageNotFoundError, KeyError, ValueError, AttributeError, SyntaxError, IndexError, TypeError) as problem:
            raise UnreadableSource(
                f"{name} is damaged: it cannot be read as a Word document.", "Open it in Word and save it again."
            ) from problem


class _Walk:
    """One pass over the body of a document."""

    def __init__(self, word: WordDocument) -> None:
        self.word = word
        self.builder = TextBuilder()
        self.criteria: list[AuditCriterion] = []
        self.title = ""
        self.hidden = 0
        self.levels = _style_levels(word)
        self.is_first = True

    def finish(self, path: Path, data: bytes) -> Document:
        """Everything read, as a document."""
        self._blocks(self.word.element.body, 0)
        self._notes()
        if self.hidden:
            self.builder.warn(f"{self.hidden} pieces of hidden text were left out.")
        comments = _part_texts(self.word, "comments", "w:comment")
        if comments:
            self.builder.warn(f"{len(comments)} comments were left out.")
        if next(self.word.element.body.iter(qn("w:del"), qn("w:ins")), None) is not None:
            self.builder.warn("It has tracked changes: they were read as if accepted.")
        said: dict[str, Any] = {"audit": [c.model_dump() for c in self.criteria]} if self.criteria else {}
        if self.title:
            said["title"] = self.title
        guess: dict[str, Any] = {"source_type": SourceType.AUD} if self.criteria else {}
        if not self.builder.headings:
            guess["title"] = _property_title(self.word)
        return finish(self.builder, path, data, [Layer("file", said), Layer("detected", guess)], media_type=_MEDIA)

    def _blocks(self, parent: Any, depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        for child in parent:
            if child.tag == _P:
                self._paragraph(child, depth)
            elif child.tag == _TBL:
                self._table(child, depth)
            elif child.tag in _WRAPPERS:
                self._blocks(child, depth + 1)

    def _paragraph(self, element: Any, depth: int) -> None:
        text = one_line(self._words(element))
        style, is_list = _style_of(element)
        level = self.levels.get(style, 0)
        if text and style and self.levels.get(style) == -1:
            self.title = self.title or text
            self.builder.heading(text, 1)
        elif text and level > 0 and len(text) <= 300:
            self.builder.heading(text, level + (1 if self.title else 0))
        elif text and not is_list and _is_bold_line(element, text):
            self.builder.heading(text, 3 if self.builder.headings else 1)
        elif text and is_list:
            self.builder.line(text)
        elif text:
            self.builder.paragraph(text)
        for box in _boxes(element):
            self._blocks(box, depth + 1)

    def _words(self, element: Any) -> str:
        pieces: list[str] = []
        self._collect(element, pieces, 0)
        return unhide_symbols("".join(pieces))

    def _collect(self, element: Any, pieces: list[str], depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _GONE or tag == _BOX:
                continue
            if tag == qn("w:r"):
                properties = child.find(qn("w:rPr"))
                vanish = None if properties is None else properties.find(qn("w:vanish"))
                if vanish is not None and vanish.get(qn("w:val")) not in ("0", "false"):
                    self.hidden += 1
                    continue
                raised = None if properties is None else properties.find(qn("w:vertAlign"))
                if raised is not None and raised.get(qn("w:val")) == "superscript" and pieces and pieces[-1][-1:].isdigit():
                    exponent = "".join(child.itertext()).strip()
                    if re.fullmatch(r"[-−–]?\d+", exponent):
                        pieces.append(f"^{exponent}")
                        continue
            if tag in (qn("w:t"), qn("m:t")):
                pieces.append(child.text or "")
            elif tag in (qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:ptab")):
                pieces.append(" ")
            elif tag == qn("w:noBreakHyphen"):
                pieces.append("-")
            elif tag == qn("w:sym"):
                code = str(child.get(qn("w:char")) or "0")
                pieces.append(
                    symbol(int(code, 16), str(child.get(qn("w:font")) or "")) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else ""
                )
            else:
                self._collect(child, pieces, depth + 1)

    def _table(self, element: Any, depth: int) -> None:
        rows = [self._row(row) for row in _children(element, _TR)]
        rows = [row for row in rows if any(row)]
        if not rows:
            return
        width = max(len(row) for row in rows)
        if width == 1 or len(rows) == 1:
            for row in rows:
                for cell in row:
                    self.builder.paragraph(cell)
            return
        columns = audit_columns(rows[0])
        if columns and len(rows) > 1:
            place = f"table {(len(self.criteria) and 'after row') or 'row'}"
            table = read_audit(rows[0], rows[1:], columns, place=place if place.endswith("row") else "table row")
            self.criteria += table.criteria
            lines = table.lines
            for warning in table.warnings:
                self.builder.warn(warning)
        elif width == 2 and _is_key_value(element, rows):
            lines = [
                f"{row[0].rstrip(':')}: {row[1]}" if len(row) > 1 and row[1] and row[0] else " ".join(row).strip()
                for row in rows
            ]
        else:
            lines = [table_row(rows[0], row) for row in rows[1:]]
        for number, line in enumerate(lines):
            (self.builder.line if number else self.builder.paragraph)(line)

    def _row(self, row: Any) -> list[str]:
        """Texts of the cells, an empty one for each grid column that a cell spans or that a merge continues."""
        late = row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}")
        skipped = str(late.get(qn("w:val")) or "0") if late is not None else "0"
        cells: list[str] = [""] * (min(int(skipped), 60) if skipped.isdigit() else 0)
        for cell in _children(row, _TC):
            properties = cell.find(qn("w:tcPr"))
            merge = None if properties is None else properties.find(qn("w:vMerge"))
            span = None if properties is None else properties.find(qn("w:gridSpan"))
            is_continued = merge is not None and merge.get(qn("w:val")) in (None, "continue")
            text = (
                ""
                if is_continued
                else " ".join(filter(None, (one_line(self._words(p)) for p in cell.iter(_P) if not _inside_box(p, cell))))
            )
            count = str(span.get(qn("w:val")) or "1") if span is not None else "1"
            cells += [text, *[""] * (min(int(count), 60) - 1 if count.isdigit() else 0)]
        return cells

    def _notes(self) -> None:
        notes = [text for kind in ("footnotes", "endnotes") for text in _part_texts(self.word, kind, f"w:{kind[:-1]}")]
        if notes:
            self.builder.heading("Notes", 2)
            for note in notes:
                self.builder.line(note)


def _children(element: Any, tag: str, depth: int = 0) -> Iterator[Any]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS and depth < _MAX_DEPTH:
            yield from _children(child, tag, depth + 1)


def _boxes(element: Any) -> Iterator[Any]:
    for box in element.iter(_BOX):
        ancestors = {ancestor.tag for ancestor in box.iterancestors()}
        if not ancestors & {tag for tag in _GONE if tag.endswith("Fallback")} and not any(
            a.tag == _BOX and a is not box for a in box.iterancestors()
        ):
            yield box


def _inside_box(paragraph: Any, cell: Any) -> bool:
    for ancestor in paragraph.iterancestors():
        if ancestor is cell:
            return False
        if ancestor.tag == _BOX:
            return True
    return False


def _style_levels(word: WordDocument) -> dict[str, int]:
    """Heading level by style id; -1 for the title."""
    levels: dict[str, int] = {}
    based: dict[str, str] = {}
    for style in word.styles.element.iter(qn("w:style")):
        style_id = str(style.get(qn("w:styleId")) or "")
        name_element, base = style.find(qn("w:name")), style.find(qn("w:basedOn"))
        name = str(name_element.get(qn("w:val")) or "") if name_element is not None else ""
        outline = style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        match = _STYLE_LEVEL.fullmatch(name)
        if name.casefold() == "title":
            levels[style_id] = -1
        elif match:
            levels[style_id] = int(match.group(1))
        elif outline is not None and str(outline.get(qn("w:val"))).isdigit() and int(outline.get(qn("w:val"))) < 9:
            levels[style_id] = int(outline.get(qn("w:val"))) + 1
        if base is not None:
            based[style_id] = str(base.get(qn("w:val")) or "")
    for style_id in based:
        parent, seen = style_id, set()
        while parent not in levels and parent in based and parent not in seen:
            seen.add(parent)
            parent = based[parent]
        if parent in levels and levels[parent] > 0:
            levels.setdefault(style_id, levels[parent])
    return levels


def _style_of(element: Any) -> tuple[str, bool]:
    """Style id of a paragraph and whether it is a list item."""
    properties = element.find(qn("w:pPr"))
    if properties is None:
        return "", False
    style = properties.find(qn("w:pStyle"))
    style_id = str(style.get(qn("w:val")) or "") if style is not None else ""
    return style_id, properties.find(qn("w:numPr")) is not None or style_id.casefold().startswith("list")


def _is_bold_line(element: Any, text: str) -> bool:
    """Whether a short line is bold throughout, as people write headings without a style."""
    if len(text) > 100 or text.endswith((".", ",", ";")) or len(text) < 3 or ": " in text:
        return False
    runs = [run for run in element.iter(qn("w:r")) if "".join(run.itertext()).strip()]
    return bool(runs) and all(_is_on(run, "w:b") for run in runs)


def _is_on(run: Any, name: str) -> bool:
    properties = run.find(qn("w:rPr"))
    mark = None if properties is None else properties.find(qn(name))
    return mark is not None and mark.get(qn("w:val")) not in ("0", "false")


def _is_key_value(element: Any, rows: list[list[str]]) -> bool:
    """Whether a two-column table lists labels and values instead of having a header row."""
    if next(element.iter(qn("w:tblHeader")), None) is not None:
        return False
    first = rows[0]
    value = first[1] if len(first) > 1 else ""
    return first[0].endswith(":") or len(value) > 60 or bool(re.search(r"\d", value)) or len(rows) == 2


def _part_texts(word: WordDocument, kind: str, tag: str) -> list[str]:
    """Texts of the entries of a side part (comments, footnotes), without Word's own separators."""
    from lxml import etree

    for relation in word.part.rels.values():
        if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
            root = etree.fromstring(
                relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            )
            entries = [
                e
                for e in root.iter(qn(tag))
                if e.get(qn("w:type")) not in ("separator", "continuationSeparator", "continuationNotice")
            ]
            texts = [one_line(" ".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in e.iter(_P))) for e in entries]
            return [text for text in texts if text]
    return []


def _property_title(word: WordDocument) -> str:
    try:
        title = one_line(word.core_properties.title or "")
    except (ValueError, KeyError, AttributeError, TypeError):
        return ""
    return (
        title if 8 <= len(title) <= 250 and not title.casefold().startswith(("microsoft word", "document", "template")) else ""
    )
