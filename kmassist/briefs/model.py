"""Brief: what an answer becomes for people to read, complete and sign. Frozen, versioned, round-trips through JSON.

Everything about evidence in it is a quotation (a `Claim`, checked against its source) or a figure computed from a
source's structured record. Judgement stays with people: `narrative` holds their words, by cell, as plain Markdown.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kmassist.answers import Claim, CorpusIdentity, Status
from kmassist.coverage import CoverageCell, Verdict
from kmassist.documents import Metadata, Sharing, SourceType

SCHEMA = "kmassist.brief/1"


class Audience(StrEnum):
    """For whom a brief is written: it decides order, wording and which sharing marks may enter."""

    CLINICAL = "clinical"
    COMMISSIONER = "commissioner"
    RESEARCH = "research"
    PUBLIC = "public"

    @property
    def label(self) -> str:
        """The words a person reads."""
        return {
            "clinical": "clinical governance",
            "commissioner": "commissioners",
            "research": "research partners",
            "public": "the public",
        }[self.value]

    @property
    def may_see(self) -> frozenset[Sharing]:
        """Sharing marks that may enter: the team's own for its governance meeting, NHS-internal for commissioners as well."""
        return {
            Audience.CLINICAL: frozenset({Sharing.PUBLIC, Sharing.NHS, Sharing.TEAM}),
            Audience.COMMISSIONER: frozenset({Sharing.PUBLIC, Sharing.NHS}),
            Audience.RESEARCH: frozenset({Sharing.PUBLIC}),
            Audience.PUBLIC: frozenset({Sharing.PUBLIC}),
        }[self]


class ReviewState(StrEnum):
    """How far people have taken a brief."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    SIGNED_OFF = "signed off"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SignOff(_Frozen):
    """Who moved the brief to a state, by role; ``digest`` is of the content they saw."""

    state: ReviewState
    role: str
    on: str
    digest: str
    note: str = ""


class AuditFigure(_Frozen):
    """One audit criterion against its target. Percentages are 0 to 100; counts are words, small ones hidden.

    ``index`` is the criterion's place in the source's record. ``is_hidden`` says that small numbers keep the figures back.
    """

    number: int
    doc_id: str
    cite_as: str
    index: int
    criterion: str
    standard_source: str = ""
    count: str = ""
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    previous: float | None = None
    higher_is_better: bool = True
    is_met: bool | None = None
    is_hidden: bool = False
    period: str = ""
    re_audit_due: str = ""
    is_overdue: bool = False
    action: str = ""
    owner_role: str = ""
    page: int | None = None
    locator: str = ""

    @property
    def verdict(self) -> str:
        """``target met``, ``target not met`` or why neither can be said."""
        if self.is_hidden:
            return "not shown (small numbers)"
        if self.is_met is None:
            return "no target set" if self.target is None else "not measured"
        return "target met" if self.is_met else "target not met"


class FindingLine(_Frozen):
    """One result of one source for one outcome, as its record states it; ``claim`` is the sentence that says so, if found."""

    number: int
    doc_id: str
    cite_as: str
    index: int
    outcome: str
    direction: str = ""
    estimate: str = ""
    interval: str = ""
    measure: str = ""
    design: str = ""
    certainty: str = ""
    date: str = ""
    setting: str = ""


class KeyMessage(_Frozen):
    """Two or three of them: a quotation, a computed figure, or what the corpus holds. Never advice."""

    kind: Literal["quotation", "figure", "finding", "corpus"]
    lead: str
    claim: Claim | None = None
    figure: AuditFigure | None = None
    finding: FindingLine | None = None
    text: str = ""


class ConflictPair(_Frozen):
    """Two sources that state different directions for one outcome, side by side, never resolved by the tool."""

    outcome: str
    kind: str
    left_number: int
    left: str
    left_date: str = ""
    right_number: int
    right: str
    right_date: str = ""


class Agreement(_Frozen):
    """Sources of two or more studies that state the same direction for one outcome."""

    outcome: str
    direction: str
    numbers: tuple[int, ...]


class GapLine(_Frozen):
    """One gap: code, reason with its numbers, and what it warrants."""

    source_type: SourceType | None = None
    code: str
    ahrq: str = ""
    name: str = ""
    reason: str
    strength: str = "corpus gap"
    wording: str = ""
    setting: str = ""
    first_step: str = ""
    next_step: str = ""
    route: str = ""
    roles: tuple[str, ...] = ()
    vacant: tuple[str, ...] = ()
    is_required: bool = True
    owner_role: str = ""
    due: str = ""
    generate: str = ""
    epicot: tuple[tuple[str, str], ...] = ()


class DomainLine(_Frozen):
    """One domain of the scale-up check: ``state`` is evidenced, thin or missing."""

    part: str
    domain: str
    state: Literal["evidenced", "thin", "missing"]
    because: str
    claims: tuple[Claim, ...] = ()


class ScaleUp(_Frozen):
    """The ten domains of the Intervention Scalability Assessment Tool, and how pilot and target sites differ."""

    pilots: tuple[int, ...]
    domains: tuple[DomainLine, ...]
    differs: tuple[str, ...] = ()
    must_know: tuple[str, ...] = ()


class StageLine(_Frozen):
    """One stage of distributed leadership: who is essential, who was named, whether the role is vacant."""

    number: int
    stage: str
    essential: tuple[str, ...]
    supporting: tuple[str, ...]
    named: tuple[str, ...] = ()
    vacant: tuple[str, ...] = ()
    is_current: bool = False


class DecisionMark(_Frozen):
    """What a decision made of one source: used, noted or set aside, and why. ``number`` is its reference."""

    doc_id: str
    use: str
    reason: str = ""
    number: int = 0


class DecisionLine(_Frozen):
    """One recorded decision on the question. Marks are of sources in this brief only; ``others`` counts the rest."""

    decision_id: str
    decision: str
    body: str = ""
    date: str = ""
    signed_off: str = ""
    review_date: str = ""
    outcome: str = ""
    marks: tuple[DecisionMark, ...] = ()
    unmarked: tuple[int, ...] = ()
    others: int = 0


class EtdLine(_Frozen):
    """One criterion of the GRADE Evidence-to-Decision table. The judgement is for people."""

    number: int
    criterion: str
    options: tuple[str, ...]
    fed_by: tuple[SourceType, ...]
    claims: tuple[Claim, ...] = ()
    figures: tuple[AuditFigure, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    also: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no source in the corpus speaks to it."""
        return not (self.claims or self.figures or self.findings or self.also)


