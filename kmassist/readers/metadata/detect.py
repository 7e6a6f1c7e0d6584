"""Careful detection: metadata read out of a document's own words. Silence is better than a wrong value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kmassist.documents.countries import countries_in, setting_of
from kmassist.documents.document import Document, HeadingSpan, SourceType
from kmassist.documents.metadata import Design, Origin, Setting
from kmassist.documents.source_types import LOCAL_TYPES
from kmassist.readers.metadata.guidance import is_generic_title, labelled_title
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.metadata.title_page import is_issuer, only_dates
from kmassist.text.dates import parse_date
from kmassist.text.shipped import english

_FRONT = 3_500
_REFERENCES = english("metadata", "heading_of_references")
_DOI = english("metadata", "doi")
_PMID = english("metadata", "pubmed_number")
_PMCID = re.compile(r"\b(PMC\d{5,8})\b")
_REGISTRATION = re.compile(
    r"\b(ISRCTN\s?\d{8}|NCT\s?\d{8}|ACTRN\s?\d{14}|PACTR\d{15,16}|CRD\s?420\d{8,11}|ChiCTR[-\w]{6,14}|CTRI/\d{4}/\d{2,3}/\d{6})"
)
_PUBLISHED = english("metadata", "says_when_published")
_COPYRIGHT = english("metadata", "copyright_line")
_CITATION = re.compile(
    r"\b((?:19|20)\d\d)\s*(?:[A-Z][a-z]{2}\s*\d{0,2}\s*)?(?:;|,(?!\s*\d?\d:[0-5]\d(?!\d)))\s*\d{1,4}\s*(?:\(\d{1,4}[^)]{0,12}\))?\s*:\s*[eE]?\d+|\(((?:19|20)\d\d)\)\s*\d{1,4}\s*:\s*[eE]?\d+"
)
_SEARCHED = english("metadata", "says_when_searched")
_SYNTHETIC = english("metadata", "says_it_is_synthetic")
_DIGEST = english("metadata", "says_it_is_a_digest")
"""How a text says that it restates a paper, and what of the paper was read."""
_TOTAL = (english("metadata", "total_of_people"),)
_SAMPLE = (
    english("metadata", "people_that_were_included"),
    english("metadata", "included_so_many_people"),
)
_ABOUT = english("metadata", "about")
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2})*[.)]?\s+\S")
_GREETING = english("metadata", "greeting")
_UKWIDE = english("metadata", "names_the_health_service")

# First match in the title wins, then in the abstract or the first part of the text.
_DESIGNS: tuple[tuple[Design, re.Pattern[str]], ...] = tuple(
    (design, english("metadata", f"design_{design.name.lower()}"))
    for design in (
        Design.PROTOCOL,
        Design.QUALITATIVE_SYNTHESIS,
        Design.REALIST_REVIEW,
        Design.DIAGNOSTIC_REVIEW,
        Design.SYSTEMATIC_REVIEW,
        Design.MIXED_METHODS,
        Design.QUASI_EXPERIMENTAL,
        Design.RCT,
        Design.DIAGNOSTIC_STUDY,
        Design.QUALITATIVE,
        Design.BEFORE_AFTER,
        Design.COHORT,
        Design.CROSS_SECTIONAL,
        Design.CASE_SERIES,
        Design.OPINION,
    )
)
_WEAK_IN_TEXT = {
    Design.PROTOCOL,
    Design.CROSS_SECTIONAL,
    Design.CASE_SERIES,
    Design.OPINION,
    Design.DIAGNOSTIC_STUDY,
    Design.DIAGNOSTIC_REVIEW,
}
# What one mention in an abstract says when nothing stronger is there.
_ONCE = tuple(
    (design, english("metadata", f"once_{design.name.lower()}"))
    for design in (Design.CROSS_SECTIONAL, Design.COHORT, Design.QUALITATIVE)
)


_LEAST_WORDS = 3
"""Of a heading that can be told from one of a part, such as "Background"."""


def detect(document: Document, *, source_type: SourceType | None, title: str = "") -> Layer:
    """What the words of a document say about it, for fields that nothing surer has filled.

    Identifiers, dates and designs are looked for near the front, never in the reference list, and designs only in
    published research. A year is taken from a stated date, a copyright line or the document's own citation.
    """
    front = _front(_own_words(document))
    found: dict[str, Any] = {}
    if not title:
        title = find_title(document)
        found["title"] = title or tidy_stem(document.source_name)
    if source_type in (None, SourceType.PUB, SourceType.ECO, SourceType.GDL):
        found.update(_identifiers(front))
    found["published"] = _published(front)
    if _SYNTHETIC.search(document.text[:20_000]):
        found["is_synthetic"] = True
    if source_type not in LOCAL_TYPES:
        found["digest"] = _digest(document)
    if source_type is SourceType.PUB:
        found.update(_research(document, title, front))
    if source_type in LOCAL_TYPES:
        found["origin"] = Origin.INTERNAL
    elif source_type is SourceType.PUB:
        found["origin"] = Origin.EXTERNAL
    if (
        "country" not in found
        and source_type in LOCAL_TYPES
        and _UKWIDE.search(document.text[:6_000])
    ):
        found["country"] = "United Kingdom"
    return Layer(
        "detected", {name: value for name, value in found.items() if value not in (None, "", ())}
    )


def find_title(document: Document) -> str:
    """A title with its label, the first heading, or the first line when it looks like a title; empty otherwise.

    What names only a series or a kind ("Trust clinical guideline") gives way to what follows.
    """
    if labelled := labelled_title(document.text):
        return labelled
    front = [span for span in document.headings if span.start <= 3_000 and len(span.title) <= 400]
    front.sort(key=lambda span: (span.start > 600, span.level, span.start))
    for span in (*(s for s in _title_block(document) if not is_issuer(s.title)), *front):
        # What has a number is a part of something that is named before it.
        is_part = span.start and _NUMBERED.match(span.title)
        if not (is_part or is_generic_title(span.title) or document.apparatus_at(span.start)):
            return _ABOUT.sub("", span.title)
    lines = [
        line
        for line in _own_words(document)[:1_500].split("\n")
        if line.strip() and not only_dates(line) and not _GREETING.match(line)
    ][:6]
    while len(lines) > 1 and _names_no_subject(lines[0]):
        lines.pop(0)
    line = lines[0] if lines else ""
    looks_like_title = 8 <= len(line) <= 250 and (
        not line.endswith((".", ";", ",")) or line.count(". ") == 0
    )
    is_row = line.count(": ") > 1 and "; " in line
    is_worded = sum(c.isalpha() for c in line) > len(line) / 2 and not is_generic_title(line)
    is_worded = is_worded and not english("readers", "named_by_a_program").match(line)
    found = looks_like_title and is_worded and not is_row
    if not found:
        parts = (span.title for span in front if not document.apparatus_at(span.start))
        line = next((title for title in parts if not is_generic_title(title)), "")
    return _ABOUT.sub("", line.rstrip("."))


def _names_no_subject(line: str) -> bool:
    """Whether a line names a series or a kind alone, or says that the document is out of force."""
    return (is_generic_title(line) and len(line) <= 100) or bool(
        english("metadata", "says_it_is_withdrawn").match(line)
    )


def _title_block(document: Document) -> list[HeadingSpan]:
    """The headings with which a document begins, one right after the other, the highest first: its trust, its kind, its title."""
    found: list[HeadingSpan] = []
    for span in sorted(document.headings, key=lambda span: span.start):
        if document.text[found[-1].end if found else 0 : span.start].strip():
            break
        found.append(span)
    return sorted(found, key=lambda span: span.level) if len(found) > 1 else []


def stands_as_title(document: Document) -> bool:
    """Whether the title has the place of one: at the beginning, a heading above those before it, or the one heading above all
    others, with no sentence before it, such as a page has below its banner."""
    title = document.metadata.title
    at = document.text.find(title)
    own = next((h for h in document.headings if h.title == title), None)
    if at <= 0 or own is None:
        return at <= 0
    if any(other.level > own.level and other.start < own.start for other in document.headings):
        return True
    before = (line.rstrip() for line in document.text[: own.start].split("\n"))
    return (
        len(title.split()) >= _LEAST_WORDS
        and not any(line.endswith((".", ":", "?", "!")) for line in before)
        and all(
            other.level > own.level or other is own or is_generic_title(other.title)
            for other in document.headings
        )
    )


def tidy_stem(name: str) -> str:
    """A file's name as words: ``triage-audit_2026.pdf`` is ``triage audit 2026``; without what a program counts, ``(1-38)``."""
    stem = re.sub(r"\s?\(\d{1,3}(?:-\d{1,5})?\)$", "", Path(name).stem) or Path(name).stem
    return " ".join(re.sub(r"[_-]+", " ", stem).split())


