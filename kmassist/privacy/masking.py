"""Small numbers in what a brief shows (domain F8): which sources they are hidden in, in words and in records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import AuditCriterion, Metadata
from kmassist.documents.source_types import LOCAL_TYPES
from kmassist.privacy.counts import Form
from kmassist.privacy.masks import Mask, apart, applied
from kmassist.privacy.secondary_suppression import Count, beside
from kmassist.privacy.small_numbers import (
    Share,
    masks_of,
    suppress_name,
    suppress_quotation,
    suppress_share,
    suppress_text,
)
from kmassist.settings.model import PrivacySettings
from kmassist.text.shipped import english

_PERCENT = english("privacy", "percentage")
_TARGET = english("privacy", "says_what_was_wanted")
_CONTEXT = 2_000
_SLASH = re.compile(r"([/\\])")
_TOLD = ("title", "population", "intervention", "keywords", "groups_reported")
"""Fields in a person's own words that may tell a count of people."""


def hide_in_text(text: str, privacy: PrivacySettings, *, kind: SourceType | None = None) -> str:
    """The words as they may be shown.

    Published research, guidelines, policy and economic papers are public already and stay as they are; ``kind`` None means
    that the origin is not known, and the text is treated as local.
    """
    if not is_local(kind):
        return text
    return suppress_text(
        text, below=privacy.hide_counts_below, percent_from=privacy.percent_needs_denominator
    )


class SmallNumbers:
    """The one gate: what of a local source must not leave, and texts with it masked."""

    def __init__(
        self,
        privacy: PrivacySettings | None = None,
        text_of: Callable[[Document], str] = lambda d: d.text,
    ) -> None:
        """Without ``privacy`` as the settings begin; ``text_of`` fetches the whole text of a document that is held without it."""
        self._privacy = privacy or PrivacySettings()
        self._text_of = text_of

    def in_place(self, document: Document, start: int, end: int) -> tuple[Mask, ...]:
        """Masks of ``text[start:end]`` of a document, by its offsets; what stands around them is taken into account.

        What its own audit table keeps back is not told by its sentences either.
        """
        if not is_local(document.metadata.source_type):
            return ()
        text = document.text or self._text_of(document)
        first, last = _around(text, start, end)
        masks = self._masks(text[first:last], document)
        found = (Mask(m.start + first, m.end + first, m.shown) for m in masks)
        return tuple(
            Mask(max(m.start, start), min(m.end, end), m.shown)
            for m in found
            if m.start < end and m.end > start
        )

    def around(
        self, document: Document, start: int, end: int, before: str, after: str
    ) -> tuple[str, str]:
        """The words nearest before and behind a passage with their masks, read where they stand as the passage is."""
        if not is_local(document.metadata.source_type):
            return before, after
        text = document.text or self._text_of(document)
        whole = document.model_copy(update={"text": text})

        def masked(words: str, at: int) -> str:
            if at < 0:
                return self.in_source(words, whole)
            return applied(words, self.in_place(whole, at, at + len(words)), start=at)

        return masked(before, text.rfind(before, 0, start)), masked(after, text.find(after, end))

    def in_words(self, words: str, *, kind: SourceType | None = None) -> str:
        """Words with their masks in square brackets; empty ``kind`` is treated as local."""
        if not words or not is_local(kind):
            return words
        return suppress_quotation(words, **self._limits)

    def in_heading(self, path: str, kind: SourceType | None) -> str:
        """A path of headings, each masked by itself."""
        return " › ".join(self.in_words(part, kind=kind) for part in path.split(" › "))

    def named(self, document: Document) -> Document:
        """A document whose title and file tell no small number: one of them stands wherever its document is cited."""
        if not is_local(document.metadata.source_type):
            return document
        title = hide_in_text(document.metadata.title, self._privacy)
        name = suppress_name(document.source_name, below=self._privacy.hide_counts_below)
        metadata = document.metadata.model_copy(update={"title": title})
        return document.model_copy(update={"metadata": metadata, "source_name": name})

    def in_source(self, words: str, document: Document) -> str:
        """Words that are of a document, though at no place of its text, with their masks."""
        if not words or not is_local(document.metadata.source_type):
            return words
        return applied(words, self._masks(words, document))

    def leaving(self, document: Document) -> Document:
        """A document as it may be printed outside the library; its offsets hold no longer."""
        if not is_local(document.metadata.source_type):
            return document
        metadata = hide_in_records(document.metadata, self._privacy)
        hidden = set(hidden_shares(metadata.audit, self._privacy))
        audit = tuple(
            c.model_copy(update={"numerator": None, "previous_percent": None})
            if (c.numerator or 0, c.denominator or 0) in hidden
            else c
            for c in (hide_in_criterion(c, self._privacy) for c in metadata.audit)
        )
        text = applied(document.text, self._masks(document.text, document))
        changed = metadata.model_copy(update={"audit": audit})
        below = self._privacy.hide_counts_below
        parts = _SLASH.split(document.source_path)
        path = "".join(suppress_name(part, below=below) for part in parts)
        changes = {"text": text, "metadata": changed, "source_path": path}
        return self.named(document).model_copy(update=changes)

    @property
    def _limits(self) -> dict[str, int]:
        privacy = self._privacy
        return {
            "below": privacy.hide_counts_below,
            "percent_from": privacy.percent_needs_denominator,
        }

    def _masks(self, text: str, document: Document) -> list[Mask]:
        found = masks_of(text, **self._limits)
        hidden = hidden_shares(document.metadata.audit, self._privacy)
        return apart([*found, *_shares_told(text, hidden)]) if hidden else found


