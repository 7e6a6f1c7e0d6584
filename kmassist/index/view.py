"""View: the snapshot that searches use, kept up with the store and with what other processes do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.errors import IndexDamaged
from kmassist.index.database import REPAIR
from kmassist.index.generations import Generations
from kmassist.index.lexical import K1, B, Lexical, index_terms, postings_of
from kmassist.index.packed import Stored, none_stored
from kmassist.index.rows import Facet, facet_of
from kmassist.index.segments import Contents, Segment, in_chunks, names_of
from kmassist.index.snapshot import Snapshot
from kmassist.index.store import Store

T = TypeVar("T")

PENDING_LIMIT = 4_000
"""Passages outside the newest generation that searching bears with; beyond it, and a fifth of all, they are merged."""


def _leg_of(generations: Generations | None) -> type[Lexical]:
    if generations is not None:
        return Lexical
    from kmassist.index.okapi import RankLexical  # an index in memory alone needs it

    return RankLexical


class View:
    """Nothing is read before the first search.

    Args:
        store: the truth.
        generations: None for an index in memory.
        on_damage: told the name of a generation that must not be used.
        k1, b: of BM25; they are used at query time, so that another value needs no new index.
    """

    def __init__(
        self,
        store: Store,
        generations: Generations | None,
        on_damage: Callable[[str], None],
        *,
        k1: float = K1,
        b: float = B,
    ) -> None:
        self._leg = partial(_leg_of(generations), k1=k1, b=b)
        self._store, self._generations, self._on_damage = store, generations, on_damage
        self._snapshot: Snapshot | None = None
        self._seen_version = -1
        self._first_rows = 0
        self._damaged: set[str] = set()

    @property
    def is_open(self) -> bool:
        """Whether a snapshot is held."""
        return self._snapshot is not None

    def use(self, search: Callable[[Snapshot], T]) -> T:
        """Search the corpus of now; when the generation in use proves damaged, do so without it."""
        with self._store.database.guard:
            try:
                return search(self.current())
            except IndexDamaged:
                name = self._snapshot.contents.name if self._snapshot else ""
                if not name:
                    raise
                self._snapshot = None
                self._put_aside(name)
                return search(self.current())

    def current(self) -> Snapshot:
        """The snapshot, after whatever other processes committed was taken in."""
        version = self._store.database.data_version
        if self._snapshot is None:
            self._snapshot = self._load()
        elif version != self._seen_version:
            self._refresh(self._snapshot)
        self._seen_version = version
        return self._snapshot

    def show(
        self, document: Document, passages: Sequence[Passage], seq: int, *, gone: Sequence[str] = ()
    ) -> None:
        """Make a stored document searchable, and hide those it replaced."""
        if self._snapshot:
            for doc_id in gone:
                self._snapshot.remove(doc_id)
            vectors = self._store.vectors_of(document.doc_id)
            self._add(self._snapshot, facet_of(document, seq), document, passages, vectors)

    def hide(self, doc_id: str, seq: int) -> None:
        """Take a document out of every answer."""
        if self._snapshot:
            self._snapshot.remove(doc_id)
            self._snapshot.seq = seq

    def start_from(self, contents: Contents) -> None:
        """Use these contents, which are those of now and were made of the snapshot, when one is held."""
        facets = self._snapshot.facets if self._snapshot else self._facets()
        self._snapshot = self._snapshot_of(contents, facets)
        self._first_rows = self._snapshot.rows

    def close(self) -> None:
        """Let go of the memory."""
        self._snapshot = None

    def _snapshot_of(self, contents: Contents, facets: Mapping[int, Facet]) -> Snapshot:
        dimension = self._store.dimension
        return Snapshot(contents, facets, self._store.seq, dimension=dimension, leg=self._leg)

    def _facets(self) -> dict[int, Facet]:
        return {facet.seq: facet for facet in self._store.facets()}

    def _load(self) -> Snapshot:
        # The generation is chosen before the database is read, so that it is never of a later change than the documents.
        contents = self._newest()
        with self._store.database.snapshot():
            facets = self._facets()
            if not len(contents.ids):
                contents = self._from_store(list(facets.values()))
            snapshot = self._snapshot_of(contents, facets)
            self._catch_up(snapshot, (facets[seq] for seq in sorted(facets.keys() - snapshot.seqs)))
        self._first_rows = snapshot.rows
        return snapshot

    def _from_store(self, facets: Sequence[Facet]) -> Contents:
        """Contents made afresh of all documents."""
        sizes = [self._store.count_passages_of(facet.doc_id) for facet in facets]
        segments = [self._segment_of(facets[chunk]) for chunk in in_chunks(sizes)]
        return Contents(self._store.seq, segments)

    def _segment_of(self, facets: Sequence[Facet]) -> Segment:
        ids: list[str] = []
        starts, rows, found = [0], [], []

        def terms() -> Iterator[list[str]]:
            for facet in facets:
                document, passages = (
                    self._store.document(facet.doc_id),
                    self._store.passages_of(facet.doc_id),
                )
                vectors = self._store.vectors_of(facet.doc_id)
                for passage in passages:
                    if passage.passage_id in vectors:
                        rows.append(len(ids))
                        found.append(vectors[passage.passage_id])
                    ids.append(passage.passage_id)
                    yield index_terms(document, passage)
                starts.append(len(ids))

        postings = postings_of(terms())
        matrix = np.stack(found) if found else none_stored(self._store.dimension)
        parts = np.array(rows, np.int32), matrix, None
        return Segment(
            names_of([pid.encode() for pid in ids]),
            names_of([facet.doc_id.encode() for facet in facets]),
            np.array([facet.seq for facet in facets], np.int64),
            np.array(starts, np.int64),
            postings=postings,
            dense=lambda: parts,
            vectors=len(rows),
        )

    def _newest(self) -> Contents:
        """The newest usable generation, or empty contents."""
        for name in self._generations.names() if self._generations else []:
            assert self._generations
            if name in self._damaged or Generations.seq_of(name) > self._store.seq:
                continue
            try:
                contents = self._generations.load(name, self._segments())
            except IndexDamaged:
                if self._put_aside(name):
                    continue
                return self._newest()
            if contents:
                return contents
        return Contents(0, [])

    def _segments(self) -> Sequence[Segment]:
        """What is in memory already, and was checked when it came there."""
        return self._snapshot.contents.segments if self._snapshot else ()

    def _put_aside(self, name: str) -> bool:
        """Have a damaged generation dealt with; False when it was whole and a newer one took its place meanwhile."""
        if not self._generations or not (self._generations.folder / name).is_dir():
            return False
        self._damaged.add(name)
        self._on_damage(name)
        return True

    def _refresh(self, snapshot: Snapshot) -> None:
        """Take in what changed and read nothing else: rows from before were checked when they were loaded, and are in memory."""
        with self._store.database.snapshot():
            seq = self._store.seq
            if seq == snapshot.seq:
                return
            later = (
                snapshot.rows - self._first_rows + self._store.count_passages(after=snapshot.seq)
            )
            if snapshot.seq < seq and later <= max(PENDING_LIMIT, snapshot.passages // 5):
                # None until it is whole again: what fails halfway must not be searched
                self._snapshot = None
                self._take_in(snapshot)
                snapshot.seq = seq
                self._snapshot = snapshot
                return
        self._snapshot = self._load()  # so much is new that its generation is there or due

    def _take_in(self, snapshot: Snapshot) -> None:
        self._catch_up(snapshot, self._store.facets(after=snapshot.seq))
        # Numbers are never used twice: of what was there before documents can only be gone, and then the count tells.
        held = self._store.count_documents()
        if snapshot.documents != held:
            snapshot.remove_all(self._store.gone(snapshot.seqs))
            if snapshot.documents != held:
                raise IndexDamaged("Some of the stored documents cannot be found.", REPAIR)

    def _catch_up(self, snapshot: Snapshot, facets: Iterable[Facet]) -> None:
        for facet in facets:
            self._add(snapshot, facet, *self._store.searchable(facet.doc_id))

    def _add(
        self,
        snapshot: Snapshot,
        facet: Facet,
        document: Document,
        passages: Sequence[Passage],
        vectors: Mapping[str, Stored],
    ) -> None:
        terms = [index_terms(document, passage) for passage in passages]
        snapshot.add(facet, [passage.passage_id for passage in passages], terms, vectors)
