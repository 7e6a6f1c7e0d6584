"""Text to unit vectors: the protocol, the shipped model, and a stand-in for tests."""

from __future__ import annotations

from kmassist.embedding.embedder import Embedder
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.embedding.reader import Reader
from kmassist.embedding.sentence_transformer import DEFAULT_MODEL, SentenceTransformerEmbedder


def open_embedder(
    name: str = "default", *, batch_size: int = 32, threads: int | None = None
) -> Embedder:
    """The embedder of that name: ``default`` (packaged), ``hashing`` (no model; tests), a folder or a hub name.

    Nothing heavy is loaded until the first text is embedded.
    """
    if name == "hashing":
        return HashingEmbedder()
    return SentenceTransformerEmbedder(
        DEFAULT_MODEL if name == "default" else name, batch_size=batch_size, threads=threads
    )


def reader_of(embedder: Embedder) -> Reader | None:
    """The small reader that goes with an embedder; None where there is none.

    Raises:
        ReaderUnavailable: its own file is not what it should be.
        ModelUnavailable: the model's is not.
    """
    return embedder.reader if isinstance(embedder, SentenceTransformerEmbedder) else None
