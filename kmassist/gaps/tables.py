"""The gap register and the search log as CSV and Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.gaps.records import GapRecord, SearchRecord
from kmassist.text.tables import to_csv, to_markdown

_GAP_COLUMNS = tuple(name for name in GapRecord.model_fields if name not in {"epicot", "rationale"})
_SEARCH_COLUMNS = tuple(SearchRecord.model_fields)


def gaps_csv(records: Sequence[GapRecord]) -> str:
    """One line a gap; lists are joined by semicolons; safe to open in a spreadsheet."""
    return to_csv(_GAP_COLUMNS, [_row(r, _GAP_COLUMNS) for r in records])


def searches_csv(records: Sequence[SearchRecord]) -> str:
    """One line a search, likewise."""
    return to_csv(_SEARCH_COLUMNS, [_row(r, _SEARCH_COLUMNS) for r in records])


def gaps_markdown(records: Sequence[GapRecord], corpus_name: str = "this corpus") -> str:
    """A Markdown table of the register: what is missing, how strong the claim is and who does what by when."""
    header = ("No.", "Gap", "Kind", "Claim", "Trigger", "Action", "Owner", "Stage", "Due")
    rows = [
        (
            r.gap_id,
            r.title,
            r.source_type.value if r.source_type else "",
            r.claim,
            r.trigger.value,
            r.action,
            r.owner_role,
            r.stage.value + (f" by {r.closed_by_doc}" if r.closed_by_doc else ""),
            r.due,
        )
        for r in records
    ]
    return f"# Gap register of {corpus_name}\n\n" + to_markdown(header, rows)


def _row(record: GapRecord | SearchRecord, columns: Sequence[str]) -> list[object]:
    body = record.model_dump(mode="json")
    return [
        "; ".join(body[name]) if isinstance(body[name], list) else body[name] for name in columns
    ]
