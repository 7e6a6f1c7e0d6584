"""Questions about one patient are turned away; service questions never are."""

import re
from pathlib import Path

import pytest
import yaml

from kmassist.question.scope import (
    holds_patient_number,
    is_about_one_patient,
    one_patient_data,
)

ONE_PATIENT = [
    "My patient is 38 weeks with BP 160/110, what should I do?",
    "32 year old para 2 at 41+3, should we induce her today?",
    "She is 36+2 with reduced movements, send home?",
    "I have a lady in triage now, Hb 72, does she need a transfusion?",
    "What dose should I give a woman of 90 kg?",
    "patient in bed 4 has a temperature of 38.6, sepsis six?",
    "28yo G3P1 40 weeks platelets 85 can she have an epidural",
    "34/40 SROM do I give steroids",
    "what do I do, do I give her steroids?",
    "how soon do I ring the consultant, she is bleeding",
    "I'm 39 weeks pregnant, should I be induced?",
]
SERVICE = [
    "How should we triage women who attend unscheduled?",
    "Low-risk women: induce at 41+0 or wait to 42+0?",
    "Suspected large baby, no diabetes: offer induction at 38 weeks?",
    "When should tranexamic acid be given in PPH?",
    "Is cervical ripening at home as safe as in hospital?",
    "How many women had a haemoglobin check after birth in our last audit?",
    "What do women aged 20 to 25 say about continuity of carer?",
    "Does the national MEWS reduce harm; what trigger?",
    "Should the LMNS commission midwife continuity of carer?",
    "What happens to babies born before 34 weeks in our unit?",
    "Is the 15 minute standard met at Ashcombe?",
    "MOH at what EBL do I ring the consultants",
    "which cannula do I use in PPH",
    "our complaints: what do women say about being listened to",
]


@pytest.mark.parametrize("question", ONE_PATIENT)
def test_one_patient_is_recognised(question: str) -> None:
    assert is_about_one_patient(question)


@pytest.mark.parametrize("question", SERVICE)
def test_service_questions_pass(question: str) -> None:
    assert not is_about_one_patient(question)


RULES = [
    "Do we bring her in after three calls?",
    "how long can she wait on yellow",
    "do I need a referral letter for a BMI of 42",
    "when do I refer a woman with a BMI of 42",
    "What do I do with a BP of 150/100 in clinic?",
    "My mum has waited a year for her knee. What helps people while they wait?",
]


@pytest.mark.parametrize("question", RULES)
def test_a_rule_of_the_unit_may_be_asked_in_words_about_one_person(question: str) -> None:
    assert not is_about_one_patient(question)


def test_a_patients_number_makes_it_a_question_about_one_patient() -> None:
    assert is_about_one_patient("943 476 5919 bile acids")
    assert holds_patient_number("943 476 5919 bile acids")
    assert not holds_patient_number("call 0300 123 1234 about 9434 beds")


@pytest.mark.parametrize("part", sorted(one_patient_data()))
def test_every_pattern_matches_its_examples_and_not_the_others(part: str) -> None:
    for row in one_patient_data()[part]:
        pattern = re.compile(row["pattern"], re.I)
        assert [text for text in row["matches"] if not pattern.search(text)] == [], row["pattern"]
        assert [text for text in row["not"] if pattern.search(text)] == [], row["pattern"]


SENTENCES = Path(__file__).parents[2] / "benchmarks" / "data" / "boundary_questions.yaml"


@pytest.mark.parametrize("part", ["tuning", "held_out"])
def test_the_written_questions_are_told_apart(part: str) -> None:
    questions = yaml.safe_load(SENTENCES.read_text("utf-8"))[part]
    missed = [q for q in questions["one_patient"] if not is_about_one_patient(q)]
    false_alarms = [q for q in questions["service"] if is_about_one_patient(q)]
    assert len(missed) <= len(questions["one_patient"]) // 20, missed
    assert not false_alarms


def test_a_very_long_question_is_still_judged() -> None:
    assert not is_about_one_patient("triage " * 50_000)
    assert is_about_one_patient("my patient " * 50_000)
