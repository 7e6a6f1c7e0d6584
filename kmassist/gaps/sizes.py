"""How many cases: for an audit, and for comparing two groups."""

from __future__ import annotations

import math


def audit_sample_size(eligible: int, *, expected: float = 0.5, accuracy: float = 0.05, z: float = 1.6449) -> int:
    """Cases to audit of ``eligible`` ones: n = c²Np(1-p) / (A²N + c²p(1-p)), the trust audit formula, 90% confidence.

    Args:
        eligible: all cases of the period, at least 1.
        expected: the share expected to meet the standard, 0 to 1; one half is safe.
        accuracy: half the width of the interval wanted, as a share.
        z: 1.6449 for 90% confidence, 1.96 for 95%.
    """
    spread = z * z * expected * (1 - expected)
    return math.ceil(spread * eligible / (accuracy * accuracy * eligible + spread) - 1e-9)


def two_group_size(before: float, after: float, *, z_alpha: float = 1.959964, z_power: float = 0.841621) -> int:
    """People in each of two groups to tell two shares apart (normal approximation, 5% two-sided, 80% power).

    Args:
        before: share without the change, 0 to 1.
        after: share with it, 0 to 1, another than ``before``.
    """
    if before == after:
        raise ValueError("two equal shares cannot be told apart")
    mean = (before + after) / 2
    root = z_alpha * math.sqrt(2 * mean * (1 - mean)) + z_power * math.sqrt(before * (1 - before) + after * (1 - after))
    return math.ceil(root * root / (before - after) ** 2)
