"""Realisation ratio: of the studies retrieved as relevant for recorded decisions, the share that a decision used.

The efficiency factor of Zahra and George (2002), realised over potential absorptive capacity, measured per kind of source on
a service's own decisions (domain A1, V3). It counts (decision, study) pairs: a study reported in two files counts once, and a
study that bore on two decisions had two chances to be used. Drafts do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import computed_field

from kmassist.documents.document import SourceType
from kmassist.documents.frozen import Frozen
from kmassist.records.decisions.checks import study_uses
from kmassist.records.decisions.record import DecisionRecord, Use


class Every(StrEnum):
    """Length of a period."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def label(self, day: str) -> str:
        """The period that an ISO day falls in: ``2026-11``, ``2026 Q4`` or ``2026``; it sorts as text."""
        if self is Every.YEAR:
            return day[:4]
        return day[:7] if self is Every.MONTH else f"{day[:4]} Q{(int(day[5:7]) + 2) // 3}"


class Ratio(Frozen):
    """Studies of one kind of source (or of all: None) over some decisions, by what became of them."""

    source_type: SourceType | None
    used: int = 0
    noted: int = 0
    set_aside: int = 0
    not_marked: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def relevant(self) -> int:
        """How often a study of this kind was relevant for a decision."""
        return self.used + self.noted + self.set_aside + self.not_marked

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ratio(self) -> float | None:
        """Used over relevant, 0 to 1; None when none was relevant, which is not the same as 0."""
        return self.used / self.relevant if self.relevant else None

    @property
    def label(self) -> str:
        """The words a person reads."""
        return self.source_type.label if self.source_type else "All kinds of source"

    @property
    def words(self) -> str:
        return (
            "none relevant"
            if self.ratio is None
            else f"{self.ratio:.2f} ({self.used} of {self.relevant})"
        )

    def bar(self, width: int = 20) -> str:
        """The ratio as a bar of ASCII characters; empty when none was relevant."""
        if self.ratio is None:
            return ""
        filled = round(self.ratio * width)
        return "#" * filled + "." * (width - filled)


class Period(Frozen):
    """The ratios of the decisions of one stretch of time."""

    label: str
    decisions: int
    ratios: tuple[Ratio, ...]
    overall: Ratio


def recorded(decisions: Iterable[DecisionRecord]) -> tuple[DecisionRecord, ...]:
    """The signed decisions of this service, each once, by date; of two copies the one with the longer history counts."""
    kept: dict[str, DecisionRecord] = {}
    for decision in decisions:
        if decision.is_signed_off and not decision.from_service:
            other = kept.get(decision.decision_id)
            kept[decision.decision_id] = (
                decision if other is None else max(decision, other, key=_fullness)
            )
    return tuple(sorted(kept.values(), key=lambda d: (d.date, d.decision_id)))


def _fullness(decision: DecisionRecord) -> tuple[int, str]:
    return len(decision.history), decision.model_dump_json()


def realisation(decisions: Iterable[DecisionRecord]) -> tuple[Ratio, ...]:
    """One ratio for each of the eight kinds of source, in their fixed order, over the recorded decisions.

    A source whose kind is not known is in none of them.
    """
    counts: dict[SourceType, dict[Use, int]] = {kind: dict.fromkeys(Use, 0) for kind in SourceType}
    for decision in recorded(decisions):
        for (_, kind), use in study_uses(decision).items():
            if kind:
                counts[kind][use] += 1
    return tuple(_ratio(kind, found) for kind, found in counts.items())


def overall(ratios: Iterable[Ratio]) -> Ratio:
    """All kinds together."""
    found = list(ratios)
    return Ratio(
        source_type=None,
        used=sum(r.used for r in found),
        noted=sum(r.noted for r in found),
        set_aside=sum(r.set_aside for r in found),
        not_marked=sum(r.not_marked for r in found),
    )


def over_time(
    decisions: Iterable[DecisionRecord], every: Every = Every.QUARTER
) -> tuple[Period, ...]:
    """The ratios period by period, by the date of the decision; periods without a decision are left out."""
    by_label: dict[str, list[DecisionRecord]] = {}
    for decision in recorded(decisions):
        by_label.setdefault(every.label(decision.date), []).append(decision)
    periods = []
    for label in sorted(by_label):
        ratios = realisation(by_label[label])
        periods.append(
            Period(
                label=label, decisions=len(by_label[label]), ratios=ratios, overall=overall(ratios)
            )
        )
    return tuple(periods)


def _ratio(kind: SourceType, found: dict[Use, int]) -> Ratio:
    return Ratio(
        source_type=kind,
        used=found[Use.USED],
        noted=found[Use.NOTED],
        set_aside=found[Use.SET_ASIDE],
        not_marked=found[Use.UNMARKED],
    )
