"""What read_source adds to a reader's documents: sidecar, folder, flags, labelled lines, detection, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kmassist.documents import Design, Document, Metadata, Origin, Setting, SourceType
from kmassist.readers.countries import setting_of
from kmassist.readers.detect import detect
from kmassist.readers.folders import folder_layer
from kmassist.readers.frontmatter import read_sidecar
from kmassist.readers.labels import label_layer, said_layer
from kmassist.readers.provenance import Layer, layer_of, merge

# Fields that describe one study or reference: a sidecar or flag beside a file of many references must not give them to all.
_SINGULAR = frozenset(
    {"title", "doi", "pmid", "pmcid", "study_id", "registration", "isbn", "authors", "sample_size", "findings"}
)


def complete(
    documents: list[Document],
    path: Path,
    *,
    overrides: Mapping[str, Any],
    root: Path | None = None,
    find_topics: Callable[[str], tuple[str, ...]] | None = None,
) -> list[Document]:
    """The documents with metadata from every place merged, and a warning for each required field that is missing."""
    sidecar, notes = read_sidecar(path)
    outside = [Layer("flag", dict(overrides), "flag"), sidecar, folder_layer(path, root)]
    return [_complete(document, outside, notes, len(documents) > 1, find_topics) for document in documents]


def _complete(
    document: Document,
    outside: list[Layer],
    notes: list[str],
    several: bool,
    find_topics: Callable[[str], tuple[str, ...]] | None,
) -> Document:
    if several:
        outside = [
            Layer(layer.origin, {k: v for k, v in layer.values.items() if k not in _SINGULAR}, layer.label) for layer in outside
        ]
    layers = [*outside, *layer_of(document.metadata)]
    known, warnings = merge(layers)
    layers.append(label_layer(document, known.source_type))
    layers.append(detect(document, source_type=known.source_type, title=known.title))
    layers.append(said_layer(document, known.source_type))
    derived, _ = merge(layers)
    layers.append(Layer("detected", _derived(derived)))
    if find_topics and not derived.topics:
        layers.append(Layer("detected", {"topics": list(find_topics(document.text))}))
    metadata, _ = merge(layers)
    everything = (*document.warnings, *notes, *warnings, *missing(metadata))
    return document.model_copy(update={"metadata": metadata, "warnings": tuple(dict.fromkeys(everything))})


def _derived(metadata: Metadata) -> dict[str, Any]:
    """Values that follow from others: the setting from the country, the evidence date of an audit from its periods."""
    found: dict[str, Any] = {}
    if metadata.country and not metadata.setting:
        setting = setting_of(metadata.country)
        if setting is Setting.UK_OTHER and metadata.origin is Origin.INTERNAL:
            setting = Setting.UK_LOCAL
        if setting:
            found["setting"] = setting
    ends = [c.period_end for c in metadata.audit if c.period_end]
    if ends and not metadata.evidence_date:
        found["evidence_date"] = max(ends)
    if metadata.ppi and metadata.ppi.number and not metadata.sample_size:
        found["sample_size"] = metadata.ppi.number
    return found


def missing(metadata: Metadata) -> list[str]:
    """One sentence when fields that the source type requires (domain C1) are missing, and one for the type itself."""
    if metadata.source_type is None:
        return ["The source type is not known; say it with --type, in a sidecar, or by the folder's name."]
    gaps = [words for words, value in _required(metadata) if value in (None, "", (), 0)]
    if not gaps:
        return []
    return [f"{metadata.source_type.label}: missing {', '.join(gaps)}."]


def _required(meta: Metadata) -> list[tuple[str, Any]]:  # noqa: PLR0911 - one return a source type reads plainest
    kind = meta.source_type
    identifier = meta.doi or meta.pmid or meta.pmcid or meta.registration
    if kind is SourceType.PUB:
        fields: list[tuple[str, Any]] = [("design", meta.design), ("year", meta.year), ("country", meta.country)]
        if meta.design in (
            Design.SYSTEMATIC_REVIEW,
            Design.QUALITATIVE_SYNTHESIS,
            Design.DIAGNOSTIC_REVIEW,
            Design.REALIST_REVIEW,
        ):
            fields.append(("search date", meta.evidence_date))
        else:
            fields.append(("number studied", meta.sample_size))
        return [*fields, ("DOI, PMID or PMCID", identifier)]
    if kind is SourceType.GDL:
        return [
            ("issuer", meta.issuer),
            ("version", meta.version),
            ("publication date", meta.published),
            ("review date", meta.review_by),
            ("status", meta.status),
        ]
    if kind is SourceType.POL:
        return [("issuer", meta.issuer), ("date in force or of publication", meta.published)]
    if kind is SourceType.ECO:
        eco = meta.economic
        names = ("perspective", "price_year", "currency", "country", "horizon")
        said = {name: getattr(eco, name) if eco else None for name in names}
        said["country"] = said["country"] or meta.country
        return [(name.replace("_", " "), value) for name, value in said.items()]
    if kind is SourceType.AUD:
        return _audit(meta)
    dated = ("date", meta.dated)
    if kind is SourceType.PPI:
        ppi = meta.ppi
        return [
            ("who was heard", ppi and ppi.who),
            ("how many", ppi and ppi.number),
            ("groups", (ppi and ppi.groups) or meta.groups_reported),
            ("method", ppi and ppi.method),
            dated,
            ("what changed", ppi and ppi.changed),
        ]
    if kind is SourceType.FLK:
        staff = meta.frontline
        return [
            ("staff roles", staff and staff.roles),
            ("number", staff and staff.number),
            ("method", staff and staff.method),
            dated,
        ]
    pilot = meta.evaluation
    return [
        ("sites", pilot and pilot.sites),
        ("comparator", pilot and pilot.comparator),
        ("period", (pilot and pilot.months) or meta.evidence_date),
        ("outcomes", pilot and pilot.outcomes),
        ("context", pilot and pilot.context),
    ]


def _audit(meta: Metadata) -> list[tuple[str, Any]]:
    if not meta.audit:
        return [("criteria as a table", None), ("period", meta.evidence_date)]
    return [
        ("standard", all(c.standard_source for c in meta.audit) or None),
        ("target", all(c.target_percent is not None for c in meta.audit) or None),
        ("numerator and denominator", all(c.denominator is not None and c.numerator is not None for c in meta.audit) or None),
        ("period", all(c.period_end for c in meta.audit) or meta.evidence_date),
        ("re-audit date", all(c.re_audit_due for c in meta.audit) or None),
    ]
