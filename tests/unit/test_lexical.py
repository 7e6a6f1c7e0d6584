"""BM25 against rank-bm25, and merging against building afresh."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.index import scoring
from kmassist.index.lexical import Growing, Lexical, Postings, merge, postings_of
from kmassist.index.okapi import LuceneBM25, RankLexical
from kmassist.index.scoring import best

ROWS = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=12), max_size=12)


def same(one: Postings, other: Postings) -> None:
    assert list(one.terms.items()) == list(other.terms.items())
    for field in ("offsets", "rows", "counts", "lengths"):
        a, b = getattr(one, field), getattr(other, field)
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def grown(rows: Any) -> Growing:
    growing = Growing()
    for terms in rows:
        growing.add(terms)
    return growing


@given(rows=ROWS)
def test_built_at_once_equals_one_by_one(rows: Any) -> None:
    same(postings_of(rows), grown(rows).frozen())


@given(first=ROWS, second=ROWS, seed=st.integers(0, 1000))
def test_merging_equals_building_afresh(first: Any, second: Any, seed: Any) -> None:
    rows = [*first, *second]
    live = np.random.default_rng(seed).random(len(rows)) < 0.7
    merged = merge(postings_of(first), grown(second).frozen(), live)
    same(merged, postings_of([terms for terms, keep in zip(rows, live, strict=True) if keep]))


@given(
    rows=st.lists(
        st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12), min_size=1, max_size=20
    ),
    k1=st.floats(0.1, 3),
    b=st.floats(0, 1),
    query=st.lists(st.sampled_from("abcdefghz"), min_size=1, max_size=4, unique=True),
    split=st.integers(0, 20),
)
def test_scores_are_those_of_rank_bm25_without_its_constant_factor(
    rows: Any, k1: Any, b: Any, query: Any, split: Any
) -> None:
    leg = Lexical(postings_of(rows[:split]), k1=k1, b=b)
    for terms in rows[split:]:
        leg.growing.add(terms)
    found = leg.scores(
        dict.fromkeys(query, 1.0),
        passages=len(rows),
        total_length=sum(map(len, rows)),
        is_live=None,
    )
    expected = LuceneBM25(rows, k1=k1, b=b).get_scores(query) / (k1 + 1)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@given(
    rows=ROWS,
    more=ROWS,
    seed=st.integers(0, 1000),
    query=st.dictionaries(st.sampled_from("abcdefghz"), st.floats(0.1, 3), min_size=1, max_size=4),
)
def test_an_index_in_memory_scores_as_a_stored_one(
    rows: Any, more: Any, seed: Any, query: Any
) -> None:
    everything = [*rows, *more]
    live = np.random.default_rng(seed).random(len(everything)) < 0.6
    kept = [terms for terms, keep in zip(everything, live, strict=True) if keep]
    known = {"passages": len(kept), "total_length": sum(map(len, kept))}
    stored, in_memory = Lexical(postings_of(rows)), RankLexical(postings_of(rows))
    for leg in (stored, in_memory):
        in_memory.scores(query, is_live=None, passages=len(rows), total_length=sum(map(len, rows)))
        for terms in more:
            leg.growing.add(terms)
    np.testing.assert_allclose(
        in_memory.scores(query, is_live=live, **known)[live],
        stored.scores(query, is_live=live, **known)[live],
        atol=1e-9,
    )


@given(rows=ROWS, more=ROWS, seed=st.integers(0, 1000))
def test_scores_do_not_depend_on_history(rows: Any, more: Any, seed: Any) -> None:
    everything = [*rows, *more]
    live = np.random.default_rng(seed).random(len(everything)) < 0.6
    kept = [terms for terms, keep in zip(everything, live, strict=True) if keep]
    aged, fresh = Lexical(postings_of(rows)), Lexical(postings_of(kept))
    for terms in more:
        aged.growing.add(terms)
    query = {"a": 1.0, "b": 0.3, "c": 2.0}
    settings_ = {"passages": len(kept), "total_length": sum(map(len, kept))}
    one = aged.scores(query, is_live=live, **settings_)[live]
    np.testing.assert_array_equal(one, fresh.scores(query, is_live=None, **settings_))


def test_a_word_in_most_passages_still_scores() -> None:
    leg = Lexical(postings_of([["a"]] * 9 + [["b"]]))
    scores = leg.scores({"a": 1.0}, passages=10, total_length=10, is_live=None)
    assert (scores[:9] > 0).all()
    assert scores[9] == 0


def test_no_rows() -> None:
    assert (
        len(Lexical(Postings.empty()).scores({"a": 1.0}, passages=0, total_length=0, is_live=None))
        == 0
    )


@pytest.mark.parametrize("k", [1, 3, 5, 50])
def test_the_best_include_every_tie_at_the_edge(k: Any) -> None:
    scores = np.array([1.0, 2.0, 2.0, 2.0, 0.5, 2.0 - 1e-7, 3.0])
    chosen = set(best(scores, k).tolist())
    ranked = sorted(range(7), key=lambda i: (-round(float(scores[i]), 6), i))
    assert set(ranked[:k]) <= chosen


def test_counts_beyond_16_bits_do_not_wrap() -> None:
    assert postings_of([["a"] * 70_000]).counts[0] == 0xFFFF


def zipf_rows(count: int) -> list[list[str]]:
    rng = np.random.default_rng(count)
    drawn = np.minimum(rng.zipf(1.3, (count, 30)), 5_000)
    return [[f"w{n}" for n in row] for row in drawn.tolist()]


@pytest.mark.parametrize("case", ["whole", "some gone", "many gone", "filtered"])
def test_the_best_are_those_of_all_scores_to_the_bit(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two segments and rows that came later; questions of rare, of common and of many terms."""
    looked: list[Any] = []
    read = scoring.add

    def reading(*given: Any) -> None:
        looked.append(given)
        read(*given)

    monkeypatch.setattr(scoring, "add", reading)
    rows, rng = zipf_rows(6_000), np.random.default_rng(1)
    leg = Lexical(postings_of(rows[:2_500]), postings_of(rows[2_500:5_500]))
    for terms in rows[5_500:]:
        leg.growing.add(terms)
    live = rng.random(len(rows)) > {"some gone": 0.002, "many gone": 0.4}.get(case, 0)
    known: dict[str, Any] = {
        "passages": int(live.sum()),
        "total_length": int(leg.lengths[live].sum()),
        "is_live": None if live.all() else live,
    }
    allowed = live & (rng.random(len(rows)) < 0.3) if case == "filtered" else known["is_live"]
    spared = 0
    for number in range(60):
        own = rows[rng.integers(len(rows))]
        query = dict.fromkeys(own if number % 3 else own[:4], 1.0) | {"w1": 0.3, "nowhere": 1.0}
        before = len(looked)
        every = leg.scores(query, **known)
        if allowed is not None:
            every *= allowed
        k = (1, 10, 100)[number % 3]
        in_full = len(looked)
        found, scores = leg.best(query, k, **known, allowed=allowed)
        np.testing.assert_array_equal(found, best(every, k))
        np.testing.assert_array_equal(scores, every[found])
        spared += len(looked) - in_full < in_full - before
    assert spared > 5  # questions whose common terms were not read
