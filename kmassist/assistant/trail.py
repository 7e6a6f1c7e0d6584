"""The audit trail as rows for a screen and as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kmassist.records.store import left, write_as
from kmassist.text.tables import to_csv, to_markdown

if TYPE_CHECKING:
    from kmassist.index import Index
    from kmassist.index.trail import AuditLine as AuditLine  # noqa: PLC0414 - for front ends

TRAIL_HEADER = ("n", "at (UTC)", "role", "what", "of", "details")


def trail_rows(lines: Sequence[AuditLine]) -> list[list[str]]:
    """One row a line, under ``TRAIL_HEADER``."""
    return [
        [
            str(line.n),
            line.at[:19].replace("T", " "),
            line.actor or "not stated",
            line.action,
            line.doc_id or str(line.details.get("record", "")),
            "; ".join(
                f"{name}: {_said(value)}"
                for name, value in line.details.items()
                if name not in ("record", "digest")
            ),
        ]
        for line in lines
    ]


def trail_body(line: AuditLine) -> dict[str, object]:
    """One line as JSON has it."""
    return {
        "n": line.n,
        "at": line.at,
        "role": line.actor,
        "action": line.action,
        "doc_id": line.doc_id,
        "details": dict(line.details),
    }


def write_trail(index: Index, path: Path, lines: Sequence[AuditLine]) -> Path:
    """Lines as a .csv, .json or .md file, never over one that is there; the trail notes that they left.

    Raises:
        RecordError: another suffix, or the file exists.
    """

    def as_json() -> str:
        bodies = [trail_body(line) for line in lines]
        return json.dumps(bodies, ensure_ascii=False, indent=2) + "\n"

    rows = trail_rows(lines)
    writers = {
        ".csv": lambda: to_csv(TRAIL_HEADER, rows),
        ".json": as_json,
        ".md": lambda: f"# Audit trail\n\n{to_markdown(TRAIL_HEADER, rows)}",
    }
    write_as(path, writers, force=False)
    return left(index, "audit trail", path, count=len(lines))


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
