"""Whether a question asks what is known on a subject, or one thing of it.

"Evidence for seven-day therapy, and what do carers say?" is answered by what the library holds on the subject; "How many were
seen within a week?" by a sentence. A logistic model of the question's vector, its small words and its length tells the two
apart, learnt on questions of sixteen areas (`python -m benchmarks.fit_breadth`, which gives the figures of areas left out).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np

from kmassist.errors import ModelUnavailable
from kmassist.question.quantities import quantity_asked
from kmassist.question.type_model import shares
from kmassist.text.shipped import shipped_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.embedding.embedder import Embedder, Vectors

_WEIGHT = 2.0
"""Of the vector and of the small words beside the length."""


def features(question: str, vector: Vectors, grams: Mapping[str, int]) -> NDArray[np.float64]:
    """One row: the unit vector, shares of the known runs of small words, the length, and 1."""
    length = log(1 + len(question.split()))
    return np.concatenate(
        [_WEIGHT * np.asarray(vector, float), _WEIGHT * shares(question, grams), [length, 1.0]]
    )


def asks_what_is_known(question: str, embedder: Embedder) -> bool:
    """Whether what is held on the subject is the answer; False where a figure is asked, and with vectors of another model."""
    fitted = shipped_data("question_breadth.json")
    if embedder.fingerprint != fitted["embedder"] or quantity_asked(question) is not None:
        return False
    try:
        vector = embedder.embed_query(question)
    except ModelUnavailable:  # the search says so
        return False
    grams, weights = _model()
    odds = features(question, vector, grams) @ weights
    return bool(odds >= fitted["least"])


@cache
def _model() -> tuple[Mapping[str, int], NDArray[np.float64]]:
    fitted: Mapping[str, Any] = shipped_data("question_breadth.json")
    grams = {gram: at for at, gram in enumerate(fitted["grams"])}
    return grams, np.frombuffer(base64.b64decode(fitted["weights"]), np.float16).astype(float)
