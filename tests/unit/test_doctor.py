"""Checking, repairing, backing up: every kind of damage is found, named, and made good where that is possible."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kmassist.errors import IndexingError, IndexNotFound, KmassistError
from kmassist.index import schema
from kmassist.index.doctor import check
from kmassist.index.local import open_local
from kmassist.index.repair import repair
from kmassist.text import clock
from tests.contract.corpora import make_entry
from tests.present import present
from tests.unit.damaged_libraries import COUNT, flip, reread, stocked
from tests.unit.local_library import TERMS, answers, opened, pairs


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return stocked(tmp_path)


def test_a_sound_library_has_nothing_to_find(library: Any) -> None:
    assert check(library) == []
    assert check(library, is_deep=True) == []


def test_no_library(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound):
        check(tmp_path)


def test_each_file_of_a_generation_is_named(library: Any) -> None:
    for file in sorted((library / "idx").glob("gen-*/*")):
        data = file.read_bytes()
        flip(file, len(data) // 2)
        assert [f.file for f in check(library)] == [file.relative_to(library).as_posix()]
        file.write_bytes(data)


def test_a_changed_original_and_a_lost_one_are_named(library: Any) -> None:
    first, second, *_ = sorted((library / "blobs").glob("*/*"))
    flip(first, 3)
    second.unlink()
    found = {f.file: f for f in check(library, is_deep=True)}
    assert found.keys() == {
        first.relative_to(library).as_posix(),
        second.relative_to(library).as_posix(),
    }
    assert all(f.doc_id for f in found.values())


def test_leftovers_permissions_and_quarantine_are_found_and_put_right(library: Any) -> None:
    (library / "idx" / ".tmp-1").mkdir()
    (library / "blobs" / "ab").mkdir(exist_ok=True)
    (library / "blobs" / "ab" / ("ab" * 32)).write_bytes(b"x")
    (library / "km.db").chmod(0o644)
    (library / "quarantine").mkdir(mode=0o700)
    (library / "quarantine" / "km.db-0123abcd").write_bytes(b"x")
    orphan = f"blobs/ab/{'ab' * 32}"
    assert {f.file for f in check(library)} >= {
        "idx/.tmp-1",
        orphan,
        "km.db",
        "quarantine/km.db-0123abcd",
    }
    repair(library)
    (left,) = check(
        library, is_deep=True
    )  # an original is never removed: it may be all that is left of a document
    assert left.file == f"quarantine/originals/{'ab' * 32}"
    assert "no document refers to" in left.what


def test_a_damaged_document_is_read_again_from_its_original(library: Any) -> None:
    with opened(library) as index:
        before = answers(index)
    data = (library / "km.db").read_bytes()
    at = [i for i in range(len(data)) if data.startswith(b"in unit 3.", i)]
    for i in at:
        flip(library / "km.db", i + 4)
    found = check(library, is_deep=True)
    assert {f.doc_id for f in found if f.severity == "error"} == {make_entry(3).document.doc_id}
    done = repair(library, reread=reread)
    assert any("was read again" in line for line in done)
    assert [f for f in check(library, is_deep=True) if not f.file.startswith("quarantine")] == []
    with opened(library) as index:
        assert answers(index) == before
        assert index.records("gap") == {"g1": {"code": "NO_PPI"}}
        assert [line.action for line in index.audit_trail()] == ["add"] * COUNT + [
            "add gap",
            "repair",
        ]


def test_without_a_reader_the_damaged_document_is_named_and_the_rest_saved(library: Any) -> None:
    data = (library / "km.db").read_bytes()
    for i in range(len(data)):
        if data.startswith(b"in unit 3.", i):
            flip(library / "km.db", i + 4)
    done = repair(library)
    assert any(make_entry(3).document.doc_id in line and "add it again" in line for line in done)
    with opened(library) as index:
        assert {d.doc_id for d in index.documents()} == {
            make_entry(n).document.doc_id for n in range(COUNT) if n != 3
        }
        assert index.lexical(TERMS, 5).hits


def test_a_lost_database_is_made_again_from_the_originals(library: Any) -> None:
    with opened(library) as index:
        before = (
            pairs(index.lexical(TERMS, 30)),
            pairs(index.dense(present(make_entry(1).vectors)[0], 30)),
        )
    (library / "km.db").write_bytes(b"\0" * 5000)
    with pytest.raises(KmassistError):
        opened(library)
    assert check(library)[0].file == "km.db"
    repair(library, reread=reread)
    with open_local(str(library), embedder="", dimension=0) as index:
        assert (
            pairs(index.lexical(TERMS, 30)),
            pairs(index.dense(present(make_entry(1).vectors)[0], 30)),
        ) == before


def test_the_audit_trail_cannot_be_changed_unseen(library: Any) -> None:
    changes = {
        "edit": "UPDATE audit SET actor = 'someone else' WHERE n = 3",
        "remove": "DELETE FROM audit WHERE n = 4",
        "cut": f"DELETE FROM audit WHERE n = {COUNT}",
        "swap": "UPDATE audit SET n = CASE n WHEN 2 THEN -3 WHEN 3 THEN -2 ELSE n END; UPDATE audit SET n = abs(n)",
        "empty": "DELETE FROM audit",
    }
    for what, sql in changes.items():
        copy = library.with_name(what)
        shutil.copytree(library, copy)
        with opened(copy) as index:
            with pytest.raises(IndexingError):
                index._database.execute(sql)
            index._database.execute("DROP TRIGGER audit_is_kept")
            index._database.execute("DROP TRIGGER audit_is_fixed")
            index._database.execute(sql)
            index._database.execute(
                schema.TABLES[schema.TABLES.index("CREATE TRIGGER") :]
            )  # as one who covers the traces
        assert any("audit trail" in f.what for f in check(copy)), what


@pytest.mark.parametrize("time", ["2026-1\x00-29T10:00:00+00:00", "", "2026-11-29"])
def test_a_damaged_time_in_the_audit_trail_is_named_and_stops_nothing(
    library: Any, time: Any
) -> None:
    with opened(library) as index:
        index._database.execute("DROP TRIGGER audit_is_kept")
        index._database.execute("DROP TRIGGER audit_is_fixed")
        index._database.execute("UPDATE audit SET at = ? WHERE n = 3", (time,))
        index._database.execute(schema.TABLES[schema.TABLES.index("CREATE TRIGGER") :])
    assert any("audit trail" in finding.what for finding in check(library))


def test_a_clock_that_was_set_back_is_noticed_and_nothing_hangs_on_it(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2019, 3, 1, 12, tzinfo=UTC))
    with opened(library) as index:
        index.add(make_entry(20))
        index.add(make_entry(3, title="Another"))
        changed = answers(index)
    (finding,) = check(library, is_deep=True)
    assert (finding.severity, finding.is_repairable) == ("warning", False)
    assert "clock says 2019-03-01" in finding.what
    with opened(library, read_only=True) as index:
        assert answers(index) == changed
        assert [line.n for line in index.audit_trail()] == list(
            range(1, len(index.audit_trail()) + 1)
        )
    monkeypatch.undo()
    assert check(library, is_deep=True) == []


def test_any_flipped_bit_or_cut_is_found_or_harmless(library: Any) -> None:
    """Damage anywhere: a check finds it, or every document, passage, vector and answer is as it was."""
    rng = random.Random(5)
    with opened(library) as index:
        before = answers(index)
        whole = {
            d.doc_id: (index.document(d.doc_id), index.passages_of(d.doc_id))
            for d in index.documents()
        }
    copy = library.with_name("copy")
    shutil.copytree(library, copy)
    files = [
        p
        for p in sorted(copy.rglob("*"))
        if p.is_file() and p.name not in ("km.db-shm",) and p.stat().st_size
    ]
    found = 0
    for trial in range(150):
        file = files[trial % len(files)] if trial % 3 else copy / "km.db"
        data = file.read_bytes()
        if rng.random() < 0.7:
            flip(file, rng.randrange(len(data)))
        else:
            file.write_bytes(data[: rng.randrange(len(data))])
        try:
            is_found = any(f.severity == "error" for f in check(copy, is_deep=True))
        except KmassistError:
            is_found = True
        found += is_found
        if not is_found:
            with opened(copy, read_only=True) as index:
                assert answers(index) == before, file.name
                assert {
                    d.doc_id: (index.document(d.doc_id), index.passages_of(d.doc_id))
                    for d in index.documents()
                } == whole
        for name in ("km.db-wal", "km.db-shm"):
            (copy / name).unlink(missing_ok=True)
        file.write_bytes(data)
    assert found > 75
