"""Records and settings of one partition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kmassist.index.database import row_check
from kmassist.index.postgres.connection import run
from kmassist.index.postgres.partitions import Part
from kmassist.index.rows import (
    check_row,
    whole,
)

if TYPE_CHECKING:
    from kmassist.index.postgres.connection import Cursor


def meta(cursor: Cursor, part: Part, key: str) -> str | None:
    """One setting of a partition."""
    sql = f"SELECT value, row_check FROM {part.schema}.meta WHERE key = %s"
    rows = run(cursor, sql, (key,)).fetchall()
    for value, check in rows:
        check_row(f"setting '{key}'", check, key, value)
        return str(value)
    return None


def set_meta(cursor: Cursor, part: Part, key: str, value: str) -> None:
    """Set one setting of a partition."""
    run(
        cursor,
        f"INSERT INTO {part.schema}.meta (key, value, row_check) VALUES (%s, %s, %s)"
        " ON CONFLICT (service, key) DO UPDATE SET value = excluded.value, row_check = excluded.row_check",
        (key, value, row_check(key, value)),
    )


def record_kinds(cursor: Cursor, part: Part) -> list[str]:
    """Every kind that a record is held of, by name."""
    sql = f"SELECT DISTINCT kind FROM {part.schema}.records ORDER BY kind"
    return [kind for (kind,) in run(cursor, sql)]


def records(cursor: Cursor, part: Part, kind: str) -> dict[str, dict[str, Any]]:
    """Every record of a kind."""
    found = {}
    sql = f"SELECT record_id, body, row_check FROM {part.schema}.records WHERE kind = %s ORDER BY record_id"
    for record_id, body, check in run(cursor, sql, (kind,)):
        check_row(f"{kind} record {record_id}", check, kind, record_id, body)
        found[record_id] = json.loads(body)
    whole(f"records of {kind}", len(found), int(meta(cursor, part, f"records:{kind}") or 0))
    return found


def put_record(
    cursor: Cursor, part: Part, kind: str, record_id: str, body: Mapping[str, Any]
) -> None:
    """Store or replace a record."""
    text = json.dumps(dict(body), ensure_ascii=False, sort_keys=True)
    run(
        cursor,
        f"INSERT INTO {part.schema}.records (kind, record_id, body, row_check) VALUES (%s,%s,%s,%s)"
        " ON CONFLICT (service, kind, record_id) DO UPDATE SET body = excluded.body, row_check = excluded.row_check",
        (kind, record_id, text, row_check(kind, record_id, text)),
    )
    _note_count(cursor, part, kind)


def delete_record(cursor: Cursor, part: Part, kind: str, record_id: str) -> None:
    """Remove a record."""
    sql = f"DELETE FROM {part.schema}.records WHERE kind = %s AND record_id = %s"
    run(cursor, sql, (kind, record_id))
    _note_count(cursor, part, kind)


def _note_count(cursor: Cursor, part: Part, kind: str) -> None:
    sql = f"SELECT count(*) FROM {part.schema}.records WHERE kind = %s"
    ((count,),) = run(cursor, sql, (kind,)).fetchall()
    set_meta(cursor, part, f"records:{kind}", str(count))
