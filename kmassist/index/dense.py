"""Nearest vectors by inner product: FAISS over each segment of a generation, plain multiplication over the rows added since.

Vectors are held as they are stored (`kmassist.index.packed`), and FAISS scans what they are read as, in half precision: half the
bytes of a float32 index (IndexScalarQuantizer QT_fp16: exact on stored values). In a library of APPROXIMATE_FROM vectors or more, each large segment has an
inverted file instead.
Whatever found a candidate, its score is computed again in one way, in double precision, so that scores do not depend on
the history of the index. Nothing here reads a file: bytes come in after their SHA-256 was checked.

The only module that imports faiss; without it the scan is numpy's.
"""

from __future__ import annotations

import importlib.util
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmassist.errors import IndexDamaged
from kmassist.index.packed import Stored, dimension_of, halves, singles

if TYPE_CHECKING:
    from kmassist.index.scoring import Flags

log = logging.getLogger(__name__)

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lists:
    """An inverted file over vectors that lie list after list: shapes (lists, dimension), (lists,)."""

    centres: Singles
    sizes: NDArray[np.int32]

    def only(self, keep: Flags) -> Lists:
        """The same without some of the vectors, shape (n,)."""
        ends = np.concatenate([[0], np.cumsum(keep, dtype=np.int64)])
        bounds = np.concatenate([[0], np.cumsum(self.sizes, dtype=np.int64)])
        return Lists(self.centres, np.diff(ends[bounds]).astype(np.int32))


DenseParts = tuple[NDArray[np.int32], Stored, Lists | None]
"""Rows, vectors, and the lists that these lie in."""

APPROXIMATE_FROM = 250_000
"""Vectors of a library above which the scan gives way to inverted files; measured by benchmarks/index.py."""
_TRAINED_FROM = 16_384
"""Vectors of a segment that is worth one."""
_BATCH = 16_384
_SHARE = 1 / 8
"""Of a segment's lists, how many are read for a question: on sentences of real articles an eighth finds 0.98 of the ten nearest."""
_MORE = 32


def has_faiss() -> bool:
    """Whether FAISS is installed; without it searching is exact but slower on large libraries."""
    return importlib.util.find_spec("faiss") is not None


def is_trained(vectors: int, of: int) -> bool:
    """Whether a segment of so many vectors has an inverted file in a library of so many."""
    return (
        of >= APPROXIMATE_FROM and vectors >= min(_TRAINED_FROM, APPROXIMATE_FROM) and has_faiss()
    )


