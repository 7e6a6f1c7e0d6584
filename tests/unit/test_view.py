"""A reader that is open while others write: it takes in what changed, no more, and answers as a fresh index does."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmassist.documents.document import SourceType
from kmassist.errors import IndexDamaged
from kmassist.index import Filter, view
from kmassist.index.local import LocalIndex, open_local
from kmassist.index.store import Store
from kmassist.text.words import stem
from tests.contract.corpora import DIMENSION, EMBEDDER, make_entry, unit
from tests.present import present

TERMS = {stem(w): 1.0 for w in ("triage", "report", "sepsis", "3", "edited")}
QUERY = unit(np.random.default_rng(42), 1)[0]
FILTERS = (
    None,
    Filter(source_types=frozenset({SourceType.AUD})),
    Filter(source_types=frozenset({SourceType.PPI}), year_from=2015),
    Filter(topics=frozenset({"edited"})),
)


def opened(path: Path, **settings: Any) -> LocalIndex:
    return open_local(str(path), embedder=EMBEDDER, dimension=DIMENSION, **settings)


def answers(index: LocalIndex) -> Any:
    runs = [
        run
        for where in FILTERS
        for run in (index.lexical(TERMS, 200, where), index.dense(QUERY, 200, where))
    ]
    return [[(hit.passage_id, hit.score) for hit in run] for run in runs], index.document_frequency(
        TERMS
    )


def fresh_answers(path: Path) -> Any:
    """Of an index made from the database alone."""
    with opened(path, read_only=True) as index:
        index._generations = index._view._generations = None
        return answers(index)


def doc(number: int) -> str:
    return make_entry(number).document.doc_id


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "library"
    with opened(path, create=True) as index:
        for n in range(12):
            index.add(make_entry(n, source_type=SourceType.PPI if n % 3 else SourceType.AUD))
        index.compact()
        for n in range(12, 15):
            index.add(make_entry(n, source_type=None, published=None))
    return path


def edit_and_delete(index: LocalIndex) -> None:
    edit(index, 9)
    index.delete(doc(10), purge=False)


def edit(index: LocalIndex, number: int) -> None:
    document = index.document(doc(number))
    changed = {"title": "Edited", "source_type": SourceType.AUD, "topics": ("edited",)}
    index.update_metadata(
        document.model_copy(update={"metadata": document.metadata.model_copy(update=changed)})
    )


CHANGES = {
    "add": lambda w: w.add(make_entry(20)),
    "add without vectors": lambda w: w.add(make_entry(21, with_vectors=False)),
    "add again": lambda w: w.add(make_entry(2, title="Edited")),
    "replace by another": lambda w: w.add(make_entry(22), replaces=doc(3)),
    "replace one that came later": lambda w: w.add(make_entry(23), replaces=doc(13)),
    "delete": lambda w: w.delete(doc(4)),
    "delete, purge later": lambda w: w.delete(doc(5), purge=False),
    "delete one that came later": lambda w: w.delete(doc(14), purge=False),
    "edit": lambda w: edit(w, 6),
    "edit one that came later": lambda w: edit(w, 12),
    "delete and add another": lambda w: (w.delete(doc(7), purge=False), w.add(make_entry(24))),
    "delete and add the same": lambda w: (
        w.delete(doc(8), purge=False),
        w.add(make_entry(8, title="Edited")),
    ),
    "add and delete": lambda w: (w.add(make_entry(25)), w.delete(doc(25), purge=False)),
    "edit and delete another": edit_and_delete,
    "add and publish": lambda w: (w.add(make_entry(26)), w.compact()),
    "replace, publish, delete, publish": lambda w: (
        w.add(make_entry(27), replaces=doc(0)),
        w.compact(),
        w.delete(doc(1)),
    ),
    "only a record": lambda w: w.put_record("gap", "g1", {"code": "NO_PPI"}),
    "several": lambda w: [
        w.add(make_entry(n), replaces=doc(n - 1) if n % 2 else None) for n in range(30, 38)
    ],
    "all gone but one": lambda w: [w.delete(d.doc_id, purge=False) for d in w.documents()[1:]],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_taken_in_and_nothing_else_is_read(
    library: Any, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(library, read_only=True) as reader, opened(library) as writer:
        answers(reader)
        snapshot = reader._view._snapshot
        change(writer)
        with monkeypatch.context() as patch:
            facets = Store.facets
            patch.setattr(
                Store,
                "facets",
                lambda self, *, after=0: facets(self, after=after) if after else pytest.fail("all"),
            )
            found = answers(reader)
        assert reader._view._snapshot is snapshot
        assert found == fresh_answers(library)


def test_any_change_after_any_other(library: Any) -> None:
    """In one reader that stays open."""
    with opened(library, read_only=True) as reader, opened(library) as writer:
        answers(reader)
        for name, change in CHANGES.items():
            if name != "delete one that came later":  # replaced by then
                change(writer)
            assert answers(reader) == fresh_answers(library), name


def test_filters_learned_before_a_change_hold_after_many(library: Any) -> None:
    """Beyond the room that is kept for later rows, too."""
    with opened(library, read_only=True) as reader, opened(library) as writer:
        answers(reader)
        room = len(present(reader._view._snapshot)._is_live)
        for n in range(100, 140):
            writer.add(
                make_entry(
                    n,
                    sentences=80,
                    source_type=list(SourceType)[n % 8],
                    topics=("edited",) if n % 5 else (),
                )
            )
            if n % 7 == 0:
                answers(reader)
        assert answers(reader) == fresh_answers(library)
        assert len(present(reader._view._snapshot)._is_live) > room


def test_a_reader_starts_again_when_much_has_changed(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once or little by little: what was added since it began does not grow without end."""
    monkeypatch.setattr(view, "PENDING_LIMIT", 10)
    with opened(library, read_only=True) as reader, opened(library) as writer:
        answers(reader)
        seen = [reader._view._snapshot]
        for n in range(40, 60):
            writer.add(make_entry(n), replaces=doc(n - 1))
            assert answers(reader) == fresh_answers(library)
            seen.append(reader._view._snapshot)
        for n in range(60, 70):
            writer.add(make_entry(n))
        assert answers(reader) == fresh_answers(library)
        assert reader._view._snapshot is not seen[-1]
    starts = sum(a is not b for a, b in pairwise(seen))
    assert 1 < starts < len(seen) - 1


