"""What moved rows leave behind is overwritten, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import apsw
import pytest

from kmassist.index.database import Database
from kmassist.index.scrub import MOST_PAGES, scrub
from tests.contract.corpora import make_entry
from tests.on_disk import every_byte_in
from tests.unit.local_library import opened


def test_words_of_rows_that_were_moved_are_gone_too(tmp_path: Path) -> None:
    path, rng = tmp_path / "library", random.Random(1)
    with opened(path, create=True) as index:
        entry = make_entry(1)
        index.add(entry)
        words = {f"r{number:04d}": f"qqword{rng.getrandbits(60):x}" for number in range(1500)}
        with index._database.transaction():
            # Out of order, so that pages are split again and again.
            for name in rng.sample(sorted(words), len(words)):
                index._store.records.put(
                    "session", name, {"note": words[name], "more": "x" * rng.randrange(600)}
                )
        gone = rng.sample(sorted(words), 700)
        with index._database.transaction():
            for name in gone:
                index._store.records.delete("session", name)
        index._database.checkpoint()
        left = every_byte_in(path)
        assert any(words[name].encode() in left for name in gone)  # or this test would show nothing
        index.delete(entry.document.doc_id)
        left = every_byte_in(path)
        assert not [name for name in gone if words[name].encode() in left]
        assert index._database.problems(is_deep=True) == []
        assert index.records("session").keys() == words.keys() - set(gone)


def test_only_the_unused_middle_of_a_page_is_written(tmp_path: Path) -> None:
    path = tmp_path / "km.db"
    database = Database(path, create=True, read_only=False)
    rng = random.Random(2)
    with database.transaction():
        for number in rng.sample(range(2000), 2000):
            database.set_meta(f"k{number}", "y" * rng.randrange(400))
    with database.transaction():
        for number in rng.sample(range(2000), 1000):
            database.execute("DELETE FROM meta WHERE key = ?", (f"k{number}",))
    rows = database.execute("SELECT * FROM meta")
    assert database.erase()
    assert database.execute("SELECT * FROM meta") == rows
    assert database.problems(is_deep=True) == []
    data = path.read_bytes()
    written = []
    assert scrub(
        len(data),
        4096,
        lambda amount, at: data[at : at + amount],
        lambda *what: written.append(what),
    )
    assert written == []
    with database.transaction():
        database.set_meta("after", "z" * 3000)
    database.close()
    again = Database(path, create=False, read_only=False)
    assert again.meta("after") == "z" * 3000
    assert again.problems(is_deep=True) == []
    again.close()


def test_locks_of_the_process_are_kept(tmp_path: Path) -> None:
    """A file opened and closed beside SQLite's own would drop them."""
    path = tmp_path / "km.db"
    database = Database(path, create=True, read_only=False)
    other = apsw.Connection(str(path))
    assert database.erase()
    with database.transaction(), pytest.raises(apsw.BusyError):
        other.execute("BEGIN IMMEDIATE")
    other.close()
    database.close()


@pytest.mark.parametrize("kind", [2, 5, 10, 13])
def test_a_page_that_contradicts_itself_is_not_touched(kind: Any) -> None:
    page = bytearray(4096)
    page[0] = kind
    page[3:5], page[5:7] = (900).to_bytes(2, "big"), (100).to_bytes(2, "big")
    data = bytes(4096) + bytes(page)
    written = []
    assert not scrub(
        8192, 4096, lambda amount, at: data[at : at + amount], lambda *what: written.append(what)
    )
    assert written == []
    assert not scrub(
        MOST_PAGES * 4096, 4096, lambda amount, at: b"", lambda *what: written.append(what)
    )
