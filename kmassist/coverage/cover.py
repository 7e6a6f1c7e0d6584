"""cover(): from evidence to the question x source-type matrix and the verdict (domain D2 and D3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from kmassist.coverage import rules
from kmassist.coverage.directness import Asked, Directness
from kmassist.coverage.fire import (
    NOT_SEARCHED,
    JudgedKinds,
    Terms,
    by_precedence,
    judge_kinds,
    no_greener,
    state_of,
)
from kmassist.coverage.held import OnSubject
from kmassist.coverage.judged import Judged, Sorted, doc_ids
from kmassist.coverage.matrix import (
    Coverage,
    CoverageCell,
    OverrideRecord,
    RuleTrace,
    State,
    Verdict,
    apply_overrides,
)
from kmassist.coverage.rules import Fired
from kmassist.coverage.thin import is_effect
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Design
from kmassist.evidence.model import Evidence
from kmassist.question.frames import read_frame
from kmassist.question.types import Need, QuestionType, asks_what_is_done_here, needs
from kmassist.settings.model import CoverageSettings
from kmassist.text.counts import counted

_ABSTAIN = frozenset({State.ABSENT, State.TO_CHECK, State.SILENT, State.INDIRECT_ONLY})
"""States that give no answer, whatever is quoted; age alone hides nothing."""
_EFFECT_LADDER = list(Design)
_EXPERIENCE_LADDER = [
    Design.QUALITATIVE_SYNTHESIS,
    Design.QUALITATIVE,
    Design.MIXED_METHODS,
    Design.REALIST_REVIEW,
]
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
    on_subject: OnSubject | None = None,
    asks_what_is_known: bool = False,
) -> Coverage:
    """Judge every source type for one question. Pure: the same arguments give the same matrix.

    Args:
        question: the person's words, resolved if it followed an earlier one.
        types: what it asks for (`questions.classify`), which sets what is required.
        evidence: what was found for the question, by type: what an answer can quote.
        settings: thresholds.
        today: the day ages are counted to.
        documents_searched: how many documents the corpus held.
        overrides: flags set by people; those for this question or for every question apply, last wins.
        setting: of the service that asks (``UK-local``...), which directness compares with.
        searched: the kinds that were looked for; nothing is required of the others and nothing is said to be missing there.

        on_subject: what the library holds on the question's subject, which decides the state of each kind; without it the
            evidence stands for it.
        asks_what_is_known: on the subject, and no one thing of it: what is held answers, quoted or not.

    Returns:
        All eight cells in fixed order, conflicts side by side, and the verdict.
    """
    kinds = tuple(QuestionType(t) for t in types)
    needed = {
        kind: need if kind in searched else Need.NOT_NEEDED for kind, need in needs(kinds).items()
    }
    held = on_subject or OnSubject.of_evidence(evidence)
    frame = read_frame(question, kinds, subject=held.subject)
    terms = Terms(
        needed=needed,
        kinds=kinds,
        frame=frame,
        limits=settings,
        today=today,
        documents=documents_searched,
        searched=searched,
    )
    aside = [excluded.study for excluded in evidence.excluded]
    judged = judge_kinds(held, aside, Asked(question, setting), terms)
    wider = (
        judge_kinds(held.wider.held, aside, Asked(held.wider.question, setting, question), terms)
        if held.wider
        else None
    )
    is_judged = kinds != (QuestionType.CORPUS,)
    cells = tuple(
        apply_overrides(no_greener(cell, wider), question, overrides)
        for cell in _cells(judged, held, terms, is_judged=is_judged)
    )
    speaks = kinds_that_speak(question, kinds)
    quoted = frozenset(
        kind for kind, studies in evidence.by_type.items() if studies or asks_what_is_known
    )
    verdict = _verdict(cells, speaks, quoted) if is_judged else Verdict.NOT_JUDGED
    return Coverage(
        question=question,
        types=tuple(k.value for k in kinds),
        cells=cells,
        verdict=verdict,
        because=_because(cells, verdict, evidence.uncovered_terms, speaks),
        conflicts=tuple(clash.conflict for clash in judged.clashes),
        uncovered_terms=evidence.uncovered_terms,
        documents_searched=documents_searched,
        searched_on=today.isoformat(),
        frame=frame,
    )


def _cells(
    judged: JudgedKinds, held: OnSubject, terms: Terms, *, is_judged: bool
) -> Iterator[CoverageCell]:
    """A cell for each kind, with what shows only across the kinds."""
    across = (
        _merge_traces(
            rules.single_type(judged.found, judged.states, terms.needed, terms.limits),
            rules.equity(judged.found),
        )
        if is_judged
        else {}
    )
    for kind in SourceType:
        yield _cell(
            kind,
            terms.needed[kind],
            judged.found[kind],
            judged.fired[kind],
            across.get(kind, ()),
            terms.kinds,
            held.to_look_at(kind, has_direct=bool(judged.found[kind].direct)),
        )


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
        if left and cell.state is not State.TO_CHECK:
            says = f"{len(left)} of {len(cell.doc_ids)} relevant documents are neither cited nor set aside with a reason."
            trace = RuleTrace(
                code="G10", ahrq="", says=says, basis="founding study: acquired but not used"
            )
            cells.append(
                cell.model_copy(
                    update={"codes": (*cell.codes, "G10"), "trace": (*cell.trace, trace)}
                )
            )
        else:
            cells.append(cell)
    return coverage.model_copy(update={"cells": tuple(cells)})


def _merge_traces(*tables: dict[SourceType, RuleTrace]) -> dict[SourceType, tuple[RuleTrace, ...]]:
    return {kind: tuple(t[kind] for t in tables if kind in t) for kind in SourceType}


def _cell(  # noqa: PLR0917
    kind: SourceType,
    need: Need,
    found: Sorted,
    fired: Sequence[Fired],
    across: Sequence[RuleTrace],
    kinds: Sequence[QuestionType],
    to_check: Sequence[Document],
) -> CoverageCell:
    state = state_of(fired)
    trace = [*(f.trace for f in by_precedence(fired)), *across]
    if state is State.SUFFICIENT:
        trace.insert(0, RuleTrace(code="", ahrq="", says=_enough(kind, found)))
    count = {d: sum(j.fit.directness is d for j in found.speaking) for d in Directness}
    best_first = sorted(
        found.counted, key=lambda j: (bool(j.lacks), not j.is_direct, not j.is_in_date)
    )
    return CoverageCell(
        source_type=kind,
        need=need,
        state=state,
        codes=tuple(dict.fromkeys(t.code for t in trace if t.code.startswith("G"))),
        studies=len(found.counted),
        direct=count[Directness.DIRECT],
        partial=count[Directness.PARTIAL],
        indirect=count[Directness.INDIRECT],
        silent=len(found.counted) - len(found.speaking),
        best_design=best_design(kind, best_first, kinds),
        newest=max((j.study.dated or "" for j in found.direct or found.counted), default=""),
        directness_note=_directness_note(found.counted),
        trace=tuple(trace),
        doc_ids=doc_ids(best_first) or tuple(d.doc_id for d in to_check),
        to_check=tuple(d.doc_id for d in to_check),
        is_searched=NOT_SEARCHED not in fired,
    )


def _enough(kind: SourceType, found: Sorted) -> str:
    names = ", ".join(j.name for j in found.sound[:3])
    more = f" and {len(found.sound) - 3} more" if len(found.sound) > 3 else ""
    said = counted(len(found.sound), "direct, in-date source")
    return f"{said} ({names}{more}); no rule finds it wanting."


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
    if kind is SourceType.GDL:
        return (
            "local guideline"
            if all(j.is_local for j in studies)
            else "national or international guideline"
        )
    if kind is SourceType.ECO:
        full = any(m.economic and m.economic.is_full_evaluation for j in studies for m in j.metas)
        return "full economic evaluation" if full else "costing or budget impact"
    if kind is SourceType.AUD:
        criteria = sum(len(m.audit) for j in studies for m in j.metas)
        return f"{criteria} audit criteria" if criteria > 1 else "audit or local data"
    metas = [m for j in studies for m in j.metas]  # of several, what the first says that says it
    said: dict[SourceType, Iterable[str]] = {
        SourceType.PPI: (m.ppi.method for m in metas if m.ppi),
        SourceType.FLK: (m.frontline.method for m in metas if m.frontline),
        SourceType.SVE: (m.design.label for m in metas if m.design),
    }
    none = "design not stated" if kind is SourceType.SVE else ""
    return next(filter(None, said.get(kind, ())), none)


def _directness_note(studies: Sequence[Judged]) -> str:
    notes = [
        f"{j.name}: {note}" for j in studies for note in (*j.fit.differs, *filter(None, [j.lacks]))
    ]
    unread = {e: sum(e in j.fit.unread for j in studies) for e in ("population", "setting")}
    notes += [
        f"{element} could not be read for {count} of {len(studies)}"
        for element, count in unread.items()
        if count
    ]
    return "; ".join(notes)


_MEASURED_HERE = frozenset(
    {SourceType.AUD, SourceType.SVE, SourceType.ECO, SourceType.PPI, SourceType.FLK}
)
"""Kinds of source that can tell what is done in one's own service."""


