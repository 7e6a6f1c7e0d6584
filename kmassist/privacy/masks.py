"""Masks: what of a text must not leave, and the text with them in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_IN_WORDS = {"<": "fewer than", ">": "more than"}


@dataclass(frozen=True, slots=True)
class Mask:
    """``text[start:end]`` must not be shown; ``shown`` stands for it: ``<5``, ``>36``, ``none of <5``, or a dash where nothing may be told."""

    start: int
    end: int
    shown: str


def apart(masks: Iterable[Mask]) -> list[Mask]:
    """In order of the text; of two that overlap, the one that begins first."""
    found: list[Mask] = []
    for mask in sorted(masks, key=lambda m: (m.start, -m.end)):
        if not found or mask.start >= found[-1].end:
            found.append(mask)
    return found


def said(mask: Mask) -> str:
    """What stands for a hidden number: ``[fewer than 5]``, ``[more than 36]``, ``[not shown]``."""
    words = mask.shown
    for sign, said_so in _IN_WORDS.items():
        words = words.replace(sign, f"{said_so} ")
    return f"[{words}]" if words != mask.shown else "[not shown]"


def applied(
    text: str, masks: Sequence[Mask], *, start: int = 0, say: Callable[[Mask], str] = said
) -> str:
    """A text with its masks in place; ``start`` is its own place in the text that the masks were found in."""
    parts, last = [], start
    for mask in masks:
        if mask.start >= last and mask.end <= start + len(text):
            parts += [text[last - start : mask.start - start], say(mask)]
            last = mask.end
    return "".join([*parts, text[last - start :]])
