"""Places that a question names, and whether a sentence is of them: what holds at one unit is no figure of the next.

Which words are places is learnt from the library's own texts: names that it writes with a capital and says something happens *at*
(at Ashcombe, at Tarrowby and Corsby). In three libraries these are sites and towns and one team.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kmassist.documents.document import Document
from kmassist.text.shipped import english
from kmassist.text.words import words

_AT_A_NAME = english("evidence", "at_a_name")
_BETWEEN_NAMES = english("evidence", "between_names")


def _written_as_places(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(
        name.lower()
        for text in texts
        for found in _AT_A_NAME.finditer(text)
        for name in _BETWEEN_NAMES.split(found["names"])
    )


def places_of(texts: Sequence[str]) -> frozenset[str]:
    """The names of places in texts, in small letters; one with a word that is written small as well is none: the Harbour Team."""
    common = {word for text in texts for word in re.findall(r"\b[a-z]+\b", text)}
    return frozenset(name for name in _written_as_places(texts) if common.isdisjoint(name.split()))


@dataclass(frozen=True, slots=True)
class Places:
    """``asked`` are the places that a question names, ``others`` those that the passages found for it name besides."""

    asked: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    @classmethod
    def of(cls, question: str, texts: Sequence[str]) -> Places:
        """The places of a question, told by what was found for it; most name none, and nothing more is read for them."""
        if not _named(question, _written_as_places(texts)):
            return NOWHERE
        known = places_of(texts)
        asked = _named(question, known)
        return cls(asked, known - asked) if asked else cls()

    @property
    def in_words(self) -> str:
        """The places asked about, as a sentence names them."""
        return " and ".join(sorted(name.title() for name in self.asked))

    def are_said_of(self, said: str, document: Document) -> bool:
        """Whether some words of a document are of a place that is asked about.

        Args:
            said: the sentence with the heading above it; one that names a place besides is of this too.
            document: its title and the people it is about tell where the sentence does not, and then who issued it, each only
                where it names no other place.
        """
        meta = document.metadata
        if _named(said, self.asked):
            return True
        for told in (said, f"{meta.title} {meta.population}", meta.issuer):
            if _named(told, self.others):
                return False
            if _named(told, self.asked):
                return True
        return False


def _named(text: str, places: frozenset[str]) -> frozenset[str]:
    flat = f" {' '.join(words(text))} "
    return frozenset(place for place in places if f" {place} " in flat)


NOWHERE = Places()
"""No place is asked about."""
