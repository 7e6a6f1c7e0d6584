"""Labelled lines ("Number heard: 23") that a report carries in its own text, as metadata."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kmassist.documents.document import Document, SourceType
from kmassist.documents.source_types import LOCAL_TYPES
from kmassist.readers.metadata.provenance import Layer
from kmassist.text.dates import parse_date, parse_period
from kmassist.text.shipped import english

_LINE = re.compile(r"^(?:[-•*]\s*)?([A-Z][A-Za-z/&'’() -]{2,48}?)\s*:\s+(\S.{0,600})$", re.M)
_ROW = re.compile(r"; [A-Z][^;:.]{1,48}: \S")
_NEXT_LABEL = re.compile(r"(?<=[.|])\s+(?=[A-Z][A-Za-z/&'’() -]{2,48}?:\s)")
_MAX_LINES = 400


def _number(text: str) -> int | None:
    match = re.match(r"\D{0,20}?(\d{1,3}(?:,\d{3})+|\d+)(?![\d.]*\d*%)", text)
    return int(match.group(1).replace(",", "")) if match else None


def _list(text: str) -> list[str]:
    parts = re.split(
        r"\s*;\s*" if ";" in text else r",\s*(?:and\s+)?|\s+and\s+", text.strip().rstrip(".")
    )
    return [part for part in parts if part]


def _text(text: str) -> str:
    return text.strip()


def _months(text: str) -> float | None:
    match = english("metadata", "length_of_time").search(text)
    if not match:
        return None
    return round(
        float(match.group(1)) * {"month": 1.0, "week": 12 / 52, "year": 12.0}[match.group(2)], 1
    )


_Rule = tuple[str, str, Callable[[str], Any]]
# The record or "" for the document itself, its field, how the words become its value. Which label says so stands in
# data/english/metadata.yaml, `label_of_RECORD_FIELD`.
_RULES: dict[SourceType | None, tuple[_Rule, ...]] = {
    SourceType.PPI: (
        ("ppi", "who", _text),
        ("ppi", "number", _number),
        ("ppi", "groups", _list),
        ("ppi", "not_heard", _list),
        ("ppi", "method", _text),
        ("ppi", "recruited", _text),
        ("ppi", "aim", _text),
        ("ppi", "changed", _text),
        ("ppi", "reflections", _text),
    ),
    SourceType.FLK: (
        ("frontline", "roles", _list),
        ("frontline", "number", _number),
        ("frontline", "method", _text),
    ),
    SourceType.SVE: (
        ("evaluation", "sites", _number),
        ("evaluation", "months", _months),
        ("evaluation", "comparator", _text),
        ("evaluation", "outcomes", _list),
        ("evaluation", "context", _text),
    ),
    SourceType.ECO: (
        ("economic", "perspective", _text),
        ("economic", "price_year", _number),
        ("economic", "currency", _text),
        ("economic", "country", _text),
        ("economic", "horizon", _text),
    ),
    None: (
        ("", "issuer", _text),
        ("", "published", parse_date),
        ("", "evidence_date", parse_date),
        ("", "review_by", parse_date),
        ("", "version", lambda text: text.strip().removesuffix(".")),
        ("", "status", _text),
        ("", "country", _text),
        ("", "licence", _text),
        ("", "funding", _text),
        ("", "registration", _text),
        ("", "superseded_by", _text),
    ),
}
_PERIOD = english("metadata", "label_of_a_period")


# What a guideline or a report says of itself in running words near its beginning: field, pattern.
_SAID = (
    (
        "review_by",
        english("metadata", "says_when_to_review"),
    ),
    (
        "published",
        english("metadata", "says_when_approved"),
    ),
)
_SAID_VERSION = english("metadata", "says_its_version")
_HEARD = english("metadata", "says_when_people_were_heard")
_BEGINNING = 2_500


def said_layer(document: Document, source_type: SourceType | None) -> Layer:
    """Dates and version that a document states in running words near its beginning ("approved 3 February 2024")."""
    text, values = document.text[:_BEGINNING], dict[str, Any]()
    if source_type in (SourceType.GDL, SourceType.POL):
        for field, pattern in _SAID:
            match = pattern.search(text)
            found = parse_date(match.group("date").replace(",", "")) if match else None
            if found:
                values[field] = found
        if version := _SAID_VERSION.search(text):
            values["version"] = version.group("version")
    if source_type in (SourceType.PPI, SourceType.FLK):
        heard = _HEARD.search(text)
        found = (
            parse_date((heard.group("date") or heard.group("first")).replace(",", ""))
            if heard
            else None
        )
        if found:
            values["evidence_date"] = found
    return Layer("detected", values)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value that a label gives: the record or "" for the document itself, its field, and where label and words begin."""

    record: str
    field: str
    value: Any
    start: int
    words: str


def labelled(document: Document, source_type: SourceType | None) -> Iterator[Labelled]:
    """What the labels of a document say for its source type, in the order of its text.

    ``Period: January to March 2026`` of a local document gives the evidence date.
    """
    rules = (*_RULES.get(source_type, ()), *_RULES[None])
    for start, name, value in islice(_labels(document.text), _MAX_LINES):
        words, label = f"{name}: {value}", name.strip().casefold()
        if source_type in LOCAL_TYPES and _PERIOD.fullmatch(label):
            if end := parse_period(value)[1]:
                yield Labelled("", "evidence_date", end, start, words)
            continue
        for record, field, convert in rules:
            if english("metadata", f"label_of_{record or 'document'}_{field}").fullmatch(label):
                found = convert(value)
                if found not in (None, "", []):
                    yield Labelled(record, field, found, start, words)
                break


def _labels(text: str) -> Iterator[tuple[int, str, str]]:
    """Where each label begins, itself and its words: those of a line, or those that follow each other on one."""
    for line in re.finditer(r"[^\n]+", text):
        if _ROW.search(line.group()):
            continue  # a row of a table, each value with its heading
        at = 0
        for part in _NEXT_LABEL.split(line.group()):
            at = line.group().index(part, at)
            if match := _LINE.match(part):
                yield line.start() + at, match.group(1), match.group(2).rstrip(" |")


def label_layer(document: Document, source_type: SourceType | None) -> Layer:
    """What the labels of a document say, for its source type, as a layer of detected values; the first of each counts."""
    values: dict[str, Any] = {}
    for said in labelled(document, source_type):
        target = values.setdefault(said.record, {}) if said.record else values
        target.setdefault(said.field, said.value)
    return Layer("detected", values)
