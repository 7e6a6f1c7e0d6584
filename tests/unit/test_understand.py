"""What is taken off a question before it is read."""

from __future__ import annotations

import pytest

from kmassist.question.understand import plainly

STORY = "We run a small unit by the sea and have had a hard winter with many staff off sick. " * 6


@pytest.mark.parametrize(
    ("question", "read"),
    [
        (
            "P: pregnant women I: aspirin C: placebo O: pre-eclampsia",
            "pregnant women, aspirin, placebo, pre-eclampsia",
        ),
        ("induction of labour NOT misoprostol", "induction of labour"),
        ("women who did not attend", "women who did not attend"),
        (STORY + "Does telephone triage cut visits?", "Does telephone triage cut visits?"),
        ("Does telephone triage cut visits?", "Does telephone triage cut visits?"),
    ],
)
def test_what_only_dresses_a_question_is_taken_off(question: str, read: str) -> None:
    assert plainly(question) == read


def test_a_question_that_names_nothing_keeps_the_beginning_of_its_story() -> None:
    read = plainly("Our triage has long waits. " + STORY + "What helps?")
    assert read == "Our triage has long waits. What helps?"
