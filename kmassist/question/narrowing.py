"""What narrows a subject: the group of people and the place that a question names besides it.

"Telephone triage for teenagers" is on telephone triage; the teenagers narrow it. What is held on the subject is never less sure
than what is held on a narrower one, so that the two have to be told apart. Nouns for people and places are data
(``data/narrowing.yaml``); everything between the preposition and the noun, and what follows it ("women with diabetes"), goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from kmassist.text.shipped import shipped_data

_MOST_BEFORE = 4
"""Words between the preposition and the noun: in women of low risk, to older people living alone."""
_LEAST_LEFT = 2
"""Words that must be left of a subject without what narrows it: support for carers is no question of support."""


_WORD = r"[\w'’-]+"
_CLASSES = ("people", "places")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """``population`` and ``setting`` as written, without the preposition; ``left`` the runs of the subject without them, empty
    where too little would be left, or where they do not end the subject: what stands in its midst makes it rather than narrows it."""

    population: str = ""
    setting: str = ""
    left: tuple[str, ...] = ()


def narrowing_data() -> dict[str, Any]:
    """The classes and examples of data/narrowing.yaml."""
    return shipped_data("narrowing.yaml")


def without(question: str, narrowings: Sequence[str]) -> str:
    """A question without the words that narrow it and the preposition before them."""
    prepositions, articles = (
        "|".join(narrowing_data()[name]) for name in ("prepositions", "articles")
    )
    for words in filter(None, narrowings):
        question = re.sub(
            rf"(?:\b(?:{prepositions})\s+(?:(?:{articles})\s+)?)?\b{re.escape(words)}(?!\w)",
            "",
            question,
            count=1,
            flags=re.I,
        )
    return " ".join(question.split())


@cache
def _nouns(name: str) -> re.Pattern[str]:
    nouns = sorted(map(str, narrowing_data()[name]), key=lambda noun: (-len(noun), noun))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, nouns))})(?![\w-])", re.I)


@cache
def _after_preposition(name: str) -> re.Pattern[str]:
    data = narrowing_data()
    prepositions = "|".join(map(re.escape, data["prepositions"]))
    before = rf"(?:(?!(?:{prepositions}) ){_WORD} ){{0,{_MOST_BEFORE}}}?"
    return re.compile(rf"(?<=\S) (?:{prepositions}) (?P<x>{before}{_group(name)})$", re.I)


def _group(name: str) -> str:
    """Pattern of a noun of the class with what goes on after it."""
    going_on = "|".join(map(re.escape, narrowing_data()["going_on"]))
    return rf"{_nouns(name).pattern}(?: (?:(?:{going_on})\b|\w+ing\b).*)?"


def read_narrowing(runs: Sequence[str]) -> Narrowing:
    """What narrows a subject that is given as its runs of words.

    A run that is nothing but a group or a place is one where another run names the subject; within a run it is what stands
    behind a preposition at its end.
    """
    found, left = dict.fromkeys(_CLASSES, ""), list(runs)
    for name in _CLASSES:
        for at, run in enumerate(left):
            cut = _after_preposition(name).search(run)
            if cut and not found[name]:
                found[name] = cut["x"]
                left[at] = run[: cut.start()]
    for name in _CLASSES:
        for run in [run for run in left if is_only(run, name)]:
            if len(left) > 1:
                left.remove(run)
                found[name] = found[name] or run
    if not any(found.values()):
        return Narrowing()
    rest = " ".join(left)
    is_wider = len(rest.split()) >= _LEAST_LEFT and " ".join(runs).startswith(rest)
    return Narrowing(found["people"], found["places"], tuple(left) if is_wider else ())


def narrows_alone(run: str) -> bool:
    """Whether a run is nothing but a group of people or a place."""
    return any(is_only(run, name) for name in _CLASSES)


def is_only(run: str, name: str) -> bool:
    """Whether a run is a noun of people with what belongs to it (low risk women, people with diabetes), or a place alone."""
    if name == "places":
        return _nouns(name).fullmatch(run) is not None
    return (
        re.fullmatch(rf"(?:{_WORD} ){{0,{_MOST_BEFORE - 1}}}?{_group(name)}", run, re.I) is not None
    )
