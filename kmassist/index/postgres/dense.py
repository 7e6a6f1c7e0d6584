"""The nearest vectors in the database: by lists where a partition is large, an exact scan where it is small or the lists fell short.

The index is an inverted file, as the embedded engine's: vectors in lists around centres, of which those nearest to a question are
read. To keep a new vector in it costs a twentieth of what a graph does, and to make it afresh once a part has grown fourfold
as little. Without it, and while none is there yet, every vector is compared: an answer is slow then, never short.

Scores are made here from the stored vectors, in the embedded engine's precision. Every answer of an index is counted: one that
is shorter than it must be is asked again without the index.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector, Vector

from kmassist.index import Filter
from kmassist.index.postgres.connection import run
from kmassist.index.postgres.partitions import Part
from kmassist.index.postgres.store import checked_half, each
from kmassist.index.runs import Run

if TYPE_CHECKING:
    from kmassist.index.postgres.connection import Cursor

EXACT_BELOW = 20_000
"""Vectors of a partition below which it is read through: quick enough, and misses nothing."""
_MOST_LISTS = 2000
"""Making more takes gigabytes of the server's memory: it holds a number for each of them and each of fifty times as many vectors."""
_SHARE = 0.06
"""Of the lists, how many are read for a question; measured in docs/measurements.md."""
_GROWTH = 4
"""How many times larger than when its lists were made a partition may get."""
_COLUMNS = "SELECT passage_id, vector, row_check FROM {schema}.vector WHERE true"


def search(
    cursor: Cursor, parts: Sequence[Part], query: NDArray[np.float32], k: int, where: Filter | None
) -> Run:
    """The ``k`` passages nearest to a unit vector."""
    parts = [part for part in parts if part.vectors]
    by_lists = [
        part
        for part in parts
        if part.lists and part.vectors >= EXACT_BELOW and not (where and where.doc_ids)
    ]
    found: dict[str, float] = {}
    short: list[Part] = []
    if by_lists:
        rows = _listed(cursor, by_lists, query, k + k // 4 + 10, where)
        for part, some in rows.items():
            if len(some) < min(k, part.vectors - len(part.hidden)):
                short.append(part)
            found |= _scored(some, query)
    through = [part for part in parts if part not in by_lists or part in short]
    if through:
        found |= _scored(_through(cursor, through, query, k, where), query)
    return Run.of(found.items()).top(k)


def lists_for(part: Part) -> int:
    """How many lists its vectors should be put in now; 0 while those that it has, or none, do well."""
    if part.vectors < max(EXACT_BELOW, _GROWTH * part.lists**2):
        return 0
    wanted = min(_MOST_LISTS, max(10, round(part.vectors**0.5)))
    return wanted if wanted > part.lists else 0


def make_lists(cursor: Cursor, part: Part, lists: int, dimension: int) -> None:
    """Put a partition's vectors in so many lists afresh; the caller holds its lock, and readers do not wait."""
    samples = 50 * lists
    kilobytes = 65_536 + samples * 4 * (lists + 2 * dimension) // 1024
    run(
        cursor,
        "SELECT set_config('statement_timeout', '0', true), set_config('maintenance_work_mem',"
        " greatest(pg_size_bytes(current_setting('maintenance_work_mem')) / 1024, %s::bigint) || 'kB', true)",
        (kilobytes,),
    )
    run(cursor, f"SELECT {part.schema}.list_vectors(%s::int)", (lists,))


def _listed(
    cursor: Cursor, parts: Sequence[Part], query: NDArray[np.float32], n: int, where: Filter | None
) -> dict[Part, list[tuple[Any, ...]]]:
    found = {}
    for part in parts:
        run(
            cursor,
            "SELECT set_config('ivfflat.iterative_scan', 'relaxed_order', true), set_config('ivfflat.probes', %s, true)",
            (str(max(1, math.ceil(_SHARE * part.lists))),),
        )
        sql, values = each([part], _COLUMNS, where=where)
        dimension = len(query)
        ordered = f"{sql[1:-1]} ORDER BY vector <#> %s::halfvec({dimension}) LIMIT %s"
        found[part] = run(cursor, ordered, [*values, HalfVector(query), n]).fetchall()
    return found


def _through(
    cursor: Cursor, parts: Sequence[Part], query: NDArray[np.float32], k: int, where: Filter | None
) -> list[tuple[Any, ...]]:
    """The nearest by an expression that no index has, so that every row is looked at, with all that are as near as the last."""
    sql, values = each(parts, _COLUMNS, where=where)
    distance = f"(vector::vector({len(query)}) <#> %s::vector({len(query)}))"
    ordered = f"SELECT * FROM ({sql}) AS every ORDER BY {distance} FETCH FIRST %s ROWS WITH TIES"
    return run(cursor, ordered, [*values, Vector(query), k + 16]).fetchall()


def _scored(rows: Sequence[tuple[Any, ...]], query: NDArray[np.float32]) -> dict[str, float]:
    if not rows:
        return {}
    halves = np.stack([checked_half(pid, vector, check) for pid, vector, check in rows])
    # A row at a time in a fixed order, as in the embedded engine.
    scores = np.add.reduce(halves.astype(np.float64) * query.astype(np.float64), axis=1)
    return dict(zip((row[0] for row in rows), scores.tolist(), strict=True))
