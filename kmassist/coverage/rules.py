"""G1 to G13 but for thinness (thin.py) and conflict (conflict.py): what each rule found and what it does to the cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kmassist.coverage.directness import Directness
from kmassist.coverage.judged import Judged, Sorted
from kmassist.coverage.matrix import ALSO_TO_CHECK, RuleTrace, State
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Design, Finding
from kmassist.documents.progress_plus import progress_groups
from kmassist.documents.required_metadata import missing_metadata
from kmassist.question.types import Need
from kmassist.settings.model import CoverageSettings
from kmassist.text.counts import counted
from kmassist.text.quoted import quoted
from kmassist.text.shipped import english

_GRADE = "GRADE: imprecision"
_RATIO = english("coverage", "ratio")
_HIGH_RISK_OF_BIAS = english("coverage", "high_risk_of_bias")
_NEGATED = english("coverage", "negated")
_WEAK = frozenset({Design.BEFORE_AFTER, Design.CASE_SERIES, Design.OPINION})


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that spoke; ``state`` is what it does to the cell, None when it only adds its code."""

    trace: RuleTrace
    state: State | None = None


def missing(
    kind: SourceType,
    need: Need,
    found: Sorted,
    *,
    documents: int,
    searched_on: str,
    to_check: Sequence[Document] = (),
) -> list[Fired]:
    """G1: no direct or partial source of a required type. The words claim a corpus gap and no more (domain D1).

    Args:
        kind, need, found: which kind of source, whether the question needs it, and what counts of it.
        documents, searched_on: how many were searched, and when.
        to_check: documents of this type that may be about the subject: while there are any, nothing is said to be missing.
    """
    if to_check and not found.has_any:
        says = f"To check: {_may_be_about_this(to_check)}"
        return [Fired(RuleTrace(code="", ahrq="", says=says), State.TO_CHECK)]
    if not found.counted:
        says = f"No {kind.label.lower()} source on this in the corpus ({counted(documents, 'document')}, searched {searched_on})."
        if found.not_counted:
            first = found.not_counted[0]
            title = (
                first.study.sources[0].document.metadata.title
                or first.study.sources[0].document.source_name
            )
            says += (
                f" {len(found.not_counted)} found cannot count: {quoted(title)} is {first.reason}."
            )
        if need is not Need.REQUIRED:
            says += (
                " It is not required for this question."
                if need is Need.DESIRABLE
                else " This question does not need one."
            )
            return [Fired(RuleTrace(code="", ahrq="", says=says), State.ABSENT)]
        return [
            Fired(RuleTrace(code="G1", ahrq="A1", says=says, basis="by definition"), State.ABSENT)
        ]
    if need is Need.REQUIRED and all(
        j.fit.directness is Directness.INDIRECT for j in found.counted
    ):
        says = f"No direct or partly direct {kind.label.lower()} source: all {len(found.counted)} found are indirect."
        return [Fired(RuleTrace(code="G1", ahrq="A1", says=says, basis="by definition"))]
    return []


_NAMED = 3


def also_to_check(found: Sorted, to_check: Sequence[Document]) -> list[Fired]:
    """Documents that may be on the subject where others are: they change no state, and a person can find them."""
    if not to_check or not found.has_any:
        return []
    says = f"{ALSO_TO_CHECK}{_may_be_about_this(to_check)}"
    return [Fired(RuleTrace(code="", ahrq="", says=says))]


def _may_be_about_this(to_check: Sequence[Document]) -> str:
    named = [f"{quoted(d.metadata.title or d.source_name)} ({d.doc_id})" for d in to_check[:_NAMED]]
    more = f" and {len(to_check) - _NAMED} more" if len(to_check) > _NAMED else ""
    return f"{', '.join(named)}{more} may be about this."


def silent(found: Sorted) -> list[Fired]:
    """G7: sources are on the subject and none of them says what is asked; names what each lacks."""
    lacking = [f"{j.name} {j.lacks}" for j in found.counted if j.lacks]
    if not lacking or found.speaking:
        return []
    says = f"On the subject, silent on this: {'; '.join(lacking[:_NAMED])}."
    return [
        Fired(
            RuleTrace(code="G7", ahrq="D4", says=says, basis="AHRQ: not the right information"),
            State.SILENT,
        )
    ]


