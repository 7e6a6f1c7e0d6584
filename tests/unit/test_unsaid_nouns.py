"""Numbers whose noun is unsaid: of things named before them they stay, in doubt they are people's and go."""

from __future__ import annotations

import pytest

from kmassist.privacy.counts import find_masks


@pytest.mark.parametrize(
    "text",
    [
        "Of the three policies, one was found wanting.",
        "Two folders, one for the hub and one for triage.",
        "Two folders were bought, one for each site.",
        "Five standards were audited: three were met, two were not.",
        "One action is green, three are amber.",
        "One of the actions is closed, two are in progress.",
        "The rota requires two registrars by day and one by night.",
        "The unit is graded 3 for safety and 4 for leadership.",
        "Twice weekly lists, one on Monday and one on Friday.",
        "It names 15 urgent actions, of which we meet all but two.",
        "Give one dose or two.",
    ],
)
def test_a_number_takes_the_noun_of_things_before_it(text: str) -> None:
    assert find_masks(text) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Of the two rooms, one was induced.", "one"),  # who was in it
        ("Of the three wards one died.", "one"),
        ("Two wards were full, two were sent home.", "two"),
        ("Two beds are taken, one for induction and one for section.", "one"),
        ("Three bays were shut: two were moved, one was bleeding.", "one"),
        ("Four forms came back, one from a woman who had lost twins.", "one"),
        ("Two clinics on Monday and two in tears.", "two"),
        ("Two audits were held, and two were red with anger.", "two"),
        ("The women of two wards are red, two are amber.", "two"),
        ("Deaths: one on Monday and one on Friday.", "one"),
        ("Women came twice weekly, one on Monday and one on Friday.", "one"),
    ],
)
def test_where_the_sentence_does_not_show_it_a_number_is_masked(text: str, masked: str) -> None:
    assert masked in [text[mask.start : mask.end] for mask in find_masks(text)]


@pytest.mark.parametrize(
    "text",
    [
        "A Bishop score of 3 or less.",
        "The scale runs from 1 to 4.",
        "Women were asked to rate their care from 1 to 4.",
        "The alarm rang at 4 this morning.",
        "Checked at 3 and 4 am.",
        "Monday to Friday, 9 to 4.",
        "The shop is open until 4.",
        "It is a 3 mile walk.",
        "Car park 2 is shut.",
        "CTG machine 3 has gone.",
        "Risk 2 was closed and risk 3 opened.",
        "Ward 3 and bay 2 were closed.",
        "Take the number 4 bus.",
        "Modules 1 to 3 are online.",
        "There is 1 way out.",
        "One pair of scissors was lost.",
        "Two facilitated listening sessions.",
        "The pharmacy shuts between 1 and 2.",
        "Three councils and two agencies pay for it.",
    ],
)
def test_scores_hours_miles_and_numbered_things_stay(text: str) -> None:
    assert find_masks(text) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Low risk 30, high risk 4.", "4"),
        ("Moderate risk 12 and risk 4.", "4"),
        ("On the machine 4 babies were seen.", "4"),
        ("Of those at risk 4 delivered.", "4"),
        ("Numbers fell from 9 to 4.", "4"),
        ("Stillbirths rose from 1 to 4.", "4"),
        ("Sepsis was suspected in 3 this morning.", "3"),
        ("A score of 4 or less was given to 3.", "3"),
        ("Ward 3 and bay 2 women were moved.", "2"),
        ("Two pairs of twins came.", "Two"),
        ("Three needed blood, one needed theatre.", "one"),
        ("Two needed scans.", "Two"),
        ("Two audits were closed, one remains with the family.", "one"),
    ],
)
def test_what_only_resembles_those_is_masked(text: str, masked: str) -> None:
    assert masked in [text[mask.start : mask.end] for mask in find_masks(text)]
