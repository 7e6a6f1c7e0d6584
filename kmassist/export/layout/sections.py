"""The sections in the middle: what each kind of knowledge says, what is missing, what it would take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kmassist.answers import Claim
from kmassist.briefs import Brief
from kmassist.briefs.model import DecisionLine, FindingLine, GapLine, StageLine
from kmassist.coverage import Need, State
from kmassist.documents import SourceType
from kmassist.export.blocks import Block, Bullets, Heading, Inline, Notice, Paragraph, Quotation, Span, Table, strong, text
from kmassist.export.layout.audit import audit_blocks
from kmassist.export.layout.one_page import gap_reason, ppi_action
from kmassist.export.layout.wording import Wording, cite, cites, flat, narrative, quotation, quoted_inline, small

_QUOTES = 3
"""Quotations of one source type in its section; the others stand in the annex."""


def _why(brief: Brief, wording: Wording) -> Iterator[Block]:
    if brief.narrative.get("context", "").strip() or not wording.is_plain:
        yield from narrative(brief, "context")
    for trigger in brief.triggers:
        yield Paragraph((Span("Raised by: ", is_strong=True), Span(trigger)))
    if brief.audit:
        yield from audit_blocks(brief)
    else:
        yield Paragraph(
            text(brief.absences.get(SourceType.AUD) or "No audit criterion with a target is recorded in the sources found.")
        )
    yield from _quotes(brief, SourceType.AUD)


def _published(brief: Brief, wording: Wording) -> Iterator[Block]:
    yield from _findings(brief, SourceType.PUB, SourceType.GDL)
    for kind in (SourceType.PUB, SourceType.GDL, SourceType.POL):
        yield Heading(3, wording.kind(kind), f"type-{kind.value.lower()}")
        yield from _type(brief, kind)
    if brief.nearest:
        yield Heading(3, "Related, not direct", "nearest")
        yield Paragraph(text("These passages are the nearest in this corpus. They do not answer the question."))
        yield from (quotation(claim) for claim in brief.nearest)
    if not wording.is_plain:
        yield Heading(3, "Strengths and limits", "critique")
        yield from narrative(brief, "critique")


def _findings(brief: Brief, *kinds: SourceType) -> Iterator[Block]:
    """Findings of sources of these kinds by outcome; nothing when none is recorded."""
    lines = [line for line in brief.findings if brief.source(line.number).metadata.source_type in kinds]
    if lines:
        yield _findings_table(lines)


def _findings_table(lines: Sequence[FindingLine]) -> Table:
    rows = []
    for line in lines:
        result = " ".join(part for part in (line.estimate, line.measure if line.measure not in line.estimate else "") if part)
        if line.interval:
            result += f" (95% CI {line.interval})"
        rows.append(
            (
                text(line.outcome),
                text("; ".join(part for part in (result, line.direction) if part) or "not stated"),
                text(line.design or "not stated"),
                text(line.certainty or "not assessed"),
                (Span(f"{line.cite_as}, {line.date or 'undated'} "), *cites([line.number])),
            )
        )
    return Table(
        caption="Findings by outcome, as recorded from each source; certainty only where the source states it",
        header=("Outcome", "Finding", "Design", "Certainty", "Source"),
        rows=tuple(rows),
        widths=(0.22, 0.26, 0.16, 0.14, 0.22),
        is_small=True,
    )


def _people(brief: Brief, wording: Wording) -> Iterator[Block]:
    if brief.claims.get(SourceType.PPI):
        yield from _quotes(brief, SourceType.PPI)
        yield from _who_was_heard(brief)
        cell = next((cell for cell in brief.cells if cell.source_type is SourceType.PPI), None)
        if cell and cell.state.value == "thin":
            yield Paragraph(
                text(
                    "Few accounts are not unreliable accounts: this means hear from more people, never discount what was said."
                )
            )
    else:
        yield Notice("warning", text(ppi_action(brief)))


def _who_was_heard(brief: Brief) -> Iterator[Block]:
    items = []
    for line in brief.sources:
        record = line.metadata.ppi
        if record and line.is_quoted:
            number = f"{record.number} people" if record.number else "number not shown or not stated"
            heard = "; ".join(part for part in (number, record.who, record.method) if part)
            changed = f" What changed: {record.changed}." if record.changed else " What changed: not stated."
            items.append((Span(f"{line.cite_as}: {heard}.{changed} "), *cites([line.number])))
    if items:
        yield Paragraph(strong("Who was heard, and what changed"), "lead")
        yield Bullets(tuple(items))


def _staff(brief: Brief, wording: Wording) -> Iterator[Block]:
    for kind in (SourceType.FLK, SourceType.SVE):
        yield Heading(3, wording.kind(kind), f"type-{kind.value.lower()}")
        yield from _type(brief, kind)
    yield from _findings(brief, SourceType.SVE)
    if not wording.is_plain:
        yield Heading(3, "What would help and hinder", "implementation")
        yield from narrative(brief, "implementation")


def _cost(brief: Brief, wording: Wording) -> Iterator[Block]:
    yield from _type(brief, SourceType.ECO)
    items = []
    for line in brief.sources:
        record = line.metadata.economic
        if record and line.is_quoted:
            parts = (
                f"perspective {record.perspective or 'not stated'}",
                f"price year {record.price_year or 'not stated'}",
                f"currency {record.currency or 'not stated'}",
                f"horizon {record.horizon or 'not stated'}",
                "full economic evaluation" if record.is_full_evaluation else "not a full economic evaluation",
            )
            items.append((Span(f"{line.cite_as}: {'; '.join(parts)} "), *cites([line.number])))
    if items and not wording.is_plain:
        yield Bullets(tuple(items))


def _equity(brief: Brief, wording: Wording) -> Iterator[Block]:
    equity = brief.equity
    for claim in equity.claims:
        yield quotation(claim)
    absent = [line.dimension for line in equity.lines if not (line.reported_by or line.heard_by)]
    present = [line for line in equity.lines if line.reported_by or line.heard_by]
    if present:
        rows = tuple(
            (text(line.dimension), cites(line.reported_by) or text("none"), cites(line.heard_by) or text("none"))
            for line in present
        )
        yield Table(
            "Who the sources report on and who was heard",
            ("Dimension", "Results reported by", "Heard in"),
            rows,
            (0.5, 0.25, 0.25),
            True,
        )
    if absent:
        yield Paragraph((Span("No source speaks to: ", is_strong=True), Span("; ".join(absent) + ".")))
    for number, groups in equity.not_heard:
        yield Paragraph((Span("Not heard, as the source says: ", is_strong=True), Span(f"{groups} "), *cites([number])))
    if not wording.is_plain:
        yield from narrative(brief, "equity")


def _conflicts(brief: Brief, wording: Wording) -> Iterator[Block]:
    if brief.conflicts:
        rows = tuple(
            (
                text(pair.outcome),
                (Span(f"{flat(pair.left)} ({pair.left_date or 'undated'}) "), *cites([pair.left_number])),
                (Span(f"{flat(pair.right)} ({pair.right_date or 'undated'}) "), *cites([pair.right_number])),
                text(pair.kind),
            )
            for pair in brief.conflicts
        )
        yield Table(
            "Sources that state different directions for one outcome; not resolved here",
            ("Outcome", "One says", "The other says", "Kind"),
            rows,
            (0.2, 0.32, 0.32, 0.16),
            is_small=True,
        )
    else:
        yield Paragraph(text("No two direct sources were found to state different directions for the same outcome."))
    if brief.agreements:
        yield Paragraph(strong("Where studies state the same direction"), "lead")
        yield Bullets(tuple((Span(f"{a.outcome}: {a.direction} "), *cites(a.numbers)) for a in brief.agreements))


def _gaps(brief: Brief, wording: Wording) -> Iterator[Block]:
    if not brief.gaps:
        yield Paragraph(text("No gap was found by the rules. That is said of this corpus only."))
        return
    yield Paragraph(text("Not in this corpus is not the same as not known: an outside search comes before any new study."))
    if wording.is_plain:
        yield from _plain_gaps(brief, wording)
        return
    yield Table(
        "Gaps and first steps",
        ("Gap", "Why", "First step", "Owner"),
        tuple(_gap_row(gap) for gap in brief.gaps if gap.is_required or gap.code == "G5"),
        (0.2, 0.36, 0.28, 0.16),
        is_small=True,
    )
    useful = [gap for gap in brief.gaps if not gap.is_required and gap.code != "G5"]
    if useful:
        yield Paragraph(strong("Useful, not required for this question"), "lead")
        yield Bullets(tuple(text(f"{gap.source_type.label if gap.source_type else gap.name}: {gap.reason}") for gap in useful))
    for words, kinds in _generating(brief.gaps):
        yield Paragraph((Span(f"{'; '.join(kinds)}: ", is_strong=True), Span(words)))
    for gap in brief.gaps:
        if gap.epicot:
            title = f"Research recommendation (EPICOT+): {gap.source_type.label if gap.source_type else gap.name}"
            yield Heading(3, title, f"epicot-{brief.gaps.index(gap)}")
            yield Table(
                title,
                ("Element", "What is known"),
                tuple((text(n), text(v)) for n, v in gap.epicot),
                (0.25, 0.75),
                is_small=True,
            )


def _generating(gaps: Sequence[GapLine]) -> list[tuple[str, list[str]]]:
    """What is said of generating knowledge internally, once for all the kinds it is said of."""
    said: dict[str, list[str]] = {}
    for gap in gaps:
        if gap.generate and gap.is_required:
            said.setdefault(gap.generate, []).append(gap.source_type.label if gap.source_type else gap.name)
    return list(said.items())


def _plain_gaps(brief: Brief, wording: Wording) -> Iterator[Block]:
    """One line for each kind of knowledge that the question needs and that is not sufficient."""
    items = []
    for cell in brief.cells:
        if cell.need is Need.REQUIRED and cell.state is not State.SUFFICIENT:
            step = next((gap.first_step for gap in brief.gaps if gap.source_type is cell.source_type and gap.first_step), "")
            words = f"{wording.state(cell)[2:]}." + (f" Next step: {step}" if step else "")
            items.append((Span(f"{wording.kind(cell.source_type)}: ", is_strong=True), Span(words)))
    if items:
        yield Bullets(tuple(items))


def _gap_row(gap: GapLine) -> tuple[tuple[Span, ...], ...]:
    where = gap.source_type.label if gap.source_type else "Across kinds"
    code = gap.code + (f" / {gap.ahrq}" if gap.ahrq else "")
    owner = gap.owner_role or f"Not named. Needs: {', '.join(gap.roles) or 'an owner'}"
    if gap.vacant and set(gap.vacant) != set(gap.roles):
        owner += f". Vacant: {', '.join(gap.vacant)}"
    later = f" If still open: {gap.next_step}" if gap.next_step else ""
    route = f" Route: {gap.route}" if gap.route and gap.route not in {"none", "-"} else ""
    return (
        (Span(where, is_strong=True), Span(f" {gap.name} ({code}). {gap.strength.capitalize()}.")),
        text(gap_reason(gap)),
        text(f"{gap.first_step}{later}{route}" or "Not set."),
        text(owner + (f", due {gap.due}" if gap.due else "")),
    )


def _options(brief: Brief, wording: Wording) -> Iterator[Block]:
    yield from narrative(brief, "options")
    if brief.interventions:
        yield Paragraph(strong("What the sources describe"), "lead")
        yield Bullets(tuple((Span(f"{words} "), *cites(numbers)) for words, numbers in brief.interventions))
    check = brief.scale_up
    if check is None:
        return
    yield Heading(3, "Scale-up check", "scale-up")
    if not check.pilots:
        yield Paragraph(text("No evaluation or pilot is in this corpus, so the domains below rest on the other sources."))
    rows = tuple(
        (
            text(line.domain),
            strong(line.state),
            text(line.because),
            quoted_inline(line.claims[0]) if line.claims else text("no passage"),
        )
        for line in check.domains
    )
    yield Table(
        "Ten domains of the Intervention Scalability Assessment Tool, by what sources say",
        ("Domain", "State", "Why", "A passage behind it"),
        rows,
        (0.2, 0.12, 0.22, 0.46),
        is_small=True,
    )
    for words in check.differs:
        yield small(f"Pilot and target: {words}")
    if check.must_know:
        yield Paragraph(strong("To be known before a decision"), "lead")
        yield Bullets(tuple(text(words) for words in check.must_know))


def _stakeholders(brief: Brief, wording: Wording) -> Iterator[Block]:
    yield Table(
        "Leadership by stage",
        ("Stage", "Essential", "Supporting", "Named"),
        tuple(_stage_row(stage) for stage in brief.stages),
        (0.24, 0.28, 0.28, 0.2),
        is_small=True,
    )
    current = next((stage for stage in brief.stages if stage.is_current), None)
    if current and current.vacant:
        yield Notice(
            "warning", text(f"The present stage ({current.stage.lower()}) lacks a named lead: {', '.join(current.vacant)}.")
        )
    yield Heading(3, "Decision record", "decision-record")
    for decision in brief.decisions:
        yield from _decision(decision)
    if not brief.decisions or brief.narrative.get("decision-record", "").strip():
        yield from narrative(brief, "decision-record")


def _decision(line: DecisionLine) -> Iterator[Block]:
    signed = f"signed off {line.signed_off}" if line.signed_off else "not signed off"
    parts = (line.body, line.date, signed, f"review {line.review_date}" if line.review_date else "no review date")
    yield Paragraph((Span(f"{line.decision}. ", is_strong=True), Span("; ".join(part for part in parts if part) + ".")), "lead")
    items: list[Inline] = [(Span(f"{mark.use}: "), cite(mark.number), Span(f" {mark.reason}".rstrip())) for mark in line.marks]
    if line.unmarked:
        items.append((Span("no mark: "), *cites(line.unmarked)))
    if line.others:
        items.append((Span(f"{line.others} further marked that {'is' if line.others == 1 else 'are'} not in this brief"),))
    yield Bullets(tuple(items)) if items else Paragraph(text("No source was marked."))
    if line.outcome:
        yield Paragraph((Span("What came of it: ", is_strong=True), Span(line.outcome)))


def _stage_row(stage: StageLine) -> tuple[tuple[Span, ...], ...]:
    now = " (now)" if stage.is_current else ""
    return (
        text(f"{stage.number} {stage.stage}{now}"),
        text(", ".join(stage.essential)),
        text(", ".join(stage.supporting)),
        (
            *text("; ".join(stage.named)),
            *(strong(f" vacant: {', '.join(stage.vacant)}" if stage.named else "vacant") if stage.vacant else ()),
        ),
    )


def _type(brief: Brief, kind: SourceType) -> Iterator[Block]:
    """What one source type says, or that it says nothing."""
    if brief.claims.get(kind):
        yield from _quotes(brief, kind)
    else:
        yield Paragraph(text(brief.absences.get(kind, "None.")))


def _quotes(brief: Brief, kind: SourceType) -> Iterator[Block]:
    """At most three quotations, of different sources first."""
    claims = spread(brief.claims.get(kind, ()))
    yield from (Quotation(flat(c.text), quotation(c).source) for c in claims[:_QUOTES])
    if len(claims) > _QUOTES:
        yield small(f"{len(claims) - _QUOTES} more in the annex.")


def spread(claims: Sequence[Claim]) -> list[Claim]:
    """The first quotation of each source, then the second of each, and so on."""
    turn: dict[int, int] = {}
    order = []
    for place, claim in enumerate(claims):
        number = claim.citation.number
        # a source's own question is no answer: it stands last
        order.append((claim.text.rstrip().endswith("?"), turn.get(number, 0), place, claim))
        turn[number] = turn.get(number, 0) + 1
    return [claim for *_, claim in sorted(order, key=lambda item: item[:3])]


SECTIONS: dict[str, Callable[[Brief, Wording], Iterator[Block]]] = {
    "why": _why,
    "published": _published,
    "people": _people,
    "staff": _staff,
    "cost": _cost,
    "equity": _equity,
    "conflicts": _conflicts,
    "gaps": _gaps,
    "options": _options,
    "stakeholders": _stakeholders,
}