def indirect(found: Sorted) -> list[Fired]:
    """G7: sources cover it, none of them direct; says which element differs."""
    if not found.speaking or found.direct:
        return []
    elements = [note for j in found.speaking for note in j.fit.differs]
    letters = "/".join(sorted({_ELEMENT_LETTERS[note.split(":")[0]] for note in elements}))
    shown = "; ".join(dict.fromkeys(elements))
    count = len(found.speaking)
    says = f"{'The only source is not' if count == 1 else f'None of {count} sources is'} direct ({shown})."
    return [
        Fired(
            RuleTrace(code="G7", ahrq=letters, says=says, basis="AHRQ: not the right information"),
            State.INDIRECT_ONLY,
        )
    ]


_ELEMENT_LETTERS = {"population": "D1", "setting": "D5"}


def outdated(found: Sorted) -> list[Fired]:
    """G8 for each outdated direct study; the cell is outdated only when all of them are. Amber ages are notes."""
    fired: list[Fired] = []
    is_all = bool(found.direct) and not found.sound
    for judged in found.counted:
        age = judged.age
        if age.level == "red":
            trace = RuleTrace(
                code="G8",
                ahrq="",
                says=f"{judged.name}: {age.says}",
                setting=age.setting,
                basis=age.basis,
            )
            fired.append(Fired(trace, State.OUTDATED_ONLY if is_all and judged.is_direct else None))
        elif age.level == "amber":
            says = f"Check {judged.name}: {age.says}"
            fired.append(
                Fired(
                    RuleTrace(
                        code="amber", ahrq="", says=says, setting=age.setting, basis=age.basis
                    )
                )
            )
    return fired


def imprecise(found: Sorted, limits: CoverageSettings) -> list[Fired]:
    """G3: a stated 95% interval holds both no effect and an important difference; the cell is thin when all do."""
    low, high = limits.important_ratio_low, limits.important_ratio_high
    wide: dict[str, Finding] = {}
    precise = 0
    for finding in (f for j in found.sound for f in j.findings):
        if (
            finding.ci_low is None
            or finding.ci_high is None
            or not _RATIO.search(f"{finding.measure} {finding.estimate}")
        ):
            continue
        if finding.ci_low < 1 < finding.ci_high and (
            finding.ci_low <= low or finding.ci_high >= high
        ):
            wide.setdefault(finding.outcome, finding)
        else:
            precise += 1
    if not wide:
        return []
    shown = "; ".join(f"{name} ({f.ci_low:g} to {f.ci_high:g})" for name, f in wide.items())
    says = f"The stated 95% interval holds both no effect and an important difference ({low:g} or {high:g}) for: {shown}."
    trace = RuleTrace(
        code="G3", ahrq="A4", says=says, setting="coverage.important_ratio_low", basis=_GRADE
    )
    return [Fired(trace, None if precise else State.THIN)]


def biased(kind: SourceType, found: Sorted, is_effect_question: bool) -> list[Fired]:
    """G4: only weak designs for an effect question, stated high risk of bias, or industry funding alone."""
    if kind is not SourceType.PUB or not found.sound:
        return []
    fired: list[Fired] = []
    designs = [j.designs for j in found.sound]
    if is_effect_question and all(d and d <= _WEAK for d in designs):
        labels = sorted({x.label for d in designs for x in d})
        says = f"Only {' and '.join(labels)} for a question of effect."
        fired.append(
            Fired(
                RuleTrace(code="G4", ahrq="B1", says=says, basis="AHRQ: wrong study design"),
                State.THIN,
            )
        )
    if all(_states_high_risk(j) for j in found.sound):
        says = f"{_all(len(found.sound))} a high risk of bias itself."
        fired.append(
            Fired(
                RuleTrace(
                    code="G4", ahrq="B2", says=says, basis="AHRQ: major methodological limits"
                ),
                State.THIN,
            )
        )
    if all(
        any(m.industry_involvement in {"funded", "authored"} for m in j.metas) for j in found.sound
    ):
        says = f"Industry funded or wrote every direct study ({len(found.sound)})."
        fired.append(
            Fired(
                RuleTrace(
                    code="G4",
                    ahrq="B2",
                    says=says,
                    basis="project decision: sole industry evidence",
                ),
                State.THIN,
            )
        )
    return fired


def _states_high_risk(judged: Judged) -> bool:
    quotes = [e.quote for source in judged.study.sources for e in source.excerpts]
    return any(
        not _NEGATED.search(quote[: match.start()])
        for quote in quotes
        for match in _HIGH_RISK_OF_BIAS.finditer(quote)
    )


def _all(count: int) -> str:
    return "The one direct study states" if count == 1 else f"Each of {count} direct studies states"


