"""Whether a document is still in force, and whether it has results: asked by readers, evidence and coverage alike."""

from __future__ import annotations

import datetime as dt

from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Design, Metadata
from kmassist.text.shipped import english

# A document whose status holds one of these is set aside, with the word as the reason. "Archived" and
# "expired" are what NICE and trust intranets write; "cancelled" is the word of circulars; "file removed" is said of a
# document whose file is gone from the folder that the library is kept in step with.
_WITHDRAWN = english("documents", "withdrawn")
_SUPERSEDED = english("documents", "superseded")


def out_of_force(metadata: Metadata) -> str:
    """Why a document must not be quoted as current (``withdrawn``, ``superseded by X``), or an empty string."""
    if metadata.superseded_by:
        return f"superseded by {metadata.superseded_by}"
    if found := _WITHDRAWN.search(metadata.status):
        return found.group(1).lower()
    return "superseded" if _SUPERSEDED.search(metadata.status) else ""


def is_superseded(metadata: Metadata, today: dt.date) -> str:
    """Why a document is out of force (superseded, in-force period ended), or an empty string."""
    if out := out_of_force(metadata):
        return out
    until = metadata.in_force_until
    if until and until < today.isoformat()[: len(until)]:
        return f"in force until {until}"
    return ""


def why_not_counted(document: Document, today: dt.date) -> str:
    """Why a document is set aside, or an empty string. Age and a missing date colour a source; they do not hide it."""
    return is_superseded(document.metadata, today)


def is_unfinished(metadata: Metadata) -> bool:
    """Whether it is a registered or running study without results yet."""
    is_planned = (
        metadata.is_ongoing
        and metadata.source_type is SourceType.PUB
        and metadata.design in {None, Design.RCT}
    )
    return (is_planned or metadata.design is Design.PROTOCOL) and not metadata.findings
