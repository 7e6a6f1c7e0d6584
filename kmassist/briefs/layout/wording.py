"""Headings, prompts and the small phrases that several sections share; plainer for the public."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.answers.model import Citation, Claim
from kmassist.answers.presentation import badges, marked, when
from kmassist.briefs import Audience, AuditFigure, Brief
from kmassist.briefs.model import FindingLine
from kmassist.briefs.nearness import asked_words
from kmassist.coverage import CoverageCell, State, Verdict
from kmassist.documents.document import SourceType
from kmassist.pages.blocks import Block, Heading, Inline, Paragraph, Quotation, Span, strong, text
from kmassist.text.words import first_words

_SECTIONS = {
    "why": "Why it matters here: local audit against target",
    "published": "What research, guidelines and policy say",
    "people": "What patients and carers say",
    "staff": "What frontline staff and evaluations say: feasibility",
    "cost": "Cost and resources",
    "equity": "Equity: who is not represented",
    "conflicts": "Where sources agree and disagree",
    "gaps": "What is missing and what that warrants",
    "options": "Options and scale-up check",
    "stakeholders": "Who leads at each stage, and the decision record",
    "judgements": "Judgements (GRADE Evidence-to-Decision)",
}
_PLAIN_SECTIONS = {
    "people": "What people and families told us",
    "why": "How our service is doing",
    "published": "What research and national guidance say",
    "staff": "What staff say",
    "cost": "What it costs",
    "equity": "Whose voices are missing",
    "conflicts": "Where sources agree and disagree",
    "gaps": "What we do not know yet",
    "words": "Words and abbreviations",
}
_PARTS = {
    "asked": "What is asked.",
    "coverage": "Kinds of knowledge in this corpus on this",
    "problem": "The problem here.",
    "effect": "What happens when it is done.",
    "harm": "Harm and other results:",
    "cost": "What it costs.",
    "not costed": "Not counted:",
    "people": "What patients and carers say.",
    "good": "What went well:",
    "bad": "What did not:",
    "asks": "They ask for:",
    "staff": "What staff say.",
    "staff asks": "They ask for:",
    "staff bad": "In the way:",
    "policy": "What is decided and required.",
    "more": "Also in these sources.",
    "unknown": "What is not known.",
    "gap": "Biggest gap:",
    "decision": "Decision asked.",
    "nearest": "Related, not direct.",
}
_PLAIN_PARTS = {
    "asked": "What we were asked.",
    "coverage": "What we could find",
    "problem": "How our service is doing.",
    "effect": "What happens when this is done.",
    "people": "What people and families told us.",
    "policy": "What the rules say.",
    "more": "They also say.",
    "unknown": "What we do not know.",
    "gap": "What we most need to know:",
    "decision": "What we are asking.",
}
_PLAIN_STATES = {
    State.ABSENT: "nothing found",
    State.TO_CHECK: "perhaps: a person has to look",
    State.SILENT: "on the subject, silent on this",
    State.INDIRECT_ONLY: "only about other places or groups",
    State.OUTDATED_ONLY: "only old sources",
    State.CONFLICTING: "sources disagree",
    State.THIN: "a little",
    State.SUFFICIENT: "enough",
}
PROMPTS = {
    "context": "Why this question now: what was noticed, by whom, and what it has to do with this service's priorities.",
    "decision": "The decision asked of this meeting, in one sentence.",
    "critique": "Strengths and limits of the evidence for this service.",
    "options": "The options, with benefits, harms, costs and what each would take; one of them is to change nothing.",
    "equity": "Who could be left worse off, and what would be done about it.",
    "implementation": "What would help and hinder, and how results would be followed.",
    "decision-record": "Decision, body, date, sources used and set aside with the reason, date of review.",
}
"""Narrative cells that people fill; ``etd.1`` to ``etd.12`` hold the judgements of the Evidence-to-Decision table."""


class Wording:
    """The words of one audience."""

    def __init__(self, audience: Audience) -> None:
        self.is_plain = audience is Audience.PUBLIC
        self.name = "Cover sheet" if audience is Audience.BOARD else "Evidence brief"
        self.detail = "In more detail"
        self.annex = "How this was made" if self.is_plain else "Annex"

    def section(self, name: str) -> str:
        """The heading of a section."""
        return (_PLAIN_SECTIONS.get(name) or _SECTIONS[name]) if self.is_plain else _SECTIONS[name]

    def state(self, cell: CoverageCell) -> str:
        """A state by mark and words, never by colour; by words alone in plain language."""
        return (
            self.state_words(cell) if self.is_plain else f"{cell.state.symbol} {cell.state.words}"
        )

    def part(self, name: str) -> str:
        """The words that a part of page one begins with."""
        return (_PLAIN_PARTS.get(name) if self.is_plain else None) or _PARTS[name]

    def state_words(self, cell: CoverageCell) -> str:
        """A state by words alone."""
        return _PLAIN_STATES[cell.state] if self.is_plain else cell.state.words

    def kind(self, kind: SourceType) -> str:
        return kind.plain_label if self.is_plain else kind.label


def cite(number: int) -> Span:
    """A reference number that leads to its entry."""
    return Span(f"[{number}]", href=f"#ref-{number}")


def cites(numbers: Sequence[int]) -> Inline:
    """Several of them."""
    spans: list[Span] = []
    for number in numbers:
        spans += [Span(" ")] if spans else []
        spans.append(cite(number))
    return tuple(spans)


def whose(citation: Citation) -> Inline:
    """Whose words a quotation is: name, design, date of the evidence, place in the source, reference."""
    place = first_words(citation.place.split(" › ")[-1], 60)
    parts = [
        citation.cite_as,
        citation.design,
        when(citation),
        place,
    ]
    parts += badges(citation)
    return (Span(", ".join(part for part in parts if part) + " "), cite(citation.number))


def flat(words: str) -> str:
    """One line: a quotation may run over lines in its source."""
    return " ".join(words.split())


def quotation(claim: Claim) -> Quotation:
    """A claim as a block."""
    return Quotation(marked(claim.citation), whose(claim.citation))


def quoted_inline(claim: Claim) -> Inline:
    """A claim within a line, with name, page and reference only."""
    cited = claim.citation
    place = cited.place if cited.page is not None else ""
    name = ", ".join(part for part in (cited.cite_as, place, *badges(cited)) if part)
    return (Span(f"{marked(cited)} ({name}) "), cite(cited.number))


def finding_inline(line: FindingLine) -> Inline:
    """A finding as a sentence, as its source's record states it."""
    interval = f"95% CI {line.interval}" if line.interval else ""
    measure = line.measure if line.estimate and line.measure not in line.estimate else ""
    estimate = " ".join(part for part in (measure, line.estimate) if part)
    result = "; ".join(part for part in (estimate, interval, line.direction) if part)
    outcome = line.outcome[:1].upper() + line.outcome[1:]
    whose_short = ", ".join((line.cite_as, *line.badges))
    return (
        Span(f"{outcome}: {result or 'result not stated'} ({whose_short}) "),
        cite(line.number),
    )


