"""Which sentence answers, whatever kind of source it stands in, and whether any does.

The sentences of the likeliest passages (`looked_at`) stand in the order of a weighted sum of their signals. The windows of those
that come first are then read (`reading`), and they are ordered anew by what was read too; what was not read stands behind. All
weights were learnt on whole libraries of other areas (`python -m benchmarks.fit_closest`) and are in ``data/closest.json``.

A sentence in which a source says that something is not known or was not measured is told by a logistic
model of its vector and of whether it gives a figure, learnt on such sentences of sixteen areas and on findings of trials.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np

from kmassist.evidence.answerable import logit, sigmoid
from kmassist.evidence.looked_at import Sentence, look_at, ordering
from kmassist.evidence.reading import order_of_read, read_likeliest, reading_signals
from kmassist.evidence.salience import gives_a_figure
from kmassist.text.shipped import shipped_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.documents.document import Document
    from kmassist.documents.passages import Passage
    from kmassist.embedding.reader import Reader
    from kmassist.evidence.model import FoundPassage
    from kmassist.evidence.relevance import Judgement
    from kmassist.retrieval.retrieve import Retrieval

    Numbers = NDArray[np.float64]

_SPREAD = 2.0
"""A sentence this many units behind the best has 0.37 of its score."""
_UNREAD = 0.1


@dataclass(frozen=True, slots=True)
class Closest:
    """What was made of the likeliest passages.

    ``scores``: passage -> a number from 0 to 1 a sentence, 1 for the best; passages not looked at are not in it.
    ``not_known``: passage and number of the sentence that says that what is asked is not known, where one is likely to.
    ``probability``: that the library answers the question, from 0 to 1, moved so that 0.5 is the cut-off; None where
    vectors are missing or of another model than it was learnt on.
    """

    scores: Mapping[str, tuple[float, ...]]
    not_known: tuple[str, int] | None = None
    probability: float | None = None
    signals: Mapping[str, float] = field(default_factory=dict)


def find_closest(
    question: str,
    judgement: Judgement,
    retrieval: Retrieval,
    passages: Mapping[str, Passage],
    documents: Mapping[str, Document],
    *,
    fingerprint: str,
    reader: Reader | None = None,
    judges_by_reading: bool = True,
) -> Closest:
    """Order the sentences of the likeliest passages of a question.

    Args:
        question: the words to be answered.
        judgement: the gate's, of the same question.
        retrieval: what the gate judged, with its vectors.
        passages: every judged passage, by id.
        documents: theirs, by doc_id.
        fingerprint: the embedder's, for what was learnt on the default model's vectors.
        reader: reads the likeliest; None where there is none for this embedder.
        judges_by_reading: False where no one sentence can answer: what was read then orders, and does not judge.
    """
    sentences, vectors = look_at(question, judgement, retrieval, passages, documents)
    if not sentences:
        return Closest({})
    numbers = learnt()
    is_learnt = is_learnt_on(fingerprint, retrieval)
    if is_learnt:
        texts = [passages[s.passage_id].sentence(s.number) for s in sentences]
        sentences = with_gaps(sentences, texts, vectors, numbers["not_known"])
    order = ordering(sentences, numbers["order"])
    gap = stated_gap(sentences, order)
    signals = verdict_signals(sentences, order, judgement.answerable_probability)
    model = numbers["verdict"]
    if reader is not None and is_learnt:
        read = read_likeliest(question, sentences, order, passages, documents, reader=reader)
        sentences = [
            replace(s, signals={**s.signals, **read.get((s.passage_id, s.number), {})})
            for s in sentences
        ]
        order = order_of_read(sentences, order, numbers["read"]["order"])
        if judges_by_reading:
            signals = {**signals, **reading_signals(sentences, order)}
            model = numbers["read"]
    return Closest(
        _shares(sentences, order, passages),
        gap,
        verdict(signals, model) if is_learnt else None,
        signals,
    )


def of_all_parts(found: Sequence[Closest]) -> Closest:
    """What was made of the parts of a question, as one: each sentence by the part that it answers best.

    Where a source says that something is not known, it is of the part that is least likely to be answered.
    """
    scores: dict[str, tuple[float, ...]] = {}
    for one in found:
        for passage_id, values in one.scores.items():
            held = scores.get(passage_id, values)
            scores[passage_id] = tuple(map(max, held, values))
    told = [one.probability for one in found if one.probability is not None]
    by_doubt = sorted(found, key=lambda one: -1.0 if one.probability is None else one.probability)
    return Closest(
        scores,
        next((one.not_known for one in by_doubt if one.not_known), None),
        max(told, default=None),
        found[0].signals,
    )


def _shares(
    sentences: Sequence[Sentence], order: Numbers, passages: Mapping[str, Passage]
) -> dict[str, tuple[float, ...]]:
    """Passage -> a number from 0 to 1 a sentence, falling with the distance from the best."""
    best = float(order.max())
    scores = {s.passage_id: [0.0] * len(passages[s.passage_id].sentences) for s in sentences}
    for sentence, value in zip(sentences, order, strict=True):
        score = exp((float(value) - best) / _SPREAD)
        scores[sentence.passage_id][sentence.number] = round(score, 6)
    return {key: tuple(values) for key, values in scores.items()}


def with_gaps(
    sentences: Sequence[Sentence],
    texts: Sequence[str],
    vectors: Numbers,
    model: Mapping[str, Any],
) -> list[Sentence]:
    """The sentences, each with its ``not_known``.

    Args:
        sentences: as `look_at` gives them.
        texts: their words.
        vectors: theirs, shape (sentences, dimension).
        model: ``not_known`` of ``data/closest.json``.
    """
    figures = np.array([gives_a_figure(text) for text in texts], dtype=np.float64)
    odds = vectors @ np.asarray(model["weights"]) + model["figure"] * figures + model["intercept"]
    return [
        replace(s, not_known=round(float(value), 4))
        for s, value in zip(sentences, odds, strict=True)
    ]


def is_learnt_on(fingerprint: str, retrieval: Retrieval) -> bool:
    """Whether there are vectors, of the model that the numbers were learnt on."""
    return retrieval.vector is not None and fingerprint.startswith(learnt()["model"])


def as_ordered(item: FoundPassage, closest: Closest) -> FoundPassage:
    """A passage with its sentences' scores; one not looked at has a tenth of its own, behind those that were."""
    scores = closest.scores.get(item.passage.passage_id)
    if scores:
        return replace(item, sentence_scores=scores, is_ordered=True)
    return replace(item, sentence_scores=tuple(_UNREAD * score for score in item.sentence_scores))


