"""Gaps that the corpus suggests by itself: audits below target or due again, and kinds of knowledge missing on a topic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from kmassist.coverage import State
from kmassist.coverage.age import latest_day
from kmassist.coverage.held import OnSubject
from kmassist.coverage.topic import judge_topic
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import AuditCriterion, is_to_come
from kmassist.gaps.records import GapRecord, Trigger
from kmassist.privacy.masking import hide_in_criterion
from kmassist.privacy.small_numbers import suppress_share
from kmassist.settings.model import CoverageSettings
from kmassist.text.counts import counted
from kmassist.text.words import amid, words

EXPECTED = (SourceType.PUB, SourceType.GDL, SourceType.AUD, SourceType.PPI)
"""Kinds that a topic should have at least: required by questions of effect, own performance and experience."""


def propose(
    documents: Sequence[Document],
    known: Sequence[GapRecord],
    limits: CoverageSettings,
    today: dt.date,
    on_topics: Mapping[str, OnSubject],
    *,
    labels: Mapping[str, str],
) -> list[GapRecord]:
    """Proposed gaps, audits first, each once; one that the register already holds (open or closed) is left out.

    ``on_topics``: what is held on each topic (`coverage.topic.held_by_topic`); a kind that is only to be checked is no gap.
    ``labels``: topic code -> the words a person reads.
    """
    held = {(tuple(words(gap.title)), gap.source_type) for gap in known}
    absent = {(gap.topic, gap.source_type) for gap in known if "G1" in gap.codes}
    found: dict[tuple[tuple[str, ...], SourceType | None], GapRecord] = {}
    for gap in (*_audits(documents, today), *_topics(on_topics, labels, limits, today)):
        key = (tuple(words(gap.title)), gap.source_type)
        is_registered = "G1" in gap.codes and (gap.topic, gap.source_type) in absent
        if key not in held and not is_registered:
            found.setdefault(key, gap)
    return list(found.values())


def _audits(documents: Sequence[Document], today: dt.date) -> Iterator[GapRecord]:
    latest: dict[tuple[str, ...], tuple[str, Document, AuditCriterion]] = {}
    for document in sorted(documents, key=lambda d: d.doc_id):
        for criterion in document.metadata.audit:
            key = tuple(words(criterion.criterion))
            when = criterion.period_end or document.metadata.dated or ""
            when = "" if is_to_come(when) else when
            if key not in latest or when > latest[key][0]:
                latest[key] = (when, document, criterion)
    for when, document, criterion in latest.values():
        topic = document.metadata.topics[0] if document.metadata.topics else ""
        common = {
            "topic": topic,
            "source_type": SourceType.AUD,
            "owner_role": criterion.owner_role,
            "action": criterion.action,
        }
        if criterion.is_met is False and criterion.numerator is not None and criterion.denominator:
            share = suppress_share(criterion.numerator, criterion.denominator)
            word = "below" if criterion.is_floor else "above"
            detail = f"{share}, target {criterion.target_percent:g}%, {when or 'undated'}; {document.cite_as}"
            yield GapRecord(
                title=f"{word.capitalize()} target: {hide_in_criterion(criterion).criterion}",
                trigger=Trigger.AUDIT,
                trigger_detail=detail,
                **common,
            )
    for document in sorted(
        {d.doc_id: d for _, d, _ in latest.values()}.values(), key=lambda d: d.doc_id
    ):
        if overdue := [
            c
            for _, d, c in latest.values()
            if d is document and c.re_audit_due and latest_day(c.re_audit_due) < today
        ]:
            count = counted(len(overdue), "criterion", "criteria")
            yield GapRecord(
                title=f"Re-audit overdue: {document.metadata.title or document.source_name}",
                topic=document.metadata.topics[0] if document.metadata.topics else "",
                source_type=SourceType.AUD,
                codes=("G8",),
                trigger=Trigger.AUDIT if any(c.is_met is False for c in overdue) else Trigger.OTHER,
                trigger_detail=f"{count} due {min(str(c.re_audit_due) for c in overdue)}",
                owner_role=overdue[0].owner_role,
            )


def _topics(
    held: Mapping[str, OnSubject],
    labels: Mapping[str, str],
    limits: CoverageSettings,
    today: dt.date,
) -> Iterator[GapRecord]:
    for topic in sorted(held):
        count = sum(len(s.sources) for studies in held[topic].studies.values() for s in studies)
        if count < limits.single_type_documents:
            continue
        for cell in judge_topic(held[topic], settings=limits, today=today, setting="UK-local"):
            if cell.source_type in EXPECTED and cell.state is State.ABSENT:
                yield GapRecord(
                    title=f"No {cell.source_type.label.lower()} on {amid(labels.get(topic, topic))} in this corpus",
                    topic=topic,
                    source_type=cell.source_type,
                    codes=("G1",),
                    trigger=Trigger.OTHER,
                    trigger_detail=f"{counted(count, 'document')} on this topic, none of this kind that counts",
                )