def test_what_fails_halfway_is_not_searched(library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(library, read_only=True) as reader, opened(library) as writer:
        before = answers(reader)
        writer.add(make_entry(50))
        writer.delete(doc(2), purge=False)
        with monkeypatch.context() as patch:
            patch.setattr(
                Store, "gone", lambda self, seqs: (_ for _ in ()).throw(KeyboardInterrupt)
            )
            with pytest.raises(KeyboardInterrupt):
                answers(reader)
        assert answers(reader) == fresh_answers(library) != before


def damaged(path: Path, sql: str) -> None:
    """Change a row behind the checks' back; its indexes follow."""
    connection = sqlite3.connect(path / "km.db")
    connection.execute(sql)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE documents SET source_type = 'ECO' WHERE seq = (SELECT max(seq) FROM documents)",
        "UPDATE documents SET body = replace(body, 'Report', 'Rapport') WHERE seq = (SELECT max(seq) FROM documents)",
        "UPDATE passages SET text = text || '!' WHERE id = (SELECT max(id) FROM passages)",
        "UPDATE passages SET ordinal = 77 WHERE id = (SELECT max(id) FROM passages)",
        "UPDATE vectors SET vector = zeroblob(32) WHERE id = (SELECT max(id) FROM vectors)",
    ],
)
def test_damage_in_what_changed_is_noticed(library: Any, sql: Any) -> None:
    with opened(library, read_only=True) as reader, opened(library) as writer:
        answers(reader)
        writer.add(make_entry(50))
        damaged(library, sql)
        for _ in range(2):
            with pytest.raises(IndexDamaged):
                answers(reader)
        assert not reader.notices  # no generation is blamed for it


@pytest.mark.parametrize(
    "lost", ["the new one", "an old one", "an old one, while another is forgotten"]
)
def test_documents_that_vanish_are_missed(
    library: Any, lost: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one of the three trees that know of a document: table, index of doc_id, index of originals."""
    with opened(library, read_only=True) as reader, opened(library) as writer:
        answers(reader)
        old = present(present(reader._view._snapshot)._facets[3]).seq
        writer.add(make_entry(50))
        if "forgotten" in lost:
            writer.delete(doc(9), purge=False)
        database = reader._database
        execute = database.execute

        def without(sql: Any, values: Any = ()) -> Any:
            if "the new one" in lost:
                return [] if "source_type, year" in sql and "seq >" in sql else execute(sql, values)
            if "json_group_array" in sql or "sqlite_autoindex_documents_1" in sql:
                sql = sql.replace("FROM documents", "FROM (SELECT * FROM documents WHERE seq <> ?)")
                sql = sql.replace("INDEXED BY sqlite_autoindex_documents_1 ", "").replace(
                    "INDEXED BY documents_by_blob", ""
                )
                return execute(sql, (*values, old))
            return execute(sql, values)

        monkeypatch.setattr(database, "execute", without)
        with pytest.raises(IndexDamaged):
            answers(reader)


def test_a_mask_follows_its_document(library: Any) -> None:
    """A document that moves out of a filter is not found through it any more."""
    where = Filter(source_types=frozenset({SourceType.PPI}))
    with opened(library, read_only=True) as reader, opened(library) as writer:
        assert doc(1) in {hit.passage_id.split(":")[0] for hit in reader.lexical(TERMS, 500, where)}
        edit(writer, 1)
        assert doc(1) not in {
            hit.passage_id.split(":")[0] for hit in reader.lexical(TERMS, 500, where)
        }
        assert doc(1) in {
            h.passage_id.split(":")[0]
            for h in reader.lexical(
                TERMS, 500, replace(where, source_types=frozenset({SourceType.AUD}))
            )
        }


def test_the_corpus_is_counted_once_a_state_and_anew_after_every_change(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    count = LocalIndex._count

    def counting(index: LocalIndex) -> Any:
        counted.append(1)
        return count(index)

    monkeypatch.setattr(LocalIndex, "_count", counting)
    with opened(library, read_only=True) as reader, opened(library) as writer:
        first = reader.stats()
        assert reader.stats() == first
        assert len(counted) == 1
        for change in (
            lambda: writer.add(make_entry(40, source_type=SourceType.ECO)),
            lambda: writer.update_metadata(replace_title(writer, doc(40))),
            lambda: writer.delete(doc(40)),
        ):
            before = reader.stats()
            change()
            assert reader.stats() == writer.stats()
            assert reader.stats().corpus_digest != before.corpus_digest
        assert reader.stats().corpus_digest == first.corpus_digest
        writer.compact()
        assert reader.stats().generation == writer.stats().generation != ""


def replace_title(index: LocalIndex, doc_id: str) -> Any:
    document = index.document(doc_id)
    return document.model_copy(
        update={"metadata": document.metadata.model_copy(update={"title": "Another title"})}
    )
