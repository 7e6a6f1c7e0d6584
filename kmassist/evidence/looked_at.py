"""The sentences of the likeliest passages, each with the signals that it answers the question.

=========== ==================================================================================
likeness    similarity of the sentence and its share of the question's words, by rarity
similarity  similarity of the sentence alone
gate        log-odds of its passage that it is about the question
place       how likely its passage was by similarity, best sentence and words, in sum
figure      1 when it gives the kind of figure that is asked for
length      logarithm of its words
finding     how much it reads like a finding (`salience`): learnt to weigh a fifth of what similarity and length do
local       similarity, both less the mean of the sentences looked at: what they all share tells them not apart
own         similarity of what it says beside its passage: its vector less the mean of the passage's sentences
named       share of the question's words, by rarity among the sentences looked at, that it has with heading and title
before      similarity of the sentence before it, in whose light it is read
opening     1 when it is the first of its passage
=========== ==================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

import numpy as np

from kmassist.evidence.answerable import logit
from kmassist.evidence.salience import finding_weight
from kmassist.question.quantities import gives, quantity_asked
from kmassist.text.words import tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.documents.document import Document
    from kmassist.documents.passages import Passage
    from kmassist.evidence.relevance import JudgedPassage, Judgement
    from kmassist.retrieval.retrieve import Retrieval

    Numbers = NDArray[np.float64]

PASSAGES = 20
"""Passages looked at: of the answers 92% stand in the twenty likeliest, 88% in the ten of the gate's order."""
SIGNALS = (
    "likeness", "similarity", "gate", "place", "figure", "length", "finding", "local", "own", "named", "before", "opening",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by its passage and number there, with what is in its favour.

    ``not_known``: log-odds that it says that something is not known; minus infinity where vectors are of another model.
    """

    passage_id: str
    number: int
    signals: Mapping[str, float]
    not_known: float = -np.inf


def look_at(
    question: str,
    judgement: Judgement,
    retrieval: Retrieval,
    passages: Mapping[str, Passage],
    documents: Mapping[str, Document],
) -> tuple[list[Sentence], Numbers]:
    """Every sentence of the likeliest passages with its signals, and their vectors; see `find_closest`."""
    asked = quantity_asked(question)
    found: list[Sentence] = []
    vectors: list[Numbers] = []
    texts: list[str] = []
    titles: list[str] = []
    for item, place in likeliest(judgement.passages)[:PASSAGES]:
        passage = passages[item.passage_id]
        metadata = documents[passage.doc_id].metadata
        pair = retrieval.vectors.get(item.passage_id)
        count = len(passage.sentences)
        dimension = 1 if retrieval.vector is None else len(retrieval.vector)
        vectors.append(
            np.zeros((count, dimension)) if pair is None else np.asarray(pair[1], np.float64)
        )
        for number in range(count):
            text = passage.sentence(number)
            signals = {
                "likeness": item.sentence_scores[number],
                "gate": logit(item.probability),
                "place": place,
                "figure": float(asked is not None and gives(asked, text)),
                "length": log(1 + len(text.split())),
                "finding": log(finding_weight(text, passage.heading)),
                "opening": float(number == 0),
            }
            found.append(Sentence(item.passage_id, number, signals))
            texts.append(text)
            titles.append(f"{passage.heading} {metadata.title}")
    if not found:
        return [], np.zeros((0, 1))
    stacked = np.concatenate(vectors)
    vector = np.zeros(stacked.shape[1]) if retrieval.vector is None else retrieval.vector
    more = {
        **_compared([s.passage_id for s in found], stacked, np.asarray(vector, np.float64)),
        "named": _named(question, texts, titles),
    }
    return [
        replace(
            s, signals={**s.signals, **{name: float(values[i]) for name, values in more.items()}}
        )
        for i, s in enumerate(found)
    ], stacked


def _compared(of_passage: Sequence[str], vectors: Numbers, asked: Numbers) -> dict[str, Numbers]:
    """Similarity as it is, beside the others looked at, beside the rest of the passage, and of the sentence before."""
    similar = vectors @ asked
    mean = vectors.mean(axis=0)
    apart, wanted = vectors - mean, asked - mean
    lengths = np.linalg.norm(apart, axis=1) * np.linalg.norm(wanted)
    own, before = np.zeros(len(similar)), np.zeros(len(similar))
    starts = [i for i, name in enumerate(of_passage) if i == 0 or of_passage[i - 1] != name]
    for start, end in pairwise([*starts, len(of_passage)]):
        own[start:end] = similar[start:end] - similar[start:end].mean()
        before[start + 1 : end] = similar[start : end - 1]
    return {
        "similarity": similar.round(6),
        "local": (apart @ wanted / np.maximum(lengths, 1e-9)).round(6),
        "own": own.round(6),
        "before": before.round(6),
    }


def _named(question: str, texts: Sequence[str], titles: Sequence[str]) -> Numbers:
    """Share of the question's words that each sentence has with its heading and title, by rarity among the sentences."""
    asked = list(dict.fromkeys(tokenise(question)))
    said = [frozenset(tokenise(text)) for text in texts]
    about = {title: frozenset(tokenise(title)) for title in dict.fromkeys(titles)}
    counts = {stem: sum(stem in stems for stems in said) for stem in asked}
    rarity = {stem: log(1 + (len(said) - n + 0.5) / (n + 0.5)) for stem, n in counts.items() if n}
    total = sum(rarity.values()) or 1.0
    return np.array(
        [
            sum(w for stem, w in rarity.items() if stem in stems or stem in about[title]) / total
            for stems, title in zip(said, titles, strict=True)
        ]
    ).round(6)


def likeliest(judged: Sequence[JudgedPassage]) -> list[tuple[JudgedPassage, float]]:
    """Passages by likeness of the whole, of the best sentence, and shared words, each from 0 to 1, in sum; with the sum."""
    if not judged:
        return []
    legs = ("cosine", "sentence", "words")
    total = np.sum([_scaled([item.signals[name] for item in judged]) for name in legs], axis=0)
    ranked = sorted(range(len(judged)), key=lambda i: (-round(total[i], 6), judged[i].passage_id))
    return [(judged[i], float(total[i])) for i in ranked]


def ordering(sentences: Sequence[Sentence], weights: Mapping[str, float]) -> Numbers:
    """One number a sentence; the larger, the nearer it is to an answer."""
    total: Numbers = np.sum(
        [
            weight * _standardised([s.signals.get(name, 0.0) for s in sentences])
            for name, weight in weights.items()
        ],
        axis=0,
    )
    return total


def _scaled(values: Sequence[float]) -> Numbers:
    array = np.asarray(values, dtype=np.float64)
    spread = array.max() - array.min()
    scaled: Numbers = (array - array.min()) / spread if spread > 0 else np.zeros_like(array)
    return scaled


def _standardised(values: Sequence[float]) -> Numbers:
    array = np.asarray(values, dtype=np.float64)
    moved: Numbers = (array - array.mean()) / (array.std() + 1e-6)
    return moved
