"""Claims, warrants, the six conditions, EPICOT+ and the desk that keeps the records, on an index in memory."""

from __future__ import annotations

from typing import Any

import pytest

from kmassist.coverage import State
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import AuditCriterion, Design
from kmassist.gaps import (
    ClaimStrength,
    GapRecord,
    Knowledge,
    RoleRecord,
    SearchRecord,
    epicot_markdown,
    make_epicot,
    stages,
    warrants,
)
from tests.unit.gap_documents import QUESTION, TODAY, covered, document, pub, search


def test_the_tool_alone_claims_a_corpus_gap_only() -> None:
    warrant = pub(warrants(covered(), today=TODAY))
    assert warrant.claim is ClaimStrength.CORPUS
    assert (
        warrant.claim_says
        == "No published research source on this in the corpus (90 documents, searched 2026-11-23)."
    )
    assert "NHS library" in warrant.first_step


@pytest.mark.parametrize(
    ("fields", "strength"),
    [
        ({}, ClaimStrength.PROBABLE),
        ({"databases": ("MEDLINE",)}, ClaimStrength.CORPUS),
        ({"by_role": "librarian"}, ClaimStrength.PROBABLE),
        ({"by_role": "librarian", "registers": ("ISRCTN",)}, ClaimStrength.CONFIRMED),
        ({"second_reviewer": "consultant", "registers": ("ISRCTN",)}, ClaimStrength.CONFIRMED),
        (
            {"by_role": "librarian", "registers": ("ISRCTN",), "date": "2025-10-01"},
            ClaimStrength.PROBABLE,
        ),
        (
            {"by_role": "librarian", "registers": ("ISRCTN",), "found": Knowledge.RELIABLE},
            ClaimStrength.CORPUS,
        ),
        (
            {"by_role": "librarian", "registers": ("ISRCTN",), "found": Knowledge.UNCERTAIN},
            ClaimStrength.CONFIRMED,
        ),
        ({"question": "Is aspirin safe in pregnancy?"}, ClaimStrength.CORPUS),
    ],
)
def test_what_a_logged_search_allows_to_claim(
    fields: dict[str, Any], strength: ClaimStrength
) -> None:
    assert pub(warrants(covered(), searches=[search(**fields)], today=TODAY)).claim is strength


def test_a_search_on_a_whole_topic_makes_no_gap_confirmed() -> None:
    broad = search(question="", topic="TRI", by_role="librarian", registers=("ISRCTN",))
    warrant = pub(warrants(covered(), searches=[broad], topics=["TRI"], today=TODAY))
    assert warrant.claim is ClaimStrength.PROBABLE
    assert "this very question" in warrant.claim_lacks
    assert (
        pub(warrants(covered(), searches=[broad], topics=["IOL"], today=TODAY)).claim
        is ClaimStrength.CORPUS
    )


def test_exact_words_of_the_stronger_claims() -> None:
    assert (
        pub(warrants(covered(), searches=[search()], today=TODAY)).claim_says
        == "Probably an evidence gap; confirm."
    )
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
    assert "voices partnership chair" in involvement.roles


def test_confirmed_gap_goes_to_the_route_of_its_question() -> None:
    confirmed = [search(by_role="librarian", registers=("ISRCTN",))]
    assert (
        "university partner" in pub(warrants(covered(), searches=confirmed, today=TODAY)).first_step
    )
    model = covered(types=("T2",))
    assert "service evaluation" in pub(warrants(model, searches=confirmed, today=TODAY)).first_step


def generation(
    *documents: Document, gap: dict[str, Any] | None = None, searches: tuple[SearchRecord, ...] = ()
) -> Any:
    record = GapRecord(title="Telephone triage", question=QUESTION, **(gap or {}))
    found = warrants(
        covered(*documents), gaps=[record], searches=searches, documents=documents, today=TODAY
    )
    return pub(found).generation


def all_six() -> tuple[tuple[Document, ...], dict[str, Any], tuple[SearchRecord, ...]]:
    audit = document(
        "AUD",
        "Audit of calls",
        audit=(
            AuditCriterion(criterion="recorded", numerator=60, denominator=100, target_percent=90),
        ),
    )
    voices = document("PPI", "Callers' experiences")
    gap = {
        "trigger": "incident",
        "owner_role": "consultant obstetrician",
        "cases_a_year": 4000,
        "cases_needed": 2000,
    }
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
        searches = (
            searches[0].model_copy(update={"ongoing": "TRIAGE-2", "result_expected": "2027-09"}),
        )
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
        [
            RoleRecord(stage=4, role="Professor of midwifery, university"),
            RoleRecord(stage=4, role="consultant obstetrician"),
        ]
    )
    assert not filled[3].vacant
    assert filled[0].vacant == ("senior clinician",)
    assert "nobody is recorded" in filled[0].warning
    assert stages([RoleRecord(stage=1, role="consultant", is_filled=False)])[0].vacant == (
        "senior clinician",
    )


def test_overridden_cells_warrant_nothing() -> None:
    result = covered()
    cells = tuple(
        c.model_copy(update={"overridden_by": "lead"}) if c.source_type is SourceType.PUB else c
        for c in result.cells
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
    confirmed = gap.model_copy(
        update={
            "claim": ClaimStrength.CONFIRMED.value,
            "epicot": {"population": "women who | ring"},
        }
    )
    text = epicot_markdown(
        make_epicot(confirmed, coverage=covered(), searches=[search()], today=TODAY)
    )
    assert "Draft" not in text
    assert "last search 2026-10-01" in text


def test_a_guideline_that_a_person_has_still_to_check_makes_no_gap_probable() -> None:
    unsure = document("GDL", "Another subject", states_uncertainty="There is very little research.")
    found = covered()
    cells = tuple(
        cell.model_copy(update={"state": State.TO_CHECK, "doc_ids": (unsure.doc_id,)})
        if cell.source_type is SourceType.GDL
        else cell
        for cell in found.cells
    )
    coverage = found.model_copy(update={"cells": cells})
    assert pub(warrants(coverage, documents=[unsure], today=TODAY)).claim is ClaimStrength.CORPUS