def detect_design(title: str, abstract: str, methods: str = "") -> Design | None:
    """Study design by cue words: in the title, else in the abstract, else in the methods; None when nothing says it.

    In running text one word may be of another study, so all but trials and reviews need two mentions, and weak words
    ("questionnaire") say nothing outside a title.
    """
    for design, cue in _DESIGNS:
        if cue.search(title):
            return design
    # A review tells of other people's trials: only the word "systematic" and its like say what it is.
    is_review = bool(english("metadata", "title_of_a_review").search(title))
    for text in (abstract, methods):
        for design, cue in _DESIGNS:
            needed = (
                1 if design in (Design.RCT, Design.SYSTEMATIC_REVIEW) and text is abstract else 2
            )
            if is_review and design is not Design.SYSTEMATIC_REVIEW:
                continue
            if design not in _WEAK_IN_TEXT and _mentions(cue, text) >= needed:
                return design
    for design, cue in _ONCE:
        if not is_review and _mentions(cue, abstract or methods):
            return design
    return None


def _mentions(cue: re.Pattern[str], text: str) -> int:
    """How often a cue stands in a text without a "no" or "not" just before it."""
    return sum(
        not english("metadata", "denied_before").search(text[max(0, m.start() - 28) : m.start()])
        for m in cue.finditer(text)
    )


