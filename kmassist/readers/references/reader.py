"""Reference exports: one document per reference, told apart by what they begin with, whatever their suffix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kmassist.documents.document import Document, clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers.content import decode, read_text
from kmassist.readers.references import tidy
from kmassist.readers.references.csl import is_csl, read_csl
from kmassist.readers.references.medline import is_medline, read_medline
from kmassist.readers.references.model import Reference, documents_of, reference_of
from kmassist.readers.references.ris import (
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
    """RIS, NBIB/MEDLINE, Web of Science, Ovid, EndNote (refer), BibTeX and CSL JSON exports, also with the suffix ``.txt``."""

    suffixes: tuple[str, ...] = (
        ".ris",
        ".nbib",
        ".medline",
        ".bib",
        ".bibtex",
        ".enw",
        ".ref",
        ".isi",
        ".ciw",
        ".json",
        ".txt",
    )

    def recognises(self, head: bytes) -> bool:
        """Whether the first bytes are of one of these forms."""
        return _format(decode(head)[0]) is not None

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document per reference; a bad record costs only itself."""
        media_type, references, problems = read_references(path, data)
        return documents_of(
            references, path, data, media_type=media_type, warnings=dict.fromkeys(problems)
        )


def read_references(path: Path, data: bytes) -> tuple[str, list[Reference], list[str]]:
    """The media type of an export, its references, and a sentence about each thing that could not be read.

    Raises:
        UnreadableSource: it is no export that kmassist knows.
    """
    text, faults = read_text(data, clean_text(path.name))
    form = _format(text[:20_000]) or _format(text)
    if form is None:
        raise UnreadableSource(
            f"{clean_text(path.name)} is not a reference export that kmassist knows.",
            "Export it as RIS, NBIB, BibTeX, EndNote or CSL JSON; save a table as .xlsx or .csv.",
            kind="damaged" if text.strip() else "empty",
        )
    media_type, read = form
    problems: list[str] = faults
    return media_type, list(read(text, problems)), problems


def _format(text: str) -> tuple[str, _Read] | None:
    for is_of_form, media_type, read in (
        (is_ris, "application/x-research-info-systems", read_ris),
        (is_medline, "application/nbib", read_medline),
        (is_web_of_science, "application/x-inst-for-scientific-info", read_web_of_science),
        (is_endnote, "application/x-endnote-refer", read_endnote),
        (is_ovid, "application/x-ovid", read_ovid),
        (is_csl, "application/vnd.citationstyles.csl+json", read_csl),
        (_is_tabbed, "text/tab-separated-values", _read_tabbed),
    ):
        if is_of_form(text):
            return media_type, read
    from kmassist.readers.references.bibtex import is_bibtex, read_bibtex

    return ("application/x-bibtex", read_bibtex) if is_bibtex(text) else None


# What Rayyan, Covidence, PubMed, Embase, Scopus, Web of Science, Lens, Dimensions, Zotero, CENTRAL and ASReview call their columns, and
# the two letters of RIS; folded, without signs. Best first.
_COLUMNS = {
    "title": ("title", "article title", "document title", "primary title", "titles", "ti", "t1"),
    "abstract": ("abstract", "abstract note", "notes abstract", "ab", "n2"),
    "authors": (
        "author full names", "af", "authors", "author", "author names", "author s", "first authors", "au", "a1",
    ),
    "journal": (
        "journal", "journal name", "journal title", "journal book", "source title", "publication title", "publication name",
        "secondary title", "alternate title3", "pubtitle", "jo", "jf", "t2", "so", "source",
    ),
    "date": ("publication year", "year", "published year", "pubyear", "year published", "year of publication", "py", "y1"),
    "day": ("date of publication", "publication date", "date published", "date", "pubdate", "da"),
    "month": ("month", "published month", "publication month"),
    "day of month": ("day",),
    "doi": ("doi", "digital object identifier", "digital object identifier doi", "do", "di"),
    "pmid": ("pmid", "pubmed id", "medline pmid", "accession number pmid", "pm"),
    "pmcid": ("pmcid", "pmc id"),
    "keywords": ("keywords", "author keywords", "manual tags", "tags", "kw", "de"),
    "volume": ("volume", "vl"),
    "issue": ("issue", "issue number", "number", "is"),
    "pages": ("pages", "pagination"),
    "start": ("page start", "start page", "first page", "sp", "bp", "art no"),
    "end": ("page end", "end page", "last page", "ep"),
    "url": ("url", "link", "links", "document url", "ur"),
    "publisher": ("publisher", "institution", "pb"),
    "isbn": ("isbn",),
    "language": ("language", "language of article", "language of original document", "la"),
    "kind": ("item type", "reference type", "ty"),
    "publication_types": ("document type", "publication type", "type of work", "dt"),
    "note": ("notes", "note", "n1", "extra"),
    "files": ("file attachments",),
    "screening": ("included", "label included", "asreview label", "screening decision", "decision"),
}  # fmt: skip
_EXCLUDED = frozenset({"0", "0.0", "no", "false", "exclude", "excluded", "irrelevant"})


