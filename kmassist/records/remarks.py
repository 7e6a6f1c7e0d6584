"""What people say beside the sources: feedback on a quotation, and notes on a source. Neither is evidence.

Feedback changes no ranking: it is kept, shown, and exported as gold questions, so that a change can be measured before it is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from pydantic import Field

from kmassist.documents.frozen import Frozen
from kmassist.records.decisions.record import Day


class Said(StrEnum):
    """What a person says of a quotation, or of an answer as a whole."""

    NOT_RELEVANT = "not relevant"
    WRONG_KIND = "wrong kind"
    ANSWERS = "this answers it"
    NOTHING_ANSWERS = "nothing here answers it"


class Feedback(Frozen):
    """One judgement on one quotation of an answer. ``document`` names the file as gold questions do; ``is_exact`` is false where
    a number of the quotation is masked, so that its words cannot be looked for."""

    feedback_id: str = ""
    question: str = Field(min_length=3)
    said: Said
    reason: str = ""
    doc_id: str = ""
    document: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    is_exact: bool = True
    by_role: str = ""
    on: Day


class Note(Frozen):
    """A note on a source: for people, never quoted, never counted as evidence."""

    note_id: str = ""
    doc_id: str
    text: str = Field(min_length=2, max_length=2000)
    by_role: str = ""
    on: Day


NO_EVIDENCE = "Note, no evidence"
"""How a note is headed wherever it is shown."""


def feedback_says(one: Feedback) -> str:
    """What was said of a quotation, in words: ``not relevant (another ward)``."""
    return f"{one.said.value}{f' ({one.reason})' if one.reason else ''}"


def note_says(note: Note) -> tuple[str, str]:
    """The words of a note, and by which role and when."""
    return note.text, " · ".join(part for part in (note.by_role, note.on) if part)


def gold_questions(feedback: Iterable[Feedback]) -> list[dict[str, Any]]:
    """Feedback as gold questions: what answers is expected, "none" where a person said that nothing does.

    What was called not relevant or of the wrong kind is no expectation; it stands beside, under ``rejected``.
    """
    by_question: dict[str, list[Feedback]] = {}
    for one in feedback:
        by_question.setdefault(" ".join(one.question.casefold().split()), []).append(one)
    found: list[dict[str, Any]] = []
    for number, group in enumerate(by_question.values(), start=1):
        answers = [one for one in group if one.said is Said.ANSWERS]
        has_none = any(one.said is Said.NOTHING_ANSWERS for one in group)
        if not answers and not has_none:
            continue
        item: dict[str, Any] = {"id": f"f{number}", "question": group[0].question}
        item["expected"] = [_place(one) for one in answers] or "none"
        rejected = [
            {**_place(one), "why": one.reason or one.said.value}
            for one in group
            if one.said in {Said.NOT_RELEVANT, Said.WRONG_KIND}
        ]
        found.append({**item, "rejected": rejected} if rejected else item)
    return found


def _place(one: Feedback) -> dict[str, str]:
    words = {"sentence": " ".join(one.quote.split())} if one.is_exact and one.quote else {}
    return {"document": one.document, **words}
