"""The embedded index when something is damaged, lost, or of another version."""

from __future__ import annotations

from typing import Any

import pytest

from kmassist.errors import IndexDamaged
from kmassist.index import schema
from kmassist.text.words import stem
from tests.contract.corpora import make_entry
from tests.unit import local_library
from tests.unit.local_library import answers, opened, pairs

library = local_library.library


def test_every_file_of_a_generation_is_checked(library: Any) -> None:
    with opened(library) as index:
        before = answers(index)
        index.compact()
        name = index.stats().generation
    for file in sorted((library / "idx" / name).iterdir()):
        for damage in ("flip", "cut", "gone"):
            with opened(library) as index:
                index.compact()
                generation = index.stats().generation
            target = library / "idx" / generation / file.name
            data = bytearray(target.read_bytes())
            if damage == "flip":
                data[len(data) // 2] ^= 1
                target.write_bytes(data)
            elif damage == "cut":
                target.write_bytes(data[:-1])
            else:
                target.unlink()
            with opened(library) as index:
                assert answers(index) == before, (file.name, damage)
                assert any(generation in notice for notice in index.notices)
                assert any(line.action == "quarantine" for line in index.audit_trail())
                assert answers(index) == before
            with opened(library, read_only=True) as index:
                assert answers(index) == before


def test_a_damaged_generation_does_not_stop_a_reader(library: Any) -> None:
    with opened(library) as index:
        before = answers(index)
        index.compact()
    for file in (library / "idx").glob("gen-*/0.lexical.rows"):
        file.write_bytes(b"x" * file.stat().st_size)
    with opened(library, read_only=True) as index:
        assert answers(index) == before
        assert index.notices
    assert not (library / "quarantine").exists()


def test_an_index_of_another_tokeniser_is_made_again(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(library) as index:
        index.compact()
        before = answers(index)
    monkeypatch.setattr("kmassist.index.folder.terms_fingerprint", lambda: "another")
    with opened(library) as index:
        assert answers(index) == before
        assert not index.notices


def test_a_lost_change_is_noticed(library: Any) -> None:
    copy = (library / "km.db").read_bytes()
    with opened(library) as index:
        index.add(make_entry(70))
        index.compact()
        index.add(make_entry(71))
        index.compact()
    for name in ("km.db-wal", "km.db-shm"):
        (library / name).unlink(missing_ok=True)
    (library / "km.db").write_bytes(copy)
    with opened(library) as index:
        assert any("Changes 13 to 14" in notice for notice in index.notices)
        assert {
            pid.split(":")[0] for pid, _ in pairs(index.lexical({stem("report"): 1.0}, 1000))
        } == {make_entry(n).document.doc_id for n in range(12)}


def test_a_flipped_bit_in_a_stored_text_is_an_error_not_a_quotation(library: Any) -> None:
    data = bytearray((library / "km.db").read_bytes())
    at = data.find(b"in unit 5.")
    while at >= 0:
        data[at + 8] ^= 1  # unit 4
        at = data.find(b"in unit 5.", at + 1)
    (library / "km.db").write_bytes(data)
    entry = make_entry(5)
    with opened(library) as index:
        with pytest.raises(IndexDamaged):
            index.document(entry.document.doc_id)
        with pytest.raises(IndexDamaged):
            index.passages_of(entry.document.doc_id)


def test_a_changed_original_is_an_error(library: Any) -> None:
    blob = next((library / "blobs").glob("*/*"))
    blob.write_bytes(blob.read_bytes() + b"x")
    with opened(library) as index:
        doc_id = next(
            d
            for (d, b) in index._database.execute("SELECT doc_id, blob FROM documents")
            if b == blob.name
        )
        with pytest.raises(IndexDamaged):
            index.original(doc_id)
        index.add(next(e for n in range(12) if (e := make_entry(n)).document.doc_id == doc_id))
        assert index.original(doc_id)


def test_an_older_library_is_migrated_and_a_copy_kept(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setattr(schema, "TABLES", f"{schema.TABLES}CREATE TABLE later (x);")
    monkeypatch.setitem(schema.MIGRATIONS, schema.VERSION - 1, "CREATE TABLE later (x)")
    with opened(library, read_only=True) as index:  # migrated too: most commands only read
        assert index.stats().documents == 12
    with opened(library) as index:
        assert index._database.execute("SELECT count(*) FROM later") == [(0,)]
        copy = library / f"km.db.v{schema.VERSION - 1}.bak"
        assert copy.stat().st_mode & 0o777 == 0o600
        index.delete(make_entry(1).document.doc_id)
        assert not copy.exists()


def test_a_failed_migration_changes_nothing(library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    format_now = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", format_now + 1)
    monkeypatch.setitem(
        schema.MIGRATIONS, format_now, "CREATE TABLE later (x); INSERT INTO nowhere VALUES (1)"
    )
    with pytest.raises(IndexDamaged):
        opened(library)
    monkeypatch.setattr(schema, "VERSION", format_now)
    with opened(library) as index:
        assert index.stats().documents == 12
