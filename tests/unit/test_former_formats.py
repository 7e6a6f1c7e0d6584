"""A library of a former format becomes one of now: texts stand once (2), vectors of sentences (2) and passages (3) take a byte a number."""

from __future__ import annotations

import json
import os
import signal
import time
import zipfile
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.errors import IndexDamaged, IndexingError
from kmassist.index import schema
from kmassist.index.backup import backup, restore
from kmassist.index.database import row_check
from kmassist.index.doctor import check
from kmassist.index.local import open_local
from kmassist.index.packed import (
    from_bytes,
    halves,
    rest_of,
    singles,
    stored_passages,
    text_of,
    to_bytes,
)
from tests.contract.corpora import make_entry, unit
from tests.on_disk import every_file
from tests.present import present

GOLDEN = Path(__file__).parents[1] / "golden"
ENTRIES = [make_entry(n, dimension=8) for n in range(3)]


@pytest.fixture(params=[1, 2])
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def former(tmp_path: Path, version: int) -> Path:
    restore_as_it_was(tmp_path / "library", version)
    return tmp_path / "library"


def restore_as_it_was(path: Path, version: int) -> None:
    """Without opening it, which would bring it up to date."""
    with zipfile.ZipFile(GOLDEN / f"library-format-{version}.zip") as archive:
        archive.extractall(path)
    path.chmod(0o700)
    for entry in path.rglob("*"):
        entry.chmod(0o700 if entry.is_dir() else 0o600)
    connection = apsw.Connection(str(path / "km.db"))
    assert connection.pragma("user_version") == version
    connection.close()


def opened(path: Path) -> Any:
    return open_local(str(path), embedder="made-up", dimension=8)


def are_whole(index: Any) -> None:
    for entry in ENTRIES:
        assert index.document(entry.document.doc_id).text == entry.document.text
        found = index.vectors([passage.passage_id for passage in entry.passages])
        vectors = present(entry.vectors)
        as_held = singles(stored_passages(vectors, *vectors.shape))
        for passage, vector in zip(entry.passages, as_held, strict=True):
            np.testing.assert_array_equal(found[passage.passage_id][0], vector)
        for passage, own in zip(entry.passages, present(entry.sentence_vectors), strict=True):
            np.testing.assert_allclose(found[passage.passage_id][1], own, atol=0.005)


def test_everything_is_there_and_a_text_stands_once(former: Path, version: int) -> None:
    with opened(former) as index:
        are_whole(index)
    assert check(former, is_deep=True) == []
    words = ENTRIES[0].passages[0].text.encode()
    assert (former / f"km.db.v{version}.bak").read_bytes().count(words) == 3 - version
    assert (former / "km.db").read_bytes().count(words) == 1


def test_a_folder_in_the_place_of_the_copy_stays(former: Path) -> None:
    (former / "km.db.v1.bak").mkdir()
    (former / "km.db.v1.bak" / "mine.txt").write_text("mine")
    with opened(former) as index:
        are_whole(index)
        index.delete(ENTRIES[0].document.doc_id)
    assert [f.name for f in former.glob("*.bak")] == ["km.db.v1.bak"]
    assert (former / "km.db.v1.bak" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("removed", ["document", "record"])
def test_what_is_removed_is_in_no_copy_of_the_former_format(
    former: Path, version: int, removed: str
) -> None:
    words = b"Was the marmalade lost"
    connection = apsw.Connection(str(former / "km.db"))
    body = json.dumps({"question": words.decode()})
    for table, *row in (
        ("records", "session", "s1", body),
        ("meta", "records:session", "1"),
    ):
        marks = ",".join("?" * (len(row) + 1))
        connection.execute(f"INSERT INTO {table} VALUES ({marks})", (*row, row_check(*row)))
    connection.close()
    (former / "km.db.v9.bak").mkdir()  # somebody's own
    with opened(former) as index:
        assert (former / f"km.db.v{version}.bak").exists()
        if removed == "document":
            words = ENTRIES[0].passages[0].text.encode()
            index.delete(ENTRIES[0].document.doc_id)
        else:
            index.delete_record("session", "s1")
    held = [file.name for file, data in every_file(former) if words in data]
    assert held == []


def test_neither_a_backup_nor_its_restoring_carries_the_copy(former: Path, tmp_path: Path) -> None:
    opened(former).close()
    backup(former, tmp_path / "b.kmb")
    restore(tmp_path / "b.kmb", tmp_path / "again")
    assert not list((tmp_path / "again").glob("*.bak"))
    with opened(tmp_path / "again") as index:
        are_whole(index)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE passages SET start = start + 1",
        "UPDATE sentence_vectors SET vectors = zeroblob(length(vectors))",
        "UPDATE sentence_vectors SET vectors = substr(vectors, 2)",
        "UPDATE vectors SET vector = zeroblob(length(vector))",
        "UPDATE vectors SET vector = substr(vector, 2)",
        "UPDATE vectors SET vector = zeroblob(0)",
        "UPDATE vectors SET row_check = zeroblob(16)",
    ],
)
def test_what_was_damaged_stays_so(former: Path, damage: str) -> None:
    """A new check over damaged bytes would make them the truth."""
    stays_damaged(former, damage)


