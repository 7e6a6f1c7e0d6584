"""Figures in a sentence: value, unit, decimals; and whether two of them say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kmassist.text.number_words import NUMBER_WORDS
from kmassist.text.shipped import english
from kmassist.verification.patterns import pattern

_SHARES = {"half": 50.0, "a third": 100 / 3, "two thirds": 200 / 3, "a quarter": 25.0, "three quarters": 75.0, "a fifth": 20.0}  # fmt: skip
_UNITS = tuple(
    (english("verification", row), unit, factor)
    for row, unit, factor in (
        ("percent", "%", 1.0),
        ("per_thousand", "%", 0.1),
        ("per_hundred", "%", 1.0),
        ("minutes", "time", 1.0),
        ("hours", "time", 60.0),
        ("days", "time", 1440.0),
        ("weeks", "time", 10080.0),
        ("months", "months", 1.0),
        ("years", "months", 12.0),
        ("millilitres", "volume", 1.0),
        ("litres", "volume", 1000.0),
        ("milligrams", "mass", 1.0),
        ("micrograms", "mass", 0.001),
        ("grams", "mass", 1000.0),
        ("kilograms", "mass", 1000000.0),
    )
)
_NUMBER = english("verification", "number")
_AFTER_A_HYPHEN = english("verification", "unit_of_time").pattern
_WORD = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted({*NUMBER_WORDS, *_SHARES}, key=len, reverse=True))})(?!\w|-(?!{_AFTER_A_HYPHEN}))",
    re.IGNORECASE,
)
_YEAR = english("verification", "date")
_SIZES = {"million": 1e6, "m": 1e6, "thousand": 1e3, "k": 1e3, "billion": 1e9, "bn": 1e9}
_COMPARATORS = "<>≤≥"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it stands at ``text[start:end]``.

    ``value`` is in the unit's base (percent, minutes, months, millilitres, milligrams, pounds); ``unit`` is empty for a
    count; ``step`` is half of its last written place, in the same base. ``is_near``: the sentence says "about".
    """

    value: float
    unit: str
    step: float
    text: str
    start: int
    end: int
    comparator: str = ""
    is_near: bool = False


def figures(text: str) -> list[Figure]:
    """Every figure of a sentence in order, dates left out; ``101 of 306`` gives both counts and their percentage."""
    dated = [(m.start(), m.end()) for m in _YEAR.finditer(text)]
    found = [
        figure
        for figure in (*_digits(text), *_words(text))
        if not any(start <= figure.start < end for start, end in dated)
    ]
    found.sort(key=lambda f: f.start)
    apart: list[Figure] = []
    for figure in found:
        if not apart or figure.start >= apart[-1].end:  # the 1,000 of "per 1,000" is no figure
            apart.append(figure)
    return apart


def shares(text: str, found: Iterable[Figure]) -> list[Figure]:
    """Percentages that follow from counts side by side (``101 of 306``, ``6/40``); they stand in no text."""
    computed = []
    for part, whole in pairwise(f for f in found if not f.unit):
        between = text[part.end : whole.start]
        if english("verification", "part_of").fullmatch(between) and 0 < part.value <= whole.value:
            value = 100 * part.value / whole.value
            computed.append(
                Figure(value, "%", 0.0, text[part.start : whole.end], part.start, whole.end)
            )
    return computed


def carried(text: str, found: Sequence[Figure]) -> list[Figure]:
    """Figures of a pair that share one unit ("from seven to ten weeks", "26 hours to 4"), the one without it given it."""
    given = []
    for one, two in pairwise(found):
        between = text[one.end : two.start]
        if bool(one.unit) == bool(two.unit) or not re.fullmatch(r"\W*(?:\w+\W+)?\W*", between):
            continue
        bare, full = (two, one) if one.unit else (one, two)
        plain = next(iter(figures(re.sub(r"[^\d.,]+$", "", full.text) or full.text)), full)
        number = (
            plain.value if not plain.unit else NUMBER_WORDS.get(full.text.split()[0].lower(), 0)
        )
        if number:
            factor = full.value / number
            given.append(
                replace(bare, value=bare.value * factor, unit=full.unit, step=bare.step * factor)
            )
    return given


