"""Check a library: every file accounted for, every row as it was written, and what can be made again."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.errors import IndexDamaged, IndexingError, IndexNotFound, KmassistError
from kmassist.index import Entry, aside, files, trail
from kmassist.index.database import DATABASE, REPAIRED, Database
from kmassist.index.generations import Generations
from kmassist.index.lock import WriterLock
from kmassist.index.originals import Originals
from kmassist.index.store import Store
from kmassist.text import clock

_CLOCKS_DIFFER = timedelta(days=1)
_OWN = {"blobs", "idx", "quarantine", "writer.lock", "sample-ready"}
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ncpfs"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    ``severity`` is ``error`` (something stored is lost or wrong) or ``warning`` (nothing is lost); ``file`` is relative to
    the library; ``doc_id`` names the document that is touched, if one is.
    """

    severity: str
    what: str
    file: str
    is_repairable: bool
    doc_id: str = ""


def check(path: Path, *, is_deep: bool = False, sees_all: bool = False) -> list[Finding]:
    """Everything found wrong with a library; empty when all is well. Changes nothing.

    Args:
        path: the library's folder.
        is_deep: also read every row, original and generation whole and compare each with its digest.
        sees_all: raise what hinders the look itself, such as a full disk, in place of giving it as a finding.

    Raises:
        IndexNotFound: there is no library in that folder.
    """
    if not (path / DATABASE).exists() and not (path / "blobs").exists():
        raise IndexNotFound(f"There is no library in {path}.", "Make one with `kmassist add PATH`.")
    found = list(_places(path))
    if (path / REPAIRED).exists():
        return [*found, Finding("error", "a repair was cut off before its end", REPAIRED, True)]
    if not (path / DATABASE).exists() or not (path / DATABASE).stat().st_size:
        return [
            *found,
            Finding(
                "error", f"{DATABASE} is missing from a library that held documents", DATABASE, True
            ),
        ]
    try:
        database = Database(path / DATABASE, create=False, read_only=True)
    except KmassistError as error:
        if sees_all and not isinstance(error, (IndexDamaged, IndexNotFound)):
            raise
        return [*found, _told(error)]
    try:
        found += _database(path, database, is_deep=is_deep)
    except IndexingError as error:
        if sees_all and not isinstance(error, (IndexDamaged, IndexNotFound)):
            raise
        found.append(_told(error))
    finally:
        database.close()
    return found


def _told(error: KmassistError) -> Finding:
    is_repairable = isinstance(error, IndexDamaged)
    return Finding("error", error.message if is_repairable else str(error), DATABASE, is_repairable)


def own_entries(path: Path) -> list[Path]:
    """Files and folders of a library, sorted, and its own folder unless that holds something else too: a person may have
    put a library among other files, which are none of ours to judge or to change."""
    own, is_alone = [], True
    for entry in sorted(path.iterdir()):
        is_left = entry.name.startswith(files.TEMPORARY) and files.is_leftover(entry)
        if not (entry.name.startswith(DATABASE) or entry.name in _OWN or is_left):
            is_alone = False
        elif entry.name == aside.FOLDER:
            kept = [*aside.damaged(path), *aside.originals(path)]
            own += (
                [entry, *(e for e in (entry / aside.ORIGINALS, *kept) if e.exists())]
                if kept
                else []
            )
        elif entry.is_dir() and not entry.is_symlink():
            own += [entry, *sorted(entry.rglob("*"))]
        else:
            own.append(entry)
    return [path, *own] if is_alone else own


def _places(path: Path) -> Iterator[Finding]:
    """Permissions, leftovers, quarantine and the kind of file system."""
    own = own_entries(path)
    if sys.platform != "win32":
        for entry in own:
            mode = stat.S_IMODE(entry.lstat().st_mode)
            if mode & 0o077 and not entry.is_symlink():
                yield Finding(
                    "warning", f"others may read it (mode {mode:o})", _name(entry, path), True
                )
    for entry in own:
        if entry.name.startswith(files.TEMPORARY):
            yield Finding(
                "warning", "left half written by a run that was cut off", _name(entry, path), True
            )
    for entry in aside.damaged(path):
        yield Finding("warning", "damaged and moved aside", _name(entry, path), True)
    for entry in aside.originals(path):
        what = "an original that no document refers to: add it again, or remove it yourself"
        yield Finding("warning", what, _name(entry, path), False)
    kind = _file_system(path)
    if kind in _NETWORK:
        yield Finding(
            "warning",
            f"the library lies on a network file system ({kind}), where locking is not safe; move it to a disk of this computer",
            ".",
            False,
        )


def _database(path: Path, database: Database, *, is_deep: bool) -> Iterator[Finding]:
    store = Store(database, 0)
    store.dimension = int(store.meta("dimension") or 0)
    for problem in database.problems(is_deep=is_deep):
        yield Finding("error", f"SQLite finds: {problem}", DATABASE, True)
    last_seq = WriterLock.recorded_seq(path / "writer.lock")
    if lost := aside.lost(path) or ((store.seq + 1, last_seq) if last_seq > store.seq else None):
        yield Finding("error", f"changes {lost[0]} to {lost[1]} are gone", f"{DATABASE}-wal", True)
    for problem in trail.problems(database):
        yield Finding("error", problem, DATABASE, False)
    yield from _clock(database)
    if is_deep:
        for doc_id, reason in damaged_documents(store):
            yield Finding("error", reason, DATABASE, True, doc_id)
        for doc_id, says in store.set_aside.items():
            yield Finding("warning", says, DATABASE, False, doc_id)
        yield from _other_rows(store)
    yield from _originals(path, store, is_deep=is_deep)
    yield from _generations(path, store, is_deep=is_deep)


