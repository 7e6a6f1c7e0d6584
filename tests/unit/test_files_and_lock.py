"""The file layer and the writer's lock."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from kmassist.errors import IndexDamaged, IndexingError, IndexLocked
from kmassist.index import files
from kmassist.index.lock import WriterLock


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:7]))
    files.write_new(tmp_path / "x", b"0123456789" * 5)
    assert (tmp_path / "x").read_bytes() == b"0123456789" * 5


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(IndexingError):
        files.write_new(tmp_path / "link", b"x")
    assert not (tmp_path / "target").exists()
    (tmp_path / "target").write_bytes(b"secret")
    with pytest.raises(IndexingError):
        files.read_bytes(tmp_path / "link")


def test_atomic_writing_replaces(tmp_path: Path) -> None:
    files.write_atomic(tmp_path / "x", b"one")
    files.write_atomic(tmp_path / "x", b"two")
    assert (tmp_path / "x").read_bytes() == b"two"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_the_order_is_write_fsync_rename_fsync(tmp_path: Path) -> None:
    with files.recording() as operations:
        files.write_atomic(tmp_path / "x", b"data")
    assert [op[0] for op in operations] == ["create", "write", "fsync", "rename", "fsync_dir"]


def test_checked_reading(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"data")
    digest = hashlib.sha256(b"data").hexdigest()
    assert files.read_checked(tmp_path / "x", 4, digest) == b"data"
    for size, sha256, name in ((5, digest, "x"), (4, digest[::-1], "x"), (4, digest, "y")):
        with pytest.raises(IndexDamaged):
            files.read_checked(tmp_path / name, size, sha256)


def test_one_at_a_time(tmp_path: Path) -> None:
    one, other = WriterLock(tmp_path / "lock", 0.05), WriterLock(tmp_path / "lock", 0.05)
    with one, one:
        with pytest.raises(IndexLocked, match=str(os.getpid())), other:
            pass
        with pytest.raises(IndexLocked), other.at_once():
            pass
    with other:
        assert not other.was_interrupted


def test_a_death_or_an_error_is_noticed_by_the_next(tmp_path: Path) -> None:
    one, other = WriterLock(tmp_path / "lock"), WriterLock(tmp_path / "lock")

    def fail() -> None:
        with one:
            one.note(17)
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    with other:
        assert other.was_interrupted
        assert other.last_seq == 17
    with WriterLock(tmp_path / "lock") as third:
        assert third.was_interrupted  # nobody has cleared up yet
        third.was_interrupted = False
    with one:
        assert not one.was_interrupted
        one.is_marked = True
    with other:
        assert other.was_interrupted
    one.__enter__()
    one.close()  # what the system does for a process that dies
    with other:
        assert other.was_interrupted
    assert WriterLock.recorded_seq(tmp_path / "lock") == 17


def test_a_damaged_lock_file_claims_nothing(tmp_path: Path) -> None:
    one = WriterLock(tmp_path / "lock")
    with one:
        one.note(5)
    data = bytearray((tmp_path / "lock").read_bytes())
    data[10] ^= 1
    (tmp_path / "lock").write_bytes(data)
    assert WriterLock.recorded_seq(tmp_path / "lock") == 0
    with WriterLock(tmp_path / "lock") as other:
        assert other.last_seq == 0
