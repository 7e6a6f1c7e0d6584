"""The gap register: numbers, edits, searches, flags, exports."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from kmassist.assistant.gaps import GapDesk
from kmassist.coverage import State
from kmassist.documents.metadata import AuditCriterion
from kmassist.errors import ExportError, RecordError
from kmassist.gaps import (
    ClaimStrength,
    Trigger,
)
from kmassist.index import open_index
from kmassist.settings.model import Settings
from tests.unit import gap_documents
from tests.unit.gap_documents import QUESTION, covered, document, pub, store

desk = gap_documents.desk


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
    desk.add(
        title="Asked", question="Does telephone triage by midwives reduce harm?", source_type="PUB"
    )
    desk.add(title="Other", topic="IOL", source_type="ECO")
    assert desk.may_close(document("ECO", "Cost of the triage line")) == ["1"]
    assert desk.may_close(document("PUB", "Midwife telephone triage trial")) == ["2"]
    assert desk.may_close(document("PUB", "Iodine", topics=())) in ([], ["2"])
    desk.close("1", note="done")
    assert desk.may_close(document("ECO", "Cost of the triage line")) == []


def test_search_log(desk: GapDesk) -> None:
    made = desk.log_search(
        databases="MEDLINE, CINAHL",
        strategy="triage",
        by_role="librarian",
        question=QUESTION,
        registers=("ISRCTN",),
    )
    assert made.databases == ("MEDLINE", "CINAHL")
    assert [s.search_id for s in desk.searches(QUESTION)] == ["1"]
    assert not desk.searches("Is aspirin safe?")
    assert pub(desk.warrants(covered())).claim is ClaimStrength.CONFIRMED
    with pytest.raises(RecordError, match="future"):
        desk.log_search(
            databases="A,B", strategy="xyz", by_role="lead", question=QUESTION, date="2027"
        )
    with pytest.raises(RecordError, match="question, a topic or a gap"):
        desk.log_search(databases="A,B", strategy="xyz", by_role="lead")


def test_overrides_and_roles(desk: GapDesk) -> None:
    desk.override(
        source_type="PUB",
        state="sufficient",
        reason="read elsewhere",
        by_role="lead",
        question=QUESTION,
    )
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
        criterion="calls recorded",
        numerator=60,
        denominator=100,
        target_percent=90,
        re_audit_due="2026-09",
    )
    store(
        desk,
        document("AUD", "Audit", audit=(missed,)),
        document("POL", "Policy"),
        document("FLK", "Notes"),
    )
    titles = [g.title for g in desk.propose()]
    assert titles[:2] == ["Below target: calls recorded", "Re-audit overdue: Audit"]
    assert "No published research on triage and unscheduled attendance in this corpus" in titles
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
    assert (
        json.loads(desk.export(tmp_path / "gaps.json").read_text())[0]["title"]
        == "=HYPERLINK(1) | pipe"
    )
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
