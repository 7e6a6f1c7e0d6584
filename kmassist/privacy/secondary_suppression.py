"""Secondary suppression among the criteria of one audit: no hidden count may follow from sums of those beside it (domain F8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

_MOST_PARTS = 4
"""Strata of one whole that are tried together; every criterion of an audit takes part."""


@dataclass(frozen=True, slots=True)
class Count:
    """``n`` of ``total`` in one period; ``low`` to ``high`` is all that its hidden form tells, None when it is shown."""

    n: int
    total: int
    period: tuple[str, str]
    low: int | None = None
    high: int | None = None


def beside(counts: Mapping[int, Count]) -> set[int]:
    """Counts of which nothing at all may be shown, by key, so that each hidden one keeps at least two possible values.

    Two kinds of sums are looked for: parts of one whole (the same total, adding up to it) and a whole with its strata (totals
    and counts both add up). Within each, the smallest shown count is hidden until no hidden count follows.
    """
    ranges = {
        key: (c.low, c.high)
        for key, c in counts.items()
        if c.low is not None and c.high is not None
    }
    secret = set(ranges)
    found: set[int] = set()
    sums = list(_sums(counts))
    is_changed = bool(secret)
    while is_changed:
        is_changed = False
        for parts, whole, constant in sums:
            members = [*parts, *([whole] if whole is not None else [])]
            while secret & set(members) and _gives_away(
                counts, ranges, parts, whole, constant, secret=secret
            ):
                # the smallest shown count, or, when all are hidden, the smallest whose hidden form still tells a range
                order = sorted(
                    (key in ranges, counts[key].n, key)
                    for key in members
                    if key not in found and counts[key].n
                )
                if not order:
                    break
                key = order[0][2]
                ranges[key] = (1, counts[key].total)
                found.add(key)
                is_changed = True
    return found


def _sums(counts: Mapping[int, Count]) -> Iterator[tuple[tuple[int, ...], int | None, int]]:
    """Parts, the whole they add up to (a criterion, or None with the constant that they add up to)."""
    groups: dict[tuple[int, tuple[str, str]], list[int]] = {}
    for key, count in sorted(counts.items()):
        groups.setdefault((count.total, count.period), []).append(key)
    for (total, _), keys in groups.items():
        if len(keys) > 1 and sum(counts[key].n for key in keys) == total:
            yield tuple(keys), None, total
    wholes: dict[tuple[int, int], list[int]] = {}
    for key, count in sorted(counts.items()):
        wholes.setdefault((count.total, count.n), []).append(key)
    for size in range(2, _MOST_PARTS + 1):
        for parts in combinations(sorted(counts), size):
            added = sum(counts[key].total for key in parts), sum(counts[key].n for key in parts)
            yield from ((parts, whole, 0) for whole in wholes.get(added, ()) if whole not in parts)


def _gives_away(
    counts: Mapping[int, Count],
    ranges: Mapping[int, tuple[int | None, int | None]],
    parts: Sequence[int],
    whole: int | None,
    constant: int,
    *,
    secret: set[int],
) -> bool:
    """Whether the sum leaves some secret count a single value, whatever the other hidden ones are within their ranges."""
    signs = [(key, 1) for key in parts] + ([(whole, -1)] if whole is not None else [])
    hidden = [(key, sign, *_span(ranges[key], sign)) for key, sign in signs if key in ranges]
    rest = constant - sum(sign * counts[key].n for key, sign in signs if key not in ranges)
    lowest, highest = sum(low for *_, low, _ in hidden), sum(high for *_, high in hidden)
    for key, _, low, high in hidden:
        if key not in secret:
            continue
        least, most = max(low, rest - (highest - high)), min(high, rest - (lowest - low))
        if most - least < 1:
            return True
    return False


def _span(limits: tuple[int | None, int | None], sign: int) -> tuple[int, int]:
    low, high = limits[0] or 0, limits[1] or 0
    return (low, high) if sign > 0 else (-high, -low)
