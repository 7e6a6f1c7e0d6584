"""Vocabulary: topics, acronyms, synonyms and spelling as data, and how a question is read with them.

The words are in ``data/vocabulary.yaml`` (domain sections C5 and C6); a site's own file of the same shape extends or
overrides them. British and American spellings are one term already in `text.tokenise`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache
from importlib.resources import files
from math import log
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kmassist.errors import ConfigError
from kmassist.runs import Query
from kmassist.text import STOP_WORDS, stem, tokenise, words

Stems = tuple[str, ...]

_ONLY_READ, _AS_WRITTEN = "~", "="
_MARKS = _ONLY_READ + _AS_WRITTEN
OWN_WEIGHT = 1.0
EXPANSION_WEIGHT = 0.5
_FIRST_LINE = 3.0
"""A term in the first line (a title, or a whole question) counts as often as this many below it."""
_LEAST_SCORE, _SHARE_OF_BEST, _MOST_TOPICS = 3.0, 0.4, 5


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(_Entry):
    """A maternity topic (C5): its code, the words a person reads and the terms that speak for it.

    ``lay`` words point to it in a question; unlike a term, a source that never uses one may still be about it.
    """

    label: str
    terms: tuple[str, ...] = ()
    lay: tuple[str, ...] = ()


class Sense(_Entry):
    """One meaning of an acronym; ``also`` are other names of it, ``near`` words that speak for it."""

    means: str
    also: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


class _Contents(_Entry):
    version: int = 1
    topics: dict[str, Topic] = Field(default_factory=dict)
    acronyms: dict[str, tuple[Sense, ...]] = Field(default_factory=dict)
    case_sensitive: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    spelling: tuple[tuple[str, str], ...] = ()
    generic: tuple[str, ...] = ()
    particular: tuple[str, ...] = ()

    @field_validator("acronyms", mode="before")
    @classmethod
    def _senses(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: [{"means": form}] if isinstance(form, str) else form for key, form in value.items()}


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


def is_spelling(word: str, form: str) -> bool:
    """Whether a form is the same word spelt another way (labour, labor), which is always searched for."""
    return tokenise(word) == tokenise(form)


class Vocabulary:
    """Topics, acronyms, synonyms and spelling variants, ready to match."""

    def __init__(self, contents: _Contents) -> None:
        self.topics: Mapping[str, Topic] = contents.topics
        self.acronyms: Mapping[str, tuple[Sense, ...]] = contents.acronyms
        self.synonyms = contents.synonyms
        self.spelling = contents.spelling
        self._case_sensitive = frozenset(contents.case_sensitive)
        self._generic = frozenset(stem(word) for word in contents.generic)
        self._particular = frozenset(word.lower() for word in contents.particular)
        self._by_lower = {a.lower(): a for a in contents.acronyms if a not in self._case_sensitive}
        self._topic_phrases = _PhraseTable()
        self._lay_phrases = _PhraseTable()
        self._topic_capitals: dict[str, list[str]] = {}
        for code, topic in contents.topics.items():
            for term in topic.terms:
                if term in self._case_sensitive:
                    self._topic_capitals.setdefault(term, []).append(code)
                else:
                    self._topic_phrases.add(term, code)
            for word in topic.lay:
                self._lay_phrases.add(word, code)
        self._acronym_of = _PhraseTable()
        for acronym, senses in contents.acronyms.items():
            for form in (senses[0].means, *senses[0].also) if senses else ():
                if len(_stems(form)) > 1 or acronym not in self._case_sensitive:
                    self._acronym_of.add(form, acronym)
        self._group_of = _PhraseTable()
        for number, group in enumerate(contents.synonyms):
            for phrase in group:
                self._group_of.add(phrase, str(number))
        self._respelt: dict[str, list[str]] = {}
        for british, american in contents.spelling:
            self._respelt.setdefault(british.lower(), []).append(american)
            self._respelt.setdefault(american.lower(), []).append(british)

    @classmethod
    def load(cls, extra: Path | None = None) -> Vocabulary:
        """The shipped vocabulary, with a site's own file on top.

        A topic of the site's file keeps the shipped terms and adds its own; an acronym replaces the shipped one; lists
        are joined.

        Raises:
            ConfigError: the site's file cannot be read or has another shape.
        """
        shipped = _shipped()
        if extra is None:
            return cls(shipped)
        own = _parse(_read(extra), extra.name)
        topics = dict(shipped.topics)
        for code, topic in own.topics.items():
            before = topics.get(code, Topic(label=topic.label))
            topics[code] = Topic(
                label=topic.label,
                terms=tuple(dict.fromkeys((*before.terms, *topic.terms))),
                lay=tuple(dict.fromkeys((*before.lay, *topic.lay))),
            )
        return cls(
            _Contents(
                topics=topics,
                acronyms={**shipped.acronyms, **own.acronyms},
                case_sensitive=(*shipped.case_sensitive, *own.case_sensitive),
                synonyms=(*shipped.synonyms, *own.synonyms),
                spelling=(*shipped.spelling, *own.spelling),
                generic=(*shipped.generic, *own.generic),
                particular=(*shipped.particular, *own.particular),
            )
        )

    def without_expansion(self) -> Vocabulary:
        """The topics alone, without acronyms, synonyms and spellings: what measures the effect of expansion."""
        return Vocabulary(_Contents(topics=dict(self.topics), case_sensitive=tuple(self._case_sensitive)))

    def nearest_word(self, word: str) -> str | None:
        """The vocabulary's word that a misspelt one most likely stands for; None for a known word or a far one."""
        if len(word) < 5 or self.knows(word):
            return None
        return next(iter(get_close_matches(word.lower(), sorted(self._words), n=1, cutoff=0.86)), None)

    def knows(self, word: str) -> bool:
        """Whether the word, of five letters or more, is part of a topic's term, an acronym's meaning or a synonym."""
        return word.lower() in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        phrases = (
            *(term for topic in self.topics.values() for term in topic.terms),
            *(form for senses in self.acronyms.values() for sense in senses for form in (sense.means, *sense.also)),
            *(phrase for group in self.synonyms for phrase in group),
        )
        return frozenset(word for phrase in phrases for word in re.findall(r"[a-z]{5,}", phrase.lower()))

    def topics_of(self, text: str) -> tuple[str, ...]:
        """Topic codes of a text, best first; empty when none is clear.

        A term counts by the logarithm of how often it occurs; phrases count twice as much as single words, and whatever
        stands in the first line three times.
        """
        first, _, rest = text.partition("\n")
        scores: defaultdict[str, float] = defaultdict(float)
        for part, factor in ((first, _FIRST_LINE), (rest, 1.0)):
            for (code, size), count in self._topic_matches(part).items():
                scores[code] += factor * (2.0 if size > 1 else 1.0) * (1.0 + log(count))
        best = max(scores.values(), default=0.0)
        kept = [c for c, score in scores.items() if score >= max(_LEAST_SCORE, _SHARE_OF_BEST * best)]
        return tuple(sorted(kept, key=lambda code: (-scores[code], code))[:_MOST_TOPICS])

    def _topics_asked(self, question: str) -> tuple[str, ...]:
        """Topics of a question: by its terms, and behind those by lay words."""
        by_lay_words = dict.fromkeys(code for _, code in self._lay_phrases.matches(question))
        return tuple(dict.fromkeys((*self.topics_of(question), *by_lay_words)))[:_MOST_TOPICS]

    def is_particular(self, word: str) -> bool:
        """Whether the word names one treatment, device or group of people: a source that never does speaks of another.

        As it is written, or with an s: by their stems TENS would be ten, and a Traveller whoever travels.
        """
        plain = word.lower().removesuffix("'s")
        return plain in self._particular or plain.removesuffix("s") in self._particular

    def starter(self, topic: str) -> str:
        """A question to begin with on a topic; empty for an unknown code."""
        if topic not in self.topics:
            return ""
        label = self.topics[topic].label
        return f"What do we know about {label[0].lower() if label[1:2].islower() else label[0]}{label[1:]}?"

    def read_question(
        self, question: str, *, senses: Mapping[str, str] | None = None, without: Collection[str] = ()
    ) -> Reading:
        """Read a question: acronyms and long forms both ways, senses, synonyms, topics, informative words.

        Args:
            question: the person's words.
            senses: acronym -> meaning that the person chose (its start or a word of it is enough).
            without: other forms not to search for, or words of the question not to bring others in for. Spellings are one
                word and cannot be switched off.
        """
        off = {" ".join(term.casefold().split()) for term in without}
        left_out: dict[str, list[str]] = {}

        def is_off(word: str, form: str) -> bool:
            if word.casefold() not in off and form.casefold() not in off:
                return False
            left_out.setdefault(word, []).append(form)
            return True

        found = self._acronyms_in(question)
        chosen = {a: self._choose(a, question, (senses or {}).get(a)) for a in dict.fromkeys(found.values())}
        expansions: dict[str, list[str]] = {}
        weights = dict.fromkeys(tokenise(question), OWN_WEIGHT)
        forms: dict[str, list[Stems]] = {}
        dense = question
        for word, acronym in found.items():
            sense, _ = chosen[acronym]
            kept = [form for form in (sense.means, *sense.also) if not is_off(word, form)]
            expansions.setdefault(word, []).extend(kept)
            if sense.means in kept:
                dense = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w])", sense.means, dense)
            # A capitals-only acronym is another word in lower case: its long form carries the meaning.
            swapped = acronym in self._case_sensitive and sense.means in kept
            for part in _stems(word) if swapped else ():
                weights[part] = EXPANSION_WEIGHT
            for form in kept:
                _add(weights, _stems(form), OWN_WEIGHT if swapped and form == sense.means else EXPANSION_WEIGHT)
                for part in _stems(word):
                    forms.setdefault(part, []).append(_stems(form))
        for table, others in ((self._acronym_of, self._short_forms), (self._group_of, self._other_names)):
            for phrase, key in table.matches(question):
                for other in others(key):
                    other_stems = _stems(other)
                    written = _surface(question, phrase)
                    if other_stems == phrase or other in found.values() or is_off(written, other):
                        continue
                    expansions.setdefault(written, []).append(other)
                    _add(weights, other_stems, EXPANSION_WEIGHT)
                    for part in phrase:
                        forms.setdefault(part, []).append(other_stems)
        for word in dict.fromkeys(words(question)):
            expansions.setdefault(word, []).extend(self._respelt.get(word, ()))
        for gestation, week in re.findall(r"\b((\d{2})\+[0-6])\b", question):
            _add(weights, (week,), EXPANSION_WEIGHT)
            expansions.setdefault(gestation, []).append(f"{week} weeks")
        return Reading(
            text=question,
            query=Query(text=question, terms=weights, dense_text=dense),
            expansions={word: tuple(dict.fromkeys(others)) for word, others in expansions.items() if others},
            senses={a: s.means for a, (s, _) in chosen.items() if len(self.acronyms[a]) > 1},
            choices=tuple(self._explain(a, *choice) for a, choice in chosen.items() if len(self.acronyms[a]) > 1),
            topics=self._topics_asked(dense),
            informative=self._informative(question, forms, self._key_stems(question, found)),
            left_out={word: tuple(dict.fromkeys(others)) for word, others in left_out.items()},
        )

    def _acronyms_in(self, question: str) -> dict[str, str]:
        """Word as written -> acronym, in order."""
        found: dict[str, str] = {}
        for word in re.findall(r"[A-Za-z][A-Za-z0-9]+", question):
            for form in (word, word.removesuffix("s")):
                acronym = form if form in self.acronyms else self._by_lower.get(form.lower())
                if acronym:
                    found.setdefault(word, acronym)
                    break
        return found

    def _choose(self, acronym: str, question: str, wanted: str | None) -> tuple[Sense, str]:
        senses = self.acronyms[acronym]
        if wanted:
            named = next((s for s in senses if wanted.casefold() in s.means.casefold()), None)
            return named or Sense(means=wanted), "you chose it"
        around = set(tokenise(question)) - set(_stems(acronym))
        heard = [[word for word in sense.near if set(_stems(word)) <= around and _stems(word)] for sense in senses]
        best = max(range(len(senses)), key=lambda i: (len(heard[i]), -i))
        why = f"the question says '{heard[best][0]}'" if heard[best] else "its usual meaning in maternity care"
        return senses[best], why

    def _explain(self, acronym: str, sense: Sense, why: str) -> SenseChoice:
        return SenseChoice(acronym, sense.means, why, tuple(s.means for s in self.acronyms[acronym] if s.means != sense.means))

    def _key_stems(self, question: str, found: Iterable[str]) -> frozenset[str]:
        """Stems of the question that belong to a term of a topic or are an acronym."""
        phrases = [phrase for phrase, _ in self._topic_phrases.matches(question)]
        return frozenset(part for phrase in (*phrases, *map(_stems, found)) for part in phrase)

    def _informative(self, question: str, forms: Mapping[str, Sequence[Stems]], key: frozenset[str]) -> tuple[Term, ...]:
        terms: dict[str, Term] = {}
        for word in words(question):
            own = stem(word)
            if word in STOP_WORDS or own in self._generic or len(word) < 2 or "'" in word.removesuffix("'s"):
                continue
            terms.setdefault(own, Term(word, tuple(dict.fromkeys(((own,), *forms.get(own, ())))), own in key))
        return tuple(terms.values())

    def _short_forms(self, acronym: str) -> Iterator[str]:
        yield acronym

    def _other_names(self, group: str) -> Iterator[str]:
        yield from (phrase.lstrip(_MARKS) for phrase in self.synonyms[int(group)] if not phrase.startswith(_ONLY_READ))

    def _topic_matches(self, text: str) -> Counter[tuple[str, int]]:
        counts: Counter[tuple[str, int]] = Counter()
        for phrase, code in self._topic_phrases.matches(text):
            counts[code, len(phrase)] += 1
        for word in re.findall(r"[A-Za-z][A-Za-z0-9]+", text):
            for code in self._topic_capitals.get(word, ()):
                counts[code, 1] += 1
        return counts


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
        literal = re.compile(rf"(?<![\w-]){re.escape(plain)}(?![\w-])", re.I) if is_literal else None
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
                is_here = at + len(phrase) > covered and tuple(stems[at : at + len(phrase)]) == phrase
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


@lru_cache(maxsize=1)
def _shipped() -> _Contents:
    return _parse(files("kmassist").joinpath("data/vocabulary.yaml").read_text(encoding="utf-8"), "vocabulary.yaml")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The vocabulary file {path.name} cannot be read ({error}).", f"Correct or remove {path}.") from error


def _parse(text: str, name: str) -> _Contents:
    try:
        return _Contents.model_validate(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {})  # noqa: S506
    except (yaml.YAMLError, ValidationError) as error:
        what = str(error).splitlines()[0]
        raise ConfigError(
            f"The vocabulary file {name} is not as it should be: {what}.", "See the shipped data/vocabulary.yaml for its shape."
        ) from error
