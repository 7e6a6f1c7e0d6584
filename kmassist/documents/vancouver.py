"""Citations in Vancouver style, through citeproc and a CSL style file of our own (``data/vancouver.csl``)."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Metadata
from kmassist.documents.names import parse_name
from kmassist.text.quoted import name_of


def vancouver(documents: Iterable[Document]) -> list[str]:
    """One reference a document, in the order given, as plain text with DOI, PMID and PMCID at the end.

    Six authors, then "et al."; an undated source reads "date unknown"; a synthetic one says so.
    """
    return [
        name_of(_with_identifiers(_entry(json.dumps(csl_item(document, key="k0"))), document))
        for document in documents
    ]


def csl_item(document: Document, *, key: str) -> dict[str, Any]:
    """The document as one item of CSL-JSON."""
    meta = document.metadata
    is_article = bool(meta.journal)
    item: dict[str, Any] = {
        "id": key,
        "type": "article-journal" if is_article else "report",
        "title": _sentence_end(meta.title or document.source_name or document.doc_id),
    }
    names = [_name(author) for author in meta.authors]
    if not names and meta.issuer:
        names = [{"literal": meta.issuer}]
    elif meta.issuer and not is_article:
        item["publisher"] = meta.issuer
    if names:
        item["author"] = names
    if is_article:
        item["container-title"] = meta.journal
        item |= {
            name: value
            for name, value in (
                ("volume", meta.volume),
                ("issue", meta.issue),
                ("page", meta.pages),
            )
            if value
        }
    date = meta.published or meta.evidence_date
    if date:
        item["issued"] = {"date-parts": [[int(part) for part in date.split("-")]]}
    for name, value in (
        ("DOI", meta.doi),
        ("PMID", meta.pmid),
        ("PMCID", meta.pmcid),
        ("URL", meta.url),
        ("ISBN", meta.isbn),
    ):
        if value:
            item[name] = value
    return item


def link_of(meta: Metadata) -> str:
    """Where a reader finds the source: DOI, PubMed, PubMed Central or its own web address; empty when it has none."""
    if meta.doi:
        return f"https://doi.org/{meta.doi}"
    if meta.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{meta.pmid}/"
    if meta.pmcid:
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{meta.pmcid}/"
    return meta.url if re.match(r"https?://[^\s<>\"]+$", meta.url) else ""


def is_stated_by_type(kind: SourceType | None) -> str:
    """The words in square brackets that tell a reader what a local source is; empty for published research."""
    return "" if kind is None or kind is SourceType.PUB else f" [{kind.label}]"


_READ = ("full text", "abstract")


def _with_identifiers(entry: str, document: Document) -> str:
    meta = document.metadata
    text = entry.strip() + ("" if meta.journal else is_stated_by_type(meta.source_type))
    for label, value in (("doi: ", meta.doi), ("PMID: ", meta.pmid), ("PMCID: ", meta.pmcid)):
        if value:
            text += f" {label}{value}."
    if not (meta.doi or meta.pmid or meta.pmcid) and link_of(meta):
        text += f" Available from: {meta.url}"
    if meta.quoted_by:
        text += f" [as quoted by {meta.quoted_by}]"
    if meta.digest:
        text += (
            f" [digest; read: {meta.digest}]"
            if meta.digest in _READ
            else " [digest, paper not read]"
        )
    if meta.is_synthetic:
        text += " [synthetic demonstration document]"
    return text


@lru_cache(maxsize=2_000)
def _entry(item: str) -> str:
    """The entry of an item of CSL-JSON. The style numbers nothing and tells no two entries apart: each is written by itself, and once."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    # citeproc reads markup in titles; what comes from documents is words only
    parts: dict[str, Any] = json.loads(item)
    source = CiteProcJSON([{name: _plain(value) for name, value in parts.items()}])
    bibliography = CitationStylesBibliography(_style(), source, formatter.plain)
    bibliography.register(Citation([CitationItem(parts["id"])]))
    (entry,) = bibliography.bibliography()
    return _tidy(str(entry))


@lru_cache(maxsize=1)
def _style() -> Any:
    from io import BytesIO

    from citeproc import CitationStylesStyle

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CitationStylesStyle(
            BytesIO(files("kmassist").joinpath("data/vancouver.csl").read_bytes()), validate=False
        )


def _plain(value: Any) -> Any:
    """Angle brackets as look-alikes while citeproc works, so that no title is taken for markup."""
    if isinstance(value, str):
        return value.replace("<", "\ue000").replace(">", "\ue001")
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return value


def _tidy(entry: str) -> str:
    entry = entry.replace("\ue000", "<").replace("\ue001", ">")
    entry = re.sub(r"\s+", " ", entry).strip()
    return re.sub(r"([.?!])\.(?=\s|$)", r"\1", entry)


def _sentence_end(title: str) -> str:
    return re.sub(r"\s+", " ", title).strip().rstrip(".")


def _name(author: str) -> dict[str, str]:
    """An author as CSL names people: family, initials and suffix; a body's name stays whole."""
    name = parse_name(author)
    if name.literal:
        return {"literal": name.literal}
    parts = {"family": name.family, "given": name.initials, "suffix": name.suffix.rstrip(".")}
    return {key: value for key, value in parts.items() if value}
