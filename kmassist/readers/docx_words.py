"""The words of a Word paragraph as a reader sees them: without hidden, struck-out and deleted ones, raised figures as ``^6``."""

from __future__ import annotations

import re
from typing import Any

from docx.oxml.ns import qn

from kmassist.readers.content import LINE_BREAK, symbol, unhide_symbols
from kmassist.readers.docx_styles import MARKS, Styles, is_on, value
from kmassist.readers.raised import CLOSE, OPEN, exponent, settle_raised

MAX_DEPTH = 30
BOX = qn("w:txbxContent")
_RUN, _SDT, _CELL = qn("w:r"), qn("w:sdt"), qn("w:tc")
_TEXT = {qn("w:t"), qn("m:t")}
_SPACE = {qn("w:br"), qn("w:cr"), qn("w:ptab")}
_GONE = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:instrText"),
    qn("w:delText"),
    qn("w:pPr"),
    qn("w:rPr"),
    "{{{}}}Fallback".format("http://schemas.openxmlformats.org/markup-compatibility/2006"),
}


class Words:
    """Reads paragraphs and counts the pieces that it leaves out. ``is_on_colour``: what is white may stand on a colour."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.hidden = 0
        self.struck = 0
        self.is_on_colour = False

    def of(self, paragraph: Any) -> str:
        """The words of a paragraph; tabs are kept."""
        pieces: list[str] = []
        self._collect(paragraph, pieces, value(paragraph, "pPr/pStyle"), 0)
        return unhide_symbols(settle_raised("".join(pieces)))

    def _collect(self, element: Any, pieces: list[str], style_id: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            return
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _GONE or tag == BOX:
                continue
            if tag in _TEXT:
                pieces.append(child.text or "")
            elif tag == _RUN:
                self._run(child, pieces, style_id, depth)
            elif tag == qn("w:tab"):
                pieces.append("\t")
            elif tag in _SPACE:
                is_line = tag != qn("w:ptab") and child.get(qn("w:type")) in (None, "textWrapping")
                pieces.append(LINE_BREAK if is_line else " ")
            elif tag == qn("w:noBreakHyphen"):
                pieces.append("-")
            elif tag == qn("w:sym"):
                pieces.append(_symbol(child))
            elif tag == qn("m:sup") and element.tag == qn("m:sSup"):
                raised: list[str] = []
                self._collect(child, raised, style_id, depth + 1)
                pieces.append(exponent("".join(raised)))
            elif not is_placeholder(child):
                self._collect(child, pieces, style_id, depth + 1)

    def _run(self, run: Any, pieces: list[str], style_id: str, depth: int) -> None:
        properties = run.find(qn("w:rPr"))
        if properties is None and not self.styles.get(style_id).marks:
            self._collect(run, pieces, style_id, depth + 1)
            return
        own = self.styles.get(value(properties, "rStyle"))
        if own.is_placeholder:
            return
        said = {**self.styles.get(style_id).marks, **own.marks}
        for mark in MARKS:
            state = is_on(properties, mark)
            if state is not None:
                said[mark] = state
        is_struck = said.get("strike") or said.get("dstrike")
        if is_struck or said.get("vanish") or self._is_pale(run, properties):
            if "".join(t.text or "" for t in run.iter(*_TEXT)).strip():
                self.struck += bool(is_struck)
                self.hidden += not is_struck
            return
        raised = value(properties, "vertAlign")
        is_raised = raised == "superscript" or (not raised and own.is_raised)
        pieces.append(OPEN if is_raised else "")
        self._collect(run, pieces, style_id, depth + 1)
        pieces.append(CLOSE if is_raised else "")

    def _is_pale(self, run: Any, properties: Any) -> bool:
        """Whether a run is white on white. Where anything may colour what lies behind it, it is not."""
        color = None if properties is None else properties.find(qn("w:color"))
        if color is None or self.is_on_colour:
            return False
        is_white = str(color.get(qn("w:val"))).upper() == "FFFFFF"
        if not is_white or color.get(qn("w:themeColor")) not in (None, "background1", "bg1"):
            return False
        shaded = [properties.find(qn("w:shd")), properties.find(qn("w:highlight"))]
        for ancestor in run.iterancestors():
            if ancestor.tag == BOX:
                return False
            for path in ("pPr/shd", "tcPr/shd", "tblPr/shd"):
                first, last = path.split("/")
                shaded.append(ancestor.find(f"{qn(f'w:{first}')}/{qn(f'w:{last}')}"))
        return not any(_is_coloured(mark) for mark in shaded if mark is not None)


def is_placeholder(element: Any) -> bool:
    """Whether a control still shows its prompt ("Click or tap here to enter text")."""
    return element.tag == _SDT and (
        element.find(f"{qn('w:sdtPr')}/{qn('w:showingPlcHdr')}") is not None
    )


def is_bold(paragraph: Any) -> bool:
    """Whether all words of a paragraph are bold; true of one without words."""
    runs = [run for run in paragraph.iter(_RUN) if "".join(run.itertext()).strip()]
    return all(is_on(run.find(qn("w:rPr")), "b") for run in runs)


def letter_size(paragraph: Any) -> int:
    """The least size that a paragraph itself gives all of its words, in half points; 0 where its style says it."""
    runs = [run for run in paragraph.iter(_RUN) if "".join(run.itertext()).strip()]
    sizes = [value(run.find(qn("w:rPr")), "sz") for run in runs]
    return min((int(size) if size.isdigit() else 0 for size in sizes), default=0)


def begins_bold(paragraph: Any) -> bool:
    """Whether the first words of a paragraph are bold."""
    runs = (run for run in paragraph.iter(_RUN) if "".join(run.itertext()).strip())
    first = next(runs, None)
    return first is not None and bool(is_on(first.find(qn("w:rPr")), "b"))


def _is_coloured(shading: Any) -> bool:
    if shading.tag == qn("w:highlight"):
        return True
    return str(shading.get(qn("w:fill"))).upper() not in ("FFFFFF", "AUTO", "NONE")


def _symbol(element: Any) -> str:
    code = str(element.get(qn("w:char")) or "0")
    font = str(element.get(qn("w:font")) or "")
    return symbol(int(code, 16), font) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else ""
