"""What a document must say of itself before it can count (domain C1 and D2)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from kmassist.documents import Design, Document, Metadata, SourceType

REVIEWS = frozenset({Design.SYSTEMATIC_REVIEW, Design.QUALITATIVE_SYNTHESIS, Design.REALIST_REVIEW, Design.DIAGNOSTIC_REVIEW})
_WITHDRAWN = re.compile(r"\b(withdrawn|retracted|rescinded|obsolete|cancelled)\b", re.I)
_SUPERSEDED = re.compile(r"\b(superseded|replaced by)\b", re.I)

_REQUIRED: dict[SourceType, tuple[tuple[str, Callable[[Metadata], object]], ...]] = {
    SourceType.PUB: (
        ("design", lambda m: m.design),
        ("year", lambda m: m.year),
        ("country", lambda m: m.country or m.setting),
        ("number of people", lambda m: m.sample_size is not None or m.design in REVIEWS or m.is_ongoing),
        ("search date", lambda m: m.design not in REVIEWS or m.evidence_date),
        ("DOI or PMID", lambda m: m.doi or m.pmid or m.pmcid or m.registration),
    ),
    SourceType.GDL: (
        ("issuer", lambda m: m.issuer),
        ("date", lambda m: m.dated),
        ("review-by date", lambda m: m.review_by),
        ("version or status", lambda m: m.version or m.status),
    ),
    SourceType.ECO: (
        ("perspective", lambda m: m.economic and m.economic.perspective),
        ("price year", lambda m: m.economic and m.economic.price_year),
        ("currency", lambda m: m.economic and m.economic.currency),
        ("country", lambda m: m.country or (m.economic and m.economic.country)),
        ("time horizon", lambda m: m.economic and m.economic.horizon),
    ),
    SourceType.AUD: (
        ("standard", lambda m: any(c.standard_source for c in m.audit)),
        ("target", lambda m: any(c.target_percent is not None for c in m.audit)),
        ("counts (n of N)", lambda m: any(c.achieved_percent is not None for c in m.audit)),
        ("period", lambda m: m.evidence_date or any(c.period_end for c in m.audit)),
        ("re-audit date", lambda m: any(c.re_audit_due for c in m.audit)),
    ),
    SourceType.PPI: (
        ("who was heard", lambda m: m.ppi and m.ppi.who),
        ("how many", lambda m: m.ppi and m.ppi.number is not None),
        ("groups", lambda m: m.ppi and m.ppi.groups),
        ("method", lambda m: m.ppi and m.ppi.method),
        ("date", lambda m: m.dated),
        ("what changed", lambda m: m.ppi and m.ppi.changed),
    ),
    SourceType.FLK: (
        ("roles", lambda m: m.frontline and m.frontline.roles),
        ("how many", lambda m: m.frontline and m.frontline.number is not None),
        ("method", lambda m: m.frontline and m.frontline.method),
        ("date", lambda m: m.dated),
    ),
    SourceType.SVE: (
        ("sites", lambda m: m.evaluation and m.evaluation.sites is not None),
        ("comparator", lambda m: m.evaluation and m.evaluation.comparator),
        ("period", lambda m: m.evaluation and m.evaluation.months is not None),
        ("outcomes", lambda m: m.evaluation and m.evaluation.outcomes),
        ("context", lambda m: m.evaluation and m.evaluation.context),
    ),
    SourceType.POL: (("issuer", lambda m: m.issuer), ("in-force date", lambda m: m.dated)),
}


def missing_metadata(metadata: Metadata) -> tuple[str, ...]:
    """Names of what domain C1 asks of this source type and the document does not say, in plain words."""
    if metadata.source_type is None:
        return ("source type",)
    return tuple(name for name, has in _REQUIRED[metadata.source_type] if not has(metadata))


def why_not_counted(document: Document) -> str:
    """Why a document cannot count as present at all, or an empty string (domain D2 ii and iii)."""
    meta = document.metadata
    if found := _WITHDRAWN.search(meta.status):
        return found.group(1).lower()
    if not meta.dated:
        return "undated"
    return ""


def is_superseded(metadata: Metadata, today: dt.date) -> str:
    """Why a document is out of force (superseded, in-force period ended), or an empty string."""
    if metadata.superseded_by:
        return f"superseded by {metadata.superseded_by}"
    if _SUPERSEDED.search(metadata.status):
        return "superseded"
    if metadata.in_force_until and metadata.in_force_until < today.isoformat()[: len(metadata.in_force_until)]:
        return f"in force until {metadata.in_force_until}"
    return ""


def is_unfinished(metadata: Metadata) -> bool:
    """Whether it is a registered or running study without results yet."""
    is_planned = metadata.is_ongoing and metadata.source_type is SourceType.PUB and metadata.design in {None, Design.RCT}
    return (is_planned or metadata.design is Design.PROTOCOL) and not metadata.findings
