"""The question's model: its signals by hand, its two wordings, its shipped numbers."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from kmassist.evidence.answerable import (
    LOOKED_AT,
    QUESTION_SIGNALS,
    answerable,
    fitted,
    is_asked,
    logit,
    question_signals,
    sigmoid,
)
from kmassist.evidence.relevance import SIGNALS


def _row(value: float) -> dict[str, float]:
    return dict.fromkeys(SIGNALS, value)


def test_signals_by_hand() -> None:
    rows = [_row(v) for v in (0.5, 0.9, 0.4, 0.3, 0.2, 0.1, 0.3)]
    found = question_signals(rows, [1.0, 3.0, 0.0, -1.0, -2.0, -3.0, -20.0])
    assert tuple(found) == QUESTION_SIGNALS
    assert found["best"] == 3.0
    assert found["ahead_of_second"] == 2.0
    # The sixth to tenth by probability: -3, one below the floor of -8, and three that are not there.
    assert found["ahead_of_rest"] == pytest.approx(3.0 - (-3.0 - 8.0 * 4) / 5)
    assert found["highest_cosine"] == 0.9
    assert found["behind_cosine"] == pytest.approx(0.2)


def test_few_documents_stand_for_what_is_behind_them() -> None:
    found = question_signals([_row(0.4), _row(0.2)], [0.0, -1.0])
    assert found["behind_words"] == pytest.approx(0.3)
    assert question_signals([], [])["best"] == -8.0
    assert answerable("Is there anything?", [], []) == 0.0


def test_no_document_after_the_last_one_looked_at_matters() -> None:
    rows, odds = [_row(0.3)] * LOOKED_AT, [-1.0] * LOOKED_AT
    assert question_signals([*rows, _row(1.0)], [*odds, 8.0]) == question_signals(rows, odds)


def test_one_document_that_stands_out_is_more_than_many_alike() -> None:
    alone = [_row(0.6)] + [_row(0.2)] * 19
    for text in ("Does it work?", "It works."):
        assert answerable(text, alone, [1.0] + [-5.0] * 19) > answerable(
            text, [_row(0.2)] * 20, [-5.0] * 20
        )


@pytest.mark.parametrize(
    "text", ["Does it help", "how many are seen in time", "PPH: how quickly?", "Which dose is best"]
)
def test_questions_are_told_by_their_wording(text: str) -> None:
    assert is_asked(text)


@pytest.mark.parametrize(
    "text", ["Progesterone prevents preterm birth.", "", "7 of 10 women were seen in time"]
)
def test_and_claims_by_theirs(text: str) -> None:
    assert not is_asked(text)


def test_shipped_numbers_are_complete_and_plain() -> None:
    numbers = json.loads(
        files("kmassist").joinpath("data/relevance.json").read_text(encoding="utf-8")
    )
    assert numbers == fitted()
    assert tuple(numbers["passage"]["weights"]) == SIGNALS
    for form in ("asked", "stated"):
        assert tuple(numbers["question"][form]["weights"]) == QUESTION_SIGNALS


def test_log_odds_and_back() -> None:
    assert sigmoid(0.0) == 0.5
    assert sigmoid(logit(0.3)) == pytest.approx(0.3, abs=1e-6)
    assert sigmoid(-1000.0) == 0.0
    assert logit(0.0) == pytest.approx(-13.8, abs=0.1)
