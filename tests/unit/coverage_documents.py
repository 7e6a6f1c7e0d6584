"""What the tests of coverage are made of."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from kmassist.coverage import (
    Coverage,
    cover,
)
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import (
    AuditCriterion,
    Design,
    Metadata,
    Setting,
)
from kmassist.evidence.model import Evidence, Excerpt, Source, Study
from kmassist.settings.model import CoverageSettings

TODAY = dt.date(2026, 11, 23)
EFFECT = "Does outpatient cervical ripening reduce caesarean birth?"
FULL: dict[str, Any] = {
    "country": "United Kingdom",
    "setting": Setting.UK_OTHER,
    "doi": "10.1/x",
    "sample_size": 500,
    "published": "2024",
}


def document(kind: str = "PUB", text: str = "", **fields: Any) -> Document:
    base: dict[str, Any] = {
        "title": "",
        "source_type": SourceType(kind),
        "topics": ("IOL",),
        "published": "2024-06",
    }
    meta = Metadata(**{**base, **fields})
    return Document(
        doc_id="d" + hashlib.sha256(f"{meta!r}{text}".encode()).hexdigest()[:16],
        text=text,
        metadata=meta,
    )


def study(doc: Document, *more: Document, quote: str = "", key: str = "") -> Study:
    def source(d: Document) -> Source:
        words = quote or d.text or "A sentence."
        return Source(
            d,
            (
                Excerpt(
                    d.doc_id, f"{d.doc_id}:00000", 0, len(words), words, None, False, "", 0.9, 1.0
                ),
            ),
            0.9,
        )

    kind = doc.metadata.source_type or SourceType.PUB
    return Study(
        key or doc.metadata.study_key or doc.doc_id, kind, tuple(source(d) for d in (doc, *more))
    )


def evidence(*studies: Study, topics: tuple[str, ...] = ("IOL",), **fields: Any) -> Evidence:
    by_type = {kind: tuple(s for s in studies if s.source_type is kind) for kind in SourceType}
    return Evidence(by_type=by_type, topics=topics, **fields)


def covered(
    *studies: Study, question: str = EFFECT, types: tuple[str, ...] = ("T1",), **options: Any
) -> Coverage:
    found = options.pop("found", None) or evidence(*studies)
    return cover(
        question,
        types,
        found,
        settings=options.pop("settings", CoverageSettings()),
        today=TODAY,
        documents_searched=120,
        **options,
    )


def review(**fields: Any) -> Document:
    return document(
        **{
            "title": "Review",
            "design": Design.SYSTEMATIC_REVIEW,
            "evidence_date": "2025-01",
            **FULL,
            **fields,
        }
    )


def trial(name: str = "Trial", **fields: Any) -> Document:
    return document(
        **{"title": name, "design": Design.RCT, **FULL, "doi": f"10.1/{name}", **fields}
    )


def guideline(**fields: Any) -> Document:
    base = {
        "title": "Guideline",
        "issuer": "NICE",
        "version": "2",
        "review_by": "2028",
        "published": "2024",
        "setting": "UK-other",
    }
    return document("GDL", **{**base, **fields})


def audit(**fields: Any) -> Document:
    criterion = AuditCriterion(
        criterion="seen in time",
        standard_source="local",
        target_percent=90,
        numerator=850,
        denominator=1000,
        re_audit_due="2027-05",
    )
    return document(
        "AUD",
        **{
            "title": "Audit",
            "evidence_date": "2026-06",
            "setting": "UK-local",
            "audit": (criterion,),
            **fields,
        },
    )