def figure_inline(figure: AuditFigure, *, is_plain: bool = False) -> Inline:
    """An audit figure as a sentence."""
    return (
        Span(f"{figure.criterion.rstrip('.')}: {figure_words(figure, is_plain=is_plain)} "),
        cite(figure.number),
    )


def figure_words(figure: AuditFigure, *, is_plain: bool = False) -> str:
    """Count, percent, interval (not in plain words), target and what that amounts to."""
    inside = [f"{figure.percent:.1f}%"] if figure.percent is not None else []
    if figure.low is not None and figure.high is not None and not is_plain:
        inside.append(f"95% interval {figure.low:.1f} to {figure.high:.1f}")
    result = (
        f"{figure.count} ({'; '.join(inside)})"
        if figure.count and inside
        else figure.count or ", ".join(inside)
    )
    if figure.target is None:
        return f"{result or 'not measured'}; {figure.verdict}."
    sense = {True: "at least ", False: "at most ", None: ""}[figure.higher_is_better]
    bound = f"Target {sense}{figure.target:g}%"
    return (
        f"{result}. {bound}: {figure.verdict.removeprefix('target ')}."
        if result
        else f"{bound}: {figure.verdict}."
    )


def asked(brief: Brief) -> str:
    """The question's words with what they were read as, to tell what is near it."""
    return asked_words(brief.resolved_question, brief.method.expansions)


def narrative_line(brief: Brief, cell: str, title: str) -> list[Block]:
    """A cell under a heading of its own when people wrote in it, else title and prompt in one line."""
    if brief.narrative.get(cell, "").strip():
        return [Heading(3, title, cell), *narrative(brief, cell)]
    return [
        Paragraph(
            (
                *strong(f"{title}. "),
                Span(f"To be written by people: {PROMPTS[cell]}", is_emphasis=True),
            )
        )
    ]


def narrative(brief: Brief, cell: str) -> list[Paragraph]:
    """What people wrote in a cell, or what is asked of them."""
    from kmassist.pages.narrative import narrative_blocks

    written = brief.narrative.get(cell, "").strip()
    if written:
        return narrative_blocks(written)
    return [Paragraph((Span(f"To be written by people: {PROMPTS[cell]}", is_emphasis=True),))]


def small(words: str) -> Paragraph:
    """A note."""
    return Paragraph(text(words), "small")


def no_answer(brief: Brief, who: str = "they", *, is_one: bool = False) -> str:
    """What keeps passages near the question from being taken for an answer, or leaves that open where it is to be checked.

    Args:
        brief: whose verdict decides.
        who: the passages in words.
        is_one: those words are about one thing.
    """
    if brief.verdict is Verdict.TO_CHECK:
        return f"whether {who} {'answers' if is_one else 'answer'} the question is to be checked."
    return f"{who} {'does' if is_one else 'do'} not answer the question."


def capital(words: str) -> str:
    """The words as they begin a sentence."""
    return f"{words[:1].upper()}{words[1:]}"
