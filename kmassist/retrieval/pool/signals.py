"""The signals that tell whether a document is on a subject. Every one is of the document, not of a passage.

What all documents of a library share tells nothing, so vectors count less the library's mean. What was found first says how the
library itself writes of the subject: its passages and words are asked for a second time (pseudo-relevance feedback: Rocchio 1971;
Lavrenko and Croft 2001), which finds what the person's own words do not. A signal compares with the best 25 documents, never with
all, so that it means the same in a library of any size.

============== ========================================================================================================
passage        similarity of the best passage, centred
passage_lead   the same, less that of the third best document
passage_z      the same, in standard deviations above the mean of the best 25 documents
three          mean of its three best passages
plain          similarity of the best passage as it is, not centred: the one signal that tells a subject held nowhere
sentence       similarity of the best sentence, centred
sentence_lead  the same, less the best document's
words          BM25 of the best passage, on a log scale
words_share    the same, as a share of the best document's
again          similarity of the best passage to the subject with the five nearest passages put to it
again_lead     the same, less the best document's
again_best     similarity to the subject with the best passage of each of the five likeliest documents put to it
close          how near the whole document is to the three likeliest others
pull           how near its passages come to the best passages of the five likeliest others, on average
pull_most      the same, at the nearest
told           BM25 with the words of those passages besides the subject's own, on a log scale
told_share     the same, as a share of the best document's
told_lead      the same, less that of the third best document
apart          similarity of the best passage, less what passages of any library share: where all documents of a library are of
               one subject, its own mean takes the subject away
apart_lead     the same, less that of the third best document
named          share of the subject's words, by rarity, that the best passage has with its headings and title, in any known form
named_lead     the same, less that of the third best document
named_document share of them that the whole document has
common         length of the mean passage: how much the documents of the library share
size           logarithm of the number of documents
============== ========================================================================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kmassist.retrieval.pool.arrays import Arrays, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]
    Vectors = NDArray[np.float32]

SIGNALS = (
    "passage", "passage_lead", "passage_z", "three", "plain", "sentence", "sentence_lead", "words", "words_share", "again",
    "again_lead", "again_best", "close", "pull", "pull_most", "told", "told_share", "told_lead",
    "apart", "apart_lead", "named", "named_lead", "named_document", "common", "size",
)  # fmt: skip
_BEHIND, _THIRD, _LIKELY, _NEAREST, _CLOSEST = 25, 2, 5, 5, 3
_TOLD = 12
"""Words of the likeliest documents that are looked for besides the subject's own."""


class Words(Protocol):
    """What the signals ask of the word index."""

    def matches(self, terms: Mapping[str, float]) -> Mapping[str, float]:
        """Weighted stems -> passage_id -> BM25."""
        ...

    def stems(self, passage_ids: Sequence[str]) -> Sequence[Counter[str]]:
        """The stems of passages with their counts, in this order."""
        ...

    def holding(self, stems: Sequence[str]) -> Mapping[str, Collection[str]]:
        """Stem -> passage_ids of the passages that have it, with their headings and title."""
        ...

    def rarity(self, stems: Sequence[str]) -> Mapping[str, float]:
        """Inverse frequency of stems, without those that are too common to tell anything."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """The subject that is looked for.

    Attributes:
        vector: its unit vector.
        terms: its weighted stems.
        names: of each of its words the forms that it may have, each as stems.
        background: mean of the passage vectors of many libraries, shape (dimension,).
    """

    vector: Vectors
    terms: Mapping[str, float]
    names: Sequence[Sequence[tuple[str, ...]]]
    background: Vectors


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the library for one subject gave.

    Attributes:
        arrays: what was looked at, n documents.
        values: their signals, shape (n, `SIGNALS`).
        vector: the subject as the library itself writes of it, of unit length: the question's, less what all documents share,
            with the best passages of the likeliest documents put to it. Wordings of one subject differ; this hardly does.
    """

    arrays: Arrays
    values: Floats
    vector: Floats


