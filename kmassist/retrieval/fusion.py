"""Fusion: several scored lists of the same things -> one score each. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Scores = Mapping[str, float]
"""id -> score; larger is better. An id that is absent was not found by that leg."""


def by_best(leg: Scores) -> dict[str, float]:
    """Scores as shares of the leg's largest; 0 stays 0, so that an absent thing is one of no score."""
    best = max(leg.values(), default=0.0)
    return {key: score / best if best > 0 else 0.0 for key, score in leg.items()}


def convex(
    legs: Sequence[Scores],
    weights: Sequence[float],
    *,
    scale: Callable[[Scores], dict[str, float]] = by_best,
) -> dict[str, float]:
    """Convex combination of scaled scores (Bruch, Gai and Ingber 2023); an id absent from a leg counts 0 there.

    Args:
        legs: one mapping a leg.
        weights: one a leg, not negative; they are scaled to sum to 1 over the legs that found anything.
        scale: brings legs to one scale. Dividing by the best keeps the spacing of scores whatever the length of the list,
            which moving the least to 0 would not.
    """
    present = [(scale(leg), weight) for leg, weight in zip(legs, weights, strict=True) if leg]
    total = sum(weight for _, weight in present) or 1.0
    fused: dict[str, float] = {}
    for leg, weight in present:
        for key, score in leg.items():
            fused[key] = fused.get(key, 0.0) + weight / total * score
    return fused
