"""The audit trail: who did what to which document, append-only, each line holding the digest of the line before.

It never holds a document's words. Its head is kept apart, so that lines cut off its end are missed too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from kmassist.documents.document import Document
from kmassist.errors import IndexingError
from kmassist.index.database import Database
from kmassist.text import clock

_START = bytes(32)
_NOT_FOLLOWED = (
    "session",
    "assessment",
    "signing-key",
    "folder-state",
    "followed-",
    "unanswered",
    "visit",
)
_COLUMNS = "n, at, actor, action, doc_id, details"


class Tables(Protocol):
    """Where a trail is kept: SQL with ``?`` for values, and the settings that hold its head."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Run SQL and give all rows."""
        ...

    def meta(self, key: str) -> str | None:
        """One setting."""
        ...

    def set_meta(self, key: str, value: str) -> None:
        """Set one setting."""
        ...


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act: ``at`` in UTC (ISO 8601), ``actor`` a role, ``details`` counts and codes."""

    n: int
    at: str
    actor: str
    action: str
    doc_id: str
    details: Mapping[str, Any]


def append(
    database: Tables, action: str, *, actor: str, doc_id: str, details: Mapping[str, Any]
) -> None:
    """Add one line, inside the caller's transaction."""
    at = clock.now().astimezone(UTC).isoformat(timespec="seconds")
    _append(database, AuditLine(0, at, actor, action, doc_id, details))


def _append(database: Tables, line: AuditLine) -> None:
    last = database.execute("SELECT n, digest FROM audit ORDER BY n DESC LIMIT 1")
    number, previous = (last[0][0] + 1, last[0][1]) if last else (1, _START)
    details = json.dumps(dict(line.details), sort_keys=True, ensure_ascii=False)
    row = (number, line.at, line.actor, line.action, line.doc_id, details)
    _insert(database, row, previous, _digest(previous, row))


def adopt(database: Tables, taken: Sequence[AuditLine]) -> None:
    """Write the trail of a library that is moved here, inside the caller's transaction; the chain comes out the same.

    Raises:
        IndexingError: another trail is here already.
    """
    held = lines(database)
    if held[: len(taken)] != list(taken)[: len(held)]:
        raise IndexingError(
            "The library that was to be moved to has an audit trail of its own.",
            "Move to an empty one, or to one that this move was begun with.",
        )
    for line in taken[len(held) :]:
        _append(database, line)


def is_followed(kind: str) -> bool:
    """Whether what is done to records of a kind is in the trail: not what people only asked, how they answered a survey, or when
    a folder was last looked at."""
    return not kind.startswith(_NOT_FOLLOWED)


def record_act(
    kind: str, record_id: str, before: Mapping[str, Any] | None, body: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The action and details of writing a record: which fields changed, never their words, and the digest of the whole."""
    details: dict[str, Any] = {"record": record_id, "digest": record_digest(body)}
    if before is not None:
        details["changed"] = changed_fields(before, body)
    return f"{'add' if before is None else 'change'} {kind}", details


def record_digest(body: Mapping[str, Any]) -> str:
    """SHA-256 of a record as JSON with sorted keys, so that one that was changed behind the trail's back is told."""
    text = json.dumps(dict(body), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the fields that differ, in order."""
    return sorted(
        name
        for name in {*before, *after}
        if name != "came_from" and before.get(name) != after.get(name)
    )


def edited(held: Document, document: Document) -> tuple[Document, list[str]]:
    """A stored document with another one's metadata and the place of its file, and what changed by that."""
    place = {"source_name": document.source_name, "source_path": document.source_path}
    whole = held.model_copy(update={"metadata": document.metadata, **place})
    changed = changed_fields(
        held.metadata.model_dump(mode="json"), document.metadata.model_dump(mode="json")
    )
    return whole, changed + (["place"] if whole.source_path != held.source_path else [])


def lines(database: Tables) -> list[AuditLine]:
    """The whole trail, oldest first."""
    rows = database.execute(f"SELECT {_COLUMNS} FROM audit ORDER BY n")
    return [
        AuditLine(n, at, who, act, doc_id, json.loads(details))
        for n, at, who, act, doc_id, details in rows
    ]


def latest(database: Database) -> datetime | None:
    """The latest time in the trail, whatever the order of its lines; None for an empty one.

    A line whose time does not read was damaged or changed, which `problems` says; it counts for nothing here.
    """
    times = (_time(at) for (at,) in database.execute("SELECT at FROM audit ORDER BY at DESC"))
    return next((time for time in times if time), None)


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else None


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


def problems(database: Tables) -> list[str]:
    """Where the chain is broken: a line edited, removed, moved or cut off the end."""
    found, previous, expected = [], _START, 1
    for *line, before, digest in database.execute(
        f"SELECT {_COLUMNS}, previous, digest FROM audit ORDER BY n"
    ):
        if line[0] != expected or before != previous or digest != _digest(before, tuple(line)):
            found.append(
                f"line {line[0]} of the audit trail was changed, or a line before it is gone"
            )
        previous, expected = digest, line[0] + 1
    head = database.meta("audit_head")
    if head != (f"{expected - 1}:{previous.hex()}" if expected > 1 else None):
        found.append("the end of the audit trail is missing")
    return found


def _insert(database: Tables, line: tuple[Any, ...], previous: bytes, digest: bytes) -> None:
    database.execute(
        f"INSERT INTO audit ({_COLUMNS}, previous, digest) VALUES (?,?,?,?,?,?,?,?)",
        (*line, previous, digest),
    )
    database.set_meta("audit_head", f"{line[0]}:{digest.hex()}")


def _digest(previous: bytes, line: tuple[Any, ...]) -> bytes:
    return hashlib.sha256(previous + json.dumps(list(line), ensure_ascii=False).encode()).digest()
