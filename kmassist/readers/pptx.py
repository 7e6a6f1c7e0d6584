"""Slides: each is a page with its title as heading, its words, tables, charts and speaker's notes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kmassist.documents.document import Document, clean_text
from kmassist.documents.metadata import AuditCriterion
from kmassist.errors import UnreadableSource
from kmassist.readers.archive import check_archive, transitional
from kmassist.readers.cell_formats import shown
from kmassist.readers.content import TextBuilder, finish, one_line
from kmassist.readers.grid import BLANK, Cell
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.office_tables import add_rows, audit_layers
from kmassist.readers.slide_order import in_reading_order

_MEDIA = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DEEPEST = 20
_LONGEST_TITLE = 250
_DIAGRAM = "/diagramData"


class PptxReader:
    """``.pptx``."""

    suffixes: tuple[str, ...] = (".pptx",)

    def recognises(self, head: bytes) -> bool:
        """Whether it is an office archive."""
        return head.startswith(b"PK\x03\x04")

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document; hidden slides, comments and struck-out words are left out, and said."""
        name = clean_text(path.name)
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise UnreadableSource(
                f"{name} is protected with a password.", "Save it without one.", kind="password"
            )
        check_archive(data, name)
        import pptx

        return [_read(pptx.Presentation(io.BytesIO(transitional(data))), path, data)]


@dataclass
class _Found:
    """What the slides hold: their text, the pieces that are struck out, and the criteria of audit tables."""

    builder: TextBuilder = field(default_factory=TextBuilder)
    struck: list[str] = field(default_factory=list)
    criteria: list[AuditCriterion] = field(default_factory=list)


def _read(deck: Any, path: Path, data: bytes) -> Document:
    found = _Found()
    builder, struck = found.builder, found.struck
    hidden = comments = 0
    for number, slide in enumerate(deck.slides, 1):
        comments += sum(
            relation.reltype.endswith("/comments") for relation in slide.part.rels.values()
        )
        if slide._element.get("show") in ("0", "false"):
            hidden += 1
            continue
        builder.page(number)
        heading = slide.shapes.title or _largest(slide.shapes)
        title = (
            " ".join(_paragraphs(heading.text_frame._txBody, struck)) if heading is not None else ""
        )
        builder.heading(title, 1 if number == 1 else 2)
        _add_shapes(found, slide.shapes, heading, 0)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            notes = list(_paragraphs(slide.notes_slide.notes_text_frame._txBody, struck))
            for at, note in enumerate(notes):
                (builder.line if at else builder.paragraph)(note if at else f"Notes: {note}")
    builder.warn_left_out(hidden, "hidden slide")
    builder.warn_left_out(comments, "slide's comment")
    builder.warn_left_out(len(struck), "struck-out piece")
    title = one_line(deck.core_properties.title or "")
    guess = {"title": title} if 8 <= len(title) <= 250 else {}
    return finish(
        builder,
        path,
        data,
        [*audit_layers(found.criteria), Layer("detected", guess if not builder.headings else {})],
        media_type=_MEDIA,
    )


def _add_shapes(found: _Found, shapes: Any, heading: Any, depth: int) -> None:
    if depth > _DEEPEST:
        return
    named = heading.shape_id if heading is not None else None
    for shape in in_reading_order([shape for shape in shapes if shape.shape_id != named]):
        if hasattr(shape, "shapes"):  # a group
            _add_shapes(found, shape.shapes, heading, depth + 1)
        elif getattr(shape, "has_table", False):
            found.criteria += add_rows(found.builder, _table_rows(shape.table, found.struck))
        elif getattr(shape, "has_chart", False):
            if shape.chart.has_title and shape.chart.chart_title.has_text_frame:
                found.builder.paragraph(shape.chart.chart_title.text_frame.text)
            add_rows(found.builder, list(_chart_rows(shape.chart)))
        elif getattr(shape, "has_text_frame", False):
            if not _is_furniture(shape):
                for at, text in enumerate(_paragraphs(shape.text_frame._txBody, found.struck)):
                    (found.builder.line if at else found.builder.paragraph)(text)
        else:
            for text in _diagram(shape):
                found.builder.line(text)


