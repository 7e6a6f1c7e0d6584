"""Misspelt words of a question, put right by the vocabulary and by what the sources themselves write."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kmassist.errors import ModelUnavailable
from kmassist.text import is_one_slip, stem, words

if TYPE_CHECKING:
    from kmassist.embedding import Embedder
    from kmassist.index import Index
    from kmassist.vocabulary import Vocabulary


def correct(question: str, index: Index, vocabulary: Vocabulary, embedder: Embedder) -> tuple[str, dict[str, str]]:
    """The question with words that no source uses put right, and which: word as typed -> word as read.

    A word of the language is left alone, whatever it looks like (compliant is not complaint). Else one that is nearly a word of the
    vocabulary is read as that, or as a word of the sources that is one slip of a finger away.
    """
    stems = {word: stem(word.lower()) for word in re.findall(r"[A-Za-z]{5,}", question)}
    frequency = index.document_frequency(stems.values())
    corrections = {}
    for word, stemmed in stems.items():
        if frequency.get(stemmed) or _is_word(word.lower(), embedder):
            continue
        near = vocabulary.nearest_word(word) or _slipped_from(word, index, vocabulary)
        if near and index.document_frequency([stem(near)]).get(stem(near)):
            corrections[word] = near
            question = re.sub(rf"\b{word}\b", near, question)
    return question, corrections


def _slipped_from(word: str, index: Index, vocabulary: Vocabulary) -> str | None:
    """The word of the sources, be it one or many; never for a name, and one slip only: prednisolone is not prednisone."""
    if len(word) < 6 or not word.islower() or vocabulary.knows(word):
        return None
    stemmed = stem(word)
    alike = [term for term in index.terms_from(word[0]) if abs(len(term) - len(stemmed)) <= 2]
    for term in get_close_matches(stemmed, alike, n=5, cutoff=0.8):
        hits = index.lexical({term: 1.0}, 3)
        for passage in index.passages(hit.passage_id for hit in hits):
            for written in words(passage.text):
                if stem(written) == term and is_one_slip(word.removesuffix("s"), written.removesuffix("s")):
                    return written
    return None


_ENDING = re.compile(r"(?:e?s|e?d|ing)$")


def _is_word(word: str, embedder: Embedder) -> bool:
    """Whether it is one piece to the embedding model's tokenizer, with its ending or without: a misspelt word is several."""
    try:
        return any(embedder.count_tokens(form) == 1 for form in (word, _ENDING.sub("", word)))
    except ModelUnavailable:
        return False
