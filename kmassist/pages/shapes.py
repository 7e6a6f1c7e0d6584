"""What drawings are made of, and their colours; each colour is dark enough on white for words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WIDTH = 640.0
INK, REACHED, MISSED, TRACK, RULE = "#1b1b1b", "#2f5d8a", "#8a4b08", "#e6e9ed", "#5a5a5a"


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled rectangle, a line or words; x to the right, y downwards, in points of a drawing ``WIDTH`` wide."""

    kind: Literal["box", "line", "words"]
    x: float
    y: float
    x2: float = 0.0
    y2: float = 0.0
    colour: str = INK
    words: str = ""
    size: float = 10.0
    thickness: float = 1.0
