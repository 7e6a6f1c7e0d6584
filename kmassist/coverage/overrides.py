"""Overrides: a person may set any cell's state, with a reason that stays beside it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from kmassist.coverage.matrix import CoverageCell, RuleTrace, State
from kmassist.documents import PartialDate, SourceType
from kmassist.text import words


class OverrideRecord(BaseModel):
    """One flag set by a person: which question (empty means every question), which type, to what, why, by which role."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    override_id: str = ""
    question: str = ""
    source_type: SourceType
    state: State
    reason: str = Field(min_length=3)
    by_role: str = Field(min_length=2)
    date: PartialDate = None

    def holds_for(self, question: str) -> bool:
        """Whether it speaks of this question; case, spacing and punctuation do not count."""
        return not self.question or words(self.question) == words(question)


def apply_overrides(cell: CoverageCell, question: str, overrides: Sequence[OverrideRecord]) -> CoverageCell:
    """The cell as the last matching override sets it; the tool's own codes and trace are kept below."""
    chosen = [o for o in overrides if o.source_type == cell.source_type and o.holds_for(question)]
    if not chosen:
        return cell
    last = chosen[-1]
    who = f"{last.by_role}, {last.date}" if last.date else last.by_role
    says = f"Set to {last.state.value} by {who}: {last.reason} (the rules alone say {cell.state.value})."
    return cell.model_copy(
        update={
            "state": last.state,
            "overridden_by": f"{who}: {last.reason}",
            "trace": (RuleTrace(code="", ahrq="", says=says), *cell.trace),
        }
    )
