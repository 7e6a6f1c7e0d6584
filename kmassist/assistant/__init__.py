"""class Assistant(OpenLibrary): the only door for front ends. One synchronous core; front ends bring their own threads."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmassist.answers.model import Answer
from kmassist.assistant.ask import Asking
from kmassist.assistant.corpus import PassageView
from kmassist.assistant.finding import Found
from kmassist.assistant.opened import OpenLibrary
from kmassist.assistant.status import LibraryStatus
from kmassist.coverage import Coverage
from kmassist.documents.document import Document
from kmassist.embedding.cores import one_core_each
from kmassist.events import Answered, Event
from kmassist.index import Filter
from kmassist.retrieval.pool.make import PoolMaker
from kmassist.retrieval.pool.said import Said

if TYPE_CHECKING:
    from kmassist.assistant.add import Adding
    from kmassist.assistant.assessment import AssessDesk
    from kmassist.assistant.briefs import BriefDesk
    from kmassist.assistant.decisions import DecisionDesk
    from kmassist.assistant.drafts import DraftDesk
    from kmassist.assistant.folders import FolderDesk
    from kmassist.assistant.follow import FollowDesk
    from kmassist.assistant.gaps import GapDesk
    from kmassist.assistant.inspecting import Inspection
    from kmassist.assistant.news import NewsDesk
    from kmassist.assistant.outside import OutsideDesk
    from kmassist.assistant.plans import PlanDesk
    from kmassist.assistant.remarks import RemarkDesk
    from kmassist.assistant.scale_up import ScaleDesk
    from kmassist.assistant.sessions import SessionDesk
    from kmassist.assistant.sets import SetDesk
    from kmassist.assistant.sharing import ShareDesk

__all__ = [
    "Assistant",
    "Filter",
    "Found",
    "LibraryStatus",
    "PassageView",
]


class Assistant(OpenLibrary):
    """An open library and everything that can be done with it."""

    # -- the corpus -----------------------------------------------------------------------------------------------

    def add(
        self,
        paths: Sequence[Path],
        *,
        overrides: Mapping[str, Any] | None = None,
        consent: Mapping[str, str] | None = None,
        **options: bool,
    ) -> Generator[Event, None, None]:
        """Add files and folders; see `Adding.add` for the options."""
        given: dict[str, Any] = {"overrides": overrides or {}, "consent": consent or {}, **options}
        return self.follow.after(self.adding().add(paths, **given))

    def adding(self, **options: Any) -> Adding:
        """A run of adding; see `Adding` for the options."""
        from kmassist.assistant.add import Adding  # which loads the readers; a question needs none

        given = self.settings, self.index, self.embedder, self.vocabulary, self.gaps
        return Adding(*given, **options)

    @cached_property
    def follow(self) -> FollowDesk:
        """Followed questions, and those that could not be answered."""
        from kmassist.assistant.follow import FollowDesk

        return FollowDesk(self)

    @cached_property
    def news(self) -> NewsDesk:
        """What is new, and what is due."""
        from kmassist.assistant.news import NewsDesk

        return NewsDesk(self)

    @cached_property
    def folders(self) -> FolderDesk:
        """The folders that the library is kept in step with."""
        from kmassist.assistant.folders import FolderDesk

        return FolderDesk(self)

    def inspect(
        self, path: Path, *, overrides: Mapping[str, Any] | None = None, ocr: bool = False
    ) -> list[Inspection]:
        """What would be stored from a file, before anything is."""
        known = {d.doc_id: d for d in self.index.documents()}
        from kmassist.assistant.inspecting import inspect_paths

        return inspect_paths(
            self.settings, self.vocabulary, path, overrides or {}, ocr=ocr, known=known
        )

    def source_shown(self, doc: str) -> Document:
        """One document as it may stand on the owner's screen (setting ``privacy.mask_on_screen``)."""
        document = self.source(doc)
        is_masked = self.settings.privacy.mask_on_screen
        return self.asking.gate.leaving(document) if is_masked else document

    def view(self, doc: str, start: int, end: int, *, is_masked: bool = False) -> PassageView:
        """A quotation in its context, with its small numbers masked when it is to leave the library."""
        gate = self.asking.gate if is_masked else None
        return self.corpus.view(self.find_doc_id(doc), start, end, gate=gate)

    # -- asking ---------------------------------------------------------------------------------------------------

    @cached_property
    def drafts(self) -> DraftDesk:
        """Checking drafts against the library."""
        from kmassist.assistant.drafts import DraftDesk

        return DraftDesk(self)

    @cached_property
    def asking(self) -> Asking:
        """The pipeline from question to answer."""
        return Asking(
            self.settings,
            self.index,
            self.embedder,
            self.vocabulary,
            gaps=self.gaps,
            pools=self.pools,
        )

    @cached_property
    def pools(self) -> PoolMaker:
        """What the library holds on a subject, a document at a time."""
        return PoolMaker(self.index, self.embedder, self.vocabulary, self._said)

    def _said(self) -> Sequence[Said]:
        return self.gaps.said()

    def ask(
        self,
        question: str,
        *,
        where: Filter | None = None,
        types: Sequence[str] | None = None,
        senses: Mapping[str, str] | None = None,
        without: Collection[str] | None = None,
        subject: str | None = None,
        previous: Answer | None = None,
        today: date | None = None,
    ) -> Generator[Event, None, None]:
        """Answer a question in stages; the last event is `Answered`. Closing the generator cancels.

        Args:
            question: as it was typed.
            where: which documents are asked.
            types: T1 to T11 instead of the recognised ones.
            senses: acronym -> meaning instead of the one taken.
            without: other forms of its words that are not searched for.
            subject: what it is about, in place of the subject that is read.
            previous: the answer before it, for follow-ups.
            today: the day that ages are counted to.
        """
        with one_core_each():
            yield from self.asking.ask(
                question,
                where=where,
                types=types,
                senses=senses,
                without=without,
                subject=subject,
                previous=previous,
                today=today,
            )

    def answer(self, question: str, **options: Any) -> Answer:
        """The answer alone."""
        *_, last = self.ask(question, **options)
        assert isinstance(last, Answered)
        return last.answer

    def search(self, question: str, *, where: Filter | None = None, k: int = 10) -> list[Found]:
        """The best passages, in order, without the gate."""
        return self.asking.search(question, where=where, k=k)

    def coverage(self, question: str, **options: Any) -> Coverage:
        """The question x source-type matrix."""
        return self.answer(question, **options).coverage

    def leaving(self, answer: Answer) -> Answer:
        """An answer as it may leave the library: small numbers of people masked (domain F8)."""
        return answer.masked(self.asking.gate.in_words)

    def starters(self, count: int = 4) -> list[str]:
        """Questions to begin with, from the topics this corpus holds most kinds of source on."""
        return self.asking.starters(count)

    # -- desks ----------------------------------------------------------------------------------------------------

    @cached_property
    def gaps(self) -> GapDesk:
        """The gap register, search log, overrides and what gaps warrant."""
        from kmassist.assistant.gaps import GapDesk

        return GapDesk(self.index, self.settings, pools=self.pools)

    @cached_property
    def outside(self) -> OutsideDesk:
        """Searching elsewhere: strategies, screening what was found, confirming gaps."""
        from kmassist.assistant.outside import OutsideDesk

        return OutsideDesk(self)

    @cached_property
    def sets(self) -> SetDesk:
        """Named parts of the library."""
        from kmassist.assistant.sets import SetDesk

        return SetDesk(self.index, self.settings)

    @cached_property
    def remarks(self) -> RemarkDesk:
        """Feedback on quotations and notes on sources."""
        from kmassist.assistant.remarks import RemarkDesk

        return RemarkDesk(self)

    @cached_property
    def plans(self) -> PlanDesk:
        """Action plans after a self-assessment, and hand-overs of gaps."""
        from kmassist.assistant.plans import PlanDesk

        return PlanDesk(self)

    @cached_property
    def sessions(self) -> SessionDesk:
        """Conversations kept in the library."""
        from kmassist.assistant.sessions import SessionDesk

        return SessionDesk(self.index, leaving=self.leaving)

    @cached_property
    def briefs(self) -> BriefDesk:
        """Composing, keeping and exporting evidence briefs."""
        from kmassist.assistant.briefs import BriefDesk

        return BriefDesk(self)

    @cached_property
    def decisions(self) -> DecisionDesk:
        """Decision records and how much of what is known gets used."""
        from kmassist.assistant.decisions import DecisionDesk

        return DecisionDesk(self)

    @cached_property
    def assessment(self) -> AssessDesk:
        """The reflection checklist, its results and what use of the library says."""
        from kmassist.assistant.assessment import AssessDesk

        return AssessDesk(self)

    @cached_property
    def sharing(self) -> ShareDesk:
        """Co-development log, contributions and bundles."""
        from kmassist.assistant.sharing import ShareDesk

        return ShareDesk(self)

    @cached_property
    def scaling(self) -> ScaleDesk:
        """The scale-up check."""
        from kmassist.assistant.scale_up import ScaleDesk

        return ScaleDesk(self)
