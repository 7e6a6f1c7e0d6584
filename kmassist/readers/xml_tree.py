"""XML parsed safely, and a few steps over its tree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from kmassist.errors import UnreadableSource
from kmassist.readers.raised import CLOSE, OPEN, settle_raised

Element = etree._Element


_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]{0,2000}\[")


def parse_xml(data: bytes, name: str) -> tuple[Element, list[str]]:
    """The root element. A file that breaks off is read as far as it goes, with a warning.

    Raises:
        UnreadableSource: no XML, nested too deeply, or it declares entities of its own (a way to attack readers).
    """
    if _DOCTYPE.search(data[:100_000]):
        raise UnreadableSource(
            f"{name} was refused: it declares its own entities, which is a way to attack readers.",
            "Remove the internal DOCTYPE subset.",
            kind="limit",
        )
    try:
        return etree.fromstring(data, _parser(recover=False)), []
    except etree.XMLSyntaxError as problem:
        reason = str(problem)
        if any(
            word in reason
            for word in ("Excessive depth", "huge input", "internal error", "Maximum", "loop")
        ):
            raise UnreadableSource(
                f"{name} is nested too deeply or too large to read.",
                "Export it again.",
                kind="limit",
            ) from problem
    except ValueError as problem:
        raise UnreadableSource(
            f"{name} is damaged: it is not XML.", "Export it again."
        ) from problem
    try:
        root = etree.fromstring(data, _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise UnreadableSource(
            f"{name} is damaged: it is not XML.", "Export it again."
        ) from problem
    if root is None:
        raise UnreadableSource(f"{name} is damaged: it is not XML.", "Export it again.")
    return root, ["The XML is damaged; it was read as far as it goes."]


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )


def local_name(element: Element) -> str:
    """The tag without its namespace; empty for a comment."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Child elements of these names, in order; of any name when none is given."""
    if element is not None:
        for child in element:
            if isinstance(child.tag, str) and (not names or local_name(child) in names):
                yield child


def find(element: Element | None, *path: str) -> Element | None:
    """The first element down a path of names; None when a step is missing."""
    for name in path:
        element = next(children(element, name), None)
    return element


def words(element: Element | None) -> str:
    """All text inside an element, on one line; empty for None. ``10^6`` keeps its exponent, raised marks are left out."""
    if element is None:
        return ""
    if not any(map(_is_raised, element.iter("{*}sup", "{*}style"))):
        return " ".join("".join(map(str, element.itertext())).split())
    pieces: list[str] = []
    for event, part in etree.iterwalk(element, events=("start", "end")):
        is_raised = _is_raised(part)
        if event == "start":
            pieces += [OPEN if is_raised else "", str(part.text or "")]
        else:
            pieces += [
                CLOSE if is_raised else "",
                str(part.tail or "") if part is not element else "",
            ]
    return " ".join(settle_raised("".join(pieces)).split())


def _is_raised(element: Element) -> bool:
    """Whether words are raised: ``sup``, or EndNote's ``style`` with that face."""
    name = local_name(element)
    return name == "sup" or (name == "style" and "superscript" in str(element.get("face") or ""))
