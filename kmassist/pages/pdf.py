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
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import Table as Grid

from kmassist.pages.blocks import (
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
from kmassist.pages.fonts import BOLD, BOLD_ITALIC, ITALIC, REGULAR, font_path
from kmassist.pages.pdf_flowables import (
    FACE,
    MARGIN,
    ROOM,
    ContentsLine,
    Picture,
    RuledGrid,
    Tagged,
    kept_with_tables,
)
from kmassist.pages.pdf_tags import Path, TaggedCanvas, described

_BLUE, _LINK, _RULE = "#1b4d80", "#14508c", "#b4bac2"
_SPARE = "KmVera"


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
    names = {REGULAR: FACE, BOLD: f"{FACE}-B", ITALIC: f"{FACE}-I", BOLD_ITALIC: f"{FACE}-BI"}
    for style, name in names.items():
        pdfmetrics.registerFont(TTFont(name, str(font_path(style))))
    pdfmetrics.registerFontFamily(FACE, FACE, f"{FACE}-B", f"{FACE}-I", f"{FACE}-BI")
    pdfmetrics.registerFont(TTFont(_SPARE, "Vera.ttf"))
    pdfmetrics.registerFontFamily(_SPARE, _SPARE, _SPARE, _SPARE, _SPARE)
    return frozenset(pdfmetrics.getFont(FACE).face.charToGlyph)


class _Template(BaseDocTemplate):
    """The page: margins, footer with page number, outline of headings."""

    def __init__(self, out: io.BytesIO, layout: Layout, total: int) -> None:
        super().__init__(
            out,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
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
            canvas.setFont(FACE, 8)
            canvas.setFillColor(HexColor("#3d3d3d"))
            canvas.drawString(MARGIN, 1.0 * cm, clean(self.layout.footer))
            canvas.drawRightString(
                A4[0] - MARGIN, 1.0 * cm, f"page {canvas.getPageNumber()} of {self.total or '?'}"
            )
            canvas.restoreState()

    def beforeDocument(self) -> None:  # noqa: N802 - reportlab's name
        self.canv._doc.Catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})
        date = tuple(int(part) for part in self.layout.date.split("-"))
        self.canv._doc._timeStamp.YMDhms = (
            *date,
            0,
            0,
            0,
        )  # the brief's own date; else it would say 2000
        self.canv._doc.Catalog.Lang = PDFString(self.layout.language)
        described(self.canv._doc, clean(self.layout.title), self.layout.language)

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - reportlab's name
        anchor = getattr(flowable, "km_anchor", "")
        if anchor:
            self.found[anchor] = self.page
            self.canv.bookmarkPage(f"at-{anchor}")
            self.canv.addOutlineEntry(
                flowable.km_title,
                f"at-{anchor}",
                flowable.km_level - 1,
                closed=flowable.km_level > 1,
            )


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    face = {
        "fontName": FACE,
        "fontSize": size,
        "leading": size * 1.28,
        "bulletFontName": FACE,
        "bulletFontSize": size,
    }
    return ParagraphStyle(
        name, **{**face, "spaceAfter": 4, "allowWidows": 0, "allowOrphans": 0, **more}
    )


