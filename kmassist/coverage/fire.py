"""What the rules say of each kind of source, and that a narrower question is never answered more surely than the wider one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kmassist.coverage import rules
from kmassist.coverage.conflict import Clash, find_clashes
from kmassist.coverage.directness import Asked
from kmassist.coverage.held import OnSubject
from kmassist.coverage.judged import Sorted, sort_studies
from kmassist.coverage.matrix import CoverageCell, RuleTrace, State
from kmassist.coverage.rules import Fired
from kmassist.coverage.thin import find_thin, is_effect
from kmassist.documents.document import Document, SourceType
from kmassist.evidence.model import Study
from kmassist.question.types import Need, QuestionType
from kmassist.settings.model import CoverageSettings

NOT_SEARCHED = Fired(RuleTrace(code="", ahrq="", says="Not searched."), State.ABSENT)
_PRECEDENCE = list(State)


@dataclass(frozen=True, slots=True)
class Terms:
    """What all kinds are judged by."""

    needed: Mapping[SourceType, Need]
    kinds: Sequence[QuestionType]
    frame: Mapping[str, str]
    limits: CoverageSettings
    today: dt.date
    documents: int
    searched: frozenset[SourceType]


@dataclass(frozen=True, slots=True)
class JudgedKinds:
    """Kind by kind: its studies and the rules that spoke; and the conflicts between studies."""

    found: dict[SourceType, Sorted]
    fired: Mapping[SourceType, Sequence[Fired]]
    clashes: tuple[Clash, ...]

    @property
    def states(self) -> dict[SourceType, State]:
        """Of every kind."""
        return {kind: state_of(fired) for kind, fired in self.fired.items()}


def judge_kinds(held: OnSubject, aside: Sequence[Study], asked: Asked, terms: Terms) -> JudgedKinds:
    """Sort what is held and hold it against the rules.

    Args:
        held: on the subject.
        aside: studies that were found and put aside, each with its kind.
        asked: what directness needs of the question.
        terms: what all kinds are judged by.
    """
    found = {
        kind: sort_studies(
            [*held.studies.get(kind, ()), *(s for s in aside if s.source_type is kind)],
            asked,
            terms.today,
            terms.limits.age,
        )
        for kind in SourceType
    }
    clashes = find_clashes(found, terms.frame, terms.limits)
    fired = {
        kind: _fire(
            kind,
            found[kind],
            clashes,
            terms,
            held.to_look_at(kind, has_direct=bool(found[kind].direct)),
        )
        if kind in terms.searched
        else [NOT_SEARCHED]
        for kind in SourceType
    }
    return JudgedKinds(found, fired, clashes)


def _fire(
    kind: SourceType,
    found: Sorted,
    clashes: Sequence[Clash],
    terms: Terms,
    to_check: Sequence[Document],
) -> list[Fired]:
    fired = [
        *rules.missing(
            kind,
            terms.needed[kind],
            found,
            documents=terms.documents,
            searched_on=terms.today.isoformat(),
            to_check=to_check,
        ),
        *rules.silent(found),
        *rules.indirect(found),
        *rules.outdated(found),
    ]
    fired += [
        Fired(clash.trace, State.CONFLICTING) for clash in clashes if kind in clash.source_types
    ]
    if found.sound:
        if thin := find_thin(kind, found.sound, terms.kinds, terms.limits):
            trace = RuleTrace(
                code="G2", ahrq=thin.ahrq, says=thin.says, setting=thin.setting, basis=thin.basis
            )
            fired.append(Fired(trace, State.THIN))
        fired += rules.imprecise(found, terms.limits)
        fired += rules.biased(kind, found, is_effect(terms.kinds))
        fired += rules.lonely(kind, found)
    return [
        *fired,
        *rules.unappraised(found),
        *rules.ongoing(found),
        *rules.also_to_check(found, to_check),
    ]


def state_of(fired: Sequence[Fired]) -> State:
    """The state of the rule that comes first; sufficient where none gives one."""
    return min((f.state for f in fired if f.state), key=_PRECEDENCE.index, default=State.SUFFICIENT)


def by_precedence(fired: Sequence[Fired]) -> list[Fired]:
    """The rule that decided first, those that give no state last."""
    return sorted(fired, key=lambda f: _PRECEDENCE.index(f.state) if f.state else len(_PRECEDENCE))


def no_greener(cell: CoverageCell, wider: JudgedKinds | None) -> CoverageCell:
    """The cell, at most as green as that of the question without what narrows it, with the rule that says so."""
    if wider is None or not cell.is_searched:
        return cell
    fired = wider.fired[cell.source_type]
    state = state_of(fired)
    if state is State.ABSENT:
        # What is on the narrower subject is on the wider one as well: the two disagree, and a person has to look.
        state = State.TO_CHECK
    if _PRECEDENCE.index(state) >= _PRECEDENCE.index(cell.state):
        return cell
    decided = by_precedence(fired)[0].trace
    says = f"Of the wider question: {decided.says}"
    trace = decided.model_copy(update={"says": says})
    codes = dict.fromkeys((*([trace.code] if trace.code.startswith("G") else ()), *cell.codes))
    return cell.model_copy(
        update={"state": state, "codes": tuple(codes), "trace": (trace, *cell.trace)}
    )
