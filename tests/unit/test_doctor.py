"""Checking, repairing, backing up: every kind of damage is found, named, and made good where that is possible."""

from __future__ import annotations

import hashlib
import random
import shutil
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from kmassist.errors import IndexDamaged, IndexingError, IndexMismatch, IndexNotFound, KmassistError
from kmassist.index import doctor, schema, trail
from kmassist.index.backup import backup, restore
from kmassist.index.doctor import check
from kmassist.index.local import open_local
from kmassist.index.lock import WriterLock
from kmassist.index.repair import repair
from tests.contract.corpora import DIMENSION, EMBEDDER, make_entry
from tests.unit.test_local import TERMS, answers, opened, pairs

COUNT = 8


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "library"
    with opened(path, create=True) as index:
        for n in range(COUNT):
            index.add(make_entry(n))
        index.compact()
        index.put_record("gap", "g1", {"code": "NO_PPI"})
    return path


def reread(data: bytes, name: str, doc_id: str):
    """What the readers do, for the made-up documents: the text names its number."""
    number = int(data.decode().rsplit(" ", 1)[1].rstrip("."))
    return [make_entry(number)]


def flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 0x10
    file.write_bytes(data)


def test_a_sound_library_has_nothing_to_find(library):
    assert check(library) == []
    assert check(library, is_deep=True) == []


def test_no_library(tmp_path):
    with pytest.raises(IndexNotFound):
        check(tmp_path)


def test_each_file_of_a_generation_is_named(library):
    for file in sorted((library / "idx").glob("gen-*/*")):
        data = file.read_bytes()
        flip(file, len(data) // 2)
        assert [f.file for f in check(library)] == [file.relative_to(library).as_posix()]
        file.write_bytes(data)


def test_a_changed_original_and_a_lost_one_are_named(library):
    first, second, *_ = sorted((library / "blobs").glob("*/*"))
    flip(first, 3)
    second.unlink()
    found = {f.file: f for f in check(library, is_deep=True)}
    assert found.keys() == {first.relative_to(library).as_posix(), second.relative_to(library).as_posix()}
    assert all(f.doc_id for f in found.values())


def test_leftovers_permissions_and_quarantine_are_found_and_put_right(library):
    (library / "idx" / ".tmp-1").mkdir()
    (library / "blobs" / "ab").mkdir(exist_ok=True)
    (library / "blobs" / "ab" / ("ab" * 32)).write_bytes(b"x")
    (library / "km.db").chmod(0o644)
    (library / "quarantine").mkdir(mode=0o700)
    (library / "quarantine" / "old").write_bytes(b"x")
    assert {f.file for f in check(library)} >= {"idx/.tmp-1", f"blobs/ab/{'ab' * 32}", "km.db", "quarantine/old"}
    repair(library)
    assert check(library, is_deep=True) == []


def test_a_damaged_document_is_read_again_from_its_original(library):
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
        assert [line.action for line in index.audit_trail()] == ["add"] * COUNT + ["repair"]


def test_without_a_reader_the_damaged_document_is_named_and_the_rest_saved(library):
    data = (library / "km.db").read_bytes()
    for i in range(len(data)):
        if data.startswith(b"in unit 3.", i):
            flip(library / "km.db", i + 4)
    done = repair(library)
    assert any(make_entry(3).document.doc_id in line and "add it again" in line for line in done)
    with opened(library) as index:
        assert {d.doc_id for d in index.documents()} == {make_entry(n).document.doc_id for n in range(COUNT) if n != 3}
        assert index.lexical(TERMS, 5).hits


def test_a_lost_database_is_made_again_from_the_originals(library):
    with opened(library) as index:
        before = pairs(index.lexical(TERMS, 30)), pairs(index.dense(make_entry(1).vectors[0], 30))
    (library / "km.db").write_bytes(b"\0" * 5000)
    with pytest.raises(KmassistError):
        opened(library)
    assert check(library)[0].file == "km.db"
    repair(library, reread=reread)
    with open_local(str(library), embedder="", dimension=0) as index:
        assert (pairs(index.lexical(TERMS, 30)), pairs(index.dense(make_entry(1).vectors[0], 30))) == before


def test_the_audit_trail_cannot_be_changed_unseen(library):
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
        assert any("audit trail" in f.what for f in check(copy)), what


def test_a_clock_that_was_set_back_is_noticed_and_nothing_hangs_on_it(library, monkeypatch):
    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2019, 3, 1, 12, tzinfo=tz)

    monkeypatch.setattr(doctor, "datetime", Earlier)
    monkeypatch.setattr(trail, "datetime", Earlier)
    with opened(library) as index:
        index.add(make_entry(20))
        index.add(make_entry(3, title="Another"))
        changed = answers(index)
    (finding,) = check(library, is_deep=True)
    assert (finding.severity, finding.is_repairable) == ("warning", False)
    assert "clock says 2019-03-01" in finding.what
    with opened(library, read_only=True) as index:
        assert answers(index) == changed
        assert [line.n for line in index.audit_trail()] == list(range(1, len(index.audit_trail()) + 1))
    monkeypatch.undo()
    assert check(library, is_deep=True) == []


