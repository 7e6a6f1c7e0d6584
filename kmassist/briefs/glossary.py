"""The long forms of the acronyms that a brief uses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kmassist.answers.model import Claim
from kmassist.briefs.model import GapLine


def glossary_of(
    held: Mapping[str, str], question: str, claims: Sequence[Claim], gaps: Sequence[GapLine]
) -> tuple[tuple[str, str], ...]:
    """Acronym and long form of those that the question, the quotations and the steps proposed use.

    Args:
        held: acronym -> long form.
        question: as it was understood.
        claims: the quotations.
        gaps: with their reasons, steps and roles.
    """
    steps = [words for gap in gaps for words in (gap.reason, gap.first_step, *gap.roles)]
    text = " ".join([question, *(claim.text for claim in claims), *steps])
    return tuple(
        sorted(
            (short, long)
            for short, long in held.items()
            if short in text  # most are not, and each pattern would have to be compiled
            and re.search(rf"(?<![\w-]){re.escape(short)}(?![\w-])", text)
        )
    )
