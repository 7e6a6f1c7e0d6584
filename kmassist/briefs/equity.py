"""Who is heard, who is reported on and who is not heard, by PROGRESS-Plus, from what records state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kmassist.answers.model import Claim
from kmassist.briefs.model import Equity, EquityLine
from kmassist.documents.document import Document
from kmassist.documents.progress_plus import progress_patterns
from kmassist.text.shipped import shipped_data


def brief_data() -> dict[str, Any]:
    """The whole file, read once."""
    return shipped_data("brief.yaml")


def cue_of(words: Iterable[str]) -> re.Pattern[str]:
    """One pattern of many cues, each from the start of a word."""
    return re.compile(r"\b(?:" + "|".join(words) + ")", re.I)


def equity_of(
    documents: Sequence[Document],
    numbers: Mapping[str, int],
    claims: Sequence[Claim],
    *,
    quotes: int = 3,
) -> Equity:
    """Per characteristic: which sources heard such a group, which only report on one, and in which one was not heard.

    A source stands once for each characteristic. Where it heard some people of a characteristic and names others that it did
    not hear (two languages, two places), it stands under heard, and whom it did not hear is told in its own words.
    """
    lines = []
    for name, cue in progress_patterns().items():
        places: dict[str, list[int]] = {"heard_by": [], "reported_by": [], "not_heard_by": []}
        for document in documents:
            place = _place(document, cue)
            if place:
                places[place].append(numbers[document.doc_id])
        held = {place: tuple(sorted(found)) for place, found in places.items()}
        lines.append(EquityLine(dimension=f"{name[:1].upper()}{name[1:]}", **held))
    spoken = cue_of(brief_data()["equity_words"])
    return Equity(
        lines=tuple(lines),
        groups_heard=tuple(
            sorted((numbers[d.doc_id], "; ".join(_heard(d))) for d in documents if _heard(d))
        ),
        not_heard=tuple(
            sorted(
                (numbers[d.doc_id], "; ".join(_not_heard(d))) for d in documents if _not_heard(d)
            )
        ),
        claims=tuple(claim for claim in claims if spoken.search(claim.text))[:quotes],
    )


def _place(document: Document, cue: re.Pattern[str]) -> str:
    """Where a source stands for one characteristic: the field of `EquityLine`, or nothing."""
    for place, groups in (
        ("heard_by", _heard(document)),
        ("not_heard_by", _not_heard(document)),
        ("reported_by", document.metadata.groups_reported),
    ):
        if any(cue.search(group) for group in groups):
            return place
    return ""


def _heard(document: Document) -> tuple[str, ...]:
    return document.metadata.ppi.groups if document.metadata.ppi else ()


def _not_heard(document: Document) -> tuple[str, ...]:
    return document.metadata.ppi.not_heard if document.metadata.ppi else ()
