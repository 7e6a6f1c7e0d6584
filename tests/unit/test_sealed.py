"""Encrypted backups: whole again with the right key, nothing without it, and readable by the program age."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kmassist.errors import ConfigError, IndexDamaged
from kmassist.index.sealed import is_sealed, sealed_backup, sealed_restore
from tests.contract.corpora import make_entry
from tests.unit.local_library import answers, opened

pyrage = pytest.importorskip("pyrage")
PASSPHRASE = "four words of mine"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "here" / "library"
    with opened(path, create=True) as index:
        for n in range(4):
            index.add(make_entry(n))
    return path


# What a passphrase opens is made slow on purpose, for whoever guesses.
@pytest.mark.parametrize("by", [pytest.param("passphrase", marks=pytest.mark.slow), "key"])
def test_an_encrypted_backup_restores_and_says_nothing_without_its_key(
    library: Any, tmp_path: Path, by: Any
) -> None:
    identity = pyrage.x25519.Identity.generate()
    how = (
        {"passphrase": PASSPHRASE}
        if by == "passphrase"
        else {"recipient": str(identity.to_public())}
    )
    target = tmp_path / "stick" / "b.age"
    target.parent.mkdir()
    assert sealed_backup(library, target, **how) == 4
    data = target.read_bytes()
    assert is_sealed(target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert b"in unit" not in data
    assert [path.name for path in target.parent.iterdir()] == ["b.age"]
    assert [path.name for path in library.parent.iterdir()] == [
        "library"
    ]  # nothing unencrypted is left
    for wrong in (
        {"passphrase": "another passphrase"},
        {"identity": str(pyrage.x25519.Identity.generate())},
        {"identity": "x"},
    ):
        with pytest.raises(IndexDamaged, match="does not open"):
            sealed_restore(target, tmp_path / "again", **wrong)
        assert not (tmp_path / "again").exists()
    target.write_bytes(data[:-5] + b"xxxxx")
    right = (
        {"passphrase": PASSPHRASE}
        if by == "passphrase"
        else {"identity": f"# my key\n{identity}\n"}
    )
    with pytest.raises(IndexDamaged):
        sealed_restore(target, tmp_path / "again", **right)
    target.write_bytes(data)
    assert sealed_restore(target, tmp_path / "again", **right) == 4
    with opened(library) as index, opened(tmp_path / "again") as again:
        assert answers(again) == answers(index)


def test_a_short_passphrase_and_a_wrong_key_are_refused(library: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="at least"):
        sealed_backup(library, tmp_path / "b.age", passphrase="short")
    with pytest.raises(ConfigError, match="no age public key"):
        sealed_backup(library, tmp_path / "b.age", recipient="age1nothing")
    assert not (tmp_path / "b.age").exists()
