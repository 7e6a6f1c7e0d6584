"""The description of a library's tables in its SQLite file, and putting right one that was damaged."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import apsw

from kmassist.index import schema


@lru_cache(maxsize=4)
def tables_of(tables: str) -> dict[tuple[str, str], str | None]:
    """(type, name) -> SQL of every table, index and trigger that a library has."""
    fresh = apsw.Connection(":memory:")
    fresh.execute(tables).fetchall()
    return described(fresh)


def described(connection: apsw.Connection) -> dict[tuple[str, str], str | None]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema")
    return {(kind, name): sql for kind, name, sql in rows}


def mend_tables(path: Path) -> bool:
    """Put right a damaged description of the tables, which is known from elsewhere, and remove what no library has: a
    trigger could undo a removal, a view stand in a table's place; whether there was anything.

    Only while holding the writer's lock.
    """
    with suppress(apsw.Error, UnicodeDecodeError):
        right = tables_of(schema.TABLES)
        connection = apsw.Connection(os.fspath(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            found = described(connection)
            is_numbered = connection.pragma("user_version") == schema.VERSION
            if not is_numbered and found != right:
                return False  # of another format in truth
            foreign = found.keys() - right.keys()
            for kind, name in sorted(foreign, key=lambda item: item[0] == "table"):
                quoted = name.replace('"', '""')
                with suppress(apsw.SQLError):  # gone with its table
                    connection.execute(f'DROP {kind} "{quoted}"').fetchall()
            # An index or a trigger can always be made again; of the tables only the trail, whose loss its head tells.
            missing = [
                key
                for key in right
                if right[key] and key not in found and (key[0] != "table" or key[1] == "audit")
            ]
            for key in missing:
                connection.execute(right[key] or "").fetchall()
            wrong = [
                (sql, name, kind)
                for (kind, name), sql in right.items()
                if found.get((kind, name), sql) != sql
            ]
            if wrong:
                connection.execute("PRAGMA writable_schema=ON; BEGIN IMMEDIATE").fetchall()
                connection.executemany(
                    "UPDATE sqlite_schema SET sql = ? WHERE name = ? AND type = ?", wrong
                )
                connection.execute("COMMIT").fetchall()
            if not is_numbered:
                connection.pragma("user_version", schema.VERSION)
            return bool(foreign or missing or wrong or not is_numbered)
        finally:
            connection.close()
    return False
