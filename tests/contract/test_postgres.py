"""The same contract on PostgreSQL, and that both engines give the same answers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from kmassist.documents.document import SourceType
from kmassist.errors import IndexMismatch, IndexNotFound, MissingExtra
from kmassist.index import Filter, open_index
from kmassist.index.postgres import dense, open_postgres
from kmassist.text.words import stem
from tests.contract.corpora import DIMENSION, EMBEDDER, WORDS, make_entry, unit
from tests.contract.test_index import IndexContract, pairs
from tests.present import present


def opened(url: str, **options: Any) -> Any:
    given = {"embedder": EMBEDDER, "dimension": DIMENSION, "create": True, **options}
    return open_postgres(url.partition(":")[2], **given)


@pytest.fixture
def url(postgres: Any, database: str) -> str:
    return str(postgres.url(database))


class TestPostgresIndex(IndexContract):
    @pytest.fixture
    def index(self, url: Any) -> Iterator[Any]:
        with opened(url) as index:
            yield index


def both(url: Any) -> Any:
    return opened(url), open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)


def some_questions(count: int, dimension: int = DIMENSION) -> Iterator[Any]:
    rng = random.Random(4)
    for number in range(count):
        terms = {stem(w): rng.choice([1.0, 0.5, 0.25]) for w in rng.sample(WORDS, 4)}
        yield terms | {str(number): 1.0}, unit(np.random.default_rng(number), 1, dimension)[0]


def test_both_engines_give_the_same_scores(url: Any) -> None:
    ours, embedded = both(url)
    types = list(SourceType)
    for number in range(80):
        entry = make_entry(
            number,
            sentences=3 + number % 20,
            source_type=types[number % 8],
            published=str(2000 + number % 25),
        )
        for index in (ours, embedded):
            index.add(entry)
            if number % 9 == 8:
                index.delete(
                    make_entry(number - 4, sentences=3 + (number - 4) % 20).document.doc_id
                )
    where = Filter(source_types=frozenset(types[:3]), year_from=2005)
    for terms, vector in some_questions(40):
        for narrowed in (None, where):
            assert pairs(ours.lexical(terms, 20, narrowed)) == pairs(
                embedded.lexical(terms, 20, narrowed)
            )
            assert pairs(ours.dense(vector, 20, narrowed)) == pairs(
                embedded.dense(vector, 20, narrowed)
            )
    mine, theirs = ours.stats(), embedded.stats()
    assert (mine.documents, mine.passages, mine.corpus_digest, mine.by_type) == (
        theirs.documents, theirs.passages, theirs.corpus_digest, theirs.by_type,
    )  # fmt: skip
    ours.close()


def test_terms_that_most_passages_hold_are_scored_though_they_are_not_looked_for(
    url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when what is left out of the looking decides who comes first."""
    ours, embedded = both(url)
    rare = tuple(f"word{n}" for n in range(30))
    for number in range(40):
        words = (*WORDS[:6], rare[number % 30])
        for index in (ours, embedded):
            index.add(make_entry(number, words=words, sentences=6))
    looks: list[Any] = []
    from kmassist.index.postgres import lexical

    plain = lexical._scored

    def scored(*given: Any, **options: Any) -> Any:
        looks.append(options.get("without"))
        return plain(*given, **options)

    monkeypatch.setattr(lexical, "_scored", scored)
    for k in (1, 3, 50):
        terms = {stem(WORDS[0]): 1.0, stem(WORDS[1]): 1.0, rare[3]: 1.0}
        assert pairs(ours.lexical(terms, k)) == pairs(embedded.lexical(terms, k))
    assert any(looks)
    assert None in looks
    ours.close()


