"""Documents, coverage and a register that the tests of gaps share."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kmassist.assistant.gaps import GapDesk
from kmassist.coverage import Coverage, cover
from kmassist.documents.document import Document, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.evidence.model import Evidence, Source, Study
from kmassist.gaps import (
    SearchRecord,
)
from kmassist.index import Entry, open_index
from kmassist.settings.model import CoverageSettings, Settings

TODAY = dt.date(2026, 11, 23)


QUESTION = "Does midwife telephone triage reduce harm?"


def document(kind: str, title: str, **fields: Any) -> Document:
    meta = Metadata(
        **{
            "title": title,
            "source_type": SourceType(kind),
            "topics": ("TRI",),
            "published": "2026-02",
            **fields,
        }
    )
    text = f"{title}. Midwife telephone triage and harm."
    return Document(doc_id=make_doc_id(text), text=text, metadata=meta)


def covered(
    *documents: Document, question: str = QUESTION, types: tuple[str, ...] = ("T1",)
) -> Coverage:
    studies = [
        Study(d.doc_id, d.metadata.source_type or SourceType.PUB, (Source(d, (), 0.9),))
        for d in documents
    ]
    by_type = {kind: tuple(s for s in studies if s.source_type is kind) for kind in SourceType}
    found = Evidence(by_type=by_type, topics=("TRI",))
    return cover(
        question, types, found, settings=CoverageSettings(), today=TODAY, documents_searched=90
    )


def search(**fields: Any) -> SearchRecord:
    base = {
        "question": QUESTION,
        "databases": ("MEDLINE", "CINAHL"),
        "strategy": "triage AND telephone",
        "date": "2026-10-01",
        "by_role": "midwife",
    }
    return SearchRecord(**{**base, **fields})


@pytest.fixture
def desk(tmp_path: Path) -> GapDesk:
    index = open_index("memory:", embedder="made-up@0", dimension=8, create=True)
    return GapDesk(index, Settings(library=tmp_path), today=lambda: TODAY)


def store(desk: GapDesk, *documents: Document) -> None:
    for one in documents:
        desk._index.add(Entry(one, (), None))


def pub(found: tuple[Any, ...]) -> Any:
    return next(
        w for w in found if w.source_type is SourceType.PUB and w.code in {"G1", "G2", "G6"}
    )
