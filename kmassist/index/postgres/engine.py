"""class PostgresIndex: the Index protocol on a PostgreSQL database that many share.

A change is one transaction of its own partition, under that partition's lock; the words and vectors that searches read are
written in the same transaction, so that there is nothing to merge and no generation to be behind.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from kmassist.documents.document import Document
from kmassist.documents.metadata import Sharing
from kmassist.documents.passages import Passage
from kmassist.errors import (
    IndexingError,
)
from kmassist.index import Capabilities, Entry, Filter, Stats, trail
from kmassist.index.engine import check_entry, checked_query, damaged_original
from kmassist.index.lexical import words_fingerprint
from kmassist.index.postgres import dense, lexical, partitions, records, schema, store, writing
from kmassist.index.postgres.address import COMMON
from kmassist.index.postgres.connection import Tables, run
from kmassist.index.postgres.library import Library
from kmassist.index.postgres.partitions import Part
from kmassist.index.runs import Run

if TYPE_CHECKING:
    from kmassist.index.postgres.connection import Cursor

log = logging.getLogger(__name__)
T = TypeVar("T")
Vectors = NDArray[np.float32]
_DRIFT = 0.25
"""How far the mean length may move before the stored weights are made again; a farther one only costs time."""


class PostgresIndex(Library):
    """An `Index`; see `open_postgres`."""

    # writing ----------------------------------------------------------------------------------------------------------

    def add(self, entry: Entry, *, replaces: str | None = None) -> None:
        """See `Index.add`.

        Raises:
            IndexingError: a local document for the partition that every service reads.
        """
        document = entry.document
        check_entry(entry)

        def change(cursor: Cursor, part: Part, parts: list[Part]) -> Part:
            self._refuse_local(cursor, part, document)
            gone = [
                doc_id
                for doc_id in dict.fromkeys([document.doc_id, replaces or ""])
                if doc_id and _has(cursor, part, doc_id)
            ]
            for doc_id in gone:
                part = writing.remove(cursor, part, doc_id)
            blob = writing.put_original(cursor, part, entry.original)
            part = writing.put(
                cursor, part, entry, blob, self.dimension, numbers=self._remembered(part)
            )
            if part.passages and abs(part.length / part.passages / part.mean - 1) > _DRIFT:
                part = writing.weigh_again(cursor, part)
            self._audit(
                cursor,
                part,
                "update" if gone else "add",
                document.doc_id,
                passages=len(entry.passages),
            )
            return part

        self._write(change)

    def _refuse_local(self, cursor: Cursor, part: Part, document: Document) -> None:
        """Once services share the database, only what anybody may read goes where every service reads."""
        if part.name == COMMON and document.metadata.sharing == Sharing.TEAM:
            ((others,),) = run(
                cursor, f"SELECT count(*) FROM {schema.MAIN}.service WHERE name <> %s", (COMMON,)
            ).fetchall()
            if others:
                raise IndexingError(
                    f"{document.source_name or document.doc_id} is marked for one team, and every service reads this part.",
                    "Add it to the service's own part: ?partition=NAME at the end of the library's address.",
                )

    def update_metadata(self, document: Document) -> None:

        def change(cursor: Cursor, part: Part, parts: list[Part]) -> Part:
            self._refuse_local(cursor, part, document)
            _must_be_own(cursor, part, parts, document.doc_id)
            _, blob = store.place_of(cursor, [part], document.doc_id)
            held, _ = store.document(cursor, [part], document.doc_id)
            whole, changed = trail.edited(held, document)
            self._audit(cursor, part, "edit", document.doc_id, changed=changed)
            return writing.put_metadata(cursor, part, whole, blob, self._remembered(part))

        self._write(change)

    def delete(self, doc_id: str) -> None:
        """See `Index.delete`. The bytes go when the server cleans its tables, and from copies when those expire."""

        def change(cursor: Cursor, part: Part, parts: list[Part]) -> Part:
            _must_be_own(cursor, part, parts, doc_id)
            store.place_of(cursor, [part], doc_id)
            self._audit(cursor, part, "forget", doc_id)
            return writing.remove(cursor, part, doc_id)

        self._write(change)

    # reading ----------------------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """See `Index.capabilities`: dense is False while passages are held and none has a vector."""
        parts = self._server.read(self._parts)
        has_vectors = any(part.vectors for part in parts) or not any(
            part.passages for part in parts
        )
        may_write = (
            partitions.own(parts, self.address.partition).may_write and not self._is_read_only
        )
        return Capabilities(True, bool(self.dimension) and has_vectors, True, may_write)

    def document(self, doc_id: str) -> Document:
        return self._told_of(
            *self._read(lambda cursor, parts: store.document(cursor, parts, doc_id))
        )

    def documents(self, where: Filter | None = None) -> list[Document]:
        found = self._read(lambda cursor, parts: list(store.documents(cursor, parts, where)))
        return [self._told_of(document, says) for document, says in found]

    def _told_of(self, document: Document, says: str) -> Document:
        if says and says not in self._told:
            self._told.add(says)
            self._notice(f"{says} Correct it with `kmassist sources edit {document.doc_id}`.")
        return document

    def passages(self, passage_ids: Iterable[str]) -> list[Passage]:
        wanted = list(passage_ids)
        found = self._read(lambda cursor, parts: store.passages(cursor, parts, wanted))
        return [found[pid] for pid in wanted if pid in found]

    def passages_of(self, doc_id: str) -> list[Passage]:
        return self._read(lambda cursor, parts: store.passages_of(cursor, parts, doc_id))

    def lexical(self, terms: Mapping[str, float], k: int, where: Filter | None = None) -> Run:
        if k <= 0 or not terms:
            return Run(())
        return self._read(lambda cursor, parts: lexical.search(cursor, parts, terms, k, where))

    def dense(self, vector: Vectors, k: int, where: Filter | None = None) -> Run:
        query = checked_query(vector, self.dimension)
        if k <= 0:
            return Run(())
        return self._read(lambda cursor, parts: dense.search(cursor, parts, query, k, where))

    def vectors(self, passage_ids: Sequence[str]) -> Mapping[str, tuple[Vectors, Vectors]]:
        wanted = list(dict.fromkeys(passage_ids))
        return self._read(
            lambda cursor, parts: store.vectors(cursor, parts, wanted, self.dimension)
        )

    def document_frequency(self, terms: Iterable[str]) -> Mapping[str, int]:
        wanted = list(terms)
        return self._read(lambda cursor, parts: lexical.document_frequency(cursor, parts, wanted))

    def terms_from(self, start: str) -> list[str]:
        return self._read(lambda cursor, parts: list(store.terms_from(cursor, parts, start)))

    def original(self, doc_id: str) -> bytes | None:
        """See `Index.original`.

        Raises:
            IndexDamaged: the stored file is missing or has changed.
        """

        def look(cursor: Cursor, parts: list[Part]) -> bytes | None:
            name, blob = store.place_of(cursor, parts, doc_id)
            if blob is None:
                return None
            data = store.original(cursor, next(part for part in parts if part.name == name), blob)
            if data is None:
                raise damaged_original(doc_id)
            return data

        return self._read(look)

    def stats(self) -> Stats:

        def count(cursor: Cursor, parts: list[Part]) -> Stats:
            state = [(part.name, part.seq) for part in parts]
            if self._counted is None or self._counted[0] != state:
                self._counted = state, self._count(cursor, parts)
            return self._counted[1]

        return self._read(count)

    def _count(self, cursor: Cursor, parts: list[Part]) -> Stats:
        by_type = store.by_type(cursor, parts)
        seq = sum(part.seq for part in parts)
        return Stats(
            documents=sum(by_type.values()),
            passages=sum(part.passages for part in parts)
            - store.count_hidden(cursor, parts, "passage"),
            seq=seq,
            corpus_digest=store.corpus_digest(cursor, parts),
            by_type=by_type,
            embedder=self.embedder,
            dense_passages=sum(part.vectors for part in parts)
            - store.count_hidden(cursor, parts, "vector"),
            generation=f"{seq}-{words_fingerprint()}",
        )

    # records, audit ---------------------------------------------------------------------------------------------------

    def record_kinds(self) -> list[str]:
        """See `Index.record_kinds`; records are the own partition's."""
        return self._read_own(records.record_kinds)

    def records(self, kind: str) -> dict[str, dict[str, Any]]:
        """See `Index.records`; records are the own partition's."""
        return self._read_own(lambda cursor, part: records.records(cursor, part, kind))

    def put_record(self, kind: str, record_id: str, body: Mapping[str, Any]) -> None:

        def change(cursor: Cursor, part: Part, parts: list[Part]) -> None:
            if trail.is_followed(kind):
                before = records.records(cursor, part, kind).get(record_id)
                action, details = trail.record_act(kind, record_id, before, body)
                self._audit(cursor, part, action, "", **details)
            records.put_record(cursor, part, kind, record_id, body)

        self._write(change)

    def delete_record(self, kind: str, record_id: str) -> None:

        def change(cursor: Cursor, part: Part, parts: list[Part]) -> None:
            if trail.is_followed(kind) and record_id in records.records(cursor, part, kind):
                self._audit(cursor, part, f"delete {kind}", "", record=record_id)
            records.delete_record(cursor, part, kind, record_id)

        self._write(change)

    def audit(self, action: str, *, doc_id: str = "", **details: Any) -> None:
        """Add a line to the own partition's audit trail, durably; ``details`` are counts and codes, never words."""
        self._write(
            lambda cursor, part, parts: self._audit(cursor, part, action, doc_id, **details)
        )

    def adopt_trail(self, lines: Sequence[trail.AuditLine]) -> None:
        self._write(lambda cursor, part, parts: trail.adopt(_Trail(cursor, part), lines))

    def audit_trail(self) -> list[trail.AuditLine]:
        """The own partition's audit trail, oldest first."""
        return self._read_own(lambda cursor, part: trail.lines(_Trail(cursor, part)))

    def audit_problems(self) -> list[str]:
        """Where the chain of the own partition's audit trail is broken."""
        return self._read_own(lambda cursor, part: trail.problems(_Trail(cursor, part)))

    def _audit(self, cursor: Cursor, part: Part, action: str, doc_id: str, **details: Any) -> None:
        trail.append(_Trail(cursor, part), action, actor=self.actor, doc_id=doc_id, details=details)


class _Trail(Tables):
    """One partition's audit trail, and the settings that hold its head."""

    def __init__(self, cursor: Cursor, part: Part) -> None:
        super().__init__(cursor, part.schema)
        self._part = part

    def meta(self, key: str) -> str | None:
        return records.meta(self._cursor, self._part, key)

    def set_meta(self, key: str, value: str) -> None:
        records.set_meta(self._cursor, self._part, key, value)


def _has(cursor: Cursor, part: Part, doc_id: str) -> bool:
    return bool(
        store.rows_of(cursor, [part], "SELECT 1 FROM {schema}.document WHERE doc_id = %s", [doc_id])
    )


def _must_be_own(cursor: Cursor, part: Part, parts: Sequence[Part], doc_id: str) -> None:
    """What another partition holds can be read here, and changed only by whom it belongs to."""
    if _has(cursor, part, doc_id):
        return
    name, _ = store.place_of(cursor, parts, doc_id)
    whose = "the region" if name == COMMON else f"the service '{name}'"
    raise IndexingError(
        f"{doc_id} belongs to {whose} and cannot be changed from here.", "Ask its owner."
    )
