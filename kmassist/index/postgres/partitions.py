"""Which services' partitions the caller may read, what they hold, and whether they are whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmassist.errors import IndexDamaged, IndexIncomplete, IndexingError
from kmassist.index.database import row_check
from kmassist.index.postgres import schema
from kmassist.index.postgres.address import COMMON, check_name
from kmassist.index.postgres.connection import REPAIR, run, run_script

if TYPE_CHECKING:
    from kmassist.index.postgres.connection import Cursor


@dataclass(frozen=True, slots=True)
class Part:
    """One service's partition as of now.

    Attributes:
        may_write: whether the caller may add to it.
        seq: number of its last change.
        length: terms in all its passages.
        has_graph: whether its vectors have their graph.
        mean: mean length that the stored weights were made with.
        generation: the rule by which its words were made.
        hidden: documents that another partition before this one holds too; they are passed over here.
    """

    name: str
    may_write: bool
    has_graph: bool = False
    seq: int = 0
    documents: int = 0
    passages: int = 0
    vectors: int = 0
    length: int = 0
    mean: float = 0.0
    generation: str = ""
    has_all_sentences: bool = True
    hidden: tuple[str, ...] = ()

    @property
    def schema(self) -> str:
        """Where its tables are."""
        return schema.schema_of(self.name)

    @property
    def state(self) -> tuple[int | float | str | bool, ...]:
        """The columns of its row of ``state``, after the service and before the check."""
        return (
            *(self.seq, self.documents, self.passages, self.vectors, self.length),
            *(self.mean, self.generation, self.has_all_sentences),
        )


_STATE = "seq, documents, passages, vectors, length, mean, generation, has_all_sentences"
_WHOLE = f"""
SELECT s.name, n.oid IS NOT NULL,
    has_schema_privilege(n.oid, 'USAGE') OR (n.oid IS NULL AND (s.role = '' OR pg_has_role(to_regrole(s.role), 'USAGE'))),
    has_table_privilege(d.oid, 'INSERT'),
    (SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relnamespace = n.oid AND c.relkind = 'r'),
    every.others, every.graphs > 0
FROM {schema.MAIN}.service s LEFT JOIN pg_namespace n ON n.nspname = s.schema
    LEFT JOIN pg_class d ON d.relnamespace = n.oid AND d.relname = 'document',
    LATERAL (SELECT count(*) FILTER (WHERE a.amname <> 'hnsw') AS others, count(*) FILTER (WHERE a.amname = 'hnsw') AS graphs
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam
        WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND x.indisvalid AND x.indisready) AS every
ORDER BY s.name = '{COMMON}', s.name
"""


def readable(cursor: Cursor, wanted: str = "", *, is_alone: bool = False) -> list[Part]:
    """The partitions that the caller may read, checked to be whole; the one to write to first, the common one last.

    Args:
        cursor: of the transaction that will read them.
        wanted: the service that it is opened for; then that one and the common one.
        is_alone: only the one that changes go to.

    Raises:
        IndexIncomplete: one that the caller should read, or a table or an index of it, is not there.
        IndexingError: there is no such service, or the caller may read none.
    """
    found: list[Part] = []
    rows = run(cursor, _WHOLE).fetchall()
    if wanted and wanted not in {row[0] for row in rows}:
        raise IndexingError(
            f"There is no service '{wanted}' in this database.", "See `kmassist services list`."
        )
    for name, is_there, is_ours, may_write, tables, indexes, has_graph in rows:
        if not is_ours or (wanted and name not in (wanted, COMMON)):
            continue
        if not is_there or tables != len(schema.TABLES) or indexes != schema.INDEXES:
            what = (
                "is missing"
                if not is_there
                else f"has {tables} of {len(schema.TABLES)} tables and {indexes} of {schema.INDEXES} indexes"
            )
            raise IndexIncomplete(
                f"The part of the library that belongs to '{name}' {what}: no answer would be whole.",
                REPAIR,
            )
        found.append(Part(name, bool(may_write), bool(has_graph)))
    if not found or (wanted and found[0].name != wanted):
        raise IndexingError(
            f"Your role may not read {'the documents of ' + wanted if wanted else 'this library'}.",
            "Ask the region's administrators.",
        )
    ordered = _own_first(found, wanted)
    return _with_state(cursor, [own(ordered, wanted)] if is_alone else ordered)


def _own_first(parts: list[Part], wanted: str) -> list[Part]:
    """The service's own when it was named, or is the only one that may be written; else the common one is written to."""
    writable = [part for part in parts if part.may_write]
    common = next((part for part in writable if part.name == COMMON), None)
    own = (
        next(part for part in parts if part.name == wanted)
        if wanted
        else common or (writable[0] if len(writable) == 1 else None)
    )
    if own is None or own.name == COMMON:
        return parts
    return [own, *(part for part in parts if part is not own)]


