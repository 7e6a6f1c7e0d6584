"""Take out of a Word template what fetches from elsewhere or runs: a brief carries the look of a template and nothing else of it.

Word loads an attached template, a linked picture or an included file when the document is opened, and tells whoever keeps it
who read the brief and when. Links that somebody has to click on stay.
"""

from __future__ import annotations

import re
from typing import Any

from docx.document import Document
from docx.opc.part import XmlPart
from docx.oxml.ns import qn

_RUNS = (
    "/vbaProject",
    "/wordVbaData",
    "/keyMapCustomizations",
    "/attachedToolbars",
    "/control",
    "/oleObject",
)
"""Ends of the kinds of relationship to what Word would run."""
_FETCHING_FIELD = re.compile(
    r"(?i)\b(?:INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|DDE|DDEAUTO|DATABASE|RD)\b"
)
_NO_FIELD = ' QUOTE "" '
_NOWHERE = "about:blank"
_IDS = (qn("r:id"), qn("r:link"), qn("r:embed"), qn("r:pict"))


def without_what_fetches(document: Document) -> Document:
    """The same document, changed: no part of it is loaded from elsewhere or run when it is opened."""
    for part in document.part.package.iter_parts():
        gone = {
            key
            for key, rel in part.rels.items()
            if rel.reltype.endswith(_RUNS)
            or (rel.is_external and not rel.reltype.endswith("/hyperlink"))
        }
        if isinstance(part, XmlPart):
            _take_out(part.element, gone)
            _blank_fields(part.element)
            for key in gone:
                part.rels.pop(key)
            continue
        for key in gone:  # bytes that cannot be changed here keep their key, which leads nowhere
            if part.rels[key].is_external:
                part.rels[key]._target = _NOWHERE
    return document


def _take_out(root: Any, gone: set[str]) -> None:
    """Remove what names a relationship that is gone; of a picture that is held as well, only the name."""
    for element in list(root.iter()):
        named = [name for name in _IDS if element.get(name) in gone]
        if not named:
            continue
        if element.tag == qn("a:blip") and element.get(qn("r:embed")) not in {None, *gone}:
            for name in named:
                del element.attrib[name]
        elif element.getparent() is not None:
            element.getparent().remove(element)


def _blank_fields(root: Any) -> None:
    """Let a field that fetches show nothing; its name may be spread over several runs of a paragraph."""
    for field in root.iter(qn("w:fldSimple")):
        if _FETCHING_FIELD.search(field.get(qn("w:instr"), "")):
            field.set(qn("w:instr"), _NO_FIELD)
    for paragraph in root.iter(qn("w:p")):
        pieces = list(paragraph.iter(qn("w:instrText")))
        if _FETCHING_FIELD.search("".join(piece.text or "" for piece in pieces)):
            for piece in pieces:
                piece.text = _NO_FIELD if piece is pieces[0] else ""
