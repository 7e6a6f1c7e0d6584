"""Local audit against target: a chart of what was reached, and the table behind it."""

from __future__ import annotations

from collections.abc import Iterator

from kmassist.briefs import AuditFigure, Brief
from kmassist.briefs.nearness import nearness
from kmassist.export.blocks import Bar, Block, Chart, Paragraph, Span, Table, strong, text
from kmassist.export.layout.fitting import ALWAYS, Piece
from kmassist.export.layout.wording import asked, cites, figure_inline, small

_BARS = 4
_TABLE_RANK = 6


def audit_blocks(brief: Brief, *, is_plain: bool = False) -> Iterator[Block | Piece]:
    """The chart of at most four criteria, nearest the question and below target first, and the table of all of them."""
    figures = ranked(brief)
    shown = [figure for figure in figures if figure.percent is not None]
    if shown:
        yield _chart(shown[:_BARS])
    table = Table(
        caption="Local audit criteria",
        header=("Criterion and standard", "Result (95% interval)", "Target", "Period", "Re-audit", "Ref."),
        rows=tuple(_row(figure) for figure in figures),
        widths=(0.33, 0.22, 0.14, 0.13, 0.12, 0.06),
    )
    overdue = [figure for figure in figures if figure.is_overdue]
    instead: tuple[Block, ...] = ()
    if overdue:
        words = f"{len(overdue)} of {len(figures)} criteria {'is' if len(overdue) == 1 else 'are'} overdue for re-audit "
        instead = (Paragraph((*strong("Overdue: "), Span(words), *cites(sorted({f.number for f in overdue})))),)
    rank = ALWAYS if is_plain and shown else _TABLE_RANK if shown else 1
    yield Piece((table,), "the table of all audit criteria", rank, instead)
    if len(shown) > _BARS:
        yield Piece((_chart(shown[_BARS : 2 * _BARS], "More local audit results"),), "the other audit results", ALWAYS)
    if any(figure.is_hidden for figure in figures):
        yield small("Small numbers are hidden, and others where they would give them away.")


def ranked(brief: Brief) -> list[AuditFigure]:
    """Audit figures: those that speak of the question first, among them those that miss their target."""
    near = nearness(asked(brief), [figure.criterion for figure in brief.audit])
    order = sorted(
        zip(brief.audit, near, strict=True),
        key=lambda pair: (-pair[1], pair[0].is_met is not False, pair[0].number, pair[0].index),
    )
    return [figure for figure, _ in order]


def _chart(figures: list[AuditFigure], caption: str = "Local audit against target, with 95% intervals") -> Chart:
    return Chart(caption=caption, bars=tuple(_bar(f) for f in figures), says=_says(figures))


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
    return " ".join("".join(span.text for span in figure_inline(figure)[:-1]).strip() for figure in figures)


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
        (
            Span(bound),
            Span(figure.verdict.removeprefix("target ") if bound else figure.verdict, is_strong=figure.is_met is False),
        ),
        text(figure.period or "not stated"),
        (Span(due, is_strong=figure.is_overdue),),
        cites([figure.number]),
    )
