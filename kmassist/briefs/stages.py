"""Distributed leadership in a brief: eight stages, who is essential at each, and which role is vacant (domain D5)."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.briefs.model import StageLine
from kmassist.gaps import RoleRecord, Stage


def stage_lines(stages: Sequence[Stage], roles: Sequence[RoleRecord], current: int | None) -> tuple[StageLine, ...]:
    """The eight stages in order, with the roles recorded as filled; ``current`` is the stage of the register's gap."""
    return tuple(
        StageLine(
            number=stage.number,
            stage=stage.name,
            essential=stage.essential,
            supporting=stage.supporting,
            named=tuple(dict.fromkeys(_role(r) for r in roles if r.stage == stage.number and r.is_filled)),
            vacant=stage.vacant,
            is_current=stage.number == current,
        )
        for stage in stages
    )


def _role(record: RoleRecord) -> str:
    return f"{record.role} ({record.organisation})" if record.organisation else record.role
