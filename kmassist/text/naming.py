"""Which of several things are meant by words that a person wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
