"""The references of a brief as RIS and BibTeX, for reference managers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kmassist.briefs import Brief
from kmassist.briefs.model import SourceLine

_BIBTEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%"}
_BIBTEX |= {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def to_ris(brief: Brief) -> str:
    """One RIS record a source, in the order of the reference list."""
    return "".join(_ris(line) for line in brief.sources)


def to_bibtex(brief: Brief) -> str:
    """One BibTeX entry a source; keys are ``ref`` and the reference's number."""
    return "\n".join(_bibtex(line) for line in brief.sources)


def _fields(line: SourceLine) -> Iterable[tuple[str, str, str]]:
    """RIS tag, BibTeX field and value."""
    meta = line.metadata
    yield "TI", "title", meta.title or line.cite_as
    yield "JO", "journal", meta.journal
    yield "PB", "institution", meta.issuer
    yield "VL", "volume", meta.volume
    yield "IS", "number", meta.issue
    yield "SP", "pages", meta.pages
    yield "PY", "year", (meta.published or meta.evidence_date or "")[:4]
    yield "DO", "doi", meta.doi
    yield "SN", "isbn", meta.isbn
    yield "UR", "url", line.link


def _ris(line: SourceLine) -> str:
    meta = line.metadata
    rows = [("TY", "JOUR" if meta.journal else "RPRT")]
    rows += [("AU", author) for author in meta.authors]
    rows += [(tag, value) for tag, _, value in _fields(line) if value]
    if meta.published:
        parts = [*meta.published.split("-"), "", ""][:3]
        rows.append(("DA", "/".join(parts) + "/"))
    if meta.pmid:
        rows.append(("AN", meta.pmid))
    kind = meta.source_type.label if meta.source_type else ""
    notes = (line.doc_id, kind, meta.design.label if meta.design else "", "synthetic" if meta.is_synthetic else "")
    rows.append(("N1", "; ".join(part for part in notes if part)))
    return "".join(f"{tag}  - {_flat(value)}\n" for tag, value in rows) + "ER  - \n\n"


def _bibtex(line: SourceLine) -> str:
    meta = line.metadata
    # a body's name in braces, so that no reference manager splits it into first and last name
    author = " and ".join(_escape(name) for name in meta.authors) or (f"{{{_escape(meta.issuer)}}}" if meta.issuer else "")
    kind = meta.source_type.label if meta.source_type else ""
    note = "; ".join(part for part in (kind, f"PMID {meta.pmid}" if meta.pmid else "", line.doc_id) if part)
    rows = [("author", author), *((field, _escape(value)) for _, field, value in _fields(line)), ("note", _escape(note))]
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in rows if value)
    return f"@{'article' if meta.journal else 'techreport'}{{ref{line.number},\n{body}}}\n"


def _escape(value: str) -> str:
    return "".join(_BIBTEX.get(char, char) for char in _flat(value))


def _flat(value: str) -> str:
    return re.sub(r"\s+", " ", value).strip()
