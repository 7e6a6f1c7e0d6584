"""CSL JSON, as Zotero, Mendeley and Paperpile export it: a list of items with the names of the Citation Style Language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from kmassist.readers.references.model import Reference, reference_of
from kmassist.text.counts import counted

_TELLS = re.compile(r'"(?:container-title|date-parts|title-short|issued)"\s*:')
_RECORD = {
    "title": ("title",),
    "abstract": ("abstract",),
    "journal": ("container-title",),
    "volume": ("volume",),
    "issue": ("issue",),
    "pages": ("page",),
    "doi": ("DOI",),
    "pmid": ("PMID",),
    "pmcid": ("PMCID",),
    "isbn": ("ISBN",),
    "url": ("URL",),
    "publisher": ("publisher",),
    "language": ("language",),
    "kind": ("type",),
    "note": ("note",),
    "keywords": ("keywords",),
    "authors": ("authors",),
    "date": ("date",),
}


def is_csl(head: str) -> bool:
    """Whether a text begins as a list of such items."""
    return head.lstrip("\ufeff \t\r\n").startswith("[") and bool(_TELLS.search(head))


def read_csl(text: str, problems: list[str]) -> Iterator[Reference]:
    """The items in order; what is no item is said."""
    try:
        items = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        problems.append("The list of references is cut off or damaged: export it again.")
        return
    left = 0
    for item in items:
        if not isinstance(item, dict):
            left += 1
            continue
        said: dict[str, Any] = {name: _plain(value) for name, value in item.items()}
        said["authors"] = [name for person in _list(item.get("author")) if (name := _name(person))]
        said["keywords"] = [
            word.strip() for word in re.split(r"[;,]", str(item.get("keyword", "")))
        ]
        said["date"] = _date(item.get("issued"))
        yield reference_of(said, _RECORD)
    if left:
        entries = counted(
            left, "entry of the list is no reference", "entries of the list are no references"
        )
        problems.append(f"{entries}: left out.")


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, (str, int, float)) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(person: Any) -> str:
    """``Family, Given``, or the name of a body."""
    if not isinstance(person, dict):
        return ""
    if literal := _plain(person.get("literal")):
        return literal
    particle = _plain(person.get("non-dropping-particle"))
    family = f"{particle} {_plain(person.get('family'))}".strip()
    given = _plain(person.get("given"))
    return f"{family}, {given}" if family and given else family


def _date(issued: Any) -> str:
    if not isinstance(issued, dict):
        return ""
    first = next(iter(_list(issued.get("date-parts"))), None)
    parts = [_plain(part) for part in _list(first)]
    if parts and all(part.isdigit() for part in parts):
        return "-".join(part.zfill(2) for part in parts)
    return _plain(issued.get("literal")) or _plain(issued.get("raw"))
