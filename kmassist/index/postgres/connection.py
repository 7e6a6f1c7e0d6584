"""The way to the server: a pool of connections, short transactions, and every fault as one sentence.

Nothing outlives its transaction (`SET LOCAL` alone, no prepared statement, locks of the transaction), so that PgBouncer may
hand each transaction another server process. What is read is of one moment. A reader whose connection was lost asks once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from pgvector.psycopg import register_vector
from psycopg import errors as sql
from psycopg_pool import ConnectionPool, PoolTimeout

from kmassist.errors import (
    BackendUnavailable,
    IndexDamaged,
    IndexIncomplete,
    IndexingError,
    IndexLocked,
    KmassistError,
)
from kmassist.index.postgres.address import Address
from kmassist.index.postgres.numbers import Numbers, NumbersDumper, Sparse, SparseDumper

if TYPE_CHECKING:
    Cursor = psycopg.Cursor[tuple[Any, ...]]
    Connection = psycopg.Connection[tuple[Any, ...]]

T = TypeVar("T")

REPAIR = "Tell the database's administrators; `kmassist doctor` says what is wrong."
_MOST_CONNECTIONS = 4
_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 60
_LOCK_SECONDS = 5
_BY_INDEX = "".join(
    f", set_config('enable_{way}', 'off', true)" for way in ("seqscan", "mergejoin", "hashjoin")
)
"""A change looks few rows up in tables that grow under it, whose statistics the server has not made yet."""
_LOST = (sql.AdminShutdown, sql.CrashShutdown, sql.CannotConnectNow, sql.IdleSessionTimeout)
_MISSING = (sql.UndefinedTable, sql.InvalidSchemaName, sql.UndefinedColumn, sql.UndefinedFunction)
_BROKEN = (sql.DataCorrupted, sql.IndexCorrupted)


class Server:
    """Transactions on one database. Safe to use from several threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._options: dict[str, Any] = {
            "connect_timeout": _CONNECT_SECONDS,
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
            "application_name": "kmassist",
        }
        with self.translated():
            # The first by hand: a pool would only say that it waited in vain, not why.
            psycopg.connect(address.conninfo, autocommit=True, **self._options).close()
            self._pool = ConnectionPool(
                address.conninfo,
                kwargs={"autocommit": True, "prepare_threshold": None, **self._options},
                min_size=0,
                max_size=_MOST_CONNECTIONS,
                timeout=_CONNECT_SECONDS,
                reconnect_timeout=_CONNECT_SECONDS,
                check=ConnectionPool.check_connection,
                open=True,
            )

    def read(self, act: Callable[[Cursor], T]) -> T:
        """What ``act`` reads in one transaction that writes nothing; asked again once when the connection was lost."""
        with self.translated():
            try:
                return self._run(act, is_reading=True)
            except psycopg.Error as error:
                if not _is_lost(error):
                    raise
            return self._run(act, is_reading=True)

    def write(self, act: Callable[[Cursor], T]) -> T:
        """What ``act`` gives; on return all that it wrote is durable, and nothing of it when it raises."""
        with self.translated():
            return self._run(act, is_reading=False)

    def _run(self, act: Callable[[Cursor], T], *, is_reading: bool) -> T:
        with self._pool.connection() as connection:
            if connection.adapters.types.get("sparsevec") is None:
                _know_vectors(connection)
            levels = psycopg.IsolationLevel
            connection.isolation_level = (
                levels.REPEATABLE_READ if is_reading else levels.READ_COMMITTED
            )
            connection.read_only = (
                is_reading or None
            )  # a copy refuses to begin what may write, with another fault
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),"
                    " set_config('work_mem', '64MB', true), set_config('search_path', 'pg_catalog, public', true)"
                    + ("" if is_reading else _BY_INDEX),
                    (f"{_STATEMENT_SECONDS}s", f"{_LOCK_SECONDS}s"),
                )
                return act(cursor)

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection without a transaction, for what cannot stand in one."""
        with self.translated(), self._pool.connection() as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Faults of the server as errors of the library."""
        try:
            yield
        except PoolTimeout as error:
            raise self._gone(str(error)) from error
        except psycopg.Error as error:
            raise self._fault(error) from error

    def _gone(self, why: str) -> BackendUnavailable:
        first = " ".join((why.strip() or "no answer").splitlines()[0].split())
        return BackendUnavailable(
            f"The database {self.address.shown} does not answer ({first[:200]}).",
            "Nothing that was acknowledged is lost. Try again when it is back, or ask its administrators.",
        )

    def _fault(self, error: psycopg.Error) -> KmassistError:  # noqa: PLR0911 - one sentence a fault
        says = (error.diag.message_primary or str(error)).strip()
        where = self.address.shown
        if isinstance(
            error, sql.LockNotAvailable | sql.SerializationFailure | sql.DeadlockDetected
        ):
            return IndexLocked(
                "The library is being written by somebody else.",
                "Try again when that has finished.",
            )
        if isinstance(error, sql.QueryCanceled):
            return BackendUnavailable(
                f"The database {where} took longer than {_STATEMENT_SECONDS} seconds.",
                "Try again; if it stays so, ask its administrators.",
            )
        if isinstance(error, sql.InsufficientPrivilege):
            return IndexingError(
                f"Your role may not do that in {where} ({says}).",
                "Ask the region's administrators.",
            )
        if isinstance(error, sql.ReadOnlySqlTransaction):
            return IndexingError(
                f"{where} is a copy that only answers questions.",
                "Use the primary server's address.",
            )
        if isinstance(error, _MISSING):
            return IndexIncomplete(f"A part of the library in {where} is missing ({says}).", REPAIR)
        if isinstance(error, _BROKEN):
            return IndexDamaged(f"The database {where} is damaged ({says}).", REPAIR)
        if isinstance(error, sql.DiskFull | sql.OutOfMemory):
            return IndexingError(f"The database {where} has no room ({says}).", REPAIR)
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return self._gone(says)
        return IndexingError(f"The database {where} refused ({says[:200]}).", REPAIR)