def lonely(kind: SourceType, found: Sorted) -> list[Fired]:
    """G6: exactly one direct study, so that its consistency with others is unknown."""
    if kind not in {SourceType.PUB, SourceType.ECO, SourceType.SVE} or len(found.direct) != 1:
        return []
    one = found.direct[0]
    says = f"Exactly one direct study ({one.name}): whether others agree is unknown."
    if one.is_review:
        says = f"One review ({one.name}) and no direct study beside it: consistency is only what the review reports."
    return [Fired(RuleTrace(code="G6", ahrq="C1", says=says, basis="AHRQ: consistency unknown"))]


def unappraised(found: Sorted) -> list[Fired]:
    """G11: documents that do not say what their type must record; a missing date among it."""
    notes: list[str] = []
    for judged in found.counted:
        lacking = [missing_metadata(m) for m in judged.metas]
        always = [name for name in lacking[0] if all(name in other for other in lacking)]
        if always:
            notes.append(f"{judged.name}: {', '.join(always)}")
    if not notes:
        return []
    says = f"Not stated by the source: {'; '.join(notes[:4])}{f'; and {len(notes) - 4} more' if len(notes) > 4 else ''}."
    return [
        Fired(
            RuleTrace(
                code="G11", ahrq="B", says=says, basis="AACODS: avoid undated material; taxonomy C1"
            )
        )
    ]


def ongoing(found: Sorted) -> list[Fired]:
    """G12: a registered study or review without results yet; wait or act."""
    fired = []
    for study in found.unfinished:
        document = study.sources[0].document
        due = next(
            (
                s.document.metadata.result_expected
                for s in study.sources
                if s.document.metadata.result_expected
            ),
            None,
        )
        when = f"results expected {due}" if due else "no expected date stated"
        title = document.metadata.title or document.source_name
        says = (
            f"Still running: {document.cite_as}, {quoted(title)} ({when}). Wait, or act meanwhile?"
        )
        fired.append(
            Fired(RuleTrace(code="G12", ahrq="", says=says, basis="EPICOT: ongoing research"))
        )
    return fired


def single_type(
    sorted_: dict[SourceType, Sorted],
    states: dict[SourceType, State],
    needed: Mapping[SourceType, Need],
    limits: CoverageSettings,
) -> dict[SourceType, RuleTrace]:
    """G9: all documents of one kind of knowledge, or a required kind missing while another is sufficient."""
    basis = "founding studies: several kinds of knowledge are needed"
    counting = {kind: found.counted for kind, found in sorted_.items() if found.counted}
    total = sum(len(j.documents) for studies in counting.values() for j in studies)
    required = [kind for kind, need in needed.items() if need is Need.REQUIRED]
    if len(counting) == 1 and total >= limits.single_type_documents and len(required) > 1:
        kind = next(iter(counting))
        says = f"All {counted(total, 'document')} found are of one kind of knowledge ({kind.label.lower()})."
        return {
            kind: RuleTrace(
                code="G9", ahrq="", says=says, setting="coverage.single_type_documents", basis=basis
            )
        }
    full = [kind.value for kind in required if states[kind] is State.SUFFICIENT]
    if not full:
        return {}
    says = f"Missing while {', '.join(full)} is sufficient: do not decide on one kind of knowledge alone."
    return {
        kind: RuleTrace(code="G9", ahrq="", says=says, basis=basis)
        for kind in required
        if states[kind] is State.ABSENT
    }


def equity(sorted_: dict[SourceType, Sorted]) -> dict[SourceType, RuleTrace]:
    """G13: local data are shown by a group that no source of published research or involvement reports on."""
    local = [j for kind in (SourceType.AUD, SourceType.POL) for j in sorted_[kind].counted]
    affected = progress_groups([g for j in local for m in j.metas for g in m.groups_reported])
    if not affected:
        return {}
    basis = "PROGRESS-Plus; project decision"
    found: dict[SourceType, RuleTrace] = {}
    for kind in (SourceType.PUB, SourceType.PPI):
        studies = sorted_[kind].counted
        if not studies:
            continue
        texts = [g for j in studies for m in j.metas for g in m.groups_reported]
        texts += [g for j in studies for m in j.metas if m.ppi for g in m.ppi.groups]
        if blind := sorted(affected - progress_groups(texts)):
            shown, unseen = ", ".join(sorted(affected)), ", ".join(blind)
            says = f"Local data are shown by {shown}; no {kind.label.lower()} source here reports by {unseen}."
            found[kind] = RuleTrace(code="G13", ahrq="D1", says=says, basis=basis)
    return found
