"""Local audit against target: a chart of what page one leaves out, and the table of all of it for the annex."""

from __future__ import annotations

from collections.abc import Iterator

from kmassist.briefs import AuditFigure, Brief
from kmassist.briefs.layout.wording import asked, cites, figure_inline, small
from kmassist.briefs.nearness import nearness
from kmassist.pages.blocks import Bar, Block, Chart, Paragraph, Span, Table, strong, text

_BARS = 4


def audit_blocks(brief: Brief) -> Iterator[Block]:
    """The chart of at most four criteria that page one does not tell, nearest the question and below target first."""
    shown = [figure for figure in ranked(brief) if figure.percent is not None]
    if shown:
        yield _chart(shown[:_BARS])
        numbers = sorted({figure.number for figure in shown[:_BARS]})
        yield Paragraph((Span("The figures are from "), *cites(numbers), Span(".")), "small")
    overdue = [figure for figure in brief.audit if figure.is_overdue]
    if overdue:
        words = f"{len(overdue)} of {len(brief.audit)} criteria {'is' if len(overdue) == 1 else 'are'} overdue for re-audit "
        yield Paragraph(
            (*strong("Overdue: "), Span(words), *cites(sorted({f.number for f in overdue})))
        )
    if any(figure.is_hidden for figure in brief.audit):
        yield small("Small numbers are hidden, and others where they would give them away.")


def audit_table(brief: Brief) -> Table:
    """Every criterion with its standard, result, target, period and re-audit."""
    return Table(
        caption="Local audit criteria",
        header=(
            "Criterion and standard",
            "Result (95% interval)",
            "Target",
            "Period",
            "Re-audit",
            "Ref.",
        ),
        rows=tuple(_row(figure) for figure in ranked(brief)),
        widths=(0.33, 0.22, 0.14, 0.13, 0.12, 0.06),
        is_caption_shown=False,
    )


def ranked(brief: Brief) -> list[AuditFigure]:
    """Audit figures: those about the question first, among them those that miss their target."""
    near = nearness(asked(brief), [figure.criterion for figure in brief.audit])
    order = sorted(
        zip(brief.audit, near, strict=True),
        key=lambda pair: (-pair[1], pair[0].is_met is not False),
    )
    return [figure for figure, _ in order]


def _chart(
    figures: list[AuditFigure], caption: str = "Local audit against target, with 95% intervals"
) -> Chart:
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
        target_words=figure.target_words and f"target {figure.target_words}",
        is_met=figure.is_met,
    )


def _says(figures: list[AuditFigure]) -> str:
    return " ".join(
        "".join(span.text for span in figure_inline(figure)[:-1]).strip() for figure in figures
    )


def _row(figure: AuditFigure) -> tuple[tuple[Span, ...], ...]:
    standard = f" ({figure.standard_source})" if figure.standard_source else ""
    result = figure.count
    if figure.percent is not None:
        result += f", {figure.percent:.1f}%"
    if figure.low is not None and figure.high is not None:
        result += f" ({figure.low:.1f} to {figure.high:.1f})"
    if figure.previous is not None:
        result += f"; before: {figure.previous:g}%"
    bound = figure.target_words and f"{figure.target_words}: "
    due = (
        f"{figure.re_audit_due}, overdue" if figure.is_overdue else figure.re_audit_due or "not set"
    )
    return (
        (Span(figure.criterion), Span(standard, is_emphasis=True)),
        text(result or "not measured"),
        (
            Span(bound),
            Span(
                figure.verdict.removeprefix("target ") if bound else figure.verdict,
                is_strong=figure.is_met is False,
            ),
        ),
        text(figure.period or "not stated"),
        (Span(due, is_strong=figure.is_overdue),),
        cites([figure.number]),
    )
