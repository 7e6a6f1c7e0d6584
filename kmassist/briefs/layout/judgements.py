"""The GRADE Evidence-to-Decision judgements: criterion, options, evidence, and what people judged."""

from __future__ import annotations

from collections.abc import Iterator

from kmassist.briefs import Brief
from kmassist.briefs.layout.wording import (
    Wording,
    cites,
    figure_inline,
    finding_inline,
    quoted_inline,
)
from kmassist.briefs.model import EtdLine
from kmassist.pages.blocks import Block, Inline, Paragraph, Span, Table, text

_PEOPLE = "Only the evidence column is filled by machine. Judgement and considerations are for the people who decide."


def judgement_blocks(brief: Brief, wording: Wording) -> Iterator[Block]:
    """The criteria that people have judged so far; nothing before they have."""
    judged = [line for line in brief.etd if judgement(brief, line)]
    if judged:
        yield Table(
            f"Judged so far: {len(judged)} of {len(brief.etd)} criteria",
            ("Criterion", "Judgement (people)"),
            tuple(
                (text(f"{line.number} {line.criterion}"), text(judgement(brief, line)))
                for line in judged
            ),
            (0.4, 0.6),
        )


def etd_blocks(brief: Brief) -> Iterator[Block]:
    """All twelve criteria with their options and the evidence about each."""
    yield Paragraph(text(_PEOPLE))
    yield Table(
        "GRADE Evidence-to-Decision",
        ("Criterion", "Research and local evidence", "Judgement (people)"),
        tuple(
            (text(f"{line.number} {line.criterion}"), _evidence(line), _judged(brief, line))
            for line in brief.etd
        ),
        (0.24, 0.5, 0.26),
    )


def judgement(brief: Brief, line: EtdLine) -> str:
    """What people judged on a criterion, in one line."""
    return " ".join(brief.narrative.get(f"etd.{line.number}", "").split())


def _evidence(line: EtdLine) -> Inline:
    if line.is_empty:
        fed = ", ".join(kind.label.lower() for kind in line.fed_by)
        return (Span("No source in corpus", is_strong=True), Span(f" (would come from {fed})."))
    spans: list[Span] = []
    for part in _evidence_parts(line):
        spans += [Span(" ")] if spans else []
        spans += part
    if not spans:
        spans.append(Span("No passage covers this."))
    if line.also:
        spans += [Span(" See also "), *cites(line.also)]
    return tuple(spans)


def _evidence_parts(line: EtdLine) -> Iterator[Inline]:
    yield from (figure_inline(figure) for figure in line.figures)
    yield from (finding_inline(finding) for finding in line.findings)
    yield from (quoted_inline(claim) for claim in line.claims)


def _judged(brief: Brief, line: EtdLine) -> Inline:
    written = judgement(brief, line)
    if written:
        return text(written)
    return (Span(f"To be judged: {' / '.join(line.options)}", is_emphasis=True),)
