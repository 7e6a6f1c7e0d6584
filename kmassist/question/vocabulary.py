"""Vocabulary: topics, acronyms, synonyms and spelling as data, and how a question is read with them.

The words are in ``data/vocabulary.yaml`` (domain sections C5 and C6); a site's own file of the same shape extends or
overrides them. British and American spellings are one term already in `text.tokenise`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, cached_property
from math import log
from pathlib import Path

from kmassist.errors import RecordError
from kmassist.question.expansion import Expansion
from kmassist.question.interpretation import Query, Reading, SenseChoice, Term
from kmassist.question.phrases import (
    _MARKS,
    _ONLY_READ,
    Stems,
    _PhraseTable,
    _stems,
    _surface,
)
from kmassist.question.vocabulary_file import (
    Contents,
    Sense,
    Topic,
    contents_of,
    joined,
    shipped_contents,
)
from kmassist.text.english import STOP_WORDS
from kmassist.text.naming import did_you_mean, those_named
from kmassist.text.words import amid, stem, tokenise, words

_FIRST_LINE = 3.0
"""A term in the first line (a title, or a whole question) counts as often as this many below it."""
_LEAST_SCORE, _SHARE_OF_BEST, _MOST_TOPICS = 3.0, 0.4, 5


class Vocabulary:
    """Topics, acronyms, synonyms and spelling variants, ready to match."""

    def __init__(self, contents: Contents) -> None:
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
        return cls(joined(shipped_contents(), contents_of(extra))) if extra else _shipped()

    def nearest_word(self, word: str) -> str | None:
        """The vocabulary's word that a misspelt one most likely stands for; None for a known word or a far one."""
        if len(word) < 5 or self.knows(word):
            return None
        return next(
            iter(get_close_matches(word.lower(), sorted(self._words), n=1, cutoff=0.86)), None
        )

    def knows(self, word: str) -> bool:
        """Whether the word, of five letters or more, is part of a topic's term, an acronym's meaning or a synonym."""
        return word.lower() in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        phrases = (
            *(term for topic in self.topics.values() for term in topic.terms),
            *(
                form
                for senses in self.acronyms.values()
                for sense in senses
                for form in (sense.means, *sense.also)
            ),
            *(phrase for group in self.synonyms for phrase in group),
        )
        return frozenset(
            word for phrase in phrases for word in re.findall(r"[a-z]{5,}", phrase.lower())
        )

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
        kept = [
            c for c, score in scores.items() if score >= max(_LEAST_SCORE, _SHARE_OF_BEST * best)
        ]
        return tuple(sorted(kept, key=lambda code: (-scores[code], code))[:_MOST_TOPICS])

    def topics_asked(self, question: str) -> tuple[str, ...]:
        """Topics of a question: by its terms, and behind those by lay words."""
        by_lay_words = dict.fromkeys(code for _, code in self._lay_phrases.matches(question))
        return tuple(dict.fromkeys((*self.topics_of(question), *by_lay_words)))[:_MOST_TOPICS]

    def topic_named(self, said: str) -> str:
        """The code of the topic that a person means: by its code, words of its name, or a term of it alone.

        Raises:
            RecordError: none is meant, or several.
        """
        named = those_named(said, {code: (code, t.label) for code, t in self.topics.items()})
        found = tuple(named) or self.topics_asked(said)
        if len(found) == 1:
            return found[0]
        if found:
            meant = f"Did you mean {' or '.join(f'{code} ({self.topics[code].label})' for code in found)}? "
        else:
            also = {f"{code} ({t.label})": (code, *t.terms) for code, t in self.topics.items()}
            meant = did_you_mean(said, also, also)
        raise RecordError(
            f"There is no topic '{said}'.", f"{meant}See 'kmassist vocabulary topics'."
        )

    def is_particular(self, word: str) -> bool:
        """Whether the word names one treatment, device or group of people: a source that never does is about another.

        As it is written, or with an s: by their stems TENS would be ten, and a Traveller whoever travels.
        """
        plain = word.lower().removesuffix("'s")
        return plain in self._particular or plain.removesuffix("s") in self._particular

    def starter(self, topic: str) -> str:
        """A question to begin with on a topic; empty for an unknown code."""
        if topic not in self.topics:
            return ""
        return f"What do we know about {amid(self.topics[topic].label)}?"

    def read_question(
        self,
        question: str,
        *,
        senses: Mapping[str, str] | None = None,
        without: Collection[str] = (),
        learnt: Mapping[str, str] | None = None,
        held: Callable[[str], int] | None = None,
    ) -> Reading:
        """Read a question: acronyms and long forms both ways, senses, synonyms, topics, informative words.

        Args:
            question: the person's words.
            senses: acronym -> meaning that the person chose (its start or a word of it is enough).
            learnt: abbreviation as written here -> what the sources say it is short for; it goes before the shipped one.
            held: how many passages have a name; of several meanings that nothing in the question tells apart the one that most have.
            without: other forms not to search for, or words of the question not to bring others in for. Spellings are one
                word and cannot be switched off.
        """
        found = self._acronyms_in(question) | {word: word for word in learnt or {}}
        known = {**self.acronyms, **{a: (Sense(means=long),) for a, long in (learnt or {}).items()}}
        chosen = {
            a: self._choose(known[a], a, question, (senses or {}).get(a), held)
            for a in dict.fromkeys(found.values())
        }
        expansion = Expansion(question, without)
        for word, acronym in found.items():
            expansion.add_sense(word, chosen[acronym][0], acronym in self._case_sensitive)
        for table, others in (
            (self._acronym_of, self._short_forms),
            (self._group_of, self._other_names),
        ):
            for phrase, key in table.matches(question):
                kept = (other for other in others(key) if other not in found.values())
                expansion.add_names(phrase, kept)
        expansion.add_spellings(self._respelt)
        expansion.add_weeks()
        several = {a: choice for a, choice in chosen.items() if len(known[a]) > 1}
        dense = expansion.dense
        return Reading(
            text=question,
            query=Query(text=question, terms=expansion.weights, dense_text=dense),
            expansions=expansion.others(),
            senses={a: sense.means for a, (sense, _) in several.items()},
            choices=tuple(self._explain(a, *choice) for a, choice in several.items()),
            topics=self.topics_asked(dense),
            informative=self._informative(
                question, expansion.forms, self._key_stems(question, found)
            ),
            left_out=expansion.left_out(),
            abbreviations=frozenset(found),
        )

    def has_acronym(self, word: str) -> bool:
        """Whether a word is a known acronym, in any case unless it is also another word."""
        return bool(self._acronyms_in(word))

    def long_forms(self, acronym: str) -> tuple[str, ...]:
        """All that a known acronym may stand for, with the other names of each; empty for an unknown one."""
        senses = [s for known in self._acronyms_in(acronym).values() for s in self.acronyms[known]]
        return tuple(name for sense in senses for name in (sense.means, *sense.also))

    def names_in(self, question: str) -> tuple[str, ...]:
        """Names of several words that the question uses: terms of topics and long forms of acronyms."""
        tables = (self._topic_phrases, self._acronym_of)
        found = (phrase for table in tables for phrase, _ in table.matches(question))
        return tuple(_surface(question, phrase) for phrase in found if len(phrase) > 1)

    def _acronyms_in(self, question: str) -> dict[str, str]:
        """Word as written -> acronym, in order."""
        found: dict[str, str] = {}
        for word in re.findall(r"[A-Za-z][A-Za-z0-9&]+", question):
            for form in (word, word.removesuffix("s")):
                acronym = form if form in self.acronyms else self._by_lower.get(form.lower())
                if acronym:
                    found.setdefault(word, acronym)
                    break
        return found

    def _choose(
        self,
        senses: Sequence[Sense],
        acronym: str,
        question: str,
        wanted: str | None,
        held: Callable[[str], int] | None,
    ) -> tuple[Sense, str]:
        if wanted:
            named = next((s for s in senses if wanted.casefold() in s.means.casefold()), None)
            return named or Sense(means=wanted), "you chose it"
        around = set(tokenise(question)) - set(_stems(acronym))
        heard = [
            [w for w in (s.means, *s.near) if set(_stems(w)) <= around and _stems(w)]
            for s in senses
        ]
        best = max(range(len(senses)), key=lambda i: (len(heard[i]), -i))
        if heard[best]:
            return senses[best], f"the question says '{heard[best][0]}'"
        if held is not None and len(senses) > 1:
            times = [sum(map(held, (s.means, *s.also))) for s in senses]
            best = max(range(len(senses)), key=lambda i: (times[i], -i))
            if times[best]:
                return senses[best], "the sources here write of it"
        return senses[best], "its usual meaning"

    def _explain(self, acronym: str, sense: Sense, why: str) -> SenseChoice:
        return SenseChoice(
            acronym,
            sense.means,
            why,
            tuple(s.means for s in self.acronyms.get(acronym, ()) if s.means != sense.means),
        )

    def _key_stems(self, question: str, found: Iterable[str]) -> frozenset[str]:
        """Stems of the question that belong to a term of a topic or are an acronym."""
        phrases = [phrase for phrase, _ in self._topic_phrases.matches(question)]
        return frozenset(part for phrase in (*phrases, *map(_stems, found)) for part in phrase)

    def _informative(
        self, question: str, forms: Mapping[str, Sequence[Stems]], key: frozenset[str]
    ) -> tuple[Term, ...]:
        terms: dict[str, Term] = {}
        for word in words(question):
            own = stem(word)
            if (
                word in STOP_WORDS
                or own in self._generic
                or len(word) < 2
                or "'" in word.removesuffix("'s")
            ):
                continue
            terms.setdefault(
                own, Term(word, tuple(dict.fromkeys(((own,), *forms.get(own, ())))), own in key)
            )
        return tuple(terms.values())

    def _short_forms(self, acronym: str) -> Iterator[str]:
        yield acronym

    def _other_names(self, group: str) -> Iterator[str]:
        yield from (
            phrase.lstrip(_MARKS)
            for phrase in self.synonyms[int(group)]
            if not phrase.startswith(_ONLY_READ)
        )

    def _topic_matches(self, text: str) -> Counter[tuple[str, int]]:
        counts: Counter[tuple[str, int]] = Counter()
        for phrase, code in self._topic_phrases.matches(text):
            counts[code, len(phrase)] += 1
        for word in re.findall(r"[A-Za-z][A-Za-z0-9]+", text):
            for code in self._topic_capitals.get(word, ()):
                counts[code, 1] += 1
        return counts


@cache
def _shipped() -> Vocabulary:
    return Vocabulary(shipped_contents())