def signals(arrays: Arrays, of: Asked, words: Words) -> Look:
    """The signals of every document of the arrays.

    Args:
        arrays: what is looked at.
        of: the subject.
        words: of the library.
    """
    vector, terms, count = of.vector, of.terms, len(arrays.doc_ids)
    asked = unit(vector - arrays.mean)
    by_passage = arrays.centred @ asked
    by_sentence = arrays.best_of_passage(
        arrays.centred_sentences @ unit(vector - arrays.sentence_mean)
    )
    matched = _rows(arrays, words.matches(terms))
    passage, sentence = arrays.best_of_document(by_passage), arrays.best_of_document(by_sentence)
    match = arrays.best_of_document(matched)
    share = match / max(float(match.max()), 1e-6)

    nearest = np.argsort(-by_passage, kind="stable")[:_NEAREST]
    weights = np.maximum(by_passage[nearest], 1e-6)
    again = arrays.best_of_document(
        arrays.centred @ unit(asked + weights @ arrays.centred[nearest] / weights.sum())
    )

    likely_score = passage + again + sentence + share / 2
    likely = np.argsort(-likely_score, kind="stable")[:_LIKELY]
    telling = by_passage + by_sentence / 2 + 0.3 * matched / max(float(matched.max()), 1e-6)
    best_rows = np.array([_best_row(arrays, telling, number) for number in likely])
    trust = _trust(likely_score, likely)

    pull, pull_most = _pulled(arrays, likely, best_rows, trust)
    told_terms = _told(terms, [arrays.passage_ids[row] for row in best_rows[:4]], trust, words)
    told = arrays.best_of_document(_rows(arrays, words.matches(told_terms)))
    told_vector = unit(asked + 1.5 * trust @ arrays.centred[best_rows])
    again_best = arrays.best_of_document(arrays.centred @ told_vector)

    apart, (named, in_document) = _apart(arrays, of), _named(arrays, of.names, words)
    behind = np.sort(passage)[::-1][:_BEHIND]
    columns = (
        passage,
        lead(passage),
        (passage - behind.mean()) / (behind.std() + 1e-6),
        _mean_of_best(arrays, by_passage),
        arrays.best_of_document(arrays.passages @ np.asarray(vector, np.float32)),
        sentence,
        sentence - sentence.max(),
        np.log1p(match),
        share,
        again,
        again - again.max(),
        again_best,
        _closeness(arrays, np.argsort(-(passage + again), kind="stable")[:_CLOSEST]),
        pull,
        pull_most,
        np.log1p(told),
        told / max(float(told.max()), 1e-6),
        lead(np.log1p(told)),
        apart,
        lead(apart),
        named,
        lead(named),
        in_document,
        np.full(count, float(np.linalg.norm(arrays.mean))),
        np.full(count, np.log(count)),
    )
    return Look(arrays, np.stack(columns, axis=1), told_vector)


def _trust(scores: Floats, likely: NDArray[np.intp]) -> Floats:
    """How much each of the likeliest documents says of the subject, in sum 1: by how far it stands above the ninth."""
    level = np.sort(scores)[::-1][min(8, len(scores) - 1)]
    trust = np.maximum(scores[likely] - level, 1e-3)
    return np.asarray(trust / trust.sum())


def _pulled(
    arrays: Arrays, likely: NDArray[np.intp], best_rows: NDArray[np.intp], trust: Floats
) -> tuple[Floats, Floats]:
    """How near each document comes to the best passages of the likeliest others, on average by trust and at the nearest."""
    near_best = arrays.best_of_document(arrays.centred[best_rows] @ arrays.centred.T)
    others = np.repeat(trust[:, None], len(arrays.doc_ids), axis=1)
    others[np.arange(len(likely)), likely] = 0.0  # no document is a witness for itself
    pull = (others * near_best).sum(axis=0) / np.maximum(others.sum(axis=0), 1e-9)
    return pull, np.where(others > 0, near_best, -1.0).max(axis=0)


def _rows(arrays: Arrays, scores: Mapping[str, float]) -> Floats:
    """Scores by passage_id as one value a row, 0 where there is none."""
    found = np.zeros(len(arrays.passage_ids), np.float32)
    for passage_id, score in scores.items():
        row = arrays.row_of.get(passage_id)
        if row is not None:
            found[row] = score
    return found


