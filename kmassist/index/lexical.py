"""BM25, exact whatever the history: postings in one immutable segment, later rows in a small growing one.

Document frequency, number of passages and mean length are those of the live rows at query time, so that a score is the
one a fresh index would give (a sum over the same numbers in the same order).

Score of a passage: the sum over query terms of ``weight * idf * tf / (tf + k1 * (1 - b + b * length / mean length))`` with
``idf = ln(1 + (N - df + 0.5) / (df + 0.5))``: Robertson and Zaragoza 2009 with Lucene's idf, and like Lucene without the
constant factor ``k1 + 1`` that rank-bm25's BM25Okapi has.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import Stemmer
from numpy.typing import NDArray

from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.index import scoring
from kmassist.index.scoring import Counts, Flags, Floats, Held, Indices, Rows
from kmassist.text import words as text
from kmassist.text.words import tokenise

K1, B = 0.9, 0.4


@dataclass(frozen=True, slots=True)
class Postings:
    """Which rows hold a term and how often: term i has ``rows[offsets[i]:offsets[i+1]]``, ascending, with ``counts``.

    ``terms`` are in code point order; ``lengths`` are terms per row. Shapes: offsets (terms + 1,), rows and counts
    (postings,), lengths (rows,).
    """

    terms: dict[str, int]
    offsets: NDArray[np.int64]
    rows: Rows
    counts: NDArray[np.uint16]
    lengths: NDArray[np.int32]

    @classmethod
    def empty(cls) -> Postings:
        """Postings of no rows."""
        return cls(
            {},
            np.zeros(1, np.int64),
            np.zeros(0, np.int32),
            np.zeros(0, np.uint16),
            np.zeros(0, np.int32),
        )

    def of(self, term: str) -> tuple[Rows, Counts]:
        number = self.terms.get(term)
        span = (
            slice(0, 0) if number is None else slice(self.offsets[number], self.offsets[number + 1])
        )
        return self.rows[span], self.counts[span]

    def only(self, keep: Flags) -> Postings:
        """The same without what some rows hold; every row keeps its number, and terms that no other holds are gone."""
        live = keep[self.rows]
        ends = np.concatenate([[0], np.cumsum(live, dtype=np.int64)])[self.offsets]
        used = np.flatnonzero(np.diff(ends))
        names = list(self.terms)
        return Postings(
            {names[old]: new for new, old in enumerate(used.tolist())},
            np.append(ends[used], ends[-1:]) if len(used) else np.zeros(1, np.int64),
            self.rows[live],
            self.counts[live],
            np.where(keep, self.lengths, np.int32(0)),
        )


class Growing:
    """Postings that rows are added to."""

    def __init__(self) -> None:
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
        self._lengths: array[int] = array("i")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, terms: Sequence[str]) -> None:
        """Add one row."""
        row = len(self._lengths)
        self._lengths.append(len(terms))
        for term, count in Counter(terms).items():
            rows, counts = self._postings.get(term) or self._postings.setdefault(
                term, (array("i"), array("H"))
            )
            rows.append(row)
            counts.append(min(count, 0xFFFF))

    def of(self, term: str) -> tuple[Rows, Counts]:
        """Rows (from 0) and counts of one term, as copies: rows may be added meanwhile."""
        rows, counts = self._postings.get(term, (b"", b""))
        return np.frombuffer(bytes(rows), np.int32), np.frombuffer(bytes(counts), np.uint16)

    @property
    def terms(self) -> list[str]:
        """Every term, a copy: rows may be added meanwhile."""
        return list(self._postings)

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Terms per row, a copy."""
        return np.frombuffer(self._lengths.tobytes(), np.int32)

    def length_of(self, start: int, end: int) -> int:
        """Terms in the rows from ``start`` to ``end``."""
        return sum(self._lengths[start:end])

    def frozen(self) -> Postings:
        """The same rows as immutable postings."""
        names = sorted(self._postings)
        sizes = [len(self._postings[name][0]) for name in names]
        offsets = np.zeros(len(names) + 1, np.int64)
        np.cumsum(sizes, out=offsets[1:]) if sizes else None
        rows = b"".join(self._postings[name][0].tobytes() for name in names)
        counts = b"".join(self._postings[name][1].tobytes() for name in names)
        return Postings(
            {name: number for number, name in enumerate(names)},
            offsets,
            np.frombuffer(rows, np.int32),
            np.frombuffer(counts, np.uint16),
            self.lengths,
        )


