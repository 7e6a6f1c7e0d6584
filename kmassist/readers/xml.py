"""XML by its root element: JATS full text, PubMed, EndNote. One parser with entities, network and DTD loading off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from kmassist.documents import Document, clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers.content import TextBuilder, finish
from kmassist.readers.reference import documents_of

Element = etree._Element
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]{0,2000}\[")


class XmlReader:
    """``.xml`` and ``.nxml``."""

    suffixes: tuple[str, ...] = (".xml", ".nxml")

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as XML."""
        return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")

    def read(self, path: Path, data: bytes) -> list[Document]:
        """An article is one document, an export one per reference; another vocabulary is read as plain paragraphs."""
        from kmassist.readers.citations import endnote_references, pubmed_references
        from kmassist.readers.jats import read_article

        root, warnings = parse_xml(data, clean_text(path.name))
        name = local_name(root)
        if name in (
            "PubmedArticleSet",
            "PubmedArticle",
            "PubmedBookArticleSet",
            "PubmedBookArticle",
            "MedlineCitationSet",
            "MedlineCitation",
        ):
            return documents_of(pubmed_references(root), path, data, media_type="application/pubmed+xml", warnings=warnings)
        if name in ("xml", "records", "XML", "RECORDS") and any(local_name(e) in ("record", "RECORD") for e in root.iter()):
            return documents_of(endnote_references(root), path, data, media_type="application/endnote+xml", warnings=warnings)
        articles = [root] if name == "article" else [e for e in root.iter() if local_name(e) == "article"]
        if articles:
            found = [read_article(article, path, data, number, len(articles)) for number, article in enumerate(articles, 1)]
            return [_warned(document, warnings) for document in found]
        return [_warned(_plain(root, path, data), warnings)]


def _warned(document: Document, warnings: list[str]) -> Document:
    return document.model_copy(update={"warnings": (*warnings, *document.warnings)}) if warnings else document


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
        if any(word in reason for word in ("Excessive depth", "huge input", "internal error", "Maximum", "loop")):
            raise UnreadableSource(
                f"{name} is nested too deeply or too large to read.", "Export it again.", kind="limit"
            ) from problem
    except ValueError as problem:
        raise UnreadableSource(f"{name} is damaged: it is not XML.", "Export it again.") from problem
    try:
        root = etree.fromstring(data, _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise UnreadableSource(f"{name} is damaged: it is not XML.", "Export it again.") from problem
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
    """All text inside an element, on one line; empty for None."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def _plain(root: Element, path: Path, data: bytes) -> Document:
    builder = TextBuilder()
    for element in root.iter():
        texts = [element.text] if isinstance(element.tag, str) and not len(element) else [element.text, element.tail]
        for text in texts:
            if isinstance(element.tag, str) and text and text.strip():
                builder.paragraph(text)
    builder.warn("This XML is of no kind that kmassist knows; its words were kept without structure.")
    return finish(builder, path, data, [], media_type="application/xml")
