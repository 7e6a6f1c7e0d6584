"""Answer: verbatim sentences with citations, grouped by source type, and a row for every type that has none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from kmassist.coverage import Coverage, CoverageCell, Need, State, Verdict
from kmassist.documents import Document, SourceType
from kmassist.evidence import Evidence, Excerpt, Study
from kmassist.questions import QuestionType
from kmassist.smallnumbers import suppress_quotation
from kmassist.source_types import LOCAL_TYPES
from kmassist.vocabulary import SenseChoice

_WHAT_TO_DO = re.compile(
    r"\b(?:who|when|what|how (?:soon|often|long|quickly|fast|much)) (?:do|should|must|can) (?:we|i|midwives|doctors|staff|you)\b",
    re.I,
)
_FIRST = {Need.REQUIRED: 0, Need.DESIRABLE: 1, Need.NOT_NEEDED: 2}


class Status(StrEnum):
    """What the answer amounts to; an API of ``ask --json``."""

    ANSWERED = "answered"
    PARTLY = "partly"
    NOT_ANSWERABLE = "not_answerable"


class ReadingShown(Protocol):
    """What of the question's reading an answer shows."""

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


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(_Frozen):
    """Where a quotation stands. ``number`` is that of its document in the answer's list of references."""

    number: int
    doc_id: str
    passage_id: str
    title: str
    cite_as: str
    source_type: SourceType
    design: str = ""
    date: str = ""
    page: int | None = None
    page_is_estimated: bool = False
    section: str = ""
    start: int
    end: int
    quote: str
    source_name: str = ""
    source_sha256: str = ""
    is_synthetic: bool = False

    @property
    def place(self) -> str:
        """``p. 4``, ``p. ~4`` when the page is estimated, else the nearest heading; empty when neither is known."""
        if self.page is not None:
            return f"p. {'~' if self.page_is_estimated else ''}{self.page}"
        return self.section.rpartition(" › ")[2]


class Claim(_Frozen):
    """One or more whole sentences of one source, word for word, with the sentences around them.

    ``shown`` is the quotation with small numbers of people in square brackets, where it holds any (domain F8); ``before``
    and ``after`` are as they may be shown.
    """

    citation: Citation
    probability: float
    before: str = ""
    after: str = ""
    shown: str = ""

    @property
    def text(self) -> str:
        """The quotation as it may be shown; ``citation.quote`` is what stands in the source."""
        return self.shown or self.citation.quote


class Reference(_Frozen):
    """One document of the answer's list of references."""

    number: int
    doc_id: str
    cite_as: str
    title: str
    source_type: SourceType
    design: str = ""
    date: str = ""
    journal: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    source_name: str = ""
    is_synthetic: bool = False


class TypeRow(_Frozen):
    """One source type: its claims, best first, or the sentence that says there is nothing.

    ``caution`` says why claims that are quoted do not settle the question: every source of the type is indirect or outdated.
    """

    source_type: SourceType
    studies: int
    claims: tuple[Claim, ...]
    absence: str = ""
    caution: str = ""
    more_studies: int = 0


class CorpusIdentity(_Frozen):
    """Which corpus was searched: its size and the digest of its documents and metadata."""

    name: str
    documents: int
    passages: int
    digest: str


class Chosen(_Frozen):
    """What a person changed in how the question was read; empty where nothing was.

    ``types`` are T1 to T10; ``senses`` acronym -> meaning; ``without`` other forms not searched for.
    """

    types: tuple[str, ...] = ()
    senses: dict[str, str] = {}
    without: tuple[str, ...] = ()


