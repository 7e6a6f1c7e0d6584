"""Reference exports: one document per reference, told apart by what they begin with, whatever their suffix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kmassist.documents import Document, clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers.content import decode
from kmassist.readers.medline import is_medline, read_medline
from kmassist.readers.reference import Reference, documents_of
from kmassist.readers.ris import (
    is_endnote,
    is_ovid,
    is_ris,
    is_web_of_science,
    read_endnote,
    read_ovid,
    read_ris,
    read_web_of_science,
)

_Read = Callable[[str, list[str]], Iterator[Reference]]


class ReferencesReader:
    """RIS, NBIB/MEDLINE, Web of Science, Ovid, EndNote (refer) and BibTeX exports, also with the suffix ``.txt``."""

    suffixes: tuple[str, ...] = (".ris", ".nbib", ".medline", ".bib", ".bibtex", ".enw", ".ref", ".isi", ".ciw", ".txt")

    def recognises(self, head: bytes) -> bool:
        """Whether the first bytes are of one of these forms."""
        return _format(decode(head)[0]) is not None

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document per reference; a bad record costs only itself."""
        text, _ = decode(data)
        form = _format(text[:20_000]) or _format(text)
        if form is None:
            raise UnreadableSource(
                f"{clean_text(path.name)} is not a reference export that kmassist knows.",
                "Export it as RIS, NBIB, BibTeX or EndNote.",
                kind="damaged" if text.strip() else "empty",
            )
        media_type, read = form
        problems: list[str] = []
        references = list(read(text, problems))
        return documents_of(references, path, data, media_type=media_type, warnings=dict.fromkeys(problems))


def _format(text: str) -> tuple[str, _Read] | None:
    if is_ris(text):
        return "application/x-research-info-systems", read_ris
    if is_medline(text):
        return "application/nbib", read_medline
    if is_web_of_science(text):
        return "application/x-inst-for-scientific-info", read_web_of_science
    if is_endnote(text):
        return "application/x-endnote-refer", read_endnote
    if is_ovid(text):
        return "application/x-ovid", read_ovid
    from kmassist.readers.bibtex import is_bibtex, read_bibtex

    return ("application/x-bibtex", read_bibtex) if is_bibtex(text) else None


_TABLE = {
    "title": r"(article |document |primary )?title|titles",
    "abstract": r"abstract( note)?|notes_abstract",
    "authors": r"authors?( names?| full names?)?|first_authors|author\(s\)",
    "journal": r"journal( name| title| ?/ ?book)?|source( title)?|publication (name|title)|secondary_title|alternate_title3",
    "date": r"(publication )?year|publication_year|year( of publication| published)?|publication date|date( of publication)?|py",
    "doi": r"doi|digital object identifier( \(doi\))?",
    "pmid": r"pmid|pubmed ?id|medline pmid|accession number \(pmid\)",
    "pmcid": r"pmcid|pmc ?id",
    "keywords": r"(author |manual )?(keywords|tags)",
    "volume": r"volume",
    "issue": r"issue|number",
    "pages": r"pages",
    "url": r"url|link|links",
    "language": r"language( of article)?",
}


def documents_of_table(
    header: Sequence[Any], rows: Sequence[Sequence[Any]], path: Path, data: bytes, media_type: str
) -> list[Document]:
    """References of a spreadsheet export; none unless it has a title column and an abstract or identifier beside it."""
    columns: dict[str, int] = {}
    for at, heading in enumerate(header):
        folded = str(heading if heading is not None else "").strip().casefold()
        kind = next((name for name, pattern in _TABLE.items() if re.fullmatch(pattern, folded)), None)
        if kind:
            columns.setdefault(kind, at)
    if "title" not in columns or not ({"abstract", "doi", "pmid"} & columns.keys()) or len(columns) < 3:
        return []

    def cell(row: Sequence[Any], name: str) -> str:
        at = columns.get(name)
        return str(row[at]).strip() if at is not None and at < len(row) and row[at] is not None else ""

    references = [
        Reference(
            title=cell(row, "title"),
            sections=(("", cell(row, "abstract")),),
            authors=tuple(_authors(cell(row, "authors"))),
            journal=cell(row, "journal"),
            date=cell(row, "date").removesuffix(".0"),
            volume=cell(row, "volume"),
            issue=cell(row, "issue"),
            pages=cell(row, "pages"),
            doi=cell(row, "doi"),
            pmid=cell(row, "pmid").removesuffix(".0"),
            pmcid=cell(row, "pmcid"),
            url=cell(row, "url"),
            language=cell(row, "language"),
            keywords=tuple(part.strip() for part in re.split(r"[;|]", cell(row, "keywords")) if part.strip()),
        )
        for row in rows
        if any(str(value or "").strip() for value in row)
    ]
    return documents_of(references, path, data, media_type=media_type) if references else []


def _authors(text: str) -> list[str]:
    if text.startswith("[") and text.endswith("]"):
        return [name.strip("'\" ") for name in text[1:-1].split("',")]
    if ";" in text:
        return [name.strip() for name in text.split(";")]
    return [name.strip() for name in re.split(r"(?<=\.),\s+", text)]
