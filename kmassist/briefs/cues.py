"""The words by which sentences speak to criteria, domains and groups, from ``data/brief.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


@lru_cache(maxsize=1)
def brief_data() -> dict[str, Any]:
    """The whole file, read once."""
    loaded: dict[str, Any] = yaml.safe_load(files("kmassist").joinpath("data/brief.yaml").read_text(encoding="utf-8"))
    return loaded


def cue_of(words: Iterable[str]) -> re.Pattern[str]:
    """One pattern of many cues, each from the start of a word."""
    return re.compile(r"\b(?:" + "|".join(words) + ")", re.I)
