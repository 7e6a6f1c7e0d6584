"""What a guideline, protocol or procedure says of itself: kind, issuer, title, version, and the date of *this* version.

The patterns are data (``data/guidance.yaml``), each with examples it takes and some it must not. A date of the future, of the
first edition or of an older row of a version history is never the date of this version; where nothing is stated, nothing is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from kmassist.documents.document import Document, SourceType
from kmassist.documents.names import is_body
from kmassist.readers.metadata.kinds import likeliest
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.metadata.title_page import pieces
from kmassist.text import clock
from kmassist.text.dates import parse_date
from kmassist.text.shipped import english, shipped_data

_FRONT, _FIRST, _BACK = 4_000, 700, 4_000
_KIND_LINES, _KIND_LENGTH = 8, 90
_DATE = english("metadata", "date_in_guidance").pattern
_NOT_OF_THIS = english("metadata", "date_of_another_version")
_LABELLED = english("metadata", "begins_a_place")
_ROW = english("metadata", "row_of_a_version_history")
_TOP_LINES = 6
_STRONG = 5
"""How many of the patterns of ``published`` are surer than the last row of a version history."""
_CONNECTING = english("metadata", "leads_to_a_name")


@dataclass(frozen=True, slots=True)
class _Data:
    kinds: tuple[tuple[SourceType | None, re.Pattern[str]], ...]
    studies: tuple[re.Pattern[str], ...]
    dates: dict[str, tuple[re.Pattern[str], ...]]
    version: tuple[re.Pattern[str], ...]
    title: tuple[re.Pattern[str], ...]
    generic: frozenset[str]
    issuers: tuple[tuple[str, re.Pattern[str]], ...]
    bodies: tuple[re.Pattern[str], ...]


def guidance_data() -> dict[str, Any]:
    """The file of patterns as it stands."""
    return shipped_data("guidance.yaml")


def date_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of the data file with the form of a date in the place of ``{date}``."""
    return re.compile(r"(?<!\w)" + pattern.replace("{date}", _DATE), re.I)


@cache
def _data() -> _Data:
    data = guidance_data()

    def plain(name: str, flags: int = re.I) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(item["pattern"], flags) for item in data[name])

    return _Data(
        kinds=(
            *(
                (SourceType(kind), re.compile(item["pattern"], re.I))
                for kind, items in data["kinds"].items()
                for item in items
            ),
            *((None, pattern) for pattern in plain("policies")),
        ),
        studies=plain("studies"),
        dates={
            name: tuple(date_pattern(item["pattern"]) for item in data[name])
            for name in ("published", "review_by", "first_published")
        },
        version=plain("version"),
        title=plain("title"),
        generic=frozenset(data["generic_words"].split()),
        issuers=tuple((item["name"], re.compile(item["pattern"])) for item in data["issuers"]),
        bodies=plain("bodies", 0),
    )


def is_generic_title(title: str) -> bool:
    """Whether a title names only a series, an issuer or a kind, as "Trust clinical guideline" does, and no subject."""
    words = re.findall(r"[^\W\d_][\w'’-]*", title.casefold())
    return all(len(word) < 2 or word in _data().generic for word in words)


def names_provider(words: str) -> bool:
    """Whether words are the whole name of a trust, a health board or a local system."""
    return any(pattern.fullmatch(words) for pattern in _data().bodies)


def labelled_title(text: str) -> str:
    """The title that a line near the beginning gives with its label; empty without one."""
    for pattern in _data().title:
        for match in re.finditer(rf"(?m)^{pattern.pattern}", text[:_FRONT], re.I):
            found = match["title"].strip(" .:;")
            if not is_generic_title(found):
                return found
    return ""


def guidance_layer(
    document: Document, source_type: SourceType | None, title: str, running: Sequence[str] = ()
) -> Layer:
    """What a guideline or a policy says of itself, one of unknown kind too that says it is one; of others what their running lines say.

    Args:
        running: lines that repeat on its pages and are not in its text.
    """
    if source_type is SourceType.PUB:
        return Layer("detected")
    kind = source_type or find_kind(document.text, title, running)
    is_guidance = kind in (SourceType.GDL, SourceType.POL)
    told = _told(document, running) if is_guidance else "\n".join(running)
    published, review = find_published(told), find_review(told)
    if not published and (updated := stated_date(document.text[:_FRONT], surest=1)):
        published = updated.date  # also beside "Published", which then is the first time
    # Drafts are named so, and numbered, in the names of their files alone.
    named = re.sub(r"_", " ", document.source_name.rpartition(".")[0]) if is_guidance else ""
    is_draft = english("metadata", "says_it_is_a_draft").search(f"{title} {named}")
    values = {
        "source_type": kind,
        "published": published,
        "review_by": review if review and (not published or review > published) else None,
        "version": find_version(told) or find_version(named),
        "status": (_withdrawn(told) or ("draft" if is_draft else "")) if is_guidance else "",
        "issuer": find_issuer(document.text, title, running) if is_guidance else "",
    }
    return Layer("detected", {name: value for name, value in values.items() if value})


