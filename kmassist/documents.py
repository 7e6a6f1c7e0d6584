"""Document: one source as kmassist understands it, with typed metadata that says where each value came from.

Offsets everywhere are Unicode code points into ``Document.text``; ``end`` is exclusive.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from kmassist.characters import clean_text as clean_text  # noqa: PLC0414 - one of this module's names
from kmassist.source_types import SourceType as SourceType  # noqa: PLC0414 - likewise


class Design(StrEnum):
    """Study design of published research (taxonomy C2): a label, never a score across source types."""

    SYSTEMATIC_REVIEW = "1a"
    RCT = "1b"
    QUASI_EXPERIMENTAL = "2a"
    COHORT = "2b"
    BEFORE_AFTER = "2c"
    CROSS_SECTIONAL = "3"
    CASE_SERIES = "4"
    OPINION = "5"
    QUALITATIVE_SYNTHESIS = "Q1"
    QUALITATIVE = "Q2"
    MIXED_METHODS = "MM"
    REALIST_REVIEW = "R"
    DIAGNOSTIC_REVIEW = "DX1"
    DIAGNOSTIC_STUDY = "DX2"
    PROTOCOL = "P"

    @property
    def label(self) -> str:
        """The words a person reads."""
        return _DESIGN_LABELS[self]


_DESIGN_LABELS = {
    Design.SYSTEMATIC_REVIEW: "systematic review",
    Design.RCT: "randomised trial",
    Design.QUASI_EXPERIMENTAL: "quasi-experimental study",
    Design.COHORT: "cohort or case-control study",
    Design.BEFORE_AFTER: "before-and-after study",
    Design.CROSS_SECTIONAL: "survey or cross-sectional study",
    Design.CASE_SERIES: "case series",
    Design.OPINION: "consensus, narrative or opinion",
    Design.QUALITATIVE_SYNTHESIS: "qualitative evidence synthesis",
    Design.QUALITATIVE: "qualitative study",
    Design.MIXED_METHODS: "mixed-methods study",
    Design.REALIST_REVIEW: "realist review",
    Design.DIAGNOSTIC_REVIEW: "diagnostic or prognostic review",
    Design.DIAGNOSTIC_STUDY: "diagnostic or prognostic study",
    Design.PROTOCOL: "study protocol",
}


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


def check_partial_date(value: Any) -> Any:
    """Take ``2024``, ``2024-03`` or ``2024-03-01`` (also int and ``datetime.date``) as ISO text; refuse the rest.

    Raises:
        ValueError: the value is not a date of that form.
    """
    if value is None or value == "":
        return None
    text = value.isoformat()[:10] if hasattr(value, "isoformat") else str(value).strip()
    if not _DATE.match(text):
        raise ValueError(f"'{text}' is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return text


PartialDate = Annotated[str | None, BeforeValidator(check_partial_date)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AuditCriterion(_Frozen):
    """One criterion of a clinical audit (HQIP cycle). ``numerator`` of ``denominator`` cases met the standard.

    Percentages are 0 to 100. ``higher_is_better`` is false for a rate that should fall. ``is_census`` says that every
    eligible case was counted, so that a wide interval is no sampling problem.
    """

    criterion: str
    standard_source: str = ""
    target_percent: float | None = Field(default=None, ge=0, le=100)
    numerator: int | None = Field(default=None, ge=0)
    denominator: int | None = Field(default=None, ge=0)
    eligible: int | None = Field(default=None, ge=0)
    period_start: PartialDate = None
    period_end: PartialDate = None
    re_audit_due: PartialDate = None
    previous_percent: float | None = Field(default=None, ge=0, le=100)
    higher_is_better: bool = True
    action: str = ""
    owner_role: str = ""
    locator: str = ""

    @property
    def achieved_percent(self) -> float | None:
        """Percent achieved, or None without a denominator."""
        if self.numerator is None or not self.denominator:
            return None
        return 100.0 * self.numerator / self.denominator

    @property
    def is_census(self) -> bool:
        """Whether every eligible case was audited."""
        return self.eligible is not None and self.denominator is not None and self.denominator >= self.eligible

    @property
    def is_met(self) -> bool | None:
        """Whether the target was met; None when either figure is missing."""
        achieved = self.achieved_percent
        if achieved is None or self.target_percent is None:
            return None
        return achieved >= self.target_percent if self.higher_is_better else achieved <= self.target_percent

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
    number: int | None = Field(default=None, ge=0)
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
    number: int | None = Field(default=None, ge=0)
    method: str = ""


class EvaluationRecord(_Frozen):
    """What a service evaluation or pilot covered."""

    sites: int | None = Field(default=None, ge=0)
    months: float | None = Field(default=None, ge=0)
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
    events: int | None = Field(default=None, ge=0)
    i_squared_percent: float | None = Field(default=None, ge=0, le=100)
    certainty: str = ""
    certainty_scheme: str = ""


class Metadata(_Frozen):
    """What is known about a document. Unknown is None or empty, never a guess written as a fact.

    ``evidence_date`` is when the knowledge was gathered: search date of a review, end of data collection of an audit or
    of involvement work; age rules use it and fall back on ``published``, never on the date of adding.
    ``came_from`` maps a field name to where its value was read: ``file``, ``front matter``, ``sidecar``, ``folder``,
    ``flag``, ``detected`` or ``edited``.
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
    sample_size: int | None = Field(default=None, ge=0)
    groups_reported: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    licence: str = ""
    sharing: Sharing = Sharing.PUBLIC
    is_synthetic: bool = False
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
        return re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", value.strip(), flags=re.I).lower()

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
        """The date that age rules use: of the evidence, else of publication; None for an undated document."""
        return self.evidence_date or self.published

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