def merge(first: Postings, second: Postings, is_live: Flags) -> Postings:
    """One segment of the live rows of two; rows keep their order, so that it equals one built from them afresh."""
    shift = len(first.lengths)
    renumbered = np.cumsum(is_live, dtype=np.int64) - 1
    names = sorted(first.terms.keys() | second.terms.keys())
    number = {name: i for i, name in enumerate(names)}
    kept: list[tuple[NDArray[np.int64], Rows, NDArray[np.uint16]]] = []
    for segment, start in ((first, 0), (second, shift)):
        mapped = np.fromiter((number[name] for name in segment.terms), np.int64, len(segment.terms))
        term_of = np.repeat(mapped, np.diff(segment.offsets))
        rows = segment.rows.astype(np.int64) + start
        live = is_live[rows]
        kept.append((term_of[live], renumbered[rows[live]].astype(np.int32), segment.counts[live]))
    sizes = [np.bincount(terms, minlength=len(names)) for terms, _, _ in kept]
    offsets = np.zeros(len(names) + 1, np.int64)
    np.cumsum(sizes[0] + sizes[1], out=offsets[1:])
    rows_out = np.empty(offsets[-1], np.int32)
    counts_out = np.empty(offsets[-1], np.uint16)
    begin = offsets[:-1].copy()
    for (terms, rows32, counts), size in zip(kept, sizes, strict=True):
        # Postings of a segment are sorted by term: each goes where its term begins, plus its number within the term.
        within = np.arange(len(terms)) - np.repeat(np.cumsum(size) - size, size)
        place = begin[terms] + within
        rows_out[place], counts_out[place] = rows32, counts
        begin += size
    used = np.flatnonzero(np.diff(offsets))
    return Postings(
        {names[old]: new for new, old in enumerate(used)},
        np.append(offsets[used], offsets[-1:]) if len(used) else np.zeros(1, np.int64),
        rows_out,
        counts_out,
        np.concatenate([first.lengths, second.lengths])[is_live],
    )


