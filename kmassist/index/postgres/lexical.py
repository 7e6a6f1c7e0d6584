"""BM25 in the database, exact: the server names every passage that can be among the best, and the scores are made here.

``words.weights`` holds ``tf / (tf + norm)`` of each term for the mean length of a moment (`Part.mean`), so that an inner product
with the terms' weights is a score. Since then the mean has moved by a factor r, by which a true score differs from that one
at most: what may be among the best k is fetched with its counts and scored as the embedded engine does, to the last bit.

Terms that many passages hold decide little and cost most. They are left out of the looking, not of the scores: passages
that hold them alone score less than their weights' sum, and when the k-th found scores more, none was missed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pgvector import SparseVector

from kmassist.index import Filter
from kmassist.index.lexical import K1, B
from kmassist.index.postgres.connection import run
from kmassist.index.postgres.partitions import Part
from kmassist.index.postgres.schema import TERMS
from kmassist.index.postgres.store import conditions, rows_of
from kmassist.index.runs import Run

if TYPE_CHECKING:
    from kmassist.index.postgres.connection import Cursor

_COMMON = 0.1
"""Share of the passages that a term occurs in, from which on it is left out of the looking."""
_ROUNDING = 2e-5
"""More than single precision of the sums, and rounding to 6 decimals, can move a score."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a question: what it weighs, and its number in each partition that has it."""

    name: str
    weight: float
    df: int
    ids: Mapping[str, int]


def document_frequency(
    cursor: Cursor, parts: Sequence[Part], terms: Iterable[str]
) -> dict[str, int]:
    """In how many passages of these partitions each term occurs."""
    wanted = list(terms)
    found = dict.fromkeys(wanted, 0)
    for _, name, _, df in _looked_up(cursor, parts, wanted):
        found[name] += df
    return found


def _looked_up(
    cursor: Cursor, parts: Sequence[Part], terms: Sequence[str]
) -> list[tuple[str, str, int, int]]:
    """(partition, term, its number there, passages that hold it and are not hidden)."""
    said = " UNION ALL ".join(
        f"SELECT '{part.name}', term, id, df FROM {part.schema}.term WHERE term = ANY(%s::text[])"
        for part in parts
    )
    rows = run(cursor, said, [list(terms)] * len(parts)).fetchall()
    for part in parts:
        if part.hidden:
            ids = {number: at for at, (name, _, number, _) in enumerate(rows) if name == part.name}
            sql = (
                f"SELECT t, count(*) FROM {part.schema}.words, unnest(terms) AS t"
                " WHERE doc_id = ANY(%s::text[]) AND t = ANY(%s::int[]) GROUP BY t"
            )
            for number, count in run(cursor, sql, [list(part.hidden), list(ids)]).fetchall():
                name, term, _, df = rows[ids[number]]
                rows[ids[number]] = name, term, number, df - count
    return rows


def _hidden(cursor: Cursor, parts: Sequence[Part]) -> tuple[int, int]:
    """Passages and their terms in documents that are passed over."""
    passages = length = 0
    for part in parts:
        if part.hidden:
            sql = f"SELECT count(*), coalesce(sum(length), 0)::bigint FROM {part.schema}.words WHERE doc_id = ANY(%s::text[])"
            ((more, longer),) = run(cursor, sql, [list(part.hidden)]).fetchall()
            passages, length = passages + more, length + longer
    return passages, length


def search(
    cursor: Cursor, parts: Sequence[Part], terms: Mapping[str, float], k: int, where: Filter | None
) -> Run:
    """The best ``k`` passages for weighted terms."""
    fewer, shorter = _hidden(cursor, parts)
    passages = sum(part.passages for part in parts) - fewer
    mean = (sum(part.length for part in parts) - shorter) / passages if passages else 0.0
    query = _weighed(cursor, parts, terms, passages)
    if not query or not mean:
        return Run(())
    common = {term.name for term in query if term.df > _COMMON * passages}
    if 0 < len(common) < len(query):
        found = _scored(cursor, parts, query, mean, k=k, where=where, without=common)
        most = sum(term.weight for term in query if term.name in common)
        if len(found) >= k and sorted(found.values(), reverse=True)[k - 1] > most + _ROUNDING:
            return _ranked(found, k)
    return _ranked(_scored(cursor, parts, query, mean, k=k, where=where), k)


