"""Pool: which documents the library holds on a subject, whatever words the question was put in.

What is present is judged a document at a time against the *subject*; whether any of it answers is judged elsewhere, on passages
against the *question*. Each document has one probability, from the signals of `pool.signals` and what the library's own titles add
(`pool.titles`), by the model in ``data/presence.json`` (``python -m benchmarks.fit_presence`` fits it). Two cut-offs part what is on the subject, what a person
has to look at, and what is about something else. No list of topics is among the signals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp

from kmassist.documents.document import Document, SourceType


class Standing(StrEnum):
    """How a document stands to a subject; one that is about something else is not in the pool.

    Near is what would be to check, had its kind nothing on the subject: beside that it is hardly ever about it, so that nobody is
    asked to look. It may be quoted where it answers.
    """

    ON = "on the subject"
    TO_CHECK = "to check"
    NEAR = "near it"


@dataclass(frozen=True, slots=True)
class Held:
    """A document (without its text) of the pool. ``said_by`` is the role of the person who said that it is about the subject."""

    document: Document
    probability: float
    standing: Standing
    said_by: str = ""

    @property
    def source_type(self) -> SourceType | None:
        """Its kind; None where nobody has said it."""
        return self.document.metadata.source_type


@dataclass(frozen=True, slots=True)
class Pool:
    """Documents on one subject, the most probable first, ties by doc_id."""

    subject: str
    held: tuple[Held, ...] = ()

    def __iter__(self) -> Iterator[Held]:
        return iter(self.held)

    def of(self, kind: SourceType, standing: Standing) -> tuple[Held, ...]:
        return tuple(h for h in self.held if h.source_type is kind and h.standing is standing)

    @property
    def doc_ids(self) -> frozenset[str]:
        """Of all, those to check too."""
        return frozenset(h.document.doc_id for h in self.held)

    def within(self, doc_ids: Set[str]) -> Pool:
        """The pool of a search narrowed to these documents."""
        return replace(self, held=tuple(h for h in self.held if h.document.doc_id in doc_ids))


def beside_those_on_it(held: Sequence[Held], most_behind: float) -> tuple[Held, ...]:
    """Documents of a subject: of a kind that has one on it, those to check are near it that lie far behind the likeliest of their kind.

    Args:
        held: likeliest first.
        most_behind: log-odds.
    """
    best: dict[SourceType | None, Held] = {}
    for one in held:
        best.setdefault(one.source_type, one)

    def is_far_behind(one: Held) -> bool:
        first = best[one.source_type]
        p, q = first.probability, one.probability
        return first.standing is Standing.ON and p * (1 - q) > exp(most_behind) * q * (1 - p)

    return tuple(
        replace(one, standing=Standing.NEAR)
        if one.standing is Standing.TO_CHECK and is_far_behind(one)
        else one
        for one in held
    )
