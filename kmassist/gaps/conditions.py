"""The six conditions under which generating knowledge internally may be proposed (domain D4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kmassist.coverage import Coverage, Need, State
from kmassist.coverage.age import latest_day, months_since
from kmassist.documents.document import Document, SourceType
from kmassist.documents.in_force import is_unfinished
from kmassist.gaps.claims import ClaimMade, ClaimStrength
from kmassist.gaps.records import GapRecord, RoleRecord, SearchRecord
from kmassist.gaps.roles import fills

DUE_WITHIN_MONTHS = 18
RECRUITING_YEARS = 2
METHODS = ("local audit or involvement", "service evaluation", "research with a university partner")
"""From the lowest burden to the highest."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the six, from 1; ``why`` gives the fact it was judged by."""

    number: int
    says: str
    holds: bool
    why: str


@dataclass(frozen=True, slots=True)
class Generation:
    """Whether generating internally is proposed; a person decides. ``method`` is the lowest-burden one that could answer."""

    is_proposed: bool
    method: str
    conditions: tuple[Condition, ...]

    @property
    def failing(self) -> tuple[Condition, ...]:
        """The conditions that do not hold."""
        return tuple(c for c in self.conditions if not c.holds)

    @property
    def says(self) -> str:
        """One sentence."""
        if self.is_proposed:
            return f"Generating this knowledge internally may be proposed, by {self.method}; a person decides."
        reasons = "; ".join(f"({c.number}) {c.why}" for c in self.failing)
        return f"Generating internally is not proposed yet: {reasons}."


def method_for(coverage: Coverage) -> str:
    """The lowest-burden method that could answer, from the question's types."""
    kinds = set(coverage.types)
    if kinds <= {"T4", "T5", "T9"}:
        return METHODS[0]
    return METHODS[2] if kinds & {"T1", "T8"} else METHODS[1]


def may_generate(
    coverage: Coverage,
    claim: ClaimMade,
    *,
    gaps: Sequence[GapRecord],
    searches: Sequence[SearchRecord],
    roles: Sequence[RoleRecord],
    documents: Sequence[Document],
    today: dt.date,
) -> Generation:
    """Judge the six conditions for one gap; ``gaps`` and ``searches`` are those of this question or topic."""
    method = method_for(coverage)
    conditions = (
        _trigger(gaps, documents),
        _claim(claim, searches),
        _ongoing(searches, documents, today),
        _lowest_burden(coverage, method),
        _volume(gaps, method),
        _owner(gaps, roles),
    )
    return Generation(all(c.holds for c in conditions), method, conditions)


def _trigger(gaps: Sequence[GapRecord], documents: Sequence[Document]) -> Condition:
    says = "It is documented that care is less than ideal"
    if gap := next((g for g in gaps if g.trigger.is_shortfall), None):
        return Condition(
            1, says, True, f"trigger of gap {gap.gap_id or '(new)'}: {gap.trigger.value}"
        )
    for document in documents:
        if any(c.is_met is False for c in document.metadata.audit):
            return Condition(1, says, True, f"{document.cite_as} misses its target")
    return Condition(
        1,
        says,
        False,
        "no audit shortfall, incident, experience or staff concern is recorded as its trigger",
    )


def _claim(claim: ClaimMade, searches: Sequence[SearchRecord]) -> Condition:
    says = "The gap is probable or confirmed and the search is logged"
    if claim.strength is ClaimStrength.CORPUS:
        return Condition(2, says, False, "so far it is a gap of this corpus only")
    if not searches:
        return Condition(2, says, False, "no search outside this corpus is logged")
    return Condition(2, says, True, claim.strength.value)


def _ongoing(
    searches: Sequence[SearchRecord], documents: Sequence[Document], today: dt.date
) -> Condition:
    says = f"No running study that would answer is due within {DUE_WITHIN_MONTHS} months"
    running = [
        (d.cite_as, d.metadata.result_expected) for d in documents if is_unfinished(d.metadata)
    ]
    running += [(s.ongoing, s.result_expected) for s in searches if s.ongoing]
    for name, due in running:
        if not due:
            return Condition(3, says, False, f"{name} is running and its date is not known")
        if (
            latest_day(due) >= today
            and (latest_day(due) - today).days / 30.4375 <= DUE_WITHIN_MONTHS
        ):
            return Condition(3, says, False, f"{name} is due {due}")
    if not any(
        s.registers and months_since(str(s.date), today) <= DUE_WITHIN_MONTHS
        for s in searches
        if s.date
    ):
        return Condition(3, says, False, "no register of running studies has been checked")
    return Condition(3, says, True, "registers were checked")


def _lowest_burden(coverage: Coverage, method: str) -> Condition:
    says = "The lowest-burden method that could answer comes first"
    if method == METHODS[0]:
        return Condition(4, says, True, f"{method} is the lowest")
    missing = [
        cell.source_type.label.lower()
        for cell in coverage.cells
        if cell.source_type in {SourceType.AUD, SourceType.PPI}
        and cell.state is State.ABSENT
        and cell.need in {Need.REQUIRED, Need.DESIRABLE}
    ]
    if missing:
        return Condition(
            4, says, False, f"{' and '.join(missing)} come before {method}, and are absent"
        )
    return Condition(4, says, True, f"audit and involvement are there; {method} is next")


def _volume(gaps: Sequence[GapRecord], method: str) -> Condition:
    says = "There are enough local cases"
    known = next(
        (g for g in gaps if g.cases_a_year is not None and g.cases_needed is not None), None
    )
    if known is None or known.cases_a_year is None or known.cases_needed is None:
        if method == METHODS[0]:
            return Condition(5, says, True, "20 to 50 cases make a baseline")
        return Condition(
            5, says, False, "cases a year and cases needed are not recorded on the gap"
        )
    enough = known.cases_a_year * RECRUITING_YEARS >= known.cases_needed
    why = f"{known.cases_needed:,} needed, about {known.cases_a_year:,} a year here"
    return Condition(5, says, enough, why if enough else f"{why}: go to several sites")


def _owner(gaps: Sequence[GapRecord], roles: Sequence[RoleRecord]) -> Condition:
    says = "A senior clinician owns it"
    for gap in gaps:
        if gap.owner_role and fills(gap.owner_role, "senior clinician"):
            return Condition(6, says, True, gap.owner_role)
    return Condition(6, says, False, "no senior clinician is recorded as owner of the gap")
