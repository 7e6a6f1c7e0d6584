"""A server that goes away and comes back, a copy that takes over, and several servers behind one."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from kmassist.errors import BackendUnavailable, ExitCode, IndexingError, IndexLocked
from kmassist.index import open_index
from kmassist.text.words import stem
from tests.contract.corpora import DIMENSION, EMBEDDER, make_entry, unit
from tests.contract.test_postgres import opened
from tests.present import present
from tests.servers import USER, Postgres, system_programs
from tests.servers.bouncer import Bouncer

TERMS = {stem("report"): 1.0}


@pytest.mark.slow
def test_work_goes_on_when_the_server_is_back() -> None:
    with Postgres() as server:
        server.psql("CREATE DATABASE region")
        with opened(server.url("region")) as index:
            for number in range(5):
                index.add(make_entry(number))
            before = index.lexical(TERMS, 20)
            server.kill()
            for ask in (lambda: index.lexical(TERMS, 20), lambda: index.add(make_entry(6))):
                with pytest.raises(BackendUnavailable, match="does not answer") as found:
                    ask()
                assert found.value.exit_code == ExitCode.RETRYABLE
                assert "/data" not in found.value.message
            with pytest.raises(BackendUnavailable):
                opened(server.url("region"))
            server.start()
            assert index.lexical(TERMS, 20) == before
            index.add(make_entry(6))
            assert index.stats().documents == 6


@pytest.mark.slow
def test_a_reader_does_not_notice_that_its_connection_was_ended(
    postgres: Any, database: str
) -> None:
    with opened(postgres.url(database)) as index:
        index.add(make_entry(1))
        before = index.lexical(TERMS, 20)
        postgres.psql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kmassist'"
        )
        assert index.lexical(TERMS, 20) == before


def test_a_second_writer_waits_and_then_says_so(
    postgres: Any, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kmassist.index.postgres.connection._LOCK_SECONDS", 1)
    with opened(postgres.url(database)) as first, opened(postgres.url(database)) as second:
        held, done = threading.Event(), threading.Event()

        def hold(cursor: Any, part: Any, parts: Any) -> None:
            held.set()
            done.wait(600)

        writer = threading.Thread(target=lambda: first._write(hold))
        writer.start()
        assert held.wait(600)
        try:
            with pytest.raises(IndexLocked):
                second.add(make_entry(1))
            assert second.stats().documents == 0  # readers do not wait
        finally:
            done.set()
            writer.join()
        second.add(make_entry(1))
        assert first.stats().documents == 1


def test_two_programs_share_one_connection_behind_pgbouncer(postgres: Any, database: str) -> None:
    """In transaction mode each transaction may meet another program's leftovers: settings, locks, prepared statements."""
    with (
        Bouncer(postgres) as bouncer,
        opened(bouncer.url(database)) as one,
        opened(bouncer.url(database)) as other,
        opened(postgres.url(database)) as direct,
    ):
        for number in range(6):
            (one, other)[number % 2].add(make_entry(number))
            assert one.lexical(TERMS, 20) == other.lexical(TERMS, 20) == direct.lexical(TERMS, 20)
        one.delete(make_entry(1).document.doc_id)
        vector = present(make_entry(2).vectors)[0]
        assert other.dense(vector, 5) == direct.dense(vector, 5)
        assert other.stats() == direct.stats()
        assert not other.audit_problems()


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_primary_dies_and_its_copy_takes_over() -> None:
    with Postgres(fsync="on", wal_level="replica") as primary:
        copy = Postgres(hot_standby="on", fsync="on")
        try:
            primary.psql("CREATE DATABASE region")
            opened(primary.url("region")).close()
            copy.make_copy_of(primary)
            copy.start()
            primary.psql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.psql("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
            primary.psql("SELECT pg_reload_conf()")
            either = f"postgresql:///region?host={primary.folder},{copy.folder}&user={USER}&target_session_attrs=read-write"
            acknowledged = []
            with opened(either) as index:

                def write() -> None:
                    for number in range(500):
                        try:
                            index.add(make_entry(number))
                        except BackendUnavailable:
                            return
                        acknowledged.append(make_entry(number).document.doc_id)

                writer = threading.Thread(target=write)
                writer.start()
                while len(acknowledged) < 8:
                    time.sleep(0.05)
                with opened(copy.url("region"), create=False) as reader:
                    assert len(reader.lexical(TERMS, 200))
                    with pytest.raises(IndexingError, match="only answers questions"):
                        reader.add(make_entry(900))
                primary.kill()
                writer.join()
                assert copy.psql("SELECT pg_promote()").stdout.strip() == "t"
                copy.psql("ALTER SYSTEM SET synchronous_standby_names = ''")
                copy.psql("SELECT pg_reload_conf()")
                held = {document.doc_id for document in index.documents()}
                assert set(acknowledged) <= held
                assert (
                    len(held) <= len(acknowledged) + 1
                )  # one may have been written and not acknowledged
                index.add(make_entry(901))
                assert index.stats().documents == len(held) + 1
                assert index.audit_problems() == []
        finally:
            copy.__exit__()


ON_SHARDS = f"""
CREATE FUNCTION kmassist.nearest(question text, k int) RETURNS TABLE (passage_id text, score float8) LANGUAGE sql STABLE AS $$
    SELECT passage_id, -(vector <#> question::halfvec({DIMENSION})) FROM kmassist_common.vector
    ORDER BY vector <#> question::halfvec({DIMENSION}), passage_id LIMIT k $$;
CREATE FUNCTION kmassist.held() RETURNS TABLE (documents bigint, passages bigint) LANGUAGE sql STABLE AS $$
    SELECT documents, passages FROM kmassist_common.state $$;
"""
ON_COORDINATOR = """
CREATE EXTENSION plproxy;
CREATE SERVER region FOREIGN DATA WRAPPER plproxy OPTIONS (p0 '{first}', p1 '{second}');
CREATE USER MAPPING FOR PUBLIC SERVER region;
CREATE FUNCTION nearest(question text, k int, OUT passage_id text, OUT score float8) RETURNS SETOF record LANGUAGE plproxy AS
    $$ CLUSTER 'region'; RUN ON ALL; TARGET kmassist.nearest; $$;
CREATE FUNCTION held(OUT documents bigint, OUT passages bigint) RETURNS SETOF record LANGUAGE plproxy AS
    $$ CLUSTER 'region'; RUN ON ALL; TARGET kmassist.held; $$;
"""


@pytest.mark.slow
def test_two_servers_behind_a_coordinator_answer_as_one_or_not_at_all() -> None:
    programs = system_programs()
    control = (
        f"/usr/share/postgresql/{programs.parent.name}/extension/plproxy.control"
        if programs
        else ""
    )
    if not programs or not __import__("pathlib").Path(control).exists():
        pytest.skip("PL/Proxy is not installed (apt-get install postgresql-15-plproxy)")
    with Postgres() as first, Postgres() as second, Postgres(programs) as coordinator:
        whole = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
        for place, server in enumerate((first, second)):
            server.psql("CREATE DATABASE region")
            with opened(server.url("region")) as index:
                for number in range(place, 40, 2):
                    index.add(make_entry(number))
                    whole.add(make_entry(number))
            assert not server.psql(ON_SHARDS, "region").returncode
        places = [f"host={server.folder} dbname=region user={USER}" for server in (first, second)]
        coordinator.psql("CREATE DATABASE front")
        made = coordinator.psql(ON_COORDINATOR.format(first=places[0], second=places[1]), "front")
        assert not made.returncode, made.stderr
        stats = whole.stats()
        held = coordinator.psql("SELECT sum(documents), sum(passages) FROM held()", "front")
        assert held.stdout.strip() == f"{stats.documents}|{stats.passages}", held.stderr
        query = unit(np.random.default_rng(3), 1)[0].astype(np.float16)
        text = "[" + ",".join(str(float(value)) for value in query) + "]"
        ask = (
            f"SELECT passage_id FROM nearest('{text}', 10) ORDER BY score DESC, passage_id LIMIT 10"
        )
        found = coordinator.psql(ask, "front")
        assert found.stdout.split() == [
            hit.passage_id for hit in whole.dense(query.astype(np.float32), 10)
        ], found.stderr
        second.kill()
        short = coordinator.psql(ask, "front")
        assert short.returncode
        assert not short.stdout
        assert "PL/Proxy" in short.stderr
