"""Snapshot: the corpus as a search sees it, in memory: a generation's contents, less what is gone, plus what came since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kmassist.index import Filter
from kmassist.index.dense import Dense, Halves
from kmassist.index.generations import Contents, DenseParts, names_of
from kmassist.index.lexical import Flags, Lexical, Postings, best
from kmassist.index.rows import Facet
from kmassist.index.runs import Hit, Run

_MASKS_KEPT = 16


class Snapshot:
    """Rows are passages in order of the change that brought their document, which is the order of a fresh index too.

    Args:
        contents: a generation.
        facets: all documents held now, by change; those of the generation that are not among them are gone.
        leg: makes the lexical leg from the generation's postings.
    """

    def __init__(
        self,
        contents: Contents,
        facets: Mapping[int, Facet],
        seq: int,
        *,
        leg: Callable[[Postings], Lexical] = Lexical,
    ) -> None:
        self.contents = contents
        self.seq = seq
        self.lexical_leg = leg(contents.postings)
        self._dense: Dense | None = None
        self._later: list[tuple[list[int], Halves]] = []
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
        self.total_length = int(contents.postings.lengths[self.is_live].sum(dtype=np.int64))

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
    def seqs(self) -> set[int]:
        """Changes of the live documents."""
        return {facet.seq for facet in self._facets if facet is not None}

    def add(
        self,
        facet: Facet,
        ids: Sequence[str],
        terms: Iterable[Sequence[str]],
        vectors: Mapping[str, Halves],
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
        scores = self.lexical_leg.scores(
            terms,
            passages=self.passages,
            total_length=self.total_length,
            is_live=self.is_live if self._dead else None,
        )
        allowed = self._allowed(where)
        found = scores > 5e-7  # what rounds to a positive score
        rows = np.flatnonzero(found if allowed is None else found & allowed)
        chosen = best(scores, rows, k)
        return self._ranked(chosen, scores[chosen], k)

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
            dense = Dense(*self.contents.dense())
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
        """The live rows as the contents of a new generation, equal to one made afresh from the store."""
        is_live = self.is_live.copy()
        rows, vectors = self.dense_leg().merged(is_live)
        kept = [number for number, facet in enumerate(self._facets) if facet is not None]
        facets = [facet for facet in self._facets if facet is not None]
        sizes = [self._spans[number][1] - self._spans[number][0] for number in kept]
        all_ids = np.concatenate([self.contents.ids, names_of(self._more_ids)])[is_live]
        parts: DenseParts = rows, vectors, b""
        return Contents(
            self.seq,
            names_of(all_ids.tolist()),
            names_of([facet.doc_id.encode() for facet in facets]),
            np.array([facet.seq for facet in facets], np.int64),
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
            if sizes
            else np.zeros(1, np.int64),
            self.lexical_leg.merged(is_live),
            lambda: parts,
        )
