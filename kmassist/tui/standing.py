"""What a document's own particulars warn of, in a word or two each. The rules are the coverage module's."""

from __future__ import annotations

import datetime as dt

from kmassist.coverage import State, Verdict
from kmassist.coverage.age import judge_age, latest_day
from kmassist.documents.document import Document, SourceType
from kmassist.documents.in_force import is_superseded
from kmassist.documents.metadata import AFTER_TODAY
from kmassist.documents.required_metadata import missing_metadata
from kmassist.settings.model import AgeSettings


def kind_of(source_type: SourceType | None) -> str:
    """The column's word for a source type; unknown is said, never guessed."""
    return source_type.column if source_type else "unknown"


def warnings_of(document: Document, today: dt.date, ages: AgeSettings) -> list[str]:
    """Undated, kind unknown, superseded, outdated, re-audit overdue, particulars missing."""
    meta = document.metadata
    found = []
    if meta.source_type is None:
        found.append("kind unknown")
    if meta.dated is None:
        found.append(AFTER_TODAY if meta.to_come else "undated")
    elif is_superseded(meta, today):
        found.append("superseded")
    elif any(item.re_audit_due and latest_day(item.re_audit_due) < today for item in meta.audit):
        found.append("re-audit overdue")
    else:
        level = judge_age(meta, today, ages).level
        found += ["outdated"] if level == "red" else ["check age"] if level == "amber" else []
    if meta.source_type is not None:
        missing = [name for name in missing_metadata(meta) if name != "date"]
        if missing:
            found.append(
                f"{len(missing)} things missing" if len(missing) > 1 else f"no {missing[0]}"
            )
    return found


STATE_COLOURS = {
    State.SUFFICIENT: "km-good",
    State.THIN: "km-check",
    State.CONFLICTING: "km-check",
    State.OUTDATED_ONLY: "km-check",
    State.INDIRECT_ONLY: "km-check",
    State.SILENT: "km-check",
    State.TO_CHECK: "km-link",
    State.ABSENT: "km-bad",
}
"""State -> name of the theme's variable."""

VERDICT_WORDS = {
    Verdict.ANSWERABLE: ("+", "Answered from this corpus", "km-good"),
    Verdict.PARTLY: ("o", "Partly answered from this corpus", "km-check"),
    Verdict.TO_CHECK: ("?", "Perhaps answered: check the nearest sentence", "km-link"),
    Verdict.NOT_ANSWERABLE: ("-", "Not answerable from this corpus", "km-bad"),
    Verdict.NOT_JUDGED: ("i", "A question about the corpus itself", "km-link"),
    Verdict.NOT_ASKED: ("i", "Nothing to search for", "km-link"),
}
"""Verdict -> symbol, words, name of the theme's variable."""
