"""Two or three key messages, in an order that suits the reader: quotations and computed figures, never advice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import log

from kmassist.answers import Claim
from kmassist.briefs.model import Audience, AuditFigure, FindingLine, KeyMessage
from kmassist.briefs.nearness import nearness
from kmassist.documents import SourceType
from kmassist.evidence import finding_weight, is_row
from kmassist.questions import Need
from kmassist.text import split_sentences, tokenise

_MOST_WORDS = 55
_MOST = 3
_ADVICE = re.compile(r"\b(recommend\w*|should|must|advice|advise\w*|ought)\b", re.I)
_RESULT, _PLAN = 1.2, 0.95
"""Weights of `finding_weight` from which words state a result, and below which they say what was set out to be done."""
_ORDER = {
    Audience.CLINICAL: ("research", "local", "people"),
    Audience.COMMISSIONER: ("local", "people", "cost"),
    Audience.RESEARCH: ("research", "local", "people"),
    Audience.PUBLIC: ("people", "local", "research"),
}
_SPARE = ("research", "pilot", "local", "staff", "cost", "mandate")
_KINDS = {
    "research": (SourceType.PUB, SourceType.GDL),
    "people": (SourceType.PPI,),
    "cost": (SourceType.ECO,),
    "local": (SourceType.AUD,),
    "pilot": (SourceType.SVE,),
    "staff": (SourceType.FLK,),
    "mandate": (SourceType.POL,),
}
_ABOUT_PILOTS = {"T3", "T7"}


def key_messages(
    question: str,
    types: Sequence[str],
    *,
    audience: Audience,
    claims: Mapping[SourceType, Sequence[Claim]],
    figures: Sequence[AuditFigure],
    findings: Sequence[FindingLine],
    needs: Mapping[SourceType, Need],
    nothing: str,
) -> tuple[KeyMessage, ...]:
    """At most three messages, one a kind of knowledge.

    A local figure that speaks of the question comes before a quotation, one that misses its target first; patients and carers
    always have their place when the corpus holds anything of theirs; a question about spreading a pilot hears the pilot. Among
    quotations of one kind those nearest the question that state a result come before what a source set out to do. ``question``
    may go on with what its words were read as; ``needs`` says which kinds it asks for; ``nothing`` is what is said when there is no evidence at all.
    """
    found: dict[str, KeyMessage] = {}
    said: set[SourceType] = set()
    for kind in _order(audience, types, needs):
        message = _message(kind, question, claims=claims, figures=figures, findings=findings, said=said)
        if message is not None:
            found[kind] = message
            said.add(next(source_type for source_type in SourceType if source_type.label == message.lead))
    telling = {
        kind: m for kind, m in found.items() if not (m.claim and (_is_setting_out(m.claim) or is_row(m.claim.text)))
    } or found
    chosen = list(telling)[:_MOST]
    if "people" in telling and "people" not in chosen:
        chosen[-1] = "people"
    return tuple(telling[kind] for kind in chosen) or (KeyMessage(kind="corpus", lead="What this corpus holds", text=nothing),)


def _order(audience: Audience, types: Sequence[str], needs: Mapping[SourceType, Need]) -> list[str]:
    """The reader's order, then the others; kinds that the question does not need last, those it requires before useful ones."""
    first: tuple[str, ...] = _ORDER[audience]
    if _ABOUT_PILOTS & {t[:2] for t in types}:
        first = tuple("pilot" if kind in {"research", "cost"} else kind for kind in first)

    def place(kind: str) -> int:
        need = min((list(Need).index(needs.get(k, Need.DESIRABLE)) for k in _KINDS[kind]), default=1)
        return 3 if need == list(Need).index(Need.NOT_NEEDED) else 0 if kind in first else 1 + need

    return sorted(dict.fromkeys((*first, *_SPARE)), key=place)


def _message(
    kind: str,
    question: str,
    *,
    claims: Mapping[SourceType, Sequence[Claim]],
    figures: Sequence[AuditFigure],
    findings: Sequence[FindingLine],
    said: set[SourceType],
) -> KeyMessage | None:
    """What one kind of knowledge says: a local figure, a telling quotation, a recorded finding, or any quotation there is."""
    figure = _telling(figures, question) if kind == "local" else None
    if figure is not None:
        return KeyMessage(kind="figure", lead=SourceType.AUD.label, figure=figure)
    claim = next(_candidates(kind, question, claims, said), None)
    finding = _recorded(kind, question, claims, findings, said) if claim is None or not _tells(claim) else None
    if finding is not None:
        source_type = next(k for k in _KINDS[kind] if any(c.citation.number == finding.number for c in claims.get(k, ())))
        return KeyMessage(kind="finding", lead=source_type.label, finding=finding)
    return KeyMessage(kind="quotation", lead=claim.citation.source_type.label, claim=claim) if claim else None