def test_a_text_that_was_damaged_stays_so(tmp_path: Path) -> None:
    restore_as_it_was(tmp_path, 1)
    stays_damaged(tmp_path, "UPDATE documents SET text = replace(text, '. ', '.!')")


def stays_damaged(former: Path, damage: str) -> None:
    connection = apsw.Connection(str(former / "km.db"))
    connection.execute(damage).fetchall()
    connection.close()
    with opened(former) as index, pytest.raises(IndexDamaged):
        are_whole(index)
    assert check(former, is_deep=True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_on_the_way_loses_nothing(tmp_path: Path, version: int) -> None:
    started = time.monotonic()
    restore_as_it_was(tmp_path / "whole", version)
    opened(tmp_path / "whole").close()
    lasts = time.monotonic() - started
    versions = set()
    for number in range(12):
        path = tmp_path / str(number)
        restore_as_it_was(path, version)
        child = os.fork()
        if child == 0:
            opened(path)
            os._exit(0)
        time.sleep(lasts * number / 10)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        connection = apsw.Connection(str(path / "km.db"))
        versions.add(connection.pragma("user_version"))
        connection.close()
        with opened(path) as index:
            are_whole(index)
        assert not [f for f in check(path, is_deep=True) if f.severity == "error"]
    assert versions <= {*range(version, schema.VERSION + 1)}


@st.composite
def spans(draw: Any) -> tuple[str, list[tuple[int, int]]]:
    text = draw(st.text(max_size=30))
    places = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(places, places), max_size=6))
    return text, [(min(pair), max(pair)) for pair in pairs]


@given(given_=spans())
def test_a_text_comes_back_from_its_parts(given_: tuple[str, list[tuple[int, int]]]) -> None:
    text, parts = given_
    assert text_of(rest_of(text, parts), [(a, text[a:b]) for a, b in parts]) == text


@pytest.mark.parametrize("dimension", [1, 8, 384])
def test_stored_vectors_are_near_and_stay_the_same(dimension: int) -> None:
    rng = np.random.default_rng(dimension)
    vectors = unit(rng, 2_000, dimension)
    stored = to_bytes(vectors, 2_000, dimension)
    again = from_bytes(stored, dimension)
    assert to_bytes(again, 2_000, dimension) == stored
    assert abs((again - vectors) @ unit(rng, 50, dimension).T).max() < 0.006
    assert len(stored) == 2_000 * (dimension + 4)
    assert not from_bytes(to_bytes(np.zeros((1, dimension)), 1, dimension), dimension).any()


def test_no_vector_that_is_none_is_stored() -> None:
    for wrong in (np.full((1, 4), np.nan), np.zeros((2, 4)), np.full((1, 4), np.inf)):
        with pytest.raises(IndexingError, match="sentence vectors"):
            to_bytes(wrong, 1, 4)


@pytest.mark.parametrize("dimension", [1, 8, 384])
@pytest.mark.parametrize("size", [1.0, 3.0, 1e-4, 1e-7])
def test_a_passages_vector_is_one_of_half_precision_and_is_stored_the_same_again(
    dimension: int, size: float
) -> None:
    """Every engine keeps such a number to the bit, so that all give the same scores."""
    rng = np.random.default_rng(dimension)
    vectors = size * unit(rng, 600, dimension)
    stored = stored_passages(vectors, 600, dimension)
    again = singles(stored)
    exact = from_bytes(stored.tobytes(), dimension)
    assert (np.abs(again - exact) <= np.abs(exact) * 2.0**-11 + 2.0**-25).all()
    assert np.array_equal(halves(stored), again.astype(np.float16))
    assert np.array_equal(again, halves(stored).astype(np.float32))
    if size >= 1e-4:  # below, half precision has too few digits for a scale of its own
        assert np.array_equal(stored_passages(again, 600, dimension), stored)
    zero = stored_passages(np.zeros((1, dimension)), 1, dimension)
    assert not halves(zero).any()


def test_no_vector_of_a_passage_that_half_precision_does_not_have_is_stored() -> None:
    with pytest.raises(IndexingError, match="passage vectors"):
        stored_passages(np.full((1, 4), 1e6), 1, 4)
