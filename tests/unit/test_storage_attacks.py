"""What somebody with a hand on the folder may do to a library, and in which order commands may come afterwards."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import apsw
import pytest

from kmassist.errors import IndexDamaged, IndexingError, IndexMismatch, KmassistError
from kmassist.index import aside, schema
from kmassist.index.backup import backup, restore
from kmassist.index.doctor import check
from kmassist.index.local import open_local
from kmassist.index.repair import repair
from tests.contract.corpora import make_entry
from tests.on_disk import every_file
from tests.present import present
from tests.unit.damaged_libraries import reread
from tests.unit.local_library import answers, opened

COUNT = 4
posix = pytest.mark.skipif(sys.platform == "win32", reason="no such links on Windows")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "library"
    with opened(path, create=True) as index:
        for n in range(COUNT):
            index.add(make_entry(n))
    return path


@pytest.fixture
def thesis(tmp_path: Path) -> Path:
    path = tmp_path / "thesis.txt"
    path.write_text("twelve years of work")
    return path


def roll_back(library: Path, *numbers: int) -> None:
    """Add documents, then put the database of before in its place."""
    old = (library / "km.db").read_bytes()
    with opened(library) as index:
        for number in numbers:
            index.add(make_entry(number))
    for name in ("km.db-wal", "km.db-shm"):
        (library / name).unlink(missing_ok=True)
    (library / "km.db").write_bytes(old)


def held(library: Path) -> set[str]:
    with open_local(str(library), embedder="", dimension=0, read_only=True) as index:
        return {d.doc_id for d in index.documents()}


# rolled back ------------------------------------------------------------------------------------------------------------


def test_a_loss_is_said_until_a_repair_has_run_whatever_is_written_before(library: Any) -> None:
    roll_back(library, 50, 51)
    with opened(library, read_only=True) as reader:
        assert any("are gone" in notice for notice in reader.notices)
    for number in range(
        60, 65
    ):  # more changes than were lost, so that the numbers alone no longer tell
        with opened(library) as index:
            index.put_record("gap", f"g{number}", {"code": "NO_PPI"})
            index.add(make_entry(number))
            assert any("Changes 5 to 6" in notice for notice in index.notices)
    with opened(library, read_only=True) as reader:
        assert any("Changes 5 to 6" in notice for notice in reader.notices)
    assert any(
        f.severity == "error" and "changes 5 to 6 are gone" in f.what for f in check(library)
    )
    repair(library, reread=reread)
    wanted = {make_entry(n).document.doc_id for n in (*range(COUNT), 50, 51, *range(60, 65))}
    assert held(library) == wanted
    with opened(library, read_only=True) as reader:
        assert reader.notices == []
    with opened(library) as index:
        assert "loss found" in [line.action for line in index.audit_trail()]


def test_what_no_document_refers_to_is_moved_aside_and_never_removed(library: Any) -> None:
    """Also where nothing tells of the loss: the lock file went back with the database."""
    lock = (library / "writer.lock").read_bytes()
    roll_back(library, 50)
    (library / "writer.lock").write_bytes(lock)
    blob = hashlib.sha256(present(make_entry(50).original)).hexdigest()
    repair(library, reread=reread)
    kept = library / "quarantine" / "originals" / blob
    assert kept.read_bytes() == make_entry(50).original
    repair(library, reread=reread)
    with opened(library) as index:
        index.delete(make_entry(1).document.doc_id)
    assert kept.read_bytes() == make_entry(50).original
    with opened(library) as index:  # it is forgotten with its own document
        index.add(make_entry(50))
        index.delete(make_entry(50).document.doc_id)
    assert not kept.exists()


def test_an_original_that_a_killed_writer_left_without_a_row_goes_with_the_next(
    library: Any,
) -> None:
    index = opened(library)
    present(index._lock).__enter__()
    index._put_original(b"never acknowledged")
    os.close(present(index._lock)._handle)  # as a kill leaves it
    blob = hashlib.sha256(b"never acknowledged").hexdigest()
    assert (library / "blobs" / blob[:2] / blob).exists()
    with opened(library) as again:
        again.put_record("gap", "g", {})
    assert not (library / "blobs" / blob[:2] / blob).exists()
    assert not (library / "quarantine").exists()


def test_the_original_of_a_forgotten_document_goes_also_after_a_power_cut(library: Any) -> None:
    entry = make_entry(2)
    with opened(library) as index:
        index.__dict__["_drop"] = lambda blobs: None  # cut off between the commit and the removal
        index.delete(entry.document.doc_id, purge=False)
        present(index._lock).is_marked = True
    blob = hashlib.sha256(present(entry.original)).hexdigest()
    with opened(library):
        pass
    assert not (library / "blobs" / blob[:2] / blob).exists()
    assert aside.originals(library) == []


# links ------------------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("kind", ["link", "hard link"])
def test_the_writers_lock_is_not_written_through_a_link(
    library: Any, thesis: Any, kind: Any
) -> None:
    (library / "writer.lock").unlink()
    (library / "writer.lock").symlink_to(thesis) if kind == "link" else os.link(
        thesis, library / "writer.lock"
    )
    with pytest.raises(IndexingError, match="link"), opened(library) as index:
        index.put_record("gap", "g", {})
    assert thesis.read_text() == "twelve years of work"


@posix
def test_a_lock_that_is_a_pipe_does_not_hang(library: Any) -> None:
    (library / "writer.lock").unlink()
    os.mkfifo(library / "writer.lock")
    with pytest.raises(IndexingError):
        opened(library)


@posix
def test_a_database_that_is_a_link_is_refused(library: Any, tmp_path: Path) -> None:
    (library / "km.db").rename(tmp_path / "elsewhere.db")
    (library / "km.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(KmassistError, match="link"):
        opened(library)


@posix
def test_a_backup_does_not_write_through_what_lies_in_its_target_folder(
    library: Any, thesis: Any, tmp_path: Path
) -> None:
    target = tmp_path / "stick"
    target.mkdir()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:  # as an unpacked archive would leave it
        folder = tarfile.TarInfo(".tmp-kmassist-0123abcd")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(folder)
        link = tarfile.TarInfo(".tmp-kmassist-0123abcd/lock")
        link.type, link.linkname = tarfile.SYMTYPE, str(thesis)
        tar.addfile(link)
    archive.seek(0)
    with tarfile.open(fileobj=archive) as tar:
        tar.extractall(target, filter="fully_trusted")
    assert backup(library, target / "b.kmb") == COUNT
    assert thesis.read_text() == "twelve years of work"


@pytest.mark.parametrize("place", [".tmp-draft", ".tmp-kmassist-mine", "quarantine"])
def test_folders_of_a_persons_own_are_never_removed(
    library: Any, place: Any, tmp_path: Path
) -> None:
    own = library / place
    own.mkdir()
    (own / "letter.txt").write_text("mine")
    (own / "letter.txt").chmod(0o644)
    (library / ".tmp-notes.txt").write_text("mine too")
    with opened(library) as index:
        present(index._lock).is_marked = True  # as after a kill
    with opened(library) as index:
        index.delete(make_entry(1).document.doc_id)
    repair(library, reread=reread)
    backup(library, library / "b.kmb")
    assert (own / "letter.txt").read_text() == "mine"
    assert (library / ".tmp-notes.txt").read_text() == "mine too"
    assert (own / "letter.txt").stat().st_mode & 0o777 == 0o644


# where nobody can write ----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="a read-only mount needs root on Linux"
)
@pytest.mark.parametrize("with_shared_memory", [True, False])
def test_a_read_only_mount_is_read_whole(
    library: Any, tmp_path: Path, with_shared_memory: Any
) -> None:
    index = opened(library)
    for n in range(50, 55):
        index.add(make_entry(n))
    before = answers(index)
    index._close_files()  # as a kill leaves it: what was acknowledged last is in the WAL alone
    assert (library / "km.db-wal").stat().st_size
    if not with_shared_memory:
        (library / "km.db-shm").unlink(missing_ok=True)
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    bound = subprocess.run(["mount", "--bind", library, mounted], capture_output=True, check=False)
    if (
        bound.returncode
        or subprocess.run(
            ["mount", "-o", "remount,bind,ro", mounted], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("mounting is not allowed here")
    try:
        with opened(mounted, read_only=True) as reader:
            assert answers(reader) == before
    finally:
        subprocess.run(["umount", mounted], check=False)


# what no library has -------------------------------------------------------------------------------------------------------

FOREIGN = {
    "trigger": "CREATE TRIGGER keep BEFORE DELETE ON documents BEGIN INSERT OR REPLACE INTO meta VALUES('k'||OLD.doc_id, OLD.text, x'00'); END",
    "view": "CREATE VIEW more AS SELECT * FROM documents",
    "table": "CREATE TABLE copies (text)",
    "index": "CREATE INDEX more ON documents (year)",
    "endless view for a table": "DROP TABLE audit; CREATE VIEW audit AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
    "SELECT n, '' AS at, '' AS actor, '' AS action, '' AS doc_id, '{}' AS details, x'' AS previous, x'' AS digest FROM r",
}


@pytest.mark.parametrize("kind", sorted(FOREIGN))
def test_what_no_library_has_is_refused_at_restore_found_by_doctor_and_removed_by_a_repair(
    library: Any, tmp_path: Path, kind: Any
) -> None:
    evil = tmp_path / "evil"
    shutil.copytree(library, evil)
    connection = apsw.Connection(str(evil / "km.db"))
    connection.execute(FOREIGN[kind]).fetchall()
    connection.close()
    with pytest.raises(IndexDamaged, match="no library of kmassist has"):
        opened(evil)
    assert any("no library of kmassist has" in finding.what for finding in check(evil))
    archive = tmp_path / "evil.kmb"
    backup(library, archive)
    put_database(archive, evil / "km.db")
    with pytest.raises(IndexDamaged, match="no library of kmassist has"):
        restore(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    repair(evil, reread=reread)
    assert held(evil) == held(library)
    text = make_entry(1).document.text.encode()
    with opened(evil) as index:
        index.delete(make_entry(1).document.doc_id)
    assert not any(text in data for _, data in every_file(evil))


def put_database(archive: Path, database: Path) -> None:
    """Write a backup anew with another database and a manifest that agrees."""
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    data = database.read_bytes()
    import json

    manifest = json.loads(members["MANIFEST.json"])
    manifest["files"]["km.db"] = [len(data), hashlib.sha256(data).hexdigest()]
    members |= {"km.db": data, "MANIFEST.json": json.dumps(manifest).encode()}
    with zipfile.ZipFile(archive, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)


@pytest.mark.parametrize("version", [0, -1, 1, 2, schema.VERSION + 1, 2**31 - 1])
def test_a_flipped_format_number_is_a_sentence_and_can_be_put_right(
    library: Any, version: Any
) -> None:
    """An earlier or a later format is known by its tables, not by a number that one bit may change."""
    before = held(library)
    connection = apsw.Connection(str(library / "km.db"))
    connection.pragma("user_version", version)
    connection.close()
    for settings in ({}, {"read_only": True}):
        with pytest.raises(IndexDamaged, match=f"says that it is of format {version}"):
            opened(library, **settings)
    assert any(f"format {version}" in finding.what for finding in check(library))
    repair(library, reread=reread)
    assert held(library) == before
    assert not list(library.glob("km.db.v*"))


def test_a_library_of_a_later_format_is_left_to_its_own(library: Any) -> None:
    connection = apsw.Connection(str(library / "km.db"))
    connection.execute("CREATE TABLE later (x)").fetchall()
    connection.pragma("user_version", schema.VERSION + 1)
    connection.close()
    data = (library / "km.db").read_bytes()
    for attempt in (opened, lambda path: repair(path, reread=reread)):
        with pytest.raises(IndexMismatch, match="newer kmassist"):
            attempt(library)
    assert (library / "km.db").read_bytes() == data


# backups from elsewhere -----------------------------------------------------------------------------------------------------


def test_a_backup_that_unpacks_to_more_than_it_is_restores_nothing(
    library: Any, tmp_path: Path
) -> None:
    archive = tmp_path / "b.kmb"
    backup(library, archive)
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    for large in ("MANIFEST.json", "km.db"):
        bomb = tmp_path / f"{large}.kmb"
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
            for name, content in members.items():
                new.writestr(name, content + b" " * (64 << 20) if name == large else content)
        assert bomb.stat().st_size < 2 << 20
        with pytest.raises(IndexDamaged):
            restore(bomb, tmp_path / "again")
        assert not (tmp_path / "again").exists()