def dates(text: str) -> list[str]:
    """Years and dates in a sentence, as written, lower case."""
    return [" ".join(m.group().lower().split()) for m in _YEAR.finditer(text)]


def is_same(draft: Figure, source: Figure) -> bool:
    """Whether two figures say the same: the same kind, and equal after the rounding that the draft's writing allows.

    A draft may write fewer decimals, and a large amount of money to two leading places or more; other whole numbers may be
    rounded only where it says "about", and are then rounder than the source's.
    """
    if draft.unit != source.unit:
        return False
    if {draft.comparator, source.comparator} & set(
        "<>≤≥"
    ) and draft.comparator != source.comparator:
        return False
    nearness = max(draft.step, 0.0) if _has_decimals_to_lose(draft, source) else 0.0
    if draft.unit and abs(draft.value) >= 1000 and (zeros := _round_zeros(draft.text)) >= 2:
        nearness = max(nearness, 0.5 * 10**zeros)
    if draft.is_near and _is_rounder(draft, source):
        nearness = max(nearness, 0.08 * abs(source.value))
    return abs(draft.value - source.value) <= nearness + 1e-9 * max(1.0, abs(source.value))


def _is_rounder(draft: Figure, source: Figure) -> bool:
    """Whether a figure has fewer telling digits than the source's, or is a word ("a third")."""
    ours, theirs = (len(re.sub(r"\D", "", f.text).strip("0")) for f in (draft, source))
    return not ours or ours < theirs


def _round_zeros(text: str) -> int:
    """Zeros at the end of a whole number of which two other digits stand in front, else 0."""
    digits = re.sub(r"\D", "", text.partition(".")[0])
    kept = digits.rstrip("0")
    return len(digits) - len(kept) if len(kept) >= 2 and "." not in text else 0


def _has_decimals_to_lose(draft: Figure, source: Figure) -> bool:
    """A count is never rounded silently; a percentage, a duration or an amount may be, to its last written place."""
    return bool(draft.unit) and draft.step > source.step


def _digits(text: str) -> Iterable[Figure]:
    return (_figure(text, match) for match in _NUMBER.finditer(text))


def _figure(text: str, match: re.Match[str]) -> Figure:
    raw = match["number"].replace(",", "").replace("·", ".")
    size = _SIZES.get((match["size"] or "").lower(), 1.0)
    unit, factor, end = _unit_after(text, match.end())
    if match["sign"][-1:] in "£$€" and match["sign"]:
        unit, factor, end = match["sign"][-1], 1.0, match.end()
    sign = -1.0 if match["sign"] in {"−"} else 1.0
    comparator = next((c for c in match["sign"] if c in _COMPARATORS), "")
    return Figure(
        value=sign * float(raw) * size * factor,
        unit=unit,
        step=0.5 * 10 ** -_decimals(raw) * size * factor,
        text=text[match.start() : end].strip(),
        start=match.start(),
        end=end,
        comparator=comparator,
        is_near=bool(pattern("about").search(text[: match.start()])),
    )


def _decimals(raw: str) -> int:
    return len(raw.partition(".")[2])


def _unit_after(text: str, end: int) -> tuple[str, float, int]:
    after = re.match(r"[\s-]?", text[end:])
    start = end + (after.end() if after else 0)
    for unit, name, factor in _UNITS:
        if found := unit.match(text[start:]):
            return name, factor, start + found.end()
    return "", 1.0, end


def _words(text: str) -> Iterable[Figure]:
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word == "one" and not english("verification", "after_one_that_counts").match(
            text[match.end() :]
        ):
            continue  # "one" is mostly no figure
        unit, factor, end = _unit_after(text, match.end())
        if word in _SHARES and english("verification", "after_a_share_of_one").match(
            text[match.end() :]
        ):
            continue  # half a year
        if word in _SHARES:
            yield Figure(
                _SHARES[word], "%", 3.0, match.group(), match.start(), match.end(), is_near=True
            )
        else:
            yield Figure(
                NUMBER_WORDS[word] * factor,
                unit,
                0.0,
                text[match.start() : end],
                match.start(),
                end,
            )