def _is_lost(error: psycopg.Error) -> bool:
    """Whether the connection, and not what was asked, was at fault."""
    if isinstance(error, (*_LOST, psycopg.InterfaceError)):
        return True
    return (
        isinstance(error, psycopg.OperationalError)
        and error.sqlstate is None
        and not isinstance(error, PoolTimeout)
    )


def _know_vectors(connection: Connection) -> None:
    if connection.execute("SELECT 1 FROM pg_type WHERE typname = 'sparsevec'").fetchone():
        register_vector(connection)
        kind = connection.adapters.types["sparsevec"]
        connection.adapters.register_dumper(None, NumbersDumper)
        connection.adapters.register_dumper(Numbers, NumbersDumper)
        connection.adapters.register_dumper(Sparse, SparseDumper.of(kind.oid))


def run(cursor: Cursor, statement: str, values: Sequence[Any] = ()) -> Cursor:
    """Run SQL whose names are literals of this package; values are always bound."""
    return cursor.execute(statement.encode(), tuple(values) or None)


def run_script(cursor: Cursor, script: str) -> None:
    """Run several statements in the cursor's transaction."""
    cursor.connection.execute(script.encode())


class Tables:
    """One service's tables, for what is written the same in every engine: SQL with ``?`` and without a schema."""

    def __init__(self, cursor: Cursor, schema: str) -> None:
        self._cursor, self._schema = cursor, schema
        cursor.execute(
            "SELECT set_config('search_path', %s, true)", (f"{schema}, pg_catalog, public",)
        )

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run SQL and give all rows."""
        done = run(self._cursor, statement.replace("?", "%s"), values)
        return done.fetchall() if done.description else []
