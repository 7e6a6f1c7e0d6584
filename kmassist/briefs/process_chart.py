"""Run and control charts of a series (NHS England, Making Data Count; Shewhart's limits as there used). Pure numbers.

Limits: XmR, mean plus or minus 2.66 mean moving ranges (Wheeler 1993); p chart, mean plus or minus three binomial standard
errors of each point's own size. Rules of special cause: a point beyond a limit; eight in a row on one side of the centre; six in
a row all rising or all falling; two of three in the outer third on one side. A run chart has the median and no limits, and of the rules
those of runs alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

LEAST_FOR_LIMITS = 10
"""Points below which limits mean little (Making Data Count asks for ten at least); a run chart is drawn instead."""
_RUN, _TREND = 8, 6
SHORTEST_SIGNAL = _TREND
"""A series shorter than this can show no signal of a run chart."""
_XMR_LIMIT, _XMR_NEAR = 3 / 1.128, 2 / 1.128
"""Moving ranges of two points to standard errors (d2 = 1.128)."""
_Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


class ChartKind(StrEnum):
    """How a series is drawn."""

    RUN = "run chart"
    XMR = "XmR chart"
    P = "p chart"


class Rule(StrEnum):
    """Why a point is no chance."""

    BEYOND = "beyond a limit"
    RUN = "eight or more in a row on one side of the centre"
    TREND = "six or more in a row all rising or all falling"
    TWO_OF_THREE = "two of three near one limit"


@dataclass(frozen=True, slots=True)
class Signal:
    """Points ``first`` to ``last`` (both counted) that one rule marks, and whether they are above or rising."""

    rule: Rule
    first: int
    last: int
    is_high: bool


@dataclass(frozen=True, slots=True)
class ProcessChart:
    """A series with its centre line; ``lower`` and ``upper`` are empty for a run chart. All tuples are as long as the series."""

    kind: ChartKind
    values: tuple[float, ...]
    centre: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    signals: tuple[Signal, ...]

    @property
    def latest(self) -> Signal | None:
        """The signal that the last point stands in, the strictest rule first; None when the last point is no signal."""
        end = len(self.values) - 1
        return next((signal for signal in self.signals if signal.last == end), None)


def run_chart(values: Sequence[float]) -> ProcessChart:
    """Values in their order against their median."""
    numbers = np.asarray(values, dtype=np.float64)
    centre = float(np.median(numbers))
    signals = (*_runs(numbers, centre), *_trends(numbers))
    return ProcessChart(ChartKind.RUN, tuple(map(float, numbers)), centre, (), (), signals)


def xmr_chart(values: Sequence[float]) -> ProcessChart:
    """Individual values with natural process limits."""
    numbers = np.asarray(values, dtype=np.float64)
    centre = float(numbers.mean())
    moving = float(np.abs(np.diff(numbers)).mean()) if len(numbers) > 1 else 0.0
    ones = np.ones(len(numbers))
    return _with_limits(
        ChartKind.XMR, numbers, centre, ones * _XMR_LIMIT * moving, ones * _XMR_NEAR * moving
    )


def p_chart(counts: Sequence[int], sizes: Sequence[int]) -> ProcessChart:
    """Percentages ``counts`` of ``sizes``, 0 to 100, with limits as wide as each size asks for.

    Raises:
        ValueError: a size is not positive, or there are not as many sizes as counts.
    """
    size = np.asarray(sizes, dtype=np.float64)
    if len(size) != len(counts) or (size <= 0).any():
        raise ValueError("each count needs a size above nought")
    share = np.asarray(counts, dtype=np.float64) / size
    mean = float(np.sum(counts) / size.sum())
    error = np.sqrt(mean * (1 - mean) / size)
    return _with_limits(ChartKind.P, 100 * share, 100 * mean, 300 * error, 200 * error, most=100.0)


def _with_limits(
    kind: ChartKind,
    values: _Numbers,
    centre: float,
    limit: _Numbers,
    near: _Numbers,
    *,
    most: float | None = None,
) -> ProcessChart:
    upper, lower = centre + limit, centre - limit
    outer_high, outer_low = centre + near, centre - near
    if most is not None:
        upper, outer_high = np.minimum(upper, most), np.minimum(outer_high, most)
        lower, outer_low = np.maximum(lower, 0.0), np.maximum(outer_low, 0.0)
    beyond = [
        Signal(Rule.BEYOND, at, at, bool(values[at] > centre))
        for at in np.flatnonzero((values > upper) | (values < lower)).tolist()
    ]
    is_near = ((values > outer_high) | (values < outer_low)) & (values <= upper) & (values >= lower)
    signals = (
        *beyond,
        *_runs(values, centre),
        *_trends(values),
        *_pairs(values - centre, is_near),
    )
    return ProcessChart(
        kind,
        tuple(map(float, values)),
        centre,
        tuple(map(float, lower)),
        tuple(map(float, upper)),
        signals,
    )


def _runs(values: _Numbers, centre: float) -> list[Signal]:
    return [
        Signal(Rule.RUN, first, last, is_high=sign > 0)
        for first, last, sign in _stretches(np.sign(values - centre))
        if sign and last - first + 1 >= _RUN
    ]


def _trends(values: _Numbers) -> list[Signal]:
    # A stretch of k steps in one direction is k + 1 points.
    return [
        Signal(Rule.TREND, first, last + 1, is_high=sign > 0)
        for first, last, sign in _stretches(np.sign(np.diff(values)))
        if sign and last - first + 2 >= _TREND
    ]


def _pairs(distance: _Numbers, is_near: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[Signal]:
    """Two or more of three points in a row in the outer third, all three on one side."""
    found: list[Signal] = []
    for first in range(len(distance) - 2):
        three = slice(first, first + 3)
        side = np.sign(distance[three]).sum()
        marked = first + np.flatnonzero(is_near[three])
        if abs(side) == 3 and len(marked) >= 2:
            signal = Signal(Rule.TWO_OF_THREE, int(marked[0]), int(marked[-1]), bool(side > 0))
            if signal not in found:
                found.append(signal)
    return found


def _stretches(signs: _Numbers) -> list[tuple[int, int, float]]:
    """First, last and value of each stretch of equal neighbours."""
    if not len(signs):
        return []
    ends = [*(np.flatnonzero(np.diff(signs)) + 1).tolist(), len(signs)]
    starts = [0, *ends[:-1]]
    return [(start, end - 1, float(signs[start])) for start, end in zip(starts, ends, strict=True)]
