"""Retrieval, the gate and evaluation over a real index in memory with the hashing embedder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kmassist.assistant.evaluation import (
    Judged,
    auroc,
    calibrate,
    calibration_error,
    evaluate,
    fill,
    gate_report,
    leave_relevant_out,
    measure,
    read_beir,
    read_gold_questions,
)
from kmassist.documents.document import Document, SourceType, clean_text
from kmassist.documents.metadata import Metadata
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.errors import SourceNotFound, UnreadableSource
from kmassist.evidence.relevance import SIGNALS, judge
from kmassist.index import Filter, Index, open_index
from kmassist.index.runs import Run
from kmassist.question.subject import Subject
from kmassist.question.vocabulary import Vocabulary
from kmassist.retrieval.retrieve import meaning_of, retrieve

TEXTS = {
    "oxytocin": (SourceType.PUB, "Oxytocin and bleeding", "Oxytocin given after birth lowered postpartum haemorrhage in 400 women. Side effects were rare."),
    "triage": (SourceType.AUD, "Audit of triage", "Of 200 women who attended triage unscheduled, 80 were seen within 15 minutes. The standard is 95%."),
    "families": (SourceType.PPI, "What families said", "Families asked for a bilingual advocate at every visit. They wanted to be listened to."),
    "twins": (SourceType.GDL, "Twin pregnancy", "Twin pregnancies are scanned every two weeks. Birth is planned at 37+0 weeks."),
    "feeding": (SourceType.PUB, "Breastfeeding support", "Peer supporters called mothers weekly. Breastfeeding at six weeks was more frequent."),
}  # fmt: skip
EMBEDDER = HashingEmbedder()
VOCABULARY = Vocabulary.load()


@pytest.fixture
def index() -> Iterator[Index]:
    index = open_index(
        "memory:", embedder=EMBEDDER.fingerprint, dimension=EMBEDDER.dimension, create=True
    )
    fill(index, [_document(key) for key in TEXTS], EMBEDDER)
    yield index
    index.close()


def _document(key: str) -> Document:
    kind, title, text = TEXTS[key]
    return Document(
        doc_id=key, text=clean_text(text), metadata=Metadata(title=title, source_type=kind)
    )


def test_both_legs_agree_on_what_answers(index: Index) -> None:
    found = retrieve(VOCABULARY.read_question("Does oxytocin reduce PPH?"), index, EMBEDDER)
    assert found.run.hits[0].passage_id.startswith("oxytocin:")
    assert set(found.run.hits[0].legs) == {"lexical", "dense"}
    assert [hit.rank for hit in found.run] == list(range(1, len(found.run) + 1))
    assert not found.degraded
    assert found.vector is not None
    assert found.vector.shape == (EMBEDDER.dimension,)


def test_the_same_question_gives_the_same_run(index: Index) -> None:
    reading = VOCABULARY.read_question("how many women are seen in triage")
    assert retrieve(reading, index, EMBEDDER).run == retrieve(reading, index, EMBEDDER).run


def test_every_type_has_its_reserved_place(index: Index) -> None:
    reading = VOCABULARY.read_question("Does oxytocin reduce bleeding?")
    crowded = retrieve(reading, index, EMBEDDER, k=1)
    assert len(crowded.run) >= 1
    reserved = retrieve(reading, index, EMBEDDER, k=1, reserve=1)
    assert {hit.passage_id.split(":")[0] for hit in reserved.run} >= {
        "oxytocin",
        "triage",
        "families",
        "twins",
    }


def test_filters_reach_both_legs_and_the_reserve(index: Index) -> None:
    reading = VOCABULARY.read_question("oxytocin, triage or twins")
    where = Filter(source_types=frozenset({SourceType.GDL, SourceType.AUD}))
    found = retrieve(reading, index, EMBEDDER, where=where, reserve=2)
    assert {hit.passage_id.split(":")[0] for hit in found.run} == {"triage", "twins"}


class _WithoutWeights(HashingEmbedder):
    def embed_query(self, text: str) -> object:  # type: ignore[override]
        from kmassist.errors import ModelUnavailable

        raise ModelUnavailable("The model is not there.")


def test_a_missing_model_is_announced_and_words_still_work(index: Index) -> None:
    reading = VOCABULARY.read_question("oxytocin after birth")
    embedder: Any = _WithoutWeights()
    found = retrieve(reading, index, embedder, reserve=1)
    assert len(found.degraded) == 1
    assert "words alone" in found.degraded[0]
    assert found.run.hits[0].passage_id.startswith("oxytocin:")
    assert judge(reading, found, index).passages[0].doc_id == "oxytocin"


def test_an_empty_index_finds_nothing() -> None:
    empty = open_index(
        "memory:", embedder=EMBEDDER.fingerprint, dimension=EMBEDDER.dimension, create=True
    )
    reading = VOCABULARY.read_question("oxytocin")
    found = retrieve(reading, empty, EMBEDDER, reserve=3)
    judgement = judge(reading, found, empty)
    assert (len(found.run), judgement.passages, judgement.answerable_probability) == (0, (), 0.0)
    assert judgement.uncovered_terms == ("oxytocin",)
    empty.close()


def test_the_gate_explains_itself(index: Index) -> None:
    reading = VOCABULARY.read_question("Does oxytocin lower postpartum haemorrhage?")
    judgement = judge(reading, retrieve(reading, index, EMBEDDER, reserve=1), index)
    first = judgement.passages[0]
    assert first.doc_id == "oxytocin"
    assert tuple(first.signals) == SIGNALS
    assert first.best_sentence == 0
    assert len(first.sentence_scores) == 2
    assert all(0 <= j.probability <= 1 for j in judgement.passages)
    assert first.probability > judgement.passages[1].probability
    assert judgement.uncovered_terms == ()


def test_an_acronym_is_covered_by_its_long_form(index: Index) -> None:
    reading = VOCABULARY.read_question("oxytocin against PPH")
    judgement = judge(reading, retrieve(reading, index, EMBEDDER), index)
    assert judgement.passages[0].signals["coverage"] == 1.0


def test_a_short_form_that_nothing_mentions_keeps_its_capitals(index: Index) -> None:
    reading = VOCABULARY.read_question("Carbetocin for PPROM?")
    judgement = judge(reading, retrieve(reading, index, EMBEDDER), index)
    assert judgement.uncovered_terms == ("carbetocin", "PPROM")


def test_what_nothing_mentions_is_named(index: Index) -> None:
    reading = VOCABULARY.read_question("Is outpatient carbetocin safe?")
    judgement = judge(reading, retrieve(reading, index, EMBEDDER), index)
    assert judgement.uncovered_terms == ("outpatient", "carbetocin")
    assert judgement.answerable_probability < 0.5
    about = replace(reading, subject=Subject("carbetocin"))  # "outpatient" was read as none of it
    assert judge(about, retrieve(about, index, EMBEDDER), index).uncovered_terms == ("carbetocin",)


JUDGED = Judged(
    "small",
    {
        "1": "oxytocin and haemorrhage",
        "2": "triage within 15 minutes",
        "3": "vitamin K for newborns",
    },
    {"1": {"oxytocin": 1}, "2": {"triage": 1}, "3": {}},
)


def test_evaluation_of_the_legs(index: Index) -> None:
    found = evaluate(JUDGED, index, EMBEDDER, VOCABULARY)
    assert found.legs["hybrid"].questions == 2
    assert found.legs["hybrid"].ndcg10 == 1.0
    assert found.legs["lexical"].recall100 == 1.0
    assert next(d for d, _ in found.runs["hybrid"]["2"]) == "triage"


def test_measures_by_hand() -> None:
    judged = Judged("j", {"q": "?"}, {"q": {"a": 2, "b": 1, "c": 0}})
    got = measure(judged, {"q": [("c", 3.0), ("a", 2.0), ("x", 1.5), ("b", 1.0)]})
    assert got.ndcg10 == pytest.approx((2 / 1.5849625 + 1 / 2.3219281) / (2 + 1 / 1.5849625))
    assert got.average_precision == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert got.recall100 == 1.0


def test_leave_relevant_out_asks_both_ways(index: Index) -> None:
    report = leave_relevant_out(JUDGED, index, EMBEDDER, VOCABULARY)
    assert [(q, has) for q, _, has in report.scores] == [
        ("1", True),
        ("1", False),
        ("2", True),
        ("2", False),
        ("3", False),
    ]
    assert report.auroc is not None
    assert report.auroc >= 0.8
    assert [(q, has) for q, _, has in report.best] == [(q, has) for q, _, has in report.scores]
    # A cut-off of passages refuses a question when its best passage is below it.
    assert 0 < calibrate(report.best).cutoff <= max(p for _, p, _ in report.best)


def test_the_same_question_is_judged_the_same_whatever_the_order_of_hits(index: Index) -> None:
    reading = VOCABULARY.read_question("How often are twin pregnancies scanned?")
    found = retrieve(reading, index, EMBEDDER)
    turned = replace(found, run=Run(found.run.hits[::-1]))
    assert judge(reading, found, index) == judge(reading, turned, index)


def test_gate_figures_by_hand() -> None:
    scores = [("1", 0.9, True), ("2", 0.2, True), ("3", 0.1, False), ("4", 0.6, False)]
    assert auroc([0.9, 0.2], [0.1, 0.6]) == 0.75
    assert auroc([0.5], [0.5]) == 0.5
    report = gate_report(scores, 0.5)
    assert (report.refusal_precision, report.refusal_recall) == (0.5, 0.5)
    assert calibrate(scores).refusal_recall == 1.0
    assert calibration_error([(0.95, True), (0.95, True), (0.05, False)]) == pytest.approx(0.05)


def test_beir_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"corpus\.jsonl"):
        read_beir(tmp_path)
    (tmp_path / "corpus.jsonl").write_text(
        json.dumps({"_id": "a", "title": "T", "text": "One.\r\nTwo."}) + "\n"
    )
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "one?"}) + "\n")
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t2\n")
    judged = read_beir(tmp_path, least_grade=2)
    assert judged.relevant("q") == {"a"}
    assert judged.documents[0].text == "One.\nTwo."
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\thigh\n")
    with pytest.raises(UnreadableSource, match="BEIR"):
        read_beir(tmp_path)


def test_gold_questions(tmp_path: Path) -> None:
    documents = [
        Document(
            doc_id="d1",
            text="x",
            metadata=Metadata(),
            source_path=str(tmp_path / "audit" / "a.csv"),
        ),
        Document(
            doc_id="d2",
            text="y",
            metadata=Metadata(),
            source_path=str(tmp_path / "refs.ris"),
            locator="2",
        ),
    ]
    gold = tmp_path / "questions.yaml"
    gold.write_text(
        "- {id: q1, question: 'Who?', expected: [{document: audit/a.csv, sentence: x}, {document: 'refs.ris#2'}]}\n"
        "- {id: q2, question: 'When?', expected: none}\n"
    )
    judged = read_gold_questions(gold, documents, root=tmp_path)
    assert judged.relevant("q1") == {"d1", "d2"}
    assert judged.relevant("q2") == frozenset()
    assert not judged.doubts
    for text in (
        "just words",
        "- {question: 'Who?', expected: [{sentence: x}]}",
        "- 1",
        "- {question: 'Who?'}",
    ):
        gold.write_text(text)
        with pytest.raises(UnreadableSource, match="no list of questions"):
            read_gold_questions(gold, documents, root=tmp_path)


def test_gold_questions_name_a_file_of_several_documents_and_what_is_not_there_is_said(
    tmp_path: Path,
) -> None:
    refs = str(tmp_path / "refs.ris")
    texts = {"d1": "One trial.\nIt helped.", "d2": "Another trial."}
    documents = [
        Document(doc_id=key, text=text, metadata=Metadata(), source_path=refs, locator=str(number))
        for number, (key, text) in enumerate(texts.items(), start=1)
    ]
    gold = tmp_path / "questions.yaml"
    gold.write_text(
        "- {id: q1, question: 'Did it?', expected: [{document: refs.ris, sentence: It helped.}]}\n"
        "- {id: q2, question: 'Did it?', expected: [{document: refs.ris}]}\n"
        "- {id: q3, question: 'Did it?', expected: [{document: refs.ris, sentence: It harmed.}]}\n"
        "- {id: q4, question: 'Did it?', expected: [{document: other.ris}]}\n"
    )
    judged = read_gold_questions(gold, documents, root=tmp_path, text_of=texts.__getitem__)
    assert judged.relevant("q1") == {"d1"}
    assert judged.relevant("q2") == {"d1", "d2"}
    assert judged.doubts == (
        "q3: 'It harmed.' does not stand in 'refs.ris'",
        "q4: there is no document 'other.ris' in the library",
    )
    gold.write_text("- {id: q1, question: 'Did it?', expected: [{document: other.ris}]}\n")
    with pytest.raises(SourceNotFound, match="None of the documents"):
        read_gold_questions(gold, documents, root=tmp_path)


def test_a_word_that_no_source_uses_is_embedded_in_the_form_they_use(index: Index) -> None:
    reading = VOCABULARY.read_question("Do mums want twins scanned more?")
    assert (
        meaning_of(reading, index) == "Do mothers want twins scanned more?"
    )  # two of the sources say mothers
    assert (
        meaning_of(VOCABULARY.read_question("Do mums want twins?", without=["mums"]), index)
        == "Do mums want twins?"
    )
    known = VOCABULARY.read_question("Is bleeding less?")
    assert meaning_of(known, index) == known.text


def test_a_question_named_after_what_nothing_mentions_is_refused(index: Index) -> None:
    about = VOCABULARY.read_question("How often are twin pregnancies scanned?")
    named = VOCABULARY.read_question("How often are twin pregnancies with cholestasis scanned?")
    held = judge(about, retrieve(about, index, EMBEDDER), index)
    refused = judge(named, retrieve(named, index, EMBEDDER), index)
    assert [term.word for term in named.informative if term.is_key] == ["twin", "cholestasis"]
    assert "cholestasis" in refused.uncovered_terms
    assert refused.answerable_probability < held.answerable_probability


def test_a_question_without_a_telling_word_keeps_its_own(index: Index) -> None:
    reading = VOCABULARY.read_question("so what do we do then?")
    judgement = judge(reading, retrieve(reading, index, EMBEDDER), index)
    assert all(0 <= j.signals["words"] <= 1 for j in judgement.passages)


def test_a_passage_that_mentions_nothing_asked_about_needs_a_clear_likeness(index: Index) -> None:
    """What speaks for it is its meaning alone; a passage that shares a word counts with the same meaning."""
    found = retrieve(
        VOCABULARY.read_question("How many women were seen within 15 minutes?"), index, EMBEDDER
    )
    alike = replace(
        found, run=Run(tuple(replace(hit, legs={"dense": hit.score}) for hit in found.run))
    )
    for words, counts in (("oxytocin at birth", False), ("oxytocin in triage", True)):
        judged = judge(VOCABULARY.read_question(words), alike, index)
        triage = next(passage for passage in judged.passages if passage.doc_id == "triage")
        assert triage.probability >= judged.cutoff
        assert triage.counts is counts
