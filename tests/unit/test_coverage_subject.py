"""Coverage, further: what is on the subject, silent on it, or about another place or group."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from kmassist.coverage import (
    Coverage,
    State,
    Verdict,
    unused,
)
from kmassist.coverage.held import OnSubject
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import (
    Setting,
)
from kmassist.evidence.model import Study
from tests.unit.coverage_documents import (
    covered,
    evidence,
    review,
    study,
    trial,
)


def test_setting_swapped_to_another_income_group_is_indirect() -> None:
    result = covered(study(review(setting=Setting.LMIC, country="Nigeria")))
    cell = result.cell(SourceType.PUB)
    assert cell.state is State.INDIRECT_ONLY
    assert cell.codes[0] == "G7"
    assert cell.indirect == 1
    assert "low- and middle-income" in cell.says
    assert result.verdict is Verdict.NOT_ANSWERABLE


def silent_on(found: Study, **elements: str) -> Study:
    return dataclasses.replace(
        found, sources=tuple(dataclasses.replace(s, never_names=elements) for s in found.sources)
    )


def test_a_study_on_the_subject_that_never_names_what_is_asked_is_silent_and_neither_absent_nor_enough() -> (
    None
):
    asked = "Does induction reduce stillbirth?"
    assert covered(study(review()), question=asked).cell(SourceType.PUB).direct == 1
    result = covered(silent_on(study(review()), outcome="stillbirth"), question=asked)
    cell = result.cell(SourceType.PUB)
    assert (cell.state, cell.codes[0], cell.direct, cell.silent) == (State.SILENT, "G7", 0, 1)
    assert "silent on this" in cell.says
    assert "nowhere names stillbirth" in cell.says
    assert cell.trace[0].ahrq == "D4"
    assert "G1" not in cell.codes
    assert cell.doc_ids
    assert result.verdict is Verdict.NOT_ANSWERABLE


def test_a_study_without_the_kind_of_figure_asked_for_is_silent() -> None:
    without = silent_on(study(review()), figure="amount of money")
    cell = covered(without, question="how much does induction cost").cell(SourceType.PUB)
    assert (cell.state, cell.direct, cell.trace[0].ahrq) == (State.SILENT, 0, "D4")
    assert "gives no amount of money" in cell.says


def test_one_study_that_speaks_is_enough_to_be_there() -> None:
    cell = covered(
        silent_on(study(trial("A")), outcome="stillbirth"),
        study(review()),
        question="Does induction reduce stillbirth?",
    ).cell(SourceType.PUB)
    assert (cell.state, cell.direct, cell.silent) == (State.SUFFICIENT, 1, 1)


def held_of(
    *studies: Study, to_check: Sequence[Document] = (), near: Sequence[Document] = ()
) -> Coverage:
    """Coverage of a library that holds these on the subject and quotes nothing."""
    unsure, beside = (
        {kind: tuple(d for d in documents if d.metadata.source_type is kind) for kind in SourceType}
        for documents in (to_check, near)
    )
    held = OnSubject(evidence(*studies).by_type, unsure, beside)
    return covered(question="Does induction reduce stillbirth?", on_subject=held)


def test_a_document_near_the_subject_is_named_where_no_other_of_its_kind_is_direct() -> None:
    near = trial("Near it")
    beside, indirect, alone = (
        held_of(study(found), near=[near]).cell(SourceType.PUB)
        for found in (
            review(),
            review(setting=Setting.LMIC, country="Nigeria"),
            review(status="superseded"),
        )
    )
    assert (beside.state, beside.to_check) == (State.SUFFICIENT, ())
    assert not beside.also_to_check
    assert (indirect.state, indirect.to_check) == (State.INDIRECT_ONLY, (near.doc_id,))
    assert (alone.state, alone.to_check) == (State.TO_CHECK, (near.doc_id,))


def test_what_is_on_the_subject_is_present_though_nothing_of_it_is_quoted() -> None:
    result = held_of(study(review()))
    assert result.cell(SourceType.PUB).state is State.SUFFICIENT
    assert result.verdict is Verdict.NOT_ANSWERABLE  # nothing is quoted
    asked_of_all = covered(
        question="Evidence on induction: effects, cost, staff?",
        on_subject=OnSubject(evidence(study(review())).by_type, {}),
        asks_what_is_known=True,
    )
    assert asked_of_all.verdict is Verdict.PARTLY
    nothing_held = covered(
        question="Evidence on induction: effects, cost, staff?",
        on_subject=OnSubject(evidence().by_type, {}),
        asks_what_is_known=True,
    )
    assert nothing_held.verdict is Verdict.NOT_ANSWERABLE


def test_a_document_that_may_be_on_the_subject_is_to_check_and_no_gap() -> None:
    near = review()
    result = held_of(to_check=[near])
    cell = result.cell(SourceType.PUB)
    assert (cell.state, cell.studies, cell.codes, cell.doc_ids) == (
        State.TO_CHECK,
        0,
        (),
        (near.doc_id,),
    )
    assert near.doc_id in cell.says
    assert "--" not in cell.says  # how it is said is told by each face
    assert unused(result, []).cell(SourceType.PUB).codes == ()


@pytest.mark.parametrize("found", [review(), review(setting=Setting.LMIC, country="Nigeria")])
def test_documents_to_check_of_a_kind_that_has_another_are_named_and_change_no_state(
    found: Document,
) -> None:
    near = trial("Near it")
    alone, beside = (
        held_of(study(found), to_check=to_check).cell(SourceType.PUB) for to_check in ([], [near])
    )
    assert (beside.state, beside.codes, beside.says) == (alone.state, alone.codes, alone.says)
    assert beside.doc_ids == alone.doc_ids == (found.doc_id,)
    assert (beside.to_check, alone.to_check) == ((near.doc_id,), ())
    assert beside.held == (found.doc_id, near.doc_id)
    assert near.doc_id in beside.also_to_check
    assert not alone.also_to_check


def test_research_and_guidelines_do_not_tell_what_is_done_in_a_service_of_ones_own() -> None:
    asked = "what is our induction rate"
    only_research = covered(study(review()), question=asked, types=("T4",))
    assert only_research.verdict is Verdict.NOT_ANSWERABLE
    assert "which published research cannot tell" in only_research.because
    ought = covered(
        study(review()), question="how many inductions should we do a day", types=("T4",)
    )
    assert ought.verdict is Verdict.PARTLY
    assert covered(study(review()), question=asked, types=("T1", "T4")).verdict is Verdict.PARTLY


def test_country_tells_the_setting_and_silence_is_said() -> None:
    assert (
        covered(study(review(setting=None, country="Tanzania; Kenya")))
        .cell(SourceType.PUB)
        .indirect
        == 1
    )
    assert (
        covered(study(review(setting=None, country="Netherlands"))).cell(SourceType.PUB).direct == 1
    )
    cell = covered(study(review(setting=None, country=""))).cell(SourceType.PUB)
    assert cell.direct == 1
    assert "setting could not be read for 1 of 1" in cell.directness_note


def test_population_that_differs_is_partial() -> None:
    question = "Does outpatient cervical ripening reduce caesarean birth for low-risk women?"
    cell = covered(study(review(population="high-risk women")), question=question).cell(
        SourceType.PUB
    )
    assert cell.partial == 1
    assert cell.state is State.INDIRECT_ONLY
    assert "high risk, asked low risk" in cell.says
