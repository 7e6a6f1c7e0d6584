"""A backup restores what it was made of, and a damaged or foreign one restores nothing."""

from __future__ import annotations

import hashlib
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kmassist.errors import IndexDamaged, IndexingError
from kmassist.index.backup import backup, restore
from kmassist.index.doctor import check
from kmassist.index.local import open_local
from tests.contract.corpora import DIMENSION, EMBEDDER, make_entry
from tests.unit.damaged_libraries import COUNT, stocked
from tests.unit.local_library import answers, opened


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return stocked(tmp_path)


def test_a_backup_restores(library: Any, tmp_path: Path) -> None:
    with opened(library) as index:
        before = answers(index)
        index.add(make_entry(50))
        assert backup(library, tmp_path / "library.zip") == COUNT + 1  # while it is open
        index.delete(make_entry(50).document.doc_id)
    assert (tmp_path / "library.zip").stat().st_mode & 0o777 == 0o600
    assert restore(tmp_path / "library.zip", tmp_path / "again") == COUNT + 1
    with opened(tmp_path / "again") as index:
        assert index.original(make_entry(50).document.doc_id) == make_entry(50).original
        index.delete(make_entry(50).document.doc_id)
        assert answers(index) == before
    assert check(tmp_path / "again", is_deep=True) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again", "library", "library.zip"]


def test_a_damaged_backup_restores_nothing(library: Any, tmp_path: Path) -> None:
    archive = tmp_path / "library.zip"
    backup(library, archive)
    data = archive.read_bytes()
    rng = random.Random(3)
    refused = 0
    for trial in range(40):
        broken = bytearray(data)
        broken[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        archive.write_bytes(broken if trial % 4 else data[: rng.randrange(len(data))])
        target = tmp_path / f"again{trial}"
        try:
            restore(archive, target)
        except IndexDamaged:
            refused += 1
            assert not target.exists()
        else:  # a bit that means nothing, such as a time
            assert check(target, is_deep=True) == []
    assert refused > 30


def test_a_backup_cannot_write_outside(library: Any, tmp_path: Path) -> None:
    backup(library, tmp_path / "library.zip")
    digest = f'"../../evil": [1, "{hashlib.sha256(b"x").hexdigest()}"], "km.db": ['
    with (
        zipfile.ZipFile(tmp_path / "library.zip") as old,
        zipfile.ZipFile(tmp_path / "evil.zip", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "MANIFEST.json":
                data = data.replace(b'"km.db": [', digest.encode())
            new.writestr(name, data)
        new.writestr("../../evil", b"x")
    with pytest.raises(IndexDamaged):
        restore(tmp_path / "evil.zip", tmp_path / "again")
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "again").exists()


def test_restoring_over_something_is_refused(library: Any, tmp_path: Path) -> None:
    backup(library, tmp_path / "library.zip")
    with pytest.raises(IndexingError, match="not empty"):
        restore(tmp_path / "library.zip", library)


def test_dimension_and_embedder_survive_a_backup(library: Any, tmp_path: Path) -> None:
    backup(library, tmp_path / "library.zip")
    restore(tmp_path / "library.zip", tmp_path / "again")
    with open_local(str(tmp_path / "again"), embedder="", dimension=0) as index:
        assert index.stats().embedder == EMBEDDER
        assert index.vectors([make_entry(1).passages[0].passage_id])[
            make_entry(1).passages[0].passage_id
        ][0].shape == (DIMENSION,)
