"""What the columns of an audit table mean, and which way a criterion points: the words are in ``data/audit.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from kmassist.readers.content import one_line
from kmassist.text.dates import parse_period
from kmassist.text.shipped import english, shipped_data

MEASURED = frozenset(
    ["numerator", "denominator", "failed", "partial", "excluded", "fraction", "achieved", "stated"]
)
"""Kinds of column that hold a result; each may stand once for every round."""


_ASKED = english("readers", "heading_of_questions")


@cache
def _data() -> Mapping[str, Any]:
    return shipped_data("audit.yaml")


@cache
def _column_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["kind"], re.compile(row["pattern"])) for row in _data()["columns"])


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A named pattern of ``data/audit.yaml``, without regard to case."""
    return re.compile(_data()[name]["pattern"], re.I)


@cache
def _harms() -> tuple[tuple[re.Pattern[str], bool], ...]:
    """The listed outcomes whose better direction is plain, and whether more of it is better."""
    rows = shipped_data("outcomes.yaml").values()
    return tuple(
        (re.compile(rf"(?:{row['words']})", re.I), row["good"] == "increase")
        for row in rows
        if row["good"]
    )


def known_direction(criterion: str) -> bool | None:
    """Whether more is better, as far as a criterion's own words say so or name a harm; None when they do not."""
    if pattern("lower").search(criterion):
        return False
    if pattern("care").search(criterion):
        return None
    for outcome, is_good in _harms():
        if outcome.search(criterion) and (
            not is_good or pattern("reversed").search(outcome.sub("", criterion, count=1))
        ):
            return False
    return None


def names_amount(words: str) -> bool:
    """Whether a heading or criterion names an amount or a rate that is no percentage."""
    return bool(pattern("rate").search(words) or pattern("amount").search(words))


def looks_like_audit(header: Sequence[str]) -> bool:
    """Whether a table that is read as text has columns of an audit: a criterion beside a target or a result."""
    kinds = {column[0] for name in header if (column := _column(name, set()))}
    return bool(kinds & {"criterion", "standard"}) and bool(kinds & (MEASURED | {"target"}))


def means(heading: str) -> bool:
    """Whether a heading is known as that of a column of an audit."""
    return bool(meaning(heading))


def meaning(heading: str) -> str:
    """What a column of that heading holds, by itself; empty when it is not known."""
    return (_column(heading, set()) or ("",))[0]


def round_of(heading: Any) -> str:
    """The period or round that a heading names, as written: ``Q1 24/25`` of ``Q1 24/25 %``; empty without one."""
    words = one_line(str(heading if heading is not None else ""))
    start, end = _round_span(words)
    named = words[start:end].strip(" ()")
    return f"{named})" if "(" in named else named  # "Cycle 1 (Jan-Mar 2024)"


def period_of_round(label: str, above: str) -> str:
    """The period of the figures of a round, as "Q4" below "Audit 2024/25" or "Jul-25" have it: never that of all rounds."""
    own, whole = parse_period(label)[0], parse_period(above)
    if own and not all(date and date.startswith(own) for date in whole):
        return label
    quarter = f"{label} {above}"
    is_part = not own and parse_period(quarter) not in (whole, parse_period(f"- {above}"))
    return quarter if label and is_part else above or label


def _round_span(words: str) -> tuple[int, int]:
    """Where a heading names its round: the first words that do, with those that follow closely ("Cycle 1 (Jan-Mar 2024)")."""
    start = end = 0
    for match in pattern("round").finditer(words):
        if not end:
            start, end = match.span()
        elif english("readers", "between_words_of_a_round").fullmatch(words[end : match.start()]):
            end = match.end()
        else:
            break
    return start, end


