"""Each gap rule on real documents: built from real metadata, judged on a fixed day."""

from __future__ import annotations

from typing import Any

import pytest

from kmassist.coverage import (
    Need,
    State,
    Verdict,
)
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import (
    AuditCriterion,
    Design,
    EconomicRecord,
    EvaluationRecord,
    Finding,
    FrontlineRecord,
    PPIRecord,
)
from kmassist.evidence.model import Study
from kmassist.settings.model import CoverageSettings
from tests.unit.coverage_documents import (
    FULL,
    audit,
    covered,
    document,
    evidence,
    guideline,
    review,
    study,
    trial,
)


def test_all_eight_rows_always_stand_in_order() -> None:
    result = covered()
    assert [c.source_type for c in result.cells] == list(SourceType)
    assert {c.state for c in result.cells} == {State.ABSENT}
    assert result.verdict is Verdict.NOT_ANSWERABLE


def test_absence_is_claimed_for_this_corpus_alone() -> None:
    cell = covered().cell(SourceType.PUB)
    assert cell.codes == ("G1",)
    assert (
        cell.says
        == "No published research source on this in the corpus (120 documents, searched 2026-11-23)."
    )


def test_what_is_about_something_else_is_not_named_beside_an_absence() -> None:
    found = evidence(nearest=(study(review(title="Balloon at home")),))
    assert "Balloon" not in covered(found=found).cell(SourceType.PUB).says


def test_only_required_types_can_be_missing() -> None:
    result = covered()
    assert [c.source_type.value for c in result.cells if "G1" in c.codes] == ["PUB", "GDL"]
    assert "not required" in result.cell(SourceType.PPI).says


def test_sufficient_review_and_guideline_answer_an_effect_question() -> None:
    result = covered(study(review()), study(guideline()))
    assert result.cell(SourceType.PUB).state is State.SUFFICIENT
    assert result.cell(SourceType.GDL).state is State.SUFFICIENT
    assert result.verdict is Verdict.ANSWERABLE


def test_one_trial_is_thin_and_lonely() -> None:
    cell = covered(study(trial())).cell(SourceType.PUB)
    assert cell.state is State.THIN
    assert {"G2", "G6"} <= set(cell.codes)
    assert "1 direct randomised trial; 2 are asked for" in cell.says


def test_two_small_trials_are_thin_by_people() -> None:
    cell = covered(study(trial("A", sample_size=100)), study(trial("B", sample_size=150))).cell(
        SourceType.PUB
    )
    assert cell.state is State.THIN
    assert cell.trace[0].ahrq == "A3"
    assert "250 people" in cell.says


def test_two_small_trials_are_thin_by_events() -> None:
    finding = Finding(outcome="caesarean birth", direction="decrease", events=60)
    cell = covered(
        study(trial("A", findings=(finding,))), study(trial("B", findings=(finding,)))
    ).cell(SourceType.PUB)
    assert "120 events" in cell.says
    assert cell.trace[0].setting == "coverage.minimum_events"


def test_thresholds_are_settings() -> None:
    cell = covered(study(trial()), settings=CoverageSettings(minimum_direct_rcts=1)).cell(
        SourceType.PUB
    )
    assert cell.state is State.SUFFICIENT


def test_two_large_trials_suffice() -> None:
    assert (
        covered(study(trial("A")), study(trial("B"))).cell(SourceType.PUB).state is State.SUFFICIENT
    )


def test_experience_is_judged_by_qualitative_studies() -> None:
    question = "What do women say about outpatient ripening?"
    one = document(title="Interviews", design=Design.QUALITATIVE, **FULL)
    cell = covered(study(one), question=question, types=("T5",)).cell(SourceType.PUB)
    assert cell.need is Need.DESIRABLE
    assert cell.state is State.THIN
    synthesis = document(
        title="Synthesis", design=Design.QUALITATIVE_SYNTHESIS, evidence_date="2025", **FULL
    )
    cell = covered(study(synthesis), study(trial()), question=question, types=("T5",)).cell(
        SourceType.PUB
    )
    assert cell.state is State.SUFFICIENT
    assert cell.best_design == "qualitative evidence synthesis"


def test_a_local_guideline_alone_is_thin() -> None:
    cell = covered(study(guideline(setting="UK-local", issuer="Our trust"))).cell(SourceType.GDL)
    assert cell.state is State.THIN
    assert cell.best_design == "local guideline"


