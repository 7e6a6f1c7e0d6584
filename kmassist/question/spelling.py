"""Misspelt words of a question, put right by the vocabulary and by what the sources themselves write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from kmassist.errors import ModelUnavailable
from kmassist.question.subject import (
    closed_class_words,
    is_framing,
    is_numbering,
    is_unit,
    subject_data,
)
from kmassist.text.english import STOP_WORDS, is_one_slip
from kmassist.text.shipped import english, shipped_data
from kmassist.text.words import stem, words

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Embedder
    from kmassist.index import Index
    from kmassist.question.vocabulary import Vocabulary


@cache
def shorthand_data() -> Mapping[str, Any]:
    """The words and examples of data/shorthand.yaml."""
    return shipped_data("shorthand.yaml")


def write_out(question: str) -> str:
    """The question with shorthand written out: what abt nites -> what about nights.

    A 2 or a 4 is read as a word in a question that has other shorthand, unless it counts or numbers something.
    """
    table, numbers = shorthand_data()["words"], shorthand_data()["numbers"]
    written = re.sub(
        r"(?<![\w/&'’.-])(?:[A-Z]?[a-z0-9]+(?:/[a-z]+)?|&|w/o?)(?![\w&'’/-])",
        lambda match: str(table.get(match.group()) or _with_apostrophe(match.group())),
        question,
    )
    if written == question and not any(
        looks_shortened(w) for w in re.findall(r"[a-z]{4,}", question)
    ):
        return question
    return english("question", "number_for_a_small_word").sub(
        lambda match: match.group() if _is_counted(written, match) else str(numbers[match.group()]),
        written,
    )


@cache
def _without_apostrophes() -> Mapping[str, str]:
    """Turns of speech as typed without the apostrophe -> as written; without it, some are other words: its, were, lets, wed, im."""
    return {
        plain: word
        for word in subject_data()["framing"]["speech"]
        if (plain := word.replace("'", "")) not in {word, *STOP_WORDS}
        and (not word.endswith("'s") or word[:-2] in STOP_WORDS)
        and not word.endswith(("'d", "'m"))
    }


def _with_apostrophe(word: str) -> str:
    written = _without_apostrophes().get(word.lower())
    return f"{word[0]}{written[1:]}" if written else word


def _is_counted(text: str, match: re.Match[str]) -> bool:
    before = re.findall(r"[a-z]+", text[: match.start()])[-1:]
    after = re.findall(r"[a-z]+", text[match.end() :])[:1]
    return is_numbering(before[0] if before else "") or is_unit(after[0] if after else "")


def looks_shortened(word: str) -> bool:
    """Whether it is a small word of the language less some vowels, or with one slip."""
    return not is_framing(word) and _small_word(word, is_stop=False) is not None


def correct(
    question: str, index: Index, vocabulary: Vocabulary, embedder: Embedder
) -> tuple[str, dict[str, str]]:
    """The question with words that no source uses put right, and which: word as typed -> word as read.

    A word of the language is left alone, whatever it looks like (compliant is not complaint). Else one that is nearly a
    small word of the language, a word of the vocabulary or a word of the sources is read as that. Small words are put
    right without a mention: they say nothing of what is asked about.
    """
    question = write_out(question)
    stems = {word: stem(word.lower()) for word in re.findall(r"[A-Za-z]{4,}", question)}
    frequency = index.document_frequency(stems.values())
    corrections = {}
    for word, stemmed in stems.items():
        if frequency.get(stemmed) or is_framing(word) or is_word(word.lower(), embedder):
            continue
        near = (
            _small_word(word, is_stop=True)
            or vocabulary.nearest_word(word)
            or _slipped_from(word, index, vocabulary)
            or _small_word(word, is_stop=False)
        )
        if near and (is_framing(near) or index.document_frequency([stem(near)]).get(stem(near))):
            question = re.sub(rf"\b{word}\b", near, question)
            if not is_framing(near):
                corrections[word] = near
    return question, corrections


@lru_cache(maxsize=2000)
def _small_word(word: str, *, is_stop: bool) -> str | None:
    """The word of the closed classes that it is, but for some vowels or a slip; with ``is_stop`` a slip of stop words only."""
    if len(word) < 4 or not (word.islower() or word.istitle()):
        return None
    typed = word.lower()
    near = _small_words().get(typed[0], ())
    shortened = (known for known in near if _drops_vowels(typed, known))
    slipped = (k for k in near if _may_slip(k, is_stop=is_stop) and is_one_slip(typed, k))
    return next(shortened, None) or next(slipped, None)


@cache
def _small_words() -> Mapping[str, Sequence[str]]:
    """The closed classes' words of four letters and more, by their first."""
    found: dict[str, list[str]] = {}
    for word in closed_class_words():
        if len(word) >= 4:
            found.setdefault(word[0], []).append(word)
    return found


def _may_slip(word: str, *, is_stop: bool) -> bool:
    return word in STOP_WORDS if is_stop else len(word) > 4


def _drops_vowels(typed: str, meant: str) -> bool:
    """Whether ``typed`` is ``meant`` without one or more of its vowels and nothing else."""
    if typed == meant or typed[0] != meant[0]:
        return False
    rest = iter(meant)
    is_within = all(letter in rest for letter in typed)
    return is_within and re.sub("[aeiou]", "", typed) == re.sub("[aeiou]", "", meant)


def _slipped_from(word: str, index: Index, vocabulary: Vocabulary) -> str | None:
    """The word of the sources, be it one or many; never for a name, and one slip only: prednisolone is not prednisone."""
    if len(word) < 4 or not word.islower() or vocabulary.knows(word):
        return None
    plain = word.removesuffix("s")
    return next(
        (
            written
            for written in _alike(word, index)
            if _drops_vowels(word, written)
            or (len(word) > 4 and is_one_slip(plain, written.removesuffix("s")))
        ),
        None,
    )


def nearest_in_sources(word: str, index: Index) -> str | None:
    """The word of the sources that is written most like ``word``: a suggestion, not a correction."""
    return next(iter(_alike(word.lower(), index)), None)


def _alike(word: str, index: Index) -> Iterator[str]:
    """Words of the sources that are written much like it, likest first."""
    stemmed = stem(word)
    near = [term for term in index.terms_from(word[0]) if abs(len(term) - len(stemmed)) <= 3]
    for term in get_close_matches(stemmed, near, n=5, cutoff=0.75):
        hits = index.lexical({term: 1.0}, 3)
        for passage in index.passages(hit.passage_id for hit in hits):
            yield from (written for written in words(passage.text) if stem(written) == term)


_ENDING = english("question", "ending_of_a_word")


def is_word(word: str, embedder: Embedder) -> bool:
    """Whether it is one piece to the embedding model's tokenizer, with its ending or without: a misspelt word is several."""
    try:
        return any(embedder.count_tokens(form) == 1 for form in (word, _ENDING.sub("", word)))
    except ModelUnavailable:
        return False
