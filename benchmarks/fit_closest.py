"""Learn which sentence answers from whole libraries: `python -m benchmarks.fit_closest`.

Learnt on judged questions of whole areas (`libraries/`, CC BY 4.0, written for this project), each figure of areas left out whole, in
four groups: the weights of the signals that order sentences (a logistic model of right sentences against the others looked at for the
same question), those of the order once the likeliest windows are read, the vector that tells a sentence which states a gap, and the
verdict's model, with and without what was read. What the small reader says of a sentence comes from one that never saw the
area: `train_reader` keeps that, and is run before. Writes kmassist/data/closest.json with the figures, and prints them. A
quarter of an hour of processor time the first time, then two minutes.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.asked import SCORES, Asked, ScoredWindow, all_asked
from benchmarks.judged_collections import ROOT, embedder_of_all
from benchmarks.stated_gaps import gap_model, learn_gaps, with_gaps_told
from kmassist.evidence.closest import verdict_signals
from kmassist.evidence.looked_at import SIGNALS, ordering
from kmassist.evidence.reading import WINDOWS, order_of_read, reading_signals

OUT = ROOT / "kmassist" / "data" / "closest.json"
GROUPS = 4
"""Areas are left out in as many groups."""
SAID_OF_ANSWERABLE = 0.65
READ = (*SIGNALS, "read", "whole")


@dataclass(slots=True)
class Learnt:
    """Weights of the first order and of the one after reading, the stated gap's model, and the verdict's without and with reading."""

    order: dict[str, float]
    of_read: dict[str, float]
    gap: dict[str, Any]
    verdict: Any
    verdict_read: Any


def learn(asked: Sequence[Asked], scores: Sequence[Sequence[ScoredWindow]]) -> dict[str, Any]:
    """The numbers, learnt on all areas, with the figures of areas left out in groups.

    Args:
        asked: the questions.
        scores: the windows of each that a reader has read that never saw its area.
    """
    areas = sorted({a.area for a in asked})
    pairs = list(zip(asked, scores, strict=True))
    first, read = np.zeros(4), np.zeros(4)
    told: dict[str, list[float]] = {"without": [], "with": []}
    kinds = []
    for group in range(GROUPS):
        left_out = set(areas[group::GROUPS])
        learnt = _learn([p for p in pairs if p[0].area not in left_out])
        apart = [(with_gaps_told(a, learnt.gap), w) for a, w in pairs if a.area in left_out]
        for a, windows in apart:
            order, after = _orders(a, windows, learnt)
            if a.kind == 1:
                first += _hits(a, order)
                read += _hits(a, after[1])
            kinds.append(a.kind)
            told["without"].append(_score(learnt.verdict, _signals(a, order)))
            told["with"].append(
                _score(learnt.verdict_read, _signals(a, order) | reading_signals(*after))
            )
    truth = np.array(kinds)
    cut = {name: _cut_off(np.array(v), truth) for name, v in told.items()}
    learnt = _learn(pairs)
    gaps, gap_figures = learn_gaps(asked, _first_order, GROUPS)
    return {
        "figures_of_areas_left_out": {
            "areas": areas,
            "answerable": int((truth == 1).sum()),
            "right_in_1_3_5_10": _shares(first, truth),
            "right_in_1_3_5_10_read": _shares(read, truth),
            **gap_figures,
            **{
                f"verdict_{name}_reading": _told(np.array(v), truth, cut[name])
                for name, v in told.items()
            },
        },
        "order": _rounded(learnt.order),
        "verdict": _moved(learnt.verdict, cut["without"]),
        "read": {
            "order": _rounded(learnt.of_read),
            **_moved(learnt.verdict_read, cut["with"]),
        },
        "not_known": gaps,
    }


def _shares(hits: Any, truth: Any) -> list[float]:
    return [round(float(h), 3) for h in hits / (truth == 1).sum()]


def _cut_off(scores: Any, kinds: Any) -> float:
    return float(np.quantile(scores[kinds == 1], 1 - SAID_OF_ANSWERABLE))


def _told(scores: Any, kinds: Any, cut: float) -> dict[str, float]:
    """How well answerable questions are told from near misses and from questions of other areas."""
    found = {
        "said_answered": float((scores[kinds == 1] > cut).mean()),
        "near_misses_said": float((scores[kinds == 0] > cut).mean()),
        "other_areas_said": float((scores[kinds == -1] > cut).mean()),
        "auroc_near": _auroc(scores, kinds, 0),
        "auroc_other_areas": _auroc(scores, kinds, -1),
    }
    return {name: round(value, 3) for name, value in found.items()}


def _auroc(scores: Any, kinds: Any, against: int) -> float:
    chosen = (kinds == 1) | (kinds == against)
    return float(roc_auc_score(kinds[chosen] == 1, scores[chosen]))


def _rounded(weights: dict[str, float]) -> dict[str, float]:
    return {name: round(float(w), 3) for name, w in weights.items()}


def _learn(pairs: Sequence[tuple[Asked, Sequence[ScoredWindow]]]) -> Learnt:
    """Everything, from these questions."""
    gap = gap_model([a for a, _ in pairs])
    known = [(with_gaps_told(a, gap), windows) for a, windows in pairs]
    order = _order([a for a, _ in known], SIGNALS)
    read = [_as_read(a, windows, ordering(a.sentences, order)) for a, windows in known]
    of_read = _order([_only_read(a) for a in read], READ)
    learnt = Learnt(order, of_read, gap, None, None)
    rows, rows_read = [], []
    for a, windows in known:
        before, after = _orders(a, windows, learnt)
        rows.append(_signals(a, before))
        rows_read.append(rows[-1] | reading_signals(*after))
    kinds = [a.kind for a, _ in known]
    learnt.verdict, learnt.verdict_read = _verdict(rows, kinds), _verdict(rows_read, kinds)
    return learnt


def _as_read(asked: Asked, windows: Sequence[ScoredWindow], order: Any) -> Asked:
    """The question with what the reader said of the windows that this order puts first."""
    nearest = sorted(windows, key=lambda window: -max(order[window.members]))[:WINDOWS]
    sentences = list(asked.sentences)
    for window in nearest:
        for i, score in zip(window.members, window.scores, strict=True):
            signals = {**sentences[i].signals, "read": score, "whole": window.whole}
            sentences[i] = replace(sentences[i], signals=signals)
    return replace(asked, sentences=sentences)


def _only_read(asked: Asked) -> Asked:
    """The question with the sentences alone that were read."""
    kept = [i for i, s in enumerate(asked.sentences) if "read" in s.signals]
    names = ("sentences", "texts", "titles", "quotable", "right", "unknown")
    return replace(
        asked,
        vectors=asked.vectors[kept],
        **{name: [getattr(asked, name)[i] for i in kept] for name in names},
    )


def _orders(
    asked: Asked, windows: Sequence[ScoredWindow], learnt: Learnt
) -> tuple[Any, tuple[Any, Any]]:
    """The order before reading; the sentences with what was read of them, and the order after it."""
    before = ordering(asked.sentences, learnt.order)
    read = _as_read(asked, windows, before).sentences
    return before, (read, order_of_read(read, before, learnt.of_read))


def _right(asked: Asked) -> list[bool]:
    return [r and q for r, q in zip(asked.right, asked.quotable, strict=True)]


def _order(asked: Sequence[Asked], names: Sequence[str]) -> dict[str, float]:
    """A logistic model of right sentences against the others of the same question."""
    used = [a for a in asked if any(_right(a))]
    kept = [np.array(a.quotable) for a in used]
    right = [np.array(_right(a))[keep] for a, keep in zip(used, kept, strict=True)]
    weights = [
        np.where(r, 1 / r.sum(), 3 / len(r)) for r in right
    ]  # a question counts the same however many are right
    model = LogisticRegression(C=0.1, max_iter=1000).fit(
        np.vstack([_standardised(a, names)[keep] for a, keep in zip(used, kept, strict=True)]),
        np.concatenate(right),
        sample_weight=np.concatenate(weights),
    )
    return dict(zip(names, model.coef_[0].tolist(), strict=True))


def _first_order(asked: Sequence[Asked]) -> dict[str, float]:
    return _order(asked, SIGNALS)


def _standardised(asked: Asked, names: Sequence[str]) -> Any:
    x = np.array([[s.signals[name] for name in names] for s in asked.sentences])
    return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)


def _hits(asked: Asked, order: Any) -> Any:
    """Whether a right sentence is first, among 3, 5 and 10 different ones."""
    told: dict[str, bool] = {}
    for i in np.argsort(-order, kind="stable"):
        if asked.quotable[i]:
            told.setdefault(asked.texts[i], asked.right[i])
    return np.array([any(list(told.values())[:n]) for n in (1, 3, 5, 10)], dtype=float)


def _signals(asked: Asked, order: Any) -> dict[str, float]:
    return verdict_signals(asked.sentences, order, asked.gate)


def _verdict(rows: Sequence[dict[str, float]], kinds: Sequence[int]) -> tuple[list[str], Any]:
    """Answerable against near misses and, for half as much, questions of other areas; with the signals' names."""
    names, truth = list(rows[0]), np.array(kinds)
    foreign = (truth == 0).sum() / (2 * max(1, (truth == -1).sum()))
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=1000))
    model.fit(
        np.array([[row[name] for name in names] for row in rows]),
        truth == 1,
        logisticregression__sample_weight=np.where(truth == -1, foreign, 1.0),
    )
    return names, model