def _apart(arrays: Arrays, of: Asked) -> Vectors:
    """Similarity of the best passage of each document, both less the background."""
    passages, vector = arrays.passages - of.background, of.vector - of.background
    return arrays.best_of_document(unit(passages) @ unit(vector))


def _named(
    arrays: Arrays, names: Sequence[Sequence[tuple[str, ...]]], words: Words
) -> tuple[Floats, Floats]:
    """Share of the names, by rarity, in the best passage of each document and in the whole of it.

    A name that stands nowhere in the library tells its documents not apart and is left out.
    """
    stems = sorted({stem for forms in names for form in forms for stem in form})
    number = {stem: i for i, stem in enumerate(stems)}
    has = np.zeros((len(stems), len(arrays.passage_ids)), np.bool_)
    for stem, passage_ids in words.holding(stems).items():
        rows = [row for pid in passage_ids if (row := arrays.row_of.get(pid)) is not None]
        has[number[stem], rows] = True
    by_passage = np.zeros(len(arrays.passage_ids), np.float32)
    by_document = np.zeros(len(arrays.doc_ids), np.float32)
    total = 0.0
    for forms in names:
        said = np.zeros(len(arrays.passage_ids), np.bool_)
        for form in forms:
            said |= has[[number[stem] for stem in form]].all(axis=0)
        if found := int(said.sum()):
            weight = float(np.log(1 + (len(said) - found + 0.5) / (found + 0.5)))
            total += weight
            by_passage += weight * said
            by_document += weight * arrays.best_of_document(said.astype(np.float32))
    least = max(total, 1e-9)
    return arrays.best_of_document(by_passage) / least, by_document / least


def _best_row(arrays: Arrays, values: Floats, document: int) -> int:
    first, last = np.searchsorted(arrays.doc_of, [document, document + 1])
    return int(first + values[first:last].argmax())


def lead(values: Floats) -> Floats:
    """Values of documents, less the third best."""
    ranked = np.sort(values)[::-1]
    return np.asarray(values - ranked[min(_THIRD, len(ranked) - 1)])


def _mean_of_best(arrays: Arrays, by_passage: Floats) -> Floats:
    """Mean of the three best passages of each document, or of those it has."""
    order = np.lexsort((-by_passage, arrays.doc_of))
    starts = np.searchsorted(arrays.doc_of, arrays.doc_of)  # first row of each row's document
    place = np.arange(len(order)) - starts
    kept = order[place < 3]
    sums = np.bincount(arrays.doc_of[kept], weights=by_passage[kept], minlength=len(arrays.doc_ids))
    return np.asarray(sums / np.bincount(arrays.doc_of[kept], minlength=len(arrays.doc_ids)))


def _closeness(arrays: Arrays, likely: NDArray[np.intp]) -> Floats:
    similar = arrays.centroids @ arrays.centroids[likely].T
    counts = np.full(similar.shape, 1.0)
    counts[likely, np.arange(len(likely))] = 0.0
    return np.asarray((similar * counts).sum(axis=1) / np.maximum(counts.sum(axis=1), 1.0))


def _told(
    terms: Mapping[str, float], passage_ids: Sequence[str], trust: Floats, words: Words
) -> dict[str, float]:
    """The subject's own stems and the most telling ones of the likeliest passages, each half of the whole weight."""
    stems = words.stems(passage_ids)
    rare = words.rarity(sorted({stem for counts in stems for stem in counts}))
    weight: Counter[str] = Counter()
    for counts, share in zip(stems, trust.tolist(), strict=False):
        for stem, times in counts.items():
            if stem in rare:
                weight[stem] += share * min(times, 3) * rare[stem]
    kept = sorted(weight.items(), key=lambda item: (-item[1], item[0]))[:_TOLD]
    total = sum(value for _, value in kept) or 1.0
    found = {stem: value / total for stem, value in kept}
    for stem, value in terms.items():
        found[stem] = found.get(stem, 0.0) + value / max(1, len(terms))
    return found
