"""Leadership by stage: which essential roles are filled and which are vacant (domain D5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmassist.gaps.records import RoleRecord
from kmassist.text.shipped import shipped_data


@dataclass(frozen=True, slots=True)
class Stage:
    """One of eight stages. ``vacant`` are the essential roles nobody is recorded for."""

    number: int
    name: str
    essential: tuple[str, ...]
    supporting: tuple[str, ...]
    output: str
    vacant: tuple[str, ...] = ()

    @property
    def warning(self) -> str:
        """A warning, never a block; empty when every essential role is filled."""
        return (
            f"Stage {self.number}, {self.name.lower()}: nobody is recorded as {' or '.join(self.vacant)}."
            if self.vacant
            else ""
        )


def warrant_data() -> Mapping[str, Any]:
    """The tables of data/warrants.yaml."""
    return shipped_data("warrants.yaml")


def fills(recorded: str, wanted: str) -> bool:
    """Whether a recorded role is one of the wanted kind."""
    pattern = warrant_data()["role_words"].get(wanted, re.escape(wanted))
    return bool(re.search(pattern, recorded, re.I)) or recorded.casefold() == wanted.casefold()


def vacant_roles(wanted: Sequence[str], roles: Sequence[RoleRecord]) -> tuple[str, ...]:
    """Those of ``wanted`` that no filled role record stands for."""
    return tuple(
        role for role in wanted if not any(r.is_filled and fills(r.role, role) for r in roles)
    )


def stages(roles: Sequence[RoleRecord] = (), topic: str = "") -> tuple[Stage, ...]:
    """All eight stages with their vacancies, for one topic or for all; a role counts at the stage it is recorded for."""
    relevant = [r for r in roles if not r.topic or not topic or r.topic == topic]
    return tuple(
        Stage(
            number=number,
            name=row["name"],
            essential=tuple(row["essential"]),
            supporting=tuple(row["supporting"]),
            output=row["output"],
            vacant=vacant_roles(row["essential"], [r for r in relevant if r.stage == number]),
        )
        for number, row in warrant_data()["stages"].items()
    )
