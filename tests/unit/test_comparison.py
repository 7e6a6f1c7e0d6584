"""How a sentence differs from the sentence of a source: figures, dates, denials, directions, groups."""

import pytest

from kmassist.verification.compare import differences, runs_alike, speaks
from kmassist.verification.model import (
    Aspect,
)
from kmassist.verification.quantities import figures, is_same


@pytest.mark.parametrize(
    ("draft", "source", "same"),
    [
        ("33%", "33.0%", True),
        ("33%", "33.4%", True),
        ("33%", "34.0%", False),
        ("3.3%", "33 in every 1,000", True),
        ("41 women", "40 women", False),
        ("about £57,000", "£57,200", True),
        ("£57,000", "£57,200", True),
        ("£67,200", "£57,200", False),
        ("one hour", "60 minutes", False),
        ("1 hour", "60 minutes", True),
        ("15 minutes", "15 hours", False),
        ("twenty-nine carers", "29 carers", True),
        ("twenty\u2011nine carers", "29 carers", True),
        ("£1.1 million", "£1,100,000", True),
        ("500 mL", "500ml", True),
        ("two weeks", "a two-week audit", True),
        ("3,400 arrivals", "3,406 arrivals", False),
        ("about 3,400 arrivals", "3,406 arrivals", True),
        ("more than 10,003 children", "more than 10,000 children", False),
    ],
)
def test_figures_are_compared_by_value_unit_and_rounding(
    draft: str, source: str, same: bool
) -> None:
    ours, theirs = figures(draft), figures(source)
    assert (bool(ours) and bool(theirs) and is_same(ours[0], theirs[0])) is same


def never_alike(one: str, other: str) -> float:
    return 0.3


@pytest.mark.parametrize(
    ("claim", "aspect"),
    [
        ("Tears fell from 3.3% to 2.0% of births.", Aspect.NUMBER),
        ("Tears fell from 3.3 per 1,000 to 3.0 per 1,000 of births.", Aspect.UNIT),
        ("Tears rose from 3.3% to 3.0% of births.", Aspect.DIRECTION),
        ("Tears never fell from 3.3% to 3.0% of births.", Aspect.DIRECTION),
        ("Tears fell from 3.3% to 3.0% of births.", None),
    ],
)
def test_what_differs_is_named(claim: str, aspect: Aspect | None) -> None:
    found = differences(claim, "Tears fell from 3.3% to 3.0% of births.", "", never_alike)
    assert ({d.aspect for d in found} == {aspect}) if aspect else not found


MARLOW = (
    "At Marlow Vale, severe tears did not fall after the bundle: they were recorded at 84 of 2400 births (3.5%) in 2025, "
    "compared with 2.9% in 2023."
)
STAFF = "Healthcare assistants made up 29% of staff on duty and 47% of those assaulted."


@pytest.mark.parametrize(
    ("claim", "source", "aspects"),
    [
        ("At Marlow Vale severe tears fell to 2.9% of births.", MARLOW, {Aspect.DIRECTION}),
        ("At Marlow Vale 2.9% of births had severe tears in 2025.", MARLOW, {Aspect.DATE}),
        ("At Marlow Vale 2.9% of births had severe tears in 2023.", MARLOW, set()),
        ("Severe tears did not fall at Marlow Vale.", MARLOW, set()),
        ("Healthcare assistants were 47% of staff on duty and 29% of those assaulted.", STAFF, {Aspect.NUMBER}),
        ("Of those assaulted 47% were healthcare assistants, who were 29% of staff on duty.", STAFF, set()),
        ("Scores fell by 16 points more than usual.", "Scores rose by 16 points more than usual.", {Aspect.DIRECTION}),
        ("The wait grew from seven weeks to ten.", "The wait grew from seven to ten weeks.", set()),
        ("The wait grew from seven weeks to nine.", "The wait grew from seven to ten weeks.", {Aspect.NUMBER}),
        ("It was lowered in 29% where it was found and 13% where it was.", "It was lowered in 29% where it was found and 13% where it was not.", {Aspect.DIRECTION}),
        ("Pain was not lower with the gel.", "Pain was lower with the gel.", {Aspect.DIRECTION}),
        ("Pain was not only lower with the gel but brief.", "Pain was lower with the gel.", set()),
    ],
)  # fmt: skip
def test_figures_keep_their_date_and_words_and_denials_their_direction(
    claim: str, source: str, aspects: set[Aspect]
) -> None:
    assert {d.aspect for d in differences(claim, source, "", never_alike)} == aspects


def test_another_group_of_people_is_told_and_its_other_name_is_not() -> None:
    source = "Of 40 women who were asked, 12 had waited for more than an hour."
    told = differences(
        "Of 40 midwives who were asked, 12 had waited for more than an hour.",
        source,
        "",
        never_alike,
    )
    assert [d.aspect for d in told] == [Aspect.POPULATION]
    assert not differences(
        "Of 40 mothers who were asked, 12 had waited for more than an hour.",
        source,
        "",
        never_alike,
    )


def test_a_sentence_that_says_no_direction_speaks_for_none() -> None:
    aim = "The trial is to find out how the bundle and severe tears are related."
    assert not speaks("The bundle reduces severe tears.", aim)
    assert speaks("The bundle was used with severe tears.", aim)
    assert speaks("The bundle reduces severe tears.", "Severe tears fell with the bundle.")
    assert speaks("Tears fell from 3.3% to 3.0%.", "Tears: 3.3% before and 3.0% after.")


def test_words_strewn_over_a_longer_sentence_do_not_restate_it() -> None:
    source = (
        "The care bundle did not change the caesarean rate or the episiotomy rate, so the fall in "
        "severe tears did not come from more episiotomies."
    )
    assert not runs_alike("The care bundle reduces severe tears.", source)
    assert runs_alike("The care bundle did change the caesarean rate.", source)
    assert runs_alike("The fall in severe tears came from more episiotomies.", source)
