"""Dates that a plain document seems to have, from the lines of its title page and its end: proposed, never taken unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kmassist.documents.document import Document
from kmassist.documents.proposal import Proposal
from kmassist.documents.source_types import LOCAL_TYPES, SourceType
from kmassist.readers.metadata.dates import parse_date, parse_period
from kmassist.readers.metadata.guidance import stated_date, stated_review
from kmassist.readers.metadata.proposal_rules import patterns
from kmassist.readers.metadata.title_page import is_issuer, only_dates, pieces
from kmassist.text.shipped import english

FRONT, _BACK = 4_000, 1_500
_TITLE_LINES = 14
"""Lines at the beginning, and a third of them at the end, among which titles, dates and issuers stand alone."""
_SHORT_LINE = 90
_DATE = english("metadata", "date_of_a_month").pattern


def parts_of(document: Document) -> Iterator[tuple[int, str]]:
    """The beginning and the end of the text with the offsets at which they begin."""
    text = document.text
    yield 0, text[:FRONT]
    if len(text) > FRONT:
        start = max(FRONT, len(text) - _BACK)
        yield start, text[start:]


def lines_of(document: Document) -> Iterator[tuple[int, str]]:
    """The lines of the title page and the last ones, with their offsets."""
    lines = [(match.start(), match.group(0)) for match in re.finditer(r"[^\n]+", document.text)]
    yield from lines[:_TITLE_LINES]
    yield from lines[max(_TITLE_LINES, len(lines) - _TITLE_LINES // 3) :]


def propose_dates(document: Document, kind: SourceType | None) -> Iterator[Proposal]:
    """The date on a short line of its own at the beginning or end: when people were heard, for what a service made itself.

    A period is what the evidence of such a document is of; a date beside it is the document's.
    """
    if document.metadata.dated:
        return
    hears = _sentences_that_hear(document) if kind in (SourceType.PPI, SourceType.FLK) else []
    dated = [*_alone(document), *(found for piece in hears for found in _dated(*piece))]
    days = [found for found in dated if not found.is_period]
    periods = [found for found in dated if found.is_period] if kind in LOCAL_TYPES else []
    if kind in LOCAL_TYPES:
        told = {"evidence_date": periods or days, "published": days if periods else []}
    else:
        told = {"published": days}
    if kind is not SourceType.PUB and (stated := stated_date(document.text[:FRONT])):
        told["published"] = [_Dated(stated.start, stated.words, stated.date, is_period=False)]
    if not any(told.values()):
        told = {"published": list(_years(document))}
    for field, found in told.items():
        for one in found[:1]:
            yield Proposal(field=field, value=one.date, quote=one.words, start=one.start)


@dataclass(frozen=True, slots=True)
class _Dated:
    """Words that say a date or, by its last day, a period, and where they begin."""

    start: int
    words: str
    date: str
    is_period: bool


def _alone(document: Document) -> Iterator[_Dated]:
    """Dates of the title page and the last lines: those on short lines or alone between commas, then those inside a sentence."""
    told: list[_Dated] = []
    for start, line in lines_of(document):
        parts = [(at, part) for at, part in pieces(line, at_commas=True) if only_dates(part)]
        if not parts and len(line) <= _SHORT_LINE:
            parts = list(pieces(line))
        found = (date for at, part in parts for date in _dated(start + at, part))
        if line.endswith(".") and not all(only_dates(part) for _, part in parts):
            told += found
        else:
            yield from found
    yield from told


def _years(document: Document) -> Iterator[_Dated]:
    """Years that stand alone beside the name of a body: "Finance team, Ashcombe Hospitals NHS Trust, 2023"."""
    for start, line in lines_of(document):
        parts = list(pieces(line, at_commas=True))
        if any(is_issuer(part) for _, part in parts):
            years = ((at, part) for at, part in parts if re.fullmatch(r"(?:19|20)\d\d", part))
            yield from (_Dated(start + at, year, year, False) for at, year in years)


def _dated(start: int, text: str) -> Iterator[_Dated]:
    """The date or the period that words say, where they are not about a review."""
    if review := stated_review(text):
        text = text[: review.start]
    begin, end = parse_period(text)
    if begin and end and begin < end and english("metadata", "year_alone").search(text):
        yield _Dated(start, text, end, True)
        return
    match = re.search(_DATE, text, re.I) or (
        english("metadata", "line_of_a_short_date").search(text.strip())
    )
    if match and (date := _as_date(match.group("date"))):
        yield _Dated(start + match.start("date"), match.group("date"), date, False)


def _sentences_that_hear(document: Document) -> list[tuple[int, str]]:
    found = []
    for start, text in parts_of(document):
        for match in re.finditer(r"[^.\n]+", text):
            if any(
                pattern.search(match.group(0))
                for pattern in (*patterns("heard"), *patterns("method"))
            ):
                found.append((start + match.start(), match.group(0)))
    return found


def _as_date(text: str) -> str | None:
    month = re.fullmatch(r"(\d{1,2})/((?:19|20)\d\d)", text)
    found = (
        f"{month.group(2)}-{int(month.group(1)):02d}"
        if month and 1 <= int(month.group(1)) <= 12
        else parse_date(text.replace(",", " "))
    )
    return found if found and len(found) > 4 else None
