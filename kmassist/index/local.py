"""The embedded engine: one folder, one writer at a time, many readers; or everything in memory.

    library/  km.db (the truth)   blobs/ab/<sha256> (originals)   idx/gen-* (derived)   writer.lock   quarantine/

A change is one transaction; the call returns when it is durable and searchable. Searching looks at a `Snapshot`: the newest
generation plus what changed since. What is derived and damaged is moved aside and made again from km.db.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmassist.documents import Document
from kmassist.errors import IndexDamaged, IndexingError, IndexLocked, IndexMismatch, IndexNotFound
from kmassist.index import Capabilities, Entry, Filter, Stats, files, trail
from kmassist.index.database import DATABASE, Database
from kmassist.index.generations import Contents, Generations
from kmassist.index.lexical import K1, B
from kmassist.index.lock import WriterLock
from kmassist.index.opening import bring_up_to_date, finish_repair, has_data, refuse_a_fresh_start
from kmassist.index.originals import Originals
from kmassist.index.store import Store
from kmassist.index.terms import terms_fingerprint
from kmassist.index.view import PENDING_LIMIT, View
from kmassist.passages import Passage
from kmassist.runs import Run

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]

_KEPT = 2


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


class LocalIndex:
    """An `Index`; its other methods are the embedded engine's own.

    Attributes:
        actor: the role that the audit trail names.
        notices: what was found wrong on the way and dealt with, one sentence each.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        embedder: str,
        dimension: int,
        create: bool = False,
        read_only: bool = False,
        lock_timeout_seconds: float = 5.0,
        k1: float = K1,
        b: float = B,
    ) -> None:
        self.folder = folder
        self.actor = ""
        self.notices: list[str] = []
        self._is_read_only = read_only
        self._pending = 0
        self._originals = Originals(folder / "blobs" if folder else None)
        self._is_closed = False
        self._counted: tuple[tuple[int, int], Stats] | None = None
        self._lock: WriterLock | None = None
        if folder:
            if create and not read_only:
                files.make_folder(folder)
            elif not folder.is_dir():
                raise IndexNotFound(f"There is no library in {folder}.", "Make one with `kmassist add PATH`.")
            lock = WriterLock(folder / "writer.lock", lock_timeout_seconds)
            finish_repair(folder, lock)
            if not read_only:
                self._lock = lock
            elif has_data(folder / DATABASE):
                bring_up_to_date(folder, lock)
        is_new = create and folder is not None and not has_data(folder / DATABASE)
        with self._lock if is_new and self._lock else nullcontext():
            if folder:
                refuse_a_fresh_start(folder)
            self._database = Database(
                folder / DATABASE if folder else None, create=create, read_only=read_only, writer=self._lock
            )
        self._store = Store(self._database, dimension)
        try:
            self._check_embedder(embedder, dimension)
            self._generations = (
                Generations(folder / "idx", self._store.dimension, {"embedder": self.embedder, "terms": terms_fingerprint()})
                if folder
                else None
            )
            self._view = View(self._store, self._generations, self._quarantine, k1=k1, b=b)
            self._recover()
        except BaseException:
            self._close_files()
            raise

    def _check_embedder(self, embedder: str, dimension: int) -> None:
        held, length = self._store.meta("embedder") or "", int(self._store.meta("dimension") or 0)
        if held and embedder and (held, length) != (embedder, dimension):
            raise IndexMismatch(
                f"This library was made with the embedder '{held}', not '{embedder}'.",
                "Use that embedder, or add the documents to a new library.",
            )
        if not held and embedder and not self._is_read_only:
            with self._lock or nullcontext(), self._database.transaction():
                self._store.set_meta("embedder", embedder)
                self._store.set_meta("dimension", str(dimension))
        self.embedder = held or embedder
        self._store.dimension = length or dimension

    def _recover(self) -> None:
        """Finish what a writer that died left unfinished, and learn whether an acknowledged change is gone."""
        if not self._lock:
            return
        lock = self._lock
        with suppress(IndexLocked), lock.at_once():  # whoever is writing now has done this already
            if lock.last_seq > self._store.seq:
                self._notice(
                    f"Changes {self._store.seq + 1} to {lock.last_seq} of {DATABASE} are gone: it was damaged or replaced."
                )
                for name in self._all_generations():
                    self._quarantine(name)
                lock.last_seq = self._store.seq
                lock.was_interrupted = False  # originals that no row names may be all that is left of what is gone
            self._sweep()
            if self._store.meta("purge"):
                self.compact()
        self._pending = self._unmerged()

    def _unmerged(self) -> int:
        """Passages that no generation holds."""
        names = self._all_generations()
        newest = Generations.seq_of(names[0]) if names else 0
        return self._store.count_passages(after=newest) if newest < self._store.seq else 0

    def _sweep(self) -> None:
        """Remove what the writer before left half done, if it died or failed."""
        if not (self._lock and self._lock.was_interrupted and self.folder and self._generations):
            return
        self._lock.was_interrupted = False
        self._generations.sweep()
        self._originals.sweep(self._store.blobs())
        for entry in self.folder.glob(f"{files.TEMPORARY}*"):
            files.remove_tree(entry) if entry.is_dir() else files.remove(entry)

    # writing ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._is_read_only:
            raise IndexingError("This library was opened for reading only.", "Open it for writing.")
        with self._database.guard, self._lock or nullcontext():
            self._sweep()
            if self._view.is_open:
                self._view.current()  # another writer may have been here; its changes come before ours
            yield

    def add(self, entry: Entry, *, replaces: str | None = None) -> None:
        """See `Index.add`."""
        document = entry.document
        if any(passage.doc_id != document.doc_id for passage in entry.passages):
            raise IndexingError(
                f"A passage of {document.doc_id} names another document.", "This is a fault of kmassist; report it."
            )
        with self._writing():
            gone = [doc_id for doc_id in dict.fromkeys([document.doc_id, replaces or ""]) if self._store.has(doc_id)]
            loose = {self._store.blob_of(doc_id) for doc_id in gone}
            try:
                blob = None if entry.original is None else self._originals.put(entry.original)
                loose.add(blob)
                with self._database.transaction():
                    for doc_id in gone:
                        self._store.remove(doc_id, keep_embeddings=doc_id == document.doc_id)
                    seq = self._store.put(entry, blob)
                    self._audit("update" if gone else "add", document.doc_id, passages=len(entry.passages))
            finally:
                self._drop(loose)
            self._acknowledge(seq)
            self._view.show(document, entry.passages, seq, gone=gone)
            self._merge_if_due(len(entry.passages))

    def update_metadata(self, document: Document) -> None:
        """See `Index.update_metadata`."""
        with self._writing():
            whole = self.document(document.doc_id).model_copy(update={"metadata": document.metadata})
            with self._database.transaction():
                seq = self._store.put_metadata(whole)
                self._audit("edit", document.doc_id)
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
                seq = self._store.remove(doc_id)
                self._store.set_meta("purge", "1")
                self._audit("forget", doc_id)
            self._drop({blob})
            self._acknowledge(seq)
            self._view.hide(doc_id, seq)
            if purge:
                self.compact()

    def compact(self) -> None:
        """Merge what changed into a new generation; after a `delete`, leave no byte of what was removed."""
        with self._writing():
            must_purge = bool(self._store.meta("purge"))
            contents = self._view.use(lambda snapshot: snapshot.merged())
            if self._generations:
                contents = self._published(contents)
                self._generations.prune(1 if must_purge else _KEPT)
            self._view.start_from(contents)
            self._pending = 0
            if must_purge:
                self._purge()

    def _published(self, contents: Contents) -> Contents:
        assert self._generations
        name = self._generations.publish(contents)
        return self._generations.load(name) or contents

    def _purge(self) -> None:
        if self.folder:
            files.remove_tree(self.folder / "quarantine")
            for copy in self.folder.glob(f"{DATABASE}.v*.bak"):
                files.remove(copy)
        self._database.vacuum()
        if self._database.checkpoint():
            with self._database.transaction():
                self._database.execute("DELETE FROM meta WHERE key = 'purge'")
            self._database.checkpoint()

    def _merge_if_due(self, added: int) -> None:
        self._pending += added
        if self._pending > PENDING_LIMIT and self._pending > self._store.count_passages() // 5:
            self._pending = 0
            self._try_to_merge()

    def _try_to_merge(self) -> None:
        try:
            self.compact()
        except IndexingError as error:  # what was changed is durable and searchable; merging waits for the next time
            self._notice(f"Changes could not be merged into a new index generation: {error.message}")
            if self._lock:
                self._lock.is_marked = True

    def _acknowledge(self, seq: int) -> None:
        if self._lock:
            self._lock.note(seq)

    # originals --------------------------------------------------------------------------------------------------------

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
            raise IndexDamaged(f"The stored original of {doc_id} is missing or has changed.", "Add the file again.")
        return data

    # reading ----------------------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """See `Index.capabilities`: dense is False while passages are held and none has a vector."""
        return Capabilities(
            True, bool(self._store.dimension) and self._store.is_dense(), self.folder is not None, not self._is_read_only
        )

    def document(self, doc_id: str) -> Document:
        """See `Index.document`."""
        return self._store.document(doc_id)

    def documents(self, where: Filter | None = None) -> list[Document]:
        """See `Index.documents`."""
        return list(self._store.documents(where))

    def passages(self, passage_ids: Iterable[str]) -> list[Passage]:
        """See `Index.passages`."""
        wanted = list(passage_ids)
        found = self._store.passages(list(dict.fromkeys(wanted)))
        return [found[pid] for pid in wanted if pid in found]

    def passages_of(self, doc_id: str) -> list[Passage]:
        """See `Index.passages_of`."""
        return self._store.passages_of(doc_id)

    def lexical(self, terms: Mapping[str, float], k: int, where: Filter | None = None) -> Run:
        """See `Index.lexical`."""
        return self._view.use(lambda snapshot: snapshot.lexical(terms, k, where)) if k > 0 else Run(())

    def dense(self, vector: Vectors, k: int, where: Filter | None = None) -> Run:
        """See `Index.dense`."""
        query = np.ascontiguousarray(vector, np.float32)
        if query.shape != (self._store.dimension,):
            raise IndexMismatch(
                f"A query vector has shape {query.shape}, not ({self._store.dimension},).", "Use the library's embedder."
            )
        return self._view.use(lambda snapshot: snapshot.dense(query, k, where)) if k > 0 else Run(())

    def vectors(self, passage_ids: Sequence[str]) -> Mapping[str, tuple[Vectors, Vectors]]:
        """See `Index.vectors`."""
        return self._store.vectors(list(dict.fromkeys(passage_ids)))

    def document_frequency(self, terms: Iterable[str]) -> Mapping[str, int]:
        """See `Index.document_frequency`."""
        wanted = list(terms)
        return self._view.use(lambda snapshot: snapshot.document_frequency(wanted))

    def terms_from(self, start: str) -> list[str]:
        """See `Index.terms_from`."""
        return self._view.use(lambda snapshot: snapshot.lexical_leg.terms_from(start))

    def stats(self) -> Stats:
        """See `Index.stats`."""
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

    # embeddings, records, audit ---------------------------------------------------------------------------------------

    def cached_embeddings(self, digests: Iterable[str]) -> Mapping[str, Vectors]:
        """Embeddings kept by `put_embeddings`: digest -> vectors of shape (rows, dimension); without those not there."""
        return self._store.embeddings(self.embedder, digests)

    def put_embeddings(self, doc_id: str, embeddings: Mapping[str, Any]) -> None:
        """Keep embeddings under the digest of the text they are of, on behalf of a document: they go when it is deleted.

        Args:
            doc_id: the document, which may be about to be added.
            embeddings: digest -> one vector or a matrix of shape (rows, dimension).
        """
        with self._writing(), self._database.transaction():
            self._store.put_embeddings(self.embedder, doc_id, embeddings)

    def records(self, kind: str) -> dict[str, dict[str, Any]]:
        """See `Index.records`."""
        return self._store.records(kind)

    def put_record(self, kind: str, record_id: str, body: Mapping[str, Any]) -> None:
        """See `Index.put_record`."""
        with self._writing(), self._database.transaction():
            self._store.put_record(kind, record_id, body)

    def delete_record(self, kind: str, record_id: str) -> None:
        """See `Index.delete_record`."""
        with self._writing(), self._database.transaction():
            self._store.delete_record(kind, record_id)

    def audit(self, action: str, *, doc_id: str = "", **details: Any) -> None:
        """Add a line to the audit trail, durably; ``details`` are counts and codes, never a document's words."""
        with self._writing(), self._database.transaction():
            self._audit(action, doc_id, **details)

    def audit_trail(self) -> list[trail.AuditLine]:
        """The audit trail, oldest first."""
        return trail.lines(self._database)

    def _audit(self, action: str, doc_id: str, **details: Any) -> None:
        trail.append(self._database, action, actor=self.actor, doc_id=doc_id, details=details)

    # keeping the folder in order ---------------------------------------------------------------------------------------

    def _all_generations(self) -> list[str]:
        return self._generations.names() if self._generations else []

    def _quarantine(self, name: str) -> None:
        self._notice(f"The index generation {name} is damaged; answers come from {DATABASE} until it is made again.")
        if self._is_read_only or not self._generations:
            return
        with suppress(IndexLocked), self._database.guard, self._lock or nullcontext():
            if (self._generations.folder / name).is_dir():
                self._generations.quarantine(name)
                with self._database.transaction():
                    self._audit("quarantine", "", generation=name)

    def _notice(self, sentence: str) -> None:
        self.notices.append(sentence)
        log.warning("%s", sentence)

    # closing ----------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """See `Index.close`; a writer merges what is pending first, unless another process is writing."""
        if self._is_closed:
            return
        try:
            if self._lock:
                with suppress(IndexLocked), self._writing():
                    self._merge_at_close()
                    with suppress(IndexingError):  # all is durable in the WAL; moving it needs room that may be wanting
                        self._database.checkpoint()
        finally:
            self._close_files()

    def _merge_at_close(self) -> None:
        if self._store.meta("purge"):
            self.compact()
        elif self._unmerged() > max(64, self._store.count_passages() // 50):
            self._try_to_merge()

    def _close_files(self) -> None:
        self._is_closed = True
        if hasattr(self, "_view"):
            self._view.close()
        self._database.close()
        if self._lock:
            self._lock.close()

    def __enter__(self) -> LocalIndex:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
