"""class OpenLibrary: a library that is open, and its documents."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from kmassist.answers.model import Answer
from kmassist.assistant.corpus import Corpus
from kmassist.assistant.status import LibraryStatus, status_of
from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.documents.proposal import Proposal
from kmassist.documents.required_metadata import with_current_warnings
from kmassist.index import Filter, Index, open_index
from kmassist.question.vocabulary import Vocabulary
from kmassist.settings.file import kept_role
from kmassist.settings.model import Settings

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Embedder
    from kmassist.index.trail import AuditLine


class OpenLibrary:
    """A library's settings, index, embedder and vocabulary, and what can be done with its documents.

    Opening loads no embedding model; `warm` does, and whatever needs it calls `warm` first.
    """

    def __init__(
        self, settings: Settings, index: Index, embedder: Embedder, vocabulary: Vocabulary
    ) -> None:
        self.settings = settings
        self.index = index
        self.embedder = embedder
        self.vocabulary = vocabulary
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        create: bool = False,
        read_only: bool = False,
        embedder: Embedder | None = None,
    ) -> Self:
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
            settings.embedding.model,
            batch_size=settings.embedding.batch_size,
            threads=settings.embedding.threads,
        )
        index = open_index(
            str(settings.library),
            embedder=embedder.fingerprint,
            dimension=embedder.dimension,
            create=create,
            read_only=read_only,
        )
        index.actor = settings.site.role or kept_role()
        return cls(settings, index, embedder, Vocabulary.load(settings.retrieval.vocabulary))

    def for_writing(self) -> Self:
        """The same library opened a second time, for writing; to be closed at once, so that others may write."""
        return self.open(self.settings, embedder=self.embedder)

    def close(self) -> None:
        """Let go of the library."""
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Load the embedding model now (seconds the first time); safe to call from another thread, and again."""
        with self._lock:
            self.embedder.embed_query("warm")

    @cached_property
    def corpus(self) -> Corpus:
        """Viewing and editing documents."""
        return Corpus(self.index, self.embedder)

    def sources(self, where: Filter | None = None) -> list[Document]:
        """All documents without their text, in order of doc_id."""
        return self.index.documents(where)

    def find_doc_id(self, doc: str) -> str:
        """The doc_id meant by an id, the start of one, or a file name.

        Raises:
            DocumentNotFound: none matches, or several do.
        """
        return self.corpus.find(doc)

    def source(self, doc: str) -> Document:
        """One document with its text."""
        return with_current_warnings(self.index.document(self.find_doc_id(doc)))

    def passages(self, doc: str) -> list[Passage]:
        """The passages of one document."""
        return self.index.passages_of(self.find_doc_id(doc))

    def original(self, doc: str) -> tuple[str, bytes] | None:
        """File name and bytes of the stored original, or None when it was not kept.

        The name is one that nothing takes for a path or starts as a program: a library from elsewhere may say anything.
        """
        from kmassist.readers import openable_name  # a question reads no file

        document = self.index.document(self.find_doc_id(doc))
        data = self.index.original(document.doc_id)
        return None if data is None else (openable_name(document.source_name), data)

    def edit(self, doc: str, changes: Mapping[str, Any], *, origin: str = "edited") -> Document:
        """Correct metadata; see `Corpus.edit`. ``origin`` is ``confirmed`` for what was proposed and taken.

        Topics that the document has not are taken by their codes or names.
        """
        if changes.get("topics"):
            known = self.source(doc).metadata.topics
            changes = {**changes, "topics": self._topics_meant(changes["topics"], known)}
        return self.corpus.edit(self.find_doc_id(doc), changes, origin)

    def _topics_meant(self, said: Any, known: Collection[str]) -> list[str]:
        named = said if not isinstance(said, str) else re.split(r"[;,]", said)
        topics = filter(None, (str(topic).strip() for topic in named))
        return [t if t in known else self.vocabulary.topic_named(t) for t in topics]

    def proposals(self, doc: str) -> tuple[Proposal, ...]:
        """What a document seems to say of itself and nothing has filled."""
        from kmassist.readers.metadata.proposals import propose

        return propose(self.index.document(self.find_doc_id(doc)))

    def take_proposals(self, doc: str) -> Document:
        """Fill in what a document proposes, in one step; see `proposals`."""
        changes = {proposal.field: proposal.value for proposal in self.proposals(doc)}
        return self.edit(doc, changes, origin="confirmed") if changes else self.source(doc)

    def forget(self, doc: str) -> Document:
        """Remove a document and all that tells of it, in records of every kind; returns what it was."""
        from kmassist.assistant.forget import forget

        return forget(self.index, self.find_doc_id(doc))

    def also_covers(self, doc: str, k: int = 5) -> list[Document]:
        """Other documents nearest in meaning to this one."""
        return self.corpus.also_covers(self.find_doc_id(doc), k)

    def trail(
        self, *, action: str = "", role: str = "", doc: str = "", since: str = ""
    ) -> list[AuditLine]:
        """The audit trail, oldest first.

        Args:
            action: only lines whose action holds these words.
            role: only what this role did.
            doc: only what was done to this document, or record.
            since: only from this day (YYYY-MM-DD) on.
        """
        return [
            line
            for line in self.index.audit_trail()
            if action.casefold() in line.action.casefold()
            and role.casefold() in line.actor.casefold()
            and line.at >= since
            and (not doc or doc in {line.doc_id, line.details.get("record", "")})
        ]

    def verify(self, answer: Answer) -> list[str]:
        """What does not hold in an answer; empty when every quotation stands at its place of its file."""
        return self.corpus.verify(answer)

    def status(self) -> LibraryStatus:
        """Size, identity and health, without loading the model."""
        return status_of(self.settings.shown_library, self.index)
