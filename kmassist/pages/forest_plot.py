"""Estimates of several studies side by side as shapes; nothing is pooled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log

from kmassist.pages.blocks import ForestPlot, ForestRow
from kmassist.pages.shapes import INK, REACHED, RULE, Shape

_TOP, _ROW, _BOTTOM = 8.0, 24.0, 34.0
_LEFT, _RIGHT = 210.0, 470.0
_MARK = 3.5
_LONGEST = 38


def forest_height(chart: ForestPlot) -> float:
    """How high the drawing is."""
    return _TOP + _ROW * len(chart.rows) + _BOTTOM


def forest_shapes(chart: ForestPlot) -> Iterator[Shape]:
    """A row a study: its name, its interval with the estimate on it, its figures; below, the scale and where no effect lies."""
    across = _scale(chart)
    foot = _TOP + _ROW * len(chart.rows)
    none = across(chart.no_effect)
    yield Shape("line", none, _TOP, none, foot, RULE)
    for at, row in enumerate(chart.rows):
        yield from _row(row, _TOP + _ROW * (at + 0.5), across)
    yield Shape("line", _LEFT, foot, _RIGHT, foot, RULE)
    for value in sorted({*_ends(chart), chart.no_effect}):
        x = across(value)
        yield Shape("line", x, foot, x, foot + 3, RULE)
        yield Shape("words", x - 8, foot + 14, words=f"{value:.3g}", size=8, colour=RULE)
    scale = ", logarithmic scale" if chart.is_ratio else ""
    words = f"{chart.no_effect:g}: no difference{scale}; studies are not pooled"
    yield Shape("words", _LEFT, foot + 27, words=words, size=8, colour=RULE)


def _row(row: ForestRow, y: float, across: Callable[[float], float]) -> Iterator[Shape]:
    label = row.label if len(row.label) <= _LONGEST else row.label[: _LONGEST - 1] + "…"
    yield Shape("words", 2, y + 3, words=label, size=9)
    if row.low is not None and row.high is not None:
        yield Shape("line", across(row.low), y, across(row.high), y, INK, thickness=1.4)
    x = across(row.estimate)
    yield Shape("box", x - _MARK, y - _MARK, x + _MARK, y + _MARK, REACHED)
    yield Shape("words", _RIGHT + 10, y + 3, words=row.shown, size=9)


def _ends(chart: ForestPlot) -> tuple[float, float]:
    values = [chart.no_effect]
    for row in chart.rows:
        values += [v for v in (row.estimate, row.low, row.high) if v is not None]
    return min(values), max(values)


def _scale(chart: ForestPlot) -> Callable[[float], float]:
    low, high = (log(v) if chart.is_ratio else v for v in _ends(chart))
    width = (high - low) or 1.0

    def across(value: float) -> float:
        at = log(value) if chart.is_ratio else value
        return _LEFT + 6 + (_RIGHT - _LEFT - 12) * (at - low) / width

    return across
