"""Blocks as a Word file: real styles and headings, a table of contents, tables with repeated heads, citations that lead on.

Any template may stand in for the plain one: its styles of the usual names are used, and what it lacks falls back to "Normal".
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from kmassist.errors import ExportError
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
    citation_order,
    cited_number,
    clean,
)
from kmassist.export.chart import WIDTH, height_of, to_png
from kmassist.export.docx_notes import Endnotes

_EPOCH = (1980, 1, 1, 0, 0, 0)
_LINK = "14508C"
_HEAD_FILL = "E9EEF4"
_PLAIN = (
    # style, points, colour, space before, space after
    ("Normal", 9.5, "", 0, 4),
    ("Title", 17, "1B1B1B", 0, 3),
    ("Subtitle", 10, "3D3D3D", 0, 2),
    ("Caption", 8.5, "1B1B1B", 3, 2),
    ("Quote", 9.5, "1B1B1B", 0, 0),
    ("List Bullet", 9.5, "", 0, 2),
    ("Heading 1", 14.5, "1B4D80", 9, 3),
    ("Heading 2", 11.5, "1B4D80", 8, 2.5),
    ("Heading 3", 10, "1B1B1B", 6, 2),
)
_PAPER = {
    "page_width": 21.0,
    "page_height": 29.7,
    "left_margin": 1.9,
    "right_margin": 1.9,
    "top_margin": 1.6,
    "bottom_margin": 1.7,
    "footer_distance": 0.8,
}
"""A4, in centimetres."""
_SMALL, _LONG_TITLE = 8.5, 12.5
_NOTES_FOLLOW = "In the order in which they are cited first, as the endnotes of this document."
_AFTER_MARGINS = ("w:tblLook", "w:tblCaption", "w:tblDescription")


def to_docx(layout: Layout, *, template: Path | None = None) -> bytes:
    """The whole document; the same layout and template give the same bytes.

    Raises:
        ExportError: the template is not a Word file.
    """
    return _settled(_Writer(layout, template).write())


def _settled(data: bytes) -> bytes:
    """The same package with one date for all its parts, so that it does not depend on the hour of writing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as held, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as settled:
        for name in dict.fromkeys(held.namelist()):  # a template may lead to its core properties in a way of its own
            settled.writestr(zipfile.ZipInfo(name, _EPOCH), held.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _open(template: Path | None) -> Any:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return docx.Document(str(template.expanduser()) if template else None)
    except (PackageNotFoundError, KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise ExportError(f"The template {template} is not a Word file.", "Give a .docx file.") from error


class _Writer:
    """One document being written."""

    def __init__(self, layout: Layout, template: Path | None) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self.layout = layout
        self.document = _open(template)
        self.has_template = template is not None
        self.element, self.qn = OxmlElement, qn
        self.styles = {style.name: style for style in self.document.styles}
        held = (str(mark.get(qn("w:id"))) for mark in self.document.element.body.iter(qn("w:bookmarkStart")))
        self.bookmarks = max((int(number) for number in held if number.isdigit()), default=0)  # a template may have its own
        references = {
            entry.number: entry.words for block in layout.blocks if isinstance(block, References) for entry in block.entries
        }
        self.notes = Endnotes(self.document, references, citation_order(layout.blocks), self._into)

    def write(self) -> bytes:
        self._set_up()
        title = self._paragraph("Title", (Span(self.layout.title),))
        if self.layout.has_long_title:
            for run in title._p.iter(self.qn("w:r")):
                self._size(run, _LONG_TITLE)
        self._paragraph("Subtitle", (Span(f"{self.layout.subtitle} · "), Span(self.layout.status, is_strong=True)))
        for block, following in zip_longest(self.layout.blocks, self.layout.blocks[1:]):
            self._block(block)
            if isinstance(block, Heading) and isinstance(following, Heading):
                # a chain of kept headings is what LibreOffice moves to the next page where there is room for it
                self.document.paragraphs[-1].paragraph_format.keep_with_next = False
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    # -- the document as a whole ----------------------------------------------------------------------------------

    def _set_up(self) -> None:
        from docx.shared import Cm, Pt, RGBColor

        properties = self.document.core_properties
        stamp = dt.datetime.combine(dt.date.fromisoformat(self.layout.date), dt.time(), dt.UTC)
        properties.title, properties.subject = clean(self.layout.title)[:250], self.layout.subtitle
        properties.author, properties.last_modified_by, properties.comments = "kmassist", "kmassist", ""
        properties.created = properties.modified = stamp
        properties.language, properties.revision = self.layout.language, 1
        properties.keywords = ", ".join(self.layout.keywords)
        if not self.has_template:
            styles = self.document.styles
            for name, size, colour, before, after in _PLAIN:
                style = styles[name]
                self._face(style, size)
                if colour:
                    style.font.color.rgb = RGBColor.from_string(colour)
                style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
                style.paragraph_format.line_spacing = 1.0
            self._plain_title(styles["Title"], styles["Subtitle"])
            self._contents_styles()
        self.document.element.body.get_or_add_sectPr()  # a template may come without
        section = self.document.sections[-1]  # the brief follows whatever a template begins with
        for side, centimetres in _PAPER.items():
            if not self.has_template or getattr(section, side) is None:
                setattr(section, side, Cm(centimetres))
        self._set_language()
        free = (line for line in section.footer.paragraphs if all(part.tag == self.qn("w:pPr") for part in line._p))
        line = next(free, None) or section.footer.add_paragraph()  # what a template's footer says stays
        line.add_run(f"{clean(self.layout.footer)} · page ")
        self._field(line, "PAGE", "1")
        line.add_run(" of ")
        self._field(line, "NUMPAGES", "1")
        for run in line._p.iter(self.qn("w:r")):
            self._size(run, 8)

    def _face(self, style: Any, size: float) -> None:
        """One plain typeface, also where the style's theme names another."""
        from docx.shared import Pt

        style.font.name, style.font.size = "Arial", Pt(size)
        faces = style.element.rPr.rFonts
        faces.attrib.clear()
        for name in ("w:ascii", "w:hAnsi", "w:cs"):
            faces.set(self.qn(name), "Arial")

    def _contents_styles(self) -> None:
        """Styles of the table of contents, which Word applies when it renews it: narrow lines with dots up to the page."""
        from docx.enum.style import WD_STYLE_TYPE
        from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
        from docx.shared import Cm, Pt

        for level in (1, 2):
            style = self.document.styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = self.document.styles["Normal"]
            style.font.size = Pt(9)
            style.paragraph_format.left_indent, style.paragraph_format.space_after = Cm(0.5 * (level - 1)), Pt(0)
            style.paragraph_format.tab_stops.add_tab_stop(Cm(17.2), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
            self.styles[style.name] = style

    def _plain_title(self, *styles: Any) -> None:
        """Bold, without the rule, the slant and the wide letters that the library's own template brings."""
        for style in styles:
            style.font.italic = False
            style.font.bold = style.name == "Title"
            for properties, name in (
                (style.element.pPr, "w:pBdr"),
                (style.element.rPr, "w:spacing"),
                (style.element.rPr, "w:kern"),
            ):
                found = properties.find(self.qn(name)) if properties is not None else None
                if found is not None:
                    properties.remove(found)

    def _set_language(self) -> None:
        defaults = self.document.styles.element.find(self.qn("w:docDefaults"))
        properties = defaults.find(f"{self.qn('w:rPrDefault')}/{self.qn('w:rPr')}") if defaults is not None else None
        if properties is None:
            return
        language = properties.find(self.qn("w:lang"))
        if language is None:
            language = self.element("w:lang")
            properties.append(language)
        language.set(self.qn("w:val"), self.layout.language)

    # -- blocks -----------------------------------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        match block:
            case Heading(level, words, anchor, starts_page):
                line = self._paragraph(f"Heading {level}", (Span(words),), anchor)
                line.paragraph_format.page_break_before = starts_page
            case Paragraph(words, style):
                line = self._paragraph("Normal", words)
                line.paragraph_format.keep_with_next = style == "lead"
                self._small(line, style == "small")
            case Quotation(words, source):
                self._quotation(words, source)
            case Bullets(items, is_numbered):
                self._bullets(items, is_numbered=is_numbered)
            case Table():
                self._table(block)
            case Notice(kind, words):
                line = self._paragraph("Normal", (Span(f"{kind.capitalize()}. ", is_strong=True), *words))
                self._frame(line)
            case Chart():
                self._chart(block)
            case References(entries):
                if any(self.notes.cites(entry.number) for entry in entries):
                    self._small(self._paragraph("Normal", (Span(_NOTES_FOLLOW),)))
                others = [entry for entry in entries if not self.notes.cites(entry.number)]
                for number, entry in enumerate(others, start=1 + len(entries) - len(others)):  # behind Word's own numbers
                    self._hang(self._paragraph("Normal", (Span(f"[{number}] "), *entry.words)))
            case Contents():
                self._contents()

    def _quotation(self, words: str, source: Inline) -> None:
        from docx.shared import Cm, Pt
        from docx.text.run import Run

        line = self._paragraph("Quote", (Span(f"“{words}”"),))
        line.paragraph_format.keep_together = True
        line.paragraph_format.left_indent, line.paragraph_format.space_after = Cm(0.45), Pt(5)
        # one paragraph, so that no page parts the words from whose they are
        line.add_run().add_break()
        before = len(line._p)
        self._runs(line, (Span("— "), *source))
        for part in list(line._p)[before:]:
            for run in part.iter(self.qn("w:r")):
                self._size(run, _SMALL)
                Run(run, line).italic = False

    def _bullets(self, items: Sequence[Inline], *, is_numbered: bool) -> None:
        for number, item in enumerate(items, start=1):
            # numbers are written out: the list numbering of Word would run on from one list to the next
            words = (Span(f"{number}. "), *item) if is_numbered else item
            line = self._paragraph("Normal" if is_numbered else "List Bullet", words)
            if is_numbered:
                self._hang(line)

    def _chart(self, chart: Chart) -> None:
        from docx.shared import Cm

        caption = self._paragraph("Caption", (Span(chart.caption),))
        caption.paragraph_format.keep_with_next = True
        width = min(17.1, self._room())
        picture = self.document.add_picture(
            io.BytesIO(to_png(chart)), width=Cm(width), height=Cm(width * height_of(chart) / WIDTH)
        )
        described = picture._inline.docPr
        described.set("descr", clean(chart.says))
        described.set("title", clean(chart.caption))

    def _room(self) -> float:
        """Centimetres between the margins."""
        from docx.shared import Cm

        section = self.document.sections[-1]
        return float((section.page_width - section.left_margin - section.right_margin) / Cm(1))

    def _table(self, table: Table) -> None:
        from docx.shared import Cm
        from docx.table import _Cell

        if table.caption and table.is_caption_shown:
            caption = self._paragraph("Caption", (Span(table.caption),))
            caption.paragraph_format.keep_with_next = True
        room = self._room()
        grid = self.document.add_table(rows=1 + len(table.rows), cols=len(table.header))
        grid.autofit = False
        for column, share in zip(grid._tbl.tblGrid.gridCol_lst, table.widths, strict=True):
            column.w = Cm(room * share)
        if "Table Grid" in self.styles:
            grid.style = self.styles["Table Grid"]
        heads = tuple((Span(words, is_strong=True),) for words in table.header)
        for row, cells in zip(grid._tbl.tr_lst, [heads, *table.rows], strict=True):
            self._row_rule(row, "w:cantSplit")
            for held, words, share in zip(row.tc_lst, cells, table.widths, strict=True):
                cell = _Cell(held, grid)
                cell.width = Cm(room * share)
                line = cell.paragraphs[0]
                line.paragraph_format.space_after = 0
                self._runs(line, words)
                self._small(line, is_small=True)
        first = grid._tbl.tr_lst[0]
        self._row_rule(first, "w:tblHeader")
        for held in first.tc_lst:
            self._shade(held.get_or_add_tcPr(), _HEAD_FILL)
        margins = self.element("w:tblCellMar")
        for side, twips in (("top", "40"), ("left", "80"), ("bottom", "40"), ("right", "80")):
            edge = self.element(f"w:{side}")
            edge.set(self.qn("w:w"), twips)
            edge.set(self.qn("w:type"), "dxa")
            margins.append(edge)
        grid._tbl.tblPr.insert_element_before(margins, *_AFTER_MARGINS)
        indent = self.element("w:tblInd")  # the edge, not the words, would else stand outside the margin
        indent.set(self.qn("w:w"), "80")
        indent.set(self.qn("w:type"), "dxa")
        grid._tbl.tblPr.insert_element_before(indent, "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", *_AFTER_MARGINS)
        described = self.element("w:tblDescription")
        described.set(self.qn("w:val"), clean(table.caption))
        grid._tbl.tblPr.append(described)
        self._gap()

    def _gap(self) -> None:
        """Word wants a paragraph between two tables; this one is a narrow gap."""
        self._narrow(self._paragraph("Normal", ()))

    def _narrow(self, line: Any) -> None:
        from docx.shared import Pt

        line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(0)
        line.paragraph_format.line_spacing = Pt(6)

    def _contents(self) -> None:
        """A field that Word and LibreOffice renew with page numbers on demand, filled beforehand so that it is never empty."""
        from docx.shared import Cm, Pt

        headings = [b for b in self.layout.blocks if isinstance(b, Heading) and b.level < 3 and b.is_listed]
        first = self._paragraph("Normal", (Span("Contents", is_strong=True),))
        first.paragraph_format.keep_with_next = True
        first.paragraph_format.page_break_before = True
        lines = [
            self._paragraph(f"toc {heading.level}" if f"toc {heading.level}" in self.styles else "Normal", ())
            for heading in headings
        ]
        begin, code, middle, end = (self.element("w:r") for _ in range(4))
        for run, kind in ((begin, "begin"), (middle, "separate"), (end, "end")):
            mark = self.element("w:fldChar")
            mark.set(self.qn("w:fldCharType"), kind)
            run.append(mark)
        instruction = self.element("w:instrText")
        instruction.set(self.qn("xml:space"), "preserve")
        instruction.text = ' TOC \\o "1-2" \\h \\z \\u '
        code.append(instruction)
        for line, heading in zip(lines, headings, strict=True):
            line.paragraph_format.left_indent = Cm(0.5 * (heading.level - 1))
            line.paragraph_format.space_after = Pt(0)
        if lines:
            for run in (begin, code, middle):
                lines[0]._p.append(run)
            for line, heading in zip(lines, headings, strict=True):
                self._runs(line, (Span(heading.text, href=f"#{heading.anchor}"),))
            # in a paragraph of its own, as Word writes it, and another before the next heading: LibreOffice, which makes an
            # index of the field, would break pages where there is room
            last = self._paragraph("Normal", ())
            self._narrow(last)
            last._p.append(end)
            self._gap()

    # -- lines ------------------------------------------------------------------------------------------------------

    def _paragraph(self, style: str, words: Inline, anchor: str = "") -> Any:
        line = self.document.add_paragraph(style=self.styles.get(style))
        if anchor:
            self.bookmarks += 1
            start, end = self.element("w:bookmarkStart"), self.element("w:bookmarkEnd")
            for mark in (start, end):
                mark.set(self.qn("w:id"), str(self.bookmarks))
            start.set(self.qn("w:name"), _bookmark(anchor))
            line._p.append(start)
            self._runs(line, words)
            line._p.append(end)
        else:
            self._runs(line, words)
        return line

    def _runs(self, line: Any, words: Inline, part: Any = None) -> None:
        for span in words:
            if self.notes.cites(cited_number(span)):
                self.bookmarks += 1
                self.notes.cite(line, cited_number(span), self.bookmarks, self._colour)
                continue
            if span.href:
                self._link(line, span, part or self.document.part)
                continue
            run = line.add_run(clean(span.text))
            run.bold = True if span.is_strong else None
            run.italic = True if span.is_emphasis else None

    def _into(self, paragraph: Any, words: Inline, part: Any) -> None:
        from docx.text.paragraph import Paragraph as Line

        self._runs(Line(paragraph, self.document), words, part)

    def _link(self, line: Any, span: Span, part: Any) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE

        link = self.element("w:hyperlink")
        if span.href.startswith("#"):
            link.set(self.qn("w:anchor"), _bookmark(span.href[1:]))
        else:
            link.set(self.qn("r:id"), part.relate_to(span.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        run = line.add_run(clean(span.text))
        run.font.underline = True
        self._colour(run._r)
        link.append(run._r)
        line._p.append(link)

    def _colour(self, run: Any) -> None:
        from docx.shared import RGBColor
        from docx.text.run import Run

        Run(run, self.document).font.color.rgb = RGBColor.from_string(_LINK)

    def _small(self, line: Any, is_small: bool = True) -> None:
        if is_small:
            for run in line._p.iter(self.qn("w:r")):
                self._size(run, _SMALL)

    def _size(self, run: Any, points: float) -> None:
        from docx.shared import Pt
        from docx.text.run import Run

        font = Run(run, self.document).font
        font.size = font.size or Pt(points)

    def _hang(self, line: Any) -> None:
        from docx.shared import Cm

        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Cm(0.6), Cm(-0.6)

    def _frame(self, line: Any) -> None:
        borders = self.element("w:pBdr")
        for side in ("top", "left", "bottom", "right"):
            edge = self.element(f"w:{side}")
            for name, value in (
                ("val", "single"),
                ("sz", "18" if side == "left" else "6"),
                ("space", "4"),
                ("color", "8A4B08"),
            ):
                edge.set(self.qn(f"w:{name}"), value)
            borders.append(edge)
        line._p.get_or_add_pPr().append(borders)

    def _shade(self, properties: Any, colour: str) -> None:
        shade = self.element("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
            shade.set(self.qn(f"w:{name}"), value)
        properties.append(shade)

    def _row_rule(self, row: Any, name: str) -> None:
        row.get_or_add_trPr().append(self.element(name))

    def _field(self, line: Any, instruction: str, shown: str) -> None:
        run = line.add_run()
        field = self.element("w:fldSimple")
        field.set(self.qn("w:instr"), instruction)
        inner, words = self.element("w:r"), self.element("w:t")
        words.text = shown
        inner.append(words)
        field.append(inner)
        run._r.addnext(field)


def _bookmark(anchor: str) -> str:
    """Word wants bookmark names of letters, digits and underscores."""
    return "km_" + anchor.replace("-", "_")
