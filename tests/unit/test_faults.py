"""What is wrong with a refused value, and the one that was probably meant."""

from enum import StrEnum
from typing import Literal

import pytest
from pydantic import BaseModel, ValidationError

from kmassist.errors import ConfigError
from kmassist.settings.model import load_settings
from kmassist.text.faults import place_of, reason_of


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Lamp(BaseModel, extra="forbid"):
    colour: Colour = Colour.RED
    state: Literal["switched on", "switched off"] = "switched off"
    hours: int = 1


@pytest.mark.parametrize(
    ("given", "place", "says"),
    [
        ({"colour": "gren"}, "colour", "did you mean 'green'? Say one of 'red' or 'green'"),
        ({"colour": "mauve"}, "colour", "say one of 'red' or 'green'"),
        ({"state": "of"}, "state", "did you mean 'switched off'? Say one of 'switched on' or"),
        ({"hours": "many"}, "hours", "give a whole number"),
        ({"colour": None}, "colour", "say one of"),
        ({"size": 3}, "size", "there is no such field"),
    ],
)
def test_what_may_be_said_and_what_was_probably_meant(
    given: dict[str, object], place: str, says: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Lamp.model_validate(given)
    first = refused.value.errors()[0]
    assert place_of(first) == place
    assert reason_of(first).startswith(says)


def test_a_misspelt_setting_is_offered_as_it_is_written() -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings({"answer.nearst": 3}, {})
    assert refused.value.hint.startswith("Did you mean 'answer.nearest'?")
