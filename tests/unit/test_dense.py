"""The dense leg: exact below APPROXIMATE_FROM, an inverted file above, rows added later searched beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kmassist.errors import IndexDamaged
from kmassist.index import dense as module
from kmassist.index.dense import Base, Dense, is_trained, train
from kmassist.index.packed import Stored, singles, stored_passages
from tests.contract.corpora import unit

DIMENSION = 24


def stored(vectors: Any) -> Stored:
    return stored_passages(vectors, *vectors.shape)


def leg_of(rows: Any, vectors: Any, lists: Any = None) -> Dense:
    return Dense((0, Base(np.asarray(rows, np.int32), vectors, lists)), dimension=DIMENSION)


def expected(vectors: Any, query: Any, k: Any, allowed: Any = None) -> Any:
    scores = singles(vectors).astype(np.float64) @ query.astype(np.float64)
    rows = range(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    return sorted(rows, key=lambda row: -scores[row])[:k]


@pytest.fixture
def vectors() -> Any:
    return stored(unit(np.random.default_rng(1), 800, DIMENSION))


@pytest.mark.parametrize("held", [0, 1, 500, 800])
@pytest.mark.parametrize("has_faiss", [True, False])
def test_exact_whatever_the_split(
    vectors: Any, held: Any, has_faiss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "has_faiss", lambda: has_faiss)
    leg = leg_of(range(held), vectors[:held])
    if held < 800:
        leg.add(list(range(held, 800)), vectors[held:])
    rng = np.random.default_rng(2)
    for query in unit(rng, 10, DIMENSION):
        for allowed in (
            None,
            rng.random(800) < 0.3,
            rng.random(800) < 0.01,
            np.zeros(800, np.bool_),
        ):
            rows, scores = leg.search(query, 20, allowed)
            assert rows[:20].tolist() == expected(vectors, query, 20, allowed)
            assert (np.diff(scores) <= 0).all()


def test_scores_do_not_depend_on_the_split(vectors: Any) -> None:
    query = unit(np.random.default_rng(3), 1, DIMENSION)[0]
    found = []
    for held in (0, 333, 800):
        leg = leg_of(range(held), vectors[:held])
        if held < 800:
            leg.add(list(range(held, 800)), vectors[held:])
        rows, scores = leg.search(query, 50, None)
        found.append((rows[:50].tolist(), scores[:50].tolist()))
    assert found[0] == found[1] == found[2]


def test_all_ties_at_the_edge_are_given() -> None:
    vectors = stored(np.repeat(unit(np.random.default_rng(1), 1, DIMENSION), 500, axis=0))
    rows, _ = leg_of(range(500), vectors).search(singles(vectors)[0], 3, None)
    assert len(rows) == 500


def test_an_inverted_file_finds_nearly_all() -> None:
    rng = np.random.default_rng(4)
    centres = unit(rng, 30, DIMENSION)
    vectors = unit(rng, 3000, DIMENSION) * 0.5 + centres[rng.integers(0, 30, 3000)]
    vectors = stored(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    order, lists = train(vectors)
    again, same = train(vectors)
    assert order.tolist() == again.tolist(), "training is the same every time"
    assert lists.centres.tobytes() == same.centres.tobytes()
    leg = leg_of(order, vectors[order], lists)
    hits = 0
    for query in singles(vectors[::100]):
        rows, _ = leg.search(query, 10, None)
        hits += len(set(rows[:10].tolist()) & set(expected(vectors, query, 10)))
        allowed = rng.random(3000) < 0.5
        assert allowed[leg.search(query, 10, allowed)[0]].all()
    assert hits > 0.9 * 300


def test_small_corpora_and_small_segments_are_not_approximated() -> None:
    assert not is_trained(200_000, 200_000)
    assert is_trained(20_000, 300_000)
    assert not is_trained(2_000, 300_000)


def test_lists_of_other_vectors_are_an_error(vectors: Any) -> None:
    _, lists = train(vectors)
    leg = leg_of(range(799), vectors[:799], lists)
    with pytest.raises(IndexDamaged):
        leg.search(singles(vectors)[0], 5, None)


def test_lists_without_some_vectors_find_the_others_alone(
    vectors: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SHARE", 1.0)
    order, lists = train(vectors)
    keep = np.random.default_rng(7).random(800) < 0.8
    kept = keep[order]
    leg = leg_of(order[kept], vectors[order][kept], lists.only(kept))
    for query in unit(np.random.default_rng(8), 10, DIMENSION):
        assert leg.search(query, 20, None)[0][:20].tolist() == expected(vectors, query, 20, keep)
