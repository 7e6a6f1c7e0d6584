"""Whether a share or its interval tells a small count, as far as rounding and other methods let it be told."""

from __future__ import annotations

from kmassist.documents.metadata import AuditCriterion

_SLACK = 0.15
"""How far an interval's ends may lie from Wilson's, as a share of its width: other methods differ by less."""


def is_wilson(low: float, high: float, count: int, total: int) -> bool:
    """Whether an interval in per cent is about Wilson's of a share."""
    if not 0 <= count <= total or total < 1:
        return False
    slack = _SLACK * (high - low) + 0.06
    told = AuditCriterion(criterion="", numerator=count, denominator=total)
    a, b = told.wilson_interval() or (0.0, 0.0)
    return abs(a - low) <= slack and abs(b - high) <= slack


def is_small_interval(low: float, high: float, total: int, below: int) -> bool:
    """Whether an interval is that of a small count of a total, or of all but a small count."""
    if not (0 <= low < high <= 100 and 1 < total <= 100_000_000):
        return False
    small = (count for k in range(1, below) for count in (k, total - k))
    return any(0 < count < total and is_wilson(low, high, count, total) for count in small)


def is_small_share(share: float, half: float, total: int, below: int) -> bool:
    """Whether a share, give or take half its last digit, is that of a small count of a total, or of all but one."""
    if not 1 < total <= 100_000_000:
        return False
    small = (*range(1, below), *(total - k for k in range(1, below)))
    return any(0 < k < total and abs(share - k / total) <= half for k in small)
