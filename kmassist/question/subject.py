"""The subject of a question: what is left of it without who asks, who decides, what they may do and how they ask.

"Should the board pay for birthing pools at every unit?" and "any evidnce on birth pools pls" have one subject. What the library
holds on it is decided by the subject, so that the same need has the same sources however it is put; whether a sentence answers
is decided by the question. The closed classes are data (``data/subject.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from kmassist.question.narrowing import narrowing_data, narrows_alone, read_narrowing
from kmassist.text.english import STOP_WORDS
from kmassist.text.shipped import shipped_data
from kmassist.text.words import stem, words


class Aspect(StrEnum):
    """What is asked of a subject, in words that fit after "asked:"."""

    EFFECT = "effect or safety"
    COST = "cost"
    EXPERIENCE = "experience"
    FIGURE = "a figure"
    HOW = "how to do it"
    MANDATE = "whether it is mandated"
    RULE = "what the rule is"
    MODEL = "which service"
    TEST = "how well it detects"


_OF_TYPE = {
    "T1": Aspect.EFFECT,
    "T2": Aspect.MODEL,
    "T4": Aspect.FIGURE,
    "T5": Aspect.EXPERIENCE,
    "T6": Aspect.COST,
    "T7": Aspect.HOW,
    "T8": Aspect.TEST,
    "T9": Aspect.MANDATE,
    "T11": Aspect.RULE,
}


def aspects_of(types: Iterable[str]) -> tuple[Aspect, ...]:
    """What questions of these types ask of their subject; whether to scale up asks everything, and has none of its own."""
    return tuple(_OF_TYPE[code] for code in types if code in _OF_TYPE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about.

    Attributes:
        text: the words to search for, in their order, with the long forms of known abbreviations behind the short ones.
        phrases: runs of words of the subject that stand together.
        aspect: what is asked of it (`aspects_of`).
        population: the group of people that narrows it; setting: the place that does.
        core: the same without what it is hoped to reach and the name of the place; empty where neither is named, or too little
            would be left.
        wider: the same without what narrows it; empty where nothing does, or too little would be left.
        set_aside: words of the question that were taken for no subject.
        unknown: words of the subject that no source has -> the word of the sources that it may stand for, or "".
        is_corrected: whether a person gave it in these words.
    """

    text: str
    phrases: tuple[str, ...] = ()
    aspect: tuple[Aspect, ...] = ()
    population: str = ""
    setting: str = ""
    core: str = ""
    wider: str = ""
    set_aside: tuple[str, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)
    is_corrected: bool = False

    @property
    def said(self) -> str:
        """The subject as a person would say it: its phrases, and behind them the people or the place named besides."""
        if self.is_corrected or not self.phrases:
            return self.text
        apart = [phrase for phrase in self.phrases if phrase in {self.population, self.setting}]
        named = [phrase for phrase in self.phrases if phrase not in apart]
        besides = f" ({', '.join(apart)})" if apart and named else ""
        return f"{', '.join(named or apart)}{besides}"

    @property
    def named(self) -> tuple[str, ...]:
        """The runs of words that are neither people nor a place."""
        narrowing = {self.population, self.setting}
        return tuple(p for p in self.phrases if p not in narrowing and not narrows_alone(p))

    @property
    def content(self) -> tuple[str, ...]:
        """Stems of the words that name something, each once, in order."""
        return tuple(dict.fromkeys(stem(w) for w in words(self.text) if w not in STOP_WORDS))


@dataclass(frozen=True, slots=True)
class _Data:
    framing: frozenset[str]
    phrases: tuple[re.Pattern[str], ...]
    aims: tuple[re.Pattern[str], ...]
    sites: tuple[re.Pattern[str], ...]
    names: tuple[str, ...]
    joining: frozenset[str]
    leading: frozenset[str]
    trailing: frozenset[str]
    units: frozenset[str]
    numbered: frozenset[str]
    number_words: frozenset[str]


@cache
def subject_data() -> Mapping[str, Any]:
    """The classes, phrases and examples of data/subject.yaml."""
    return shipped_data("subject.yaml")


@cache
def _data() -> _Data:
    data = subject_data()
    return _Data(
        framing=frozenset(str(word) for group in data["framing"].values() for word in group),
        phrases=tuple(re.compile(row["pattern"], re.I) for row in data["phrases"]),
        aims=tuple(re.compile(row["pattern"], re.I) for row in data["aims"]),
        sites=tuple(re.compile(row["pattern"], re.I) for row in data["sites"]),
        names=tuple(data["names"]),
        **{
            name: frozenset(data[name])
            for name in ("joining", "leading", "trailing", "units", "numbered", "number_words")
        },
    )


