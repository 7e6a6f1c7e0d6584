"""Repair a library: make again whatever the truth or the stored originals still allow, and say what could not be saved."""

from __future__ import annotations

import json
import logging
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kmassist.errors import IndexDamaged, IndexNotFound, SourceError
from kmassist.index import Entry, Filter, aside, files, trail
from kmassist.index.database import DATABASE, REPAIRED, Database, put_repaired
from kmassist.index.doctor import check, own_entries, read_entry
from kmassist.index.generations import Generations
from kmassist.index.local import LocalIndex
from kmassist.index.lock import WriterLock
from kmassist.index.originals import Originals
from kmassist.index.store import Store
from kmassist.index.tables import mend_tables

log = logging.getLogger(__name__)

Reread = Callable[[bytes, str, str], list[Entry]]
"""Reads an original again: its bytes, its name (made up from its first bytes when the database is lost) and the doc_id that
is wanted of it, empty for all -> entries."""

_DAMAGE = (IndexDamaged, IndexNotFound)
"""Only these mean that a database is lost: a full disk or a failing read must stop a repair, not make it give things up."""
_Listed = tuple[str, str | None, str]


def repair(
    path: Path, *, reread: Reread | None = None, lock_timeout_seconds: float = 5.0
) -> list[str]:
    """Make again what can be made again; gives one sentence for each thing done or lost.

    Args:
        path: the library's folder.
        reread: turns an original into entries with the same texts; without it a damaged document is only reported.
        lock_timeout_seconds: how long to wait for another writer.

    Raises:
        IndexNotFound: there is no library in that folder.
        IndexLocked: another process is writing.
        IndexMismatch: a newer kmassist made it.
    """
    lock = WriterLock(path / "writer.lock", lock_timeout_seconds)
    done: list[str] = []
    try:
        with lock:
            if put_repaired(path / DATABASE):
                done.append(f"Finished a repair that was cut off: {DATABASE} was put in place.")
            if (path / DATABASE).is_file() and mend_tables(path / DATABASE):
                done.append(f"Put right the description of the tables of {DATABASE}.")
            with suppress(
                *_DAMAGE
            ):  # an older library becomes a newer one first; that of a newer kmassist is left alone
                Database(path / DATABASE, create=False, read_only=False, writer=lock).close()
            findings = check(path, is_deep=True, sees_all=True)
            wounded = [
                f
                for f in findings
                if f.severity == "error" and f.file.startswith(DATABASE) and f.is_repairable
            ]
            done += _tidy(path, is_wounded=bool(wounded))
            if wounded:
                done += _rebuild(path, reread, max(lock.last_seq, (aside.lost(path) or (0, 0))[1]))
                aside.clear_lost(path)
                lock.last_seq = 0
            lock.was_interrupted = False
            broken = {f.file.split("/")[1] for f in findings if f.file.startswith("idx/gen-")}
            generations = Generations(path / "idx", 0, {})
            for name in generations.names():
                if wounded or name in broken:
                    files.remove_tree(path / "idx" / name)
                    done.append(f"Removed the index generation {name}.")
    finally:
        lock.close()
    with LocalIndex(
        path, embedder="", dimension=0, lock_timeout_seconds=lock_timeout_seconds
    ) as index:
        if index.stats().passages:
            index.compact()
            done.append(f"Made the index generation {index.stats().generation} from {DATABASE}.")
        index.audit("repair", steps=len(done))
    return done


def _tidy(path: Path, *, is_wounded: bool) -> list[str]:
    """Remove leftovers. Of a wounded library the originals stay: one that no row names may be all that is left of a document."""
    done = []
    left = [entry for entry in own_entries(path) if entry.name.startswith(files.TEMPORARY)]
    for entry in sorted(left, reverse=True):
        files.remove_tree(entry) if entry.is_dir() else files.remove(entry)
        done.append(f"Removed {entry.name}, left half written.")
    if aside.empty(path):
        done.append("Emptied the quarantine of what was damaged.")
    if sys.platform != "win32":
        loose = [
            entry
            for entry in own_entries(path)
            if entry.lstat().st_mode & 0o077 and not entry.is_symlink()
        ]
        for entry in loose:
            entry.chmod(files.FOLDER_MODE if entry.is_dir() else files.FILE_MODE)
        if loose:
            done.append(f"Made {len(loose)} files and folders private.")
    with suppress(*_DAMAGE):
        database = Database(path / DATABASE, create=False, read_only=True)
        try:
            kept = [] if is_wounded else Originals(path / "blobs").loose(Store(database, 0).blobs())
            for original in kept:
                aside.put_original(original, path)
                done.append(
                    f"Moved the original {original.name[:12]}, which no document refers to, to the folder quarantine."
                )
        finally:
            database.close()
    return done


def _rebuild(path: Path, reread: Reread | None, last_seq: int) -> list[str]:
    """Write the database afresh from every document that is whole or can be read again; the damaged one is kept aside."""
    done: list[str] = []
    fresh = path / f"{files.TEMPORARY}repair-{secrets.token_hex(4)}"
    files.make_folder(fresh)
    new = Database(fresh / DATABASE, create=True, read_only=False)
    store = Store(new, 0)
    try:
        old = Database(path / DATABASE, create=False, read_only=True)
    except _DAMAGE as error:
        what = f"{DATABASE} is missing." if isinstance(error, IndexNotFound) else error.message
        done.append(
            f"{what} Its documents were read again from the stored originals, as far as they could be; records, corrections made "
            "by hand and what folders and sidecars said are gone: check the kinds of source and dates, or restore a backup."
        )
        done += _from_originals(path, store, reread)
    else:
        try:
            listed, is_complete = _listed(Store(old, 0))
            done += _copy(path, listed, Store(old, 0), store, reread)
            if not is_complete or last_seq > _seq_of(old) or aside.lost(path):
                done += _from_originals(path, store, reread)
        finally:
            old.close()
    with new.transaction():
        store.set_meta("seq", str(max(store.seq, last_seq)))
    new.checkpoint()
    new.close()
    files.rename(
        fresh / DATABASE, path / REPAIRED
    )  # from here on the repair is finished, if not now then at the next opening
    files.remove_tree(fresh)
    put_repaired(path / DATABASE)
    done.append(
        f"Wrote {DATABASE} afresh; the damaged one is in the folder quarantine until the next repair or forget."
    )
    return done


