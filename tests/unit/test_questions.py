"""Question types, needs and frames."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents.document import SourceType
from kmassist.question.frames import intervention_of, outcome_of, read_frame
from kmassist.question.types import Need, QuestionType, classify, needs

LABELLED = yaml.safe_load(
    (Path(__file__).parents[2] / "benchmarks" / "data" / "question_types.yaml").read_text(
        encoding="utf-8"
    )
)


@pytest.mark.parametrize("row", LABELLED, ids=lambda row: row["question"][:40])
def test_labelled_questions(row: dict[str, object]) -> None:
    assert [t.value for t in classify(str(row["question"]))] == row["types"]


def test_types_have_labels() -> None:
    assert [t.value for t in QuestionType] == [f"T{n}" for n in range(1, 12)]
    assert QuestionType("T6").label == "Cost"


def test_a_question_without_cues_is_one_of_effect() -> None:
    assert classify("Aspirin?") == (QuestionType.EFFECT,)


def test_needs_are_the_union_of_the_strongest() -> None:
    table = needs((QuestionType.EFFECT, QuestionType.EXPERIENCE))
    required = {kind.value for kind, need in table.items() if need is Need.REQUIRED}
    assert required == {"PUB", "GDL", "PPI"}
    assert list(table) == list(SourceType)
    assert set(needs((QuestionType.CORPUS,)).values()) == {Need.NOT_NEEDED}


@pytest.mark.parametrize(
    ("question", "frame", "intervention", "outcome"),
    [
        (
            "Does the OASI care bundle cut severe tears for first-time mothers?",
            "PICO",
            "OASI care bundle",
            "severe tears",
        ),
        (
            "What do women say about remote antenatal consultations?",
            "SPIDER",
            "remote antenatal consultations",
            "",
        ),
        ("How much does continuity of carer cost?", "SPICE", "continuity of carer", ""),
        (
            "Should the LMNS commission midwife continuity of carer?",
            "ECLIPSE",
            "midwife continuity of carer",
            "",
        ),
        (
            "Is cervical ripening at home as safe as in hospital?",
            "PICO",
            "cervical ripening at home",
            "safety",
        ),
        (
            "do OASI bundles really bring down third degree tears",
            "PICO",
            "OASI bundles",
            "third degree tears",
        ),
        ("What is the effect of aspirin on pre-eclampsia?", "PICO", "aspirin", "pre-eclampsia"),
        (
            "Will warm compresses mean fewer severe tears?",
            "PICO",
            "warm compresses",
            "severe tears",
        ),
        ("are caesarean rates lower with midwife-led care", "PICO", "", "caesarean rates"),
    ],
)
def test_frames(question: str, frame: str, intervention: str, outcome: str) -> None:
    read = read_frame(question, classify(question))
    assert read["frame"] == frame
    assert intervention_of(read) == intervention
    assert outcome_of(read) == outcome
    assert read["sentence"].startswith("I looked for")


def test_what_was_looked_for_is_the_subject_and_no_slot() -> None:
    question = "Should we have one person to answer the ward phone?"
    types = classify(question)
    assert read_frame(question, types)["sentence"].startswith('I looked for "ward phone";')
    assert '"the subject"' in read_frame(question, types, subject="the subject")["sentence"]


def test_slots_that_cannot_be_read_are_left_out() -> None:
    read = read_frame("Aspirin?", (QuestionType.EFFECT,))
    assert set(read) == {"frame", "sentence"}
    assert read_frame("Which topics have no audit?", (QuestionType.CORPUS,)) == {}


@given(st.text(max_size=120))
def test_any_text_is_read_the_same_way_twice(text: str) -> None:
    types = classify(text)
    assert types
    assert types == classify(text)
    assert read_frame(text, types) == read_frame(text, types)
