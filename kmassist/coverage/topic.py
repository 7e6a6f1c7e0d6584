"""What is held on a topic, kind by kind, without a question."""

from __future__ import annotations

import datetime as dt

from kmassist.coverage.cover import best_design
from kmassist.coverage.directness import Asked
from kmassist.coverage.held import OnSubject
from kmassist.coverage.judged import doc_ids, sort_studies
from kmassist.coverage.matrix import CoverageCell, State
from kmassist.coverage.thin import find_thin
from kmassist.documents.document import SourceType
from kmassist.question.types import Need, QuestionType
from kmassist.settings.model import CoverageSettings

_TYPES = (QuestionType.EFFECT,)


def judge_topic(
    held: OnSubject, *, settings: CoverageSettings, today: dt.date, setting: str
) -> tuple[CoverageCell, ...]:
    """Eight cells for what is held on a topic; ``need`` is not judged and published research is read as on effect."""
    asked = Asked("", setting)
    cells = []
    for kind in SourceType:
        found = sort_studies(held.studies.get(kind, ()), asked, today, settings.age)
        to_check = tuple(d.doc_id for d in held.to_check.get(kind, ()))
        state = State.SUFFICIENT
        if not found.counted:
            state = State.TO_CHECK if to_check and not found.unfinished else State.ABSENT
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
                doc_ids=doc_ids(found.counted) or to_check,
                to_check=to_check,
            )
        )
    return tuple(cells)
