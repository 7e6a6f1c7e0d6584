"""Learn which questions ask what is known on a subject: `python -m benchmarks.fit_breadth`.

The wordings of the subjects of ../shared/data/libraries ask what is known; the judged questions there, answerable ones and near
misses, ask one thing. Judged on areas left out in groups, and on the wordings and questions of the demonstration corpus, which
nothing is learnt from; writes kmassist/data/question_breadth.json with the figures, and prints them.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.judged_collections import (
    ROOT,
    WORDINGS,
    collections,
    demonstration,
    embedder_of_all,
)
from kmassist.question.breadth import features
from kmassist.question.type_model import small_words

OUT = ROOT / "kmassist" / "data" / "question_breadth.json"
GROUPS, LEAST_AREAS, STRENGTH = 4, 8, 2.0
LEAST = 1.0
"""Log-odds from which a question is taken to ask what is known: who asks one thing must not be told what there is instead."""


@dataclass(frozen=True, slots=True)
class Row:
    """A question of an area; ``style`` is empty for one that asks one thing."""

    area: str
    style: str
    question: str
    vector: NDArray[np.float32]


def rows_of_areas() -> list[Row]:
    """Every wording and question of the areas."""
    found = [
        (one.name, style, text)
        for one in collections()
        for style, text in (
            *(w for subject in one.subjects for w in subject.wordings),
            *(("", q["q"]) for q in one.questions),
        )
    ]
    return _embedded(found)


def rows_of_demonstration() -> list[Row]:
    """Those of the demonstration corpus, without follow-ups, which lean on a question before."""
    wordings = [w for s in demonstration().subjects for w in s.wordings if w[0] != "follow_up"]
    read = yaml.safe_load((WORDINGS / "questions.yaml").read_text(encoding="utf-8"))
    asked = [row["question"] for rows in read.values() for row in rows]
    return _embedded([("demonstration", *w) for w in (*wordings, *(("", q) for q in asked))])


def _embedded(found: Sequence[tuple[str, str, str]]) -> list[Row]:
    vectors = embedder_of_all().embed_queries([text for _, _, text in found])
    return [Row(*one, vector) for one, vector in zip(found, vectors, strict=True)]


def fit(rows: Sequence[Row]) -> tuple[dict[str, int], NDArray[np.float64]]:
    """Runs of small words that most areas have, and the weights of `features`."""
    areas: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for gram in small_words(row.question):
            areas[gram].add(row.area)
    least = min(LEAST_AREAS, len({row.area for row in rows}) // 2)
    known = sorted(gram for gram, of in areas.items() if len(of) >= least)
    grams = {gram: at for at, gram in enumerate(known)}
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    table = np.array([features(r.question, r.vector, grams) for r in rows])
    model.fit(table[:, :-1], [bool(row.style) for row in rows])
    return grams, np.append(model.coef_[0], model.intercept_[0])


def told(
    rows: Sequence[Row], grams: dict[str, int], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log-odds of each."""
    return np.array([features(r.question, r.vector, grams) @ weights for r in rows])


def figures(rows: Sequence[Row], odds: NDArray[np.float64]) -> dict[str, Any]:
    """How well the two sorts are told apart, and how many of each style are taken for the broad one."""
    is_broad = np.array([bool(row.style) for row in rows])
    styles = np.array([row.style or "one thing" for row in rows])
    return {
        "auroc": round(float(roc_auc_score(is_broad, odds)), 3),
        "taken for what is known": {
            style: [int((odds[styles == style] >= LEAST).sum()), int((styles == style).sum())]
            for style in sorted(set(styles.tolist()))
        },
    }


def main() -> None:
    """Judge on areas left out and on the demonstration, then fit on all areas and write."""
    rows = rows_of_areas()
    names = sorted({row.area for row in rows})
    odds = np.zeros(len(rows))
    for group in range(GROUPS):
        out = np.isin([row.area for row in rows], names[group::GROUPS])
        model = fit([row for row, is_out in zip(rows, out, strict=True) if not is_out])
        odds[out] = told([row for row, is_out in zip(rows, out, strict=True) if is_out], *model)
    grams, weights = fit(rows)
    apart = rows_of_demonstration()
    body = {
        "embedder": embedder_of_all().fingerprint,
        "areas_left_out": figures(rows, odds),
        "demonstration": figures(apart, told(apart, grams, weights)),
        "least": LEAST,
        "grams": list(grams),
        "weights": base64.b64encode(weights.astype(np.float16).tobytes()).decode(),
    }
    OUT.write_text(json.dumps(body, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({k: body[k] for k in ("areas_left_out", "demonstration")}, indent=1))


if __name__ == "__main__":
    main()
