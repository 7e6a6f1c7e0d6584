"""Refit the relevance gate: `python -m benchmarks.fit_relevance` (needs ../shared/data, scikit-learn and scipy).

Every judged question is asked of its corpus as it is and again without its relevant documents. A row is the best-ranked
passage of each of the first 20 documents, labelled by whether its document is judged relevant. On the first 10, a logistic
regression without negative weights gives the passage's probability; another, on `answerable.QUESTION_SIGNALS`, the
question's: shared weights and, shrunk towards none, what questions add to them that claims do not have (`is_asked`).
Sets count by their WEIGHTS, so that the largest does not decide alone.

The figures written beside the numbers are cross-validated by question, 10 folds, everything refitted in each. Beside an AUROC
stands its 95% interval (questions drawn again 500 times), beside a calibration error the one that perfectly calibrated
forecasts would show on as few questions (their labels drawn 500 times): less than that cannot be told from none.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from benchmarks.judged import Remembering, index_of, load
from kmassist.assistant.evaluation import auroc, both_ways, calibration_error
from kmassist.embedding import open_embedder
from kmassist.evidence.answerable import LOOKED_AT, QUESTION_SIGNALS, is_asked, question_signals
from kmassist.evidence.relevance import SIGNALS
from kmassist.question.vocabulary import Vocabulary

WEIGHTS = {"scifact": 1.0, "liveqa": 0.5, "pubmedqa": 0.25}
TARGET = Path(__file__).resolve().parents[1] / "kmassist" / "data" / "relevance.json"
ROWS = Path(__file__).resolve().parents[1] / ".cache"
DOCUMENTS, FOLDS, DRAWS = 10, 10, 500
SHRINK = 0.02
"""Inverse strength of the ridge on the question's model (scikit-learn's C). From 0.003 to 0.03 SciFact stays at 0.735 to 0.741 and
LiveQA rises from 0.72 to 0.77, while the demonstration questions, which are not fitted on, fall from 0.79 to 0.73: in between."""
WITHOUT_KEY_TERM = 0.3


@dataclass(frozen=True)
class Case:
    """One question in one condition: its number and text, whether it has an answer, signals (rows, SIGNALS) and labels (rows,)."""

    number: int
    text: str
    has_answer: bool
    rows: np.ndarray
    labels: np.ndarray

    @property
    def first(self) -> np.ndarray:
        """The rows that the passage's model is fitted on."""
        return self.rows[:DOCUMENTS]


@dataclass(frozen=True)
class Fitted:
    """Passage: weights (SIGNALS,) and intercept. Question: for stated and asked a vector of weights with the intercept last."""

    weights: np.ndarray
    intercept: float
    stated: np.ndarray
    asked: np.ndarray

    def odds(self, rows: np.ndarray) -> np.ndarray:
        """Log-odds of rows, shape (rows,)."""
        return rows @ self.weights + self.intercept

    def probability(self, case: Case) -> float:
        """That the question has an answer."""
        if not len(case.rows):
            return 0.0
        model = self.asked if is_asked(case.text) else self.stated
        return float(
            1 / (1 + np.exp(-(model[:-1] @ signals(case, self.odds(case.rows)) + model[-1])))
        )


def cases(name: str) -> list[Case]:
    """Both conditions of every question of a set; kept in .cache, which the caller may delete."""
    kept = ROWS / f"relevance-{name}.json"
    if not kept.is_file():
        kept.write_text(json.dumps(list(_asked_both_ways(name))))
    width = len(SIGNALS)
    return [
        Case(
            number,
            text,
            has_answer,
            np.array(rows, float).reshape(-1, width),
            np.array(labels, bool),
        )
        for number, text, has_answer, rows, labels in json.loads(kept.read_text())
    ]


