"""Evidence: what the corpus holds on a question, grouped by source type, one entry a study, exact quotations only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kmassist.documents import Design, Document, SourceType


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An exact quotation: ``document.text[start:end] == quote``, whole sentences.

    ``before`` and ``after`` are the neighbouring sentences; ``probability`` is the relevance gate's, 0 to 1.
    """

    doc_id: str
    passage_id: str
    start: int
    end: int
    quote: str
    page: int | None
    page_is_estimated: bool
    section: str
    probability: float
    score: float
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A document (without its text) and what it says on the question, best first."""

    document: Document
    excerpts: tuple[Excerpt, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Study:
    """Reports of one study, best first; most studies have one. Counting is by study, never by passage."""

    key: str
    source_type: SourceType
    sources: tuple[Source, ...]

    @property
    def probability(self) -> float:
        """The best report's."""
        return max(source.probability for source in self.sources)

    @property
    def dated(self) -> str | None:
        """The newest evidence date of its reports."""
        return max((s.document.metadata.dated for s in self.sources if s.document.metadata.dated), default=None)

    @property
    def design(self) -> Design | None:
        """The design of the first report that states one."""
        return next((s.document.metadata.design for s in self.sources if s.document.metadata.design), None)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A study that bears on the question but does not count, and why (withdrawn, superseded, undated...)."""

    study: Study
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found.

    ``by_type`` has all eight types, also empty ones, in their fixed order; ``nearest`` did not pass the gate and may be
    shown only as "related, not direct"; ``uncovered_terms`` are informative words of the question that nothing found uses.
    """

    by_type: Mapping[SourceType, tuple[Study, ...]]
    nearest: tuple[Study, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    uncovered_terms: tuple[str, ...] = ()
    answerable_probability: float = 0.0
    cutoff: float = 0.5
    topics: tuple[str, ...] = field(default=())

    @property
    def studies(self) -> tuple[Study, ...]:
        """Every study that passed the gate, in order of type."""
        return tuple(study for studies in self.by_type.values() for study in studies)
