"""One SQLite file: opening, transactions, migration, copies. It, `scrub` and `tables` alone import apsw.

apsw 3.51.3 or newer, because SQLite 3.7.0 to 3.51.2 can lose commits when a WAL is reset. WAL with synchronous=FULL:
COMMIT returns when the change is on the disk. Checkpoints are the writer's alone.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import apsw

from kmassist.errors import (
    BackendUnavailable,
    IndexDamaged,
    IndexingError,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
)
from kmassist.index import schema
from kmassist.index.connecting import BUSY_MILLISECONDS, Copied, connect
from kmassist.index.files import (
    FILE_MODE,
    TEMPORARY,
    make_folder,
    open_own,
    refuse_link,
    rename,
    translated,
)
from kmassist.index.packed import FORMER
from kmassist.index.scrub import scrub_file
from kmassist.index.tables import described, tables_of

Row = tuple[Any, ...]
REPAIR = "Run `kmassist doctor --repair`, or restore a backup."
DATABASE = "km.db"
"""The library's file of everything that was told to it."""
REPAIRED = f"{DATABASE}.repaired"
"""A whole database that a repair made, on its way to the place of the damaged one."""


def put_repaired(path: Path) -> bool:
    """Move the database at ``path`` aside and the repaired one beside it into its place; whether there was one.

    Killed anywhere in this, the next call finishes it: the repaired one keeps its name until all of the old one, its WAL
    above all, is out of the way. Only while holding the writer's lock.
    """
    repaired = path.with_name(REPAIRED)
    if not repaired.exists():
        return False
    aside = path.parent / "quarantine"
    make_folder(aside)
    for name in (f"{path.name}-wal", f"{path.name}-shm", path.name):
        if path.with_name(name).exists():
            rename(path.with_name(name), aside / f"{name}-{secrets.token_hex(4)}")
    rename(repaired, path)
    return True


def row_check(*columns: Any) -> bytes:
    """16 bytes that change when any column does."""
    parts = [
        column if isinstance(column, bytes) else str(column).encode("utf-8", "surrogatepass")
        for column in columns
    ]
    lengths = ",".join([str(len(part)) for part in parts]).encode()
    return hashlib.blake2b(b"".join([lengths, *parts]), digest_size=16).digest()