def _score(verdict: tuple[list[str], Any], signals: dict[str, float]) -> float:
    names, model = verdict
    return float(model.decision_function([[signals[name] for name in names]])[0])


def _moved(verdict: tuple[list[str], Any], cutoff: float) -> dict[str, Any]:
    """The model's numbers for signals as they are, moved so that 0.5 is the cut-off."""
    names, model = verdict
    scaler, fitted = model[0], model[1]
    weights = fitted.coef_[0] / scaler.scale_
    intercept = float(fitted.intercept_[0] - (weights * scaler.mean_).sum()) - cutoff
    return {
        "intercept": round(intercept, 4),
        "weights": {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)},
    }


def main() -> None:
    """Learn, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--gaps", action="store_true", help="learn the stated gap's model alone")
    options = parser.parse_args()
    if options.gaps:
        numbers = json.loads(OUT.read_text(encoding="utf-8"))
        numbers["not_known"], figures = learn_gaps(all_asked(), _first_order, GROUPS)
        numbers["figures_of_areas_left_out"] |= figures
        print(json.dumps(figures, indent=1))
        options.out.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
        return
    scores = pickle.loads(SCORES.read_bytes())
    numbers = {
        "model": embedder_of_all().fingerprint.partition("/")[0],
        **learn(all_asked(), scores),
    }
    print(json.dumps(numbers["figures_of_areas_left_out"], indent=1))
    options.out.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
