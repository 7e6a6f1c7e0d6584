"""Which of several things are meant by words that a person wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import TypeVar

from kmassist.text.words import tokenise

Key = TypeVar("Key")


def those_named(said: str, names: Mapping[Key, Iterable[str]]) -> list[Key]:
    """The keys that words may mean: one of whose names they are, in any case and number, else those that have all of them."""
    plain, wanted = said.strip().casefold(), set(tokenise(said))
    spelt = {key: tuple(of) for key, of in names.items()}
    same = [key for key, of in spelt.items() if plain in map(str.casefold, of)]
    alike = [k for k, of in spelt.items() if wanted and wanted in [set(tokenise(n)) for n in of]]
    parts = [k for k, of in spelt.items() if wanted and wanted <= set(tokenise(" ".join(of)))]
    return same or alike or parts


def one_named(said: str, names: Mapping[Key, Iterable[str]]) -> Key | None:
    """The key that words mean; None where they may mean none, or several."""
    meant = those_named(said, names)
    return meant[0] if len(meant) == 1 else None


_LEAST_ALIKE = 0.65
"""Of 1, as SequenceMatcher counts: "pgn" is png, "audti" is audit; "list" is none of clinical, public, policy."""


def did_you_mean(
    said: str, ways: Iterable[str], also: Mapping[str, Iterable[str]] | None = None
) -> str:
    """``Did you mean 'audit'? ``, with the space behind it: the way that is written most like what was said, or one of
    whose words is; empty where none is near.

    Args:
        said: what is none of the ways.
        ways: what may be said.
        also: way -> other names of the same.
    """
    plain, best, meant = said.strip().casefold(), _LEAST_ALIKE, ""
    for way in ways:
        for name in (way, *(also or {}).get(way, ())):
            for form in (name.casefold(), *re.split(r"[\W_]+", name.casefold())):
                matcher = SequenceMatcher(None, plain, form)
                if matcher.real_quick_ratio() > best and (alike := matcher.ratio()) > best:
                    best, meant = alike, way
    return f"Did you mean '{meant}'? " if meant else ""
