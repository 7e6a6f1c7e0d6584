"""Small counts of people are found however they are written, and little else is; twice the text takes twice the time."""

from __future__ import annotations

import pytest

from benchmarks.small_numbers import BLIND, false_masks, fresh, leaks, leaks_among_others
from kmassist.privacy.counts import find_masks
from kmassist.privacy.small_numbers import suppress_quotation, suppress_text
from tests.growth import assert_grows_with


def shown(text: str, **limits: int) -> str:
    return suppress_text(text, **limits)


def test_none_of_the_generated_phrasings_passes() -> None:
    assert leaks(200, seed=11) == []
    assert leaks(200, seed=12) == []


def test_numbers_that_count_no_people_stay() -> None:
    assert (
        len(false_masks()) <= 4
    )  # each a needless mask: of what is not shown to be another, people are thought


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("2 Black African women were moved.", "<5 Black African women were moved."),
        ("Stillbirths: 2.", "Stillbirths: <5."),
        ("Stillbirths (n=1)", "Stillbirths (n=<5)"),
        ("Of 41 women, 38 were seen.", "Of 41 women, >36 were seen."),
        ("7.3% of 41 women", "– of 41 women"),
        ("half of 6 women", "– of 6 women"),
        ("Only one was moved.", "Only <5 was moved."),
        ("Women asked: 41\nWomen who answered: 38", "Women asked: 41\nWomen who answered: >36"),
        ("Of 41 women, 26 were glad, 12 unsure and 3 sad.", "Of 41 women, 26 were glad, – unsure and <5 sad."),
        ("Accepted v declined: 31 v 2.", "Accepted v declined: 31 v <5."),
        ("Abuse disclosed (booking/28/36 weeks): 12/4/1.", "Abuse disclosed (booking/28/36 weeks): 12/<5/<5."),
        ("Refusals of blood: iii.", "Refusals of blood: <5."),
        ("Tally of HIE: |||", "Tally of HIE: <5"),
        ("A couple of 17-year-olds asked.", "A <5 of 17-year-olds asked."),
        ("Our caseload is 30. 10% smoke.", "Our caseload is 30. – smoke."),
        ("Group (n=25): Smokers; %: 8.", "Group (n=25): Smokers; %: –."),
        ("Group: Mums; Invited: 12; Attended: 10.", "Group: Mums; Invited: 12; Attended: >7."),
        ("Stage: Screened; Number: 50.\nStage: Eligible; Number: 48.", "Stage: Screened; Number: 50.\nStage: Eligible; Number: >45."),
        ("Four concerns about domestic abuse.", "<5 concerns about domestic abuse."),
        ("Of 15 referred: seen 11, waiting 4.", "Of 15 referred: seen >10, waiting <5."),
        ("Missed: 3 of 560 (0.5%, 95% interval 0.2 to 1.6).", "Missed: <5 of 560 (–, 95% interval –)."),
    ],
)  # fmt: skip
def test_what_tells_a_small_count_is_masked(text: str, masked: str) -> None:
    assert shown(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Due 12/4/25, open 24/7, stayed 10/7, blood pressure 120/80.",
        "Type II diabetes, see iii) below; antibiotics: IV.",
        "Grade: II",
        "A couple of weeks, a pair of scissors, a couple of 10-minute films.",
        "We have three concerns about the new rota.",
        "The target was 95%.\nThe audit looked at 41 sets of notes.",
        "Ward: Rowan; Number: 50.\nWard: Willow; Number: 48.",
        "Parity: 4 or more; Women: 12.",
    ],
)
def test_figures_of_like_form_stay(text: str) -> None:
    assert shown(text) == text


def test_a_higher_limit_holds_for_words_as_for_figures() -> None:
    for text in ("six women", "seven of 40", "11 women", "Losses: nine."):
        assert "<12" in shown(text, below=12), text


def test_the_total_of_a_table_does_not_give_its_hidden_cell_back() -> None:
    table = "Group: A; Women: 30; Losses: 3.\nGroup: B; Women: 20; Losses: 9.\nGroup: Total; Women: 50; Losses: 12."
    masked = shown(table)
    assert "Losses: <5." in masked
    assert "Group: Total; Women: 50; Losses: –." in masked


def test_a_mask_is_told_in_words_outside_the_quotation() -> None:
    assert suppress_quotation("2 women left") == "[fewer than 5] women left"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("Women waited 40 minutes in triage.", "Both had been turned away."),
        ("Triage and handover\n\n", "Both had been turned away."),
        ("Women waited 40 minutes.", "The smallest group was Arab women (n = 3)."),
        ("Median wait 3 hours.", "No. of hysterectomies: 3"),
        ("Median days; 2024: 3.", "Somalis | 37 | 3"),
        ("The score runs from 1 to 4.", "It happened to one, a woman of 19."),
    ],
)
def test_what_stands_before_takes_no_mask_away(before: str, told: str) -> None:
    start = len(before) + 1
    assert [m.end for m in find_masks(f"{before} {told}") if m.start >= start]