def train(vectors: Stored) -> tuple[NDArray[np.int64], Lists]:
    """An inverted file over a segment's vectors: in which order they lie in its lists, and the lists; the same every time."""
    import faiss

    dimension = dimension_of(vectors)
    lists = max(1, min(int(4 * len(vectors) ** 0.5), len(vectors) // 40))
    centres: Any = faiss.Kmeans(
        dimension, lists, niter=8, seed=1234, spherical=True, max_points_per_centroid=1 << 20
    )
    step = max(1, len(vectors) // (lists * 40))
    centres.train(singles(vectors[::step]))
    pieces = [
        centres.assign(singles(vectors[start : start + _BATCH]))[1]
        for start in range(0, len(vectors), _BATCH)
    ]
    of = np.concatenate(pieces)
    sizes = np.bincount(of, minlength=lists).astype(np.int32)
    return np.argsort(of, kind="stable"), Lists(centres.centroids, sizes)


class Base:
    """The vectors of one segment.

    Args:
        rows: row of each vector, shape (n,).
        vectors: unit vectors as they are stored, of n rows.
        lists: of `train`, when they lie in that order.
    """

    def __init__(
        self, rows: NDArray[np.int32], vectors: Stored, lists: Lists | None = None
    ) -> None:
        self.rows, self.vectors, self.lists = rows, vectors, lists
        self._engine: Any = None

    def nearest(
        self, query: Singles, k: int, mask: Flags | None
    ) -> tuple[NDArray[np.int64], Singles]:
        """Positions of the nearest ``k`` vectors, of those that ``mask``, shape (n,), lets through, and about how near each is."""
        if self._engine is None:
            self._engine = self._load()
        if self._engine is False:
            near = self._scan(query)
            if mask is not None:
                near[~mask] = -np.inf
            top = np.argpartition(-near, k - 1)[:k] if k < len(near) else np.arange(len(near))
            top = np.asarray(top if mask is None else top[mask[top]], np.int64)
            return top, near[top]
        import faiss

        wanted: dict[str, Any] = {}
        if mask is not None:
            bits = np.packbits(mask, bitorder="little")
            wanted["sel"] = faiss.IDSelectorBitmap(len(mask), faiss.swig_ptr(bits))
        kind: Any = faiss.SearchParametersIVF if self.lists else faiss.SearchParameters
        if self.lists:
            wanted["nprobe"] = math.ceil(_SHARE * len(self.lists.sizes))
        parameters = kind(**wanted)
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)  # one query has nothing to share out, and idle threads spin
        try:
            (near,), (found,) = self._engine.search(query[None], k, params=parameters)
        finally:
            faiss.omp_set_num_threads(threads)
        return np.asarray(found[found >= 0], np.int64), near[found >= 0]

    def _scan(self, query: Singles) -> Singles:
        pieces = [
            singles(self.vectors[i : i + _BATCH]) @ query
            for i in range(0, len(self.vectors), _BATCH)
        ]
        return np.concatenate(pieces)

    def _load(self) -> Any:
        if not has_faiss():
            log.warning(
                "faiss is not installed; vectors are searched by numpy, slower on a large library"
            )
            return False
        if self.lists:
            return _engine_of(self.lists, self.vectors)
        import faiss

        dimension = dimension_of(self.vectors)
        index = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index.train(np.zeros((1, dimension), np.float32))
        for start in range(0, len(self.vectors), _BATCH):
            index.add(singles(self.vectors[start : start + _BATCH]))
        return index


def _engine_of(lists: Lists, vectors: Stored) -> Any:
    """FAISS's inverted file with these lists; its codes are the vectors in half precision.

    Raises:
        IndexDamaged: lists and vectors do not belong together.
    """
    import faiss

    if int(lists.sizes.sum()) != len(vectors) or len(lists.sizes) != len(lists.centres):
        raise IndexDamaged("The vector index could not be read.", "Run `kmassist doctor --repair`.")
    dimension = dimension_of(vectors)
    quantizer = faiss.IndexFlatIP(dimension)
    quantizer.add(lists.centres)
    index: Any = faiss.IndexIVFScalarQuantizer(
        quantizer,
        dimension,
        len(lists.sizes),
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
        False,
    )
    index.is_trained = True
    codes, places = halves(vectors).view(np.uint8), np.arange(len(vectors))
    start = 0
    for number, size in enumerate(lists.sizes.tolist()):
        if size:
            index.invlists.add_entries(
                number, size, faiss.swig_ptr(places[start:]), faiss.swig_ptr(codes[start:])
            )
        start += size
    index.ntotal = len(vectors)
    return index


class Dense:
    """The dense leg of a generation's segments and the rows since. Row numbers are those of the caller.

    Args:
        bases: each segment's vectors after its first row.
    """

    def __init__(self, *bases: tuple[int, Base], dimension: int) -> None:
        self._bases = [(start, base) for start, base in bases if len(base.rows)]
        self._later_rows: list[int] = []
        self._later = np.empty((0, dimension), np.float32)

    def add(self, rows: list[int], vectors: Stored) -> None:
        """Append vectors of later rows."""
        used = len(self._later_rows)
        need = used + len(rows)
        if need > len(self._later):
            grown = np.empty(
                (max(need, 2 * len(self._later), 256), self._later.shape[1]), np.float32
            )
            grown[:used] = self._later[:used]
            self._later = grown
        self._later[used:need] = singles(vectors)
        self._later_rows.extend(rows)

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
        rows, vectors = [np.zeros(0, np.int32)], [np.zeros((0, len(query)))]
        found = []
        for start, base in self._bases:
            mask = None if allowed is None else allowed[base.rows + np.int32(start)]
            found.append(base.nearest(query, min(k, len(base.rows)), mask))
        edge = _edge([near for _, near in found], k)
        for (start, base), (places, near) in zip(self._bases, found, strict=True):
            chosen = places[near >= edge]
            rows.append(base.rows[chosen] + np.int32(start))
            vectors.append(singles(base.vectors[chosen]).astype(np.float64))
        if self._later_rows:
            later_rows = np.array(self._later_rows, np.int32)
            mask = np.ones(len(later_rows), np.bool_) if allowed is None else allowed[later_rows]
            near = np.where(mask, self._later[: len(later_rows)] @ query, -np.inf)
            top = np.argpartition(-near, k - 1)[:k] if k < len(near) else np.arange(len(near))
            top = top[mask[top]]
            rows.append(later_rows[top])
            vectors.append(self._later[top].astype(np.float64))
        # A row at a time in a fixed order: a matrix product may round a row differently beside other rows.
        scores = np.add.reduce(np.concatenate(vectors) * query.astype(np.float64), axis=1)
        order = np.argsort(-scores, kind="stable")[:k]
        return np.concatenate(rows)[order], scores[order]


def _edge(near: Sequence[Singles], k: int) -> float:
    """How near the best ``k`` of all are, and a little less, for single precision."""
    every = np.concatenate([np.zeros(0, np.float32), *near])
    return (
        float(np.partition(every, len(every) - k)[len(every) - k]) - 1e-5
        if len(every) > k
        else -np.inf
    )
