"""What the library holds on a subject as coverage counts it: studies of the pool, with what was quoted and what each never says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kmassist.documents.document import Document
from kmassist.documents.source_types import SourceType
from kmassist.evidence.model import Evidence, Source, Study
from kmassist.evidence.select import group_studies
from kmassist.retrieval.pool import Pool, Standing

Studies = Mapping[SourceType, tuple[Study, ...]]


@dataclass(frozen=True, slots=True)
class Wider:
    """A question without the people or the place that narrow its subject, and what is held on that."""

    question: str
    held: OnSubject


@dataclass(frozen=True, slots=True)
class OnSubject:
    """All eight kinds: the studies on the subject, the documents that a person has to look at, likeliest first, and those near it
    that only need it where no study of their kind is direct.

    ``wider`` is there when the question narrows its subject; ``subject`` is what was searched for, in words for a person; ``surest``
    is the probability of the likeliest document of all.
    """

    studies: Studies
    to_check: Mapping[SourceType, tuple[Document, ...]]
    near: Mapping[SourceType, tuple[Document, ...]] = field(default_factory=dict)
    wider: Wider | None = None
    subject: str = ""
    surest: float = 0.0

    def to_look_at(self, kind: SourceType, *, has_direct: bool) -> tuple[Document, ...]:
        """The documents of a kind that a person has to look at, where another of it is direct or where none is."""
        to_check = self.to_check.get(kind, ())
        return to_check if has_direct else (*to_check, *self.near.get(kind, ()))

    @classmethod
    def of_evidence(cls, evidence: Evidence) -> OnSubject:
        """Where no pool could be made, what was found for the question stands for what there is."""
        return cls(evidence.by_type, {})

    @classmethod
    def of_pool(cls, pool: Pool, evidence: Evidence | None = None) -> OnSubject:
        """The pool, each document with what was quoted from it."""
        studies = evidence.studies if evidence else ()
        quoted = {s.document.doc_id: s for study in studies for s in study.sources}
        sources = [
            quoted.get(held.document.doc_id) or Source(held.document, (), held.probability)
            for kind in SourceType
            for held in pool.of(kind, Standing.ON)
        ]
        to_check, near = (
            {kind: tuple(h.document for h in pool.of(kind, standing)) for kind in SourceType}
            for standing in (Standing.TO_CHECK, Standing.NEAR)
        )
        surest = max((held.probability for held in pool), default=0.0)
        return cls(studies_of(sources), to_check, near, surest=surest)

    @classmethod
    def of_documents(cls, documents: Iterable[Document]) -> OnSubject:
        """Documents that are on the subject because somebody says so, as those filed under a topic."""
        ordered = sorted(documents, key=lambda d: d.doc_id)
        return cls(studies_of(Source(d, (), 1.0) for d in ordered), {})


def studies_of(sources: Iterable[Source]) -> Studies:
    """Sources as studies by kind, in their fixed order."""
    studies = group_studies(sources)
    return {kind: tuple(s for s in studies if s.source_type is kind) for kind in SourceType}


def quotable(evidence: Evidence, pool: Pool, *, asks: bool = True) -> Evidence:
    """The evidence of documents in the pool; what is about something else goes to what is merely near, and is quoted first only
    where it answers: never where no sentence could (``asks``), for its kind may be absent there."""
    held = pool.doc_ids

    def within(study: Study) -> Study | None:
        sources = tuple(s for s in study.sources if s.document.doc_id in held)
        return replace(study, sources=sources) if sources else None

    by_type = {
        kind: tuple(kept for study in studies if (kept := within(study)))
        for kind, studies in evidence.by_type.items()
    }
    outside = tuple(study for study in evidence.studies if within(study) is None)
    most = max(len(evidence.nearest), 3)
    answering = evidence.answering if asks else ()
    closest = tuple(s for s in evidence.closest if s in answering or s.document.doc_id in held)
    return replace(
        evidence,
        by_type=by_type,
        nearest=(*outside, *evidence.nearest)[:most],
        closest=closest,
        parts=tuple(
            part if part.first in closest else replace(part, first=None) for part in evidence.parts
        ),
    )