def test_a_mean_length_that_moves_changes_no_score(
    url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights were made for the mean of the first document; they are made again when it has moved far."""
    monkeypatch.setattr("kmassist.index.postgres.engine._DRIFT", 1000.0)
    ours, embedded = both(url)
    for number, size in enumerate([3, 3, 90, 90, 90, 60]):
        for index in (ours, embedded):
            index.add(make_entry(number, sentences=24, max_words=size))
    for terms, _ in some_questions(20):
        assert pairs(ours.lexical(terms, 5)) == pairs(embedded.lexical(terms, 5))
    monkeypatch.setattr("kmassist.index.postgres.engine._DRIFT", 0.01)
    for index in (ours, embedded):
        index.add(make_entry(99, sentences=24, max_words=90))
    part = ours.services()[0]
    assert part.mean == pytest.approx(part.length / part.passages)
    for terms, _ in some_questions(20):
        assert pairs(ours.lexical(terms, 5)) == pairs(embedded.lexical(terms, 5))
    ours.close()


@pytest.fixture
def with_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of any size have a graph."""
    monkeypatch.setattr(dense, "EXACT_BELOW", 1)
    monkeypatch.setattr(dense, "_WAITS_UNTIL", 1)


def has_graph(index: Any) -> bool:
    return bool(index.services()[0].has_graph)


@pytest.mark.usefixtures("with_graph")
def test_the_graph_finds_what_the_scan_finds(url: Any) -> None:
    ours, embedded = both(url)
    types = list(SourceType)
    for number in range(60):
        for index in (ours, embedded):
            index.add(make_entry(number, source_type=types[number % 8]))
    assert has_graph(ours)
    narrow = Filter(source_types=frozenset({types[2]}))
    for _, vector in some_questions(10):
        for where in (None, narrow):
            assert pairs(ours.dense(vector, 10, where)) == pairs(embedded.dense(vector, 10, where))
    ours.close()


def test_the_graph_is_made_when_there_are_many_vectors_and_the_writer_closes(
    url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "EXACT_BELOW", 60)
    ours, embedded = both(url)
    for number in range(40):
        for index in (ours, embedded):
            index.add(make_entry(number))
    assert ours.services()[0].vectors > 60
    assert not has_graph(ours)
    ours.close()
    with opened(url, read_only=True) as reader:
        assert has_graph(reader)
        for _, vector in some_questions(10):
            assert pairs(reader.dense(vector, 10)) == pairs(embedded.dense(vector, 10))


def test_what_was_added_stays_when_its_graph_cannot_be_made(
    postgres: Any, database: str, url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "EXACT_BELOW", 1)
    with opened(url) as ours:
        postgres.psql("DROP FUNCTION kmassist_common.index_vectors()", database)
        ours.add(make_entry(1))
        ours.close()
        assert any("graph" in notice for notice in ours.notices)
    with opened(url) as ours:
        assert not has_graph(ours)
        assert len(ours.dense(present(make_entry(1).vectors)[0], 10)) == len(make_entry(1).passages)


def test_a_number_that_is_remembered_wrong_counts_for_no_other_term(url: Any) -> None:
    """Another program took a term away and gave it another number meanwhile, or a transaction never came to its end."""
    ours, embedded = both(url)
    for index in (ours, embedded):
        index.add(make_entry(1))
    with opened(url) as other:
        other.delete(make_entry(1).document.doc_id)
        other.add(make_entry(2))
    embedded.delete(make_entry(1).document.doc_id)
    embedded.add(make_entry(2))
    numbers = ours._numbers["common"]
    for number, term in enumerate(list(numbers)[::3]):
        numbers[term] = 1 + number
    for number in (3, 4):
        for index in (ours, embedded):
            index.add(make_entry(number))
    every = embedded.terms_from("")
    assert ours.document_frequency(every) == embedded.document_frequency(every)
    for terms, _ in some_questions(10):
        assert pairs(ours.lexical(terms, 20)) == pairs(embedded.lexical(terms, 20))
    ours.close()


def test_a_library_of_another_format_is_refused(
    postgres: Any, database: str, url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(url).close()
    for version, says in ((99, "An earlier"), (0, "A newer")):
        monkeypatch.setattr("kmassist.index.postgres.schema.VERSION", version)
        with pytest.raises(IndexMismatch, match=says):
            opened(url)


@pytest.mark.usefixtures("with_graph")
def test_a_graph_that_fell_short_is_asked_again_without_it(
    url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def short(cursor: Any, parts: Any, *_: Any) -> dict[Any, list[Any]]:
        asked.append(1)
        return {part: [] for part in parts}

    monkeypatch.setattr(dense, "_graph", short)
    ours, embedded = both(url)
    for number in range(10):
        for index in (ours, embedded):
            index.add(make_entry(number))
    for _, vector in some_questions(3):
        assert pairs(ours.dense(vector, 10)) == pairs(embedded.dense(vector, 10))
    assert asked
    ours.close()


def test_no_library_there(url: Any) -> None:
    with pytest.raises(IndexNotFound):
        opened(url, create=False)


def test_another_embedder_is_refused(url: Any) -> None:
    opened(url).close()
    with pytest.raises(IndexMismatch):
        opened(url, embedder="other@1")
    with pytest.raises(IndexMismatch):
        opened(url, dimension=DIMENSION + 1)


def test_words_indexed_by_another_rule_are_refused_until_made_again(
    url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = opened(url)
    ours.add(make_entry(1))
    before = pairs(ours.lexical({stem("report"): 1.0}, 50))
    for module in ("engine", "library"):
        monkeypatch.setattr(
            f"kmassist.index.postgres.{module}.words_fingerprint", lambda: "another"
        )
    with pytest.raises(IndexMismatch):
        ours.lexical({stem("report"): 1.0}, 50)
    with pytest.raises(IndexMismatch):
        opened(url)
    ours.reindex()
    assert pairs(ours.lexical({stem("report"): 1.0}, 50)) == before
    ours.close()


def test_a_missing_client_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [n for n in sys.modules if n.startswith(("kmassist.index.postgres.", "psycopg"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"kmassist\[postgres\]"):
        open_postgres("//nowhere/db", embedder=EMBEDDER, dimension=DIMENSION)


def test_the_audit_trail_is_a_chain_here_too(postgres: Any, database: str, url: Any) -> None:
    ours = opened(url)
    ours.actor = "librarian"
    ours.add(make_entry(1))
    ours.put_record("gap", "g1", {"code": "NO_PPI"})
    ours.delete(make_entry(1).document.doc_id)
    assert [line.action for line in ours.audit_trail()] == ["add", "add gap", "forget"]
    assert {line.actor for line in ours.audit_trail()} == {"librarian"}
    assert ours.audit_problems() == []
    assert postgres.psql("DELETE FROM kmassist_common.audit WHERE n = 2", database).returncode
    postgres.psql(
        "ALTER TABLE kmassist_common.audit DISABLE TRIGGER USER; DELETE FROM kmassist_common.audit WHERE n = 2",
        database,
    )
    assert ours.audit_problems()
    ours.close()


def test_lists_of_numbers_arrive_as_they_were_sent(url: Any) -> None:
    rows = [[], [7], list(range(-3, 500)), [2**31 - 1, -(2**31)]]

    def copied(cursor: Any) -> Any:
        cursor.execute("CREATE TEMP TABLE sent (n int, numbers int[]) ON COMMIT DROP")
        with cursor.copy("COPY sent FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int4", "int4[]"])
            for number, row in enumerate(rows):
                copy.write_row((number, row))
        return cursor.execute(
            "SELECT numbers, cardinality(numbers) FROM sent ORDER BY n"
        ).fetchall()

    with opened(url) as index:
        found = index._server.write(copied)
    assert found == [(row, len(row)) for row in rows]


def test_a_change_reads_the_partitions_once_and_under_its_lock(
    url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kmassist.index.postgres import partitions

    looks: list[Any] = []
    plain = partitions.readable

    def counted(cursor: Any, *a: Any, **k: Any) -> Any:
        held = cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")  # fmt: skip
        looks.append(held.fetchone()[0])
        return plain(cursor, *a, **k)

    with opened(url) as index:
        index.add(make_entry(1))
        monkeypatch.setattr(partitions, "readable", counted)
        index.add(make_entry(2))
    assert looks == [1]
