"""Which rows score best for some terms, without reading all that is written of common ones.

Rare terms are read first. As soon as the others cannot bring a row among the best that is not nearly there, they are looked up for
the few rows that are: reading common terms is most of the work in a large library (the max-score rule of Turtle and Flood 1995).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int32]
Counts = NDArray[np.uint16]
Indices = NDArray[np.intp]
Held = tuple[int, Rows, Counts]
"""What a segment has of a term: its first row, which rows from there, ascending, and how often."""
_WORTH_A_LOOK = 2
"""A look at all sums must be able to spare the reading of half as many."""
_FEW = 64
_LESS, _PART = 0.8, 8
_MANY = 48
"""With more terms than that hardly any row is out of the running before the last."""
_BLOCK = 64
_ROUNDING = 3e-6
"""More than scores that are rounded to 6 decimals, and summed in another order, can differ by."""


def top(
    wanted: Sequence[tuple[list[Held], float]], k: int, norms: Floats, allowed: Flags | None
) -> tuple[Indices, Floats]:
    """The rows of `best` and their scores, summed in the order in which the terms are given.

    Args:
        wanted: what is held of each term, and its weight.
        norms: of each row, from its length.
        allowed: which rows may be found, None for all.
    """
    if len(wanted) > _MANY:
        rows = np.arange(len(norms))
        scores = np.zeros(len(norms))
        for lists, weight in wanted:
            for held in lists:
                add(scores, norms, held, weight)
        if allowed is not None:
            scores *= allowed
    else:
        rows = _reaching(wanted, k, norms, allowed)
        scores = np.zeros(len(rows))
        for lists, weight in wanted:
            for held in lists:
                _add_found(scores, norms, held, weight, rows)
    chosen = best(scores, k)
    return rows[chosen], scores[chosen]


def _reaching(
    wanted: Sequence[tuple[list[Held], float]], k: int, norms: Floats, allowed: Flags | None
) -> Indices:
    """Rows among which the ``k`` best are, ascending."""
    few = max(4 * k, len(norms) // _FEW)
    if allowed is not None and np.count_nonzero(allowed) <= few:
        return np.flatnonzero(allowed)
    barred = None if allowed is None else np.flatnonzero(~allowed)
    sums = np.zeros(len(norms))
    sized = [(sum(len(rows) for _, rows, _ in lists), lists, weight) for lists, weight in wanted]
    left, unread = sum(abs(weight) for *_, weight in sized), sum(size for size, *_ in sized)
    looked = np.inf
    for size, lists, weight in sorted(sized, key=lambda one: one[0]):
        is_worth_it = _WORTH_A_LOOK * unread > len(sums) and left < _LESS * looked
        if is_worth_it and _may_spare(sums, k, left, few):
            _bar(sums, allowed, barred)
            edge, looked = _edge(sums, k), left
            rows = np.flatnonzero(sums > edge - left - _ROUNDING)
            if edge > left and len(rows) <= few:
                return rows
        left, unread = left - abs(weight), unread - size
        for held in lists:
            add(sums, norms, held, weight)
    _bar(sums, allowed, barred)
    return np.flatnonzero(sums > max(_edge(sums, k) - _ROUNDING, 4e-7))


def _may_spare(sums: Floats, k: int, left: float, few: int) -> bool:
    """Whether a part of the rows looks as if few could still be among the best: a look at all costs as much as reading a term."""
    part = sums[: len(sums) // _PART]
    edge = _edge(part, -(-k // _PART))
    return bool(edge > left and np.count_nonzero(part > edge - left) * _PART <= few)


def _bar(sums: Floats, allowed: Flags | None, barred: Indices | None) -> None:
    """Put the rows that must not be found at 0."""
    if allowed is None or barred is None:
        return
    if len(barred) * _FEW < len(sums):
        sums[barred] = 0
    else:
        sums *= allowed


def add(sums: Floats, norms: Floats, held: Held, weight: float) -> None:
    """Add a term's part to the rows that have it: ``weight * (counts / (counts + norms[rows]))``, with one array in place of five."""
    start, rows, counts = held
    part = norms[start:].take(rows)
    part += counts
    np.divide(counts, part, out=part)
    part *= weight
    part += sums[start:].take(rows)
    sums[start:][rows] = part


def _add_found(scores: Floats, norms: Floats, held: Held, weight: float, rows: Indices) -> None:
    """`add` for some rows alone, ascending, whose scores these are."""
    places, found = _places(held, rows)
    counts = held[2][places]
    part = norms.take(rows[found])
    part += counts
    np.divide(counts, part, out=part)
    part *= weight
    scores[found] += part


def live_in(held: Held, is_live: Flags | None, dead: Indices | None) -> int:
    """How many live rows have a term; ``dead`` are the others, ascending."""
    start, rows, _ = held
    if is_live is None or dead is None or not len(rows):
        return len(rows)
    first, last = np.searchsorted(dead, [start, start + int(rows[-1]) + 1])
    if (last - first) * 16 > len(rows):
        return int(np.count_nonzero(is_live[start:][rows]))
    return len(rows) - len(_places(held, dead)[0])


def _places(held: Held, rows: Indices) -> tuple[Indices, Indices]:
    """Of a term's rows those that are among ``rows``, both ascending: places in the one and in the other."""
    start, own, _ = held
    first, last = np.searchsorted(rows, [start, start + int(own[-1]) + 1]) if len(own) else (0, 0)
    sought = (rows[first:last] - start).astype(np.int32)
    places = np.searchsorted(own, sought)
    found = np.flatnonzero(own[places] == sought)
    return places[found], found + first


def _edge(sums: Floats, k: int) -> float:
    """What at least ``k`` rows have, and few more do; 0 for fewer rows than that.

    Of the highest in each block, where there are many: 1 ms in place of 10 for a million rows.
    """
    blocks = len(sums) // _BLOCK
    highest = sums[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1) if blocks > k else sums
    return float(np.partition(highest, len(highest) - k)[-k]) if len(highest) >= k else 0.0


def best(scores: Floats, k: int) -> Indices:
    """The rows that may be among the ``k`` best once scores are rounded to 6 decimals, ties at the edge included; none of score 0."""
    near = scores
    if (lowest := _edge(scores, k)) > 0:
        near = scores[scores >= lowest]
    edge = -np.inf if len(scores) <= k else np.partition(near, len(near) - k)[len(near) - k]
    found: Indices = np.flatnonzero(scores > max(edge - 2e-6, 5e-7))
    return found
