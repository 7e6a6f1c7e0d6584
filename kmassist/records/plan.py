"""After a self-assessment: what to do first, who owns it, and rounds set side by side; and who takes a gap over when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml
from pydantic import Field

from kmassist.documents.frozen import Frozen
from kmassist.records.assessment import GroupResult
from kmassist.records.decisions.record import Day


class Action(Frozen):
    """One thing to do. ``priority`` is 1 for the first; ``owner_role`` a role, never a name."""

    action_id: str = ""
    what: str = Field(min_length=3)
    dimension: str = ""
    round: str = ""
    priority: int = Field(default=1, ge=1)
    owner_role: str = ""
    due: Day = ""
    begun: Day
    done: Day = ""
    came_of_it: str = ""

    def is_overdue(self, now: str) -> bool:
        """Whether its day has passed (``now`` as YYYY-MM-DD) and it is not done."""
        return bool(self.due) and not self.done and self.due < now

    def state(self, now: str) -> str:
        """Where it stands, in words."""
        if self.done:
            return f"done {self.done}"
        return "OVERDUE" if self.is_overdue(now) else "open"


class Proposal(Frozen):
    """What may be done about one dimension, lowest mean first."""

    dimension: str
    title: str
    mean: float
    spread: float | None
    use_says: str
    what: str
    owner_role: str


@cache
def _proposed() -> Mapping[str, Mapping[str, str]]:
    text = (files("kmassist") / "data" / "actions.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return loaded


def propose(result: GroupResult, use: Mapping[str, str]) -> list[Proposal]:
    """Dimensions in the order they call for something: the lowest mean first, then those people differ on most.

    Args:
        result: of a round that is closed and shown.
        use: dimension id -> what use of the library says.
    """
    ordered = sorted(result.dimensions, key=lambda d: (d.mean, -(d.spread or 0.0), d.id))
    return [
        Proposal(
            dimension=d.id,
            title=d.title,
            mean=d.mean,
            spread=d.spread,
            use_says=use.get(d.id, ""),
            what=_proposed().get(d.id, {}).get("what", ""),
            owner_role=_proposed().get(d.id, {}).get("role", ""),
        )
        for d in ordered
    ]


class Change(Frozen):
    """One dimension over rounds. ``means`` are in the order of the rounds, None where it was not asked; ``by`` is last less first."""

    dimension: str
    title: str
    means: tuple[float | None, ...]
    by: float | None
    says: str


def compare(results: Sequence[GroupResult]) -> list[Change]:
    """Dimensions over rounds of one instrument that are shown, oldest first; answers are nobody's, so that it is never the same
    people that are compared for sure."""
    titles = {d.id: d.title for result in results for d in result.dimensions}
    changes = []
    for key, title in titles.items():
        found = [next((d for d in r.dimensions if d.id == key), None) for r in results]
        known = [d for d in found if d is not None]
        by = known[-1].mean - known[0].mean if len(known) > 1 else None
        spread = max((d.spread or 0.0 for d in known), default=0.0)
        says = "one round only" if by is None else _change_words(by, spread)
        means = tuple(d.mean if d else None for d in found)
        changes.append(Change(dimension=key, title=title, means=means, by=by, says=says))
    return changes


_LITTLE = 0.05


def _change_words(by: float, spread: float) -> str:
    """A change in words; one within the spread between people says little."""
    if abs(by) < _LITTLE:
        return "unchanged"
    direction = "higher" if by > 0 else "lower"
    return f"{direction}, within what people differ by" if abs(by) <= spread else direction


class HandOver(Frozen):
    """A gap passes to a role on a day. ``accepted`` is the day on which that role took it over."""

    hand_over_id: str = ""
    gap_id: str
    stage: int = Field(ge=1, le=8)
    from_role: str = ""
    to_role: str = Field(min_length=2)
    due: Day
    accepted: Day = ""
    note: str = ""

    def is_overdue(self, now: str) -> bool:
        """Whether its day has passed and nobody has taken it over."""
        return bool(self.due) and not self.accepted and self.due < now

    def state(self, now: str) -> str:
        """Where it stands, in words."""
        if self.accepted:
            return f"taken over {self.accepted}"
        return "OVERDUE" if self.is_overdue(now) else "agreed"
