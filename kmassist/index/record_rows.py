"""The rows of records: what people wrote down, by kind and id, each with the check of its columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kmassist.index.database import Database, row_check
from kmassist.index.rows import (
    check_row,
    whole,
)


class RecordRows:
    """Reads and writes records; the caller opens transactions and holds the writer's lock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kinds(self) -> list[str]:
        """Every kind that a record is held of, by name."""
        sql = "SELECT DISTINCT kind FROM records ORDER BY kind"
        return [kind for (kind,) in self._database.execute(sql)]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Every record of a kind."""
        found = {}
        sql = "SELECT record_id, body, row_check FROM records WHERE kind = ? ORDER BY record_id"
        for record_id, body, check in self._database.execute(sql, (kind,)):
            check_row(f"{kind} record {record_id}", check, kind, record_id, body)
            found[record_id] = json.loads(body)
        if expected := self._database.meta(
            f"records:{kind}"
        ):  # not counted in a library that 0.1.0 of the first days made
            whole(f"records of {kind}", len(found), int(expected))
        return found

    def one(self, kind: str, record_id: str) -> dict[str, Any]:
        """One record that is there."""
        sql = "SELECT body, row_check FROM records WHERE kind = ? AND record_id = ?"
        body, check = self._database.execute(sql, (kind, record_id))[0]
        check_row(f"{kind} record {record_id}", check, kind, record_id, body)
        found: dict[str, Any] = json.loads(body)
        return found

    def put(self, kind: str, record_id: str, body: Mapping[str, Any]) -> None:
        """Store or replace a record."""
        text = json.dumps(dict(body), ensure_ascii=False, sort_keys=True)
        self._database.execute(
            "INSERT OR REPLACE INTO records VALUES (?,?,?,?)",
            (kind, record_id, text, row_check(kind, record_id, text)),
        )
        self._note_count(kind)

    def delete(self, kind: str, record_id: str) -> None:
        """Remove a record."""
        self._database.execute(
            "DELETE FROM records WHERE kind = ? AND record_id = ?", (kind, record_id)
        )
        self._note_count(kind)

    def _note_count(self, kind: str) -> None:
        self._database.set_meta(
            f"records:{kind}",
            str(self._database.value("SELECT count(*) FROM records WHERE kind = ?", (kind,))),
        )
