"""Tagged exports read by rispy: RIS, Web of Science (ISI) and EndNote (refer). Record by record, so that one bad one is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import rispy
from rispy.parser import RisParser, WokParser

from kmassist.readers.references import tidy
from kmassist.readers.references.model import Reference, reference_of
from kmassist.text.shipped import english

_RIS_LINE = re.compile(r"^\s{0,3}([A-Z][A-Z0-9])\s{1,2}-(?:\s|$)(.*)$")

# Tags that exports write and rispy does not name are kept: their values come under its "unknown_tag".
_RIS_TAGS = frozenset(RisParser.DEFAULT_MAPPING) | frozenset(
    [
        "ED",
        "BT",
        "CT",
        "CP",
        "L3",
        "JF",
        "AV",
        "U1",
        "U2",
        "U3",
        "U4",
        "U5",
        "M2",
        "N2",
        "PM",
        "PT",
        "PMID",
        "CR",
        "DI",
        "SO",
    ]
)


class _EndNoteParser(RisParser):
    """The ``%A`` form of refer and EndNote, by the table of rispy's parser."""

    START_TAG = "%0"
    END_TAG = "%%"
    DEFAULT_MAPPING: ClassVar[dict[str, str]] = {
        "%0": "type_of_reference", "%A": "authors", "%T": "title", "%J": "journal_name", "%B": "secondary_title", "%D": "year",
        "%8": "date", "%V": "volume", "%N": "number", "%P": "pages", "%X": "abstract", "%K": "keywords", "%R": "doi", "%U": "urls",
        "%I": "publisher", "%@": "issn", "%G": "language", "%M": "accession_number", "%2": "custom2", "%%": "end", "UK": "unknown_tag",
    }  # fmt: skip
    DEFAULT_LIST_TAGS: ClassVar[list[str]] = ["%A", "%K", "%U"]
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

    def parse_line(self, line: str) -> tuple[str | None, str]:
        """Tag and content of a line; no tag for the continuation of the one before."""
        return (line[:2], line[3:].strip()) if line[:1] == "%" else (None, line.strip())


class _OvidParser(RisParser):
    """Ovid's labelled form: a label at the margin, its content indented below."""

    START_TAG = "<"
    END_TAG = "<end>"
    DEFAULT_MAPPING: ClassVar[dict[str, str]] = {
        "<": "reference", "Author": "authors", "Authors": "authors", "Title": "title", "Chapter Title": "short_title", "Source": "source",
        "Abstract": "abstract", "Author Keywords": "keywords", "Keywords": "keywords", "DOI Number": "doi", "Digital Object Identifier": "doi",
        "Language": "language", "Publication Type": "type_of_reference", "Year of Publication": "year", "Publisher": "publisher",
        "Book Title": "secondary_title", "UK": "unknown_tag",
    }  # fmt: skip
    DEFAULT_LIST_TAGS: ClassVar[list[str]] = []
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

    def parse_line(self, line: str) -> tuple[str | None, str]:
        """A line at the margin is a tag without content; an indented one continues it."""
        return (line.strip(), "") if line[:1].strip() else (None, line.strip())


def is_ovid(head: str) -> bool:
    """Whether a text is an Ovid export of labelled fields."""
    return (
        len(
            re.findall(
                r"^(Authors?|Title|Source|Abstract|Accession Number|Institution) *\r?\n[ \t]+\S",
                head,
                re.M,
            )
        )
        >= 2
    )


def is_ris(head: str) -> bool:
    """Whether a text begins as RIS does."""
    return bool(re.search(r"^\ufeff?\s{0,3}TY\s{1,2}-\s", head, re.M))


def is_web_of_science(head: str) -> bool:
    """Whether a text is a Web of Science or ISI export."""
    return bool(
        re.match(r"\ufeff?\s*FN (ISI|Clarivate|Thomson)", head)
        or (re.search(r"^PT [A-Z]", head, re.M) and re.search(r"^(AU|TI|SO) ", head, re.M))
    )


def is_endnote(head: str) -> bool:
    """Whether a text is a refer or EndNote export."""
    return bool(re.match(r"\ufeff?\s*%[0A-Z]\s", head)) and bool(re.search(r"^%[TAJ] ", head, re.M))


