"""Passages found, excerpts, sources, studies: what evidence is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Design
from kmassist.documents.passages import Passage
from kmassist.evidence.places import NOWHERE, Places


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage with the gate's probability, the ranking score and one score a sentence.

    ``is_ordered``: the scores are those of `closest`, which has weighed already what a sentence says.
    """

    passage: Passage
    probability: float
    score: float
    sentence_scores: tuple[float, ...]
    counts: bool | None = None
    is_ordered: bool = False

    def passes(self, cutoff: float) -> bool:
        """Whether it is about the question: as the gate said, else by the cut-off alone."""
        return self.probability >= cutoff if self.counts is None else self.counts


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

    @classmethod
    def at(cls, document: Document, start: int, end: int, *, section: str = "") -> Excerpt:
        """Words at a place of a document, of which no search found a passage."""
        page = document.page_at(start)
        return cls(
            doc_id=document.doc_id,
            passage_id="",
            start=start,
            end=end,
            quote=document.text[start:end],
            page=page.number if page else None,
            page_is_estimated=bool(page and page.is_estimated),
            section=section,
            probability=0.0,
            score=0.0,
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A document (without its text) and what it says on the question, best first.

    ``never_names``: element of the question (``figure``, ``outcome``, ``subject``) -> its words, that no part of the
    document names.
    """

    document: Document
    excerpts: tuple[Excerpt, ...]
    probability: float
    never_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Study:
    """Reports of one study, best first; most studies have one. Counting is by study, never by passage."""

    key: str
    source_type: SourceType | None
    sources: tuple[Source, ...]

    def never_names(self, element: str) -> str:
        """The words of this element of the question, when none of its reports names it anywhere; else empty."""
        found = [source.never_names.get(element, "") for source in self.sources]
        return found[0] if found and all(found) else ""

    @property
    def probability(self) -> float:
        """The best report's."""
        return max(source.probability for source in self.sources)

    @property
    def dated(self) -> str | None:
        """The newest evidence date of its reports."""
        return max(
            (s.document.metadata.dated for s in self.sources if s.document.metadata.dated),
            default=None,
        )

    @property
    def design(self) -> Design | None:
        """The design of the first report that states one."""
        return next(
            (s.document.metadata.design for s in self.sources if s.document.metadata.design), None
        )


@dataclass(frozen=True, slots=True)
class Excluded:
    """A study that is about the question but does not count, and why (withdrawn, superseded, undated...)."""

    study: Study
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a question that asks several things: as typed, how likely it is answered (None as in `Evidence`), and the
    sentence of ``closest`` that answers it best."""

    asked: str
    answered: float | None = None
    first: Source | None = None


NEARLY = 0.4
"""Share of the best sentence's score from which another is nearly as good."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found.

    ``by_type`` has all eight types, also empty ones, in their fixed order; ``nearest`` did not pass the gate and may be
    shown only as "related, not direct"; ``uncovered_terms`` are informative words of the question that nothing found uses.
    ``closest`` are the sentences nearest to an answer whatever their kind, one excerpt a source, best first, and
    ``answered`` the probability that they answer; None where nothing was ordered. ``not_known`` is the sentence in
    which a source says that what is asked is not known. ``parts`` are those of a question that asks several things, in the order
    asked; none where it asks but one. ``places`` are those that the question names.
    """

    by_type: Mapping[SourceType, tuple[Study, ...]]
    nearest: tuple[Study, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    uncovered_terms: tuple[str, ...] = ()
    answerable_probability: float = 0.0
    cutoff: float = 0.5
    topics: tuple[str, ...] = field(default=())
    closest: tuple[Source, ...] = ()
    not_known: Source | None = None
    answered: float | None = None
    parts: tuple[Part, ...] = ()
    places: Places = NOWHERE

    @property
    def elsewhere(self) -> str:
        """The places of the question, where no sentence that the answer begins with is said of them."""
        leading = [part.first for part in self.parts if part.first] or self.closest[:1]
        is_elsewhere = self.places.asked and not any(
            self.places.are_said_of(f"{e.section} {e.quote}", s.document)
            for s in leading
            for e in s.excerpts
        )
        return self.places.in_words if is_elsewhere and leading else ""

    @property
    def answering(self) -> tuple[Source, ...]:
        """Of ``closest`` those that are nearly as good as the best, and the first of each part."""
        least = NEARLY * max((s.excerpts[0].score for s in self.closest), default=0.0)
        firsts = [part.first for part in self.parts]
        return tuple(s for s in self.closest if s.excerpts[0].score >= least or s in firsts)

    @property
    def studies(self) -> tuple[Study, ...]:
        """Every study that passed the gate, in order of type."""
        return tuple(study for studies in self.by_type.values() for study in studies)
