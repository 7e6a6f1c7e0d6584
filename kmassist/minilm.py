"""The default model's forward pass in NumPy, for one short text.

A question is about twenty tokens: 30 ms of arithmetic. Loading PyTorch, transformers and sentence-transformers for it takes
seconds, so they are kept for adding documents. A test holds this pass against theirs to five decimal places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_HEADS = 12
_EPSILON = 1e-12
_erf = np.frompyfunc(math.erf, 1, 1)


class MiniLM:
    """BERT (Devlin 2019) of six layers and 384 dimensions (Wang 2020, MiniLM) with mean pooling.

    Args:
        weights: the model's safetensors file; the caller has verified its digest.
    """

    def __init__(self, weights: Path) -> None:
        from safetensors import safe_open

        with safe_open(str(weights), "numpy") as file:
            names = [name for name in file.keys() if not name.startswith("pooler.")]  # noqa: SIM118 - no mapping
            self._tensors: dict[str, Floats] = {name: file.get_tensor(name) for name in names}
        self._layers = 1 + max(int(name.split(".")[2]) for name in names if name.startswith("encoder.layer."))

    def embed(self, token_ids: Sequence[int]) -> Floats:
        """Unit vector of shape (384,) of one text.

        Args:
            token_ids: the tokenizer's, with its special tokens, at most 512.
        """
        words = self._tensors["embeddings.word_embeddings.weight"][np.asarray(token_ids)]
        places = self._tensors["embeddings.position_embeddings.weight"][: len(token_ids)]
        states = self._norm("embeddings", words + places + self._tensors["embeddings.token_type_embeddings.weight"][0])
        for number in range(self._layers):
            states = self._layer(f"encoder.layer.{number}", states)
        mean = states.mean(axis=0)
        unit: Floats = (mean / np.linalg.norm(mean)).astype(np.float32)
        return unit

    def _layer(self, name: str, states: Floats) -> Floats:
        query, key, value = (self._by_head(f"{name}.attention.self.{part}", states) for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(query.shape[-1]))
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        heard = (shares / shares.sum(axis=-1, keepdims=True)) @ value
        joined = heard.transpose(1, 0, 2).reshape(len(states), -1)
        states = self._norm(f"{name}.attention.output", self._dense(f"{name}.attention.output.dense", joined) + states)
        wide = _gelu(self._dense(f"{name}.intermediate.dense", states))
        return self._norm(f"{name}.output", self._dense(f"{name}.output.dense", wide) + states)

    def _by_head(self, name: str, states: Floats) -> Floats:
        return self._dense(name, states).reshape(len(states), _HEADS, -1).transpose(1, 0, 2)

    def _dense(self, name: str, states: Floats) -> Floats:
        product: Floats = states @ self._tensors[f"{name}.weight"].T + self._tensors[f"{name}.bias"]
        return product

    def _norm(self, name: str, states: Floats) -> Floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        normed: Floats = centred / scale * self._tensors[f"{name}.LayerNorm.weight"] + self._tensors[f"{name}.LayerNorm.bias"]
        return normed


def _gelu(x: Floats) -> Floats:
    curve: Floats = (x * 0.5 * (1.0 + _erf(x / math.sqrt(2.0)).astype(np.float32))).astype(np.float32)
    return curve
