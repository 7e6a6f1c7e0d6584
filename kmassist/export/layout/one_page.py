"""The first page: status, key messages, what kinds of knowledge there are, the biggest gap, the decision asked."""

from __future__ import annotations

from collections.abc import Iterator

from kmassist.briefs import Brief
from kmassist.briefs.model import GapLine, KeyMessage
from kmassist.coverage import Need, State, Verdict
from kmassist.documents import Sharing, SourceType
from kmassist.export.blocks import Block, Bullets, Heading, Inline, Notice, Paragraph, Span, Table, strong, text
from kmassist.export.layout.wording import (
    Wording,
    cite,
    figure_inline,
    finding_inline,
    flat,
    narrative,
    quoted_inline,
    small,
)
from kmassist.source_types import spelt_out
from kmassist.text import first_words, split_sentences

_VERDICTS = {
    Verdict.ANSWERABLE: "answerable from this corpus",
    Verdict.PARTLY: "partly answerable from this corpus",
    Verdict.NOT_ANSWERABLE: "not answerable from this corpus",
    Verdict.NOT_JUDGED: "not judged, since it asks about the corpus itself",
}


def one_page(brief: Brief, wording: Wording, *, is_tight: bool = False) -> Iterator[Block]:
    """The blocks of the first page; ``is_tight`` leaves to the annex what would not fit on it."""
    yield _status(brief, wording, is_tight=is_tight)
    if brief.resolved_question.strip() != brief.question.strip():
        yield small(f"Asked as “{brief.question}”; understood as “{brief.resolved_question}”.")
    if brief.method.degraded:
        yield Notice("warning", text(f"The search was not complete: {' '.join(brief.method.degraded)}"))
    yield Paragraph(_verdict(brief, wording))
    yield Heading(2, "Key messages", "key-messages", is_listed=False)
    messages = tuple(_message(message, wording) for message in brief.key_messages)
    yield Bullets(messages, is_numbered=True) if len(messages) > 1 else Paragraph(messages[0])
    clash = _disagreements(brief)
    if clash:
        yield Paragraph(clash)
    if not brief.claims.get(SourceType.PPI):
        lead = "We found no words of women and families on this. " if wording.is_plain else _NOBODY
        yield Notice("warning", (*strong(lead), Span(ppi_action(brief))))
    yield Heading(2, "What we could find" if wording.is_plain else "Kinds of knowledge", "coverage", is_listed=False)
    yield _coverage(brief, wording)
    yield Heading(2, "What we most need to know" if wording.is_plain else "Biggest gap", "biggest-gap", is_listed=False)
    yield Paragraph(_biggest(brief, wording, is_tight=is_tight))
    yield Heading(2, "What we are asking" if wording.is_plain else "Decision asked", "decision", is_listed=False)
    yield from narrative(brief, "decision")


_NOBODY = "No words of patients or carers are in this brief. "


def _status(brief: Brief, wording: Wording, *, is_tight: bool) -> Table:
    method = brief.method
    rows = [("State", _state(brief)), ("Searched", _searched(brief, wording))]
    if brief.sharing is not Sharing.PUBLIC:
        rows.append(("Sharing", f"Contains sources marked {brief.sharing.value}: do not pass on beyond that circle."))
    if brief.withheld.documents:
        rows.append(("Withheld", withheld_words(brief)))
    query = list(_query(brief))[: 1 if is_tight else None]
    rows.append(("Query", "; ".join(query) or ", ".join(method.topic_labels or method.topics) or "the words of the question"))
    return Table(
        caption="Status of this brief",
        header=("Item", "What it says"),
        rows=tuple((text(name), text(says)) for name, says in rows),
        widths=(0.14, 0.86),
        is_caption_shown=False,
    )


