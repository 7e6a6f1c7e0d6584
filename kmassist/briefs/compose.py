"""compose_brief(): from an answer, its sources and its warrants to a brief. Pure: the same arguments give the same brief."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kmassist.answers import Answer, Claim, Status
from kmassist.briefs.equity import equity_of
from kmassist.briefs.etd import etd_table
from kmassist.briefs.figures import agreements, audit_figures, finding_lines
from kmassist.briefs.gap_lines import gaps_from_cells
from kmassist.briefs.messages import key_messages
from kmassist.briefs.model import (
    Audience,
    AuditFigure,
    Brief,
    ConflictPair,
    DecisionLine,
    FindingLine,
    GapLine,
    KeyMessage,
    Method,
    ScaleUp,
    SignOff,
    SourceLine,
    Withheld,
    brief_id_of,
)
from kmassist.briefs.nearness import asked_words
from kmassist.briefs.scale_up import scale_up
from kmassist.briefs.selfcheck import self_check
from kmassist.briefs.small import hide_in_metadata, hide_in_quotation, hide_in_text
from kmassist.briefs.stages import stage_lines
from kmassist.citations import link_of, vancouver
from kmassist.config import PrivacySettings
from kmassist.coverage import CoverageCell, State
from kmassist.documents import Document, Sharing, SourceType
from kmassist.errors import ExportError, UncitedClaim
from kmassist.gaps import RoleRecord, stages

_SCALE_TYPES = {"T2", "T3"}
_MARKS = (Sharing.PUBLIC, Sharing.NHS, Sharing.TEAM)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a brief needs to know besides the evidence; all of it stated in the brief.

    ``roles`` are the roles recorded for the eight stages; ``glossary`` maps an acronym to its long form, ``topic_labels`` the
    code of a topic to its name.
    """

    today: str
    site: str = ""
    embedder: str = ""
    software: str = ""
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    withheld: Withheld = field(default_factory=Withheld)
    triggers: tuple[str, ...] = ()
    roles: tuple[RoleRecord, ...] = ()
    current_stage: int | None = None
    decisions: tuple[DecisionLine, ...] = ()
    target_setting: str = ""
    glossary: Mapping[str, str] | None = None
    topic_labels: Mapping[str, str] | None = None


def compose_brief(
    answer: Answer,
    documents: Mapping[str, Document],
    gaps: Sequence[GapLine] = (),
    *,
    audience: Audience,
    circumstances: Circumstances,
    narrative: Mapping[str, str] | None = None,
    sign_offs: Sequence[SignOff] = (),
    order: Sequence[str] = (),
) -> Brief:
    """Compose a brief.

    Args:
        answer: the answer, found in a search that left out what the audience may not see.
        documents: doc_id -> document **with text**, of every source that the answer or its coverage names.
        gaps: what is missing and what that warrants.
        audience: for whom.
        circumstances: date, site, versions, roles.
        narrative: what people wrote, by cell.
        sign_offs: who reviewed or signed earlier versions.
        order: doc_ids in the order in which their sources are numbered; those it does not name follow, as the answer has them.

    Raises:
        UncitedClaim: a quoted source is not among the documents.
        ExportError: a source's sharing mark does not let it enter a brief for this audience.
    """
    work = _Composer(answer, documents, audience, circumstances, order)
    draft = work.compose(tuple(gaps), dict(sorted((narrative or {}).items())), tuple(sign_offs))
    return draft.model_copy(update={"self_check": self_check(draft)})