def test_a_rate_is_not_asked_for_by_the_sentence_behind() -> None:
    masked = suppress_text("112 births, 26.8 per 1000. Standard 4 asks for 95%.")
    assert "26.8" not in masked


@pytest.mark.parametrize("seed", [1, 2])
def test_sentences_beside_others_are_masked_as_alone(seed: int) -> None:
    assert leaks_among_others(seed=seed) == []


def test_none_of_two_stays_none() -> None:
    assert suppress_quotation("Neither woman was hurt.") == "[none of fewer than 5] woman was hurt."


def test_time_grows_with_the_length_and_no_faster() -> None:
    def masks(size: int) -> None:
        find_masks("1 of 2 women and (3.1%) of 41, 95% interval 1 to 2, " * size)

    masks(50)
    assert_grows_with(lambda: masks(100), lambda: masks(1600), times=16)


def test_a_text_may_end_anywhere() -> None:
    for text in (
        "Lessons 1 to 4 are sent.",
        "One woman in a hundred",
        "92 per cent of 26 came (24).",
        "3 in every 4 of the 8 – 2",
        "Each mother has two calls at a minimum of 4 midwives, 9 to 4",
        "Asked 31, came 28 – Women over 50 – 3",
    ):
        for end in range(len(text)):
            find_masks(text[:end])


def test_a_form_takes_no_count_of_people_away() -> None:
    assert find_masks("41 women were invited. 20 surveys were posted. 38 were seen.")


def test_sentences_written_after_the_rules() -> None:
    shown, needless = fresh()
    assert shown == []
    assert len(needless) <= 2


def test_sentences_as_services_write_them() -> None:
    shown, needless = fresh("services")
    assert shown == []
    assert len(needless) <= 12


@pytest.mark.parametrize("batch", BLIND)
def test_sentences_written_without_sight_of_the_rules(batch: str) -> None:
    shown, needless = fresh(batch)
    assert shown == []
    assert len(needless) <= 22


def test_what_meets_an_exception_by_its_form_and_yet_counts_people() -> None:
    assert fresh("exceptions") == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "Two midwives are on call each night.",
        "One midwife stays with her.",
        "A caesarean needs one anaesthetist and two scrub nurses.",
        "One midwife per 28 women is funded.",
        "There should be two midwives at a home birth.",
        "Escalate when three women are waiting.",
        "One partner may stay past 9 pm.",
        "Triage is run by two midwives.",
        "Two doctors usually cover nights.",
        "One consultant is always on site.",
        "The plan is for two midwives to be there.",
        "Only one partner can stay overnight.",
        "They come one at a time.",
    ],
)
def test_a_rule_or_an_arrangement_counts_nobody(text: str) -> None:
    assert find_masks(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Two midwives are off sick.",
        "Two midwives were on call each night.",
        "Two midwives must have missed it.",
        "We must tell you that two midwives drink on shift.",
        "Every woman says that two midwives are rude.",
        "Two women must wait for an operation.",
        "Three women each month go home without a check.",
        "One midwife says that nobody listens.",
        "When two midwives left, nobody came.",
        "In the last year one midwife per 28 women resigned.",
        "On the ward 2 died.",
        "In clinic 3 were missed.",
        "Jan 3, Feb 1.",
        "Two midwives remain off sick.",
        "One midwife looks unwell.",
        "Two midwives carry the gene.",
        "Two people must have an operation.",
        "Two partners can no longer work.",
        "Call two women who missed the scan.",
        "Up to four couples at a time were seen.",
    ],
)
def test_what_is_told_of_people_is_no_arrangement(text: str) -> None:
    assert find_masks(text)


