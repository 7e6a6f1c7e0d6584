"""Questions that are followed, how they stood when they were last asked, and those that could not be answered."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from kmassist.answers.model import Answer, Chosen
from kmassist.answers.presentation import marked
from kmassist.documents.document import SourceType
from kmassist.documents.frozen import Frozen
from kmassist.text.tables import to_csv, to_markdown

FOLLOWED, STANDING, UNANSWERED = "followed", "followed-standing", "unanswered"
"""Kinds of record."""
_VERDICTS = {
    "answerable": "answered from this corpus",
    "partly": "partly answered from this corpus",
}
"""Verdicts that are no sentence by themselves."""


class Standing(Frozen):
    """How a question stood: the verdict, the state of each kind of source, and the first quotation as it may leave."""

    asked_on: str
    digest: str
    verdict: str
    states: dict[SourceType, str] = Field(default_factory=dict)
    first: str = ""
    first_by: str = ""
    first_doc: str = ""

    @classmethod
    def of(cls, answer: Answer) -> Standing:
        """How an answer stands; ``answer`` is masked as it may leave the library."""
        first = answer.claims[0].citation if answer.claims else None
        return cls(
            asked_on=answer.searched_on,
            digest=answer.corpus.digest,
            verdict=answer.coverage.verdict.value,
            states={c.source_type: c.state.words for c in answer.coverage.cells},
            first=marked(first) if first else "",
            first_by=first.cite_as if first else "",
            first_doc=first.doc_id if first else "",
        )

    @property
    def says(self) -> str:
        """The verdict in words."""
        return _VERDICTS.get(self.verdict, self.verdict)


class Turn(Frozen):
    """What changed in how a question is answered: sentences, and the documents that did it. Told once."""

    question: str
    on: str
    says: tuple[str, ...]
    doc_ids: tuple[str, ...] = ()
    was_unanswered: bool = False
    is_told: bool = False


def compared(before: Standing, now: Standing) -> tuple[str, ...]:
    """What a person should hear of two standings, a sentence each; empty when nothing turned."""
    says = []
    if now.verdict != before.verdict:
        says.append(f"Now {now.says}; before, {before.says}.")
    for kind in SourceType:
        was, is_now = before.states.get(kind, ""), now.states.get(kind, "")
        if was != is_now:
            says.append(f"{kind.label}: {is_now} (was {was or 'not asked'}).")
    if (now.first, now.first_doc) != (before.first, before.first_doc):
        says.append(_first(before, now))
    return tuple(says)


def _first(before: Standing, now: Standing) -> str:
    if not now.first:
        return f"It is no longer quoted first, and nothing is: {before.first} ({before.first_by})."
    instead = (
        f" instead of {before.first_by}" if before.first and before.first_by != now.first_by else ""
    )
    return f"Quoted first{instead}: {now.first} ({now.first_by})."


class Followed(Frozen):
    """A question that a person follows, read as they chose."""

    follow_id: str = ""
    question: str = Field(min_length=3)
    chosen: Chosen = Chosen()
    by_role: str = ""
    since: str = ""


class FollowedStanding(Frozen):
    """How a followed question stands, and every turn it took."""

    follow_id: str
    standing: Standing
    turns: tuple[Turn, ...] = ()


class UnansweredQuestion(Frozen):
    """A question that the corpus could not answer. ``vector`` is its subject's; ``answered_on`` is set when a later source does.

    ``near`` are the documents nearest in meaning when it was last asked: it is worth asking again when others come near.
    """

    question_id: str = ""
    question: str
    subject: str = ""
    topics: tuple[str, ...] = ()
    first_asked: str
    last_asked: str
    times: int = 1
    vector: str = ""
    near: tuple[str, ...] = ()
    answered_on: str = ""
    turn: Turn | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still cannot be answered."""
        return not self.answered_on


class UnansweredGroup(Frozen):
    """Questions on one subject that could not be answered, the most asked first."""

    subject: str
    questions: tuple[UnansweredQuestion, ...]

    @property
    def times(self) -> int:
        """How often they were asked together."""
        return sum(q.times for q in self.questions)


_HEADER = ("subject", "question", "times asked", "first asked", "last asked", "answered on")


def unanswered_table(groups: Sequence[UnansweredGroup]) -> tuple[Sequence[str], list[list[str]]]:
    """Header and rows, one a question."""
    rows = [
        [g.subject, q.question, str(q.times), q.first_asked, q.last_asked, q.answered_on]
        for g in groups
        for q in g.questions
    ]
    return _HEADER, rows


def unanswered_text(groups: Sequence[UnansweredGroup], form: str) -> str:
    """The list as ``csv`` or ``md``."""
    header, rows = unanswered_table(groups)
    if form == "csv":
        return to_csv(header, rows)
    return f"# Questions that could not be answered from this corpus\n\n{to_markdown(header, rows)}"
