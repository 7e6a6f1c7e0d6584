"""Answer: verbatim sentences with citations, grouped by source type, and a row for every type that has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from kmassist.answers.model import (
    Answer,
    Chosen,
    Citation,
    Claim,
    CorpusIdentity,
    Reference,
    Status,
    TypeRow,
)
from kmassist.answers.verdict import parts_answered
from kmassist.coverage import Coverage, CoverageCell, Need, State, Verdict
from kmassist.documents.document import Document, SourceType
from kmassist.evidence.model import Evidence, Excerpt, Source, Study
from kmassist.privacy.masking import SmallNumbers
from kmassist.privacy.masks import applied
from kmassist.question.interpretation import SenseChoice
from kmassist.question.subject import Subject
from kmassist.text.counts import counted
from kmassist.text.quoted import name_of, quoted
from kmassist.text.shipped import english

_WHAT_TO_DO = english("answers", "what_to_do")
_FIRST = {Need.REQUIRED: 0, Need.DESIRABLE: 1, Need.NOT_NEEDED: 2}


class ReadingShown(Protocol):
    """What of the question's reading an answer shows."""

    @property
    def subject(self) -> Subject:
        """What it is about."""
        ...

    @property
    def topics(self) -> tuple[str, ...]:
        """Topic codes."""
        ...

    @property
    def expansions(self) -> Mapping[str, tuple[str, ...]]:
        """Word -> other forms that were searched too."""
        ...

    @property
    def senses(self) -> Mapping[str, str]:
        """Ambiguous acronym -> the sense chosen."""
        ...

    @property
    def choices(self) -> tuple[SenseChoice, ...]:
        """Why that sense, and what the acronym can mean besides."""
        ...

    @property
    def left_out(self) -> Mapping[str, tuple[str, ...]]:
        """Word -> other forms that the person switched off."""
        ...


_CAUTION = frozenset({State.TO_CHECK, State.SILENT, State.INDIRECT_ONLY, State.OUTDATED_ONLY})

_NEAREST_SPEAKS = "Among the sentences nearest to an answer; whether their source is about the subject has not been said."
"""Said of a kind that is absent by its subject and quoted by its sentence: never that there is none."""


class _Claims:
    """Claims as they are written; every source keeps the number of its first quotation."""

    def __init__(self, gate: SmallNumbers) -> None:
        self._gate = gate
        self._numbers: dict[str, int] = {}
        self._used: dict[str, Document] = {}

    def of_sources(self, sources: Iterable[Source]) -> list[Claim]:
        """A claim for each excerpt."""
        found = []
        for source in sources:
            for excerpt in source.excerpts:
                doc_id = source.document.doc_id
                number = self._numbers.setdefault(doc_id, len(self._numbers) + 1)
                self._used[doc_id] = self._gate.named(source.document)
                found.append(_claim(number, source.document, excerpt, self._gate))
        return found

    def of_studies(self, studies: Iterable[Study]) -> tuple[Claim, ...]:
        """A claim for each excerpt of each study."""
        return tuple(claim for study in studies for claim in self.of_sources(study.sources))

    def references(self) -> tuple[Reference, ...]:
        """The sources that are quoted, in the order of their numbers."""
        used = self._used.items()
        return tuple(_reference(self._numbers[doc_id], document) for doc_id, document in used)


def _reading_order(question: str, coverage: Coverage) -> list[SourceType]:
    """What this question needs is read first; the table of coverage keeps its fixed order.

    Who asks what is to be done is told what is agreed before what was found.
    """
    asks_what_to_do = bool(_WHAT_TO_DO.search(question))
    return sorted(
        SourceType,
        key=lambda kind: (
            _FIRST[coverage.cell(kind).need],
            asks_what_to_do and kind is not SourceType.GDL,
        ),
    )


def _row(
    kind: SourceType,
    evidence: Evidence,
    coverage: Coverage,
    claims: _Claims,
    *,
    abstains: bool,
    is_quoted: bool,
    sources_per_type: int,
    searched_on: str,
) -> TypeRow:
    held = evidence.by_type.get(kind, ())
    studies = () if abstains else held
    shown = studies[:sources_per_type]
    found = claims.of_studies(shown)
    cell, is_judged = coverage.cell(kind), coverage.verdict is not Verdict.NOT_JUDGED
    return TypeRow(
        source_type=kind,
        studies=len(studies),
        claims=found,
        absence=""
        if studies
        else _NEAREST_SPEAKS
        if is_quoted and cell.state is State.ABSENT
        else _why_nothing(cell, len(held), coverage.documents_searched, searched_on),
        caution=cell.says if found and is_judged and cell.state in _CAUTION else "",
        more_studies=len(studies) - len(shown),
    )


