"""Fit the kinds of sources: `python -m benchmarks.fit_kinds LIBRARIES` (the small libraries of other service areas, ../shared).

Learnt from the words of their documents without front matter, each of a kind that its author gave it, whole and cut short: a
page may hold a few lines only. Judged on quarters of the areas left out whole, whole documents and their first lines; printed
before the model of all is written to ``kmassist/data/kinds.json``.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from kmassist.documents.source_types import SourceType
from kmassist.readers.metadata.kinds import FRONT, Model, features, likeliest_of

HERE = Path(__file__).parent
LEAST_AREAS, RIDGE, STEPS, RATE, FOLDS = 7, 1e-4, 300, 2.0, 4
LENGTHS = (FRONT, 800, 400, 200)
"""Characters of the beginning of each document that are learnt from, and judged."""


@dataclass(frozen=True, slots=True)
class Row:
    """The beginning of a document of an area: its kind, its words, and of how many characters they are."""

    area: str
    kind: str
    words: frozenset[str]
    length: int


def rows(libraries: Path) -> list[Row]:
    """The documents in Markdown whose kind is given, once of each length."""
    found: list[Row] = []
    for path in sorted(libraries.glob("*/documents/*/*.md")):
        match = re.match(r"---\n(.*?)\n---\n(.*)", path.read_text(encoding="utf-8"), re.S)
        kind = yaml.safe_load(match[1]).get("source_type") if match else None
        if match and kind:
            text = re.sub(r"[#*_>|`]+", " ", match[2]).strip()
            found += [Row(path.parts[-4], str(kind), features(text[:n]), n) for n in LENGTHS]
    return found


def known(found: Sequence[Row]) -> list[str]:
    """The words that several areas have in common."""
    areas: defaultdict[str, set[str]] = defaultdict(set)
    for row in found:
        for word in row.words:
            areas[word].add(row.area)
    return sorted(word for word, of in areas.items() if len(of) >= LEAST_AREAS)


def table(found: Sequence[Row], words: Sequence[str]) -> NDArray[np.float64]:
    """Documents by words, each row of length one, and a last column of ones."""
    at = {word: number for number, word in enumerate(words)}
    made = np.zeros((len(found), len(words) + 1))
    for number, row in enumerate(found):
        made[number, [at[word] for word in row.words if word in at]] = 1
    made /= np.sqrt(np.maximum(1, made.sum(axis=1, keepdims=True)))
    made[:, -1] = 1
    return made


def fit(made: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of words by kind: logistic regression with a ridge, by descent with momentum."""
    weights = np.zeros((made.shape[1], right.shape[1]))
    speed = np.zeros_like(weights)
    for _ in range(STEPS):
        slope = made.T @ (shares(made @ weights) - right) / len(made) + RIDGE * weights
        slope[-1] -= RIDGE * weights[-1]
        speed = 0.9 * speed + slope
        weights -= RATE * speed
    return weights


def shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores as likelihoods that add up to one a row."""
    raised: NDArray[np.float64] = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def main() -> None:
    """Judge on areas left out, then fit on all and write the model."""
    found = rows(Path(sys.argv[1]))
    kinds = sorted({row.kind for row in found})
    areas = sorted({row.area for row in found})
    right = np.array([[row.kind == kind for kind in kinds] for row in found], dtype=float)
    likely = np.zeros(len(found))
    is_right = np.zeros(len(found), dtype=bool)
    fold = np.array([areas.index(row.area) % FOLDS for row in found])
    for held in range(FOLDS):
        train = np.flatnonzero(fold != held)
        model = model_of([found[at] for at in train], right[train], kinds)
        for at in np.flatnonzero(fold == held):
            told = likeliest_of(found[at].words, model)
            likely[at], is_right[at] = told.likelihood * told.stands, told.kind == found[at].kind
    for length in LENGTHS:
        of = np.array([row.length == length for row in found])
        for least in (0.5, 0.6, 0.7):
            sure = of & (likely >= least)
            print(
                f"{length} characters, at least {least}: "
                f"{sure.sum()} of {of.sum()} proposed, {is_right[sure].sum()} right"
            )
    words, weights = fitted(found, right)
    body = {"kinds": kinds, "words": words, "weights": base64.b64encode(weights.tobytes()).decode()}
    target = HERE.parent / "kmassist/data/kinds.json"
    target.write_text(json.dumps(body, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(words)} words, {target.stat().st_size:,} bytes")


def fitted(
    found: Sequence[Row], right: NDArray[np.float64]
) -> tuple[list[str], NDArray[np.float16]]:
    """The words that whole documents of several areas have in common, and their weights by kind."""
    words = known([row for row in found if row.length == FRONT])
    return words, fit(table(found, words), right).astype("<f2")


def model_of(found: Sequence[Row], right: NDArray[np.float64], kinds: Sequence[str]) -> Model:
    """A model as the product reads it."""
    words, weights = fitted(found, right)
    told = [tuple(map(float, row)) for row in weights]
    return Model(tuple(map(SourceType, kinds)), dict(zip(words, told, strict=False)), told[-1])


if __name__ == "__main__":
    main()
