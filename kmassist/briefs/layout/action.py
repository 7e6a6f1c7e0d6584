"""What it would take: options with the scale-up check, who leads at each stage, what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmassist.briefs import Brief
from kmassist.briefs.layout.fitting import ALWAYS, Part, Piece
from kmassist.briefs.layout.wording import (
    Wording,
    cite,
    cites,
    narrative,
    narrative_line,
    quoted_inline,
)
from kmassist.briefs.model import DecisionLine, ScaleUp, StageLine
from kmassist.pages.blocks import (
    Block,
    Bullets,
    Heading,
    Inline,
    Notice,
    Paragraph,
    Span,
    Table,
    strong,
    text,
)


def option_blocks(brief: Brief, wording: Wording) -> Iterator[Part]:
    """What people wrote of the options, what the sources describe, and the scale-up check where there is one."""
    yield from narrative(brief, "options")
    if brief.interventions:
        items: tuple[Inline, ...] = tuple(
            (Span(f"{words} "), *cites(numbers)) for words, numbers in brief.interventions
        )
        yield Paragraph(strong("What the sources describe"), "lead")
        yield Bullets(items[:4])
        if items[4:]:
            yield Piece((Bullets(items[4:]),), "what other sources describe", 5)
    if brief.scale_up:
        yield from _scale_up(
            brief.scale_up, is_asked=bool({"T2", "T3"} & {t[:2] for t in brief.method.types})
        )


def _scale_up(check: ScaleUp, *, is_asked: bool) -> Iterator[Part]:
    yield Heading(
        3, "Scale-up check: ten domains of the Intervention Scalability Assessment Tool", "scale-up"
    )
    if not check.pilots:
        yield Paragraph(
            text(
                "No evaluation or pilot is counted here, so the domains below rest on the other sources."
            )
        )
    summary = "; ".join(
        f"{state}: {', '.join(names).lower()}"
        for state in ("evidenced", "thin", "to check")
        if (names := [line.domain for line in check.domains if line.state == state])
    )
    caption = "Whether the sources cover each domain"
    table = Table(
        caption,
        ("Domain", "State", "Why", "Passages in"),
        tuple(
            (
                text(line.domain),
                strong(line.state),
                text(line.because),
                cites(sorted({c.citation.number for c in line.claims} | {*line.unchecked}))
                or text("none"),
            )
            for line in check.domains
        ),
        (0.3, 0.13, 0.42, 0.15),
        is_caption_shown=False,
    )
    summary = summary or "no domain is evidenced"
    instead = (Paragraph(text(f"{summary[:1].upper()}{summary[1:]}.")),)
    yield Piece(
        (table,), "the state of each domain, with the reason", 2 if is_asked else 5, instead
    )
    behind = tuple(
        (text(line.domain), quoted_inline(line.claims[0])) for line in check.domains if line.claims
    )
    if behind:
        passages = Table(
            "A passage behind each domain", ("Domain", "Passage"), behind, (0.25, 0.75)
        )
        yield Piece((passages,), "a passage behind each domain", ALWAYS)
    yield from _target(check)
    for words in dict.fromkeys(check.differs):
        yield Paragraph((*strong("Pilot and target: "), Span(words)))
    if check.must_know:
        missing = "; ".join(
            line.domain.lower() for line in check.domains if line.state == "missing"
        )
        yield Paragraph(
            (
                *strong("To be known before a decision, since no source covers it: "),
                Span(f"{missing}."),
            )
        )


def _target(check: ScaleUp) -> Iterator[Block]:
    """The place it would go to, in the words of its own sources."""
    if check.target:
        spans: list[Span] = [*strong("The target, from its own sources: ")]
        for claim in check.target:
            spans += [*quoted_inline(claim), Span(" ")]
        yield Paragraph(tuple(spans))


def stakeholder_blocks(brief: Brief, wording: Wording) -> Iterator[Part]:
    """Who leads at each stage, with vacant roles, and the decision record."""
    current = next((stage for stage in brief.stages if stage.is_current), None)
    table = Table(
        "Leadership by stage",
        ("Stage", "Essential", "Supporting", "Named"),
        tuple(_stage_row(stage) for stage in brief.stages),
        (0.24, 0.28, 0.28, 0.2),
    )
    if any(stage.named for stage in brief.stages):
        yield Piece((table,), "who leads at each stage", 7, (Paragraph(_vacancies(brief.stages)),))
    else:
        yield Paragraph(text("No lead is recorded for any of the eight stages."))
    if current and current.vacant:
        yield Notice(
            "warning",
            text(
                f"The present stage ({current.stage.lower()}) lacks a named lead: {', '.join(current.vacant)}."
            ),
        )
    for decision in brief.decisions:
        yield from _decision(decision)
    if not brief.decisions or brief.narrative.get("decision-record", "").strip():
        yield from narrative_line(brief, "decision-record", "Decision record")


def _vacancies(stages: Sequence[StageLine]) -> Inline:
    """The eight stages in one paragraph: who is named, and which essential roles are vacant."""
    named = [
        f"{stage.number} {stage.stage.lower()} ({'; '.join(stage.named)})"
        for stage in stages
        if stage.named
    ]
    empty = [
        f"{stage.number} {stage.stage.lower()} ({', '.join(stage.vacant)})"
        for stage in stages
        if stage.vacant
    ]
    spans: list[Span] = []
    if named:
        spans += [*strong("Named: "), Span("; ".join(named) + ". ")]
    if empty:
        spans += [*strong("Vacant: "), Span("; ".join(empty) + ".")]
    return tuple(spans)


def _decision(line: DecisionLine) -> Iterator[Block]:
    signed = f"signed off {line.signed_off}" if line.signed_off else "not signed off"
    parts = (
        line.body,
        line.date,
        signed,
        f"review {line.review_date}" if line.review_date else "no review date",
    )
    words = f"{line.decision.rstrip('.')}. "
    yield Paragraph(
        (*strong("Decided: "), Span(words), Span("; ".join(part for part in parts if part) + ".")),
        "lead",
    )
    items: list[Inline] = [
        (Span(f"{mark.use}: "), cite(mark.number), Span(f" {mark.reason}".rstrip()))
        for mark in line.marks
    ]
    if line.unmarked:
        items.append((Span("no mark: "), *cites(line.unmarked)))
    if line.others:
        items.append(
            (
                Span(
                    f"{line.others} further marked that {'is' if line.others == 1 else 'are'} not in this brief"
                ),
            )
        )
    yield Bullets(tuple(items)) if items else Paragraph(text("No source was marked."))
    if line.outcome:
        yield Paragraph((*strong("What came of it: "), Span(line.outcome)))


def _stage_row(stage: StageLine) -> tuple[tuple[Span, ...], ...]:
    now = " (now)" if stage.is_current else ""
    return (
        text(f"{stage.number} {stage.stage}{now}"),
        text(", ".join(stage.essential)),
        text(", ".join(stage.supporting)),
        (
            *text("; ".join(stage.named)),
            *(
                strong(f" vacant: {', '.join(stage.vacant)}" if stage.named else "vacant")
                if stage.vacant
                else ()
            ),
        ),
    )
