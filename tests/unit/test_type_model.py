"""Question types as the learnt model tells them."""

from __future__ import annotations

import pytest

from kmassist.embedding import open_embedder
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.question.type_model import learnt_types, small_words
from kmassist.question.types import QuestionType, classify

learnt = learnt_types(open_embedder("default", threads=1))


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
