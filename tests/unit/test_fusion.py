"""Fusion is pure, deterministic and never invents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fusion import min_max, rrf
from kmassist.retrieval.fusion import by_best, convex

legs = st.lists(
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-5, 50), max_size=8),
    min_size=1,
    max_size=3,
)


@given(legs)
def test_every_thing_found_is_ranked_and_nothing_else(found: list[dict[str, float]]) -> None:
    union = set().union(*found)
    assert set(rrf(found)) == union
    assert set(convex(found, [1.0] * len(found))) == union


@given(legs)
def test_order_of_insertion_does_not_matter(found: list[dict[str, float]]) -> None:
    turned = [dict(reversed(list(leg.items()))) for leg in found]
    assert rrf(found) == rrf(turned)
    assert convex(found, [0.5] * len(found)) == convex(turned, [0.5] * len(found))


@given(legs)
def test_min_max_stays_within_0_and_1(found: list[dict[str, float]]) -> None:
    assert all(0 <= score <= 1 for leg in found for score in min_max(leg).values())


def test_rrf_of_two_legs_by_hand() -> None:
    fused = rrf([{"a": 3.0, "b": 2.0}, {"b": 9.0}])
    assert fused["a"] == pytest.approx(1 / 61)
    assert fused["b"] == pytest.approx(1 / 62 + 1 / 61)


def test_a_leg_that_found_nothing_leaves_the_other_as_it_is() -> None:
    assert convex([{"a": 4.0, "b": 2.0}, {}], [0.5, 0.5]) == {"a": 1.0, "b": 0.5}
    assert convex([{"a": 4.0, "b": 2.0}, {}], [0.5, 0.5], scale=min_max) == {"a": 1.0, "b": 0.0}


def test_weights_are_shares() -> None:
    legs_found = [{"a": 1.0, "b": 0.0}, {"b": 7.0, "c": 1.0}]
    assert convex(legs_found, [3.0, 1.0], scale=min_max) == {"a": 0.75, "b": 0.25, "c": 0.0}


def test_nothing_of_positive_score_is_nothing() -> None:
    assert by_best({"a": -1.0, "b": 0.0}) == {"a": 0.0, "b": 0.0}
    assert by_best({}) == {}