def _asked_both_ways(name: str) -> Iterator[tuple[int, str, bool, list[list[float]], list[bool]]]:
    judged, vocabulary, embedder = load(name), Vocabulary.load(), Remembering(open_embedder())
    index = index_of(judged, embedder)
    numbers = {question_id: number for number, question_id in enumerate(judged.questions)}
    for done, (question_id, has_answer, judgement) in enumerate(
        both_ways(judged, index, embedder, vocabulary), start=1
    ):
        ranked = sorted(judgement.passages, key=lambda j: (-j.score, j.passage_id))
        best = {j.doc_id: j for j in reversed(ranked)}
        first = sorted(best.values(), key=lambda j: (-j.score, j.passage_id))[:LOOKED_AT]
        relevant = judged.relevant(question_id)
        rows = [[j.signals[signal] for signal in SIGNALS] for j in first]
        yield (
            numbers[question_id],
            judged.questions[question_id],
            has_answer,
            rows,
            [j.doc_id in relevant for j in first],
        )
        if done % 100 == 0:
            print(f"\r{name} {done}", end="", flush=True)
    index.close()


def signals(case: Case, odds: np.ndarray) -> np.ndarray:
    """`question_signals` of a case, shape (QUESTION_SIGNALS,)."""
    found = question_signals(
        [dict(zip(SIGNALS, row, strict=True)) for row in case.rows.tolist()], odds.tolist()
    )
    return np.array([found[name] for name in QUESTION_SIGNALS])


def fit(sets: dict[str, list[Case]]) -> Fitted:
    """Both models."""
    x = np.concatenate([case.first for data in sets.values() for case in data])
    y = np.concatenate([case.labels[:DOCUMENTS] for data in sets.values() for case in data])
    share = np.concatenate(
        [
            np.full(sum(len(c.first) for c in data), WEIGHTS[n] / sum(len(c.first) for c in data))
            for n, data in sets.items()
        ]
    )
    weights, intercept = logistic(x, y, share * len(y) / share.sum())
    found = [case for data in sets.values() for case in data if len(case.rows)]
    of = np.array([signals(case, case.rows @ weights + intercept) for case in found])
    asked = np.array([[float(is_asked(case.text))] for case in found])
    design = np.hstack([of, asked, asked * of])
    mean, spread = design.mean(axis=0), design.std(axis=0) + 1e-6
    share = np.concatenate(
        [
            np.full(sum(len(c.rows) > 0 for c in data), WEIGHTS[n] / len(data))
            for n, data in sets.items()
        ]
    )
    model = LogisticRegression(C=SHRINK, max_iter=1000)
    model.fit(
        (design - mean) / spread,
        [case.has_answer for case in found],
        sample_weight=share * len(share) / share.sum(),
    )
    slope = model.coef_[0] / spread
    level, count = float(model.intercept_[0] - slope @ mean), len(QUESTION_SIGNALS)
    stated = np.append(slope[:count], level)
    return Fitted(weights, intercept, stated, stated + np.append(slope[count + 1 :], slope[count]))


