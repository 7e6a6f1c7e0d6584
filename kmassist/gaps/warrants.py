"""What each gap warrants: first and next step, approval route, roles and stage, and whether to generate knowledge (D4, D5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kmassist.coverage import Coverage, CoverageCell, Need, State
from kmassist.documents.document import Document, SourceType
from kmassist.gaps.claims import ClaimMade, ClaimStrength, claim_of
from kmassist.gaps.conditions import METHODS, Generation, may_generate, method_for
from kmassist.gaps.records import GapRecord, RoleRecord, SearchRecord, speaks_of
from kmassist.gaps.roles import Stage, stages, vacant_roles, warrant_data

_ALWAYS = frozenset({"G5", "G10", "G12", "G13"})
_SCARCE = ("G1", "G2", "G6")


@dataclass(frozen=True, slots=True)
class Warrant:
    """What one gap of one source type warrants. Every text is a whole sentence; the tool proposes, a person decides."""

    source_type: SourceType
    code: str
    ahrq: str
    title: str
    because: str
    claim: ClaimStrength
    claim_says: str
    claim_lacks: str
    first_step: str
    next_step: str
    route: str
    roles: tuple[str, ...]
    vacant: tuple[str, ...]
    stage: Stage
    technique: str = ""
    generation: Generation | None = None


def warrants(
    coverage: Coverage,
    *,
    searches: Sequence[SearchRecord] = (),
    gaps: Sequence[GapRecord] = (),
    roles: Sequence[RoleRecord] = (),
    documents: Sequence[Document] = (),
    topics: Sequence[str] = (),
    today: dt.date,
) -> tuple[Warrant, ...]:
    """What every gap of a coverage warrants, required types first, in the fixed order of types.

    Args:
        coverage: of one question.
        searches: the search log; those on this question are used, and those logged for a whole topic of it.
        gaps: the register; likewise.
        roles: who is recorded at which stage.
        documents: metadata of the documents in the corpus (without text); those that the coverage counted are used, not those
            that a person has still to check.
        topics: topic codes of the question.
        today: the day of asking.
    """
    counted = [cell for cell in coverage.cells if cell.state is not State.TO_CHECK]
    cited = {doc_id for cell in counted for doc_id in cell.doc_ids}
    own = [d for d in documents if d.doc_id in cited]
    near_searches = [s for s in searches if speaks_of(s, coverage.question, tuple(topics))]
    near_gaps = [g for g in gaps if speaks_of(g, coverage.question, tuple(topics))]
    found: list[Warrant] = []
    single_done = False
    for cell in sorted(coverage.cells, key=lambda c: c.need is not Need.REQUIRED):
        claim = claim_of(cell, coverage, near_searches, own, today)
        for code in _codes(cell):
            if code == "G9" and single_done:
                continue
            single_done = single_done or code == "G9"
            generation = None
            if code in _SCARCE:
                generation = may_generate(
                    coverage,
                    claim,
                    gaps=near_gaps,
                    searches=near_searches,
                    roles=roles,
                    documents=own,
                    today=today,
                )
            found.append(_warrant(cell, code, claim, coverage, roles, generation))
    return tuple(found)


def _codes(cell: CoverageCell) -> tuple[str, ...]:
    """Codes that call for a step: all of a required type, with scarcity once; of other types those that matter anyway."""
    if cell.overridden_by:
        return ()
    codes = (
        cell.codes if cell.need is Need.REQUIRED else tuple(c for c in cell.codes if c in _ALWAYS)
    )
    scarce = [c for c in codes if c in _SCARCE]
    return tuple(c for c in codes if c not in _SCARCE or c == scarce[0])


def _warrant(  # noqa: PLR0917
    cell: CoverageCell,
    code: str,
    claim: ClaimMade,
    coverage: Coverage,
    roles: Sequence[RoleRecord],
    generation: Generation | None,
) -> Warrant:  # fmt: skip
    data = warrant_data()
    row = data["rows"][_row_name(cell, code, claim, coverage)]
    trace = next(t for t in cell.trace if t.code == code)
    wanted = tuple(row["roles"])
    stage = next(s for s in stages(roles) if s.number == row["stage"])
    return Warrant(
        source_type=cell.source_type,
        code=code,
        ahrq=trace.ahrq,
        title=row["title"],
        because=trace.says,
        claim=claim.strength if code in _SCARCE else ClaimStrength.CORPUS,
        claim_says=claim.says if code in _SCARCE else trace.says,
        claim_lacks=claim.lacks if code in _SCARCE else "",
        first_step=row["first"],
        next_step=row["next"],
        route=row["route"],
        roles=wanted,
        vacant=vacant_roles(wanted, roles),
        stage=stage,
        technique=row.get("technique", ""),
        generation=generation,
    )


def _row_name(cell: CoverageCell, code: str, claim: ClaimMade, coverage: Coverage) -> str:
    if code not in _SCARCE:
        return code
    if cell.source_type is SourceType.GDL:
        return "library"
    if cell.source_type is SourceType.PUB:
        if claim.strength is not ClaimStrength.CONFIRMED:
            return "search"
        return dict(zip(METHODS, ("audit", "evaluation", "research"), strict=True))[
            method_for(coverage)
        ]
    return cell.source_type.value
