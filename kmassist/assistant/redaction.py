"""Finding and replacing personal data in a whole document: its text, and every string of its metadata."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from kmassist.documents import Document, Metadata, make_doc_id
from kmassist.identifiers import Identifier, find_identifiers, redact

_PUBLIC_FIELDS = frozenset({"doi", "pmid", "pmcid", "url", "isbn", "registration", "authors", "came_from", "issuer", "journal"})
"""Fields of the published record, whose names and numbers are not a patient's."""


def scan_document(document: Document, hospital_pattern: str = "") -> list[Identifier]:
    """Identifiers in the text, the file's name and the metadata; the spans of those outside the text are meaningless."""
    kind = document.metadata.source_type
    elsewhere = " \n".join(
        [document.source_name, *_strings(document.metadata.model_dump(mode="json", exclude=set(_PUBLIC_FIELDS)))]
    )
    return [
        *find_identifiers(document.text, kind, hospital_pattern=hospital_pattern),
        *(item for item in find_identifiers(elsewhere, kind, hospital_pattern=hospital_pattern) if item.blocks),
    ]


def redact_document(document: Document, hospital_pattern: str = "") -> Document:
    """The document with every identifier replaced by its token; pages and headings move with the text."""
    kind = document.metadata.source_type
    inside = find_identifiers(document.text, kind, hospital_pattern=hospital_pattern)
    text = redact(document.text, inside)
    ends = [item.end for item in inside]
    shifts = [0]
    for item in inside:
        shifts.append(shifts[-1] + len(item.kind.value) + 2 - (item.end - item.start))

    def move(offset: int) -> int:
        return max(0, min(len(text), offset + shifts[bisect_right(ends, offset)]))

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            found = find_identifiers(value, kind, hospital_pattern=hospital_pattern)
            return redact(value, [i for i in found if i.blocks])
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [clean(item) for item in value]
        return value

    values = document.metadata.model_dump(mode="json")
    values = {name: value if name in _PUBLIC_FIELDS else clean(value) for name, value in values.items()}
    return document.model_copy(
        update={
            "doc_id": make_doc_id(text, document.locator),
            "text": text,
            "metadata": Metadata.model_validate(values),
            "pages": tuple(p.model_copy(update={"start": move(p.start), "end": move(p.end)}) for p in document.pages),
            "headings": tuple(
                h.model_copy(update={"start": move(h.start), "end": move(h.end), "title": clean(h.title)})
                for h in document.headings
            ),
            "source_name": clean(document.source_name),
        }
    )


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _strings(item)]
    return []
