"""What a Word document hides: deleted and moved text, hidden text, who changed what, and what mail merge and templates leave."""

from __future__ import annotations

import re

from kmassist.readers.hidden_parts import Parts, attribute_of, cut, is_on, named, unwrap, words_of
from kmassist.readers.xml_tree import Element, children, local_name

_TEXTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_MARKS = {"commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef"}
_RANGES = ("moveFromRange", "moveToRange")
_DELETED, _INSERTED = {"del", "moveFrom"}, {"ins", "moveTo"}
_SETTINGS = {"docVars", "attachedTemplate", "mailMerge", "rsids", "documentProtection"}


def hide_words(parts: Parts) -> None:
    """Takes it out of every part with text."""
    hidden_styles = _hidden_styles(parts.root("word/styles.xml"))
    for name in [n for n in parts.names if _TEXTS.fullmatch(n)]:
        root = parts.root(name)
        if root is not None:
            _deleted(parts, name, root)
            _hidden(parts, name, root, hidden_styles)
            parts.remove(name, named(root, lambda tag: tag in _MARKS or tag.startswith(_RANGES)))
    settings = "word/settings.xml"
    gone = named(parts.root(settings), lambda tag: tag in _SETTINGS)
    parts.note(
        "properties",
        " ".join(
            attribute_of(e, "val") for one in gone for e in one.iter() if local_name(e) == "docVar"
        ),
    )
    parts.remove(settings, gone)
    links = "word/_rels/settings.xml.rels"
    root = parts.root(links)
    if root is not None:
        parts.remove(
            links,
            (
                e
                for e in root
                if (e.get("Type") or "").endswith(("/attachedTemplate", "/mailMergeSource"))
            ),
        )


def _deleted(parts: Parts, name: str, root: Element) -> None:
    """Tracked changes as if accepted: the reader takes the words in the same way."""
    words = []
    for element in named(root, lambda tag: tag in _DELETED or tag.endswith("Change")):
        parent = element.getparent()
        if parent is None:
            continue
        row = parent.getparent() if local_name(parent) == "trPr" else None  # a deleted row
        gone = element if row is None else row
        words.append(words_of(gone))
        cut(gone)
        parts.touched(name)
    for element in named(root, lambda tag: tag in _INSERTED):
        unwrap(element)
        parts.touched(name)
    stray = named(root, lambda tag: tag == "delText")
    words += [words_of(e) for e in stray]
    parts.remove(name, stray)
    parts.note("deleted text", " ".join(words))


def _hidden(parts: Parts, name: str, root: Element, styles: set[str]) -> None:
    words = []
    for run in named(root, lambda tag: tag in {"r", "tr"}):
        properties = next(children(run, "rPr", "trPr"), None)
        if properties is None:
            continue
        marks = [
            e for e in properties if local_name(e) in {"vanish", "webHidden", "hidden"} and is_on(e)
        ]
        is_shown = any(local_name(e) == "vanish" and not is_on(e) for e in properties)
        is_styled = any(
            local_name(e) == "rStyle" and attribute_of(e, "val") in styles for e in properties
        )
        if any(local_name(e) != "webHidden" for e in marks) or (is_styled and not is_shown):
            words.append("".join(e.text or "" for e in run.iter() if local_name(e) == "t"))
            cut(run)
            parts.touched(name)
    parts.note("hidden text", " ".join(words))


def _hidden_styles(root: Element | None) -> set[str]:
    """Ids of styles that hide what bears them."""
    found = set()
    for style in named(root, lambda tag: tag == "style"):
        for properties in children(style, "rPr"):
            if any(local_name(e) == "vanish" and is_on(e) for e in properties):
                found.add(attribute_of(style, "styleId"))
    return found - {""}
