"""cover(): from evidence to the question x source-type matrix and the verdict (domain D2 and D3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from kmassist.config import CoverageSettings
from kmassist.coverage import rules
from kmassist.coverage.conflict import Clash, find_clashes
from kmassist.coverage.directness import Asked, Directness
from kmassist.coverage.judged import Judged, Sorted, doc_ids, sort_studies
from kmassist.coverage.matrix import Coverage, CoverageCell, RuleTrace, State, Verdict
from kmassist.coverage.overrides import OverrideRecord, apply_overrides
from kmassist.coverage.rules import Fired
from kmassist.coverage.thin import find_thin, is_effect
from kmassist.documents import Design, SourceType
from kmassist.evidence import Evidence
from kmassist.questions import Need, QuestionType, asks_what_is_done_here, needs, read_frame

_PRECEDENCE = list(State)
_ABSTAIN = frozenset({State.ABSENT, State.INDIRECT_ONLY, State.OUTDATED_ONLY})
_EFFECT_LADDER = list(Design)
_EXPERIENCE_LADDER = [Design.QUALITATIVE_SYNTHESIS, Design.QUALITATIVE, Design.MIXED_METHODS, Design.REALIST_REVIEW]
_DIAGNOSIS_LADDER = [Design.DIAGNOSTIC_REVIEW, Design.SYSTEMATIC_REVIEW, Design.DIAGNOSTIC_STUDY]


def cover(
    question: str,
    types: Sequence[str],
    evidence: Evidence,
    *,
    settings: CoverageSettings,
    today: dt.date,
    documents_searched: int,
    overrides: Sequence[OverrideRecord] = (),
    setting: str = "UK-local",
    searched: frozenset[SourceType] = frozenset(SourceType),
) -> Coverage:
    """Judge every source type for one question. Pure: the same arguments give the same matrix.

    Args:
        question: the person's words, resolved if it followed an earlier one.
        types: what it asks for (`questions.classify`), which sets what is required.
        evidence: what passed the relevance gate, by type; empty types mean absent, so an evidence with nothing above the
            gate is not answerable.
        settings: thresholds.
        today: the day ages are counted to.
        documents_searched: how many documents the corpus held.
        overrides: flags set by people; those for this question or for every question apply, last wins.
        setting: of the service that asks (``UK-local``...), which directness compares with.
        searched: the kinds that were looked for; nothing is required of the others and nothing is said to be missing there.

    Returns:
        All eight cells in fixed order, conflicts side by side, and the verdict.
    """
    limits = settings
    kinds = tuple(QuestionType(t) for t in types)
    frame = read_frame(question, kinds)
    needed = {kind: need if kind in searched else Need.NOT_NEEDED for kind, need in needs(kinds).items()}
    asked = Asked(question, frame, evidence.topics, evidence.uncovered_terms, setting)
    found = {kind: sort_studies(evidence, kind, asked, today, limits.age) for kind in SourceType}
    clashes = find_clashes(found, frame, limits)
    fired = {
        kind: [_NOT_SEARCHED]
        if kind not in searched
        else _fire(
            kind,
            needed[kind],
            found[kind],
            kinds,
            clashes,
            limits,
            documents_searched,
            today.isoformat(),
            _nearest(evidence, kind),
        )
        for kind in SourceType
    }
    is_judged = kinds != (QuestionType.CORPUS,)
    states = {kind: _state(fired[kind]) for kind in SourceType}
    across = _merge_traces(rules.single_type(found, states, needed, limits), rules.equity(found)) if is_judged else {}
    cells = tuple(
        apply_overrides(_cell(kind, needed[kind], found[kind], fired[kind], across.get(kind, ()), kinds), question, overrides)
        for kind in SourceType
    )
    speaks = _MEASURED_HERE if asks_what_is_done_here(question, kinds) else frozenset(SourceType)
    verdict = _verdict(cells, speaks) if is_judged else Verdict.NOT_JUDGED
    return Coverage(
        question=question,
        types=tuple(k.value for k in kinds),
        cells=cells,
        verdict=verdict,
        because=_because(cells, verdict, evidence.uncovered_terms, speaks),
        conflicts=tuple(clash.conflict for clash in clashes),
        uncovered_terms=evidence.uncovered_terms,
        documents_searched=documents_searched,
        searched_on=today.isoformat(),
        frame=frame,
    )


_NOT_SEARCHED = Fired(RuleTrace(code="", ahrq="", says="Not searched."), State.ABSENT)


def unused(coverage: Coverage, used: Iterable[str], accounted: Iterable[str] = ()) -> Coverage:
    """G10: mark cells whose documents a decision neither cited nor set aside with a reason.

    Args:
        coverage: of the question decided on.
        used: doc_ids the decision cites.
        accounted: doc_ids noted or set aside with a reason.
    """
    settled = {*used, *accounted}
    cells = []
    for cell in coverage.cells:
        left = [doc_id for doc_id in cell.doc_ids if doc_id not in settled]
        if left:
            says = f"{len(left)} of {len(cell.doc_ids)} relevant documents are neither cited nor set aside with a reason."
            trace = RuleTrace(code="G10", ahrq="", says=says, basis="founding study: acquired but not used")
            cells.append(cell.model_copy(update={"codes": (*cell.codes, "G10"), "trace": (*cell.trace, trace)}))
        else:
            cells.append(cell)
    return coverage.model_copy(update={"cells": tuple(cells)})


def _fire(  # noqa: PLR0917
    kind: SourceType,
    need: Need,
    found: Sorted,
    kinds: Sequence[QuestionType],
    clashes: Sequence[Clash],
    limits: CoverageSettings,
    documents: int,
    searched_on: str,
    nearest: str,
) -> list[Fired]:
    fired = [
        *rules.missing(kind, need, found, documents=documents, searched_on=searched_on, nearest=nearest),
        *rules.indirect(found),
        *rules.outdated(found),
    ]
    fired += [Fired(clash.trace, State.CONFLICTING) for clash in clashes if kind in clash.source_types]
    if found.sound:
        if thin := find_thin(kind, found.sound, kinds, limits):
            trace = RuleTrace(code="G2", ahrq=thin.ahrq, says=thin.says, setting=thin.setting, basis=thin.basis)
            fired.append(Fired(trace, State.THIN))
        fired += rules.imprecise(found, limits)
        fired += rules.biased(kind, found, is_effect(kinds))
        fired += rules.lonely(kind, found)
    return [*fired, *rules.unappraised(found), *rules.ongoing(found)]


def _nearest(evidence: Evidence, kind: SourceType) -> str:
    documents = [study.sources[0].document for study in evidence.nearest if study.source_type is kind]
    return (documents[0].metadata.title or documents[0].source_name) if documents else ""


def _state(fired: Sequence[Fired]) -> State:
    return min((f.state for f in fired if f.state), key=_PRECEDENCE.index, default=State.SUFFICIENT)


def _merge_traces(*tables: dict[SourceType, RuleTrace]) -> dict[SourceType, tuple[RuleTrace, ...]]:
    return {kind: tuple(t[kind] for t in tables if kind in t) for kind in SourceType}


def _cell(  # noqa: PLR0917
    kind: SourceType,
    need: Need,
    found: Sorted,
    fired: Sequence[Fired],
    across: Sequence[RuleTrace],
    kinds: Sequence[QuestionType],
) -> CoverageCell:
    state = _state(fired)
    ordered = sorted(fired, key=lambda f: _PRECEDENCE.index(f.state) if f.state else len(_PRECEDENCE))
    trace = [*(f.trace for f in ordered), *across]
    if state is State.SUFFICIENT:
        trace.insert(0, RuleTrace(code="", ahrq="", says=_enough(kind, found)))
    count = {d: sum(j.fit.directness is d for j in found.counted) for d in Directness}
    best_first = sorted(found.counted, key=lambda j: (not j.is_direct, not j.is_in_date))
    return CoverageCell(
        source_type=kind,
        need=need,
        state=state,
        codes=tuple(dict.fromkeys(t.code for t in trace if t.code.startswith("G"))),
        studies=len(found.counted),
        direct=count[Directness.DIRECT],
        partial=count[Directness.PARTIAL],
        indirect=count[Directness.INDIRECT],
        best_design=best_design(kind, best_first, kinds),
        newest=max((j.study.dated or "" for j in found.direct or found.counted), default=""),
        directness_note=_directness_note(found.counted),
        trace=tuple(trace),
        doc_ids=doc_ids(best_first),
        is_searched=_NOT_SEARCHED not in fired,
    )


def _enough(kind: SourceType, found: Sorted) -> str:
    names = ", ".join(j.name for j in found.sound[:3])
    more = f" and {len(found.sound) - 3} more" if len(found.sound) > 3 else ""
    noun = "direct, in-date source" + ("" if len(found.sound) == 1 else "s")
    return f"{len(found.sound)} {noun} ({names}{more}); no rule finds it wanting."


def best_design(kind: SourceType, studies: Sequence[Judged], kinds: Sequence[QuestionType]) -> str:
    """The best design of published research for this question; for other types what was done, never a rank."""
    if not studies:
        return ""
    if kind is SourceType.PUB:
        ladder = list(_EFFECT_LADDER)
        if not is_effect(kinds):
            first = _DIAGNOSIS_LADDER if QuestionType.DIAGNOSIS in kinds else _EXPERIENCE_LADDER
            ladder = [*first, *(d for d in ladder if d not in first)]
        direct = [j for j in studies if j.is_direct] or studies
        designs = {d for j in direct for d in j.designs}
        return min(designs, key=ladder.index).label if designs else "design not stated"
    meta = studies[0].metas[0]
    if kind is SourceType.GDL:
        return "local guideline" if all(j.is_local for j in studies) else "national or international guideline"
    if kind is SourceType.ECO:
        full = any(m.economic and m.economic.is_full_evaluation for j in studies for m in j.metas)
        return "full economic evaluation" if full else "costing or budget impact"
    if kind is SourceType.AUD:
        criteria = sum(len(m.audit) for j in studies for m in j.metas)
        return f"{criteria} audit criteria" if criteria > 1 else "audit or local data"
    said = {
        SourceType.PPI: meta.ppi.method if meta.ppi else "",
        SourceType.FLK: meta.frontline.method if meta.frontline else "",
        SourceType.SVE: meta.evaluation.comparator if meta.evaluation else "",
    }
    return said.get(kind, "")


def _directness_note(studies: Sequence[Judged]) -> str:
    notes = [f"{j.name}: {note}" for j in studies for note in j.fit.differs]
    unread = {e: sum(e in j.fit.unread for j in studies) for e in ("population", "intervention", "setting")}
    notes += [f"{element} could not be read for {count} of {len(studies)}" for element, count in unread.items() if count]
    return "; ".join(notes)


_MEASURED_HERE = frozenset({SourceType.AUD, SourceType.SVE, SourceType.ECO, SourceType.PPI, SourceType.FLK})
"""Kinds of source that can tell what is done in one's own service."""