class EquityLine(_Frozen):
    """One dimension of PROGRESS-Plus and the sources that report by it or heard the group."""

    dimension: str
    reported_by: tuple[int, ...] = ()
    heard_by: tuple[int, ...] = ()


class Equity(_Frozen):
    """Who is and who is not represented."""

    lines: tuple[EquityLine, ...] = ()
    groups_heard: tuple[tuple[int, str], ...] = ()
    not_heard: tuple[tuple[int, str], ...] = ()
    claims: tuple[Claim, ...] = ()


class SourceLine(_Frozen):
    """One source: its reference, provenance and how the brief uses it. ``metadata`` has no counts that must stay inside."""

    number: int
    doc_id: str
    cite_as: str
    reference: str
    link: str = ""
    metadata: Metadata
    source_name: str = ""
    source_sha256: str = ""
    is_quoted: bool = False
    note: str = ""


class SelfCheckLine(_Frozen):
    """One question of the SUPPORT tool for policy briefs and what can be said to it."""

    question: str
    met: Literal["yes", "partly", "no", "for people"]
    says: str


class Withheld(_Frozen):
    """What bears on the question but may not enter a brief for this audience: numbers only, no titles."""

    documents: int = 0
    by_type: tuple[tuple[str, int], ...] = ()


class Method(_Frozen):
    """How the brief came about: all that is needed to make the same bytes again."""

    corpus: CorpusIdentity
    searched_on: str
    types: tuple[str, ...] = ()
    frame: dict[str, str] = Field(default_factory=dict)
    topics: tuple[str, ...] = ()
    topic_labels: tuple[str, ...] = ()
    expansions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    senses: dict[str, str] = Field(default_factory=dict)
    uncovered_terms: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    embedder: str = ""
    software: str = ""
    small_numbers: str = ""


class Brief(_Frozen):
    """One evidence brief."""

    schema_name: Literal["kmassist.brief/1"] = Field(default="kmassist.brief/1", alias="schema", serialization_alias="schema")
    brief_id: str
    title: str
    question: str
    resolved_question: str
    audience: Audience
    composed_on: str
    site: str = ""
    status: Status
    verdict: Verdict
    because: str = ""
    sharing: Sharing = Sharing.PUBLIC
    withheld: Withheld = Withheld()
    method: Method
    key_messages: tuple[KeyMessage, ...] = ()
    cells: tuple[CoverageCell, ...] = ()
    audit: tuple[AuditFigure, ...] = ()
    triggers: tuple[str, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    claims: dict[SourceType, tuple[Claim, ...]] = Field(default_factory=dict)
    absences: dict[SourceType, str] = Field(default_factory=dict)
    nearest: tuple[Claim, ...] = ()
    conflicts: tuple[ConflictPair, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    equity: Equity = Equity()
    gaps: tuple[GapLine, ...] = ()
    interventions: tuple[tuple[str, tuple[int, ...]], ...] = ()
    scale_up: ScaleUp | None = None
    stages: tuple[StageLine, ...] = ()
    decisions: tuple[DecisionLine, ...] = ()
    etd: tuple[EtdLine, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    unused: tuple[str, ...] = ()
    glossary: tuple[tuple[str, str], ...] = ()
    self_check: tuple[SelfCheckLine, ...] = ()
    narrative: dict[str, str] = Field(default_factory=dict)
    sign_offs: tuple[SignOff, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @property
    def content_digest(self) -> str:
        """SHA-256 of everything a reviewer sees, so that a sign-off is known to be of this version."""
        content = self.model_dump(mode="json", by_alias=True, exclude={"sign_offs", "self_check"})
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @property
    def state(self) -> ReviewState:
        """The last state that people gave to exactly this content."""
        digest = self.content_digest
        given = [signed.state for signed in self.sign_offs if signed.digest == digest]
        return given[-1] if given else ReviewState.DRAFT

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """Every quotation that stands anywhere in the brief, in a fixed order."""
        found = [message.claim for message in self.key_messages if message.claim]
        found += [claim for kind in SourceType for claim in self.claims.get(kind, ())]
        found += [*self.nearest, *self.equity.claims]
        found += [claim for line in self.etd for claim in line.claims]
        if self.scale_up:
            found += [claim for line in self.scale_up.domains for claim in line.claims]
        return tuple(found)

    def source(self, number: int) -> SourceLine:
        """The source of that reference number."""
        return next(line for line in self.sources if line.number == number)


def brief_id_of(question: str, audience: Audience) -> str:
    """The same question for the same audience has one id, so that its narrative and its history stay together."""
    return "b" + hashlib.sha256(f"{' '.join(question.casefold().split())}\n{audience}".encode()).hexdigest()[:12]
