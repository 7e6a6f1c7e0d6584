"""What read_source adds to a reader's documents: sidecar, folder, flags, labelled lines, detection, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kmassist.documents.countries import setting_of
from kmassist.documents.document import Document
from kmassist.documents.metadata import Metadata, Origin, Setting
from kmassist.documents.required_metadata import missing
from kmassist.readers.metadata.detect import detect, find_title, tidy_stem
from kmassist.readers.metadata.folders import folder_layer
from kmassist.readers.metadata.frontmatter import read_sidecar
from kmassist.readers.metadata.guidance import guidance_layer, labelled_title
from kmassist.readers.metadata.labels import label_layer, said_layer
from kmassist.readers.metadata.provenance import Layer, layer_of, merge

# Fields that describe one study or reference: a sidecar or flag beside a file of many references must not give them to all.
_SINGULAR = frozenset(
    {
        "title",
        "doi",
        "pmid",
        "pmcid",
        "study_id",
        "registration",
        "isbn",
        "authors",
        "sample_size",
        "findings",
    }
)


_OWN_BRIEF = re.compile(r"\bb[0-9a-f]{12} · corpus [0-9a-f]{12}\b")
"""The mark at the end of every brief that is exported."""


def complete(
    documents: list[Document],
    path: Path,
    *,
    overrides: Mapping[str, Any],
    root: Path | None = None,
    find_topics: Callable[[str], tuple[str, ...]] | None = None,
    beside: Sequence[Layer] = (),
) -> list[Document]:
    """The documents with metadata from every place merged, and a warning for each required field that is missing.

    Args:
        beside: what else stands beside the file and is about it, after its sidecar.
    """
    sidecar, notes = read_sidecar(path)
    outside = [Layer("flag", dict(overrides), "flag"), sidecar, *beside, folder_layer(path, root)]
    return [
        _complete(document, outside, notes, len(documents) > 1, find_topics)
        for document in documents
    ]


def _complete(
    document: Document,
    outside: list[Layer],
    notes: list[str],
    several: bool,
    find_topics: Callable[[str], tuple[str, ...]] | None,
) -> Document:
    if several:
        outside = [
            Layer(
                layer.origin,
                {k: v for k, v in layer.values.items() if k not in _SINGULAR},
                layer.label,
            )
            for layer in outside
        ]
    layers = [*outside, *layer_of(document.metadata)]
    known, warnings = merge(layers)
    if known.came_from.get("title") in (None, "detected", "file"):
        labelled = labelled_title("\n".join([*document.running_heads, document.text[:4_000]]))
        layers.insert(len(outside), Layer("file", {"title": labelled}))
    title = known.title or find_title(document) or tidy_stem(document.source_name)
    layers.append(guidance_layer(document, known.source_type, title, document.running_heads))
    known, _ = merge(layers)
    layers.append(label_layer(document, known.source_type))
    layers.append(detect(document, source_type=known.source_type, title=known.title))
    layers.append(said_layer(document, known.source_type))
    derived, _ = merge(layers)
    layers.append(Layer("detected", _derived(derived)))
    if find_topics and not derived.topics:
        told = document.model_copy(update={"metadata": derived}).titled_text
        layers.append(Layer("detected", {"topics": list(find_topics(told))}))
    metadata, _ = merge(layers)
    everything = (
        *document.warnings,
        *notes,
        *warnings,
        *_doubtful(document),
        *missing(metadata),
    )
    return document.model_copy(
        update={
            "metadata": metadata,
            "warnings": tuple(dict.fromkeys(everything)),
            "running_heads": (),
        }
    )


def _doubtful(document: Document) -> Iterator[str]:
    """What a person should look at though nothing is missing: briefs that kmassist wrote itself."""
    if _OWN_BRIEF.search("\n".join([document.text[-4_000:], *document.running_heads])):
        yield (
            "It is a brief that kmassist wrote: it restates its sources and is none itself; add those and forget it."
        )


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