def is_local(kind: SourceType | None) -> bool:
    """Whether what a source tells of people is not public: a service made it, or nobody knows who did."""
    return kind is None or kind in LOCAL_TYPES


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of whole lines that a passage is read in: about `_CONTEXT` characters more on each side."""
    first = text.rfind("\n", 0, max(0, start - _CONTEXT)) + 1
    last = text.find("\n", min(len(text), end + _CONTEXT))
    last = len(text) if last < 0 else last
    first = max(first, start - 4 * _CONTEXT)
    return first, min(last, end + 4 * _CONTEXT)


def _shares_told(text: str, hidden: Sequence[tuple[int, int]]) -> Iterator[Mask]:
    """Where a text tells the counts and percentages of audit criteria that are kept back."""
    for met, total in hidden:
        pattern = rf"(?<![\d.,])(?P<n>{met})\s*(?:of|out of|/)\s*{total}(?![\d.,]*\d)"
        for match in re.finditer(pattern, text):
            yield Mask(match.start("n"), match.end("n"), "–")
    shares = [100 * count / total for met, total in hidden for count in (met, total - met)]
    for match in _PERCENT.finditer(text):
        is_target = _TARGET.search(text, max(0, match.start() - 20), match.start())
        if _is_one_of(match[1], shares) and not is_target:
            yield Mask(match.start(), match.end(), "–")


def hide_in_quotation(text: str, document: Document, privacy: PrivacySettings) -> str:
    """Words of a source as they may be shown, the masks in square brackets; see `SmallNumbers.in_source`."""
    return SmallNumbers(privacy).in_source(text, document)


def _is_one_of(written: str, shares: Sequence[float]) -> bool:
    """Whether a percentage, as it was rounded, is one of these."""
    half = 0.5 * 10 ** -len(written.partition(".")[2]) + 1e-9
    return any(abs(float(written) - share) <= half for share in shares)


def hide_in_metadata(document: Document, privacy: PrivacySettings) -> Metadata:
    """Metadata that may leave: without audit counts (they stand in the figures) and without small numbers of people."""
    metadata = document.metadata
    kind = metadata.source_type
    changes: dict[str, object] = {"audit": (), "came_from": {}}
    if not is_local(kind):
        return metadata.model_copy(update=changes)
    metadata = hide_in_records(metadata, privacy)
    if _is_small(metadata.sample_size, privacy):
        changes["sample_size"] = None
    changes["states_uncertainty"] = hide_in_quotation(
        metadata.states_uncertainty, document, privacy
    )
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
    """Metadata whose title, words about it and records of who was heard show no small number, be it a figure or in words."""
    records = {name: record for name in ("ppi", "frontline") if (record := getattr(metadata, name))}
    hidden: dict[str, object] = {}
    for name, record in records.items():
        changes: dict[str, object] = {
            "number": None if _is_small(record.number, privacy) else record.number
        }
        for key, value in record:
            if isinstance(value, (str, tuple)):
                changes[key] = _hidden(value, privacy)
        hidden[name] = record.model_copy(update=changes)
    if is_local(metadata.source_type):
        hidden |= {name: _hidden(getattr(metadata, name), privacy) for name in _TOLD}
    return metadata.model_copy(update=hidden)


def _hidden(value: str | tuple[str, ...], privacy: PrivacySettings) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return hide_in_text(value, privacy)
    return tuple(hide_in_text(part, privacy) for part in value)


def _is_small(number: int | None, privacy: PrivacySettings) -> bool:
    return number is not None and 0 < number < privacy.hide_counts_below


def hide_in_criterion(
    criterion: AuditCriterion, privacy: PrivacySettings | None = None
) -> AuditCriterion:
    """What a criterion asks for and what is to be done, without small counts of people; its figures stay."""
    below = (privacy or PrivacySettings()).hide_counts_below
    changes = {
        name: suppress_name(getattr(criterion, name), Form.STANDARD, below=below)
        for name in ("criterion", "standard_source", "action")
    }
    return criterion.model_copy(update=changes)


def hidden_criteria(criteria: Sequence[AuditCriterion], privacy: PrivacySettings) -> set[int]:
    """Criteria whose count is large enough but gives another's away: parts of one whole, or strata of a sum."""
    below = privacy.hide_counts_below
    counts = {}
    for index, c in enumerate(criteria):
        share = _share(c, privacy)
        if share is None or c.numerator is None or not c.denominator:
            continue
        low, high = (
            (None, None) if _is_plain(c, share) else _told(c.numerator, c.denominator, below)
        )
        counts[index] = Count(
            c.numerator, c.denominator, (c.period_start or "", c.period_end or ""), low, high
        )
    return beside(counts)


