"""Follow-ups keep the subject; whole questions stand alone."""

import pytest

from kmassist.question.followups import FollowUp, part_that_asks, resolve_followup

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
    assert resolved.leans
    assert not resolved.takes
    assert resolved.text.startswith("Does induction of labour at 41 weeks reduce stillbirth; ")


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
    assert resolve_followup(question, FIRST, lambda *_: True) == FollowUp(question)


def test_nothing_before_means_nothing_changes() -> None:
    assert resolve_followup("  and for   twins? ", None) == FollowUp("and for twins?")


def test_chained_followups_keep_the_first_subject() -> None:
    second = resolve_followup("and for twins?", FIRST).text
    assert (
        resolve_followup("and the cost?", second).text
        == "Does induction of labour at 41 weeks reduce stillbirth; the cost?"
    )


def test_a_followup_that_asks_in_a_sentence_decides_what_kind_of_question_it_is() -> None:
    asked = resolve_followup("and what do women say?", FIRST).text
    assert part_that_asks(asked, "and what do women say?") == "what do women say?"
    assert part_that_asks(FIRST, FIRST) == FIRST
    twins = resolve_followup("and for twins?", FIRST).text
    assert part_that_asks(twins, "and for twins?") == twins


@pytest.mark.parametrize(
    ("before", "followup", "resolved"),
    [
        ("What is known about induction at home?", "what about pre-eclampsia", "What is known about pre-eclampsia?"),
        ("Should we fund the frailty hub to reduce admissions?", "and aspirin?", "Should we fund aspirin to reduce admissions?"),
        ("What do women say about waiting in triage?", "and water birth?", "What do women say about water birth?"),
        ("What do women say about waiting in triage?", "and the cost of aspirin?", "the cost of aspirin?"),
        ("Does the OASI bundle reduce third degree tears?", "what about aspirin?", "Does aspirin reduce third degree tears?"),
        ("Is telephone triage safe?", "same for steroids", "Is steroids safe?"),
    ],
)  # fmt: skip
def test_a_continuation_that_names_a_subject_of_its_own_asks_the_same_of_it(
    before: str, followup: str, resolved: str
) -> None:
    found = resolve_followup(followup, before, lambda *_: True)
    assert found.leans
    assert found.takes
    assert found.text == resolved


@pytest.mark.parametrize(
    "followup",
    [
        "what about twins",
        "what about women with diabetes",
        "for stillbirth",
        "and after a caesarean",
        "and during a heatwave?",
        "what about it for twins",
        "and what do women say?",
        "why",
        "and last year",
    ],
)
def test_people_places_times_and_what_points_back_narrow_whatever_is_held_on_them(
    followup: str,
) -> None:
    found = resolve_followup(followup, FIRST, lambda *_: True)
    assert found.text.startswith("Does induction of labour at 41 weeks reduce stillbirth; ")
    assert not found.takes


@pytest.mark.parametrize(
    ("followup", "is_subject", "leans"),
    [
        ("how many came back in", False, True),
        ("how many came back in", True, False),
        ("does aspirin prevent pre-eclampsia", False, False),  # it names two things
    ],
)
def test_a_question_that_names_no_subject_of_its_own_is_asked_of_the_one_before(
    followup: str, is_subject: bool, leans: bool
) -> None:
    before = "is it safe to send women home with a balloon"
    assert resolve_followup(followup, before, lambda *_: is_subject).leans is leans


@pytest.mark.parametrize(
    ("before", "typed", "read"),
    [
        ("How many women waited at Ashcombe?", "no i meant brindle", "How many women waited at Brindle?"),
        ("How many women waited at Ashcombe?", "sorry, Marlow Vale", "How many women waited at Marlow Vale?"),
        ("Does telephone triage reduce attendance?", "I meant video triage", "Does video triage reduce attendance?"),
        ("What do women say about waiting in triage?", "sorry, i mean home birth", "What do women say about home birth?"),
    ],
)  # fmt: skip
def test_a_correction_takes_the_place_of_what_it_corrects(
    before: str, typed: str, read: str
) -> None:
    found = resolve_followup(
        typed,
        before,
        lambda *_: True,
        with_names=lambda text: text.replace("in brindle", "in Brindle"),
    )
    assert found.text == read
    assert found.leans


def test_a_correction_that_asks_something_else_of_the_same_subject_keeps_it() -> None:
    found = resolve_followup("sorry, I meant what does it cost", FIRST)
    assert found.text.startswith("Does induction of labour at 41 weeks reduce stillbirth; ")
