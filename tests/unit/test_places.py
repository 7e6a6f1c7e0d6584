"""A figure of one unit is not told as that of another: places are learnt from the texts, and what is of another says so."""

from __future__ import annotations

import pytest

from kmassist.documents.document import SourceType
from kmassist.evidence.closest import Closest
from kmassist.evidence.leading import with_closest
from kmassist.evidence.model import Evidence
from kmassist.evidence.places import Places, places_of
from tests.unit.test_closest import document, found, whole

TEXTS = (
    "Women seen at Northby, Southby and Eastby waited. Pads at the Marlow Vale unit cost more.",
    "Two started at Harbour Team, a small team. It was in English, as at home in Guatemala. At Home with your baby is a leaflet.",
)


def test_places_are_where_the_texts_say_that_something_happens() -> None:
    assert places_of(TEXTS) == {"northby", "southby", "eastby", "marlow vale"}


@pytest.mark.parametrize(
    ("said", "about", "expected"),
    [
        ("At Northby pads cost £20, at Southby £30.", {}, True),
        ("Pads cost £30.", {"title": "Pads at Northby"}, True),
        ("Pads cost £30.", {"title": "Pads at Northby and Southby"}, False),
        ("At Southby pads cost £30.", {"title": "Pads at Northby"}, False),
        ("Pads cost £30.", {"issuer": "Northby Hospital"}, True),
        ("Pads cost £30.", {"issuer": "Northby and Southby Hospitals"}, False),
        ("Pads cost £30.", {}, False),
    ],
)
def test_what_a_sentence_is_of(said: str, about: dict[str, str], expected: bool) -> None:
    places = Places.of("what do pads cost at northby", TEXTS)
    assert places.are_said_of(said, document(said, **about)) is expected


def test_the_sentence_of_the_place_comes_first_else_it_is_said_that_none_is_of_it() -> None:
    south, north = document("Pads at Southby cost £30."), document("Pads at Northby cost £20.")
    nothing = Evidence(by_type=dict.fromkeys(SourceType, ()))

    def asked_of(place: str) -> Evidence:
        items = [found(south, 1.0), found(north, 0.6)]
        scores = {item.passage.passage_id: item.sentence_scores for item in items}
        closest = Closest(scores)
        return with_closest(
            nothing,
            [whole(closest)],
            closest,
            items,
            {d.doc_id: d for d in (south, north)},
            places=Places.of(f"what do pads cost at {place}", TEXTS),
        )

    first = asked_of("northby")
    assert first.closest[0].document.doc_id == north.doc_id
    assert first.elsewhere == ""
    assert asked_of("eastby").elsewhere == "Eastby"
    assert asked_of("home").elsewhere == ""
