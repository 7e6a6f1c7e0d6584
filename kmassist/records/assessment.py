"""Self-assessment: a reflection checklist, means only from five people on, and beside opinion what use of the library says."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError, model_validator

from kmassist.documents.frozen import Frozen
from kmassist.errors import RecordError
from kmassist.records.decisions.record import Day
from kmassist.text.counts import counted
from kmassist.text.faults import place_of, reason_of

MINIMUM_RESPONDENTS = 5
"""Group results are shown from this many on, so that nobody's answers can be told from them (domain A3f)."""

_LARGEST_FILE = 200_000


class Item(Frozen):
    """One statement. ``is_reversed``: agreeing counts against the dimension."""

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    is_reversed: bool = False


class Dimension(Frozen):
    """A few statements that are read together."""

    id: str = Field(min_length=1)
    title: str
    group: str = ""
    items: tuple[Item, ...] = Field(min_length=1)


class Scale(Frozen):
    """Whole numbers from ``low`` to ``high``."""

    low: int = 1
    high: int = 5
    low_label: str = ""
    high_label: str = ""

    @model_validator(mode="after")
    def _is_a_scale(self) -> Scale:
        if not self.low < self.high <= self.low + 100:
            raise ValueError("the scale needs a low below its high")
        return self


class Instrument(Frozen):
    """A set of statements with its label; the label stands on every screen and export."""

    id: str = Field(min_length=1)
    version: str = "1"
    title: str
    disclaimer: str = Field(min_length=1)
    scale: Scale = Scale()
    dimensions: tuple[Dimension, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Instrument:
        for ids in ([d.id for d in self.dimensions], [i.id for i in self.items]):
            if len(set(ids)) != len(ids):
                raise ValueError("two entries have the same id")
        return self

    @property
    def items(self) -> tuple[Item, ...]:
        """Every statement in order."""
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    @property
    def key(self) -> str:
        """Identifies the instrument and its version, so that answers to different ones are never averaged."""
        return f"{self.id}/{self.version}"


class Response(Frozen):
    """One person's answers, item id -> whole number; no name and no role is kept, so that it stays nobody's."""

    response_id: str
    instrument: str
    round: str
    on: Day
    answers: dict[str, int]


class DimensionResult(Frozen):
    """Mean and spread (standard deviation between people, None below two) of one dimension, on the instrument's scale."""

    id: str
    title: str
    group: str
    mean: float
    spread: float | None
    low: float
    high: float


class GroupResult(Frozen):
    """What a round says, or why it says nothing yet."""

    instrument: str
    title: str
    disclaimer: str
    round: str
    respondents: int
    dimensions: tuple[DimensionResult, ...] = ()
    withheld: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether there are enough people."""
        return not self.withheld


def load_instrument(path: Path | None = None) -> Instrument:
    """The shipped checklist, or a site's own instrument from a YAML file of the same form.

    Raises:
        RecordError: the file cannot be read or is no instrument.
    """
    try:
        if path is None:
            text = files("kmassist").joinpath("data/assessment.yaml").read_text(encoding="utf-8")
        else:
            if path.stat().st_size > _LARGEST_FILE:
                raise RecordError(
                    f"'{path.name}' is too large to be an instrument.",
                    "It should be a short YAML file.",
                )
            text = path.read_text(encoding="utf-8")
        body: Any = yaml.safe_load(text)
        return Instrument.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = place_of(first) or "the file"
        raise RecordError(
            f"'{path and path.name}' is not an instrument: {place}: {reason_of(first)}.", _FORM
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise RecordError(f"'{path and path.name}' cannot be read as YAML.", _FORM) from error


_FORM = "See docs/assessment.md for the form of the file."


def check_response(instrument: Instrument, response: Response) -> Response:
    """The response, when it answers every statement within the scale.

    Raises:
        RecordError: an answer is missing, unknown or off the scale, or it is of another instrument.
    """
    if response.instrument != instrument.key:
        raise RecordError(
            f"These answers are to '{response.instrument}', not to '{instrument.key}'."
        )
    wanted = [item.id for item in instrument.items]
    missing = [name for name in wanted if name not in response.answers]
    unknown = [name for name in response.answers if name not in wanted]
    if missing or unknown:
        what = (
            f"{len(missing)} of {len(wanted)} statements have no answer"
            if missing
            else f"'{unknown[0]}' is no statement"
        )
        raise RecordError(f"{what}.", "Answer every statement, in order.")
    scale = instrument.scale
    bad = next((v for v in response.answers.values() if not scale.low <= v <= scale.high), None)
    if bad is not None:
        raise RecordError(f"{bad} is not on the scale of {scale.low} to {scale.high}.")
    return response


def scores(instrument: Instrument, answers: Mapping[str, int]) -> dict[str, float]:
    """Dimension id -> one person's mean of its statements, reversed ones turned round."""
    turn = instrument.scale.low + instrument.scale.high
    return {
        dimension.id: statistics.fmean(
            turn - answers[i.id] if i.is_reversed else answers[i.id] for i in dimension.items
        )
        for dimension in instrument.dimensions
    }


def group_result(
    instrument: Instrument,
    responses: Iterable[Response],
    round_name: str,
    *,
    is_closed: bool,
    minimum: int = MINIMUM_RESPONDENTS,
) -> GroupResult:
    """Mean and spread per dimension over the people of a closed round; nothing at all below ``minimum`` people.

    Two results of one round, before and after somebody's answers came, would give those answers away by subtraction; so a
    round has no result until it is closed and takes no answers after. ``minimum`` may be raised, never lowered.
    """
    minimum = max(minimum, MINIMUM_RESPONDENTS)
    found = {
        r.response_id: r
        for r in responses
        if r.instrument == instrument.key and r.round == round_name
    }
    people = [scores(instrument, response.answers) for response in found.values()]
    head = {
        "instrument": instrument.key,
        "title": instrument.title,
        "disclaimer": instrument.disclaimer,
        "round": round_name,
        "respondents": len(people),
    }
    if len(people) < minimum:
        said = counted(len(people), "person has", "people have")
        says = f"{said} answered; results are shown from {minimum}, so that nobody's answers can be told."
        return GroupResult.model_validate({**head, "withheld": says})
    if not is_closed:
        says = f"{len(people)} people have answered. Close the round to see its result; then it takes no more answers."
        return GroupResult.model_validate({**head, "withheld": says})
    return GroupResult.model_validate(
        {
            **head,
            "dimensions": tuple(
                _summary(d, people, instrument.scale) for d in instrument.dimensions
            ),
        }
    )


def _summary(dimension: Dimension, people: list[dict[str, float]], scale: Scale) -> DimensionResult:
    values = sorted(
        person[dimension.id] for person in people
    )  # sorted, so that the order of answering leaves no trace
    return DimensionResult(
        id=dimension.id,
        title=dimension.title,
        group=dimension.group,
        mean=round(statistics.fmean(values), 2),
        spread=round(statistics.stdev(values), 2) if len(values) > 1 else None,
        low=scale.low,
        high=scale.high,
    )
