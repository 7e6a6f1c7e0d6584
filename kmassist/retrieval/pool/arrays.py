"""The vectors that a pool is made from, as arrays: of the whole library while it is small, else of what a search brings near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kmassist.documents.document import SourceType
from kmassist.index import Filter, Index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Vectors = NDArray[np.float32]
    Numbers = NDArray[np.intp]

WHOLE = 3_000
"""Passages up to which the whole library is looked at; beyond it, what a search for the subject finds."""
_NEAR, _NEAR_OF_KIND, _SAMPLE = 300, 20, 1_500
_ALONE = 0.5
"""How alike a single passage counts."""


@dataclass(frozen=True)
class Arrays:
    """Passages in order of their documents, sentences in order of their passages.

    Attributes:
        doc_ids: documents, each once.
        passage_ids: one a row of ``passages``.
        mean: of the library's passage vectors, shape (dimension,): what all of its documents share.
        passages: unit vectors, shape (passages, dimension).
        doc_of: number of the document of each passage, ascending.
        sentences: unit vectors, shape (sentences, dimension).
        passage_of: row of the passage of each sentence, ascending.
    """

    doc_ids: tuple[str, ...]
    passage_ids: tuple[str, ...]
    mean: Vectors
    passages: Vectors
    doc_of: Numbers
    sentences: Vectors
    passage_of: Numbers

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """passage_id -> its row."""
        return {passage_id: row for row, passage_id in enumerate(self.passage_ids)}

    @cached_property
    def centred(self) -> Vectors:
        """Passage vectors less the mean, of unit length."""
        return unit(self.passages - self.mean)

    @cached_property
    def sentence_mean(self) -> Vectors:
        """Of the sentence vectors, shape (dimension,)."""
        return np.asarray(self.sentences.mean(axis=0))

    @cached_property
    def centred_sentences(self) -> Vectors:
        """Sentence vectors less their mean, of unit length."""
        return unit(self.sentences - self.sentence_mean)

    @cached_property
    def centroids(self) -> Vectors:
        """One a document: the mean of its centred passages, of unit length."""
        sums = np.add.reduceat(self.centred, self._doc_starts, axis=0)
        return unit(sums)

    @cached_property
    def alike(self) -> Floats:
        """Mean similarity of the centred passages of each document to one another; `_ALONE` where there is but one."""
        sums = np.add.reduceat(self.centred, self._doc_starts, axis=0).astype(np.float64)
        count = np.bincount(self.doc_of, minlength=len(self.doc_ids))
        pairs = np.maximum(count * (count - 1), 1)
        return np.where(count > 1, ((sums * sums).sum(axis=1) - count) / pairs, _ALONE)

    @cached_property
    def _doc_starts(self) -> Numbers:
        return np.searchsorted(self.doc_of, np.arange(len(self.doc_ids)))

    @cached_property
    def _passage_starts(self) -> Numbers:
        return np.searchsorted(self.passage_of, np.arange(len(self.passage_ids)))

    def best_of_document(self, by_passage: Vectors) -> Vectors:
        """The highest value among the passages of each document; the last axis is that of passages."""
        return np.asarray(np.maximum.reduceat(by_passage, self._doc_starts, axis=-1))

    def best_of_passage(self, by_sentence: Vectors) -> Vectors:
        """The highest value among the sentences of each passage."""
        return np.asarray(np.maximum.reduceat(by_sentence, self._passage_starts))


def unit(vectors: Vectors) -> Vectors:
    """Each vector at length 1; one without length stays as it is."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)


class LibraryArrays:
    """The arrays of one index, kept while nothing in it changes."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._seq = -1
        self._whole: Arrays | None = None
        self._mean: Vectors | None = None

    def near(self, vector: Vectors, terms: Mapping[str, float]) -> Arrays | None:
        """What there is to look at for a subject: everything in a small library; None where nothing has a vector."""
        self._refresh()
        if self._whole is not None or self._mean is None:
            return self._whole
        found: dict[str, None] = {}
        apart = unit(
            vector - self._mean
        )  # the inner product with it orders passages as the centred ones are ordered
        for where, count in [
            (None, _NEAR),
            *((Filter(source_types=frozenset({kind})), _NEAR_OF_KIND) for kind in SourceType),
        ]:
            for run in (
                self._index.dense(apart, count, where),
                self._index.lexical(terms, count, where),
            ):
                found.update(dict.fromkeys(hit.passage_id for hit in run))
        return _gather(self._index, sorted(found, key=_place), self._mean)

    def _refresh(self) -> None:
        stats = self._index.stats()
        if stats.seq == self._seq:
            return
        self._whole, self._mean, self._seq = None, None, stats.seq
        if not stats.dense_passages:
            return
        documents = self._index.documents()
        if stats.passages > WHOLE:
            step = max(1, stats.passages // _SAMPLE)
            documents = documents[::step] or documents
        ids = [p.passage_id for d in documents for p in self._index.passages_of(d.doc_id)]
        arrays = _gather(self._index, ids, None)
        if arrays is not None:
            self._mean = arrays.mean
            self._whole = arrays if stats.passages <= WHOLE else None


def _place(passage_id: str) -> tuple[str, int]:
    doc_id, _, number = passage_id.rpartition(":")
    return doc_id, int(number) if number.isdigit() else 0


def document_of(passage_id: str) -> str:
    """The doc_id that a passage_id begins with."""
    return passage_id.rpartition(":")[0]


def _gather(index: Index, passage_ids: Sequence[str], mean: Vectors | None) -> Arrays | None:
    """Arrays of these passages, which stand in order of their documents; None without any vector."""
    vectors = index.vectors(passage_ids)
    held = [pid for pid in passage_ids if pid in vectors and len(vectors[pid][1])]
    if not held:
        return None
    doc_ids = tuple(dict.fromkeys(map(document_of, held)))
    number = {doc_id: i for i, doc_id in enumerate(doc_ids)}
    passages = np.stack([vectors[pid][0] for pid in held]).astype(np.float32)
    return Arrays(
        doc_ids=doc_ids,
        passage_ids=tuple(held),
        mean=np.asarray(passages.mean(axis=0)) if mean is None else mean,
        passages=passages,
        doc_of=_numbers(number[document_of(pid)] for pid in held),
        sentences=np.concatenate([vectors[pid][1] for pid in held]).astype(np.float32),
        passage_of=_numbers(
            row for row, pid in enumerate(held) for _ in range(len(vectors[pid][1]))
        ),
    )


def _numbers(values: Iterable[int]) -> Numbers:
    return np.fromiter(values, np.intp)
