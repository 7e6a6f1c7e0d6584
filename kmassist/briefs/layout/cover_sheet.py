"""The cover sheet of a board paper: purpose, decision, risks, equality impact, finance, consultation, on one page.

The rows are those that NHS boards' own sheets ask for; with ``--template`` they stand in the house's Word template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kmassist.briefs import Brief
from kmassist.briefs.layout.one_page import (
    Chosen,
    biggest_gap,
    coverage_strip,
    is_heard,
    nobody,
    opening,
    to_check,
)
from kmassist.briefs.layout.points import cost_table, joined, of_slots
from kmassist.briefs.layout.room import height
from kmassist.briefs.layout.sections import who_is_heard
from kmassist.briefs.layout.wording import PROMPTS, Wording
from kmassist.documents.document import SourceType
from kmassist.documents.source_types import spelt_out
from kmassist.pages.blocks import Block, Inline, Paragraph, Span, Table, strong, text

_COST_ROWS = 4
_FIRST = (
    "problem",
    "effect",
    "decides",
    "cost",
    "good",
    "bad",
    "people",
    "requires",
    "standard",
    "unknown",
    "staff bad",
    "staff",
    "staff asks",
)
_MORE = (
    "harm",
    "not costed",
    "problem",
    "effect",
    "bad",
    "good",
    "decides",
    "requires",
    "unknown",
    "staff",
    "cost",
    "staff bad",
)
"""Parts in the order in which they take their first place on the sheet, and a further one."""  # fmt: skip
_POLICY = ("decides", "requires", "standard")


def cover_sheet(
    brief: Brief,
    wording: Wording,
    room: float,
    ending: Callable[[Sequence[Block]], float],
    foot: Sequence[Block],
) -> list[Block]:
    """The blocks of the sheet: as many points in each row as the page has room for; arguments as for `one_page`."""
    chosen = Chosen()

    def blocks() -> list[Block]:
        return [
            *opening(brief, wording),
            _sheet(brief, wording, chosen),
            *cost_table(brief, most=chosen.rows),
            coverage_strip(brief, wording),
            *foot,
        ]

    def fits() -> bool:
        held = blocks()
        return height(held) + ending(held) <= room

    for slot in _FIRST:
        chosen.grow(brief, slot, fits)
    chosen.take_rows(brief, _COST_ROWS, fits)
    for slot in (*_MORE, *_MORE):
        chosen.grow(brief, slot, fits)
    return blocks()


def _sheet(brief: Brief, wording: Wording, chosen: Chosen) -> Table:
    def points(*slots: str) -> Inline:
        return joined(chosen.of(brief, *slots), wording)

    money, dear = points("cost", "not costed"), to_check(brief, SourceType.ECO)
    more = (Span(" "), *dear) if money and dear else ()
    rows = (
        ("Purpose of the paper", _purpose(brief)),
        ("Decision asked of the board", _written(brief, "decision")),
        (
            "The problem, and what happens when it is done",
            points("problem", "effect") or _none(brief, SourceType.AUD, "problem", "effect"),
        ),
        ("Risks", _risks(brief, wording, chosen)),
        ("Equality impact", _equality(brief)),
        ("Finance", (*money, *more) or _none(brief, SourceType.ECO, "cost", "not costed")),
        ("Consultation", tuple(_heard(brief, wording, chosen))),
        ("Policy and contract", points(*_POLICY) or _none(brief, SourceType.POL, *_POLICY)),
    )
    return Table(
        caption="Cover sheet",
        header=("Item", "What the paper says"),
        rows=tuple((strong(name), says) for name, says in rows),
        widths=(0.2, 0.8),
        is_caption_shown=False,
    )


def _none(brief: Brief, kind: SourceType, *slots: str) -> Inline:
    """Why a row says nothing: there was no room, or what is said of that kind of knowledge."""
    if of_slots(brief, *slots) or brief.claims.get(kind):
        return text("Left out for length; it stands in the evidence brief.")
    absence = brief.absences.get(kind, "")
    none = text(absence or f"None in this corpus, searched on {brief.method.searched_on}.")
    return to_check(brief, kind) or none


def _written(brief: Brief, cell: str) -> Inline:
    words = " ".join(brief.narrative.get(cell, "").split())
    return text(words) or (Span(f"To be written by people: {PROMPTS[cell]}", is_emphasis=True),)


def _purpose(brief: Brief) -> Inline:
    raised = " ".join(f"Raised by: {trigger}." for trigger in brief.triggers[:1])
    return (*_written(brief, "context"), Span(f" {raised}" if raised else ""))


def _risks(brief: Brief, wording: Wording, chosen: Chosen) -> Inline:
    """What is not known, what stands in the way, the biggest gap; then harms, under the name that they have in a brief."""
    spans = [*joined(chosen.of(brief, "unknown", "staff bad"), wording)]
    gap = biggest_gap(brief)
    if gap:
        kind = gap.source_type.label if gap.source_type else "Across kinds of knowledge"
        spans += [Span(" ")] if spans else []
        spans.append(Span(f"{wording.part('gap')} {kind}: {spelt_out(gap.reason)}"))
    harms = chosen.of(brief, "harm")
    if harms:
        spans += [Span(" ")] if spans else []
        spans += [Span(f"{wording.part('harm')} ", is_emphasis=True), *joined(harms, wording)]
    return tuple(spans) or _none(brief, SourceType.PUB)


def _equality(brief: Brief) -> Inline:
    """Who was heard, who is reported on and who was not heard, as the sources say; then what people wrote."""
    spans: list[Span] = []
    for block in who_is_heard(brief):
        if isinstance(block, Paragraph):
            spans += [*block.words, Span(" ")]
    return (*spans, *_written(brief, "equity"))


def _heard(brief: Brief, wording: Wording, chosen: Chosen) -> Iterator[Span]:
    said = chosen.of(brief, "people", "good", "bad")
    if said:
        yield from joined(said, wording)
    elif is_heard(brief):
        yield from _none(brief, SourceType.PPI, "people", "good", "bad")
    else:
        yield from nobody(brief, wording)
    staff = joined(chosen.of(brief, "staff", "staff asks"), wording)
    if staff:
        yield Span(" ")
        yield from strong("Staff: ")
        yield from staff
