"""G5: direct, in-date sources whose stated directions differ for the same outcome. Shown side by side, never resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from kmassist.coverage.judged import Judged, Sorted
from kmassist.coverage.matrix import Conflict, RuleTrace
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import Finding
from kmassist.evidence.directions import (
    Direction,
    better_direction,
    is_same_outcome,
    name_outcomes,
    read_stated,
)
from kmassist.question.frames import intervention_of, outcome_of
from kmassist.settings.model import CoverageSettings
from kmassist.text.english import STOP_WORDS
from kmassist.text.shipped import english
from kmassist.text.words import stem, words

_BASIS = "AHRQ: inconsistent; domain rule: stated directions for the same outcome, never heterogeneity alone"
_CLEARLY = 0.2
"""Probability from which a source is about the question clearly enough to be set against another by its sentences."""
_REQUIRES = english("coverage", "requires")
_GENERIC = frozenset(
    stem(w)
    for w in words(
        "compared versus usual standard care group control women normal routine training support"
    )
)
_PLACES = (
    SourceType.PUB,
    SourceType.GDL,
    SourceType.ECO,
    SourceType.SVE,
    SourceType.AUD,
    SourceType.PPI,
    SourceType.FLK,
    SourceType.POL,
)


_COMPARES = frozenset({SourceType.PUB, SourceType.GDL, SourceType.ECO, SourceType.SVE})
"""Kinds of source that set one way of care against another; the others say what happens or is felt in one place."""
_RATIO = english("coverage", "ratio")


@dataclass(frozen=True, slots=True)
class Clash:
    """A conflict with the types whose cells it marks and the trace they show."""

    conflict: Conflict
    source_types: frozenset[SourceType | None]
    trace: RuleTrace


@dataclass(frozen=True, slots=True)
class _Statement:
    judged: Judged
    doc_id: str
    outcome: str
    direction: Direction
    says: str
    low: float | None = None
    high: float | None = None
    measure: str = ""
    is_aim: bool = False


def find_clashes(
    found: Mapping[SourceType, Sorted], frame: Mapping[str, str], limits: CoverageSettings
) -> tuple[Clash, ...]:
    """Every pair of studies in conflict, once per outcome, in the order of types.

    Directions come from the metadata's findings and from the quoted sentences; within one study and for aims of two
    policies there is no conflict. An effect against no difference counts only when their stated intervals stay apart or
    are not stated.
    """
    statements = [
        s for kind in _PLACES for judged in found[kind].sound for s in _statements(judged)
    ]
    statements += [
        s for judged in found[SourceType.POL].sound for s in _mandate(judged, outcome_of(frame))
    ]
    clashes: list[Clash] = []
    seen: set[tuple[str, str, str]] = set()
    for left, right in combinations(statements, 2):
        if (
            left.judged is right.judged
            or not _differ(left, right)
            or not _is_comparable(left.judged, right.judged, frame)
        ):
            continue
        key = (
            left.judged.study.key,
            right.judged.study.key,
            " ".join(name_outcomes(left.outcome)) or left.outcome.casefold(),
        )
        if key not in seen:
            seen.add(key)
            clashes.append(_clash(left, right))
    return (*clashes, *_heterogeneous(found[SourceType.PUB], limits))


def _statements(judged: Judged) -> Iterator[_Statement]:
    """What one study states: its findings first; its sentences only for outcomes that its findings leave open."""
    told: list[str] = []
    for source in judged.study.sources:
        for finding in source.document.metadata.findings:
            if finding.direction in {"increase", "decrease", "no difference"}:
                told.append(finding.outcome)
                yield _from_finding(judged, source.document.doc_id, finding)
    allows_aim = judged.study.source_type in {SourceType.POL, SourceType.GDL}
    for source in judged.study.sources:
        for excerpt in source.excerpts if source.probability >= _CLEARLY else ():
            for stated in read_stated(excerpt.quote):
                if (not stated.is_aim or allows_aim) and not any(
                    is_same_outcome(stated.outcome, t) for t in told
                ):
                    told.append(stated.outcome)
                    yield _Statement(
                        judged,
                        source.document.doc_id,
                        stated.outcome,
                        stated.direction,
                        excerpt.quote,
                        is_aim=stated.is_aim,
                    )


def _mandate(judged: Judged, asked_outcome: str) -> Iterator[_Statement]:
    """A policy that requires the practice asked about means to better the outcome asked about, where "better" is plain."""
    for name in name_outcomes(asked_outcome):
        better = better_direction(name)
        for source in judged.study.sources:
            for excerpt in source.excerpts if better else ():
                if _REQUIRES.search(f"{excerpt.before} {excerpt.quote} {excerpt.after}"):
                    yield _Statement(
                        judged, source.document.doc_id, name, better, excerpt.quote, is_aim=True
                    )
                    return


def _from_finding(judged: Judged, doc_id: str, finding: Finding) -> _Statement:
    direction: Direction = (
        "increase"
        if finding.direction == "increase"
        else "decrease"
        if finding.direction == "decrease"
        else "no difference"
    )
    says = f"{finding.outcome}: {finding.direction}" + (
        f", {finding.estimate}" if finding.estimate else ""
    )
    return _Statement(
        judged,
        doc_id,
        finding.outcome,
        direction,
        says,
        finding.ci_low,
        finding.ci_high,
        finding.measure.casefold(),
    )


def _differ(left: _Statement, right: _Statement) -> bool:
    if left.direction == right.direction or not is_same_outcome(left.outcome, right.outcome):
        return False
    if left.is_aim or right.is_aim:  # what is meant to happen is held against research alone
        return (
            right if left.is_aim else left
        ).judged.study.source_type is SourceType.PUB and left.is_aim != right.is_aim
    if "no difference" not in {left.direction, right.direction}:
        return True
    return _contradicts_no_difference(left, right)


def _contradicts_no_difference(left: _Statement, right: _Statement) -> bool:
    """Whether an effect is set against "no difference" on the same comparison and scale, with intervals apart."""
    if {left.judged.study.source_type, right.judged.study.source_type} - _COMPARES:
        return False  # a rate of one's own is no comparison that "no difference" could contradict
    if left.measure and right.measure and _scale(left.measure) != _scale(right.measure):
        return False
    bounds = (left.low, left.high, right.low, right.high)
    if left.measure != right.measure or any(bound is None for bound in bounds):
        return True
    low, high, other_low, other_high = (bound or 0.0 for bound in bounds)
    return high < other_low or other_high < low


def _scale(measure: str) -> str:
    """What a measure is read on: ratios of any kind together, every other by its name."""
    return "ratio" if _RATIO.search(measure) else measure


def _is_comparable(left: Judged, right: Judged, frame: Mapping[str, str]) -> bool:
    """Whether two studies are about the same practice, as far as their metadata say."""
    a, b = (_terms(" ".join(m.intervention for m in j.metas)) for j in (left, right))
    if not a or not b:
        return True
    asked = _terms(intervention_of(frame))
    return bool(a & b & asked) if asked & (a | b) else bool(a & b)


def _terms(text: str) -> set[str]:
    return {stem(w) for w in words(text) if w not in STOP_WORDS and len(w) > 2} - _GENERIC


def _clash(left: _Statement, right: _Statement) -> Clash:
    kinds = frozenset({left.judged.study.source_type, right.judged.study.source_type})
    outcome = " and ".join(name_outcomes(left.outcome)) or left.outcome
    conflict = Conflict(
        outcome=outcome,
        kind=_kind(left, right),
        left_doc_id=left.doc_id,
        left_says=left.says,
        right_doc_id=right.doc_id,
        right_says=right.says,
    )
    says = (
        f"{left.judged.name} and {right.judged.name} differ on {outcome}: {_word(left)} against {_word(right)}. "
        "Both are shown; a person decides."
    )
    return Clash(conflict, kinds, RuleTrace(code="G5", ahrq="C2", says=says, basis=_BASIS))


def _word(statement: _Statement) -> str:
    return f"meant to {statement.direction}" if statement.is_aim else statement.direction


def _kind(left: _Statement, right: _Statement) -> str:
    types = {left.judged.study.source_type, right.judged.study.source_type}
    for special, name in (
        (SourceType.POL, "mandate-evidence"),
        (SourceType.PPI, "research-involvement"),
        (SourceType.AUD, "research-local audit"),
        (SourceType.GDL, "guideline-newer trial"),
    ):
        if special in types:
            return name if len(types) == 2 else "study-study"
    return "study-study"


def _heterogeneous(published: Sorted, limits: CoverageSettings) -> Iterator[Clash]:
    """A review with considerable heterogeneity whose outcome has intervals that stay apart (never from I2 alone)."""
    for judged in published.sound:
        for finding in judged.findings:
            if (finding.i_squared_percent or 0) < limits.considerable_i_squared:
                continue
            same = [
                (j, f)
                for j in published.sound
                for f in j.findings
                if f is not finding
                and is_same_outcome(f.outcome, finding.outcome)
                and _apart(f, finding)
            ]
            if same:
                other, f = same[0]
                conflict = Conflict(
                    outcome=finding.outcome,
                    kind="study-study",
                    left_doc_id=judged.documents[0].doc_id,
                    left_says=f"{finding.outcome}: {finding.estimate}, I2 {finding.i_squared_percent:g}%",
                    right_doc_id=other.documents[0].doc_id,
                    right_says=f"{f.outcome}: {f.estimate}",
                )
                says = (
                    f"{judged.name} reports heterogeneity for {finding.outcome} (I2 {finding.i_squared_percent:g}%, "
                    f"limit {limits.considerable_i_squared:g}%) and intervals that do not overlap."
                )
                trace = RuleTrace(
                    code="G5",
                    ahrq="C2",
                    says=says,
                    setting="coverage.considerable_i_squared",
                    basis="Cochrane bands",
                )
                yield Clash(conflict, frozenset({SourceType.PUB}), trace)


def _apart(left: Finding, right: Finding) -> bool:
    if (
        left.ci_low is None
        or left.ci_high is None
        or right.ci_low is None
        or right.ci_high is None
        or left.measure != right.measure
    ):
        return False
    return left.ci_high < right.ci_low or right.ci_high < left.ci_low
