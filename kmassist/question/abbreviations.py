"""Abbreviations that texts define themselves: "same day emergency care (SDEC)".

The method is that of Schwartz and Hearst 2003 (Pacific Symposium on Biocomputing 8: 451-462): a short form in brackets, or the
long form in them after a short one, and the shortest run of words before it that holds the letters of the short form in order,
the first of them at the start of a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from kmassist.text.english import STOP_WORDS
from kmassist.text.shipped import english

_BRACKET = re.compile(r"\(([^()\n]{2,90})\)")
_SHORT = re.compile(r"[A-Za-z][A-Za-z0-9&/'’.-]{1,9}")
_WORD = re.compile(r"\S+")
_BEFORE = re.compile(r"(?<![\w-])([A-Z][A-Za-z0-9&/-]{1,9})\s*$")
_BREAK = re.compile(r"[.;:!?()\n](?=\s|$|\()")


def learn_abbreviations(texts: Iterable[str]) -> dict[str, str]:
    """Short form as written -> the long form that most texts give it, in small letters but for names.

    A short form that is defined in several ways keeps the commonest; ties go to the first in the alphabet.
    """
    found: dict[str, Counter[str]] = {}
    for text in texts:
        for short, long in dict.fromkeys(_definitions(text)):
            found.setdefault(short, Counter())[long] += 1
    return {
        short: min(longs, key=lambda form: (-longs[form], form))
        for short, longs in sorted(found.items())
    }


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    for bracket in _BRACKET.finditer(text):
        inside = english("question", "between_short_forms").split(bracket.group(1))[0].strip()
        before = _BREAK.split(text[max(0, bracket.start() - 160) : bracket.start()])[-1]
        if _is_short(inside):
            if long := _long_form(inside, before):
                yield inside.rstrip("."), long
        elif (short := _BEFORE.search(before)) and _is_short(short.group(1)):
            long = _long_form(short.group(1), inside)
            if (
                long and len(long) >= len(inside) - 2
            ):  # the bracket explains the letters and nothing else
                yield short.group(1), long


def _is_short(text: str) -> bool:
    """Whether it can be a short form: one word of two to ten signs, two capitals at least or a capital and a digit."""
    capitals = sum(c.isupper() for c in text)
    return bool(_SHORT.fullmatch(text)) and (
        capitals >= 2 or (capitals == 1 and any(c.isdigit() for c in text))
    )


def _long_form(short: str, before: str) -> str | None:
    """The shortest end of ``before`` that holds the letters of ``short`` in order, or None."""
    letters = [
        c for c in short.casefold().replace("&", "a") if c.isalnum()
    ]  # A&E: accident and emergency
    if len(letters) > 3 and letters[-1] == "s" and short.endswith("s"):
        letters.pop()
    most = min(len(letters) + 5, 2 * len(letters))
    starts = [word.start() for word in _WORD.finditer(before)][-most:]
    if not letters or not starts:
        return None
    folded, at = before.casefold(), len(before.rstrip())
    for number in range(len(letters) - 1, -1, -1):
        at -= 1
        while at >= starts[0] and (
            folded[at] != letters[number] or (number == 0 and at > 0 and folded[at - 1].isalnum())
        ):
            at -= 1
        if at < starts[0]:
            return None
    long = _tidy(before[at:])
    is_new = len(long) > len(short) and short.casefold() not in {
        w.casefold().strip("'’\"") for w in long.split()
    }
    return long if is_new and len(long.split()) <= most else None


def _tidy(long: str) -> str:
    flat = " ".join(long.split()).strip("'’‘“”\" ,")
    first, _, rest = flat.partition(" ")
    is_sentence_start = first[:1].isupper() and first[1:].islower() and rest[:1].islower()
    return flat[0].lower() + flat[1:] if is_sentence_start else flat


_PASSED_OVER = frozenset(
    ["of", "the", "and", "for", "to", "in", "on", "with", "a", "an", "or", "by"]
)
_SMALL = rf"(?:(?:{'|'.join(sorted(_PASSED_OVER))})[\s-])*"
_LEAST, _LEAST_OF_MORE = {2: (8, 3)}, (3, 2)
"""Times that a phrase must stand, or texts that must use it, before its initials may stand for it: of two letters, which fit
much, and of more."""


def guess_by_initials(short: str, texts: Iterable[str]) -> str | None:
    """The phrase that most texts use whose words begin with the letters of ``short``; None when hardly any does.

    For a short form that no text has: FCP where four reports write of first contact physiotherapists. Small words are
    passed over. Texts that do not define their abbreviations are many, and questions are full of them.
    """
    plain = short.casefold().removesuffix("s" if len(short) > 3 else "")
    letters = [c for c in plain if c != "&"]
    if not 2 <= len(letters) <= 6 or not all(c.isalpha() for c in letters):
        return None
    words = [
        f"and[\\s-]{c}[a-z'’]+" if plain[max(0, at - 1) : at] == "&" else f"{c}[a-z'’]+"
        for at, c in enumerate(plain)
        if c != "&"
    ]
    pattern = re.compile(r"\b" + rf"[\s-]{_SMALL}".join(words) + r"\b")
    counts, documents = Counter[str](), Counter[str]()
    for text in texts:
        found = [
            " ".join(match.group().replace("-", " ").split())
            for match in pattern.finditer(text.casefold())
        ]
        counts.update(found)
        documents.update({phrase.removesuffix("s") for phrase in found})
    merged: Counter[str] = Counter()
    for phrase, count in counts.items():
        merged[phrase.removesuffix("s")] += count
    usable = {phrase: n for phrase, n in merged.items() if not _is_loose(phrase.split())}
    best = min(usable, key=lambda phrase: (-usable[phrase], phrase), default=None)
    if best is None:
        return None
    times, texts_with = _LEAST.get(len(plain), _LEAST_OF_MORE)
    if documents[best] < texts_with and usable[best] < times:
        return None
    return min(
        (phrase for phrase in counts if phrase.removesuffix("s") == best),
        key=lambda p: (-counts[p], p),
    )


def _is_loose(phrase: list[str]) -> bool:
    """Whether the words are no name: a small word stands at an end, or another than "of" and its like within."""
    ends = {phrase[0], phrase[-1], *(word for word in phrase if word not in _PASSED_OVER)}
    return bool(ends & (STOP_WORDS | {"al", "per"}))
