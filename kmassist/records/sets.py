"""Sets: a topic, a project, a collection of a reference manager saved under a name, to ask and look in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field

from kmassist.documents.document import Document, SourceType
from kmassist.documents.frozen import Frozen


class SourceSet(Frozen):
    """A named part of the library. What it says of topics, collections, kinds and years must all hold, and is looked at anew
    each time; ``doc_ids`` are in it whatever they are, ``without`` never."""

    name: str = Field(min_length=1, max_length=60)
    topics: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    source_types: tuple[SourceType, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    doc_ids: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    note: str = ""

    @property
    def has_rule(self) -> bool:
        """Whether documents get in by what they are; without a rule only those named are in it."""
        return bool(
            self.topics or self.collections or self.source_types or self.year_from or self.year_to
        )

    @property
    def says(self) -> str:
        """What it is made of, in words."""
        parts = [
            f"topic {', '.join(self.topics)}" if self.topics else "",
            f"collection {', '.join(self.collections)}" if self.collections else "",
            f"kind {', '.join(t.value for t in self.source_types)}" if self.source_types else "",
            f"from {self.year_from}" if self.year_from else "",
            f"to {self.year_to}" if self.year_to else "",
            f"{len(self.doc_ids)} named" if self.doc_ids else "",
            f"without {len(self.without)}" if self.without else "",
        ]
        return "; ".join(part for part in parts if part)

    def holds(self, document: Document) -> bool:
        if document.doc_id in self.without:
            return False
        return document.doc_id in self.doc_ids or (self.has_rule and self._fits(document))

    def _fits(self, document: Document) -> bool:
        meta = document.metadata
        year = (meta.dated or "")[:4]
        return (
            (not self.topics or bool(set(self.topics) & set(meta.topics)))
            and (not self.collections or _is_in(self.collections, meta.collections))
            and (not self.source_types or meta.source_type in self.source_types)
            and (self.year_from is None or (bool(year) and int(year) >= self.year_from))
            and (self.year_to is None or (bool(year) and int(year) <= self.year_to))
        )

    def members(self, documents: Iterable[Document]) -> list[Document]:
        """The documents in it, in the order given."""
        return [document for document in documents if self.holds(document)]


def _is_in(wanted: Sequence[str], collections: Sequence[str]) -> bool:
    """Whether one of the collections, or one above it (``Maternity > Triage``), is wanted."""
    named = {_fold(name) for name in wanted}
    return any(
        _fold(place) in named
        or any(_fold(part) in named for part in place.replace("/", ">").split(">"))
        for place in collections
    )


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
