"""PROGRESS-Plus: the groups by which equity is looked at (O'Neill et al. 2014), told from what records call a group."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kmassist.text.shipped import shipped_data


@lru_cache(maxsize=1)
def progress_patterns() -> dict[str, re.Pattern[str]]:
    """The characteristics in their fixed order, each with what a group of it is called."""
    return {
        row["name"]: re.compile(r"\b(?:" + "|".join(row["cues"]) + ")", re.I)
        for row in shipped_data("progress_plus.yaml")["groups"]
    }


def progress_groups(texts: Iterable[str]) -> frozenset[str]:
    """PROGRESS-Plus characteristics that free-text group names stand for."""
    joined = " ; ".join(texts)
    return frozenset(name for name, cue in progress_patterns().items() if cue.search(joined))
