"""Which quotation of a kind comes first in its section."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from kmassist.answers.model import Claim
from kmassist.briefs.nearness import nearness
from kmassist.evidence.salience import finding_weight, is_row


def ranked(claims: Sequence[Claim], question: str) -> list[Claim]:
    """Quotations of one kind, nearest the question and likeliest to answer it first, results before plans; ties as they came."""
    near = nearness(question, [claim.text for claim in claims])
    most = max(near, default=0.0) or 1.0
    merits = [
        n / most + claim.probability + _merit(claim) - 0.1 * at
        for at, (claim, n) in enumerate(zip(claims, near, strict=True))
    ]
    return [claims[at] for at in sorted(range(len(claims)), key=lambda at: (-merits[at], at))]


def _merit(claim: Claim) -> float:
    """What a sentence is worth besides being near the question: a result most, a plan or a table's row least."""
    weight = finding_weight(claim.citation.quote, claim.citation.section)
    return log(weight) - 0.8 * is_row(claim.text)
