"""Nearest vectors by inner product: FAISS over a generation, plain multiplication over the rows added since.

Vectors are held as they are stored, in half precision, so that FAISS scans half the bytes of a float32 index
(IndexScalarQuantizer QT_fp16: exact on stored values). From APPROXIMATE_FROM vectors on, an inverted file is used instead.
Whatever found a candidate, its score is computed again in one way, in double precision, so that scores do not depend on
the history of the index. Nothing here reads a file: bytes come in after their SHA-256 was checked.

The only module that imports faiss; without it the scan is numpy's.
"""

from __future__ import annotations

import importlib.util
import logging
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmassist.errors import IndexDamaged

if TYPE_CHECKING:
    from kmassist.index.lexical import Flags

log = logging.getLogger(__name__)

Halves = NDArray[np.float16]
Singles = NDArray[np.float32]

APPROXIMATE_FROM = 250_000
"""Vectors above which the scan gives way to an inverted file; measured by benchmarks/index.py."""
_BATCH = 16_384
_PROBES = 48
_MORE = 32


def has_faiss() -> bool:
    """Whether FAISS is installed; without it searching is exact but slower on large libraries."""
    return importlib.util.find_spec("faiss") is not None


def train(vectors: Halves) -> bytes:
    """An inverted file over the vectors, serialised; empty below APPROXIMATE_FROM, where the exact scan is used."""
    if len(vectors) < APPROXIMATE_FROM or not has_faiss():
        return b""
    import faiss

    dimension, lists = vectors.shape[1], int(4 * len(vectors) ** 0.5)
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
        False,
    )
    index.cp.seed, index.cp.niter = 1234, 8
    step = max(1, len(vectors) // (lists * 40))
    index.train(vectors[::step].astype(np.float32))
    for start in range(0, len(vectors), _BATCH):
        index.add(vectors[start : start + _BATCH].astype(np.float32))
    return faiss.serialize_index(index).tobytes()


class Dense:
    """The dense leg of one generation and the rows since. Row numbers are those of the caller.

    Args:
        rows: row of each vector, ascending, shape (n,).
        vectors: unit vectors, shape (n, dimension).
        trained: what `train` gave for these vectors.
    """

    def __init__(self, rows: NDArray[np.int32], vectors: Halves, trained: bytes = b"") -> None:
        self.rows, self.vectors = rows, vectors
        self._trained = trained
        self._engine: Any = None
        self._later_rows: list[int] = []
        self._later = np.empty((0, vectors.shape[1]), np.float32)

    def __len__(self) -> int:
        return len(self.rows) + len(self._later_rows)

    def add(self, rows: list[int], vectors: Halves) -> None:
        """Append vectors of later rows."""
        used = len(self._later_rows)
        need = used + len(rows)
        if need > len(self._later):
            grown = np.empty(
                (max(need, 2 * len(self._later), 256), self.vectors.shape[1]), np.float32
            )
            grown[:used] = self._later[:used]
            self._later = grown
        self._later[used:need] = vectors
        self._later_rows.extend(rows)

    def merged(self, is_live: Flags) -> tuple[NDArray[np.int32], Halves]:
        """Rows, renumbered among the live ones, and vectors of all live rows."""
        rows = np.concatenate([self.rows, np.array(self._later_rows, np.int32)])
        vectors = np.concatenate(
            [self.vectors, self._later[: len(self._later_rows)].astype(np.float16)]
        )
        live = is_live[rows]
        renumbered = np.cumsum(is_live, dtype=np.int64) - 1
        return renumbered[rows[live]].astype(np.int32), vectors[live]

    def search(
        self, query: Singles, k: int, allowed: Flags | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Rows and inner products of the nearest vectors: at least those among the best ``k``, ties at the edge included.

        Args:
            query: shape (dimension,).
            allowed: which rows may be found, None for all.
        """
        asked = k + _MORE
        while True:
            rows, scores = self._candidates(query, asked, allowed)
            # Ties at the edge are decided by passage_id, so none may be cut off by the engine's own order.
            if len(rows) < asked or scores[-1] < scores[k - 1] - 2e-6:
                return rows, scores
            asked *= 4

    def _candidates(
        self, query: Singles, k: int, allowed: Flags | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        found = self._in_base(query, min(k, len(self.rows)), allowed)
        rows, vectors = self.rows[found], self.vectors[found].astype(np.float64)
        if self._later_rows:
            later_rows = np.array(self._later_rows, np.int32)
            mask = np.ones(len(later_rows), np.bool_) if allowed is None else allowed[later_rows]
            near = np.where(mask, self._later[: len(later_rows)] @ query, -np.inf)
            top = np.argpartition(-near, k - 1)[:k] if k < len(near) else np.arange(len(near))
            top = top[mask[top]]
            rows = np.concatenate([rows, later_rows[top]])
            vectors = np.concatenate([vectors, self._later[top].astype(np.float64)])
        # A row at a time in a fixed order: a matrix product may round a row differently beside other rows.
        scores = np.add.reduce(vectors * query.astype(np.float64), axis=1)
        order = np.argsort(-scores, kind="stable")[:k]
        return rows[order], scores[order]

    def _in_base(self, query: Singles, k: int, allowed: Flags | None) -> NDArray[np.int64]:
        """Positions of the nearest vectors of the generation."""
        if not k:
            return np.zeros(0, np.int64)
        mask = None if allowed is None else allowed[self.rows]
        if self._engine is None:
            self._engine = self._load()
        if self._engine is False:
            near = self._scan(query)
            if mask is not None:
                near[~mask] = -np.inf
            top = np.argpartition(-near, k - 1)[:k] if k < len(near) else np.arange(len(near))
            return np.asarray(top if mask is None else top[mask[top]], np.int64)
        import faiss

        wanted: dict[str, Any] = {}
        if mask is not None:
            bits = np.packbits(mask, bitorder="little")
            wanted["sel"] = faiss.IDSelectorBitmap(len(mask), faiss.swig_ptr(bits))
        kind: Any = faiss.SearchParametersIVF if self._trained else faiss.SearchParameters
        if self._trained:
            wanted["nprobe"] = _PROBES
        parameters = kind(**wanted)
        _, found = self._engine.search(query[None], k, params=parameters)
        return np.asarray(found[0][found[0] >= 0], np.int64)

    def _scan(self, query: Singles) -> Singles:
        pieces = [
            self.vectors[i : i + _BATCH].astype(np.float32) @ query
            for i in range(0, len(self.vectors), _BATCH)
        ]
        return np.concatenate(pieces)

    def _load(self) -> Any:
        if not has_faiss():
            log.warning(
                "faiss is not installed; vectors are searched by numpy, slower on a large library"
            )
            return False
        import faiss

        if self._trained:
            try:
                return faiss.deserialize_index(np.frombuffer(self._trained, np.uint8))
            except RuntimeError as error:
                raise IndexDamaged(
                    "The vector index could not be read.", "Run `kmassist doctor --repair`."
                ) from error
        dimension = self.vectors.shape[1]
        index = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index.train(np.zeros((1, dimension), np.float32))
        for start in range(0, len(self.vectors), _BATCH):
            index.add(self.vectors[start : start + _BATCH].astype(np.float32))
        return index
