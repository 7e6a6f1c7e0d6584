"""Moving a library to a database and back, as a person does it, and when it was cut off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmassist.errors import IndexingError
from kmassist.index import open_index
from kmassist.index.moving import Moved, move
from kmassist.index.postgres import writing
from tests.contract.corpora import DIMENSION, EMBEDDER, make_entry
from tests.contract.test_index import pairs
from tests.contract.test_postgres import opened, some_questions
from tests.schemas import check_written


def filled(count: int = 12) -> Any:
    index = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
    index.actor = "librarian"
    for number in range(count):
        index.add(make_entry(number, with_vectors=number != 3))
    index.put_record("gap", "g1", {"code": "NO_PPI"})
    index.put_record("session", "s1", {"q": "é"})
    return index


def moved(source: Any, target: Any) -> Moved:
    *_, last = move(source, target)
    assert isinstance(last, Moved)
    return last


@pytest.fixture
def url(postgres: Any, database: str) -> Any:
    return postgres.url(database)


def test_everything_arrives_and_answers_alike(url: Any) -> None:
    source = filled()
    with opened(url) as target:
        done = moved(source, target)
        assert done.differences == ()
        assert (done.documents, done.copied, done.records) == (12, 12, 2)
        assert done.parity.questions == 200
        assert done.parity.overlap == 1.0
        assert done.corpus_digest == source.stats().corpus_digest
        trail = [line.action for line in target.audit_trail()]
        assert target.audit_trail()[: len(source.audit_trail())] == source.audit_trail()
        assert trail[-1] == "move"
        assert target.audit_problems() == []
        back = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
        assert moved(target, back).differences == ()
        for terms, vector in some_questions(5):
            assert pairs(back.lexical(terms, 20)) == pairs(source.lexical(terms, 20))
            assert pairs(back.dense(vector, 20)) == pairs(source.dense(vector, 20))


def test_a_database_of_before_vectors_took_a_byte_a_number_answers_and_moves_alike(
    url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its vectors stay as they were written, and are read as every engine has them."""
    source = filled()
    monkeypatch.setattr(
        writing, "stored_passages", lambda vectors, *_: np.asarray(vectors, np.float16)
    )
    monkeypatch.setattr(writing, "halves", lambda vectors: vectors)
    with opened(url) as target:
        assert moved(source, target).differences == ()
        for number in range(50, 62):
            for index in (source, target):
                index.add(make_entry(number))
        for terms, vector in some_questions(5):
            assert pairs(target.lexical(terms, 20)) == pairs(source.lexical(terms, 20))
            assert pairs(target.dense(vector, 20)) == pairs(source.dense(vector, 20))
        back = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
        assert moved(target, back).differences == ()


def test_a_move_that_was_cut_off_goes_on_where_it_was(url: Any) -> None:
    source = filled()
    with opened(url) as target:
        steps: Any = move(source, target)
        for _ in range(5):
            next(steps)
        steps.close()
        done = moved(source, target)
        assert done.differences == ()
        assert done.copied == 7
        assert moved(source, target).copied == 0


def test_what_changed_meanwhile_is_copied_again(url: Any) -> None:
    source = filled()
    with opened(url) as target:
        moved(source, target)
        held = source.document(make_entry(2).document.doc_id)
        metadata = held.metadata.model_copy(update={"title": "Another title"})
        source.update_metadata(held.model_copy(update={"metadata": metadata}))
        with pytest.raises(IndexingError, match="trail of its own"):
            moved(source, target)


def test_a_difference_is_said_and_the_move_is_not_done(
    postgres: Any, database: str, url: Any
) -> None:
    source = filled()
    with opened(url) as target:
        moved(source, target)
        postgres.psql("UPDATE kmassist_common.passage SET page = 7 WHERE ordinal = 0", database)
        with pytest.raises(IndexingError):
            moved(source, target)
        postgres.psql("DELETE FROM kmassist_common.original", database)


def test_another_library_is_never_mixed_in(url: Any) -> None:
    with opened(url) as target:
        target.add(make_entry(77))
        with pytest.raises(IndexingError, match="documents of its own"):
            moved(filled(), target)


has_scheme = pytest.mark.skipif(
    not [p for p in entry_points(group="kmassist.indexes") if p.name == "postgresql"],
    reason="kmassist was installed before it had this engine: install it again",
)


@has_scheme
def test_the_program_moves_a_library_and_answers_from_there(
    kmassist: Any, tmp_path: Path, url: Any
) -> None:
    (tmp_path / "a.txt").write_text(
        "Telephone triage of women in labour saved 12 minutes a call. Midwives liked it."
    )
    assert kmassist("add", str(tmp_path / "a.txt")).code == 0
    done = kmassist("migrate", "--to", url, "--json")
    assert done.code == 0, done.err
    assert done.json["differences"] == []
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("KMASSIST_")},
        "KMASSIST_EMBEDDING__MODEL": "hashing", "KMASSIST_LIBRARY": url,
    }  # fmt: skip

    def run(*args: Any) -> Any:
        return subprocess.run(
            [sys.executable, "-m", "kmassist", *args],
            capture_output=True,
            text=True,
            env=env,
            cwd=tmp_path,
            check=False,
        )

    assert "Telephone triage" in run("search", "telephone triage").stdout
    assert "Nothing is wrong." in run("doctor", "--deep").stdout
    assert "common" in run("services", "list").stdout
    listed = ("services", "list", "--json")
    check_written(listed, json.loads(run(*listed).stdout))
    refused = run("backup", str(tmp_path / "b.kmb"))
    assert refused.returncode == 2
    assert "database" in refused.stderr
    gone = subprocess.run(
        [sys.executable, "-m", "kmassist", "--library", "postgresql://km:secret@127.0.0.1:1/db", "status"],
        capture_output=True, text=True, env=env, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert gone.returncode == 3
    assert "does not answer" in gone.stderr
    assert "secret" not in gone.stderr + run("config", "show").stdout
