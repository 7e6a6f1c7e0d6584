"""What each kind of source must say of itself."""

from __future__ import annotations

from collections.abc import Callable

from kmassist.documents.document import Document, SourceType
from kmassist.documents.in_force import is_unfinished
from kmassist.documents.metadata import AuditCriterion, Design, Metadata, is_to_come

REVIEWS = frozenset(
    {
        Design.SYSTEMATIC_REVIEW,
        Design.QUALITATIVE_SYNTHESIS,
        Design.REALIST_REVIEW,
        Design.DIAGNOSTIC_REVIEW,
    }
)


_Has = Callable[[Metadata], object]


def _economic(name: str) -> _Has:
    return lambda m: m.economic and getattr(m.economic, name)


def _every(holds: Callable[[AuditCriterion], object]) -> _Has:
    """Said of every criterion: an audit of which one criterion lacks its target has none to be judged by."""
    return lambda m: bool(m.audit) and all(holds(criterion) for criterion in m.audit)


_OF_CRITERIA: dict[str, Callable[[AuditCriterion], object]] = {
    "standard": lambda c: c.standard_source,
    "target": lambda c: c.target_percent is not None,
    "counts (n of N)": lambda c: c.achieved_percent is not None,
    "re-audit date": lambda c: c.re_audit_due,
}

# Told when a document is added, and read by the coverage rules (G11): one table, so that they agree.
_REQUIRED: dict[SourceType, tuple[tuple[str, _Has], ...]] = {
    SourceType.PUB: (
        ("design", lambda m: m.design),
        ("year", lambda m: m.year),
        ("country", lambda m: m.country or m.setting),
        (
            "number of people",
            lambda m: m.sample_size is not None or m.design in REVIEWS or is_unfinished(m),
        ),
        ("search date", lambda m: m.design not in REVIEWS or m.evidence_date),
        ("DOI, PMID or PMCID", lambda m: m.doi or m.pmid or m.pmcid or m.registration),
    ),
    SourceType.GDL: (
        ("issuer", lambda m: m.issuer),
        ("date", lambda m: m.dated),
        ("review date", lambda m: m.review_by),
        ("version or status", lambda m: m.version or m.status),
    ),
    SourceType.ECO: (
        ("perspective", _economic("perspective")),
        ("price year", _economic("price_year")),
        ("currency", _economic("currency")),
        ("country", lambda m: m.country or (m.economic and m.economic.country)),
        ("time horizon", _economic("horizon")),
    ),
    SourceType.AUD: (
        ("criteria as a table", lambda m: m.audit),
        *((name, _every(_OF_CRITERIA[name])) for name in ("standard", "target", "counts (n of N)")),
        ("period", lambda m: m.evidence_date or _every(lambda c: c.period_end)(m)),
        ("re-audit date", _every(_OF_CRITERIA["re-audit date"])),
    ),
    SourceType.PPI: (
        ("who was heard", lambda m: m.ppi and m.ppi.who),
        ("how many", lambda m: m.ppi and m.ppi.number),
        ("groups", lambda m: (m.ppi and m.ppi.groups) or m.groups_reported),
        ("method", lambda m: m.ppi and m.ppi.method),
        ("date", lambda m: m.dated),
        ("what changed", lambda m: m.ppi and m.ppi.changed),
    ),
    SourceType.FLK: (
        ("staff roles", lambda m: m.frontline and m.frontline.roles),
        ("how many", lambda m: m.frontline and m.frontline.number),
        ("method", lambda m: m.frontline and m.frontline.method),
        ("date", lambda m: m.dated),
    ),
    SourceType.SVE: (
        ("sites", lambda m: m.evaluation and m.evaluation.sites),
        ("comparator", lambda m: m.evaluation and m.evaluation.comparator),
        ("period", lambda m: m.evidence_date or (m.evaluation and m.evaluation.months)),
        ("outcomes", lambda m: m.evaluation and m.evaluation.outcomes),
        ("context", lambda m: m.evaluation and m.evaluation.context),
    ),
    SourceType.POL: (("issuer", lambda m: m.issuer), ("in-force date", lambda m: m.dated)),
}


def missing_metadata(metadata: Metadata) -> tuple[str, ...]:
    """Names of what domain C1 asks of this source type and the document does not say, in plain words."""
    if metadata.source_type is None:
        return ("source type",)
    absent = [name for name, has in _REQUIRED[metadata.source_type] if not has(metadata)]
    # Without criteria there is nothing that a standard, target or count could belong to.
    if "criteria as a table" in absent:
        absent = [name for name in absent if name in {"criteria as a table", "period"}]
    return tuple(absent)


def _dates_to_come(metadata: Metadata) -> list[str]:
    """A sentence for each date of the document that is after today: it was read, but it counts as newest nowhere."""
    dates = (
        ("date", metadata.published),
        ("evidence date", metadata.evidence_date),
        *(("period", criterion.period_end) for criterion in metadata.audit),
    )
    told = dict.fromkeys(
        f"{_TO_COME}{name} {date} is after today; check it, and correct it if it is wrong."
        for name, date in dates
        if date and is_to_come(date)
    )
    return list(told)[:4]


_TO_COME = "Its "
_NO_TYPE = (
    "The source type is not known; say it with --type, in a sidecar, or by the folder's name."
)


def with_current_warnings(document: Document) -> Document:
    """The document with what is missing said of its metadata as it is now, not as it was when the file was read."""
    begins = tuple(f"{source_type.label}: missing " for source_type in SourceType)
    kept = [
        text
        for text in document.warnings
        if text != _NO_TYPE and not text.startswith((*begins, _TO_COME))
    ]
    return document.model_copy(update={"warnings": (*kept, *missing(document.metadata))})


def missing(metadata: Metadata) -> list[str]:
    """`missing_metadata` as one sentence, one of its own for an unknown source type, and dates after today; empty when all
    is said and can be.
    """
    doubtful = _dates_to_come(metadata)
    if metadata.source_type is None:
        return [_NO_TYPE, *doubtful]
    absent = [_how_many_lack(name, metadata) for name in missing_metadata(metadata)]
    said = [f"{metadata.source_type.label}: missing {', '.join(absent)}."] if absent else []
    return [*said, *doubtful]


def _how_many_lack(name: str, metadata: Metadata) -> str:
    """``target of 1 of 4 criteria``: what some criteria say and others do not."""
    holds = _OF_CRITERIA.get(name)
    lacking = [c for c in metadata.audit if holds and not holds(c)]
    is_part = 0 < len(lacking) < len(metadata.audit)
    return f"{name} of {len(lacking)} of {len(metadata.audit)} criteria" if is_part else name
