"""A question's words with those that mean the same: what is searched for, with what weight, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from kmassist.question.phrases import (
    Stems,
    _add,
    _stems,
    _surface,
)
from kmassist.question.vocabulary_file import Sense
from kmassist.text.words import tokenise, words

OWN_WEIGHT = 1.0
EXPANSION_WEIGHT = 0.5


class Expansion:
    """Other forms of a question's words, gathered step by step.

    Attributes:
        weights: stem -> weight in a search by words.
        forms: stem of the question -> other forms of it.
        dense: the question with its acronyms spelt out, for a search by meaning.
    """

    def __init__(self, question: str, without: Collection[str]) -> None:
        """``without`` are other forms not to search for, or words of the question not to bring others in for."""
        self._question = question
        self._off = {" ".join(term.casefold().split()) for term in without}
        self._left_out: dict[str, list[str]] = {}
        self._others: dict[str, list[str]] = {}
        self.weights = dict.fromkeys(tokenise(question), OWN_WEIGHT)
        self.forms: dict[str, list[Stems]] = {}
        self.dense = question

    def _is_off(self, word: str, form: str) -> bool:
        if word.casefold() not in self._off and form.casefold() not in self._off:
            return False
        self._left_out.setdefault(word, []).append(form)
        return True

    def add_sense(self, word: str, sense: Sense, is_case_sensitive: bool) -> None:
        """An acronym's meaning and its other names, for the word that the question writes it as."""
        kept = [form for form in (sense.means, *sense.also) if not self._is_off(word, form)]
        self._others.setdefault(word, []).extend(kept)
        if sense.means in kept:
            self.dense = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w])", sense.means, self.dense)
        # A capitals-only acronym is another word in lower case: its long form carries the meaning.
        swapped = is_case_sensitive and sense.means in kept
        for part in _stems(word) if swapped else ():
            self.weights[part] = EXPANSION_WEIGHT
        for form in kept:
            is_own = swapped and form == sense.means
            _add(self.weights, _stems(form), OWN_WEIGHT if is_own else EXPANSION_WEIGHT)
            for part in _stems(word):
                self.forms.setdefault(part, []).append(_stems(form))

    def add_names(self, phrase: Stems, names: Iterable[str]) -> None:
        """Other names of a phrase that the question uses."""
        written = _surface(self._question, phrase)
        for name in names:
            name_stems = _stems(name)
            if name_stems == phrase or self._is_off(written, name):
                continue
            self._others.setdefault(written, []).append(name)
            _add(self.weights, name_stems, EXPANSION_WEIGHT)
            for part in phrase:
                self.forms.setdefault(part, []).append(name_stems)

    def add_spellings(self, respelt: Mapping[str, Sequence[str]]) -> None:
        """Other spellings of the question's words; they are one word to a search already."""
        for word in dict.fromkeys(words(self._question)):
            self._others.setdefault(word, []).extend(respelt.get(word, ()))

    def add_weeks(self) -> None:
        """The whole weeks of each gestation: 41 weeks of 41+3."""
        for gestation, week in re.findall(r"\b((\d{2})\+[0-6])\b", self._question):
            _add(self.weights, (week,), EXPANSION_WEIGHT)
            self._others.setdefault(gestation, []).append(f"{week} weeks")

    def others(self) -> dict[str, tuple[str, ...]]:
        """Word as written -> its other forms, each once."""
        return {
            word: tuple(dict.fromkeys(others)) for word, others in self._others.items() if others
        }

    def left_out(self) -> dict[str, tuple[str, ...]]:
        """Word as written -> forms that the person did not want."""
        return {word: tuple(dict.fromkeys(forms)) for word, forms in self._left_out.items()}
