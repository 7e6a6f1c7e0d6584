"""The embedded engine: what it keeps, who may write, what readers see, what forgetting leaves."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmassist.errors import IndexingError, IndexLocked
from kmassist.index import folder
from kmassist.index.generations import Generations
from kmassist.index.packed import stored_passages, to_bytes
from kmassist.text.words import stem, words
from tests.contract.corpora import make_entry
from tests.on_disk import every_byte_in, every_file
from tests.present import present
from tests.unit import local_library
from tests.unit.local_library import TERMS, answers, opened, pairs

library = local_library.library


def test_reopening_gives_the_same_answers(library: Any) -> None:
    with opened(library) as index:
        before = answers(index)
        index.compact()
        assert answers(index) == before
    with opened(library, read_only=True) as index:
        assert answers(index) == before


def test_a_merged_generation_equals_a_fresh_one(tmp_path: Path) -> None:
    with opened(tmp_path / "a", create=True) as index:
        for n in range(10):
            index.add(make_entry(n))
            if n in (3, 7):
                index.compact()
        index.delete(make_entry(2).document.doc_id)
        index.compact()
        merged = index.stats().generation
        folder = tmp_path / "a" / "idx" / merged
        files = {f.name: f.read_bytes() for f in folder.iterdir()}
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    with opened(tmp_path / "a") as index:
        index.compact()
        assert index.stats().generation == merged
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == files


def test_two_generations_are_kept(library: Any) -> None:
    with opened(library) as index:
        for n in range(20, 25):
            index.add(make_entry(n))
            index.compact()
    assert len(list((library / "idx").glob("gen-*"))) == 2


def test_everything_is_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with opened(tmp_path / "library", create=True) as index:
            for n in range(5):
                index.add(make_entry(n))
            index.compact()
            modes = {
                p: p.stat().st_mode & 0o777
                for p in [tmp_path / "library", *(tmp_path / "library").rglob("*")]
            }
    finally:
        os.umask(old)
    assert {p.name for p in modes} >= {
        "km.db",
        "km.db-wal",
        "writer.lock",
        "blobs",
        "MANIFEST.json",
    }
    assert {mode for p, mode in modes.items() if p.is_dir()} == {0o700}
    assert {mode for p, mode in modes.items() if p.is_file()} == {0o600}


def test_a_second_writer_waits_and_then_says_who_is_writing(library: Any) -> None:
    code = (
        "import sys, time; from kmassist.index.lock import WriterLock; from pathlib import Path\n"
        f"with WriterLock(Path({str(library / 'writer.lock')!r})): print('held', flush=True); time.sleep(300)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        try:
            assert present(child.stdout).readline() == "held\n"
            with opened(library, lock_timeout_seconds=0.1) as index:
                with pytest.raises(IndexLocked, match=str(child.pid)) as caught:
                    index.add(make_entry(100))
                assert caught.value.exit_code == 3
                assert index.lexical(TERMS, 5).hits
        finally:
            child.kill()
    with opened(library) as index:
        index.add(make_entry(100))


def test_two_writers_take_turns(library: Any) -> None:
    with opened(library) as one, opened(library) as other:
        one.lexical(TERMS, 1)
        other.lexical(TERMS, 1)
        for n in range(30, 36):
            (one if n % 2 else other).add(make_entry(n))
        assert answers(one) == answers(other)
        one.delete(make_entry(30).document.doc_id)
        assert answers(one) == answers(other)
        one.add(make_entry(40))
        other.add(make_entry(41))
        assert answers(one) == answers(other)
    with opened(library) as fresh:
        assert fresh.stats().documents == 12 + 6 - 1 + 2


def test_a_reader_follows_and_takes_no_lock(library: Any) -> None:
    with opened(library, read_only=True) as reader, opened(library) as writer:
        assert not reader.capabilities.is_writable
        reader.lexical(TERMS, 5)
        writer.add(make_entry(50))
        writer.compact()
        writer.delete(make_entry(3).document.doc_id)
        assert answers(reader) == answers(writer)
        with pytest.raises(IndexingError):
            reader.add(make_entry(51))


def test_readers_see_whole_changes_only(library: Any) -> None:
    """A writer swaps pairs of documents; at no moment may a reader see one of a pair without the other."""
    done, wrong, reads = threading.Event(), [], [0]

    def read() -> None:
        with opened(library, read_only=True) as reader:
            while not done.is_set():
                found = {
                    pid.split(":")[0]
                    for pid, _ in pairs(reader.lexical({stem("report"): 1.0}, 1000))
                }
                if len(found) != 12:
                    wrong.append(found)
                reads[0] += 1

    with opened(library) as writer:
        threads = [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        for n in range(25):
            writer.add(
                make_entry(1000 + n),
                replaces=make_entry(n if n < 12 else 1000 + n - 12).document.doc_id,
            )
            if n % 7 == 0:
                writer.compact()
            seen = reads[0]
            while reads[0] == seen and all(thread.is_alive() for thread in threads):
                time.sleep(0.001)  # at least one look at each change, however busy the computer is
        done.set()
        for thread in threads:
            thread.join()
    assert not wrong
    assert reads[0] >= 25


def test_forgetting_leaves_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "library"
    secret = tuple(f"zyx{hashlib.sha256(str(i).encode()).hexdigest()[:12]}" for i in range(25))
    secret_entry = make_entry(7, words=secret, title="Zqsecrettitle")
    with opened(path, create=True) as index:
        for n in range(40):
            index.add(make_entry(n + 100))
            if n == 20:
                index.add(secret_entry)
                index.compact()
            if n == 30:
                index.compact()
        assert index.lexical({stem(secret[0]): 1.0}, 5).hits
        index.delete(secret_entry.document.doc_id)
        needles = (
            [w.encode() for w in secret] + [stem(w).encode() for w in secret] + [b"zqsecrettitl"]
        )
        vectors = present(secret_entry.vectors)
        needles += [row.tobytes() for row in stored_passages(vectors, *vectors.shape)]
        needles += [
            to_bytes([v], 1, len(v))
            for vectors in present(secret_entry.sentence_vectors)
            for v in vectors
        ]
        for file, data in every_file(path):
            assert not [n for n in needles if n.lower() in data.lower()], file.name
        assert index.stats().documents == 40


def test_forgetting_many_at_once(library: Any) -> None:
    with opened(library) as index:
        for n in range(6):
            index.delete(make_entry(n).document.doc_id, purge=False)
        assert len(index.documents()) == 6
    data = every_byte_in(library)
    assert b"in unit 3." not in data
    assert b"in unit 8." in data


def test_an_original_shared_by_documents_stays_until_the_last(library: Any) -> None:
    one, two = make_entry(60), make_entry(61)
    two = type(two)(two.document, two.passages, two.vectors, two.sentence_vectors, one.original)
    with opened(library) as index:
        index.add(one)
        index.add(two)
        index.delete(one.document.doc_id)
        assert index.original(two.document.doc_id) == one.original
        index.delete(two.document.doc_id)
        assert not list(
            (library / "blobs").glob(f"*/{hashlib.sha256(present(one.original)).hexdigest()}")
        )


def test_metadata_and_the_place_of_the_file_are_replaced_without_its_text(library: Any) -> None:
    with opened(library) as index:
        held = index.document(index.documents()[0].doc_id)
        moved = held.model_copy(
            update={"source_path": "/new/a.md", "source_name": "a.md", "text": ""}
        )
        index.update_metadata(moved)
        found = index.document(held.doc_id)
        assert (found.source_path, found.source_name, found.text) == (
            "/new/a.md",
            "a.md",
            held.text,
        )
        assert index.audit_trail()[-1].details["changed"] == ["place"]


def test_vectors_of_another_shape_are_refused_and_nothing_is_stored(library: Any) -> None:
    entry = make_entry(80)
    for vectors in (
        present(entry.vectors)[:, :-1],
        present(entry.vectors)[:-1],
        np.full_like(entry.vectors, np.nan),
    ):
        with opened(library) as index, pytest.raises(IndexingError):
            index.add(type(entry)(entry.document, entry.passages, vectors, None, entry.original))
    with opened(library) as index:
        assert index.stats().documents == 12
        assert len(list((library / "blobs").glob("*/*"))) == 12


def test_the_audit_trail_says_what_was_done_and_no_words(library: Any) -> None:
    with opened(library) as index:
        index.actor = "researcher"
        index.delete(make_entry(0).document.doc_id)
        index.audit("export", format="docx", citations=3)
        lines = index.audit_trail()
        assert [line.action for line in lines] == ["add"] * 12 + ["forget", "export"]
        assert lines[-1].details == {"format": "docx", "citations": 3}
        assert lines[-1].actor == "researcher"
        told = " ".join(str(line) for line in lines).lower()
        assert not {
            w for n in range(12) for w in words(make_entry(n).document.text) if len(w) > 4
        } & set(words(told))


def test_a_read_only_folder(library: Any) -> None:
    if os.geteuid():
        library.chmod(0o500)
        user = os.geteuid()
    else:  # root may write anywhere: look as somebody else
        for path in (library, *library.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        for path in library.parents:
            if str(path).startswith(f"{tempfile.gettempdir()}/"):
                path.chmod(path.stat().st_mode | 0o055)
        user = 65534
    child = os.fork()
    if child == 0:
        try:
            os.setuid(user)
            with opened(library, read_only=True) as index:
                found = len(index.lexical({stem("report"): 1.0}, 1000).hits)
            os._exit(0 if found else 3)
        except BaseException:  # noqa: BLE001 - whatever it is, the child must end here
            os._exit(4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    library.chmod(0o700)


def test_faiss_is_not_needed(library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(library) as index:
        index.compact()
        before = answers(index)
    monkeypatch.setattr("kmassist.index.dense.has_faiss", lambda: False)
    with opened(library) as index:
        assert answers(index) == before
        assert index.capabilities.dense


def test_opening_loads_no_faiss(library: Any) -> None:
    code = f"""