class PageSpan(_Frozen):
    """Page ``number`` (from 1) covers ``text[start:end]``; ``is_estimated`` when the file does not say so itself."""

    number: int
    start: int
    end: int
    is_estimated: bool = False


class HeadingSpan(_Frozen):
    """A heading of ``level`` (from 1) whose own words are ``text[start:end]``."""

    level: int
    start: int
    end: int
    title: str


class Document(_Frozen):
    """One source: normalised text, its pages and headings, its metadata and the digest of the file it came from.

    Readers write ``text`` so that a newline always ends a sentence: a paragraph, a heading, a list item and a table row
    are one line each, and a blank line stands between blocks. ``source_path`` is the absolute path it was read from;
    ``locator`` tells apart the documents of one file (a reference's number, a sheet's name) and is empty otherwise.
    """

    doc_id: str
    text: str
    metadata: Metadata
    pages: tuple[PageSpan, ...] = ()
    headings: tuple[HeadingSpan, ...] = ()
    source_name: str = ""
    source_path: str = ""
    source_sha256: str = ""
    media_type: str = ""
    locator: str = ""
    warnings: tuple[str, ...] = ()

    def page_at(self, offset: int) -> PageSpan | None:
        """The page on which the character at that place of the text stands; None without pages."""
        return next((page for page in self.pages if page.start <= offset < page.end), None)

    @property
    def cite_as(self) -> str:
        """Short form for a citation: ``Kenyon 2017``, ``NICE 2021``; the title's start when nobody is named."""
        meta = self.metadata
        who = meta.issuer
        if meta.authors:
            who = meta.authors[0].split(",")[0].strip() + (" et al." if len(meta.authors) > 2 else "")
            if len(meta.authors) == 2:
                who = f"{who} and {meta.authors[1].split(',')[0].strip()}"
        if not who:
            name = meta.title or self.source_name
            who = name if len(name) <= 40 else name[:39].rsplit(" ", 1)[0] + "…"
        return f"{who} {meta.year}" if meta.year else f"{who}, undated"


def make_doc_id(text: str, locator: str = "") -> str:
    """The id of a document: ``d`` and 16 hexadecimal digits of the SHA-256 of its normalised content.

    Case, spacing and line breaks do not count, so that one text from two formats of a file has one id.
    """
    content = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return "d" + hashlib.sha256(f"{content}\n{locator}".encode()).hexdigest()[:16]