def logistic(
    x: np.ndarray, y: np.ndarray, share: np.ndarray, ridge: float = 0.25
) -> tuple[np.ndarray, float]:
    """Logistic regression without negative weights: no signal may speak against a passage, so that each can be explained."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = (x - mean) / spread

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        odds = z @ at[:-1] + at[-1]
        slope = share * (1 / (1 + np.exp(-odds)) - y)
        value = (share * (np.logaddexp(0, odds) - y * odds)).sum() + ridge * (at[:-1] ** 2).sum()
        return float(value), np.append(z.T @ slope + 2 * ridge * at[:-1], slope.sum())

    bounds = [(0, None)] * x.shape[1] + [(None, None)]
    at = minimize(
        loss, np.append(np.zeros(x.shape[1]), -2.0), jac=True, method="L-BFGS-B", bounds=bounds
    ).x
    weights = at[:-1] / spread
    return weights, float(at[-1] - (weights * mean).sum())


def figures(tested: Sequence[tuple[Case, Fitted]]) -> dict[str, Any]:
    """AUROC and calibration error of held-out questions and passages."""
    questions = [
        (fitted.probability(case), case.has_answer, case.number) for case, fitted in tested
    ]
    passages = [
        (float(p), bool(label))
        for case, fitted in tested
        for p, label in zip(1 / (1 + np.exp(-fitted.odds(case.first))), case.labels, strict=False)
    ]
    with_answer = {case.number for case, _ in tested if case.has_answer}
    never = [p for p, _, number in questions if number not in with_answer]
    yes = [p for p, has, _ in questions if has]
    named: dict[str, Any] = {
        "leave_relevant_out_auroc": separation(questions),
        "leave_relevant_out_interval": interval(questions),
        "question_calibration_error": calibration_error([(p, has) for p, has, _ in questions]),
        "question_calibration_noise": noise([p for p, _, _ in questions]),
        "passage_auroc": auroc(
            [p for p, has in passages if has], [p for p, has in passages if not has]
        ),
        "passage_calibration_error": calibration_error(passages),
    }
    if never:
        named["answerable_auroc"] = auroc(yes, never)
        named["answerable_interval"] = interval(
            [q for q in questions if q[1] or q[2] not in with_answer]
        )
    return {key: np.round(value, 4).tolist() for key, value in named.items()}


def separation(questions: Sequence[tuple[float, bool, int]]) -> float:
    """AUROC of forecasts (probability, has an answer, number of the question)."""
    return auroc([p for p, has, _ in questions if has], [p for p, has, _ in questions if not has])


def interval(questions: Sequence[tuple[float, bool, int]]) -> tuple[float, float]:
    """95% interval of the AUROC when the questions are drawn again, each with both its conditions."""
    by_number: dict[int, list[tuple[float, bool, int]]] = {}
    for question in questions:
        by_number.setdefault(question[2], []).append(question)
    groups, random = list(by_number.values()), np.random.default_rng(0)
    drawn = [
        [q for i in random.integers(len(groups), size=len(groups)) for q in groups[i]]
        for _ in range(DRAWS)
    ]
    values = [
        separation(d)
        for d in drawn
        if any(has for _, has, _ in d) and not all(has for _, has, _ in d)
    ]
    return float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))


def noise(probabilities: Sequence[float]) -> float:
    """Mean calibration error that these forecasts would show if each were exactly right."""
    random = np.random.default_rng(0)
    return float(
        np.mean(
            [
                calibration_error([(p, random.random() < p) for p in probabilities])
                for _ in range(DRAWS)
            ]
        )
    )


def main() -> None:
    """Fit, cross-validate, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="print the figures and leave data/relevance.json as it is",
    )
    parser.add_argument(
        "--cutoff", type=float, default=0.025, help="least probability of a passage that counts"
    )
    parser.add_argument(
        "--cutoff-on-topic",
        type=float,
        default=0.012,
        help="the same for a document on the question's topic",
    )
    parser.add_argument(
        "--share-of-best",
        type=float,
        default=0.15,
        help="of the best passage's probability, likewise",
    )
    parser.add_argument(
        "--without-key-term",
        type=float,
        default=0.25,
        help="likewise when no passage mentions a key term",
    )
    options = parser.parse_args()
    sets = {name: cases(name) for name in WEIGHTS}
    report = {}
    tested: dict[str, list[tuple[Case, Fitted]]] = {name: [] for name in sets}
    for fold in range(FOLDS):
        fitted = fit(
            {
                name: [case for case in data if case.number % FOLDS != fold]
                for name, data in sets.items()
            }
        )
        for name, data in sets.items():
            tested[name] += [(case, fitted) for case in data if case.number % FOLDS == fold]
    for name, held_out in tested.items():
        report[name] = figures(held_out)
        print(name, report[name])
    shipped = fit(sets)
    content: dict[str, Any] = {
        "version": 2,
        "fitted_on": {
            name: {"weight": WEIGHTS[name], "cross_validated": report[name]} for name in sets
        },
        "fitted_at": datetime.now(UTC).date().isoformat(),
        "cutoff": options.cutoff,
        "cutoff_on_topic": options.cutoff_on_topic,
        "usual_background": {"words": 0.08, "together": 0.22},
        "share_of_best": options.share_of_best,
        "cutoff_without_key_term": options.without_key_term,
        "passage": {
            "intercept": round(shipped.intercept, 5),
            "weights": {
                name: round(float(w), 5) for name, w in zip(SIGNALS, shipped.weights, strict=True)
            },
        },
        "question": {
            **{
                form: {
                    "intercept": round(float(model[-1]), 5),
                    "weights": {
                        name: round(float(w), 5)
                        for name, w in zip(QUESTION_SIGNALS, model[:-1], strict=True)
                    },
                }
                for form, model in (("asked", shipped.asked), ("stated", shipped.stated))
            },
            "without_key_term": WITHOUT_KEY_TERM,
        },
    }
    print(json.dumps({key: content[key] for key in ("passage", "question")}, indent=1))
    if not options.keep:
        TARGET.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
