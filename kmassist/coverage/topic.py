"""What is held on a topic, kind by kind, without a question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from kmassist.coverage.cover import best_design
from kmassist.coverage.directness import Asked
from kmassist.coverage.held import OnSubject
from kmassist.coverage.judged import doc_ids, sort_studies
from kmassist.coverage.matrix import CoverageCell, State
from kmassist.coverage.thin import find_thin
from kmassist.documents.document import Document, SourceType
from kmassist.question.types import Need, QuestionType
from kmassist.retrieval.pool import Pool
from kmassist.settings.model import CoverageSettings

_TYPES = (QuestionType.EFFECT,)
PoolsOf = Callable[[Sequence[str]], Sequence[Pool | None]] | None


def held_by_topic(
    documents: Iterable[Document],
    labels: Mapping[str, str],
    pools_of: PoolsOf,
) -> dict[str, OnSubject]:
    """What is held on each topic of which anything is: the pool of its label, as a question for it would have it.

    Args:
        documents: of the library; those filed under a topic stand for it where no pool can be made.
        labels: topic code -> words.
        pools_of: what the library holds on each of some subjects, by their words; without it a topic holds what is filed under it.
    """
    filed: dict[str, list[Document]] = {}
    for document in documents:
        for code in document.metadata.topics:
            filed.setdefault(code, []).append(document)
    found: dict[str, OnSubject] = {}
    codes = sorted({*labels, *filed}) if pools_of is None else sorted(labels)
    pools = pools_of([labels[code] for code in codes]) if pools_of else [None] * len(codes)
    for code, pool in zip(codes, pools, strict=True):
        if pool is not None and pool.held:
            found[code] = OnSubject.of_pool(pool)
        elif pool is None and code in filed:
            found[code] = OnSubject.of_documents(filed[code])
    return found


def judge_topic(
    held: OnSubject, *, settings: CoverageSettings, today: dt.date, setting: str
) -> tuple[CoverageCell, ...]:
    """Eight cells for what is held on a topic; ``need`` is not judged and published research is read as on effect."""
    asked = Asked("", setting)
    cells = []
    for kind in SourceType:
        found = sort_studies(held.studies.get(kind, ()), asked, today, settings.age)
        to_check = tuple(d.doc_id for d in held.to_look_at(kind, has_direct=bool(found.direct)))
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
