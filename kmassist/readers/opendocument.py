"""OpenDocument: texts (``.odt``), slides (``.odp``) and sheets (``.ods``), read from their own XML.

A workbook's sheets become the grids that the tabular reader knows, so that an audit is an audit in either.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from kmassist.documents.document import Document, clean_text
from kmassist.documents.metadata import AuditCriterion
from kmassist.errors import UnreadableSource
from kmassist.readers.archive import check_archive
from kmassist.readers.content import TextBuilder, finish, one_line
from kmassist.readers.grid import BLANK, Cell, Grid, block_lines
from kmassist.readers.grid_reading import read_grid
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.office_tables import add_rows, audit_layers
from kmassist.readers.opendocument_sheets import read_sheets
from kmassist.readers.tabular import documents_of_sheets
from kmassist.readers.xml_tree import Element, children, local_name, parse_xml, words

_MEDIA = "application/vnd.oasis.opendocument."
_DEEPEST = 60
_MOST_CELLS = 400_000
# Deleted words, comments, forms, and what a slide shows of its master.
_GONE = frozenset(
    {
        "tracked-changes",
        "annotation",
        "annotation-end",
        "forms",
        "sequence-decls",
        "variable-decls",
        "bookmark",
        "ruby-text",
    }
)


class OpenDocumentReader:
    """``.odt``, ``.ods`` and ``.odp``."""

    suffixes: tuple[str, ...] = (".odt", ".ods", ".odp")

    def recognises(self, head: bytes) -> bool:
        """Whether it is an archive that says it is OpenDocument."""
        return head.startswith(b"PK\x03\x04") and b"opendocument" in head

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document; deleted, hidden and struck-out words and comments are left out, and said."""
        name = clean_text(path.name)
        check_archive(data, name)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "content.xml" not in names:
                raise UnreadableSource(
                    f"{name} is damaged: it is no OpenDocument file.", "Save it again."
                )
            if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read(
                "META-INF/manifest.xml"
            ):
                raise UnreadableSource(
                    f"{name} is protected with a password.", "Save it without one.", kind="password"
                )
            root, warnings = parse_xml(archive.read("content.xml"), name)
            parts = [archive.read(part) for part in ("styles.xml", "meta.xml") if part in names]
        styles = [root, *(parse_xml(part, name)[0] for part in parts)]
        body = next(
            (
                e
                for e in root.iter()
                if local_name(e) in ("text", "spreadsheet", "presentation") and _is_office(e)
            ),
            None,
        )
        if body is None:
            raise UnreadableSource(
                f"{name} is damaged: it holds no text, sheet or slides.", "Save it again."
            )
        if local_name(body) == "spreadsheet":
            tables = list(children(body, "table"))
            struck, _, _ = _text_styles(styles)
            builder = TextBuilder()
            sheets = read_sheets(tables, grid, builder, struck, styles)
            return documents_of_sheets(builder, sheets, path, data, _MEDIA + "spreadsheet")
        walk = _Walk(styles)
        for warning in warnings:
            walk.builder.warn(warning)
        walk.blocks(body, 0)
        return [walk.finish(path, data, _MEDIA + local_name(body))]


def _is_office(element: Element) -> bool:
    return "opendocument:xmlns:office" in str(element.tag)


def _get(element: Element, name: str) -> str:
    """The value of an attribute by its local name."""
    return next(
        (
            str(value)
            for key, value in element.attrib.items()
            if str(key).rsplit("}", 1)[-1] == name
        ),
        "",
    )


