"""Age by evidence date, with thresholds per source type (domain D3, table Age)."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal

from kmassist.documents.document import SourceType
from kmassist.documents.in_force import is_superseded
from kmassist.documents.metadata import Metadata
from kmassist.documents.required_metadata import REVIEWS
from kmassist.settings.model import AgeSettings
from kmassist.text.shipped import english

_DAYS_A_MONTH = 30.4375
_SURVEILLANCE = english("coverage", "surveillance")
_BASIS = {
    "review": "Shojania 2007: a signal for updating after a median of 5.5 years, 23% within 2 years",
    "guideline": "Martinez Garcia 2014: about 1 in 5 recommendations out of date after 3 years",
    "primary": "project decision: results do not expire, their context does",
    "audit": "project decision, to be calibrated locally",
    "ppi": "project decision, to be calibrated locally",
    "frontline": "project decision, to be calibrated locally",
    "evaluation": "project decision, to be calibrated locally",
    "economic": "project decision, to be calibrated locally",
    "policy": "by definition",
    "unknown": "no limit of age holds for a kind of source that is not known",
}


@dataclass(frozen=True, slots=True)
class Age:
    """``level`` is empty (in date), ``amber`` (check) or ``red`` (outdated); ``says`` gives the dates and the limit."""

    level: Literal["", "amber", "red"] = ""
    says: str = ""
    setting: str = ""
    basis: str = ""


def latest_day(date: str) -> dt.date:
    """The last day a partial date may mean, so that an unknown month never makes a source older than it is."""
    parts = [int(part) for part in date.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return dt.date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def months_since(date: str, today: dt.date) -> float:
    """Months from a partial date to today, never negative."""
    return max(0.0, (today - latest_day(date)).days / _DAYS_A_MONTH)


def span(months: float) -> str:
    """``14 months`` or ``7.4 years``."""
    return f"{months:.0f} months" if months < 36 else f"{months / 12:.1f} years"


def judge_age(  # noqa: PLR0911
    metadata: Metadata, today: dt.date, limits: AgeSettings, *, newest_direct_rct: str = ""
) -> Age:
    """Judge one document's age by its evidence date.

    Args:
        metadata: of a dated document; for a study with several reports, the merged one.
        today: the day of asking.
        limits: months from which it is amber and red, per type.
        newest_direct_rct: evidence date of the newest direct randomised trial; a newer one makes a review outdated.
    """
    kind = metadata.source_type
    track = kind.folder if kind else "unknown"
    if kind is SourceType.PUB:
        track = "review" if metadata.design in REVIEWS else "primary"
    basis = _BASIS[track]
    if out := is_superseded(metadata, today):
        return Age("red", f"It is {out}.", "", "by definition")
    due = min((c.re_audit_due for c in metadata.audit if c.re_audit_due), default="")
    if due and latest_day(due) < today:
        return Age(
            "red", f"Its re-audit was due {due}.", "", "HQIP audit cycle: sustain by re-audit"
        )
    dated, months = _evidence_age(metadata, today)
    if not dated and metadata.to_come:
        says = f"It is dated {metadata.to_come}, after today: check the date."
        return Age("amber", says, "", "AACODS: date")
    if not dated:
        return Age("amber", "It is undated: ask its issuer how old it is.", "", "AACODS: date")
    red = getattr(limits, f"{track}_red", None)
    amber = getattr(limits, f"{track}_amber", None)
    says = f"Evidence date {dated}, {span(months)} ago"
    if (
        track == "guideline"
        and red
        and months > red
        and _SURVEILLANCE.search(f"{metadata.status} {metadata.version}")
    ):
        red = None
    if red and months > red:
        return Age(
            "red", f"{says}; outdated after {span(red)}.", f"coverage.age.{track}_red", basis
        )
    if (
        track == "review"
        and newest_direct_rct
        and metadata.dated
        and latest_day(newest_direct_rct) > latest_day(metadata.dated)
    ):
        return Age(
            "red",
            f"Its search ({dated}) is older than a direct trial held here ({newest_direct_rct}).",
            "",
            "domain rule: newer direct trial",
        )
    if metadata.review_by and latest_day(metadata.review_by) < today:
        return Age("amber", f"Its review date was {metadata.review_by}.", "", basis)
    if amber and months > amber:
        return Age(
            "amber", f"{says}; check after {span(amber)}.", f"coverage.age.{track}_amber", basis
        )
    return Age(says=f"{says}.")


def _evidence_age(metadata: Metadata, today: dt.date) -> tuple[str, float]:
    if metadata.economic and metadata.economic.price_year:
        year = metadata.economic.price_year
        return f"price year {year}", 12.0 * max(0, today.year - year)
    dated = metadata.dated or ""
    return dated, months_since(dated, today) if dated else 0.0
