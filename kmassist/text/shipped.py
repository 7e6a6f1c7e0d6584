"""The tables that ship with the product (``kmassist/data``), and the patterns of English among them.

A pattern of words stands in data, never in code: ``data/english/<room>.yaml`` holds rows of ``pattern``, ``matches`` and
``not``, and tests/unit/test_shipped.py tries every example. What is a pattern of characters (numbers, marks, identifiers) may
stand in code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

SHIPPED = files("kmassist") / "data"


@cache
def shipped_data(name: str) -> dict[str, Any]:
    """The content of ``data/<name>`` (YAML or JSON), read once; the same object each time: do not change it."""
    text = SHIPPED.joinpath(name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        return dict(json.loads(text))
    import yaml

    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - both are safe


def written_out(pattern: str, macros: Mapping[str, str]) -> str:
    """The pattern with each ``{NAME}`` of the macros put in full, those inside a macro too."""
    while True:
        full = re.sub(r"\{([A-Z_]+)\}", lambda match: macros[match.group(1)], pattern)
        if full == pattern:
            return full
        pattern = full


@cache
def english_patterns(room: str, name: str) -> tuple[re.Pattern[str], ...]:
    """The rows under ``name`` of ``data/english/<room>.yaml``, compiled in their order, without regard to case."""
    table = shipped_data(f"english/{room}.yaml")
    macros = table.get("macros", {})
    return tuple(
        re.compile(written_out(row["pattern"], macros), 0 if row.get("case") else re.IGNORECASE)
        for row in table[name]
    )


@cache
def english(room: str, name: str) -> re.Pattern[str]:
    """The one pattern under ``name`` of ``data/english/<room>.yaml``."""
    (pattern,) = english_patterns(room, name)
    return pattern