def stated_gap(sentences: Sequence[Sentence], order: Numbers) -> tuple[str, int] | None:
    """The sentence near to the question that most likely says that this is not known; None when none is likely to be about it."""
    model = learnt()["not_known"]
    at = likeliest_gap(sentences, order, model)
    if at is None:
        return None
    about = verdict(gap_signals(sentences, order, at), model["about"])
    is_shown = about >= model["least_about"]
    return (sentences[at].passage_id, sentences[at].number) if is_shown else None


def likeliest_gap(
    sentences: Sequence[Sentence], order: Numbers, model: Mapping[str, Any]
) -> int | None:
    """Number of the sentence that most likely states a gap, of those near the question that are likely to."""
    near = float(np.quantile(order, model["nearest"]))
    likely = [
        (float(value) + model["weight"] * s.not_known, s.passage_id, i)
        for i, (s, value) in enumerate(zip(sentences, order, strict=True))
        if s.not_known >= model["least"] and value >= near
    ]
    return max(likely)[2] if likely else None


GAP_SIGNALS = ("local", "behind_similarity", "behind_order", "not_known")
"""What tells whether a stated gap is about the question; ``behind`` is the distance to the best sentence."""


def gap_signals(sentences: Sequence[Sentence], order: Numbers, at: int) -> dict[str, float]:
    """`GAP_SIGNALS` of a sentence, by its number."""
    one = sentences[at]
    most = max(s.signals["similarity"] for s in sentences)
    return {
        "local": one.signals["local"],
        "behind_similarity": one.signals["similarity"] - most,
        "behind_order": float(order[at] - order.max()),
        "not_known": one.not_known,
    }


def verdict_signals(sentences: Sequence[Sentence], order: Numbers, gate: float) -> dict[str, float]:
    """What tells an answer from a near miss, as far as it can be told without reading.

    Args:
        sentences: those looked at.
        order: a number a sentence, before anything is read.
        gate: the gate's probability that the library holds anything on it.
    """
    ranked = np.argsort(-order, kind="stable")
    first = sentences[int(ranked[0])]
    behind = ranked[min(4, len(ranked) - 1)]
    known = [s.not_known for s in sentences if np.isfinite(s.not_known)]
    return {
        "lead": float(order[ranked[0]] - order[behind]),
        "similarity": first.signals["similarity"],
        "highest_similarity": max(s.signals["similarity"] for s in sentences),
        "likeness": first.signals["likeness"],
        "first_gate": first.signals["gate"],
        "highest_gate": max(s.signals["gate"] for s in sentences),
        "place": first.signals["place"],
        "length": first.signals["length"],
        "gate": logit(gate),
        "not_known": max(known, default=0.0),
    }


def verdict(signals: Mapping[str, float], model: Mapping[str, Any]) -> float:
    """Probability by a logistic model: from `verdict_signals` that the library answers, moved so that 0.5 is the cut-off; from
    `gap_signals` that a stated gap is about the question."""
    weights = model["weights"]
    return sigmoid(model["intercept"] + sum(weights[name] * signals[name] for name in weights))


def learnt() -> dict[str, Any]:
    """The numbers of ``data/closest.json``, which ``python -m benchmarks.fit_closest`` writes."""
    return shipped_data("closest.json")