class _Walk:
    """One pass over a text or the slides."""

    def __init__(self, roots: list[Element]) -> None:
        self.builder = TextBuilder()
        self.title = next(
            (
                words(e)
                for root in roots
                for e in root.iter()
                if local_name(e) == "title" and "purl.org" in str(e.tag)
            ),
            "",
        )
        self._struck_styles, self._hidden_styles, self._raised = _text_styles(roots)
        self._notes: list[str] = []
        self._criteria: list[AuditCriterion] = []
        self._comments = self._struck = self._hidden = self._slides = 0

    def finish(self, path: Path, data: bytes, media_type: str) -> Document:
        """Everything read, as a document."""
        if self._notes:
            self.builder.heading("Notes", 2)
            for note in self._notes:
                self.builder.line(note)
        self.builder.warn_left_out(self._comments, "comment")
        self.builder.warn_left_out(self._struck, "struck-out piece")
        self.builder.warn_left_out(self._hidden, "hidden piece")
        guess = (
            {"title": self.title}
            if 8 <= len(self.title) <= 250 and not self.builder.headings
            else {}
        )
        layers = [*audit_layers(self._criteria), Layer("detected", guess)]
        return finish(self.builder, path, data, layers, media_type=media_type)

    def blocks(self, parent: Element, depth: int, *, in_list: bool = False) -> None:
        """Everything inside an element, in its order."""
        if depth > _DEEPEST:
            return
        for element in children(parent):
            name = local_name(element)
            if name in _GONE:
                self._comments += name == "annotation"
                if name == "tracked-changes":
                    self.builder.warn("It has tracked changes: they were read as if accepted.")
            elif name == "h":
                level = _get(element, "outline-level")
                self.builder.heading(self._words(element), int(level) if level.isdigit() else 1)
            elif name == "p":
                text = self._words(element)
                (self.builder.line if in_list else self.builder.paragraph)(text)
                self._boxes(element, depth)
            elif name == "section" and _get(element, "display") in ("none", "condition"):
                self._hidden += 1
            elif name == "page":
                self._slide(element, depth)
            elif name == "table":
                self._criteria += add_rows(self.builder, self._table(element))
            elif name == "notes" and (note := one_line(self._inside(element, depth))):
                self.builder.paragraph(f"Notes: {note}")
            elif name not in ("notes", "settings", "note"):
                self.blocks(element, depth + 1, in_list=in_list or name == "list-item")

    def _slide(self, element: Element, depth: int) -> None:
        self._slides += 1
        if _get(element, "visibility") == "hidden":
            self._hidden += 1
            return
        self.builder.page(self._slides)
        frames = list(children(element))
        title = next((f for f in frames if _get(f, "class") == "title"), None)
        if title is not None:
            self.builder.heading(self._inside(title, depth), 1 if self._slides == 1 else 2)
        for frame in frames:
            if frame is not title and _get(frame, "class") not in ("page-number", "date-time"):
                self.blocks(frame, depth + 1) if local_name(frame) != "notes" else self._speaker(
                    frame, depth
                )

    def _speaker(self, element: Element, depth: int) -> None:
        if note := self._inside(element, depth):
            self.builder.paragraph(f"Notes: {note}")

    def _inside(self, element: Element, depth: int) -> str:
        """The words of the paragraphs inside, on one line."""
        found = [self._words(e) for e in element.iter() if local_name(e) in ("p", "h")]
        return " ".join(text for text in found if text)

    def _boxes(self, paragraph: Element, depth: int) -> None:
        for element in paragraph.iter():
            if local_name(element) == "text-box":
                self.blocks(element, depth + 1)

    def _table(self, table: Element) -> list[list[Cell]]:
        cells: dict[Element, Cell] = {}
        rows = []
        for row in grid(table):
            for element in row:
                if element is not None and element not in cells:
                    parts = self._cell_parts(element, 0)
                    cells[element] = Cell(" ".join(filter(None, parts)))
            rows.append([BLANK if element is None else cells[element] for element in row])
        return rows

    def _cell_parts(self, element: Element, depth: int) -> Iterator[str]:
        """The paragraphs of a cell, and the rows of a table inside it."""
        for child in children(element) if depth < _DEEPEST else ():
            name = local_name(child)
            if name in ("p", "h"):
                yield self._words(child)
            elif name == "table":
                inner = Grid()
                for row in self._table(child):
                    inner.add_row((cell, 1, 1) for cell in row)
                yield from block_lines(read_grid(inner))
            elif name not in _GONE:
                yield from self._cell_parts(child, depth + 1)

    def _words(self, element: Element) -> str:
        pieces: list[str] = []
        self._collect(element, pieces, 0)
        return one_line("".join(pieces))

    def _collect(self, element: Element, pieces: list[str], depth: int) -> None:
        if depth > _DEEPEST:
            return
        pieces.append(element.text or "")
        for child in children(element):
            name, style = local_name(child), _get(child, "style-name")
            if name == "note":
                self._note(child)
            elif name in _GONE:
                self._comments += name == "annotation"
            elif name == "s":
                pieces.append(
                    " "
                    * min(
                        int(_get(child, "c") or 1) if (_get(child, "c") or "1").isdigit() else 1, 20
                    )
                )
            elif name in ("tab", "line-break"):
                pieces.append(" ")
            elif name in ("hidden-text", "hidden-paragraph") or (
                name == "span" and style in self._hidden_styles
            ):
                self._hidden += 1
            elif name == "span" and style in self._struck_styles:
                self._struck += 1
            elif name not in {"text-box", "frame"}:
                start = len(pieces)
                self._collect(child, pieces, depth + 1)
                raised = "".join(pieces[start:])
                if (
                    style in self._raised
                    and re.fullmatch(r"[-−–+]?\d+", raised)
                    and "".join(pieces[:start])[-1:].isdigit()
                ):
                    pieces[start:] = [f"^{raised}"]
            pieces.append(child.tail or "")

    def _note(self, note: Element) -> None:
        body = next((e for e in children(note) if local_name(e) == "note-body"), None)
        if body is not None and (text := self._inside(body, 0)):
            self._notes.append(text)


