"""Repair: what was lost is made again, what is not ours is left, older formats open."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kmassist.errors import IndexDamaged, IndexingError, IndexMismatch
from kmassist.index import schema
from kmassist.index.backup import backup, restore
from kmassist.index.doctor import check
from kmassist.index.local import open_local
from kmassist.index.lock import WriterLock
from kmassist.index.repair import repair
from tests.contract.corpora import make_entry
from tests.present import present
from tests.unit.damaged_libraries import COUNT, flip, reread, stocked
from tests.unit.local_library import TERMS, answers, opened


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return stocked(tmp_path)


def test_a_library_that_lost_its_database_is_not_begun_afresh(library: Any) -> None:
    """An empty database in its place would hide the loss, and the next sweep would take the originals."""
    for damage in (lambda: (library / "km.db").write_bytes(b""), (library / "km.db").unlink):
        damage()
        for settings in ({"create": True}, {}, {"read_only": True}):
            with pytest.raises(IndexDamaged, match="missing from a library"):
                opened(library, **settings)
        assert "missing" in check(library)[0].what
    assert len(list((library / "blobs").glob("*/*"))) == COUNT
    repair(library, reread=reread)
    with open_local(str(library), embedder="", dimension=0) as index:
        assert len(index.documents()) == COUNT


def test_the_library_of_a_newer_kmassist_is_not_repaired(library: Any) -> None:
    with opened(library) as index:
        index._database.execute(f"PRAGMA user_version={schema.VERSION + 1}")
        index._database.execute("CREATE TABLE later (key TEXT)")  # each format has its own tables
    before = {p: p.read_bytes() for p in library.glob("km.db*")}
    assert [f for f in check(library) if "newer" in f.what and not f.is_repairable]
    with pytest.raises(IndexMismatch, match="newer"):
        repair(library, reread=reread)
    assert {
        p: p.read_bytes() for p in library.glob("km.db*") if p.name in ("km.db", "km.db-wal")
    } == {p: data for p, data in before.items() if p.name in ("km.db", "km.db-wal")}


@pytest.mark.parametrize("moved", [(), ("km.db-wal",), ("km.db-wal", "km.db-shm", "km.db")])
def test_a_repair_that_was_cut_off_is_finished_by_whoever_opens_next(
    library: Any, moved: Any
) -> None:
    shutil.copy2(library / "km.db", library / "km.db.repaired")
    (library / "quarantine").mkdir(mode=0o700)
    with opened(library) as index:  # finishes at once: make it look cut off again
        index.add(make_entry(90))
    shutil.copy2(library / "km.db", library / "km.db.repaired")
    for name in moved:
        if (library / name).exists():
            (library / name).rename(library / "quarantine" / f"{name}-x")
    assert [f.what for f in check(library) if f.severity == "error"] == [
        "a repair was cut off before its end"
    ]
    with pytest.raises(IndexDamaged):
        backup(library, library.parent / "library.zip")
    with opened(library, read_only=True) as index:
        assert len(index.documents()) >= COUNT
    assert not (library / "km.db.repaired").exists()


def test_documents_of_lost_changes_are_read_again_from_their_originals(library: Any) -> None:
    old = (library / "km.db").read_bytes()
    with opened(library) as index:
        index.add(make_entry(60))
        index.compact()
    for name in ("km.db-wal", "km.db-shm"):
        (library / name).unlink(missing_ok=True)
    (library / "km.db").write_bytes(old)
    repair(library, reread=reread)
    with opened(library) as index:
        assert index.document(make_entry(60).document.doc_id) == make_entry(60).document
        assert not index.notices
    assert [f for f in check(library, is_deep=True) if not f.file.startswith("quarantine")] == []


def test_a_correction_made_by_hand_survives_a_repair(library: Any) -> None:
    entry = make_entry(3)
    corrected = entry.document.model_copy(
        update={"metadata": entry.document.metadata.model_copy(update={"title": "Corrected"})}
    )
    with opened(library) as index:
        index.update_metadata(corrected)
    data = (library / "km.db").read_bytes()
    flip(library / "km.db", data.index(b"in unit 3.") + 4)
    assert any("read again" in line for line in repair(library, reread=reread))
    with opened(library) as index:
        assert index.document(entry.document.doc_id) == corrected


def test_a_repair_says_which_lines_of_the_audit_trail_it_left_out(library: Any) -> None:
    with opened(library) as index:
        index._database.execute(
            "DROP TRIGGER audit_is_fixed; UPDATE audit SET actor = 'x' WHERE n = 5"
        )
    flip(library / "km.db", (library / "km.db").read_bytes().index(b"in unit 3.") + 4)
    assert f"its last {COUNT + 1 - 4} lines were left out" in " ".join(
        repair(library, reread=reread)
    )


def test_a_full_disk_does_not_make_a_repair_give_anything_up(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(library / "km.db", (library / "km.db").read_bytes().index(b"in unit 3.") + 4)

    def full(*_: Any, **__: Any) -> None:
        raise IndexingError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("kmassist.index.doctor.read_entry", full)
        with pytest.raises(IndexingError, match="full"):
            repair(library, reread=reread)
    repair(library, reread=reread)
    with opened(library) as index:
        assert len(index.documents()) == COUNT
        assert index.records("gap") == {"g1": {"code": "NO_PPI"}}


def test_what_a_killed_backup_left_goes_with_the_next(library: Any, tmp_path: Path) -> None:
    left = tmp_path / ".tmp-kmassist-0123dead"
    left.mkdir()
    (left / "archive.zip").write_bytes(b"half")
    held = tmp_path / ".tmp-kmassist-0123a11e"
    held.mkdir()
    with WriterLock(held / "lock"):
        backup(library, tmp_path / "library.zip")
        assert not left.exists()
        assert held.exists()
    restore(tmp_path / "library.zip", tmp_path / "again")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again", "library", "library.zip"]


def test_a_flipped_bit_in_the_description_of_a_table_is_found_and_put_right(library: Any) -> None:
    """SQLite itself finds nothing wrong: the key is then an ordinary column, and every vector has vanished."""
    with opened(library) as index:
        before = answers(index)
    data = bytearray((library / "km.db").read_bytes())
    at = data.index(b"CREATE TABLE vectors (\n    id INTEGER PRIMARY KEY")
    data[at + len("CREATE TABLE vectors (\n    id INTEGE")] ^= 1
    (library / "km.db").write_bytes(data)
    with pytest.raises(IndexDamaged, match="description of the tables"):
        opened(library)
    assert check(library)[0].is_repairable
    assert "Put right" in repair(library, reread=reread)[0]
    with opened(library) as index:
        assert answers(index) == before
        assert index.records("gap") == {"g1": {"code": "NO_PPI"}}


def test_rows_that_vanish_are_missed(library: Any) -> None:
    with opened(library) as index:
        database, store = index._database, index._store
        ids = [p.passage_id for p in make_entry(2).passages]
        doc_id = make_entry(2).document.doc_id
        for table, look in {
            "records": lambda: store.records.of("gap"),
            "sentence_vectors": lambda: store.vectors(ids),
        }.items():
            database.execute("SAVEPOINT s")
            database.execute(f"DELETE FROM {table}")
            with pytest.raises(IndexDamaged, match="cannot be found"):
                look()
            database.execute("ROLLBACK TO s; RELEASE s")
        assert len(store.vectors(ids)) == len(store.passages_of(doc_id)) == len(ids)


def test_other_files_in_the_folder_are_none_of_ours(library: Any) -> None:
    """A library among a person's own files: they are neither judged nor made private nor taken for leftovers."""
    other = library / "letters"
    other.mkdir()
    (other / ".tmp-draft").write_text("a person's own file")
    (other / ".tmp-draft").chmod(0o644)
    library.chmod(0o755)
    assert check(library, is_deep=True) == []
    repair(library)
    assert (other / ".tmp-draft").stat().st_mode & 0o777 == 0o644
    assert library.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    "archive",
    sorted((Path(__file__).parents[1] / "golden").glob("library-format-*.zip")),
    ids=lambda path: path.stem,
)
def test_a_library_of_every_format_so_far_opens(archive: Any, tmp_path: Path) -> None:
    """Made once with the program of that format and never again: three documents, one corrected, a record, an audit trail."""
    assert restore(archive, tmp_path / "library") == 3
    with open_local(str(tmp_path / "library"), embedder="made-up", dimension=8) as index:
        fresh = {n: make_entry(n, dimension=8) for n in range(3)}
        for n, entry in fresh.items():
            document = index.document(entry.document.doc_id)
            assert document.text == entry.document.text
            assert document.metadata.title == ("Corrected by hand" if n == 1 else f"Report {n}")
            assert index.passages_of(document.doc_id) == list(entry.passages)
            assert index.original(document.doc_id) == entry.original
        assert index.records("gap") == {"g1": {"code": "NO_PPI"}}
        assert [line.action for line in index.audit_trail()][:4] == ["add"] * 3 + ["edit"]
        assert index.lexical(TERMS, 5).hits
        assert (
            index.dense(present(fresh[2].vectors)[0], 3).hits[0].passage_id
            == fresh[2].passages[0].passage_id
        )
    assert check(tmp_path / "library", is_deep=True) == []