def _copy(
    path: Path, listed: list[_Listed], old: Store, new: Store, reread: Reread | None
) -> Iterator[str]:
    for key in ("embedder", "dimension"):
        with suppress(IndexDamaged), new.database.transaction():
            new.set_meta(key, old.meta(key) or ("0" if key == "dimension" else ""))
    old.dimension = new.dimension = int(new.meta("dimension") or 0)
    for doc_id, blob, name in listed:
        try:
            entry = read_entry(old, doc_id)
        except (IndexDamaged, ValueError):
            again = _read_again(path, blob, name, reread, doc_id)
            if not again:
                yield f"The document {doc_id} ({name}) is damaged and could not be read again: add it again."
                continue
            entry = _with_metadata(old, again[0])
            yield f"The document {doc_id} ({name}) was damaged and was read again from its original."
        with new.database.transaction():
            new.put(entry, blob if blob and Originals(path / "blobs").has(blob) else None)
    yield from _copy_rest(old, new)


def _seq_of(database: Database) -> int:
    try:
        return Store(database, 0).seq
    except IndexDamaged:
        return 0


def _listed(old: Store) -> tuple[list[_Listed], bool]:
    """doc_id, original and file name of every document, and whether these are all: each row is read by itself."""
    listed, is_complete = [], True
    try:
        numbers = [seq for (seq,) in old.database.execute("SELECT seq FROM documents ORDER BY seq")]
    except IndexDamaged:
        return [], False
    for seq in numbers:
        try:
            ((doc_id, blob),) = old.database.execute(
                "SELECT doc_id, blob FROM documents WHERE seq = ?", (seq,)
            )
        except (IndexDamaged, ValueError):
            is_complete = False
            continue
        try:
            name = str(
                json.loads(
                    old.database.value("SELECT body FROM documents WHERE seq = ?", (seq,))
                ).get("source_name", "")
            )
        except (IndexDamaged, ValueError, AttributeError, TypeError):
            name = ""
        listed.append((doc_id, blob, name))
    return listed, is_complete


def _read_again(
    path: Path, blob: str | None, name: str, reread: Reread | None, doc_id: str = ""
) -> list[Entry]:
    data = Originals(path / "blobs").get(blob) if blob else None
    if data is None or reread is None:
        return []
    try:
        entries = reread(data, name or _guessed_name(data), doc_id)
    except SourceError as error:
        log.warning("an original could not be read again: %s", error.message)
        return []
    return [entry for entry in entries if not doc_id or entry.document.doc_id == doc_id]


def _with_metadata(old: Store, entry: Entry) -> Entry:
    """The entry with what the library knows of the document, when that is whole: corrections made by hand are in no original."""
    try:
        (known,) = old.documents(Filter(doc_ids=frozenset({entry.document.doc_id})))
    except (IndexDamaged, ValueError):
        return entry
    return replace(
        entry,
        document=known.model_copy(
            update={n: getattr(entry.document, n) for n in ("text", "pages", "headings")}
        ),
    )


def _copy_rest(old: Store, new: Store) -> Iterator[str]:
    """Records and the audit trail, as far as they are whole."""
    with suppress(IndexDamaged):
        # As bytes, so that a name that is no longer text costs its own record and not all of them.
        for names in old.database.execute(
            "SELECT CAST(kind AS BLOB), CAST(record_id AS BLOB) FROM records"
        ):
            kind, record_id = (name.decode("utf-8", "replace") for name in names)
            try:
                body = old.records.one(kind, record_id)
            except (IndexDamaged, ValueError, IndexError):
                yield f"The {kind} record {record_id} is damaged and is lost."
                continue
            with new.database.transaction():
                new.records.put(kind, record_id, body)
    try:
        left_out = trail.copy(old.database, new.database)
    except IndexDamaged:
        yield "The audit trail is damaged; the part that could be read was kept."
    else:
        if left_out:
            yield f"The audit trail is broken: its last {left_out} lines were left out and are in the quarantine alone."


def _from_originals(path: Path, new: Store, reread: Reread | None) -> Iterator[str]:
    for blob in sorted(set(Originals(path / "blobs").names()) - new.blobs()):
        entries = _read_again(path, blob, "", reread)
        if not entries:
            yield f"The original {blob[:12]} could not be read again."
        for entry in entries:
            if new.has(entry.document.doc_id):
                continue
            if entry.vectors is not None and entry.vectors.shape[1] != new.dimension:
                new.dimension = entry.vectors.shape[1]
            with new.database.transaction():
                new.put(entry, blob)
    if new.dimension:
        with new.database.transaction():
            new.set_meta("dimension", str(new.dimension))


def _guessed_name(data: bytes) -> str:
    """A file name whose suffix fits the first bytes."""
    head = data[:512].lstrip().lower()
    if head.startswith(b"%pdf"):
        return "original.pdf"
    if head.startswith(b"pk"):
        return "original.xlsx" if b"xl/" in data else "original.docx"
    if head.startswith((b"<!doctype html", b"<html")):
        return "original.html"
    return (
        "original.xml"
        if head.startswith(b"<?xml")
        else "original.ris"
        if head.startswith(b"ty  -")
        else "original.md"
    )
