"""G2: what makes each source type thin (domain D3). Every function returns the sentence with its numbers, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kmassist.coverage.directness import settings_of
from kmassist.coverage.judged import Judged
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import Design, Metadata
from kmassist.documents.required_metadata import REVIEWS
from kmassist.question.types import QuestionType
from kmassist.settings.model import CoverageSettings
from kmassist.text.counts import counted

_EFFECT = frozenset(
    {
        QuestionType.EFFECT,
        QuestionType.SERVICE_MODEL,
        QuestionType.SCALE_UP,
        QuestionType.COST,
        QuestionType.LOCAL_PERFORMANCE,
    }
)


@dataclass(frozen=True, slots=True)
class Thin:
    """Why a type is thin: the sentence, the AHRQ letter (A2 few studies, A3 small) and the setting that moves it."""

    says: str
    ahrq: str
    setting: str = ""
    basis: str = "project decision, to be calibrated locally"


def is_effect(types: Sequence[QuestionType]) -> bool:
    """Whether published research is judged on the design ladder for this question."""
    return bool(_EFFECT & set(types)) or not {
        QuestionType.EXPERIENCE,
        QuestionType.IMPLEMENTATION,
        QuestionType.DIAGNOSIS,
    } & set(types)


def find_thin(
    source_type: SourceType,
    studies: Sequence[Judged],
    types: Sequence[QuestionType],
    limits: CoverageSettings,
) -> Thin | None:
    """Apply the rule of one type to its direct, in-date studies (at least one)."""
    if source_type is SourceType.PUB:
        if is_effect(types):
            return _effect(studies, limits)
        return (
            _diagnosis(studies, limits)
            if QuestionType.DIAGNOSIS in types
            else _experience(studies, limits)
        )
    rule = _RULES.get(source_type)
    return rule(studies, limits) if rule else None


def _effect(studies: Sequence[Judged], limits: CoverageSettings) -> Thin | None:
    if any(Design.SYSTEMATIC_REVIEW in j.designs for j in studies):
        return None
    trials = [j for j in studies if Design.RCT in j.designs]
    if len(trials) < limits.minimum_direct_rcts:
        return Thin(
            f"No systematic review and {_count(len(trials), 'direct randomised trial')}; "
            f"{limits.minimum_direct_rcts} are asked for ({_count(len(studies), 'direct study', 'direct studies')} in all).",
            "A2",
            "coverage.minimum_direct_rcts",
        )
    basis = "GRADE rule of thumb for the optimal information size"
    events = [j.events for j in trials if j.events is not None]
    if events and sum(events) < limits.minimum_events and len(events) == len(trials):
        return Thin(
            f"No systematic review, and the {len(trials)} direct trials together count {sum(events)} events of their commonest "
            f"outcome; {limits.minimum_events} are asked for.",
            "A3",
            "coverage.minimum_events",
            basis,
        )
    people = [j.people for j in trials if j.people is not None]
    if len(people) == len(trials) and sum(people) < limits.minimum_people:
        return Thin(
            f"No systematic review, and the {len(trials)} direct trials together have {sum(people):,} people; "
            f"{limits.minimum_people} are asked for.",
            "A3",
            "coverage.minimum_people",
            basis,
        )
    return None


def _experience(studies: Sequence[Judged], limits: CoverageSettings) -> Thin | None:
    if any(j.is_review for j in studies) or len(studies) >= limits.minimum_primary_experience:
        return None
    return Thin(
        f"No synthesis and {_count(len(studies), 'primary study', 'primary studies')}; "
        f"{limits.minimum_primary_experience} are asked for.",
        "A2",
        "coverage.minimum_primary_experience",
    )


def _diagnosis(studies: Sequence[Judged], limits: CoverageSettings) -> Thin | None:
    wanted = {Design.DIAGNOSTIC_STUDY, Design.RCT, Design.COHORT}
    if any(j.designs & REVIEWS for j in studies):
        return None
    primary = [j for j in studies if j.designs & wanted]
    if len(primary) >= limits.minimum_direct_rcts:
        return None
    return Thin(
        f"No review and {_count(len(primary), 'direct accuracy study', 'direct accuracy studies')}; "
        f"{limits.minimum_direct_rcts} are asked for.",
        "A2",
        "coverage.minimum_direct_rcts",
    )


def _guideline(studies: Sequence[Judged], limits: CoverageSettings) -> Thin | None:
    if all(j.is_local for j in studies):
        return Thin(
            f"Only a local guideline ({studies[0].name}); none from a national or international body.",
            "A2",
        )
    return None


def _economic(studies: Sequence[Judged], limits: CoverageSettings) -> Thin | None:
    full = [j for j in studies if any(_is_uk_full_evaluation(j, m) for m in j.metas)]
    if full:
        return None
    return Thin(
        f"No full economic evaluation for the UK among {_count(len(studies), 'direct source')}.",
        "A2",
    )


def _is_uk_full_evaluation(judged: Judged, meta: Metadata) -> bool:
    if not meta.economic or not meta.economic.is_full_evaluation:
        return False
    found = {s for d in judged.documents for s in settings_of(d)}
    return any(s.startswith("UK") for s in found)


def _audit(studies: Sequence[Judged], limits: CoverageSettings) -> Thin | None:
    criteria = [c for j in studies for m in j.metas for c in m.audit]
    measured = [(c, interval) for c in criteria if (interval := c.wilson_interval()) is not None]
    if not measured:
        return Thin(
            "No criterion with a count (n of N) could be read, so its precision cannot be judged.",
            "A3",
        )
    widths = {id(c): high - low for c, (low, high) in measured}
    if any(c.is_census or widths[id(c)] <= limits.audit_interval_points for c, _ in measured):
        return None
    return Thin(
        f"The 95% interval of every criterion is wider than {limits.audit_interval_points:g} points, "
        "and not every eligible case was audited.",
        "A3",
        "coverage.audit_interval_points",
    )


def _involvement(studies: Sequence[Judged], limits: CoverageSettings) -> Thin | None:
    records = [m.ppi for j in studies for m in j.metas if m.ppi]
    if not any(r.groups for r in records):
        return Thin(
            "No source says which groups were heard. Hear from more people and note who they are; do not discount this.",
            "A2",
        )
    numbers = [r.number for r in records if r.number is not None]
    if len(studies) == 1 and (not numbers or max(numbers) < limits.ppi_minimum_people):
        heard = "fewer" if numbers else "an unstated number"  # how many may be too few to tell
        return Thin(
            f"One activity; {limits.ppi_minimum_people} people are asked for and {heard} took part. "
            "Hear from more people; do not discount what they said: "
            "one account can show a safety problem.",
            "A3",
            "coverage.ppi_minimum_people",
        )
    return None


def _frontline(studies: Sequence[Judged], limits: CoverageSettings) -> Thin | None:
    roles = {
        role.casefold()
        for j in studies
        for m in j.metas
        if m.frontline
        for role in m.frontline.roles
    }
    if len(roles) >= limits.frontline_minimum_roles:
        return None
    said = (
        f"One profession spoke ({roles.pop()})"
        if roles
        else "No source says which professions spoke"
    )
    return Thin(
        f"{said}; {limits.frontline_minimum_roles} are asked for.",
        "A2",
        "coverage.frontline_minimum_roles",
    )


def _evaluation(studies: Sequence[Judged], limits: CoverageSettings) -> Thin | None:
    records = [m.evaluation for j in studies for m in j.metas if m.evaluation]
    if not records:
        return Thin("Sites, period and comparator are not stated.", "A2")
    lacks: list[list[str]] = []
    for r in records:
        lack = []
        if (r.sites or 0) < limits.evaluation_minimum_sites:
            lack.append(_count(r.sites, "site") if r.sites is not None else "sites not stated")
        if (r.months or 0.0) < limits.evaluation_minimum_months:
            lack.append(f"{r.months:g} months" if r.months is not None else "period not stated")
        if not r.comparator:
            lack.append("no comparator")
        lacks.append(lack)
    fewest = min(lacks, key=len)
    if not fewest:
        return None
    return Thin(
        f"The fullest evaluation falls short on: {', '.join(fewest)} ({limits.evaluation_minimum_sites} sites, "
        f"{limits.evaluation_minimum_months:g} months and a comparator asked for).",
        "A2",
        "coverage.evaluation_minimum_sites",
    )


def _count(number: int, noun: str, plural: str = "") -> str:
    return counted(number, noun, plural) if number else f"no {plural or noun + 's'}"


_RULES: dict[SourceType, Callable[[Sequence[Judged], CoverageSettings], Thin | None]] = {
    SourceType.GDL: _guideline,
    SourceType.ECO: _economic,
    SourceType.AUD: _audit,
    SourceType.PPI: _involvement,
    SourceType.FLK: _frontline,
    SourceType.SVE: _evaluation,
}
