"""What narrows a subject is told from it, and a narrower question is never answered more surely than the wider one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.coverage import State
from kmassist.coverage.fire import JudgedKinds, no_greener
from kmassist.coverage.matrix import CoverageCell, RuleTrace
from kmassist.coverage.rules import Fired
from kmassist.documents.source_types import SourceType
from kmassist.question.narrowing import narrowing_data, read_narrowing, without
from kmassist.question.subject import Aspect, aspects_of, read_subject
from kmassist.question.types import Need, QuestionType

TODAY = dt.date(2026, 11, 23)
PEOPLE = [*narrowing_data()["people"]]
PLACES = [*narrowing_data()["places"]]
SUBJECTS = ["telephone triage", "home induction of labour", "glucose sensors", "falls prevention"]


@pytest.mark.parametrize("row", narrowing_data()["examples"], ids=lambda row: "+".join(row["runs"]))
def test_each_example_of_the_data_is_read_as_it_says(row: dict[str, Any]) -> None:
    read = read_narrowing(row["runs"])
    assert (read.population, read.setting, list(read.left)) == (
        row["population"],
        row["setting"],
        row["left"],
    )


@given(
    subject=st.sampled_from(SUBJECTS),
    people=st.sampled_from(PEOPLE),
    which=st.sampled_from(["", "low risk ", "older ", "first time "]),
    preposition=st.sampled_from(["for", "in", "among", "with"]),
    with_what=st.sampled_from(["", " with diabetes", " who live alone", " under 20"]),
)
def test_people_behind_a_subject_narrow_it(
    subject: str, people: str, which: str, preposition: str, with_what: str
) -> None:
    question = f"What is known about {subject} {preposition} {which}{people}{with_what}?"
    read = read_subject(question)
    assert (
        read.wider or read.text
    ) == subject  # "for patients" says nothing, and is no part of a subject
    assert not read.wider or people.casefold() in read.population.casefold()


@given(subject=st.sampled_from(SUBJECTS), place=st.sampled_from(PLACES))
def test_a_place_behind_a_subject_narrows_it(subject: str, place: str) -> None:
    read = read_subject(f"What is known about {subject} in {place}?")
    assert (read.wider or read.text) == subject
    assert not read.wider or read.setting.casefold() == place.casefold()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "What do we know about waiting for induction of labour, and what did women say?",
            "waiting for induction of labour (women)",
        ),
        (
            "Should we scale the frailty hub pilot to reduce unplanned admissions of older people?",
            "frailty hub, unplanned admissions of older people",
        ),
        ("What do older people want?", "older people"),
        ("Does telephone triage help?", "telephone triage"),
    ],
)
def test_the_subject_is_said_as_a_person_would_say_it(question: str, said: str) -> None:
    assert read_subject(question).said == said


def test_a_question_without_what_narrows_it() -> None:
    asked = "Is telephone triage safe for our low risk women?"
    assert without(asked, ("low risk women", "")) == "Is telephone triage safe ?"
    assert without(asked, ("teenagers",)) == asked


def test_what_is_asked_of_a_subject_is_named_by_the_type_of_the_question() -> None:
    assert aspects_of([QuestionType.COST, QuestionType.RULE]) == (Aspect.COST, Aspect.RULE)
    assert aspects_of([QuestionType.SCALE_UP]) == ()


STATES = st.sampled_from(list(State))


@given(narrow=STATES, wide=STATES)
def test_no_cell_is_greener_than_that_of_the_wider_question(narrow: State, wide: State) -> None:
    """Where the wider question has nothing and the narrower one has, the two disagree: that is to check, never absent."""
    kind = SourceType.PPI
    cell = CoverageCell(
        source_type=kind,
        need=Need.REQUIRED,
        state=narrow,
        trace=(RuleTrace(code="", ahrq="", says="of the narrow one"),),
    )
    fired = [Fired(RuleTrace(code="G2", ahrq="", says="of the wide one"), wide)]
    wider = JudgedKinds({}, {kind: fired}, ())
    found = no_greener(cell, wider)
    order = list(State)
    most = max(order.index(wide), order.index(State.TO_CHECK))
    assert order.index(found.state) == min(order.index(narrow), most)
    is_lowered = most < order.index(narrow)
    assert ("Of the wider question: of the wide one" in found.says) is is_lowered
    assert no_greener(cell, None) == cell