def _digest(document: Document) -> str:
    """What was read of the paper that a text restates; empty when it does not say that it restates one."""
    says = f"{document.text[-4_000:]}\n{document.metadata.licence}"
    stated = max(_DIGEST.finditer(says), key=lambda m: m["read"] is not None, default=None)
    if stated is None:
        return ""
    read = (stated["read"] or "").casefold()
    return next(
        (part for part in ("full text", "abstract") if read.startswith(part)), "paper not read"
    )


def _own_words(document: Document) -> str:
    """The front without what kmassist wrote from tables: a year in a row of figures is no date of the document."""
    text = document.text[: 2 * _FRONT]
    for span in document.composed:
        if span.start < len(text):
            end = min(span.end, len(text))
            text = text[: span.start] + re.sub(r"[^\n]", " ", text[span.start : end]) + text[end:]
    return text


def _front(text: str) -> str:
    cut = _REFERENCES.search(text)
    return text[: min(_FRONT, cut.start() if cut else _FRONT)]


def _identifiers(front: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    dois = {_trim_doi(match.group(1)) for match in _DOI.finditer(front)}
    if len(dois) == 1:
        found["doi"] = dois.pop()
    elif dois:
        first = _DOI.search(front[:1_500])
        labelled = first and english("metadata", "begins_a_doi").match(first.group(0))
        found["doi"] = _trim_doi(first.group(1)) if first and labelled else ""
    for name, pattern in (("pmid", _PMID), ("pmcid", _PMCID), ("registration", _REGISTRATION)):
        values = {match.group(1).replace(" ", "") for match in pattern.finditer(front)}
        if len(values) == 1:
            found[name] = values.pop()
    return found


def _trim_doi(raw: str) -> str:
    doi = raw.rstrip(".,;:")
    while doi.endswith((")", "]")) and doi.count("(") + doi.count("[") < doi.count(")") + doi.count(
        "]"
    ):
        doi = doi[:-1].rstrip(".,;:")
    return doi.lower()


def _published(front: str) -> str | None:
    stated = _PUBLISHED.search(front)
    if stated:
        return parse_date(stated.group(1))
    years = [match.group(1) for match in _COPYRIGHT.finditer(front)]
    years += [match.group(1) or match.group(2) for match in _CITATION.finditer(front[:1_500])]
    return years[0] if years and len(set(years)) == 1 else None


def _research(document: Document, title: str, front: str) -> dict[str, Any]:
    abstract = (
        section_text(
            document,
            r"abstract|summary|background|objectives?|methods?|design|results?|findings|conclusions?",
        )
        or front
    )
    methods = section_text(
        document,
        r"(materials? and )?methods?( and materials?)?|study design|design|trial design|study design and .{0,40}",
    )
    design = detect_design(title, abstract[:5_000], methods[:5_000])
    found: dict[str, Any] = {"design": design, "sample_size": _sample_size(abstract[:5_000])}
    named = countries_in(f"{title}\n{abstract[:4_000]}") or countries_in(methods[:3_000])
    if len(named) == 1:
        found["country"] = named[0]
        found["setting"] = setting_of(named[0])
    elif not named and english("metadata", "the_health_service").search(abstract):
        found["country"], found["setting"] = "United Kingdom", Setting.UK_OTHER
    if design is Design.SYSTEMATIC_REVIEW:
        searched = _SEARCHED.search(document.text[:30_000])
        found["evidence_date"] = parse_date(searched.group(1)) if searched else None
    return found


def section_text(document: Document, names: str) -> str:
    """Text under the first headings whose words fully match ``names`` (a regular expression), up to 12,000 characters."""
    spans = sorted(document.headings, key=lambda span: span.start)
    pieces: list[str] = []
    done = 0
    for number, span in enumerate(spans):
        plain = re.sub(r"^[\d.\s]+", "", span.title).strip(" :.").casefold()
        if span.start < done or not re.fullmatch(names, plain):
            continue
        # A section goes on through its own subsections.
        done = next(
            (after.start for after in spans[number + 1 :] if after.level <= span.level),
            len(document.text),
        )
        pieces.append(document.text[span.end : done])
        if sum(map(len, pieces)) > 12_000:
            break
    return "\n".join(pieces)[:12_000]


def _sample_size(text: str) -> int | None:
    """The number studied, when the abstract gives exactly one of that form."""
    for patterns in (_TOTAL, _SAMPLE):
        found = {
            int(match.group(1).replace(",", ""))
            for pattern in patterns
            for match in pattern.finditer(text)
        }
        found = {n for n in found if not 1900 <= n <= 2030}
        if len(found) == 1:
            return found.pop()
    return None
