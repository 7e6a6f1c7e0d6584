"""Blocks as a Word file: real styles and headings, a table of contents, tables with repeated heads, citations that lead on.

Any template may stand in for the plain one: its styles of the usual names are used, and what it lacks falls back to "Normal".
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

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
    ReferenceEntry,
    References,
    Span,
    Table,
    clean,
)
from kmassist.pages.chart import proportion, to_png
from kmassist.pages.word_document import WordDocument

_EPOCH = (1980, 1, 1, 0, 0, 0)
_HEAD_FILL = "E9EEF4"
_SMALL, _LONG_TITLE = 8.5, 12.5
_REFERENCE, _SMALL_REFERENCE = (9, 3), (7.5, 1)
"""Points of type, and below each entry."""
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
    with (
        zipfile.ZipFile(io.BytesIO(data)) as held,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as settled,
    ):
        for name in dict.fromkeys(
            held.namelist()
        ):  # a template may lead to its core properties in a way of its own
            settled.writestr(zipfile.ZipInfo(name, _EPOCH), held.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Writer(WordDocument):
    """One document being written."""

    def write(self) -> bytes:
        self._set_up()
        title = self._paragraph("Title", (Span(self.layout.title),))
        if self.layout.has_long_title:
            for run in title._p.iter(self.qn("w:r")):
                self._size(run, _LONG_TITLE)
        self._paragraph(
            "Subtitle",
            (Span(f"{self.layout.subtitle} · "), Span(self.layout.status, is_strong=True)),
        )
        for block, following in zip_longest(self.layout.blocks, self.layout.blocks[1:]):
            self._block(block)
            if isinstance(block, Heading) and isinstance(following, Heading):
                # a chain of kept headings is what LibreOffice moves to the next page where there is room for it
                self.document.paragraphs[-1].paragraph_format.keep_with_next = False
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

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
                line = self._paragraph(
                    "Normal", (Span(f"{kind.capitalize()}. ", is_strong=True), *words)
                )
                self._frame(line)
            case Chart():
                self._chart(block)
            case References(entries, is_small):
                for entry in entries:
                    self._reference(entry, *(_SMALL_REFERENCE if is_small else _REFERENCE))
            case Contents():
                self._contents()

    def _quotation(self, words: str, source: Inline) -> None:
        from docx.shared import Cm, Pt
        from docx.text.run import Run

        line = self._paragraph("Quote", (Span(words),))
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

    def _reference(self, entry: ReferenceEntry, size: float, gap: float) -> None:
        """An ordinary paragraph that its numbers link to: LibreOffice sets endnotes on a page of their own, past the length."""
        from docx.shared import Pt

        words = (Span(f"[{entry.number}] "), *entry.words)
        line = self._paragraph("Normal", words, f"ref-{entry.number}")
        line.paragraph_format.space_after = Pt(gap)
        self._hang(line)
        for run in line._p.iter(self.qn("w:r")):
            self._size(run, size)

    def _chart(self, chart: Chart) -> None:
        from docx.shared import Cm

        caption = self._paragraph("Caption", (Span(chart.caption),))
        caption.paragraph_format.keep_with_next = True
        width = min(17.1, self._room())
        picture = self.document.add_picture(
            io.BytesIO(to_png(chart)), width=Cm(width), height=Cm(width * proportion(chart))
        )
        for side in "TBLR":  # left unsaid, LibreOffice takes 3 mm at the sides and the picture leaves the page's text
            picture._inline.set(f"dist{side}", "0")
        for name, words in (("descr", chart.says), ("title", chart.caption)):
            picture._inline.docPr.set(name, clean(words))

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
        # the edge, not the words, would else stand outside the margin
        indent = self.element("w:tblInd")
        indent.set(self.qn("w:w"), "80")
        indent.set(self.qn("w:type"), "dxa")
        grid._tbl.tblPr.insert_element_before(
            indent, "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", *_AFTER_MARGINS
        )
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

        headings = [
            b for b in self.layout.blocks if isinstance(b, Heading) and b.level < 3 and b.is_listed
        ]
        first = self._paragraph("Normal", (Span("Contents", is_strong=True),))
        first.paragraph_format.keep_with_next = True
        first.paragraph_format.page_break_before = True
        lines = [
            self._paragraph(
                f"toc {heading.level}" if f"toc {heading.level}" in self.styles else "Normal", ()
            )
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

    def _small(self, line: Any, is_small: bool = True) -> None:
        if is_small:
            for run in line._p.iter(self.qn("w:r")):
                self._size(run, _SMALL)
