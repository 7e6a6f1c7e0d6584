"""Numbers and the words around them: tokens of a text, and what English tells of a noun phrase."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from kmassist.text.number_words import NUMBER_WORDS
from kmassist.text.shipped import shipped_data

_TOKEN = re.compile(
    r"(?P<sign>[②-④❷-❹➁-➃➋-➍⑴-⑷①❶➀➊Ⅰ-Ⅳⅰ-ⅳ])|(?P<times>[x×](?=\d))|(?P<code>[^\W\d_]+\d\w*)|(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)|(?P<word>[^\W\d_]+(?:['’\-‑][^\W\d_]+)*)|[^\s]"
)
_DOZEN = 12
_PLURALS = frozenset(
    {"women", "men", "people", "children", "staff", "midwives", "criteria", "data", "taxis"}
)
_NOT_PLURAL = ("ss", "us", "is", "'s", "’s", "nhs")


@dataclass(slots=True)
class Token:
    """A word, number or mark: ``text[start:end]``, folded in ``low``; ``value`` of a whole number, in figures or in words."""

    text: str
    low: str
    kind: str
    start: int
    end: int
    value: int | None = None
    sentence: int = 0


@cache
def lexicon() -> dict[str, frozenset[str]]:
    """The words of ``data/small_numbers.yaml`` by their heading."""
    held = shipped_data("small_numbers.yaml")
    return {name: frozenset(str(words).split()) for name, words in held.items()}


def tokens_of(text: str) -> list[Token]:
    """Every token of a text with the number of its sentence; a new line begins one."""
    found: list[Token] = []
    sentence, last_end = 0, 0
    for match in _TOKEN.finditer(text):
        raw, kind = match.group(), match.lastgroup or "mark"
        low = raw.lower().replace("’", "'")
        if "\n" in text[last_end : match.start()]:
            sentence += 1
        value: int | None = None
        if kind == "number":
            value = int(raw.replace(",", "").partition(".")[0]) if len(raw) <= 15 else None
        elif kind == "word":
            value = _worded(low)
        elif kind == "sign":
            value, kind = int(unicodedata.numeric(raw)), "number"
        found.append(Token(raw, low, kind, match.start(), match.end(), value, sentence))
        if raw in ".!?" and text[match.end() : match.end() + 1].isspace():
            sentence += 1
        last_end = match.end()
    return _dozens(found)


def _worded(word: str) -> int | None:
    """The number that a word is; the smaller one of ``two-three``."""
    first, _, second = word.partition("-")
    if first in NUMBER_WORDS and second in NUMBER_WORDS and word not in NUMBER_WORDS:
        return min(NUMBER_WORDS[first], NUMBER_WORDS[second])
    return NUMBER_WORDS.get(word)


def _dozens(tokens: list[Token]) -> list[Token]:
    """``a dozen women`` are twelve, ``two dozen`` twenty-four, as one number."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.low == "dozen":
            times = before.value if before is not None and before.value else 1
            token.value = _DOZEN * times
            if before is not None and before.value:
                before.value = None
    return tokens


def number_of(token: Token) -> float:
    """The number that a token is, with its decimals."""
    is_plain = token.kind == "number" and token.text[0].isdecimal()
    return float(token.text.replace(",", "")) if is_plain else float(token.value or 0)


def is_plural(word: str) -> bool:
    """Whether a noun looks like a plural."""
    return word in _PLURALS or (
        len(word) > 2 and word.endswith("s") and not word.endswith(_NOT_PLURAL)
    )


@cache
def singular(word: str) -> str:
    """A noun without its plural ending."""
    word = word.removesuffix("'s").removesuffix("'")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "uses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(_NOT_PLURAL) else word


def is_thing(phrase: Sequence[str], value: int) -> bool:
    """Whether a noun phrase is of things: English marks the head of a plural, what stands before it does not count."""
    things, people = lexicon()["things"], lexicon()["people"]
    objects = lexicon()["objects"]
    if not phrase:
        return False
    if value != 1:
        head = next((word for word in phrase if is_plural(word)), None)
        if head is not None:
            of_people = any(singular(word) in people for word in phrase[: phrase.index(head)])
            is_about_one = of_people and singular(head) in lexicon()["files_of_one"]
            return singular(head) in things | objects and not is_about_one
        return phrase[0] in things
    for k, word in enumerate(phrase):
        following = phrase[k + 1] if k + 1 < len(phrase) else ""
        if (word in people or singular(word) in people) and following not in things:
            return False  # "one referral form" counts forms
        if word in things and not (k + 1 < len(phrase) and singular(phrase[k + 1]) in people):
            return True
    return phrase[-1] in objects
