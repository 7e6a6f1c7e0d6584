"""An audit criterion over time as a chart with its words."""

from __future__ import annotations

from kmassist.briefs.audit_series import AuditSeries, in_words
from kmassist.briefs.process_chart import ChartKind
from kmassist.pages.blocks import ChartPoint, LineChart
from kmassist.pages.chart import to_png, to_svg
from kmassist.pages.markdown import series_lines


def series_chart(series: AuditSeries, kind: ChartKind | None = None) -> LineChart:
    """The drawing of a series; its ``says`` tells the variation in words."""
    chart = series.chart(kind)
    marked = {at for signal in chart.signals for at in range(signal.first, signal.last + 1)}
    limits = zip(chart.lower, chart.upper, strict=True) if chart.upper else None
    bounds = list(limits) if limits else [(None, None)] * len(chart.values)
    return LineChart(
        caption=f"{series.criterion} ({chart.kind.value})",
        bars=(),
        says=" ".join(in_words(series, chart)),
        points=tuple(
            ChartPoint(point.label, point.percent, lower, upper, at in marked)
            for at, (point, (lower, upper)) in enumerate(zip(series.shown, bounds, strict=True))
        ),
        centre=chart.centre,
        centre_words="median" if chart.kind is ChartKind.RUN else "mean",
        target=series.target,
    )


def series_picture(series: AuditSeries, kind: ChartKind | None, suffix: str) -> bytes:
    """The drawing as .png, else as .svg, with its title."""
    chart = series_chart(series, kind)
    if suffix == ".png":
        return to_png(chart, is_alone=True)
    return to_svg(chart, identity="series", is_alone=True).encode()


def series_text(series: AuditSeries, kind: ChartKind | None) -> list[str]:
    """The drawing as lines of text."""
    return series_lines(series_chart(series, kind))