def _withdrawn(told: str) -> str:
    """The line at the top, or at the head of each page, that says a document is out of force."""
    lines = (line.strip() for line in told.split("\n") if line.strip())
    says = english("metadata", "says_it_is_withdrawn")
    return next((line for line in islice(lines, _TOP_LINES) if says.match(line)), "")


def find_kind(text: str, title: str, running: Sequence[str] = ()) -> SourceType | None:
    """The kind of source that the title, a running head or one of the first lines names; None for studies and silence."""
    data = _data()
    if any(pattern.search(title) for pattern in data.studies):
        return None
    first = [line for line in text[:_FRONT].split("\n") if line.strip()][:_KIND_LINES]
    heads = (english("metadata", "version_in_a_head").split(line)[0] for line in running)
    lines = [title, *(part for line in heads for _, part in pieces(line)), *first]
    for kind, pattern in data.kinds:
        for line in lines:
            label, colon, rest = line.partition(": ")
            is_label = bool(colon) and not english("metadata", "label_of_a_kind").search(label)
            short = (
                rest if colon and english("metadata", "label_of_a_title").search(label) else line
            )
            said = english("metadata", "kind_in_a_label").search(label) if colon else None
            if said and pattern.search(said["kind"]):
                return kind or _rules_of(text)
            if (
                len(short) <= _KIND_LENGTH
                and not is_label
                and pattern.search(" ".join(short.split()))
            ):
                return kind or _rules_of(text)
    return None


def _rules_of(text: str) -> SourceType:
    """Whether the rules of a policy are of care or of the service."""
    return likeliest(text, (SourceType.GDL, SourceType.POL)).kind


def _told(document: Document, running: Sequence[str]) -> str:
    """The places where a document is about itself: running heads, its beginning, its version log, its end."""
    text = document.text
    listed = [a for a in document.apparatus if a.kind == "references"]
    end = min((a.start for a in listed if a.start > _FRONT), default=len(text))
    control = [text[a.start : a.end] for a in document.apparatus if a.kind == "document control"]
    back = text[max(_FRONT, len(text) - _BACK) :] if end == len(text) else ""
    parts = [*running, text[: min(_FRONT, end)], *control, back]
    return "\n".join(re.sub(r"[ \t\u00a0\u2009\u202f]+", " ", part) for part in parts)


@dataclass(frozen=True, slots=True)
class Stated:
    """A date, or a period by its last day, with the words that say it, where they begin and whether they begin a line or a cell."""

    start: int
    words: str
    date: str
    is_label: bool = True
    is_period: bool = False


def _stated(told: str, pattern: re.Pattern[str]) -> Iterator[Stated]:
    """The dates of this version after a pattern of labels."""
    for match in pattern.finditer(told):
        before = told[max(0, match.start() - 60) : match.start()].rpartition("\n")[2]
        value = parse_date(
            match["date"].replace(",", " ").replace("-", " ")
            if re.search("[A-Za-z]", match["date"])
            else match["date"]
        )
        if value and not _NOT_OF_THIS.search(before):
            is_label = not before or bool(_LABELLED.search(before))
            yield Stated(match.start(), match.group(), value, is_label)


def _matches(told: str, name: str) -> list[list[Stated]]:
    """For each pattern the dates after it."""
    return [list(_stated(told, pattern)) for pattern in _data().dates[name]]


def stated_date(text: str, *, surest: int | None = None) -> Stated | None:
    """What a label says of the date of this version, as "Page last reviewed: 3 May 2024"; of its patterns only the surest."""
    found = (said for p in _data().dates["published"][:surest] for said in _stated(text, p))
    return next((said for said in found if said.is_label and _is_dated(said, False)), None)


def stated_review(text: str) -> Stated | None:
    """When a text says, in a label or a sentence, that it is to be reviewed."""
    found = (said for p in _data().dates["review_by"] for said in _stated(text, p))
    return next((said for said in found if _is_dated(said, True)), None)


def _is_dated(said: Stated, future: bool) -> bool:
    """Whether it is more than a year."""
    return len(said.date) > 4 and _is_sensible(said.date, future)


def _latest(found: Iterable[Sequence[Stated]], *, future: bool = False) -> str | None:
    """The latest date of the first pattern that has one whose label begins a line or a cell, or tells a series."""
    is_series = english("metadata", "label_of_a_series").match
    kept = (
        [
            s.date
            for s in said
            if (s.is_label or is_series(s.words)) and _is_sensible(s.date, future)
        ]
        for said in found
    )
    return next((max(dates) for dates in kept if dates), None)


