"""Years as people write them."""

from __future__ import annotations

import re

_YEARS = re.compile(r"(?P<first>\d{4})?\s*(?P<to>[-–])?\s*(?P<last>\d{4})?")
HOW_YEARS = "years: 2020-2024, 2020- or -2015"


def years_of(said: str) -> tuple[int | None, int | None] | None:
    """First and last year of ``2020-2024``, ``2020-``, ``-2015`` or ``2020``; None for anything else."""
    found = _YEARS.fullmatch(said.strip())
    if found is None:
        return None
    first, last = (int(year) if year else None for year in found.group("first", "last"))
    if not found.group("to"):
        return (first, first) if not last else None
    return None if first and last and first > last else (first, last)
