"""What the engines do alike: the notices they keep, what they refuse, and that a block closes them."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kmassist.errors import IndexDamaged, IndexingError, IndexMismatch
from kmassist.index import Entry

log = logging.getLogger(__name__)


class Engine(ABC):
    """The part of an `Index` that no store knows.

    Attributes:
        actor: the role that the audit trail names.
        notices: what was found wrong on the way and dealt with, one sentence each.
    """

    def __init__(self, read_only: bool) -> None:
        self.actor = ""
        self.notices: list[str] = []
        self._is_read_only = read_only

    @abstractmethod
    def close(self) -> None:
        """See `Index.close`."""

    def _notice(self, sentence: str) -> None:
        self.notices.append(sentence)
        log.warning("%s", sentence)

    def _refuse_read_only(self) -> None:
        if self._is_read_only:
            raise IndexingError("This library was opened for reading only.", "Open it for writing.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def check_entry(entry: Entry) -> None:
    """Refuse a document with a passage of another one: its text is stored as that of its passages.

    Raises:
        IndexingError: a passage names another document, or does not stand in the text where it says.
    """
    doc_id, text = entry.document.doc_id, entry.document.text
    if any(passage.doc_id != doc_id for passage in entry.passages):
        fault = "names another document"
    elif any(text[passage.start : passage.end] != passage.text for passage in entry.passages):
        fault = "does not stand in its text"
    else:
        return
    raise IndexingError(
        f"A passage of {doc_id} {fault}.", "This is a fault of kmassist; report it."
    )


def check_embedder(held: tuple[str, int], ours: tuple[str, int]) -> None:
    """Refuse an embedder, with its dimension, that a library was not made with; one without a name opens any.

    Raises:
        IndexMismatch: they differ.
    """
    if ours[0] and held != ours:
        raise IndexMismatch(
            f"This library was made with the embedder '{held[0]}', not '{ours[0]}'.",
            "Use that embedder, or add the documents to a new library.",
        )


def checked_query(vector: NDArray[np.float32], dimension: int) -> NDArray[np.float32]:
    """A query vector of shape (dimension,), contiguous.

    Raises:
        IndexMismatch: it has another shape.
    """
    query = np.ascontiguousarray(vector, np.float32)
    if query.shape != (dimension,):
        raise IndexMismatch(
            f"A query vector has shape {query.shape}, not ({dimension},).",
            "Use the library's embedder.",
        )
    return query


def damaged_original(doc_id: str) -> IndexDamaged:
    """What is raised when the stored file of a document is missing or has changed."""
    return IndexDamaged(
        f"The stored original of {doc_id} is missing or has changed.", "Add the file again."
    )
