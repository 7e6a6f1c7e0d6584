"""Answer: verbatim sentences with citations, grouped by source type, and a row for every type that has none."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from kmassist.coverage import Coverage
from kmassist.documents import SourceType


class Status(StrEnum):
    """What the answer amounts to; an API of ``ask --json``."""

    ANSWERED = "answered"
    PARTLY = "partly"
    NOT_ANSWERABLE = "not_answerable"


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
        """``p. 4``, ``p. ~4`` when the page is estimated, else the section; empty when neither is known."""
        if self.page is not None:
            return f"p. {'~' if self.page_is_estimated else ''}{self.page}"
        return self.section


class Claim(_Frozen):
    """One or more whole sentences of one source, word for word, with the sentences around them."""

    citation: Citation
    probability: float
    before: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """The quotation."""
        return self.citation.quote


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
    """One source type: its claims, best first, or the sentence that says there is nothing."""

    source_type: SourceType
    studies: int
    claims: tuple[Claim, ...]
    absence: str = ""
    more_studies: int = 0


class CorpusIdentity(_Frozen):
    """Which corpus was searched: its size and the digest of its documents and metadata."""

    name: str
    documents: int
    passages: int
    digest: str


class Answer(_Frozen):
    """The whole answer. Same question, corpus, settings and date give the same bytes of ``model_dump_json()``."""

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
    uncovered_terms: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim in the order shown."""
        return tuple(claim for row in self.rows for claim in row.claims)
