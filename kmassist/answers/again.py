"""An answer told again in another form: its short form, or its sources side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kmassist.answers.model import Answer, Claim, TypeRow

_BY: dict[str, Callable[[Claim], Any]] = {
    "short": lambda claim: claim.citation.source_type,
    "compare": lambda claim: claim.citation.doc_id,
}


def told_again(question: str, before: Answer, wish: str, said: str) -> Answer:
    """An answer in another form, under the words that asked for it.

    Args:
        question: the words that asked for it.
        before: the answer that is told again, with claims.
        wish: ``short``, the best sentence of each kind of source; ``compare``, that of each source.
        said: what is said above it.
    """
    by = _BY[wish]
    best: dict[Any, Claim] = {}
    for claim in before.claims:
        best.setdefault(by(claim), claim)
    kept = {claim.citation.span for claim in best.values()}
    rows: list[TypeRow] = []
    for row in before.rows:
        claims = {c.citation.span: c for c in row.claims if c.citation.span in kept}
        for claim in best.values():  # a sentence that leads the answer may be longer in its row
            if claim.citation.source_type is row.source_type:
                claims.setdefault(claim.citation.span, claim)
        rows.append(row.model_copy(update={"claims": tuple(claims.values()), "more_studies": 0}))
    notes = [said]
    if wish == "compare":
        notes += [f"They disagree on {one.outcome}." for one in before.coverage.conflicts]
    return before.model_copy(
        update={
            "question": question, "is_told_again": True, "is_turned_away": True, "rows": tuple(rows), "notes": tuple(notes),
            "closest": (), "nearest": (), "not_known": None, "parts": (), "set_aside": (),
        }
    )  # fmt: skip
