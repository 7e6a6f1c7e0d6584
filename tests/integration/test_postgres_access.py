"""Who reads what in a database that services share, tested as their own roles: what the server lets them, not what we ask it for."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from kmassist.documents.metadata import Sharing
from kmassist.errors import ExitCode, IndexIncomplete, IndexingError
from kmassist.index import open_index
from kmassist.text.words import stem, tokenise
from tests.contract.corpora import DIMENSION, EMBEDDER, WORDS, make_entry
from tests.contract.test_index import pairs
from tests.contract.test_postgres import opened
from tests.present import present

SECRET = "zygomaticus"


def local(entry: Any) -> Any:
    metadata = entry.document.metadata.model_copy(update={"sharing": Sharing.TEAM})
    return type(entry)(
        entry.document.model_copy(update={"metadata": metadata}),
        entry.passages, entry.vectors, entry.sentence_vectors, entry.original,
    )  # fmt: skip


class Region:
    """Common documents 0-9, Leeds' 10-14, York's 15-22, of which one word is nobody else's."""

    def __init__(self, postgres: Any, database: str) -> None:
        self.postgres, self.database = postgres, database
        ending = secrets.token_hex(4)
        self.leeds, self.york = f"leeds_{ending}", f"york_{ending}"
        for role in (self.leeds, self.york):
            assert not postgres.psql(f"CREATE ROLE {role} LOGIN").returncode
        self.common = [make_entry(n) for n in range(10)]
        self.of_leeds = [local(make_entry(n)) for n in range(10, 15)]
        self.of_york = [local(make_entry(n, words=(*WORDS, SECRET))) for n in range(15, 23)]
        with opened(postgres.url(database)) as owner:
            owner.add_service("leeds", self.leeds)
            owner.add_service("york", self.york)
            for entry in self.common:
                owner.add(entry)
        for role, entries in ((self.leeds, self.of_leeds), (self.york, self.of_york)):
            with self.open(role) as index:
                for entry in entries:
                    index.add(entry)
                index.put_record("gap", f"of-{role}", {"code": "NO_PPI"})

    def open(self, role: Any, **options: Any) -> Any:
        return opened(self.postgres.url(self.database, role, **options), create=False)

    def sql(self, role: Any, statement: Any) -> Any:
        server = self.postgres
        return server.run(
            [str(server.bin / "psql") if (server.bin / "psql").exists() else "psql", "-X", "-q", "-A", "-t", "-h", str(server.folder),
             "-U", role, "-c", statement, self.database]
        )  # fmt: skip


@pytest.fixture
def region(postgres: Any, database: str) -> Iterator[Any]:
    made = Region(postgres, database)
    yield made
    for role in (made.leeds, made.york):
        postgres.psql(f"DROP OWNED BY {role}; DROP ROLE {role}", database)


def test_a_service_sees_the_common_documents_and_its_own_as_if_there_were_no_others(
    region: Any,
) -> None:
    alone = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
    for entry in (*region.common, *region.of_leeds):
        alone.add(entry)
    with region.open(region.leeds) as leeds:
        assert [d.doc_id for d in leeds.documents()] == [d.doc_id for d in alone.documents()]
        for word in ("triage", "sepsis", "report", SECRET):
            terms = {stem(word): 1.0, stem("midwife"): 0.5}
            assert pairs(leeds.lexical(terms, 50)) == pairs(alone.lexical(terms, 50))
            assert leeds.document_frequency(terms) == alone.document_frequency(terms)
        for entry in region.of_york[:2]:
            assert pairs(leeds.dense(entry.vectors[0], 50)) == pairs(
                alone.dense(entry.vectors[0], 50)
            )
        mine, theirs = leeds.stats(), alone.stats()
        assert (mine.documents, mine.passages, mine.corpus_digest) == (
            theirs.documents, theirs.passages, theirs.corpus_digest,
        )  # fmt: skip
        assert leeds.terms_from(stem(SECRET)[:4]) == []
        assert list(leeds.records("gap")) == [f"of-{region.leeds}"]
        with pytest.raises(IndexingError, match="belongs to the region"):
            leeds.delete(region.common[0].document.doc_id)


TABLES = (
    "document",
    "passage",
    "words",
    "term",
    "vector",
    "original",
    "records",
    "audit",
    "meta",
    "state",
)


