"""A stand-in embedder that hashes words: fast, deterministic, without a model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kmassist.text.words import tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Spans = Sequence[tuple[int, int]]
from kmassist.embedding.embedder import _stack, unit


class HashingEmbedder:
    """A real bag-of-features embedder without a model: words and character trigrams hashed to signed buckets.

    Texts that share words are close, so that tests of what stands on embeddings run in milliseconds. Not for real use.
    """

    def __init__(self, dimension: int = 256) -> None:
        self._dimension = dimension

    @property
    def fingerprint(self) -> str:
        """Name and dimension."""
        return f"hashing-{self._dimension}/1"

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return self._dimension

    def embed(self, texts: Sequence[str], spans: Sequence[Spans]) -> tuple[Vectors, list[Vectors]]:
        return _stack([self.embed_query(text) for text in texts], self._dimension), [
            _stack([self.embed_query(text[start:end]) for start, end in of_text], self._dimension)
            for text, of_text in zip(texts, spans, strict=True)
        ]

    def embed_query(self, text: str) -> Vectors:
        vector = np.zeros(self._dimension, dtype=np.float32)
        for word in tokenise(text):
            padded = f"^{word}$"
            features = [(word, 1.0), *((padded[i : i + 3], 0.3) for i in range(len(padded) - 2))]
            for feature, weight in features:
                bits = int.from_bytes(
                    hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big"
                )
                vector[bits % self._dimension] += weight if bits >> 63 else -weight
        found: Vectors = unit(vector[None, :])[0]
        return found

    def embed_queries(self, texts: Sequence[str]) -> list[Vectors]:
        """See `Embedder.embed_queries`."""
        return [self.embed_query(text) for text in texts]

    def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`: words and marks."""
        return len(re.findall(r"\w+|[^\w\s]", text))
