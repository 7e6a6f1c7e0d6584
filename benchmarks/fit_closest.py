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
import gzip
import json
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.asked import SCORES, Asked, ScoredWindow, all_asked
from benchmarks.judged_collections import ROOT, SHARED, cache, embedder_of_all
from kmassist.evidence.closest import verdict_signals, with_gaps
from kmassist.evidence.looked_at import SIGNALS, ordering
from kmassist.evidence.reading import WINDOWS, order_of_read, reading_signals
from kmassist.evidence.salience import gives_a_figure

OUT = ROOT / "kmassist" / "data" / "closest.json"
GROUPS = 4
"""Areas are left out in as many groups."""
SAID_OF_ANSWERABLE = 0.65
GAP_WEIGHT, GAP_NEAREST, GAP_LEAST = 0.8, 0.8, 1.0
"""Of log-odds beside the order's number; the share of sentences that are farther from the question; the least log-odds."""
FINDING_WEIGHT = 5.0
"""Of a trial's finding beside a sentence of an area, where a gap is told from the rest."""
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
    first, read, near = np.zeros(4), np.zeros(4), np.zeros(3)
    told: dict[str, list[float]] = {"without": [], "with": []}
    kinds = []
    for group in range(GROUPS):
        left_out = set(areas[group::GROUPS])
        learnt = _learn([p for p in pairs if p[0].area not in left_out])
        apart = [(_with_gaps(a, learnt.gap), w) for a, w in pairs if a.area in left_out]
        for a, windows in apart:
            order, after = _orders(a, windows, learnt)
            if a.kind == 1:
                first += _hits(a, order)
                read += _hits(a, after[1])
            if any(a.unknown):
                near += _gap_hits(a, order)
            kinds.append(a.kind)
            told["without"].append(_score(learnt.verdict, _signals(a, order)))
            told["with"].append(
                _score(learnt.verdict_read, _signals(a, order) | reading_signals(*after))
            )
    truth = np.array(kinds)
    cut = {name: _cut_off(np.array(v), truth) for name, v in told.items()}
    learnt = _learn(pairs)
    return {
        "figures_of_areas_left_out": {
            "areas": areas,
            "answerable": int((truth == 1).sum()),
            "right_in_1_3_5_10": _shares(first, truth),
            "right_in_1_3_5_10_read": _shares(read, truth),
            "stated_gaps": int(near[0]),
            **_near(near),
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
        "not_known": learnt.gap,
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
    gap = _gap([a for a, _ in pairs])
    known = [(_with_gaps(a, gap), windows) for a, windows in pairs]
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


def _with_gaps(asked: Asked, model: dict[str, Any]) -> Asked:
    told = with_gaps(asked.sentences, asked.texts, np.asarray(asked.vectors, np.float64), model)
    return replace(asked, sentences=told)


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


def _standardised(asked: Asked, names: Sequence[str]) -> Any:
    x = np.array([[s.signals[name] for name in names] for s in asked.sentences])
    return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)


def _gap(asked: Sequence[Asked]) -> dict[str, Any]:
    """Weights and intercept, with the numbers it is used by, of a logistic model: does a sentence state a gap?

    Of its vector and whether it gives a figure, for what was found is often worded as what was not ("did not change the rate");
    so findings of trials, which state none, are learnt on as well.
    """
    stated = {
        (a.area, text)
        for a in asked
        for text, is_one in zip(a.texts, a.unknown, strict=True)
        if is_one
    }
    seen: dict[tuple[str, str], Any] = {}
    for a in asked:
        for text, vector in zip(a.texts, a.vectors, strict=True):
            seen.setdefault((a.area, text), vector)
    found, findings = _findings()
    texts = [*(text for _, text in seen), *findings]
    figures = np.array([[float(gives_a_figure(text))] for text in texts])
    vectors = np.vstack([np.array(list(seen.values()), np.float64), found])
    is_gap = np.array([key in stated for key in seen] + [False] * len(findings))
    weights = np.where(is_gap, 1 / is_gap.sum(), 1 / (~is_gap).sum()) * len(is_gap) / 2
    weights[len(seen) :] *= FINDING_WEIGHT
    model = LogisticRegression(C=1.0, max_iter=500).fit(
        np.hstack([vectors, figures]), is_gap, sample_weight=weights
    )
    *of_vector, figure = model.coef_[0].round(3).tolist()
    return {
        "weight": GAP_WEIGHT,
        "nearest": GAP_NEAREST,
        "least": GAP_LEAST,
        "intercept": round(float(model.intercept_[0]), 4),
        "figure": figure,
        "weights": of_vector,
    }


def _findings() -> tuple[Any, list[str]]:
    """A sentence of each trial of Evidence Inference that gives its result, with vectors (sentences, dimension); kept in the cache."""
    path = cache() / "findings.pickle"
    if not path.is_file():
        texts, spans, places, found = [], [], [], {}
        with gzip.open(SHARED / "reader_rows" / "ei.jsonl.gz", "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                if any(row["lab"] or ()):
                    found.setdefault(row["grp"], row)
        for row in found.values():
            last = max(i for i, is_one in enumerate(row["lab"]) if is_one)
            around = row["sents"][max(0, last - 1) : last + 2]
            ends = list(accumulate(len(sentence) + 1 for sentence in around))
            texts.append(" ".join(around))
            spans.append([(e - len(s) - 1, e - 1) for s, e in zip(around, ends, strict=True)])
            places.append(min(last, 1))
        vectors = embedder_of_all().embed(texts, spans)[1]
        chosen = np.stack([of[place] for of, place in zip(vectors, places, strict=True)])
        said = [text[slice(*span[at])] for text, span, at in zip(texts, spans, places, strict=True)]
        path.write_bytes(pickle.dumps((chosen, said)))
    vectors, said = pickle.loads(path.read_bytes())
    return np.asarray(vectors, np.float64), said


def learn_gaps(asked: Sequence[Asked]) -> tuple[dict[str, Any], dict[str, float]]:
    """The stated gap's model, learnt on all areas, and its figures on areas left out: nothing need be read for it."""
    areas, near = sorted({a.area for a in asked}), np.zeros(3)
    shown: dict[bool, list[bool]] = {True: [], False: []}
    for group in range(GROUPS):
        left_out = set(areas[group::GROUPS])
        learnt_on = [a for a in asked if a.area not in left_out]
        gap, order = _gap(learnt_on), _order(learnt_on, SIGNALS)
        told: dict[tuple[str, str], tuple[bool, bool]] = {}
        for a in (_with_gaps(a, gap) for a in asked if a.area in left_out):
            if any(a.unknown):
                near += _gap_hits(a, ordering(a.sentences, order))
            for s, text, is_one in zip(a.sentences, a.texts, a.unknown, strict=True):
                was_one = told.get((a.area, text), (False,))[0]
                told[a.area, text] = (is_one or was_one, s.not_known >= GAP_LEAST)
        for is_one, is_shown in told.values():
            shown[is_one].append(is_shown)
    figures = {"stated_gaps": int(near[0]), **_near(near)}
    figures["stated_gaps_reached"] = round(float(np.mean(shown[True])), 3)
    figures["other_sentences_reached"] = round(float(np.mean(shown[False])), 4)
    return _gap(asked), figures


def _near(near: Any) -> dict[str, float]:
    return {
        "gap_first": round(float(near[1] / near[0]), 3),
        "gap_in_3": round(float(near[2] / near[0]), 3),
    }


def _hits(asked: Asked, order: Any) -> Any:
    """Whether a right sentence is first, among 3, 5 and 10 different ones."""
    told: dict[str, bool] = {}
    for i in np.argsort(-order, kind="stable"):
        if asked.quotable[i]:
            told.setdefault(asked.texts[i], asked.right[i])
    return np.array([any(list(told.values())[:n]) for n in (1, 3, 5, 10)], dtype=float)


def _gap_hits(asked: Asked, order: Any) -> Any:
    value = order + GAP_WEIGHT * np.array([s.not_known for s in asked.sentences])
    first = np.argsort(-value, kind="stable")
    return np.array([1.0, asked.unknown[first[0]], any(asked.unknown[i] for i in first[:3])])


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
        numbers["not_known"], figures = learn_gaps(all_asked())
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
