"""Numbers as people type them in audit sheets: pure functions."""

from __future__ import annotations

import math
import re
from typing import Any

_NUMBER = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?")
_FRACTION = re.compile(r"(?<![\d.,/])(\d[\d,]*)\s*(?:/|\bof\b|\bout of\b)\s*(\d[\d,]*)(?![\d/]|\.\d)", re.I)


def parse_number(value: Any) -> float | None:
    """The number in a cell; None for text without one, for a range and for two numbers. ``1,240`` is 1240."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value) if math.isfinite(value) else None
    found = _NUMBER.findall(str(value))
    return float(found[0].replace(",", "")) if len(found) == 1 else None


def parse_count(value: Any) -> int | None:
    """A whole number of cases, 0 or more; None for anything else."""
    number = parse_number(value)
    if number is None or number < 0 or number != int(number) or number > 10**12 or "%" in str(value):
        return None
    return int(number)


def parse_percent(value: Any, *, is_fraction: bool = False) -> float | None:
    """A percentage, 0 to 100: ``90``, ``90%``, ``≥ 90 %``; 0.9 when the cell or its column holds fractions.

    Args:
        is_fraction: the sheet formats the cell as a percentage, so that 0.9 is shown as 90%.
    """
    number = parse_number(value)
    if number is None:
        return None
    if is_fraction and not (isinstance(value, str) and "%" in value):
        number *= 100
    return round(number, 4) if 0 <= number <= 100 else None


def parse_fraction(value: Any) -> tuple[int, int] | None:
    """``38/50``, ``38 of 50`` and ``38 out of 50`` as numerator and denominator; None when it is no such thing."""
    match = _FRACTION.search(str(value)) if isinstance(value, str) else None
    if not match:
        return None
    top, bottom = (int(group.replace(",", "")) for group in match.groups())
    return (top, bottom) if 0 <= top <= bottom and bottom > 0 else None


def say_percent(value: float) -> str:
    """One decimal, without a needless one: ``39.0``, and ``90`` for a whole target."""
    return f"{value:.1f}"


def say_target(value: float) -> str:
    """A target as people write it: ``90``, ``2.5``."""
    return f"{value:g}"
