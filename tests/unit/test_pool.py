"""The pool of a subject: its signals, its cut-offs and what people say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from kmassist.documents.document import Document
from kmassist.documents.metadata import Metadata
from kmassist.documents.source_types import SourceType
from kmassist.retrieval.pool import Held, Pool, Standing, beside_those_on_it
from kmassist.retrieval.pool.arrays import Arrays, unit
from kmassist.retrieval.pool.model import SMALL, WHOLE_FROM, Forest, Model, fitted
from kmassist.retrieval.pool.said import Said, packed, same_subject
from kmassist.retrieval.pool.signals import SIGNALS, Asked, signals
from kmassist.retrieval.pool.titles import LIKELY, TITLED, likeliest, titled

DIMENSION = 24


class NoWords:
    """A word index that knows nothing."""

    def matches(self, terms: Mapping[str, float]) -> Mapping[str, float]:
        return {}

    def stems(self, passage_ids: Sequence[str]) -> Sequence[Counter[str]]:
        return [Counter() for _ in passage_ids]

    def rarity(self, stems: Sequence[str]) -> Mapping[str, float]:
        return {}

    def holding(self, stems: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {}


def asked(subject: np.ndarray, names: Sequence[Sequence[tuple[str, ...]]] = ()) -> Asked:
    return Asked(subject, {}, names, np.zeros(DIMENSION, np.float32))


def library(documents: int = 30, passages: int = 3) -> tuple[Arrays, np.ndarray]:
    """Documents that share much with one another, and a subject that the first two come near in one passage each.

    The numbers are drawn anew for each library, so that no test depends on those before it.
    """
    generator = np.random.default_rng(18)
    subject, shared = (unit(generator.normal(size=DIMENSION).astype(np.float32)) for _ in range(2))
    own = 0.35 * generator.normal(size=(documents * passages, DIMENSION))
    vectors = 2 * shared + own
    vectors[1] += 1.5 * subject
    vectors[passages] += 1.5 * subject
    rows = unit(vectors.astype(np.float32))
    arrays = Arrays(
        doc_ids=tuple(f"d{i}" for i in range(documents)),
        passage_ids=tuple(f"d{i // passages}:{i % passages}" for i in range(documents * passages)),
        mean=rows.mean(axis=0),
        passages=rows,
        doc_of=np.repeat(np.arange(documents), passages),
        sentences=rows,
        passage_of=np.arange(documents * passages),
    )
    return arrays, subject


def test_documents_that_give_a_subject_one_passage_stand_out_from_what_all_share() -> None:
    arrays, subject = library()
    found = signals(arrays, asked(subject), NoWords()).values
    assert found.shape == (30, len(SIGNALS))
    assert np.isfinite(found).all()
    for name in ("passage", "sentence", "again", "again_best"):
        column = found[:, SIGNALS.index(name)]
        assert set(np.argsort(-column)[:2].tolist()) == {0, 1}, name


def test_signals_mean_the_same_in_a_library_of_two_documents() -> None:
    arrays, subject = library(documents=2, passages=1)
    seen = signals(arrays, asked(subject), NoWords())
    assert np.isfinite(seen.values).all()


class Spelt(NoWords):
    """A word index in which two passages have a word."""

    def holding(self, stems: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {"hub": ["d4:0", "d5:1"], "frailti": [f"d{i}:0" for i in range(30)]}


def test_a_passage_that_has_the_words_of_the_subject_names_it_and_a_word_that_is_nowhere_counts_for_none() -> (
    None
):
    arrays, subject = library()
    names: list[list[tuple[str, ...]]] = [
        [("hub",)],
        [("frailti",)],
        [("zebra",), ("hub", "frailti")],
    ]
    found = signals(arrays, asked(subject, names), Spelt()).values
    named = found[:, SIGNALS.index("named")]
    assert named[4] == pytest.approx(1.0)
    assert 0 < named[5] < 1  # its passage has one of the words, another of its passages the other
    assert 0 < named[6] < named[5]
    assert found[5, SIGNALS.index("named_document")] > named[5]
    nowhere = signals(arrays, asked(subject, [[("zebra",)]]), NoWords()).values
    assert (nowhere[:, SIGNALS.index("named")] == 0).all()


def test_the_model_was_fitted_to_these_signals_and_its_cut_offs_stand_in_order() -> None:
    model = fitted()
    assert max(model.whole.feature.max(), model.small.feature.max()) < len(SIGNALS)
    assert model.again.feature.max() < len(TITLED)
    strong, weak = np.ones((1, len(SIGNALS))), np.full((1, len(SIGNALS)), -1.0)
    for documents in (8, 22, 200):
        strong[:, SIGNALS.index("size")] = weak[:, SIGNALS.index("size")] = np.log(documents)
        assert model.first(strong)[0] > 1.5 > -2.0 > model.first(weak)[0]
    on, off = model.probabilities(
        np.array([[3.0, 2.0, 0.5, 3.0, 0.3, 2.0, 0.5], [-5.0, -6.0, -6.0, 3.0, 0.3, -6.0, -6.0]])
    )
    assert on > model.high
    assert off < model.low
    assert 0 < model.low < model.high < 1
    assert model.beside > 0
    assert model.standing(model.high) is Standing.ON
    assert model.standing(model.low) is Standing.TO_CHECK
    assert model.standing(model.low - 0.01) is None


def test_a_library_between_small_and_whole_goes_by_both_models_at_either_look() -> None:
    def forest(log_odds: float) -> Forest:
        one = np.zeros((1, 1), np.intp)
        nothing = np.zeros((1, 1))
        return Forest(one, nothing, one, one, nothing, log_odds, 1)

    model = Model(
        forest(2.0),
        forest(-2.0),
        forest(3.0),
        forest(-3.0),
        0.1,
        0.5,
        0.4,
        np.zeros(1, np.float32),
        "",
    )
    first, again = [], []
    for documents in (5, SMALL, 22, WHOLE_FROM, 500):
        row = np.zeros((1, len(SIGNALS)))
        row[0, SIGNALS.index("size")] = np.log(documents)
        first.append(round(float(model.first(row)[0]), 2))
        again.append(round(float(model.probabilities(np.zeros((documents, len(TITLED))))[0]), 2))
    assert first == [-2.0, -2.0, 0.0, 2.0, 2.0]
    assert again == [0.05, 0.05, 0.5, 0.95, 0.95]


def test_a_document_that_the_titles_of_the_likeliest_find_comes_forward_and_none_speaks_for_itself() -> (
    None
):
    first = np.array([3.0, 1.0, -1.0, -1.0, -4.0, -5.0, -6.0])
    assert likeliest(first) == [0, 1, 2, 3, 4, 5, 6][:LIKELY]
    nothing = np.full(7, -6.0)
    of_titles = {n: nothing.copy() for n in likeliest(first)}
    of_titles[0][[0, 3]] = 5.0  # the title of the likeliest document finds itself and the fourth
    rows = titled(first, of_titles, np.zeros(7))
    told = rows[:, TITLED.index("titled")]
    assert told[3] > 3 > -5.9 > told[2]
    assert told[0] == pytest.approx(-6.0)
    assert rows[3, TITLED.index("titled_lead")] > 0
    assert rows[:, TITLED.index("others")].tolist() == [1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]


def test_a_title_that_finds_what_the_question_finds_is_believed_before_one_that_finds_much_else() -> (
    None
):
    first = np.array([4.0, 2.5, -3.0, -3.0, -5.0, -5.0, -6.0])
    minutes, study = np.array([2.0, -4.0, 4.0, -4.0, 4.0, 4.0, 4.0]), first.copy()
    study[3] = 4.0  # the title of the second document finds the same, and the fourth document
    rows = titled(first, {0: minutes, 1: study}, np.zeros(7))
    agreed, told = (rows[:, TITLED.index(name)] for name in ("agreed", "titled"))
    assert agreed[3] > 3.5
    assert agreed[2] < -2.5
    assert told[3] < 1 < told[4]  # by the odds of their documents alone the minutes are heard first
    assert rows[3, TITLED.index("agreed_lead")] > 0


def test_where_there_is_but_one_document_its_own_first_look_stands_for_its_title() -> None:
    rows = titled(np.array([0.7]), {0: np.array([4.0])}, np.zeros(1))
    assert np.isfinite(rows).all()
    assert rows[0, TITLED.index("titled")] == pytest.approx(0.7)


def test_a_document_of_many_subjects_has_passages_less_alike_than_one_of_a_single_subject() -> None:
    arrays, subject = library()
    vectors = arrays.passages.copy()
    vectors[3:6] = unit(vectors[3:6] + 6 * subject)
    alike = replace(arrays, passages=vectors).alike
    assert alike[1] > 0.8 > 0.3 > alike[2]
    lone, _ = library(documents=2, passages=1)
    assert lone.alike.tolist() == [0.5, 0.5]


def held(doc_id: str, standing: Standing = Standing.ON) -> Held:
    return Held(
        Document(doc_id=doc_id, text="", source_name=doc_id, metadata=Metadata(source_type="PPI")),
        0.9,
        standing,
    )


def test_a_narrowed_search_leaves_the_standing_of_what_it_keeps() -> None:
    pool = Pool("triage", (held("a"), held("b", Standing.TO_CHECK), held("c")))
    kept = pool.within({"b", "c"})
    assert kept.doc_ids == {"b", "c"}
    assert [h.document.doc_id for h in kept.of(SourceType.PPI, Standing.TO_CHECK)] == ["b"]
    assert pool.of(SourceType.AUD, Standing.ON) == ()


@pytest.mark.parametrize(("noise", "is_same"), [(0.02, True), (0.5, False)])
def test_what_is_said_holds_for_wordings_that_mean_nearly_the_same(
    noise: float, is_same: bool
) -> None:
    generator = np.random.default_rng(18)
    vector = unit(generator.normal(size=384).astype(np.float32))
    other = unit((vector + noise * generator.normal(size=384)).astype(np.float32))
    said = Said(
        subject="triage", doc_id="a", is_about=True, by_role="librarian", vector=packed(vector)
    )
    assert same_subject(said, vector)
    assert same_subject(said, other) is is_same


def test_beside_a_document_on_the_subject_only_what_is_worth_a_look_is_to_check() -> None:
    def of(doc_id: str, kind: SourceType, probability: float, standing: Standing) -> Held:
        metadata = Metadata(source_type=kind)
        document = Document(doc_id=doc_id, text="", source_name=doc_id, metadata=metadata)
        return Held(document, probability, standing)

    found = beside_those_on_it(
        (
            of("guideline", SourceType.GDL, 0.5, Standing.ON),
            of("likely", SourceType.GDL, 0.35, Standing.TO_CHECK),
            of("far off", SourceType.GDL, 0.2, Standing.TO_CHECK),
            of("alone", SourceType.PPI, 0.2, Standing.TO_CHECK),
        ),
        1.0,
    )
    assert {h.document.doc_id: h.standing for h in found} == {
        "guideline": Standing.ON,
        "likely": Standing.TO_CHECK,
        "far off": Standing.NEAR,
        "alone": Standing.TO_CHECK,
    }