@contextmanager
def _translated(name: str) -> Iterator[None]:
    try:
        yield
    except (apsw.BusyError, apsw.LockedError) as error:
        raise IndexLocked(
            "The library is being written by another process.", "Try again when it has finished."
        ) from error
    except (apsw.CorruptError, apsw.NotADBError, apsw.FormatError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{name} is damaged ({error}).", REPAIR) from error
    except apsw.FullError as error:
        raise IndexingError(
            f"The disk is full: {name} could not be written.", "Free some space and run it again."
        ) from error
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as error:
        raise BackendUnavailable(
            f"{name} could not be opened ({error}).", "Check the folder's owner and permissions."
        ) from error
    except apsw.IOError as error:
        raise IndexingError(
            f"{name} could not be read or written ({error}).", "Check the disk and its free space."
        ) from error
    except (apsw.SQLError, apsw.ConstraintError) as error:
        raise IndexDamaged(
            f"{name} does not have the tables it should ({error}).", REPAIR
        ) from error


def made_by_version(path: Path) -> int:
    """Number of the schema that a database's first page names, 0 for one that has none yet: cheap, and never too high."""
    with translated(path), path.open("rb") as file:
        return int.from_bytes(file.read(64)[60:], "big")


class Database:
    """A connection, usable from any thread, one call at a time.

    Args:
        path: the file; None keeps everything in memory.
        create: make the tables when there are none.
        read_only: never write to the file.
        writer: held while an older library is migrated.

    Raises:
        IndexNotFound: there is no library at that path.
        IndexMismatch: a newer kmassist made it.
        IndexDamaged: the file is not the database it should be.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        create: bool,
        read_only: bool,
        writer: AbstractContextManager[object] | None = None,
    ) -> None:
        self.path = path
        self.name = path.name if path else "memory"
        self.guard = threading.RLock()
        self._writer = writer or nullcontext()
        self._copied: Copied = None
        if path and path.with_name(REPAIRED).exists():
            raise IndexDamaged(
                f"A repair of {self.name} was cut off before its end.",
                "Run `kmassist doctor --repair`.",
            )
        if path and not create and not path.is_file():
            raise IndexNotFound(
                f"There is no library in {path.parent}.", "Make one with `kmassist add PATH`."
            )
        if path:
            refuse_link(path)
        if path and create and not path.exists():
            os.close(
                open_own(path)
            )  # made here, so that it and the WAL beside it are private from the first byte
        with _translated(self.name):
            self._open(create=create, read_only=read_only)

    def _open(self, *, create: bool, read_only: bool) -> None:
        self._connection, self._copied = connect(self.path, read_only)
        try:
            if self._is_empty():
                if not create:
                    raise IndexNotFound(
                        f"There is no library in {self.path and self.path.parent}.",
                        "Make one with `kmassist add PATH`.",
                    )
                self.execute("PRAGMA journal_mode=WAL")
                with self.transaction():
                    self.execute(schema.TABLES)
                    self.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
                    self.execute(f"PRAGMA user_version={schema.VERSION}")
            self._check_version(read_only)
            self._check_tables()
        except BaseException:
            self.close()
            raise

    def _is_empty(self) -> bool:
        return not self.value("PRAGMA user_version") and not self.value(
            "SELECT count(*) FROM sqlite_schema"
        )

    def _check_version(self, read_only: bool) -> None:
        if self.value("PRAGMA application_id") != schema.APPLICATION_ID:
            raise IndexDamaged(
                f"{self.name} is not a library of kmassist.",
                "Choose another folder, or restore a backup.",
            )
        version = self.value("PRAGMA user_version")
        if version != schema.VERSION and self._has_tables_of_now():
            again = self.value("PRAGMA user_version")  # another process may just have migrated it
            if again == version:
                raise IndexDamaged(
                    f"{self.name} says that it is of format {version}, and its tables are of format {schema.VERSION}.",
                    REPAIR,
                )
            version = again
        if version > schema.VERSION:
            raise IndexMismatch(
                f"A newer kmassist made this library (format {version}).", "Update kmassist."
            )
        if version < schema.VERSION:
            if version not in schema.MIGRATIONS:
                raise IndexDamaged(
                    f"{self.name} says that it is of format {version}, which there never was.",
                    REPAIR,
                )
            if read_only:
                raise IndexMismatch(
                    "An earlier kmassist made this library.",
                    "Open it once where it can be written, then it is updated.",
                )
            with self._writer:
                self._migrate()

    def _has_tables_of_now(self) -> bool:
        with self.guard, _translated(self.name):
            return described(self._connection) == tables_of(schema.TABLES)

    def _migrate(self) -> None:
        version = self.value("PRAGMA user_version")  # again: another process may have been quicker
        if self.path and version < schema.VERSION:
            copy = self.path.with_name(f"{self.path.name}.v{version}.bak")
            while copy.is_dir():  # somebody's own
                copy = copy.with_name(f"{copy.stem}.1.bak")
            self.backup_to(copy)
        is_older = version < schema.VERSION
        for name, function in {"km_check": row_check, **FORMER}.items():
            self._connection.create_scalar_function(name, function)
        while version < schema.VERSION:
            with self.transaction():
                self.execute(schema.MIGRATIONS[version])
                self.execute(f"PRAGMA user_version={version + 1}")
            version += 1
        if is_older:
            with suppress(IndexingError):  # what it leaves free may wait, and be used
                self.execute("VACUUM")

    def _check_tables(self) -> None:
        """The tables are those of a library, word for word, and nothing else is there.

        A flipped bit in their description makes rows vanish, and SQLite finds nothing wrong; a trigger or a view from
        elsewhere would run with every change.
        """
        with self.guard, _translated(self.name):
            found, right = described(self._connection), tables_of(schema.TABLES)
        if foreign := sorted(name for _, name in found.keys() - right.keys()):
            raise IndexDamaged(
                f"{self.name} holds what no library of kmassist has ({foreign[0][:60]}): somebody changed it.",
                "Restore a backup that you trust, or run `kmassist doctor --repair`, which removes it.",
            )
        if found != right:
            raise IndexDamaged(f"The description of the tables of {self.name} has changed.", REPAIR)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run SQL and give all rows."""
        with self.guard, _translated(self.name):
            return list(self._connection.execute(sql, tuple(values)))

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run SQL once for each row of values."""
        with self.guard, _translated(self.name):
            self._connection.executemany(sql, rows)

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the first row, None without rows."""
        rows = self.execute(sql, values)
        return rows[0][0] if rows else None

    def meta(self, key: str) -> str | None:
        """One setting of the library.

        Raises:
            IndexDamaged: it has changed since it was written.
        """
        rows = self.execute("SELECT value, row_check FROM meta WHERE key = ?", (key,))
        if rows and (row_check(key, rows[0][0]) != rows[0][1] or not isinstance(rows[0][0], str)):
            raise IndexDamaged(
                f"The setting '{key}' in {self.name} has changed since it was written.", REPAIR
            )
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        """Set one setting of the library."""
        self.execute(
            "INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, value, row_check(key, value))
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, durably, or nothing of it."""
        with self.guard:
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    with suppress(apsw.Error):
                        self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment."""
        with self.guard:
            if self._connection.in_transaction:
                yield
                return
            self.execute("BEGIN")
            try:
                yield
            finally:
                with suppress(apsw.Error):
                    self._connection.execute("COMMIT")

    @property
    def data_version(self) -> int:
        """Changes whenever another connection has committed."""
        return int(
            self.value("PRAGMA data_version")
        )  # apsw's data_version() does not look at the file again

    def checkpoint(self) -> bool:
        """Move the WAL into the database and empty it; False when a reader still needs it."""
        if self.path is None:
            return True
        with self.guard, _translated(self.name):
            self._connection.set_busy_timeout(200)
            try:
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.BusyError:
                return False
            finally:
                self._connection.set_busy_timeout(BUSY_MILLISECONDS)
            return True

    def erase(self) -> bool:
        """Leave no byte of what was deleted: in free places of pages, in the WAL; False when a reader still needs the WAL.

        Only while holding the writer's lock.
        """
        free = self.value(
            "SELECT freelist_count > page_count / 4 FROM pragma_freelist_count, pragma_page_count"
        )
        if not self.checkpoint():
            return False
        if free or not self._scrubbed():
            self.execute("VACUUM")
        return self.checkpoint()

    def _scrubbed(self) -> bool:
        """Overwrite the free places; False where that cannot be done in place."""
        if self.path is None:
            return True
        with self.guard, _translated(self.name):
            return scrub_file(self._connection, self.path)

    def backup_to(self, target: Path) -> None:
        """Copy the database as of now to a file, while others use it; it is there whole or not at all."""
        temporary = target.with_name(f"{TEMPORARY}{os.getpid()}-{target.name}")
        with translated(temporary):
            temporary.unlink(missing_ok=True)
            os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
        try:
            with self.guard, _translated(self.name):
                copy = apsw.Connection(os.fspath(temporary))
                try:
                    copy.execute("PRAGMA synchronous=FULL").fetchall()
                    with copy.backup("main", self._connection, "main") as running:
                        running.step(-1)
                    ((mode,),) = copy.execute("PRAGMA journal_mode=DELETE").fetchall()
                    if mode != "delete":
                        raise IndexingError(
                            f"The copy of {self.name} could not be finished.", "Check the disk."
                        )
                finally:
                    copy.close()
            with translated(temporary), temporary.open("rb+") as file:
                os.fsync(file.fileno())
            rename(temporary, target)
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                with suppress(OSError):
                    temporary.with_name(temporary.name + suffix).unlink()

    def problems(self, *, is_deep: bool) -> list[str]:
        """What SQLite's own check finds wrong; empty when all is well."""
        found = self.execute("PRAGMA integrity_check(20)" if is_deep else "PRAGMA quick_check(20)")
        return [str(row[0]) for row in found if row[0] != "ok"]

    def close(self) -> None:
        """Close the connection, without a checkpoint."""
        with self.guard, _translated(self.name):
            self._connection.close()
        if self._copied:
            self._copied.cleanup()
