"""Screening what a search elsewhere found: each record included or left out with a reason, and the counts of a PRISMA 2020 flow."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import Field

from kmassist.documents.document import Document
from kmassist.documents.frozen import Frozen
from kmassist.records.decisions.record import Day


class Verdict(StrEnum):
    """What became of a record."""

    TO_SCREEN = "to screen"
    INCLUDED = "included"
    EXCLUDED = "excluded"
    NOT_ELIGIBLE = "excluded at full text"
    NOT_RETRIEVED = "not retrieved"
    DUPLICATE = "duplicate"
    HELD = "in the library already"

    @property
    def needs_reason(self) -> bool:
        """Whether it stands only with a reason."""
        return self in {Verdict.EXCLUDED, Verdict.NOT_ELIGIBLE}


class Found(Frozen):
    """One record of an export. ``document`` is what the library would hold of it; ``of`` the number of the database it is from;
    ``same_as`` the number of the record it repeats, ``held_as`` the doc_id the library holds it under."""

    number: int
    title: str
    cite_as: str = ""
    published: str = ""
    journal: str = ""
    doi: str = ""
    pmid: str = ""
    abstract: str = ""
    of: int = 0
    same_as: int = 0
    held_as: str = ""
    document: dict[str, Any] | None = None


class Decided(Frozen):
    """A person's decision on one record; ``by_role`` is a role, never a name."""

    verdict: Verdict
    reason: str = ""
    by_role: str = ""
    on: Day


class Source(Frozen):
    """One export: the database it is from, the name of its file and how many records it holds."""

    database: str
    file_name: str
    records: int


class Screening(Frozen):
    """One screening. ``decided``: number of a record -> decision. It can be left at any time and gone on with."""

    screening_id: str = ""
    question: str = ""
    gap_id: str = ""
    strategy: str = ""
    began: Day
    sources: tuple[Source, ...] = ()
    decided: dict[str, Decided] = Field(default_factory=dict)
    finished: str = ""
    search_id: str = ""

    @property
    def databases(self) -> tuple[str, ...]:
        """The databases that were searched, each once."""
        return tuple(dict.fromkeys(source.database for source in self.sources))


class FoundRecords(Frozen):
    """The records of one screening, kept apart from its decisions, which are written again with each key."""

    screening_id: str
    records: tuple[Found, ...] = ()


def verdict_of(screening: Screening, found: Found) -> Verdict:
    """What became of a record: a person's decision, else that it is there already, else that it waits."""
    decided = screening.decided.get(str(found.number))
    if decided is not None:
        return decided.verdict
    if found.same_as:
        return Verdict.DUPLICATE
    return Verdict.HELD if found.held_as else Verdict.TO_SCREEN


_SHORTEST_TITLE = 20
"""Letters of a title that can tell a record alone."""


def identities(document: Document) -> frozenset[str]:
    """What tells that two records are of one publication: DOI, PubMed number, a title that is long enough, or the same words."""
    metadata = document.metadata
    title = re.sub(r"[\W_]+", "", metadata.title.casefold())
    year = (metadata.published or "")[:4]
    words = re.sub(r"[\W_]+", " ", document.text.casefold()).strip()
    found = [
        metadata.doi and f"doi:{metadata.doi.casefold()}",
        metadata.pmid and f"pmid:{metadata.pmid}",
        metadata.pmcid and f"pmcid:{metadata.pmcid.casefold()}",
        f"title:{title}:{year}" if len(title) >= _SHORTEST_TITLE else "",
        f"words:{words}" if words else "",
    ]
    return frozenset(part for part in found if part)


class Flow(Frozen):
    """The counts of a PRISMA 2020 flow diagram for searches of databases, title and abstract first, then full texts."""

    identified: tuple[tuple[str, int], ...]
    duplicates: int
    held: int
    screened: int
    waiting: int
    excluded: int
    excluded_for: tuple[tuple[str, int], ...]
    sought: int
    not_retrieved: int
    assessed: int
    not_eligible: int
    not_eligible_for: tuple[tuple[str, int], ...]
    included: int

    @property
    def total(self) -> int:
        """Records identified from all databases."""
        return sum(count for _, count in self.identified)


def flow_of(screening: Screening, records: Iterable[Found]) -> Flow:
    """Count a screening; every record stands in exactly one place."""
    verdicts = {found.number: verdict_of(screening, found) for found in records}
    counts = Counter(verdicts.values())
    sought = counts[Verdict.INCLUDED] + counts[Verdict.NOT_ELIGIBLE] + counts[Verdict.NOT_RETRIEVED]
    by_database: Counter[str] = Counter()
    for source in screening.sources:
        by_database[source.database] += source.records
    return Flow(
        identified=tuple(by_database.items()),
        duplicates=counts[Verdict.DUPLICATE],
        held=counts[Verdict.HELD],
        screened=counts[Verdict.EXCLUDED] + sought,
        waiting=counts[Verdict.TO_SCREEN],
        excluded=counts[Verdict.EXCLUDED],
        excluded_for=_reasons(screening, Verdict.EXCLUDED),
        sought=sought,
        not_retrieved=counts[Verdict.NOT_RETRIEVED],
        assessed=counts[Verdict.INCLUDED] + counts[Verdict.NOT_ELIGIBLE],
        not_eligible=counts[Verdict.NOT_ELIGIBLE],
        not_eligible_for=_reasons(screening, Verdict.NOT_ELIGIBLE),
        included=counts[Verdict.INCLUDED],
    )


def _reasons(screening: Screening, verdict: Verdict) -> tuple[tuple[str, int], ...]:
    counts = Counter(d.reason for d in screening.decided.values() if d.verdict is verdict)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def reasons_used(screening: Screening) -> Sequence[str]:
    """Reasons given in a screening, the commonest first: what is offered for the next record."""
    both = (*_reasons(screening, Verdict.EXCLUDED), *_reasons(screening, Verdict.NOT_ELIGIBLE))
    return list(dict.fromkeys(reason for reason, _ in both if reason))


def repeats(records: Sequence[tuple[int, Document]], known: Mapping[str, int]) -> dict[int, int]:
    """Number of a record -> number of the earlier one that it repeats. ``known`` are identities of earlier records."""
    first = dict(known)
    found: dict[int, int] = {}
    for number, document in records:
        same = identities(document)
        earlier = min((first[i] for i in same if i in first), default=0)
        if earlier:
            found[number] = earlier
        for identity in same:
            first.setdefault(identity, earlier or number)
    return found