def own(parts: Sequence[Part], wanted: str) -> Part:
    """The partition that changes, records and the audit trail are of."""
    first = parts[0]
    if wanted or (first.may_write and first.name != COMMON and not _may_write_common(parts)):
        return first
    return next((part for part in parts if part.name == COMMON), first)


def _may_write_common(parts: Sequence[Part]) -> bool:
    return any(part.name == COMMON and part.may_write for part in parts)


def _with_state(cursor: Cursor, parts: list[Part]) -> list[Part]:
    each = (f"SELECT '{part.name}', {_STATE}, row_check FROM {part.schema}.state" for part in parts)
    rows = {name: row for name, *row in run(cursor, " UNION ALL ".join(each)).fetchall()}
    full = []
    for part in parts:
        if part.name not in rows:
            raise IndexIncomplete(f"The state of '{part.name}' is missing.", REPAIR)
        *columns, check = rows[part.name]
        if row_check(part.name, *columns) != bytes(check):
            raise IndexDamaged(
                f"The state of '{part.name}' has changed since it was written.", REPAIR
            )
        seq, documents, passages, vectors, length, mean, generation, has_all = columns
        full.append(
            replace(
                part,
                seq=seq,
                documents=documents,
                passages=passages,
                vectors=vectors,
                length=length,
                mean=mean,
                generation=generation,
                has_all_sentences=has_all,
            )
        )
    return full


def hidden(cursor: Cursor, parts: Sequence[Part]) -> dict[str, tuple[str, ...]]:
    """Partition -> documents of it that a partition before it holds too: one document is found once."""
    if sum(part.documents > 0 for part in parts) < 2:
        return {}
    each = " UNION ALL ".join(
        f"SELECT {n} AS n, doc_id FROM {part.schema}.document" for n, part in enumerate(parts)
    )
    sql = (
        "SELECT n, doc_id FROM (SELECT n, doc_id, min(n) OVER (PARTITION BY doc_id) AS first"
        f" FROM ({each}) AS every) AS ranked WHERE n > first ORDER BY n, doc_id"
    )
    found: dict[str, list[str]] = {}
    for n, doc_id in run(cursor, sql).fetchall():
        found.setdefault(parts[n].name, []).append(doc_id)
    return {name: tuple(doc_ids) for name, doc_ids in found.items()}


def put_state(cursor: Cursor, part: Part) -> None:
    """Write a partition's row of ``state``."""
    names = [name.strip() for name in _STATE.split(",")]
    run(
        cursor,
        f"INSERT INTO {part.schema}.state (service, {_STATE}, row_check) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)"
        f" ON CONFLICT (service) DO UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in [*names, 'row_check'])}",
        (part.name, *part.state, row_check(part.name, *part.state)),
    )


def make_library(cursor: Cursor, dimension: int) -> None:
    """Make the parents of all tables, and the common partition."""
    run(cursor, "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public")
    sql = schema.LIBRARY.format(main=schema.MAIN, dimension=dimension, terms=schema.TERMS)
    run_script(cursor, sql)


def make_partition(cursor: Cursor, name: str, role: str, generation: str) -> None:
    """Make a service's partition and let a role of the database read and write it, and read the common one.

    Args:
        name: the service.
        role: a role of the database that exists; empty for none.
        generation: the rule by which words are made.
    """
    check_name(name)
    own_schema = schema.schema_of(name)
    run(
        cursor,
        f"INSERT INTO {schema.MAIN}.service (name, schema, role) VALUES (%s, %s, %s)",
        (name, own_schema, role),
    )
    run(cursor, f"CREATE SCHEMA {own_schema}")
    for table in schema.TABLES:
        run_script(
            cursor,
            schema.PARTITION.format(schema=own_schema, table=table, main=schema.MAIN, name=name),
        )
    run_script(cursor, schema.TUNING.format(schema=own_schema))
    put_state(cursor, Part(name, True, generation=generation))
    if role:
        quoted = '"' + role.replace('"', '""') + '"'
        names = {"main": schema.MAIN, "schema": own_schema, "role": quoted}
        run_script(cursor, (schema.READ + schema.WRITE).format(**names))
        common = {**names, "schema": schema.schema_of(COMMON)}
        run_script(cursor, schema.READ.format(**common))


def hide_sizes(cursor: Cursor) -> bool:
    """Keep the numbers of rows and bytes of tables, which the server tells every role, for its monitors; whether that could be done.

    For a database that holds the library alone: only a superuser may, and it holds for the whole database.
    """
    ((is_super,),) = run(
        cursor, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchall()
    if is_super:
        run_script(cursor, schema.HIDE_SIZES)
    return bool(is_super)
