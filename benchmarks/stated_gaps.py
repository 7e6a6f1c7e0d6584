"""What tells the sentence in which a source says that what is asked is not known: learnt for `benchmarks.fit_closest`.

Two models. The first tells whether a sentence states a gap at all, by its vector. Of the sentences near a question that do, the likeliest is
nearly always about something else: the second tells whether that one is about the question, by how near it comes to what is asked beside the
others. It is learnt on what models gave that had not seen the area.
"""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.asked import Asked
from benchmarks.judged_collections import SHARED, cache, embedder_of_all
from kmassist.evidence.closest import GAP_SIGNALS, gap_signals, likeliest_gap, verdict, with_gaps
from kmassist.evidence.looked_at import ordering
from kmassist.evidence.salience import gives_a_figure

GAP_WEIGHT, GAP_NEAREST, GAP_LEAST = 0.8, 0.8, 1.0
"""Of log-odds beside the order's number; the share of sentences that are farther from the question; the least log-odds."""
LEAST_ABOUT = 0.1
"""Least probability that it is about the question: one in five of those shown is, as judged, and one in ten questions is shown one."""
FINDING_WEIGHT = 5.0
"""Of a trial's finding beside a sentence of an area, where a gap is told from the rest."""
Order = Callable[[Sequence[Asked]], dict[str, float]]
"""Learns the weights of the first order."""


def gap_model(asked: Sequence[Asked]) -> dict[str, Any]:
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


@dataclass(slots=True)
class NearGaps:
    """The likeliest stated gap of each question where there is one: `GAP_SIGNALS`, whether it is the judged one, and its area."""

    rows: list[list[float]] = field(default_factory=list)
    is_right: list[bool] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)

    def about(self, left_out: Collection[str] = ()) -> dict[str, Any]:
        """The second model's numbers, learnt on all areas but these."""
        kept = np.array([area not in left_out for area in self.areas])
        rows = np.array(self.rows)[kept]
        scale, middle = rows.std(axis=0) + 1e-9, rows.mean(axis=0)
        model = LogisticRegression(max_iter=500).fit(
            (rows - middle) / scale, np.array(self.is_right)[kept]
        )
        weights = model.coef_[0] / scale
        return {
            "intercept": round(float(model.intercept_[0] - (weights * middle).sum()), 4),
            "weights": {n: round(float(w), 4) for n, w in zip(GAP_SIGNALS, weights, strict=True)},
        }

    def shown(self, groups: Sequence[Collection[str]]) -> dict[str, Any]:
        """How many questions of areas left out are shown one, and for how many of them it is the judged one."""
        told = right = 0
        for left_out in groups:
            model = self.about(left_out)
            for row, is_right, area in zip(self.rows, self.is_right, self.areas, strict=True):
                if (
                    area in left_out
                    and verdict(dict(zip(GAP_SIGNALS, row, strict=True)), model) >= LEAST_ABOUT
                ):
                    told, right = told + 1, right + is_right
        return {"gaps_shown": told, "gaps_shown_rightly": right}


def learn_gaps(
    asked: Sequence[Asked], learn_order: Order, groups: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both models, learnt on all areas, and their figures on areas left out: nothing need be read for them."""
    areas, near = sorted({a.area for a in asked}), np.zeros(3)
    reached: dict[bool, list[bool]] = {True: [], False: []}
    found, apart = NearGaps(), [areas[group::groups] for group in range(groups)]
    for left_out in apart:
        learnt_on = [a for a in asked if a.area not in left_out]
        model, weights = gap_model(learnt_on), learn_order(learnt_on)
        told: dict[tuple[str, str], tuple[bool, bool]] = {}
        for a in (with_gaps_told(a, model) for a in asked if a.area in left_out):
            order = ordering(a.sentences, weights)
            if any(a.unknown):
                near += gap_hits(a, order)
            at = likeliest_gap(a.sentences, order, model)
            if at is not None:
                found.rows.append(list(gap_signals(a.sentences, order, at).values()))
                found.is_right.append(a.unknown[at])
                found.areas.append(a.area)
            for s, text, is_one in zip(a.sentences, a.texts, a.unknown, strict=True):
                was_one = told.get((a.area, text), (False,))[0]
                told[a.area, text] = (is_one or was_one, s.not_known >= GAP_LEAST)
        for is_one, is_reached in told.values():
            reached[is_one].append(is_reached)
    figures = {"stated_gaps": int(near[0]), **shares_of_gaps(near), **found.shown(apart)}
    figures["gaps_near"] = len(found.rows)
    figures["stated_gaps_reached"] = round(float(np.mean(reached[True])), 3)
    figures["other_sentences_reached"] = round(float(np.mean(reached[False])), 4)
    return {**gap_model(asked), "about": found.about(), "least_about": LEAST_ABOUT}, figures


def shares_of_gaps(near: Any) -> dict[str, float]:
    return {
        "gap_first": round(float(near[1] / near[0]), 3),
        "gap_in_3": round(float(near[2] / near[0]), 3),
    }


def gap_hits(asked: Asked, order: Any) -> Any:
    value = order + GAP_WEIGHT * np.array([s.not_known for s in asked.sentences])
    first = np.argsort(-value, kind="stable")
    return np.array([1.0, asked.unknown[first[0]], any(asked.unknown[i] for i in first[:3])])


def with_gaps_told(asked: Asked, model: dict[str, Any]) -> Asked:
    told = with_gaps(asked.sentences, asked.texts, np.asarray(asked.vectors, np.float64), model)
    return replace(asked, sentences=told)