def test_cost_needs_a_full_uk_evaluation() -> None:
    costing = document(
        "ECO", title="Costing", setting="UK-local", economic=EconomicRecord(price_year=2025)
    )
    full = document(
        "ECO",
        title="Full",
        setting="UK-other",
        economic=EconomicRecord(price_year=2025, is_full_evaluation=True),
    )
    assert covered(study(costing), types=("T6",)).cell(SourceType.ECO).state is State.THIN
    assert (
        covered(study(costing), study(full), types=("T6",)).cell(SourceType.ECO).state
        is State.SUFFICIENT
    )


@pytest.mark.parametrize(
    ("numerator", "denominator", "eligible", "state"),
    [(27, 30, 300, State.THIN), (27, 30, 30, State.SUFFICIENT), (270, 300, 3000, State.SUFFICIENT)],
)
def test_audit_interval_wider_than_twenty_points_is_thin(
    numerator: int, denominator: int, eligible: int, state: State
) -> None:
    one = AuditCriterion(
        criterion="x",
        numerator=numerator,
        denominator=denominator,
        eligible=eligible,
        target_percent=95,
    )
    cell = covered(study(audit(audit=(one,))), types=("T4",)).cell(SourceType.AUD)
    assert cell.state is state
    if state is State.THIN:
        assert "wider than 20 points" in cell.says  # an interval and its total tell the count
        assert "74" not in cell.says


def test_little_involvement_asks_to_hear_from_more_people() -> None:
    few = document(
        "PPI",
        title="Chat",
        setting="UK-local",
        evidence_date="2026",
        ppi=PPIRecord(who="women", number=6, groups=("Urdu",)),
    )
    cell = covered(study(few), types=("T5",)).cell(SourceType.PPI)
    assert cell.state is State.THIN
    assert "Hear from more people" in cell.says
    assert "not discount" in cell.says


def test_involvement_is_never_on_the_design_ladder() -> None:
    record = PPIRecord(who="women", number=20, groups=("Urdu speakers",), method="focus groups")
    one = document(
        "PPI",
        title="Groups",
        setting="UK-local",
        evidence_date="2026",
        design=Design.OPINION,
        ppi=record,
    )
    cell = covered(study(one), types=("T5",)).cell(SourceType.PPI)
    assert cell.state is State.SUFFICIENT
    assert cell.best_design == "focus groups"
    assert not {"G4", "G6"} & set(cell.codes)


def test_one_profession_is_thin() -> None:
    def notes(*roles: str) -> Study:
        return study(
            document(
                "FLK",
                title=str(roles),
                evidence_date="2026",
                setting="UK-local",
                frontline=FrontlineRecord(roles=roles),
            )
        )

    assert covered(notes("midwife"), types=("T7",)).cell(SourceType.FLK).state is State.THIN
    assert (
        covered(notes("midwife"), notes("obstetrician"), types=("T7",)).cell(SourceType.FLK).state
        is State.SUFFICIENT
    )


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (EvaluationRecord(sites=1, months=12, comparator="before"), State.THIN),
        (EvaluationRecord(sites=3, months=3, comparator="before"), State.THIN),
        (EvaluationRecord(sites=3, months=12), State.THIN),
        (EvaluationRecord(sites=3, months=12, comparator="before"), State.SUFFICIENT),
    ],
)
def test_evaluation_needs_sites_months_and_a_comparator(
    record: EvaluationRecord, state: State
) -> None:
    fields: dict[str, Any] = {"evidence_date": "2026", "setting": "UK-local", "evaluation": record}
    cell = covered(study(document("SVE", title="Pilot", **fields)), types=("T7",)).cell(
        SourceType.SVE
    )
    assert (cell.state, cell.best_design) == (state, "design not stated")
    told = document("SVE", title="Pilot", design=Design.BEFORE_AFTER, **fields)
    cell = covered(study(told), types=("T7",)).cell(SourceType.SVE)
    assert cell.best_design == "before-and-after study"
    untold = document("SVE", title="Cycles", **fields)
    both = covered(study(untold), study(told), types=("T7",)).cell(SourceType.SVE)
    assert both.best_design == "before-and-after study"


def test_imprecise_interval() -> None:
    wide = Finding(outcome="stillbirth", direction="unclear", measure="RR", ci_low=0.4, ci_high=1.6)
    cell = covered(study(review(findings=(wide,)))).cell(SourceType.PUB)
    assert cell.state is State.THIN
    assert cell.codes[0] == "G3"
    assert cell.trace[0].ahrq == "A4"
    tight = Finding(
        outcome="caesarean birth", direction="decrease", measure="RR", ci_low=0.7, ci_high=0.9
    )
    cell = covered(study(review(findings=(wide, tight)))).cell(SourceType.PUB)
    assert cell.state is State.SUFFICIENT
    assert "G3" in cell.codes
