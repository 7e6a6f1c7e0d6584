"""What every Index must do; each engine inherits the suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmassist.documents.document import SourceType
from kmassist.errors import DocumentNotFound, IndexMismatch, IndexNotFound
from kmassist.index import Entry, Filter, Index, open_index
from kmassist.index.lexical import K1, B, index_terms
from kmassist.index.okapi import LuceneBM25
from kmassist.index.packed import from_bytes, singles, stored_passages, to_bytes
from kmassist.text.words import stem
from tests.contract.corpora import DIMENSION, EMBEDDER, make_entry, unit
from tests.present import present


def pairs(run: Any) -> Any:
    return [(hit.passage_id, hit.score) for hit in run]


def as_held(vectors: Any) -> Any:
    """Vectors of passages as every engine gives them back."""
    return singles(stored_passages(vectors, *vectors.shape))


class IndexContract:
    """Inherit and give a fixture ``index``: empty, writable, of DIMENSION and EMBEDDER."""

    @pytest.fixture
    def index(self) -> Iterator[Index]:
        raise NotImplementedError

    def fill(self, index: Index, count: int = 20) -> list[Entry]:
        types = list(SourceType)
        entries = [
            make_entry(
                n, source_type=types[n % 8], published=str(2010 + n % 12), topics=(f"topic{n % 3}",)
            )
            for n in range(count)
        ]
        for entry in entries:
            index.add(entry)
        return entries

    def test_it_is_an_index(self, index: Any) -> None:
        assert isinstance(index, Index)
        assert index.capabilities.lexical
        assert index.capabilities.dense

    def test_an_empty_index_finds_nothing(self, index: Any) -> None:
        assert len(index.lexical({"triag": 1.0}, 5)) == 0
        assert len(index.dense(unit(np.random.default_rng(0), 1)[0], 5)) == 0
        assert index.documents() == []
        assert index.stats().documents == 0

    def test_a_document_comes_back_as_it_was(self, index: Any) -> None:
        entry = make_entry(1)
        index.add(entry)
        assert index.document(entry.document.doc_id) == entry.document
        assert index.passages_of(entry.document.doc_id) == list(entry.passages)
        assert index.original(entry.document.doc_id) == entry.original
        assert index.documents() == [
            entry.document.model_copy(update={"text": "", "pages": (), "headings": ()})
        ]

    def test_offsets_reproduce_the_text(self, index: Any) -> None:
        entry = make_entry(2)
        index.add(entry)
        text = index.document(entry.document.doc_id).text
        for passage in index.passages_of(entry.document.doc_id):
            assert text[passage.start : passage.end] == passage.text

    def test_passages_in_the_order_asked_for(self, index: Any) -> None:
        entry = make_entry(3)
        index.add(entry)
        ids = [p.passage_id for p in entry.passages][::-1]
        assert [p.passage_id for p in index.passages([*ids, "nothing:00000"])] == ids

    def test_vectors_come_back_as_near_as_they_are_stored(self, index: Any) -> None:
        entry = make_entry(4)
        index.add(entry)
        found = index.vectors([p.passage_id for p in entry.passages])
        for passage, vector, sentences in zip(
            entry.passages, present(entry.vectors), present(entry.sentence_vectors), strict=True
        ):
            assert found[passage.passage_id][0].dtype == np.float32
            np.testing.assert_array_equal(found[passage.passage_id][0], as_held(vector[None])[0])
            stored = to_bytes(sentences, *sentences.shape)
            np.testing.assert_array_equal(
                found[passage.passage_id][1], from_bytes(stored, sentences.shape[1])
            )

    def test_lexical_scores_are_those_of_rank_bm25(self, index: Any) -> None:
        entries = self.fill(index, 30)
        index.delete(entries.pop(3).document.doc_id)
        index.delete(entries.pop(17).document.doc_id)
        rows = [(p.passage_id, index_terms(e.document, p)) for e in entries for p in e.passages]
        oracle = LuceneBM25([terms for _, terms in rows], k1=K1, b=B)
        query = [stem(w) for w in ("triage", "midwife", "sepsis", "report", "7")]
        # BM25Okapi has the constant factor k1 + 1 in the numerator, which changes no order and is left out here.
        expected = {
            pid: s
            for (pid, _), s in zip(rows, oracle.get_scores(query) / (K1 + 1), strict=True)
            if s > 0
        }
        found = dict(pairs(index.lexical(dict.fromkeys(query, 1.0), 10_000)))
        assert found.keys() == expected.keys()
        for pid, score in found.items():
            assert score == pytest.approx(expected[pid], abs=1e-6)

    def test_lexical_weights_count(self, index: Any) -> None:
        self.fill(index)
        one = dict(pairs(index.lexical({stem("sepsis"): 1.0}, 1000)))
        half = dict(pairs(index.lexical({stem("sepsis"): 0.5}, 1000)))
        assert half.keys() == one.keys()
        assert all(half[pid] == pytest.approx(one[pid] / 2, abs=2e-6) for pid in one)

    def test_dense_scores_are_inner_products(self, index: Any) -> None:
        entries = self.fill(index)
        query = unit(np.random.default_rng(99), 1)[0]
        expected = sorted(
            (
                (
                    -round(float(v.astype(np.float64) @ query.astype(np.float64)), 6),
                    p.passage_id,
                )
                for e in entries
                for p, v in zip(e.passages, as_held(e.vectors), strict=True)
            )
        )[:10]
        assert [(-s, pid) for s, pid in expected] == [
            (s, pid) for pid, s in pairs(index.dense(query, 10))
        ]

    def test_runs_are_in_total_order_and_ranked_from_1(self, index: Any) -> None:
        self.fill(index)
        run = index.lexical({stem("report"): 1.0}, 7)
        assert [hit.rank for hit in run] == [1, 2, 3, 4, 5, 6, 7]
        assert pairs(run) == sorted(pairs(run), key=lambda x: (-x[1], x[0]))

    def test_equal_scores_are_cut_by_passage_id(self, index: Any) -> None:
        vector = unit(np.random.default_rng(1), 1)
        for n in range(40):
            entry = make_entry(n, sentences=1)
            index.add(
                type(entry)(
                    entry.document, entry.passages, np.repeat(vector, len(entry.passages), axis=0)
                )
            )
        every = [pid for pid, _ in pairs(index.dense(vector[0], 1000))]
        assert [pid for pid, _ in pairs(index.dense(vector[0], 5))] == sorted(every)[:5]

    @pytest.mark.parametrize(
        ("where", "keeps"),
        [
            (
                Filter(source_types=frozenset({SourceType.AUD})),
                lambda d: d.metadata.source_type == SourceType.AUD,
            ),
            (Filter(year_from=2014, year_to=2016), lambda d: 2014 <= d.metadata.year <= 2016),
            (Filter(topics=frozenset({"topic1"})), lambda d: "topic1" in d.metadata.topics),
            (
                Filter(topics=frozenset({"topic1"}), year_from=2015),
                lambda d: "topic1" in d.metadata.topics and d.metadata.year >= 2015,
            ),
        ],
    )
    def test_filters(self, index: Any, where: Any, keeps: Any) -> None:
        entries = self.fill(index)
        wanted = {e.document.doc_id for e in entries if keeps(e.document)}
        assert wanted
        assert {d.doc_id for d in index.documents(where)} == wanted
        for run in (
            index.lexical({stem("report"): 1.0}, 10_000, where),
            index.dense(unit(np.random.default_rng(5), 1)[0], 10_000, where),
        ):
            assert {pid.split(":")[0] for pid, _ in pairs(run)} == wanted

    def test_filters_by_document(self, index: Any) -> None:
        entries = self.fill(index)
        ids = [e.document.doc_id for e in entries]
        where = Filter(doc_ids=frozenset(ids[:3]), without_doc_ids=frozenset(ids[:1]))
        assert {d.doc_id for d in index.documents(where)} == set(ids[1:3])
        assert {
            pid.split(":")[0]
            for pid, _ in pairs(index.lexical({stem("report"): 1.0}, 10_000, where))
        } == set(ids[1:3])

    def test_a_filter_changes_no_score(self, index: Any) -> None:
        entries = self.fill(index)
        doc_id = entries[0].document.doc_id
        every = dict(pairs(index.lexical({stem("report"): 1.0}, 10_000)))
        for pid, score in pairs(
            index.lexical({stem("report"): 1.0}, 10_000, Filter(doc_ids=frozenset({doc_id})))
        ):
            assert every[pid] == score

    def test_history_does_not_show(self, index: Any) -> None:
        entries = self.fill(index)
        for entry in entries[:10]:
            index.delete(entry.document.doc_id)
        for entry in entries[5:12]:
            index.add(entry)
        fresh = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
        for entry in sorted(entries[5:], key=lambda e: e.document.doc_id):
            fresh.add(entry)
        query = unit(np.random.default_rng(7), 1)[0]
        terms = {stem(w): 1.0 for w in ("triage", "cost", "report", "12")}
        assert pairs(index.lexical(terms, 25)) == pairs(fresh.lexical(terms, 25))
        assert pairs(index.dense(query, 25)) == pairs(fresh.dense(query, 25))
        assert index.stats().corpus_digest == fresh.stats().corpus_digest
        assert index.document_frequency(terms) == fresh.document_frequency(terms)

    def test_a_deleted_document_is_gone(self, index: Any) -> None:
        entries = self.fill(index, 5)
        gone = entries[2].document.doc_id
        index.lexical({"report": 1.0}, 1)
        index.delete(gone)
        assert not [
            pid
            for pid, _ in pairs(index.lexical({stem("report"): 1.0}, 1000))
            if pid.startswith(gone)
        ]
        assert not [
            pid
            for pid, _ in pairs(index.dense(present(entries[2].vectors)[0], 1000))
            if pid.startswith(gone)
        ]
        assert index.passages_of(gone) == []
        assert index.vectors([p.passage_id for p in entries[2].passages]) == {}
        for ask in (index.document, index.delete, index.original):
            with pytest.raises(DocumentNotFound):
                ask(gone)

    def test_adding_again_replaces(self, index: Any) -> None:
        entry = make_entry(1)
        index.add(entry)
        index.add(make_entry(1, title="Another title"))
        assert index.stats().documents == 1
        assert index.document(entry.document.doc_id).metadata.title == "Another title"
        assert len(index.lexical({stem("another"): 1.0}, 100)) == len(entry.passages)

    def test_replacing_takes_the_other_document_away(self, index: Any) -> None:
        old, new = make_entry(1), make_entry(2)
        index.add(old)
        index.add(new, replaces=old.document.doc_id)
        assert [d.doc_id for d in index.documents()] == [new.document.doc_id]

    def test_metadata_can_be_edited(self, index: Any) -> None:
        entry = make_entry(1)
        index.add(entry)
        index.lexical({"report": 1.0}, 1)
        metadata = entry.document.metadata.model_copy(
            update={"title": "Haemolysis", "source_type": SourceType.POL}
        )
        index.update_metadata(entry.document.model_copy(update={"metadata": metadata, "text": ""}))
        assert index.document(entry.document.doc_id).text == entry.document.text
        assert index.document(entry.document.doc_id).metadata.title == "Haemolysis"
        assert len(index.lexical({stem("haemolysis"): 1.0}, 100)) == len(entry.passages)
        assert len(
            index.dense(
                present(entry.vectors)[0], 100, Filter(source_types=frozenset({SourceType.POL}))
            )
        ) == len(entry.passages)
        assert index.original(entry.document.doc_id) == entry.original

    def test_a_document_without_vectors_is_found_by_words_alone(self, index: Any) -> None:
        entry = make_entry(1, with_vectors=False)
        index.add(entry)
        assert not index.capabilities.dense
        assert len(index.lexical({stem("report"): 1.0}, 100)) == len(entry.passages)
        assert len(index.dense(unit(np.random.default_rng(0), 1)[0], 100)) == 0
        assert index.stats().dense_passages == 0
        index.add(make_entry(2))
        assert index.capabilities.dense

    def test_document_frequency(self, index: Any) -> None:
        entries = self.fill(index, 6)
        sepsis = stem("sepsis")
        expected = sum(sepsis in index_terms(e.document, p) for e in entries for p in e.passages)
        assert expected == sum_of(entries, sepsis) > 0
        assert index.document_frequency([sepsis, "nowhere"]) == {sepsis: expected, "nowhere": 0}

    def test_terms_from_a_beginning(self, index: Any) -> None:
        entries = self.fill(index, 6)
        expected = sorted(
            {
                t
                for e in entries
                for p in e.passages
                for t in index_terms(e.document, p)
                if t.startswith("se")
            }
        )
        assert stem("sepsis") in expected
        assert index.terms_from("se") == expected
        assert index.terms_from("zzz") == []

    def test_records(self, index: Any) -> None:
        index.put_record("gap", "g1", {"code": "NO_PPI", "n": 1})
        index.put_record("gap", "g1", {"code": "NO_PPI", "n": 2})
        index.put_record("search", "s1", {"q": "é"})
        assert index.records("gap") == {"g1": {"code": "NO_PPI", "n": 2}}
        index.delete_record("gap", "g1")
        index.delete_record("gap", "g1")
        assert index.records("gap") == {}
        assert index.records("search") == {"s1": {"q": "é"}}

    def test_stats(self, index: Any) -> None:
        entries = self.fill(index, 9)
        stats = index.stats()
        assert stats.documents == 9
        assert stats.passages == stats.dense_passages == sum(len(e.passages) for e in entries)
        assert sum(stats.by_type.values()) == 9
        assert stats.embedder == EMBEDDER

    def test_a_query_of_another_length_is_refused(self, index: Any) -> None:
        with pytest.raises(IndexMismatch):
            index.dense(np.ones(DIMENSION + 1, np.float32), 5)


def sum_of(entries: Any, term: Any) -> Any:
    return sum(term in index_terms(e.document, p) for e in entries for p in e.passages)


class TestMemoryIndex(IndexContract):
    @pytest.fixture
    def index(self) -> Iterator[Any]:
        opened: Any = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
        with opened as index:
            yield index


class TestFileIndex(IndexContract):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[Any]:
        opened: Any = open_index(
            str(tmp_path / "library"), embedder=EMBEDDER, dimension=DIMENSION, create=True
        )
        with opened as index:
            yield index


class TestCompactedFileIndex(IndexContract):
    """The same with a new generation after every change and the index opened again before every search."""

    @pytest.fixture
    def index(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        monkeypatch.setattr("kmassist.index.folder.PENDING_LIMIT", -1)
        opened: Any = open_index(
            str(tmp_path / "library"), embedder=EMBEDDER, dimension=DIMENSION, create=True
        )
        with opened as index:
            yield index


def test_no_library_there(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound):
        open_index(str(tmp_path / "none"), embedder=EMBEDDER, dimension=DIMENSION)


def test_another_embedder_is_refused(tmp_path: Path) -> None:
    open_index(
        str(tmp_path / "library"), embedder=EMBEDDER, dimension=DIMENSION, create=True
    ).close()
    with pytest.raises(IndexMismatch):
        open_index(str(tmp_path / "library"), embedder="other@1", dimension=DIMENSION)
