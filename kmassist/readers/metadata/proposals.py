"""What a plain document seems to say of itself, with the words it is read from: proposed to a person, never taken unasked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from kmassist.documents.document import Document
from kmassist.documents.metadata import Metadata
from kmassist.documents.names import is_body, parse_name, tidy_names
from kmassist.documents.proposal import Proposal
from kmassist.documents.source_types import SourceType
from kmassist.readers.metadata.detect import find_title, stands_as_title, tidy_stem
from kmassist.readers.metadata.guidance import (
    is_generic_title,
    names_provider,
    providers_in,
    stated_review,
    without_lead,
)
from kmassist.readers.metadata.kinds import likeliest, place_of
from kmassist.readers.metadata.labels import labelled
from kmassist.readers.metadata.proposal_rules import patterns, types_of_words
from kmassist.readers.metadata.proposed_dates import (
    FRONT,
    lines_of,
    parts_of,
    propose_dates,
    was_reviewed,
)
from kmassist.readers.metadata.title_page import (
    is_address,
    is_issuer,
    made_by,
    names_body,
    only_dates,
    pieces,
    without_date,
)
from kmassist.text.number_words import NUMBER_WORDS
from kmassist.text.shipped import english

_LONG_LINE = 160
_NUMBER = english("metadata", "number_in_words")
_SHORT_TEXT, _SURE, _SURE_OF_SHORT = 400, 0.6, 0.7
"""How likely a kind must be for its words alone to propose it: in areas left out all 311 such kinds of whole documents were right,
276 of 280 of beginnings of 400 characters, 203 of 205 of 200 (``benchmarks/fit_kinds.py``)."""
_LINE = re.compile(r"[^\n]+")
_ANSWER = re.compile(r"\?: \S")
_FIGURE = re.compile(r"[^:]*: [<≤>~£]?\s?\d[\d,.]*\s*(?:%|$|[^\d/:.-])")
_SHORT_ANSWER = 4
_IN_HEAD = 3
"""What a word counts more where the title says by it what the document is."""


def propose(document: Document) -> tuple[Proposal, ...]:
    """Values for fields that nothing has filled, at most one a field, in a fixed order."""
    meta = document.metadata
    found: dict[str, Proposal] = {}
    steps: tuple[Callable[[Document, SourceType | None], Iterator[Proposal]], ...] = (
        _source_type, _title, _labelled, _heard, _stated, propose_dates, _people, _method,
    )  # fmt: skip
    for step in steps:
        proposed = found.get("source_type")
        kind = meta.source_type or (SourceType(proposed.value) if proposed else None)
        for proposal in step(document, kind):
            if proposal.field not in found and not _is_filled(meta, proposal.field):
                found[proposal.field] = proposal
    return tuple(proposal.placed_in(document) for proposal in found.values())


def _is_filled(meta: Metadata, field: str) -> bool:
    if field == "title":
        return meta.came_from.get("title") != "detected"
    value: Any = meta
    for part in field.split("."):
        value = getattr(value, part, None)
    return value not in (None, "", ())


def _source_type(document: Document, kind: SourceType | None) -> Iterator[Proposal]:
    if kind is not None:
        return
    text = document.text[:FRONT]
    for start, line in lines_of(document):
        if is_issuer(line) and english("metadata", "names_those_who_speak_for_users").search(line):
            yield Proposal(field="source_type", value=SourceType.PPI.value, quote=line, start=start)
            return
    is_published = any(p.search(text) for p in types_of_words()[SourceType.PUB])
    among = [kind for kind in SourceType if is_published or kind is not SourceType.PUB]
    likely = likeliest(text, among)
    least = _SURE_OF_SHORT if len(text) < _SHORT_TEXT else _SURE
    is_sure = likely.likelihood >= least and likely.stands
    if is_sure and (match := place_of(likely.word, text)):
        value = likely.kind.value
        yield Proposal(field="source_type", value=value, quote=match.group(0), start=match.start())
        return
    title = len(text.split("\n", 1)[0])
    heads = list(_heads(document))
    scores: dict[SourceType, int] = {}
    first: dict[SourceType, re.Match[str]] = {}
    for source_type, told_by in types_of_words().items():
        for pattern in told_by:
            matches = list(pattern.finditer(text))
            if not matches:
                continue
            words = {match.group(0).casefold() for match in matches}
            named = [m for m in matches for low, high in heads if low <= m.start() < high]
            told = _IN_HEAD if named else int(matches[0].start() < title)
            scores[source_type] = scores.get(source_type, 0) + min(3, len(words)) + told
            first.setdefault(source_type, (named or matches)[0])
    for source_type, match in _who_was_heard(text):
        scores[source_type] = scores.get(source_type, 0) + _IN_HEAD - 1
        first.setdefault(source_type, match)
    ranked = sorted(scores, key=lambda item: -scores[item])
    if who := _who_answered(document):
        yield Proposal(field="source_type", value=who[0].value, quote=who[1], start=who[2])
    elif not ranked and (row := _first_figures(document)):
        yield Proposal(
            field="source_type", value=SourceType.AUD.value, quote=row, start=text.find(row)
        )
    if (
        ranked
        # One word is enough where the text as a whole is likeliest of that kind, too, and not for that word alone.
        and (scores[ranked[0]] >= 2 or (ranked[0] is likely.kind and likely.stands))
        and (len(ranked) == 1 or scores[ranked[0]] > scores[ranked[1]])
    ):
        match = first[ranked[0]]
        yield Proposal(
            field="source_type", value=ranked[0].value, quote=match.group(0), start=match.start()
        )


def _first_figures(document: Document) -> str:
    """The first row of the tables that a document mostly consists of, where it holds a figure; empty for other documents."""
    spans = document.composed
    if 2 * sum(span.end - span.start for span in spans) < len(document.text) or not spans:
        return ""
    row = document.text[spans[0].start : spans[0].end].split("\n", 1)[0]
    # The first cell names the row; a date is when something is due, and is no figure.
    figures = (_FIGURE.match(cell) for cell in row.split("; ")[1:])
    before = document.text[: spans[0].start].rstrip()
    asked = english("readers", "heading_of_questions").match(re.sub(r"\W*\(.*|:.*", "", row))
    is_survey = before.endswith("?") or _ANSWER.search(row) is not None or asked is not None
    return row if spans[0].end < FRONT and any(figures) and not is_survey else ""


def _who_answered(document: Document) -> tuple[SourceType, str, int] | None:
    """Whether rows of answers to questions say, each in a short answer, that staff or those cared for gave them."""
    rows = [
        (match.start(), match.group())
        for span in document.composed
        for match in _LINE.finditer(document.text, span.start, min(span.end, FRONT))
    ]
    rows = [row for row in rows if _ANSWER.search(row[1])]
    for kind, named in (
        (SourceType.FLK, english("metadata", "names_staff")),
        (SourceType.PPI, english("metadata", "names_those_cared_for")),
    ):
        told = [(at, cell) for at, row in rows if (cell := _short_answer(row, named))]
        if told and 2 * len(told) > len(rows):
            return kind, told[0][1], document.text.index(told[0][1], told[0][0])
    return None


def _short_answer(row: str, named: re.Pattern[str]) -> str:
    cells = (cell.rstrip(".") for cell in row.split("; "))
    answers = ((cell, cell.rpartition(": ")[2]) for cell in cells)
    return next((c for c, a in answers if len(a.split()) <= _SHORT_ANSWER and named.search(a)), "")


def _who_was_heard(text: str) -> Iterator[tuple[SourceType, re.Match[str]]]:
    """Whether the people who were heard are staff or those they care for: that tells two kinds apart."""
    found = (match for pattern in patterns("heard") if (match := pattern.search(text)))
    for match in islice(found, 1):
        people = match.groupdict().get("people") or match.groupdict().get("from") or ""
        if english("metadata", "names_staff").search(people):
            yield SourceType.FLK, match
        elif english("metadata", "names_those_cared_for").search(people):
            yield SourceType.PPI, match


def _heads(document: Document) -> Iterator[tuple[int, int]]:
    """Where the title and the first line call the document something: "Evaluation" alone in "Evaluation of the guideline".

    A part of the next lines does so too: "Service evaluation poster, June 2026", "An audit in two clinics".
    """
    text = document.text[:FRONT]
    for line in dict.fromkeys([text.split("\n", 1)[0], document.metadata.title]):
        place = text.find(line)
        for match in english("metadata", "part_of_a_title").finditer(line) if place >= 0 else ():
            yield place + match.start("head"), place + match.end("head")
    kinds = [pattern for told_by in types_of_words().values() for pattern in told_by]
    for start, line in islice(lines_of(document), 1, 4):
        for at, part in pieces(line, at_commas=True):
            head = english("metadata", "names_itself").match(part)
            called = filter(None, (kind.match(head["head"]) for kind in kinds)) if head else ()
            if head and any(len(head["head"][match.end() :].split()) < 2 for match in called):
                yield start + at + head.start("head"), start + at + head.end("head")


def _title(document: Document, _: SourceType | None) -> Iterator[Proposal]:
    text, title = document.text, document.metadata.title
    is_of_file = title in ("", tidy_stem(document.source_name))
    names_no_subject = is_issuer(title) or bool(_byline(title))
    if not is_of_file and not names_no_subject and stands_as_title(document):
        return  # it stands at the beginning, or is higher than what does, or was said elsewhere
    lines = (line for at, line in lines_of(document) if not document.apparatus_at(at))
    first = next(
        (
            line
            for line in lines
            if 8 <= len(line) <= 150
            and not (only_dates(line) or is_issuer(line) or is_generic_title(line))
            and not (is_address(line) or english("metadata", "names_who_it_is_sent_to").match(line))
            and not english("metadata", "says_it_is_withdrawn").match(line)
            and not english("readers", "named_by_a_program").match(line)
            and not (_is_labelled(line) or english("metadata", "breadcrumb").search(line))
        ),
        "",
    )
    chosen = find_title(document) if is_of_file else ""
    if not chosen and not first.endswith((".", "!", ",", ";")) and not _byline(first):
        chosen = first
    if chosen and chosen != title:
        yield Proposal(field="title", value=chosen, quote=chosen, start=max(0, text.find(chosen)))


def _is_labelled(line: str) -> bool:
    """Whether a line is a label with its value; "Commissioning policy: assisted conception" says its kind and is a title."""
    label, _, rest = line.partition(": ")
    label = label.rstrip(" /-–0123456789")  # "Feeding survey 2024: what parents said"
    kinds = (
        match
        for told_by in types_of_words().values()
        for p in told_by
        for match in p.finditer(label)
    )
    is_kind = len(rest.split()) > 1 and any(match.end() == len(label) for match in kinds)
    return bool(english("metadata", "begins_with_a_label").match(line)) and not is_kind


def _labelled(document: Document, kind: SourceType | None) -> Iterator[Proposal]:
    """What labels say for a kind that is itself proposed: of a kind that is known they were read with the file."""
    if kind is None or document.metadata.source_type is not None:
        return
    for said in labelled(document, kind):
        if said.words.startswith("Date:"):
            continue  # of what was heard or of the report: see propose_dates()
        field = f"{said.record}.{said.field}" if said.record else said.field
        yield Proposal(field=field, value=said.value, quote=said.words, start=said.start)


def _byline(line: str) -> re.Match[str] | None:
    return next(
        (match for pattern in patterns("author") if (match := pattern.fullmatch(line.strip()))),
        None,
    )


def _heard(document: Document, kind: SourceType | None) -> Iterator[Proposal]:
    if kind not in (SourceType.PPI, SourceType.FLK, None):
        return
    found = (
        (start, match)
        for start, text in parts_of(document)
        for pattern in patterns("heard")
        if (match := pattern.search(text))
    )
    for start, match in islice(found, 1):
        counted = match.groupdict().get("number")
        present = _present(match.groupdict().get("present") or "")
        people = " ".join((match.groupdict().get("people") or "").split())
        who = re.sub(rf"{_NUMBER.pattern}\s+", "", people, flags=re.I)
        number = present or sum(map(_count, [counted] if counted else _NUMBER.findall(people)))
        groups = [part for part in english("metadata", "between_groups").split(who) if part]
        record, named = ("ppi.who", who) if kind is SourceType.PPI else ("frontline.roles", groups)
        quote = " ".join(match.group(0).split()) if counted else people
        place = start + (match.start() if counted else match.start("people"))
        if named and kind:
            yield Proposal(field=record, value=named, quote=quote, start=place)
        field = f"{record.partition('.')[0]}.number" if kind else "sample_size"
        yield Proposal(field=field, value=number, quote=quote, start=place)


def _present(listed: str) -> int:
    """How many a list of those present names, one for each role or name without a number; 0 where it leaves that open."""
    total = 0
    for item in filter(None, english("metadata", "between_groups").split(listed.strip(" ."))):
        if match := _NUMBER.match(item):
            total += _count(match.group())
        elif english("metadata", "one_person").fullmatch(item):
            total += not names_body(item)
        else:
            return 0
    return total


def _stated(document: Document, kind: SourceType | None) -> Iterator[Proposal]:
    for start, text in parts_of(document):
        for pattern in patterns("version"):
            if match := pattern.search(text):
                yield Proposal(
                    field="version",
                    value=match.group("value"),
                    quote=match.group(0).strip(),
                    start=start + match.start(),
                )
        if (review := stated_review(text)) and not was_reviewed(review, kind):
            yield Proposal(
                field="review_by",
                value=review.date,
                quote=review.words,
                start=start + review.start,
            )


def _people(document: Document, kind: SourceType | None) -> Iterator[Proposal]:
    """Who wrote it, by a byline; who issued it, by a line of the title page that is a body's name."""
    for start, line in lines_of(document):
        if english("metadata", "names_who_it_is_sent_to").match(line):
            continue
        for at, body in made_by(line) if kind is not SourceType.PUB else ():
            yield Proposal(field="issuer", value=body, quote=body, start=start + at)
        if match := _byline(line):
            said = match.group("value").strip(" .")
            # What follows one name in a byline is the person's post, or the date of the report.
            parts = re.split(r",\s+|,?\s+\d|\s+[–—|-]\s+|\s+\(", said)
            names = tidy_names([said if " and " in said and len(parts) == 1 else parts[0]])
            people = tuple(name for name in names if not is_body(name) and parse_name(name).given)
            place = start + line.find(said)
            if people:
                yield Proposal(field="authors", value=list(people), quote=said, start=place)
            elif names and names_body(names[0]) and kind is not SourceType.PUB:
                at, body = next(_bodies(said), (0, names[0]))
                yield Proposal(field="issuer", value=body, quote=body, start=place + at)
        if kind is SourceType.PUB or len(line) > _LONG_LINE:
            continue
        for at, body in _bodies(line):
            yield Proposal(field="issuer", value=body, quote=body, start=start + at)
    named = set(providers_in(document.text[:FRONT])) if kind is not SourceType.PUB else set()
    if len(named) == 1:  # the only one that it names, though inside a sentence
        body = named.pop()
        start = max(0, document.text.find(body))
        yield Proposal(field="issuer", value=body, quote=body, start=start)


