"""The gap detector through the whole pipeline, on part of the demonstration corpus with the real model (domain D6).

The corpus is small so that asking it stays quick; `benchmarks/gaps.py` measures the whole of it.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kmassist.answers.model import Status
from kmassist.assistant import Assistant
from kmassist.coverage import Coverage, Need, State, Verdict
from kmassist.documents.document import SourceType
from kmassist.embedding.embedder import Embedder
from kmassist.index import Filter
from kmassist.settings.model import AnswerSettings, Settings
from tests.conftest import MadeOnce

pytestmark = pytest.mark.model

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
TODAY = dt.date(2026, 11, 23)
FILES = (
    "published/index-2019-induction-41-weeks.md",
    "published/swepis-2019-induction-41-weeks.md",
    "published/ipd-review-2020-induction-41-weeks.md",
    "guideline/",
    "ppi/language-and-interpreters-focus-groups-2025.pdf",
    "audit/interpreter-use-2025.csv",
    "published/bailey-2018-telephone-triage.md",
    "ppi/telephone-advice-survey-2026.md",
    "frontline/telephone-triage-huddle-notes-2026.txt",
)
INDUCTION = "Does induction at 41 weeks reduce adverse perinatal outcomes in low-risk women compared with waiting until 42 weeks?"
TELEPHONE = (
    "What do women say about telephone advice, and what do midwives need for telephone triage?"
)


@pytest.fixture(scope="session")
def built(made_once: MadeOnce, sample_made: Path) -> Path:
    """A library of those files: the sample's, without the others."""

    def fill(folder: Path) -> None:
        shutil.copytree(sample_made, folder / "library")
        with Assistant.open(Settings(library=folder / "library")) as assistant:
            for document in assistant.sources():
                name = Path(document.source_path).relative_to(SAMPLE).as_posix()
                if not name.startswith(FILES):
                    assistant.index.delete(document.doc_id)

    return made_once("gaps", fill) / "library"


@pytest.fixture
def assistant(built: Path, tmp_path: Path, real_model: Embedder) -> Iterator[Assistant]:
    """The library, a copy of its own for each test. The gate is opened wide: it has measurements of its own."""
    shutil.copytree(built, tmp_path / "library")
    settings = Settings(library=tmp_path / "library", answer=AnswerSettings(relevance_cutoff=0.2))
    opened = Assistant.open(settings, embedder=real_model)
    yield opened
    opened.close()


def covered(assistant: Assistant, question: str = INDUCTION, **options: Any) -> Coverage:
    return assistant.coverage(question, today=TODAY, **options)


def published(assistant: Assistant) -> list[str]:
    return list(covered(assistant).cell(SourceType.PUB).doc_ids)


@pytest.mark.parametrize(("question", "types"), [(INDUCTION, ("T1",)), (TELEPHONE, ("T5", "T7"))])
def test_leave_type_out(assistant: Assistant, question: str, types: tuple[str, ...]) -> None:
    whole = covered(assistant, question, types=types)
    there = [c.source_type for c in whole.cells if c.need is Need.REQUIRED and c.studies]
    assert there
    for kind in there:
        gone = frozenset(d.doc_id for d in assistant.sources() if d.metadata.source_type is kind)
        without = covered(assistant, question, types=types, where=Filter(without_doc_ids=gone))
        assert "G1" in without.cell(kind).codes
        assert all("G1" not in without.cell(other).codes for other in there if other is not kind)


def test_what_was_not_searched_is_not_said_to_be_missing(assistant: Assistant) -> None:
    coverage = covered(assistant, where=Filter(source_types=frozenset({SourceType.ECO})))
    assert [c.source_type for c in coverage.cells if c.is_searched] == [SourceType.ECO]
    assert all(
        c.need is Need.NOT_NEEDED and not c.codes for c in coverage.cells if not c.is_searched
    )
    assert coverage.documents_searched < len(assistant.sources())


def test_re_dating_a_review_outdates_it(assistant: Assistant) -> None:
    for doc_id in published(assistant):
        if assistant.source(doc_id).metadata.design == "1a":
            assistant.edit(doc_id, {"evidence_date": "2015-01-01", "published": "2015-06-01"})
    cell = covered(assistant).cell(SourceType.PUB)
    assert "G8" in cell.codes
    assert any("66 months" in t.says or "5.5 years" in t.says for t in cell.trace if t.code == "G8")


