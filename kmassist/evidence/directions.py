"""Directions: does a sentence say that an outcome went up, went down or did not differ? Rules, negation first.

Deliberately shy: a sentence that the rules cannot read gives no direction, because a conflict that is not there costs more
trust than one that is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from kmassist.text.english import STOP_WORDS
from kmassist.text.shipped import english, shipped_data
from kmassist.text.words import stem, words

Direction = Literal["increase", "decrease", "no difference", ""]

_NO_DIFFERENCE = english("evidence", "says_no_difference")
_DOUBLE_NEGATIVE = english("evidence", "denies_a_denial")
_UP, _DOWN = english("evidence", "up"), english("evidence", "down")
_IMPROVE = english("evidence", "points_to_the_better")
_AIM = english("evidence", "what_is_meant_before")
_IN_CONTROL = english("evidence", "said_of_the_control_after")
_CONTROL_IS_SUBJECT = english("evidence", "control_is_subject_before")
_ARM = english("evidence", "arm_of_a_study")
_SIGNIFICANT = english("evidence", "says_significant")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:[.·]\d+)?(?:\s?%)?")
_ASIDE = english("evidence", "said_aside")
_P_VALUE = english("evidence", "p_value")
_RATIO_CI = english("evidence", "interval_of_a_ratio")
_DIFFERENCE_CI = english("evidence", "interval_of_a_difference")
_CLAUSE = english("evidence", "turn_of_a_sentence")
_CARRIES_ON = english("evidence", "carries_on_from_before")
_VERB = english("evidence", "has_a_verb")
_PARENTHESIS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Stated:
    """A direction for one outcome. ``is_aim``: what the practice is meant to do, not what was found."""

    outcome: str
    direction: Direction
    is_aim: bool = False


@cache
def _outcomes() -> dict[str, tuple[re.Pattern[str], str]]:
    table = shipped_data("outcomes.yaml")
    return {
        name: (re.compile(rf"(?:{row['words']})", re.I), row["good"]) for name, row in table.items()
    }


def name_outcomes(text: str) -> tuple[str, ...]:
    """The listed outcomes that a text names, in the order of the list."""
    return tuple(name for name, (pattern, _) in _outcomes().items() if pattern.search(text))


def names_one_of(outcomes: Iterable[str], text: str) -> bool:
    """Whether a text names one of these listed outcomes."""
    return any(_outcomes()[name][0].search(text) for name in outcomes)


def better_direction(outcome: str) -> Direction:
    """The direction of a listed outcome that is plainly better; empty where that depends."""
    good = _outcomes()[outcome][1] if outcome in _outcomes() else ""
    return "increase" if good == "increase" else "decrease" if good == "decrease" else ""


_FILLER = frozenset(
    words(
        "rate rates risk incidence proportion number mean median total score scores level levels women mothers babies infants "
        "per percentage frequency occurrence average overall difference primary secondary outcome outcomes"
    )
)


def is_same_outcome(left: str, right: str) -> bool:
    """Whether two outcome names mean the same: the same listed outcomes, or three fifths of their words."""
    named_left, named_right = set(name_outcomes(left)), set(name_outcomes(right))
    if named_left or named_right:
        return named_left == named_right
    a, b = (
        {stem(w) for w in words(x) if w not in STOP_WORDS and w not in _FILLER}
        for x in (left, right)
    )
    return bool(a and b) and len(a & b) / len(a | b) >= 0.6


def read_direction(sentence: str, outcome: str = "") -> Direction:
    """The direction a sentence states for an outcome (for whatever it is about when none is given).

    Direction is of the outcome under the practice studied against its comparison. Statistics beat words: a p-value above
    0.05, or a 95% interval over 1 (ratios) or 0 (differences), is no difference. Empty when the rules cannot tell.
    """
    clause = _clause_for(" ".join(sentence.split()), outcome)
    statistic = _statistic(clause)
    if statistic == "no difference":
        return statistic
    if _NO_DIFFERENCE.search(_DOUBLE_NEGATIVE.sub(" ", clause)):
        return "no difference"
    return _by_words(clause, outcome) or statistic or _by_numbers(clause)


_CRITERION = english("evidence", "criterion_of_an_audit")


def read_stated(sentence: str) -> tuple[Stated, ...]:
    """Every listed outcome of a sentence with the direction stated for it; without those that cannot be read.

    An audit criterion against its target states none: "lower is better" is what is wanted, not what was found.
    """
    found: list[Stated] = []
    if _CRITERION.search(sentence):
        return ()
    for name in name_outcomes(sentence):
        pattern = _outcomes()[name][0]
        clause = next((c for c in _clauses(sentence) if pattern.search(c)), sentence)
        direction = read_direction(clause, name)
        if direction:
            found.append(Stated(name, direction, _is_aim(clause, direction)))
    return tuple(found)


def _is_aim(clause: str, direction: Direction) -> bool:
    pattern = {"increase": _UP, "decrease": _DOWN}.get(direction)
    match = pattern.search(clause) if pattern else None
    return bool(match and _AIM.search(clause[: match.start()])) or clause.rstrip().endswith("?")


def _clauses(sentence: str) -> list[str]:
    """Parts between turns of a sentence; what stands in parentheses stays with its part."""
    masked = _PARENTHESIS.sub(lambda m: "_" * len(m.group()), sentence)
    cuts = [0, *(m.end() for m in _CLAUSE.finditer(masked)), len(sentence)]
    parts: list[str] = []
    for part in (sentence[a:b] for a, b in pairwise(cuts)):
        if parts and not _VERB.search(
            parts[-1]
        ):  # a list was cut: "loss, drop in haemoglobin, and use were lower"
            parts[-1] += part
        elif part.strip():
            parts.append(part)
    return parts


def _clause_for(sentence: str, outcome: str) -> str:
    """The clause that is about the outcome; the whole sentence when none does or several tie.

    A denial that carries on from it ("but this was not significant") belongs to it.
    """
    parts = _clauses(sentence)
    if not outcome or len(parts) < 2:
        return sentence
    wanted = {stem(w) for w in words(outcome) if w not in STOP_WORDS}
    pattern = _outcomes()[outcome][0] if outcome in _outcomes() else None
    scores = [
        (2.0 if pattern and pattern.search(part) else 0.0)
        + len(wanted & {stem(w) for w in words(part)}) / max(1, len(wanted))
        for part in parts
    ]
    best = max(scores)
    if best <= 0 or scores.count(best) > 1:
        return sentence
    number = scores.index(best)
    chosen = parts[number]
    following = parts[number + 1] if number + 1 < len(parts) else ""
    if _CARRIES_ON.search(following) and (
        _NO_DIFFERENCE.search(following) or _statistic(following) == "no difference"
    ):
        return chosen + following
    return chosen if _names_a_change(chosen) else sentence


def _names_a_change(clause: str) -> bool:
    return bool(
        _NO_DIFFERENCE.search(clause)
        or _UP.search(clause)
        or _DOWN.search(clause)
        or _statistic(clause)
    )


def _statistic(clause: str) -> Direction:
    if match := _RATIO_CI.search(clause):
        low, high = (float(match.group(x).replace("·", ".")) for x in ("low", "high"))
        if low <= 1 <= high:
            return "no difference"
        return "decrease" if high < 1 else "increase"
    if match := _DIFFERENCE_CI.search(clause):
        low, high = (
            float(match.group(x).replace("·", ".").replace("−", "-").replace(" ", ""))
            for x in ("low", "high")
        )
        if low <= 0 <= high:
            return "no difference"
    values = [
        (m.group("sign") or "=", float(m.group("value").replace("·", ".")))
        for m in _P_VALUE.finditer(clause)
    ]
    if values and all(
        (sign in ">≥" and value >= 0.05) or (sign == "=" and value > 0.05) for sign, value in values
    ):
        return "no difference"
    return ""


def _by_words(clause: str, outcome: str) -> Direction:
    """The direction word nearest to the outcome, turned round when it is said of the control group."""
    hits = sorted([(m.start(), m, "increase") for m in _UP.finditer(clause)] + [(m.start(), m, "decrease") for m in _DOWN.finditer(clause)],
                  key=lambda hit: hit[0])  # fmt: skip
    hits = [
        hit
        for hit in hits
        if not english("evidence", "only_compares_with_a_number").match(clause[hit[1].end() :])
    ]
    if not hits:
        return ""
    place = _place(clause, outcome)
    _, match, direction = (
        min(hits, key=lambda hit: (abs(hit[0] - place), hit[0])) if place >= 0 else hits[0]
    )
    if _IMPROVE.match(match.group()):
        good = {_outcomes()[n][1] for n in name_outcomes(outcome or clause)}
        direction = "decrease" if good == {"decrease"} else "increase"
    before = clause[: match.start()]
    if _CONTROL_IS_SUBJECT.search(before) or (
        _IN_CONTROL.search(clause[match.end() :])
        and not english("evidence", "compared_before").search(clause[: match.start()])
    ):
        direction = "decrease" if direction == "increase" else "increase"
    return "increase" if direction == "increase" else "decrease"


def _by_numbers(clause: str) -> Direction:
    """Two figures of two named groups, said to differ significantly: "13.8 and 17.5 in the study and control group"."""
    values = [
        (m.group("sign") or "=", float(m.group("value").replace("·", ".")))
        for m in _P_VALUE.finditer(clause)
    ]
    if not _SIGNIFICANT.search(clause) and not any(
        sign in "=<≤" and value <= 0.05 for sign, value in values
    ):
        return ""
    arms = [bool(m.group("control")) for m in _ARM.finditer(clause)][:2]
    numbers = [m.group() for m in _NUMBER.finditer(_ASIDE.sub(" ", clause))]
    shares = [n for n in numbers if n.endswith("%")]
    chosen = shares if len(shares) == 2 else numbers if len(numbers) == 2 else []
    if len(arms) != 2 or arms[0] == arms[1] or not chosen:
        return ""
    first, second = (float(re.sub(r"[,%\s]", "", n).replace("·", ".")) for n in chosen)
    treated, control = (second, first) if arms[0] else (first, second)
    return "increase" if treated > control else "decrease" if treated < control else ""


def _place(clause: str, outcome: str) -> int:
    if outcome in _outcomes():
        match = _outcomes()[outcome][0].search(clause)
        return match.start() if match else -1
    wanted = {stem(w) for w in words(outcome) if w not in STOP_WORDS and len(w) > 2}
    places = [
        m.start()
        for m in re.finditer(r"[A-Za-z][\w-]+", clause)
        if stem(m.group().lower()) in wanted
    ]
    return places[0] if places else -1