def kinds_that_speak(question: str, types: Sequence[str]) -> frozenset[SourceType]:
    """The kinds of source that can answer at all: what is done in one's own service is measured there alone."""
    is_here = asks_what_is_done_here(question, tuple(map(QuestionType, types)))
    return _MEASURED_HERE if is_here else frozenset(SourceType)


def _verdict(
    cells: Sequence[CoverageCell], speaks: frozenset[SourceType], quoted: frozenset[SourceType]
) -> Verdict:
    """D3, with one step more: when no required kind speaks but another kind does, the question is partly answered.

    Hiding what policy or women say because no trial was found would be knowledge acquired and not used. Where a required kind is to
    be checked, nobody can say yet that nothing answers.

    Args:
        cells: all eight.
        speaks: the kinds of which one at least must speak: a guideline alone does not tell how often something is done here.
        quoted: the kinds of which a sentence was found for the question: what is held on its subject alone answers no question for one thing.
    """
    required = [c for c in cells if c.need is Need.REQUIRED]
    if required and all(c.state is State.SUFFICIENT and c.source_type in quoted for c in required):
        return Verdict.ANSWERABLE
    is_said = any(c.state not in _ABSTAIN and c.source_type in speaks & quoted for c in cells)
    if is_said:
        return Verdict.PARTLY
    is_to_check = any(c.source_type in speaks and c.state is State.TO_CHECK for c in required)
    return Verdict.TO_CHECK if is_to_check else Verdict.NOT_ANSWERABLE


