"""The parts of an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from kmassist.coverage import Coverage, Need, State, Verdict
from kmassist.documents.document import SourceType
from kmassist.documents.frozen import Frozen
from kmassist.documents.source_types import LOCAL_TYPES
from kmassist.privacy.masks import Mask, applied, said
from kmassist.question.interpretation import SenseChoice
from kmassist.question.typed_commands import typed_command
from kmassist.question.types import QuestionType

_BETWEEN = 2
"""Characters that may lie between two sentences that follow each other: a space or the end of a line."""


class Status(StrEnum):
    """What the answer amounts to; an API of ``ask --json``."""

    ANSWERED = "answered"
    PARTLY = "partly"
    TO_CHECK = "to_check"
    NOT_ANSWERABLE = "not_answerable"

    @property
    def is_answer(self) -> bool:
        """Whether it is said to be answered, in part at least."""
        return self in {Status.ANSWERED, Status.PARTLY}


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of what is shown of a source: its own words, or what stands in place of a hidden number."""

    text: str
    is_quoted: bool


class Citation(Frozen):
    """Where a quotation stands. ``number`` is that of its document in the answer's list of references.

    ``is_computed``: the line was written by kmassist from a table, it is no quotation. ``digest`` says what somebody else
    read of the paper that the source restates, ``to_come`` a date after today that it bears, ``quoted_by`` whose brief the words came with. Where ``is_anonymous``
    nobody is named and ``cite_as`` begins with the title. ``masks`` are what of the document's text must not leave (domain F8); in ``quote`` they are in place when ``is_masked``.
    """

    number: int
    doc_id: str
    passage_id: str
    title: str
    cite_as: str
    is_anonymous: bool = False
    source_type: SourceType | None
    design: str = ""
    date: str = ""
    to_come: str = ""
    page: int | None = None
    page_is_estimated: bool = False
    page_label: str = ""
    section: str = ""
    start: int
    end: int
    quote: str
    source_name: str = ""
    source_sha256: str = ""
    is_synthetic: bool = False
    is_computed: bool = False
    digest: str = ""
    quoted_by: str = ""
    masks: tuple[Mask, ...] = ()
    is_masked: bool = False

    def masked(self) -> Citation:
        """The same with its hidden numbers masked, as it may leave the library."""
        if self.is_masked or not self.masks:
            return self
        quote = applied(self.quote, self.masks, start=self.start)
        return self.model_copy(update={"quote": quote, "is_masked": True})

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The words in order: those of the source, and the masks between them, which stand outside its quotation."""
        if not self.is_masked:
            return (Piece(self.quote, not self.is_computed),)
        found, at, place = [], 0, self.start
        for mask in self.masks:
            length = mask.start - place
            found.append(Piece(self.quote[at : at + length], not self.is_computed))
            found.append(Piece(said(mask), is_quoted=False))
            at, place = at + length + len(said(mask)), mask.end
        found.append(Piece(self.quote[at:], not self.is_computed))
        return tuple(piece for piece in found if piece.text)

    @property
    def span(self) -> tuple[str, int, int]:
        """Which words of which document are quoted."""
        return self.doc_id, self.start, self.end

    @property
    def place(self) -> str:
        """``p. 4``, ``p. ~4`` when the page is estimated, ``p. 4 (printed ii)`` when another number stands on it, else the
        nearest heading; empty when neither is known.
        """
        if self.page is not None:
            printed = f" (printed {self.page_label})" if self.page_label else ""
            return f"p. {'~' if self.page_is_estimated else ''}{self.page}{printed}"
        return self.section.rpartition(" › ")[2]


def _stands_in(citation: Citation, above: Sequence[Citation]) -> bool:
    """Whether others of the same document quote the whole of a citation together."""
    reached = citation.start
    for start, end in sorted((c.start, c.end) for c in above if c.doc_id == citation.doc_id):
        if start <= reached + _BETWEEN and end > reached:
            reached = end
    return reached >= citation.end


class Claim(Frozen):
    """One or more whole sentences of one source, with the sentences around them; ``around_masked`` are those as they may leave."""

    citation: Citation
    probability: float
    before: str = ""
    after: str = ""
    around_masked: tuple[str, str] = ("", "")

    @property
    def text(self) -> str:
        """The words, masked where the citation is."""
        return self.citation.quote

    def masked(self) -> Claim:
        """The same as it may leave the library."""
        if self.citation.is_masked:
            return self
        before, after = (
            masked or plain
            for masked, plain in zip(self.around_masked, (self.before, self.after), strict=True)
        )
        changes = {"before": before, "after": after, "around_masked": ("", "")}
        return self.model_copy(update={"citation": self.citation.masked(), **changes})


class Reference(Frozen):
    """One document of the answer's list of references."""

    number: int
    doc_id: str
    cite_as: str
    title: str
    source_type: SourceType | None
    design: str = ""
    date: str = ""
    to_come: str = ""
    journal: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    source_name: str = ""
    is_synthetic: bool = False
    digest: str = ""
    quoted_by: str = ""


