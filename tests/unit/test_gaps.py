"""Claims, warrants, the six conditions, EPICOT+ and the desk that keeps the records, on an index in memory."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest

from kmassist.assistant.gap_desk import GapDesk
from kmassist.config import CoverageSettings, Settings
from kmassist.coverage import Coverage, State, cover
from kmassist.documents import AuditCriterion, Design, Document, Metadata, SourceType, make_doc_id
from kmassist.errors import ExportError, RecordError
from kmassist.evidence import Evidence, Source, Study
from kmassist.gaps import (
    ClaimStrength,
    GapRecord,
    Knowledge,
    RoleRecord,
    SearchRecord,
    Trigger,
    audit_sample_size,
    epicot_markdown,
    make_epicot,
    stages,
    two_group_size,
    warrants,
)
from kmassist.index import Entry, open_index

TODAY = dt.date(2026, 11, 23)
QUESTION = "Does midwife telephone triage reduce harm?"


def document(kind: str, title: str, **fields: Any) -> Document:
    meta = Metadata(**{"title": title, "source_type": SourceType(kind), "topics": ("TRI",), "published": "2026-02", **fields})
    text = f"{title}. Midwife telephone triage and harm."
    return Document(doc_id=make_doc_id(text), text=text, metadata=meta)


def covered(*documents: Document, question: str = QUESTION, types: tuple[str, ...] = ("T1",)) -> Coverage:
    studies = [Study(d.doc_id, d.metadata.source_type or SourceType.PUB, (Source(d, (), 0.9),)) for d in documents]
    by_type = {kind: tuple(s for s in studies if s.source_type is kind) for kind in SourceType}
    found = Evidence(by_type=by_type, topics=("TRI",))
    return cover(question, types, found, settings=CoverageSettings(), today=TODAY, documents_searched=90)


def search(**fields: Any) -> SearchRecord:
    base = {
        "question": QUESTION,
        "databases": ("MEDLINE", "CINAHL"),
        "strategy": "triage AND telephone",
        "date": "2026-10-01",
        "by_role": "midwife",
    }
    return SearchRecord(**{**base, **fields})


@pytest.fixture
def desk(tmp_path: Path) -> GapDesk:
    index = open_index("memory:", embedder="made-up@0", dimension=8, create=True)
    return GapDesk(index, Settings(library=tmp_path), today=lambda: TODAY)


def store(desk: GapDesk, *documents: Document) -> None:
    for one in documents:
        desk._index.add(Entry(one, (), None))


def pub(found: tuple[Any, ...]) -> Any:
    return next(w for w in found if w.source_type is SourceType.PUB and w.code in {"G1", "G2", "G6"})


def test_the_tool_alone_claims_a_corpus_gap_only() -> None:
    warrant = pub(warrants(covered(), today=TODAY))
    assert warrant.claim is ClaimStrength.CORPUS
    assert warrant.claim_says == "No published research source on this in the corpus (90 documents, searched 2026-11-23)."
    assert "NHS library" in warrant.first_step


@pytest.mark.parametrize(
    ("fields", "strength"),
    [
        ({}, ClaimStrength.PROBABLE),
        ({"databases": ("MEDLINE",)}, ClaimStrength.CORPUS),
        ({"by_role": "librarian"}, ClaimStrength.PROBABLE),
        ({"by_role": "librarian", "registers": ("ISRCTN",)}, ClaimStrength.CONFIRMED),
        ({"second_reviewer": "consultant", "registers": ("ISRCTN",)}, ClaimStrength.CONFIRMED),
        ({"by_role": "librarian", "registers": ("ISRCTN",), "date": "2025-10-01"}, ClaimStrength.PROBABLE),
        ({"by_role": "librarian", "registers": ("ISRCTN",), "found": Knowledge.RELIABLE}, ClaimStrength.CORPUS),
        ({"by_role": "librarian", "registers": ("ISRCTN",), "found": Knowledge.UNCERTAIN}, ClaimStrength.CONFIRMED),
        ({"question": "Is aspirin safe in pregnancy?"}, ClaimStrength.CORPUS),
    ],
)
def test_what_a_logged_search_allows_to_claim(fields: dict[str, Any], strength: ClaimStrength) -> None:
    assert pub(warrants(covered(), searches=[search(**fields)], today=TODAY)).claim is strength


def test_a_search_on_a_whole_topic_makes_no_gap_confirmed() -> None:
    broad = search(question="", topic="TRI", by_role="librarian", registers=("ISRCTN",))
    warrant = pub(warrants(covered(), searches=[broad], topics=["TRI"], today=TODAY))
    assert warrant.claim is ClaimStrength.PROBABLE
    assert "this very question" in warrant.claim_lacks
    assert pub(warrants(covered(), searches=[broad], topics=["IOL"], today=TODAY)).claim is ClaimStrength.CORPUS


def test_exact_words_of_the_stronger_claims() -> None:
    assert pub(warrants(covered(), searches=[search()], today=TODAY)).claim_says == "Probably an evidence gap; confirm."
    confirmed = search(by_role="librarian", registers=("ISRCTN",))
    says = pub(warrants(covered(), searches=[confirmed], today=TODAY)).claim_says
    assert says == "Evidence gap (JLA definition), checked 2026-10-01 by librarian."


def test_a_review_that_states_uncertainty_makes_the_gap_probable() -> None:
    review = document(
        "PUB",
        "Scoping review",
        design=Design.QUALITATIVE_SYNTHESIS,
        setting="HIC",
        states_uncertainty="There is very little research.",
    )
    warrant = pub(warrants(covered(review), documents=[review], today=TODAY))
    assert warrant.claim is ClaimStrength.PROBABLE


def test_local_kinds_of_knowledge_never_become_evidence_gaps() -> None:
    confirmed = search(by_role="librarian", registers=("ISRCTN",))
    found = warrants(covered(types=("T5",)), searches=[confirmed], today=TODAY)
    involvement = next(w for w in found if w.source_type is SourceType.PPI)
    assert involvement.claim is ClaimStrength.CORPUS
    assert "never discount" in involvement.first_step
    assert "MNVP chair" in involvement.roles


def test_confirmed_gap_goes_to_the_route_of_its_question() -> None:
    confirmed = [search(by_role="librarian", registers=("ISRCTN",))]
    assert "university partner" in pub(warrants(covered(), searches=confirmed, today=TODAY)).first_step
    model = covered(types=("T2",))
    assert "service evaluation" in pub(warrants(model, searches=confirmed, today=TODAY)).first_step


def generation(*documents: Document, gap: dict[str, Any] | None = None, searches: tuple[SearchRecord, ...] = ()) -> Any:
    record = GapRecord(title="Telephone triage", question=QUESTION, **(gap or {}))
    found = warrants(covered(*documents), gaps=[record], searches=searches, documents=documents, today=TODAY)
    return pub(found).generation


def all_six() -> tuple[tuple[Document, ...], dict[str, Any], tuple[SearchRecord, ...]]:
    audit = document(
        "AUD", "Audit of calls", audit=(AuditCriterion(criterion="recorded", numerator=60, denominator=100, target_percent=90),)
    )
    voices = document("PPI", "Callers' experiences")
    gap = {"trigger": "incident", "owner_role": "consultant obstetrician", "cases_a_year": 4000, "cases_needed": 2000}
    return (audit, voices), gap, (search(by_role="librarian", registers=("ISRCTN",)),)


def test_generating_is_proposed_when_all_six_conditions_hold() -> None:
    documents, gap, searches = all_six()
    result = generation(*documents, gap=gap, searches=searches)
    assert [c.holds for c in result.conditions] == [True] * 6
    assert result.is_proposed
    assert "a person decides" in result.says


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_each_failing_condition_is_named(number: int) -> None:
    documents, gap, searches = all_six()
    if number == 1:
        documents = (document("AUD", "Met audit"), documents[1])
        gap["trigger"] = "question asked"
    elif number == 2:
        searches = (search(databases=("MEDLINE",), registers=("ISRCTN",)),)
    elif number == 3:
        searches = (searches[0].model_copy(update={"ongoing": "TRIAGE-2", "result_expected": "2027-09"}),)
    elif number == 4:
        documents = documents[:1]
    elif number == 5:
        gap["cases_a_year"] = 10
    else:
        gap["owner_role"] = "project officer"
    result = generation(*documents, gap=gap, searches=searches)
    assert not result.is_proposed
    assert [c.number for c in result.failing] == [number]
    assert f"({number})" in result.says


def test_study_due_later_than_eighteen_months_does_not_stop_it() -> None:
    documents, gap, searches = all_six()
    later = (searches[0].model_copy(update={"ongoing": "TRIAGE-2", "result_expected": "2029-01"}),)
    assert generation(*documents, gap=gap, searches=later).is_proposed


def test_vacant_roles_are_flagged_by_stage() -> None:
    empty = stages()
    assert [s.number for s in empty] == list(range(1, 9))
    assert all(s.vacant for s in empty)
    filled = stages(
        [RoleRecord(stage=4, role="Professor of midwifery, university"), RoleRecord(stage=4, role="consultant obstetrician")]
    )
    assert not filled[3].vacant
    assert filled[0].vacant == ("senior clinician",)
    assert "nobody is recorded" in filled[0].warning
    assert stages([RoleRecord(stage=1, role="consultant", is_filled=False)])[0].vacant == ("senior clinician",)


def test_sample_sizes_match_published_examples() -> None:
    assert [audit_sample_size(n) for n in (100, 500, 1000)] == [74, 176, 213]
    assert two_group_size(0.5, 0.4) == 388
    with pytest.raises(ValueError, match="equal"):
        two_group_size(0.5, 0.5)


def test_overridden_cells_warrant_nothing() -> None:
    result = covered()
    cells = tuple(
        c.model_copy(update={"overridden_by": "lead"}) if c.source_type is SourceType.PUB else c for c in result.cells
    )
    found = warrants(result.model_copy(update={"cells": cells}), today=TODAY)
    assert SourceType.PUB not in {w.source_type for w in found}


def test_epicot_is_a_draft_until_confirmed() -> None:
    gap = GapRecord(title="Telephone triage", question=QUESTION, raised_by="frontline")
    text = epicot_markdown(make_epicot(gap, coverage=covered(), searches=[], today=TODAY))
    assert "Draft: this is a corpus gap" in text
    assert "| Intervention | midwife telephone triage |" in text
    assert "no search outside the corpus logged" in text
    assert "| Equality |" in text
    confirmed = gap.model_copy(update={"claim": ClaimStrength.CONFIRMED.value, "epicot": {"population": "women who | ring"}})
    text = epicot_markdown(make_epicot(confirmed, coverage=covered(), searches=[search()], today=TODAY))
    assert "Draft" not in text
    assert "last search 2026-10-01" in text


def test_register_numbers_edits_closes_and_reopens(desk: GapDesk) -> None:
    first = desk.add(title="No cost of triage", topic="TRI", source_type="ECO", due="2026-10-01")
    second = desk.add(title="No voices", source_type="PPI")
    assert [g.gap_id for g in desk.list()] == ["1", "2"]
    assert first.opened == "2026-11-23"
    assert [g.gap_id for g in desk.list(overdue=True)] == ["1"]
    desk.begin("2")
    assert [g.gap_id for g in desk.list(stage="in progress")] == ["2"]
    with pytest.raises(RecordError, match="without a reason"):
        desk.close("1")
    assert desk.close("1", doc_id="d1").closed_on == "2026-11-23"
    assert desk.reopen("1").closed_by_doc == ""
    assert desk.edit(second.gap_id, {"owner_role": "PPI lead"}).owner_role == "PPI lead"
    with pytest.raises(RecordError, match="cannot be used"):
        desk.edit("2", {"stage": "finished"})
    with pytest.raises(RecordError, match="no gap 9"):
        desk.get("9")


def test_ten_gaps_keep_the_order_of_their_numbers(desk: GapDesk) -> None:
    for number in range(11):
        desk.add(title=f"Gap {number}")
    assert [g.gap_id for g in desk.list()] == [str(n) for n in range(1, 12)]


def test_new_documents_may_close_gaps(desk: GapDesk) -> None:
    desk.add(title="No cost of triage", topic="TRI", source_type="ECO")
    desk.add(title="Asked", question="Does telephone triage by midwives reduce harm?", source_type="PUB")
    desk.add(title="Other", topic="IOL", source_type="ECO")
    assert desk.may_close(document("ECO", "Cost of the triage line")) == ["1"]
    assert desk.may_close(document("PUB", "Midwife telephone triage trial")) == ["2"]
    assert desk.may_close(document("PUB", "Iodine", topics=())) in ([], ["2"])
    desk.close("1", note="done")
    assert desk.may_close(document("ECO", "Cost of the triage line")) == []


def test_search_log(desk: GapDesk) -> None:
    made = desk.log_search(
        databases="MEDLINE, CINAHL", strategy="triage", by_role="librarian", question=QUESTION, registers=("ISRCTN",)
    )
    assert made.databases == ("MEDLINE", "CINAHL")
    assert [s.search_id for s in desk.searches(QUESTION)] == ["1"]
    assert not desk.searches("Is aspirin safe?")
    assert pub(desk.warrants(covered())).claim is ClaimStrength.CONFIRMED
    with pytest.raises(RecordError, match="future"):
        desk.log_search(databases="A,B", strategy="xyz", by_role="lead", question=QUESTION, date="2027")
    with pytest.raises(RecordError, match="question, a topic or a gap"):
        desk.log_search(databases="A,B", strategy="xyz", by_role="lead")


def test_overrides_and_roles(desk: GapDesk) -> None:
    desk.override(source_type="PUB", state="sufficient", reason="read elsewhere", by_role="lead", question=QUESTION)
    assert desk.overrides_for(QUESTION.upper())[0].state is State.SUFFICIENT
    assert not desk.overrides_for("Other?")
    desk.withdraw_override("1")
    assert not desk.overrides()
    desk.set_role(stage=1, role="Consultant", is_filled=False)
    desk.set_role(stage=1, role="consultant")
    assert len(desk.roles()) == 1
    assert not desk.stages()[0].vacant
    desk.remove_role("1")
    assert not desk.roles()


def test_corpus_proposes_gaps_from_audits_and_topics(desk: GapDesk) -> None:
    missed = AuditCriterion(
        criterion="calls recorded", numerator=60, denominator=100, target_percent=90, re_audit_due="2026-09"
    )
    store(desk, document("AUD", "Audit", audit=(missed,)), document("POL", "Policy"), document("FLK", "Notes"))
    titles = [g.title for g in desk.propose()]
    assert titles[:2] == ["Below target: calls recorded", "Re-audit overdue: Audit"]
    assert "No published research on TRI in this corpus" in titles
    first = desk.propose()[0]
    assert first.trigger is Trigger.AUDIT
    assert "60 of 100" in first.trigger_detail
    desk.add(**first.model_dump(exclude={"gap_id", "opened"}))
    assert "Below target: calls recorded" not in [g.title for g in desk.propose()]


def test_small_counts_stay_hidden_in_proposals(desk: GapDesk) -> None:
    rare = AuditCriterion(criterion="seen", numerator=3, denominator=40, target_percent=90)
    store(desk, document("AUD", "Audit", audit=(rare,)))
    assert "<5 of 40" in desk.propose()[0].trigger_detail


def test_exports_are_safe_and_whole(desk: GapDesk, tmp_path: Path) -> None:
    desk.add(title="=HYPERLINK(1) | pipe", notes="-2+3")
    rows = list(csv.DictReader(io.StringIO(desk.export(tmp_path / "gaps.csv").read_text())))
    assert rows[0]["title"] == "'=HYPERLINK(1) | pipe"
    assert rows[0]["notes"] == "'-2+3"
    assert json.loads(desk.export(tmp_path / "gaps.json").read_text())[0]["title"] == "=HYPERLINK(1) | pipe"
    assert "\\| pipe" in desk.export(tmp_path / "gaps.md").read_text()
    with pytest.raises(ExportError, match="there already"):
        desk.export(tmp_path / "gaps.md")
    with pytest.raises(ExportError):
        desk.export(tmp_path / "gaps.exe")
    desk.log_search(databases="A,B", strategy="xyz", by_role="lead", topic="TRI")
    assert "xyz" in desk.export_searches(tmp_path / "searches.csv").read_text()


def test_records_survive_in_the_library_file(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    for title in ("First", "Second"):
        index = open_index(str(folder), embedder="made-up@0", dimension=8, create=True)
        made = GapDesk(index, Settings(library=folder)).add(title=title)
        index.close()
    assert made.gap_id == "2"


def test_gap_from_a_cell(desk: GapDesk) -> None:
    made = desk.add_from(covered(), SourceType.PUB, trigger="incident")
    assert made.codes == ("G1",)
    assert made.question == QUESTION
    assert made.source_type is SourceType.PUB
