"""Other ways to fuse that the one in use is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.retrieval.fusion import Scores


def rrf(legs: Sequence[Scores], *, k: float = 60.0) -> dict[str, float]:
    """Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): the sum over legs of 1 / (k + rank).

    Ranks start at 1, ties within a leg break on the id; an id absent from a leg gets nothing from it.
    """
    fused: dict[str, float] = {}
    for leg in legs:
        for rank, key in enumerate(sorted(leg, key=lambda i: (-leg[i], i)), start=1):
            fused[key] = fused.get(key, 0.0) + 1.0 / (k + rank)
    return fused


def min_max(leg: Scores) -> dict[str, float]:
    """Scores moved to 0 (the leg's smallest) .. 1 (its largest); a leg of one value becomes 1."""
    if not leg:
        return {}
    low, high = min(leg.values()), max(leg.values())
    return {key: (score - low) / (high - low) if high > low else 1.0 for key, score in leg.items()}