def _clock(database: Database) -> Iterator[Finding]:
    """No order hangs on the clock, changes are numbered; but every "searched on" and "overdue" is read off it."""
    now, latest = clock.now(), trail.latest(database)
    if latest and latest - now > _CLOCKS_DIFFER:
        yield Finding(
            "warning",
            f"this computer's clock says {now:%Y-%m-%d}, which is before the last recorded change ({latest:%Y-%m-%d}): set it right, "
            "or dates of searches and reviews will be wrong",
            ".",
            False,
        )


def damaged_documents(store: Store) -> Iterator[tuple[str, str]]:
    """Each document that does not read back as it was written, and why."""
    for (doc_id,) in store.database.execute("SELECT doc_id FROM documents ORDER BY seq"):
        try:
            read_entry(store, doc_id)
        except (IndexDamaged, ValueError) as error:
            yield (
                doc_id,
                error.message if isinstance(error, KmassistError) else f"{doc_id} cannot be read",
            )


def read_entry(store: Store, doc_id: str) -> Entry:
    """A document with all that belongs to it, without its original.

    Raises:
        IndexDamaged: a row has changed, or rows do not fit together.
    """
    document = store.document(doc_id)
    passages = store.passages_of(doc_id)
    if [passage.ordinal for passage in passages] != list(range(len(passages))) or not _fit(
        document, passages
    ):
        raise IndexDamaged(f"The passages of {doc_id} do not fit its text.")
    found = store.vectors([passage.passage_id for passage in passages])
    if found and len(found) != len(passages):
        raise IndexDamaged(f"Some vectors of {doc_id} are missing.")
    if not found:
        return Entry(document, passages, None)
    sentence_vectors = [found[passage.passage_id][1] for passage in passages]
    has_sentences = all(
        len(v) == len(p.sentences) for v, p in zip(sentence_vectors, passages, strict=True)
    )
    vectors = np.stack([found[passage.passage_id][0] for passage in passages])
    return Entry(document, passages, vectors, sentence_vectors if has_sentences else None)


def _fit(document: Document, passages: list[Passage]) -> bool:
    return all(document.text[passage.start : passage.end] == passage.text for passage in passages)


def _other_rows(store: Store) -> Iterator[Finding]:
    for (kind,) in store.database.execute("SELECT DISTINCT kind FROM records"):
        try:
            store.records.of(kind)
        except IndexDamaged as error:
            yield Finding("error", error.message, DATABASE, False)
    for table in ("vectors", "sentence_vectors"):
        if store.database.value(
            f"SELECT count(*) FROM {table} WHERE id NOT IN (SELECT id FROM passages)"
        ):
            yield Finding("error", f"{table} without a passage", DATABASE, True)
    if store.database.value(
        "SELECT count(*) FROM passages WHERE doc_id NOT IN (SELECT doc_id FROM documents)"
    ):
        yield Finding("error", "passages without a document", DATABASE, True)


def _originals(path: Path, store: Store, *, is_deep: bool) -> Iterator[Finding]:
    originals = Originals(path / "blobs")
    for doc_id, blob in store.database.execute(
        "SELECT doc_id, blob FROM documents WHERE blob IS NOT NULL ORDER BY doc_id"
    ):
        file = f"blobs/{blob[:2]}/{blob}"
        if not originals.has(blob):
            yield Finding(
                "error",
                f"the original of {doc_id} is missing; add the file again",
                file,
                False,
                doc_id,
            )
        elif is_deep and originals.get(blob) is None:
            yield Finding(
                "error",
                f"the original of {doc_id} has changed; add the file again",
                file,
                False,
                doc_id,
            )
    used = store.blobs()
    for blob in originals.names():
        if blob not in used:
            yield Finding("warning", "no document refers to it", f"blobs/{blob[:2]}/{blob}", True)


def _generations(path: Path, store: Store, *, is_deep: bool) -> Iterator[Finding]:
    generations = Generations(path / "idx", store.dimension, {})
    for number, name in enumerate(generations.names()):
        if is_deep or number == 0:
            for file in generations.damage(name):
                yield Finding(
                    "error", "missing or changed since it was written", f"idx/{name}/{file}", True
                )


def _name(entry: Path, path: Path) -> str:
    return entry.relative_to(path).as_posix()


def _file_system(path: Path) -> str:
    """Kind of the file system a path is on, as Linux names it; empty elsewhere."""
    mounts = Path("/proc/self/mounts")
    if not mounts.is_file():
        return ""
    place, best, kind = str(path.resolve()), "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, folder, found, *_ = line.split(" ")
        if len(folder) >= len(best) and (
            place == folder or place.startswith(folder.rstrip("/") + "/")
        ):
            best, kind = folder, found
    return kind
