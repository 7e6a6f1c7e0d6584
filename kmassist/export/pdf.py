"""Blocks as a tagged PDF: embedded type, outline, page numbers, links that lead to the references and out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFString
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import Paragraph as Words
from reportlab.platypus import Table as Grid

from kmassist.export.blocks import (
    Block,
    Bullets,
    Chart,
    Contents,
    Heading,
    Inline,
    Layout,
    Notice,
    Paragraph,
    Quotation,
    References,
    Span,
    Table,
    clean,
)
from kmassist.export.chart import WIDTH, height_of, shapes_of
from kmassist.export.fonts import BOLD, BOLD_ITALIC, ITALIC, REGULAR, font_path
from kmassist.export.pdf_tags import Path, TaggedCanvas

_MARGIN = 1.9 * cm
_ROOM = A4[0] - 2 * _MARGIN
_BLUE, _LINK, _RULE = "#1b4d80", "#14508c", "#b4bac2"
_FACE, _SPARE = "KmSans", "KmVera"


def to_pdf(layout: Layout) -> bytes:
    """The whole document; the same layout gives the same bytes. It is set twice, since page numbers are known after once."""
    pages: dict[str, int] = {}
    total = 0
    for _ in range(3):
        story = _Story(layout, dict(pages))
        out = io.BytesIO()
        template = _Template(out, layout, total)
        template.build(story.flowables, canvasmaker=TaggedCanvas)
        if (template.found, template.page) == (pages, total):
            break
        pages, total = template.found, template.page
    return out.getvalue()


@lru_cache(maxsize=1)
def _fonts() -> frozenset[int]:
    """Register the typeface; returns the characters it has."""
    names = {REGULAR: _FACE, BOLD: f"{_FACE}-B", ITALIC: f"{_FACE}-I", BOLD_ITALIC: f"{_FACE}-BI"}
    for style, name in names.items():
        pdfmetrics.registerFont(TTFont(name, str(font_path(style))))
    pdfmetrics.registerFontFamily(_FACE, _FACE, f"{_FACE}-B", f"{_FACE}-I", f"{_FACE}-BI")
    pdfmetrics.registerFont(TTFont(_SPARE, "Vera.ttf"))
    pdfmetrics.registerFontFamily(_SPARE, _SPARE, _SPARE, _SPARE, _SPARE)
    return frozenset(pdfmetrics.getFont(_FACE).face.charToGlyph)


class _Template(BaseDocTemplate):
    """The page: margins, footer with page number, outline of headings."""

    def __init__(self, out: io.BytesIO, layout: Layout, total: int) -> None:
        super().__init__(
            out,
            pagesize=A4,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=1.6 * cm,
            bottomMargin=1.7 * cm,
            title=clean(layout.title),
            author="kmassist",
            subject=layout.subtitle,
            keywords=", ".join(layout.keywords),
            creator="kmassist",
            lang=layout.language,
            invariant=1,
        )
        self.layout, self.total = layout, total
        self.found: dict[str, int] = {}
        frame = Frame(self.leftMargin, self.bottomMargin, self.width, self.height, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._footer))

    def _footer(self, canvas: TaggedCanvas, _: Any) -> None:
        with canvas.artifact():
            canvas.saveState()
            canvas.setFont(_FACE, 8)
            canvas.setFillColor(HexColor("#3d3d3d"))
            canvas.drawString(_MARGIN, 1.0 * cm, clean(self.layout.footer))
            canvas.drawRightString(A4[0] - _MARGIN, 1.0 * cm, f"page {canvas.getPageNumber()} of {self.total or '?'}")
            canvas.restoreState()

    def beforeDocument(self) -> None:  # noqa: N802 - reportlab's name
        self.canv._doc.Catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})
        date = tuple(int(part) for part in self.layout.date.split("-"))
        self.canv._doc._timeStamp.YMDhms = (*date, 0, 0, 0)  # the brief's own date; else it would say 2000
        self.canv._doc.Catalog.Lang = PDFString(self.layout.language)

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - reportlab's name
        anchor = getattr(flowable, "km_anchor", "")
        if anchor:
            self.found[anchor] = self.page
            self.canv.bookmarkPage(f"at-{anchor}")
            self.canv.addOutlineEntry(flowable.km_title, f"at-{anchor}", flowable.km_level - 1, closed=flowable.km_level > 1)


class _Tagged(Words):
    """A paragraph that marks itself; its parts on two pages are one element."""

    km_path: Path = ()
    km_scope = ""
    km_is_head = False

    def draw(self) -> None:
        with self.canv.content(self.km_path, scope=self.km_scope, is_repeated=self.km_is_head):
            super().draw()

    def split(self, width: float, height: float) -> list[Any]:
        parts: list[Any] = super().split(width, height)
        for part in parts:
            part.km_path, part.km_scope, part.km_is_head = self.km_path, self.km_scope, self.km_is_head
        return parts


class _Grid(Grid):
    """A table whose rules and shades are decoration."""

    def _drawBkgrnd(self) -> None:  # noqa: N802 - reportlab's name
        with self.canv.artifact():
            super()._drawBkgrnd()

    def _drawLines(self) -> None:  # noqa: N802 - reportlab's name
        with self.canv.artifact():
            super()._drawLines()


class _Picture(Flowable):
    """A chart, with all of it told in words for those who cannot see it."""

    def __init__(self, chart: Chart, path: Path) -> None:
        super().__init__()
        self.chart, self.path = chart, path
        self.scale = _ROOM / WIDTH
        self.width, self.height = _ROOM, height_of(chart) * self.scale

    def draw(self) -> None:
        with self.canv.content(self.path, alt=clean(self.chart.says)):
            pen = self.canv
            pen.saveState()
            for shape in shapes_of(self.chart):
                x, x2 = shape.x * self.scale, shape.x2 * self.scale
                y, y2 = self.height - shape.y * self.scale, self.height - shape.y2 * self.scale
                pen.setFillColor(HexColor(shape.colour))
                pen.setStrokeColor(HexColor(shape.colour))
                if shape.kind == "box":
                    pen.rect(x, y2, x2 - x, y - y2, stroke=0, fill=1)
                elif shape.kind == "line":
                    pen.setLineWidth(shape.thickness * self.scale)
                    pen.line(x, y, x2, y2)
                else:
                    pen.setFont(_FACE, shape.size * self.scale)
                    pen.drawString(x, y, clean(shape.words))
            pen.restoreState()


class _ContentsLine(Flowable):
    """One line of the table of contents: title, dots, page; the whole line leads there."""

    def __init__(self, heading: Heading, page: int | None, path: Path) -> None:
        super().__init__()
        self.heading, self.page, self.path = heading, page, path
        self.height = 13.0

    def wrap(self, width: float, _: float) -> tuple[float, float]:
        self.width = width
        return width, self.height

    def draw(self) -> None:
        pen, size, indent = self.canv, 9.2, 10.0 * (self.heading.level - 1)
        face = f"{_FACE}-B" if self.heading.level == 1 else _FACE
        page = str(self.page or "")
        with pen.content(self.path):
            pen.saveState()
            pen.setFont(face, size)
            pen.drawString(indent, 3, clean(self.heading.text))
            pen.drawRightString(self.width, 3, page)
            pen.restoreState()
        start = indent + pdfmetrics.stringWidth(self.heading.text, face, size) + 4
        stop = self.width - pdfmetrics.stringWidth(page, face, size) - 4
        with pen.artifact():
            pen.saveState()
            pen.setDash(0.6, 2.6)
            pen.setStrokeColor(HexColor("#5a5a5a"))
            pen.setLineWidth(0.6)
            if stop > start:
                pen.line(start, 4, stop, 4)
            pen.restoreState()
        pen.linkRect("", f"at-{self.heading.anchor}", (0, 0, self.width, self.height), relative=1, thickness=0)


_TALLEST = A4[1] - 6 * cm
_HEADS = frozenset({"h1", "h2", "h3", "caption"})


def _kept_with_tables(flowables: list[Any]) -> list[Any]:
    """Headings and caption of a table go to the next page when its first row does, without dragging the whole table along."""
    story: list[Any] = []
    run: list[Any] = []
    for flowable in flowables:
        if isinstance(flowable, _Tagged) and flowable.style.name in _HEADS:
            run.append(flowable)
            continue
        if isinstance(flowable, _Grid):
            heads = sum(words.wrap(_ROOM, A4[1])[1] + words.getSpaceBefore() + words.getSpaceAfter() for words in run)
            flowable.wrap(_ROOM, A4[1])
            # a row is broken only when no page could hold it
            flowable.splitInRow = int(max(flowable._rowHeights) > _TALLEST)
            for words in run:
                words.keepWithNext = 0
            story.append(CondPageBreak(heads + sum(flowable._rowHeights[:2]) + 2))
        story += [*run, flowable]
        run = []
    return [*story, *run]


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    face = {"fontName": _FACE, "fontSize": size, "leading": size * 1.28, "bulletFontName": _FACE, "bulletFontSize": size}
    return ParagraphStyle(name, **{**face, "spaceAfter": 4, "allowWidows": 0, "allowOrphans": 0, **more})


_STYLES = {
    "title": _style("title", 19, fontName=f"{_FACE}-B", leading=22.5, spaceAfter=2),
    "long-title": _style("long-title", 13, fontName=f"{_FACE}-B", leading=15.5, spaceAfter=2),
    "subtitle": _style("subtitle", 10.5, textColor=HexColor("#3d3d3d"), spaceAfter=1),
    "h1": _style("h1", 15, fontName=f"{_FACE}-B", textColor=HexColor(_BLUE), spaceBefore=8, spaceAfter=4, keepWithNext=1),
    "h2": _style("h2", 12, fontName=f"{_FACE}-B", textColor=HexColor(_BLUE), spaceBefore=8, spaceAfter=3, keepWithNext=1),
    "h3": _style("h3", 10.2, fontName=f"{_FACE}-B", spaceBefore=5, spaceAfter=2, keepWithNext=1),
    "body": _style("body", 9.6),
    "lead": _style("lead", 9.6, keepWithNext=1, spaceAfter=2),
    "small": _style("small", 8.6, textColor=HexColor("#3d3d3d"), spaceAfter=3),
    "quote": _style("quote", 9.6, leftIndent=10, spaceAfter=0, keepWithNext=1),
    "whose": _style("whose", 8.4, leftIndent=10, textColor=HexColor("#3d3d3d"), spaceAfter=5),
    "item": _style("item", 9.6, leftIndent=13, bulletIndent=2, spaceAfter=2.5),
    "reference": _style("reference", 9, leftIndent=20, firstLineIndent=-20, spaceAfter=3),
    "caption": _style("caption", 9, fontName=f"{_FACE}-B", spaceBefore=3, spaceAfter=2, keepWithNext=1),
    "cell": _style("cell", 8.2, leading=9.9, spaceAfter=0, allowWidows=1, allowOrphans=1),
    "notice": _style(
        "notice", 9.4, borderColor=HexColor("#8a4b08"), borderWidth=0.8, borderPadding=4, leftIndent=5, rightIndent=5, spaceBefore=6, spaceAfter=8
    ),
}  # fmt: skip


class _Story:
    """Blocks as flowables, each with its place in the structure."""

    def __init__(self, layout: Layout, pages: dict[str, int]) -> None:
        self.glyphs = _fonts()
        self.pages = pages
        self.count = 0
        self.layout = layout
        title = [
            self._words((Span(layout.title),), "long-title" if layout.has_long_title else "title", (self._new("H1"),)),
            self._words((Span(f"{layout.subtitle} · "), Span(layout.status, is_strong=True)), "subtitle", (self._new("P"),)),
        ]
        self.flowables = _kept_with_tables([*title, *(flowable for block in layout.blocks for flowable in self._block(block))])

    def _new(self, tag: str) -> tuple[str, int]:
        self.count += 1
        return tag, self.count

    def _block(self, block: Block) -> Iterator[Any]:
        match block:
            case Heading():
                yield from self._heading(block)
            case Paragraph(words, style):
                yield self._words(words, style or "body", (self._new("P"),))
            case Quotation(words, source):
                quote = self._new("BlockQuote")
                yield self._words((Span(f"“{words}”"),), "quote", (quote, self._new("P")))
                yield self._words((Span("— "), *source), "whose", (quote, self._new("P")))
            case Bullets(items, is_numbered):
                yield from self._bullets(items, is_numbered=is_numbered)
            case Table():
                yield from self._table(block)
            case Notice(kind, words):
                yield self._words((Span(f"{kind.capitalize()}. ", is_strong=True), *words), "notice", (self._new("P"),))
            case Chart():
                figure = self._new("Figure")
                caption = self._words((Span(block.caption),), "caption", (self._new("P"),))
                yield KeepTogether([caption, _Picture(block, (figure,)), Spacer(1, 4)])
            case References(entries):
                held = self._new("L")
                for entry in entries:
                    words = (Span(f"[{entry.number}]  "), *entry.words)
                    yield self._words(words, "reference", (held, self._new("LI"), self._new("LBody")), f"ref-{entry.number}")
            case Contents():
                yield from self._contents()

    def _heading(self, heading: Heading) -> Iterator[Any]:
        if heading.starts_page:
            yield PageBreak()
        tag = self._new(f"H{min(6, heading.level + 1)}")
        words = self._words((Span(heading.text),), f"h{heading.level}", (tag,), heading.anchor)
        if heading.is_listed and heading.level < 3:
            words.km_anchor, words.km_title, words.km_level = heading.anchor, clean(heading.text), heading.level
        yield words

    def _contents(self) -> Iterator[Any]:
        headings = [b for b in self.layout.blocks if isinstance(b, Heading) and b.level < 3 and b.is_listed]
        yield PageBreak()
        yield self._words((Span("Contents"),), "h2", (self._new("H2"),))
        held = self._new("TOC")
        lines = [_ContentsLine(h, self.pages.get(h.anchor), (held, self._new("TOCI"))) for h in headings]
        annex = next((place for place, h in enumerate(headings) if h.anchor == "annex"), (len(lines) + 1) // 2)
        columns = Grid([[lines[:annex], lines[annex:]]], colWidths=[_ROOM * 0.52, _ROOM * 0.48], spaceAfter=4)
        edges = (("LEFT", 0, 0), ("LEFT", 1, 12), ("RIGHT", 0, 0), ("RIGHT", 1, 0))
        style = [(f"{side}PADDING", (at, 0), (at, 0), points) for side, at, points in edges]
        style += [("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
        columns.setStyle([*style, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("FONTNAME", (0, 0), (-1, -1), _FACE)])
        yield columns

    def _bullets(self, items: tuple[Inline, ...], *, is_numbered: bool) -> Iterator[Any]:
        held = self._new("L")
        for number, item in enumerate(items, start=1):
            mark = f"{number}." if is_numbered else "•"
            yield self._words(item, "item", (held, self._new("LI"), self._new("LBody")), bullet=mark)

    def _table(self, table: Table) -> Iterator[Any]:
        held = self._new("Table")
        rows: list[list[Any]] = []
        for place, row in enumerate([tuple((Span(h, is_strong=True),) for h in table.header), *table.rows]):
            line = self._new("TR")
            cells = []
            for column, words in enumerate(row):
                is_head = place == 0
                tag = self._new("TH" if is_head or column == 0 else "TD")
                cell = self._words(words, "cell", (held, line, tag))
                cell.km_scope = "Column" if is_head else "Row" if column == 0 else ""
                cell.km_is_head = is_head
                cells.append(cell)
            rows.append(cells)
        grid = _Grid(rows, colWidths=[_ROOM * share for share in table.widths], repeatRows=1, spaceAfter=6)
        grid.setStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), _FACE),
                ("GRID", (0, 0), (-1, -1), 0.5, HexColor(_RULE)),
                ("BACKGROUND", (0, 0), (-1, 0), HexColor("#e9eef4")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3.5),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3.5),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
        if table.caption and table.is_caption_shown:
            yield self._words((Span(table.caption),), "caption", (self._new("P"),))
        yield grid

    def _words(self, words: Inline, style: str, path: Path, anchor: str = "", bullet: str | None = None) -> Any:
        mark = f"<a name={quoteattr(anchor)}/>" if anchor else ""
        paragraph = _Tagged(mark + "".join(self._span(span) for span in words), _STYLES[style], bulletText=bullet)
        paragraph.km_path = path
        return paragraph

    def _span(self, span: Span) -> str:
        words = self._faces(clean(span.text))
        if span.is_strong:
            words = f"<b>{words}</b>"
        if span.is_emphasis:
            words = f"<i>{words}</i>"
        if span.href:
            return f"<a href={quoteattr(span.href)} color={quoteattr(_LINK)}>{words}</a>"
        return words

    def _faces(self, words: str) -> str:
        """Characters that the typeface lacks in a second one."""
        if all(ord(char) in self.glyphs for char in words):
            return escape(words)
        parts = re.split("([^" + "".join(re.escape(chr(c)) for c in sorted(self.glyphs) if c > 31) + "]+)", words)
        return "".join(
            f'<font name="{_SPARE}">{escape(part)}</font>' if place % 2 and part.strip() else escape(part)
            for place, part in enumerate(parts)
        )
