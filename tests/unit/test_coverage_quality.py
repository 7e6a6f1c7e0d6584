"""Coverage, further: what weakens a row, and what disagrees with what."""

from __future__ import annotations

from kmassist.coverage import (
    State,
    cover,
)
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import (
    Design,
    Finding,
)
from kmassist.settings.model import CoverageSettings
from tests.unit.coverage_documents import (
    FULL,
    TODAY,
    covered,
    document,
    evidence,
    review,
    study,
    trial,
)


def test_weak_designs_stated_bias_and_industry_money() -> None:
    weak = document(title="Before and after", design=Design.BEFORE_AFTER, **FULL)
    assert "G4" in covered(study(weak)).cell(SourceType.PUB).codes
    quote = "All included trials had a high risk of bias."
    assert "G4" in covered(study(review(), quote=quote)).cell(SourceType.PUB).codes
    quote = "None of the trials was at high risk of bias."
    assert "G4" not in covered(study(review(), quote=quote)).cell(SourceType.PUB).codes
    paid = covered(study(review(industry_involvement="funded"))).cell(SourceType.PUB)
    assert "G4" in paid.codes
    assert paid.state is State.THIN


def test_opposite_findings_conflict_and_are_shown_side_by_side() -> None:
    up = trial(
        "A", findings=(Finding(outcome="caesarean birth", direction="increase", estimate="RR 1.3"),)
    )
    down = trial(
        "B",
        findings=(
            Finding(outcome="Caesarean section rate", direction="decrease", estimate="RR 0.7"),
        ),
    )
    result = covered(study(up), study(down))
    assert result.cell(SourceType.PUB).state is State.CONFLICTING
    (conflict,) = result.conflicts
    assert conflict.kind == "study-study"
    assert {"RR 1.3" in conflict.left_says, "RR 0.7" in conflict.right_says} == {True}


def test_no_conflict_for_another_outcome_or_overlapping_null() -> None:
    up = trial("A", findings=(Finding(outcome="caesarean birth", direction="increase"),))
    other = trial("B", findings=(Finding(outcome="postpartum haemorrhage", direction="decrease"),))
    assert not covered(study(up), study(other)).conflicts
    null = trial(
        "C",
        findings=(
            Finding(
                outcome="stillbirth",
                direction="no difference",
                measure="RR",
                ci_low=0.7,
                ci_high=1.2,
            ),
        ),
    )
    less = trial(
        "D",
        findings=(
            Finding(
                outcome="stillbirth", direction="decrease", measure="RR", ci_low=0.5, ci_high=0.9
            ),
        ),
    )
    assert not covered(study(null), study(less)).conflicts


def test_conflict_from_sentences() -> None:
    a = study(
        trial("A"),
        quote="Outpatient ripening reduced caesarean birth (RR 0.80, 95% CI 0.70 to 0.91).",
    )
    b = study(
        trial("B"),
        quote="Outpatient ripening increased caesarean section compared with inpatient care.",
    )
    result = covered(a, b)
    assert result.cell(SourceType.PUB).state is State.CONFLICTING
    assert "reduced caesarean" in result.conflicts[0].left_says


def test_no_difference_in_a_trial_is_no_conflict_with_a_local_rate() -> None:
    null = trial("A", findings=(Finding(outcome="caesarean birth", direction="no difference"),))
    rate = document("AUD", title="Our births", evidence_date="2026", setting="UK-local")
    fell = study(rate, quote="The caesarean rate fell from 31% in 2024 to 27% in 2025.")
    assert not covered(study(null), fell).conflicts
    other = trial("B", findings=(Finding(outcome="caesarean birth", direction="decrease"),))
    assert covered(study(null), study(other)).conflicts


def test_no_difference_on_one_scale_is_no_conflict_with_an_effect_on_another() -> None:
    null = Finding(
        outcome="length of stay", direction="no difference", measure="MD", ci_low=-1, ci_high=1
    )
    less = Finding(
        outcome="length of stay", direction="decrease", measure="HR", ci_low=0.5, ci_high=0.8
    )
    result = covered(study(trial("A", findings=(null,))), study(trial("B", findings=(less,))))
    assert not result.conflicts


def test_mandate_against_evidence() -> None:
    policy = document(
        "POL",
        title="Element 3",
        issuer="NHS England",
        published="2023",
        setting="UK-other",
        topics=("RFM",),
    )
    mandate = study(
        policy,
        quote="Trusts must give every woman a leaflet on fetal movements to reduce stillbirth.",
    )
    finding = Finding(outcome="stillbirth", direction="no difference", estimate="aOR 0.90")
    research = study(trial("AFFIRM", topics=("RFM",), findings=(finding,)))
    question = "Does a fetal movements package reduce stillbirth?"
    result = cover(
        question,
        ("T1",),
        evidence(mandate, research, topics=("RFM",)),
        settings=CoverageSettings(),
        today=TODAY,
        documents_searched=2,
    )
    assert [c.kind for c in result.conflicts] == ["mandate-evidence"]
    assert "G5" in result.cell(SourceType.POL).codes
