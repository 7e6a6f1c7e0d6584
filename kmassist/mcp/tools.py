"""The tools: their arguments, what each does, and what it promises of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from kmassist.assistant.visitor import (
    Filter,
    Knowledge,
    SourceType,
    Visitor,
    Withheld,
    refuse_personal_data,
)
from kmassist.assistant.within import missing_says
from kmassist.errors import LONGEST_QUESTION, RecordError
from kmassist.mcp import told
from kmassist.mcp.paging import page_of

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.mcp import Writer


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Paged(_Arguments):
    page: int = Field(default=1, ge=1, description="Which page of the result.")


class _Narrowed(_Paged):
    """What narrows the documents that are asked."""

    kinds: tuple[SourceType, ...] = Field(
        default=(),
        description="Only these kinds of source: " + "; ".join(f"{k.value} {k.label}" for k in SourceType),
    )  # fmt: skip
    topics: tuple[str, ...] = Field(default=(), description="Only documents on these topic codes.")
    year_from: int | None = Field(default=None, description="Only from this year.")
    year_to: int | None = Field(default=None, description="Only up to this year.")

    @property
    def where(self) -> Filter:
        """As a filter."""
        return Filter(
            source_types=frozenset(self.kinds),
            topics=frozenset(topic.upper() for topic in self.topics),
            year_from=self.year_from,
            year_to=self.year_to,
        )


_QUESTION = Field(
    min_length=3,
    max_length=LONGEST_QUESTION,
    description="A question about a service, never about one patient; one thing at a time.",
)
_DOC = Field(description="The doc_id, from sources, search or ask.")
_ROLE = Field(min_length=2, max_length=80, description="The user's role, never a name.")


class AskArguments(_Narrowed):
    """Of `ask`, `search` and `coverage`."""

    question: str = _QUESTION


class SearchArguments(AskArguments):
    """Of `search`."""

    limit: int = Field(default=10, ge=1, le=50, description="How many passages.")


class DocumentArguments(_Paged):
    """Of `outline`."""

    doc: str = _DOC


class SectionArguments(DocumentArguments):
    """Of `section`."""

    section: int = Field(ge=1, description="Number of the section, from outline.")


class GapsArguments(_Paged):
    """Of `gaps`."""

    stage: str = Field(default="", pattern="^(|open|in progress|closed)$", description="open, in progress or closed; empty for all.")  # fmt: skip
    topic: str = Field(default="", description="Only this topic code.")


class DraftArguments(_Paged):
    """Of `check_draft`."""

    draft: str = Field(
        min_length=10,
        max_length=60_000,
        description="The draft's text, with its references; a paragraph or heading a line.",
    )
    every_sentence: bool = Field(
        default=False, description="Also the sentences in which nothing differs."
    )


class SearchLogArguments(_Arguments):
    """Of `log_search`."""

    question: str = _QUESTION
    databases: tuple[str, ...] = Field(min_length=1, description="What was searched, by name.")
    strategy: str = Field(min_length=3, description="The terms used.")
    role: str = _ROLE
    date: str = Field(default="", description="The day it was run, YYYY-MM-DD; today when empty.")
    found: Knowledge = Field(default=Knowledge.NOTHING, description="What was found.")
    outcome: str = Field(default="", description="What came of it, in a sentence.")


class GapArguments(_Arguments):
    """Of `open_gap`."""

    title: str = Field(min_length=3, max_length=200, description="What is not known.")
    question: str = Field(default="", max_length=2000, description="The question that showed it.")
    kind: SourceType | None = Field(default=None, description="The kind of source that is missing.")
    topic: str = Field(default="", description="Its topic code.")
    role: str = _ROLE


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: its name, what a person and an assistant read of it, its arguments, and what it does."""

    name: str
    title: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[Any], str]
    writes: bool = False


