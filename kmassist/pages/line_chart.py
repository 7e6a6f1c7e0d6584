"""A series over time as shapes: points, centre, limits and target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

from kmassist.pages.blocks import LineChart
from kmassist.pages.shapes import INK, MISSED, REACHED, RULE, TRACK, WIDTH, Shape

_TOP, _HEIGHT, _BOTTOM, _LEFT, _NAMES = 14.0, 180.0, 44.0, 38.0, 150.0
LINE_CHART_HEIGHT = _TOP + _HEIGHT + _BOTTOM
_RIGHT, _FOOT = WIDTH - _NAMES, _TOP + _HEIGHT
_POINT, _MARKED = 2.2, 4.4
_MOST_LABELS = 6


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a point and a percentage lie on the drawing; ``low`` and ``high`` are at its foot and head."""

    points: int
    low: float
    high: float

    def across(self, place: int) -> float:
        return _LEFT + 8 + (_RIGHT - _LEFT - 16) / max(1, self.points - 1) * place

    def down(self, percent: float) -> float:
        return _TOP + _HEIGHT * (1 - (percent - self.low) / (self.high - self.low))


def line_shapes(chart: LineChart) -> Iterator[Shape]:
    """The drawing from back to front."""
    scale = _scale(chart)
    for percent in (scale.low, (scale.low + scale.high) / 2, scale.high):
        y = scale.down(percent)
        yield Shape("line", _LEFT, y, _RIGHT, y, TRACK)
        yield Shape("words", 2, y + 3, words=f"{percent:g}%", size=8, colour=RULE)
    yield from _levels(chart, scale)
    yield from _points(chart, scale)
    yield from _periods(chart, scale)


def _scale(chart: LineChart) -> _Scale:
    values = [chart.centre, *(point.value for point in chart.points)]
    values += [v for point in chart.points for v in (point.lower, point.upper) if v is not None]
    values += [chart.target] if chart.target is not None else []
    low, high = 10 * floor(min(values) / 10), 10 * ceil(max(values) / 10)
    return _Scale(len(chart.points), low, high if high > low else low + 10)


def _levels(chart: LineChart, scale: _Scale) -> Iterator[Shape]:
    """Centre, target and limits; their names stand at the right, moved apart where the lines lie close together."""
    y = scale.down(chart.centre)
    names = [(y, f"{chart.centre_words} {chart.centre:.1f}%")]
    yield Shape("line", _LEFT, y, _RIGHT, y, RULE, thickness=1.2)
    if chart.target is not None:
        y = scale.down(chart.target)
        names.append((y, f"target {chart.target:g}%"))
        yield Shape("line", _LEFT, y, _RIGHT, y, INK, thickness=2.4)
    for name in ("upper", "lower"):
        limits = [(at, getattr(point, name)) for at, point in enumerate(chart.points)]
        known = [(at, limit) for at, limit in limits if limit is not None]
        for at, limit in known:  # a dash, as high as this point's own size makes the limit
            x, y = scale.across(at), scale.down(limit)
            yield Shape("line", x - 5, y, x + 5, y, RULE)
        if known:
            names.append((scale.down(known[-1][1]), f"{name} limit {known[-1][1]:.1f}%"))
    last = 0.0
    for y, words in sorted(names):
        last = max(y + 3, last + 11)
        yield Shape("words", _RIGHT + 6, last, words=words, size=9)


def _points(chart: LineChart, scale: _Scale) -> Iterator[Shape]:
    places = [
        (scale.across(at), scale.down(point.value), point.is_marked)
        for at, point in enumerate(chart.points)
    ]
    for (x, y, _), (x2, y2, _) in pairwise(places):
        yield Shape("line", x, y, x2, y2, REACHED, thickness=1.4)
    for x, y, is_marked in places:
        half, colour = (_MARKED, MISSED) if is_marked else (_POINT, REACHED)
        yield Shape("box", x - half, y - half, x + half, y + half, colour)


def _periods(chart: LineChart, scale: _Scale) -> Iterator[Shape]:
    for at in range(0, len(chart.points), ceil(len(chart.points) / _MOST_LABELS)):
        x, words = scale.across(at), chart.points[at].label[:7]
        yield Shape("line", x, _FOOT, x, _FOOT + 3, RULE)
        yield Shape("words", x - 14, _FOOT + 14, words=words, size=8, colour=RULE)
    if any(point.is_marked for point in chart.points):
        words = "large square: special cause"
        yield Shape("words", _LEFT, _FOOT + 32, words=words, size=8, colour=RULE)
