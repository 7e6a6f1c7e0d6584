"""The first page: status, key messages, what kinds of knowledge there are, the biggest gap, the decision asked."""

from __future__ import annotations

from collections.abc import Iterator

from kmassist.briefs import Brief
from kmassist.briefs.model import GapLine, KeyMessage
from kmassist.coverage import Need, State, Verdict
from kmassist.documents import Sharing, SourceType
from kmassist.export.blocks import Block, Bullets, Heading, Inline, Notice, Paragraph, Span, Table, text
from kmassist.export.layout.wording import (
    Wording,
    figure_inline,
    finding_inline,
    kinds_in_words,
    narrative,
    quoted_inline,
    small,
)
from kmassist.text import first_words, split_sentences

_VERDICTS = {
    Verdict.ANSWERABLE: "answerable from this corpus",
    Verdict.PARTLY: "partly answerable from this corpus",
    Verdict.NOT_ANSWERABLE: "not answerable from this corpus",
    Verdict.NOT_JUDGED: "not judged, since it asks about the corpus itself",
}


def one_page(brief: Brief, wording: Wording) -> Iterator[Block]:
    """The blocks of the first page."""
    yield _status(brief)
    if brief.resolved_question.strip() != brief.question.strip():
        yield small(f"Asked as “{brief.question}”; understood as “{brief.resolved_question}”.")
    if brief.method.degraded:
        yield Notice("warning", text(f"The search was not complete: {' '.join(brief.method.degraded)}"))
    yield Heading(2, "Key messages", "key-messages", is_listed=False)
    yield Bullets(tuple(_message(message) for message in brief.key_messages), is_numbered=len(brief.key_messages) > 1)
    if not brief.claims.get(SourceType.PPI) and not wording.is_plain:
        yield Notice(
            "warning", (Span("No words of patients or carers are in this brief. ", is_strong=True), Span(ppi_action(brief)))
        )
    yield Heading(2, "What we could find" if wording.is_plain else "Kinds of knowledge", "coverage", is_listed=False)
    yield _coverage(brief, wording)
    yield small(
        f"Verdict: {_VERDICTS[brief.verdict]}. {kinds_in_words(brief.because)} “Sufficient” means enough to discuss, not proof."
    )
    yield Heading(2, "What we most need to know" if wording.is_plain else "Biggest gap", "biggest-gap", is_listed=False)
    yield Paragraph(_biggest(brief))
    yield Heading(2, "What we are asking" if wording.is_plain else "Decision asked", "decision", is_listed=False)
    yield from narrative(brief, "decision")


def _status(brief: Brief) -> Table:
    method = brief.method
    rows = [("State", _state(brief)), ("Searched", _searched(brief))]
    if brief.sharing is not Sharing.PUBLIC:
        rows.append(("Sharing", f"Contains sources marked {brief.sharing.value}: do not pass on beyond that circle."))
    if brief.withheld.documents:
        rows.append(("Withheld", withheld_words(brief)))
    rows.append(("Query", "; ".join(_query(brief)) or ", ".join(method.topics) or "the words of the question"))
    return Table(
        caption="Status of this brief",
        header=("Item", "What it says"),
        rows=tuple((text(name), text(says)) for name, says in rows),
        widths=(0.14, 0.86),
        is_small=True,
    )


def _state(brief: Brief) -> str:
    digest = brief.content_digest
    here = [s for s in brief.sign_offs if s.digest == digest]
    if not here:
        lapsed = (
            f" An earlier version was {brief.sign_offs[-1].state.value} on {brief.sign_offs[-1].on}." if brief.sign_offs else ""
        )
        return f"Draft for review by people; not reviewed.{lapsed}"
    return "; ".join(f"{s.state.value} by {s.role} on {s.on}" for s in here) + "."


def _searched(brief: Brief) -> str:
    corpus = brief.method.corpus
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


def _message(message: KeyMessage) -> Inline:
    lead = Span(f"{message.lead}: ", is_strong=True)
    if message.claim:
        return (lead, *quoted_inline(message.claim))
    if message.finding:
        return (lead, *finding_inline(message.finding))
    if message.figure:
        return (lead, *figure_inline(message.figure))
    return (lead, Span(kinds_in_words(message.text)))


def _coverage(brief: Brief, wording: Wording) -> Table:
    rows = []
    for cell in brief.cells:
        needed = {Need.REQUIRED: "yes", Need.DESIRABLE: "useful", Need.NOT_NEEDED: "no"}[cell.need]
        best = first_words(cell.best_design, 44) or "–"
        row = [wording.kind(cell.source_type), needed, wording.state(cell), str(cell.studies), best, cell.newest or "–"]
        rows.append(tuple(text(words) for words in row))
    return Table(
        caption="The eight kinds of knowledge for this question",
        header=("Kind", "Needed", "State", "Studies", "Best design", "Newest"),
        rows=tuple(rows),
        widths=(0.25, 0.1, 0.19, 0.1, 0.22, 0.14),
        is_small=True,
    )


def _biggest(brief: Brief) -> Inline:
    gap = biggest_gap(brief)
    if gap is None:
        return text("No gap was found among the kinds of knowledge that this question needs. That is said of this corpus only.")
    name = gap.source_type.label if gap.source_type else "Across kinds of knowledge"
    words = f": {gap_reason(gap)}"
    step = f" First step: {gap.first_step}" if gap.first_step else ""
    return (Span(name, is_strong=True), Span(f"{words}{step}"))


def gap_reason(gap: GapLine) -> str:
    """Why it is a gap, and what may be claimed of it, without saying one thing twice."""
    more = [gap.wording[start:end] for start, end in split_sentences(gap.wording)]
    return " ".join([gap.reason, *(sentence for sentence in more if sentence not in gap.reason)]).strip()


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
