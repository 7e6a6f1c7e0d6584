"""Retrieval: a question's reading -> one ranked list of passages from both legs of an index.

How passages are ranked was chosen on development data (`python -m benchmarks.retrieval`): a convex combination of the
min-max scores of both legs, then the best candidates re-ordered with the similarity of their best sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kmassist.documents import SourceType
from kmassist.errors import ModelUnavailable
from kmassist.fusion import convex, min_max
from kmassist.index import Filter, Index
from kmassist.runs import Run

if TYPE_CHECKING:
    from kmassist.embedding import Embedder, Vectors
    from kmassist.vocabulary import Reading


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranking rule's numbers: weights of the legs and of the best sentence, and how many passages it re-orders."""

    lexical_weight: float = 0.5
    dense_weight: float = 0.5
    sentence_weight: float = 0.3
    reordered: int = 100


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found.

    ``run`` is the fused list; ``lexical`` and ``dense`` are the legs as the index gave them; ``vector`` is the question's
    unit vector (None without the dense leg); ``vectors`` holds passage and sentence vectors of the re-ordered and the
    reserved passages. ``degraded`` says in full sentences which half was missing.
    """

    run: Run
    lexical: Run
    dense: Run
    vector: Vectors | None = None
    vectors: Mapping[str, tuple[Vectors, Vectors]] = field(default_factory=dict)
    degraded: tuple[str, ...] = ()


def retrieve(
    reading: Reading,
    index: Index,
    embedder: Embedder,
    *,
    k: int = 100,
    where: Filter | None = None,
    depth: int = 200,
    reserve: int = 0,
    ranking: Ranking | None = None,
) -> Retrieval:
    """Find passages for a question.

    Args:
        reading: the question as the vocabulary read it.
        index: where to look.
        embedder: the one the index was made with.
        k: most passages in the fused run, besides the reserved ones.
        where: which documents may be searched.
        depth: most passages each leg brings.
        reserve: passages of each source type that a search of that type alone brings in, so that no kind of knowledge is
            crowded out by another.
        ranking: other numbers than the chosen ones.
    """
    rule = ranking or Ranking()
    degraded: list[str] = []
    capabilities = index.capabilities
    if not capabilities.lexical:
        degraded.append("The word index is missing: this was found by meaning alone.")
    vector: Vectors | None = None
    if not capabilities.dense:
        degraded.append("The vector index is missing: this was found by words alone.")
    else:
        try:
            vector = embedder.embed_query(reading.query.dense_text)
        except ModelUnavailable as error:
            degraded.append(f"The embedding model is missing, so this was found by words alone ({error.message})")

    def legs(count: int, within: Filter | None) -> tuple[Run, Run]:
        return (
            index.lexical(reading.query.terms, count, within) if capabilities.lexical else Run(()),
            index.dense(vector, count, within) if vector is not None else Run(()),
        )

    lexical, dense = legs(depth, where)
    scores = convex([_scores(lexical), _scores(dense)], [rule.lexical_weight, rule.dense_weight])
    found = {hit.passage_id for run in (lexical, dense) for hit in run}
    reserved = [legs(reserve, within) for within in _each_type(where)] if reserve else []
    extra = {hit.passage_id: 0.0 for pair in reserved for run in pair for hit in run if hit.passage_id not in found}
    first = Run.of({**scores, **extra}.items()).hits[: rule.reordered]
    wanted = dict.fromkeys([hit.passage_id for hit in first])
    wanted.update(dict.fromkeys(hit.passage_id for pair in reserved for run in pair for hit in run))
    vectors = index.vectors(list(wanted)) if vector is not None else {}
    by_leg = _by_leg(lexical, dense, *(run for pair in reserved for run in pair))
    return Retrieval(
        run=Run.of(_reorder(scores, extra, vector, vectors, rule).items(), by_leg).top(k + len(extra)),
        lexical=lexical,
        dense=dense,
        vector=vector,
        vectors=vectors,
        degraded=tuple(degraded),
    )


def _reorder(
    scores: Mapping[str, float],
    extra: Mapping[str, float],
    vector: Vectors | None,
    vectors: Mapping[str, tuple[Vectors, Vectors]],
    rule: Ranking,
) -> dict[str, float]:
    """Add the similarity of the best sentence to the passages whose vectors are at hand.

    Reserved passages that neither leg found rank by that similarity below what was found.
    """
    if vector is None:
        return {**scores, **extra}
    best = {key: float((sentences @ vector).max()) for key, (_, sentences) in vectors.items() if len(sentences)}
    scaled = min_max({key: similarity for key, similarity in best.items() if key in scores})
    ordered = {key: score + rule.sentence_weight * scaled.get(key, 0.0) for key, score in scores.items()}
    low = min(best.values(), default=0.0)
    ordered.update({key: 0.0 - 0.01 * (1.0 - (best.get(key, low) + 1.0) / 2.0) for key in extra})
    return ordered


def _scores(run: Run) -> dict[str, float]:
    return {hit.passage_id: hit.score for hit in run}


def _by_leg(lexical: Run, dense: Run, *reserved: Run) -> dict[str, dict[str, float]]:
    legs: dict[str, dict[str, float]] = {}
    for number, run in enumerate((lexical, dense, *reserved)):
        for hit in run:
            legs.setdefault(hit.passage_id, {}).setdefault("dense" if number % 2 else "lexical", hit.score)
    return legs


def _each_type(where: Filter | None) -> Iterator[Filter]:
    base = where or Filter()
    for kind in SourceType:
        if not base.source_types or kind in base.source_types:
            yield replace(base, source_types=frozenset({kind}))
