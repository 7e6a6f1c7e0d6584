"""What is known of a document beside its text; unknown is empty, never guessed."""

from __future__ import annotations

import calendar
import re
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from kmassist.documents.frozen import Frozen
from kmassist.documents.source_types import SourceType as SourceType  # noqa: PLC0414 - likewise
from kmassist.documents.values import FIRST_YEAR, Count, storable
from kmassist.text import clock
from kmassist.text.characters import clean_text as clean_text  # noqa: PLC0414 - one of this module's names


class Design(StrEnum):
    """Study design of published research (taxonomy C2): a label, never a score across source types. ``label`` is for people."""

    label: str

    SYSTEMATIC_REVIEW = "1a", "systematic review"
    RCT = "1b", "randomised trial"
    QUASI_EXPERIMENTAL = "2a", "quasi-experimental study"
    COHORT = "2b", "cohort or case-control study"
    BEFORE_AFTER = "2c", "before-and-after study"
    CROSS_SECTIONAL = "3", "survey or cross-sectional study"
    CASE_SERIES = "4", "case series"
    OPINION = "5", "consensus, narrative or opinion"
    QUALITATIVE_SYNTHESIS = "Q1", "qualitative evidence synthesis"
    QUALITATIVE = "Q2", "qualitative study"
    MIXED_METHODS = "MM", "mixed-methods study"
    REALIST_REVIEW = "R", "realist review"
    DIAGNOSTIC_REVIEW = "DX1", "diagnostic or prognostic review"
    DIAGNOSTIC_STUDY = "DX2", "diagnostic or prognostic study"
    PROTOCOL = "P", "study protocol"

    def __new__(cls, code: str, label: str = "") -> Self:
        design = str.__new__(cls, code)
        design._value_, design.label = code, label
        return design


class Origin(StrEnum):
    """Whether the knowledge was produced elsewhere or by this service."""

    EXTERNAL = "external"
    INTERNAL = "internal"


class Setting(StrEnum):
    """Where the knowledge was produced, as far as directness needs it."""

    UK_LOCAL = "UK-local"
    UK_OTHER = "UK-other"
    HIC = "HIC"
    LMIC = "LMIC"


class Sharing(StrEnum):
    """Who may see the document outside the library."""

    PUBLIC = "public"
    NHS = "nhs-internal"
    TEAM = "team"


_DATE = re.compile(r"^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?$")
_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d.{0,30}$")
OWN_FIELDS = frozenset({"came_from", "quoted_by"})
"""What kmassist alone says of a document: no file, flag or person sets it."""


def check_partial_date(value: Any) -> Any:
    """Take ``2024``, ``2024-03`` or ``2024-03-01`` (also int, ``datetime.date``, a moment of a day, and what people write: ``14 May
    2026``, ``14/05/2026``) as ISO text; refuse the rest, days that no calendar has among it. Every way in (front matter, sidecar, edit, reference, bundle) ends here.

    Raises:
        ValueError: the value is not a date of that form.
    """
    if value is None or value == "":
        return None
    text = value.isoformat()[:10] if hasattr(value, "isoformat") else str(value).strip()
    text = moment[1] if (moment := _MOMENT.match(text)) else text
    if not _DATE.match(text):
        from kmassist.text.dates import whole_date

        text = whole_date(text) or text
    if not _DATE.match(text):
        raise ValueError(f"'{text[:40]}' is not a date; write 2026, 2026-03 or 2026-03-31")
    year, *rest = (int(part) for part in text.split("-"))
    if year < FIRST_YEAR or (len(rest) == 2 and rest[1] > calendar.monthrange(year, rest[0])[1]):
        raise ValueError(f"'{text}' is no day of the calendar")
    return text


def is_to_come(date: str) -> bool:
    """Whether a partial date, whatever day it may mean, is after today: it counts as newest nowhere."""
    return date > clock.today().isoformat()[: len(date)]


PartialDate = Annotated[str | None, BeforeValidator(check_partial_date)]


class _Frozen(Frozen):
    """Values that can be stored whatever they came from: no text without an encoding, no number without an end."""

    model_config = ConfigDict(allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, values: Any) -> Any:
        return (
            {name: storable(value) for name, value in values.items()}
            if isinstance(values, dict)
            else values
        )


