"""Labelled lines ("Number heard: 23") that a report carries in its own text, as metadata."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kmassist.documents import Document, SourceType
from kmassist.readers.dates import parse_date, parse_period
from kmassist.readers.provenance import Layer

_LINE = re.compile(r"^(?:[-•*]\s*)?([A-Z][A-Za-z/&'’() -]{2,48}?)\s*:\s+(\S.{0,600})$", re.M)
_MAX_LINES = 400


def _number(text: str) -> int | None:
    match = re.match(r"\D{0,20}?(\d{1,3}(?:,\d{3})+|\d+)(?![\d.]*\d*%)", text)
    return int(match.group(1).replace(",", "")) if match else None


def _list(text: str) -> list[str]:
    parts = re.split(r"\s*;\s*" if ";" in text else r",\s*(?:and\s+)?|\s+and\s+", text.strip().rstrip("."))
    return [part for part in parts if part]


def _text(text: str) -> str:
    return text.strip()


def _months(text: str) -> float | None:
    match = re.search(r"(\d+(?:\.\d+)?)\s*(month|week|year)", text)
    if not match:
        return None
    return round(float(match.group(1)) * {"month": 1.0, "week": 12 / 52, "year": 12.0}[match.group(2)], 1)


_Rule = tuple[str, str, str, Callable[[str], Any]]
# Words of the label (a regular expression on the folded label), the record or "" for the document itself, field, conversion.
_RULES: dict[SourceType | None, tuple[_Rule, ...]] = {
    SourceType.PPI: (
        (
            r"who (was|were|we) (heard|involved|spoke.*|took part)|people heard|participants|who took part|who we heard( from)?",
            "ppi",
            "who",
            _text,
        ),
        (
            r"(number|how many)( of)?( people)?( heard| involved| who took part| responding)?|number of (participants|women|responses)|responses",
            "ppi",
            "number",
            _number,
        ),
        (r"groups?( heard| represented)?", "ppi", "groups", _list),
        (r"(who was )?not heard|groups not (heard|reached)|who was missing|not represented", "ppi", "not_heard", _list),
        (r"methods?|how we (listened|asked)|how", "ppi", "method", _text),
        (r"(how )?(they were )?recruited|recruitment", "ppi", "recruited", _text),
        (r"aims?|purpose", "ppi", "aim", _text),
        (r"what (has )?changed|changes? made|influence|you said,? we did|impact", "ppi", "changed", _text),
        (r"reflections?", "ppi", "reflections", _text),
    ),
    SourceType.FLK: (
        (
            r"roles?|who (was|were) (heard|involved|there|present)|who took part|staff groups?|present",
            "frontline",
            "roles",
            _list,
        ),
        (
            r"(number|how many)( of)?( staff| people)?( heard| involved| present| who took part)?|attendance",
            "frontline",
            "number",
            _number,
        ),
        (r"methods?|format|how", "frontline", "method", _text),
    ),
    SourceType.SVE: (
        (r"sites?|number of sites", "evaluation", "sites", _number),
        (r"(duration|length|months)( of (the )?pilot)?|ran for", "evaluation", "months", _months),
        (r"comparator|compared with|comparison", "evaluation", "comparator", _text),
        (r"outcomes?( measured)?|measures", "evaluation", "outcomes", _list),
        (r"context|setting", "evaluation", "context", _text),
    ),
    SourceType.ECO: (
        (r"perspective", "economic", "perspective", _text),
        (r"price year|cost year|prices?", "economic", "price_year", _number),
        (r"currency", "economic", "currency", _text),
        (r"country", "economic", "country", _text),
        (r"(time )?horizon", "economic", "horizon", _text),
    ),
    None: (
        (r"issuer|issued by|published by|publisher|organisation", "", "issuer", _text),
        (
            r"published|publication date|date (published|of publication|of report|issued)|report date|issued",
            "",
            "published",
            parse_date,
        ),
        (r"evidence date|search date|date of search|searched (to|until)", "", "evidence_date", parse_date),
        (r"review (by|date|due)|next review|due for review", "", "review_by", parse_date),
        (r"version", "", "version", _text),
        (r"status", "", "status", _text),
        (r"country", "", "country", _text),
        (r"licen[cs]e", "", "licence", _text),
        (r"funding|funded by|funder", "", "funding", _text),
        (r"(trial )?registration( number)?", "", "registration", _text),
        (r"superseded by|replaced by", "", "superseded_by", _text),
    ),
}
_PERIOD = re.compile(
    r"(audit |reporting |data |collection )*period( covered)?|data collect(ed|ion)( period)?|dates?( held| heard| of (listening|event|meeting|data collection))?|when|held",
    re.I,
)
_PERIOD_TYPES = (SourceType.AUD, SourceType.PPI, SourceType.FLK, SourceType.SVE)


_DATE = (
    r"(?P<date>(?:\d{1,2}(?:st|nd|rd|th)? )?(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December),? \d{4}|\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d\d(?:-\d\d)?)"
)
# What a guideline or a report says of itself in running words near its beginning: field, pattern.
_SAID = (
    (
        "review_by",
        re.compile(rf"\b(?:review (?:is )?(?:due|by|date)|(?:next|due for) review)(?: on| in| by| is)?:? {_DATE}", re.I),
    ),
    (
        "published",
        re.compile(
            rf"\b(?:approved|ratified|issued|published|agreed)(?: on| in| by the [\w ]{{3,40}} (?:on|in))?:? {_DATE}", re.I
        ),
    ),
)
_SAID_VERSION = re.compile(r"\bversion:? (?P<version>\d+(?:\.\d+)*)\b", re.I)
_HEARD = re.compile(
    rf"[^.\n]*\b(?:met|held|heard|spoke|took part|attended|listening|focus groups?|interview\w*|survey\w*|huddle|debrief)\b[^.\n]*?\b"
    rf"(?:on|in) {_DATE}|\b(?:on|in) (?P<first>{_DATE.removeprefix('(?P<date>').removesuffix(')')})[^.\n]*\b(?:met|heard|spoke|took part|attended)\b",
    re.I,
)
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
        found = parse_date((heard.group("date") or heard.group("first")).replace(",", "")) if heard else None
        if found:
            values["evidence_date"] = found
    return Layer("detected", values)


def label_layer(document: Document, source_type: SourceType | None) -> Layer:
    """What the labelled lines of a document say, for its source type, as a layer of detected values.

    The first line of each label counts. ``Period: January to March 2026`` of a local document gives the evidence date.
    """
    values: dict[str, Any] = {}
    rules = (*_RULES.get(source_type, ()), *_RULES[None])
    for count, match in enumerate(_LINE.finditer(document.text)):
        if count >= _MAX_LINES:
            break
        label, value = match.group(1).strip().casefold(), match.group(2)
        if source_type in _PERIOD_TYPES and _PERIOD.fullmatch(label):
            end = parse_period(value)[1]
            if end:
                values.setdefault("evidence_date", end)
            continue
        for pattern, record, field, convert in rules:
            if re.fullmatch(pattern, label):
                found = convert(value)
                if found not in (None, "", []):
                    target = values.setdefault(record, {}) if record else values
                    target.setdefault(field, found)
                break
    return Layer("detected", values)
