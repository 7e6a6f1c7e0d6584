"""BibTeX by bibtexparser 2: entries that fail are left out one by one."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import bibtexparser
from bibtexparser.middlewares import LatexDecodingMiddleware

from kmassist.readers.reference import Reference

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # it logs the text of failed blocks; problems are reported instead


def is_bibtex(head: str) -> bool:
    """Whether a text looks like BibTeX."""
    return bool(re.search(r"^\s*@[A-Za-z]{3,20}\s*[{(]", head, re.M))


def read_bibtex(text: str, problems: list[str]) -> Iterator[Reference]:
    """References of a BibTeX file, LaTeX decoded to plain words."""
    library = bibtexparser.parse_string(text.lstrip("\ufeff"))
    entries = list(library.entries)
    lost = 0
    for block in library.failed_blocks:
        # A doubled key or field is no reason to lose an entry: the library keeps it inside the failed block.
        entry = getattr(block, "ignore_error_block", None)
        if entry is not None and hasattr(entry, "fields"):
            entries.append(entry)
        else:
            lost += 1
    if lost:
        problems.append(f"{lost} entries could not be read and were left out.")
    entries.sort(key=lambda entry: entry.start_line or 0)
    for entry in entries:
        fields: dict[str, str] = {}
        for field in entry.fields:
            fields.setdefault(field.key.casefold(), _plain(str(field.value)))
        names = fields.get("author") or fields.get("editor") or ""
        month = fields.get("month", "")
        year = fields.get("year") or fields.get("date", "")
        yield Reference(
            title=fields.get("title", ""),
            sections=(("", fields.get("abstract", "")),),
            authors=tuple(name for name in re.split(r"\s+and\s+", names) if name),
            journal=fields.get("journal") or fields.get("journaltitle") or fields.get("booktitle", ""),
            date=f"{year} {month}".strip()
            if re.fullmatch(r"[A-Za-z]{3,9}\.?", month) and re.fullmatch(r"\d{4}", year)
            else year,
            volume=fields.get("volume", ""),
            issue=fields.get("number") or fields.get("issue", ""),
            pages=fields.get("pages", "").replace("--", "-"),
            doi=fields.get("doi", ""),
            pmid=fields.get("pmid", ""),
            pmcid=fields.get("pmcid") or fields.get("pmc", ""),
            isbn=fields.get("isbn", ""),
            url=fields.get("url", ""),
            publisher=fields.get("institution") or fields.get("organization") or fields.get("publisher", ""),
            language=fields.get("language", ""),
            keywords=tuple(word.strip() for word in re.split(r"[;,]", fields.get("keywords", "")) if word.strip()),
            kind=entry.entry_type,
        )


_DECODER = LatexDecodingMiddleware(allow_inplace_modification=True)


def _plain(value: str) -> str:
    """A field's value without LaTeX: accents decoded, braces and commands gone."""
    if "\\" in value or "$" in value:
        try:
            value = _DECODER._transform_python_value_string(value)[0]
        except (ValueError, IndexError, AttributeError, RecursionError):
            value = re.sub(r"\\[a-zA-Z]+\s?", "", value)
    return " ".join(value.replace("{", "").replace("}", "").split())