def test_swapping_the_setting_makes_it_indirect(assistant: Assistant) -> None:
    for doc_id in published(assistant):
        assistant.edit(doc_id, {"setting": "LMIC", "country": "Nigeria"})
    cell = covered(assistant).cell(SourceType.PUB)
    assert cell.state is State.INDIRECT_ONLY
    assert "G7" in cell.codes


def test_research_that_never_names_the_outcome_is_silent_whatever_another_kind_mentions(
    assistant: Assistant,
) -> None:
    named = covered(assistant, "Does induction at 41 weeks reduce caesarean birth?").cell(
        SourceType.PUB
    )
    assert named.direct == 1, (
        named.directness_note
    )  # the review; the digests of the two trials say nothing of it
    assert "nowhere names caesarean birth" in named.directness_note
    unnamed = covered(assistant, "Should we fund telephone triage to reduce stillbirth?")
    cell = unnamed.cell(SourceType.PUB)
    assert (cell.state, "G7" in cell.codes) == (State.SILENT, True)
    assert "nowhere names stillbirth" in cell.says
    assert unnamed.cell(
        SourceType.PPI
    ).direct  # what women say of a practice is about it, whatever is measured


def test_a_source_that_never_names_the_group_asked_about_is_silent(
    assistant: Assistant,
) -> None:
    cells = [
        c for c in covered(assistant, "telephone advice for women in prison").cells if c.studies
    ]
    assert cells
    for cell in cells:
        assert (cell.state, cell.direct) == (State.SILENT, 0), cell.says
        assert "G7" in cell.codes
        assert "nowhere names prison" in cell.says
    assert covered(assistant, "telephone advice for women").cell(SourceType.PPI).direct


def test_a_treatment_or_group_by_name_is_not_answered_by_a_source_without_it(
    assistant: Assistant,
) -> None:
    for question, name in (
        ("yoga before telephone triage", "yoga"),
        ("what do homeless women say about telephone triage", "homeless"),
    ):
        answer = assistant.answer(question, today=TODAY)
        assert not answer.status.is_answer
        held = [cell for cell in answer.coverage.cells if cell.doc_ids]
        assert held
        for cell in held:
            assert f"nowhere names {name}" in cell.says or cell.state is State.TO_CHECK
    decision = assistant.answer(
        "Should we fund telephone triage?", today=TODAY
    )  # the verb of a decision is not its subject
    assert decision.status.is_answer


def test_a_figure_is_asked_for_and_no_source_gives_one(assistant: Assistant) -> None:
    priced = assistant.answer("how much does training in telephone triage cost", today=TODAY)
    assert not priced.status.is_answer
    for cell in priced.coverage.cells:
        if cell.doc_ids:
            assert "gives no amount of money" in cell.says or cell.state is State.TO_CHECK
    rate = assistant.answer("how many women did we induce after 41 weeks", today=TODAY)
    assert "T4" in rate.types
    assert rate.status is not Status.ANSWERED
    assert rate.coverage.cell(SourceType.AUD).state is not State.SUFFICIENT
    known = assistant.answer(
        "how many women with little English have an interpreter in our triage", today=TODAY
    )
    assert known.coverage.cell(SourceType.AUD).direct == 1


def test_a_slip_of_the_finger_is_read_by_the_sources_own_words_and_a_name_or_a_word_is_left(
    assistant: Assistant,
) -> None:
    slipped = assistant.answer("what is known of telephone triage trainig", today=TODAY)
    assert slipped.notes[0].startswith("Read “trainig” as “training")
    for question in (
        "who listens to Collegaue on telephone triage",
        "does prioritisation save babies",
        "telephone advice and parking",
    ):
        assert not any(
            note.startswith("Read “") for note in assistant.answer(question, today=TODAY).notes
        )


def test_what_is_quoted_of_indirect_sources_carries_its_reason(assistant: Assistant) -> None:
    answer = assistant.answer("Should we fund telephone triage?", today=TODAY)
    cautions = {row.source_type: row.caution for row in answer.rows if row.claims}
    assert "re-audit was due" in cautions[SourceType.AUD]
    assert cautions[SourceType.PPI] == ""
    silent = assistant.answer("Does telephone triage reduce stillbirth?", today=TODAY)
    assert not silent.status.is_answer
    assert "nowhere names stillbirth" in silent.coverage.cell(SourceType.PUB).says
    nowhere = assistant.answer("telephone advice for women in prison", today=TODAY)
    assert nowhere.nearest
    reasons = [
        row.absence for row in nowhere.rows if nowhere.coverage.cell(row.source_type).doc_ids
    ]
    assert reasons
    assert all("nowhere names prison" in why or "To check" in why for why in reasons)
    of_the_corpus = assistant.answer(
        "Which guidelines do we hold on induction, and are they in date?", today=TODAY
    )
    assert of_the_corpus.types == ("T10",)
    assert any(row.claims for row in of_the_corpus.rows)
    assert not any(row.caution for row in of_the_corpus.rows)  # nothing is judged there


