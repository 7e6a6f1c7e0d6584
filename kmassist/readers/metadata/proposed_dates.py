"""Dates that a plain document seems to have, from the lines of its title page and its end: proposed, never taken unasked."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from itertools import islice

from kmassist.documents.correspondence import EARLIER
from kmassist.documents.document import Document
from kmassist.documents.proposal import Proposal
from kmassist.documents.source_types import LOCAL_TYPES, SourceType
from kmassist.readers.metadata.guidance import Stated, stated_date, stated_review
from kmassist.readers.metadata.proposal_rules import patterns
from kmassist.readers.metadata.title_page import is_issuer, only_dates, pieces
from kmassist.text import clock
from kmassist.text.dates import parse_date, parse_period
from kmassist.text.shipped import english

FRONT, _BACK = 4_000, 1_500
_TITLE_LINES = 14
"""Lines at the beginning, and a third of them at the end, among which titles, dates and issuers stand alone."""
_SHORT_LINE = 90
_HEAD_LINES = 3
"""Lines at the top that say what the document is, however long they are."""
_LINE = re.compile(r"[^\n]+")
_ROW = re.compile(r"; [^;:]{1,80}: \S")


def parts_of(document: Document) -> Iterator[tuple[int, str]]:
    """The beginning and the end of the text with the offsets at which they begin."""
    text = document.text
    yield 0, text[:FRONT]
    if len(text) > FRONT:
        start = max(FRONT, len(text) - _BACK)
        yield start, text[start:]


def lines_of(document: Document) -> Iterator[tuple[int, str]]:
    """The lines of the title page and the last ones, with their offsets; not those of mails that it answers."""
    lines = (
        (match.start(), match.group())
        for match in _LINE.finditer(document.text)
        if document.apparatus_at(match.start()) not in (EARLIER, "notice")
    )
    yield from islice(lines, _TITLE_LINES)
    yield from deque(lines, maxlen=_TITLE_LINES // 3)


def propose_dates(document: Document, kind: SourceType | None) -> Iterator[Proposal]:
    """The date on a short line of its own at the beginning or end: when people were heard, for what a service made itself.

    A period is what the evidence of such a document is of; a date beside it is the document's.
    """
    if document.metadata.dated:
        return
    hears = _sentences_that_hear(document) if kind in (SourceType.PPI, SourceType.FLK) else ()
    dated = [*_alone(document, kind), *(found for piece in hears for found in _dated(*piece, kind))]
    days = [found for found in dated if not found.is_period]
    periods = [found for found in dated if found.is_period] if kind in LOCAL_TYPES else []
    if kind in LOCAL_TYPES:
        told = {"evidence_date": periods or days, "published": days if periods else []}
    else:
        told = {"published": days}
    if kind is not SourceType.PUB and (stated := stated_date(document.text[:FRONT])):
        told["published"] = [stated]
    if not any(told.values()):
        told = {"published": list(_years(document))}
    for field, found in told.items():
        for one in found[:1]:
            yield Proposal(field=field, value=one.date, quote=one.words, start=one.start)


def was_reviewed(review: Stated, kind: SourceType | None) -> bool:
    """Whether the review that a document states is what it tells of itself, as that of an event is, and not to come."""
    return kind in LOCAL_TYPES and review.date <= clock.today().isoformat()


def _alone(document: Document, kind: SourceType | None) -> Iterator[Stated]:
    """Dates of the title page and the last lines: those on short lines or alone between commas, then those inside a sentence."""
    told: list[Stated] = []
    for number, (start, line) in enumerate(lines_of(document)):
        if _ROW.search(line) and any(s.start <= start < s.end for s in document.composed):
            continue  # what a row of a table is of, or when something is due
        parts = [(at, part) for at, part in pieces(line, at_commas=True) if only_dates(part)]
        if not parts and (len(line) <= _SHORT_LINE or number < _HEAD_LINES):
            parts = list(pieces(line))
        found = (date for at, part in parts for date in _dated(start + at, part, kind))
        if line.endswith(".") and not all(only_dates(part) for _, part in parts):
            told += found
        else:
            yield from found
    yield from told


def _years(document: Document) -> Iterator[Stated]:
    """Years that stand alone beside the name of a body: "Finance team, Ashcombe Hospitals NHS Trust, 2023"."""
    for start, line in lines_of(document):
        parts = list(pieces(line, at_commas=True))
        if any(is_issuer(part) for _, part in parts):
            years = ((at, part) for at, part in parts if re.fullmatch(r"(?:19|20)\d\d", part))
            yield from (Stated(start + at, year, year) for at, year in years)


def _dated(start: int, text: str, kind: SourceType | None) -> Iterator[Stated]:
    """The date or the period that words say, where they are not about what is to come, as the next review or audit."""
    if (review := stated_review(text)) and not was_reviewed(review, kind):
        text = text[: review.start]
    if again := english("metadata", "says_what_is_to_come").search(text):
        text = text[: again.start()]
    begin, end = parse_period(text)
    if begin and end and begin < end and english("metadata", "year_alone").search(text):
        yield Stated(start, text, end, is_period=True)
        return
    match = english("metadata", "date_of_a_month").search(text) or (
        english("metadata", "line_of_a_short_date").search(text.strip())
    )
    if match and (date := parse_date(match["date"])) and len(date) > 4:
        yield Stated(start + match.start("date"), match["date"], date)


def _sentences_that_hear(document: Document) -> Iterator[tuple[int, str]]:
    tell = (*patterns("heard"), *patterns("method"))
    for start, text in parts_of(document):
        for match in re.finditer(r"[^.\n]+", text):
            if any(pattern.search(match.group()) for pattern in tell):
                yield start + match.start(), match.group()
