"""Follow-ups keep the subject; whole questions stand alone."""

import pytest

from kmassist.followups import resolve_followup

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
    ],
)
def test_whole_questions_stand_alone(question: str) -> None:
    assert resolve_followup(question, FIRST) == question


def test_nothing_before_means_nothing_changes() -> None:
    assert resolve_followup("  and for   twins? ", None) == "and for twins?"


def test_chained_followups_keep_the_first_subject() -> None:
    second = resolve_followup("and for twins?", FIRST)
    assert resolve_followup("and the cost?", second) == "Does induction of labour at 41 weeks reduce stillbirth; the cost?"