_TOKEN = re.compile(r"[A-Za-z]&[A-Za-z]\b|[^\W_]+(?:['’+./-][^\W_]+)*", re.UNICODE)
_BREAK = re.compile(r"[.?!;:,()\n]|\s[-–—]\s")


def is_framing(word: str) -> bool:
    """Whether a word belongs to a closed class that names no subject."""
    plain = word.casefold().replace("’", "'")
    bare = plain.removesuffix("'s").removesuffix("'")
    return any(form in STOP_WORDS or form in _data().framing for form in (plain, bare))


def is_numbering(word: str) -> bool:
    """Whether a number after it is part of a name: type 2."""
    return word.casefold() in _data().numbered


def is_unit(word: str) -> bool:
    """Whether a number before it counts it: four hours."""
    return word.casefold() in _data().units


@cache
def closed_class_words() -> tuple[str, ...]:
    """The small words of the language first, then those that name no subject, each in the order of the alphabet."""
    return (*sorted(STOP_WORDS), *sorted(_data().framing - STOP_WORDS))


def read_subject(
    question: str,
    *,
    names: Iterable[str] = (),
    long_forms: Mapping[str, str] = {},
    known: Callable[[Iterable[str]], Mapping[str, int]] | None = None,
    is_word: Callable[[str], bool] | None = None,
    suggest: Callable[[str], str | None] | None = None,
) -> Subject:
    """The subject of a question.

    Args:
        question: the person's words, misspelt ones already put right.
        names: names of several words that the question uses: shared decision making, place of birth. Their words are
            subject whatever they are elsewhere.
        long_forms: abbreviation as written in the question -> its long form.
        known: stems -> number of passages of the library that hold each; without it no word is unknown.
        is_word: whether a word is one of the language.
        suggest: the word of the library that an unknown one may stand for.
    """
    flat = f" {' '.join(words(question))} "
    here = (*names, *(name for name in _data().names if f" {' '.join(words(name))} " in flat))
    named = frozenset(w for name in here for w in words(name) if w not in _data().joining)
    runs, aside = _sort(question, named)
    for allowed in _WHEN_NOTHING_IS_LEFT:
        if runs:
            break
        runs, aside = _sort(question, named | allowed(), is_whole=False)
    unknown = _unknown(
        [word for run in runs for word in run if word not in long_forms], known, suggest
    )
    strange = {
        word for word in unknown if len(word) < _LEAST_WORD and is_word and not is_word(word)
    }
    if any(word not in strange and not is_framing(word) for run in runs for word in run):
        runs = [left for run in runs if (left := [word for word in run if word not in strange])]
    phrases = [" ".join(run) for run in map(_trimmed, runs) if run]
    narrowing = read_narrowing(phrases)
    return Subject(
        text=" ".join(_with_long_forms(phrase, long_forms) for phrase in phrases),
        phrases=tuple(dict.fromkeys(phrases)),
        population=narrowing.population,
        setting=narrowing.setting,
        core=_core(question, named),
        wider=" ".join(_with_long_forms(phrase, long_forms) for phrase in narrowing.left),
        set_aside=tuple(dict.fromkeys(aside)),
        unknown=unknown,
    )


_LEAST_BESIDE_AIM = 2
"""Words that must be left of a question without what is hoped for: "what is done to reduce falls" is on falls."""


def _core(question: str, named: frozenset[str]) -> str:
    """The subject of a question without what is hoped for and where: scale the frailty hub *to Sale Valley to reduce admissions*.

    What is hoped for goes whatever it is called: that admissions have a name makes them no part of the hub. A place that is a name
    of something else, ``named``, stays.
    """
    aims = (pattern.search(question) for pattern in _data().aims)
    starts = [at.start() for at in aims if at]
    before = [question[: min(starts)]] if starts else []
    for text in (*before, question):
        cut = text
        for pattern in _data().sites:
            cut = pattern.sub(lambda at: at[0] if named & {*words(at[0])} else " , ", cut)
        if cut == question:
            return ""
        kept = [word for run in _sort(cut, named)[0] for word in _trimmed(run)]
        if len(kept) >= _LEAST_BESIDE_AIM:
            return " ".join(kept)
    return ""


_LEAST_WORD = 5
"""Letters of an unknown word that is searched for even if it is no word of the language: a name, a device."""


def names_in_question(question: str) -> tuple[str, ...]:
    """The words of a question that name something, without any that only ask or decide; empty for "why" or "is it safe"."""
    runs, _ = _sort(question, frozenset())
    return tuple(
        word for run in runs for word in _trimmed(run) if word.lower() not in _data().joining
    )


