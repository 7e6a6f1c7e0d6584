"""Embedders: text -> unit vectors.

A passage and its sentences are embedded in one forward pass: the passage vector is the model's own, and a sentence's
vector is the mean of its tokens' last-layer states from that same pass (late pooling), so that sentence vectors cost no
encoder time and know their context.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.documents.passages import Passage

    Vectors = NDArray[np.float32]
    Spans = Sequence[tuple[int, int]]


_Asked = TypeVar("_Asked", bound=Hashable)
_Made = TypeVar("_Made")


@runtime_checkable
class Embedder(Protocol):
    """Turns text into unit vectors of one length."""

    @property
    def fingerprint(self) -> str:
        """Names the model, its weights and how it is used; vectors of different fingerprints never mix."""
        ...

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    def embed(self, texts: Sequence[str], spans: Sequence[Spans]) -> tuple[Vectors, list[Vectors]]:
        """Embed passages and, in the same pass, the sentences in them.

        Args:
            texts: n inputs.
            spans: for each text the (start, end) of its sentences, in code points of that text.

        Returns:
            Passage vectors of shape (n, dimension) and for each text its sentence vectors of shape (sentences,
            dimension); float32, unit length.

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """A question's unit vector of shape (dimension,).

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        ...

    def embed_queries(self, texts: Sequence[str]) -> list[Vectors]:
        """What `embed_query` gives for each text, sooner.

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """How many of the model's tokens a text takes, without its special tokens."""
        ...


class Kept(Generic[_Asked, _Made]):
    """What a model made of something, kept for the next who asks for the same; what is made of several is made at once.

    Args:
        make: makes it of one or more; what it gives is shared, so that nobody may write to it.
        most: kept at a time.
    """

    def __init__(
        self, make: Callable[[Sequence[_Asked]], Sequence[_Made]], most: int = 4_096
    ) -> None:
        self._make, self._most = make, most
        self._kept: dict[_Asked, _Made] = {}

    def of(self, asked: Sequence[_Asked]) -> list[_Made]:
        """One each, in their order."""
        found = {one: made for one in asked if (made := self._kept.get(one)) is not None}
        if new := [one for one in dict.fromkeys(asked) if one not in found]:
            if len(self._kept) + len(new) > self._most:
                self._kept.clear()
            for one, made in zip(new, self._make(new), strict=True):
                found[one] = self._kept[one] = made
        return [found[one] for one in asked]


def passage_input(passage: Passage, title: str) -> tuple[str, list[tuple[int, int]]]:
    """What the embedder reads for a passage, and where its sentences lie in that.

    The document's title and the passage's own heading come first: a passage rarely repeats what it is about.

    Returns:
        The input and the (start, end) of each of ``passage.sentences`` in it.
    """
    heading = passage.heading.rsplit(" › ", 1)[-1]
    parts = [part.strip() for part in (title, heading) if part.strip()]
    if len(parts) == 2 and parts[0].casefold() == parts[1].casefold():
        parts.pop()
    before = " ".join(part if part[-1] in ".!?:" else f"{part}." for part in parts)
    before = f"{before} " if before else ""
    shift = len(before) - passage.start
    return before + passage.text, [(start + shift, end + shift) for start, end in passage.sentences]


def unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.where(norms == 0, 1, norms)).astype(np.float32)
    return scaled


def _stack(vectors: list[Vectors], dimension: int) -> Vectors:
    return np.stack(vectors) if vectors else np.zeros((0, dimension), dtype=np.float32)


def pool_spans(
    tokens: Vectors, offsets: NDArray[np.int64], spans: Spans, dimension: int
) -> tuple[Vectors, list[int]]:
    """Mean token state of each span as unit vectors, and the numbers of the spans that no token falls in."""
    pooled = np.zeros((len(spans), dimension), dtype=np.float32)
    missing: list[int] = []
    is_real = offsets[:, 1] > offsets[:, 0]
    for number, (start, end) in enumerate(spans):
        inside = is_real & (offsets[:, 0] >= start) & (offsets[:, 1] <= end)
        if inside.any():
            pooled[number] = tokens[inside].mean(axis=0)
        else:
            missing.append(number)
    return unit(pooled), missing