class Answer(_Frozen):
    """The whole answer. Same question, corpus, settings and date give the same bytes of ``model_dump_json()``.

    ``is_found_not_counted``: what stands under ``nearest`` bears on the question, but is indirect, outdated, undated or of a kind
    that cannot tell what is done in one's own service.
    """

    question: str
    resolved_question: str
    status: Status
    rows: tuple[TypeRow, ...]
    references: tuple[Reference, ...]
    nearest: tuple[Claim, ...]
    coverage: Coverage
    corpus: CorpusIdentity
    searched_on: str
    types: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    expansions: dict[str, tuple[str, ...]] = {}
    senses: dict[str, str] = {}
    choices: tuple[SenseChoice, ...] = ()
    left_out: dict[str, tuple[str, ...]] = {}
    chosen: Chosen = Chosen()
    uncovered_terms: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    is_found_not_counted: bool = False
    is_turned_away: bool = False

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim in the order shown."""
        return tuple(claim for row in self.rows for claim in row.claims)

    @property
    def missing(self) -> Mapping[str, tuple[TypeRow, ...]]:
        """Kinds that the question has a use for and that nothing is quoted of, below the sentence that says why; needed ones first."""
        found: dict[str, tuple[TypeRow, ...]] = {}
        for row in self.rows:
            cell = self.coverage.cell(row.source_type)
            if not row.claims and not cell.studies and cell.need is not Need.NOT_NEEDED:
                found[row.absence] = (*found.get(row.absence, ()), row)
        return found

    @property
    def not_counted(self) -> tuple[str, ...]:
        """Why what stands under ``nearest`` bears on the question and does not count, a sentence for each kind of source."""
        kinds = dict.fromkeys(claim.citation.source_type for claim in self.nearest) if self.is_found_not_counted else {}
        return tuple(
            f"{row.source_type.label}: {row.absence}" for kind in kinds for row in self.rows if row.source_type is kind
        )

    @property
    def changes(self) -> tuple[str, ...]:
        """What a person changed in the reading, in words; empty when it stands as it was read."""
        labels = [QuestionType(code).label.lower() for code in self.chosen.types]
        says = [f"read as {'; '.join(labels)}"] if labels else []
        says += [f"{short} = {meaning}" for short, meaning in self.chosen.senses.items()]
        says += [f"searched without {', '.join(forms)} (for {word})" for word, forms in self.left_out.items()]
        return tuple(says)


_CAUTION = frozenset({State.INDIRECT_ONLY, State.OUTDATED_ONLY})


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
    hide: Callable[[str], str] = suppress_quotation,
    chosen: Chosen | None = None,
    degraded: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Answer:
    """Write the extractive answer: quotations only, a row for every type, the needed ones first, best first within each.

    ``hide`` masks small numbers of people in what a service made itself.

    When the verdict is "not answerable" no claim is written: what was found stands under ``nearest``.
    """
    is_judged = coverage.verdict is not Verdict.NOT_JUDGED
    is_counted = not is_judged and bool(notes)
    abstains = coverage.verdict is Verdict.NOT_ANSWERABLE or (not evidence.studies and not is_counted)
    numbers: dict[str, int] = {}
    used: dict[str, Document] = {}

    def claims_of(study: Study) -> list[Claim]:
        found = []
        for source in study.sources:
            for excerpt in source.excerpts:
                number = numbers.setdefault(source.document.doc_id, len(numbers) + 1)
                used[source.document.doc_id] = source.document
                found.append(_claim(number, source.document, excerpt, hide))
        return found

    rows = []
    # What this question needs is read first; the table of coverage keeps its fixed order. Who asks what is to be done is
    # told what is agreed before what was found.
    asks_what_to_do = bool(_WHAT_TO_DO.search(resolved_question))
    for kind in sorted(
        SourceType, key=lambda kind: (_FIRST[coverage.cell(kind).need], asks_what_to_do and kind is not SourceType.GDL)
    ):
        held = evidence.by_type.get(kind, ())
        studies = () if abstains else held
        shown = studies[:sources_per_type]
        claims = tuple(claim for study in shown for claim in claims_of(study))
        cell = coverage.cell(kind)
        rows.append(
            TypeRow(
                source_type=kind,
                studies=len(studies),
                claims=claims,
                absence="" if studies else _why_nothing(cell, len(held), coverage.documents_searched, searched_on),
                caution=cell.says if claims and is_judged and cell.state in _CAUTION else "",
                more_studies=len(studies) - len(shown),
            )
        )
    # What passed the gate but is indirect or outdated is shown in full; what did not pass, by its best sentence.
    nearest: tuple[Claim, ...] = ()
    if abstains and evidence.studies:
        nearest = tuple(claim for study in evidence.studies[:sources_per_type] for claim in claims_of(study))
    elif abstains:
        nearest = tuple(claim for study in evidence.nearest for claim in claims_of(study)[:1])
    status = Status.NOT_ANSWERABLE
    if not abstains:
        status = Status.PARTLY if coverage.verdict is Verdict.PARTLY else Status.ANSWERED
    return Answer(
        question=question,
        resolved_question=resolved_question,
        status=status,
        rows=tuple(rows),
        references=tuple(_reference(numbers[doc_id], document) for doc_id, document in used.items()),
        nearest=nearest,
        coverage=coverage,
        corpus=corpus,
        searched_on=searched_on,
        types=coverage.types,
        topics=reading.topics,
        expansions=dict(reading.expansions),
        senses=dict(reading.senses),
        choices=reading.choices,
        left_out=dict(reading.left_out),
        chosen=chosen or Chosen(),
        uncovered_terms=evidence.uncovered_terms,
        degraded=tuple(degraded),
        notes=(*notes, *_undated(evidence)),
        is_found_not_counted=abstains and bool(evidence.studies),
        set_aside=tuple(f"{excluded.study.sources[0].document.cite_as}: {excluded.reason}" for excluded in evidence.excluded),
    )


def _undated(evidence: Evidence) -> list[str]:
    """What a person has to do before an undated source can count (AACODS: avoid undated material)."""
    undated = {s.document.doc_id: s.document for study in evidence.studies if not study.dated for s in study.sources}
    return [
        f"{document.cite_as} bears on this but cannot count until it is dated: "
        f"kmassist sources edit {doc_id} --set evidence_date=YYYY-MM"
        for doc_id, document in sorted(undated.items())
    ][:3]


def _why_nothing(cell: CoverageCell, held: int, documents: int, searched_on: str) -> str:
    if not cell.is_searched:
        return cell.says
    if not held:
        return absence_sentence(documents, searched_on)
    if cell.state in _CAUTION:
        return f"{held} found, not counted. {cell.says}"
    if cell.state is State.ABSENT:
        return f"{held} found, not counted: undated or set aside."
    return f"{held} found, not counted: it cannot tell what is done in your service."


def absence_sentence(documents: int, searched_on: str) -> str:
    """The only claim the tool may make alone (domain D1)."""
    plural = "document" if documents == 1 else "documents"
    return f"None in this corpus of {documents} {plural}, searched {searched_on}."


def _claim(number: int, document: Document, excerpt: Excerpt, hide: Callable[[str], str]) -> Claim:
    meta = document.metadata
    is_local = meta.source_type is None or meta.source_type in LOCAL_TYPES
    shown, before, after = (hide(words) if is_local else words for words in (excerpt.quote, excerpt.before, excerpt.after))
    return Claim(
        citation=Citation(
            number=number,
            doc_id=document.doc_id,
            passage_id=excerpt.passage_id,
            title=meta.title or document.source_name,
            cite_as=document.cite_as,
            source_type=meta.source_type or SourceType.PUB,
            design=meta.design.label if meta.design else "",
            date=meta.dated or "",
            page=excerpt.page,
            page_is_estimated=excerpt.page_is_estimated,
            section=excerpt.section,
            start=excerpt.start,
            end=excerpt.end,
            quote=excerpt.quote,
            source_name=document.source_name,
            source_sha256=document.source_sha256,
            is_synthetic=meta.is_synthetic,
        ),
        probability=round(excerpt.probability, 3),
        before=before,
        after=after,
        shown=shown if shown != excerpt.quote else "",
    )


def _reference(number: int, document: Document) -> Reference:
    meta = document.metadata
    return Reference(
        number=number,
        doc_id=document.doc_id,
        cite_as=document.cite_as,
        title=meta.title or document.source_name,
        source_type=meta.source_type or SourceType.PUB,
        design=meta.design.label if meta.design else "",
        date=meta.dated or "",
        journal=meta.journal or meta.issuer,
        doi=meta.doi,
        pmid=meta.pmid,
        pmcid=meta.pmcid,
        source_name=document.source_name,
        is_synthetic=meta.is_synthetic,
    )


def check_citation(citation: Citation, document: Document) -> str:
    """Why a citation does not hold, or an empty string: the words must stand at that place of that very file."""
    if citation.source_sha256 and document.source_sha256 and citation.source_sha256 != document.source_sha256:
        return f"[{citation.number}] {citation.cite_as}: the file has changed since it was quoted."
    if document.text[citation.start : citation.end] != citation.quote:
        return f"[{citation.number}] {citation.cite_as}: these words do not stand at that place of the source."
    page = document.page_at(citation.start)
    if citation.page is not None and (page is None or page.number != citation.page):
        return f"[{citation.number}] {citation.cite_as}: the quotation is not on page {citation.page}."
    return ""
