"""The direction reader: negation first, the control group turned round, silence when in doubt."""

from __future__ import annotations

import pytest

from kmassist.evidence.directions import is_same_outcome, name_outcomes, read_direction, read_stated


@pytest.mark.parametrize(
    ("sentence", "outcome", "direction"),
    [
        ("The bundle reduced severe tears.", "severe perineal tear", "decrease"),
        ("The bundle did not reduce severe tears.", "severe perineal tear", "no difference"),
        (
            "There was no evidence that the package reduced stillbirth.",
            "stillbirth",
            "no difference",
        ),
        ("Stillbirth was not significantly lower.", "stillbirth", "no difference"),
        ("Neither stillbirth nor neonatal death fell.", "stillbirth", "no difference"),
        ("Caesarean birth was more common after induction.", "caesarean birth", "increase"),
        (
            "Caesarean birth was higher in the control group than in the induction group.",
            "caesarean birth",
            "decrease",
        ),
        (
            "Episiotomy was lower for the bundle group compared with the usual care group.",
            "episiotomy",
            "decrease",
        ),
        (
            "Blood loss was lower, but this was not statistically significant.",
            "blood loss",
            "no difference",
        ),
        (
            "Caesarean birth rose (OR 1.40, 95% CI 0.90 to 2.10).",
            "caesarean birth",
            "no difference",
        ),
        ("Caesarean birth: OR 0.70, 95% CI 0.55 to 0.90.", "caesarean birth", "decrease"),
        (
            "Pain scores were 4.1 in the study group and 5.9 in the control group (p = 0.01).",
            "pain",
            "decrease",
        ),
        ("Anxiety improved after counselling.", "anxiety", "decrease"),
        ("Breastfeeding improved after counselling.", "breastfeeding", "increase"),
        ("Tears fell, but episiotomy was unchanged.", "episiotomy", "no difference"),
        ("Women were asked about pain.", "pain", ""),
        ("", "", ""),
    ],
)
def test_reads(sentence: str, outcome: str, direction: str) -> None:
    assert read_direction(sentence, outcome) == direction


def test_each_listed_outcome_of_a_sentence() -> None:
    found = {
        s.outcome: s.direction
        for s in read_stated("The pathway reduced stillbirth, but caesarean birth increased.")
    }
    assert found == {"stillbirth": "decrease", "caesarean birth": "increase"}


def test_aims_are_no_findings() -> None:
    (aim,) = read_stated("Trusts must give a leaflet to reduce stillbirth.")
    assert aim.is_aim
    (finding,) = read_stated("The leaflet reduced stillbirth.")
    assert not finding.is_aim


def test_same_outcome_needs_the_same_names() -> None:
    assert is_same_outcome("caesarean section rate", "Cesarean birth")
    assert not is_same_outcome("stillbirth", "neonatal death")
    assert not is_same_outcome("preterm birth", "birth weight")
    assert is_same_outcome("time to first call answered", "Mean time to call answered")
    assert not is_same_outcome("", "")
    assert name_outcomes("third or fourth degree tears and PPH") == (
        "postpartum haemorrhage",
        "severe perineal tear",
    )


def test_a_criterion_against_its_target_states_no_direction() -> None:
    assert not read_stated(
        "Third or fourth degree tear (lower is better): 84 of 2400 (3.5%), target no more than 3%, not met."
    )
