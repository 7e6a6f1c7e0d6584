"""One criterion measured again and again: its figures in order of time, as a chart and in words."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.process_chart import (
    LEAST_FOR_LIMITS,
    SHORTEST_SIGNAL,
    ChartKind,
    ProcessChart,
    Rule,
    Signal,
    p_chart,
    run_chart,
    xmr_chart,
)
from kmassist.documents.document import Document
from kmassist.documents.metadata import AuditCriterion, is_to_come
from kmassist.documents.source_types import SourceType
from kmassist.privacy.masking import hidden_shares, hide_in_criterion
from kmassist.settings.model import PrivacySettings
from kmassist.text.counts import counted
from kmassist.text.words import stem, words

LEAST_POINTS = 3
"""Two figures are a comparison, three are a series."""


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """``count`` of ``size`` cases in one period, and the document that says so. A hidden one has small numbers of people."""

    start: str
    end: str
    count: int
    size: int
    doc_id: str
    is_hidden: bool = False

    @property
    def percent(self) -> float:
        return 100.0 * self.count / self.size

    @property
    def period(self) -> str:
        """Its period as `AuditFigure` has it."""
        return " to ".join(date for date in (self.start, self.end) if date)

    @property
    def label(self) -> str:
        """The period as a person writes it: a month or year alone where it is one."""
        start, end = self.start or self.end, self.end or self.start
        if start[:7] == end[:7]:
            return start[:7]
        return start if start == end else f"{start[:7]} to {end[:7]}"


@dataclass(frozen=True, slots=True)
class AuditSeries:
    """All figures of one criterion of one service, oldest first; only ``shown`` ones are drawn, counted in limits or told."""

    criterion: str
    issuer: str
    points: tuple[SeriesPoint, ...]
    target: float | None
    is_floor: bool | None
    hidden: int = 0
    """Points that were taken out because they may not leave."""

    @property
    def shown(self) -> tuple[SeriesPoint, ...]:
        return tuple(point for point in self.points if not point.is_hidden)

    @property
    def doc_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(point.doc_id for point in self.points))

    def chart(self, kind: ChartKind | None = None) -> ProcessChart:
        """Of the shown points: a p chart, since each is a count of a known size; a run chart where they are too few for limits."""
        shown = self.shown
        percents = [point.percent for point in shown]
        if kind is ChartKind.RUN or (kind is None and len(shown) < LEAST_FOR_LIMITS):
            return run_chart(percents)
        if kind is ChartKind.XMR:
            return xmr_chart(percents)
        return p_chart([point.count for point in shown], [point.size for point in shown])


def audit_series(
    documents: Iterable[Document], privacy: PrivacySettings | None
) -> tuple[AuditSeries, ...]:
    """Every criterion that one issuer's audits give at least three times, the longest series first.

    Rows are of one series when their criterion has the same words and their issuer is the same. Of two figures of one period the one
    of the later document holds. With ``privacy`` small numbers are hidden, and those that would give them away.
    """
    found: dict[tuple[str, tuple[str, ...]], list[tuple[SeriesPoint, AuditCriterion, str]]] = (
        defaultdict(list)
    )
    for document in documents:
        meta = document.metadata
        if meta.source_type is not SourceType.AUD:
            continue
        hidden = set(hidden_shares(meta.audit, privacy)) if privacy else set()
        for row in (hide_in_criterion(c, privacy) if privacy else c for c in meta.audit):
            if (
                row.numerator is None
                or not row.denominator
                or not (row.period_start or row.period_end)
                or is_to_come(row.period_end or row.period_start or "")
            ):
                continue
            point = SeriesPoint(
                start=row.period_start or "",
                end=row.period_end or "",
                count=row.numerator,
                size=row.denominator,
                doc_id=document.doc_id,
                is_hidden=(row.numerator, row.denominator) in hidden,
            )
            key = (meta.issuer.casefold(), _stems(row.criterion))
            found[key].append((point, row, meta.issuer))
    series = [_one(rows) for rows in found.values()]
    long_enough = [one for one in series if len(one.shown) >= LEAST_POINTS]
    return tuple(sorted(long_enough, key=lambda one: (-len(one.shown), one.issuer, one.criterion)))


def shown_series(
    documents: Iterable[Document], privacy: PrivacySettings
) -> tuple[AuditSeries, ...]:
    """The series as they may leave the library: hidden points are counted and carried no further."""
    return tuple(
        dataclasses.replace(
            series, points=series.shown, hidden=len(series.points) - len(series.shown)
        )
        for series in audit_series(documents, privacy)
    )


def _stems(criterion: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in words(criterion))


def series_of(figure: AuditFigure, series: Iterable[AuditSeries]) -> AuditSeries | None:
    """The series that a figure is a point of."""
    stems = _stems(figure.criterion)
    return next(
        (s for s in series if figure.doc_id in s.doc_ids and _stems(s.criterion) == stems), None
    )


def without_earlier(
    figures: Iterable[AuditFigure], series: Sequence[AuditSeries]
) -> tuple[AuditFigure, ...]:
    """Figures without the earlier periods of a series, which its chart tells."""
    return tuple(
        f for f in figures if (s := series_of(f, series)) is None or f.period >= s.shown[-1].period
    )


def in_short(series: AuditSeries) -> str:
    """A series in a sentence: where it began, and whether its last figure is more than chance."""
    chart, first = series.chart(), series.shown[0]
    begun = f" {len(series.shown)} periods since {first.label}: {first.percent:.1f}% at first"
    if len(chart.values) < SHORTEST_SIGNAL:
        return f"{begun}."
    now = _nature(series, chart.latest) if chart.latest else ""
    return f"{begun}; now {now}, beyond chance." if now else f"{begun}; now within chance."


def _one(rows: Sequence[tuple[SeriesPoint, AuditCriterion, str]]) -> AuditSeries:
    by_period = {(point.start, point.end): (point, row) for point, row, _ in rows}
    ordered = sorted(
        by_period.values(), key=lambda pair: (pair[0].start or pair[0].end, pair[0].end)
    )
    newest = ordered[-1][1]
    target = next(
        (row.target_percent for _, row in reversed(ordered) if row.target_percent is not None), None
    )
    is_floor = next(
        (row.is_floor for _, row in reversed(ordered) if row.is_floor is not None), None
    )
    return AuditSeries(
        criterion=newest.criterion,
        issuer=rows[-1][2],
        points=tuple(point for point, _ in ordered),
        target=target,
        is_floor=is_floor,
    )


def in_words(series: AuditSeries, chart: ProcessChart) -> list[str]:
    """What the chart shows, for those who cannot see it: from where to where, variation, target, what is left out."""
    shown = series.shown
    first, last = shown[0], shown[-1]
    hidden = series.hidden + len(series.points) - len(shown)
    centre = "median" if chart.kind is ChartKind.RUN else "mean"
    lines = [
        f"{len(shown)} periods from {first.label} to {last.label}: {first.percent:.1f}% at first, {last.percent:.1f}% at last; "
        f"{centre} {chart.centre:.1f}%.",
        _variation(series, chart),
    ]
    if chart.kind is ChartKind.RUN and len(shown) < LEAST_FOR_LIMITS:
        lines.append(f"Limits are drawn from {LEAST_FOR_LIMITS} periods on.")
    if series.target is not None:
        lines.append(_against_target(series, chart, series.target))
    if hidden:
        lines.append(
            f"{counted(hidden, 'period is', 'periods are')} not shown: small numbers of people."
        )
    return lines


def _variation(series: AuditSeries, chart: ProcessChart) -> str:
    if len(chart.values) < SHORTEST_SIGNAL:
        return (
            f"Fewer than {SHORTEST_SIGNAL} periods: these rules cannot tell a change from chance."
        )
    if not chart.signals:
        return "Common-cause variation: no change beyond chance by these rules."
    told: dict[str, list[str]] = {}
    for signal in reversed(chart.signals):
        told.setdefault(f"{_nature(series, signal)}, {signal.rule.value}", []).append(
            _when(series, signal)
        )
    said = "; ".join(f"{what}: {', '.join(sorted(when))}" for what, when in told.items())
    now = "" if chart.latest is None else f" Now: {_nature(series, chart.latest).lower()}."
    return f"Special-cause variation. {said[0].upper()}{said[1:]}.{now}"


def _nature(series: AuditSeries, signal: Signal) -> str:
    rise = ("rising", "falling") if signal.rule is Rule.TREND else ("high", "low")
    direction = rise[0] if signal.is_high else rise[1]
    if series.is_floor is None:
        return direction
    return f"{'improvement' if signal.is_high == series.is_floor else 'concern'} ({direction})"


def _when(series: AuditSeries, signal: Signal) -> str:
    first, last = series.shown[signal.first].label, series.shown[signal.last].label
    return first if first == last else f"{first} to {last}"


def _against_target(series: AuditSeries, chart: ProcessChart, target: float) -> str:
    bound = {True: "at least ", False: "at most ", None: ""}[series.is_floor]
    words_of_target = f"Target {bound}{target:g}%"
    if series.is_floor is None:
        return f"{words_of_target}."
    if not chart.upper:
        met = sum((v >= target) if series.is_floor else (v <= target) for v in chart.values)
        return f"{words_of_target}: met in {met} of {len(chart.values)} periods."
    lower, upper = chart.lower[-1], chart.upper[-1]
    always = lower >= target if series.is_floor else upper <= target
    never = upper < target if series.is_floor else lower > target
    expected = (
        "it will be met"
        if always
        else "it will not be met"
        if never
        else "it may or may not be met"
    )
    return f"{words_of_target}: without a change {expected} (limits {lower:.1f} to {upper:.1f}%)."
