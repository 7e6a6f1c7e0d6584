"""Brief: what an answer becomes for people to read, complete and sign. Frozen, versioned, round-trips through JSON.

Everything about evidence in it is a quotation (a `Claim`, checked against its source) or a figure computed from a
source's structured record. Judgement stays with people: `narrative` holds their words, by cell, as plain Markdown.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict, Field

from kmassist.answers.model import Claim, CorpusIdentity, Status
from kmassist.briefs.audience import Audience as Audience  # noqa: PLC0414 - one of this module's names
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.audit_series import AuditSeries
from kmassist.coverage import CoverageCell, Verdict
from kmassist.documents.document import SourceType
from kmassist.documents.frozen import Frozen
from kmassist.documents.metadata import Metadata, Sharing


class ReviewState(StrEnum):
    """How far people have taken a brief."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    SIGNED_OFF = "signed off"


class SignOff(Frozen):
    """Who moved the brief to a state, by role; ``digest`` is of the content they saw."""

    state: ReviewState
    role: str
    on: str
    digest: str
    note: str = ""


class FindingLine(Frozen):
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
    badges: tuple[str, ...] = ()


class KeyMessage(Frozen):
    """What page one says: a quotation, a computed figure, a recorded finding, or what the corpus holds.

    ``slot`` is what it tells of (see `briefs.parts`); of one slot those of a lower ``rank`` come first and stay longest.
    ``is_unchecked``: a person has yet to say whether the source is about the question. ``text`` of a figure is what its series
    of audits says.
    """

    kind: Literal["quotation", "figure", "finding", "corpus"]
    lead: str
    slot: str = ""
    rank: int = 0
    is_unchecked: bool = False
    claim: Claim | None = None
    figure: AuditFigure | None = None
    finding: FindingLine | None = None
    text: str = ""


class ConflictPair(Frozen):
    """Two sources that state different directions for one outcome, side by side, never resolved by the tool."""

    outcome: str
    kind: str
    left_number: int
    left: str
    left_date: str = ""
    right_number: int
    right: str
    right_date: str = ""


class Agreement(Frozen):
    """Sources of two or more studies that state the same direction for one outcome."""

    outcome: str
    direction: str
    numbers: tuple[int, ...]


class GapLine(Frozen):
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


class DomainLine(Frozen):
    """One domain of the scale-up check; ``unchecked`` are sources that may cover one that no other does."""

    part: str
    domain: str
    state: Literal["evidenced", "thin", "to check", "missing"]
    because: str
    claims: tuple[Claim, ...] = ()
    unchecked: tuple[int, ...] = ()


class ScaleUp(Frozen):
    """The ten domains of the Intervention Scalability Assessment Tool, and how pilot and target sites differ.

    ``target``: what sources other than the pilots say of the place it would go to, with figures.
    """

    pilots: tuple[int, ...]
    domains: tuple[DomainLine, ...]
    target: tuple[Claim, ...] = ()
    differs: tuple[str, ...] = ()
    must_know: tuple[str, ...] = ()


class StageLine(Frozen):
    """One stage of distributed leadership: who is essential, who was named, whether the role is vacant."""

    number: int
    stage: str
    essential: tuple[str, ...]
    supporting: tuple[str, ...]
    named: tuple[str, ...] = ()
    vacant: tuple[str, ...] = ()
    is_current: bool = False


class DecisionMark(Frozen):
    """What a decision made of one source: used, noted or set aside, and why. ``number`` is its reference."""

    doc_id: str
    use: str
    reason: str = ""
    number: int = 0


class DecisionLine(Frozen):
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


class EtdLine(Frozen):
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
        """Whether no source in the corpus covers it."""
        return not (self.claims or self.figures or self.findings or self.also)


class EquityLine(Frozen):
    """One characteristic of PROGRESS-Plus: sources that heard such people, only report on them, or did not hear them."""

    dimension: str
    reported_by: tuple[int, ...] = ()
    heard_by: tuple[int, ...] = ()
    not_heard_by: tuple[int, ...] = ()


class Equity(Frozen):
    """Who is and who is not represented."""

    lines: tuple[EquityLine, ...] = ()
    groups_heard: tuple[tuple[int, str], ...] = ()
    not_heard: tuple[tuple[int, str], ...] = ()
    claims: tuple[Claim, ...] = ()


class SourceLine(Frozen):
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


class SelfCheckLine(Frozen):
    """One question of the SUPPORT tool for policy briefs and what can be said to it."""

    question: str
    met: Literal["yes", "partly", "no", "for people"]
    says: str


class Withheld(Frozen):
    """What is about the question but may not enter a brief for this audience: numbers only, no titles."""

    documents: int = 0
    by_type: tuple[tuple[str, int], ...] = ()


class Method(Frozen):
    """How the brief came about: all that is needed to make the same bytes again."""

    corpus: CorpusIdentity
    searched_on: str
    subject: str = ""
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


class Brief(Frozen):
    """One evidence brief; ``beside`` are documents filed elsewhere than its subject, whose passages are for the annex."""

    schema_name: Literal["kmassist.brief/1"] = Field(
        default="kmassist.brief/1", alias="schema", serialization_alias="schema"
    )
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
    costs: tuple[Claim, ...] = ()
    cells: tuple[CoverageCell, ...] = ()
    audit: tuple[AuditFigure, ...] = ()
    series: tuple[AuditSeries, ...] = ()
    triggers: tuple[str, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    claims: dict[SourceType, tuple[Claim, ...]] = Field(default_factory=dict)
    absences: dict[SourceType, str] = Field(default_factory=dict)
    also_to_check: dict[SourceType, str] = Field(default_factory=dict)
    beside: tuple[str, ...] = ()
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
        return hashlib.sha256(
            json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
        ).hexdigest()

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
        found += [*self.costs, *self.nearest, *self.equity.claims]
        found += [claim for line in self.etd for claim in line.claims]
        if self.scale_up:
            found += self.scale_up.target
            found += [claim for line in self.scale_up.domains for claim in line.claims]
        return tuple(found)

    def source(self, number: int) -> SourceLine:
        """The source of that reference number."""
        return next(line for line in self.sources if line.number == number)


def brief_id_of(question: str, audience: Audience) -> str:
    """The same question for the same audience has one id, so that its narrative and its history stay together."""
    return (
        "b"
        + hashlib.sha256(
            f"{' '.join(question.casefold().split())}\n{audience}".encode()
        ).hexdigest()[:12]
    )
