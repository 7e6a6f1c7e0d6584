"""New passages embedded without PyTorch: the NumPy pass of `minilm`, with sentences pooled from it."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kmassist.embedding.embedder import pool_spans, unit

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Spans, Vectors
    from kmassist.embedding.minilm import MiniLM

FEW = 64
"""Passages up to which this is quicker than loading PyTorch first (`benchmarks/light.py`)."""


def has_torch() -> bool:
    """Whether the packages are installed that embed large numbers of passages faster."""
    return all(importlib.util.find_spec(name) for name in ("torch", "sentence_transformers"))


def embed(
    model: MiniLM, tokenizer: Any, texts: Sequence[str], spans: Sequence[Spans], dimension: int
) -> tuple[Vectors, list[Vectors]]:
    """See `Embedder.embed`.

    Args:
        model: the forward pass.
        tokenizer: cuts a text to the model's window.
        texts: n inputs.
        spans: for each text the (start, end) of its sentences.
        dimension: length of every vector.
    """
    found = tokenizer.encode_batch(list(texts))
    order = sorted(range(len(texts)), key=lambda i: len(found[i].ids))
    vectors = np.zeros((len(texts), dimension), dtype=np.float32)
    sentences: list[Vectors] = [np.zeros((0, dimension), dtype=np.float32)] * len(texts)
    for i, states in zip(order, model.states([found[i].ids for i in order]), strict=True):
        vectors[i] = states.mean(axis=0)
        sentences[i], beyond = pool_spans(states, np.asarray(found[i].offsets), spans[i], dimension)
        for number in beyond:
            start, end = spans[i][number]
            sentences[i][number] = model.embed(tokenizer.encode(texts[i][start:end]).ids)
    return unit(vectors), sentences
