"""Question types learnt from labelled questions: a linear model on the question's vector, its small words and its cue words.

Small words (how many, who, should we) say what is asked, the vector says it in other words; what the question is about is
kept out, so that the model holds in services it never saw. The weights are data (``data/question_types.json``), fitted by
`python -m benchmarks.fit_question_types` and judged on whole areas left out.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from kmassist.errors import ModelUnavailable
from kmassist.question.subject import is_framing
from kmassist.text.shipped import shipped_data
from kmassist.text.words import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.embedding.embedder import Embedder, Vectors

VECTOR_WEIGHT, CUE_WEIGHT = 2.0, 0.5
LEAST_SCORE, SHARE_OF_BEST = 0.3, 0.6
"""A further type needs this score (1 is a sure one), and this share of the best type's."""


def small_words(question: str) -> frozenset[str]:
    """Words that name no subject, alone and in runs of two and three, with ^ and $ for the question's ends."""
    plain = words(question)
    bare = [word if is_framing(word) else "" for word in plain]
    ended = ["^", *bare, "$"]
    runs = [ended[at : at + size] for size in (2, 3) for at in range(len(ended) - size + 1)]
    return frozenset(" ".join(run) for run in [*([w] for w in bare), *runs] if all(run))


def shares(question: str, grams: Mapping[str, int]) -> NDArray[np.float64]:
    """A number for each known run of small words: 0, or one over the root of how many of them the question has."""
    row = np.zeros(len(grams))
    for gram in small_words(question) & grams.keys():
        row[grams[gram]] = 1.0
    row /= max(1.0, float(np.sqrt(row.sum())))
    return row


def features(
    question: str,
    vector: Vectors,
    cued: Sequence[str],
    grams: Mapping[str, int],
    types: Sequence[str],
) -> NDArray[np.float64]:
    """One row: shares of the known runs of small words, the unit vector, the cue words' types, and 1."""
    cues = np.array([CUE_WEIGHT * (kind in cued) for kind in types])
    return np.concatenate(
        [shares(question, grams), VECTOR_WEIGHT * np.asarray(vector, float), cues, [1.0]]
    )


@dataclass(frozen=True, slots=True)
class LearntTypes:
    """The fitted model for one embedder."""

    types: tuple[str, ...]
    grams: Mapping[str, int]
    weights: NDArray[np.float64]
    embedder: Embedder

    def __call__(self, question: str, cued: Sequence[str]) -> tuple[str, ...]:
        """The types, strongest first; none where the embedder's model is missing or damaged."""
        try:
            vector = self.embedder.embed_query(question)
        except ModelUnavailable:  # the search says so
            return ()
        scores = features(question, vector, cued, self.grams, self.types) @ self.weights
        order = sorted(range(len(self.types)), key=lambda at: (-scores[at], at))
        least = max(LEAST_SCORE, SHARE_OF_BEST * scores[order[0]])
        return tuple(self.types[at] for at in order if at == order[0] or scores[at] >= least)


@cache
def _fitted() -> Mapping[str, Any]:
    return shipped_data("question_types.json")


def learnt_types(embedder: Embedder) -> LearntTypes | None:
    """The model, or None for an embedder that it was not fitted with."""
    fitted = _fitted()
    if embedder.fingerprint != fitted["embedder"]:
        return None
    grams = {gram: at for at, gram in enumerate(fitted["grams"])}
    flat = np.frombuffer(base64.b64decode(fitted["weights"]), np.float16).astype(float)
    return LearntTypes(
        tuple(fitted["types"]), grams, flat.reshape(-1, len(fitted["types"])), embedder
    )
