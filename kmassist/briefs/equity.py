"""Who is represented in the evidence and who is not, by PROGRESS-Plus (O'Neill 2014), from what records state."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from kmassist.answers import Claim
from kmassist.briefs.cues import brief_data, cue_of
from kmassist.briefs.model import Equity, EquityLine
from kmassist.documents import Document


def equity_of(documents: Sequence[Document], numbers: Mapping[str, int], claims: Sequence[Claim], *, quotes: int = 3) -> Equity:
    """Per dimension: which sources report results by it and which heard such a group; who was not heard, as stated."""

    def matching(groups: Callable[[Document], Sequence[str]], cue: re.Pattern[str]) -> tuple[int, ...]:
        return tuple(sorted({numbers[d.doc_id] for d in documents if any(cue.search(group) for group in groups(d))}))

    lines = []
    for row in brief_data()["equity"]:
        cue = cue_of(row["cue"])
        lines.append(
            EquityLine(
                dimension=row["dimension"],
                reported_by=matching(lambda d: d.metadata.groups_reported, cue),
                heard_by=matching(_heard, cue),
            )
        )
    spoken = cue_of(brief_data()["equity_words"])
    return Equity(
        lines=tuple(lines),
        groups_heard=tuple(sorted((numbers[d.doc_id], "; ".join(_heard(d))) for d in documents if _heard(d))),
        not_heard=tuple(sorted((numbers[d.doc_id], "; ".join(_not_heard(d))) for d in documents if _not_heard(d))),
        claims=tuple(claim for claim in claims if spoken.search(claim.text))[:quotes],
    )


def _heard(document: Document) -> tuple[str, ...]:
    return document.metadata.ppi.groups if document.metadata.ppi else ()


def _not_heard(document: Document) -> tuple[str, ...]:
    return document.metadata.ppi.not_heard if document.metadata.ppi else ()
