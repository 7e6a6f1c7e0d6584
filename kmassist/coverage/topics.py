"""Coverage of a topic without a question: the same rules on metadata alone, but for conflict, which needs a question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from kmassist.config import CoverageSettings
from kmassist.coverage.cover import best_design
from kmassist.coverage.directness import Asked
from kmassist.coverage.judged import doc_ids, sort_studies
from kmassist.coverage.matrix import CoverageCell, State
from kmassist.coverage.thin import find_thin
from kmassist.documents import Document, SourceType
from kmassist.evidence import Evidence, Source, Study
from kmassist.questions import Need, QuestionType

_TYPES = (QuestionType.EFFECT,)


def judge_topic(
    topic: str, documents: Sequence[Document], *, settings: CoverageSettings, today: dt.date, setting: str
) -> tuple[CoverageCell, ...]:
    """Eight cells for the documents of one topic; ``need`` is not judged and published research is read as on effect."""
    evidence = _evidence(topic, documents)
    asked = Asked("", {}, (topic,), (), setting)
    cells = []
    for kind in SourceType:
        found = sort_studies(evidence, kind, asked, today, settings.age)
        state = State.SUFFICIENT
        if not found.counted:
            state = State.ABSENT
        elif not found.direct:
            state = State.INDIRECT_ONLY
        elif not found.sound:
            state = State.OUTDATED_ONLY
        elif find_thin(kind, found.sound, _TYPES, settings):
            state = State.THIN
        cells.append(
            CoverageCell(
                source_type=kind,
                need=Need.DESIRABLE,
                state=state,
                studies=len(found.counted),
                direct=len(found.direct),
                best_design=best_design(kind, found.counted, _TYPES),
                newest=max((j.study.dated or "" for j in found.counted), default=""),
                doc_ids=doc_ids(found.counted),
            )
        )
    return tuple(cells)


def _evidence(topic: str, documents: Sequence[Document]) -> Evidence:
    groups: dict[tuple[SourceType, str], list[Document]] = {}
    for document in sorted(documents, key=lambda d: d.doc_id):
        kind = document.metadata.source_type or SourceType.PUB
        groups.setdefault((kind, document.metadata.study_key or document.doc_id), []).append(document)
    studies = [Study(key, kind, tuple(Source(d, (), 1.0) for d in reports)) for (kind, key), reports in groups.items()]
    by_type = {kind: tuple(s for s in studies if s.source_type is kind) for kind in SourceType}
    return Evidence(by_type=by_type, topics=(topic,))