def read_ris(text: str, problems: list[str]) -> Iterator[Reference]:
    """References of a RIS file. A missing ``ER``, a stray blank line, a tag before ``TY`` or one space too few loses no record.

    A line that only looks like a tag, such as "ER  - emergency room" in an abstract, goes on with the field before it.
    """
    record: list[str] = []
    ahead: list[
        str
    ] = []  # tags after an end and before the next TY: they may belong to the record that begins there
    ended = True
    for line in text.lstrip("\ufeff").splitlines():
        tag = _tag(line)
        if tag and tag[0] == "TY":
            yield from _parse(RisParser, record, "ER  - ", problems)
            record, ahead, ended = [f"TY  - {tag[1]}", *ahead], [], False
        elif tag and tag[0] == "ER":
            ended = True
        elif tag or ((ahead or not ended) and line.strip()):
            (ahead if ended else record).append(f"{tag[0]}  - {tag[1]}" if tag else f" {line}")
    yield from _parse(RisParser, record, "ER  - ", problems)


def _tag(line: str) -> tuple[str, str] | None:
    match = _RIS_LINE.match(line)
    if not match:
        return None
    tag, content = match.group(1), match.group(2).strip()
    if tag == "ER":
        return None if content else (tag, "")
    if tag == "TY":
        return (
            (tag, content)
            if re.fullmatch(r"[A-Z]{2,8}", content) or len(content.split()) < 3
            else None
        )
    return (tag, content) if tag in _RIS_TAGS else None


def read_web_of_science(text: str, problems: list[str]) -> Iterator[Reference]:
    """References of a Web of Science or ISI export."""
    record: list[str] = []
    for line in text.splitlines():
        if re.match(r"PT\b", line):
            yield from _parse(WokParser, record, "ER", problems)
            record = []
        if re.match(r"(ER|EF|FN|VR)\b", line):
            yield from _parse(WokParser, record, "ER", problems)
            record = []
        elif line.strip():
            record.append(line if record else line.lstrip("\ufeff"))
    yield from _parse(WokParser, record, "ER", problems)


def read_endnote(text: str, problems: list[str]) -> Iterator[Reference]:
    """References of a refer or EndNote export, parted by ``%0`` or a blank line."""
    record: list[str] = []
    for line in [*text.lstrip("\ufeff").splitlines(), "", "%0 "]:
        if line.startswith("%0") or (
            not line.strip() and record and not any(item.startswith("%0") for item in record)
        ):
            if any(item.startswith("%") and not item.startswith("%0") for item in record):
                start = [] if record[0].startswith("%0") else ["%0 Generic"]
                yield from _parse(_EndNoteParser, [*start, *record], "%%", problems)
                record = []
            elif line.startswith("%0"):
                record = []
        if line.strip():
            record.append(line)


def read_ovid(text: str, problems: list[str]) -> Iterator[Reference]:
    """References of an Ovid export, parted by ``<number>``."""
    for block in re.split(r"^<\d+>\s*$", text.lstrip("\ufeff"), flags=re.M):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("<")]
        if lines:
            for found in _parse(_OvidParser, ["<", *lines], "<end>", problems):
                yield _of_ovid(found)


def _of_ovid(found: Reference) -> Reference:
    """Ovid's source line taken apart: ``Journal.   28(2):103-106, April 2015.``"""
    source = found.journal
    match = re.match(
        r"(?P<journal>.+?)\.?\s+(?:Vol\s+)?(?P<volume>\d+)(?:\((?P<issue>[^)]{1,12})\))?[:\s](?P<rest>.*)$",
        source,
    )
    pages = re.search(r"(?<![\d(])([A-Za-z]?\d+-\d+)", match["rest"]) if match else None
    return replace(
        found,
        title=re.sub(r"\.?\[[A-Z][a-z ]+\]\.?$", "", found.title),
        authors=tuple(
            name
            for part in ";".join(found.authors).split(";")
            if (name := english("references", "after_a_name").sub("", part).strip())
        ),
        journal=(match["journal"] if match else source).strip(" ."),
        volume=match["volume"] if match else "",
        issue=(match["issue"] or "") if match else "",
        pages=pages.group(1) if pages else "",
        date=found.date or source,
        language=found.language.rstrip("."),
    )