class Toolbox:
    """The tools over one library."""

    def __init__(self, visitor: Visitor, writer: Writer | None = None) -> None:
        self._visitor = visitor
        self._writer = writer
        self._answered = lru_cache(maxsize=8)(self._answer)
        rows = (*self._reading(), *(self._writing() if writer else ()))
        self.tools: Mapping[str, Tool] = {tool.name: tool for tool in rows}

    def _reading(self) -> Iterator[Tool]:
        yield Tool(
            "ask", "Ask the library",
            "Answer a question from the library with sentences quoted word for word, each with its source. "
            "Says what is missing. Report the quotations as they stand and cite them; add nothing of your own to them.",
            AskArguments, self.ask,
        )  # fmt: skip
        yield Tool(
            "search", "Search passages",
            "The best passages for some words, in order, without judging whether they answer.",
            SearchArguments, self.search,
        )  # fmt: skip
        yield Tool(
            "coverage", "What is held and missing",
            "For a question, which of the eight kinds of source the library holds, how much, and by which rule.",
            AskArguments, self.coverage,
        )  # fmt: skip
        yield Tool(
            "sources", "List documents", "The documents that may be shown.", _Narrowed, self.sources
        )
        yield Tool(
            "outline", "Outline of a document",
            "The sections of one document with their numbers, for the section tool.",
            DocumentArguments, self.outline,
        )  # fmt: skip
        yield Tool(
            "section", "Read a section", "The text of one section of a document.",
            SectionArguments, self.section,
        )  # fmt: skip
        yield Tool(
            "gaps", "Register of gaps",
            "What this service has recorded as not known, and where work on it stands.",
            GapsArguments, self.gaps,
        )  # fmt: skip
        yield Tool(
            "check_draft", "Check a draft",
            "Check each sentence of a draft against the library: quoted, supported, differs (in what), cites a source that does "
            "not say so or is not held, nothing held. Use it on your own text before you show it. A sentence that passes is "
            "not thereby true.",
            DraftArguments, self.check_draft,
        )  # fmt: skip

    def _writing(self) -> Iterator[Tool]:
        yield Tool(
            "log_search", "Log a search",
            "Record a search that a person made elsewhere. Only after the user has said that it was made.",
            SearchLogArguments, self.log_search, writes=True,
        )  # fmt: skip
        yield Tool(
            "open_gap", "Open a gap",
            "Put a gap into the register. Only when the user asks for it.",
            GapArguments, self.open_gap, writes=True,
        )  # fmt: skip

    # -- asking -------------------------------------------------------------------------------------------------------

    def _answer(
        self, question: str, where: Filter, corpus_digest: str
    ) -> tuple[Answer, Withheld]:  # the digest is there so that a changed library is asked anew
        return self._visitor.answer(question, where=where)

    def _ask(self, given: AskArguments) -> tuple[Answer, Withheld]:
        return self._answered(given.question, given.where, self._visitor.corpus_digest)

    def ask(self, given: AskArguments) -> str:
        """An answer in quotations."""
        answer, kept = self._ask(given)
        return page_of(told.answer_blocks(answer), given.page, ends=missing_says(answer, kept))

    def coverage(self, given: AskArguments) -> str:
        """The eight kinds of source for a question."""
        answer, kept = self._ask(given)
        return page_of(told.coverage_blocks(answer), given.page, ends=missing_says(answer, kept))

    def search(self, given: SearchArguments) -> str:
        """The best passages."""
        found = self._visitor.search(given.question, where=given.where, k=given.limit)
        ends = told.kinds_without([hit.document for hit in found], "among these passages")
        return page_of(
            told.found_blocks(found), given.page, ends=f"{ends} {self._not_used()}".strip()
        )

    def sources(self, given: _Narrowed) -> str:
        """The documents."""
        found = self._visitor.sources(given.where)
        ends = told.kinds_without(self._visitor.sources(), "among what may be shown")
        blocks = [told.source_block(document) for document in found]
        return page_of(blocks, given.page, ends=f"{ends} {self._not_used()}".strip())

    def _not_used(self) -> str:
        return told.not_used(self._visitor.kept_back())

    # -- one document -------------------------------------------------------------------------------------------------

    def outline(self, given: DocumentArguments) -> str:
        """A document's sections."""
        blocks = told.outline_blocks(
            self._visitor.source(given.doc), self._visitor.outline(given.doc)
        )
        return page_of(blocks, given.page, ends=told.lacking(self._visitor.lacks(given.doc)))

    def section(self, given: SectionArguments) -> str:
        """The text of a section."""
        parts = self._visitor.outline(given.doc)
        if given.section > len(parts):
            raise RecordError(
                f"The document has {len(parts)} sections, no section {given.section}.",
                "See its outline.",
            )
        part = parts[given.section - 1]
        document = self._visitor.source(given.doc)
        text = self._visitor.text(given.doc, part.start, part.end)
        head = f"{told.source_block(document)}\nSection {part.number} of {len(parts)}: {part.title}"
        follows = (
            f"This is one section of {len(parts)}. "
            if len(parts) > 1
            else "This is the whole document. "
        )
        ends = follows + told.lacking(self._visitor.lacks(given.doc))
        return page_of([head, *text.split("\n\n")], given.page, ends=ends)

    # -- gaps and drafts ----------------------------------------------------------------------------------------------

    def gaps(self, given: GapsArguments) -> str:
        """The register."""
        found = self._visitor.gaps(stage=given.stage, topic=given.topic)
        ends = (
            "A gap is here only when somebody recorded it; ask coverage for what a question lacks."
            if found
            else "No gap is recorded; ask coverage for what a question lacks."
        )
        return page_of([told.gap_block(gap) for gap in found], given.page, ends=ends)

    def check_draft(self, given: DraftArguments) -> str:
        """A draft, sentence by sentence."""
        report = self._visitor.check(given.draft)
        total, nothing = len(report.sentences), report.counts["nothing held on this"]
        held = (
            f"For {nothing} of {total} {'sentence' if total == 1 else 'sentences'} nothing is held here."
            if nothing
            else "No sentence is on a matter of which nothing is held here."
        )
        ends = f"{held} {self._not_used()}"
        blocks = told.report_blocks(report, self._visitor, show_all=given.every_sentence)
        return page_of(blocks, given.page, ends=ends.strip())

    # -- writing ------------------------------------------------------------------------------------------------------

    def log_search(self, given: SearchLogArguments) -> str:
        """Record a search."""
        fields = given.model_dump(exclude={"role"}) | {"by_role": given.role}
        if not given.date:
            del fields["date"]
        kept = self._write(fields, lambda a: a.gaps.log_search(**fields))
        return f"Logged as search {kept.search_id}. It can be taken back in kmassist."

    def open_gap(self, given: GapArguments) -> str:
        """Record a gap."""
        fields = {
            "title": given.title, "question": given.question, "topic": given.topic.upper(),
            "source_type": given.kind, "raised_by": f"{given.role}, through an assistant",
        }  # fmt: skip
        kept = self._write(fields, lambda a: a.gaps.add(**fields))
        return f"Opened as gap {kept.gap_id}. Who acts and by when is for a person to say."

    def _write(self, fields: Mapping[str, Any], change: Callable[[Any], Any]) -> Any:
        refuse_personal_data({name: value for name, value in fields.items() if name != "date"})
        assert self._writer is not None
        with self._writer() as assistant:
            return change(assistant)
