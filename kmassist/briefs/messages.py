"""Two or three key messages, in an order that suits the reader: quotations and computed figures, never advice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kmassist.answers import Claim
from kmassist.briefs.model import Audience, AuditFigure, FindingLine, KeyMessage
from kmassist.documents import SourceType
from kmassist.text import split_sentences, tokenise

_MOST_WORDS = 55
_ADVICE = re.compile(r"\b(recommend\w*|should|must|advice|advise\w*|ought)\b", re.I)
_RESULT = re.compile(
    r"\d\s?%|\b(fell|rose|fewer|more often|less often|no difference|did not (?:fall|rise|change|reduce|increase)|CI"
    r"|odds ratio|risk ratio|(?:reduced|increased|improved|lower|higher) \w+|said|told|felt)\b"
)
_ORDER = {
    Audience.CLINICAL: ("research", "local", "people"),
    Audience.COMMISSIONER: ("local", "people", "cost"),
    Audience.RESEARCH: ("research", "local", "people"),
    Audience.PUBLIC: ("people", "local", "research"),
}
_SPARE = ("research", "pilot", "staff", "mandate")
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
    nothing: str,
) -> tuple[KeyMessage, ...]:
    """At most three messages, one a kind of knowledge.

    A local figure that misses its target comes before a quotation about it; patients and carers always have their place
    when the corpus holds anything of theirs; a question about spreading a pilot hears the pilot. Among quotations of one kind
    a result comes before a description. ``nothing`` is what is said when there is no evidence at all.
    """
    order: tuple[str, ...] = _ORDER[audience]
    if _ABOUT_PILOTS & {t[:2] for t in types}:
        order = tuple("pilot" if kind in {"research", "cost"} else kind for kind in order)
    found: list[KeyMessage] = []
    said: set[SourceType] = set()
    for kind in (*order, *_SPARE):
        figure = _telling(figures, question) if kind == "local" else None
        if figure is not None:
            said.add(SourceType.AUD)
            found.append(KeyMessage(kind="figure", lead=SourceType.AUD.label, figure=figure))
            continue
        claim = next(_candidates(kind, question, claims, said), None)
        finding = _recorded(kind, question, claims, findings, said) if claim is None or not _tells(claim.text) else None
        if finding is not None:
            source_type = next(k for k in _KINDS[kind] if any(c.citation.number == finding.number for c in claims.get(k, ())))
            said.add(source_type)
            found.append(KeyMessage(kind="finding", lead=source_type.label, finding=finding))
            continue
        if claim is not None:
            said.add(claim.citation.source_type)
            found.append(KeyMessage(kind="quotation", lead=claim.citation.source_type.label, claim=claim))
    return tuple(found[:3]) or (KeyMessage(kind="corpus", lead="What this corpus holds", text=nothing),)


def _candidates(
    kind: str, question: str, claims: Mapping[SourceType, Sequence[Claim]], said: set[SourceType]
) -> Iterator[Claim]:
    """Quotations short enough for the first page, results first; never advice, never a sentence without an end."""
    for source_type in _KINDS[kind]:
        if source_type in said:
            continue
        short = [found for claim in claims.get(source_type, ()) if (found := shorten(claim, question)) is not None]
        fit = [claim for claim in short if not _is_advice(claim) and claim.text.rstrip(" ”\"')’").endswith((".", "!", "…"))]
        yield from sorted(fit, key=lambda claim: (_RESULT.search(claim.text) is None, _is_row(claim.text)))


def _telling(figures: Sequence[AuditFigure], question: str) -> AuditFigure | None:
    """The figure nearest to the question's words among those below target, else among all that may be shown."""
    wanted = set(tokenise(question))
    shown = [figure for figure in figures if figure.percent is not None]
    pool = [figure for figure in shown if figure.is_met is False] or shown
    return max(pool, key=lambda f: (len(wanted & set(tokenise(f.criterion))), -f.number, -f.index), default=None)


def _recorded(
    kind: str,
    question: str,
    claims: Mapping[SourceType, Sequence[Claim]],
    findings: Sequence[FindingLine],
    said: set[SourceType],
) -> FindingLine | None:
    """A recorded finding with a figure, of the first kind that has a quoted source, nearest to the question's words."""
    wanted = set(tokenise(question))
    for source_type in _KINDS[kind]:
        numbers = {claim.citation.number for claim in claims.get(source_type, ())} if source_type not in said else set()
        pool = [line for line in findings if line.number in numbers and line.estimate]
        if pool:
            return max(pool, key=lambda f: (len(wanted & set(tokenise(f.outcome))), -f.number, -f.index))
    return None


def _tells(words: str) -> bool:
    return bool(_RESULT.search(words)) and not _is_row(words)


def _is_row(words: str) -> bool:
    """Whether a sentence is the row of a table rather than prose."""
    return bool(re.match(r"[^.;:]+: [^;]+; [^.;:]+: ", words))


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
