"""How questions are read: acronyms, senses, spelling, topics."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest

from kmassist.errors import ConfigError
from kmassist.question.interpretation import is_spelling
from kmassist.question.vocabulary import Vocabulary
from kmassist.text.words import tokenise


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


def test_all_topics_have_terms_and_a_starter(vocabulary: Vocabulary) -> None:
    assert len(vocabulary.topics) == 48
    assert all(topic.terms for topic in vocabulary.topics.values())
    assert vocabulary.starter("GBS") == "What do we know about group B streptococcus?"
    assert vocabulary.starter("TRI").startswith("What do we know about triage")
    assert vocabulary.starter("NOPE") == ""


_PAIRS = """
haemorrhage/hemorrhage caesarean/cesarean foetal/fetal labour/labor paediatric/pediatric anaemia/anemia oedema/edema
anaesthesia/anesthesia randomised/randomized counselling/counseling centre/center programme/program behaviour/behavior
diarrhoea/diarrhea oestrogen/estrogen sulphate/sulfate hypoglycaemia/hypoglycemia analysed/analyzed tumours/tumors
""".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("british", "american"),
    [pair.split("/") for pair in _PAIRS],
)
def test_both_spellings_are_one_term(british: str, american: str) -> None:
    assert tokenise(british) == tokenise(american)


@pytest.mark.parametrize(
    "word", ["hour", "four", "your", "our", "rise", "noise", "does", "shoe", "poem"]
)
def test_spelling_rules_leave_other_words_apart(word: str) -> None:
    assert tokenise(f"x{word}") != tokenise("x")
    assert tokenise("hour") != tokenise("hor")


def test_acronym_brings_the_long_form_at_half_weight(vocabulary: Vocabulary) -> None:
    reading = vocabulary.read_question("What reduces PPH after birth at 41+0?")
    assert reading.query.terms["pph"] == 1.0
    assert reading.query.terms["hemorrhag"] == 0.5
    assert reading.query.terms["41+0"] == 1.0
    assert reading.query.dense_text == "What reduces postpartum haemorrhage after birth at 41+0?"
    assert reading.expansions["PPH"] == ("postpartum haemorrhage",)
    assert "PPH" in reading.topics


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("LSCS audit", "Category 1 caesarean interval audit"),
        ("CS audit", "Caesarean births by month, an audit"),
        ("planned ELCS list audit", "An audit of the planned caesarean list"),
        ("AROM audit", "Artificial rupture of membranes: an audit"),
        ("VE audit", "An audit of each vaginal examination"),
        ("PGP audit", "Audit of pelvic girdle pain"),
        ("IUFD audit", "Intrauterine fetal death, an audit"),
    ],
)
def test_a_text_that_writes_an_acronym_out_mentions_it(
    vocabulary: Vocabulary, question: str, text: str
) -> None:
    stems = frozenset(tokenise(text))
    reading = vocabulary.read_question(question)
    assert [term.word for term in reading.informative if not term.is_covered_by(stems)] == []


def test_no_acronym_stands_in_the_file_twice() -> None:
    text = (files("kmassist") / "data" / "vocabulary.yaml").read_text(encoding="utf-8")
    acronyms = re.findall(r"^  (\w+):", text.partition("\nacronyms:")[2], re.M)
    assert len(acronyms) == len(set(acronyms)) > 200


def test_the_small_word_in_we_ve_is_no_examination(vocabulary: Vocabulary) -> None:
    assert vocabulary.read_question("what we've learnt").abbreviations == frozenset()
    expected = vocabulary.read_question("EDD and discharge from the ward").senses
    assert expected == {"EDD": "expected date of discharge"}


def test_long_form_brings_the_acronym(vocabulary: Vocabulary) -> None:
    reading = vocabulary.read_question("treatment of postpartum haemorrhage")
    assert reading.query.terms["pph"] == 0.5
    assert "hemorrhage" in reading.expansions["haemorrhage"]


@pytest.mark.parametrize(
    ("question", "acronym", "meaning"),
    [
        ("Should women with PROM be induced?", "PROM", "prelabour rupture of membranes"),
        ("Which PROM questionnaire suits birth?", "PROM", "patient-reported outcome measure"),
        ("Heparin for women at risk of PE", "PE", "pulmonary embolism"),
        ("Aspirin to prevent PE with high blood pressure", "PE", "pre-eclampsia"),
        ("Is a PET scan safe in pregnancy?", "PET", "positron emission tomography"),
        ("Bereavement care after IUD", "IUD", "intrauterine death"),
        ("Insertion of a copper IUD after birth", "IUD", "intrauterine device"),
        ("GBS and muscle weakness after vaccine", "GBS", "Guillain-Barre syndrome"),
        ("Testing all women for GBS", "GBS", "group B streptococcus"),
    ],
)
def test_ambiguous_acronyms_are_decided_by_their_neighbours(
    vocabulary: Vocabulary, question: str, acronym: str, meaning: str
) -> None:
    reading = vocabulary.read_question(question)
    assert reading.senses == {acronym: meaning}
    [choice] = reading.choices
    assert meaning not in choice.others
    assert choice.why


def test_sources_decide_what_the_question_leaves_open(vocabulary: Vocabulary) -> None:
    held = {"advance care plan": 3}
    reading = vocabulary.read_question("Is an ACP used?", held=lambda name: held.get(name, 0))
    assert reading.senses == {"ACP": "advance care plan"}
    assert [choice.why for choice in reading.choices] == ["the sources here write of it"]
    usual = vocabulary.read_question("Is an ACP used?", held=lambda name: 0)
    assert usual.senses == {"ACP": "advanced clinical practitioner"}


def test_abbreviations_of_other_specialties_leave_those_of_maternity_care_first(
    vocabulary: Vocabulary,
) -> None:
    assert [sense.means for sense in vocabulary.acronyms["STEMI"]] == [
        "ST-elevation myocardial infarction"
    ]
    assert vocabulary.acronyms["ACS"][0].means == "antenatal corticosteroids"
    assert "acute coronary syndrome" in vocabulary.long_forms("ACS")


@pytest.mark.parametrize(
    "question",
    ["PPI in design", "Should women on PPI for heartburn and omeprazole be asked?", "ppi work"],
)
def test_ppi_is_never_a_drug(vocabulary: Vocabulary, question: str) -> None:
    reading = vocabulary.read_question(question)
    assert "patient and public involvement" in reading.query.dense_text
    assert not {"proton", "pump", "inhibitor"} & set(reading.query.terms)


def test_a_person_s_choice_of_sense_wins(vocabulary: Vocabulary) -> None:
    reading = vocabulary.read_question(
        "PROM at term and labour", senses={"PROM": "outcome measure"}
    )
    assert reading.senses["PROM"] == "patient-reported outcome measure"
    reading = vocabulary.read_question("PROM at term", senses={"PROM": "passive range of motion"})
    assert "passive range of motion" in reading.query.dense_text


def test_what_else_is_searched_can_be_switched_off(vocabulary: Vocabulary) -> None:
    question = "Does the OASI bundle reduce tears in labour?"
    reading = vocabulary.read_question(question, without=["Laceration"])
    assert reading.left_out == {"tears": ("laceration",)}
    assert "tears" not in reading.expansions
    assert "lacer" not in reading.query.terms
    assert "OASI" in reading.expansions
    whole = vocabulary.read_question(question, without=["OASI", "labour"])
    assert whole.left_out == {
        "OASI": ("obstetric anal sphincter injury",)
    }  # a spelling is no other form
    assert whole.query.dense_text == question
    assert "sphincter" not in whole.query.terms
    assert vocabulary.read_question("ARM or oxytocin", without=["ARM"]).query.terms["arm"] == 1.0
    assert is_spelling("labour", "labor")
    assert not is_spelling("tears", "laceration")


def test_acronyms_that_are_words_match_only_as_written(vocabulary: Vocabulary) -> None:
    assert not vocabulary.read_question("Is arm position important for a pet owner?").expansions
    reading = vocabulary.read_question("ARM or oxytocin first")
    assert reading.query.terms["membran"] == 1.0
    assert reading.query.terms["arm"] == 0.5


def test_informative_words_leave_out_what_every_question_says(vocabulary: Vocabulary) -> None:
    reading = vocabulary.read_question(
        "What is the best evidence that outpatient balloon ripening reduces PPH for women?"
    )
    assert [term.word for term in reading.informative] == [
        "outpatient",
        "balloon",
        "ripening",
        "pph",
    ]
    pph = reading.informative[-1]
    assert pph.is_covered_by({"postpartum", "hemorrhag"})
    assert not pph.is_covered_by({"postpartum"})


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("Outpatient balloon catheter or gel for induction of labour", "IOL"),
        ("Continuous positive airway pressure in term infants", None),
        ("Midwife caseload and continuity of carer in one trust", "COC"),
        ("Third-degree tear after forceps", "OASI"),
        ("Telephone triage by midwives", "TRI"),
        ("Ambulance crews debrief", None),
        ("Postnatal debriefing after a hard birth", "PMH"),
    ],
)
def test_topics(vocabulary: Vocabulary, title: str, topic: str | None) -> None:
    found = vocabulary.topics_of(title)
    assert (topic in found) if topic else found == ()


def test_a_site_s_file_extends_and_overrides(tmp_path: Path) -> None:
    own = tmp_path / "site.yaml"
    own.write_text(
        "topics:\n  TRI: {label: Front door, terms: [blue corridor]}\n  XYZ: {label: Own topic, terms: [hydrant]}\n"
        "acronyms:\n  PPH: primary pulmonary hypertension\n  QQQ: quick quiet question\n",
        encoding="utf-8",
    )
    vocabulary = Vocabulary.load(own)
    assert vocabulary.topics_of("The blue corridor") == ("TRI",)
    assert vocabulary.topics_of("telephone triage") == ("TRI",)
    assert vocabulary.topics["TRI"].label == "Front door"
    assert vocabulary.topics_of("hydrant") == ("XYZ",)
    assert "quick quiet question" in vocabulary.read_question("a QQQ").query.dense_text
    assert "pulmonari" in vocabulary.read_question("PPH").query.terms


@pytest.mark.parametrize("text", ["topics: [1, 2]", "a: {", "colours: {}"])
def test_a_wrong_file_is_one_clear_error(tmp_path: Path, text: str) -> None:
    own = tmp_path / "site.yaml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="site"):
        Vocabulary.load(own)
    with pytest.raises(ConfigError, match="cannot be read"):
        Vocabulary.load(tmp_path / "absent.yaml")


def test_lay_words_point_to_a_topic_and_are_no_key_terms() -> None:
    reading = Vocabulary.load().read_question("who translates for women with no English")
    assert "EQU" in reading.topics
    assert not any(term.is_key for term in reading.informative)
    assert "EQU" not in Vocabulary.load().topics_of("A hospital where nobody translates")


def test_a_site_adds_lay_words_to_a_shipped_topic(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("topics:\n  TRI: {label: Triage, lay: [front door]}\n")
    vocabulary = Vocabulary.load(own)
    assert "TRI" in vocabulary.read_question("Who staffs the front door?").topics
    assert "TRI" in vocabulary.read_question("How long is the waiting area full?").topics


def test_a_lay_word_brings_in_the_others_and_is_not_brought_in(vocabulary: Vocabulary) -> None:
    assert "cost" in vocabulary.read_question("Is it cheaper by phone?").expansions["cheaper"]
    assert vocabulary.read_question("What does it cost?").expansions == {"cost": ("money",)}


def test_a_phrase_that_stop_words_leave_one_word_of_counts_as_it_is_written(
    vocabulary: Vocabulary,
) -> None:
    assert "COC" in vocabulary.read_question("Do women want the same midwife?").topics
    assert "COC" not in vocabulary.read_question("Is it cheaper if a midwife does it?").topics
    assert vocabulary.read_question("What helps with piles?").expansions == {
        "piles": ("haemorrhoids",)
    }
    for question in (
        "Why do clinics pile up on Mondays?",
        "Is a ring pessary offered?",
        "Is medical care by two and a half hours late?",
        "Do multiple visits matter?",
        "eating and drinking in established labour",
    ):
        brought = {
            form
            for forms in vocabulary.read_question(question).expansions.values()
            for form in forms
        }
        assert not brought & {
            "haemorrhoids",
            "telephone",
            "doctor",
            "30 minutes",
            "twins",
            "alcohol",
        }, question


def test_names_of_one_treatment_or_group_are_known(vocabulary: Vocabulary, tmp_path: Path) -> None:
    assert vocabulary.is_particular("Aspirin")
    assert vocabulary.is_particular("twin")
    assert vocabulary.is_particular("Travellers")
    assert vocabulary.is_particular("TENS")
    for word in ("induction", "ten", "travel"):
        assert not vocabulary.is_particular(word)
    own = tmp_path / "own.yaml"
    own.write_text("particular: [Zebrazole]\n")
    assert Vocabulary.load(own).is_particular("zebrazole")


def test_no_two_groups_of_synonyms_are_the_same_group_twice() -> None:
    groups = [frozenset(form.casefold() for form in group) for group in Vocabulary.load().synonyms]
    assert not [(a, b) for a, b in combinations(groups, 2) if len(a & b) > 1]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Should we scale the frailty hub to cut unplanned admissions of older people?", "FRA"),
        ("same day emergency care at weekends", "UEC"),
        ("respite for unpaid carers", "CAR"),
    ],
)
def test_words_of_other_services_are_known(
    vocabulary: Vocabulary, question: str, topic: str
) -> None:
    assert topic in vocabulary.read_question(question).topics


def test_a_and_e_is_one_word(vocabulary: Vocabulary) -> None:
    reading = vocabulary.read_question("A&E attendances")
    assert "a&e" in reading.query.terms
    assert reading.expansions["A&E"][0] == "emergency department"
