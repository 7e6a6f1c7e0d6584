"""A number counts people unless something else is shown; names of files and audits tell it by their nouns."""

from __future__ import annotations

import pytest

from kmassist.privacy.counts import Form, find_masks
from kmassist.privacy.small_numbers import suppress_name


@pytest.mark.parametrize(
    "text",
    [
        "Three did not reply.",
        "1-2 a week are sent home.",
        "A couple of our regulars left.",
        "At 41 weeks 3 were undelivered.",
        "Out of seven, one.",
        "Asked 60, heard from 57.",
        "20 cards were posted; 18 came back.",
        "Thirty were rung: twenty-eight answered.",
        "Two plan to leave.",
        "Three smoke.",
        "Two ward sisters resigned.",
        "One hotel chef was burnt.",
        "Two zorbles came.",
        "1 in 2,140 births ended so.",
        "Care issues that changed the outcome: 3",
        "Two sets of twins were born.",
        "A two-woman group met.",
        "The four-strong team is leaving.",
        "2x PPH since May.",
        "4 x 3rd degree tears.",
        "Forceps 2x",
        "3 DNAs, 1 LAC.",
        "Neither woman was asked.",
        "Neither was told.",
        "Refused to granted: 3:40.",
        "Seen in May: 112. Of these, followed up: 109.",
        "Readmissions\nMonday 1\nTuesday 0",
        "One lied about it.",
        "Three sets of notes were lost.",
        "Delay: no bed 3, no staff 12, not stated 7.",
        "Yes 12, no 4, not recorded 9.",
        "Missing: postcode 12, BMI 4, outcome 9.",
        "Control arm 4 events, pilot arm 11.",
        "Second stage: 3",
        "Covid: 3",
        "Ward: 3",
        "Forceps: 3",
        "They said no. 3 women left.",
        "Did it work? No. 3 left.",
        "Women 3 is low.",
        "The score fell for 2 of 5 women.",
        "Scored low: 2 of 5",
        "The teams opened and closed.\n\n1-2 a week are sent home.",
        "One midwife lead left.",
        "2 out of 5 scored it low",
        "We allowed two women to leave.",
        "Maternal death: 3",
    ],
)
def test_a_number_counts_people_unless_something_else_is_shown(text: str) -> None:
    assert find_masks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Two avenues were closed.",
        "One library joined later.",
        "Waiting fell from four hours to two.",
        "The mean number of calls was 3.",
        "It went from one extreme to another.",
        "Two sets of leaflets were printed.",
        "The unit was graded 2 on both days.",
        "A three-page form and a four-bedded bay.",
        "A one-off, one-to-one, two-week course.",
        "2 x 500 ml, 2x a day.",
        "Neither site has a lift, neither Alder nor Ashcombe.",
        "Single rooms are kept.",
        "Figures 1 and 2 show it.",
        "Ratio of beds to cots: 3:2; Monday to Friday: 8:30.",
        "Cycle: 3",
        "Audit cycle: 2",
        "One midwife leads on loss.",
        "The score was 2 out of 5.",
        "It was scored 3 out of 4.",
        "The policy allows two birth partners.",
        "Report no. 3",
        "Meeting 3 was held online.",
        "Birth pool 2 is leaking.",
        "Work package 2 was about costs.",
        "Stage two will follow.",
        "Version 2, page 3, chapter 4.",
    ],
)
def test_what_is_learnt_or_said_to_be_no_person_stays(text: str) -> None:
    assert find_masks(text) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("2 women with a breech.pdf", "<5 women with a breech.pdf"),
        ("2_women_with_a_breech.md", "<5_women_with_a_breech.md"),
        ("3-mums-focus-group.docx", "<5-mums-focus-group.docx"),
        ("Two Somali women 2025", "<5 Somali women 2025"),
        ("stillbirths 3.xlsx", "stillbirths <5.xlsx"),
        ("notes 3.md", "notes 3.md"),
        ("01 Women's voices.pdf", "01 Women's voices.pdf"),
        ("2025-03-04_women.md", "2025-03-04_women.md"),
        ("One to one care.md", "One to one care.md"),
    ],
)
def test_a_file_name_tells_people_by_a_noun_alone(name: str, shown: str) -> None:
    assert suppress_name(name) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("3 women who declined had a scan", "<5 women who declined had a scan"),
        ("Two midwives at every birth", "Two midwives at every birth"),
        ("Women with 2 previous caesareans", "Women with 2 previous caesareans"),
        ("Category 1 caesarean within 30 minutes", "Category 1 caesarean within 30 minutes"),
    ],
)
def test_what_an_audit_asks_for_keeps_its_own_numbers(name: str, shown: str) -> None:
    assert suppress_name(name, Form.STANDARD) == shown
