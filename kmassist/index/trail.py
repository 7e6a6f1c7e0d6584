"""The audit trail: who did what to which document, append-only, each line holding the digest of the line before.

It never holds a document's words. Its head is kept apart, so that lines cut off its end are missed too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kmassist.index.database import Database

_START = bytes(32)
_COLUMNS = "n, at, actor, action, doc_id, details"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act: ``at`` in UTC (ISO 8601), ``actor`` a role, ``details`` counts and codes."""

    n: int
    at: str
    actor: str
    action: str
    doc_id: str
    details: Mapping[str, Any]


def append(database: Database, action: str, *, actor: str, doc_id: str, details: Mapping[str, Any]) -> None:
    """Add one line, inside the caller's transaction."""
    last = database.execute("SELECT n, digest FROM audit ORDER BY n DESC LIMIT 1")
    number, previous = (last[0][0] + 1, last[0][1]) if last else (1, _START)
    line = (
        number,
        datetime.now(UTC).isoformat(timespec="seconds"),
        actor,
        action,
        doc_id,
        json.dumps(dict(details), sort_keys=True, ensure_ascii=False),
    )
    _insert(database, line, previous, _digest(previous, line))


def lines(database: Database) -> list[AuditLine]:
    """The whole trail, oldest first."""
    rows = database.execute(f"SELECT {_COLUMNS} FROM audit ORDER BY n")
    return [AuditLine(n, at, who, act, doc_id, json.loads(details)) for n, at, who, act, doc_id, details in rows]


def latest(database: Database) -> datetime | None:
    """The latest time in the trail, whatever the order of its lines; None for an empty one."""
    at = database.value("SELECT max(at) FROM audit")
    return datetime.fromisoformat(at) if at else None


def copy(source: Database, target: Database) -> int:
    """Copy the lines of one trail to the empty trail of another library, up to the first that is not whole.

    Returns:
        How many lines were left out.
    """
    rows = source.execute(f"SELECT {_COLUMNS}, previous, digest FROM audit ORDER BY n")
    previous, kept = _START, 0
    with target.transaction():
        for *line, before, digest in rows:
            if before != previous or digest != _digest(before, tuple(line)):
                break
            previous, kept = digest, kept + 1
            _insert(target, tuple(line), before, digest)
    return len(rows) - kept


def problems(database: Database) -> list[str]:
    """Where the chain is broken: a line edited, removed, moved or cut off the end."""
    found, previous, expected = [], _START, 1
    for *line, before, digest in database.execute(f"SELECT {_COLUMNS}, previous, digest FROM audit ORDER BY n"):
        if line[0] != expected or before != previous or digest != _digest(before, tuple(line)):
            found.append(f"line {line[0]} of the audit trail was changed, or a line before it is gone")
        previous, expected = digest, line[0] + 1
    head = database.meta("audit_head")
    if head != (f"{expected - 1}:{previous.hex()}" if expected > 1 else None):
        found.append("the end of the audit trail is missing")
    return found


def _insert(database: Database, line: tuple[Any, ...], previous: bytes, digest: bytes) -> None:
    database.execute(f"INSERT INTO audit ({_COLUMNS}, previous, digest) VALUES (?,?,?,?,?,?,?,?)", (*line, previous, digest))
    database.set_meta("audit_head", f"{line[0]}:{digest.hex()}")


def _digest(previous: bytes, line: tuple[Any, ...]) -> bytes:
    return hashlib.sha256(previous + json.dumps(list(line), ensure_ascii=False).encode()).digest()
