"""The set desk: named parts of the library, kept in it and looked at anew each time they are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kmassist.assistant.typed import typed
from kmassist.documents.document import Document
from kmassist.errors import RecordError
from kmassist.index import Filter, Index
from kmassist.question.vocabulary import Vocabulary
from kmassist.records.sets import SourceSet
from kmassist.records.store import Records
from kmassist.settings.model import Settings

_SEE = "kmassist sets"


class SetDesk:
    """Sets of one library."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._index = index
        self._settings = settings
        self._sets = Records(
            index, "set", SourceSet, key="name", see=_SEE, typed=typed(settings.privacy)
        )

    def list(self) -> Sequence[SourceSet]:
        """All sets by name."""
        return sorted(self._sets.all(), key=lambda s: s.name.casefold())

    def get(self, name: str) -> SourceSet:
        """A set by its name, in any case, or by the beginning of it.

        Raises:
            RecordError: there is none, or there are several.
        """
        same = [s for s in self._sets.all() if s.name.casefold() == name.strip().casefold()]
        return same[0] if same else self._sets.get(name.strip())

    def save(self, name: str, **fields: Any) -> SourceSet:
        """Make a set, or give one of that name another rule; the documents named in it stay.

        Raises:
            RecordError: a topic is unknown, or the set would be of nothing.
        """
        name = " ".join(name.split())
        before = next((s for s in self.list() if s.name.casefold() == name.casefold()), None)
        named = Vocabulary.load(self._settings.retrieval.vocabulary).topic_named
        fields["topics"] = tuple(named(said) for said in fields.get("topics", ()))
        kept = {"doc_ids": before.doc_ids, "without": before.without} if before else {}
        made = self._sets.make({**kept, **fields, "name": before.name if before else name})
        if not made.has_rule and not made.doc_ids:
            raise RecordError(
                "A set is of something.",
                "Name a topic, a collection, kinds of source, years, or documents.",
            )
        return self._sets.put(made)

    def put_in(self, name: str, doc_ids: Sequence[str]) -> SourceSet:
        """Put documents into a set, whatever its rule; makes it when it is not there."""
        known = [s for s in self.list() if s.name.casefold() == name.strip().casefold()]
        before = known[0] if known else self._sets.make({"name": " ".join(name.split())})
        return self._sets.put(
            before.model_copy(
                update={
                    "doc_ids": tuple(dict.fromkeys((*before.doc_ids, *doc_ids))),
                    "without": tuple(d for d in before.without if d not in doc_ids),
                }
            )
        )

    def take_out(self, name: str, doc_ids: Sequence[str]) -> SourceSet:
        """Take documents out of a set, also those that its rule would let in."""
        before = self.get(name)
        return self._sets.put(
            before.model_copy(
                update={
                    "doc_ids": tuple(d for d in before.doc_ids if d not in doc_ids),
                    "without": tuple(dict.fromkeys((*before.without, *doc_ids))),
                }
            )
        )

    def delete(self, name: str) -> SourceSet:
        """Remove a set, none of its documents; returns what it was."""
        return self._sets.delete(self.get(name).name)

    def members(self, name: str) -> Sequence[Document]:
        """The documents in a set now."""
        return self.get(name).members(self._index.documents())

    def collections(self) -> Mapping[str, int]:
        """Collections of reference managers that documents are in -> how many are."""
        return Counter(c for d in self._index.documents() for c in d.metadata.collections)

    def filter(self, name: str, where: Filter | None = None) -> Filter:
        """A filter that lets through what is in a set, and what another filter lets through besides.

        Raises:
            RecordError: there is no such set, or nothing is in it.
        """
        found = self.get(name)
        where = where or Filter()
        ids = frozenset(d.doc_id for d in found.members(self._index.documents()))
        ids = ids & where.doc_ids if where.doc_ids else ids
        if not ids:
            raise RecordError(
                f"Nothing in the library is in the set '{found.name}' ({found.says}).",
                f"See 'kmassist sets show {found.name}'.",
            )
        return replace(where, doc_ids=ids, set_name=found.name)
