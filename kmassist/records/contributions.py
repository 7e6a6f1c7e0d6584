"""Who took part: the co-development log of a topic and the contributions to a brief. Roles and disciplines, never names."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from kmassist.documents.frozen import Frozen
from kmassist.records.decisions.record import Day

MINIMUM_DISCIPLINES = 2
"""Disciplines that should have had a hand in a practice before it is embedded (domain A3i)."""


class CoDevelopment(Frozen):
    """One thing that changed because somebody at the front line had a hand in it. ``topic`` is the service change it is of."""

    entry_id: str
    topic: str
    on: Day
    role: str
    discipline: str
    changed: str
    from_service: str = ""


class Contribution(Frozen):
    """What one role gave to a brief."""

    entry_id: str
    brief_id: str
    on: Day
    role: str
    what: str
    from_service: str = ""


class Breadth(StrEnum):
    """How many disciplines a log shows."""

    NONE = "none"
    THIN = "thin"
    BROAD = "several disciplines"


class CoDevelopmentState(Frozen):
    """What a log amounts to before the practice is embedded."""

    topic: str
    entries: int
    disciplines: tuple[str, ...]
    breadth: Breadth
    says: str


def co_development_state(
    topic: str, log: Iterable[CoDevelopment], minimum: int = MINIMUM_DISCIPLINES
) -> CoDevelopmentState:
    """Judge the log of one topic; disciplines are told apart without regard to case and spacing."""
    entries = [entry for entry in log if _same(entry.topic) == _same(topic)]
    disciplines: dict[str, str] = {}
    for entry in sorted(entries, key=lambda e: (e.on, e.entry_id)):
        disciplines.setdefault(_same(entry.discipline), entry.discipline.strip())
    found = tuple(sorted(disciplines.values(), key=str.casefold))
    if not entries:
        breadth, says = (
            Breadth.NONE,
            "Nobody at the front line is recorded as having had a hand in it.",
        )
    elif len(found) < minimum:
        breadth = Breadth.THIN
        says = f"Thin: {len(found)} discipline ({found[0]}); at least {minimum} are expected before it is embedded."
    else:
        breadth, says = (
            Breadth.BROAD,
            f"{len(found)} disciplines had a hand in it: {', '.join(found)}.",
        )
    return CoDevelopmentState(
        topic=topic, entries=len(entries), disciplines=found, breadth=breadth, says=says
    )


def _same(text: str) -> str:
    return " ".join(text.casefold().split())
