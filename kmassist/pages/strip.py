"""A strip of tiles as shapes: small boxes, four in a row, each with its mark, its name and its state."""

from __future__ import annotations

from collections.abc import Iterator

from kmassist.pages.blocks import Strip, Tile
from kmassist.pages.shapes import REACHED, RULE, TRACK, WIDTH, Shape

_TILE, _GAP, _ACROSS, _MARK = 31.0, 5.0, 4, 24.0


def strip_height(strip: Strip) -> float:
    """How high the drawing is."""
    return (_TILE + _GAP) * -(-len(strip.tiles) // _ACROSS)


def strip_shapes(strip: Strip) -> Iterator[Shape]:
    """The drawing, tile by tile."""
    for place, tile in enumerate(strip.tiles):
        yield from _tile(tile, place)


def _tile(tile: Tile, place: int) -> Iterator[Shape]:
    """A box: its mark on a dark ground at the left, name above state; words are set smaller rather than cut."""
    wide = (WIDTH + _GAP) / _ACROSS
    x, y = wide * (place % _ACROSS), (_TILE + _GAP) * (place // _ACROSS)
    right, foot = x + wide - _GAP, y + _TILE
    yield Shape("box", x, y, right, foot, TRACK)
    yield Shape("box", x, y, x + _MARK, foot, RULE if tile.is_wanting else REACHED)
    yield Shape("words", x + 8, y + 21, words=tile.mark, size=16, colour="#ffffff")
    for line, words in ((13, tile.name), (25, tile.state)):
        size = min(9.2, (wide - _GAP - _MARK - 8) / (0.5 * max(1, len(words))))
        yield Shape("words", x + _MARK + 5, y + line, words=words, size=size)
