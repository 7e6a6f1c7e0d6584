"""Which questions are about the library itself, and words that ask for nothing. The patterns are data/corpus_questions.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from kmassist.question.typed_commands import typed_command
from kmassist.text.shipped import english, shipped_data
from kmassist.text.words import words


@dataclass(frozen=True, slots=True)
class CorpusQuestion:
    """What is to be listed: the part of the data file that matched, and the words it looks for."""

    lists: str
    looked_for: Mapping[str, str]


@cache
def corpus_question_data() -> Mapping[str, Any]:
    """The patterns with their examples, by what is listed; small talk with its replies; small words of other languages."""
    return shipped_data("corpus_questions.yaml")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    parts = (
        (part, rows)
        for part, rows in corpus_question_data().items()
        if part not in {"small_talk", "languages"}
    )
    return tuple((part, re.compile(row["pattern"], re.I)) for part, rows in parts for row in rows)


def read_corpus_question(question: str) -> CorpusQuestion | None:
    """What a question about the library asks to be listed; None for a question about anything else."""
    flat = _flat(question)
    for part, pattern in _patterns():
        if match := pattern.search(flat):
            named = {name: said.strip() for name, said in match.groupdict().items() if said}
            return CorpusQuestion(part, named)
    return None


def reply_to_small_talk(question: str) -> str:
    """What is said to thanks, a greeting, a wish to rewrite or compare, or a command; empty for a question."""
    command = typed_command(question)
    return command.says if command else str(_small_talk(question).get("reply", ""))


def wish_for_last_answer(question: str) -> tuple[str, str]:
    """What is wanted of the answer before (``short`` or ``compare``), and what is said with it; empty for anything else."""
    row = _small_talk(question)
    return str(row.get("does", "")), str(row.get("reply_of_last", ""))


def _small_talk(question: str) -> Mapping[str, Any]:
    flat = _flat(question)
    rows = corpus_question_data()["small_talk"]
    return next((row for row in rows if re.search(row["pattern"], flat, re.I)), {})


_MONTHS = (
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
)  # fmt: skip
_COUNTED = english("question", "counted")
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "twelve": 12}
_DAYS = {"week": 7, "month": 31, "quarter": 92, "year": 365}


def period_start(question: str, today: date) -> str:
    """The day or month from which something is new: the date that is named, else so long ago as is said, else a year."""
    if iso := re.search(r"\b(20\d\d)-(\d\d)(?:-(\d\d))?\b", question):
        return iso.group()
    named = re.search(
        rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)? )?({'|'.join(_MONTHS)})(?: (20\d\d))?\b", question, re.I
    )
    if named:
        month = _MONTHS.index(named.group(2).lower()) + 1
        year = int(named.group(3) or today.year - (month > today.month))
        return f"{year}-{month:02}" + (f"-{int(named.group(1)):02}" if named.group(1) else "")
    if year_named := re.search(r"\b20\d\d\b", question):
        return year_named.group()
    if english("question", "this_year").search(question):
        return str(today.year)
    counted = _COUNTED.search(question)
    number, unit = (counted.group(1) or "1", counted.group(2).lower()) if counted else ("1", "year")
    count = int(number) if number.isdigit() else _NUMBERS.get(number.lower(), 1)
    return (today - timedelta(days=count * _DAYS[unit])).isoformat()


_LEAST_SHARE, _LEAST_WORDS = 0.35, 2


def language_not_read(question: str) -> str:
    """The name of the language when a question is not in English but in one that is known by its small words; else empty."""
    found = words(question)
    shares = {
        language: sum(word in set(small) for word in found)
        for language, small in corpus_question_data()["languages"].items()
    }
    language = max(shares, key=lambda name: shares[name])
    is_other = shares[language] >= max(_LEAST_WORDS, _LEAST_SHARE * len(found))
    return str(language).capitalize() if is_other else ""


def _flat(question: str) -> str:
    return " ".join(question.replace("’", "'").split())
