"""A small reader: a question and the sentences of a passage go through the default model together, and each sentence is scored.

A cross-encoder (Nogueira and Cho 2019) with one head for every sentence of what is read and one for the whole. Its trunk is the
shipped embedding model: of the layers only the difference is kept, as two thin matrices each (``data/reader.safetensors``), so that
the file is small and nothing is read without the verified weights. ``python -m benchmarks.train_reader`` writes it and says on what
it was trained. It orders what a search has found; no number of it says by itself that a question is answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kmassist.embedding.cores import one_core_each
from kmassist.embedding.embedder import Kept
from kmassist.embedding.minilm import gelu
from kmassist.errors import ReaderUnavailable
from kmassist.text.shipped import SHIPPED, shipped_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.embedding.minilm import MiniLM

    Floats = NDArray[np.float32]

FILE = "reader.safetensors"
QUESTION, TITLE, SENTENCE, WINDOW = 44, 28, 90, 85
"""Most tokens of each; a window holds whole sentences, at least one."""
_START, _BREAK = 101, 102
_PASSES = 2


@dataclass(frozen=True, slots=True)
class Window:
    """Sentences that stand together in one passage, under what their document and section are called."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one window: log-odds that each sentence answers, and that any of it does."""

    sentences: tuple[float, ...]
    whole: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """A window as the model takes it: ids with special tokens, and where question and sentences lie in them."""

    ids: list[int]
    question: tuple[int, int]
    sentences: list[tuple[int, int]]


def together(
    question: Sequence[int], title: Sequence[int], sentences: Sequence[Sequence[int]]
) -> Tokens:
    """Question, title and sentences in one row of tokens, each cut to its share."""
    ids = [_START, *question[:QUESTION], _BREAK]
    end = len(ids) - 1
    if title:
        ids += [*title[:TITLE], _BREAK]
    spans = []
    for sentence in sentences:
        start = len(ids)
        ids += sentence[:SENTENCE]
        spans.append((start, max(len(ids), start + 1)))
    return Tokens([*ids, _BREAK], (1, max(end, 2)), spans)


def runs(lengths: Sequence[int]) -> list[range]:
    """Numbers of the sentences of each window of a passage, from their tokens."""
    found, start, size = [], 0, 0
    for number, length in enumerate(lengths):
        taken = min(length, SENTENCE)
        if number > start and size + taken > WINDOW:
            found.append(range(start, number))
            start, size = number, 0
        size += taken
    return [*found, range(start, len(lengths))] if lengths else []


class Reader:
    """The trained reader on the shipped model.

    Args:
        trunk: the shipped model, its weights verified.
        tokens_of: ids of a text without special tokens.
        tensors: of `FILE`, by name; see `read_tensors`.
    """

    def __init__(
        self,
        trunk: MiniLM,
        tokens_of: Callable[[str], list[int]],
        tensors: Mapping[str, Floats],
    ) -> None:
        self._trunk = trunk.changed_by(
            {
                name: difference(name, tensors)
                for name in {key.partition(":")[0] for key in tensors if key.startswith("encoder.")}
            }
        )
        self._tokens_of = tokens_of
        self._heads = {name: value for name, value in tensors.items() if name.startswith("head.")}
        self._kept = Kept(self._read, most=1_024)

    def windows(self, sentences: Sequence[str]) -> list[range]:
        """Numbers of the sentences of each window that a passage falls into."""
        return runs([len(self._tokens_of(sentence)) for sentence in sentences])

    def read(self, question: str, windows: Sequence[Window]) -> list[Read]:
        """Each window in the light of the question, in their order; kept for who asks the same again, as briefs for several readers do."""
        return self._kept.of([(question, window) for window in windows])

    def _read(self, asked: Sequence[tuple[str, Window]]) -> list[Read]:
        """What is read is shared out between two passes at the same time, each on one core."""
        questions = {question: self._tokens_of(question) for question, _ in asked}
        rows = [
            together(
                questions[question],
                self._tokens_of(w.title),
                [self._tokens_of(s) for s in w.sentences],
            )
            for question, w in asked
        ]
        shares = [rows[start::_PASSES] for start in range(_PASSES)]
        with one_core_each(), ThreadPoolExecutor(_PASSES, "reader") as pool:
            done = list(pool.map(self._pass, shares))
        return [done[number % _PASSES][number // _PASSES] for number in range(len(rows))]

    def _pass(self, rows: Sequence[Tokens]) -> list[Read]:
        states = self._trunk.states([row.ids for row in rows])
        return [self._score(row, of_row) for row, of_row in zip(rows, states, strict=True)]

    def _score(self, row: Tokens, states: Floats) -> Read:
        heads = self._heads
        asked = states[slice(*row.question)].mean(axis=0)
        said = np.stack([states[slice(*span)].mean(axis=0) for span in row.sentences])
        beside = np.broadcast_to(asked, said.shape)
        seen = np.concatenate([said, beside, said * asked, said - asked], axis=1)
        inner = gelu(seen @ heads["head.inner.weight"].T + heads["head.inner.bias"])
        scores = inner @ heads["head.outer.weight"][0] + heads["head.outer.bias"][0]
        whole = states.mean(axis=0) @ heads["head.whole.weight"][0] + heads["head.whole.bias"][0]
        return Read(tuple(round(float(s), 4) for s in scores), round(float(whole), 4))


def read_tensors() -> dict[str, Floats]:
    """The tensors of the shipped file, its digest verified.

    Raises:
        ReaderUnavailable: the file is missing, damaged or another.
    """
    from safetensors.numpy import load

    content = _content()
    if content is None:
        raise ReaderUnavailable(
            f"The small reader ({FILE}) is missing or damaged, so which sentence answers was told without it.",
            "Reinstall kmassist.",
        )
    return {name: value.astype(np.float32) for name, value in load(content).items()}


def is_whole() -> bool:
    """Whether the shipped file is there and has the digest it should."""
    return _content() is not None


def _content() -> bytes | None:
    try:
        content = SHIPPED.joinpath(FILE).read_bytes()
    except OSError:
        return None
    is_ours = hashlib.sha256(content).hexdigest() == shipped_data("reader.json")["sha256"]
    return content if is_ours else None


def difference(name: str, tensors: Mapping[str, Floats]) -> Floats:
    """What is added to a tensor of the trunk: kept whole, or as the product of two thin matrices."""
    whole = tensors.get(name)
    return tensors[f"{name}:left"] @ tensors[f"{name}:right"] if whole is None else whole
