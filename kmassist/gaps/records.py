"""Records that live in the library: gaps, searches made elsewhere, and who holds which role at which stage."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from kmassist.documents.document import Document, SourceType
from kmassist.documents.frozen import Frozen
from kmassist.documents.metadata import PartialDate
from kmassist.text.english import STOP_WORDS
from kmassist.text.shipped import english
from kmassist.text.words import stem, words


class Trigger(StrEnum):
    """What showed that care is less than ideal."""

    AUDIT = "audit shortfall"
    INCIDENT = "incident"
    PPI = "patient or public experience"
    STAFF = "staff concern"
    QUESTION = "question asked"
    OTHER = "other"

    @property
    def is_shortfall(self) -> bool:
        """Whether it documents care that is less than ideal; a question alone does not."""
        return self in {Trigger.AUDIT, Trigger.INCIDENT, Trigger.PPI, Trigger.STAFF}


class GapStage(StrEnum):
    """Where work on a gap stands."""

    OPEN = "open"
    IN_PROGRESS = "in progress"
    CLOSED = "closed"


class GapRecord(Frozen):
    """One gap of the register (domain G).

    ``codes`` are gap codes; ``leadership_stage`` is 1 to 8; ``epicot`` and ``rationale`` hold a person's own words for those
    tables. ``cases_a_year`` and ``cases_needed`` are counts for the volume condition. Roles, never names.
    """

    gap_id: str = ""
    title: str = Field(min_length=3)
    question: str = ""
    topic: str = ""
    source_type: SourceType | None = None
    codes: tuple[str, ...] = ()
    claim: str = "corpus gap"
    trigger: Trigger = Trigger.QUESTION
    trigger_detail: str = ""
    raised_by: str = ""
    action: str = ""
    owner_role: str = ""
    stage: GapStage = GapStage.OPEN
    leadership_stage: int = Field(default=1, ge=1, le=8)
    opened: PartialDate = None
    due: PartialDate = None
    closed_on: PartialDate = None
    closed_by_doc: str = ""
    closing_note: str = ""
    jla_priority: str = ""
    cases_a_year: int | None = Field(default=None, ge=0)
    cases_needed: int | None = Field(default=None, ge=0)
    epicot: dict[str, str] = Field(default_factory=dict)
    rationale: dict[str, str] = Field(default_factory=dict)
    notes: str = ""

    def is_overdue(self, today: str) -> bool:
        """Whether its due date has passed (``today`` as YYYY-MM-DD) and it is not closed."""
        return (
            self.stage is not GapStage.CLOSED
            and bool(self.due)
            and str(self.due) < today[: len(str(self.due))]
        )


class Knowledge(StrEnum):
    """What a search outside the corpus found."""

    NOTHING = "no reliable review"
    UNCERTAIN = "a review that shows uncertainty"
    RELIABLE = "a reliable review"


class SearchRecord(Frozen):
    """One search a person made outside this corpus. ``date`` is the day it was run; ``registers`` are of running studies."""

    search_id: str = ""
    question: str = ""
    topic: str = ""
    gap_id: str = ""
    databases: tuple[str, ...] = Field(min_length=1)
    strategy: str = Field(min_length=3)
    date: PartialDate
    by_role: str = Field(min_length=2)
    second_reviewer: str = ""
    found: Knowledge = Knowledge.NOTHING
    outcome: str = ""
    registers: tuple[str, ...] = ()
    ongoing: str = ""
    result_expected: PartialDate = None

    @property
    def is_by_librarian(self) -> bool:
        """Whether the searcher's role is a librarian or knowledge specialist."""
        return bool(english("gaps", "role_of_a_librarian").search(self.by_role))


class RoleRecord(Frozen):
    """Who leads at one stage: a role, filled or vacant. ``topic`` empty means for every topic."""

    role_id: str = ""
    stage: int = Field(ge=1, le=8)
    role: str = Field(min_length=2)
    is_filled: bool = True
    topic: str = ""
    organisation: str = ""
    contact: str = ""


_OVERLAP = 0.6


def speaks_of(
    record: GapRecord | SearchRecord, question: str, topics: tuple[str, ...] = ()
) -> bool:
    """Whether a record is about this question: nearly the same words, or, for one without a question, one of its topics."""
    if record.question:
        a, b = _content(record.question), _content(question)
        return bool(a and b) and len(a & b) / min(len(a), len(b)) >= _OVERLAP
    return bool(record.topic) and record.topic in topics


def bears_on(document: Document, gap: GapRecord) -> bool:
    """Whether a new document may close a gap: right type where the gap names one, and its topic or its question's words."""
    meta = document.metadata
    if gap.stage is GapStage.CLOSED or (
        gap.source_type and meta.source_type is not gap.source_type
    ):
        return False
    if gap.topic and gap.topic in meta.topics and not gap.question:
        return True
    about = _content(gap.question or gap.title)
    theirs = _content(
        f"{meta.title} {meta.intervention} {meta.population} {' '.join(meta.keywords)} {document.text[:3000]}"
    )
    share = len(about & theirs) / len(about) if about else 0.0
    return share >= (0.4 if gap.topic and gap.topic in meta.topics else 0.6)


def _content(text: str) -> set[str]:
    return {stem(w) for w in words(text) if w not in STOP_WORDS and len(w) > 2}