def _verdict(brief: Brief, wording: Wording) -> Inline:
    """Whether the corpus answers the question, and what is missing of what it needs, in one paragraph."""
    says = (_PLAIN_ANSWERS if wording.is_plain else _VERDICTS)[brief.verdict]
    lead = strong(f"{says[:1].upper()}{says[1:]}. ")
    if any(message.kind == "corpus" for message in brief.key_messages):
        return lead  # the reason is the key message
    if not wording.is_plain:
        sufficient = any(cell.state is State.SUFFICIENT for cell in brief.cells)
        proof = " “Sufficient” means enough to discuss, not proof." if sufficient else ""
        return (*lead, Span(f"{spelt_out(brief.because)}{proof}"))
    lines = []
    for words, states in _PLAIN_VERDICTS:
        kinds = [c for c in brief.cells if c.need is Need.REQUIRED and c.state in states]
        if kinds:
            lines.append(f"{words} {', '.join(wording.kind(c.source_type).lower() for c in kinds)}.")
    return (*lead, Span(" ".join(lines)))


_PLAIN_ANSWERS = {
    Verdict.ANSWERABLE: "answered by what this service has collected",
    Verdict.PARTLY: "partly answered by what this service has collected",
    Verdict.NOT_ANSWERABLE: "not answered by what this service has collected",
    Verdict.NOT_JUDGED: "not judged, since it asks about the collection itself",
}
_PLAIN_VERDICTS = (
    ("We found enough to talk about from", {State.SUFFICIENT}),
    ("We found only a little from", {State.THIN}),
    ("Sources disagree:", {State.CONFLICTING}),
    ("What we found is old or about other places:", {State.OUTDATED_ONLY, State.INDIRECT_ONLY}),
    ("We found nothing from", {State.ABSENT}),
)


def _disagreements(brief: Brief) -> Inline:
    """On what sources disagree and which way each goes, so that nobody meets it on the third page only."""
    if not brief.conflicts:
        return ()
    spans: list[Span] = [*strong("Sources disagree. ")]
    for pair in brief.conflicts[:2]:
        left, right = (cite(number) for number in (pair.left_number, pair.right_number))
        name = f"{pair.outcome[:1].upper()}{pair.outcome[1:]}"
        spans += [Span(f"{name}: {_short(pair.left)} "), left, Span(f" against {_short(pair.right)} "), right, Span(". ")]
    if brief.conflicts[2:]:
        spans.append(Span(f"{len(brief.conflicts) - 2} more below. "))
    return (*spans, Span("Not resolved here."))


def _short(words: str) -> str:
    return first_words(flat(words).rstrip("."), 90)


def _state(brief: Brief) -> str:
    digest = brief.content_digest
    here = [s for s in brief.sign_offs if s.digest == digest]
    if not here:
        lapsed = (
            f" An earlier version was {brief.sign_offs[-1].state.value} on {brief.sign_offs[-1].on}." if brief.sign_offs else ""
        )
        return f"Draft for review by people; not reviewed.{lapsed}"
    return "; ".join(f"{s.state.value} by {s.role} on {s.on}" for s in here) + "."


def _searched(brief: Brief, wording: Wording) -> str:
    corpus = brief.method.corpus
    if wording.is_plain:
        return (
            f"{corpus.documents} documents that this service chose to collect, on {brief.method.searched_on} "
            f"(collection {corpus.digest[:12]})."
        )
    return (
        f"{corpus.name}: {corpus.documents} documents, {corpus.passages} passages (identity {corpus.digest[:12]}), "
        f"on {brief.method.searched_on}."
    )


def withheld_words(brief: Brief) -> str:
    """How many sources were kept out, by type, and nothing else about them."""
    parts = ", ".join(f"{count} {SourceType(code).label.lower()}" for code, count in brief.withheld.by_type)
    number = brief.withheld.documents
    plural = "source that bears" if number == 1 else "sources that bear"
    were = "was" if number == 1 else "were"
    return (
        f"{number} {plural} on the question {were} left out, because the sharing mark does not include this audience ({parts})."
    )


