"""What of the library goes into a brief besides the answer: gaps and their owners, roles, decisions, who raised it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from kmassist.answers.model import Answer
from kmassist.briefs import Audience, Circumstances, DecisionLine, DecisionMark, GapLine, Withheld
from kmassist.briefs.equity import brief_data
from kmassist.briefs.gap_lines import gap_lines
from kmassist.gaps import ClaimStrength, GapRecord, Warrant
from kmassist.gaps.records import speaks_of
from kmassist.question.understand import topics_ruled_out

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_INSIDE = frozenset({Audience.CLINICAL, Audience.COMMISSIONER, Audience.BOARD})
"""Audiences within the NHS, who see who raised a gap and what was decided."""


def register_of(assistant: Assistant, question: str, answer: Answer) -> Sequence[GapRecord]:
    """The open gaps of the register on this question or its topics."""
    return [
        gap
        for gap in assistant.gaps.list()
        if speaks_of(gap, question, answer.topics) and not gap.closed_on
    ]


def gaps_of(
    assistant: Assistant, answer: Answer, register: Sequence[GapRecord]
) -> tuple[GapLine, ...]:
    """What is missing and what that warrants; confirmed gaps of the register with their research recommendation."""
    warrants = assistant.gaps.warrants(answer.coverage)
    confirmed = [warrant for warrant in warrants if warrant.claim is ClaimStrength.CONFIRMED]
    epicots = [
        (gap.gap_id, assistant.gaps.epicot(gap.gap_id, answer.coverage))
        for gap in register
        if _is_among(gap, confirmed)
    ]
    return gap_lines(warrants, answer.coverage, register, epicots)


def circumstances_of(
    assistant: Assistant,
    answer: Answer,
    audience: Audience,
    register: Sequence[GapRecord],
    withheld: Withheld,
    *,
    today: dt.date,
) -> Circumstances:
    """Date, site, versions, roles, decisions: all that a brief states besides the evidence."""
    settings = assistant.settings
    is_inside = audience in _INSIDE
    return Circumstances(
        today=today.isoformat(),
        site=settings.site.name,
        embedder=assistant.index.stats().embedder,
        software=f"kmassist {version('kmassist')}",
        privacy=settings.privacy,
        withheld=withheld,
        triggers=tuple(dict.fromkeys(_trigger(gap) for gap in register)) if is_inside else (),
        roles=tuple(assistant.gaps.roles(answer.topics[0] if answer.topics else "")),
        current_stage=max((gap.leadership_stage for gap in register), default=None),
        decisions=_decisions(assistant, answer) if is_inside else (),
        glossary=_glossary(assistant, answer),
        ruled_out=topics_ruled_out(answer.question, assistant.vocabulary) - {*answer.topics},
        topic_labels={code: topic.label for code, topic in assistant.vocabulary.topics.items()},
    )


def named_in(answer: Answer) -> set[str]:
    """Every document that an answer quotes, counts or sets against another."""
    named = {reference.doc_id for reference in answer.references}
    named |= {doc_id for cell in answer.coverage.cells for doc_id in cell.held}
    return named | {
        doc_id
        for clash in answer.coverage.conflicts
        for doc_id in (clash.left_doc_id, clash.right_doc_id)
    }


def _decisions(assistant: Assistant, answer: Answer) -> tuple[DecisionLine, ...]:
    """Recorded decisions on this very question, in order of time."""
    asked = {_flat(answer.question), _flat(answer.resolved_question)}
    records = [record for record in assistant.decisions.list() if _flat(record.question) in asked]
    return tuple(
        DecisionLine(
            decision_id=record.decision_id,
            decision=record.decision,
            body=record.body,
            date=record.date,
            signed_off=f"{record.signed_off_on} by {record.signed_off_by}"
            if record.is_signed_off
            else "",
            review_date=record.review_date,
            outcome=record.outcome,
            marks=tuple(
                DecisionMark(doc_id=mark.doc_id, use=mark.use.value, reason=mark.reason)
                for mark in record.marks
            ),
        )
        for record in sorted(records, key=lambda r: (r.date, r.decision_id))
    )


def _flat(question: str) -> str:
    return " ".join(question.casefold().split())


def _is_among(gap: GapRecord, warrants: Sequence[Warrant]) -> bool:
    return any(warrant.source_type is gap.source_type for warrant in warrants)


def _trigger(gap: GapRecord) -> str:
    parts = [
        gap.trigger.value,
        gap.trigger_detail,
        f"raised by {gap.raised_by}" if gap.raised_by else "",
    ]
    return f"{gap.title} ({'; '.join(part for part in parts if part)})"


def _glossary(assistant: Assistant, answer: Answer) -> dict[str, str]:
    """Long forms of acronyms: as the question was read, else those with a single meaning. The brief takes those it uses."""
    plain = {
        short: senses[0].means
        for short, senses in assistant.vocabulary.acronyms.items()
        if len(senses) == 1
    }
    read = {
        short: forms[0] for short, forms in answer.expansions.items() if short.isupper() and forms
    }
    ours: dict[str, str] = brief_data()["abbreviations"]
    return ours | plain | read | dict(answer.senses)
