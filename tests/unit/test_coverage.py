"""Each gap rule on real documents: built from real metadata, judged on a fixed day."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import Any

import pytest

from kmassist.config import AgeSettings, CoverageSettings
from kmassist.coverage import Coverage, Need, OverrideRecord, State, Verdict, cover, missing_metadata, unused
from kmassist.documents import (
    AuditCriterion,
    Design,
    Document,
    EconomicRecord,
    EvaluationRecord,
    Finding,
    FrontlineRecord,
    Metadata,
    PPIRecord,
    Setting,
    SourceType,
)
from kmassist.evidence import Evidence, Excerpt, Excluded, Source, Study

TODAY = dt.date(2026, 11, 23)
EFFECT = "Does outpatient cervical ripening reduce caesarean birth?"
FULL = {"country": "United Kingdom", "setting": Setting.UK_OTHER, "doi": "10.1/x", "sample_size": 500, "published": "2024"}


def document(kind: str = "PUB", text: str = "", **fields: Any) -> Document:
    base: dict[str, Any] = {"title": "", "source_type": SourceType(kind), "topics": ("IOL",), "published": "2024-06"}
    meta = Metadata(**{**base, **fields})
    return Document(doc_id="d" + hashlib.sha256(f"{meta!r}{text}".encode()).hexdigest()[:16], text=text, metadata=meta)


def study(doc: Document, *more: Document, quote: str = "", key: str = "") -> Study:
    def source(d: Document) -> Source:
        words = quote or d.text or "A sentence."
        return Source(d, (Excerpt(d.doc_id, f"{d.doc_id}:00000", 0, len(words), words, None, False, "", 0.9, 1.0),), 0.9)

    kind = doc.metadata.source_type or SourceType.PUB
    return Study(key or doc.metadata.study_key or doc.doc_id, kind, tuple(source(d) for d in (doc, *more)))


def evidence(*studies: Study, topics: tuple[str, ...] = ("IOL",), **fields: Any) -> Evidence:
    by_type = {kind: tuple(s for s in studies if s.source_type is kind) for kind in SourceType}
    return Evidence(by_type=by_type, topics=topics, **fields)


def covered(*studies: Study, question: str = EFFECT, types: tuple[str, ...] = ("T1",), **options: Any) -> Coverage:
    found = options.pop("found", None) or evidence(*studies)
    return cover(
        question,
        types,
        found,
        settings=options.pop("settings", CoverageSettings()),
        today=TODAY,
        documents_searched=120,
        **options,
    )


def review(**fields: Any) -> Document:
    return document(**{"title": "Review", "design": Design.SYSTEMATIC_REVIEW, "evidence_date": "2025-01", **FULL, **fields})


def trial(name: str = "Trial", **fields: Any) -> Document:
    return document(**{"title": name, "design": Design.RCT, **FULL, "doi": f"10.1/{name}", **fields})


def guideline(**fields: Any) -> Document:
    base = {
        "title": "Guideline",
        "issuer": "NICE",
        "version": "2",
        "review_by": "2028",
        "published": "2024",
        "setting": "UK-other",
    }
    return document("GDL", **{**base, **fields})


def audit(**fields: Any) -> Document:
    criterion = AuditCriterion(
        criterion="seen in time",
        standard_source="local",
        target_percent=90,
        numerator=850,
        denominator=1000,
        re_audit_due="2027-05",
    )
    return document(
        "AUD", **{"title": "Audit", "evidence_date": "2026-06", "setting": "UK-local", "audit": (criterion,), **fields}
    )


def test_all_eight_rows_always_stand_in_order() -> None:
    result = covered()
    assert [c.source_type for c in result.cells] == list(SourceType)
    assert {c.state for c in result.cells} == {State.ABSENT}
    assert result.verdict is Verdict.NOT_ANSWERABLE


def test_absence_is_claimed_for_this_corpus_alone() -> None:
    cell = covered().cell(SourceType.PUB)
    assert cell.codes == ("G1",)
    assert cell.says == "No published research source on this in the corpus (120 documents, searched 2026-11-23)."


def test_nearest_document_is_named_beside_an_absence() -> None:
    found = evidence(nearest=(study(review(title="Balloon at home")),))
    assert covered(found=found).cell(SourceType.PUB).says.endswith("Nearest, below the relevance cut-off: “Balloon at home”.")


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
    cell = covered(study(trial("A", sample_size=100)), study(trial("B", sample_size=150))).cell(SourceType.PUB)
    assert cell.state is State.THIN
    assert cell.trace[0].ahrq == "A3"
    assert "250 people" in cell.says


def test_two_small_trials_are_thin_by_events() -> None:
    finding = Finding(outcome="caesarean birth", direction="decrease", events=60)
    cell = covered(study(trial("A", findings=(finding,))), study(trial("B", findings=(finding,)))).cell(SourceType.PUB)
    assert "120 events" in cell.says
    assert cell.trace[0].setting == "coverage.minimum_events"


def test_thresholds_are_settings() -> None:
    cell = covered(study(trial()), settings=CoverageSettings(minimum_direct_rcts=1)).cell(SourceType.PUB)
    assert cell.state is State.SUFFICIENT


def test_two_large_trials_suffice() -> None:
    assert covered(study(trial("A")), study(trial("B"))).cell(SourceType.PUB).state is State.SUFFICIENT


def test_experience_is_judged_by_qualitative_studies() -> None:
    question = "What do women say about outpatient ripening?"
    one = document(title="Interviews", design=Design.QUALITATIVE, **FULL)
    cell = covered(study(one), question=question, types=("T5",)).cell(SourceType.PUB)
    assert cell.need is Need.DESIRABLE
    assert cell.state is State.THIN
    synthesis = document(title="Synthesis", design=Design.QUALITATIVE_SYNTHESIS, evidence_date="2025", **FULL)
    cell = covered(study(synthesis), study(trial()), question=question, types=("T5",)).cell(SourceType.PUB)
    assert cell.state is State.SUFFICIENT
    assert cell.best_design == "qualitative evidence synthesis"


def test_a_local_guideline_alone_is_thin() -> None:
    cell = covered(study(guideline(setting="UK-local", issuer="Our trust"))).cell(SourceType.GDL)
    assert cell.state is State.THIN
    assert cell.best_design == "local guideline"


def test_cost_needs_a_full_uk_evaluation() -> None:
    costing = document("ECO", title="Costing", setting="UK-local", economic=EconomicRecord(price_year=2025))
    full = document("ECO", title="Full", setting="UK-other", economic=EconomicRecord(price_year=2025, is_full_evaluation=True))
    assert covered(study(costing), types=("T6",)).cell(SourceType.ECO).state is State.THIN
    assert covered(study(costing), study(full), types=("T6",)).cell(SourceType.ECO).state is State.SUFFICIENT


@pytest.mark.parametrize(
    ("numerator", "denominator", "eligible", "state"),
    [(27, 30, 300, State.THIN), (27, 30, 30, State.SUFFICIENT), (270, 300, 3000, State.SUFFICIENT)],
)
def test_audit_interval_wider_than_twenty_points_is_thin(numerator: int, denominator: int, eligible: int, state: State) -> None:
    one = AuditCriterion(criterion="x", numerator=numerator, denominator=denominator, eligible=eligible, target_percent=95)
    cell = covered(study(audit(audit=(one,))), types=("T4",)).cell(SourceType.AUD)
    assert cell.state is state
    if state is State.THIN:
        assert "74% to 97%, width 22" in cell.says


def test_little_involvement_asks_to_hear_from_more_people() -> None:
    few = document(
        "PPI", title="Chat", setting="UK-local", evidence_date="2026", ppi=PPIRecord(who="women", number=6, groups=("Urdu",))
    )
    cell = covered(study(few), types=("T5",)).cell(SourceType.PPI)
    assert cell.state is State.THIN
    assert "Hear from more people" in cell.says
    assert "not discount" in cell.says


def test_involvement_is_never_on_the_design_ladder() -> None:
    record = PPIRecord(who="women", number=20, groups=("Urdu speakers",), method="focus groups")
    one = document("PPI", title="Groups", setting="UK-local", evidence_date="2026", design=Design.OPINION, ppi=record)
    cell = covered(study(one), types=("T5",)).cell(SourceType.PPI)
    assert cell.state is State.SUFFICIENT
    assert cell.best_design == "focus groups"
    assert not {"G4", "G6"} & set(cell.codes)


def test_one_profession_is_thin() -> None:
    def notes(*roles: str) -> Study:
        return study(
            document("FLK", title=str(roles), evidence_date="2026", setting="UK-local", frontline=FrontlineRecord(roles=roles))
        )

    assert covered(notes("midwife"), types=("T7",)).cell(SourceType.FLK).state is State.THIN
    assert covered(notes("midwife"), notes("obstetrician"), types=("T7",)).cell(SourceType.FLK).state is State.SUFFICIENT


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (EvaluationRecord(sites=1, months=12, comparator="before"), State.THIN),
        (EvaluationRecord(sites=3, months=3, comparator="before"), State.THIN),
        (EvaluationRecord(sites=3, months=12), State.THIN),
        (EvaluationRecord(sites=3, months=12, comparator="before"), State.SUFFICIENT),
    ],
)
def test_evaluation_needs_sites_months_and_a_comparator(record: EvaluationRecord, state: State) -> None:
    one = document("SVE", title="Pilot", evidence_date="2026", setting="UK-local", evaluation=record)
    assert covered(study(one), types=("T7",)).cell(SourceType.SVE).state is state


def test_imprecise_interval() -> None:
    wide = Finding(outcome="stillbirth", direction="unclear", measure="RR", ci_low=0.4, ci_high=1.6)
    cell = covered(study(review(findings=(wide,)))).cell(SourceType.PUB)
    assert cell.state is State.THIN
    assert cell.codes[0] == "G3"
    assert cell.trace[0].ahrq == "A4"
    tight = Finding(outcome="caesarean birth", direction="decrease", measure="RR", ci_low=0.7, ci_high=0.9)
    cell = covered(study(review(findings=(wide, tight)))).cell(SourceType.PUB)
    assert cell.state is State.SUFFICIENT
    assert "G3" in cell.codes


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
    up = trial("A", findings=(Finding(outcome="caesarean birth", direction="increase", estimate="RR 1.3"),))
    down = trial("B", findings=(Finding(outcome="Caesarean section rate", direction="decrease", estimate="RR 0.7"),))
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
        "C", findings=(Finding(outcome="stillbirth", direction="no difference", measure="RR", ci_low=0.7, ci_high=1.2),)
    )
    less = trial("D", findings=(Finding(outcome="stillbirth", direction="decrease", measure="RR", ci_low=0.5, ci_high=0.9),))
    assert not covered(study(null), study(less)).conflicts


def test_conflict_from_sentences() -> None:
    a = study(trial("A"), quote="Outpatient ripening reduced caesarean birth (RR 0.80, 95% CI 0.70 to 0.91).")
    b = study(trial("B"), quote="Outpatient ripening increased caesarean section compared with inpatient care.")
    result = covered(a, b)
    assert result.cell(SourceType.PUB).state is State.CONFLICTING
    assert "reduced caesarean" in result.conflicts[0].left_says


def test_mandate_against_evidence() -> None:
    policy = document("POL", title="Element 3", issuer="NHS England", published="2023", setting="UK-other", topics=("RFM",))
    mandate = study(policy, quote="Trusts must give every woman a leaflet on fetal movements to reduce stillbirth.")
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


def test_setting_swapped_to_another_income_group_is_indirect() -> None:
    result = covered(study(review(setting=Setting.LMIC, country="Nigeria")))
    cell = result.cell(SourceType.PUB)
    assert cell.state is State.INDIRECT_ONLY
    assert cell.codes[0] == "G7"
    assert cell.indirect == 1
    assert "low- and middle-income" in cell.says
    assert result.verdict is Verdict.NOT_ANSWERABLE


def test_a_study_that_never_names_the_outcome_or_the_practice_asked_about_is_not_direct() -> None:
    def silent_on(**elements: str) -> Study:
        found = study(review())
        return dataclasses.replace(found, sources=tuple(dataclasses.replace(s, never_names=elements) for s in found.sources))

    asked = "Does induction reduce stillbirth?"
    assert covered(silent_on(), question=asked).cell(SourceType.PUB).direct == 1
    cell = covered(silent_on(outcome="stillbirth"), question=asked).cell(SourceType.PUB)
    assert (cell.state, cell.codes[0], cell.partial) == (State.INDIRECT_ONLY, "G7", 1)
    assert "nowhere names stillbirth" in cell.says
    assert cell.trace[0].ahrq == "D4"
    both = covered(silent_on(outcome="stillbirth", intervention="induction"), question=asked).cell(SourceType.PUB)
    assert both.indirect == 1
    assert "nowhere names induction" in both.says


def test_a_study_without_the_kind_of_figure_asked_for_is_not_direct() -> None:
    found = study(review())
    without = dataclasses.replace(
        found, sources=tuple(dataclasses.replace(s, never_names={"figure": "amount of money"}) for s in found.sources)
    )
    cell = covered(without, question="how much does induction cost").cell(SourceType.PUB)
    assert (cell.state, cell.direct, cell.trace[0].ahrq) == (State.INDIRECT_ONLY, 0, "D4")
    assert "figure: gives no amount of money" in cell.says


def test_research_and_guidelines_do_not_tell_what_is_done_in_a_service_of_ones_own() -> None:
    asked = "what is our induction rate"
    only_research = covered(study(review()), question=asked, types=("T4",))
    assert only_research.verdict is Verdict.NOT_ANSWERABLE
    assert "which published research cannot tell" in only_research.because
    ought = covered(study(review()), question="how many inductions should we do a day", types=("T4",))
    assert ought.verdict is Verdict.PARTLY
    assert covered(study(review()), question=asked, types=("T1", "T4")).verdict is Verdict.PARTLY


def test_country_tells_the_setting_and_silence_is_said() -> None:
    assert covered(study(review(setting=None, country="Tanzania; Kenya"))).cell(SourceType.PUB).indirect == 1
    assert covered(study(review(setting=None, country="Netherlands"))).cell(SourceType.PUB).direct == 1
    cell = covered(study(review(setting=None, country=""))).cell(SourceType.PUB)
    assert cell.direct == 1
    assert "setting could not be read for 1 of 1" in cell.directness_note


def test_population_that_differs_is_partial() -> None:
    question = "Does outpatient cervical ripening reduce caesarean birth for low-risk women?"
    cell = covered(study(review(population="high-risk women")), question=question).cell(SourceType.PUB)
    assert cell.partial == 1
    assert cell.state is State.INDIRECT_ONLY
    assert "high risk, asked low risk" in cell.says


def test_practice_that_nothing_mentions_is_not_direct() -> None:
    question = "Does acupuncture reduce caesarean birth?"
    found = evidence(study(review()), uncovered_terms=("acupuncture",))
    cell = covered(found=found, question=question).cell(SourceType.PUB)
    assert cell.state is State.INDIRECT_ONLY
    assert "nothing here mentions acupuncture" in cell.says


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
        ("POL", {"superseded_by": "version 3"}),
    ],
)
def test_each_type_ages(kind: str, fields: dict[str, Any]) -> None:
    one = document(kind, **{"title": "Old", "setting": "UK-local" if kind != "GDL" else "UK-other", **fields})
    cell = covered(study(one)).cell(SourceType(kind))
    assert cell.state is State.OUTDATED_ONLY
    assert cell.codes[0] == "G8"


def test_old_trial_is_only_amber() -> None:
    cell = covered(study(trial("A", published="2010")), study(trial("B", published="2011"))).cell(SourceType.PUB)
    assert cell.state is State.SUFFICIENT
    assert [t.code for t in cell.trace].count("amber") == 2


def test_newer_direct_trial_dates_a_review() -> None:
    cell = covered(study(review(evidence_date="2023")), study(trial("A", published="2025"))).cell(SourceType.PUB)
    assert cell.codes == ("G2", "G8") or set(cell.codes) >= {"G2", "G8"}
    assert any("older than a direct trial" in t.says for t in cell.trace)


def test_surveillance_note_keeps_an_old_guideline_in_date() -> None:
    cell = covered(study(guideline(published="2019", review_by=None, status="checked in surveillance 2025"))).cell(
        SourceType.GDL
    )
    assert cell.state is State.SUFFICIENT


def test_passed_re_audit_date_outdates_an_audit() -> None:
    one = AuditCriterion(criterion="x", numerator=9, denominator=10, eligible=10, re_audit_due="2026-10")
    assert covered(study(audit(audit=(one,)))).cell(SourceType.AUD).state is State.OUTDATED_ONLY


def test_age_limits_are_settings() -> None:
    settings = CoverageSettings(age=AgeSettings(audit_red=60, audit_amber=60))
    cell = covered(study(audit(evidence_date="2023-01")), settings=settings).cell(SourceType.AUD)
    assert cell.state is State.SUFFICIENT


def test_precedence_is_absent_indirect_outdated_conflicting_thin() -> None:
    old_far = review(setting=Setting.LMIC, evidence_date="2010")
    assert covered(study(old_far)).cell(SourceType.PUB).state is State.INDIRECT_ONLY
    up = trial("A", sample_size=10, findings=(Finding(outcome="caesarean birth", direction="increase"),))
    down = trial("B", sample_size=10, findings=(Finding(outcome="caesarean birth", direction="decrease"),))
    cell = covered(study(up), study(down)).cell(SourceType.PUB)
    assert cell.state is State.CONFLICTING
    assert {"G5", "G2"} <= set(cell.codes)


def test_undated_and_withdrawn_do_not_count() -> None:
    undated = document("PPI", title="Undated", published=None)
    cell = covered(study(undated), types=("T5",)).cell(SourceType.PPI)
    assert cell.state is State.ABSENT
    assert {"G1", "G11"} <= set(cell.codes)
    assert "undated" in cell.says
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
    assert "G9" in covered(*three).cell(SourceType.PUB).codes or "G9" in covered(*three).cell(SourceType.GDL).codes


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
        source_type=SourceType.PUB, state=State.SUFFICIENT, reason="seen the full report", by_role="librarian"
    )
    cell = covered(overrides=(override,)).cell(SourceType.PUB)
    assert cell.state is State.SUFFICIENT
    assert "seen the full report" in cell.says
    assert "absent" in cell.says
    assert "G1" in cell.codes
    other = OverrideRecord(question="Another?", source_type=SourceType.PUB, state=State.THIN, reason="why not", by_role="lead")
    assert covered(overrides=(other,)).cell(SourceType.PUB).state is State.ABSENT


def test_a_question_about_the_corpus_has_no_verdict() -> None:
    result = covered(question="Which topics have no audit?", types=("T10",))
    assert result.verdict is Verdict.NOT_JUDGED
    assert not any(c.codes for c in result.cells)


def test_partly_when_some_required_type_is_there() -> None:
    assert covered(study(trial())).verdict is Verdict.PARTLY


def test_same_arguments_give_the_same_bytes() -> None:
    made = [covered(study(review()), study(trial()), study(audit())).model_dump_json() for _ in range(2)]
    assert made[0] == made[1]
