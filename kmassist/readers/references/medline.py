"""MEDLINE text (NBIB) by the nbib library, record by record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import nbib
from nbib.exceptions import MalformedLine, UnknownTagFormat

from kmassist.readers.references.model import Reference

_TAG = re.compile(r"^([A-Z][A-Z ]{3})-(?:\s|$|(?=\d))")
_GOOD = re.compile(r"^[ A-Z]{4}[- ] .*$")
_SURPRISES = (
    MalformedLine,
    UnknownTagFormat,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    AttributeError,
)


def is_medline(head: str) -> bool:
    """Whether a text begins as MEDLINE records do."""
    return bool(re.search(r"^\ufeff?(PMID|STAT|OWN |TI  |PMC )-", head, re.M)) and bool(
        re.search(r"^(TI  |BTI |FAU |AU  |PT  |DP  )-", head, re.M)
    )


def read_medline(text: str, problems: list[str]) -> Iterator[Reference]:
    """References of an NBIB file. A tag that nbib refuses is dropped, not its record."""
    for lines in _records(text):
        entry = _parse(lines, problems)
        if entry:
            yield _reference(entry, lines)


def _records(text: str) -> Iterator[list[str]]:
    """The lines of each record: it ends at a blank line that a tag follows, or where a second PMID begins."""
    record: list[str] = []
    gap = False
    for raw in text.lstrip("\ufeff").splitlines():
        line = raw.rstrip()
        if not line:
            gap = True
            continue
        tag = _TAG.match(line)
        if (
            record
            and tag
            and (
                gap or (tag.group(1) == "PMID" and any(item.startswith("PMID-") for item in record))
            )
        ):
            yield record
            record = []
        gap = False
        if tag:
            record.append(f"{line[:5]} {line[5:].lstrip()}")
        elif record:
            record.append(line if _GOOD.match(line) else f"      {line.strip()}")
    if record:
        yield record


def _parse(lines: list[str], problems: list[str]) -> dict[str, Any]:
    try:
        return _read(lines)
    except _SURPRISES:
        pass
    good: list[str] = []
    dropped: list[str] = []
    for group in _by_tag(lines):
        try:
            _read(group)
        except _SURPRISES:
            if not group[0][6:].strip():
                continue  # a tag without a value
            dropped.append(group[0][:4].strip())
            continue
        good += group
    if dropped:
        problems.append(
            f"In one reference the tags {', '.join(sorted(set(dropped)))} could not be read."
        )
    try:
        return _read(good) if good else {}
    except _SURPRISES:
        return {}


def _read(lines: list[str]) -> dict[str, Any]:
    entries = nbib.read("\n".join(lines) + "\n\n")
    return entries[0] if entries else {}


def _by_tag(lines: list[str]) -> Iterator[list[str]]:
    group: list[str] = []
    for line in lines:
        if _TAG.match(line) and group:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _reference(entry: dict[str, Any], lines: list[str]) -> Reference:
    tags = _raw(lines)
    bodies = [
        name for group in _by_tag(lines) if group[0].startswith("CN ") and (name := _value(group))
    ]
    authors = [
        str(author.get("author") or author.get("author_abbreviated") or "")
        for author in entry.get("authors") or []
    ]
    keywords = [str(word).strip("* ") for word in entry.get("keywords") or []]
    descriptors = [str(item.get("descriptor", "")) for item in entry.get("descriptors") or []]
    # PMC is asked for in the raw lines: nbib keeps it as a number and refuses a suffix.
    return Reference(
        title=str(entry.get("title") or entry.get("book_title") or tags.get("BTI", "")),
        sections=(("", str(entry.get("abstract") or "")),),
        authors=(*authors, *(f"{name}," for name in bodies)),
        journal=str(entry.get("journal") or entry.get("journal_abbreviated") or ""),
        date=str(entry.get("publication_date") or tags.get("DP", "")),
        volume=str(entry.get("journal_volume") or ""),
        issue=str(entry.get("journal_issue") or ""),
        pages=str(entry.get("pages") or ""),
        doi=str(entry.get("doi") or "") or _stated_doi(lines),
        pmid=str(entry.get("pubmed_id") or ""),
        pmcid=tags.get("PMC", ""),
        language=str(entry.get("language") or ""),
        keywords=tuple(dict.fromkeys(word for word in keywords + descriptors if word)),
        publication_types=tuple(map(str, entry.get("publication_types") or [])),
        note="Retraction in" if "RIN" in tags else "",
    )


def _stated_doi(lines: list[str]) -> str:
    """The DOI of a ``LID`` or ``AID`` line: nbib reads it from one of them only."""
    found = (re.match(r"(?:LID|AID) - (?:doi:)?(10\.\S+)", line) for line in lines)
    return next((match.group(1) for match in found if match), "")


def _raw(lines: list[str]) -> dict[str, str]:
    """First value of each tag."""
    found: dict[str, str] = {}
    for group in _by_tag(lines):
        found.setdefault(group[0][:4].strip(), _value(group))
    return found


def _value(group: list[str]) -> str:
    return " ".join(line[6:].strip() for line in group)