def _because(
    cells: Sequence[CoverageCell],
    verdict: Verdict,
    uncovered: Sequence[str],
    speaks: frozenset[SourceType],
) -> str:
    if verdict is Verdict.NOT_JUDGED:
        return "It asks about the corpus, not about care."
    required = [c for c in cells if c.need is Need.REQUIRED]
    by_state = {
        state: [c.source_type.label.lower() for c in required if c.state is state]
        for state in State
    }
    parts = [
        f"{state.words}: {', '.join(kinds)}" for state, kinds in reversed(by_state.items()) if kinds
    ]
    says = f"Of the kinds of knowledge this question needs, {'; '.join(parts)}." if parts else ""
    others = [
        c.source_type.label.lower()
        for c in cells
        if c.need is not Need.REQUIRED and c.state not in _ABSTAIN
    ]
    silent = [
        c.source_type.label.lower()
        for c in cells
        if c.source_type not in speaks and c.state not in _ABSTAIN
    ]
    if verdict is Verdict.NOT_ANSWERABLE and silent:
        says += f" It asks what is done in your service, which {' and '.join(silent)} cannot tell."
    elif required and others and all(c.state in _ABSTAIN for c in required):
        says += f" Only other kinds cover it: {', '.join(others)}."
    if uncovered:
        says += f" Nothing found here mentions {', '.join(uncovered)}."
    return says.strip()
