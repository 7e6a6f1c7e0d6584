"""References in a draft: which document of the library each one means, or that it is not held."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kmassist.documents.document import Document
from kmassist.text.shipped import english
from kmassist.text.words import tokenise, words

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>\]]+[^\s\"<>\]).,;]")
_PMID = english("verification", "pubmed_number")
_NICE = english("verification", "number_of_a_guideline")
_NUMBERED = re.compile(r"\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\]")
_AUTHOR = english("verification", "author_and_year")
_LIST_HEAD = english("verification", "heading_of_a_list")
_NAMING = 4
"""First words of a title that name its document."""
_LIST_LINE = re.compile(r"^\s*(?:\[(?P<a>\d{1,3})\]|(?P<b>\d{1,3})[.)])\s*(?P<rest>\S.{9,})$")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as written at ``start``; ``doc_ids`` is empty when the library holds no such source.

    ``is_named`` says that the sentence is about the document (NG207 came out in 2021), which may be no source of what it says.
    """

    text: str
    start: int
    doc_ids: tuple[str, ...]
    is_named: bool = False


@dataclass
class Library:
    """The library's documents by everything a reference may name them by."""

    by_key: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_author_year: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    titles: list[tuple[frozenset[str], str]] = field(default_factory=list)

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Library:
        """Index documents (their text is not needed)."""
        made = cls()
        for document in documents:
            meta = document.metadata
            keys = [meta.doi, f"pmid{meta.pmid}" if meta.pmid else "", meta.pmcid]
            keys += _NICE.findall(f"{meta.title} {meta.version} {document.source_name}")
            for key in filter(None, keys):
                held = made.by_key.get(_key(key), ())
                made.by_key[_key(key)] = (*held, document.doc_id)
            if meta.year:
                first = meta.authors[0].partition(",")[0] if meta.authors else ""
                for name in filter(None, (first, meta.issuer)):
                    named = name.casefold(), str(meta.year)
                    made.by_author_year[named] = (
                        *made.by_author_year.get(named, ()),
                        document.doc_id,
                    )
            made.titles.append((frozenset(tokenise(meta.title)), document.doc_id))
        return made

    def find(self, text: str) -> tuple[str, ...]:
        """The documents that a reference's words mean: by DOI, PMID or NICE number, by author and year, by title."""
        keys = [
            *_DOI.findall(text),
            *(f"pmid{n}" for n in _PMID.findall(text)),
            *_NICE.findall(text),
        ]
        for key in keys:
            if found := self.by_key.get(_key(key)):
                return found
        for match in _AUTHOR.finditer(text):
            if found := self.by_author_year.get((match["name"].casefold(), match["year"])):
                return found
        stems = frozenset(tokenise(text))
        for title, doc_id in self.titles:
            if len(title) >= 3 and len(title & stems) >= 0.85 * len(title):
                return (doc_id,)
        return ()


def reference_list(
    draft: str, library: Library
) -> tuple[dict[int, tuple[str, tuple[str, ...]]], int]:
    """The numbered list at a draft's end: number -> (its words, doc_ids); and where the list begins.

    Without a list the place is the draft's length.
    """
    place, offset = len(draft), 0
    listed: dict[int, tuple[str, tuple[str, ...]]] = {}
    is_list = False
    for line in draft.splitlines(keepends=True):
        if _LIST_HEAD.match(line):
            is_list, place, listed = True, offset, {}
        elif is_list and (match := _LIST_LINE.match(line)):
            rest = match["rest"].strip()
            listed[int(match["a"] or match["b"])] = (rest, library.find(rest))
        offset += len(line)
    return (listed, place) if listed else ({}, len(draft))


def references_in(
    sentence: str, listed: Mapping[int, tuple[str, tuple[str, ...]]], library: Library
) -> Iterator[Reference]:
    """Every reference of a sentence, in order."""
    for match in _NUMBERED.finditer(sentence):
        for number in _numbers(match[1]):
            if number in listed:
                yield Reference(f"[{number}]", match.start(), listed[number][1])
            elif listed:
                yield Reference(f"[{number}]", match.start(), ())
    for pattern in (_DOI, _PMID, _NICE, _AUTHOR):
        for match in pattern.finditer(sentence):
            before = sentence[: match.start()]
            yield Reference(
                match.group().strip("( ),."),
                match.start(),
                library.find(match.group()),
                is_named=pattern is _NICE and before.count("(") <= before.count(")"),
            )


def sources_of(references: Sequence[Reference]) -> tuple[str, ...]:
    """The documents that must say what the sentence says: a document it only names counts when it cites none."""
    cited = [r for r in references if not r.is_named] or references
    return tuple(doc_id for reference in cited for doc_id in reference.doc_ids)


def without_references(sentence: str) -> str:
    """The sentence's own words: what a source is asked to bear out."""
    for pattern in (_NUMBERED, _DOI, _PMID):
        sentence = pattern.sub(" ", sentence)
    sentence = re.sub(rf"\({_AUTHOR.pattern[3:]}", " ", sentence)
    return re.sub(r"\s+(?=[.,;:])", "", " ".join(sentence.replace("()", " ").split()))


def named_in(text: str, documents: Sequence[Document]) -> set[str]:
    """Documents that a text names by their title, or by the first words of it that no other title of the library begins with.

    Four words at least, or what stands before the title's colon or bracket when that is three: fewer are everyday words.
    """
    said = f" {' '.join(words(text))} "
    titles = {document.doc_id: words(document.metadata.title) for document in documents}
    found = set()
    for document in documents:
        title = titles[document.doc_id]
        part = words(re.split(r"[:(]", document.metadata.title)[0])
        least = min(_NAMING, len(part)) if len(part) >= _NAMING - 1 else _NAMING
        begin = title[:least]
        others = (t for key, t in titles.items() if key != document.doc_id)
        is_own = len(title) >= least and all(t[:least] != begin for t in others)
        if is_own and f" {' '.join(begin)} " in said:
            found.add(document.doc_id)
    return found


def _numbers(text: str) -> Iterator[int]:
    for part in re.split(r"[,;]", text):
        first, _, last = re.sub(r"[–-]", "-", part).partition("-")
        yield from range(int(first), min(int(last or first), int(first) + 50) + 1)


def _key(text: str) -> str:
    return re.sub(r"\s+", "", text.casefold())
