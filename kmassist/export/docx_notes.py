"""The references of a Word file as its own endnotes, numbered by Word; a source cited again is cross-referenced by a field.

Whoever adds an endnote of their own has every number follow (in Word: Ctrl+A, F9).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kmassist.errors import ExportError
from kmassist.export.blocks import Inline

_PART = "/word/endnotes.xml"
_REFERENCE, _TEXT = "endnote reference", "endnote text"
_AFTER_IN_SETTINGS = (
    *("w:compat", "w:docVars", "w:rsids", "m:mathPr", "w:attachedSchema", "w:themeFontLang", "w:clrSchemeMapping"),
    *("w:doNotIncludeSubdocsInStats", "w:captions", "w:readModeInkLockDown", "w:smartTagType", "w:shapeDefaults"),
    *("w:doNotEmbedSmartTags", "w:decimalSymbol", "w:listSeparator"),
)
_AFTER_IN_SECTION = (
    *("w:type", "w:pgSz", "w:pgMar", "w:paperSrc", "w:pgBorders", "w:lnNumType", "w:pgNumType", "w:cols", "w:formProt"),
    *("w:vAlign", "w:noEndnote", "w:titlePg", "w:textDirection", "w:bidi", "w:rtlGutter", "w:docGrid", "w:printerSettings"),
)


class Endnotes:
    """The endnotes of one document.

    Args:
        document: as python-docx opened it.
        references: the words of each reference, by number.
        order: numbers in the order in which the document will cite them, which is how Word numbers them.
        write: writes words into a paragraph of this part.

    Raises:
        ExportError: the template has endnotes of its own, whose numbers these would run on from.
    """

    def __init__(
        self,
        document: Any,
        references: Mapping[int, Inline],
        order: Sequence[int],
        write: Callable[[Any, Inline, Any], None],
    ) -> None:
        from docx.oxml.ns import qn

        self._qn, self._document, self._references = qn, document, references
        self._place = {number: place for place, number in enumerate((n for n in order if n in references), start=1)}
        self._noted: set[int] = set()
        self._write = write
        if next(document.element.body.iter(qn("w:endnoteReference")), None) is not None:
            raise ExportError(
                "The template has endnotes of its own.", "Take them out: the references of a brief are its endnotes."
            )
        self._part: Any = None

    def cites(self, number: int) -> bool:
        """Whether the source of that number is an endnote."""
        return number in self._place

    def cite(self, line: Any, number: int, bookmark: int, face: Callable[[Any], None]) -> None:
        """Add the mark of a source to a paragraph: the endnote where it is cited first, a field that repeats its number elsewhere.

        Args:
            line: the paragraph, as python-docx has it.
            number: the reference's.
            bookmark: a number for a bookmark that no other has.
            face: gives a run its colour.
        """
        name = f"_RefEndnote{self._place[number]}"  # a leading underscore hides it from Word's list of bookmarks
        is_first = number not in self._noted
        marks = self._first(number, name, bookmark) if is_first else self._again(number, name)
        for mark in (_run("["), *marks, _run("]")):
            line._p.append(mark)
            if mark.tag == self._qn("w:r"):
                face(mark)
                self._lower(mark.rPr)

    def _first(self, number: int, name: str, bookmark: int) -> list[Any]:
        if self._part is None:
            self._part = self._begin()
        self._noted.add(number)
        place = str(self._place[number])
        mark = _element("w:r", _element("w:rPr", _element("w:rStyle", val=self._style(_REFERENCE))))
        mark.append(_element("w:endnoteReference", id=place))
        note = _element("w:endnote", _element("w:p", _element("w:pPr", _element("w:pStyle", val=self._style(_TEXT)))), id=place)
        # a space and no brackets: LibreOffice sets the number before whatever stands around it here
        note[0].extend([_element("w:r", _element("w:endnoteRef")), _run(" ")])
        self._write(note[0], self._references[number], self._part)
        self._part.element.append(note)
        return [_element("w:bookmarkStart", id=str(bookmark), name=name), mark, _element("w:bookmarkEnd", id=str(bookmark))]

    def _again(self, number: int, name: str) -> list[Any]:
        code = _element("w:instrText")
        code.text = f" NOTEREF {name} \\h "
        code.set(self._qn("xml:space"), "preserve")
        begin, middle, end = (_element("w:r", _element("w:fldChar", fldCharType=kind)) for kind in ("begin", "separate", "end"))
        return [begin, _element("w:r", code), middle, _run(str(self._place[number])), end]

    def _begin(self) -> Any:
        """The part that holds the notes, with Word's two separators, in place of a template's, which has none but these."""
        from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.opc.part import XmlPart

        main = self._document.part
        for key in [key for key, relation in main.rels.items() if relation.reltype == RELATIONSHIP_TYPE.ENDNOTES]:
            del main.rels[key]
        root = _element("w:endnotes")
        for number, kind in ((-1, "separator"), (0, "continuationSeparator")):
            line = _element("w:p", _element("w:r", _element(f"w:{kind}")))
            root.append(_element("w:endnote", line, type=kind, id=str(number)))
        part = XmlPart(PackURI(_PART), CONTENT_TYPE.WML_ENDNOTES, root, main.package)
        main.relate_to(part, RELATIONSHIP_TYPE.ENDNOTES)
        self._set_format()
        return part

    def _set_format(self) -> None:
        """Arabic numbers at the end of the document; Word reads the settings, LibreOffice the section."""
        settings = self._document.settings.element
        for held in settings.findall(self._qn("w:endnotePr")):
            settings.remove(held)
        form = _element("w:endnotePr", _element("w:pos", val="docEnd"), _element("w:numFmt", val="decimal"))
        for number in ("-1", "0"):
            form.append(_element("w:endnote", id=number))
        settings.insert_element_before(form, *_AFTER_IN_SETTINGS)
        for section in self._document.sections:
            for held in section._sectPr.findall(self._qn("w:endnotePr")):
                section._sectPr.remove(held)
            form = _element("w:endnotePr", _element("w:numFmt", val="decimal"))
            section._sectPr.insert_element_before(form, *_AFTER_IN_SECTION)

    def _style(self, name: str) -> str:
        """The identifier of a style of Word's own name; it is made where the template lacks it."""
        from docx.enum.style import WD_STYLE_TYPE
        from docx.shared import Cm, Pt

        styles = self._document.styles
        if name not in styles:
            kind = WD_STYLE_TYPE.CHARACTER if name == _REFERENCE else WD_STYLE_TYPE.PARAGRAPH
            style = styles.add_style(name, kind, builtin=True)
            if name == _REFERENCE:
                self._lower(style.element.get_or_add_rPr())  # LibreOffice raises the mark where only the run says not to
            else:
                style.base_style = styles.default(kind)
                style.font.size = Pt(9)
                form = style.paragraph_format
                form.left_indent, form.first_line_indent, form.space_after = Cm(0.6), Cm(-0.6), Pt(3)
        return str(styles[name].style_id)

    def _lower(self, properties: Any) -> None:
        """On the line, whatever the style says: in brackets, and in the small type of tables, a raised number is hard to read."""
        properties.get_or_add_vertAlign().set(self._qn("w:val"), "baseline")


def _element(tag: str, *children: Any, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    for child in children:
        element.append(child)
    return element


def _run(words: str) -> Any:
    from docx.oxml.ns import qn

    said = _element("w:t")
    said.text = words
    said.set(qn("xml:space"), "preserve")
    return _element("w:r", said)