def _ranked(found: Mapping[str, float], k: int) -> Run:
    return Run.of((pid, score) for pid, score in found.items() if score > 5e-7).top(k)


def _weighed(
    cursor: Cursor, parts: Sequence[Part], terms: Mapping[str, float], passages: int
) -> list[Term]:
    ids: dict[str, dict[str, int]] = {}
    df = dict.fromkeys(terms, 0)
    for part, name, number, count in _looked_up(cursor, parts, list(terms)):
        ids.setdefault(name, {})[part] = number
        df[name] += count
    return [
        Term(
            name,
            terms[name] * math.log(1 + (passages - df[name] + 0.5) / (df[name] + 0.5)),
            df[name],
            ids[name],
        )
        for name in sorted(terms)  # a fixed order of summation, the embedded engine's
        if name in ids and terms[name] > 0
    ]


def _scored(
    cursor: Cursor,
    parts: Sequence[Part],
    query: Sequence[Term],
    mean: float,
    *,
    k: int,
    where: Filter | None,
    without: Collection[str] = (),
) -> dict[str, float]:
    """Passage id -> true score, of all that may be among the best ``k`` of those that hold a term outside ``without``."""
    said, values = [], []
    asked: list[Part] = []
    for part in parts:
        mine = {term.ids[part.name]: term for term in query if part.name in term.ids}
        looked_for = [number for number, term in mine.items() if term.name not in without]
        if looked_for:
            low, high = sorted((1.0, mean / part.mean))
            more, own = conditions(where, part)
            said.append(
                f"SELECT {len(asked)} AS part, passage_id, -(weights <#> %s::sparsevec({TERMS})) AS s,"
                f" %s::float8 AS low, %s::float8 AS high FROM {part.schema}.words WHERE terms && %s::int[]{more}"
            )
            weights = SparseVector({number: term.weight for number, term in mine.items()}, TERMS)
            values += [weights, low, high, looked_for, *own]
            asked.append(part)
    if not asked:
        return {}
    sql = (
        f"WITH found AS MATERIALIZED ({' UNION ALL '.join(said)}), edge AS"
        " (SELECT s * low AS s FROM found ORDER BY s * low DESC OFFSET %s LIMIT 1)"
        " SELECT part, array_agg(passage_id) FROM found WHERE s * high >= coalesce((SELECT s FROM edge), 0) - %s GROUP BY part"
    )
    scores: dict[str, float] = {}
    for number, passage_ids in run(cursor, sql, [*values, k - 1, _ROUNDING]).fetchall():
        part = asked[number]
        rows = rows_of(
            cursor,
            [part],
            "SELECT passage_id, terms, counts, length FROM {schema}.words WHERE passage_id = ANY(%s::text[])",
            [passage_ids],
        )
        scores |= _true(rows, part, query, mean)
    return scores


def _true(
    rows: Sequence[tuple[Any, ...]], part: Part, query: Sequence[Term], mean: float
) -> dict[str, float]:
    """Scores as `kmassist.index.lexical.Lexical.scores` makes them, operation for operation."""
    norms = np.array([row[3] for row in rows], np.float64)
    norms *= B
    norms /= mean or 1.0
    norms += 1 - B
    norms *= K1
    held = [dict(zip(row[1], row[2], strict=True)) for row in rows]
    scores = np.zeros(len(rows))
    for term in query:
        number = term.ids.get(part.name)
        if number is not None:
            counts = np.array([tf.get(number, 0) for tf in held], np.float64)
            scores += term.weight * (counts / (counts + norms))
    return dict(zip((row[0] for row in rows), scores.tolist(), strict=True))
