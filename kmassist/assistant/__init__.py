"""class Assistant: the only door for front ends. One synchronous core; front ends bring their own threads."""

from __future__ import annotations

import threading
from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmassist.answers import Answer, check_citation
from kmassist.assistant.adding import Adding, AddSummary, Inspection, inspect_paths
from kmassist.assistant.asking import Asking, Found
from kmassist.assistant.corpus import Corpus, PassageView
from kmassist.config import Settings
from kmassist.coverage import Coverage
from kmassist.documents import Document
from kmassist.errors import DocumentNotFound
from kmassist.events import Answered, Event
from kmassist.index import Filter, Index, open_index
from kmassist.passages import Passage
from kmassist.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kmassist.assistant.assess_desk import AssessDesk
    from kmassist.assistant.brief_desk import BriefDesk
    from kmassist.assistant.decision_desk import DecisionDesk
    from kmassist.assistant.gap_desk import GapDesk
    from kmassist.assistant.scale_desk import ScaleDesk
    from kmassist.assistant.session_desk import SessionDesk
    from kmassist.assistant.share_desk import ShareDesk
    from kmassist.embedding import Embedder

__all__ = ["AddSummary", "Assistant", "Found", "Inspection", "LibraryStatus", "PassageView"]


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What is in the library and whether both legs of the search work."""

    path: Path
    documents: int
    passages: int
    by_type: Mapping[str, int]
    corpus_digest: str
    embedder: str
    has_lexical: bool
    has_dense: bool
    not_embedded: int
    undated: int
    without_type: int
    synthetic: int
    newest: str
    degraded: tuple[str, ...]


class Assistant:
    """An open library and everything that can be done with it.

    Opening loads no embedding model; `warm` does, and whatever needs it calls `warm` first.
    """

    def __init__(self, settings: Settings, index: Index, embedder: Embedder, vocabulary: Vocabulary) -> None:
        self.settings = settings
        self.index = index
        self.embedder = embedder
        self.vocabulary = vocabulary
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls, settings: Settings, *, create: bool = False, read_only: bool = False, embedder: Embedder | None = None
    ) -> Assistant:
        """Open the library of these settings.

        Args:
            settings: whose ``library`` is opened.
            create: make it when it is not there.
            read_only: write nothing; several may read while one writes.
            embedder: instead of the configured one.

        Raises:
            IndexNotFound, IndexMismatch, IndexLocked, ModelUnavailable: as they say.
        """
        from kmassist.embedding import open_embedder

        embedder = embedder or open_embedder(
            settings.embedding.model, batch_size=settings.embedding.batch_size, threads=settings.embedding.threads
        )
        index = open_index(
            str(settings.library),
            embedder=embedder.fingerprint,
            dimension=embedder.dimension,
            create=create,
            read_only=read_only,
        )
        return cls(settings, index, embedder, Vocabulary.load(settings.retrieval.vocabulary))

    def close(self) -> None:
        """Let go of the library."""
        self.index.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the model ------------------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Load the embedding model now (seconds the first time); safe to call from another thread, and again."""
        with self._lock:
            self.embedder.embed_query("warm")

    # -- the corpus -----------------------------------------------------------------------------------------------

    @cached_property
    def corpus(self) -> Corpus:
        """Viewing and editing documents."""
        return Corpus(self.index, self.embedder)

    def add(
        self,
        paths: Sequence[Path],
        *,
        overrides: Mapping[str, Any] | None = None,
        consent: Mapping[str, str] | None = None,
        ocr: bool = False,
    ) -> Generator[Event, None, None]:
        """Add files and folders; see `Adding.add`."""
        adding = Adding(self.settings, self.index, self.embedder, self.vocabulary, self.gaps)
        return adding.add(paths, overrides=overrides or {}, consent=consent or {}, ocr=ocr)

    def inspect(self, path: Path, *, overrides: Mapping[str, Any] | None = None, ocr: bool = False) -> list[Inspection]:
        """What would be stored from a file, before anything is."""
        known = {d.doc_id: d for d in self.index.documents()}
        return inspect_paths(self.settings, self.vocabulary, path, overrides or {}, ocr=ocr, known=known)

    def sources(self, where: Filter | None = None) -> list[Document]:
        """All documents without their text, in order of doc_id."""
        return self.index.documents(where)

    def find_doc_id(self, doc: str) -> str:
        """The doc_id meant by an id, the start of one, or a file name.

        Raises:
            DocumentNotFound: none matches, or several do.
        """
        wanted = doc.strip()
        if self.index.documents(Filter(doc_ids=frozenset({wanted}))):
            return wanted
        documents = self.index.documents()
        found = [d.doc_id for d in documents if wanted in {d.doc_id, d.source_name, d.source_path}] or [
            d.doc_id for d in documents if len(wanted) >= 3 and d.doc_id.startswith(wanted)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise DocumentNotFound(
                f"'{doc}' matches {len(found)} documents.", "Give the whole id from 'kmassist sources list'."
            )
        raise DocumentNotFound(f"No document has the id '{doc}'.", "See 'kmassist sources list'.")

    def source(self, doc: str) -> Document:
        """One document with its text."""
        return self.index.document(self.find_doc_id(doc))

    def passages(self, doc: str) -> list[Passage]:
        """The passages of one document."""
        return self.index.passages_of(self.find_doc_id(doc))

    def view(self, doc: str, start: int, end: int) -> PassageView:
        """A quotation in its context."""
        return self.corpus.view(self.find_doc_id(doc), start, end)

    def original(self, doc: str) -> tuple[str, bytes] | None:
        """File name and bytes of the stored original, or None when it was not kept."""
        document = self.index.document(self.find_doc_id(doc))
        data = self.index.original(document.doc_id)
        return None if data is None else (document.source_name, data)

    def edit(self, doc: str, changes: Mapping[str, Any]) -> Document:
        """Correct metadata; see `Corpus.edit`."""
        return self.corpus.edit(self.find_doc_id(doc), changes)

    def forget(self, doc: str) -> Document:
        """Remove a document and all that was made of it, also where briefs and conversations quote it; returns what it was."""
        doc_id = self.find_doc_id(doc)
        document = self.index.document(doc_id)
        self.briefs.drop_citing(doc_id)
        self.sessions.drop_citing(doc_id)
        self.index.delete(doc_id)
        return document

    def also_covers(self, doc: str, k: int = 5) -> list[Document]:
        """Other documents nearest in meaning to this one."""
        return self.corpus.also_covers(self.find_doc_id(doc), k)

    # -- asking ---------------------------------------------------------------------------------------------------

    @cached_property
    def asking(self) -> Asking:
        """The pipeline from question to answer."""
        return Asking(self.settings, self.index, self.embedder, self.vocabulary, self.gaps)

    def ask(
        self,
        question: str,
        *,
        where: Filter | None = None,
        types: Sequence[str] | None = None,
        senses: Mapping[str, str] | None = None,
        without: Collection[str] | None = None,
        previous: Answer | None = None,
        today: date | None = None,
    ) -> Generator[Event, None, None]:
        """Answer a question in stages; the last event is `Answered`. Closing the generator cancels.

        Args:
            question: as it was typed.
            where: which documents are asked.
            types: T1 to T10 instead of the recognised ones.
            senses: acronym -> meaning instead of the one taken.
            without: other forms of its words that are not searched for.
            previous: the answer before it, for follow-ups.
            today: the day that ages are counted to.
        """
        return self.asking.ask(
            question, where=where, types=types, senses=senses, without=without, previous=previous, today=today
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

    def verify(self, answer: Answer) -> list[str]:
        """What does not hold in an answer; empty when every quotation stands at its place of its file."""
        problems = []
        for claim in (*answer.claims, *answer.nearest):
            try:
                document = self.index.document(claim.citation.doc_id)
            except DocumentNotFound:
                problems.append(
                    f"[{claim.citation.number}] {claim.citation.cite_as}: the document is no longer in the library."
                )
                continue
            problem = check_citation(claim.citation, document)
            if problem:
                problems.append(problem)
        return problems

    def starters(self, count: int = 4) -> list[str]:
        """Questions to begin with, from the topics this corpus holds most kinds of source on."""
        return self.asking.starters(count)

    # -- status ---------------------------------------------------------------------------------------------------

    def status(self) -> LibraryStatus:
        """Size, identity and health, without loading the model."""
        stats, capabilities, documents = self.index.stats(), self.index.capabilities, self.index.documents()
        missing = stats.passages - stats.dense_passages
        degraded = []
        if not capabilities.lexical:
            degraded.append("The word index is missing: run 'kmassist doctor --repair'.")
        if not capabilities.dense and stats.passages:
            degraded.append("The meaning index is missing: run 'kmassist doctor --repair'.")
        if missing and capabilities.dense:
            degraded.append(f"{missing} passages have no vector yet: run 'kmassist doctor --repair'.")
        return LibraryStatus(
            path=self.settings.library,
            documents=stats.documents,
            passages=stats.passages,
            by_type=stats.by_type,
            corpus_digest=stats.corpus_digest,
            embedder=stats.embedder,
            has_lexical=capabilities.lexical,
            has_dense=capabilities.dense,
            not_embedded=missing,
            undated=sum(d.metadata.dated is None for d in documents),
            without_type=sum(d.metadata.source_type is None for d in documents),
            synthetic=sum(d.metadata.is_synthetic for d in documents),
            newest=max((d.metadata.dated for d in documents if d.metadata.dated), default=""),
            degraded=tuple(degraded),
        )

    # -- desks ----------------------------------------------------------------------------------------------------

    @cached_property
    def gaps(self) -> GapDesk:
        """The gap register, search log, overrides and what gaps warrant."""
        from kmassist.assistant.gap_desk import GapDesk

        return GapDesk(self.index, self.settings)

    @cached_property
    def sessions(self) -> SessionDesk:
        """Conversations kept in the library."""
        from kmassist.assistant.session_desk import SessionDesk

        return SessionDesk(self.index)

    @cached_property
    def briefs(self) -> BriefDesk:
        """Composing, keeping and exporting evidence briefs."""
        from kmassist.assistant.brief_desk import BriefDesk

        return BriefDesk(self)

    @cached_property
    def decisions(self) -> DecisionDesk:
        """Decision records and how much of what is known gets used."""
        from kmassist.assistant.decision_desk import DecisionDesk

        return DecisionDesk(self)

    @cached_property
    def assessment(self) -> AssessDesk:
        """The reflection checklist, its results and what use of the library says."""
        from kmassist.assistant.assess_desk import AssessDesk

        return AssessDesk(self)

    @cached_property
    def sharing(self) -> ShareDesk:
        """Co-development log, contributions and bundles."""
        from kmassist.assistant.share_desk import ShareDesk

        return ShareDesk(self)

    @cached_property
    def scaling(self) -> ScaleDesk:
        """The scale-up check."""
        from kmassist.assistant.scale_desk import ScaleDesk

        return ScaleDesk(self)
