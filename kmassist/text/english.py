"""Stop words, spellings and slips of English."""

from __future__ import annotations

import re
from functools import cache

from kmassist.text.shipped import shipped_data

STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being between both but by can
    could did do does doing down during each few for from further had has have having he her here hers herself him himself
    his how i if in into is it its itself just me more most my myself of off on once only or other our ours ourselves out
    over own same she should so some such than that the their theirs them themselves then there these they this those
    through to too under until up upon us very was we were what when where which while who whom why will with within would
    you your yours yourself yourselves
    """.split()  # noqa: SIM905 - a list of words reads better than a literal
)


@cache
def _spelling() -> tuple[tuple[re.Pattern[str], str], ...]:
    rules = shipped_data("spelling.yaml")["rules"]
    return tuple((re.compile(rule["pattern"]), rule["written"]) for rule in rules)


def fold_spelling(word: str) -> str:
    """British and American spellings of one lower-case word as one: haemorrhage and hemorrhage, labour and labor."""
    for pattern, written in _spelling():
        word = pattern.sub(written, word)
    return word


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether one slip of a finger lies between two words: a letter too many, missing, wrong, or two neighbours exchanged.

    The optimal string alignment distance of one (Damerau 1964).
    """
    start = next(
        (i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b),
        min(len(typed), len(meant)),
    )
    left, right = typed[start:], meant[start:]
    exchanged = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return typed != meant and (
        left[1:] == right or left == right[1:] or left[1:] == right[1:] or exchanged
    )
