"""The default model's forward pass in NumPy.

Loading PyTorch, transformers and sentence-transformers takes ten seconds of processor time; a question takes milliseconds here
and a passage a tenth of a second. So questions, and a few new documents, never load them, and an installation without
them can do everything. A test holds this pass against theirs to five decimal places.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kmassist.embedding.cores import one_core_each

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_HEADS = 12
_EPSILON = 1e-12
_MOST_TOKENS = 2_048
"""Tokens that pass through a layer at the same time: memory grows with them, speed no longer does."""
_ERF_FROM = 3.8325069
_ERF_OVER = (-2.7261423e-10, 2.7706815e-08, -2.1010240e-06, -5.6925063e-05, -7.3499063e-04, -2.9545998e-03, -1.6096033e-02)  # fmt: skip
_ERF_UNDER = (-1.4566072e-05, -2.1337406e-04, -1.6828270e-03, -7.3733292e-03, -1.4264739e-02)
"""The rational function of degree 13 over 8 that Eigen and XLA use for the error function of a float32: exact to its last bits
between these bounds, constant beyond."""


_ROWS = 12
"""Each text has a multiple of so many rows in a product of matrices, the last of them empty. OpenBLAS counts whole blocks of
rows and what is left over in different orders: with whole blocks alone a text's last bits are the same whatever stands beside it, so
that an answer does not depend on what was asked before."""


def _rows(token_ids: Sequence[int]) -> int:
    return -(-len(token_ids) // _ROWS) * _ROWS


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
        self._layers = 1 + max(
            int(name.split(".")[2]) for name in names if name.startswith("encoder.layer.")
        )

    def changed_by(self, differences: Mapping[str, Floats]) -> MiniLM:
        """The same model with something added to some of its tensors; the others are shared.

        Raises:
            KeyError: it has no tensor of that name.
        """
        other = copy.copy(self)
        other._tensors = {
            **self._tensors,
            **{name: self._tensors[name] + added for name, added in differences.items()},
        }
        return other

    def share(self, torch_model: Any) -> None:
        """Take the weights that PyTorch has loaded too, on its memory, so that a process holds them once."""
        loaded = torch_model.state_dict()
        self._tensors = {
            name: loaded[name].numpy() if name in loaded else held
            for name, held in self._tensors.items()
        }

    def embed(self, token_ids: Sequence[int]) -> Floats:
        """Unit vector of shape (384,) of one text.

        Args:
            token_ids: the tokenizer's, with its special tokens, at most 512.
        """
        return self.embed_all([token_ids])[0]

    def embed_all(self, texts: Sequence[Sequence[int]]) -> list[Floats]:
        """Those of several texts, as `embed` gives each of them, in a third of the time for short ones."""
        with one_core_each():
            means = [states.mean(axis=0) for states in self.states(texts)]
        return [(mean / np.linalg.norm(mean)).astype(np.float32) for mean in means]

    def states(self, texts: Sequence[Sequence[int]]) -> Iterator[Floats]:
        """Last-layer states of shape (tokens, 384) of each text in order.

        Args:
            texts: token ids of each, with special tokens, at most 512. Texts go through the layers side by side without
                padding to the longest, as many as fit; only attention is computed for each alone. What a text gives does not
                depend on those beside it: see `_ROWS`.
        """
        batch: list[Sequence[int]] = []
        size = 0
        for token_ids in texts:
            if batch and size + _rows(token_ids) > _MOST_TOKENS:
                yield from self._states(batch)
                batch, size = [], 0
            batch.append(token_ids)
            size += _rows(token_ids)
        if batch:
            yield from self._states(batch)

    def _states(self, texts: Sequence[Sequence[int]]) -> list[Floats]:
        ends = np.cumsum([_rows(token_ids) for token_ids in texts])
        spans = [
            slice(end - _rows(token_ids), end - _rows(token_ids) + len(token_ids))
            for token_ids, end in zip(texts, ends.tolist(), strict=True)
        ]
        by_word = self._tensors["embeddings.word_embeddings.weight"]
        by_place = self._tensors["embeddings.position_embeddings.weight"]
        states = np.zeros((int(ends[-1]), by_word.shape[1]), np.float32)
        for token_ids, span in zip(texts, spans, strict=True):
            states[span] = by_word[np.asarray(token_ids)] + by_place[: len(token_ids)]
        states = self._norm(
            "embeddings", states + self._tensors["embeddings.token_type_embeddings.weight"][0]
        )
        for number in range(self._layers):
            states = self._layer(f"encoder.layer.{number}", states, spans)
        return [states[span] for span in spans]

    def _layer(self, name: str, states: Floats, spans: Sequence[slice]) -> Floats:
        query, key, value = (
            self._dense(f"{name}.attention.self.{part}", states)
            for part in ("query", "key", "value")
        )
        joined = np.zeros_like(states)
        for span in spans:
            joined[span] = _attended(query[span], key[span], value[span])
        states = self._norm(
            f"{name}.attention.output",
            self._dense(f"{name}.attention.output.dense", joined) + states,
        )
        wide = gelu(self._dense(f"{name}.intermediate.dense", states))
        return self._norm(f"{name}.output", self._dense(f"{name}.output.dense", wide) + states)

    def _dense(self, name: str, states: Floats) -> Floats:
        product: Floats = states @ self._tensors[f"{name}.weight"].T + self._tensors[f"{name}.bias"]
        return product

    def _norm(self, name: str, states: Floats) -> Floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        normed: Floats = (
            centred / scale * self._tensors[f"{name}.LayerNorm.weight"]
            + self._tensors[f"{name}.LayerNorm.bias"]
        )
        return normed


def _attended(query: Floats, key: Floats, value: Floats) -> Floats:
    """One text's values, mixed by how much each of its tokens heeds each other, head by head."""
    by_head = [
        part.reshape(len(part), _HEADS, -1).transpose(1, 0, 2) for part in (query, key, value)
    ]
    scores = by_head[0] @ by_head[1].transpose(0, 2, 1)
    scores /= np.sqrt(np.float32(by_head[0].shape[-1]))
    scores -= scores.max(axis=-1, keepdims=True)
    shares = np.exp(scores, out=scores)
    shares /= shares.sum(axis=-1, keepdims=True)
    mixed: Floats = (shares @ by_head[2]).transpose(1, 0, 2).reshape(len(query), -1)
    return mixed


def gelu(x: Floats) -> Floats:
    """The activation of BERT, exact; a float32 array of any shape."""
    curve = _erf(x * np.float32(1 / math.sqrt(2.0)))
    curve += 1
    curve *= x
    curve *= np.float32(0.5)
    return curve


def _erf(x: Floats) -> Floats:
    """The error function of float32 values; the array is used up."""
    np.clip(x, -_ERF_FROM, _ERF_FROM, out=x)
    square = x * x
    over, under = _polynomial(_ERF_OVER, square), _polynomial(_ERF_UNDER, square)
    over *= x
    over /= under
    return over


def _polynomial(coefficients: Sequence[float], x: Floats) -> Floats:
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= x
        total += np.float32(coefficient)
    return total
