"""compose_brief(): from an answer, its sources and its warrants to a brief. Pure: the same arguments give the same brief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kmassist.answers.model import Answer, Claim, Status
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.audit_series import shown_series, without_earlier
from kmassist.briefs.circumstances import Circumstances, method_of
from kmassist.briefs.equity import equity_of
from kmassist.briefs.etd import etd_table
from kmassist.briefs.figures import agreements, audit_figures, finding_lines, with_trends
from kmassist.briefs.front_page import Asked, FrontPage
from kmassist.briefs.gap_lines import for_readers, gaps_from_cells, stage_lines, to_check_words
from kmassist.briefs.glossary import glossary_of
from kmassist.briefs.model import (
    Audience,
    Brief,
    ConflictPair,
    Equity,
    FindingLine,
    GapLine,
    KeyMessage,
    ScaleUp,
    SignOff,
    SourceLine,
    brief_id_of,
)
from kmassist.briefs.nearness import asked_words
from kmassist.briefs.record_lines import decision_line, interventions
from kmassist.briefs.scale_up import cite, places_told, scale_up
from kmassist.briefs.selfcheck import self_check
from kmassist.briefs.source_lines import source_lines
from kmassist.briefs.target_site import places_in, target_claims
from kmassist.briefs.withholding import withheld_absence, withheld_too
from kmassist.coverage import ALSO_TO_CHECK, CoverageCell, State
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Sharing
from kmassist.errors import ExportError, UncitedClaim
from kmassist.evidence.roles import Weighed
from kmassist.gaps import stages
from kmassist.privacy.masking import SmallNumbers, hide_in_metadata, hide_in_quotation, hide_in_text
from kmassist.text.counts import counted

_DIRECT = (State.OUTDATED_ONLY, State.CONFLICTING, State.THIN, State.SUFFICIENT)
_SCALE_TYPES = {"T2", "T3"}
_PERFORMANCE = "T4"
_MARKS = (Sharing.PUBLIC, Sharing.NHS, Sharing.TEAM)
_BEARS = "is about the question; no passage is quoted"
_MAY_BEAR = "may be about the question: a person has to look"
_NEAR = "near the question; it does not answer it"


def compose_brief(
    answer: Answer,
    documents: Mapping[str, Document],
    gaps: Sequence[GapLine] = (),
    *,
    audience: Audience,
    circumstances: Circumstances,
    narrative: Mapping[str, str] | None = None,
    sign_offs: Sequence[SignOff] = (),
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

    Raises:
        UncitedClaim: a quoted source is not among the documents.
        ExportError: a source's sharing mark does not let it enter a brief for this audience.
    """
    work = _Composer(answer, documents, audience, circumstances)
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
    ) -> None:
        self.answer = answer
        self.audience = audience
        self.around = circumstances
        self.privacy = circumstances.privacy
        self.gate = SmallNumbers(circumstances.privacy)
        wanted = [reference.doc_id for reference in answer.references]
        for cell in answer.coverage.cells:
            wanted += [doc_id for doc_id in cell.held if doc_id not in wanted]
        for clash in answer.coverage.conflicts:
            wanted += [d for d in (clash.left_doc_id, clash.right_doc_id) if d not in wanted]
        self.documents = [documents[doc_id] for doc_id in wanted if doc_id in documents]
        self.numbers = {
            document.doc_id: number for number, document in enumerate(self.documents, start=1)
        }
        self.by_id = {document.doc_id: document for document in self.documents}
        if any(
            claim.citation.doc_id not in self.by_id for claim in (*answer.claims, *answer.nearest)
        ):
            raise UncitedClaim(
                "A source that the answer quotes is no longer in the library.",
                "Ask the question again.",
            )
        kept_out = [d for d in self.documents if d.metadata.sharing not in audience.may_see]
        if kept_out:
            raise ExportError(
                f"{len(kept_out)} of the sources may not enter a brief for {audience.label}.",
                "Compose the brief from the question, so that they are left out of the search.",
            )
        self.front = self._front_page(abstains=not answer.status.is_answer)

    def compose(
        self, gaps: tuple[GapLine, ...], narrative: dict[str, str], sign_offs: tuple[SignOff, ...]
    ) -> Brief:
        answer, around = self.answer, self.around
        abstains = not answer.status.is_answer
        kept = self._withheld_kinds()
        gaps = gaps or gaps_from_cells(answer.coverage.cells)
        gaps = for_readers(gaps, answer.coverage.cells, kept, self._to_check)
        claims = self._claims()
        series = shown_series(self._bearing(), self.privacy)
        held = without_earlier(self._figures(), series), self._findings()
        figures, findings = ((), ()) if abstains else held
        flat = [claim for kind in SourceType for claim in claims.get(kind, ())]
        bearing = [] if abstains else self._bearing()
        messages = with_trends(self._messages(*held), series)
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
            because=withheld_too(answer.coverage.because, kept),
            sharing=self._sharing(),
            withheld=around.withheld,
            method=method_of(answer, around),
            key_messages=messages,
            costs=tuple(map(self._shown, self.front.cost_rows())),
            cells=answer.coverage.cells,
            audit=figures,
            series=() if abstains else series,
            triggers=tuple(hide_in_text(trigger, self.privacy) for trigger in around.triggers),
            findings=findings,
            claims=claims,
            absences=self._absences(),
            also_to_check={
                cell.source_type: self._to_check(cell, ALSO_TO_CHECK)
                for cell in answer.coverage.cells
                if cell.also_to_check
            },
            beside=tuple(sorted(self.front.beside)),
            nearest=tuple(self._shown(self._renumber(claim)) for claim in answer.nearest),
            conflicts=self._conflicts(),
            agreements=agreements(findings, self.by_id),
            equity=self._equity(bearing, flat),
            gaps=gaps,
            interventions=interventions(bearing, self.numbers),
            scale_up=None if abstains else self._scale_up(bearing, messages),
            stages=stage_lines(stages(around.roles), around.roles, around.current_stage),
            decisions=tuple(decision_line(line, self.numbers) for line in around.decisions),
            etd=etd_table(claims, figures, findings, () if abstains else messages),
            sources=self._sources(flat),
            unused=answer.set_aside,
            glossary=glossary_of(around.glossary or {}, answer.resolved_question, flat, gaps),
            narrative=narrative,
            sign_offs=sign_offs,
        )

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _renumber(self, claim: Claim) -> Claim:
        """The claim under its number here, with the source's own words: small numbers are hidden when it is shown."""
        cited = claim.citation
        words = self.by_id[cited.doc_id].text[cited.start : cited.end]
        changes = {"number": self.numbers[cited.doc_id], "quote": words, "is_masked": False}
        cited = cited.model_copy(update=changes)
        return claim.model_copy(update={"citation": cited})

    def _show(self, text: str, document: Document) -> str:
        return hide_in_quotation(text, document, self.privacy)

    def _shown(self, claim: Claim) -> Claim:
        document = self.by_id[claim.citation.doc_id]
        cited = claim.citation
        masks = self.gate.in_place(document, cited.start, cited.end)
        citation = cited.model_copy(update={"masks": masks}).masked()
        return Claim(citation=citation, probability=claim.probability)

    def _bearing(self) -> list[Document]:
        """Documents that were quoted or counted; not those merely near, nor those filed elsewhere than page one's."""
        counted = {d for cell in self._cells() for d in cell.doc_ids} - self._unchecked()
        quoted = {claim.citation.doc_id for claim in self.answer.claims}
        return [d for d in self.documents if d.doc_id in (counted | quoted) - self.front.beside]

    def _of_type(self, *kinds: SourceType) -> list[Document]:
        return [d for d in self._bearing() if d.metadata.source_type in kinds]

    def _figures(self) -> tuple[AuditFigure, ...]:
        return tuple(
            figure
            for document in self._bearing()
            if document.metadata.audit
            for figure in audit_figures(
                document,
                self.numbers[document.doc_id],
                today=self.around.today,
                privacy=self.privacy,
            )
        )

    def _findings(self) -> tuple[FindingLine, ...]:
        """Local sources' recorded findings go through the same hiding as their words."""
        found = []
        for document in self._bearing():
            for line in finding_lines(document, self.numbers[document.doc_id]):
                found.append(
                    line.model_copy(update={"estimate": self._show(line.estimate, document)})
                )
        return tuple(
            sorted(found, key=lambda line: (line.outcome.casefold(), line.number, line.index))
        )

    def _front_page(self, *, abstains: bool) -> FrontPage:
        """Page one's sources are those of the subject's pool, whatever was quoted besides.

        Where the question is not answered they are told as what is held on its subject: of those counted only.
        """
        unchecked = self._unchecked()
        left_out = unchecked if abstains else ()
        pool = {
            doc_id: self.by_id[doc_id]
            for cell in self._cells()
            for doc_id in cell.held
            if doc_id in self.by_id and doc_id not in left_out
        }
        sentences = self.around.sentences or [
            Weighed(c.citation.doc_id, c.citation.start, c.citation.end, 1.0)
            for c in self.answer.claims
        ]
        asked = asked_words(
            self.answer.subject or self.answer.resolved_question, self.answer.expansions
        )
        cited = [claim.citation for claim in self.answer.claims]
        quoted = [(c.doc_id, c.start, c.end) for c in cited]
        sure = frozenset(d for c in self._cells() if c.state in _DIRECT for d in c.doc_ids)
        asks = Asked(
            asked,
            frozenset(self.answer.topics),
            self.around.ruled_out,
            any(t.startswith(_PERFORMANCE) for t in self.answer.types),
        )
        return FrontPage(pool, unchecked, sentences, self._claim, asks, quoted=quoted, sure=sure)

    def _cells(self) -> list[CoverageCell]:
        """Of the kinds that are not absent."""
        return [cell for cell in self.answer.coverage.cells if cell.state is not State.ABSENT]

    def _unchecked(self) -> frozenset[str]:
        """Documents that a person has yet to look at."""
        return frozenset(doc_id for cell in self._cells() for doc_id in cell.unchecked)

    def _claim(self, document: Document, start: int, end: int) -> Claim:
        citation = cite(document, self.numbers[document.doc_id], start, end, self.gate)
        return Claim(citation=citation, probability=0.0)

    def _messages(
        self, figures: Sequence[AuditFigure], findings: Sequence[FindingLine]
    ) -> tuple[KeyMessage, ...]:
        found = self.front.messages(figures, findings)
        if found and self.answer.status.is_answer:
            return found
        is_to_check = self.answer.status is Status.TO_CHECK
        said = "may answer the question" if is_to_check else "does not answer the question"
        nothing = f"This corpus {said}. {self.answer.coverage.because}".strip()
        return (KeyMessage(kind="corpus", lead="What this corpus holds", text=nothing), *found)

    def _sharing(self) -> Sharing:
        """The narrowest circle that any of its sources may go to."""
        marks = (d.metadata.sharing for d in self.documents)
        return max(marks, key=_MARKS.index, default=Sharing.PUBLIC)

    def _claims(self) -> dict[SourceType, tuple[Claim, ...]]:
        return {
            row.source_type: tuple(self._shown(self._renumber(c)) for c in row.claims)
            for row in self.answer.rows
            if row.claims
        }

    def _absences(self) -> dict[SourceType, str]:
        cells = self.answer.coverage
        return {
            row.source_type: self._absence(cells.cell(row.source_type), row.absence)
            for row in self.answer.rows
            if not row.claims
        }

    def _absence(self, cell: CoverageCell, absence: str) -> str:
        """Why a kind of knowledge says nothing; a reader is told which titles to look at, and no command to type."""
        if cell.source_type in self._withheld_kinds():
            return withheld_absence(self.around.withheld, cell.source_type)
        if absence and cell.state is State.TO_CHECK:
            return absence.replace(cell.says, self._to_check(cell))
        if absence:
            return absence
        held = counted(cell.studies, "related study is", "related studies are")
        return f"Nothing here answers the question directly; {held} held."

    def _equity(self, bearing: Sequence[Document], flat: Sequence[Claim]) -> Equity:
        """From records without the counts that must stay inside."""
        shown = [
            d.model_copy(update={"metadata": hide_in_metadata(d, self.privacy)}) for d in bearing
        ]
        return equity_of(shown, self.numbers, flat)

    def _withheld_kinds(self) -> frozenset[SourceType]:
        """Kinds of which all that is about the question is kept from this audience."""
        return frozenset(
            SourceType(code)
            for code, _ in self.around.withheld.by_type
            if code and self.answer.coverage.cell(SourceType(code)).state is State.ABSENT
        )

    def _to_check(self, cell: CoverageCell, *lead: str) -> str:
        near = [self.by_id[doc_id] for doc_id in cell.unchecked if doc_id in self.by_id]
        return to_check_words([d.metadata.title or d.source_name for d in near], *lead)

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
                    left_date=left.metadata.date_shown,
                    right_number=self.numbers[right.doc_id],
                    right=self._show(clash.right_says, right),
                    right_date=right.metadata.date_shown,
                )
            )
        return tuple(pairs)

    def _scale_up(self, bearing: Sequence[Document], said: Sequence[KeyMessage]) -> ScaleUp | None:
        pilots = self._of_type(SourceType.SVE)
        if not pilots and not _SCALE_TYPES & {t[:2] for t in self.answer.types}:
            return None
        check = scale_up(
            pilots,
            bearing,
            self._number,
            gate=self.gate,
            unchecked=[self.by_id[d] for d in sorted(self._unchecked() & self.by_id.keys())],
            target_setting=self.around.target_setting,
            told=places_told(said, self.by_id),
        )
        names = places_in(self.answer.resolved_question, bearing)
        target = target_claims(pilots, bearing, names, self._number, self.gate)
        return check.model_copy(update={"target": tuple(target)})

    def _number(self, document: Document) -> int:
        return self.numbers[document.doc_id]

    def _sources(self, flat: Sequence[Claim]) -> tuple[SourceLine, ...]:
        quoted = {claim.citation.doc_id for claim in flat}
        bearing = {document.doc_id for document in self._bearing()}
        to_check = self._unchecked()

        def note(doc_id: str) -> str:
            if doc_id in bearing:
                return _BEARS
            is_open = doc_id in to_check or self.answer.status is Status.TO_CHECK
            return _MAY_BEAR if is_open else _NEAR

        return source_lines(self.documents, self.privacy, quoted, note)


def _title(question: str) -> str:
    words = " ".join(question.split())
    return words[:1].upper() + words[1:]
