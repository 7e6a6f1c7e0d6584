"""Backup and restore: one ZIP file with the database as of one moment, the originals and a manifest of digests.

Indexes are left out: they are made again when the copy is opened.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from kmassist.errors import ExportError, IndexDamaged, IndexingError, KmassistError
from kmassist.index import files
from kmassist.index.database import DATABASE, Database
from kmassist.index.lock import WriterLock
from kmassist.index.originals import Originals
from kmassist.index.store import Store

_MANIFEST = "MANIFEST.json"
_MEMBER = re.compile(r"km\.db|blobs/([0-9a-f]{2})/\1[0-9a-f]{62}")
_WORK, _ARCHIVE = f"{files.TEMPORARY}kmassist-", "archive.zip"
_TRIES = 3
_PIECE = 1 << 20
_FORMAT = 1
_LARGEST_RATIO = 100
_PER_MEMBER = 256
"""Bytes of the manifest a file may take: name, size and digest are about 170."""


class _Manifest(BaseModel):
    """What a backup says of itself; ``files``: name -> (bytes, SHA-256)."""

    model_config = ConfigDict(extra="forbid")

    format: int
    documents: int
    files: dict[str, tuple[int, str]]


def backup(path: Path, target: Path) -> int:
    """Copy a library into one file while others read and write it; gives the number of documents.

    Args:
        path: the library's folder.
        target: the file to write, replaced only when the copy is whole; mode 0600.

    Raises:
        IndexNotFound: there is no library in that folder.
        IndexDamaged: an original is missing or has changed.
        ExportError: the file cannot be written.
    """
    for attempt in range(_TRIES):
        try:
            with work_folder(target.parent) as work:
                count = _write(path, work)
                files.rename(work / _ARCHIVE, target)
                return count
        except IndexDamaged:
            if attempt == _TRIES - 1:  # not a document that was forgotten meanwhile
                raise
        except (OSError, IndexingError) as error:
            if isinstance(error, KmassistError) and not isinstance(error.__cause__, OSError):
                raise
            raise ExportError(
                f"{target} could not be written ({error}).", "Check the folder and its free space."
            ) from error
    raise AssertionError("unreachable")


@contextmanager
def work_folder(parent: Path) -> Iterator[Path]:
    """A private folder for what is half done; it goes afterwards, and one that a kill left behind goes before."""
    for left in (
        path for path in parent.glob(f"{_WORK}*") if path.is_dir() and files.is_leftover(path)
    ):
        with suppress(IndexingError):  # somebody else's, at work now
            lock = WriterLock(left / "lock", 0.0)
            try:
                with lock:
                    pass
            finally:
                lock.close()  # first: Windows removes no file that is open
            files.remove_tree(left)
    work = parent / f"{_WORK}{secrets.token_hex(4)}"
    files.make_folder(work)
    lock = WriterLock(work / "lock", 0.0)
    try:
        with lock:
            yield work
    finally:
        lock.close()
        with suppress(IndexingError):
            files.remove_tree(work)


def _write(path: Path, work: Path) -> int:
    database = Database(path / DATABASE, create=False, read_only=True)
    copy = work / "copy.db"
    try:
        database.backup_to(copy)
    finally:
        database.close()
    held = Database(copy, create=False, read_only=True)
    try:
        store = Store(held, 0)
        blobs, count = sorted(store.blobs()), sum(store.by_type().values())
    finally:
        held.close()
    originals = Originals(path / "blobs")
    digests: dict[str, tuple[int, str]] = {}
    handle = os.open(
        work / _ARCHIVE,
        os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0),
        files.FILE_MODE,
    )
    with os.fdopen(handle, "wb") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            digests[DATABASE] = _digest(copy)
            archive.write(copy, DATABASE)
            for blob in blobs:
                data = originals.get(blob)
                if data is None:
                    raise IndexDamaged(
                        f"The original {blob} is missing or has changed.",
                        "Run `kmassist doctor --repair`.",
                    )
                archive.writestr(f"blobs/{blob[:2]}/{blob}", data)
                digests[f"blobs/{blob[:2]}/{blob}"] = (len(data), blob)
            manifest = _Manifest(format=_FORMAT, documents=count, files=digests)
            archive.writestr(_MANIFEST, manifest.model_dump_json(indent=1))
        out.flush()
        os.fsync(out.fileno())
    return count


def restore(source: Path, path: Path) -> int:
    """Make a library from a backup; gives the number of documents. The library is there whole or not at all.

    Args:
        source: a file that `backup` wrote.
        path: the folder to make; it must not exist or be empty.

    Raises:
        IndexDamaged: the file is not a whole backup.
        IndexingError: the folder holds something, or cannot be written.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise IndexingError(f"{path} is not empty.", "Restore to a new folder.")
    files.make_folder(path.parent)
    try:
        with zipfile.ZipFile(source) as archive, work_folder(path.parent) as work:
            _refuse_bomb(archive, source, work)
            manifest = _Manifest.model_validate_json(archive.read(_MANIFEST))
            members = manifest.files
            if manifest.format > _FORMAT:
                raise IndexDamaged(
                    f"{source.name} was made by a newer kmassist.", "Restore it with that version."
                )
            if {*members, _MANIFEST} != set(archive.namelist()) or DATABASE not in members:
                raise IndexDamaged(
                    f"{source.name} holds other files than its manifest names.",
                    "Use another backup.",
                )
            files.make_folder(work / "library")
            for name, digest in members.items():
                if not _MEMBER.fullmatch(name):
                    raise IndexDamaged(
                        f"{source.name} holds a file that no library has.", "Use another backup."
                    )
                _extract(archive, name, work / "library" / name, digest)
            Database(work / "library" / DATABASE, create=False, read_only=False).close()
            for folder in {(work / "library" / name).parent for name in members}:
                files.sync_folder(folder)
            if path.exists():
                path.rmdir()
            files.rename(work / "library", path)
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        EOFError,
        RuntimeError,
    ) as error:
        # no ZIP file, no manifest in it (KeyError), none of its shape (ValidationError is a ValueError), or a member cut
        # off, locked with a password or packed in a way that zipfile does not know (both RuntimeErrors)
        raise IndexDamaged(
            f"{source.name} is not a whole backup.", "Use another backup."
        ) from error
    except OSError as error:
        raise IndexingError(
            f"The backup could not be restored ({error}).",
            "Check both places and their free space.",
        ) from error
    return manifest.documents


