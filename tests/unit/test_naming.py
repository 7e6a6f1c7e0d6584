"""What a person may have meant by a word that is none of the choices."""

from __future__ import annotations

import pytest

from kmassist.text.naming import did_you_mean


@pytest.mark.parametrize(
    ("said", "meant"),
    [("audti", "audit"), ("Published reserch", "published"), ("pgn", ""), ("xyz", ""), ("", "")],
)
def test_the_nearest_way_is_offered_and_nothing_that_is_far(said: str, meant: str) -> None:
    also = {"audit": ["Local audit and data"], "published": ["Published research"]}
    found = did_you_mean(said, also, also)
    assert found == (f"Did you mean '{meant}'? " if meant else "")


def test_a_word_of_a_name_is_a_way_to_say_it() -> None:
    assert "'source_type'" in did_you_mean("type", ["title", "source_type"])