def _query(brief: Brief) -> Iterator[str]:
    if brief.method.frame:
        yield brief.method.frame.get("sentence", "").rstrip(".") or "; ".join(
            f"{k}: {v}" for k, v in brief.method.frame.items()
        )
    if brief.method.expansions:
        yield "also read " + ", ".join(
            f"{term} as {' / '.join(forms[:3])}" for term, forms in list(brief.method.expansions.items())[:4]
        )
    if brief.method.uncovered_terms:
        yield "no source mentions " + ", ".join(brief.method.uncovered_terms)


def _message(message: KeyMessage, wording: Wording) -> Inline:
    if message.kind == "corpus":
        return (Span(spelt_out(message.text)),)
    kind = next((kind for kind in SourceType if kind.label == message.lead), None)
    lead = strong(f"{wording.kind(kind) if kind else message.lead}: ")
    if message.claim:
        return (*lead, *quoted_inline(message.claim))
    if message.finding:
        return (*lead, *finding_inline(message.finding))
    return (*lead, *(figure_inline(message.figure, is_plain=wording.is_plain) if message.figure else ()))


def _coverage(brief: Brief, wording: Wording) -> Table:
    rows: list[tuple[Inline, ...]] = []
    for cell in brief.cells:
        needed = {Need.REQUIRED: "yes", Need.DESIRABLE: "useful", Need.NOT_NEEDED: "no"}[cell.need]
        best = first_words(cell.best_design, 40) or "–"
        is_lacking = cell.need is Need.REQUIRED and cell.state is not State.SUFFICIENT
        state = Span(wording.state(cell), is_strong=is_lacking)
        ends = (text(str(cell.studies)), text(best), text(cell.newest or "–"))
        rows.append((text(wording.kind(cell.source_type)), text(needed), (state,), *ends))
    return Table(
        caption="The eight kinds of knowledge for this question",
        header=("Kind", "Needed", "State", "Studies", "Strongest source" if wording.is_plain else "Best design", "Newest"),
        rows=tuple(rows),
        widths=(0.26, 0.1, 0.17, 0.09, 0.26, 0.12),
        is_caption_shown=False,
    )


def _biggest(brief: Brief, wording: Wording, *, is_tight: bool) -> Inline:
    gap = biggest_gap(brief)
    if gap is None:
        return text("No gap was found among the kinds of knowledge that this question needs. That is said of this corpus only.")
    kind = gap.source_type
    name = wording.kind(kind) if kind else "Across kinds of knowledge"
    cell = next((cell for cell in brief.cells if cell.source_type is kind), None)
    said = [gap.reason[start:end] for start, end in split_sentences(gap.reason)]
    reason = f"{wording.state_words(cell)}." if wording.is_plain and cell else said[0] if is_tight and said else gap.reason
    reason = spelt_out(reason)
    step = f" First step: {gap.first_step}" if gap.first_step else ""
    others = [
        wording.kind(c.source_type).lower()
        for c in brief.cells
        if c.need is Need.REQUIRED and c.state is State.ABSENT and c.source_type is not kind
    ]
    also = f" Needed and absent too: {', '.join(others)}." if others else ""
    return (*strong(f"{name}: "), Span(f"{reason}{step}{also}"))


def biggest_gap(brief: Brief) -> GapLine | None:
    """The gap of the required kind that is in the worst state; the first of them in fixed order."""
    worst = list(State)
    required = [cell for cell in brief.cells if cell.need is Need.REQUIRED and cell.state is not State.SUFFICIENT]
    for cell in sorted(required, key=lambda c: worst.index(c.state)):
        found = next((gap for gap in brief.gaps if gap.source_type is cell.source_type), None)
        if found:
            return found
    return brief.gaps[0] if brief.gaps else None


def ppi_action(brief: Brief) -> str:
    """What to do when nobody was heard."""
    gap = next((gap for gap in brief.gaps if gap.source_type is SourceType.PPI and gap.first_step), None)
    absence = brief.absences.get(SourceType.PPI, "")
    step = gap.first_step if gap else "Ask the MNVP or Healthwatch; listen to under-heard groups."
    return f"{absence} Action: {step}".strip()