def _bodies(line: str) -> Iterator[tuple[int, str]]:
    """The trust that a line names between commas, the body that it is, or the last of several: a unit, then its trust."""
    parts = [(0, line), *pieces(line, at_commas=True)]
    bare = [
        (at + part.find(body), body)
        for at, part in parts
        if (body := without_date(part).removesuffix("."))
    ]
    bare = [(at + len(body) - len(name), name) for at, body in bare if (name := without_lead(body))]
    named = [found for found in bare if is_issuer(found[1])]
    if trusts := [found for found in named if names_provider(found[1])]:
        yield trusts[-1]
    elif named:
        yield named[0] if named[0] == bare[0] else named[-1]


def _method(document: Document, kind: SourceType | None) -> Iterator[Proposal]:
    record = {SourceType.PPI: "ppi", SourceType.FLK: "frontline"}.get(kind) if kind else None
    for start, text in parts_of(document) if record else ():
        for pattern in patterns("method"):
            if match := pattern.search(text):
                yield Proposal(
                    field=f"{record}.method",
                    value=match.group(0).lower(),
                    quote=match.group(0),
                    start=start + match.start(),
                )


def _count(text: str) -> int:
    plain = text.casefold().replace(",", "")
    return (
        int(plain)
        if plain.isdigit()
        else sum(NUMBER_WORDS[word] for word in re.split(r"[- ]", plain))
    )
