"""Styles and numbering of a Word document: what a style hides, strikes out or raises, heading levels, and list numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from lxml import etree

_STYLE_LEVEL = re.compile(r"heading (\d)", re.I)
_OFF = ("0", "false", "off", "none")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
MARKS = ("vanish", "strike", "dstrike", "webHidden")
"""Properties of a run that take its words out of what a reader sees as valid."""


def parse_part(blob: bytes) -> Any:
    """The tree of a part of the file; nothing outside it is fetched."""
    return etree.fromstring(
        blob, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    )


def is_on(properties: Any, name: str) -> bool | None:
    """Whether a property is switched on or off there; None where nothing is said."""
    mark = None if properties is None else properties.find(qn(f"w:{name}"))
    return None if mark is None else mark.get(qn("w:val")) not in _OFF


def value(element: Any, path: str) -> str:
    """The ``w:val`` at a path of names such as ``pPr/pStyle``; empty without one."""
    for name in path.split("/"):
        if element is None:
            return ""
        element = element.find(qn(f"w:{name}"))
    return "" if element is None else str(element.get(qn("w:val")) or "")


@dataclass(slots=True)
class Style:
    """What one style says, with what it takes from the styles that it is based on. ``level`` is -1 for the title."""

    level: int = 0
    marks: dict[str, bool] = field(default_factory=dict)
    is_raised: bool = False
    num_id: str = ""
    num_level: str = ""
    is_placeholder: bool = False


class Styles:
    """Styles by id."""

    def __init__(self, word: WordDocument) -> None:
        self._elements = {
            str(style.get(qn("w:styleId")) or ""): style
            for style in word.styles.element.iter(qn("w:style"))
        }
        self._found: dict[str, Style] = {}

    def get(self, style_id: str) -> Style:
        """A style; an empty one for an id that is not known."""
        if style_id not in self._found:
            self._found[style_id] = self._read(style_id)
        return self._found[style_id]

    def _read(self, style_id: str) -> Style:
        chain = list(self._chain(style_id))
        style = Style()
        for element in reversed(chain):
            name = value(element, "name")
            match = _STYLE_LEVEL.fullmatch(name)
            outline = value(element, "pPr/outlineLvl")
            if name.casefold() == "title":
                style.level = -1 if element is chain[0] else style.level
            elif match:
                style.level = int(match.group(1))
            elif outline.isdigit() and int(outline) < 9:
                style.level = int(outline) + 1
            run = element.find(qn("w:rPr"))
            for mark in MARKS:
                state = is_on(run, mark)
                if state is not None:
                    style.marks[mark] = state
            style.is_raised = value(run, "vertAlign") == "superscript" or style.is_raised
            style.num_id = value(element, "pPr/numPr/numId") or style.num_id
            style.num_level = value(element, "pPr/numPr/ilvl") or style.num_level
            style.is_placeholder = name.casefold() == "placeholder text"
        return style

    def _chain(self, style_id: str) -> Iterator[Any]:
        seen: set[str] = set()
        while style_id in self._elements and style_id not in seen:
            seen.add(style_id)
            yield self._elements[style_id]
            style_id = value(self._elements[style_id], "basedOn")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    kind: str
    text: str
    style: str


class Numbering:
    """Counts the numbered paragraphs of a document, as Word shows their numbers."""

    def __init__(self, word: WordDocument, styles: Styles) -> None:
        self._styles = styles
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for relation in word.part.rels.values():
            if relation.reltype.endswith("/numbering") and not relation.is_external:
                self._load(parse_part(relation.target_part.blob))

    def _load(self, root: Any) -> None:
        for abstract in root.iter(qn("w:abstractNum")):
            levels = {}
            for level in abstract.iter(qn("w:lvl")):
                at, start = str(level.get(qn("w:ilvl")) or "0"), value(level, "start")
                if at.isdigit():
                    levels[int(at)] = _Level(
                        int(start) if start.isdigit() else 1,
                        value(level, "numFmt") or "decimal",
                        value(level, "lvlText"),
                        value(level, "pStyle"),
                    )
            self._levels[str(abstract.get(qn("w:abstractNumId")))] = levels
        for num in root.iter(qn("w:num")):
            num_id = str(num.get(qn("w:numId")))
            self._abstract[num_id] = value(num, "abstractNumId")
            for override in num.iter(qn("w:lvlOverride")):
                at, start = str(override.get(qn("w:ilvl")) or ""), value(override, "startOverride")
                if at.isdigit() and start.isdigit():
                    self._restarts.setdefault(num_id, {})[int(at)] = int(start)

    def label(self, paragraph: Any) -> str:
        """The number that stands before a paragraph (``2.1``), counted on; empty for none and for a bullet."""
        style_id = value(paragraph, "pPr/pStyle")
        style = self._styles.get(style_id)
        num_id = value(paragraph, "pPr/numPr/numId") or style.num_id
        abstract = self._abstract.get(num_id, "")
        levels = self._levels.get(abstract, {})
        at = value(paragraph, "pPr/numPr/ilvl") or style.num_level
        if not at.isdigit():
            linked = [
                number for number, one in levels.items() if one.style == style_id and style_id
            ]
            at = str(linked[0] if linked else 0)
        level = levels.get(int(at))
        if level is None:
            return ""
        counts = self._counts.setdefault(abstract, {})
        restart = self._restarts.get(num_id, {}).pop(int(at), None)
        counts[int(at)] = (
            restart if restart is not None else counts.get(int(at), level.start - 1) + 1
        )
        for deeper in [number for number in counts if number > int(at)]:
            del counts[deeper]
        if level.kind in ("bullet", "none"):
            return ""

        def number(match: re.Match[str]) -> str:
            place = int(match.group(1)) - 1
            one = levels.get(place, level)
            return _numeral(counts.get(place, one.start), one.kind)

        return re.sub(r"%(\d)", number, level.text).strip()


def _numeral(number: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 40:
        written = ""
        for size, numeral in _ROMAN:
            written += numeral * (number // size)
            number %= size
        return written.upper() if kind == "upperRoman" else written
    return f"{number:02d}" if kind == "decimalZero" else str(number)