def _text_styles(roots: list[Element]) -> tuple[set[str], set[str], set[str]]:
    """Names of the styles that strike words out, hide them, or raise them."""
    struck, hidden, raised = set[str](), set[str](), set[str]()
    for root in roots:
        for element in root.iter():
            if local_name(element) == "style":
                name = _get(element, "name")
                for properties in children(element, "text-properties"):
                    if _get(properties, "text-line-through-style") not in ("", "none") or _get(
                        properties, "text-line-through-type"
                    ) not in ("", "none"):
                        struck.add(name)
                    if _get(properties, "display") == "none":
                        hidden.add(name)
                    if _get(properties, "text-position").startswith(("super", "3", "5")):
                        raised.add(name)
    return struck, hidden, raised


def grid(table: Element) -> Iterator[list[Element | None]]:
    """The rows of a table, spans and repeats filled, without what is hidden; blank rows and cells at the end are cut."""
    covered: dict[int, tuple[Element, int]] = {}
    left = _MOST_CELLS
    for row, times in _rows(table):
        cells: list[Element | None] = []
        for cell in children(row, "table-cell", "covered-table-cell"):
            repeat = min(_number(cell, "number-columns-repeated"), 1_000)
            is_blank = not len(cell) and not _get(cell, "value")
            if local_name(cell) == "covered-table-cell":
                for _ in range(repeat):
                    cells.append(covered.get(len(cells), (None, 0))[0] if covered else None)
                continue
            wide, deep = (
                min(_number(cell, "number-columns-spanned"), 1_000),
                _number(cell, "number-rows-spanned"),
            )
            for at in range(len(cells), len(cells) + max(wide, repeat)):
                if deep > 1 or wide > 1:
                    covered[at] = (cell, deep)
            cells += [None if is_blank else cell] * repeat
        while cells and cells[-1] is None:
            cells.pop()
        covered = {at: (cell, deep - 1) for at, (cell, deep) in covered.items() if deep > 1}
        for _ in range(times if cells else 1):
            left -= len(cells) + 1
            if left < 0:
                return
            yield list(cells)


def _rows(table: Element) -> Iterator[tuple[Element, int]]:
    for element in children(table):
        name = local_name(element)
        if name == "table-row" and _get(element, "visibility") not in ("collapse", "filter"):
            yield element, min(_number(element, "number-rows-repeated"), 100_000)
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(element)


def _number(element: Element, name: str) -> int:
    value = _get(element, name)
    return max(1, int(value)) if value.isdigit() and len(value) < 8 else 1
