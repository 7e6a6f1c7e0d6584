"""The fitted model of presence: from the signals of documents to the probability that each is on a subject.

The first look judges each document by itself (`pool.signals`), the second one by what the library's own titles say of it too (`pool.titles`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from kmassist.retrieval.pool import Standing
from kmassist.retrieval.pool.signals import SIGNALS
from kmassist.retrieval.pool.titles import TITLED
from kmassist.text.shipped import shipped_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALL, WHOLE_FROM = 19, 25
"""Documents up to which a library is judged by the trees of small libraries alone, and from which by those of whole ones."""
SURE = 9.0
"""Log-odds beyond which the first look tells no more."""


@dataclass(frozen=True)
class Forest:
    """Boosted trees over `SIGNALS` or `TITLED`.

    Attributes:
        feature: the signal that a node asks, shape (trees, nodes); a leaf leads to itself.
        threshold: up to which the left branch is taken, same shape.
        left, right: where the branches lead, same shape.
        value: log-odds that a leaf adds, 0 for a node, same shape.
        baseline: log-odds to begin with.
        depth: most steps from root to leaf.
    """

    feature: NDArray[np.intp]
    threshold: NDArray[np.float64]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    value: NDArray[np.float64]
    baseline: float
    depth: int

    @classmethod
    def read(cls, numbers: Mapping[str, Any]) -> Forest:
        """From the numbers of ``data/presence.json``."""
        trees = numbers["trees"]
        return cls(
            feature=np.array(trees["feature"], np.intp),
            threshold=np.array(trees["threshold"], np.float64),
            left=np.array(trees["left"], np.intp),
            right=np.array(trees["right"], np.intp),
            value=np.array(trees["value"], np.float64),
            baseline=numbers["baseline"],
            depth=numbers["depth"],
        )

    def log_odds(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """One a document, for rows of shape (documents, signals)."""
        values, signals = rows.ravel(), rows.shape[1]
        first = np.arange(len(rows))[:, None] * signals
        node = np.repeat(self._roots[None, :], len(rows), axis=0)
        for _ in range(self.depth):
            asked = values.take(self.feature.take(node) + first)
            node = self._branches.take(2 * node + (asked <= self.threshold.take(node)))
        z: NDArray[np.float64] = self.baseline + self.value.take(node).sum(axis=1)
        return z

    @cached_property
    def _roots(self) -> NDArray[np.intp]:
        """Number of the first node of each tree among all nodes."""
        return np.asarray(np.arange(len(self.feature)) * self.feature.shape[1], np.intp)

    @cached_property
    def _branches(self) -> NDArray[np.intp]:
        """Where each node leads among all nodes: right, then left."""
        both = np.stack([self.right, self.left], axis=-1)
        return np.asarray(both + self._roots[:, None, None])


@dataclass(frozen=True)
class Model:
    """The numbers of ``data/presence.json``.

    Attributes:
        whole: fitted on libraries of some size, by each document's own signals.
        small: the same, fitted on small parts of them too, two of them with little but one subject. What a library's own mean
            tells there, and how far the best documents lead, means something else.
        again, again_small: the same two, fitted on what either of them gave and what the titles of the likeliest documents add.
        low, high: probabilities from which a document is to be checked, and is on the subject.
        beside: log-odds that a document to be checked may lie behind the likeliest of its kind, where that is on the subject.
        background: mean of the passage vectors of many libraries, shape (dimension,).
        embedder: start of the fingerprint of the embedder whose vectors the trees were fitted on.
    """

    whole: Forest
    small: Forest
    again: Forest
    again_small: Forest
    low: float
    high: float
    beside: float
    background: NDArray[np.float32]
    embedder: str

    def first(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Log-odds of each document by itself, for rows of shape (documents, `SIGNALS`); a library between small and whole goes by both."""
        z = _by_size(np.exp(rows[:, SIGNALS.index("size")]), rows, self.whole, self.small)
        return np.clip(z, -SURE, SURE)

    def probabilities(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """One a document, for rows of shape (documents, `TITLED`), of all documents that were looked at."""
        z = _by_size(np.full(len(rows), len(rows)), rows, self.again, self.again_small)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -30.0, 30.0))))

    def standing(self, probability: float) -> Standing | None:
        """By the cut-offs; None below both."""
        if probability >= self.high:
            return Standing.ON
        return Standing.TO_CHECK if probability >= self.low else None


def _by_size(
    documents: NDArray[np.floating] | NDArray[np.intp],
    rows: NDArray[np.floating],
    whole: Forest,
    small: Forest,
) -> NDArray[np.float64]:
    """Log-odds of each row by the forest for libraries of so many documents, or by both."""
    share = np.clip((WHOLE_FROM - documents) / (WHOLE_FROM - SMALL), 0.0, 1.0)
    z = np.zeros(len(rows))
    if (share < 1).any():
        z += (1 - share) * whole.log_odds(rows)
    if (share > 0).any():
        z += share * small.log_odds(rows)
    return z


@lru_cache(maxsize=1)
def fitted() -> Model:
    """The model that ``python -m benchmarks.fit_presence`` wrote."""
    numbers = shipped_data("presence.json")
    if (tuple(numbers["signals"]), tuple(numbers["titled"])) != (SIGNALS, TITLED):
        raise AssertionError(
            "data/presence.json was fitted to other signals: run python -m benchmarks.fit_presence."
        )
    return Model(
        whole=Forest.read(numbers["whole"]),
        small=Forest.read(numbers["small"]),
        again=Forest.read(numbers["again"]),
        again_small=Forest.read(numbers["again_small"]),
        low=numbers["low"],
        high=numbers["high"],
        beside=numbers["beside"],
        background=np.array(numbers["background"], np.float32),
        embedder=numbers["model"],
    )