def _verdict(cells: Sequence[CoverageCell], speaks: frozenset[SourceType]) -> Verdict:
    """D3, with one step more: when no required kind speaks but another kind does, the question is partly answered.

    Hiding what policy or women say because no trial was found would be knowledge acquired and not used.

    Args:
        cells: all eight.
        speaks: the kinds of which one at least must speak: a guideline alone does not tell how often something is done here.
    """
    required = [c.state for c in cells if c.need is Need.REQUIRED]
    if required and all(state is State.SUFFICIENT for state in required):
        return Verdict.ANSWERABLE
    is_said = any(c.state not in _ABSTAIN and c.source_type in speaks for c in cells)
    return Verdict.PARTLY if is_said else Verdict.NOT_ANSWERABLE


def _because(cells: Sequence[CoverageCell], verdict: Verdict, uncovered: Sequence[str], speaks: frozenset[SourceType]) -> str:
    if verdict is Verdict.NOT_JUDGED:
        return "It asks about the corpus, not about care."
    required = [c for c in cells if c.need is Need.REQUIRED]
    by_state = {state: [c.source_type.label.lower() for c in required if c.state is state] for state in State}
    parts = [f"{state.value}: {', '.join(kinds)}" for state, kinds in reversed(by_state.items()) if kinds]
    says = f"Of the kinds of knowledge this question needs, {'; '.join(parts)}." if parts else ""
    others = [c.source_type.label.lower() for c in cells if c.need is not Need.REQUIRED and c.state not in _ABSTAIN]
    silent = [c.source_type.label.lower() for c in cells if c.source_type not in speaks and c.state not in _ABSTAIN]
    if verdict is Verdict.NOT_ANSWERABLE and silent:
        says += f" It asks what is done in your service, which {' and '.join(silent)} cannot tell."
    elif required and others and all(c.state in _ABSTAIN for c in required):
        says += f" Only other kinds speak to it: {', '.join(others)}."
    if uncovered:
        says += f" Nothing found here mentions {', '.join(uncovered)}."
    return says.strip()
