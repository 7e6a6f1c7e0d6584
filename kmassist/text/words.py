"""Words and sentences: pure functions, no state but a stemmer's cache."""

from __future__ import annotations

import re
from functools import lru_cache

import Stemmer

from kmassist.text.english import STOP_WORDS, fold_spelling
from kmassist.text.sentences import split_sentences

_TOKEN = re.compile(
    r"\d{2}\+[0-6](?!\d)"  # gestation, 41+0
    r"|[<>≤≥]\s?\d+(?:\.\d+)?"  # <5
    r"|\d+(?:[.,]\d+)*[a-z]*"  # 3b, 0.03, 18,533, 15min
    r"|[a-z]+\d+[a-z0-9]*"  # ng207
    r"|[a-z]&[a-z](?![a-z])"  # a&e
    r"|[a-z]+(?:['’][a-z]+)?"
)
_STEMMER = Stemmer.Stemmer("english")
_FOLD = str.maketrans(
    {"≤": "<", "≥": ">", "’": "'", "–": "-", "—": "-", "‑": "-", "æ": "ae", "œ": "oe"}
)


def words(text: str) -> list[str]:
    """Lower-case word and number tokens; gestations (41+0), grades (3b), codes (NG207) and thresholds (<5) stay whole."""
    found = _TOKEN.findall(text.lower().translate(_FOLD))
    return [
        w.replace(" ", "").replace(",", "") if w[0].isdigit() or w[0] in "<>" else w for w in found
    ]


def tokenise(text: str) -> list[str]:
    """The terms BM25 sees: words without stop words, stemmed (Porter2). Order and repetition are kept."""
    return [stem(w) for w in words(text) if w not in STOP_WORDS]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Porter2 stem of one lower-case word in one spelling; a token with a digit is left alone."""
    if any(c.isdigit() for c in word):
        return word
    return str(_STEMMER.stemWord(fold_spelling(word.partition("'")[0])))


def first_words(text: str, limit: int) -> str:
    """The text cut after ``limit`` characters at a word's end, with an ellipsis when something was cut."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rsplit(" ", 1)[0] + "…"


def amid(label: str) -> str:
    """A label as it stands amid a sentence: its first letter is small, unless more capitals follow (PPI, OASI bundle)."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


_VOWELS = re.compile(r"[aeiouy]+")


def reading_age(text: str) -> int:
    """Years of age at which most can read it: the Flesch-Kincaid grade (Kincaid 1975) and five, at least 5; 0 for no words."""
    found = re.findall(r"[A-Za-z]+", text)
    if not found:
        return 0
    syllables = sum(
        max(
            1,
            len(_VOWELS.findall(word.lower()))
            - (word.lower().endswith("e") and not word.lower().endswith("le")),
        )
        for word in found
    )
    grade = (
        0.39 * len(found) / max(1, len(split_sentences(text)))
        + 11.8 * syllables / len(found)
        - 15.59
    )
    return max(5, round(grade + 5))