def _told(n: int, total: int, below: int) -> tuple[int, int]:
    """The values that a hidden count may have, as far as its shown form tells."""
    if total < below:
        return 1, total
    if n < below:
        return 1, below - 1
    return max(total - below, below - 1) + 1, total if total < 2 * below else total - 1


def hidden_shares(
    criteria: Sequence[AuditCriterion], privacy: PrivacySettings
) -> list[tuple[int, int]]:
    """Count and total of every criterion whose count is kept back, for whatever reason."""
    beside = hidden_criteria(criteria, privacy)
    found = []
    for index, criterion in enumerate(criteria):
        share = _share(criterion, privacy)
        if share is not None and (index in beside or not _is_plain(criterion, share)):
            found.append((criterion.numerator or 0, criterion.denominator or 0))
    return found


def _share(criterion: AuditCriterion, privacy: PrivacySettings) -> Share | None:
    if (
        criterion.numerator is None
        or not criterion.denominator
        or criterion.numerator > criterion.denominator
    ):
        return None
    return suppress_share(
        criterion.numerator,
        criterion.denominator,
        below=privacy.hide_counts_below,
        percent_from=privacy.percent_needs_denominator,
    )


def _is_plain(criterion: AuditCriterion, share: Share) -> bool:
    return (share.n, share.total) == (f"{criterion.numerator:,}", f"{criterion.denominator:,}")
