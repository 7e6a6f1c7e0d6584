"""Files on disk, so that what was acknowledged survives a kill and a power cut. All file work of a library goes through here.

The order is always: write a new file under a temporary name, fsync it, rename it, fsync the folder. Nothing is changed in
place. `recording` notes every operation, so that a test can replay what a power cut may leave behind (the method of
Pillai et al., ALICE, OSDI 2014).
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kmassist.errors import IndexDamaged, IndexingError

FILE_MODE, FOLDER_MODE = 0o600, 0o700
_NEW = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_PIECE = 1 << 24
TEMPORARY = ".tmp-"

_note: Callable[..., None] | None = None


@contextmanager
def recording() -> Iterator[list[tuple[object, ...]]]:
    """Collect the operations done inside as tuples: name, path, and for a write its offset and bytes."""
    global _note  # noqa: PLW0603 - one process-wide tap, for tests alone
    operations: list[tuple[object, ...]] = []
    _note = lambda *operation: operations.append(operation)  # noqa: E731
    try:
        yield operations
    finally:
        _note = None


def _noted(*operation: object) -> None:
    if _note:
        _note(*operation)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn an OSError into one sentence about ``path``.

    Raises:
        IndexingError: disk full, no permission, or another failure of the file system.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise IndexingError(
                f"The disk is full: {path.name} could not be written.",
                "Free some space and run the command again; nothing was lost.",
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise IndexingError(f"No permission to use {path}.", "Check who owns it and its folder.") from error
        raise IndexingError(f"{path} could not be used ({error.strerror or error}).", "Check the disk.") from error


def make_folder(path: Path) -> None:
    """Make a folder of mode 0700 and those above it; nothing happens when it is there."""
    if path.is_dir():
        return
    make_folder(path.parent)
    with translated(path), suppress(FileExistsError):
        path.mkdir(mode=FOLDER_MODE)
        _noted("mkdir", path)
        sync_folder(path.parent)


@contextmanager
def new_file(path: Path) -> Iterator[Callable[[bytes | memoryview], None]]:
    """Write a file that must not exist yet, piece by piece, of mode 0600; fsynced at the end, on failure nothing is left.

    Raises:
        IndexingError: disk full or not writable.
    """
    with translated(path):
        handle = os.open(path, _NEW, FILE_MODE)
        _noted("create", path)
        total = 0

        def write(data: bytes | memoryview) -> None:
            nonlocal total
            view, done = memoryview(data).cast("B"), 0
            while done < len(view):  # a write may be short, for instance at a file-size limit
                wrote = os.write(handle, view[done : done + _PIECE])
                _noted("write", path, total, bytes(view[done : done + wrote]) if _note else b"")
                done += wrote
                total += wrote

        try:
            yield write
            os.fsync(handle)
            _noted("fsync", path)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
        finally:
            os.close(handle)


def write_new(path: Path, data: bytes | memoryview) -> None:
    """Write and fsync a file that must not exist yet, of mode 0600; on failure nothing is left of it.

    Raises:
        IndexingError: disk full or not writable.
    """
    with new_file(path) as write:
        write(data)


def write_atomic(path: Path, data: bytes) -> None:
    """Put a whole file at ``path`` at once, in place of any that was there; durable on return."""
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}")
    write_new(temporary, data)
    rename(temporary, path)


def rename(source: Path, target: Path) -> None:
    """Rename and make the rename durable."""
    with translated(target):
        source.replace(target)
        _noted("rename", source, target)
    sync_folder(target.parent)


def sync_folder(path: Path) -> None:
    """fsync a folder's entries; Windows has no such call and orders them itself."""
    if sys.platform == "win32":
        return
    with translated(path):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
            _noted("fsync_dir", path)
        finally:
            os.close(handle)


def read_bytes(path: Path) -> bytes:
    """A regular file's bytes; a link is refused.

    Raises:
        FileNotFoundError: it is not there.
        IndexingError: it cannot be read.
    """
    try:
        with os.fdopen(os.open(path, _READ), "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise IndexingError(f"{path} could not be read ({error.strerror or error}).", "Check the disk.") from error


def read_checked(path: Path, size: int, sha256: str) -> bytes:
    """A file's bytes after its size and SHA-256 were found right.

    Raises:
        IndexDamaged: it is absent or has changed.
    """
    try:
        data = read_bytes(path)
    except FileNotFoundError:
        raise IndexDamaged(f"{path.name} is missing from the library.", "Run `kmassist doctor --repair`.") from None
    if len(data) != size or hashlib.sha256(data).hexdigest() != sha256:
        raise IndexDamaged(f"{path.name} has changed since it was written.", "Run `kmassist doctor --repair`.")
    return data


def remove(path: Path) -> None:
    """Unlink a file, durably; nothing happens when it is not there."""
    with translated(path):
        try:
            path.unlink()
        except FileNotFoundError:
            return
        _noted("unlink", path)
    sync_folder(path.parent)


def remove_tree(path: Path) -> None:
    """Remove a folder and all in it; it is gone at once under its own name, so that a kill leaves no half of it.

    Raises:
        IndexingError: something in it could not be removed.
    """
    doomed = path
    if not path.name.startswith(TEMPORARY):
        doomed = path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}")
        try:
            path.replace(doomed)
        except FileNotFoundError:
            return
        except OSError:  # Windows, while another process reads in it
            doomed = path
    with translated(path), suppress(FileNotFoundError):
        shutil.rmtree(doomed)
    _noted("rmtree", path)
    if path.parent.is_dir():
        sync_folder(path.parent)
