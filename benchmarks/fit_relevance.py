"""Refit the relevance gate: `python -m benchmarks.fit_relevance` (needs ../shared/data, scikit-learn and scipy).

Every judged question is asked of its corpus as it is and again without its relevant documents. A row is the best-ranked
passage of each of the first 10 documents, labelled by whether its document is judged relevant; a logistic regression
without negative weights gives the passage's probability, another on the best passage's log-odds the question's. Sets count by their WEIGHTS, so that the
largest does not decide alone. The figures written beside the numbers are cross-validated by question, 10 folds.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from benchmarks.judged import Remembering, index_of, load
from kmassist.embedding import open_embedder
from kmassist.evaluation import auroc, both_ways, calibration_error
from kmassist.relevance import SIGNALS
from kmassist.vocabulary import Vocabulary

WEIGHTS = {"scifact": 1.0, "liveqa": 0.5, "pubmedqa": 0.25}
TARGET = Path(__file__).resolve().parents[1] / "kmassist" / "data" / "relevance.json"
ROWS = Path(__file__).resolve().parents[1] / ".cache"
DOCUMENTS, FOLDS = 10, 10

Case = tuple[int, bool, list[list[float]], list[bool]]
"""Number of the question, whether it has an answer, signals of each row, label of each row."""


def cases(name: str) -> list[Case]:
    """Both conditions of every question of a set; kept in .cache, which the caller may delete."""
    kept = ROWS / f"relevance-{name}.json"
    if kept.is_file():
        return [tuple(case) for case in json.loads(kept.read_text())]
    judged, vocabulary, embedder = load(name), Vocabulary.load(), Remembering(open_embedder())
    index = index_of(judged, embedder)
    numbers = {question_id: number for number, question_id in enumerate(judged.questions)}
    found: list[Case] = []
    for question_id, has_answer, judgement in both_ways(judged, index, embedder, vocabulary):
        ranked = sorted(judgement.passages, key=lambda j: (-j.score, j.passage_id))
        first = list({j.doc_id: j for j in reversed(ranked)}.values())[::-1]
        first.sort(key=lambda j: (-j.score, j.passage_id))
        relevant = judged.relevant(question_id)
        rows = [[j.signals[name] for name in SIGNALS] for j in first[:DOCUMENTS]]
        found.append((numbers[question_id], has_answer, rows, [j.doc_id in relevant for j in first[:DOCUMENTS]]))
        if len(found) % 100 == 0:
            print(f"\r{name} {len(found)}", end="", flush=True)
    index.close()
    kept.write_text(json.dumps(found))
    return found


def fit(sets: dict[str, list[Case]]) -> tuple[np.ndarray, float, float, float]:
    """Weights (signals,) and intercept of the passage's model, intercept and weight of the question's."""
    x = np.array([row for data in sets.values() for case in data for row in case[2]])
    y = np.array([label for data in sets.values() for case in data for label in case[3]])
    share = np.concatenate(
        [np.full(sum(len(c[2]) for c in data), WEIGHTS[n] / sum(len(c[2]) for c in data)) for n, data in sets.items()]
    )
    weights, intercept = logistic(x, y, share * len(y) / share.sum())
    best = np.array([[score(case, weights, intercept)] for data in sets.values() for case in data])
    answer = np.array([case[1] for data in sets.values() for case in data])
    of_question = np.concatenate([np.full(len(data), WEIGHTS[n] / len(data)) for n, data in sets.items()])
    platt = LogisticRegression(C=100.0).fit(best, answer, sample_weight=of_question * len(answer) / of_question.sum())
    return weights, intercept, float(platt.intercept_[0]), float(platt.coef_[0][0])


def logistic(x: np.ndarray, y: np.ndarray, share: np.ndarray, ridge: float = 0.25) -> tuple[np.ndarray, float]:
    """Logistic regression without negative weights: no signal may speak against a passage, so that each can be explained."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = (x - mean) / spread

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        odds = z @ at[:-1] + at[-1]
        slope = share * (1 / (1 + np.exp(-odds)) - y)
        value = (share * (np.logaddexp(0, odds) - y * odds)).sum() + ridge * (at[:-1] ** 2).sum()
        return float(value), np.append(z.T @ slope + 2 * ridge * at[:-1], slope.sum())

    bounds = [(0, None)] * x.shape[1] + [(None, None)]
    at = minimize(loss, np.append(np.zeros(x.shape[1]), -2.0), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = at[:-1] / spread
    return weights, float(at[-1] - (weights * mean).sum())


def score(case: Case, weights: np.ndarray, intercept: float) -> float:
    """The best row's log-odds, as far as `relevance` keeps them."""
    return float(np.clip((np.array(case[2]) @ weights + intercept).max(), -13.8, 13.8)) if case[2] else -13.8


def figures(tested: Sequence[tuple[Case, np.ndarray, float, float, float]]) -> dict[str, float]:
    """AUROC and calibration error of held-out questions and passages."""
    questions, passages = [], []
    for case, weights, intercept, a, b in tested:
        questions.append((1 / (1 + np.exp(-(a + b * score(case, weights, intercept)))), case[1]))
        odds = np.array(case[2]) @ weights + intercept if case[2] else []
        passages += list(zip(1 / (1 + np.exp(-np.asarray(odds))), case[3], strict=True))
    yes, no = [p for p, has in questions if has], [p for p, has in questions if not has]
    with_answer = {case[0] for case, *_ in tested if case[1]}
    never = [p for (p, _), (case, *_) in zip(questions, tested, strict=True) if case[0] not in with_answer]
    named = {
        "leave_relevant_out_auroc": auroc(yes, no),
        "question_calibration_error": calibration_error(questions),
        "passage_auroc": auroc([p for p, has in passages if has], [p for p, has in passages if not has]),
        "passage_calibration_error": calibration_error(passages),
        **({"answerable_auroc": auroc(yes, never)} if never else {}),
    }
    return {key: round(float(value), 4) for key, value in named.items()}


def main() -> None:
    """Fit, cross-validate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="print the figures and leave data/relevance.json as it is")
    parser.add_argument("--cutoff", type=float, default=0.025, help="least probability of a passage that counts")
    parser.add_argument("--cutoff-on-topic", type=float, default=0.015, help="the same for a document on the question's topic")
    parser.add_argument("--share-of-best", type=float, default=0.15, help="of the best passage's probability, likewise")
    parser.add_argument("--without-key-term", type=float, default=0.25, help="likewise when no passage mentions a key term")
    options = parser.parse_args()
    sets = {name: cases(name) for name in WEIGHTS}
    report = {}
    tested: dict[str, list[tuple[Case, np.ndarray, float, float, float]]] = {name: [] for name in sets}
    for fold in range(FOLDS):
        fitted = fit({name: [case for case in data if case[0] % FOLDS != fold] for name, data in sets.items()})
        for name, data in sets.items():
            tested[name] += [(case, *fitted) for case in data if case[0] % FOLDS == fold]
    for name, held_out in tested.items():
        report[name] = figures(held_out)
        print(name, report[name])
    weights, intercept, a, b = fit(sets)
    content = {
        "version": 1,
        "fitted_on": {name: {"weight": WEIGHTS[name], "cross_validated": report[name]} for name in sets},
        "fitted_at": datetime.now(UTC).date().isoformat(),
        "cutoff": options.cutoff,
        "cutoff_on_topic": options.cutoff_on_topic,
        "usual_background": {"words": 0.08, "together": 0.22},
        "share_of_best": options.share_of_best,
        "cutoff_without_key_term": options.without_key_term,
        "passage": {
            "intercept": round(intercept, 5),
            "weights": {name: round(float(w), 5) for name, w in zip(SIGNALS, weights, strict=True)},
        },
        "answerable": {"intercept": round(a, 5), "weight": round(b, 5), "without_key_term": 0.3},
    }
    print(json.dumps(content["passage"], indent=1), content["answerable"])
    if not options.keep:
        TARGET.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
