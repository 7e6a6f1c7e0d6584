"""How every kind of record forgets a document: what people keep beside the sources must not go on telling what was removed.

Each kind is named here with its way; a kind that is not, forgets as `Way.WORDS`. Records that people wrote stay, without the
sentences that hold the document's title, its words or its figures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from kmassist.documents.document import Document
from kmassist.text.sentences import split_sentences

FORGOTTEN = "[forgotten]"
_SHINGLE = 5
"""Words in a row that are the document's own: fewer are anybody's."""
_SHORTEST_NAME = 8
"""Characters of a title or a criterion that can be looked for alone."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


class Way(StrEnum):
    """What becomes of a record that tells of a forgotten document."""

    DROP = "the record goes"
    ANSWER = "the answer goes, the question stays"
    OWN = "what is said of it goes; of what is said of others, the sentences that tell of it go"
    WORDS = "the sentences that tell of it go"
    KEEP = "the record holds none of its words"


WAYS: Mapping[str, Way] = {
    "brief": Way.DROP,
    "session:": Way.ANSWER,
    "session": Way.WORDS,
    "brief-narrative": Way.WORDS,
    "brief-signed": Way.WORDS,
    "decision": Way.WORDS,
    "gap": Way.WORDS,
    "search": Way.WORDS,
    "set": Way.WORDS,
    "feedback": Way.OWN,
    "note": Way.OWN,
    "action": Way.WORDS,
    "hand-over": Way.WORDS,
    "screening": Way.WORDS,
    "screened": Way.WORDS,
    "override": Way.WORDS,
    "role": Way.WORDS,
    "co-development": Way.WORDS,
    "contribution": Way.WORDS,
    "bundle": Way.WORDS,
    "bundle-sent": Way.WORDS,
    "signing-key": Way.WORDS,
    "service-key": Way.WORDS,
    "assessment": Way.WORDS,
    "assessment-round": Way.WORDS,
    "assessment-instrument": Way.WORDS,
    "said": Way.WORDS,
    "followed": Way.WORDS,
    "followed-standing": Way.WORDS,
    "unanswered": Way.WORDS,
    "visit": Way.KEEP,
    "folder": Way.KEEP,
    "folder-state": Way.WORDS,
    "aside": Way.DROP,
    "forgotten-file": Way.KEEP,
}
"""Kind of record, or the beginning of several kinds when it ends in a colon, to its way."""


def way_of(kind: str) -> Way:
    """How a kind of record forgets."""
    return WAYS.get(kind) or WAYS.get(kind.partition(":")[0] + ":") or Way.WORDS


@dataclass(frozen=True, slots=True)
class Trace:
    """What tells of a document: its id, its names, and every run of `_SHINGLE` words of its text, folded."""

    doc_id: str
    names: tuple[str, ...]
    shingles: frozenset[str]

    @classmethod
    def of(cls, document: Document, others: Iterable[Document]) -> Trace:
        """The trace of a document; a name that another document has as well tells of neither."""
        shared = {name for other in others for name in _names(other)}
        names = tuple(name for name in _names(document) if name not in shared)
        lines = [document.text, *(c.criterion for c in document.metadata.audit)]
        return cls(document.doc_id, names, frozenset(s for line in lines for s in _shingles(line)))

    def is_in(self, text: str) -> bool:
        """Whether a text tells of the document."""
        folded = _fold(text)
        return any(name in folded for name in self.names) or any(
            shingle in self.shingles for shingle in _shingles(text)
        )

    def told_in(self, body: Any) -> set[str]:
        """Runs of the document's words that stand in a record."""
        return {s for text in _strings(body) for s in _shingles(text) if s in self.shingles}

    def without_words_of(self, told: set[str], others: Iterable[Document]) -> Trace:
        """The trace without those of its runs of words that another document has too: they are not its own."""
        shared = {s for other in others for s in _shingles(other.text) if s in told}
        return replace(self, shingles=frozenset(told - shared))

    def is_in_record(self, body: Any) -> bool:
        """Whether a record names the document or tells of it anywhere."""
        return self.doc_id in json.dumps(body) or any(self.is_in(text) for text in _strings(body))

    def taken_out(self, value: Any) -> Any:
        """A record's value without the sentences that tell of the document."""
        if isinstance(value, str):
            return self._sentences(value)
        if isinstance(value, dict):
            return {key: self.taken_out(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.taken_out(part) for part in value]
        return value

    def _sentences(self, text: str) -> str:
        if not self.is_in(text):
            return text
        kept = [
            text[start:end]
            for start, end in split_sentences(text)
            if not self.is_in(text[start:end])
        ]
        return " ".join([*kept, FORGOTTEN])


def _names(document: Document) -> Iterator[str]:
    meta = document.metadata
    cited = document.cite_as.rpartition(" ")[0] if document.is_anonymous else ""
    criteria = (criterion.criterion for criterion in meta.audit)
    for name in (meta.title, document.source_name, cited.rstrip("…"), *criteria):
        folded = _fold(name)
        if len(folded) >= _SHORTEST_NAME:
            yield folded


def _fold(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _shingles(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        words = _WORD.findall(line.casefold())
        for at in range(len(words) - _SHINGLE + 1):
            yield " ".join(words[at : at + _SHINGLE])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)