def documents_of_table(
    header: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    path: Path,
    data: bytes,
    media_type: str,
) -> list[Document]:
    """References of a spreadsheet export; none unless it has a title column and an abstract or identifier beside it."""
    references = _references_of_table(header, rows)
    return documents_of(references, path, data, media_type=media_type) if references else []


def _references_of_table(header: Sequence[Any], rows: Sequence[Sequence[Any]]) -> list[Reference]:
    names = [re.sub(r"[\W_]+", " ", str(heading or "")).strip().casefold() for heading in header]
    present = {kind for kind, known in _COLUMNS.items() if set(known) & set(names)}
    if "title" not in present or not ({"abstract", "doi", "pmid"} & present) or len(present) < 3:
        return []
    references = []
    for row in rows:
        if any(str(value or "").strip() for value in row):
            cells = dict(
                reversed(
                    [
                        (name, str(value))
                        for name, value in zip(names, row, strict=False)
                        if value is not None
                    ]
                )
            )
            references.append(_without_numbers(_of_row(cells)))
    return references


def _is_tabbed(text: str) -> bool:
    """Whether tabs part the names of columns, as Web of Science exports them."""
    header, *rows = [line.split("\t") for line in text[:20_000].splitlines()[:2]] or [[]]
    return len(header) > 2 and bool(_references_of_table(header, rows))


def _read_tabbed(text: str, _: list[str]) -> Iterator[Reference]:
    header, *rows = [line.split("\t") for line in text.splitlines()]
    yield from _references_of_table(header, rows)


def _without_numbers(reference: Reference) -> Reference:
    """Scopus writes its number of an author after each full name: "Farrow, Joanne (57200000000)"."""
    named = tuple(re.sub(r"\s*\(\d+\)(?=;|$)", "", name) for name in reference.authors)
    return replace(reference, authors=named)


_IN_ONE_CELL = re.compile(
    r"(?P<journal>.+?)\s*\((?P<year>(?:19|20)\d\d)\)(?:\s*(?P<volume>\d+)(?::(?P<issue>[\w-]+))?)?"
    r"(?:\s*\((?P<pages>[\w-]+)\))?(?P<rest>.*)$"
)
"""Embase writes journal, year, volume and pages together: "BMJ Open (2004) 102:4 (253-258). Date of Publication: 25 Aug 2004"."""


def _from_one_cell(found: Reference, source: re.Match[str]) -> Reference:
    return replace(
        found,
        journal=source["journal"],
        volume=found.volume or source["volume"] or "",
        issue=found.issue or source["issue"] or "",
        pages=found.pages or source["pages"] or "",
    )


def _of_row(cells: dict[str, str]) -> Reference:
    plain = {name: cell.strip() for name, cell in cells.items()}
    table = {
        kind: known
        for kind, known in _COLUMNS.items()
        if kind not in ("day", "month", "day of month")
    }
    found = reference_of(plain, table)

    def cell(kind: str) -> str:
        return next(
            (text for name in _COLUMNS[kind] if (text := tidy.stated(plain.get(name, "")))), ""
        )

    # PubMed's CSV has volume, issue and pages in its citation alone: "BMJ. 2023 Apr 2;13(4):e067. doi: ...".
    cited = re.search(
        r"((?:19|20)\d\d[ \w]*);(\d+)(?:\(([^)]{1,20})\))?:([A-Za-z]?\d+(?:-\d+)?)",
        plain.get("citation", ""),
    )
    if cited and not found.volume:
        found = replace(found, volume=cited[2], issue=cited[3] or "", pages=cited[4])
    year, month, day = (
        found.date.removesuffix(".0"),
        cell("month").removesuffix(".0"),
        cell("day of month").removesuffix(".0"),
    )
    stated = tidy.date(cell("day") or (cited[1] if cited else ""))
    if source := _IN_ONE_CELL.match(found.journal):
        dated = re.search(r"Date of Publication:\s*(.+?)\.?$", source["rest"])
        stated = stated or (tidy.date(dated.group(1)) if dated else None)
        year = year or source["year"]
        found = _from_one_cell(found, source)
    joined = (
        " ".join(part for part in (year, month, day) if part)
        if not month.isdigit()
        else "-".join(filter(None, (year, month, day)))
    )
    date = stated if stated and (not year or stated.startswith(year)) else tidy.date(joined)
    return replace(
        found,
        date=date or year,
        keywords=tuple(
            word
            for text in found.keywords
            for part in re.split(r"[;|]", text)
            if (word := part.strip())
        ),
        publication_types=tuple(
            part.strip() for text in found.publication_types for part in text.split(";")
        ),
        files=tuple(
            part.strip() for text in found.files for part in text.split(";") if part.strip()
        ),
        screening="excluded" if found.screening.strip().casefold() in _EXCLUDED else "",
    )
