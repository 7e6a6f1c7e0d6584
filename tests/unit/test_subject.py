"""What a question is about, apart from who asks it and how."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.question.spelling import shorthand_data, write_out
from kmassist.question.subject import Subject, read_subject, subject_data

NEEDS = [
    "birthing pools at Ashcombe",
    "telephone triage",
    "induction of labour at home for first births",
    "same day emergency care at weekends",
    "A&E attendances",
    "six-month stroke reviews",
    "support for carers of older people",
    "insulin for type 2 diabetes",
]


def content(text: str) -> tuple[str, ...]:
    return read_subject(text).content


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize(
    "wording",
    [
        "Should we fund {}?",
        "Should the LMNS scale up {}?",
        "Do we pay for {} or stop it?",
        "Should the trust board roll out {} next year?",
        "Please summarise the evidence on {}.",
        "The integrated care board has to decide in the spring whether to extend {}. What do we know?",
        "As clinical lead for governance I need what is known about {}.",
        "hi, anything on {} pls, quick, need it for the meeting",
        "Is there a business case for {}?",
        "Can we afford {}?",
        "Would it be worth recruiting for {}?",
        "Ought we to buy {}, and is it any good?",
        "Does {} work?",
        "Would {} really work for us, and how common is it?",
        "How long does {} take?",
        "{}: any sign that it is working?",
    ],
)
def test_one_need_has_one_subject_however_it_is_put(need: str, wording: str) -> None:
    assert content(wording.format(need)) == content(need)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Should we roll out telephone triage?", "telephone triage"),
        ("Is it worth rolling out telephone triage?", "telephone triage"),
        ("Should we fund out of hours dentistry?", "out of hours dentistry"),
        ("Should we extend over 75s clinics?", "over 75s clinics"),
    ],
)
def test_the_small_word_of_a_verb_of_decision_is_not_of_the_subject(
    question: str, subject: str
) -> None:
    assert read_subject(question).text == subject


@pytest.mark.parametrize("need", NEEDS)
@given(
    verb=st.sampled_from(
        [
            "fund",
            "buy",
            "keep",
            "stop",
            "close",
            "extend",
            "commission",
            "recruit",
            "afford",
            "scrap",
        ]
    ),
    body=st.sampled_from(
        ["we", "the LMNS", "the ICB", "our trust", "the board", "commissioners", "the executive"]
    ),
    filler=st.sampled_from(["", "please", "honestly", "just", "asap"]),
)
def test_bodies_decisions_and_fillers_change_no_word_of_it(
    need: str, verb: str, body: str, filler: str
) -> None:
    assert content(f"Should {body} {verb} {need} {filler}?") == content(need)


@pytest.mark.parametrize("word", ["shld", "shoudl", "abt", "wot", "wich", "evidnce", "anythng"])
def test_a_small_word_of_shorthand_is_written_out(word: str) -> None:
    assert read_subject(write_out(f"{word} telephone triage")).text.endswith("telephone triage")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What does the LMNS require?", "LMNS"),
        ("What are the costs?", "costs"),
        ("do women mind waiting in triage", "women waiting in triage"),
        ("Are women happy with outpatient induction?", "women outpatient induction"),
        ("peace of mind after triage", "peace of mind after triage"),
        ("Which policy?", "policy"),
        ("Should women with type 2 diabetes be seen within 4 weeks?", "women with type 2 diabetes seen within 4 weeks"),
        ("Is T&O open at weekends?", "T&O weekends"),
        ("out of hours cover", "out of hours cover"),
        ("who should follow up young people after self harm", "follow up young people after self harm"),
    ],
)  # fmt: skip
def test_what_is_left_names_the_subject(question: str, text: str) -> None:
    assert read_subject(question).text == text


def test_names_are_kept_whatever_their_words_are_elsewhere() -> None:
    assert read_subject("Does shared decision making help?").text == "shared decision making"
    assert read_subject("Does good worth help?", names=["good worth"]).text == "good worth"


def test_an_abbreviation_brings_its_long_form() -> None:
    subject = read_subject("should we fund SDEC", long_forms={"SDEC": "same day emergency care"})
    assert subject.text == "SDEC same day emergency care"


def test_an_unknown_word_is_told_with_a_suggestion_and_takes_nothing_away() -> None:
    def known(stems: object) -> dict[str, int]:
        return {"triag": 4}

    subject = read_subject("triage of zebrafinch", known=known, suggest=lambda _: "zebra")
    assert subject.unknown == {"zebrafinch": "zebra"}
    assert "triage" in subject.text


@pytest.mark.parametrize("row", subject_data()["phrases"], ids=lambda row: row["matches"][0])
def test_turns_of_speech_match_their_examples(row: dict[str, list[str]]) -> None:
    pattern = re.compile(str(row["pattern"]), re.I)
    assert [text for text in row["matches"] if not pattern.search(text)] == []
    assert [text for text in row["not"] if pattern.search(text)] == []


@pytest.mark.parametrize("example", shorthand_data()["examples"], ids=lambda e: e[0])
def test_shorthand_is_written_out(example: list[str]) -> None:
    assert write_out(example[0]) == example[1]


@given(st.text(max_size=200))
def test_any_text_has_a_subject_that_says_nothing_new(text: str) -> None:
    subject = read_subject(text)
    assert isinstance(subject, Subject)
    flat = " ".join(text.replace("’", "'").split())
    assert all(word in flat for phrase in subject.phrases for word in phrase.split())


@pytest.mark.parametrize(
    "row", [*subject_data()["aims"], *subject_data()["sites"]], ids=lambda row: row["matches"][0]
)
def test_what_is_hoped_for_and_where_is_told_by_its_examples(row: dict[str, list[str]]) -> None:
    assert all(re.search(str(row["pattern"]), text, re.I) for text in row["matches"])
    assert not any(re.search(str(row["pattern"]), text, re.I) for text in row["not"])


@pytest.mark.parametrize(
    ("question", "core"),
    [
        (
            "Should we scale the frailty hub pilot to reduce unplanned admissions of older people?",
            "frailty hub",
        ),
        ("Does remote monitoring cut heart failure admissions?", "remote monitoring"),
        ("Could we cut the overnight crisis line for young people?", ""),
        ("What can be done to reduce unplanned admissions?", ""),
        ("Does aspirin to prevent pre-eclampsia help?", ""),
        ("Does telephone triage help?", ""),
        ("Should we scale the frailty hub to Sale Valley?", "frailty hub"),
        ("Do women at Ashcombe like telephone triage?", "women telephone triage"),
    ],
)
def test_a_subject_has_a_core_without_what_is_hoped_for_and_where(question: str, core: str) -> None:
    assert read_subject(question).core == core


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Should we have one person to answer the ward phone?", "ward phone"),
        ("Does any of the papers mention swaddling?", "swaddling"),
        ("Which documents mention the phone line?", "phone line"),
        ("what is known about person centred care", "person centred care"),
        ("support for a person with dementia", "support for a person with dementia"),
    ],
)
def test_whoever_is_to_do_it_and_what_mentions_it_are_no_subject(
    question: str, subject: str
) -> None:
    assert ", ".join(read_subject(question).phrases) == subject


def test_each_abbreviation_of_a_pair_has_its_long_form() -> None:
    subject = read_subject("driving after CVA/TIA", long_forms={"CVA": "stroke"})
    assert subject.text.endswith("CVA/TIA stroke")
