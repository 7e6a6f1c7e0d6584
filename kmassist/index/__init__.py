"""The Index protocol: what a store of passages must do, and how one is opened by URL.

The index takes vectors, not an embedder; its settings hold the embedder's fingerprint and refuse another. It returns the
two legs (lexical, dense); fusion and everything after it happen outside, so that every engine shares one ranking rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from kmassist.documents.document import Document, SourceType
from kmassist.documents.passages import Passage
from kmassist.errors import BackendUnavailable, ConfigError
from kmassist.index.runs import Run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kmassist.index.trail import AuditLine

    Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this engine can do now; a leg that is False is announced to the user, never silently done without."""

    lexical: bool = True
    dense: bool = True
    is_persistent: bool = True
    is_writable: bool = True


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents may be searched. Empty means no restriction; several fields must all hold.

    ``set_name`` is the saved set that they are of, to be told beside what was found.
    """

    source_types: frozenset[SourceType] = frozenset()
    topics: frozenset[str] = frozenset()
    year_from: int | None = None
    year_to: int | None = None
    doc_ids: frozenset[str] = frozenset()
    without_doc_ids: frozenset[str] = frozenset()
    set_name: str = field(default="", compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether everything passes."""
        return self == Filter()

    @property
    def says(self) -> str:
        """Kinds, years and the set in words: ``guideline, local audit and data; from 2020; the set “triage”``."""
        kinds = [kind.label.lower() for kind in SourceType if kind in self.source_types]
        parts = [
            ", ".join(kinds),
            f"from {self.year_from}" if self.year_from else "",
            f"up to {self.year_to}" if self.year_to else "",
            f"the set “{self.set_name}”" if self.set_name else "",
        ]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Stats:
    """Size and identity of the corpus. ``corpus_digest`` depends on the documents and metadata held, not on history."""

    documents: int
    passages: int
    seq: int
    corpus_digest: str
    by_type: Mapping[str, int]
    embedder: str
    dense_passages: int
    generation: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One document ready to be stored.

    ``vectors`` has shape (passages, dimension) and ``sentence_vectors[i]`` shape (sentences of passage i, dimension), all
    unit length, float32; ``None`` stores the document for the lexical leg alone. ``original`` is the file as it was read.
    """

    document: Document
    passages: Sequence[Passage]
    vectors: Vectors | None
    sentence_vectors: Sequence[Vectors] | None = None
    original: bytes | None = None


@runtime_checkable
class Index(Protocol):
    """A store of documents and passages with two ways of searching."""

    @property
    def capabilities(self) -> Capabilities:
        """What works now."""
        ...

    def add(self, entry: Entry, *, replaces: str | None = None) -> None:
        """Store one document in one transaction; on return it is durable and searchable.

        ``replaces`` removes that doc_id in the same transaction. Adding a doc_id again replaces it.

        Raises:
            IndexLocked: another process is writing.
        """
        ...

    def update_metadata(self, document: Document) -> None:
        """Replace the metadata of a stored document and where its file lies, not the text, in one transaction."""
        ...

    def delete(self, doc_id: str) -> None:
        """Remove a document, its passages, vectors, index entries and stored original.

        Raises:
            DocumentNotFound: there is none of that id.
        """
        ...

    def document(self, doc_id: str) -> Document:
        """One document with its text.

        Raises:
            DocumentNotFound: there is none of that id.
        """
        ...

    def documents(self, where: Filter | None = None) -> list[Document]:
        """Documents in order of doc_id, **without text** (``text`` is empty), pages and headings left out."""
        ...

    def passages(self, passage_ids: Iterable[str]) -> list[Passage]:
        """Passages in the order asked for; an id that is not there is left out."""
        ...

    def passages_of(self, doc_id: str) -> list[Passage]:
        """All passages of a document in order."""
        ...

    def lexical(self, terms: Mapping[str, float], k: int, where: Filter | None = None) -> Run:
        """BM25 over stemmed terms with weights; at most ``k`` hits of positive score."""
        ...

    def dense(self, vector: Vectors, k: int, where: Filter | None = None) -> Run:
        """Inner product with a unit vector of shape (dimension,); at most ``k`` hits."""
        ...

    def vectors(self, passage_ids: Sequence[str]) -> Mapping[str, tuple[Vectors, Vectors]]:
        """passage_id -> (passage vector (dimension,), sentence vectors (sentences, dimension)); without those not embedded."""
        ...

    def document_frequency(self, terms: Iterable[str]) -> Mapping[str, int]:
        """In how many passages each stemmed term occurs."""
        ...

    def terms_from(self, start: str) -> list[str]:
        """Stemmed terms that begin so, in code point order; some may be of documents that are gone."""
        ...

    def original(self, doc_id: str) -> bytes | None:
        """The stored file of a document, or None when it was not kept."""
        ...

    def record_kinds(self) -> list[str]:
        """Every kind that a record is held of, by name."""
        ...

    def records(self, kind: str) -> dict[str, dict[str, Any]]:
        """Record id -> JSON object of every record of that kind (gap, search, override, decision, session...)."""
        ...

    def put_record(self, kind: str, record_id: str, body: Mapping[str, Any]) -> None:
        """Store or replace one record, durably."""
        ...

    def delete_record(self, kind: str, record_id: str) -> None:
        """Remove one record; nothing happens when there is none."""
        ...

    actor: str
    """The role that acts now, for the audit trail."""

    def audit_trail(self) -> list[AuditLine]:
        """The audit trail, oldest first."""
        ...

    def audit(self, action: str, *, doc_id: str = "", **details: Any) -> None:
        """Add a line to the append-only trail: what was done to which document, never its text."""
        ...

    def adopt_trail(self, lines: Sequence[AuditLine]) -> None:
        """Take over the audit trail of a library that is moved here, before anything else is in this one's.

        Raises:
            IndexingError: something else is.
        """
        ...

    def stats(self) -> Stats:
        """Size and identity of what a search sees now."""
        ...

    def close(self) -> None:
        """Let go of files and locks."""
        ...


def open_index(
    url: str, *, embedder: str, dimension: int, create: bool = False, read_only: bool = False
) -> Index:
    """Open an index by URL; the scheme names an entry point of the group ``kmassist.indexes``.

    Args:
        url: a path or ``file:PATH`` (the embedded engine), ``memory:``, or another engine's scheme.
        embedder: fingerprint of the embedder; an index made with another is refused.
        dimension: length of its vectors.
        create: make it when it is not there.
        read_only: take no writer's lock and write nothing.

    Raises:
        ConfigError: no engine has that scheme.
        IndexNotFound, IndexMismatch, IndexLocked, BackendUnavailable: as they say.
    """
    scheme, _, rest = url.partition(":")
    if (not rest and scheme != "memory") or len(scheme) == 1 or "/" in scheme or "\\" in scheme:
        scheme, rest = "file", url
    found = [point for point in entry_points(group="kmassist.indexes") if point.name == scheme]
    if not found:
        raise ConfigError(
            f"There is no index engine for '{scheme}:'.",
            "Use a folder, or install the engine's package.",
        )
    try:
        opener: Callable[..., Index] = found[0].load()
    except ImportError as error:
        raise BackendUnavailable(
            f"The index engine '{scheme}' could not be loaded ({error}).", "Reinstall kmassist."
        ) from error
    return opener(rest, embedder=embedder, dimension=dimension, create=create, read_only=read_only)