def names_beside_people(question: str) -> tuple[str, ...]:
    """`names_in_question` without people of whom much is said whatever the subject."""
    people = frozenset(subject_data()["people"])
    return tuple(word for word in names_in_question(question) if word.casefold() not in people)


def _class(name: str) -> frozenset[str]:
    return frozenset(subject_data()["framing"][name])


_WHEN_NOTHING_IS_LEFT: tuple[Callable[[], frozenset[str]], ...] = (
    lambda: _class("bodies"),  # what does the board require?
    lambda: _class("aspects") | _class("worth"),  # what are the costs?
    lambda: _data().framing,
)


def _sort(
    question: str, named: frozenset[str], *, is_whole: bool = True
) -> tuple[list[list[str]], list[str]]:
    """Runs of words that are kept, and the words set aside; whole turns of speech go first where ``is_whole``."""
    data = _data()
    flat = " ".join(question.replace("’", "'").split())
    for pattern in data.phrases if is_whole else ():
        flat = pattern.sub(lambda found: f"{found.groupdict().get('kept') or ''} , ", flat)
    runs: list[list[str]] = [[]]
    aside: list[str] = []
    for piece in _BREAK.split(flat):
        tokens = _TOKEN.findall(piece)
        for at, word in enumerate(tokens):
            if _is_subject(tokens, at, named) or (runs[-1] and _joins(word, runs[-1][-1])):
                runs[-1].append(word)
            else:
                aside.append(word)
                runs.append([])
        runs.append([])
    kept = [run for run in runs if not all(word.lower() in data.joining for word in run)]
    return kept, [word for word in aside if word.lower() not in STOP_WORDS]


def _joins(word: str, before: str) -> bool:
    """Whether a word stands between words of a subject; "who" does behind people: women who live alone."""
    plain = word.lower()
    is_of_people = plain in {"who", "whose"} and before.lower() in narrowing_data()["people"]
    return plain in _data().joining or is_of_people


def _trimmed(run: list[str]) -> list[str]:
    """The run without joining words at its end."""
    joining = _data().joining | {"who", "whose"}
    last = max((at for at, word in enumerate(run) if word.lower() not in joining), default=-1)
    return run[: last + 1]


def _is_subject(tokens: Sequence[str], at: int, named: frozenset[str]) -> bool:
    """Whether a word is of the subject by itself, or by the word beside it: same day, follow up, type 2, six months."""
    data, plain = _data(), tokens[at].casefold()
    before = tokens[at - 1].casefold() if at else ""
    after = tokens[at + 1].casefold() if at + 1 < len(tokens) else ""
    if plain in named:
        return True
    if _is_number(plain):
        return before in data.numbered or after in data.units or _names(after, named)
    if plain in data.units:
        return _is_number(before)
    is_of_verb = (  # roll *out* a service, but extend *over 75s* clinics
        plain in data.trailing and before in _class("decisions") and not after[:1].isdigit()
    )
    if plain in data.leading and _names(after, named) and not is_of_verb:
        return True
    if plain in data.trailing:
        is_group = plain in narrowing_data()["people"] and after in narrowing_data()["going_on"]
        return _names(before, named) or (at > 0 and is_group)
    return _names(plain, named)


def _is_number(word: str) -> bool:
    return word.isdigit() or word in _data().number_words


def _names(word: str, named: frozenset[str]) -> bool:
    data = _data()
    if word in named:
        return True
    is_small = len(word) < 2 or word in data.joining or word in data.trailing or word in data.units
    return not (is_small or _is_number(word) or is_framing(word))


def _with_long_forms(phrase: str, long_forms: Mapping[str, str]) -> str:
    written = []
    for word in phrase.split():
        written.append(word)
        for part in dict.fromkeys((word, *word.split("/"))):  # post CVA/TIA
            long = long_forms.get(part, "")
            if long and long.casefold() not in phrase.casefold():
                written.append(long)
    return " ".join(written)


def _unknown(
    kept: Sequence[str],
    known: Callable[[Iterable[str]], Mapping[str, int]] | None,
    suggest: Callable[[str], str | None] | None,
) -> dict[str, str]:
    if known is None:
        return {}
    parts = {
        word: [stem(w) for w in words(word) if w not in STOP_WORDS] for word in dict.fromkeys(kept)
    }
    frequency = known({part for found in parts.values() for part in found})
    missing = [
        word
        for word, found in parts.items()
        if found and not any(frequency.get(part) for part in found)
    ]
    return {
        word: (suggest(word) if suggest and not word.isupper() else None) or "" for word in missing
    }
