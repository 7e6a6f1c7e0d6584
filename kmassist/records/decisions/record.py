"""DecisionRecord: what a body decided, what knowledge it used, and what it left aside and why. Pure.

The founding study found knowledge acquired but not used. A decision therefore keeps every source that was retrieved as
relevant for its question, as it was on that day, with a mark; `sign_off_checks` names what has none. Counting is by study.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator

from kmassist.documents.document import Document, SourceType
from kmassist.documents.frozen import Frozen
from kmassist.documents.metadata import Origin
from kmassist.text.dates import whole_date
from kmassist.text.quoted import quoted
from kmassist.text.words import words


def check_day(value: Any) -> Any:
    """A day as ISO text, empty for none.

    Raises:
        ValueError: it is not one.
    """
    if value in (None, ""):
        return ""
    text = value.isoformat()[:10] if hasattr(value, "isoformat") else str(value).strip()
    try:
        return date.fromisoformat(whole_date(text) or text).isoformat()
    except ValueError as error:
        raise ValueError(f"'{text}' is not a day; write 2026-03-31") from error


Day = Annotated[str, BeforeValidator(check_day)]
"""A calendar day as ISO text, or empty when it is not known."""


_NAME_LENGTH = 60


class Use(StrEnum):
    """What became of a relevant source. *Noted* was read and weighed without being relied on."""

    USED = "used"
    NOTED = "noted"
    SET_ASIDE = "set aside"
    UNMARKED = "not marked"


class Kind(StrEnum):
    """What sort of decision it is."""

    PRACTICE = "change practice"
    COMMISSION = "commission"
    SCALE_UP = "scale up a pilot"
    STOP = "stop or decommission"
    GENERATE = "generate knowledge"
    WAIT = "wait for evidence"
    OTHER = "other"


class Relevant(Frozen):
    """A source that was retrieved as relevant, as it was then: the record outlives re-indexing and removal of the file."""

    doc_id: str
    study_key: str
    source_type: SourceType | None
    cite_as: str
    title: str
    dated: str = ""
    origin: Origin | None = None

    @property
    def name(self) -> str:
        """What tells it apart in a sentence: a citation for published work, its title for what a service has many of."""
        if self.source_type is SourceType.PUB:
            return self.cite_as
        short = (
            self.title
            if len(self.title) <= _NAME_LENGTH
            else self.title[:_NAME_LENGTH].rsplit(" ", 1)[0] + "…"
        )
        return f"{quoted(short)} ({self.cite_as})"

    @classmethod
    def of(cls, document: Document) -> Relevant:
        """What a decision keeps of a document."""
        meta = document.metadata
        title = " ".join(words(meta.title))
        key = meta.study_key or (
            f"title:{title}:{meta.year}" if title and meta.year else f"doc:{document.doc_id}"
        )
        return cls(
            doc_id=document.doc_id,
            study_key=key,
            source_type=meta.source_type,
            cite_as=document.cite_as,
            title=meta.title or document.source_name,
            dated=meta.dated or "",
            origin=meta.origin,
        )


class Mark(Frozen):
    """What a person said of one source."""

    doc_id: str
    use: Use
    reason: str = ""
    by_role: str = ""
    on: Day = ""


class Challenge(Frozen):
    """Somebody questions the decision, or why a source was set aside, and what the body replied."""

    on: Day
    by_role: str
    says: str
    doc_id: str = ""
    reply: str = ""
    replied_by: str = ""
    replied_on: Day = ""


class Review(Frozen):
    """What came of the decision when it was looked at again, and what follows."""

    on: Day
    outcome: str
    by_role: str = ""
    follow_up: str = ""
    next_review: Day = ""


class Step(Frozen):
    """One line of the record's history; nothing is ever taken out of it."""

    on: Day
    what: str
    by_role: str = ""


class DecisionRecord(Frozen):
    """One decision. Roles, never names. ``relevant`` is what the library held as relevant on ``searched_on``."""

    decision_id: str
    question: str
    decision: str
    kind: Kind = Kind.OTHER
    body: str = ""
    date: Day = ""
    priority: str = ""
    roles: tuple[str, ...] = ()
    relevant: tuple[Relevant, ...] = ()
    marks: tuple[Mark, ...] = ()
    searched_on: Day = ""
    corpus_digest: str = ""
    brief_id: str = ""
    review_date: Day = ""
    reviews: tuple[Review, ...] = ()
    challenges: tuple[Challenge, ...] = ()
    signed_off_on: Day = ""
    signed_off_by: str = ""
    signed_off_anyway: str = ""
    history: tuple[Step, ...] = ()
    from_service: str = ""

    @property
    def is_signed_off(self) -> bool:
        """Whether the body has signed it; only then does it count as a recorded decision."""
        return bool(self.signed_off_on)

    @property
    def outcome(self) -> str:
        """What the last review found; empty before any."""
        return self.reviews[-1].outcome if self.reviews else ""

    @property
    def open_challenges(self) -> tuple[Challenge, ...]:
        """Challenges without a reply."""
        return tuple(challenge for challenge in self.challenges if not challenge.reply)

    def mark_of(self, doc_id: str) -> Mark | None:
        """The mark of one document, if it has one."""
        return next((mark for mark in self.marks if mark.doc_id == doc_id), None)

    def use_of(self, doc_id: str) -> Use:
        """What became of one document."""
        found = self.mark_of(doc_id)
        return found.use if found else Use.UNMARKED
