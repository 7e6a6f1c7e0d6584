"""What is missing as lines of a brief: from warrants, or straight from the coverage cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set

from kmassist.briefs.model import GapLine, StageLine
from kmassist.coverage import Coverage, CoverageCell, Need, State
from kmassist.documents.source_types import SourceType
from kmassist.gaps import Epicot, GapRecord, RoleRecord, Stage, Warrant
from kmassist.text.quoted import quoted

NAMED = 3
"""Sources of a kind yet to check that are named."""
TO_CHECK = "To check: "


def gap_lines(
    warrants: Sequence[Warrant],
    coverage: Coverage,
    register: Sequence[GapRecord] = (),
    epicots: Sequence[tuple[str, Epicot]] = (),
) -> tuple[GapLine, ...]:
    """One line for each kind of knowledge and first step: several codes of one kind that ask for the same step are one line.

    Args:
        warrants: of the coverage, required kinds first.
        coverage: says which kinds the question needs.
        register: gaps that people keep on this question; they bring owner and due date.
        epicots: gap number and research recommendation of the confirmed ones among them.
    """
    lines: dict[tuple[str, str], GapLine] = {}
    for warrant in warrants:
        key = (warrant.source_type, warrant.first_step)
        held = lines.get(key)
        if held is None:
            lines[key] = _line(warrant, coverage, register, dict(epicots))
        elif warrant.because not in held.reason:
            lines[key] = held.model_copy(
                update={
                    "code": f"{held.code}, {warrant.code}",
                    "ahrq": ", ".join(
                        dict.fromkeys(
                            part for part in (*held.ahrq.split(", "), warrant.ahrq) if part
                        )
                    ),
                    "name": f"{held.name}; {warrant.title.lower()}",
                    "reason": f"{held.reason} {warrant.because}",
                }
            )
    return tuple(lines.values())


def _line(
    warrant: Warrant, coverage: Coverage, register: Sequence[GapRecord], epicots: dict[str, Epicot]
) -> GapLine:
    kept = next((gap for gap in register if gap.source_type is warrant.source_type), None)
    epicot = epicots.get(kept.gap_id) if kept else None
    cell = coverage.cell(warrant.source_type)
    rule = next((trace for trace in cell.trace if trace.code == warrant.code), None)
    return GapLine(
        source_type=warrant.source_type,
        code=warrant.code,
        ahrq=warrant.ahrq,
        name=warrant.title,
        is_required=cell.need is Need.REQUIRED,
        reason=warrant.because,
        strength=warrant.claim.value,
        wording=" ".join(part for part in (warrant.claim_says, warrant.claim_lacks) if part),
        setting=rule.setting if rule else "",
        first_step=warrant.first_step,
        next_step=warrant.next_step,
        route=warrant.route,
        roles=warrant.roles,
        vacant=warrant.vacant,
        owner_role=kept.owner_role if kept else "",
        due=(kept.due or "") if kept else "",
        generate=warrant.generation.says if warrant.generation else "",
        epicot=_elements(epicot) if epicot else (),
    )


def _elements(epicot: Epicot) -> tuple[tuple[str, str], ...]:
    """EPICOT+, then NICE's rationale."""
    parts = [("claim", epicot.claim)]
    for table in (epicot.core, epicot.plus, epicot.rationale):
        parts += list(table.items())
    return tuple((name[:1].upper() + name[1:], words) for name, words in parts)


def gaps_from_cells(cells: Iterable[CoverageCell]) -> tuple[GapLine, ...]:
    """One line for each kind of knowledge that the question needs and that is not sufficient, by the rule that decided."""
    found = []
    for cell in cells:
        if cell.need is not Need.REQUIRED or cell.state is State.SUFFICIENT:
            continue
        rule = next((trace for trace in cell.trace if trace.code), None)
        found.append(
            GapLine(
                source_type=cell.source_type,
                code=rule.code if rule else "",
                ahrq=rule.ahrq if rule else "",
                name=cell.state.words.capitalize(),
                reason=rule.says if rule else cell.says,
                setting=rule.setting if rule else "",
            )
        )
    return tuple(found)


def for_readers(
    gaps: Iterable[GapLine],
    cells: Iterable[CoverageCell],
    kept: Set[SourceType],
    words: Callable[[CoverageCell], str],
) -> tuple[GapLine, ...]:
    """Gaps as readers of paper are told them: what is kept from them is no gap, of what is to check they type no command."""
    to_check = {c.source_type: c for c in cells if c.state is State.TO_CHECK and c.says}

    def told(gap: GapLine) -> GapLine:
        cell = to_check.get(gap.source_type) if gap.source_type else None
        if cell is None:
            return gap
        return gap.model_copy(update={"reason": gap.reason.replace(cell.says, words(cell))})

    return tuple(told(gap) for gap in gaps if gap.source_type not in kept)


def to_check_words(titles: Sequence[str], lead: str = TO_CHECK) -> str:
    """Which sources a person has to look at: the first of them by title, of the others how many."""
    named = [quoted(title) for title in titles[:NAMED]]
    more = f" and {len(titles) - NAMED} more" if len(titles) > NAMED else ""
    words = f"{', '.join(named)}{more}" if named else "Sources of this kind"
    return f"{lead}{words} may be about this. A person has to look."


def stage_lines(
    stages: Sequence[Stage], roles: Sequence[RoleRecord], current: int | None
) -> tuple[StageLine, ...]:
    """The eight stages in order, with the roles recorded as filled; ``current`` is the stage of the register's gap."""
    return tuple(
        StageLine(
            number=stage.number,
            stage=stage.name,
            essential=stage.essential,
            supporting=stage.supporting,
            named=tuple(
                dict.fromkeys(_role(r) for r in roles if r.stage == stage.number and r.is_filled)
            ),
            vacant=stage.vacant,
            is_current=stage.number == current,
        )
        for stage in stages
    )


def _role(record: RoleRecord) -> str:
    return f"{record.role} ({record.organisation})" if record.organisation else record.role
