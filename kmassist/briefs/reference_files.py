"""References as RIS, BibTeX and CSV, for reference managers and spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kmassist.briefs.model import SourceLine
from kmassist.documents.names import Name, parse_name
from kmassist.text.tables import to_csv

_BIBTEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
}
_BIBTEX |= {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def ris_of(sources: Iterable[SourceLine]) -> str:
    """One RIS record a source, in their order."""
    return "".join(_ris(line) for line in sources)


def bibtex_of(sources: Iterable[SourceLine]) -> str:
    """One BibTeX entry a source; keys are ``ref`` and the reference's number."""
    return "\n".join(_bibtex(line) for line in sources)


def references_csv(sources: Iterable[SourceLine]) -> str:
    """One line a source, safe to open in a spreadsheet."""
    header = ("authors", "year", "title", "journal or issuer", "kind", "design", "doi", "pmid", "link", "topics", "reference", "id")  # fmt: skip
    return to_csv(header, [_row(line) for line in sources])


def _row(line: SourceLine) -> tuple[object, ...]:
    meta = line.metadata
    return (
        "; ".join(meta.authors),
        (meta.published or meta.evidence_date or "")[:4],
        meta.title or line.cite_as,
        meta.journal or meta.issuer,
        meta.source_type.label if meta.source_type else "",
        meta.design.label if meta.design else "",
        meta.doi,
        meta.pmid,
        line.link,
        "; ".join(meta.topics),
        line.reference,
        line.doc_id,
    )


def _fields(line: SourceLine) -> Iterable[tuple[str, str, str]]:
    """RIS tag, BibTeX field and value."""
    meta = line.metadata
    yield "TI", "title", meta.title or line.cite_as
    yield "T2", "journal", meta.journal
    yield "PB", "publisher" if meta.journal else "institution", meta.issuer
    yield "VL", "volume", meta.volume
    yield "IS", "number", meta.issue
    yield "PY", "year", (meta.published or meta.evidence_date or "")[:4]
    yield "DO", "doi", meta.doi
    yield "SN", "isbn", meta.isbn
    yield "UR", "url", line.link


def _authors(line: SourceLine) -> list[Name]:
    """Who wrote it; who issued it where nobody is named."""
    meta = line.metadata
    return [parse_name(name) for name in meta.authors] or (
        [Name(literal=meta.issuer)] if meta.issuer else []
    )


def _pages(pages: str) -> tuple[str, str]:
    """First and last page; no last one for an article number such as ``e12-3``."""
    match = re.fullmatch(r"\s*([A-Za-z]?\d+)\s*[-–—]+\s*([A-Za-z]?\d+)\s*", pages)
    return (match.group(1), match.group(2)) if match else (pages.strip(), "")


def _ris(line: SourceLine) -> str:
    meta = line.metadata
    rows = [("TY", "JOUR" if meta.journal else "RPRT")]
    # A body's name ends in a comma, so that no reference manager takes its last word for a surname.
    rows += [
        ("AU", f"{name.literal}," if " " in name.literal else str(name).rstrip(","))
        for name in _authors(line)
    ]
    rows += [(tag, value) for tag, _, value in _fields(line) if value]
    rows += [
        (tag, page) for tag, page in zip(("SP", "EP"), _pages(meta.pages), strict=True) if page
    ]
    if meta.published:
        parts = [*meta.published.split("-"), "", ""][:3]
        rows.append(("DA", "/".join(parts) + "/"))
    if meta.pmid:
        rows.append(("AN", meta.pmid))
    kind = meta.source_type.label if meta.source_type else ""
    notes = (
        line.doc_id,
        kind,
        meta.design.label if meta.design else "",
        meta.status,
        "synthetic" if meta.is_synthetic else "",
    )
    rows.append(("N1", "; ".join(part for part in notes if part)))
    return "".join(f"{tag}  - {_flat(value)}\n" for tag, value in rows) + "ER  - \n\n"


def _bibtex(line: SourceLine) -> str:
    meta = line.metadata
    author = " and ".join(map(_bibtex_name, _authors(line)))
    kind = meta.source_type.label if meta.source_type else ""
    note = "; ".join(
        part for part in (kind, f"PMID {meta.pmid}" if meta.pmid else "", line.doc_id) if part
    )
    rows = [
        ("author", author),
        *(
            (field, _verbatim(value) if field in ("doi", "url") else _escape(value))
            for _, field, value in _fields(line)
        ),
        ("pages", _escape("--".join(page for page in _pages(meta.pages) if page))),
        ("note", _escape(note)),
    ]
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in rows if value)
    return f"@{'article' if meta.journal else 'techreport'}{{ref{line.number},\n{body}}}\n"


def _bibtex_name(name: Name) -> str:
    """A body's name in braces, so that nothing splits it into first and last name; a suffix between, as BibTeX has it."""
    if name.literal:
        return f"{{{_escape(name.literal)}}}"
    return ", ".join(_escape(part) for part in (name.family, name.suffix, name.given) if part)


def _verbatim(value: str) -> str:
    """An address leads somewhere only as it stands; braces alone would break the entry."""
    return _flat(value).replace("{", "%7B").replace("}", "%7D")


def _escape(value: str) -> str:
    return "".join(_BIBTEX.get(char, char) for char in _flat(value))


def _flat(value: str) -> str:
    return re.sub(r"\s+", " ", value).strip()
