"""Country names in a text or a field, and how near their health care is to the UK's (``data/countries.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from kmassist.documents.metadata import Setting
from kmassist.text.shipped import shipped_data

_UK = "United Kingdom"


@cache
def _settings() -> Mapping[str, Setting]:
    data = shipped_data("countries.yaml")
    return {
        name.casefold(): setting
        for group, setting in (
            ("united_kingdom", Setting.UK_OTHER),
            ("high_income", Setting.HIC),
            ("low_and_middle_income", Setting.LMIC),
        )
        for name in data[group]
    }


@cache
def _same() -> Mapping[str, str]:
    data = shipped_data("countries.yaml")
    return {**dict.fromkeys(data["united_kingdom"], _UK), **data["same"]}


@cache
def _names() -> re.Pattern[str]:
    data = shipped_data("countries.yaml")
    names = {
        *data["united_kingdom"],
        *data["high_income"],
        *data["low_and_middle_income"],
        *data["same"],
    }.difference(data["not_in_running_text"])
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b")


def countries_in(text: str) -> list[str]:
    """Countries named in a text, each once, in order; the four nations and their short names are United Kingdom."""
    found = (match.group(1) for match in _names().finditer(text))
    return list(dict.fromkeys(_same().get(name, name) for name in found))


def setting_of(country: str) -> Setting | None:
    """UK-other, HIC or LMIC of one name, however its letters are cased; None for a name that is not known.

    Whether a UK source is local only its owner can say.
    """
    name = _same().get(country, country).casefold().removeprefix("the ")
    return _settings().get(name)
