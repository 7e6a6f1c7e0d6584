"""The sections in the middle: what each kind of knowledge says, what is missing, what it would take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kmassist.answers.model import Claim
from kmassist.briefs import Brief
from kmassist.briefs.layout.action import option_blocks, stakeholder_blocks
from kmassist.briefs.layout.audit import audit_blocks
from kmassist.briefs.layout.fitting import ALWAYS, Part, Piece
from kmassist.briefs.layout.forest import forest_plots
from kmassist.briefs.layout.judgements import judgement_blocks
from kmassist.briefs.layout.missing import gap_blocks
from kmassist.briefs.layout.series import series_chart
from kmassist.briefs.layout.wording import (
    Wording,
    asked,
    capital,
    cites,
    flat,
    narrative,
    narrative_line,
    no_answer,
    quotation,
)
from kmassist.briefs.model import FindingLine
from kmassist.briefs.nearness import nearness
from kmassist.briefs.order import ranked
from kmassist.coverage import State
from kmassist.documents.document import SourceType
from kmassist.evidence.salience import is_row
from kmassist.pages.blocks import (
    Block,
    Bullets,
    Heading,
    Inline,
    Paragraph,
    Span,
    Table,
    strong,
    text,
)

_QUOTE_RANKS = (0, 3, 7)
"""The first quotation of a kind stays, the second moves late, the third early, the others stand in the annex."""
_FINDINGS = 6
_SHORTEST = 5
"""Words of a quotation that says something by itself; shorter ones name an item, and stand where there is nothing else."""


def _why(brief: Brief, wording: Wording) -> Iterator[Part]:
    if brief.narrative.get("context", "").strip() or not wording.is_plain:
        yield from narrative(brief, "context")
    for trigger in brief.triggers:
        yield Paragraph((Span("Raised by: ", is_strong=True), Span(trigger)))
    yield from audit_blocks(brief)
    if not wording.is_plain:
        yield from (Piece((series_chart(one),), "audit over time", 5) for one in brief.series)
    yield from _kinds(brief, wording, SourceType.AUD, is_headed=False)


def _published(brief: Brief, wording: Wording) -> Iterator[Part]:
    yield from _findings(brief, wording, SourceType.PUB, SourceType.GDL)
    yield from _kinds(brief, wording, SourceType.PUB, SourceType.GDL, SourceType.POL)
    if brief.nearest:
        yield Heading(3, "Related, not direct", "nearest")
        yield Paragraph(
            text(f"These passages are the nearest in this corpus. {capital(no_answer(brief))}")
        )
        first, *others = map(quotation, brief.nearest)
        yield first
        yield from (Piece((block,), "passages", 3) for block in others[:2])
        if others[2:]:  # in the annex they must not be taken for an answer either
            caution = Paragraph(text(f"Related, not direct: {no_answer(brief, 'these')}"))
            yield Piece((caution, *others[2:]), "other related passages", ALWAYS)
    if not wording.is_plain:
        yield from narrative_line(brief, "critique", "Strengths and limits")


def _findings(brief: Brief, wording: Wording, *kinds: SourceType) -> Iterator[Piece]:
    """Findings of sources of these kinds, nearest the question first; nothing when none is recorded."""
    lines = [
        line for line in brief.findings if brief.source(line.number).metadata.source_type in kinds
    ]
    near = nearness(asked(brief), [line.outcome for line in lines])
    of = "pilots and evaluations" if SourceType.SVE in kinds else "research and guidelines"
    lines = [line for line, _ in sorted(zip(lines, near, strict=True), key=lambda pair: -pair[1])]
    if lines:
        shown = _findings_table(lines[:_FINDINGS], of)
        yield Piece((shown,), "findings", ALWAYS if wording.is_plain else 4)
    if not wording.is_plain:
        yield from (Piece((plot,), "studies side by side", 6) for plot in forest_plots(lines))
    if lines[_FINDINGS:]:
        yield Piece((_findings_table(lines[_FINDINGS:], f"other {of}"),), "findings", ALWAYS)


def _findings_table(lines: Sequence[FindingLine], of: str) -> Table:
    rows = []
    for line in lines:
        result = " ".join(
            part
            for part in (line.estimate, line.measure if line.measure not in line.estimate else "")
            if part
        )
        if line.interval:
            result += f" (95% CI {line.interval})"
        rows.append(
            (
                text(line.outcome),
                text("; ".join(part for part in (result, line.direction) if part) or "not stated"),
                text(line.design or "not stated"),
                text(line.certainty or "not stated"),
                (Span(f"{line.cite_as}, {line.date or 'undated'} "), *cites([line.number])),
            )
        )
    return Table(
        caption=f"Findings of {of} by outcome, as recorded; certainty only where the source itself states it",
        header=("Outcome", "Finding", "Design", "Certainty", "Source"),
        rows=tuple(rows),
        widths=(0.23, 0.27, 0.16, 0.11, 0.23),
    )


def _people(brief: Brief, wording: Wording) -> Iterator[Part]:
    said = [*_quotes(brief, SourceType.PPI), *_who_was_heard(brief)]
    yield from said
    cell = next((cell for cell in brief.cells if cell.source_type is SourceType.PPI), None)
    if said and cell and cell.state is State.THIN:
        yield Paragraph(
            text(
                "Few accounts are not unreliable accounts: this means hear from more people, never discount what was said."
            )
        )


def _who_was_heard(brief: Brief) -> Iterator[Part]:
    items: list[Inline] = []
    for line in brief.sources:
        record = line.metadata.ppi
        if record and line.is_quoted:
            number = (
                f"{record.number} people" if record.number else "number not shown or not stated"
            )
            heard = "; ".join(part for part in (number, record.who, record.method) if part)
            changed = (
                f" What changed: {record.changed.rstrip('.')}."
                if record.changed
                else " What changed: not stated."
            )
            items.append((Span(f"{line.cite_as}: {heard}.{changed} "), *cites([line.number])))
    lead = Paragraph(strong("Who was heard, and what changed"), "lead")
    if items:
        yield lead
        yield Bullets(tuple(items[:2]))
    if items[2:]:
        yield Piece((lead, Bullets(tuple(items[2:]))), "who else was heard", 5)


def _staff(brief: Brief, wording: Wording) -> Iterator[Part]:
    yield from _kinds(brief, wording, SourceType.FLK, SourceType.SVE)
    yield from _findings(brief, wording, SourceType.SVE)
    if not wording.is_plain:
        yield from narrative_line(brief, "implementation", "What would help and hinder")


def _cost(brief: Brief, wording: Wording) -> Iterator[Part]:
    yield from _kinds(brief, wording, SourceType.ECO, is_headed=False)
    items: list[Inline] = []
    for line in brief.sources:
        record = line.metadata.economic
        if record and line.is_quoted:
            parts = (
                f"perspective {record.perspective or 'not stated'}",
                f"price year {record.price_year or 'not stated'}",
                f"currency {record.currency or 'not stated'}",
                f"horizon {record.horizon or 'not stated'}",
                "full economic evaluation"
                if record.is_full_evaluation
                else "not a full economic evaluation",
            )
            items.append((Span(f"{line.cite_as}: {'; '.join(parts)} "), *cites([line.number])))
    if items and not wording.is_plain:
        yield Bullets(tuple(items))


def _equity(brief: Brief, wording: Wording) -> Iterator[Part]:
    equity = brief.equity
    # the first quotation of a kind always stands in that kind's own section
    above = (
        [claim for claims in brief.claims.values() for claim in _in_order(brief, claims)[:1]]
        if equity.claims
        else []
    )
    own = [claim for claim in equity.claims if claim not in above]
    for place, claim in enumerate(own):
        yield quotation(claim) if not place else Piece((quotation(claim),), "passages", 3)
    yield from who_is_heard(brief)
    if not wording.is_plain:
        yield from narrative_line(brief, "equity", "Who could be left worse off")


def who_is_heard(brief: Brief) -> Iterator[Block]:
    """Heard and not heard in the sources' own words, reported on by characteristic; then what no source covers.

    A source that heard some people of a characteristic and not others is so never under both names.
    """
    lines = brief.equity.lines
    for lead, held in (
        ("Heard: ", [(w, (n,)) for n, w in brief.equity.groups_heard]),
        (
            "Reported on, not heard: ",
            [(line.dimension.lower(), line.reported_by) for line in lines],
        ),
        ("Not heard, as the source says: ", [(w, (n,)) for n, w in brief.equity.not_heard]),
    ):
        found = [(words, numbers) for words, numbers in held if numbers]
        if found:
            spans: list[Span] = [*strong(lead)]
            for place, (words, numbers) in enumerate(found):
                spans += [Span(f"{'; ' if place else ''}{words} "), *cites(numbers)]
            yield Paragraph((*spans, Span(".")))
    absent = [
        line.dimension.lower()
        for line in lines
        if not (line.reported_by or line.heard_by or line.not_heard_by)
    ]
    if absent:
        yield Paragraph((*strong("No source covers: "), Span("; ".join(absent) + ".")))


def _conflicts(brief: Brief, wording: Wording) -> Iterator[Part]:
    if brief.conflicts:
        rows = tuple(
            (
                text(pair.outcome),
                (
                    Span(f"{flat(pair.left)} ({pair.left_date or 'undated'}) "),
                    *cites([pair.left_number]),
                ),
                (
                    Span(f"{flat(pair.right)} ({pair.right_date or 'undated'}) "),
                    *cites([pair.right_number]),
                ),
                text(pair.kind),
            )
            for pair in brief.conflicts
        )
        yield Table(
            "Sources that state different directions for one outcome; not resolved here",
            ("Outcome", "One says", "The other says", "Between"),
            rows,
            (0.2, 0.32, 0.32, 0.16),
        )
    else:
        yield Paragraph(
            text(
                "No two direct sources were found to state different directions for the same outcome."
            )
        )
    if brief.agreements:
        spans: list[Span] = [*strong("Two or more studies state the same direction: ")]
        for place, found in enumerate(brief.agreements):
            spans += [
                Span(f"{'; ' if place else ''}{found.outcome}, {found.direction} "),
                *cites(found.numbers),
            ]
        yield Paragraph((*spans, Span(".")))


def _kinds(
    brief: Brief, wording: Wording, *kinds: SourceType, is_headed: bool = True
) -> Iterator[Part]:
    """What each of these source types says; those that say nothing share a line where their absence reads alike."""
    silent: dict[str, list[str]] = {}
    for kind in kinds:
        quotes = list(_quotes(brief, kind))
        if quotes and is_headed:
            yield Heading(3, wording.kind(kind), f"type-{kind.value.lower()}")
        yield from quotes
        if quotes and kind in brief.also_to_check:
            yield Paragraph(text(brief.also_to_check[kind]))
        if not quotes and kind in brief.absences:
            silent.setdefault(brief.absences[kind], []).append(wording.kind(kind))
    for words, names in silent.items():
        joined = "; ".join([names[0], *(name.lower() for name in names[1:])])
        yield Paragraph((*strong(f"{joined}: "), Span(words)))


def _quotes(brief: Brief, kind: SourceType) -> Iterator[Part]:
    """Quotations of one source type, of different sources first.

    A quotation on equity that is not the first of its kind stands in that section alone; a line of an audit that repeats what
    its figures say, or names an owner, a standard or a date, is no evidence and is left to the table.
    """
    claims = _in_order(brief, brief.claims.get(kind, ()))
    plain = [c for c in claims if c in claims[:1] or c not in brief.equity.claims]
    whole = [c for c in plain if not _is_of_the_table(c)]
    told = [c for c in whole if len(c.text.split()) >= _SHORTEST] or whole[:1]
    for place, claim in enumerate(told):
        rank = _QUOTE_RANKS[place] if place < len(_QUOTE_RANKS) else ALWAYS
        yield Piece((quotation(claim),), "passages", rank) if rank else quotation(claim)


def _is_of_the_table(claim: Claim) -> bool:
    """Whether a line was written by the reader from an audit's sheet, all of which stands in the table of criteria."""
    return claim.citation.source_type is SourceType.AUD and claim.citation.is_computed


