"""The words of a sentence as numbers: single words and pairs, each weighed by how rare it is (tf-idf, unit length).

A sentence's vector tells what it is about; what it does with that, praises or complains of it, says that it was not measured, is
told as much by its small words. Which words count, and for what, is learnt (`evidence.roles`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST = 3
"""Sentences that a word or pair must stand in to be learnt from."""


@dataclass(frozen=True)
class Words:
    """Words and pairs in a fixed order, each with its weight (inverse document frequency)."""

    weight: Mapping[str, float]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Words:
        """Those of some sentences, sorted."""
        held = Counter(term for text in texts for term in set(_terms(text)))
        found = sorted(term for term, count in held.items() if count >= _LEAST)
        return cls({t: round(log((1 + len(texts)) / (1 + held[t])) + 1, 3) for t in found})

    def rows(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """One row a sentence, shape (sentences, words), of unit length or nothing where no word is known."""
        place = {term: number for number, term in enumerate(self.weight)}
        rows = np.zeros((len(texts), len(place)))
        for row, text in zip(rows, texts, strict=True):
            for term, count in Counter(_terms(text)).items():
                if term in place:
                    row[place[term]] = (1 + log(count)) * self.weight[term]
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(length > 0, length, 1.0)


def _terms(text: str) -> Iterable[str]:
    words = re.findall(r"\w\w+", text.casefold())
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]
