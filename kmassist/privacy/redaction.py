"""Finding and replacing personal data in a whole document: its text, and every string of its metadata."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from kmassist.documents.document import ComposedSpan, Document, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.source_types import LOCAL_TYPES, SourceType
from kmassist.privacy.identifiers import Identifier, IdentifierKind, find_identifiers, redact

_NUMBERED = frozenset({"doi", "pmid", "pmcid", "isbn", "came_from"})
"""Registered numbers, which are never a patient's, and where values came from."""
_PUBLISHED = frozenset({"url", "registration", "authors", "issuer", "journal"})
"""Fields of the published record: names and addresses stand there by right, numbers of a person never do; in what a service
made itself they may name a patient as well as any other."""
_PERSONAL_NUMBERS = frozenset(
    {IdentifierKind.NHS_NUMBER, IdentifierKind.NATIONAL_INSURANCE, IdentifierKind.HOSPITAL_NUMBER}
)


def _in_field(
    name: str, value: str, kind: SourceType | None, hospital_pattern: str
) -> list[Identifier]:
    """What of a field of the metadata holds a document back."""
    if name in _NUMBERED:
        return []
    found = find_identifiers(value, kind, hospital_pattern=hospital_pattern)
    is_free = name in _PUBLISHED and kind is not None and kind not in LOCAL_TYPES
    return [i for i in found if i.blocks and (not is_free or i.kind in _PERSONAL_NUMBERS)]


def _in_path(path: str) -> str:
    """A path as words, so that what a folder is called is read as what a file is called."""
    return path.replace("/", " \n").replace("\\", " \n")


def scan_document(document: Document, hospital_pattern: str = "") -> list[Identifier]:
    """Identifiers in the text, the file's name and the metadata; the spans of those outside the text are meaningless."""
    kind = document.metadata.source_type
    fields = document.metadata.model_dump(mode="json")
    published = {name: " \n".join(_strings(fields.pop(name, ""))) for name in _PUBLISHED}
    rest = [name for name in fields if name not in _NUMBERED]
    elsewhere = [document.source_name, _in_path(document.source_path)]
    elsewhere += [words for name in rest for words in _strings(fields[name])]
    return [
        *find_identifiers(document.text, kind, hospital_pattern=hospital_pattern),
        *_in_field("", " \n".join(elsewhere), kind, hospital_pattern),
        *(
            item
            for name, words in published.items()
            for item in _in_field(name, words, kind, hospital_pattern)
        ),
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

    def clean(value: Any, name: str = "") -> Any:
        if isinstance(value, str):
            return redact(value, _in_field(name, value, kind, hospital_pattern))
        if isinstance(value, dict):
            return {key: clean(item, name) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [clean(item, name) for item in value]
        return value

    values = document.metadata.model_dump(mode="json")
    values = {name: clean(value, name) for name, value in values.items()}
    return document.model_copy(
        update={
            "doc_id": make_doc_id(text, document.locator),
            "text": text,
            "metadata": Metadata.model_validate(values),
            "pages": tuple(
                p.model_copy(update={"start": move(p.start), "end": move(p.end)})
                for p in document.pages
            ),
            "headings": tuple(
                h.model_copy(
                    update={"start": move(h.start), "end": move(h.end), "title": clean(h.title)}
                )
                for h in document.headings
            ),
            "apparatus": tuple(
                a.model_copy(update={"start": move(a.start), "end": move(a.end)})
                for a in document.apparatus
            ),
            "composed": tuple(
                ComposedSpan(start=move(span.start), end=move(span.end))
                for span in document.composed
            ),
            "source_name": clean(document.source_name),
            "source_path": "/".join(clean(part) for part in document.source_path.split("/")),
        }
    )


_NOT_TYPED = frozenset(
    {
        "authors",
        "journal",
        "reference",
        "cite_as",
        "doc_id",
        "passage_id",
        "source_sha256",
        "bundle_id",
    }
)
"""What of a record is a published entry or a key; the rest may hold words that somebody typed."""


def scan_record(value: Any, hospital_pattern: str = "") -> list[Identifier]:
    """Identifiers in every typed word of a record, as strictly as in a local source."""
    text = "\n".join(typed_words(value))
    found = find_identifiers(text, SourceType.SVE, hospital_pattern=hospital_pattern)
    return [item for item in found if item.blocks]


def typed_words(value: Any) -> list[str]:
    """Every typed word of a record, a string each."""
    return _strings(_typed(value))


def redact_record(value: Any, hospital_pattern: str = "") -> Any:
    """A record with every identifier replaced by its token."""
    if isinstance(value, str):
        found = find_identifiers(value, SourceType.SVE, hospital_pattern=hospital_pattern)
        return redact(value, [item for item in found if item.blocks])
    if isinstance(value, dict):
        return {
            key: part if key in _NOT_TYPED | _NUMBERED else redact_record(part, hospital_pattern)
            for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact_record(part, hospital_pattern) for part in value]
    return value


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _typed(v) for k, v in value.items() if k not in _NOT_TYPED | _NUMBERED}
    if isinstance(value, list | tuple):
        return [_typed(part) for part in value]
    return value


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _strings(item)]
    return []