def _in_prose(found: Iterable[Sequence[Stated]], *, future: bool = False) -> str | None:
    """The first date of the first pattern that has one, wherever its label stands."""
    return next((s.date for said in found for s in said if _is_sensible(s.date, future)), None)


def _is_sensible(date: str, future: bool) -> bool:
    today = clock.today()
    last = str(today.year + 15) if future else today.isoformat()
    return date[:4] >= "1985" and date <= last[: len(date)]


def find_published(told: str) -> str | None:
    """The date of this version in the words a document has on itself; None when none is stated."""
    found = _matches(told, "published")
    rows = [date for _, date in _rows(told) if date and _is_sensible(date, False)]
    strong, weak = _latest(found[:_STRONG]), _latest(found[_STRONG:])
    if strong is None and rows and (weak is None or max(rows) > weak):
        return max(rows)
    if dated := strong or weak or _alone(told) or _in_prose(found):
        return dated
    first = _matches(told, "first_published")
    return _latest(first) or _in_prose(first)


def find_review(told: str) -> str | None:
    """When this version is to be reviewed; None when it is not stated."""
    found = _matches(told, "review_by")
    return _latest(found, future=True) or _in_prose(found, future=True)


def _rows(told: str) -> list[tuple[str, str | None]]:
    """Version and date of each row of a version history."""
    found = [match for line in told.split("\n") if (match := _ROW.match(line))]
    return (
        [(match["version"], parse_date(match["date"])) for match in found] if len(found) > 1 else []
    )


def _alone(told: str) -> str | None:
    """A month and year, or a day, that fills a line near the beginning."""
    for line in told[:3_000].split("\n"):
        match = re.fullmatch(rf"(?:[A-Za-z]+:? )?\(?{_DATE}\)?\.?", line.strip(), re.I)
        value = parse_date(match["date"]) if match else None
        if value and len(value) > 4 and _is_sensible(value, False):
            return value
    return None


def find_version(told: str) -> str:
    """The version that a document says it is; the highest row of its history when it says it only there."""
    history = {match.group() for line in told.split("\n") if (match := _ROW.match(line))}
    own = "\n".join(
        line
        for line in told.split("\n")
        if (not any(line.startswith(row) for row in history) or len(history) < 2)
        and not english("metadata", "tells_of_another_version").match(line)
    )
    for pattern in _data().version:
        match = pattern.search(own)
        if match:
            return match["version"]
    rows = [version for version, _ in _rows(told)]
    return max(rows, key=lambda v: [int(part) for part in v.split(".")], default="")


def find_issuer(text: str, title: str, running: Sequence[str] = ()) -> str:
    """Who issues a document: named in its running heads, its copyright line, its first lines; a trust before a national body."""
    front, back = text[:_FRONT], text[-_BACK:] if len(text) > _FRONT else ""
    copyright_lines = english("metadata", "line_of_copyright").findall(front + back)
    zones = [
        (title, 4),
        *((line, 3) for line in running),
        *((line, 4) for line in copyright_lines[:6]),
    ]
    zones += [(text[:_FIRST], 3), (front, 1), (back, 1)]
    scores: Counter[str] = Counter()
    local: Counter[str] = Counter()
    for words, weight in zones:
        for name, pattern in _data().issuers:
            scores[name] += weight * bool(pattern.search(words))
        for name in providers_in(words):
            local[name] += weight
    local = _as_one(local)
    best, points = max(scores.items(), key=lambda item: item[1], default=("", 0))
    is_series = bool(
        english("metadata", "national_series").search("\n".join([title, *running, text[:_FIRST]]))
    )
    if local and not (is_series and points >= 6) and max(local.values()) >= min(4, points):
        return max(local.items(), key=lambda item: (item[1], len(item[0])))[0]
    return best if points >= 3 else ""


def without_lead(name: str) -> str:
    """A body's name without the words that lead to it: "Guideline of the Marlow Network", "Told to the Elm Voices Group"."""
    name = _CONNECTING.sub("", name)
    _, lead, rest = name.partition(" the ")
    return rest if lead and len(rest.split()) > 2 and is_body(rest) else name


def providers_in(words: str) -> Iterator[str]:
    """The names of trusts, health boards and local systems in a text."""
    for pattern in _data().bodies:
        for match in pattern.finditer(words):
            name = without_lead(" ".join(match.group().split()))
            if len(name.split()) >= 3 or name.startswith("NHS "):
                yield name


def _as_one(found: Counter[str]) -> Counter[str]:
    """Names that end another name count for it: "Marlow NHS Trust" for "Royal Marlow NHS Trust"."""
    merged: Counter[str] = Counter()
    for name, count in found.items():
        longer = [
            other for other in found if other != name and other.casefold().endswith(name.casefold())
        ]
        merged[max([name, *longer], key=lambda other: (found[other], len(other)))] += count
    return merged
