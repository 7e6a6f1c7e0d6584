"""The closed classes of words that the checks look for, from data/english/verification.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from kmassist.text.shipped import english, english_patterns, shipped_data


def pattern(name: str) -> re.Pattern[str]:
    """The compiled pattern of that name; letter case does not count."""
    return english("verification", name)


@cache
def direction(way: str) -> tuple[re.Pattern[str], ...]:
    """Words that point ``up`` or ``down``: those by which results are read anywhere, and a few that matter here alone."""
    return (*english_patterns("evidence", way), pattern(f"more_{way}"))


@cache
def group_of() -> Mapping[str, int]:
    """Word -> number of the group of people it names; words of one number mean the same."""
    lines = [line.split(", ") for line in shipped_data("groups_of_people.yaml")["groups"]]
    return {word: number for number, line in enumerate(lines) for word in line}
