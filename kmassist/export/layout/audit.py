"""Local audit against target: a chart of what was reached, and the table behind it."""

from __future__ import annotations

from collections.abc import Iterator

from kmassist.briefs import AuditFigure, Brief
from kmassist.export.blocks import Bar, Block, Chart, Span, Table, text
from kmassist.export.layout.wording import cites, small

_BARS = 6


def audit_blocks(brief: Brief) -> Iterator[Block]:
    """The chart of at most six criteria, those that miss their target first, and the table of all of them."""
    figures = sorted(brief.audit, key=lambda f: (f.is_met is not False, f.number, f.index))
    shown = [figure for figure in figures if figure.percent is not None][:_BARS]
    if shown:
        yield Chart(
            caption="Local audit against target, with 95% intervals", bars=tuple(_bar(f) for f in shown), says=_says(shown)
        )
    yield Table(
        caption="Local audit criteria",
        header=("Criterion and standard", "Result", "Target", "Period", "Re-audit", "Ref."),
        rows=tuple(_row(figure) for figure in figures),
        widths=(0.32, 0.21, 0.13, 0.14, 0.13, 0.07),
        is_small=True,
    )
    if any(figure.is_hidden for figure in figures):
        yield small("Small numbers are hidden, and others where they would give them away.")


def _bar(figure: AuditFigure) -> Bar:
    assert figure.percent is not None
    return Bar(
        label=figure.criterion,
        value=figure.percent,
        shown=f"{figure.percent:.1f}%",
        low=figure.low,
        high=figure.high,
        target=figure.target,
        target_words="" if figure.target is None else f"target {'≥' if figure.higher_is_better else '≤'} {figure.target:g}%",
        is_met=figure.is_met,
    )


def _says(figures: list[AuditFigure]) -> str:
    parts = []
    for figure in figures:
        target = (
            f", target {'at least' if figure.higher_is_better else 'at most'} {figure.target:g}%"
            if figure.target is not None
            else ""
        )
        parts.append(f"{figure.criterion}: {figure.percent:.1f}%{target}, {figure.verdict}.")
    return " ".join(parts)


def _row(figure: AuditFigure) -> tuple[tuple[Span, ...], ...]:
    standard = f" ({figure.standard_source})" if figure.standard_source else ""
    result = figure.count
    if figure.percent is not None:
        result += f", {figure.percent:.1f}%"
    if figure.low is not None and figure.high is not None:
        result += f" ({figure.low:.1f} to {figure.high:.1f})"
    if figure.previous is not None:
        result += f"; before: {figure.previous:g}%"
    bound = "" if figure.target is None else f"{'≥' if figure.higher_is_better else '≤'} {figure.target:g}%: "
    due = f"{figure.re_audit_due}, overdue" if figure.is_overdue else figure.re_audit_due or "not set"
    return (
        (Span(figure.criterion), Span(standard, is_emphasis=True)),
        text(result or "not measured"),
        (Span(bound), Span(figure.verdict, is_strong=figure.is_met is False)),
        text(figure.period or "not stated"),
        (Span(due, is_strong=figure.is_overdue),),
        cites([figure.number]),
    )
