"""class WordDocument: the styles, the paper and the lines of a Word file, in a template or in a plain one."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from functools import cached_property
from pathlib import Path
from typing import Any

from kmassist.errors import ExportError
from kmassist.pages.blocks import (
    Inline,
    Layout,
    Span,
    cited_number,
    clean,
)
from kmassist.text.plain_files import read_plain_file

_LINK = "14508C"


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


def _open(template: Path | None) -> Any:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    from kmassist.pages.word_template import without_what_fetches

    try:
        if template is None:
            return docx.Document()
        return without_what_fetches(docx.Document(io.BytesIO(read_plain_file(template))))
    except (PackageNotFoundError, KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise ExportError(
            f"The template {template} is not a Word file.", "Give a .docx file."
        ) from error


class WordDocument:
    """A Word file and the means to write lines into it.

    Attributes:
        styles: by name; what a template lacks falls back to "Normal".
    """

    def __init__(self, layout: Layout, template: Path | None) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self.layout = layout
        self.document = _open(template)
        self.has_template = template is not None
        self.element, self.qn = OxmlElement, qn
        self.styles = {style.name: style for style in self.document.styles}
        held = (
            str(mark.get(qn("w:id")))
            for mark in self.document.element.body.iter(qn("w:bookmarkStart"))
        )
        self.bookmarks = max(
            (int(number) for number in held if number.isdigit()), default=0
        )  # a template may have its own

    def _set_up(self) -> None:
        from docx.shared import Cm, Pt, RGBColor

        properties = self.document.core_properties
        stamp = dt.datetime.combine(dt.date.fromisoformat(self.layout.date), dt.time(), dt.UTC)
        properties.title, properties.subject = clean(self.layout.title)[:250], self.layout.subtitle
        properties.author, properties.last_modified_by, properties.comments = (
            "kmassist",
            "kmassist",
            "",
        )
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
                style.paragraph_format.space_before, style.paragraph_format.space_after = (
                    Pt(before),
                    Pt(after),
                )
                style.paragraph_format.line_spacing = 1.0
            self._plain_title(styles["Title"], styles["Subtitle"])
            self._contents_styles()
        self.document.element.body.get_or_add_sectPr()  # a template may come without
        section = self.document.sections[-1]  # the brief follows whatever a template begins with
        for side, centimetres in _PAPER.items():
            if not self.has_template or getattr(section, side) is None:
                setattr(section, side, Cm(centimetres))
        self._set_language()
        free = (
            line
            for line in section.footer.paragraphs
            if all(part.tag == self.qn("w:pPr") for part in line._p)
        )
        line = (
            next(free, None) or section.footer.add_paragraph()
        )  # what a template's footer says stays
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
            style.paragraph_format.left_indent, style.paragraph_format.space_after = (
                Cm(0.5 * (level - 1)),
                Pt(0),
            )
            style.paragraph_format.tab_stops.add_tab_stop(
                Cm(17.2), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
            )
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
        properties = (
            defaults.find(f"{self.qn('w:rPrDefault')}/{self.qn('w:rPr')}")
            if defaults is not None
            else None
        )
        if properties is None:
            return
        language = properties.find(self.qn("w:lang"))
        if language is None:
            language = self.element("w:lang")
            properties.append(language)
        language.set(self.qn("w:val"), self.layout.language)

    @cached_property
    def _style_ids(self) -> dict[str, str | None]:
        """By name; none for the one that paragraphs have without. python-docx looks through all styles for it at each paragraph."""
        from docx.enum.style import WD_STYLE_TYPE

        default = self.document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
        return {
            name: None if style == default else style.style_id
            for name, style in self.styles.items()
            if style.type == WD_STYLE_TYPE.PARAGRAPH
        }

    def _paragraph(self, style: str, words: Inline, anchor: str = "") -> Any:
        line = self.document.add_paragraph()
        line._p.style = self._style_ids.get(style)
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

    def _runs(self, line: Any, words: Inline) -> None:
        for span in words:
            if span.href:
                self._link(line, span)
                continue
            run = line.add_run(clean(span.text))
            run.bold = True if span.is_strong else None
            run.italic = True if span.is_emphasis else None

    def _link(self, line: Any, span: Span) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE

        link = self.element("w:hyperlink")
        if span.href.startswith("#"):
            link.set(self.qn("w:anchor"), _bookmark(span.href[1:]))
        else:
            link.set(
                self.qn("r:id"),
                self.document.part.relate_to(
                    span.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
                ),
            )
        run = line.add_run(clean(span.text))
        run.font.underline = not cited_number(
            span
        )  # a line under each number would be all one sees
        self._colour(run._r)
        link.append(run._r)
        line._p.append(link)

    def _colour(self, run: Any) -> None:
        from docx.shared import RGBColor
        from docx.text.run import Run

        Run(run, self.document).font.color.rgb = RGBColor.from_string(_LINK)

    def _size(self, run: Any, points: float) -> None:
        from docx.shared import Pt
        from docx.text.run import Run

        font = Run(run, self.document).font
        font.size = font.size or Pt(points)

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

    def _hang(self, line: Any) -> None:
        from docx.shared import Cm

        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = (
            Cm(0.6),
            Cm(-0.6),
        )


def _bookmark(anchor: str) -> str:
    """Word wants bookmark names of letters, digits and underscores."""
    return "km_" + anchor.replace("-", "_")