def _largest(shapes: Any) -> Any:
    """The box whose letters are larger than those of every other, as the title of a poster is; None where none is."""
    sizes: list[tuple[int, Any]] = []
    for shape in shapes:
        if getattr(shape, "has_text_frame", False) and shape.text_frame.text.strip():
            said = [int(run.get("sz") or 0) for run in shape._element.iter(f"{_A}rPr")]
            sizes.append((max(said, default=0), shape))
    sizes.sort(key=lambda pair: -pair[0])
    if len(sizes) < 2 or sizes[0][0] <= 1.2 * sizes[1][0]:
        return None
    return sizes[0][1] if len(sizes[0][1].text_frame.text) <= _LONGEST_TITLE else None


def _is_furniture(shape: Any) -> bool:
    """Whether it holds the slide's number, date or footer."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    kinds = (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE)
    return bool(shape.is_placeholder and shape.placeholder_format.type in kinds)


def _paragraphs(body: Any, struck: list[str]) -> Iterator[str]:
    """Each paragraph that has words, without what is struck out; 10 and a raised 6 are ``10^6``."""
    for paragraph in body.iterchildren(f"{_A}p"):
        pieces: list[str] = []
        for element in paragraph.iter(f"{_A}t", f"{_A}br"):
            if element.tag == f"{_A}br":
                pieces.append(" ")
                continue
            run = element.getparent().find(f"{_A}rPr")
            text = element.text or ""
            if run is not None and run.get("strike") in ("sngStrike", "dblStrike"):
                struck.append(text)
            elif (
                run is not None
                and str(run.get("baseline") or "0").lstrip("-").isdigit()
                and int(run.get("baseline") or 0) > 0
            ):
                pieces.append(
                    f"^{text}"
                    if pieces and pieces[-1][-1:].isdigit() and text.strip("-−–+").isdigit()
                    else text
                )
            else:
                pieces.append(text)
        if text := one_line("".join(pieces)):
            yield text


def _table_rows(table: Any, struck: list[str]) -> list[list[Cell]]:
    """The cells; a merged one fills all the places that it covers."""
    rows = [[BLANK] * len(row.tc_lst) for row in table._tbl.tr_lst]
    for at, row in enumerate(table._tbl.tr_lst):
        for column, cell in enumerate(row.tc_lst):
            if not cell.is_spanned and cell.txBody is not None:
                filled = Cell(" ".join(_paragraphs(cell.txBody, struck)))
                for target in rows[at : at + cell.rowSpan]:
                    width = len(target[column : column + cell.gridSpan])
                    target[column : column + width] = [filled] * width
    return rows


def _chart_rows(chart: Any) -> Iterator[list[Cell]]:
    """A chart as the table behind it: a row a category, a column a series; figures as the chart or its axis shows them."""
    for plot in chart.plots:
        series = list(plot.series)
        axis = chart._chartSpace.xpath("string(.//c:valAx/c:numFmt[@sourceLinked='0']/@formatCode)")
        codes = [str(one._element.xpath("string(.//c:val//c:formatCode)")) for one in series]
        codes = [axis if code in ("", "General") else code for code in codes]
        yield [BLANK, *(Cell(str(one.name or "")) for one in series)]
        for at, category in enumerate(plot.categories):
            values = [one.values[at] if at < len(one.values) else None for one in series]
            yield [
                Cell(str(category)),
                *(
                    BLANK if value is None else Cell(shown(value, code), value)
                    for value, code in zip(values, codes, strict=True)
                ),
            ]


def _diagram(shape: Any) -> Iterator[str]:
    """The words of SmartArt, which stand in a part of their own."""
    from lxml import etree

    for relation_id in shape._element.xpath(".//*[local-name()='relIds']/@*[local-name()='dm']"):
        relation = shape.part.rels.get(relation_id)
        if (
            relation is not None
            and not relation.is_external
            and relation.reltype.endswith(_DIAGRAM)
        ):
            root = etree.fromstring(
                relation.target_part.blob,
                etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False),
            )
            for paragraph in root.iter(f"{_A}p"):
                if text := one_line("".join(part.text or "" for part in paragraph.iter(f"{_A}t"))):
                    yield text
