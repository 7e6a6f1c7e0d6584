"""Passage: the retrievable piece of a document. Whole sentences only, so that a quotation never loses its "not"."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kmassist.documents.document import Document, PageSpan
from kmassist.text.sentences import split_sentences

DEFAULT_MAX_WORDS = 110
"""Words a passage may hold; chosen by `make bench` (see docs/measurements.md), well inside the embedder's 256 tokens."""


@dataclass(frozen=True, slots=True)
class Passage:
    """``document.text[start:end] == text``; each of ``sentences`` is a (start, end) pair of the same document text.

    ``heading`` is the path of headings above it, joined by `` › ``; ``page`` counts from 1, None without pages.
    """

    passage_id: str
    doc_id: str
    ordinal: int
    text: str
    start: int
    end: int
    sentences: tuple[tuple[int, int], ...]
    heading: str = ""
    page: int | None = None
    page_is_estimated: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of what is embedded apart from the title: heading and text."""
        return hashlib.sha256(f"{self.heading}\n{self.text}".encode()).hexdigest()

    def sentence(self, number: int) -> str:
        """The words of the sentence of that number, from 0."""
        start, end = self.sentences[number]
        return self.text[start - self.start : end - self.start]


def split_document(
    document: Document,
    *,
    max_words: int = DEFAULT_MAX_WORDS,
    count: Callable[[str], int] | None = None,
) -> list[Passage]:
    """Split a document into passages of whole sentences that never cross a heading, begin on two pages, or mix
    what a document says with its apparatus.

    Args:
        document: the document; its headings bound the passages.
        max_words: the most words of one passage; a single longer sentence stays whole.
        count: measures a sentence's length instead of counting words (an embedder's tokens, for instance).

    Returns:
        Passages in order of the text; together their sentences are all the sentences outside headings, once each.
    """
    measure = count or (lambda words: len(words.split()))
    page_at = _page_finder(document)
    passages: list[Passage] = []
    for heading, start, end in _sections(document):
        group: list[tuple[int, int]] = []
        size = 0
        for sentence in split_sentences(document.text, start, end):
            length = measure(document.text[sentence[0] : sentence[1]])
            if group and (
                size + length > max_words
                or page_at(sentence[0]) is not page_at(group[0][0])
                or document.apparatus_at(sentence[0]) != document.apparatus_at(group[0][0])
            ):
                passages.append(
                    _make(document, heading, group, len(passages), page_at(group[0][0]))
                )
                group, size = [], 0
            group.append(sentence)
            size += length
        if group:
            passages.append(_make(document, heading, group, len(passages), page_at(group[0][0])))
    return passages


def _sections(document: Document) -> Iterator[tuple[str, int, int]]:
    """Heading path, start and end of each stretch of text between headings."""
    path: list[tuple[int, str]] = []
    cursor = 0
    for span in sorted(document.headings, key=lambda h: h.start):
        if span.start > cursor:
            yield " › ".join(title for _, title in path), cursor, span.start
        path = [(level, title) for level, title in path if level < span.level]
        path.append((span.level, span.title))
        cursor = max(cursor, span.end)
    if cursor < len(document.text):
        yield " › ".join(title for _, title in path), cursor, len(document.text)


def _page_finder(document: Document) -> Callable[[int], PageSpan | None]:
    """`Document.page_at` for many places: it looks through all pages, and a long document has many of both."""
    pages = sorted(document.pages, key=lambda page: page.start)
    starts = [page.start for page in pages]

    def page_at(offset: int) -> PageSpan | None:
        number = bisect_right(starts, offset) - 1
        return pages[number] if number >= 0 and offset < pages[number].end else None

    return page_at


def _make(
    document: Document,
    heading: str,
    sentences: list[tuple[int, int]],
    ordinal: int,
    page: PageSpan | None,
) -> Passage:
    start, end = sentences[0][0], sentences[-1][1]
    return Passage(
        passage_id=f"{document.doc_id}:{ordinal:05d}",
        doc_id=document.doc_id,
        ordinal=ordinal,
        text=document.text[start:end],
        start=start,
        end=end,
        sentences=tuple(sentences),
        heading=heading,
        page=page.number if page else None,
        page_is_estimated=page.is_estimated if page else False,
    )
