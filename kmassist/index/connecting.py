"""A connection to a library's database file, as durable as SQLite can be, also where nobody can write."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import apsw

from kmassist.errors import (
    BackendUnavailable,
    IndexLocked,
)
from kmassist.index.files import (
    translated,
)

Copied = tempfile.TemporaryDirectory[str] | None

BUSY_MILLISECONDS = 5000


def connect(path: Path | None, read_only: bool) -> tuple[apsw.Connection, Copied]:
    """A connection to the file, or to memory, and the folder of the private copy that it reads, if there had to be one.

    Raises:
        BackendUnavailable, IndexLocked: a copy was needed and could not be made.
    """
    copied: Copied = None
    if path is None:
        connection = apsw.Connection(":memory:")
    elif read_only and not os.access(path.parent, os.W_OK):
        connection, copied = _connect_where_nobody_writes(path)
    else:
        connection = apsw.Connection(os.fspath(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(BUSY_MILLISECONDS)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    for pragma in (
        "synchronous=FULL",
        "fullfsync=ON",
        "secure_delete=ON",
        "cell_size_check=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    if read_only:
        connection.execute("PRAGMA query_only=ON").fetchall()
        connection.wal_autocheckpoint(0)
    return connection, copied


def _connect_where_nobody_writes(path: Path) -> tuple[apsw.Connection, Copied]:
    """On a read-only mount. Without a WAL the file is all there is; else what is in the WAL was acknowledged too, and
    is read by way of SQLite's shared-memory file or, where that is missing, from a private copy of both files."""
    wal = path.with_name(f"{path.name}-wal")
    if not wal.exists() or not wal.stat().st_size:
        # Without this SQLite wants to make its shared-memory file.
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        return apsw.Connection(f"{path.absolute().as_uri()}?immutable=1", flags=flags), None
    connection = apsw.Connection(os.fspath(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        return connection, None
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        connection.close()
    copied = tempfile.TemporaryDirectory(prefix="kmassist-", ignore_cleanup_errors=True)
    copy = Path(copied.name) / path.name
    with translated(copy):
        before = [(part.stat().st_mtime_ns, part.stat().st_size) for part in (path, wal)]
        if sum(size for _, size in before) > shutil.disk_usage(copy.parent).free:
            raise BackendUnavailable(
                f"{path.name} lies where nobody can write, with changes beside it, and there is no room to copy both.",
                "Free some space, or open the library once where it can be written.",
            )
        shutil.copyfile(path, copy)
        shutil.copyfile(wal, copy.with_name(wal.name))
        if before != [(part.stat().st_mtime_ns, part.stat().st_size) for part in (path, wal)]:
            raise IndexLocked(
                "The library is being written elsewhere.", "Try again when that has finished."
            )
    return apsw.Connection(os.fspath(copy), flags=apsw.SQLITE_OPEN_READWRITE), copied
