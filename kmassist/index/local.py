"""The embedded engine: one folder, one writer at a time, many readers; or everything in memory.

    library/  km.db (the truth)   blobs/ab/<sha256> (originals)   idx/gen-* (derived)   writer.lock   quarantine/

A change is one transaction; the call returns when it is durable and searchable. Searching looks at a `Snapshot`: the newest
generation plus what changed since. What is derived and damaged is moved aside and made again from km.db.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.index import Capabilities, Entry, Filter, Stats, aside, trail
from kmassist.index.engine import check_entry, checked_query, damaged_original
from kmassist.index.folder import Folder
from kmassist.index.lexical import K1, B
from kmassist.index.runs import Run

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]


def open_local(
    path: str,
    *,
    embedder: str,
    dimension: int,
    create: bool = False,
    read_only: bool = False,
    lock_timeout_seconds: float = 5.0,
    k1: float = K1,
    b: float = B,
) -> LocalIndex:
    """Open the library in a folder; see `kmassist.index.open_index`.

    An empty ``embedder`` opens any library, for whatever needs no new vectors. ``k1`` and ``b`` are those of BM25, used at
    query time.
    """
    return LocalIndex(
        Path(path),
        embedder=embedder,
        dimension=dimension,
        create=create,
        read_only=read_only,
        lock_timeout_seconds=lock_timeout_seconds,
        k1=k1,
        b=b,
    )


def open_memory(
    path: str = "",
    *,
    embedder: str,
    dimension: int,
    create: bool = True,
    read_only: bool = False,
    k1: float = K1,
    b: float = B,
) -> LocalIndex:
    """Open an empty index that lives as long as the process."""
    return LocalIndex(None, embedder=embedder, dimension=dimension, create=True, k1=k1, b=b)


class LocalIndex(Folder):
    """An `Index`; its other methods are the embedded engine's own."""

    _counted: tuple[tuple[int, int], Stats] | None = None

    # writing ----------------------------------------------------------------------------------------------------------

    def add(self, entry: Entry, *, replaces: str | None = None) -> None:
        document = entry.document
        check_entry(entry)
        with self._writing():
            gone = [
                doc_id
                for doc_id in dict.fromkeys([document.doc_id, replaces or ""])
                if self._store.has(doc_id)
            ]
            loose = {self._store.blob_of(doc_id) for doc_id in gone}
            try:
                blob = self._put_original(entry.original)
                loose.add(blob)
                with self._database.transaction():
                    self._note_unwanted(loose - {blob})
                    for doc_id in gone:
                        self._store.remove(doc_id)
                    if replaces in gone:
                        self._store.set_meta("purge", "1")  # its words go with the next merge
                    seq = self._store.put(entry, blob)
                    self._audit(
                        "update" if gone else "add", document.doc_id, passages=len(entry.passages)
                    )
            finally:
                self._drop(loose)
            self._acknowledge(seq)
            self._view.show(document, entry.passages, seq, gone=gone)
            self._merge_if_due(len(entry.passages))

    def update_metadata(self, document: Document) -> None:
        with self._writing():
            held = self.document(document.doc_id)
            whole, changed = trail.edited(held, document)
            with self._database.transaction():
                seq = self._store.put_metadata(whole)
                self._audit("edit", document.doc_id, changed=changed)
            self._acknowledge(seq)
            passages = self._store.passages_of(document.doc_id)
            self._view.show(whole, passages, seq)
            self._merge_if_due(len(passages))

    def delete(self, doc_id: str, *, purge: bool = True) -> None:
        """See `Index.delete`.

        Args:
            doc_id: the document.
            purge: leave no byte of it in any file before returning. Without, it is out of every answer at once, and the
                bytes go at the next `compact` or `close`: for removing many documents in a row.
        """
        with self._writing():
            blob = self._store.blob_of(doc_id)
            with self._database.transaction():
                self._note_unwanted({blob})
                seq = self._store.remove(doc_id)
                self._store.set_meta("purge", "1")
                self._audit("forget", doc_id)
            self._drop({blob})
            if self.folder and blob:
                aside.forget_original(self.folder, blob)
            self._acknowledge(seq)
            self._view.hide(doc_id, seq)
            if purge:
                self.compact()

    # originals --------------------------------------------------------------------------------------------------------

    def _put_original(self, data: bytes | None) -> str | None:
        if data is None:
            return None
        if self._lock:
            self._lock.announce(hashlib.sha256(data).hexdigest())
        return self._originals.put(data)

    def _note_unwanted(self, blobs: set[str | None]) -> None:
        """In the transaction that takes documents out: their originals go with them, also after a power cut."""
        if wanted := sorted(blob for blob in blobs if blob):
            self._store.set_meta("unwanted", " ".join(wanted))

    def _drop(self, blobs: set[str | None]) -> None:
        for blob in blobs:
            if blob and not self._store.uses_blob(blob):
                self._originals.drop(blob)

    def original(self, doc_id: str) -> bytes | None:
        """See `Index.original`.

        Raises:
            IndexDamaged: the stored file is missing or has changed.
        """
        blob = self._store.blob_of(doc_id)
        data = self._originals.get(blob) if blob else None
        if blob and data is None:
            raise damaged_original(doc_id)
        return data

    # reading ----------------------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """See `Index.capabilities`: dense is False while passages are held and none has a vector."""
        return Capabilities(
            True,
            bool(self._store.dimension) and self._store.is_dense(),
            self.folder is not None,
            not self._is_read_only,
        )

    def document(self, doc_id: str) -> Document:
        return self._store.document(doc_id)

    def documents(self, where: Filter | None = None) -> list[Document]:
        return list(self._store.documents(where))

    def passages(self, passage_ids: Iterable[str]) -> list[Passage]:
        wanted = list(passage_ids)
        found = self._store.passages(list(dict.fromkeys(wanted)))
        return [found[pid] for pid in wanted if pid in found]

    def passages_of(self, doc_id: str) -> list[Passage]:
        return self._store.passages_of(doc_id)

    def lexical(self, terms: Mapping[str, float], k: int, where: Filter | None = None) -> Run:
        return (
            self._view.use(lambda snapshot: snapshot.lexical(terms, k, where)) if k > 0 else Run(())
        )

    def dense(self, vector: Vectors, k: int, where: Filter | None = None) -> Run:
        query = checked_query(vector, self._store.dimension)
        return (
            self._view.use(lambda snapshot: snapshot.dense(query, k, where)) if k > 0 else Run(())
        )

    def vectors(self, passage_ids: Sequence[str]) -> Mapping[str, tuple[Vectors, Vectors]]:
        return self._store.vectors(list(dict.fromkeys(passage_ids)))

    def document_frequency(self, terms: Iterable[str]) -> Mapping[str, int]:
        wanted = list(terms)
        return self._view.use(lambda snapshot: snapshot.document_frequency(wanted))

    def terms_from(self, start: str) -> list[str]:
        return self._view.use(lambda snapshot: snapshot.lexical_leg.terms_from(start))

    def stats(self) -> Stats:
        with self._database.snapshot():
            state = self._store.seq, self._database.data_version
            if self._counted is None or self._counted[0] != state:
                self._counted = state, self._count()
            names = self._all_generations()
            return replace(self._counted[1], generation=names[0] if names else "")

    def _count(self) -> Stats:
        """Every question is told the corpus it was asked of, and counting reads every row: once a state of the library is enough."""
        by_type = self._store.by_type()
        return Stats(
            documents=sum(by_type.values()),
            passages=self._store.count_passages(),
            seq=self._store.seq,
            corpus_digest=self._store.corpus_digest(),
            by_type=by_type,
            embedder=self.embedder,
            dense_passages=self._store.count_vectors(),
            generation="",
        )

    # records, audit ----------------------------------------------------------------------------------------------------

    def record_kinds(self) -> list[str]:
        return self._store.records.kinds()

    def records(self, kind: str) -> dict[str, dict[str, Any]]:
        return self._store.records.of(kind)

    def put_record(self, kind: str, record_id: str, body: Mapping[str, Any]) -> None:
        with self._writing(), self._database.transaction():
            if trail.is_followed(kind):
                before = self._store.records.of(kind).get(record_id)
                action, details = trail.record_act(kind, record_id, before, body)
                self._audit(action, "", **details)
            self._store.records.put(kind, record_id, body)

    def delete_record(self, kind: str, record_id: str) -> None:
        with self._writing(), self._database.transaction():
            if trail.is_followed(kind) and record_id in self._store.records.of(kind):
                self._audit(f"delete {kind}", "", record=record_id)
            self._store.records.delete(kind, record_id)
            self._remove_copies()

    def audit(self, action: str, *, doc_id: str = "", **details: Any) -> None:
        """Add a line to the audit trail, durably; ``details`` are counts and codes, never a document's words."""
        with self._writing(), self._database.transaction():
            self._audit(action, doc_id, **details)

    def adopt_trail(self, lines: Sequence[trail.AuditLine]) -> None:
        with self._writing(), self._database.transaction():
            trail.adopt(self._database, lines)

    def audit_trail(self) -> list[trail.AuditLine]:
        """The audit trail, oldest first."""
        return trail.lines(self._database)

    # keeping the folder in order ---------------------------------------------------------------------------------------

    # closing ----------------------------------------------------------------------------------------------------------
