"""A question that asks several things is answered part by part; a figure leads where one is asked; nothing is quoted twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmassist.answers.model import AnsweredPart
from kmassist.answers.verdict import RULES, parts_answered, with_parts
from kmassist.assistant.holdings import with_quoted
from kmassist.assistant.part_reading import has_a_sentence_for_answer
from kmassist.coverage import Coverage, Verdict
from kmassist.coverage.held import quotable
from kmassist.documents.document import ComposedSpan, Document, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import split_document
from kmassist.documents.source_types import SourceType
from kmassist.evidence.closest import Closest, of_all_parts
from kmassist.evidence.leading import PartRead, closest_sources, with_closest
from kmassist.evidence.model import Evidence, FoundPassage
from kmassist.question.parts import parts_of, standing_alone
from kmassist.retrieval.pool import Held, Pool, Standing

NOTHING = Evidence(by_type=dict.fromkeys(SourceType, ()))


def document(text: str, kind: str, published: str | None = None, **more: object) -> Document:
    said = {"title": "A note", "source_type": kind, "published": published}
    metadata = Metadata.model_validate(said)
    return Document(doc_id=make_doc_id(text), text=text, metadata=metadata, **more)


def found(doc: Document, *scores: float) -> FoundPassage:
    (passage,) = split_document(doc)
    return FoundPassage(passage, 0.9, 0.9, scores, is_ordered=True)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Does it work, and what do women think of it?", ("Does it work?", "what do women think of it?")),
        ("Is it safe? And what does it cost?", ("Is it safe?", "what does it cost?")),
        ("is it safe and do they need training", ("is it safe?", "do they need training?")),
        ("Do women who had a tear and have pain come back?", ()),
        ("Interpreters or bilingual advocates?", ()),
        ("How and when should steroids be given?", ()),
        ("Waiting in triage: what do women say and why?", ()),
    ],
)  # fmt: skip
def test_a_part_asks_in_words_of_its_own(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == (parts or (question,))


def test_a_part_that_points_to_another_is_read_of_its_subject() -> None:
    whole, points = standing_alone(
        ("Do shopping vouchers help women stop smoking?", "what do women think of it?")
    )
    assert whole == ("Do shopping vouchers help women stop smoking?",)
    assert points == (
        "what do women think of shopping vouchers?",
        "Do shopping vouchers help women stop smoking; what do women think of it?",
    )
    _, bare = standing_alone(("Do shopping vouchers help?", "what do they cost?"))
    assert bare[0] == "what do they cost: shopping vouchers?"


def with_all(
    read: list[PartRead], items: list[FoundPassage], documents: dict[str, Document]
) -> Evidence:
    closest = of_all_parts([part.closest for part in read])
    return with_closest(NOTHING, read, closest, items, documents)


def parts_read(effect: float, voices: float) -> Evidence:
    trial = document("Pads did not reduce sores. The trial ran for years.", "PUB")
    ward = document("Patients liked the pads. They were blue.", "PPI")
    items = [found(trial, 1.0, 0.1), found(ward, 0.6, 0.2)]
    keys = [item.passage.passage_id for item in items]
    read = [
        PartRead("do pads work?", Closest({keys[0]: (1.0, 0.1), keys[1]: (0.2, 0.1)}, None, effect), False, frozenset({SourceType.PUB})),
        PartRead("what do patients say?", Closest({keys[0]: (1.0, 0.1), keys[1]: (0.6, 0.2)}, None, voices), False, frozenset({SourceType.PPI})),
    ]  # fmt: skip
    return with_all(read, items, {d.doc_id: d for d in (trial, ward)})


def test_each_part_has_a_sentence_of_its_own_in_the_order_asked() -> None:
    evidence = parts_read(0.9, 0.8)
    quotes = [s.excerpts[0].quote for s in evidence.closest[:2]]
    assert quotes == ["Pads did not reduce sores.", "Patients liked the pads."]
    assert [part.first for part in parts_answered(evidence)] == [0, 1]
    assert evidence.answered == pytest.approx(0.9)


def test_the_verdict_says_which_part_is_not_answered() -> None:
    parts = parts_answered(parts_read(0.9, 0.2))
    assert parts == (
        AnsweredPart(asked="do pads work?", first=0),
        AnsweredPart(asked="what do patients say?"),
    )
    coverage = Coverage(question="q", types=("T1",), cells=(), verdict=Verdict.ANSWERABLE)
    told = with_parts(coverage, parts)
    assert told.verdict is Verdict.PARTLY
    assert "Not answered here: “what do patients say?”" in told.because
    assert with_parts(coverage, parts[:1]) == coverage
    turned = coverage.model_copy(update={"verdict": Verdict.NOT_ANSWERABLE})
    assert with_parts(turned, parts) == turned


def test_a_sentence_counts_for_the_part_that_it_answers_best() -> None:
    joined = of_all_parts([Closest({"p": (0.2, 1.0)}, None, 0.3), Closest({"p": (1.0, 0.1)}, ("p", 0), 0.6)])  # fmt: skip
    assert joined.scores == {"p": (1.0, 1.0)}
    assert joined.probability == pytest.approx(0.6)
    assert joined.not_known == ("p", 0)


def test_a_line_of_a_table_leads_only_where_a_figure_is_asked() -> None:
    row = "Pads changed: 20 of 40 (50.0%), not met."
    sheet = document(row, "AUD", composed=(ComposedSpan(start=0, end=len(row)),))
    note = document("Pads were not changed at night.", "FLK")
    far = document("The ward was painted in May.", "FLK")
    documents = {d.doc_id: d for d in (sheet, note, far)}

    def first(*items: FoundPassage, asks_figure: bool) -> str:
        return closest_sources(items, documents, 3, asks_figure=asks_figure)[0].excerpts[0].quote

    near = (found(sheet, 1.0), found(note, 0.7))
    assert first(*near, asks_figure=True) == row
    assert first(*near, asks_figure=False) == "Pads were not changed at night."
    assert first(found(sheet, 1.0), found(far, 0.1), asks_figure=False) == row


def test_a_written_sentence_that_bears_less_on_the_question_does_not_go_before_a_line_of_a_table() -> (
    None
):
    row = "Pads changed in time: 20 of 40 (50.0%), not met."
    sheet = document(row, "AUD", composed=(ComposedSpan(start=0, end=len(row)),))
    other = document("Cream was no better than a pad after a day.", "PUB")
    items = (found(sheet, 1.0), replace(found(other, 0.7), probability=0.1))
    documents = {d.doc_id: d for d in (sheet, other)}
    assert closest_sources(items, documents, 3, asks_figure=False)[0].document == sheet


def test_a_source_dated_after_today_lets_one_with_a_date_that_can_be_pass() -> None:
    late = document("Pads halve sores by a third in 2099.", "PUB", published="2099-01")
    held = document("Pads changed every two hours halve sores.", "PUB", published="2024-05")
    far = document("The ward was painted in May.", "PUB", published="2024-05")
    documents = {d.doc_id: d for d in (late, held, far)}

    def first(*items: FoundPassage) -> Document:
        return closest_sources(items, documents, 3)[0].document

    assert first(found(late, 1.0), found(held, 0.7)) == held
    assert first(found(late, 1.0), found(far, 0.1)) == late
    assert first(found(late, 1.0)) == late
    assert first(found(late, 1.0), replace(found(far, 0.7), probability=0.01)) == late


def test_who_needs_nothing_but_the_rule_is_told_it_first() -> None:
    pilot = document("Pads were changed within 15 minutes for 20 of 40.", "SVE")
    rule = document("A pad is changed within 15 minutes.", "GDL")
    items = [found(pilot, 1.0), found(rule, 0.7)]
    scores = {item.passage.passage_id: item.sentence_scores for item in items}
    documents = {d.doc_id: d for d in (pilot, rule)}
    for needs, first in ((RULES, rule), (frozenset(), pilot)):
        read = PartRead("how soon?", Closest(scores, None, 0.8), True, needs)
        evidence = with_all([read], items, documents)
        assert evidence.closest[0].document == first
        assert evidence.parts == ()


def test_two_sentences_of_one_speech_are_quoted_once() -> None:
    voice = document('"The pad was fine. The chair on the ward was not."', "PPI")
    (one,) = closest_sources([found(voice, 1.0, 0.9)], {voice.doc_id: voice}, 3)
    assert one.excerpts[0].quote == voice.text


def test_no_kind_is_absent_while_a_sentence_of_it_answers_and_what_is_far_and_not_held_is_not_quoted() -> (
    None
):
    policy = document("The pad is changed at eight.", "POL")
    far = document("Chairs were bought in June.", "GDL")
    items = [found(policy, 1.0), found(far, 0.2)]
    scores = {item.passage.passage_id: item.sentence_scores for item in items}
    read = PartRead("when are pads changed?", Closest(scores, None, 0.8), asks_figure=False)
    evidence = with_all([read], items, {d.doc_id: d for d in (policy, far)})
    pool = with_quoted(Pool("pads"), evidence, asks=True)
    assert [(h.document.doc_id, h.standing) for h in pool] == [(policy.doc_id, Standing.TO_CHECK)]
    assert [s.document.doc_id for s in quotable(evidence, pool).closest] == [policy.doc_id]
    near = Pool("pads", (Held(policy, 0.2, Standing.NEAR), Held(far, 0.2, Standing.NEAR)))
    standings = [h.standing for h in with_quoted(near, evidence, asks=True)]
    assert standings == [Standing.TO_CHECK, Standing.NEAR]
    assert with_quoted(Pool("pads"), evidence, asks=False) == Pool("pads")
    for chance, held in ((0.4, (policy.doc_id,)), (0.1, ())):  # to be checked; unlikely
        told = [PartRead("when?", Closest(scores, None, chance), asks_figure=False)]
        evidence = with_all(told, items, {d.doc_id: d for d in (policy, far)})
        evidence = replace(evidence, answerable_probability=0.5)
        pool = with_quoted(Pool("pads"), evidence, asks=True)
        assert tuple(h.document.doc_id for h in pool) == held


def test_where_no_sentence_could_answer_none_of_what_is_not_held_is_quoted() -> None:
    evidence = parts_read(0.9, 0.8)
    decided = quotable(evidence, Pool("pads"), asks=False)
    assert decided.closest == ()
    assert [part.first for part in parts_answered(decided)] == [None, None]


@pytest.mark.parametrize(
    ("asked", "kinds", "expected"),
    [
        ("polish study on shopping vouchers, how many quit", ("T1", "T4"), True),
        ("do vouchers work?", ("T1",), True),
        ("shopping vouchers smoking evidence", ("T1",), False),
        ("How many vouchers should we fund?", ("T3",), False),
    ],
)
def test_who_wants_a_figure_asks_for_a_sentence_with_or_without_a_question_mark(
    asked: str, kinds: tuple[str, ...], expected: bool
) -> None:
    assert has_a_sentence_for_answer(asked, kinds) is expected