def test_any_flipped_bit_or_cut_is_found_or_harmless(library):
    """Damage anywhere: a check finds it, or every document, passage, vector and answer is as it was."""
    rng = random.Random(5)
    with opened(library) as index:
        before = answers(index)
        whole = {d.doc_id: (index.document(d.doc_id), index.passages_of(d.doc_id)) for d in index.documents()}
    copy = library.with_name("copy")
    shutil.copytree(library, copy)
    files = [p for p in sorted(copy.rglob("*")) if p.is_file() and p.name not in ("km.db-shm",) and p.stat().st_size]
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
                assert {d.doc_id: (index.document(d.doc_id), index.passages_of(d.doc_id)) for d in index.documents()} == whole
        for name in ("km.db-wal", "km.db-shm"):
            (copy / name).unlink(missing_ok=True)
        file.write_bytes(data)
    assert found > 75


def test_a_backup_restores(library, tmp_path):
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


def test_a_damaged_backup_restores_nothing(library, tmp_path):
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


def test_a_backup_cannot_write_outside(library, tmp_path):
    backup(library, tmp_path / "library.zip")
    digest = f'"../../evil": [1, "{hashlib.sha256(b"x").hexdigest()}"], "km.db": ['
    with zipfile.ZipFile(tmp_path / "library.zip") as old, zipfile.ZipFile(tmp_path / "evil.zip", "w") as new:
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


def test_restoring_over_something_is_refused(library, tmp_path):
    backup(library, tmp_path / "library.zip")
    with pytest.raises(IndexingError, match="not empty"):
        restore(tmp_path / "library.zip", library)


def test_dimension_and_embedder_survive_a_backup(library, tmp_path):
    backup(library, tmp_path / "library.zip")
    restore(tmp_path / "library.zip", tmp_path / "again")
    with open_local(str(tmp_path / "again"), embedder="", dimension=0) as index:
        assert index.stats().embedder == EMBEDDER
        assert index.vectors([make_entry(1).passages[0].passage_id])[make_entry(1).passages[0].passage_id][0].shape == (
            DIMENSION,
        )


def test_a_library_that_lost_its_database_is_not_begun_afresh(library):
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


def test_the_library_of_a_newer_kmassist_is_not_repaired(library):
    with opened(library) as index:
        index._database.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    before = {p: p.read_bytes() for p in library.glob("km.db*")}
    assert [f for f in check(library) if "newer" in f.what and not f.is_repairable]
    with pytest.raises(IndexMismatch, match="newer"):
        repair(library, reread=reread)
    assert {p: p.read_bytes() for p in library.glob("km.db*") if p.name in ("km.db", "km.db-wal")} == {
        p: data for p, data in before.items() if p.name in ("km.db", "km.db-wal")
    }


@pytest.mark.parametrize("moved", [(), ("km.db-wal",), ("km.db-wal", "km.db-shm", "km.db")])
def test_a_repair_that_was_cut_off_is_finished_by_whoever_opens_next(library, moved):
    shutil.copy2(library / "km.db", library / "km.db.repaired")
    (library / "quarantine").mkdir(mode=0o700)
    with opened(library) as index:  # finishes at once: make it look cut off again
        index.add(make_entry(90))
    shutil.copy2(library / "km.db", library / "km.db.repaired")
    for name in moved:
        if (library / name).exists():
            (library / name).rename(library / "quarantine" / f"{name}-x")
    assert [f.what for f in check(library) if f.severity == "error"] == ["a repair was cut off before its end"]
    with pytest.raises(IndexDamaged):
        backup(library, library.parent / "library.zip")
    with opened(library, read_only=True) as index:
        assert len(index.documents()) >= COUNT
    assert not (library / "km.db.repaired").exists()


def test_documents_of_lost_changes_are_read_again_from_their_originals(library):
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


def test_a_correction_made_by_hand_survives_a_repair(library):
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