def test_the_database_itself_refuses_another_services_rows_statistics_and_counts(
    region: Any,
) -> None:
    for table in TABLES:
        for where in ("kmassist_york", "kmassist"):
            done = region.sql(region.leeds, f"SELECT count(*) FROM {where}.{table}")
            assert "permission denied" in done.stderr, (where, table, done.stdout)
    for statement in (
        "SELECT reltuples FROM pg_class WHERE relname = 'words'",
        "SELECT n_live_tup FROM pg_stat_user_tables",
        "SELECT pg_relation_size('kmassist_york.words'::regclass::oid)",
        "SELECT last_value FROM kmassist_york.term_id",
        "INSERT INTO kmassist_york.meta (key, value, row_check) VALUES ('a', 'b', '')",
        "EXPLAIN SELECT * FROM kmassist_york.words",
        "DELETE FROM kmassist_leeds.audit",
        "CREATE TABLE kmassist_leeds.extra (a int)",
    ):
        done = region.sql(region.leeds, statement)
        assert "permission denied" in done.stderr, (statement, done.stdout, done.stderr)
    region.postgres.psql("ANALYZE", region.database)
    known = region.sql(
        region.leeds, "SELECT most_common_vals FROM pg_stats WHERE schemaname = 'kmassist_york'"
    )
    assert known.stdout.strip() == ""
    assert (
        region.sql(region.leeds, "SELECT count(*) FROM kmassist_leeds.document").stdout.strip()
        == "5"
    )


def test_a_service_may_have_the_graph_of_its_own_vectors_made_and_no_other(
    region: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kmassist.index.postgres.dense.EXACT_BELOW", 1)
    with region.open(region.leeds) as leeds:
        leeds.add(local(make_entry(14)))
        leeds.close()
        assert leeds.notices == []
    with region.open(region.leeds) as leeds:
        assert {part.name: part.has_graph for part in leeds.services()} == {
            "leeds": True,
            "common": False,
        }
    for service in ("york", "common"):
        done = region.sql(region.leeds, f"SELECT kmassist_{service}.index_vectors()")
        assert "permission denied" in done.stderr


def test_naming_another_service_is_refused(region: Any) -> None:
    with pytest.raises(IndexingError, match="may not read"):
        region.open(region.leeds, partition="york")
    with pytest.raises(IndexingError, match="no service"):
        region.open(region.leeds, partition="hull")


def test_a_local_document_is_refused_where_every_service_reads(region: Any) -> None:
    with (
        opened(region.postgres.url(region.database)) as owner,
        pytest.raises(IndexingError, match="one team"),
    ):
        owner.add(local(make_entry(40)))


def test_a_document_that_the_region_and_a_service_hold_is_found_once(region: Any) -> None:
    """Whoever added it first: the service's own stands before the region's, and counts once."""
    twice = region.of_leeds[1]
    shared = make_entry(11)
    with opened(region.postgres.url(region.database)) as owner:
        owner.add(shared)
    alone = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
    for entry in (*region.common, *region.of_leeds):
        alone.add(entry)
    terms = dict.fromkeys(tokenise(shared.passages[0].text), 1.0)
    with region.open(region.leeds) as leeds:
        assert pairs(leeds.lexical(terms, 50)) == pairs(alone.lexical(terms, 50))
        assert pairs(leeds.dense(present(shared.vectors)[0], 50)) == pairs(
            alone.dense(present(shared.vectors)[0], 50)
        )
        assert leeds.stats().corpus_digest == alone.stats().corpus_digest
        assert leeds.stats().passages == alone.stats().passages
        assert leeds.document(twice.document.doc_id).metadata.sharing == "team"
        found = leeds.vectors([p.passage_id for p in shared.passages])
        assert len(found) == len(shared.passages)
        leeds.delete(twice.document.doc_id)
        assert leeds.document(twice.document.doc_id).metadata.sharing == "public"
        assert len(leeds.lexical(terms, 50))


@pytest.mark.parametrize(
    "harm",
    [
        "DROP TABLE kmassist_common.vector",
        "DROP SCHEMA kmassist_leeds CASCADE",
        "ALTER TABLE kmassist.words DETACH PARTITION kmassist_leeds.words",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'kmassist_common.words_terms_idx'::regclass",
    ],
)
def test_what_is_missing_is_an_error_of_its_own_and_never_a_short_answer(
    region: Any, harm: Any
) -> None:
    with region.open(region.leeds) as leeds:
        assert len(leeds.lexical({stem("report"): 1.0}, 50))
        assert not region.postgres.psql(harm, region.database).returncode
        with pytest.raises(IndexIncomplete) as found:
            leeds.lexical({stem("report"): 1.0}, 50)
        assert int(found.value.exit_code) == int(ExitCode.INCOMPLETE) == 6
        with pytest.raises(IndexIncomplete):
            leeds.stats()
    with pytest.raises(IndexIncomplete):
        region.open(region.leeds)
