"""The order in which people read the boxes of a slide. Files hold them in the order in which they were drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

_MOST_BOXES = 200


def in_reading_order(boxes: Sequence[Any]) -> list[Any]:
    """Boxes by place: parted by gaps that cross the slide or run down it, again inside each part.

    A grid can be read by rows or by columns: the way is taken that is nearer to the drawn order, by rows where
    both are as near. Boxes that overlap, or whose place is not known, keep the order in which they were drawn.
    """
    placed = [(box, _span(box, "left", "width"), _span(box, "top", "height")) for box in boxes]
    if len(placed) > _MOST_BOXES or any(None in spans for _, *spans in placed):
        return list(boxes)
    drawn = list(range(len(placed)))
    across = [span for _, span, _ in placed if span]
    down = [span for _, _, span in placed if span]
    return [placed[at][0] for at in _ordered(drawn, across, down)]


def _span(box: Any, start: str, length: str) -> tuple[int, int] | None:
    begin, size = getattr(box, start, None), getattr(box, length, None)
    return None if begin is None or size is None else (begin, begin + size)


_Spans = Sequence[tuple[int, int]]


def _ordered(drawn: list[int], across: _Spans, down: _Spans) -> list[int]:
    if len(drawn) < 2:
        return drawn
    ways = [
        [at for part in parts for at in _ordered(part, across, down)]
        for spans in (down, across)
        if len(parts := _parted(drawn, spans)) > 1
    ]
    return min(ways, key=_turned, default=drawn)


def _turned(order: Sequence[int]) -> int:
    """How many pairs stand the other way round than they were drawn."""
    return sum(first > second for first, second in combinations(order, 2))


def _parted(drawn: Sequence[int], spans: _Spans) -> list[list[int]]:
    """The boxes between gaps in one direction, each part in the order in which it was drawn."""
    parts: list[list[int]] = []
    reached = 0
    for at in sorted(drawn, key=lambda at: (spans[at], at)):
        begin, end = spans[at]
        # Boxes are drawn by hand: a tenth of the smaller may lie over the edge of the next.
        if parts and begin < reached - (end - begin) / 10:
            parts[-1].append(at)
        else:
            parts.append([at])
        reached = max(reached, end)
    return [sorted(part) for part in parts]