def audit_columns(header: Sequence[Any]) -> dict[int, str] | None:
    """The meaning of each column, by its position; None when the header is not that of an audit table.

    It is one when there is a criterion and a way to know how many met it: numerator and denominator, yes and no, a
    fraction, or a percentage beside a target. Results of earlier rounds are ``achieved@0``, ``achieved@1`` ... in the
    order of the columns; those of the last round have the plain name. ``stated`` is a result that only its own "%"
    makes a percentage.
    """
    names = [one_line(str(cell if cell is not None else "")) for cell in header]
    found: dict[int, tuple[str, str]] = {}
    for position, name in enumerate(names):
        column = _column(name, set(found.values()))
        if column:
            found[position] = column
    _tell_yes_from_no(names, found)
    columns = _by_round(found)
    kinds = set(columns.values())
    if "criterion" not in kinds and "standard" in kinds:
        columns = {at: "criterion" if kind == "standard" else kind for at, kind in columns.items()}
    elif (
        "criterion" not in kinds
        and names
        and not names[0]
        and {"numerator", "denominator"} <= kinds
    ):
        columns[0] = "criterion"
    kinds = set(columns.values())
    if "target" in kinds and "numerator" in kinds and not kinds & {"denominator", "failed"}:
        columns = {at: _stated(kind, names[at]) for at, kind in columns.items()}
        kinds = set(columns.values())
    is_measured = (
        {"numerator", "denominator"} <= kinds
        or {"numerator", "failed"} <= kinds
        or "fraction" in kinds
        or ("target" in kinds and bool(kinds & {"achieved", "stated"}))
    )
    asked = next((names[at] for at, kind in columns.items() if kind == "criterion"), "")
    # What people answered to a question is a survey's: an audit has cases that were left out, a target or a standard.
    is_poll = kinds == {"criterion", "numerator", "failed"} and bool(_ASKED.match(asked))
    return columns if "criterion" in kinds and is_measured and not is_poll else None


def _stated(kind: str, name: str) -> str:
    is_number = english("readers", "heading_of_a_count").search(name)
    return "stated" if kind == "numerator" and not is_number else kind


def _tell_yes_from_no(names: Sequence[str], found: dict[int, tuple[str, str]]) -> None:
    """A column "No" is a number of the row, but beside "Yes" it holds the cases that failed."""
    folded = [name.casefold().strip(" :*") for name in names]
    if "yes" in folded and "no" in folded:
        found[folded.index("no")] = ("failed", "")


def _by_round(found: Mapping[int, tuple[str, str]]) -> dict[int, str]:
    """Kinds by position; of several rounds the latest has plain names and the others are numbered."""
    labels = list(dict.fromkeys(label for kind, label in found.values() if kind in MEASURED))
    if "" in labels or len(labels) < 2:
        latest = "" if "" in labels else next(iter(labels), "")
    else:
        ends = [parse_period(label)[1] for label in labels]
        known = [end for end in ends if end]
        latest = labels[ends.index(max(known))] if len(known) == len(labels) else labels[-1]
    earlier = [label for label in labels if label != latest]
    return {
        at: f"{kind}@{earlier.index(label)}" if kind in MEASURED and label in earlier else kind
        for at, (kind, label) in found.items()
    }


def _column(words: str, taken: set[tuple[str, str]]) -> tuple[str, str] | None:
    """Kind and round of a heading. N (all cases) is told from n by its case."""
    label = round_of(words)
    start, end = _round_span(words)
    bare = re.sub(r"\s+", " ", f"{words[:start]} {words[end:]}").strip(" ,:*-–")
    if bare == "N" or english("readers", "heading_of_all_cases").fullmatch(bare):
        return None if ("denominator", label) in taken else ("denominator", label)
    for name, heading in ((words, ""), (bare, label)):
        folded = re.sub(r"\s+", " ", name.replace("_", " ").casefold()).strip(" :*")
        for kind, column in _column_patterns():
            key = (kind, heading if kind in MEASURED else "")
            if key not in taken and folded and column.fullmatch(folded):
                return key
    # A heading that is nothing but a period holds results where each of them says that it is a percentage.
    return ("stated", label) if label and not bare and ("stated", label) not in taken else None
