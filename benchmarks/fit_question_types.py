"""Fit the question types: `python -m benchmarks.fit_question_types [LIBRARIES]`.

Learnt from `data/question_labels.yaml` (labelled by one person), the demonstration questions and, at a tenth of their
weight, the questions of the small libraries of other services, each with the type that its answer's kind of source stands
for. Judged on fifths of the areas and on the ward questions left out in fifths; printed before the model of all is written.
"""

from __future__ import annotations

import base64
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from kmassist.embedding import open_embedder
from kmassist.question.type_model import LEAST_SCORE, SHARE_OF_BEST, features, small_words
from kmassist.question.types import QuestionType, cued_types

HERE = Path(__file__).parent
TYPES = tuple(kind.value for kind in QuestionType if kind is not QuestionType.CORPUS)
_BY_FOLDER = {
    "published": "T1", "guideline": "T11", "economic": "T6", "audit": "T4",
    "ppi": "T5", "policy": "T9", "frontline": "T7", "evaluation": "T1",
}  # fmt: skip
RIDGE, WEAK, LEAST_AREAS, FOLDS = 1.0, 0.1, 8, 5


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled question of an area; ``weight`` below 1 for a label that was never looked at."""

    area: str
    question: str
    types: frozenset[str]
    weight: float = 1.0


def labelled() -> Iterator[Row]:
    """The questions that a person labelled."""
    for area, rows in yaml.safe_load((HERE / "data/question_labels.yaml").read_text()).items():
        for at, row in enumerate(rows):
            yield Row(
                area if area != "ward" else f"ward {at % FOLDS}",
                row["question"],
                frozenset(row["types"]),
            )
    for row in yaml.safe_load((HERE / "data/question_types.yaml").read_text()):
        if "T10" not in row["types"]:
            yield Row("types", row["question"], frozenset(row["types"]))
    sample = HERE.parent / "corpus/sample/questions.yaml"
    for row in yaml.safe_load(sample.read_text()):
        if row.get("types") and "T10" not in row["types"] and not row.get("follows"):
            yield Row("demonstration", row["question"], frozenset(row["types"]))


def unlabelled(libraries: Path, seen: set[str]) -> Iterator[Row]:
    """The other questions of the libraries with the type of their answer's kind of source."""
    for path in sorted(libraries.glob("*/questions.jsonl")):
        for line in path.read_text().splitlines():
            asked = json.loads(line) if line.strip() else {"q": ""}
            if asked["q"] and asked["q"] not in seen:
                kind = _BY_FOLDER[asked["doc"].split("/")[0]]
                yield Row(path.parent.name, asked["q"], frozenset([kind]), WEAK)


def main() -> None:
    """Judge on areas left out, then fit on all and write the model."""
    rows = list(labelled())
    if len(sys.argv) > 1:
        rows += unlabelled(Path(sys.argv[1]), {row.question for row in rows})
    embedder = open_embedder("default", threads=1)
    vectors = np.array([embedder.embed_query(row.question) for row in rows])
    fold = _folds(rows)
    scores = np.zeros((len(rows), len(TYPES)))
    for held in sorted(set(fold)):
        train = [at for at, number in enumerate(fold) if number != held]
        test = [at for at, number in enumerate(fold) if number == held and rows[at].weight == 1]
        grams, weights = _fit([rows[at] for at in train], vectors[train])
        scores[test] = _table([rows[at] for at in test], vectors[test], grams) @ weights
    _report(rows, scores)
    grams, weights = _fit(rows, vectors)
    body = {
        "embedder": embedder.fingerprint,
        "types": TYPES,
        "grams": list(grams),
        "weights": base64.b64encode(weights.astype(np.float16).tobytes()).decode(),
    }
    target = HERE.parent / "kmassist/data/question_types.json"
    target.write_text(json.dumps(body, ensure_ascii=False) + "\n")
    print(
        f"{len(rows)} questions, {len(grams)} runs of small words, {target.stat().st_size:,} bytes"
    )


def _folds(rows: list[Row]) -> list[int]:
    areas = sorted({row.area for row in rows if row.area.isalpha()} - {"types", "demonstration"})
    numbers = {area: at % FOLDS for at, area in enumerate(areas)}
    numbers |= {f"ward {at}": at for at in range(FOLDS)}
    return [numbers.get(row.area, FOLDS + len(row.area)) for row in rows]


def _fit(
    rows: list[Row], vectors: NDArray[np.float32]
) -> tuple[dict[str, int], NDArray[np.float64]]:
    areas: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for gram in small_words(row.question):
            areas[gram].add(row.area)
    grams = {
        gram: at
        for at, gram in enumerate(sorted(g for g, of in areas.items() if len(of) >= LEAST_AREAS))
    }
    table = _table(rows, vectors, grams)
    wanted = np.array([[float(kind in row.types) for kind in TYPES] for row in rows])
    root = np.sqrt([[row.weight] for row in rows])
    table, wanted = table * root, wanted * root
    return grams, table.T @ np.linalg.solve(table @ table.T + RIDGE * np.eye(len(rows)), wanted)


def _table(
    rows: list[Row], vectors: NDArray[np.float32], grams: dict[str, int]
) -> NDArray[np.float64]:
    cued = [tuple(kind.value for kind in cued_types(row.question)) for row in rows]
    each = zip(rows, vectors, cued, strict=True)
    return np.array([features(row.question, vector, c, grams, TYPES) for row, vector, c in each])


def _report(rows: list[Row], scores: NDArray[np.float64]) -> None:
    groups: defaultdict[str, list[tuple[bool, bool, bool, int]]] = defaultdict(list)
    for row, score in zip(rows, scores, strict=True):
        if row.weight < 1:
            continue
        best = TYPES[int(score.argmax())]
        least = max(LEAST_SCORE, SHARE_OF_BEST * score.max())
        told = {best, *(kind for kind, value in zip(TYPES, score, strict=True) if value >= least)}
        cued = [kind.value for kind in cued_types(row.question)] or ["T1"]
        name = (
            "areas"
            if row.area.isalpha() and row.area not in {"types", "demonstration"}
            else row.area.split()[0]
        )
        groups[name].append(
            (best in row.types, bool(told & row.types), cued[0] in row.types, len(told))
        )
    for name, found in groups.items():
        first, any_, rules, size = np.array(found, float).mean(axis=0)
        print(
            f"{name}: first type right {first:.3f} (cue words {rules:.3f}), any {any_:.3f}, {size:.2f} types, n {len(found)}"
        )


if __name__ == "__main__":
    main()
