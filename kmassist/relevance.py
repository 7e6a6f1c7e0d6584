"""The relevance gate: does a passage really bear on the question, and can the corpus answer it at all?

Probabilities come from explainable signals by logistic models whose fitted numbers are in ``data/relevance.json``;
``python -m benchmarks.fit_relevance`` refits them on judged data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from math import exp
from typing import TYPE_CHECKING, Any

from kmassist.index import Index
from kmassist.text import tokenise

if TYPE_CHECKING:
    from kmassist.passages import Passage
    from kmassist.retrieval import Retrieval
    from kmassist.vocabulary import Reading


@dataclass(frozen=True, slots=True)
class JudgedPassage:
    """A passage with the gate's probability that it bears on the question.

    ``score`` is the ranking score; ``sentence_scores`` has one number from 0 to 1 a sentence, ``best_sentence`` its
    highest; ``signals`` are what the probability was computed from.
    """

    passage_id: str
    doc_id: str
    probability: float
    score: float
    sentence_scores: tuple[float, ...]
    best_sentence: int
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every judged passage, best first, and the question as a whole.

    ``cutoff`` is the probability from which a passage counts; ``uncovered_terms`` are informative words of the question
    that no passage above it uses.
    """

    passages: tuple[JudgedPassage, ...]
    cutoff: float
    answerable_probability: float
    uncovered_terms: tuple[str, ...]


def judge(reading: Reading, retrieval: Retrieval, index: Index) -> Judgement:
    """Judge the passages of a retrieval that were re-ordered or reserved.

    Args:
        reading: the question.
        retrieval: what `retrieve` found for it.
        index: the index it was found in.
    """
    hits = [hit for hit in retrieval.run if not retrieval.vectors or hit.passage_id in retrieval.vectors]
    passages = {p.passage_id: p for p in index.passages(hit.passage_id for hit in hits)}
    judged: list[JudgedPassage] = []
    stems: dict[str, frozenset[str]] = {}
    for hit in hits:
        passage = passages.get(hit.passage_id)
        if passage is None:
            continue
        stems[hit.passage_id] = frozenset(tokenise(f"{passage.heading} {passage.text}"))
        covered = [term.is_covered_by(stems[hit.passage_id]) for term in reading.informative]
        coverage = sum(covered) / len(covered) if covered else 0.0
        cosine, similarities = _similarities(passage, retrieval)
        scores = tuple(
            0.7 * max(0.0, similarity) + 0.3 * _coverage(passage.sentence(number), reading)
            for number, similarity in enumerate(similarities)
        )
        best = max(range(len(scores)), key=lambda i: (scores[i], -i)) if scores else 0
        signals = {"cosine": cosine, "sentence": max(similarities, default=0.0), "coverage": coverage}
        judged.append(
            JudgedPassage(
                passage.passage_id, passage.doc_id, _probability("passage", signals), hit.score, scores, best, signals
            )
        )
    judged.sort(key=lambda j: (-j.probability, j.passage_id))
    cutoff = float(_fitted()["cutoff"])
    kept = [stems[j.passage_id] for j in judged if j.probability >= cutoff]
    uncovered = tuple(term.word for term in reading.informative if not any(term.is_covered_by(s) for s in kept))
    return Judgement(tuple(judged), cutoff, max((j.probability for j in judged), default=0.0), uncovered)


def _similarities(passage: Passage, retrieval: Retrieval) -> tuple[float, Sequence[float]]:
    pair = retrieval.vectors.get(passage.passage_id)
    if pair is None or retrieval.vector is None:
        return 0.0, [0.0] * len(passage.sentences)
    return float(pair[0] @ retrieval.vector), [float(x) for x in pair[1] @ retrieval.vector]


def _coverage(sentence: str, reading: Reading) -> float:
    stems = frozenset(tokenise(sentence))
    terms = reading.informative
    return sum(term.is_covered_by(stems) for term in terms) / len(terms) if terms else 0.0


def _probability(model: str, signals: Mapping[str, float]) -> float:
    fitted = _fitted()[model]
    z = fitted["intercept"] + sum(fitted["weights"].get(name, 0.0) * value for name, value in signals.items())
    return round(1.0 / (1.0 + exp(-max(-30.0, min(30.0, z)))), 6)


@lru_cache(maxsize=1)
def _fitted() -> dict[str, Any]:
    fitted: dict[str, Any] = json.loads(files("kmassist").joinpath("data/relevance.json").read_text(encoding="utf-8"))
    return fitted