import sys
from kmassist.index.local import open_local
index = open_local({str(library)!r}, embedder="", dimension=0, read_only=True)
assert index.lexical({{"report": 1.0}}, 3).hits
print("faiss" in sys.modules, "torch" in sys.modules)
"""
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        == "False False\n"
    )


def test_merging_that_fails_loses_nothing(library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise IndexingError("The disk is full.")

    with opened(library) as index:
        index.lexical(TERMS, 1)
        monkeypatch.setattr(Generations, "publish", full)
        monkeypatch.setattr(folder, "PENDING_LIMIT", 0)
        for n in range(85, 91):
            index.add(make_entry(n))
        assert index.notices
        assert any(
            pid.startswith(make_entry(90).document.doc_id)
            for pid, _ in pairs(index.dense(present(make_entry(90).vectors)[0], 3))
        )
        monkeypatch.undo()


def test_the_parameters_of_bm25_are_a_matter_of_the_query(library: Any) -> None:
    with opened(library) as index:
        usual = answers(index)[0]
        index.compact()
    with opened(library, k1=2.0, b=0.9) as index:
        assert answers(index)[0] != usual
        assert {pid for pid, _ in answers(index)[0]} & {pid for pid, _ in usual}


def test_the_pragmas_that_durability_and_erasure_rest_on(library: Any) -> None:
    with opened(library) as index:
        found = {
            name: index._database.value(f"PRAGMA {name}")
            for name in ("journal_mode", "synchronous", "secure_delete", "fullfsync")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "fullfsync": 1}
