"""How a question was read: its terms, senses and what is searched for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kmassist.question.phrases import (
    Stems,
)
from kmassist.question.subject import Subject
from kmassist.text.words import tokenise


@dataclass(frozen=True, slots=True)
class Term:
    """An informative word of a question. ``forms`` are alternatives: a text covers the term when it has all stems of one.

    ``is_key`` when it is (part of) a topic's term or an acronym: a source that never mentions it is about something else.
    """

    word: str
    forms: tuple[Stems, ...]
    is_key: bool = False

    def is_covered_by(self, stems: frozenset[str] | set[str]) -> bool:
        """Whether a text with these stems mentions it."""
        return any(all(s in stems for s in form) for form in self.forms)


@dataclass(frozen=True, slots=True)
class SenseChoice:
    """Which meaning of an ambiguous acronym was taken, why, and what else it can mean."""

    acronym: str
    means: str
    why: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was understood.

    ``expansions``: word of the question -> what was searched for besides. ``senses``: acronym -> meaning taken, for the
    ambiguous ones; ``choices`` adds the reasons. ``informative`` are the words that say what the question is about.
    ``subject`` is what it is about, apart from who asks and how. ``abbreviations``: the words of it that are short forms.
    ``left_out``: word -> what would have been searched for besides, had the person not switched it off.
    """

    text: str
    query: Query
    expansions: Mapping[str, tuple[str, ...]]
    senses: Mapping[str, str]
    choices: tuple[SenseChoice, ...]
    topics: tuple[str, ...]
    informative: tuple[Term, ...]
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    subject: Subject = field(default_factory=lambda: Subject(""))
    abbreviations: frozenset[str] = frozenset()


def is_spelling(word: str, form: str) -> bool:
    """Whether a form is the same word spelt another way (labour, labor), which is always searched for."""
    return tokenise(word) == tokenise(form)


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index sees it.

    ``terms`` maps a stemmed term to its weight: 1.0 for the person's own words, less for expansions. ``dense_text`` is
    what the embedder reads (long forms only).
    """

    text: str
    terms: Mapping[str, float]
    dense_text: str