def _in_order(brief: Brief, claims: Sequence[Claim]) -> list[Claim]:
    return spread(ranked(claims, asked(brief)))


def spread(claims: Sequence[Claim]) -> list[Claim]:
    """The first quotation of each source, then the second of each, and so on; a table's row after prose."""
    turn: dict[int, int] = {}
    order = []
    for place, claim in enumerate(claims):
        number = claim.citation.number
        # a source's own question is no answer: it stands last
        order.append(
            (
                claim.text.rstrip().endswith("?"),
                is_row(claim.text),
                turn.get(number, 0),
                place,
                claim,
            )
        )
        turn[number] = turn.get(number, 0) + 1
    return [claim for *_, claim in sorted(order, key=lambda item: item[:4])]


def _words(brief: Brief, wording: Wording) -> Iterator[Part]:
    if not brief.glossary:
        yield Paragraph(text("No abbreviations are used."))
        return
    spans: list[Span] = []
    for place, (short, long) in enumerate(brief.glossary):
        spans += [Span("; " if place else ""), *strong(f"{short}: "), Span(long)]
    yield Paragraph((*spans, Span(".")))


SECTIONS: dict[str, Callable[[Brief, Wording], Iterator[Part]]] = {
    "why": _why,
    "published": _published,
    "people": _people,
    "staff": _staff,
    "cost": _cost,
    "equity": _equity,
    "conflicts": _conflicts,
    "gaps": gap_blocks,
    "options": option_blocks,
    "stakeholders": stakeholder_blocks,
    "judgements": judgement_blocks,
    "words": _words,
}
