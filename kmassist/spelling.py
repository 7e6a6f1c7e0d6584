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

    A word that is nearly one of the vocabulary's is read as that; else one that is no word of the language, as the word of the
    sources that is one slip of a finger away.
    """
    stems = {word: stem(word.lower()) for word in re.findall(r"[A-Za-z]{5,}", question)}
    frequency = index.document_frequency(stems.values())
    corrections = {}
    for word, stemmed in stems.items():
        if frequency.get(stemmed):
            continue
        near = vocabulary.nearest_word(word) or _slipped_from(word, index, vocabulary, embedder)
        if near and index.document_frequency([stem(near)]).get(stem(near)):
            corrections[word] = near
            question = re.sub(rf"\b{word}\b", near, question)
    return question, corrections


def _slipped_from(word: str, index: Index, vocabulary: Vocabulary, embedder: Embedder) -> str | None:
    """The word of the sources; never for a name, and one slip only: prednisolone is not prednisone.

    A word of the language is mostly one piece to the embedding model's tokenizer, a misspelt one is several.
    """
    if len(word) < 6 or not word.islower() or vocabulary.knows(word) or _pieces(word, embedder) < 2:
        return None
    stemmed = stem(word)
    alike = [term for term in index.terms_from(word[0]) if abs(len(term) - len(stemmed)) <= 2]
    for term in get_close_matches(stemmed, alike, n=5, cutoff=0.8):
        hits = index.lexical({term: 1.0}, 3)
        for passage in index.passages(hit.passage_id for hit in hits):
            for written in words(passage.text):
                if stem(written) == term and (is_one_slip(stemmed, term) or is_one_slip(word, written)):
                    return written
    return None


def _pieces(word: str, embedder: Embedder) -> int:
    try:
        return embedder.count_tokens(word)
    except ModelUnavailable:
        return 0
