"""Retrieval: a question's reading -> one ranked list of passages from both legs of an index.

How passages are ranked was chosen on development data (`python -m benchmarks.retrieval`): a convex combination of both
legs' scores as shares of the best, with the true similarity of what only the words found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kmassist.documents.document import SourceType
from kmassist.errors import ModelUnavailable
from kmassist.index import Filter, Index
from kmassist.index.runs import Run
from kmassist.retrieval.fusion import convex
from kmassist.text.words import tokenise

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Embedder, Vectors
    from kmassist.question.interpretation import Reading


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranking rule's numbers: weights of the legs, and how many passages get their vectors for the gate."""

    lexical_weight: float = 0.4
    dense_weight: float = 0.6
    judged: int = 60


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found.

    ``run`` is the fused list; ``lexical`` and ``dense`` are the legs as the index gave them; ``vector`` is the question's
    unit vector (None without the dense leg); ``vectors`` holds passage and sentence vectors of the best
    and the reserved passages. ``degraded`` says in full sentences which half was missing.
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
    vector = _query_vector(reading, index, embedder, degraded)

    def legs(count: int, within: Filter | None) -> tuple[Run, Run]:
        return (
            index.lexical(reading.query.terms, count, within) if capabilities.lexical else Run(()),
            index.dense(vector, count, within) if vector is not None else Run(()),
        )

    lexical, dense = legs(depth, where)
    reserved = [legs(reserve, within) for within in _each_type(where)] if reserve else []
    words = _scores(lexical, *(pair[0] for pair in reserved))
    meanings = _scores(dense, *(pair[1] for pair in reserved))
    lowest = min(meanings.values(), default=0.0)
    meanings.update({key: lowest for key in words if meanings and key not in meanings})
    weights = [rule.lexical_weight, rule.dense_weight]
    wanted = [
        hit.passage_id
        for hit in Run.of(convex([words, meanings], weights).items()).hits[: rule.judged]
    ]
    wanted += [hit.passage_id for pair in reserved for run in pair for hit in run]
    vectors = index.vectors(list(dict.fromkeys(wanted))) if vector is not None else {}
    if vector is not None:  # what only the words found gets its true similarity
        meanings.update(
            {key: round(float(passage @ vector), 6) for key, (passage, _) in vectors.items()}
        )
    by_leg = {
        key: {
            name: leg[key] for name, leg in (("lexical", words), ("dense", meanings)) if key in leg
        }
        for key in wanted
    }
    return Retrieval(
        run=_keep(Run.of(convex([words, meanings], weights).items(), by_leg), k, frozenset(wanted)),
        lexical=lexical,
        dense=dense,
        vector=vector,
        vectors=vectors,
        degraded=tuple(degraded),
    )


def _query_vector(
    reading: Reading, index: Index, embedder: Embedder, degraded: list[str]
) -> Vectors | None:
    """The question as a vector; without one, why goes into ``degraded``."""
    if not index.capabilities.dense:
        degraded.append("The vector index is missing: this was found by words alone.")
        return None
    try:
        return embedder.embed_query(meaning_of(reading, index))
    except ModelUnavailable as error:
        degraded.append(
            f"The embedding model is missing, so this was found by words alone ({error.message})"
        )
        return None


def meaning_of(reading: Reading, index: Index) -> str:
    """What the embedder reads: a word that no source uses in the other form of it that they use most.

    A small model of meaning knows the clinical word, and often not the everyday one (fags, tummy, caesar).
    """
    text = reading.query.dense_text
    stems = {
        phrase: tokenise(phrase)
        for word, forms in reading.expansions.items()
        for phrase in (word, *forms)
    }
    frequency = index.document_frequency({part for parts in stems.values() for part in parts})

    def used(phrase: str) -> int:
        return min((frequency.get(part, 0) for part in stems[phrase]), default=0)

    for word, forms in reading.expansions.items():
        best = max(forms, key=used)
        if used(best) and not used(word):
            text = best.join(
                re.split(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, flags=re.IGNORECASE)
            )
    return text


def _keep(run: Run, k: int, reserved: frozenset[str]) -> Run:
    """The first ``k`` hits and whatever else is reserved, in order."""
    return Run(tuple(hit for hit in run if hit.rank <= k or hit.passage_id in reserved))


def _scores(*runs: Run) -> dict[str, float]:
    return {hit.passage_id: hit.score for run in runs for hit in run}


def _each_type(where: Filter | None) -> Iterator[Filter]:
    base = where or Filter()
    for kind in SourceType:
        if not base.source_types or kind in base.source_types:
            yield replace(base, source_types=frozenset({kind}))
