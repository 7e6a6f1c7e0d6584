"""What is present must not depend on how one asks: coverage and map of one subject, on the demonstration corpus with the real model."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.followups import is_right, rows
from kmassist.assistant import Assistant
from kmassist.assistant.gaps import GapDesk
from kmassist.assistant.judging import judge_questions
from kmassist.coverage import Coverage, State, Verdict
from kmassist.documents.source_types import SourceType
from kmassist.embedding import open_embedder
from kmassist.embedding.sentence_transformer import SentenceTransformerEmbedder
from kmassist.index import Filter
from kmassist.retrieval.pool.make import PoolMaker
from kmassist.settings.model import Settings

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Embedder, Vectors

pytestmark = [pytest.mark.model, pytest.mark.xdist_group("presence")]

TODAY = dt.date(2026, 11, 23)
SUBJECTS = {
    "What is known about telephone triage?": (
        "please, what is known about telephone triage?",
        "Should the LMNS board fund telephone triage?",
        "Should we roll out telephone triage?",
        "what is knwon about telephone triage",
    ),
    "Is home induction of labour safe?": (
        "Should we scale up home induction of labour?",
        "Should the ICB pay for home induction of labour?",
        "Is home indcution of labour safe, thanks",
    ),
}


@pytest.fixture(scope="module")
def assistant(
    sample_made: Path, tmp_path_factory: pytest.TempPathFactory, real_model: Embedder
) -> Iterator[Assistant]:
    """One library for all that only ask: what is derived of its subjects is costly."""
    library = tmp_path_factory.mktemp("presence") / "library"
    shutil.copytree(sample_made, library)
    settings = Settings(library=library)
    with Assistant.open(settings, read_only=True, embedder=real_model) as opened:
        yield opened


@pytest.fixture
def own(sample_library: Path, real_model: Embedder) -> Iterator[Assistant]:
    """A library of its own for a test that writes."""
    with Assistant.open(Settings(library=sample_library), embedder=real_model) as opened:
        yield opened


def about_lines(assistant: Assistant) -> list[str]:
    trail = [line.action for line in assistant.index.audit_trail()]
    return [action for action in trail if "about" in action]


def coverage(assistant: Assistant, question: str, where: Filter | None = None) -> Coverage:
    return assistant.answer(question, today=TODAY, where=where).coverage


asked = cache(coverage)
"""Of the library that nothing is written to: the same question is the same answer."""


@cache
def states(assistant: Assistant, question: str) -> dict[SourceType, State]:
    """As a question of one type: what is compared is what is held."""
    answer = assistant.answer(question, today=TODAY, types=["T1"])
    return {cell.source_type: cell.state for cell in answer.coverage.cells}


def presence(found: Coverage) -> dict[SourceType, str]:
    return {cell.source_type: standing(cell.state) for cell in found.cells}


def standing(state: State) -> str:
    return state.value if state in {State.ABSENT, State.TO_CHECK} else "present"


@pytest.mark.parametrize(
    ("plain", "other"), [(plain, other) for plain, others in SUBJECTS.items() for other in others]
)
def test_a_filler_a_body_a_slip_or_a_verb_of_decision_changes_no_cell(
    assistant: Assistant, plain: str, other: str
) -> None:
    assert presence(asked(assistant, other)) == presence(asked(assistant, plain))


@pytest.mark.parametrize(
    "question", ["Should the LMNS scale BSOTS to all providers?", "Should we fund BSOTS?"]
)
def test_a_brand_stands_for_its_subject(assistant: Assistant, question: str) -> None:
    """The costing, the listening events and the board's statement are on triage and never name the brand."""
    wider = {c.source_type: c.state for c in asked(assistant, "Should we fund triage?").cells}
    absent = {c.source_type for c in asked(assistant, question).cells if c.state is State.ABSENT}
    assert absent <= {kind for kind, state in wider.items() if state is State.ABSENT}


@pytest.mark.parametrize(
    "narrower",
    [
        "for {} women",
        "in teenagers",
        "for women with diabetes",
        "at home",
        "in rural areas",
        "among families who live alone",
    ],
)
@pytest.mark.parametrize("subject", ["telephone triage", "home induction of labour"])
def test_a_narrower_question_is_never_answered_more_surely_than_the_wider_one(
    assistant: Assistant, subject: str, narrower: str
) -> None:
    wide = states(assistant, f"What is known about {subject}?")
    narrow = states(assistant, f"What is known about {subject} {narrower.format('low risk')}?")
    order = list(State)
    for kind in SourceType:
        # What may be on the narrower subject may be on the wider one: to check where that has nothing, and no light.
        most = max(order.index(wide[kind]), order.index(State.TO_CHECK))
        assert order.index(narrow[kind]) <= most, kind


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("IOL OP balloon home, evidence pls inc pt views", Verdict.PARTLY),
        ("MCoC scale-up: outcomes, cost, staff views?", Verdict.PARTLY),
        ("Tele triage: RCT evidence, WTE, safety", Verdict.PARTLY),
        ("Steam engines: evidence, cost, staff views", Verdict.NOT_ANSWERABLE),
    ],
)
def test_who_asks_what_is_known_is_answered_by_what_is_held(
    assistant: Assistant, question: str, verdict: Verdict
) -> None:
    assert asked(assistant, question).verdict is verdict


def test_of_a_question_without_a_subject_nothing_is_said_to_be_unknown(
    assistant: Assistant,
) -> None:
    assert assistant.answer("how many midwives do we need").not_known is None
    assert assistant.answer("Does waterbirth increase tears?").not_known is not None


