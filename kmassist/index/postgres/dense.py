"""The nearest vectors in the database: by a graph where a partition is large, an exact scan where it is small or the graph fell short.

To keep the graph up takes two thirds of the server's work on a document, and to make it in one go a quarter of that: it is made
when a part has many vectors and its writer closes. Without it every vector is compared: an answer is slower then, never short.

Scores are made here from the stored vectors, in the embedded engine's precision. Every answer of a graph is counted: one that
is shorter than it must be is asked again without the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector, Vector

from kmassist.index import Filter
from kmassist.index.postgres.connection import run
from kmassist.index.postgres.partitions import Part
from kmassist.index.postgres.store import as_held, checked_half, each
from kmassist.index.runs import Run

if TYPE_CHECKING:
    from kmassist.index.postgres.connection import Cursor

EXACT_BELOW = 50_000
"""Vectors of a partition below which it is read through: quick enough, and misses nothing."""
_WAITS_UNTIL = 200_000
"""Vectors from which on the graph is made at once, and not when the writer closes."""
_MOST_LOOKED_AT = 1000
"""pgvector's limit of ``hnsw.ef_search``."""
_COLUMNS = "SELECT passage_id, vector, row_check FROM {schema}.vector WHERE true"


def search(
    cursor: Cursor, parts: Sequence[Part], query: NDArray[np.float32], k: int, where: Filter | None
) -> Run:
    """The ``k`` passages nearest to a unit vector."""
    parts = [part for part in parts if part.vectors]
    by_graph = [
        part
        for part in parts
        if part.has_graph and part.vectors >= EXACT_BELOW and not (where and where.doc_ids)
    ]
    found: dict[str, float] = {}
    short: list[Part] = []
    if by_graph:
        rows = _graph(cursor, by_graph, query, k + k // 4 + 10, where)
        for part, some in rows.items():
            if len(some) < min(k, part.vectors - len(part.hidden)):
                short.append(part)
            found |= _scored(some, query)
    through = [part for part in parts if part not in by_graph or part in short]
    if through:
        found |= _scored(_through(cursor, through, query, k, where), query)
    return Run.of(found.items()).top(k)


def is_due(part: Part, *, at_close: bool = False) -> bool:
    """Whether the graph of a partition's vectors should be made now."""
    return not part.has_graph and part.vectors >= (EXACT_BELOW if at_close else _WAITS_UNTIL)


def make_graph(cursor: Cursor, part: Part) -> None:
    """Make the graph of a partition's vectors; the caller holds its lock, and readers do not wait."""
    kilobytes = min(2_000_000, 65_536 + 2 * part.vectors)
    run(
        cursor,
        "SELECT set_config('statement_timeout', '0', true), set_config('maintenance_work_mem',"
        " greatest(pg_size_bytes(current_setting('maintenance_work_mem')) / 1024, %s::bigint) || 'kB', true)",
        (kilobytes,),
    )
    run(cursor, f"SELECT {part.schema}.index_vectors()")


def _graph(
    cursor: Cursor, parts: Sequence[Part], query: NDArray[np.float32], n: int, where: Filter | None
) -> dict[Part, list[tuple[Any, ...]]]:
    run(
        cursor,
        "SELECT set_config('hnsw.ef_search', %s, true), set_config('hnsw.iterative_scan', 'relaxed_order', true)",
        (str(min(_MOST_LOOKED_AT, max(200, 2 * n))),),
    )
    found = {}
    for part in parts:
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
    vectors = as_held(halves)
    # A row at a time in a fixed order, as in the embedded engine.
    scores = np.add.reduce(vectors.astype(np.float64) * query.astype(np.float64), axis=1)
    return dict(zip((row[0] for row in rows), scores.tolist(), strict=True))
