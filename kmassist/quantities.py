"""What kind of figure a question asks for, and whether a text gives one (answer types: Li and Roth 2002, COLING).

"What does interpreting cost a year" is answered by an amount of money and by nothing else; a source on interpreting without
one is on the topic and does not answer. A question that can be answered in words ("is it worth the money?") asks for no figure.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Quantity(StrEnum):
    """A kind of figure, in words that fit after "gives no"."""

    MONEY = "amount of money"
    TIME_OF_DAY = "time of day"
    DURATION = "length of time"
    NUMBER = "number"


_NUMBER_WORD = (
    r"(?:an?|half an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)(?:-\w+)?"
)
_UNIT = r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?)"
_START = (  # a noun phrase, after "what is" or by itself
    r"^(?:and |so )?(?!(?:do|does|did|is|are|was|were|can|could|will|would|should|has|have|why|how|which|who)\b)"
    r"(?:what(?:'s| is| are| was| were)? )?(?:the |our |their |your )?(?:[\w%'-]+ ){0,5}?"
)

_ASKED: tuple[tuple[Quantity, re.Pattern[str]], ...] = tuple(
    (quantity, re.compile(pattern, re.I))
    for quantity, pattern in (
        (
            Quantity.MONEY,
            r"\bhow much\b.*\b(?:costs?|pay|paid|spend|spent|charged?)\b|\bhow much (?:is|are) (?:an?|one|each)\b|"
            r"\bhow much (?:dearer|cheaper|more expensive|less expensive)\b|\bwhat (?:do|does|did|would|will) (?:\w+ ){0,3}(?:pay|spend)\b",
        ),
        (Quantity.MONEY, r"\bwhat (?:does|do|did|would|will)\b.*\bcosts?\b|\b(?:costs? (?:per|for each)|price of|paid per)\b"),
        (
            Quantity.MONEY,
            _START + r"(?:costs?|price) of\b|\bwhat(?: (?:is|are|was|were)|'s)\b.* (?:paid|charged)\b(?! (?:for|at)\b)",
        ),
        (
            Quantity.TIME_OF_DAY,
            r"\bwhat (?:time|hours)\b|\bopening (?:hours|times)\b|\bwhen (?:does|do|is|are)\b.*\b(?:open|close|shut)\b",
        ),
        (Quantity.DURATION, r"\bhow (?:long|quick(?:ly)?|fast)\b|\bhow many (?:minutes|hours|days|nights|weeks|months)\b"),
        (Quantity.DURATION, r"\b(?:average|mean|median|usual|typical) (?:waits?|waiting|length|time|hours|days|stay)\b"),
        (
            Quantity.NUMBER,
            r"\bhow (?:many|often)\b|(?:\b(?:what|which) |^)(?:share|proportion|percentage|percent|%|number) of\b",
        ),
        (Quantity.NUMBER, r"\b(?:what|which) (?:share|proportion|percentage|percent|%|number)\b"),
        (Quantity.NUMBER, _START + r"(?:rates?|uptake|average|ratio|numbers?|incidence|prevalence)\b(?!-)"),
    )
)
_GIVEN = {
    Quantity.MONEY: r"[£$€]\s?\d|\b\d[\d,.]*\s?(?:pounds|pence|euros?|dollars?|GBP|USD|EUR)\b",
    Quantity.TIME_OF_DAY: r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b|\b\d{1,2}(?:\.[0-5]\d)?\s?[ap]\.?m\b|\b(?:midnight|noon|midday|round the clock)\b",
    Quantity.DURATION: rf"\b(?:\d[\d,.]*|{_NUMBER_WORD})[ -](?:\w+ )?{_UNIT}\b|\b{_UNIT}\b[^.;:]*(?:; [^;:]+)?: \d",
    Quantity.NUMBER: rf"\d|\b(?!an?\b){_NUMBER_WORD}\b|\b(?:half|third|quarter|most|none|nobody|never|always|every|daily|weekly|all)\b",
}
_GIVES = {quantity: re.compile(pattern, re.I) for quantity, pattern in _GIVEN.items()}

_FAVOURED = tuple(
    (re.compile(asked, re.I), re.compile(given, re.I))
    for asked, given in (
        (
            r"\bwhy\b|\bwhat (?:is|are|was|were)? ?(?:the )?(?:reasons?|causes?)\b|\bhow come\b|\bwhat .*\b(?:over|because of)\?*$",
            r"\b(?:because|reasons?|due to|owing to|caused by|explained by|put (?:it|this) down to)\b",
        ),
        (r"\b(?:cost|costs|cheap|cheaper|dearer|expensive|pricey|price|afford|money)\b", _GIVEN[Quantity.MONEY]),
    )
)


def favoured(question: str) -> re.Pattern[str] | None:
    """What a sentence that answers such a question often holds: a reason for why, an amount for what is cheaper."""
    return next((given for asked, given in _FAVOURED if asked.search(question)), None)


def quantity_asked(question: str) -> Quantity | None:
    """The kind of figure that alone would answer the question; None for one that words can answer."""
    flat = " ".join(question.replace("’", "'").split())
    return next((quantity for quantity, pattern in _ASKED if pattern.search(flat)), None)


def gives(quantity: Quantity, text: str) -> bool:
    """Whether the text holds a figure of the kind, whatever it is of."""
    return bool(_GIVES[quantity].search(text))
