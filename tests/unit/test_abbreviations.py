"""Abbreviations that the texts define."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.question.abbreviations import guess_by_initials, learn_abbreviations


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We opened same day emergency care (SDEC) at weekends.", "SDEC", "same day emergency care"),
        ("Urgent treatment centres (UTCs) close at ten.", "UTCs", "urgent treatment centres"),
        ("The trust uses SDEC (same day emergency care) for adults.", "SDEC", "same day emergency care"),
        ("Chronic obstructive pulmonary disease (COPD, also called emphysema) is common.", "COPD", "chronic obstructive pulmonary disease"),
        ("Talk to Improving Access to Psychological Therapies (IAPT).", "IAPT", "Improving Access to Psychological Therapies"),
        ("Accident and emergency (A&E) was full.", "A&E", "accident and emergency"),
        ("Women with type 1 diabetes (T1D) were asked.", "T1D", "type 1 diabetes"),
    ],
)  # fmt: skip
def test_a_text_that_defines_an_abbreviation_teaches_it(text: str, short: str, long: str) -> None:
    assert learn_abbreviations([text]) == {short: long}


@pytest.mark.parametrize(
    "text",
    [
        "It rose (see Table 2) in the spring.",
        "Most women (n = 34) were glad of it.",
        "The trial (NCT0123456789) ended early.",
        "A review of continuity (BMJ) was read.",
        "The risk fell (95% CI 0.6 to 0.9).",
        "It was slow. (OK)",
    ],
)
def test_brackets_that_define_nothing_teach_nothing(text: str) -> None:
    assert learn_abbreviations([text]) == {}


def test_the_commonest_meaning_is_kept() -> None:
    texts = ["care home (CH)", "children's hospital (CH)", "a care home (CH)"]
    assert learn_abbreviations(texts) == {"CH": "care home"}


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_can_be_read_and_a_long_form_stands_in_it(texts: list[str]) -> None:
    for long in learn_abbreviations(texts).values():
        assert any(
            " ".join(long.split()).casefold() in " ".join(text.split()).casefold() for text in texts
        )


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("FCP", "first contact physiotherapists"),
        ("FCPs", "first contact physiotherapists"),
        ("LOS", "length of stay"),
        ("A&E", "accident and emergency"),
        ("XYZ", None),
        ("Q", None),
    ],
)
def test_initials_stand_for_what_several_texts_call_it(short: str, long: str | None) -> None:
    texts = [
        "First contact physiotherapists saw them. Length of stay fell. Accident and emergency. The cost per case.",
        "Two first-contact physiotherapists left; the length of stay rose in accident and emergency; cost per",
        "First contact physiotherapists again, at a cost per head.",
    ]
    assert guess_by_initials(short, texts) == long


@pytest.mark.parametrize(
    ("short", "text", "long"),
    [
        (
            "DBS",
            "A dried\nblood spot test. Dried blood spots; dried-blood spot kits.",
            "dried blood spot",
        ),
        ("DBS", "A dried blood spot test, and dried blood spots.", None),
        ("FV", "fluoride varnish " * 8, "fluoride varnish"),
        ("FV", "fluoride varnish " * 7, None),
    ],
)
def test_initials_stand_for_what_one_text_calls_it_again_and_again(
    short: str, text: str, long: str | None
) -> None:
    assert guess_by_initials(short, [text]) == long
