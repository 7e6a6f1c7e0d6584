"""Originals lie packed where that takes less room, and come back as they were read or not at all."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest

from kmassist.index import originals
from kmassist.index.originals import Originals

TEXT = b"Women were asked how they were heard. " * 40
DENSE = bytes(hashlib.sha256(bytes([n])).digest()[0] for n in range(200))


def test_words_take_less_room_and_any_gunzip_gives_them_back(tmp_path: Path) -> None:
    held = Originals(tmp_path)
    path = held.path(held.put(TEXT))
    assert path.stat().st_size < len(TEXT) / 4
    assert gzip.decompress(path.read_bytes()) == TEXT
    assert held.get(path.name) == TEXT
    assert path.name == hashlib.sha256(TEXT).hexdigest()


@pytest.mark.parametrize(
    "data",
    [DENSE, gzip.compress(TEXT, mtime=0), b"", b"x"],
    ids=["dense", "packed", "empty", "short"],
)
def test_what_is_not_made_smaller_lies_as_it_is(tmp_path: Path, data: bytes) -> None:
    held = Originals(tmp_path)
    path = held.path(held.put(data))
    assert path.read_bytes() == data
    assert held.get(path.name) == data


def test_one_that_an_earlier_program_stored_is_read_and_stays_as_it_is(tmp_path: Path) -> None:
    held = Originals(tmp_path)
    path = held.path(hashlib.sha256(TEXT).hexdigest())
    path.parent.mkdir()
    path.write_bytes(TEXT)
    assert held.get(path.name) == TEXT
    held.put(TEXT)
    assert path.read_bytes() == TEXT


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data + data,
        lambda data: data[:30] + bytes([data[30] ^ 1]) + data[31:],
        lambda data: gzip.compress(TEXT + b"x"),
        lambda data: b"",
    ],
)
def test_a_changed_one_is_none_and_is_put_again(tmp_path: Path, change: Any) -> None:
    held = Originals(tmp_path)
    path = held.path(held.put(TEXT))
    path.write_bytes(change(path.read_bytes()))
    assert held.get(path.name) is None
    held.put(TEXT)
    assert held.get(path.name) == TEXT


def test_one_that_unpacks_to_more_than_is_ever_packed_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody may have put it there to fill the memory."""
    monkeypatch.setattr(originals, "_MOST_PACKED", 1000)
    held = Originals(tmp_path)
    path = held.path(held.put(TEXT))
    assert path.read_bytes() == TEXT
    path.write_bytes(gzip.compress(TEXT))
    assert held.get(path.name) is None