def test_there_is_a_library_of_this_format_to_test_with() -> None:
    assert (Path(__file__).parents[1] / "golden" / f"library-format-{schema.VERSION}.zip").is_file()


def test_a_backup_with_another_original_in_it_restores_nothing(
    library: Any, tmp_path: Path
) -> None:
    """Packed well, so that only the manifest's digest tells."""
    backup(library, tmp_path / "library.zip")
    with (
        zipfile.ZipFile(tmp_path / "library.zip") as old,
        zipfile.ZipFile(tmp_path / "other.zip", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            new.writestr(
                name, data.replace(b"Report", b"Rapport")[: len(data)] if name == "km.db" else data
            )
    with pytest.raises(IndexDamaged, match="has changed"):
        restore(tmp_path / "other.zip", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_the_wal_of_the_damaged_database_does_not_follow_the_repaired_one(
    library: Any, tmp_path: Path
) -> None:
    """Played into another database it would damage that one too."""
    with opened(tmp_path / "other", create=True) as index:
        for n in range(70, 73):
            index.add(make_entry(n))
        index._database.checkpoint()
    index = opened(library)
    for n in range(90, 94):
        index.add(make_entry(n))
    index._close_files()  # without the checkpoint
    assert (library / "km.db-wal").stat().st_size
    shutil.copy2(tmp_path / "other" / "km.db", library / "km.db.repaired")
    with opened(library) as index:
        assert {d.doc_id for d in index.documents()} == {
            make_entry(n).document.doc_id for n in range(70, 73)
        }
        assert index._database.problems(is_deep=True) == []


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b"", "not a whole backup"),
        (b"[1]", "not a whole backup"),
        (b'{"format": 1, "documents": 1}', "not a whole backup"),
        (b'{"format": 1, "documents": "many", "files": {}}', "not a whole backup"),
        (b'{"format": 1, "documents": 1, "files": {"km.db": [1]}}', "not a whole backup"),
        (b'{"format": 9, "documents": 1, "files": {}}', "newer kmassist"),
    ],
)
def test_a_manifest_of_another_shape_is_one_sentence(
    tmp_path: Path, manifest: Any, says: Any
) -> None:
    archive = tmp_path / "b.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("MANIFEST.json", manifest)
    with pytest.raises(IndexDamaged, match=says):
        restore(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_backup_locked_with_a_password_is_one_sentence(tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("MANIFEST.json", b"{}")
    data = bytearray(archive.read_bytes())
    data[6] |= 1  # the flag of encryption, in the member's own header and in the directory
    data[data.find(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    with pytest.raises(IndexDamaged, match="not a whole backup"):
        restore(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()