def _nearest(
    evidence: Evidence, claims: _Claims, closest: tuple[Claim, ...], sources_per_type: int
) -> tuple[Claim, ...]:
    """What is shown in place of an answer: the closest sentences, then what was found.

    What passed the gate but is indirect or outdated is shown in full; what did not pass, by its best sentence.
    """
    if evidence.studies:
        found = claims.of_studies(evidence.studies[:sources_per_type])
    else:
        found = tuple(
            claim for study in evidence.nearest for claim in claims.of_studies([study])[:1]
        )
    first = {claim.citation.span for claim in closest}
    return (*closest, *(claim for claim in found if claim.citation.span not in first))


def write_answer(
    question: str,
    resolved_question: str,
    evidence: Evidence,
    coverage: Coverage,
    corpus: CorpusIdentity,
    *,
    searched_on: str,
    sources_per_type: int,
    reading: ReadingShown,
    gate: SmallNumbers | None = None,
    chosen: Chosen | None = None,
    degraded: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Answer:
    """Write the extractive answer: quotations only, a row for every type, the needed ones first, best first within each.

    ``gate`` finds the small numbers of people that must not leave.

    The sentences nearest to an answer come before the rows, whatever their kind. When the question is not said to be answered no
    claim is written: what was found stands under ``nearest``, those sentences first.
    """
    claims = _Claims(gate or SmallNumbers())
    is_judged = coverage.verdict is not Verdict.NOT_JUDGED
    abstains = coverage.verdict in {Verdict.NOT_ANSWERABLE, Verdict.TO_CHECK} or (
        not evidence.studies and not evidence.closest and (is_judged or not notes)
    )
    # References are numbered as they are first quoted.
    closest = tuple(claims.of_sources(evidence.closest if is_judged else ()))
    not_known = claims.of_sources(_stated_gap(evidence, coverage) if is_judged else ())
    rows = tuple(
        _row(
            kind,
            evidence,
            coverage,
            claims,
            abstains=abstains,
            is_quoted=not abstains and any(c.citation.source_type is kind for c in closest),
            sources_per_type=sources_per_type,
            searched_on=searched_on,
        )
        for kind in _reading_order(resolved_question, coverage)
    )
    nearest = _nearest(evidence, claims, closest, sources_per_type) if abstains else ()
    return Answer(
        question=question,
        resolved_question=resolved_question,
        status=_status(coverage, abstains=abstains),
        rows=rows,
        references=claims.references(),
        nearest=nearest,
        coverage=coverage,
        corpus=corpus,
        searched_on=searched_on,
        types=coverage.types,
        **_as_read(reading),
        chosen=chosen or Chosen(),
        uncovered_terms=evidence.uncovered_terms,
        degraded=tuple(degraded),
        notes=(*notes, *_undated(evidence)),
        closest=() if abstains else closest,
        parts=() if abstains else parts_answered(evidence),
        not_known=not_known[0] if not_known else None,
        is_found_not_counted=abstains and bool(evidence.studies) and not closest,
        set_aside=_set_aside(evidence),
        elsewhere=evidence.elsewhere if is_judged else "",
    )


def _stated_gap(evidence: Evidence, coverage: Coverage) -> list[Source]:
    """The source that says what is not known; of one that coverage does not hold it says nothing of this question."""
    held = {doc for cell in coverage.cells for doc in cell.held}
    return [s for s in (evidence.not_known,) if s and s.document.doc_id in held]


def _status(coverage: Coverage, *, abstains: bool) -> Status:
    if abstains:
        is_to_check = coverage.verdict is Verdict.TO_CHECK
        return Status.TO_CHECK if is_to_check else Status.NOT_ANSWERABLE
    return Status.PARTLY if coverage.verdict is Verdict.PARTLY else Status.ANSWERED


def _set_aside(evidence: Evidence) -> tuple[str, ...]:
    """What was found and put aside, each with the reason; by its title where another report that counts is cited alike."""
    cited = {s.document.cite_as for study in evidence.studies for s in study.sources}
    documents = ((excluded, excluded.study.sources[0].document) for excluded in evidence.excluded)
    return tuple(
        f"{f'{quoted(d.metadata.title)} ({d.cite_as})' if d.cite_as in cited else d.cite_as}: {excluded.reason}"
        for excluded, d in documents
    )


def _as_read(reading: ReadingShown) -> dict[str, Any]:
    """What of the reading an answer keeps."""
    subject = reading.subject
    return {
        "topics": reading.topics,
        "subject": subject.said,
        "aspects": tuple(aspect.value for aspect in subject.aspect),
        "population": subject.population,
        "setting": subject.setting,
        "expansions": dict(reading.expansions),
        "senses": dict(reading.senses),
        "choices": reading.choices,
        "left_out": dict(reading.left_out),
        "unknown": dict(subject.unknown),
    }


def _undated(evidence: Evidence) -> list[str]:
    """Undated sources that are quoted, and how to date them (AACODS: date)."""
    undated = {
        s.document.doc_id: s.document
        for study in evidence.studies
        if not study.dated
        for s in study.sources
    }
    return [
        (
            f"{document.cite_as}: its date, {document.metadata.to_come}, is after today and counts as undated; check it: "
            if document.metadata.to_come
            else f"{document.cite_as}; once you know its date: "
        )
        + f"kmassist sources edit {doc_id} --set evidence_date=YYYY-MM"
        for doc_id, document in sorted(undated.items())
    ][:3]


def _why_nothing(cell: CoverageCell, held: int, documents: int, searched_on: str) -> str:
    if not cell.is_searched:
        return cell.says
    if cell.state is State.ABSENT:
        none = absence_sentence(documents, searched_on)
        return f"{held} found, not counted: set aside." if held else none
    if not held and cell.state is State.TO_CHECK:
        return cell.says
    if not held:
        return f"{cell.counted} on the subject, no sentence found that answers this. {cell.says}"
    if cell.state in _CAUTION:
        return f"{held} found, not counted. {cell.says}"
    return f"{held} found, not counted: it cannot tell what is done in your service."


def absence_sentence(documents: int, searched_on: str) -> str:
    """The only claim the tool may make alone (domain D1)."""
    if not documents:  # an empty library, or one of which this reader may see nothing
        return f"There was no document to search on {searched_on}."
    return f"None in this corpus of {counted(documents, 'document')}, searched {searched_on}."


def _claim(number: int, document: Document, excerpt: Excerpt, gate: SmallNumbers) -> Claim:
    return Claim(
        citation=cite(document, number, excerpt, gate),
        probability=round(excerpt.probability, 3),
        before=excerpt.before,
        after=excerpt.after,
        around_masked=gate.around(
            document, excerpt.start, excerpt.end, excerpt.before, excerpt.after
        ),
    )


def cite(document: Document, number: int, excerpt: Excerpt, gate: SmallNumbers) -> Citation:
    """The citation of an excerpt: what it is, whose, where, and what of it must not leave."""
    named = gate.named(document)
    meta = named.metadata
    page = document.page_at(excerpt.start)
    return Citation(
        number=number,
        doc_id=document.doc_id,
        passage_id=excerpt.passage_id,
        title=name_of(meta.title or named.source_name),
        cite_as=named.cite_as,
        is_anonymous=document.is_anonymous,
        source_type=meta.source_type,
        design=meta.design.label if meta.design else "",
        date=meta.dated or "",
        to_come=meta.to_come,
        page=excerpt.page,
        page_is_estimated=excerpt.page_is_estimated,
        page_label=page.label if page and page.number == excerpt.page else "",
        section=name_of(gate.in_heading(excerpt.section, meta.source_type)),
        start=excerpt.start,
        end=excerpt.end,
        quote=excerpt.quote,
        source_name=named.source_name,
        source_sha256=document.source_sha256,
        is_synthetic=meta.is_synthetic,
        is_computed=document.is_composed(excerpt.start, excerpt.end),
        digest=meta.digest,
        quoted_by=meta.quoted_by,
        masks=gate.in_place(document, excerpt.start, excerpt.end),
    )


def _reference(number: int, document: Document) -> Reference:
    meta = document.metadata
    return Reference(
        number=number,
        doc_id=document.doc_id,
        cite_as=document.cite_as,
        title=name_of(meta.title or document.source_name),
        source_type=meta.source_type,
        design=meta.design.label if meta.design else "",
        date=meta.dated or "",
        to_come=meta.to_come,
        journal=name_of(meta.journal or meta.issuer),
        doi=meta.doi,
        pmid=meta.pmid,
        pmcid=meta.pmcid,
        source_name=document.source_name,
        is_synthetic=meta.is_synthetic,
        digest=meta.digest,
        quoted_by=meta.quoted_by,
    )


def check_citation(citation: Citation, document: Document) -> str:
    """Why a citation does not hold, or an empty string: the words must stand at that place of that very file."""
    if (
        citation.source_sha256
        and document.source_sha256
        and citation.source_sha256 != document.source_sha256
    ):
        return f"[{citation.number}] {citation.cite_as}: the file has changed since it was quoted."
    words = document.text[citation.start : citation.end]
    if citation.is_masked:
        words = applied(words, citation.masks, start=citation.start)
    if words != citation.quote:
        return f"[{citation.number}] {citation.cite_as}: these words do not stand at that place of the source."
    page = document.page_at(citation.start)
    if citation.page is not None and (page is None or page.number != citation.page):
        return (
            f"[{citation.number}] {citation.cite_as}: the quotation is not on page {citation.page}."
        )
    return ""
