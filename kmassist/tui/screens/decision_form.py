"""The fields of a decision that a person fills in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmassist.records.decisions import Kind
from kmassist.tui.screens.form import Field

_KINDS = [(kind.value, kind.value) for kind in Kind]


def decision_fields(known: Mapping[str, Any]) -> list[Field]:
    """What people say of a decision, in the order they think of it."""
    return [
        Field(
            "decision",
            "Decision",
            known.get("decision", ""),
            hint="what is decided, in one sentence",
        ),
        Field("kind", "Kind", known.get("kind", "other"), _KINDS, is_needed=True),
        Field("body", "Body", known.get("body", ""), hint="which body decides"),
        Field("date", "Date", known.get("date", ""), hint="YYYY-MM-DD"),
        Field("priority", "Priority it serves", known.get("priority", "")),
        Field(
            "roles",
            "Took part (roles)",
            known.get("roles", ()),
            is_list=True,
            hint="roles, not names; split with ;",
        ),
        Field("review_date", "Review on", known.get("review_date", ""), hint="YYYY-MM-DD"),
    ]
