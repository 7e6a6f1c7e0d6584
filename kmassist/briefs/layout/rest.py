"""What the sections have still to say once page one has been read: nothing stands twice."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.answers.model import Claim
from kmassist.briefs import Brief
from kmassist.briefs.layout.points import told
from kmassist.briefs.model import FindingLine, KeyMessage
from kmassist.briefs.parts import figures_in
from kmassist.documents.document import SourceType
from kmassist.pages.blocks import Block, Table, inlines, plain


def unsaid(brief: Brief, first: Sequence[Block]) -> Brief:
    """The brief without the quotations and figures that stand on page one, for its sections; the annex has them all.

    A kind of knowledge that page one quotes is not said to be silent here: what page one had no room for stands instead.
    """
    words = "\n".join(plain(words) for block in first for words in inlines(block))
    said = [m.claim for m in brief.key_messages if m.claim and told(m.claim.citation) in words]
    has_table = any(isinstance(block, Table) and block.header[0] for block in first)
    said += brief.costs if has_table else ()

    def is_new(claim: Claim) -> bool:
        cited = claim.citation
        return not any(
            other.citation.doc_id == cited.doc_id
            and other.citation.start < cited.end
            and cited.start < other.citation.end
            for other in said
        )

    out = brief.beside
    figures = tuple(f for f in brief.audit if f"{f.criterion.rstrip('.')}: " not in words)
    checked = [m for m in brief.key_messages if m.slot and not m.is_unchecked]
    spoken = {_kind(brief, m) for m in checked}

    def of_kind(kind: SourceType) -> Sequence[Claim]:
        more = [m.claim for m in checked if m.claim and _kind(brief, m) is kind]
        return brief.claims.get(kind, ()) or more

    claims = {
        kind: kept
        for kind in SourceType
        if (kept := tuple(c for c in of_kind(kind) if is_new(c) and c.citation.doc_id not in out))
    }
    equity = brief.equity.model_copy(
        update={"claims": tuple(claim for claim in brief.equity.claims if is_new(claim))}
    )
    findings = tuple(
        line
        for line in brief.findings
        if not (
            _is_told(line, said)
            or any(
                m.finding == line and _outcome(line.outcome) in words for m in brief.key_messages
            )
        )
    )
    check = brief.scale_up and brief.scale_up.model_copy(
        update={"target": tuple(claim for claim in brief.scale_up.target if is_new(claim))}
    )
    update = {
        "audit": figures,
        "claims": claims,
        "absences": {
            kind: says
            for kind, says in brief.absences.items()
            if kind not in spoken and says not in words
        },
        "nearest": tuple(claim for claim in brief.nearest if told(claim.citation) not in words),
        "equity": equity,
        "findings": findings,
        "scale_up": check,
    }
    return brief.model_copy(update=update)


def _is_told(line: FindingLine, said: Sequence[Claim]) -> bool:
    """Whether a quotation of the same source has all the figures of a result."""
    figures = {*figures_in(line.estimate), *figures_in(line.interval)}
    return bool(figures) and any(
        claim.citation.doc_id == line.doc_id and figures <= figures_in(claim.citation.quote)
        for claim in said
    )


def _kind(brief: Brief, message: KeyMessage) -> SourceType | None:
    held = message.claim.citation if message.claim else message.figure or message.finding
    return brief.source(held.number).metadata.source_type if held else None


def _outcome(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}: "