class TypeRow(Frozen):
    """One source type: its claims, best first, or the sentence that says there is nothing.

    ``caution`` says why claims that are quoted do not settle the question: every source of the type is indirect or outdated.
    """

    source_type: SourceType
    studies: int
    claims: tuple[Claim, ...]
    absence: str = ""
    caution: str = ""
    more_studies: int = 0


class CorpusIdentity(Frozen):
    """Which corpus was searched: its size and the digest of its documents and metadata."""

    name: str
    documents: int
    passages: int
    digest: str


class Chosen(Frozen):
    """What a person changed in how the question was read; empty where nothing was.

    ``types`` are T1 to T11; ``senses`` acronym -> meaning; ``without`` other forms not searched for; ``subject`` what it
    is about, in the person's own words.
    """

    types: tuple[str, ...] = ()
    senses: dict[str, str] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    subject: str = ""


class AnsweredPart(Frozen):
    """A part of a question that asks several things, as typed; ``first`` is the place in ``closest`` of the sentence that answers
    it, None where none does."""

    asked: str
    first: int | None = None


class Answer(Frozen):
    """The whole answer. Same question, corpus, settings and date give the same bytes of ``model_dump_json()``.

    ``is_found_not_counted``: what stands under ``nearest`` is about the question, but is indirect, outdated, undated or of a kind
    that cannot tell what is done in one's own service. ``closest`` are the sentences that answer, best first, whatever their
    kind of source; they stand in ``rows`` too. ``subject`` is what was looked for, ``aspects`` what is asked of it,
    ``population`` and ``setting`` what narrows it, ``unknown`` its words that no source has -> the word that may be meant, or "". ``not_known`` is a source's own statement that what is asked is not known. ``parts`` are those of a question that asks several
    things; their first sentences come first in ``closest``. ``elsewhere`` names the places asked about that these are not said of.
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
    subject: str = ""
    aspects: tuple[str, ...] = ()
    population: str = ""
    setting: str = ""
    types: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    expansions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    senses: dict[str, str] = Field(default_factory=dict)
    choices: tuple[SenseChoice, ...] = ()
    left_out: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    unknown: dict[str, str] = Field(default_factory=dict)
    chosen: Chosen = Chosen()
    uncovered_terms: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    is_found_not_counted: bool = False
    is_turned_away: bool = False
    is_told_again: bool = False
    closest: tuple[Claim, ...] = ()
    not_known: Claim | None = None
    parts: tuple[AnsweredPart, ...] = ()
    elsewhere: str = ""

    @property
    def is_reply(self) -> bool:
        """Whether nothing new was asked (thanks, "summarise"): what comes next goes on from the answer before."""
        return self.is_told_again or self.coverage.verdict is Verdict.NOT_ASKED

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim in the order shown, each place of a source once."""
        shown: dict[tuple[str, int, int], Claim] = {}
        for claim in (*self.closest, *(claim for row in self.rows for claim in row.claims)):
            shown.setdefault(claim.citation.span, claim)
        return tuple(shown.values())

    def others(self, row: TypeRow) -> tuple[Claim, ...]:
        """A row's claims that do not stand under ``closest``, as they are or sentence by sentence."""
        above = [claim.citation for claim in self.closest]
        return tuple(claim for claim in row.claims if not _stands_in(claim.citation, above))

    def masked(self, hide: Callable[[str], str]) -> Answer:
        """The answer as it may leave the library: small numbers of people masked wherever a local source's words stand.

        Args:
            hide: masks a text, for what two sources say against each other.
        """
        public = {r.doc_id for r in self.references if r.source_type not in {None, *LOCAL_TYPES}}

        def said_by(doc_id: str, says: str) -> str:
            return says if doc_id in public else hide(says)

        conflicts = tuple(
            c.model_copy(
                update={
                    "left_says": said_by(c.left_doc_id, c.left_says),
                    "right_says": said_by(c.right_doc_id, c.right_says),
                }
            )
            for c in self.coverage.conflicts
        )
        rows = tuple(
            row.model_copy(update={"claims": tuple(claim.masked() for claim in row.claims)})
            for row in self.rows
        )
        return self.model_copy(
            update={
                "rows": rows,
                "nearest": tuple(claim.masked() for claim in self.nearest),
                "closest": tuple(claim.masked() for claim in self.closest),
                "not_known": self.not_known and self.not_known.masked(),
                "coverage": self.coverage.model_copy(update={"conflicts": conflicts}),
            }
        )

    @property
    def leading(self) -> tuple[Claim, ...]:
        """The sentences that an answer begins with: the first of each part that is answered."""
        places = dict.fromkeys(part.first for part in self.parts if part.first is not None)
        return tuple(self.closest[place] for place in places) if self.parts else self.closest[:1]

    @property
    def missing(self) -> Mapping[str, tuple[TypeRow, ...]]:
        """Kinds that the question has a use for and that nothing is quoted of, below the sentence that says why; needed ones first."""
        found: dict[str, tuple[TypeRow, ...]] = {}
        for row in self.rows:
            cell = self.coverage.cell(row.source_type)
            is_wanted = cell.need is not Need.NOT_NEEDED
            if not row.claims and cell.state is State.ABSENT and is_wanted:
                found[row.absence] = (*found.get(row.absence, ()), row)
        return found

    @property
    def not_quoted(self) -> tuple[TypeRow, ...]:
        """Kinds that the question has a use for, held on its subject or to be checked, of which no sentence is quoted."""
        return tuple(
            row
            for row in self.rows
            if not row.claims
            and (cell := self.coverage.cell(row.source_type)).state is not State.ABSENT
            and cell.need is not Need.NOT_NEEDED
        )

    @property
    def not_counted(self) -> tuple[str, ...]:
        """Why what stands under ``nearest`` is about the question and does not count, a sentence for each kind of source."""
        kinds = (
            dict.fromkeys(claim.citation.source_type for claim in self.nearest)
            if self.is_found_not_counted
            else {}
        )
        return tuple(
            f"{row.source_type.label}: {row.absence}"
            for kind in kinds
            for row in self.rows
            if row.source_type is kind
        )

    @property
    def asked(self) -> str:
        """The subject with who, where and what is asked of it, as far as it was read; empty without a subject."""
        parts = [
            f"{name}: {words}"
            for name, words in (
                ("people", self.population),
                ("place", self.setting),
                ("asked", ", ".join(self.aspects)),
            )
            if words and words not in self.subject
        ]
        return "; ".join([self.subject, *parts]) if self.subject else ""

    @property
    def corrected(self) -> str:
        """The question with the words that may be meant in place of those that no source has, or without the command before it;
        empty where there is none."""
        if self.is_reply and (command := typed_command(self.question)):
            return command.question
        said = self.resolved_question
        for word, near in self.unknown.items():
            said = re.sub(rf"\b{re.escape(word)}\b", near or word, said, flags=re.IGNORECASE)
        return said if said != self.resolved_question and not self.is_turned_away else ""

    @property
    def asked_as(self) -> str:
        """The question as it was read; as it was typed where nothing was searched for it."""
        return self.question if self.is_turned_away else self.resolved_question

    @property
    def changes(self) -> tuple[str, ...]:
        """What a person changed in the reading, in words; empty when it stands as it was read."""
        labels = [QuestionType(code).label.lower() for code in self.chosen.types]
        says = [f"read as {'; '.join(labels)}"] if labels else []
        says += [f"about {self.chosen.subject}"] if self.chosen.subject else []
        says += [f"{short} = {meaning}" for short, meaning in self.chosen.senses.items()]
        says += [
            f"searched without {', '.join(forms)} (for {word})"
            for word, forms in self.left_out.items()
        ]
        return tuple(says)
