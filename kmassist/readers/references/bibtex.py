"""BibTeX by bibtexparser 2: entries that fail are left out one by one."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import bibtexparser
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from kmassist.documents.names import parse_name, split_names
from kmassist.readers.raised import CLOSE, OPEN, settle_raised
from kmassist.readers.references.model import Reference, reference_of

logging.getLogger("bibtexparser").setLevel(
    logging.CRITICAL
)  # it logs the text of failed blocks; problems are reported instead

_RECORD = {
    "title": ("title",),
    "abstract": ("abstract",),
    "journal": ("journal", "journaltitle", "booktitle"),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "pages": ("pages", "eid"),
    "doi": ("doi",),
    "pmid": ("pmid",),
    "pmcid": ("pmcid", "pmc"),
    "isbn": ("isbn",),
    "url": ("url", "howpublished"),
    "publisher": ("institution", "organization", "publisher", "school"),
    "language": ("language", "langid"),
    "note": ("note", "annote"),
}
_VERBATIM = frozenset({"doi", "url", "file"})


def is_bibtex(head: str) -> bool:
    """Whether a text looks like BibTeX."""
    return bool(re.search(r"^\s*@[A-Za-z]{3,20}\s*[{(]", head, re.M))


def read_bibtex(text: str, problems: list[str]) -> Iterator[Reference]:
    """References of a BibTeX file, LaTeX decoded to plain words; what an entry leaves to its ``crossref`` comes from there."""
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
    strings = {key.casefold(): str(string.value) for key, string in library.strings_dict.items()}
    fields = {str(entry.key).casefold(): _fields(entry, strings) for entry in entries}
    for entry in entries:
        own = _fields(entry, strings)
        parent = fields.get(own.get("crossref", "").casefold(), {})
        inherited = {
            key: value
            for key, value in parent.items()
            if key not in ("title", "crossref", "doi", "abstract")
        }
        if parent.get("title"):
            inherited["booktitle"] = parent["title"]
        yield _reference({**inherited, **own}, entry.entry_type)


def _fields(entry: Any, strings: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in entry.fields:
        found.setdefault(field.key.casefold(), _joined(str(field.value), strings))
    return found


def _joined(value: str, strings: Mapping[str, str]) -> str:
    """A value written in pieces, ``bmj # { Open}``, as one."""
    if not re.search(r"[}\"\w]\s*#\s*[{\"\w]", value):
        return value
    pieces = re.split(r"\s+#\s+", value)
    known = [
        piece in strings or piece.casefold() in strings or piece[:1] in '{"' for piece in pieces
    ]
    if not all(known):
        return value
    return "".join(
        piece[1:-1] if piece[:1] in '{"' else strings.get(piece, strings.get(piece.casefold(), ""))
        for piece in pieces
    )


def _reference(raw: Mapping[str, str], kind: str) -> Reference:
    # Names are told apart while the braces still say which of them are bodies.
    authors = [
        part
        for name in split_names(raw.get("author") or raw.get("editor") or "")
        if (part := _name(name))
    ]
    values = {
        key: _verbatim(value) if key in _VERBATIM else plain(value) for key, value in raw.items()
    }
    year, month = values.get("year") or values.get("date", ""), values.get("month", "")
    is_month = re.fullmatch(r"[A-Za-z]{3,9}\.?", month) and re.fullmatch(r"\d{4}", year)
    found = reference_of(values, _RECORD)
    return replace(
        found,
        authors=tuple(authors),
        date=f"{year} {month}".strip() if is_month else year,
        pages=found.pages.replace("--", "-"),
        keywords=tuple(
            word for part in re.split(r"[;,]", values.get("keywords", "")) if (word := part.strip())
        ),
        files=tuple(
            re.findall(r"(?:^|;)(?:[^:;]*:)?([^:;]+\.\w{2,5})(?=:|;|$)", values.get("file", ""))
        ),
        collections=tuple(
            word
            for name in ("groups", "mendeley-groups")
            for part in re.split(r"[;,]", values.get(name, ""))
            if (word := part.strip())
        ),
        kind=kind,
    )


def _name(raw: str) -> str:
    name = plain(raw)
    if raw.startswith("{") and raw.endswith("}") and raw.count("{") == 1:
        return f"{{{name}}}"
    return name if name.casefold() == "others" else str(parse_name(name))


def _verbatim(value: str) -> str:
    r"""A DOI or address: LaTeX escapes of single signs (``\_``) undone, all else as it stands."""
    return re.sub(r"\\([_%&#~$^{}])", r"\1", value.replace(r"\url", "")).strip(" {}")


def _latex() -> LatexNodes2Text:
    macros = get_default_latex_context_db()
    signs = {"pounds": "£", "textsterling": "£", "texteuro": "€", "euro": "€"}
    macros.add_context_category(
        "money", macros=[MacroTextSpec(name, sign) for name, sign in signs.items()], prepend=True
    )
    return LatexNodes2Text(math_mode="text", keep_braced_groups=False, latex_context=macros)


_DECODER = _latex()


def plain(value: str) -> str:
    """A field's value without LaTeX: accents, signs and formulas decoded, braces and commands gone. ``10$^6$`` is ``10^6``."""
    if "\\" in value or "$" in value:
        # In an abstract "50% of women" begins no comment, and a lone "$5" no formula.
        safe = re.sub(r"(?<!\\)%", r"\\%", value)
        if len(re.findall(r"(?<!\\)\$", safe)) % 2:
            safe = re.sub(r"(?<!\\)\$", r"\\$", safe)
        safe = re.sub(r"\\textsuperscript\s*\{([^{}]*)\}", rf"{OPEN}\1{CLOSE}", safe)
        try:
            value = str(_DECODER.latex_to_text(safe))
        except (ValueError, IndexError, AttributeError, RecursionError):
            value = re.sub(r"\\[a-zA-Z]+\s?", "", value)
        value = settle_raised(re.sub(r"(?<=[A-Za-z])_(\d+)", r"\1", value))  # H_2O
    return " ".join(value.replace("{", "").replace("}", "").split())
