"""Files on disk, so that what was acknowledged survives a kill and a power cut. All file work of a library goes through here.

The order is always: write a new file under a temporary name, fsync it, rename it, fsync the folder. Nothing is changed in
place. `recording` notes every operation, so that a test can replay what a power cut may leave behind (the method of
Pillai et al., ALICE, OSDI 2014).
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import time
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
_READ = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_PIECE = 1 << 24
IS_WINDOWS: bool = sys.platform == "win32"
_TRIES, _PAUSE = 20, 0.05
"""How often a rename is tried while Windows holds the target, and the seconds between."""
TEMPORARY = ".tmp-"
_OURS = re.compile(
    r"\.tmp-(?:\d+-(?:[0-9a-f]{8}|km\.db[^/]*|copy\.db[^/]*)|(?:repair|kmassist)-[0-9a-z_]{8})"
)
"""Every temporary name that this program gives; a person's own `.tmp-draft` is not among them."""

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
            raise IndexingError(
                f"No permission to use {path}.", "Check who owns it and its folder."
            ) from error
        raise IndexingError(
            f"{path} could not be used ({error.strerror or error}).", "Check the disk."
        ) from error


def is_leftover(path: Path) -> bool:
    """Whether this program made it, for a user's own library, and left it half done: nothing else is ever swept away."""
    return bool(_OURS.fullmatch(path.name)) and is_own(path)


def is_own(path: Path) -> bool:
    """Whether an ordinary file or folder, no link, belongs to who runs this; where files have no owner, whether it is there."""
    try:
        info = path.lstat()
    except OSError:
        return False
    is_plain = stat.S_ISREG(info.st_mode) or stat.S_ISDIR(info.st_mode)
    return is_plain and (sys.platform == "win32" or info.st_uid == os.geteuid())


def open_own(path: Path, *, create: bool = True) -> int:
    """Open a small file of state, such as a lock, to read and change it; made with mode 0600 when it is not there.

    A link would lead to somebody's other file, a second name of a file likewise, a pipe would wait for ever: all are refused.

    Raises:
        IndexingError: it is one of those, another user's, or cannot be opened.
    """
    flags = os.O_RDWR | (os.O_CREAT if create else 0)
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        handle = os.open(path, flags, FILE_MODE)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EMLINK):
            raise _not_plain(path) from error
        with translated(path):
            raise
    info = os.fstat(handle)
    is_mine = sys.platform == "win32" or info.st_uid in (os.geteuid(), path.parent.stat().st_uid)
    if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1 or not is_mine:
        os.close(handle)
        raise _not_plain(path)
    return handle


def _not_plain(path: Path) -> IndexingError:
    return IndexingError(
        f"{path.name} in {path.parent} is a link, or not a file of yours, so nothing was written through it.",
        "Somebody may have put it there: look at it and remove it, or use another folder.",
    )


def refuse_link(path: Path) -> None:
    """Refuse a file of state that is a link or no ordinary file; nothing happens when it is not there.

    Raises:
        IndexingError: it is one.
    """
    with translated(path), suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _not_plain(path)


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


def link(source: Path, target: Path) -> None:
    """Give a file that nobody changes a second name; a copy of it where the disk knows no such names.

    Raises:
        IndexingError: disk full or not writable.
        IndexDamaged: it is not there.
    """
    try:
        os.link(source, target, follow_symlinks=False)
        _noted("link", source, target)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise IndexDamaged(
                f"{source.name} is missing from the library.", "Run `kmassist doctor --repair`."
            ) from error
        write_new(target, read_bytes(source))


def write_atomic(path: Path, data: bytes) -> None:
    """Put a whole file at ``path`` at once, in place of any that was there; durable on return."""
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}")
    write_new(temporary, data)
    rename(temporary, path)


def rename(source: Path, target: Path) -> None:
    """Rename and make the rename durable."""
    with translated(target):
        _replace(source, target)
        _noted("rename", source, target)
    sync_folder(target.parent)


def _replace(source: Path, target: Path) -> None:
    """Put one file in another's place; Windows refuses while a reader or a virus scanner holds it open, which passes."""
    for _ in range(_TRIES if IS_WINDOWS else 0):
        with suppress(PermissionError):
            source.replace(target)
            return
        time.sleep(_PAUSE)
    source.replace(target)


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


def read_bytes(path: Path, *, limit: int = -1) -> bytes:
    """A regular file's bytes, at most ``limit`` of them unless it is negative; a link, a pipe or a device is refused.

    Raises:
        FileNotFoundError: it is not there.
        IndexingError: it cannot be read.
    """
    try:
        with os.fdopen(os.open(path, _READ), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _not_plain(path)
            return file.read(limit)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise IndexingError(
            f"{path} could not be read ({error.strerror or error}).", "Check the disk."
        ) from error


def read_checked(path: Path, size: int, sha256: str) -> bytes:
    """A file's bytes after its size and SHA-256 were found right.

    Raises:
        IndexDamaged: it is absent or has changed.
    """
    try:
        data = read_bytes(path)
    except FileNotFoundError:
        raise IndexDamaged(
            f"{path.name} is missing from the library.", "Run `kmassist doctor --repair`."
        ) from None
    if len(data) != size or hashlib.sha256(data).hexdigest() != sha256:
        raise IndexDamaged(
            f"{path.name} has changed since it was written.", "Run `kmassist doctor --repair`."
        )
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
