"""Question types as the learnt model tells them."""

from __future__ import annotations

import pytest

from kmassist.embedding import open_embedder
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.question.breadth import asks_what_is_known
from kmassist.question.type_model import learnt_types, small_words
from kmassist.question.types import QuestionType, classify

embedder = open_embedder("default", threads=1)
learnt = learnt_types(embedder)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("LSCS audit", QuestionType.LOCAL_PERFORMANCE),
        ("bba rates", QuestionType.LOCAL_PERFORMANCE),
        ("what dose of carboprost do we give", QuestionType.RULE),
        ("how soon must a child with sepsis be seen", QuestionType.RULE),
        ("who may sign the discharge letter", QuestionType.RULE),
        ("What is the ICB policy on hospital transport?", QuestionType.MANDATE),
        ("what do carers say about the day centre", QuestionType.EXPERIENCE),
        ("what would a second scanner cost a year", QuestionType.COST),
        ("does a falls class prevent fractures", QuestionType.EFFECT),
        ("should we fund a frailty nurse at the front door", QuestionType.SERVICE_MODEL),
        ("What's new since last month?", QuestionType.CORPUS),
    ],
)
def test_what_is_asked_decides_the_type(question: str, kind: QuestionType) -> None:
    assert kind in classify(question, learnt)


def test_the_model_is_used_only_with_the_embedder_it_was_fitted_with() -> None:
    assert learnt_types(HashingEmbedder()) is None
    assert classify("Aspirin?", None) == (QuestionType.EFFECT,)


def test_what_a_question_is_about_is_no_sign_of_its_type() -> None:
    assert small_words("How much does telehealth cost?") == small_words(
        "How much does aspirin cost?"
    )


@pytest.mark.parametrize(
    ("question", "is_broad"),
    [
        ("Falls clinic: evidence, waits, staff views, costs", True),
        ("Please set out the evidence on virtual fracture clinics, including cost.", True),
        ("I lead the pain service and need whatever there is on group programmes.", True),
        ("How many patients were seen within two weeks?", False),
        ("Which dose of morphine is given first?", False),
        ("Who may sign the form?", False),
        ("Evidence on the pain service: how many were seen in time?", False),
    ],
)
def test_who_asks_what_is_known_is_told_from_who_asks_one_thing(
    question: str, is_broad: bool
) -> None:
    assert asks_what_is_known(question, embedder) is is_broad
    assert not asks_what_is_known(question, HashingEmbedder())
