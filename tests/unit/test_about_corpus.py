"""Questions about the library itself, small talk and other languages."""

from __future__ import annotations

import re
from datetime import date

import pytest

from kmassist.question.about_corpus import (
    corpus_question_data,
    language_not_read,
    period_start,
    read_corpus_question,
    reply_to_small_talk,
)

PARTS = [part for part in corpus_question_data() if part != "languages"]


@pytest.mark.parametrize("part", PARTS)
def test_every_pattern_matches_its_examples_and_not_the_others(part: str) -> None:
    for row in corpus_question_data()[part]:
        pattern = re.compile(row["pattern"], re.I)
        assert [text for text in row["matches"] if not pattern.search(text)] == []
        assert [text for text in row["not"] if pattern.search(text)] == []


@pytest.mark.parametrize("part", [part for part in PARTS if part != "small_talk"])
def test_an_example_is_read_as_what_it_lists(part: str) -> None:
    for row in corpus_question_data()[part]:
        for text in row["matches"]:
            found = read_corpus_question(text)
            assert found, text
            assert found.lists == part, text


@pytest.mark.parametrize(
    "question",
    [
        "What do we hold on driving advice after stroke?",
        "show me the evidence on kangaroo care",
        "The committee will decide on a plan; which documents should it have before it?",
        "How do we compare with other trusts on third degree tears?",
    ],
)
def test_a_question_on_a_subject_is_not_about_the_library(question: str) -> None:
    assert read_corpus_question(question) is None


def test_thanks_and_a_wish_to_summarise_are_answered_without_a_search() -> None:
    assert reply_to_small_talk("Thanks!").startswith("You are welcome")
    assert "--short" in reply_to_small_talk("thanks, that's useful. can you summarise it")
    assert not reply_to_small_talk("Summarise the evidence on induction at home")


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Beth mae menywod yn ei ddweud am aros?", "Welsh"),
        ("Quels sont les effets de la continuité pour les femmes ?", "French"),
        ("what do women say about waiting in triage", ""),
        ("am I right that est. due dates are used for la mode", ""),
        ("beth care plan", ""),
    ],
)
def test_a_question_in_another_language_is_told_to_be_one(question: str, language: str) -> None:
    assert language_not_read(question) == language


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("What is new since 1 July 2026?", "2026-07-01"),
        ("what's new since last month", "2026-10-29"),
        ("what is new since March", "2026-03"),
        ("anything new this year?", "2026"),
        ("what changed since the brief of 2024-03?", "2024-03"),
        ("new documents in the last 2 weeks", "2026-11-15"),
        ("what is new", "2025-11-29"),
    ],
)
def test_new_is_counted_from_the_day_that_is_said(question: str, start: str) -> None:
    assert period_start(question, date(2026, 11, 29)) == start
