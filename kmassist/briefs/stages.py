"""Distributed leadership: eight stages, who is essential at each, and which role is vacant (domain D5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kmassist.briefs.model import StageLine

_STAGES = (
    ("Notice: care less than ideal", "senior clinicians", "frontline staff, patient and public partners, audit lead"),
    ("Search published knowledge", "clinical lead", "NHS librarian"),
    ("Realise the gap", "senior clinicians", "university researcher"),
    ("Generate knowledge", "university-based researchers and clinicians", "patient and public partners, R&D, health economist"),
    ("Co-develop into practice", "frontline leaders of several disciplines", "patient and public partners, managers"),
    ("Embed locally", "frontline leaders and service managers", "audit, training"),
    (
        "Spread in the region",
        "senior managerial leaders (trust executives, LMNS, ICB)",
        "health innovation network, applied research collaboration",
    ),
    ("Reach policy", "leaders of several professional associations", "charities, NHS England, NICE"),
)


def stage_lines(named: Mapping[int, Sequence[str]], current: int | None) -> tuple[StageLine, ...]:
    """The eight stages in order; ``named`` maps a stage's number (1 to 8) to the roles that hold it."""
    return tuple(
        StageLine(
            number=number,
            stage=stage,
            essential=essential,
            supporting=supporting,
            named=tuple(named.get(number, ())),
            is_current=number == current,
        )
        for number, (stage, essential, supporting) in enumerate(_STAGES, start=1)
    )
