"""Three claims, never blurred: corpus gap, probable evidence gap, confirmed evidence gap (domain D1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kmassist.coverage import Coverage, CoverageCell
from kmassist.coverage.age import latest_day, months_since
from kmassist.documents.document import Document, SourceType
from kmassist.documents.required_metadata import REVIEWS
from kmassist.gaps.records import Knowledge, SearchRecord
from kmassist.text.counts import counted

SEARCHED_TYPES = frozenset({SourceType.PUB, SourceType.GDL, SourceType.ECO})
"""Kinds of knowledge that a search of databases can find; for the others the claim stays with this corpus."""
MINIMUM_DATABASES = 2
CONFIRMS_FOR_MONTHS = 12


class ClaimStrength(StrEnum):
    """How strong a claim of a gap may be."""

    CORPUS = "corpus gap"
    PROBABLE = "probable evidence gap"
    CONFIRMED = "confirmed evidence gap"


@dataclass(frozen=True, slots=True)
class ClaimMade:
    """The claim, its exact words, and what is missing for the next stronger one."""

    strength: ClaimStrength
    says: str
    lacks: str = ""
    search_id: str = ""


def claim_of(
    cell: CoverageCell,
    coverage: Coverage,
    searches: Sequence[SearchRecord],
    documents: Sequence[Document],
    today: dt.date,
) -> ClaimMade:
    """The strongest claim that may be made about one cell.

    Args:
        cell: the cell with the gap.
        coverage: of the whole question.
        searches: logged searches on this question or topic.
        documents: metadata of the documents the coverage counted.
        today: the day of asking.
    """
    kind = cell.source_type.label.lower()
    own = (
        f"No {kind} source on this in the corpus"
        if not cell.studies
        else f"Too little {kind} on this in the corpus"
    )
    corpus = f"{own} ({counted(coverage.documents_searched, 'document')}, searched {coverage.searched_on})."
    if cell.source_type not in SEARCHED_TYPES:
        return ClaimMade(
            ClaimStrength.CORPUS,
            corpus,
            "It is knowledge that is made locally; no search of databases can find it.",
        )
    recent = sorted(
        (s for s in searches if s.date),
        key=lambda s: (latest_day(str(s.date)), s.search_id),
        reverse=True,
    )
    for search in recent:
        if search.found is Knowledge.RELIABLE:
            says = f"{corpus} A search of {search.date} did find a reliable review: add it."
            return ClaimMade(ClaimStrength.CORPUS, says, "", search.search_id)
        lacks = _lacks_to_confirm(search, today)
        if not lacks:
            says = f"Evidence gap (JLA definition), checked {search.date} by {search.by_role}."
            return ClaimMade(ClaimStrength.CONFIRMED, says, "", search.search_id)
    for search in recent:
        if len(search.databases) >= MINIMUM_DATABASES:
            return ClaimMade(
                ClaimStrength.PROBABLE,
                "Probably an evidence gap; confirm.",
                _lacks_to_confirm(search, today),
                search.search_id,
            )
    if stated := _stated_uncertainty(documents):
        lacks = "a logged search by a librarian or with a second reviewer, of at least two databases and the study registers"
        return ClaimMade(
            ClaimStrength.PROBABLE,
            f"Probably an evidence gap; confirm. {stated.cite_as} itself says so.",
            f"To confirm: {lacks}.",
        )
    wanted = f"a logged search of at least {MINIMUM_DATABASES} databases, or a current source that states the uncertainty"
    return ClaimMade(ClaimStrength.CORPUS, corpus, f"To say more than this corpus: {wanted}.")


def _lacks_to_confirm(search: SearchRecord, today: dt.date) -> str:
    lacks: list[str] = []
    if not search.question:
        lacks.append("a search on this very question, not on its topic alone")
    if len(search.databases) < MINIMUM_DATABASES:
        lacks.append(f"at least {MINIMUM_DATABASES} databases")
    if months_since(str(search.date), today) > CONFIRMS_FOR_MONTHS:
        lacks.append(
            f"a search not older than {CONFIRMS_FOR_MONTHS} months (this one is of {search.date})"
        )
    if not search.is_by_librarian and not search.second_reviewer:
        lacks.append("a librarian or a second reviewer")
    if not search.registers:
        lacks.append("a check of registers of running studies")
    return f"To confirm: {'; '.join(lacks)}." if lacks else ""


def _stated_uncertainty(documents: Sequence[Document]) -> Document | None:
    """A review or guideline that says itself that evidence is lacking."""
    for document in documents:
        meta = document.metadata
        if meta.states_uncertainty and (
            meta.source_type is SourceType.GDL or meta.design in REVIEWS
        ):
            return document
    return None
