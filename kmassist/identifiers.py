"""Personal identifiers in text: found before anything is indexed, shown masked, replaced on request.

The NHS number check (Modulus 11) is the same arithmetic as ISBN-10's, and 9% of random ten-digit strings pass it, so a
number counts only with a reason: its 3-3-4 grouping, a word beside it, or the kind of document it stands in. Numbers
from 999 000 0000 are the test range that is never issued: reported as such, and never blocking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kmassist.documents import SourceType


class IdentifierKind(StrEnum):
    """What an identifier is; the value is the token that replaces it."""

    NHS_NUMBER = "NHS NUMBER"
    NHS_TEST_NUMBER = "NHS TEST NUMBER"
    BIRTH_DATE = "DATE OF BIRTH"
    HOSPITAL_NUMBER = "HOSPITAL NUMBER"
    NATIONAL_INSURANCE = "NATIONAL INSURANCE NUMBER"
    POSTCODE = "POSTCODE"
    EMAIL = "E-MAIL"
    PHONE = "PHONE"
    NAME = "NAME"
    RARE_EVENT = "RARE EVENT WITH PLACE AND DATE"


@dataclass(frozen=True, slots=True)
class Identifier:
    """``text[start:end]`` looks like personal data. ``blocks`` says that a person has to decide before it is indexed."""

    kind: IdentifierKind
    start: int
    end: int
    masked: str
    blocks: bool


_LOCAL = frozenset({SourceType.AUD, SourceType.PPI, SourceType.FLK, SourceType.SVE})
_DIGITS = str.maketrans({**{chr(0xFF10 + i): str(i) for i in range(10)}, "O": "0", "o": "0", "l": "1", "I": "1", "|": "1"})
_SEP = r"[\s\u00a0\u2009\u202f.\-\u2010-\u2015]?"
_D = r"[\dOolI|\uff10-\uff19]"
_NHS = re.compile(rf"(?<![\w.+/-]){_D}{{3}}({_SEP}){_D}{{3}}({_SEP}){_D}{{4}}(?![\w/]|[.-]\d)")
_NHS_WORDS = re.compile(r"\b(nhs|patient|hospital|no\.?|number|chi|mrn|record)\b", re.I)
_NOT_NHS = re.compile(
    r"(isbn(?:-1[03])?:?|doi:?|10\.\d{4,9}/\S*|https?://\S*|pmid:?|pmc|isrctn|nct|tel(?:ephone)?\.?:?|phone:?|fax:?|call:?|mobile:?|\+44|orcid\S*|"
    r"grant|trial registration|registration|issn:?|account|invoice|order|ref(?:erence)?:?)[\s:#.(]*$",
    re.I,
)
_BIRTH = re.compile(
    r"\b(?:d\.?\s?o\.?\s?b\.?|date of birth|born(?: on)?|birth date|birthdate)\b[\s:.,(]*(?P<date>\d{1,2}(?:st|nd|rd|th)?[\s/.\-](?:\d{1,2}|[A-Za-z]{3,9})[\s/.\-,]+"
    r"(?:19|20)?\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}|[A-Za-z]{3,9} \d{1,2},? (?:19|20)\d{2})\b",
    re.I,
)
_HOSPITAL = re.compile(
    r"\b(?:hospital|unit|case\s?note|mrn|patient|k|medical record|rxr|pas|district)\s*(?:id|no\.?|num(?:ber)?|#)?\s*[:#]\s*(?P<id>[A-Z]{0,3}\d{5,10}[A-Z]?)\b"
    r"|\b(?:MRN|hospital (?:no\.?|number)|unit number|patient (?:id|number))\s+(?P<id2>[A-Z]{0,3}\d{5,10}[A-Z]?)\b",
    re.I,
)
_NI = re.compile(r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b")
_POSTCODE = re.compile(r"\b(?:GIR ?0AA|[A-PR-UWYZ](?:\d[A-HJKPSTUW\d]?|[A-HK-Y]\d[ABEHMNPRVWXY\d]?) ?\d[ABD-HJLNP-UW-Z]{2})\b")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}\b")
_PHONE = re.compile(r"(?<![\w.])(?:\+44\s?\(?0?\)?\s?|0)7\d(?:[\s-]?\d){8}(?!\d)")
_TITLE_NAME = re.compile(
    r"\b(?:Mrs|Miss|Ms|Mr|Mx)\.? (?:[A-Z]\.? )?(?P<name>[A-Z][a-z]+(?:[-'’][A-Z][a-z]+)?(?: [A-Z][a-z]+(?:[-'’][A-Z][a-z]+)?)?)\b"
    r"|\b[Bb]aby (?P<baby>[A-Z][a-z]+)\b(?! (?:Friendly|Unit|Loss|Charter|Life|Box|Week|Buddy))"
    r"|\b[Pp]atient(?:'s)? name\s*[:=]\s*(?P<labelled>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)"
)
_NOT_NAMES = frozenset("Friendly Box Big Steps Led Check Tracker Blues Lifeline Weight Survival Clear Feeding".split())
_RARE = re.compile(
    r"\b(?:maternal death|stillb(?:irth|orn)|neonatal death|uterine rupture|amniotic fluid embolism|cardiac arrest|hysterectomy)\b",
    re.I,
)
_DAY = re.compile(
    r"\b(?:[0-3]?\d(?:st|nd|rd|th)? (?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?: (?:19|20)\d{2})?|[0-3]?\d/[01]?\d/(?:19|20)?\d{2}|(?:19|20)\d{2}-[01]\d-[0-3]\d)\b"
)
_UNIT = re.compile(r"\b(?:ward|unit|hospital|bay|room|theatre|birth centre|suite)\b", re.I)
_ONE = re.compile(
    r"\b(?:a|one|her|the) (?:woman|mother|patient|lady|baby|case|stillbirth|maternal death|neonatal death|uterine rupture)\b|\bwas (?:stillborn|born)\b",
    re.I,
)


def is_valid_nhs_number(digits: str) -> bool:
    """The Modulus 11 check of a ten-digit NHS number; repeated digits are refused."""
    if len(digits) != 10 or not digits.isdigit() or len(set(digits)) == 1:
        return False
    check = 11 - sum(int(d) * weight for d, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check != 10 and (0 if check == 11 else check) == int(digits[9])


def find_identifiers(text: str, source_type: SourceType | None = None, *, hospital_pattern: str = "") -> list[Identifier]:
    """Everything in a text that looks like personal data, in order, without overlaps.

    Args:
        text: any text.
        source_type: of the document; local kinds (audit, involvement, frontline, evaluation) are read more strictly.
        hospital_pattern: a site's own regular expression for hospital numbers.
    """
    is_local = source_type in _LOCAL
    found = [
        *_nhs_numbers(text, is_local),
        *_matches(_BIRTH, text, IdentifierKind.BIRTH_DATE, group="date"),
        *_hospital_numbers(text, hospital_pattern),
        *_matches(_NI, text, IdentifierKind.NATIONAL_INSURANCE),
        *_matches(_POSTCODE, text, IdentifierKind.POSTCODE, blocks=is_local),
        *_matches(_EMAIL, text, IdentifierKind.EMAIL, blocks=is_local),
        *_matches(_PHONE, text, IdentifierKind.PHONE, blocks=is_local),
        *_names(text, is_local),
        *_rare_events(text, is_local),
    ]
    kept: list[Identifier] = []
    for item in sorted(found, key=lambda i: (i.start, -i.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def redact(text: str, identifiers: Iterable[Identifier]) -> str:
    """The text with each identifier replaced by what it is: ``[NHS NUMBER]``. It is not a claim of anonymity."""
    for item in sorted(identifiers, key=lambda i: -i.start):
        text = f"{text[: item.start]}[{item.kind.value}]{text[item.end :]}"
    return text


def summarise(identifiers: Iterable[Identifier]) -> list[str]:
    """One masked line a kind: ``2 x NHS NUMBER (943 *** **19)``."""
    by_kind: dict[IdentifierKind, list[Identifier]] = {}
    for item in identifiers:
        by_kind.setdefault(item.kind, []).append(item)
    return [f"{len(items)} x {kind.value.lower()} ({items[0].masked})" for kind, items in by_kind.items()]


def _mask(value: str, keep_start: int = 2, keep_end: int = 2) -> str:
    inner = "".join("*" if c.isalnum() else c for c in value[keep_start : len(value) - keep_end])
    return (
        f"{value[:keep_start]}{inner}{value[len(value) - keep_end :]}"
        if len(value) > keep_start + keep_end
        else "*" * len(value)
    )


def _matches(
    pattern: re.Pattern[str], text: str, kind: IdentifierKind, *, group: str | int = 0, blocks: bool = True
) -> Iterator[Identifier]:
    for match in pattern.finditer(text):
        yield Identifier(kind, match.start(group), match.end(group), _mask(match.group(group)), blocks)


def _nhs_numbers(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _NHS.finditer(text):
        digits = re.sub(r"\D", "", match.group().translate(_DIGITS))
        if not is_valid_nhs_number(digits) or sum(c.isdigit() for c in match.group()) < 7:
            continue
        line = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 60)
        if _NOT_NHS.search(text[line : match.start()]):
            continue
        if digits.startswith("999"):
            yield Identifier(IdentifierKind.NHS_TEST_NUMBER, match.start(), match.end(), "999 *** ****", False)
            continue
        is_grouped = (
            bool(match.group(1).strip("\n")) and match.group(1) == match.group(2) or match.group(1) == match.group(2) == " "
        )
        near = text[max(0, match.start() - 40) : match.start()] + " " + text[match.end() : match.end() + 40]
        blocks = is_grouped or is_local or bool(_NHS_WORDS.search(near))
        yield Identifier(IdentifierKind.NHS_NUMBER, match.start(), match.end(), f"{digits[:3]} *** **{digits[8:]}", blocks)


def _hospital_numbers(text: str, pattern: str) -> Iterator[Identifier]:
    for match in _HOSPITAL.finditer(text):
        group = "id" if match.group("id") else "id2"
        yield Identifier(IdentifierKind.HOSPITAL_NUMBER, match.start(group), match.end(group), _mask(match.group(group)), True)
    if pattern:
        yield from _matches(re.compile(pattern), text, IdentifierKind.HOSPITAL_NUMBER)


def _names(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _TITLE_NAME.finditer(text):
        group = next(g for g in ("name", "baby", "labelled") if match.group(g))
        if match.group(group).split()[0] in _NOT_NAMES:
            continue
        yield Identifier(
            IdentifierKind.NAME,
            match.start(group),
            match.end(group),
            _mask(match.group(group), 1, 0),
            is_local or group == "labelled",
        )


def _rare_events(text: str, is_local: bool) -> Iterator[Identifier]:
    if not is_local:
        return
    for match in _RARE.finditer(text):
        start = max(
            text.rfind("\n", 0, match.start()) + 1,
            text.rfind(". ", 0, match.start()) + 2 if ". " in text[: match.start()] else 0,
        )
        ends = [e for e in (text.find("\n", match.end()), text.find(". ", match.end())) if e >= 0]
        end = min(ends) if ends else len(text)
        sentence = text[start:end]
        day = _DAY.search(sentence)
        if day and _UNIT.search(sentence) and _ONE.search(sentence):
            yield Identifier(IdentifierKind.RARE_EVENT, start + day.start(), start + day.end(), match.group().lower(), True)
