"""Apparatus: contents pages, reference lists, version logs, statements of interest, template letters, grading legends, answered mails.

They stand in a document and can be found, but they are no evidence. A reader marks them (``Document.apparatus``) when a file is
read; whoever quotes asks ``document.apparatus_at(passage.start)``, which is empty for what the document says itself. No passage
holds both (see ``documents.passages``). The patterns are data: ``data/apparatus.yaml``, each with tested examples.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kmassist.documents.correspondence import correspondence
from kmassist.text.shipped import english, shipped_data

if TYPE_CHECKING:
    from kmassist.documents.document import HeadingSpan

_ENTRY = re.compile(r"(?P<title>\S.{2,150}?)[\s.…]+(?P<page>\d{1,3})")
_LEAST_ENTRIES, _LONGEST_ENTRY = 3, 250
Span = tuple[str, int, int]
"""Kind of apparatus, start and end in the document's text."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    headings: dict[str, tuple[re.Pattern[str], ...]]
    lines: dict[str, tuple[int, tuple[re.Pattern[str], ...]]]


def apparatus_data() -> dict[str, Any]:
    """The file of patterns as it stands."""
    return shipped_data("apparatus.yaml")


@cache
def _patterns() -> _Patterns:
    data = apparatus_data()

    def compiled(items: Iterable[dict[str, Any]], flags: int) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(item["pattern"], flags) for item in items)

    return _Patterns(
        headings={kind: compiled(items, re.I) for kind, items in data["headings"].items()},
        lines={
            kind: (
                int(item["at_least"]),
                # A reference begins with capital letters; case tells it from prose.
                compiled(item["patterns"], 0 if kind in ("references", "grading") else re.I),
            )
            for kind, item in data["lines"].items()
        },
    )


def apparatus_heading(title: str) -> str:
    """The kind of apparatus that a section of that title is; empty when it is none."""
    plain = english("documents", "number_before_a_heading").sub("", title.strip())
    for form in (title, plain):
        bare = " ".join(form.split()).strip(" .:–-")
        for kind, patterns in _patterns().headings.items():
            if any(pattern.fullmatch(bare) for pattern in patterns):
                return kind
    return ""


def find_apparatus(text: str, headings: Sequence[HeadingSpan]) -> list[Span]:
    """What of a text is apparatus, in order, without overlaps.

    A section whose title says so, up to the next heading of its level or above; lines of one kind that stand together;
    what of letters and mails is no evidence.
    """
    found = [*_sections(text, headings), *_lines(text), *_contents(text), *correspondence(text)]
    merged: list[Span] = []
    for kind, begin, end in sorted(found, key=lambda span: (span[1], -span[2])):
        start = max(begin, merged[-1][2]) if merged else begin
        if start < end:
            merged.append((kind, start, end))
    return merged


def _sections(text: str, headings: Sequence[HeadingSpan]) -> Iterator[Span]:
    ordered = sorted(headings, key=lambda span: span.start)
    for number, heading in enumerate(ordered):
        kind = apparatus_heading(heading.title)
        if kind:
            following = (
                h for h in ordered[number + 1 :] if h.level <= heading.level or _is_part(h.title)
            )
            yield kind, heading.start, next((h.start for h in following), len(text))


def _contents(text: str) -> Iterator[Span]:
    """Lines that end in page numbers which rise, and whose words stand again below as lines of their own."""
    lines = [(m.group(), m.start(), m.end()) for m in re.finditer(r"[^\n]+", text)]
    entries = [
        _ENTRY.fullmatch(words) if len(words) <= _LONGEST_ENTRY else None for words, _, _ in lines
    ]
    known: dict[str, int] = {_bare(words): at for at, (words, _, _) in enumerate(lines)}
    for is_entry, group in itertools.groupby(range(len(lines)), key=lambda at: bool(entries[at])):
        run = [(at, entry) for at in group if (entry := entries[at])]
        pages = [int(entry["page"]) for _, entry in run]
        if not is_entry or len(run) < _LEAST_ENTRIES or pages != sorted(pages):
            continue
        again = sum(known.get(_bare(entry["title"]), -1) > run[-1][0] for _, entry in run)
        if 3 * again >= len(run):
            yield "contents", lines[run[0][0]][1], lines[run[-1][0]][2]


def _bare(words: str) -> str:
    """The letters of a title, without its number."""
    return re.sub(r"[\W\d_]+", "", words).casefold()


def _is_part(title: str) -> bool:
    return bool(english("documents", "begins_a_part").match(title))


def _lines(text: str) -> Iterator[Span]:
    """Runs of lines of one kind; a line of another sort between two is taken along."""
    lines = [(m.group(), m.start(), m.end()) for m in re.finditer(r"[^\n]+", text)]
    for kind, (at_least, patterns) in _patterns().lines.items():
        run: list[int] = []
        for number, (words, _, _) in enumerate([*lines, ("", 0, 0)]):
            is_one = len(words) <= 600 and any(pattern.fullmatch(words) for pattern in patterns)
            if is_one:
                run.append(number)
            elif run and (number - run[-1] > 1 or number >= len(lines)):
                if len(run) >= at_least:
                    yield kind, lines[run[0]][1], lines[run[-1]][2]
                run = []
