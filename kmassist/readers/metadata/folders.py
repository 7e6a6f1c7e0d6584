"""What a folder's name says about the sources in it."""

from __future__ import annotations

import re
from pathlib import Path

from kmassist.documents.document import SourceType
from kmassist.readers.metadata.provenance import Layer

_WORDS = {
    SourceType.PUB: "published research paper papers trial trials study studies article articles literature journal journals evidence_published",
    SourceType.GDL: "guideline guidelines guidance nice rcog pathway pathways",
    SourceType.ECO: "economic economics cost costs costing health_economics economy",
    SourceType.AUD: "audit audits dashboard dashboards clinical_audit",
    SourceType.PPI: "ppi ppie patient patients patient_public_involvement involvement mnvp healthwatch complaints service_user service_users"
    " experience women_voices coproduction",
    SourceType.FLK: "frontline staff staff_knowledge debrief debriefs huddle huddles staff_voice",
    SourceType.SVE: "evaluation evaluations pilot pilots service_evaluation service_evaluations pdsa qi quality_improvement",
    SourceType.POL: "policy policies inquiry inquiries regulatory regulation cqc",
}
_LEVELS = 6  # further up, a folder's name is about the machine and not about its sources
_NAMES = {name: kind for kind, names in _WORDS.items() for name in names.split()}


def folder_layer(path: Path, root: Path | None = None) -> Layer:
    """The source type that the nearest ancestor folder names, looking no higher than ``root`` when it is given.

    ``audit``, ``Audits 2026`` and ``02-clinical-audit`` all say audit; a folder named for two types says nothing.
    """
    for folder in list(path.absolute().parents)[:_LEVELS]:
        kind = _kind(folder.name)
        if kind:
            return Layer("folder", {"source_type": kind}, f"folder '{folder.name}'")
        if root is not None and folder == root.absolute():
            break
    return Layer("folder")


def _kind(name: str) -> SourceType | None:
    plain = re.sub(r"[\s.-]+", "_", name.casefold()).strip("_")
    if plain in _NAMES:
        return _NAMES[plain]
    kinds = {_NAMES[word] for word in re.findall(r"[a-z]+", plain) if word in _NAMES}
    return kinds.pop() if len(kinds) == 1 else None
