"""What kind of figure a question asks for, and whether a text gives one (answer types: Li and Roth 2002, COLING).

"What does interpreting cost a year" is answered by an amount of money and by nothing else; a source on interpreting without
one is on the topic and does not answer. A question that can be answered in words ("is it worth the money?") asks for no figure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from kmassist.text.shipped import shipped_data


class Quantity(StrEnum):
    """A kind of figure, in words that fit after "gives no"."""

    MONEY = "amount of money"
    TIME_OF_DAY = "time of day"
    DURATION = "length of time"
    NUMBER = "number"


@cache
def quantity_data() -> Mapping[str, Any]:
    """The patterns of data/quantities.yaml with their examples."""
    return shipped_data("quantities.yaml")


@cache
def _asked() -> tuple[tuple[Quantity, re.Pattern[str]], ...]:
    return tuple(
        (Quantity[row["quantity"]], _compiled(row["pattern"])) for row in quantity_data()["asked"]
    )


@cache
def _given() -> Mapping[Quantity, re.Pattern[str]]:
    return {
        Quantity[row["quantity"]]: _compiled(row["pattern"]) for row in quantity_data()["given"]
    }


@cache
def _favoured() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """What is asked -> what a sentence that answers often holds: a kind of figure, or a pattern of its own."""
    names = {kind.name: kind for kind in Quantity}
    return tuple(
        (
            _compiled(row["pattern"]),
            _given()[names[row["holds"]]] if row["holds"] in names else _compiled(row["holds"]),
        )
        for row in quantity_data()["favoured"]
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


def favoured(question: str) -> re.Pattern[str] | None:
    """What a sentence that answers such a question often holds: a reason for why, an amount for what is cheaper."""
    return next((given for asked, given in _favoured() if asked.search(question)), None)


def quantity_asked(question: str) -> Quantity | None:
    """The kind of figure that alone would answer the question; None for one that words can answer."""
    flat = " ".join(question.replace("’", "'").split())
    return next((quantity for quantity, pattern in _asked() if pattern.search(flat)), None)


def gives(quantity: Quantity, text: str) -> bool:
    """Whether the text holds a figure of the kind, whatever it is of."""
    return bool(_given()[quantity].search(text))