@pytest.mark.parametrize(
    "text",
    [
        "It takes three and a quarter hours.",
        "The class ends at 4.",
        "I'd guess two in three refuse.",
        "Those without one had to share.",
        "An interpreter came for women who needed one: 16 of 64.",
        "One trained lead for every 20 residents: 11 of 41 (26.8%).",
        "# : 3; Criterion: Bowel habit recorded; Met: 141; Total: 310",
        "Women seen: 6 of 47 (12.8%, 95% interval 6.0 to 25.2).\nMen seen: 40 of 61 (65.6%, 95% interval 53.0 to 76.3).",
        "Two kettles and three wallets were found.",
        "Rooms 2 and 4 have no window.",
        "A 2 week wait applies.",
        "The three most common reasons were these.",
        "Both birth centres closed.",
        "1 to 1 care was given.",
    ],
)
def test_hours_rates_parts_of_things_and_stand_ins_are_no_people(text: str) -> None:
    assert find_masks(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Not one but three mothers wrote.",
        "Three letters came in: two mothers complained.",
        "Twelve weeks in: four had died.",
        "It happened to one, a woman of 19.",
        "Home: 3; car 1; hospital: 410.",
        "3 band 6 midwives are off.",
        "Two category 1 sections were late.",
        "Of 9 stillbirth reviews, four found this.",
        "At 36 weeks 3 of 120 babies were breech.",
        "In May 2 women fell.",
        "Two of the team were women who had lost a baby.",
        "The woman was the third to be readmitted.",
        "There was one hotel resident among them.",
        "Of 38 women seen 3 bled (95% interval 2.7 to 20.8).",
    ],
)
def test_what_looks_like_them_is_masked(text: str) -> None:
    assert find_masks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Six women were asked. A third declined.",
        "A dozen women came and a quarter left.",
        "25 per cent of a dozen women declined.",
        "③ women died.",
        "Ⅲ women died.",
        "x3 deaths",
        "Deaths: x3",
        "two-three women",
        "3+ women",
        "38 women of 41 had it.",
        "44 people, of whom 41 women.",
        "44 people: 41 women, the rest men.",
        "Deaths rose by one.",
        "Women asked in both years: 41.\nWomen asked in 2024: 38.",
        "In 2025 41 women were asked. In the first half 38 were.",
        "the third woman to die",
        "Of 41 women 20 were White, 18 Black and the rest Asian.",
        "2 in 9 Roma women",
        "All nine but one.",
        "8 out of a possible 9",
        "Deaths: <3",
        "Both died.",
        "Mother and baby: both had sepsis.",
        "A couple left early.",
        "Deaths: 1-2",
        "two-ninths of nine women",
        "the 2nd stillbirth this year",
    ],
)
def test_counts_told_in_a_roundabout_way_are_masked(text: str) -> None:
    assert find_masks(text)


@pytest.mark.parametrize(
    "text",
    [
        "If we opened on Saturdays half of Monday would melt.",
        "Sixteen women took four tablets a day.",
        "The pharmacist is here 9 to 5 on weekdays.",
        "Two dozen leaflets were printed.",
        "The third stage took an hour, and her second baby was well.",
        "Between 41+0 and 41+3 weeks.",
        "A 2 x 2 table.",
        "Two leaflets were printed; both failed.",
        "Ashcombe and Marlow both closed.",
        "The guard came from 18:00-02:00.",
        "Wait in days: 1-2",
    ],
)
def test_what_reads_like_those_is_not(text: str) -> None:
    assert find_masks(text) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Two in seven of the 14 girls came.", "Two in seven"),
        ("Three in every four of the 8 fathers came.", "Three in every four"),
        ("Women over 60 – 3, all seen.", "3"),
        ("Women in band 5 – 3", "3"),
        ("A woman with two previous stillbirths was seen.", "two"),
        ("The parents with two children were asked.", "two"),
        ("A minimum of 4 midwives were off sick.", "4"),
        ("I know of at least three doctors who leave.", "three"),
        ("Of 61 tears, 52 were second degree and 2 third degree.", "2"),
        ("Eighty-nine per cent of the 27 fathers came in (24).", "24"),
        ("50 forms went out and 48 were returned.", "48"),
        ("60 women were asked and 57 were seen.", "57"),
        ("On Friday admissions fell from 9 to 4.", "4"),
        ("Two women died, one in each unit.", "one"),
        ("Leaflets handed out 52; answered 49", "49"),
        ("Water birth: asked 31, allowed 28", "28"),
        ("Each midwife saw three deaths.", "three"),
        ("Of 58 mothers with a high BMI three were missed.", "three"),
        ("She was the third mother at our clinic to be sent home.", "third"),
    ],
)
def test_rates_of_a_total_asides_and_answers_are_masked(text: str, masked: str) -> None:
    assert masked in [text[mask.start : mask.end] for mask in find_masks(text)]


@pytest.mark.parametrize(
    "text",
    [
        "One in five of the 15 wards was full.",
        "The standard asks for two doctors at a handover.",
        "One mother in a thousand is affected.",
        "The rule asks for four hourly observations.",
        "Between 38 and 41 were seen.",
        "41 forms were printed. Of 60 women 38 came.",
    ],
)
def test_what_only_resembles_those_is_not(text: str) -> None:
    assert find_masks(text) == []
