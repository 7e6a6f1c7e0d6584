"""Small numbers in what a brief shows (domain F8): which sources they are hidden in, in words and in records."""

from __future__ import annotations

from kmassist.config import PrivacySettings
from kmassist.documents import Metadata, SourceType
from kmassist.smallnumbers import suppress_text

_LOCAL = frozenset({SourceType.AUD, SourceType.PPI, SourceType.FLK, SourceType.SVE})


def hide_in_text(text: str, privacy: PrivacySettings, *, kind: SourceType | None = None) -> str:
    """The words as they may be shown.

    Published research, guidelines, policy and economic papers are public already and stay as they are; ``kind`` None means
    that the origin is not known, and the text is treated as local.
    """
    if kind is not None and kind not in _LOCAL:
        return text
    return suppress_text(text, below=privacy.hide_counts_below, percent_from=privacy.percent_needs_denominator)


def hide_in_metadata(metadata: Metadata, privacy: PrivacySettings) -> Metadata:
    """Metadata that may leave: without audit counts (they stand in the figures) and without small numbers of people."""
    kind = metadata.source_type
    changes: dict[str, object] = {"audit": (), "came_from": {}}
    if kind is not None and kind not in _LOCAL:
        return metadata.model_copy(update=changes)
    if metadata.ppi and _is_small(metadata.ppi.number, privacy):
        changes["ppi"] = metadata.ppi.model_copy(update={"number": None})
    if metadata.frontline and _is_small(metadata.frontline.number, privacy):
        changes["frontline"] = metadata.frontline.model_copy(update={"number": None})
    if _is_small(metadata.sample_size, privacy):
        changes["sample_size"] = None
    changes["states_uncertainty"] = hide_in_text(metadata.states_uncertainty, privacy)
    changes["findings"] = tuple(
        finding.model_copy(
            update={
                "estimate": hide_in_text(finding.estimate, privacy),
                "events": None if _is_small(finding.events, privacy) else finding.events,
            }
        )
        for finding in metadata.findings
    )
    return metadata.model_copy(update=changes)


def _is_small(number: int | None, privacy: PrivacySettings) -> bool:
    return number is not None and 0 < number < privacy.hide_counts_below
