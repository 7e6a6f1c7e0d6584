"""Numbers and the words around them: tokens of a text, and what English tells of a noun phrase."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from kmassist.text.number_words import NUMBER_WORDS
from kmassist.text.shipped import shipped_data

_TOKEN = re.compile(
    r"(?P<sign>[②-④❷-❹➁-➃➋-➍⑴-⑷①❶➀➊Ⅰ-Ⅳⅰ-ⅳ])|(?P<tally>(?<=[:=] )(?:\|{2,4}|/{2,4})(?=\s*(?:[\n;,.]|$)))|(?P<times>[x×](?=\d))|(?P<code>[^\W\d_]+\d\w*)|(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)|(?P<word>[^\W\d_]+(?:['’\-‑][^\W\d_]+)*)|[^\s]"
)
_HYPHENS = frozenset("-‑")
_COMPOUND = re.compile(r"([^\W\d_]+)[\-‑](.+)")
_DOZEN = 12
_ROMANS = {"ii": 2, "iii": 3}
_BEFORE_ROMANS = frozenset({":", "=", "were", "are", "had", "have", "of"})
_PLURALS = frozenset(
    {"women", "men", "people", "children", "staff", "midwives", "criteria", "data", "taxis"}
)
_AGENTS = ("er", "or", "ist", "ant", "ee", "man", "men")
"""Endings of who does something: a noun in the plural, not a verb."""
_PART_WORDS = ("third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
               "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth")  # fmt: skip
PARTS = {"half": 2, "halves": 2} | {
    word + ending: n for n, word in enumerate(_PART_WORDS, 3) for ending in ("", "s")
}
"""Parts of a whole and how many make it."""
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
        elif kind == "tally":
            value, kind = len(raw), "number"
        token = Token(raw, low, kind, match.start(), match.end(), value, sentence)
        is_compound = kind == "word" and value is None and _HYPHENS.intersection(low)
        found += _compound(token) if is_compound else [token]
        if raw in ".!?" and text[match.end() : match.end() + 1].isspace():
            sentence += 1
        last_end = match.end()
    return _romans(_dozens(found))


def _romans(tokens: list[Token]) -> list[Token]:
    """``Refusals: iii``, ``there were II collapses``; IV is not read, it is the way a drug is given."""
    for before, token in itertools.pairwise(tokens):
        if token.text.lower() in _ROMANS and before.low in _BEFORE_ROMANS:
            token.value = _ROMANS[token.text.lower()]
    return tokens


def _worded(word: str) -> int | None:
    """The number that a word is; the smaller one of ``two-three``."""
    first, _, second = word.partition("-")
    if first in NUMBER_WORDS and second in NUMBER_WORDS and word not in NUMBER_WORDS:
        return min(NUMBER_WORDS[first], NUMBER_WORDS[second])
    return NUMBER_WORDS.get(word)


def _compound(token: Token) -> list[Token]:
    """The number, the hyphen and the noun of ``two-woman group``; of one only people, as in ``one-woman``, not ``one-off``."""
    match = _COMPOUND.fullmatch(token.low)
    value = NUMBER_WORDS.get(match[1]) if match else None
    if match is None or value is None or match[2].partition("-")[0] in PARTS:
        return [token]
    if value == 1 and singular(match[2]) not in lexicon()["people"]:
        return [token]
    cut, text = len(match[1]), token.text
    return [
        Token(text[a:b], token.low[a:b], kind, token.start + a, token.start + b, number, token.sentence)
        for a, b, kind, number in ((0, cut, "word", value), (cut, cut + 1, "mark", None), (cut + 1, len(text), "word", None))
    ]  # fmt: skip


def _dozens(tokens: list[Token]) -> list[Token]:
    """``a dozen women`` are twelve, ``two dozen`` twenty-four, as one number."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.low == "dozen":
            times = before.value if before is not None and before.value else 1
            token.value = _DOZEN * times
            if before is not None and before.value:
                before.value = None
    return tokens


def is_done(word: str) -> bool:
    """Whether a word tells what was done: ``invited``, ``seen``."""
    return word.endswith("ed") or word in lexicon()["past"] | lexicon()["duties_done"]


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


@cache
def things() -> frozenset[str]:
    """Nouns that count nobody: those of ``data/small_numbers.yaml`` and what was learnt (``data/things.json``)."""
    return lexicon()["things"] | frozenset(shipped_data("things.json")["things"].split())


def is_joined_thing(word: str) -> bool:
    """Whether a number joined to a word by a hyphen counts things: ``two-page``, ``four-bedded``, not ``two-woman``."""
    first = word.partition("-")[0]
    stems = {first, *(first[:-cut] for cut in (1, 2, 3) if first.endswith("ed"))}
    return bool(stems & (lexicon()["units"] | things()))


@cache
def _listed() -> frozenset[str]:
    return frozenset().union(*lexicon().values())


def written(token: Token) -> str:
    """A word as it is looked up: one in capitals is an abbreviation, and no noun that was learnt (``3 LACs``, ``2 PETs``)."""
    stem = token.text.removesuffix("s")
    is_abbreviated = len(stem) > 1 and stem.isupper()
    return token.text if is_abbreviated and singular(token.low) not in _listed() else token.low


def is_thing(phrase: Sequence[str], value: int) -> bool:
    """Whether a noun phrase is shown to be of things: its head is, and what stands before the head does not count."""
    known = lexicon()
    if not phrase or phrase[0] in known["past"] | known["done_by_people"]:
        return False  # "two saw the same midwife", "one needed theatre"
    if value == 1:
        return _is_one_thing(phrase)
    people = known["people"]
    at = next((k for k, word in enumerate(phrase) if is_plural(word)), None)
    if at is None:  # "2 week wait", "4 cm long"; not "two plan to leave"
        return phrase[0] in known["units"] | known["times"]
    head = singular(phrase[at])
    of_people = any(singular(word) in people for word in phrase[:at])
    return head in things() and not (of_people and head in known["files_of_one"])


def _is_one_thing(phrase: Sequence[str]) -> bool:
    """The same of ``one``: the head is the last word before a verb, which a plural or a word in *-ed* must be."""
    known = lexicon()
    end = next(
        (
            k
            for k, word in enumerate(phrase)
            if k and (is_plural(word) or word.endswith("ed") or word in known["past"])
        ),
        len(phrase),
    )
    other = singular(phrase[end]) if end < len(phrase) and is_plural(phrase[end]) else ""
    while end > 1 and (phrase[end - 1].endswith("ly") or phrase[end - 1] in known["adverbs"]):
        end -= 1
    is_person = other.endswith(_AGENTS) or other in known["people"]
    if is_person or phrase[0] in known["units"]:
        return not is_person  # "1 deaf service users"
    if end == 1 and is_plural(phrase[0]):  # "one remains under review"
        return False
    head, before = phrase[end - 1], phrase[end - 2] if end > 1 else ""
    of_people = {before, singular(before)} & known["people"]
    return head in things() and not (of_people and head in known["files_of_one"])
