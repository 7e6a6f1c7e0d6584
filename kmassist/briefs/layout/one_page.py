"""Page one: what is asked, the problem, what happens when it is done, cost, people, staff, policy, what is not known, the decision.

As much of each part stands as the page has room for; what is left out of a part is never the first of it while another part has
more than one. How the search was made stands at the foot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from kmassist.briefs import Brief
from kmassist.briefs.etd import etd_names
from kmassist.briefs.gap_lines import NAMED, TO_CHECK, to_check_words
from kmassist.briefs.layout.foot import withheld_kind
from kmassist.briefs.layout.points import cost_table, joined, numbers_of, of_slots, said
from kmassist.briefs.layout.room import height
from kmassist.briefs.layout.wording import (
    PROMPTS,
    Wording,
    capital,
    cite,
    cites,
    flat,
    narrative,
    no_answer,
)
from kmassist.briefs.model import GapLine, KeyMessage
from kmassist.briefs.nearness import asked_words, nearness
from kmassist.briefs.parts import PARTS
from kmassist.coverage import ALSO_TO_CHECK, Need, State, Verdict
from kmassist.documents.document import SourceType
from kmassist.documents.source_types import spelt_out
from kmassist.gaps.roles import warrant_data
from kmassist.pages.blocks import (
    Block,
    Inline,
    Notice,
    Paragraph,
    Span,
    Strip,
    Tile,
    strong,
    text,
)

_VERDICTS = {
    Verdict.ANSWERABLE: "answerable from this corpus",
    Verdict.PARTLY: "partly answerable from this corpus",
    Verdict.TO_CHECK: "perhaps answerable from this corpus: the nearest passages are to be checked",
    Verdict.NOT_ANSWERABLE: "not answerable from this corpus",
    Verdict.NOT_JUDGED: "not judged, since it asks about the corpus itself",
    Verdict.NOT_ASKED: "not judged, since nothing to search for was asked",
}
_PLAIN_ANSWERS = {
    Verdict.ANSWERABLE: "answered by what this service has collected",
    Verdict.PARTLY: "partly answered by what this service has collected",
    Verdict.TO_CHECK: "perhaps answered by what this service has collected: the nearest passages are to be checked",
    Verdict.NOT_ANSWERABLE: "not answered by what this service has collected",
    Verdict.NOT_JUDGED: "not judged, since it asks about the collection itself",
    Verdict.NOT_ASKED: "not judged, since nothing to search for was asked",
}
_NOBODY = "No words of patients or carers are in this brief. "
_HELD = "What follows is held on the subject;"
_COST_ROWS = 6
_MAIN = (
    "problem",
    "effect",
    "cost",
    "people",
    "good",
    "bad",
    "staff",
    "decides",
    "requires",
    "unknown",
)
_MORE = ("harm", "not costed", "standard", "staff asks", "staff bad", "asks")
"""Parts in the order in which they take their first place on the page."""
_SECOND = ("effect", "problem")  # a second of these first: the own pilot beside a study


@dataclass(slots=True)
class Chosen:
    """How many points of each part stand on the page, and how many rows of the costing."""

    points: dict[str, int] = field(default_factory=dict)
    rows: int = 0

    def of(self, brief: Brief, *slots: str) -> list[KeyMessage]:
        return [m for m in of_slots(brief, *slots) if m.rank < self.points.get(m.slot, 0)]

    def grow(self, brief: Brief, slot: str, fits: Callable[[], bool]) -> None:
        """One point more of a part, where there is one and it fits."""
        held = self.points.get(slot, 0)
        if len(of_slots(brief, slot)) > held:
            self.points[slot] = held + 1
            if not fits():
                self.points[slot] = held

    def take_rows(self, brief: Brief, most: int, fits: Callable[[], bool]) -> None:
        """As many rows of the costing as fit, at least two or none."""
        for rows in range(min(most, len(brief.costs)), 1, -1):
            self.rows = rows
            if fits():
                return
        self.rows = 0


def one_page(
    brief: Brief,
    wording: Wording,
    room: float,
    ending: Callable[[Sequence[Block]], float],
    foot: Sequence[Block],
) -> list[Block]:
    """The blocks of page one.

    Args:
        room: points that it may take.
        foot: what stands at its foot: state, search, corpus.
        ending: what must stand on the page below these blocks, in points: the references that they cite, or nothing.
    """
    chosen = Chosen()
    head = list(_head(brief, wording))
    left = room - height(foot)

    def fits() -> bool:
        blocks = [*head, *_said(brief, wording, chosen)]
        return height(blocks) + ending(blocks) <= left

    def grow(slot: str) -> None:
        chosen.grow(brief, slot, fits)

    for slot in _MAIN:
        grow(slot)
        if slot == "cost":
            chosen.take_rows(brief, _COST_ROWS, fits)
    required = {cell.source_type for cell in brief.cells if cell.need is Need.REQUIRED}
    asked = [p.slot for p in PARTS if p.slot != "unknown" and required.intersection(p.kinds)]
    others = [*_SECOND, *asked, *_MORE, *_SECOND[::-1], "staff", "good", "bad", "problem", *_MORE]
    if ending(()) == 0:  # a page of its own: what is blank is filled
        others += [*_MAIN, *_MORE, *("more" for _ in of_slots(brief, "more"))]
    for slot in others:
        grow(slot)
    return [*head, *_said(brief, wording, chosen), *foot]


def _head(brief: Brief, wording: Wording) -> Iterator[Block]:
    yield from opening(brief, wording)
    yield coverage_strip(brief, wording)
    if brief.method.degraded:
        words = f"The search was not complete: {' '.join(brief.method.degraded)}"
        yield Notice("warning", text(words))


def _said(brief: Brief, wording: Wording, chosen: Chosen) -> Iterator[Block]:
    yield from _parts(brief, wording, chosen)
    clash = _disagreements(brief)
    if clash:
        yield Paragraph(clash)
    yield Paragraph(_not_known(brief, wording, chosen))
    yield from _decision(brief, wording)
    if brief.audience.pages == 1:
        yield from _written(brief)


def _written(brief: Brief) -> Iterator[Block]:
    """What people wrote besides the decision: where there is no other page it stands here."""
    names = {**{cell: cell.replace("-", " ").capitalize() for cell in PROMPTS}, **etd_names()}
    for cell, name in names.items():
        if cell != "decision" and brief.narrative.get(cell, "").strip():
            yield from _led(f"{name}. ", narrative(brief, cell))


def _led(lead: str, written: Sequence[Block]) -> Iterator[Block]:
    """What people wrote behind its lead; a list begins on a line of its own."""
    first, *others = written
    if isinstance(first, Paragraph):
        yield Paragraph((*strong(lead), *first.words))
    else:
        yield Paragraph(strong(lead), "lead")
        yield first
    yield from others


def opening(brief: Brief, wording: Wording) -> Iterator[Block]:
    """What is asked, and whether the corpus answers it."""
    answers = _PLAIN_ANSWERS if wording.is_plain else _VERDICTS
    asked = "The question above"
    if brief.resolved_question.strip() != brief.question.strip():
        asked = f"“{brief.question}”, understood as “{brief.resolved_question}”"
    nothing = next((m.text for m in brief.key_messages if m.kind == "corpus"), "")
    words = f"{asked}; it is {answers[brief.verdict]}."
    if nothing:
        words += f" {spelt_out(brief.because)}"
    yield Paragraph((*strong(f"{wording.part('asked')} "), Span(words)))


def coverage_strip(brief: Brief, wording: Wording) -> Strip:
    """The eight kinds of knowledge, each by mark and word; what was kept from this audience is said as withheld."""
    tiles = []
    for cell in brief.cells:
        count = withheld_kind(brief, cell.source_type)
        is_withheld = bool(count)
        mark = "=" if is_withheld else cell.state.symbol
        state = f"withheld ({count})" if is_withheld else wording.state_words(cell)
        wants = cell.need is Need.REQUIRED and cell.state is not State.SUFFICIENT
        tiles.append(Tile(wording.kind(cell.source_type), mark, state, wants))
    says = "; ".join(f"{tile.name}: {tile.state}" for tile in tiles)
    return Strip(caption=wording.part("coverage"), bars=(), says=f"{says}.", tiles=tuple(tiles))


def _nearest(brief: Brief, wording: Wording) -> Iterator[Block]:
    """Where the corpus does not answer: what is held on the subject, and of other kinds the passage nearest to it."""
    spans: list[Span] = []
    subject = asked_words(brief.method.subject or brief.resolved_question, brief.method.expansions)
    names = nearness(subject, [claim.text for claim in brief.nearest])
    held = {brief.source(n).metadata.source_type for n in numbers_of(brief.key_messages)}
    near = [
        claim
        for claim, shared in zip(brief.nearest, names, strict=True)
        if shared and claim.citation.source_type not in held
    ]
    for claim in {c.citation.source_type: c for c in reversed(near)}.values():
        spans += [Span(" "), *said(claim)]
    is_held = bool(held) and any(m.kind == "corpus" for m in brief.key_messages)
    if spans or is_held:
        near_says = capital(no_answer(brief, "these passages"))
        says = f"{_HELD} {no_answer(brief, 'it', is_one=True)}" if is_held else near_says
        yield Paragraph((*strong(f"{wording.part('nearest')} "), Span(says), *spans))


def _parts(brief: Brief, wording: Wording, chosen: Chosen) -> Iterator[Block]:
    yield from _nearest(brief, wording)
    local = to_check(brief, SourceType.AUD) if brief.audience.pages > 1 else ()
    yield from _part(wording, "problem", chosen.of(brief, "problem"), after=local)
    effect, harm = chosen.of(brief, "effect"), chosen.of(brief, "harm")
    yield from _part(wording, "effect", effect, ("harm", harm))
    cost, missing = chosen.of(brief, "cost"), chosen.of(brief, "not costed")
    dear = to_check(brief, SourceType.ECO)
    yield from _part(wording, "cost", cost, ("not costed", missing), after=dear)
    yield from cost_table(brief, most=chosen.rows)
    both, *halves = (chosen.of(brief, slot) for slot in ("people", "good", "bad", "asks"))
    named = zip(("good", "bad", "asks"), halves, strict=True)
    yield from _part(wording, "people", both, *named)
    if not is_heard(brief):
        yield Paragraph((*strong(f"{wording.part('people')} "), *nobody(brief, wording)))
    staff = chosen.of(brief, "staff")
    others = [(slot, chosen.of(brief, slot)) for slot in ("staff asks", "staff bad")]
    heard = to_check(brief, SourceType.FLK)
    yield from _part(wording, "staff", staff, *others, after=heard)
    decides = chosen.of(brief, "decides")
    required = chosen.of(brief, "requires", "standard")
    yield from _part(
        wording, "policy", decides, ("", required), after=to_check(brief, SourceType.POL)
    )
    yield from _part(wording, "more", chosen.of(brief, "more"))


def _part(
    wording: Wording,
    name: str,
    first: Sequence[KeyMessage],
    *others: tuple[str, Sequence[KeyMessage]],
    after: Inline = (),
) -> Iterator[Block]:
    """One part as a paragraph: its lead, its points, then those of its halves, each behind its own word; then ``after``."""
    spans: list[Span] = list(joined(first, wording))
    for half, messages in others:
        if messages:
            spans += [Span(" ")] if spans else []
            spans += [Span(f"{wording.part(half)} ", is_emphasis=True)] if half else []
            spans += joined(messages, wording)
    spans += [Span(" "), *after] if spans and after else after
    if spans:
        yield Paragraph((*strong(f"{wording.part(name)} "), *spans))


def is_heard(brief: Brief) -> bool:
    """Whether the brief gives words of patients or carers anywhere."""
    said = [m.claim for m in brief.key_messages if m.claim] + list(brief.nearest)
    kinds = {claim.citation.source_type for claim in said}
    return SourceType.PPI in kinds or bool(brief.claims.get(SourceType.PPI))


def to_check(brief: Brief, kind: SourceType) -> Inline:
    """Which sources of a kind a person has to look at, where page one quotes none of them; nobody is told then that there is none.

    One that is filed elsewhere than all that page one tells is left to the sections.
    """
    told = {m.claim.citation.doc_id for m in brief.key_messages if m.claim}
    cell = next((c for c in brief.cells if c.source_type is kind), None)
    if cell is None or told & set(cell.unchecked):
        return ()
    telling = (brief.source(number) for number in numbers_of(brief.key_messages))
    topics = {topic for line in telling for topic in line.metadata.topics}
    topics = topics & set(brief.method.topics) or topics
    places = {line.doc_id: line for line in brief.sources}
    held = [places[doc_id] for doc_id in cell.unchecked if doc_id in places]
    near = [
        line
        for line in held
        if not topics or not line.metadata.topics or topics & set(line.metadata.topics)
    ]
    lead = TO_CHECK if cell.state is State.TO_CHECK else ALSO_TO_CHECK
    words = to_check_words([line.metadata.title or line.source_name for line in near], lead)
    return (Span(f"{words} "), *cites([line.number for line in near[:NAMED]])) if near else ()


def nobody(brief: Brief, wording: Wording) -> Inline:
    """That nobody was heard, and what to do; or that what they said is kept from this audience."""
    count = withheld_kind(brief, SourceType.PPI)
    if count:
        return text(brief.absences.get(SourceType.PPI, ""))
    lead = "We found no words of people and families on this. " if wording.is_plain else _NOBODY
    return (*strong(lead), Span(ppi_action(brief)))


def _not_known(brief: Brief, wording: Wording, chosen: Chosen) -> Inline:
    """What a source says is not known, the biggest gap and its first step, and what no source of the corpus covers."""
    spans: list[Span] = [*strong(f"{wording.part('unknown')} ")]
    said_so = joined(chosen.of(brief, "unknown"), wording)
    spans += (*said_so, Span(" ")) if said_so else ()
    gap = biggest_gap(brief)
    if gap is None:
        words = "No gap was found among the kinds of knowledge that this question needs. That is said of this corpus only."
        return (*spans, Span(words))
    kind = gap.source_type
    name = wording.kind(kind) if kind else "Across kinds of knowledge"
    cell = next((cell for cell in brief.cells if cell.source_type is kind), None)
    reason = f"{wording.state_words(cell)}." if wording.is_plain and cell else gap.reason
    step = f" First step: {gap.first_step}" if gap.first_step else ""
    absent = [
        wording.kind(c.source_type).lower()
        for c in brief.cells
        if c.need is not Need.NOT_NEEDED
        and c.state is State.ABSENT
        and c.source_type is not kind
        and not withheld_kind(brief, c.source_type)
    ]
    none = f" None in this corpus, searched on {brief.method.searched_on}: {', '.join(absent)}."
    lead = f"{wording.part('gap')} {name}: {spelt_out(reason)}{step}"
    return (*spans, Span(f"{lead}{none if absent else ''}"))


def _decision(brief: Brief, wording: Wording) -> Iterator[Block]:
    yield from _led(f"{wording.part('decision')} ", narrative(brief, "decision"))


def _disagreements(brief: Brief) -> Inline:
    """On what sources disagree and which way each goes, so that nobody meets it on the third page only."""
    if not brief.conflicts:
        return ()
    spans: list[Span] = [*strong("Sources disagree. ")]
    for pair in brief.conflicts[:1]:
        left, right = (cite(number) for number in (pair.left_number, pair.right_number))
        name = f"{pair.outcome[:1].upper()}{pair.outcome[1:]}"
        one, other = (_behind(words, pair.outcome) for words in (pair.left, pair.right))
        spans += [
            Span(f"{name}: {one} "),
            left,
            Span(f" against {other} "),
            right,
            Span(". "),
        ]
    return (*spans, Span("Not resolved here."))


def _behind(words: str, outcome: str) -> str:
    """What one side says, whole, behind the outcome's name."""
    said = flat(words).rstrip(".")
    named = f"{outcome}: "
    return said[len(named) :] if said.casefold().startswith(named.casefold()) else said


def biggest_gap(brief: Brief) -> GapLine | None:
    """The gap of the required kind that is in the worst state; the first of them in fixed order."""
    worst = list(State)
    required = [
        cell
        for cell in brief.cells
        if cell.need is Need.REQUIRED and cell.state is not State.SUFFICIENT
    ]
    for cell in sorted(required, key=lambda c: worst.index(c.state)):
        found = next((gap for gap in brief.gaps if gap.source_type is cell.source_type), None)
        if found:
            return found
    return brief.gaps[0] if brief.gaps else None


def ppi_action(brief: Brief) -> str:
    """What to do when nobody was heard."""
    steps = (gap.first_step for gap in brief.gaps if gap.source_type is SourceType.PPI)
    first = next(filter(None, steps), warrant_data()["rows"]["PPI"]["first"])
    absence = brief.absences.get(SourceType.PPI, "")
    return f"{absence} Action: {first}".strip()