def _parse(
    parser: type[RisParser], record: list[str], end: str, problems: list[str]
) -> Iterator[Reference]:
    first = next((n for n, line in enumerate(record) if line.startswith(parser.START_TAG)), None)
    if first is None:
        return
    body = [line for line in record[first:] if not line.startswith(end)] + [end]
    try:
        parsed = rispy.loads(
            "\n".join(body), implementation=parser, skip_unknown_tags=parser is not RisParser
        )
    except (KeyError, ValueError, IndexError, AttributeError, TypeError) as problem:
        problems.append(
            f"One reference could not be read ({type(problem).__name__}) and was left out."
        )
        return
    for entry in parsed:
        yield _reference(entry)


_RECORD = {
    "title": ("title", "primary_title", "document_title", "short_title", "BT", "CT"),
    "abstract": ("abstract", "notes_abstract", "N2"),
    "authors": ("author_full_name", "authors", "first_authors", "group_authors", "book_group_authors", "ED", "editors", "secondary_authors"),
    "journal": (
        "journal_name", "alternate_title3", "secondary_title", "publication_name", "alternate_title2", "alternate_title1", "source",
    ),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "pages": ("pages",),
    "start": ("start_page", "beginning_page", "article_number"),
    "end": ("end_page", "ending_page"),
    "url": ("urls", "url"),
    "publisher": ("publisher",),
    "language": ("language",),
    "kind": ("type_of_reference", "publication_type", "document_type"),
    "files": ("file_attachments1",),
}  # fmt: skip


def _reference(entry: dict[str, Any]) -> Reference:
    unknown = entry.get("unknown_tag")
    record = {**(unknown if isinstance(unknown, dict) else {}), **entry}
    links = _list(entry.get("urls")) + _list(entry.get("url"))
    notes = (
        _list(entry.get("notes")) + _list(entry.get("note")) + _list(entry.get("research_notes"))
    )
    accession = _first(entry, "accession_number", "pubmed_id")
    from_pubmed = re.search(
        r"pubmed|medline|nlm", _first(entry, "name_of_database", "database_provider"), re.I
    )
    pmid = next(
        (
            m.group(1)
            for link in links
            if (m := re.search(r"pubmed(?:\.ncbi\.nlm\.nih\.gov)?/(\d{4,9})", link))
        ),
        "",
    )
    texts = [
        _first(entry, "doi", "digital_object_identifier"),
        *links,
        *notes,
        *_list(record.get("L3")),
        *_list(entry.get("type_of_work")),  # where Ovid puts it
    ]
    found = reference_of(record, _RECORD)
    return replace(
        found,
        authors=tuple(dict.fromkeys((*found.authors, *_list(entry.get("group_authors"))))),
        date=_best_date(entry),
        doi=next((doi for text in texts if (doi := tidy.doi(text))), ""),
        pmid=pmid
        or (accession if (from_pubmed or "pubmed_id" in entry) and accession.isdigit() else ""),
        pmcid=" ".join(
            _first(entry, name)
            for name in ("custom2", "custom6", "custom7")
            if "PMC" in _first(entry, name)
        ),
        keywords=tuple(_keywords(entry)),
        publication_types=tuple(
            _list(entry.get("type_of_work")) + _list(entry.get("document_type"))
        ),
        note=" ".join(notes),
    )


def _best_date(entry: dict[str, Any]) -> str:
    """Year of publication with the month of ``DA`` when that is of the same year; never the date of access or export."""
    year = _first(entry, "year", "publication_year", "year_published")
    date = _first(entry, "date")
    stated = re.match(r"\s*(\d{4})", year)
    whole = tidy.date(date) if date else None
    if whole and stated and whole.startswith(stated.group(1)) and len(date) > len(year.strip("/ ")):
        return date
    return year or date


def _keywords(entry: dict[str, Any]) -> list[str]:
    words = _list(entry.get("keywords")) + _list(entry.get("author_keywords"))
    return list(
        dict.fromkeys(
            part.strip() for word in words for part in re.split(r";\s*", word) if part.strip()
        )
    )


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value if item] if isinstance(value, list) else [str(value)]


def _first(entry: dict[str, Any], *names: str) -> str:
    for name in names:
        found = [text for text in _list(entry.get(name)) if text.strip()]
        if found:
            return found[0].strip()
    return ""