class AuditCriterion(_Frozen):
    """One criterion of a clinical audit (HQIP cycle). ``numerator`` of ``denominator`` cases met the standard.

    Percentages are 0 to 100. ``higher_is_better`` is false for a rate that should fall and None where nothing says so;
    see ``is_floor``. ``is_census`` says that every eligible case was counted, so that a wide interval is no sampling
    problem.

    Raises:
        ValueError: more cases met the standard than there were.
    """

    criterion: str
    standard_source: str = ""
    target_percent: float | None = Field(default=None, ge=0, le=100)
    numerator: Count = None
    denominator: Count = None
    eligible: Count = None
    period_start: PartialDate = None
    period_end: PartialDate = None
    re_audit_due: PartialDate = None
    previous_percent: float | None = Field(default=None, ge=0, le=100)
    higher_is_better: bool | None = None
    action: str = ""
    owner_role: str = ""
    locator: str = ""

    @model_validator(mode="after")
    def _is_possible(self) -> AuditCriterion:
        cases = self.numerator, self.denominator
        if cases[0] is not None and cases[1] is not None and cases[0] > cases[1]:
            raise ValueError(
                f"{cases[0]} of {cases[1]} cannot be: there are more cases than were looked at"
            )
        return self

    @property
    def is_floor(self) -> bool | None:
        """Whether the target is a least value; False for a ceiling, None when that is not known.

        Where the source does not say it, a target of half the cases or more is a floor: nobody aims at harm to most.
        """
        if self.higher_is_better is not None:
            return self.higher_is_better
        return True if self.target_percent is not None and self.target_percent >= 50 else None

    @property
    def achieved_percent(self) -> float | None:
        """Percent achieved, or None without a denominator."""
        if self.numerator is None or not self.denominator:
            return None
        return 100.0 * self.numerator / self.denominator

    @property
    def is_census(self) -> bool:
        """Whether every eligible case was audited."""
        return (
            self.eligible is not None
            and self.denominator is not None
            and self.denominator >= self.eligible
        )

    @property
    def is_met(self) -> bool | None:
        """Whether the target was met; None when a figure or the direction is not known."""
        achieved, is_floor = self.achieved_percent, self.is_floor
        if achieved is None or self.target_percent is None or is_floor is None:
            return None
        return achieved >= self.target_percent if is_floor else achieved <= self.target_percent

    def wilson_interval(self, z: float = 1.959963984540054) -> tuple[float, float] | None:
        """The Wilson score interval (Wilson 1927) in percent, 95% by default; None without a denominator."""
        if self.numerator is None or not self.denominator:
            return None
        n, p = self.denominator, self.numerator / self.denominator
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * ((p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5) / (1 + z * z / n)
        return 100 * max(0.0, centre - half), 100 * min(1.0, centre + half)


class PPIRecord(_Frozen):
    """Who was heard and what changed: GRIPP2 short form plus what a local report needs (domain B10)."""

    who: str = ""
    number: Count = None
    groups: tuple[str, ...] = ()
    not_heard: tuple[str, ...] = ()
    method: str = ""
    recruited: str = ""
    aim: str = ""
    changed: str = ""
    reflections: str = ""


class FrontlineRecord(_Frozen):
    """Which staff spoke, how many, how."""

    roles: tuple[str, ...] = ()
    number: Count = None
    method: str = ""


class EvaluationRecord(_Frozen):
    """What a service evaluation or pilot covered."""

    sites: Count = None
    months: float | None = Field(default=None, ge=0, le=1200)
    comparator: str = ""
    outcomes: tuple[str, ...] = ()
    context: str = ""


class EconomicRecord(_Frozen):
    """Perspective and price year of an economic source."""

    perspective: str = ""
    price_year: int | None = Field(default=None, ge=1970, le=2100)
    currency: str = ""
    country: str = ""
    horizon: str = ""
    is_full_evaluation: bool = False


class Finding(_Frozen):
    """One result of a study, per outcome, as the source states it. ``direction`` is of the outcome itself."""

    outcome: str
    direction: str = Field(default="", pattern="^(|increase|decrease|no difference|unclear)$")
    estimate: str = ""
    ci_low: float | None = None
    ci_high: float | None = None
    measure: str = ""
    events: Count = None
    i_squared_percent: float | None = Field(default=None, ge=0, le=100)
    certainty: str = ""
    certainty_scheme: str = ""


AFTER_TODAY = "after today: check"
SCREENED_OUT = "screened out"
"""Status of a reference that the reviewers' screening tool marks as excluded."""


class Metadata(_Frozen):
    """What is known about a document. Unknown is None or empty, never a guess written as a fact.

    ``evidence_date`` is when the knowledge was gathered: search date of a review, end of data collection of an audit or
    of involvement work; age rules use it and fall back on ``published``, never on the date of adding.
    ``came_from`` maps a field name to where its value was read: ``file``, ``front matter``, ``sidecar``, ``folder``,
    ``flag``, ``detected``, ``edited``, or ``confirmed`` for a proposal that a person took. ``digest`` says what somebody else
    read who restated a paper in words of their own (``abstract``, ``full text``, ``paper not read``); ``quoted_by`` names the
    service whose brief the words came with.
    """

    title: str = ""
    source_type: SourceType | None = None
    design: Design | None = None
    authors: tuple[str, ...] = ()
    issuer: str = ""
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    published: PartialDate = None
    evidence_date: PartialDate = None
    review_by: PartialDate = None
    in_force_until: PartialDate = None
    superseded_by: str = ""
    status: str = ""
    version: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    registration: str = ""
    study_id: str = ""
    isbn: str = ""
    url: str = ""
    origin: Origin | None = None
    setting: Setting | None = None
    country: str = ""
    population: str = ""
    intervention: str = ""
    sample_size: Count = None
    groups_reported: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    licence: str = ""
    sharing: Sharing = Sharing.PUBLIC
    is_synthetic: bool = False
    digest: str = ""
    quoted_by: str = ""
    is_ongoing: bool = False
    result_expected: PartialDate = None
    states_uncertainty: str = ""
    funding: str = ""
    industry_involvement: str = Field(default="", pattern="^(|none|funded|authored|unclear)$")
    language: str = ""
    findings: tuple[Finding, ...] = ()
    audit: tuple[AuditCriterion, ...] = ()
    ppi: PPIRecord | None = None
    frontline: FrontlineRecord | None = None
    evaluation: EvaluationRecord | None = None
    economic: EconomicRecord | None = None
    came_from: dict[str, str] = Field(default_factory=dict)

    @field_validator("doi")
    @classmethod
    def _bare_doi(cls, value: str) -> str:
        return re.sub(
            r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", value.strip(), flags=re.I
        ).lower()

    @field_validator("pmcid")
    @classmethod
    def _full_pmcid(cls, value: str) -> str:
        value = value.strip().upper()
        return f"PMC{value}" if value.isdigit() else value

    @property
    def year(self) -> int | None:
        """The year of publication, else of the evidence."""
        date = self.published or self.evidence_date
        return int(date[:4]) if date else None

    @property
    def dated(self) -> str | None:
        """The date that age rules and every order use: of the evidence, else of publication; None for an undated document,
        and for one whose dates are after today.
        """
        held = (self.evidence_date, self.published)
        return next((date for date in held if date and not is_to_come(date)), None)

    @property
    def to_come(self) -> str:
        """The date after today that it bears, which somebody has to check; else empty."""
        held = (self.evidence_date, self.published)
        return next((date for date in held if date and is_to_come(date)), "")

    @property
    def date_shown(self) -> str:
        """The date as a person reads it: ``2024-05``, ``2099, after today: check``, or empty."""
        return self.dated or (f"{self.to_come}, {AFTER_TODAY}" if self.to_come else "")

    @property
    def study_key(self) -> str:
        """What makes two documents reports of one study; empty when nothing identifies the study."""
        for kind, value in (
            ("study", self.study_id.casefold()),
            ("trial", self.registration.casefold()),
            ("doi", self.doi),
            ("pmid", self.pmid),
            ("pmcid", self.pmcid.casefold()),
        ):
            if value:
                return f"{kind}:{value}"
        return ""
