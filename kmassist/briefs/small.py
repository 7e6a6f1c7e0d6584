"""Small numbers in what a brief shows (domain F8): which sources they are hidden in, in words and in records."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kmassist.briefs.figures import hidden_shares
from kmassist.config import PrivacySettings
from kmassist.documents import Document, Metadata, SourceType
from kmassist.smallnumbers import suppress_quotation, suppress_text
from kmassist.source_types import LOCAL_TYPES

_PERCENT = re.compile(r"(?<![\w.,])(\d{1,3}(?:\.\d+)?)\s?(?:%|per\s?cent\b)", re.I)


def hide_in_text(text: str, privacy: PrivacySettings, *, kind: SourceType | None = None) -> str:
    """The words as they may be shown.

    Published research, guidelines, policy and economic papers are public already and stay as they are; ``kind`` None means
    that the origin is not known, and the text is treated as local.
    """
    if kind is not None and kind not in LOCAL_TYPES:
        return text
    return suppress_text(text, below=privacy.hide_counts_below, percent_from=privacy.percent_needs_denominator)


def hide_in_quotation(text: str, document: Document, privacy: PrivacySettings) -> str:
    """Words of a source as they may be shown: what its own audit table keeps back is not told by its sentences either.

    What stands in place of a number stands in square brackets: a quotation is never changed unmarked.
    """
    kind = document.metadata.source_type
    if kind is not None and kind not in LOCAL_TYPES:
        return text
    shown = suppress_quotation(text, below=privacy.hide_counts_below, percent_from=privacy.percent_needs_denominator)
    hidden = hidden_shares(document.metadata.audit, privacy)
    for met, total in hidden:
        shown = re.sub(rf"(?<![\d.,]){met}(\s*(?:of|out of|/)\s*){total}(?![\d.,]*\d)", rf"[hidden]\g<1>{total}", shown)
    shares = [100 * count / total for met, total in hidden for count in (met, total - met)]
    return _PERCENT.sub(lambda m: "[hidden]" if _is_one_of(m[1], shares) else m[0], shown)


def _is_one_of(written: str, shares: Sequence[float]) -> bool:
    """Whether a percentage, as it was rounded, is one of these."""
    half = 0.5 * 10 ** -len(written.partition(".")[2]) + 1e-9
    return any(abs(float(written) - share) <= half for share in shares)


def hide_in_metadata(document: Document, privacy: PrivacySettings) -> Metadata:
    """Metadata that may leave: without audit counts (they stand in the figures) and without small numbers of people."""
    metadata = document.metadata
    kind = metadata.source_type
    changes: dict[str, object] = {"audit": (), "came_from": {}}
    if kind is not None and kind not in LOCAL_TYPES:
        return metadata.model_copy(update=changes)
    metadata = hide_in_records(metadata, privacy)
    if _is_small(metadata.sample_size, privacy):
        changes["sample_size"] = None
    changes["states_uncertainty"] = hide_in_quotation(metadata.states_uncertainty, document, privacy)
    changes["findings"] = tuple(
        finding.model_copy(
            update={
                "estimate": hide_in_quotation(finding.estimate, document, privacy),
                "events": None if _is_small(finding.events, privacy) else finding.events,
            }
        )
        for finding in metadata.findings
    )
    return metadata.model_copy(update=changes)


def hide_in_records(metadata: Metadata, privacy: PrivacySettings) -> Metadata:
    """Metadata whose records of who was heard, patients or staff, show no small number, be it a figure or in words."""
    records = {name: record for name in ("ppi", "frontline") if (record := getattr(metadata, name))}
    hidden = {}
    for name, record in records.items():
        changes: dict[str, object] = {"number": None if _is_small(record.number, privacy) else record.number}
        for key, value in record:
            if isinstance(value, str):
                changes[key] = hide_in_text(value, privacy)
            elif isinstance(value, tuple):
                changes[key] = tuple(hide_in_text(part, privacy) for part in value)
        hidden[name] = record.model_copy(update=changes)
    return metadata.model_copy(update=hidden)


def _is_small(number: int | None, privacy: PrivacySettings) -> bool:
    return number is not None and 0 < number < privacy.hide_counts_below
