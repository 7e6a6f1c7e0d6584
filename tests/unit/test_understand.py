"""What is taken off a question before it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.assistant import Assistant
from kmassist.question.understand import plainly, without_ruled_out
from kmassist.question.vocabulary import Vocabulary

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


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("Macrosomia, no GDM: offer induction?", ("IOL", "LGA")),
        ("Macrosomia with GDM: offer induction?", ("DIA", "IOL", "LGA")),
        ("Twin pregnancy (no pre-eclampsia), no gestational diabetes, at 38 weeks?", ("MUL",)),
        ("A woman in triage, no English: who interprets?", ("EQU", "TRI")),
        ("Few staff, no pain relief: what helps?", ("ANA",)),
    ],
)
def test_a_topic_of_which_there_is_none_is_no_topic_of_the_question(
    question: str, topics: tuple[str, ...]
) -> None:
    vocabulary = Vocabulary.load()
    read = without_ruled_out(vocabulary.topics_asked(question), question, vocabulary)
    assert tuple(sorted(read)) == topics


@pytest.mark.parametrize(
    ("question", "core"),
    [
        ("should we scale the frailty hub to sale valley?", "frailty hub"),
        ("scale the hub for frailty across sale valley", "hub for frailty"),
        ("waits for the frailty hub in st aldwin's", ""),
        ("should we scale the frailty hub to all providers?", ""),
        ("does the frailty hub help in labour", ""),
    ],
)
def test_a_place_in_small_letters_is_told_by_how_the_sources_write_it(
    assistant: Assistant, tmp_path: Path, question: str, core: str
) -> None:
    note = tmp_path / "note.md"
    note.write_text(
        "# Labour\n\nA frailty hub for Sale Valley was planned; all providers in Sale Valley agreed. "
        "Staff in St Aldwin's and at St Aldwin's asked who stays with her in labour, and why in labour."
    )
    with assistant:
        list(assistant.add([note]))
        assert assistant.pools.read(question).subject.core == core
