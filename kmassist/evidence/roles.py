"""What a sentence does in a source: report an effect, a harm, a good or a bad experience, ask, require, decide, cost, or say
that something is not known.

The role is told by a multinomial logistic model of the sentence's vector, its words, those of the heading above it and a few
marks (its kind of source, a figure, money, a direction, no difference), learnt on sentences of sixteen areas that were labelled by
hand; its numbers and the figures of areas left out are in ``data/sentence_roles.json`` (``python -m benchmarks.fit_roles``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kmassist.documents.source_types import SourceType
from kmassist.evidence.role_words import Words
from kmassist.text.shipped import english, shipped_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.embedding.embedder import Vectors

KINDS = tuple(SourceType)
_PATTERNS = (
    "says_no_difference",
    "up",
    "down",
    "trouble",
    "was_not_measured",
    "compares_groups",
    "gives_a_figure",
    "says_that_something_is_lacking",
)
_MARKS = (
    *map(
        re.compile,
        (
            r"\d",
            r"\d\s?%|\bper cent\b|\b\d+ of (?:the )?\d+\b",
            r"[£€$]\s?\d",
            r"^[^;]+: [^;]+; [^:;]+: ",
        ),
    ),
    *(english("evidence", name) for name in _PATTERNS),
)
_WEIGHT = 0.5
"""Of a mark, and of a heading's words, beside a vector of unit length."""


class Role(StrEnum):
    """What a sentence does; ``other`` sets a scene, says what was done, or is about something else."""

    EFFECT = "effect"
    HARM = "harm"
    GOOD = "good"
    BAD = "bad"
    ASKS = "asks"
    REQUIRES = "requires"
    DECIDES = "decides"
    COST = "cost"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One sentence of a document: how near it is to the subject (a cosine) and how likely it does what (each 0 to 1).

    ``focus`` is how near its source is, by the mean of its nearest sentences.
    ``roles`` is empty where the library's vectors are of another model than the roles were learnt on.
    """

    doc_id: str
    start: int
    end: int
    near: float
    focus: float = 0.0
    roles: Mapping[Role, float] = field(default_factory=dict)

    def does(self, *roles: Role) -> float:
        """How likely it does any of these."""
        return sum(self.roles.get(role, 0.0) for role in roles)

    def shares_words_with(self, doc_id: str, start: int, end: int) -> bool:
        """Whether it and a stretch of a document overlap."""
        return self.doc_id == doc_id and self.start < end and start < self.end


class Sentence(NamedTuple):
    """A sentence as it is read for its role; ``heading`` is of its passage, outermost first (``Results › Harms``)."""

    text: str
    kind: SourceType | None
    heading: str = ""

    @property
    def title(self) -> str:
        """The heading next above it."""
        return self.heading.rpartition(" › ")[2]


def features(
    sentences: Sequence[Sentence], vectors: Vectors, words: Words, titles: Words
) -> NDArray[np.float64]:
    """One row a sentence: its vector, marks, kind of source, words and its heading's words; shape (sentences, sum of these)."""
    marks = [[float(bool(mark.search(s.text))) for mark in _MARKS] for s in sentences]
    of_kind = [[float(s.kind is one) for one in KINDS] for s in sentences]
    return np.hstack(
        [
            vectors.astype(float),
            _WEIGHT * np.array(marks),
            _WEIGHT * np.array(of_kind),
            words.rows([s.text for s in sentences]),
            _WEIGHT * titles.rows([s.title for s in sentences]),
        ]
    )


def roles_of(
    sentences: Sequence[Sentence], vectors: Vectors, fingerprint: str
) -> list[dict[Role, float]]:
    """The probability of each role for each sentence, rounded; empty ones for vectors of another model."""
    model = _learnt()
    if not sentences or not fingerprint.startswith(model.embedder):
        return [{} for _ in sentences]
    rows = features(sentences, vectors, model.words, model.titles)
    logits = rows @ model.weights.T + model.intercept
    values = np.exp(logits - logits.max(axis=1, keepdims=True))
    values /= values.sum(axis=1, keepdims=True)
    return [
        dict(zip(model.roles, (round(float(v), 4) for v in row), strict=True)) for row in values
    ]


@dataclass(frozen=True)
class _Model:
    """``weights`` of shape (roles, features), ``intercept`` of shape (roles,)."""

    roles: tuple[Role, ...]
    weights: NDArray[np.float64]
    intercept: NDArray[np.float64]
    embedder: str
    words: Words
    titles: Words


@lru_cache(maxsize=1)
def _learnt() -> _Model:
    numbers = shipped_data("sentence_roles.json")
    return _Model(
        tuple(Role(name) for name in numbers["roles"]),
        np.array(numbers["weights"], float),
        np.array(numbers["intercept"], float),
        numbers["model"],
        Words(numbers["words"]),
        Words(numbers["titles"]),
    )
