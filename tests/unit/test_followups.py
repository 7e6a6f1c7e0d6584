"""Follow-ups keep the subject; whole questions stand alone."""

import pytest

from kmassist.question.followups import part_that_asks, resolve_followup

FIRST = "Does induction of labour at 41 weeks reduce stillbirth?"


@pytest.mark.parametrize(
    "followup",
    [
        "and for twins?",
        "What about cost?",
        "how about women's experience",
        "Is it safe?",
        "twins?",
        "and after a previous caesarean?",
        "and what do women say?",
        "what do women say",
        "n wot do mums say",
        "why",
        "Why is that?",
        "and last year",
        "what abt twins",
        "what about twins",
        "how much does it cost",
        "what is the evidence?",
    ],
)
def test_short_continuations_are_read_with_the_question_before(followup: str) -> None:
    resolved = resolve_followup(followup, FIRST)
    assert resolved.startswith("Does induction of labour at 41 weeks reduce stillbirth; ")


@pytest.mark.parametrize(
    "question",
    [
        "How should we triage women who attend unscheduled?",
        "And how should we triage women who attend unscheduled?",
        "Does waterbirth increase perineal trauma?",
        "Which audits are overdue for re-audit?",
        "what do women say about waiting in triage",
        "telephone triage",
        "and does waterbirth increase tears?",
    ],
)
def test_whole_questions_stand_alone(question: str) -> None:
    assert resolve_followup(question, FIRST) == question


def test_nothing_before_means_nothing_changes() -> None:
    assert resolve_followup("  and for   twins? ", None) == "and for twins?"


def test_chained_followups_keep_the_first_subject() -> None:
    second = resolve_followup("and for twins?", FIRST)
    assert (
        resolve_followup("and the cost?", second)
        == "Does induction of labour at 41 weeks reduce stillbirth; the cost?"
    )


def test_a_followup_that_asks_in_a_sentence_decides_what_kind_of_question_it_is() -> None:
    asked = resolve_followup("and what do women say?", FIRST)
    assert part_that_asks(asked, "and what do women say?") == "what do women say?"
    assert part_that_asks(FIRST, FIRST) == FIRST
    twins = resolve_followup("and for twins?", FIRST)
    assert part_that_asks(twins, "and for twins?") == twins
