"""Vectors of passages whose words have not changed, taken from the document that another one replaces.

A file that was renamed, moved or saved again costs no encoding; one in which a paragraph was changed costs that paragraph's.
Vectors are kept at half precision, so that what is taken over is bit for bit what encoding anew would store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kmassist.documents.passages import Passage
from kmassist.embedding.embedder import passage_input
from kmassist.errors import DocumentNotFound
from kmassist.index import Index

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Embedder, Vectors

Input = tuple[str, tuple[tuple[int, int], ...]]
Held = tuple["Vectors", "Vectors"]
"""What the encoder read of a passage, with the places of its sentences; the passage's vector and those of its sentences."""


def _input_of(passage: Passage, title: str) -> Input:
    text, spans = passage_input(passage, title)
    return text, tuple(spans)


def held_vectors(index: Index, doc_id: str) -> dict[Input, Held]:
    """What the encoder read for each passage of a stored document -> the passage's vector and those of its sentences."""
    try:
        document, passages = index.document(doc_id), index.passages_of(doc_id)
    except DocumentNotFound:  # it is on its way itself, or gone meanwhile
        return {}
    vectors = index.vectors([passage.passage_id for passage in passages])
    return {
        _input_of(passage, document.metadata.title): vectors[passage.passage_id]
        for passage in passages
        if passage.passage_id in vectors
        and len(vectors[passage.passage_id][1]) == len(passage.sentences)
    }


@dataclass(frozen=True, slots=True)
class Encoding:
    """Passages on their way to vectors: ``held`` have them already, ``encoded`` will bring the others, in order."""

    inputs: Sequence[Input]
    held: Mapping[Input, Held]
    encoded: Future[tuple[Vectors, list[Vectors]]] | None
    dimension: int

    def done(self) -> bool:
        """Whether `vectors` gives them without waiting."""
        return self.encoded is None or self.encoded.done()

    def wait(self, seconds: float) -> bool:
        """Whether `vectors` gives them without waiting, after this long at most."""
        return self.encoded is None or bool(wait([self.encoded], seconds).done)

    def vectors(self) -> tuple[Vectors, list[Vectors]]:
        """Vectors of all passages in order, and of the sentences of each; see `Embedder.embed`."""
        new = iter(zip(*self.encoded.result(), strict=True)) if self.encoded else iter(())
        found = [self.held[one] if one in self.held else next(new) for one in self.inputs]
        if not found:
            return np.zeros((0, self.dimension), np.float32), []
        return np.stack([passage for passage, _ in found]), [sentences for _, sentences in found]


def encode(
    documents: Sequence[tuple[str, Sequence[Passage]]],
    held: Mapping[Input, Held],
    embedder: Embedder,
    pool: Executor,
) -> Encoding:
    """Begin to encode what has no vectors yet; ``documents`` are titles with their passages."""
    inputs = [_input_of(passage, title) for title, passages in documents for passage in passages]
    new = [one for one in inputs if one not in held]
    work: Callable[..., tuple[Vectors, list[Vectors]]] = embedder.embed
    texts, spans = [text for text, _ in new], [list(spans) for _, spans in new]
    future = pool.submit(work, texts, spans) if new else None
    return Encoding(inputs, held, future, embedder.dimension)
