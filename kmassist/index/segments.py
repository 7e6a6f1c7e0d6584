"""Segments: what a search reads of so many passages at a time, immutable, made from the store and always makeable again.

A generation is a few of them in the order of the changes that brought their documents. To add or to forget, those are made
afresh that hold what changed, and the others stay as they are: the work does not grow with the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmassist.index.dense import Base, DenseParts
from kmassist.index.lexical import Postings, merge
from kmassist.index.packed import dimension_of, none_stored
from kmassist.index.scoring import Flags

LARGEST = 65_536
"""Passages of a segment; one document of more is a segment by itself."""
_MOST_BLANK = 0.2
"""Share of a segment that may lie empty before it is made afresh."""


class Segment:
    """Rows are passages; document i has rows ``doc_starts[i]`` to ``doc_starts[i + 1]``.

    A document that is gone may leave its rows behind, empty: ids of no bytes, change 0, no term and no vector.

    Args:
        ids: shape (rows,).
        doc_ids, doc_seqs: shape (documents,).
        doc_starts: shape (documents + 1,).
        postings: terms of its rows.
        dense: gives its vectors, and may read them only then.
        vectors: how many those are.
        files: of what it was read from or written to: name -> size, SHA-256.
    """

    def __init__(
        self,
        ids: NDArray[np.bytes_],
        doc_ids: NDArray[np.bytes_],
        doc_seqs: NDArray[np.int64],
        doc_starts: NDArray[np.int64],
        *,
        postings: Postings,
        dense: Callable[[], DenseParts],
        vectors: int,
        files: Mapping[str, tuple[int, str]] | None = None,
    ) -> None:
        self.ids, self.doc_ids, self.doc_seqs, self.doc_starts = ids, doc_ids, doc_seqs, doc_starts
        self.postings, self.vectors = postings, vectors
        self.files: Mapping[str, tuple[int, str]] = files or {}
        self._dense = dense
        self._base: Base | None = None

    @classmethod
    def empty(cls, dimension: int) -> Segment:
        """A segment without documents."""
        parts = np.zeros(0, np.int32), none_stored(dimension), None
        none, no = np.zeros(0, "S1"), np.zeros(0, np.int64)
        return cls(
            none,
            none,
            no,
            np.zeros(1, np.int64),
            postings=Postings.empty(),
            dense=lambda: parts,
            vectors=0,
        )

    def base(self) -> Base:
        """Its vectors; they are read at the first call."""
        if self._base is None:
            self._base = Base(*self._dense())
        return self._base

    def at(self, dense: Callable[[], DenseParts]) -> Segment:
        """The same, whose vectors are read from another place when they are not here yet."""
        moved = copy(self)
        moved._dense = dense
        return moved

    def without(self, keep: Flags) -> Segment:
        """The same without the documents that are not to be kept, shape (documents,); no trace of those is in it."""
        rows = np.repeat(keep, np.diff(self.doc_starts))
        base = self.base()
        if not base.lists or np.count_nonzero(rows) < (1 - _MOST_BLANK) * len(rows):
            return joined([self], keep, dimension_of(base.vectors))
        kept = rows[base.rows]
        parts = base.rows[kept], base.vectors[kept], base.lists.only(kept)
        return Segment(
            np.where(rows, self.ids, b""),
            np.where(keep, self.doc_ids, b""),
            np.where(keep, self.doc_seqs, 0),
            self.doc_starts,
            postings=self.postings.only(rows),
            dense=lambda: parts,
            vectors=len(parts[0]),
        )


def joined(segments: Sequence[Segment], keep: Flags, dimension: int) -> Segment:
    """One segment of those documents of one or two that are to be kept, shape (documents of all,), in their order."""
    first, second = [*segments, Segment.empty(dimension)][:2]
    sizes = np.concatenate([np.diff(first.doc_starts), np.diff(second.doc_starts)])
    rows = np.repeat(keep, sizes)
    renumbered = np.cumsum(rows, dtype=np.int64) - 1
    bases = first.base(), second.base()
    numbers = np.concatenate([bases[0].rows, bases[1].rows + len(first.ids)])
    order = np.argsort(numbers, kind="stable")
    live = order[rows[numbers[order]]]
    vectors = np.concatenate([bases[0].vectors, bases[1].vectors])[live]
    parts = renumbered[numbers[live]].astype(np.int32), vectors, None
    return Segment(
        np.concatenate([first.ids, second.ids])[rows],
        np.concatenate([first.doc_ids, second.doc_ids])[keep],
        np.concatenate([first.doc_seqs, second.doc_seqs])[keep],
        np.concatenate([[0], np.cumsum(sizes[keep])]).astype(np.int64),
        postings=merge(first.postings, second.postings, rows),
        dense=lambda: parts,
        vectors=len(vectors),
    )


def in_chunks(sizes: Sequence[int]) -> Iterator[slice]:
    """Which documents, of so many passages each, go together into segments."""
    start, held = 0, 0
    for number, size in enumerate(sizes):
        if held and held + size > LARGEST:
            yield slice(start, number)
            start, held = number, 0
        held += size
    if start < len(sizes):
        yield slice(start, len(sizes))


class Contents:
    """What a generation holds: its segments, the change it was made at, and its name when it was published."""

    def __init__(self, seq: int, segments: Sequence[Segment], name: str = "") -> None:
        self.seq, self.segments, self.name = seq, tuple(segments), name
        self.ids = _all([segment.ids for segment in segments], "S1")
        self.doc_ids = _all([segment.doc_ids for segment in segments], "S1")
        self.doc_seqs = _all([segment.doc_seqs for segment in segments], "i8")
        before = accumulate((len(segment.ids) for segment in segments), initial=0)
        starts = [s.doc_starts[:-1] + b for s, b in zip(segments, before, strict=False)]
        self.doc_starts = np.append(_all(starts, "i8"), len(self.ids))


def _all(parts: Sequence[NDArray[Any]], kind: str) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def names_of(values: list[bytes]) -> NDArray[np.bytes_]:
    """Names of one fixed width, as narrow as they fit."""
    return np.array(values, f"S{max(map(len, values), default=1)}")