def _refuse_bomb(archive: zipfile.ZipFile, source: Path, parent: Path) -> None:
    """Backups are not packed (those of the first days were, a little): one that unpacks to far more than it is was made to."""
    infos, held = archive.infolist(), source.stat().st_size
    unpacked = sum(info.file_size for info in infos)
    manifest = archive.getinfo(_MANIFEST).file_size
    if unpacked > _LARGEST_RATIO * held or manifest > _PER_MEMBER * (len(infos) + 4):
        raise IndexDamaged(
            f"{source.name} would unpack to far more than a library holds.", "Use another backup."
        )
    if unpacked > shutil.disk_usage(parent).free:
        raise IndexingError(
            f"{source.name} needs {unpacked >> 20} MB, which are not free.",
            "Free some space, then restore it.",
        )


def _extract(archive: zipfile.ZipFile, name: str, target: Path, digest: tuple[int, str]) -> None:
    if archive.getinfo(name).file_size != digest[0]:
        raise IndexDamaged(f"{name} in the backup has changed.", "Use another backup.")
    files.make_folder(target.parent)
    with archive.open(name) as member, files.new_file(target) as write:
        while piece := member.read(_PIECE):
            write(piece)
    if _digest(target) != digest:
        raise IndexDamaged(f"{name} in the backup has changed.", "Use another backup.")


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
