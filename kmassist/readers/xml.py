"""XML by its root element: JATS full text, PubMed, EndNote, Zotero. One parser with entities, network and DTD loading off."""

from __future__ import annotations

from pathlib import Path

from kmassist.documents.document import Document, clean_text
from kmassist.readers.content import TextBuilder, finish
from kmassist.readers.references.model import documents_of
from kmassist.readers.xml_tree import Element, local_name, parse_xml


class XmlReader:
    """``.xml``, ``.nxml`` and ``.rdf``."""

    suffixes: tuple[str, ...] = (".xml", ".nxml", ".rdf")

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as XML."""
        return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")

    def read(self, path: Path, data: bytes) -> list[Document]:
        """An article is one document, an export one per reference; another vocabulary is read as plain paragraphs."""
        from kmassist.readers.jats import read_article
        from kmassist.readers.references.xml_exports import endnote_references, pubmed_references
        from kmassist.readers.references.zotero_rdf import zotero_references

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
            return documents_of(
                pubmed_references(root),
                path,
                data,
                media_type="application/pubmed+xml",
                warnings=warnings,
            )
        if name in ("xml", "records", "XML", "RECORDS") and any(
            local_name(e) in ("record", "RECORD") for e in root.iter()
        ):
            return documents_of(
                endnote_references(root),
                path,
                data,
                media_type="application/endnote+xml",
                warnings=warnings,
            )
        if name == "RDF" and (records := list(zotero_references(root))):
            return documents_of(
                records, path, data, media_type="application/rdf+xml", warnings=warnings
            )
        articles = (
            [root] if name == "article" else [e for e in root.iter() if local_name(e) == "article"]
        )
        if articles:
            found = [
                read_article(article, path, data, number, len(articles))
                for number, article in enumerate(articles, 1)
            ]
            return [_warned(document, warnings) for document in found]
        return [_warned(_plain(root, path, data), warnings)]


def _warned(document: Document, warnings: list[str]) -> Document:
    return (
        document.model_copy(update={"warnings": (*warnings, *document.warnings)})
        if warnings
        else document
    )


def _plain(root: Element, path: Path, data: bytes) -> Document:
    builder = TextBuilder()
    for element in root.iter():
        texts = (
            [element.text]
            if isinstance(element.tag, str) and not len(element)
            else [element.text, element.tail]
        )
        for text in texts:
            if isinstance(element.tag, str) and text and text.strip():
                builder.paragraph(text)
    builder.warn(
        "This XML is of no kind that kmassist knows; its words were kept without structure."
    )
    return finish(builder, path, data, [], media_type="application/xml")
