"""Snapshot: the corpus as a search sees it, in memory: a generation's contents, less what is gone, plus what came since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from kmassist.index import Filter, segments
from kmassist.index.dense import Dense
from kmassist.index.lexical import Lexical
from kmassist.index.packed import Stored, none_stored
from kmassist.index.rows import Facet
from kmassist.index.runs import Hit, Run
from kmassist.index.scoring import Flags
from kmassist.index.segments import Contents, Segment, in_chunks, joined, names_of

_MASKS_KEPT = 16


class Snapshot:
    """Rows are passages in order of the change that brought their document, which is the order of a fresh index too.

    Args:
        contents: a generation.
        dimension: length of a vector.
        facets: all documents held now, by change; those of the generation that are not among them are gone.
        leg: makes the lexical leg from the generation's postings.
    """

    def __init__(
        self,
        contents: Contents,
        facets: Mapping[int, Facet],
        seq: int,
        *,
        dimension: int,
        leg: Callable[..., Lexical] = Lexical,
    ) -> None:
        self.contents = contents
        self.seq = seq
        self._dimension = dimension
        self.lexical_leg = leg(*(segment.postings for segment in contents.segments))
        self._dense: Dense | None = None
        self._later: list[tuple[list[int], Stored]] = []
        self._more_ids: list[bytes] = []
        self._facets: list[Facet | None] = []
        self._spans: list[tuple[int, int]] = []
        self._number: dict[str, int] = {}
        self._is_live = np.ones(max(1024, 2 * len(contents.ids)), np.bool_)
        self._dead = 0
        self._masks: dict[Filter, Flags] = {}
        starts = contents.doc_starts.tolist()
        for number, (seq_, doc_id) in enumerate(
            zip(contents.doc_seqs.tolist(), contents.doc_ids.tolist(), strict=True)
        ):
            facet = facets.get(seq_)
            self._spans.append((starts[number], starts[number + 1]))
            self._facets.append(facet)
            if facet is not None and facet.doc_id == doc_id.decode():
                self._number[facet.doc_id] = number
            else:
                self._bury(number)
        self.total_length = int(self.lexical_leg.lengths[self.is_live].sum(dtype=np.int64))

    @property
    def rows(self) -> int:
        """Rows, live or not."""
        return len(self.contents.ids) + len(self._more_ids)

    @property
    def passages(self) -> int:
        """Live rows."""
        return self.rows - self._dead

    @property
    def documents(self) -> int:
        """Live documents."""
        return len(self._number)

    @property
    def is_live(self) -> Flags:
        """Which rows are live."""
        return self._is_live[: self.rows]

    @property
    def facets(self) -> dict[int, Facet]:
        """The live documents, by change."""
        return {facet.seq: facet for facet in self._facets if facet is not None}

    @property
    def seqs(self) -> set[int]:
        """Changes of the live documents."""
        return {facet.seq for facet in self._facets if facet is not None}

    def add(
        self,
        facet: Facet,
        ids: Sequence[str],
        terms: Iterable[Sequence[str]],
        vectors: Mapping[str, Stored],
    ) -> None:
        """Add a document's passages: ids, index terms and the vectors of those that have one, as stored."""
        self.remove(facet.doc_id)
        start = self.rows
        for row_terms in terms:
            self.lexical_leg.growing.add(row_terms)
            self.total_length += len(row_terms)
        self._more_ids.extend(pid.encode() for pid in ids)
        if self.rows > len(self._is_live):
            self._is_live = np.concatenate([self._is_live, np.ones(self.rows, np.bool_)])
            self._masks.clear()
        for where, mask in self._masks.items():
            mask[start : self.rows] = facet.passes(where)
        self._number[facet.doc_id] = len(self._facets)
        self._facets.append(facet)
        self._spans.append((start, self.rows))
        with_vector = [(start + i, vectors[pid]) for i, pid in enumerate(ids) if pid in vectors]
        if with_vector:
            part = [row for row, _ in with_vector], np.stack([vector for _, vector in with_vector])
            self._later.append(part)
            if self._dense is not None:
                self._dense.add(*part)
        self.seq = max(self.seq, facet.seq)

    def remove(self, doc_id: str) -> None:
        """Hide a document at once; nothing happens when there is none."""
        number = self._number.pop(doc_id, None)
        if number is not None:
            start, end = self._spans[number]
            self.total_length -= self.lexical_leg.length_of(start, end)
            self._bury(number)

    def remove_all(self, seqs: Collection[int]) -> None:
        """Hide the documents that these changes made."""
        for doc_id in [
            facet.doc_id for facet in self._facets if facet is not None and facet.seq in seqs
        ]:
            self.remove(doc_id)

    def _bury(self, number: int) -> None:
        start, end = self._spans[number]
        self._facets[number] = None
        self._is_live[start:end] = False
        self._dead += end - start
        for mask in self._masks.values():
            mask[start:end] = False

    # searching --------------------------------------------------------------------------------------------------------

    def lexical(self, terms: Mapping[str, float], k: int, where: Filter | None) -> Run:
        """BM25; see `kmassist.index.lexical`."""
        rows, scores = self.lexical_leg.best(
            terms,
            k,
            passages=self.passages,
            total_length=self.total_length,
            is_live=self.is_live if self._dead else None,
            allowed=self._allowed(where),
        )
        return self._ranked(rows, scores, k)

    def dense(self, vector: NDArray[np.float32], k: int, where: Filter | None) -> Run:
        """Inner product; see `kmassist.index.dense`."""
        rows, scores = self.dense_leg().search(vector, k, self._allowed(where))
        return self._ranked(rows.astype(np.intp), scores, k)

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many live passages each term occurs."""
        is_live = self.is_live if self._dead else None
        return {term: self.lexical_leg.document_frequency(term, is_live) for term in terms}

    def dense_leg(self) -> Dense:
        """The vectors; those of the generation are read at the first call."""
        if self._dense is None:
            starts = accumulate((len(s.ids) for s in self.contents.segments), initial=0)
            bases = zip(starts, (s.base() for s in self.contents.segments), strict=False)
            dense = Dense(*bases, dimension=self._dimension)
            for part in self._later:
                dense.add(*part)
            self._dense = dense
        return self._dense

    def _ranked(self, rows: NDArray[np.intp], scores: NDArray[np.float64], k: int) -> Run:
        held = len(self.contents.ids)
        if rows.max(initial=-1) < held:
            ids = self.contents.ids[rows]
        else:
            ids = np.array(
                [
                    self.contents.ids[row] if row < held else self._more_ids[row - held]
                    for row in rows.tolist()
                ]
            )
        rounded = np.round(scores, 6)
        order = np.lexsort((ids, -rounded))[
            :k
        ]  # ties break on the id; bytes of UTF-8 sort as code points do
        ranked = zip(ids[order].tolist(), rounded[order].tolist(), strict=True)
        return Run(
            tuple(
                Hit(pid.decode(), score, rank) for rank, (pid, score) in enumerate(ranked, start=1)
            )
        )

    def _allowed(self, where: Filter | None) -> Flags | None:
        """Which rows may be found; None for all."""
        if where is None or where.is_empty:
            return self.is_live if self._dead else None
        if where not in self._masks:
            if len(self._masks) >= _MASKS_KEPT:
                self._masks.clear()
            self._masks[where] = self._mask(where)
        return self._masks[where][: self.rows]

    def _mask(self, where: Filter) -> Flags:
        """As long as `_is_live`, so that rows added later have a place in it."""
        mask = np.zeros(len(self._is_live), np.bool_)
        for facet, (start, end) in zip(self._facets, self._spans, strict=True):
            if facet is not None and facet.passes(where):
                mask[start:end] = True
        return mask

    # merging ----------------------------------------------------------------------------------------------------------

    def merged(self) -> Contents:
        """The live rows as the contents of a new generation; segments that nothing of is gone stay what they are."""
        made: list[Segment] = []
        done = 0
        for segment in self.contents.segments:
            facets = self._facets[done : done + len(segment.doc_ids)]
            done += len(facets)
            keep = np.array([facet is not None for facet in facets], np.bool_)
            is_less = (segment.doc_seqs[~keep] != 0).any()
            left = segment.without(keep) if is_less else segment
            if len(left.doc_ids):
                made.append(left)
        for later in self._later_segments(done):
            if made and len(made[-1].ids) + len(later.ids) <= segments.LARGEST:
                keep = np.concatenate([made[-1].doc_seqs, later.doc_seqs]) != 0
                made[-1] = joined([made[-1], later], keep, self._dimension)
            else:
                made.append(later)
        return Contents(self.seq, made)

    def _later_segments(self, done: int) -> Iterator[Segment]:
        """What came since the generation, whose documents are the first ``done``, as segments."""
        facets, spans = self._facets[done:], self._spans[done:]
        if not facets:
            return
        start = len(self.contents.ids)
        rows = np.array([row - start for part, _ in self._later for row in part], np.int32)
        vectors = [none_stored(self._dimension), *(part for _, part in self._later)]
        parts = rows, np.concatenate(vectors), None
        every = Segment(
            names_of(self._more_ids),
            names_of([facet.doc_id.encode() if facet else b"" for facet in facets]),
            np.array([facet.seq if facet else 0 for facet in facets], np.int64),
            np.array([begin - start for begin, _ in spans] + [self.rows - start], np.int64),
            postings=self.lexical_leg.growing.frozen(),
            dense=lambda: parts,
            vectors=len(rows),
        )
        numbers = np.arange(len(facets))
        for chunk in in_chunks([end - begin for begin, end in spans]):
            keep = (every.doc_seqs != 0) & (numbers >= chunk.start) & (numbers < chunk.stop)
            if keep.any():
                yield joined([every], keep, self._dimension)