class Lexical:
    """The lexical leg: immutable segments and a growing one; rows of each follow those of the one before."""

    def __init__(self, *bases: Postings, k1: float = K1, b: float = B) -> None:
        self.bases, self.k1, self.b = bases, k1, b
        self.growing = Growing()
        self._lengths = np.concatenate([np.zeros(0, np.int32), *(base.lengths for base in bases)])
        self._norms: tuple[tuple[float, int], Floats] | None = None

    def __len__(self) -> int:
        return len(self._lengths) + len(self.growing)

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Terms per row."""
        return (
            np.concatenate([self._lengths, self.growing.lengths])
            if len(self.growing)
            else self._lengths
        )

    def length_of(self, start: int, end: int) -> int:
        """Terms in the rows from ``start`` to ``end``, without a copy of all lengths."""
        shift = len(self._lengths)
        held = int(self._lengths[start:end].sum(dtype=np.int64))
        return held + self.growing.length_of(max(0, start - shift), max(0, end - shift))

    @property
    def terms(self) -> set[str]:
        """Every term, a copy: rows may be added meanwhile."""
        return {*self.growing.terms}.union(*(base.terms for base in self.bases))

    def terms_from(self, start: str) -> list[str]:
        """Terms that begin so, in code point order."""
        return sorted(term for term in self.terms if term.startswith(start))

    def document_frequency(self, term: str, is_live: Flags | None) -> int:
        """In how many live rows a term occurs."""
        return sum(
            len(rows) if is_live is None else int(np.count_nonzero(is_live[start:][rows]))
            for start, rows, _ in self._of(term)
        )

    def scores(
        self, terms: Mapping[str, float], *, passages: int, total_length: int, is_live: Flags | None
    ) -> Floats:
        """BM25 of every row, shape (rows,); rows that are not live have scores too, which mean nothing.

        Args:
            terms: stemmed term -> weight.
            passages: live rows.
            total_length: terms in the live rows.
            is_live: None when every row is.
        """
        scores = np.zeros(len(self))
        if not passages:
            return scores
        norms = self._length_norms(total_length / passages)
        for term in sorted(terms):  # a fixed order of summation: equal corpora give equal bits
            frequency = self.document_frequency(term, is_live)
            weight = terms[term] * _idf(passages, frequency)
            for held in self._of(term):
                scoring.add(scores, norms, held, weight)
        return scores

    def best(
        self,
        terms: Mapping[str, float],
        k: int,
        *,
        passages: int,
        total_length: int,
        is_live: Flags | None,
        allowed: Flags | None,
    ) -> tuple[Indices, Floats]:
        """The rows of `scoring.best` and their scores, which are those of `scores` to the bit.

        Args:
            terms, passages, total_length, is_live: as of `scores`.
            allowed: which rows may be found, None for all; none that is not live.
        """
        if not passages:
            return np.zeros(0, np.intp), np.zeros(0)
        norms = self._length_norms(total_length / passages)
        dead = None if is_live is None else np.flatnonzero(~is_live)
        wanted = []
        for term in sorted(terms):
            lists = self._of(term)
            frequency = sum(scoring.live_in(held, is_live, dead) for held in lists)
            wanted.append((lists, terms[term] * _idf(passages, frequency)))
        return scoring.top(wanted, k, norms, allowed)

    def _of(self, term: str) -> list[Held]:
        """First row, rows from there and counts of each segment that has some."""
        found, before = [], 0
        for base in self.bases:
            rows, counts = base.of(term)
            if len(rows):
                found.append((before, rows, counts))
            before += len(base.lengths)
        if len(self.growing):
            found.append((before, *self.growing.of(term)))
        return found

    def _length_norms(self, mean: float) -> Floats:
        key = (mean, len(self))
        if self._norms is None or self._norms[0] != key:
            norms = np.empty(
                len(self)
            )  # one array from beginning to end: it is made again after every change
            norms[: len(self._lengths)] = self._lengths
            norms[len(self._lengths) :] = self.growing.lengths
            norms *= self.b
            norms /= mean or 1.0
            norms += 1 - self.b
            norms *= self.k1
            self._norms = key, norms
            return norms
        return self._norms[1]


def _idf(passages: int, frequency: int) -> float:
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def postings_of(rows: Iterable[Sequence[str]]) -> Postings:
    """Postings of rows of terms, built at once: the same as adding them one by one, several times faster."""
    number: dict[str, int] = {}
    occurrences: array[int] = array("i")
    lengths: array[int] = array("i")
    for terms in rows:
        occurrences.extend([number.setdefault(term, len(number)) for term in terms])
        lengths.append(len(terms))
    sizes = np.frombuffer(lengths.tobytes(), np.int32)
    names = sorted(number)
    order = np.empty(len(names), np.int64)
    order[[number[name] for name in names]] = np.arange(len(names))
    row_of = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    keys = order[np.frombuffer(occurrences.tobytes(), np.int32)] * max(1, len(sizes)) + row_of
    found, counts = np.unique(keys, return_counts=True)
    term_of, row = np.divmod(found, max(1, len(sizes)))
    offsets = np.zeros(len(names) + 1, np.int64)
    np.cumsum(np.bincount(term_of, minlength=len(names)), out=offsets[1:])
    return Postings(
        {name: i for i, name in enumerate(names)},
        offsets,
        row.astype(np.int32),
        np.minimum(counts, 0xFFFF).astype(np.uint16),
        sizes,
    )


def index_terms(document: Document, passage: Passage) -> list[str]:
    """The terms of a passage: its document's title, its heading path and its words, stemmed, repetitions kept."""
    return [*_short(document.metadata.title), *_short(passage.heading), *tokenise(passage.text)]


@lru_cache(maxsize=4096)
def _short(words: str) -> tuple[str, ...]:
    return tuple(tokenise(words))


@lru_cache(maxsize=1)
def words_fingerprint() -> str:
    """Names how a passage becomes terms by a digest of that source alone: programs of several versions share a database."""
    sources = "".join(inspect.getsource(part) for part in (text, index_terms, _short.__wrapped__))
    return hashlib.sha256(f"{sources}{Stemmer.version()}".encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def terms_fingerprint() -> str:
    """Names the tokeniser and the rule above by a digest of their source; a lexical index of another rule is rebuilt."""
    sources = "".join(inspect.getsource(module) for module in (text, sys.modules[__name__]))
    return hashlib.sha256(f"{sources}{Stemmer.version()}".encode()).hexdigest()[:16]