_STYLES = {
    "title": _style("title", 19, fontName=f"{FACE}-B", leading=22.5, spaceAfter=2),
    "long-title": _style("long-title", 13, fontName=f"{FACE}-B", leading=15.5, spaceAfter=2),
    "subtitle": _style("subtitle", 10.5, textColor=HexColor("#3d3d3d"), spaceAfter=1),
    "h1": _style("h1", 15, fontName=f"{FACE}-B", textColor=HexColor(_BLUE), spaceBefore=8, spaceAfter=4, keepWithNext=1),
    "h2": _style("h2", 12, fontName=f"{FACE}-B", textColor=HexColor(_BLUE), spaceBefore=8, spaceAfter=3, keepWithNext=1),
    "h3": _style("h3", 10.2, fontName=f"{FACE}-B", spaceBefore=5, spaceAfter=2, keepWithNext=1),
    "body": _style("body", 9.6),
    "lead": _style("lead", 9.6, keepWithNext=1, spaceAfter=2),
    "small": _style("small", 8.6, textColor=HexColor("#3d3d3d"), spaceAfter=3),
    "quote": _style("quote", 9.6, leftIndent=10, spaceAfter=0, keepWithNext=1),
    "whose": _style("whose", 8.4, leftIndent=10, textColor=HexColor("#3d3d3d"), spaceAfter=5),
    "item": _style("item", 9.6, leftIndent=13, bulletIndent=2, spaceAfter=2.5),
    "reference": _style("reference", 9, leftIndent=20, firstLineIndent=-20, spaceAfter=3),
    "small-reference": _style("small-reference", 7.5, leftIndent=20, firstLineIndent=-20, spaceAfter=1),
    "caption": _style("caption", 9, fontName=f"{FACE}-B", spaceBefore=3, spaceAfter=2, keepWithNext=1),
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
            self._words(
                (Span(layout.title),),
                "long-title" if layout.has_long_title else "title",
                (self._new("H1"),),
            ),
            self._words(
                (Span(f"{layout.subtitle} · "), Span(layout.status, is_strong=True)),
                "subtitle",
                (self._new("P"),),
            ),
        ]
        self.flowables = kept_with_tables(
            [*title, *(flowable for block in layout.blocks for flowable in self._block(block))]
        )

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
                yield self._words((Span(words),), "quote", (quote, self._new("P")))
                yield self._words((Span("— "), *source), "whose", (quote, self._new("P")))
            case Bullets(items, is_numbered):
                yield from self._bullets(items, is_numbered=is_numbered)
            case Table():
                yield from self._table(block)
            case Notice(kind, words):
                yield self._words(
                    (Span(f"{kind.capitalize()}. ", is_strong=True), *words),
                    "notice",
                    (self._new("P"),),
                )
            case Chart():
                caption = self._words((Span(block.caption),), "caption", (self._new("P"),))
                yield KeepTogether([caption, Picture(block, (self._new("Figure"),)), Spacer(1, 4)])
            case References(entries, is_small):
                held = self._new("L")
                for entry in entries:
                    words = (Span(f"[{entry.number}]  "), *entry.words)
                    yield self._words(
                        words,
                        "small-reference" if is_small else "reference",
                        (held, self._new("LI"), self._new("LBody")),
                        f"ref-{entry.number}",
                    )
            case Contents():
                yield from self._contents()

    def _heading(self, heading: Heading) -> Iterator[Any]:
        if heading.starts_page:
            yield PageBreak()
        tag = self._new(f"H{min(6, heading.level + 1)}")
        words = self._words((Span(heading.text),), f"h{heading.level}", (tag,), heading.anchor)
        if heading.is_listed and heading.level < 3:
            words.km_anchor, words.km_title, words.km_level = (
                heading.anchor,
                clean(heading.text),
                heading.level,
            )
        yield words

    def _contents(self) -> Iterator[Any]:
        headings = [
            b for b in self.layout.blocks if isinstance(b, Heading) and b.level < 3 and b.is_listed
        ]
        yield PageBreak()
        yield self._words((Span("Contents"),), "h2", (self._new("H2"),))
        held = self._new("TOC")
        lines = [
            ContentsLine(h, self.pages.get(h.anchor), (held, self._new("TOCI"))) for h in headings
        ]
        annex = next(
            (place for place, h in enumerate(headings) if h.anchor == "annex"),
            (len(lines) + 1) // 2,
        )
        columns = Grid(
            [[lines[:annex], lines[annex:]]], colWidths=[ROOM * 0.52, ROOM * 0.48], spaceAfter=4
        )
        edges = (("LEFT", 0, 0), ("LEFT", 1, 12), ("RIGHT", 0, 0), ("RIGHT", 1, 0))
        style = [(f"{side}PADDING", (at, 0), (at, 0), points) for side, at, points in edges]
        style += [("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
        columns.setStyle(
            [*style, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("FONTNAME", (0, 0), (-1, -1), FACE)]
        )
        yield columns

    def _bullets(self, items: tuple[Inline, ...], *, is_numbered: bool) -> Iterator[Any]:
        held = self._new("L")
        for number, item in enumerate(items, start=1):
            mark = f"{number}." if is_numbered else "•"
            yield self._words(
                item, "item", (held, self._new("LI"), self._new("LBody")), bullet=mark
            )

    def _table(self, table: Table) -> Iterator[Any]:
        held = self._new("Table")
        rows: list[list[Any]] = []
        for place, row in enumerate(
            [tuple((Span(h, is_strong=True),) for h in table.header), *table.rows]
        ):
            line = self._new("TR")
            cells = []
            for column, words in enumerate(row):
                tag = self._new("TH" if 0 in {place, column} else "TD")
                cell = self._words(words, "cell", (held, line, tag))
                cell.km_scope = "Column" if place == 0 else "Row" if column == 0 else ""
                cell.km_is_head = place == 0
                cells.append(cell)
            rows.append(cells)
        grid = RuledGrid(
            rows, colWidths=[ROOM * share for share in table.widths], repeatRows=1, spaceAfter=6
        )
        grid.setStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), FACE),
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

    def _words(
        self, words: Inline, style: str, path: Path, anchor: str = "", bullet: str | None = None
    ) -> Any:
        mark = f"<a name={quoteattr(anchor)}/>" if anchor else ""
        paragraph = Tagged(
            mark + "".join(self._span(span) for span in words), _STYLES[style], bulletText=bullet
        )
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
        parts = re.split(
            "([^" + "".join(re.escape(chr(c)) for c in sorted(self.glyphs) if c > 31) + "]+)", words
        )
        return "".join(
            f'<font name="{_SPARE}">{escape(part)}</font>'
            if place % 2 and part.strip()
            else escape(part)
            for place, part in enumerate(parts)
        )