def _candidates(
    kind: str, question: str, claims: Mapping[SourceType, Sequence[Claim]], said: set[SourceType]
) -> Iterator[Claim]:
    """Quotations short enough for the first page, results first; never advice, never a sentence without an end."""
    for source_type in _KINDS[kind]:
        if source_type in said:
            continue
        short = [found for claim in claims.get(source_type, ()) if (found := shorten(claim, question)) is not None]
        fit = [claim for claim in short if not _is_advice(claim) and claim.text.rstrip(" ”\"')’").endswith((".", "!", "…"))]
        yield from ranked(fit, question)


def ranked(claims: Sequence[Claim], question: str) -> list[Claim]:
    """Quotations of one kind, nearest the question first, a result before what a source set out to do; ties as they came."""
    near = nearness(question, [claim.text for claim in claims])
    most = max(near, default=0.0) or 1.0
    merits = [n / most + _merit(claim) - 0.1 * at for at, (claim, n) in enumerate(zip(claims, near, strict=True))]
    return [claims[at] for at in sorted(range(len(claims)), key=lambda at: (-merits[at], at))]


def _weight(claim: Claim) -> float:
    return finding_weight(claim.citation.quote, claim.citation.section)


def _merit(claim: Claim) -> float:
    """What a sentence is worth besides being near the question: a result most, a plan or a table's row least."""
    return log(_weight(claim)) - 0.8 * is_row(claim.text)


def _is_setting_out(claim: Claim) -> bool:
    return _weight(claim) < _PLAN


def _telling(figures: Sequence[AuditFigure], question: str) -> AuditFigure | None:
    """The figure that speaks of the question, nearest to its words, below target first; None when none speaks of it."""
    shown = [figure for figure in figures if figure.percent is not None]
    near = nearness(question, [figure.criterion for figure in shown])
    most = max(near, default=0.0)
    pool = [
        (n / most + 0.3 * (figure.is_met is False), -figure.number, -figure.index, figure)
        for figure, n in zip(shown, near, strict=True)
        if n > 0
    ]
    return max(pool, key=lambda one: one[:3])[3] if pool else None


def _recorded(
    kind: str,
    question: str,
    claims: Mapping[SourceType, Sequence[Claim]],
    findings: Sequence[FindingLine],
    said: set[SourceType],
) -> FindingLine | None:
    """A recorded finding with a figure, of the first kind that has a quoted source, nearest to the question's words."""
    for source_type in _KINDS[kind]:
        numbers = {claim.citation.number for claim in claims.get(source_type, ())} if source_type not in said else set()
        pool = [line for line in findings if line.number in numbers and line.estimate]
        if pool:
            near = nearness(question, [line.outcome for line in pool])
            return max(zip(near, pool, strict=True), key=lambda one: (one[0], -one[1].number, -one[1].index))[1]
    return None


def _tells(claim: Claim) -> bool:
    return _weight(claim) >= _RESULT and not is_row(claim.text)


def _is_advice(claim: Claim) -> bool:
    """Whether a source's words tell the reader what to do: they may be quoted in their section, never as a key message."""
    return bool(_ADVICE.search(f"{claim.citation.section} {claim.text}"))


def shorten(claim: Claim, question: str) -> Claim | None:
    """The claim itself, or its whole sentence nearest to the question when it is long; None when no sentence is short enough.

    A sentence is never cut. The claim must still have the source's own words: small numbers are hidden afterwards.
    """
    citation = claim.citation
    if len(claim.text.split()) <= _MOST_WORDS:
        return claim
    wanted = set(tokenise(question))
    spans = [s for s in split_sentences(claim.text) if 6 <= len(claim.text[s[0] : s[1]].split()) <= _MOST_WORDS]
    if not spans:
        return None
    start, end = max(spans, key=lambda s: (len(wanted & set(tokenise(claim.text[s[0] : s[1]]))), -s[0]))
    shorter = citation.model_copy(
        update={"start": citation.start + start, "end": citation.start + end, "quote": claim.text[start:end]}
    )
    return Claim(citation=shorter, probability=claim.probability)
