"""Phrases of the vocabulary found in a question by their stems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kmassist.text.english import STOP_WORDS
from kmassist.text.words import stem, tokenise, words

Stems = tuple[str, ...]


_ONLY_READ, _AS_WRITTEN = "~", "="


_MARKS = _ONLY_READ + _AS_WRITTEN


class _PhraseTable:
    """Sequences of stems and what they stand for; a longer match hides the shorter ones inside it.

    A phrase of which stop words leave but one word (same midwife, in person), and one marked ``=`` (piles, which is not to pile up),
    counts only as it is written.
    """

    def __init__(self) -> None:
        self._by_first: dict[str, list[tuple[Stems, str, re.Pattern[str] | None]]] = {}

    def add(self, phrase: str, key: str) -> None:
        """Let ``phrase`` stand for ``key`` too."""
        plain = phrase.lstrip(_MARKS)
        stems = _stems(plain)
        if not stems:
            return
        is_literal = _AS_WRITTEN in phrase or (len(stems) == 1 and len(words(plain)) > 1)
        literal = (
            re.compile(rf"(?<![\w-]){re.escape(plain)}(?![\w-])", re.I) if is_literal else None
        )
        at = self._by_first.setdefault(stems[0], [])
        at.append((stems, key, literal))
        at.sort(key=lambda entry: -len(entry[0]))

    def matches(self, text: str) -> Iterator[tuple[Stems, str]]:
        """Each phrase found in order of the text, with its key."""
        stems = tokenise(text)
        covered = 0
        for at, first in enumerate(stems):
            size = 0
            for phrase, key, literal in self._by_first.get(first, ()):
                if len(phrase) < size:
                    break
                is_here = (
                    at + len(phrase) > covered and tuple(stems[at : at + len(phrase)]) == phrase
                )
                if is_here and (literal is None or literal.search(text)):
                    size = len(phrase)
                    yield phrase, key
            covered = max(covered, at + size)


@lru_cache(maxsize=20_000)
def _stems(phrase: str) -> Stems:
    return tuple(tokenise(phrase))


def _add(weights: dict[str, float], stems: Iterable[str], weight: float) -> None:
    for s in stems:
        weights[s] = max(weight, weights.get(s, 0.0))


def _surface(text: str, phrase: Stems) -> str:
    """The words of ``text`` whose stems are ``phrase``, as they are written."""
    tokens = [(stem(w), w) for w in words(text) if w not in STOP_WORDS]
    for at in range(len(tokens)):
        if tuple(s for s, _ in tokens[at : at + len(phrase)]) == phrase:
            return " ".join(w for _, w in tokens[at : at + len(phrase)])
    return " ".join(phrase)