class _Composer:
    """One composition: numbers the sources once, then fills section by section."""

    def __init__(
        self,
        answer: Answer,
        documents: Mapping[str, Document],
        audience: Audience,
        circumstances: Circumstances,
        order: Sequence[str],
    ) -> None:
        self.answer = answer
        self.audience = audience
        self.around = circumstances
        self.privacy = circumstances.privacy
        wanted = [reference.doc_id for reference in answer.references]
        for cell in answer.coverage.cells:
            wanted += [doc_id for doc_id in cell.doc_ids if doc_id not in wanted]
        for clash in answer.coverage.conflicts:
            wanted += [d for d in (clash.left_doc_id, clash.right_doc_id) if d not in wanted]
        place = {doc_id: number for number, doc_id in enumerate(order)}
        wanted.sort(key=lambda doc_id: place.get(doc_id, len(place)))
        self.documents = [documents[doc_id] for doc_id in wanted if doc_id in documents]
        self.numbers = {document.doc_id: number for number, document in enumerate(self.documents, start=1)}
        self.by_id = {document.doc_id: document for document in self.documents}
        if any(claim.citation.doc_id not in self.by_id for claim in (*answer.claims, *answer.nearest)):
            raise UncitedClaim("A source that the answer quotes is no longer in the library.", "Ask the question again.")
        kept_out = [d for d in self.documents if d.metadata.sharing not in audience.may_see]
        if kept_out:
            raise ExportError(
                f"{len(kept_out)} of the sources may not enter a brief for {audience.label}.",
                "Compose the brief from the question, so that they are left out of the search.",
            )

    def compose(self, gaps: tuple[GapLine, ...], narrative: dict[str, str], sign_offs: tuple[SignOff, ...]) -> Brief:
        answer, around = self.answer, self.around
        abstains = answer.status is Status.NOT_ANSWERABLE
        gaps = gaps or gaps_from_cells(answer.coverage.cells)
        raw = {row.source_type: tuple(self._renumber(c) for c in row.claims) for row in answer.rows}
        claims = {kind: tuple(self._shown(claim) for claim in found) for kind, found in raw.items() if found}
        figures = () if abstains else self._figures()
        findings = () if abstains else self._findings()
        flat = [claim for kind in SourceType for claim in claims.get(kind, ())]
        bearing = [] if abstains else self._bearing()
        return Brief(
            brief_id=brief_id_of(answer.resolved_question, self.audience),
            title=_title(answer.resolved_question),
            question=answer.question,
            resolved_question=answer.resolved_question,
            audience=self.audience,
            composed_on=around.today,
            site=around.site,
            status=answer.status,
            verdict=answer.coverage.verdict,
            because=hide_in_text(answer.coverage.because, self.privacy),
            sharing=max((d.metadata.sharing for d in self.documents), key=_MARKS.index, default=Sharing.PUBLIC),
            withheld=around.withheld,
            method=self._method(),
            key_messages=self._messages(raw, figures, findings),
            cells=tuple(self._cell(cell) for cell in answer.coverage.cells),
            audit=figures,
            triggers=tuple(hide_in_text(trigger, self.privacy) for trigger in around.triggers),
            findings=findings,
            claims=claims,
            absences={row.source_type: self._absence(row.source_type, row.absence) for row in answer.rows if not row.claims},
            nearest=tuple(self._shown(self._renumber(claim)) for claim in answer.nearest),
            conflicts=self._conflicts(),
            agreements=agreements(findings, self.by_id),
            equity=equity_of(
                [d.model_copy(update={"metadata": hide_in_metadata(d, self.privacy)}) for d in bearing], self.numbers, flat
            ),
            gaps=gaps,
            interventions=self._interventions(bearing),
            scale_up=None if abstains else self._scale_up(bearing),
            stages=stage_lines(stages(around.roles), around.roles, around.current_stage),
            decisions=tuple(self._decision(line) for line in around.decisions),
            etd=etd_table(claims, figures, findings),
            sources=self._sources(flat),
            unused=answer.set_aside,
            glossary=self._glossary(flat, gaps),
            narrative=narrative,
            sign_offs=sign_offs,
        )

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _renumber(self, claim: Claim) -> Claim:
        """The claim under its number here, with the source's own words: small numbers are hidden when it is shown."""
        cited = claim.citation.model_copy(update={"number": self.numbers[claim.citation.doc_id]})
        return claim.model_copy(update={"citation": cited, "shown": ""})

    def _show(self, text: str, document: Document) -> str:
        return hide_in_quotation(text, document, self.privacy)

    def _shown(self, claim: Claim) -> Claim:
        document = self.by_id[claim.citation.doc_id]
        quote = self._show(claim.citation.quote, document)
        citation = claim.citation.model_copy(update={"quote": quote})
        return Claim(citation=citation, probability=claim.probability)

    def _cell(self, cell: CoverageCell) -> CoverageCell:
        trace = tuple(rule.model_copy(update={"says": hide_in_text(rule.says, self.privacy)}) for rule in cell.trace)
        return cell.model_copy(update={"trace": trace})

    def _bearing(self) -> list[Document]:
        """Documents that were quoted or counted; not those merely near."""
        counted = {doc_id for cell in self.answer.coverage.cells if cell.state is not State.ABSENT for doc_id in cell.doc_ids}
        quoted = {claim.citation.doc_id for claim in self.answer.claims}
        return [d for d in self.documents if d.doc_id in counted | quoted]

    def _of_type(self, *kinds: SourceType) -> list[Document]:
        return [d for d in self._bearing() if d.metadata.source_type in kinds]

    def _figures(self) -> tuple[AuditFigure, ...]:
        return tuple(
            figure
            for document in self._bearing()
            if document.metadata.audit
            for figure in audit_figures(document, self.numbers[document.doc_id], today=self.around.today, privacy=self.privacy)
        )

    def _findings(self) -> tuple[FindingLine, ...]:
        """Local sources' recorded findings go through the same hiding as their words."""
        found = []
        for document in self._bearing():
            for line in finding_lines(document, self.numbers[document.doc_id]):
                found.append(line.model_copy(update={"estimate": self._show(line.estimate, document)}))
        return tuple(sorted(found, key=lambda line: (line.outcome.casefold(), line.number, line.index)))

    def _messages(
        self, raw: Mapping[SourceType, Sequence[Claim]], figures: Sequence[AuditFigure], findings: Sequence[FindingLine]
    ) -> tuple[KeyMessage, ...]:
        nothing = (
            f"This corpus does not answer the question. {hide_in_text(self.answer.coverage.because, self.privacy)}".strip()
        )
        messages = key_messages(
            asked_words(self.answer.resolved_question, self.answer.expansions),
            self.answer.types,
            audience=self.audience,
            claims=raw,
            figures=figures,
            findings=findings,
            needs={cell.source_type: cell.need for cell in self.answer.coverage.cells},
            nothing=nothing,
        )
        return tuple(m.model_copy(update={"claim": self._shown(m.claim)}) if m.claim else m for m in messages)

    def _absence(self, kind: SourceType, absence: str) -> str:
        if absence:
            return absence
        studies = self.answer.coverage.cell(kind).studies
        plural = "study is" if studies == 1 else "studies are"
        return f"Nothing here answers the question directly; {studies} related {plural} held."

    def _decision(self, line: DecisionLine) -> DecisionLine:
        """Marks of sources that are in this brief; a source kept from this audience shows as a number only."""
        here = [mark for mark in line.marks if mark.doc_id in self.numbers]
        marks = tuple(mark.model_copy(update={"number": self.numbers[mark.doc_id]}) for mark in here)
        said = {mark.doc_id for mark in here}
        return line.model_copy(
            update={
                "marks": tuple(sorted(marks, key=lambda mark: mark.number)),
                "unmarked": tuple(number for doc_id, number in self.numbers.items() if doc_id not in said),
                "others": len(line.marks) - len(here),
            }
        )

    def _conflicts(self) -> tuple[ConflictPair, ...]:
        pairs = []
        for clash in self.answer.coverage.conflicts:
            left, right = self.by_id.get(clash.left_doc_id), self.by_id.get(clash.right_doc_id)
            if left is None or right is None:
                continue
            pairs.append(
                ConflictPair(
                    outcome=clash.outcome,
                    kind=clash.kind,
                    left_number=self.numbers[left.doc_id],
                    left=self._show(clash.left_says, left),
                    left_date=left.metadata.dated or "",
                    right_number=self.numbers[right.doc_id],
                    right=self._show(clash.right_says, right),
                    right_date=right.metadata.dated or "",
                )
            )
        return tuple(pairs)

    def _interventions(self, bearing: Sequence[Document]) -> tuple[tuple[str, tuple[int, ...]], ...]:
        named: dict[str, tuple[str, set[int]]] = {}
        for document in bearing:
            words = document.metadata.intervention.strip()
            if words:
                named.setdefault(words.casefold(), (words, set()))[1].add(self.numbers[document.doc_id])
        return tuple((words, tuple(sorted(numbers))) for _, (words, numbers) in sorted(named.items()))

    def _scale_up(self, bearing: Sequence[Document]) -> ScaleUp | None:
        pilots = self._of_type(SourceType.SVE)
        if not pilots and not _SCALE_TYPES & {t[:2] for t in self.answer.types}:
            return None
        return scale_up(
            pilots,
            bearing,
            lambda d: self.numbers[d.doc_id],
            show=self._show,
            target_setting=self.around.target_setting,
        )

    def _sources(self, flat: Sequence[Claim]) -> tuple[SourceLine, ...]:
        quoted = {claim.citation.number for claim in flat}
        references = vancouver(self.documents)
        return tuple(
            SourceLine(
                number=number,
                doc_id=document.doc_id,
                cite_as=document.cite_as,
                reference=reference,
                link=link_of(document.metadata),
                metadata=hide_in_metadata(document, self.privacy),
                source_name=document.source_name,
                source_sha256=document.source_sha256,
                is_quoted=number in quoted,
                note="" if number in quoted else "bears on the question; no passage is quoted",
            )
            for number, (document, reference) in enumerate(zip(self.documents, references, strict=True), start=1)
        )

    def _method(self) -> Method:
        answer, around = self.answer, self.around
        below = around.privacy.hide_counts_below
        return Method(
            corpus=answer.corpus,
            searched_on=answer.searched_on,
            types=answer.types,
            frame=dict(sorted(answer.coverage.frame.items())),
            topics=answer.topics,
            topic_labels=tuple((around.topic_labels or {}).get(topic, topic) for topic in answer.topics),
            expansions=dict(sorted(answer.expansions.items())),
            senses=dict(sorted(answer.senses.items())),
            uncovered_terms=answer.uncovered_terms,
            degraded=answer.degraded,
            notes=answer.notes,
            set_aside=answer.set_aside,
            embedder=around.embedder,
            software=around.software,
            small_numbers=f"Counts of 1 to {below - 1} in local sources are hidden, and others where they would give them away."
            if below > 1
            else "Small numbers are not hidden.",
        )

    def _glossary(self, flat: Sequence[Claim], gaps: Sequence[GapLine]) -> tuple[tuple[str, str], ...]:
        """The long forms of the acronyms that the question, the quotations and the steps proposed use."""
        steps = [words for gap in gaps for words in (gap.reason, gap.first_step, *gap.roles)]
        text = " ".join([self.answer.resolved_question, *(claim.text for claim in flat), *steps])
        held = {**(self.around.glossary or {})}
        return tuple(
            sorted((short, long) for short, long in held.items() if re.search(rf"(?<![\w-]){re.escape(short)}(?![\w-])", text))
        )


def _title(question: str) -> str:
    words = " ".join(question.split())
    return words[:1].upper() + words[1:]
