"""Can the corpus answer the question at all? One probability from the documents that came first.

A logistic model over the signals below, whose fitted numbers are in ``data/relevance.json``; what tells an answer from a mere
neighbour is less how good the best document is than how far it stands out from those behind it. A claim and a question are
worded differently (a claim shares more words with its source), so each has its own weights.

==================== ==================================================================================================
best                 log-odds of the most probable document
ahead_of_second      how far it is ahead of the second
ahead_of_rest        how far it is ahead of the sixth to the tenth
highest_SIGNAL       highest value among the first 10 documents (``OF_HIGHEST``)
behind_SIGNAL        mean of the 6th to the 20th document (``OF_BEHIND``): what is usual for this question; may count against
==================== ==================================================================================================

A weight may be negative: a high value behind says that the subject is common here. Fewer signals fit the judged sets as well
as more did (docs/measurements.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log
from typing import Any

from kmassist.text.shipped import shipped_data
from kmassist.text.words import words

OF_HIGHEST = ("cosine", "sentence", "words", "coverage", "together")
OF_BEHIND = ("cosine", "sentence", "words", "coverage")
QUESTION_SIGNALS = (
    "best",
    "ahead_of_second",
    "ahead_of_rest",
    *(f"highest_{name}" for name in OF_HIGHEST),
    *(f"behind_{name}" for name in OF_BEHIND),
)
LOOKED_AT = 20
"""Documents, in order of the ranking, that the signals are made from."""
_QUOTES = frozenset("\"'“‘")
_HIGHEST, _SECOND_HALF, _LEAST = 10, slice(5, 10), -8.0
_ASKS = frozenset(
    """
    what which who whom whose when where why how is are was were am do does did can could should would will shall may might
    has have had must any
    """.split()  # noqa: SIM905 - a list of words reads better than a literal
)


def is_asked(text: str) -> bool:
    """Whether a text is worded as a question: it holds a question mark or begins with a word that asks."""
    return "?" in text or _begins_asking(text)


def only_asks(sentence: str) -> bool:
    """Whether a sentence of a source does nothing but ask, which answers nobody; what a person is quoted as asking does.

    Of 1,244 judged sentences of sixteen areas none only asks; three end with what somebody asked.
    """
    is_voice = sentence.lstrip()[:1] in _QUOTES
    return sentence.rstrip().endswith("?") and not is_voice and _begins_asking(sentence)


def _begins_asking(text: str) -> bool:
    return next(iter(words(text)), "") in _ASKS


def question_signals(
    rows: Sequence[Mapping[str, float]], log_odds: Sequence[float]
) -> dict[str, float]:
    """The signals of a question.

    Args:
        rows: signals of each document's best-ranked passage, documents in order of the ranking.
        log_odds: of each row, as the passage's model gives them.

    Returns:
        A value for each of `QUESTION_SIGNALS`; a document that is not there has log-odds of -8.
    """
    rows, odds = (
        rows[:LOOKED_AT],
        [max(_LEAST, min(-_LEAST, value)) for value in log_odds[:LOOKED_AT]],
    )
    ordered = [*sorted(odds, reverse=True), *[_LEAST] * _HIGHEST][:_HIGHEST]
    if not rows:
        return {**dict.fromkeys(QUESTION_SIGNALS, 0.0), "best": _LEAST}
    behind = rows[_SECOND_HALF.start :] or rows
    return {
        "best": ordered[0],
        "ahead_of_second": ordered[0] - ordered[1],
        "ahead_of_rest": ordered[0] - sum(ordered[_SECOND_HALF]) / len(ordered[_SECOND_HALF]),
        **{f"highest_{name}": max(row[name] for row in rows[:_HIGHEST]) for name in OF_HIGHEST},
        **{f"behind_{name}": sum(row[name] for row in behind) / len(behind) for name in OF_BEHIND},
    }


def answerable(text: str, rows: Sequence[Mapping[str, float]], log_odds: Sequence[float]) -> float:
    """Probability, 0 to 1, that one of the documents is about the question; arguments as for `question_signals`."""
    if not rows:
        return 0.0
    model = fitted()["question"]["asked" if is_asked(text) else "stated"]
    signals = question_signals(rows, log_odds)
    return sigmoid(
        model["intercept"]
        + sum(model["weights"][name] * signals[name] for name in QUESTION_SIGNALS)
    )


def sigmoid(z: float) -> float:
    """The probability of log-odds, to 6 decimals."""
    return round(1.0 / (1.0 + exp(-max(-30.0, min(30.0, z)))), 6)


def logit(probability: float) -> float:
    """The log-odds of a probability, between about -14 and 14."""
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    return log(clipped / (1 - clipped))


def fitted() -> dict[str, Any]:
    """The numbers of ``data/relevance.json``, which ``python -m benchmarks.fit_relevance`` writes."""
    return shipped_data("relevance.json")