def test_an_opposing_trial_conflicts(assistant: Assistant, tmp_path: Path) -> None:
    source = (SAMPLE / "published/index-2019-induction-41-weeks.md").read_text(encoding="utf-8")
    opposing = (
        source.replace("direction: decrease", "direction: increase")
        .replace("study_id: index", "study_id: opposing")
        .replace("10.1136/bmj.l344", "10.9999/opposing")
        .replace("'30786997'", "''")
        .replace("INDEX", "OPPOSING")
        .replace("INDEX: induction", "OPPOSING: induction")
    )
    path = tmp_path / "opposing.md"
    path.write_text(opposing, encoding="utf-8")
    before = covered(assistant).cell(SourceType.PUB).studies
    for _ in assistant.add([path]):
        pass
    result = covered(assistant)
    assert result.cell(SourceType.PUB).state is State.CONFLICTING
    assert result.cell(SourceType.PUB).studies == before + 1
    assert any(
        {"increase", "decrease"} <= set(f"{c.left_says} {c.right_says}".replace(",", " ").split())
        for c in result.conflicts
    )


def test_keeping_one_study(assistant: Assistant) -> None:
    kept, *others = published(assistant)
    for doc_id in others:
        assistant.forget(doc_id)
    cell = covered(assistant).cell(SourceType.PUB)
    assert cell.doc_ids == (kept,)
    assert "G6" in cell.codes


def test_a_copied_file_does_not_raise_the_count(assistant: Assistant, tmp_path: Path) -> None:
    before = covered(assistant).cell(SourceType.PUB).studies
    path = tmp_path / "copy of index.md"
    shutil.copy(SAMPLE / "published/index-2019-induction-41-weeks.md", path)
    for _ in assistant.add([path]):
        pass
    assert covered(assistant).cell(SourceType.PUB).studies == before


def test_another_subject_abstains(built: Path, tmp_path: Path, real_model: Embedder) -> None:
    library = shutil.copytree(built, tmp_path / "library")
    opened = Assistant.open(Settings(library=library), read_only=True, embedder=real_model)
    answer = opened.answer("Which biologic works best for rheumatoid arthritis?", today=TODAY)
    opened.close()
    assert answer.coverage.verdict is Verdict.NOT_ANSWERABLE
    assert not answer.claims


def test_registers_survive_re_indexing(assistant: Assistant) -> None:
    number = assistant.gaps.add(
        title="No cost of telephone triage", topic="TRI", source_type="ECO"
    ).gap_id
    assistant.gaps.override(
        source_type="ECO",
        state="thin",
        reason="seen the costing",
        by_role="finance lead",
        question=INDUCTION,
    )
    assistant.gaps.log_search(
        databases="MEDLINE, CINAHL", strategy="telephone triage", by_role="librarian", gap_id=number
    )
    for _ in assistant.add([SAMPLE / name for name in FILES]):
        pass
    assert assistant.gaps.get(number).title == "No cost of telephone triage"
    assert covered(assistant).cell(SourceType.ECO).overridden_by
    assert len(assistant.gaps.searches()) == 1


def test_questions_about_the_corpus_are_not_narrowed_by_their_own_words(
    assistant: Assistant,
) -> None:
    """Women can be overdue too, and be heard: here audits are, and reports say whom they did not hear."""
    overdue = assistant.answer("Which of our audits are overdue?", today=TODAY)
    assert "its re-audit was due 2026-09-30" in " ".join(overdue.notes)
    assert not overdue.expansions
    unheard = assistant.answer("Whose voices are missing?", today=TODAY)
    assert (
        "2 of 2 reports of patients and carers say whom they did not hear, on 2026-11-23."
        in unheard.notes
    )
    assert any("deaf women who sign" in note for note in unheard.notes)
    assert all(
        "not heard" in claim.text or "left the area" in claim.text for claim in unheard.claims
    )
