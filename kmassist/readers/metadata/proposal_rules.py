"""The words on which proposals stand (``data/proposals.yaml``), as patterns."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from kmassist.documents.source_types import SourceType
from kmassist.text.shipped import english, shipped_data

_NUMBER = english("metadata", "number_in_words")
_PEOPLE = english("metadata", "people_in_numbers").pattern
_DATE = english("metadata", "date_of_a_month").pattern


@cache
def rules() -> dict[str, Any]:
    """The file of rules as it stands."""
    return shipped_data("proposals.yaml")


@cache
def patterns(name: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of one room of the file."""
    return tuple(map(compile_pattern, (entry["pattern"] for entry in rules()[name])))


@cache
def types_of_words() -> dict[SourceType, tuple[re.Pattern[str], ...]]:
    """The words by which each kind of source calls itself."""
    return {
        SourceType(name): tuple(
            re.compile(rf"(?<!\w)(?:{entry['pattern']})", re.I) for entry in entries
        )
        for name, entries in rules()["source_type"].items()
    }


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A rule of the data file as a regular expression: PEOPLE, DATE and, as a group, N stand for what they name.

    Case does not count, but in a rule that says itself where it does not.
    """
    body = pattern.replace("PEOPLE", _PEOPLE).replace("DATE", _DATE)
    body = body.replace("(?P<number>N)", f"(?P<number>{_NUMBER.pattern})")
    return re.compile(body, 0 if "(?i:" in pattern else re.I)
