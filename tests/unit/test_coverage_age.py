"""Coverage, further: age, what is missing from a source, overrides and the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from kmassist.assistant.within import kept_back_says, withheld
from kmassist.coverage import (
    OverrideRecord,
    State,
    Verdict,
    missing_metadata,
    unused,
)
from kmassist.coverage.age import judge_age
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import (
    AuditCriterion,
    Design,
    EconomicRecord,
    Finding,
    Metadata,
    Setting,
)
from kmassist.evidence.model import Evidence, Excluded
from kmassist.records.decisions import Relevant
from kmassist.settings.model import AgeSettings, CoverageSettings
from tests.unit.coverage_documents import (
    TODAY,
    audit,
    covered,
    document,
    guideline,
    review,
    study,
    trial,
)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("PUB", {"design": Design.SYSTEMATIC_REVIEW, "evidence_date": "2019-07"}),
        ("GDL", {"published": "2020-01", "issuer": "NICE"}),
        ("AUD", {"evidence_date": "2024-06"}),
        ("PPI", {"evidence_date": "2022-01"}),
        ("FLK", {"evidence_date": "2022-01"}),
        ("SVE", {"evidence_date": "2022-01"}),
        ("ECO", {"economic": EconomicRecord(price_year=2020)}),
    ],
)
def test_each_type_ages(kind: str, fields: dict[str, Any]) -> None:
    one = document(
        kind, **{"title": "Old", "setting": "UK-local" if kind != "GDL" else "UK-other", **fields}
    )
    cell = covered(study(one)).cell(SourceType(kind))
    assert cell.state is State.OUTDATED_ONLY
    assert cell.codes[0] == "G8"


def test_old_trial_is_only_amber() -> None:
    cell = covered(study(trial("A", published="2010")), study(trial("B", published="2011"))).cell(
        SourceType.PUB
    )
    assert cell.state is State.SUFFICIENT
    assert [t.code for t in cell.trace].count("amber") == 2


def test_newer_direct_trial_dates_a_review() -> None:
    cell = covered(study(review(evidence_date="2023")), study(trial("A", published="2025"))).cell(
        SourceType.PUB
    )
    assert cell.codes == ("G2", "G8") or set(cell.codes) >= {"G2", "G8"}
    assert any("older than a direct trial" in t.says for t in cell.trace)


def test_surveillance_note_keeps_an_old_guideline_in_date() -> None:
    cell = covered(
        study(guideline(published="2019", review_by=None, status="checked in surveillance 2025"))
    ).cell(SourceType.GDL)
    assert cell.state is State.SUFFICIENT


def test_passed_re_audit_date_outdates_an_audit() -> None:
    one = AuditCriterion(
        criterion="x", numerator=9, denominator=10, eligible=10, re_audit_due="2026-10"
    )
    assert covered(study(audit(audit=(one,)))).cell(SourceType.AUD).state is State.OUTDATED_ONLY


def test_age_limits_are_settings() -> None:
    settings = CoverageSettings(age=AgeSettings(audit_red=60, audit_amber=60))
    cell = covered(study(audit(evidence_date="2023-01")), settings=settings).cell(SourceType.AUD)
    assert cell.state is State.SUFFICIENT


def test_precedence_is_absent_indirect_outdated_conflicting_thin() -> None:
    old_far = review(setting=Setting.LMIC, evidence_date="2010")
    assert covered(study(old_far)).cell(SourceType.PUB).state is State.INDIRECT_ONLY
    up = trial(
        "A", sample_size=10, findings=(Finding(outcome="caesarean birth", direction="increase"),)
    )
    down = trial(
        "B", sample_size=10, findings=(Finding(outcome="caesarean birth", direction="decrease"),)
    )
    cell = covered(study(up), study(down)).cell(SourceType.PUB)
    assert cell.state is State.CONFLICTING
    assert {"G5", "G2"} <= set(cell.codes)


def test_an_undated_source_counts_and_says_that_it_is_undated() -> None:
    undated = document("PPI", title="Undated", published=None)
    cell = covered(study(undated), types=("T5",)).cell(SourceType.PPI)
    assert cell.state is State.THIN
    assert "G1" not in cell.codes
    assert any("undated" in trace.says for trace in cell.trace)


def test_what_is_withdrawn_superseded_or_past_its_force_is_set_aside() -> None:
    for fields in (
        {"superseded_by": "version 3"},
        {"status": "superseded"},
        {"in_force_until": "2020-01"},
    ):
        assert covered(study(guideline(**fields))).cell(SourceType.GDL).state is State.ABSENT
    gone = study(guideline(status="withdrawn"))
    assert covered(gone).cell(SourceType.GDL).state is State.ABSENT
    excluded = Evidence(by_type={}, excluded=(Excluded(gone, "withdrawn"),), topics=("IOL",))
    assert covered(found=excluded).cell(SourceType.GDL).state is State.ABSENT


def test_missing_metadata_is_named() -> None:
    assert missing_metadata(Metadata(source_type=SourceType.POL)) == ("issuer", "in-force date")
    cell = covered(study(document(title="Bare", design=None))).cell(SourceType.PUB)
    assert "G11" in cell.codes
    assert any("design" in t.says for t in cell.trace if t.code == "G11")


def test_running_study_does_not_count_but_is_told() -> None:
    running = trial("GBS3", is_ongoing=True, result_expected="2027-03")
    cell = covered(study(running)).cell(SourceType.PUB)
    assert cell.state is State.ABSENT
    assert {"G1", "G12"} <= set(cell.codes)
    assert any("2027-03" in t.says for t in cell.trace)


def test_one_kind_of_knowledge_alone() -> None:
    result = covered(study(review()), types=("T1",))
    assert "G9" in result.cell(SourceType.GDL).codes
    three = [study(trial(name)) for name in "ABC"]
    assert (
        "G9" in covered(*three).cell(SourceType.PUB).codes
        or "G9" in covered(*three).cell(SourceType.GDL).codes
    )


def test_equity_blind_spot() -> None:
    local = study(audit(groups_reported=("ethnicity", "IMD quintile")))
    result = covered(local, study(review(groups_reported=("ethnic group",))))
    trace = next(t for t in result.cell(SourceType.PUB).trace if t.code == "G13")
    assert "socio-economic" in trace.says
    assert "reports by ethnicity" not in trace.says
    assert "G13" not in covered(study(audit()), study(review())).cell(SourceType.PUB).codes


def test_studies_are_counted_not_documents_or_passages() -> None:
    protocol = trial("Protocol of A", study_id="a", design=Design.PROTOCOL)
    report = trial("Report of A", study_id="a")
    cell = covered(study(report, protocol)).cell(SourceType.PUB)
    assert cell.studies == 1
    assert cell.direct == 1
    copy = trial("A long title that two files of one paper share", doi="", pmid="1")
    twin = trial("A long title that two files of one paper share", doi="", pmid="2")
    assert covered(study(copy), study(twin)).cell(SourceType.PUB).studies == 1


def test_unused_sources_are_flagged_for_a_decision() -> None:
    one = audit()
    result = unused(covered(study(one), study(review())), used=[], accounted=[one.doc_id])
    assert "G10" in result.cell(SourceType.PUB).codes
    assert "G10" not in result.cell(SourceType.AUD).codes


def test_override_wins_and_keeps_what_the_rules_say() -> None:
    override = OverrideRecord(
        source_type=SourceType.PUB,
        state=State.SUFFICIENT,
        reason="seen the full report",
        by_role="librarian",
    )
    cell = covered(overrides=(override,)).cell(SourceType.PUB)
    assert cell.state is State.SUFFICIENT
    assert "seen the full report" in cell.says
    assert "absent" in cell.says
    assert "G1" in cell.codes
    other = OverrideRecord(
        question="Another?",
        source_type=SourceType.PUB,
        state=State.THIN,
        reason="why not",
        by_role="lead",
    )
    assert covered(overrides=(other,)).cell(SourceType.PUB).state is State.ABSENT


def test_a_question_about_the_corpus_has_no_verdict() -> None:
    result = covered(question="Which topics have no audit?", types=("T10",))
    assert result.verdict is Verdict.NOT_JUDGED
    assert not any(c.codes for c in result.cells)


def test_partly_when_some_required_type_is_there() -> None:
    assert covered(study(trial())).verdict is Verdict.PARTLY


def test_same_arguments_give_the_same_bytes() -> None:
    made = [
        covered(study(review()), study(trial()), study(audit())).model_dump_json() for _ in range(2)
    ]
    assert made[0] == made[1]


def test_a_document_of_unknown_kind_counts_as_none() -> None:
    """Nothing may pass for published research because nobody has said what it is."""
    made = document("PUB", title="Old", evidence_date="2001-01")
    unknown = made.model_copy(
        update={"metadata": made.metadata.model_copy(update={"source_type": None})}
    )
    age = judge_age(unknown.metadata, TODAY, CoverageSettings().age)
    assert not age.level
    assert Relevant.of(unknown).source_type is None
    kept = withheld([unknown, made])
    assert kept.by_type == (("PUB", 1), ("", 1))
    assert "kind not known: 1" in kept_back_says(kept)
