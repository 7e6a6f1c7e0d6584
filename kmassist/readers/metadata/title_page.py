"""What a line of a title page is: the name of a body, a date, or something else. Pure functions of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kmassist.documents.names import calls_itself_a_body, is_body
from kmassist.text.shipped import english

_DATE = english("metadata", "date_of_a_month").pattern
_APART = r"\s*[|•]\s*|\s+[–—-]\s+|(?<=[.;])\s+"
_COMMAS = rf"{_APART}|,\s*"


def pieces(line: str, *, at_commas: bool = False) -> Iterator[tuple[int, str]]:
    """What stands by itself on a line, between bars, dashes, sentences and, if wanted, commas, with where it begins."""
    at = 0
    for part in re.split(_COMMAS if at_commas else _APART, line):
        at = line.index(part, at)
        if part:
            yield at, part


def names_body(words: str) -> bool:
    """Whether words name a body, and not a post in one."""
    is_post = english("metadata", "begins_with_a_post").match(words) is not None
    return is_body(words) and calls_itself_a_body(words) and not is_post


def without_date(line: str) -> str:
    """A line of a title page without the date or number at its end: "Elm Voices Partnership, March 2025"."""
    return re.sub(
        rf"^[©\s]+|[\s,|·•–-]+\(?(?:{_DATE}|(?:19|20)\d\d|\+?\d[\d ()]{{8,}})\)?$",
        "",
        line,
        flags=re.I,
    )


def is_issuer(line: str) -> bool:
    """Whether a line is a body's name and nothing else: each word of weight begins with a capital, nothing interrupts it."""
    words = [word for word in re.findall(r"[\w’'-]+", line) if len(word) > 3]
    if (
        len(line) > 80
        or not words
        or not all(word[0].isupper() for word in words)
        or re.search(r"[.:;?!|•]|\d", line)
    ):
        return False
    return names_body(line) or (
        len(words) > 1 and re.search(r"\b[B-DF-HJ-NP-TV-XZ]{3,}\b", line) is not None
    )


def is_address(line: str) -> bool:
    """Whether a line is where somebody is to be found: several names between commas and nothing else."""
    parts = [part for _, part in pieces(line, at_commas=True)]
    words = [word for part in parts for word in re.findall(r"[^\W\d_][\w’'-]{3,}", part)]
    return len(parts) > 2 and bool(words) and all(word[0].isupper() for word in words)


def made_by(line: str) -> Iterator[tuple[int, str]]:
    """The body by which something was made or held, inside a line, with where it begins: "A report by the Elm Voices Partnership"."""
    for match in english("metadata", "made_by_somebody").finditer(line):
        who, _, whom = match["who"].partition(" for ")
        body = who if names_body(who) and names_body(whom) else match["who"]
        if is_issuer(body) and names_body(body):
            yield match.start("who"), body


def only_dates(line: str) -> bool:
    """Whether a line is a date, perhaps with a weekday or a time, and not a title that has one."""
    rest = re.sub(_DATE, "", line, flags=re.I)
    return rest != line and len(re.findall(r"[^\W\d_]{3,}", rest)) < 3


def stands_alone(line: str, before: str) -> bool:
    """Whether a line names a body or a date and nothing else, and the line before it does not lead to it."""
    if english("readers", "goes_on_in_the_next_line").search(before):
        return False
    is_named = is_issuer(line) and names_body(line)
    return is_named or re.fullmatch(_DATE, line, re.I) is not None
