"""Gaps that the corpus suggests by itself: audits below target or due again, and kinds of knowledge missing on a topic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from kmassist.config import CoverageSettings
from kmassist.coverage import State
from kmassist.coverage.age import latest_day
from kmassist.coverage.topics import judge_topic
from kmassist.documents import AuditCriterion, Document, SourceType
from kmassist.gaps.records import GapRecord, Trigger
from kmassist.smallnumbers import suppress_share
from kmassist.text import words

EXPECTED = (SourceType.PUB, SourceType.GDL, SourceType.AUD, SourceType.PPI)
"""Kinds that a topic should have at least: required by questions of effect, own performance and experience."""


def propose(
    documents: Sequence[Document], known: Sequence[GapRecord], limits: CoverageSettings, today: dt.date
) -> list[GapRecord]:
    """Proposed gaps, audits first, each once; one that the register already holds (open or closed) is left out."""
    held = {(tuple(words(gap.title)), gap.source_type) for gap in known}
    found: dict[tuple[tuple[str, ...], SourceType | None], GapRecord] = {}
    for gap in (*_audits(documents, today), *_topics(documents, limits, today)):
        key = (tuple(words(gap.title)), gap.source_type)
        if key not in held:
            found.setdefault(key, gap)
    return list(found.values())


def _audits(documents: Sequence[Document], today: dt.date) -> Iterator[GapRecord]:
    latest: dict[tuple[str, ...], tuple[str, Document, AuditCriterion]] = {}
    for document in sorted(documents, key=lambda d: d.doc_id):
        for criterion in document.metadata.audit:
            key = tuple(words(criterion.criterion))
            when = criterion.period_end or document.metadata.dated or ""
            if key not in latest or when > latest[key][0]:
                latest[key] = (when, document, criterion)
    for when, document, criterion in latest.values():
        topic = document.metadata.topics[0] if document.metadata.topics else ""
        common = {"topic": topic, "source_type": SourceType.AUD, "owner_role": criterion.owner_role, "action": criterion.action}
        if criterion.is_met is False and criterion.numerator is not None and criterion.denominator:
            share = suppress_share(criterion.numerator, criterion.denominator)
            word = "below" if criterion.higher_is_better else "above"
            detail = f"{share}, target {criterion.target_percent:g}%, {when or 'undated'}; {document.cite_as}"
            yield GapRecord(
                title=f"{word.capitalize()} target: {criterion.criterion}",
                trigger=Trigger.AUDIT,
                trigger_detail=detail,
                **common,
            )
    for document in sorted({d.doc_id: d for _, d, _ in latest.values()}.values(), key=lambda d: d.doc_id):
        if overdue := [
            c for _, d, c in latest.values() if d is document and c.re_audit_due and latest_day(c.re_audit_due) < today
        ]:
            count = f"{len(overdue)} criteri{'on' if len(overdue) == 1 else 'a'}"
            yield GapRecord(
                title=f"Re-audit overdue: {document.metadata.title or document.source_name}",
                topic=document.metadata.topics[0] if document.metadata.topics else "",
                source_type=SourceType.AUD,
                codes=("G8",),
                trigger=Trigger.AUDIT if any(c.is_met is False for c in overdue) else Trigger.OTHER,
                trigger_detail=f"{count} due {min(str(c.re_audit_due) for c in overdue)}",
                owner_role=overdue[0].owner_role,
            )


def _topics(documents: Sequence[Document], limits: CoverageSettings, today: dt.date) -> Iterator[GapRecord]:
    by_topic: dict[str, list[Document]] = {}
    for document in documents:
        for topic in document.metadata.topics:
            by_topic.setdefault(topic, []).append(document)
    for topic in sorted(by_topic):
        if len(by_topic[topic]) < limits.single_type_documents:
            continue
        for cell in judge_topic(topic, by_topic[topic], settings=limits, today=today, setting="UK-local"):
            if cell.source_type in EXPECTED and cell.state is State.ABSENT:
                yield GapRecord(
                    title=f"No {cell.source_type.label.lower()} on {topic} in this corpus",
                    topic=topic,
                    source_type=cell.source_type,
                    codes=("G1",),
                    trigger=Trigger.OTHER,
                    trigger_detail=f"{len(by_topic[topic])} documents on this topic, none of this kind that counts",
                )