def test_map_and_coverage_never_contradict_each_other(assistant: Assistant) -> None:
    found = assistant.gaps.map()
    for code, topic in assistant.vocabulary.topics.items():
        row = found.row(code)
        asked = presence(coverage(assistant, topic.label))
        mapped = {
            kind: standing(row.cell(kind).state) if row else State.ABSENT.value
            for kind in SourceType
        }
        assert asked == mapped, topic.label


def test_gaps_are_proposed_for_kinds_that_are_absent_and_for_no_others(
    assistant: Assistant,
) -> None:
    found = assistant.gaps.map()
    for gap in assistant.gaps.propose():
        if gap.codes == ("G1",) and gap.source_type is not None:
            row = found.row(gap.topic)
            assert row is not None
            assert row.cell(gap.source_type).state is State.ABSENT


def test_what_a_person_says_of_a_document_holds_for_every_wording_and_stands_in_the_audit_trail(
    own: Assistant,
) -> None:
    plain, *others = next(iter((k, *v) for k, v in SUBJECTS.items()))
    cell = coverage(own, plain).cell(SourceType.PPI)
    doc_id = cell.doc_ids[0]
    subject = own.pools.subject_of(plain)
    own.gaps.say(subject, doc_id, is_about=False, by_role="audit midwife")
    for question in (plain, *others):
        held = {d for c in coverage(own, question).cells for d in c.doc_ids}
        assert doc_id not in held, question
    own.gaps.say(subject, doc_id, is_about=True, by_role="audit midwife")
    assert len(own.gaps.said()) == 1
    for question in (plain, *others):
        assert doc_id in coverage(own, question).cell(SourceType.PPI).doc_ids, question
    assert about_lines(own) == ["not about", "about"]


def test_what_people_said_is_gold_when_the_cut_off_is_calibrated(
    own: Assistant, tmp_path: Path
) -> None:
    question = "What is known about telephone triage?"
    doc_id = coverage(own, question).cell(SourceType.PPI).doc_ids[0]
    subject = own.pools.subject_of(question)
    own.gaps.say(subject, doc_id, is_about=True, by_role="audit midwife")
    gold = tmp_path / "questions.yaml"
    gold.write_text("- {id: 1, question: is there life on Mars, expected: none}\n")
    found = judge_questions(own, gold, is_calibrating=True)
    assert found.presence is not None
    assert found.presence.said == len(own.gaps.said())
    assert found.presence.right >= 1
    assert found.calibrated is not None
    assert (subject, True) in [(name, is_about) for name, _, is_about in found.calibrated.scores]
    plain = judge_questions(own, gold)
    assert plain.presence is None


def test_a_library_with_the_vectors_of_another_model_says_how_presence_was_told(
    tmp_path: Path,
) -> None:
    settings = Settings(library=tmp_path / "library")
    (tmp_path / "note.md").write_text("# Telephone triage\n\nMidwives answer the telephone.\n")
    with Assistant.open(settings, create=True, embedder=open_embedder("hashing")) as other:
        list(other.add([tmp_path / "note.md"]))
        answer = other.answer("What is known about telephone triage?", today=TODAY)
    (note,) = [note for note in answer.notes if "document by document" in note]
    assert "all-MiniLM-L6-v2" in note
    assert "hashing" in note


def test_a_search_without_one_kind_of_source_says_that_it_is_absent_and_changes_no_other_kind(
    assistant: Assistant,
) -> None:
    question = next(iter(SUBJECTS))
    whole = asked(assistant, question)
    audits = frozenset(
        d.doc_id for d in assistant.sources() if d.metadata.source_type is SourceType.AUD
    )
    without = coverage(assistant, question, Filter(without_doc_ids=audits))
    for cell in without.cells:
        if cell.source_type is SourceType.AUD:
            assert cell.state is State.ABSENT
        else:
            assert cell.state is whole.cell(cell.source_type).state


@pytest.mark.parametrize("row", rows()["maternity"], ids=lambda row: row["followup"])
def test_a_follow_up_keeps_narrows_or_leaves_the_subject_before_it(
    assistant: Assistant, row: dict[str, Any]
) -> None:
    right, read = is_right(assistant, row)
    assert right, read


class OneByOne(SentenceTransformerEmbedder):
    """Embeds every question by itself."""

    def embed_queries(self, texts: Sequence[str]) -> list[Vectors]:
        alone = super().embed_queries
        return [vector for text in texts for vector in alone([text])]


def test_topics_embedded_together_give_the_map_that_each_alone_gives(assistant: Assistant) -> None:
    alone = PoolMaker(assistant.index, OneByOne(), assistant.vocabulary)
    desk = GapDesk(assistant.index, assistant.settings, lambda: TODAY, alone)
    together = PoolMaker(assistant.index, SentenceTransformerEmbedder(), assistant.vocabulary)
    other = GapDesk(assistant.index, assistant.settings, lambda: TODAY, together)
    assert desk.map() == other.map()
    labels = [topic.label for topic in assistant.vocabulary.topics.values()]
    for one, two in zip(
        alone.pools_of_questions(labels), together.pools_of_questions(labels), strict=True
    ):
        assert one is not None
        assert two is not None
        assert [h.document.doc_id for h in one] == [h.document.doc_id for h in two]
        assert [h.probability for h in one] == pytest.approx([h.probability for h in two], abs=1e-6)