def test_a_repair_says_which_lines_of_the_audit_trail_it_left_out(library):
    with opened(library) as index:
        index._database.execute("DROP TRIGGER audit_is_fixed; UPDATE audit SET actor = 'x' WHERE n = 5")
    flip(library / "km.db", (library / "km.db").read_bytes().index(b"in unit 3.") + 4)
    assert f"its last {COUNT - 4} lines were left out" in " ".join(repair(library, reread=reread))


def test_a_full_disk_does_not_make_a_repair_give_anything_up(library, monkeypatch):
    flip(library / "km.db", (library / "km.db").read_bytes().index(b"in unit 3.") + 4)

    def full(*_, **__):
        raise IndexingError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("kmassist.index.doctor.read_entry", full)
        with pytest.raises(IndexingError, match="full"):
            repair(library, reread=reread)
    repair(library, reread=reread)
    with opened(library) as index:
        assert len(index.documents()) == COUNT
        assert index.records("gap") == {"g1": {"code": "NO_PPI"}}


def test_what_a_killed_backup_left_goes_with_the_next(library, tmp_path):
    left = tmp_path / ".tmp-kmassist-dead"
    left.mkdir()
    (left / "archive.zip").write_bytes(b"half")
    held = tmp_path / ".tmp-kmassist-alive"
    held.mkdir()
    with WriterLock(held / "lock"):
        backup(library, tmp_path / "library.zip")
        assert not left.exists()
        assert held.exists()
    restore(tmp_path / "library.zip", tmp_path / "again")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again", "library", "library.zip"]


def test_a_flipped_bit_in_the_description_of_a_table_is_found_and_put_right(library):
    """SQLite itself finds nothing wrong: the key is then an ordinary column, and every vector has vanished."""
    with opened(library) as index:
        before = answers(index)
    data = bytearray((library / "km.db").read_bytes())
    at = data.index(b"CREATE TABLE vectors (id INTEGER PRIMARY KEY")
    data[at + len("CREATE TABLE vectors (id INTEGE")] ^= 1
    (library / "km.db").write_bytes(data)
    with pytest.raises(IndexDamaged, match="description of the tables"):
        opened(library)
    assert check(library)[0].is_repairable
    assert "Put right" in repair(library, reread=reread)[0]
    with opened(library) as index:
        assert answers(index) == before
        assert index.records("gap") == {"g1": {"code": "NO_PPI"}}


def test_rows_that_vanish_are_missed(library):
    with opened(library) as index:
        database, store = index._database, index._store
        ids = [p.passage_id for p in make_entry(2).passages]
        doc_id = make_entry(2).document.doc_id
        for table, look in {
            "records": lambda: store.records("gap"),
            "sentence_vectors": lambda: store.vectors(ids),
        }.items():
            database.execute("SAVEPOINT s")
            database.execute(f"DELETE FROM {table}")
            with pytest.raises(IndexDamaged, match="cannot be found"):
                look()
            database.execute("ROLLBACK TO s; RELEASE s")
        assert len(store.vectors(ids)) == len(store.passages_of(doc_id)) == len(ids)


def test_other_files_in_the_folder_are_none_of_ours(library):
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
    "archive", sorted((Path(__file__).parents[1] / "golden").glob("library-format-*.zip")), ids=lambda path: path.stem
)
def test_a_library_of_every_format_so_far_opens(archive, tmp_path):
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
        assert [line.action for line in index.audit_trail()] == ["add"] * 3 + ["edit"]
        assert index.lexical(TERMS, 5).hits
        assert index.dense(fresh[2].vectors[0], 3).hits[0].passage_id == fresh[2].passages[0].passage_id
    assert check(tmp_path / "library", is_deep=True) == []


def test_there_is_a_library_of_this_format_to_test_with():
    assert (Path(__file__).parents[1] / "golden" / f"library-format-{schema.VERSION}.zip").is_file()


def test_a_backup_with_another_original_in_it_restores_nothing(library, tmp_path):
    """Packed well, so that only the manifest's digest tells."""
    backup(library, tmp_path / "library.zip")
    with zipfile.ZipFile(tmp_path / "library.zip") as old, zipfile.ZipFile(tmp_path / "other.zip", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"Report", b"Rapport")[: len(data)] if name == "km.db" else data)
    with pytest.raises(IndexDamaged, match="has changed"):
        restore(tmp_path / "other.zip", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_the_wal_of_the_damaged_database_does_not_follow_the_repaired_one(library, tmp_path):
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
        assert {d.doc_id for d in index.documents()} == {make_entry(n).document.doc_id for n in range(70, 73)}
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
def test_a_manifest_of_another_shape_is_one_sentence(tmp_path, manifest, says):
    archive = tmp_path / "b.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("MANIFEST.json", manifest)
    with pytest.raises(IndexDamaged, match=says):
        restore(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()
