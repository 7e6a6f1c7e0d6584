"""Two or three key messages, in an order that suits the reader: quotations and computed figures, never advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kmassist.answers import Claim
from kmassist.briefs.model import Audience, AuditFigure, KeyMessage
from kmassist.documents import SourceType
from kmassist.text import split_sentences, tokenise

_MOST_WORDS = 55
_ORDER: dict[Audience, tuple[tuple[str, str], ...]] = {
    Audience.CLINICAL: (
        ("research", "Published research and guidelines"),
        ("local", "Local audit"),
        ("people", "Patients and carers"),
    ),
    Audience.COMMISSIONER: (("local", "Local audit"), ("people", "Patients and carers"), ("cost", "Cost")),
    Audience.RESEARCH: (
        ("research", "Published research and guidelines"),
        ("local", "Local audit"),
        ("people", "Patients and carers"),
    ),
    Audience.PUBLIC: (("people", "What people told us"), ("local", "How we are doing"), ("research", "What research says")),
}
_KINDS = {
    "research": (SourceType.PUB, SourceType.GDL),
    "people": (SourceType.PPI,),
    "cost": (SourceType.ECO,),
    "local": (SourceType.AUD, SourceType.SVE),
}
_SPARE = (("research", "Published research and guidelines"), ("staff", "Frontline staff"), ("mandate", "Policy"))
_SPARE_KINDS = {**_KINDS, "staff": (SourceType.FLK, SourceType.SVE), "mandate": (SourceType.POL,)}


def key_messages(
    question: str,
    audience: Audience,
    claims: Mapping[SourceType, Sequence[Claim]],
    figures: Sequence[AuditFigure],
    nothing: str,
) -> tuple[KeyMessage, ...]:
    """At most three messages, one a kind of knowledge.

    A local figure that misses its target comes before a quotation about it; patients and carers always have their place
    when the corpus holds anything of theirs. ``nothing`` is what is said when there is no evidence at all.
    """
    found: list[KeyMessage] = []
    said: set[str] = set()
    for kind, lead in (*_ORDER[audience], *_SPARE):
        if len(found) == 3:
            break
        if kind == "local" and (figure := _telling(figures, question)) is not None:
            found.append(KeyMessage(kind="figure", lead=lead, figure=figure))
            continue
        pool = [claim for source_type in _SPARE_KINDS[kind] for claim in claims.get(source_type, ())]
        claim = next((c for c in (shorten(c, question) for c in pool) if c is not None and c.text not in said), None)
        if claim is not None:
            said.add(claim.text)
            found.append(KeyMessage(kind="quotation", lead=lead, claim=claim))
    return tuple(found) or (KeyMessage(kind="corpus", lead="What this corpus holds", text=nothing),)


def _telling(figures: Sequence[AuditFigure], question: str) -> AuditFigure | None:
    """The figure nearest to the question's words among those below target, else among all that may be shown."""
    wanted = set(tokenise(question))
    shown = [figure for figure in figures if figure.percent is not None]
    pool = [figure for figure in shown if figure.is_met is False] or shown
    return max(pool, key=lambda f: (len(wanted & set(tokenise(f.criterion))), -f.number, -f.index), default=None)


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
