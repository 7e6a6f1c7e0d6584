"""Personal identifiers in text: found before anything is indexed, shown masked, replaced on request.

The NHS number check (Modulus 11) is the same arithmetic as ISBN-10's, and 9% of random ten-digit strings pass it, so a
number counts only with a reason: its 3-3-4 grouping, a word beside it, or the kind of document it stands in. In published
text, a number of no issued range that no word calls a person's is none, nor is one with the label of an ethics committee, a
grant or a trial. Numbers from 999 000 0000 are the test range that is never issued: reported as such, and never blocking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from kmassist.documents.source_types import LOCAL_TYPES, SourceType
from kmassist.privacy.public_contacts import (
    is_form_label,
    is_of_organisation,
    is_team_line,
    is_team_mailbox,
)
from kmassist.text.shipped import english, shipped_data


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


TEST_RANGE = "999"
"""First digits of the NHS numbers that are never issued."""
ISSUED = re.compile(r"[3467]|(?:0[1-9]|[12]\d)(?:0[1-9]|1[0-2])")
"""How issued numbers begin: the ranges of England, Wales and Northern Ireland, and Scotland's, whose first six digits are a
date of birth. Ranges may be opened, so in a local document, or beside a word such as "patient", every range counts."""
_DIGITS = str.maketrans(
    {
        **{chr(0xFF10 + i): str(i) for i in range(10)},
        "O": "0",
        "o": "0",
        "l": "1",
        "I": "1",
        "|": "1",
    }
)
_NHS = english("privacy", "nhs_number")
_NHS_SAID = english("privacy", "after_the_letters_nhs")
_FEWEST_DIGITS = 5
"""Real digits among the ten; the others may be letters that a scanner put in their place."""
_NHS_WORDS = english("privacy", "beside_a_number_that_blocks")
_SOMEBODYS = english("privacy", "says_it_is_somebodys")
"""Words that say a number is a person's, whatever range it is of; the plural is for groups."""
_SOMEBODYS_OWN = english("privacy", "somebodys_own")
_SOMEBODYS_IN_ADDRESS = english("privacy", "somebodys_in_an_address")
_BEFORE = 60
"""How far back a word may stand that says what a number is."""
_LONGEST_ADDRESS = 400
_ADDRESS = re.compile(r"(?:https?://|www\.|10\.\d{4,9}/)\S*$", re.I)
# Beside a number, these say that it is no person's; the labels of research acquit in published text alone.
_NOT_NHS = english("privacy", "says_it_is_nobodys")
_OTHER_LABEL = english("privacy", "label_of_an_office")
_RESEARCH_LABEL = english("privacy", "label_of_research")
_EARLIER_OF_A_LIST = english("privacy", "earlier_of_a_list")
_BIRTH = english("privacy", "birth_date")
_HOSPITAL = english("privacy", "hospital_number")
_NI = english("privacy", "insurance_number")
_NI_CUED = english("privacy", "insurance_number_after_its_name")
_POSTCODE = english("privacy", "postcode")
_NOT_INWARD = ("st", "nd", "rd", "th", "hr")
_EMAIL = re.compile(r"(?<![\w.+'’-])[\w.+'’-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}\b")
_PHONE = english("privacy", "mobile_number")
_TITLE_NAME = english("privacy", "named_person")
# A role and two names, or two names before a number or an age: names of a person even without a title.
_PLAIN_NAME = english("privacy", "person_without_a_title")
_WORDS = shipped_data("not_names.yaml")
_NOT_NAMES = frozenset(_WORDS["things"].split())
_NOT_PEOPLE = _NOT_NAMES.union(_WORDS["bodies_and_sentences"].split())
_CODE = re.compile(r"[A-Z]{1,4}\d+")
_RARE = english("privacy", "rare_event")
_SENTENCE = re.compile(r"[^\n.]+(?:\.(?! )[^\n.]*)*")
_DAY = english("privacy", "day")
_UNIT = english("privacy", "place_of_care")
_ONE = english("privacy", "one_person")


def is_valid_nhs_number(digits: str) -> bool:
    """The Modulus 11 check of a ten-digit NHS number; repeated digits are refused."""
    if len(digits) != 10 or not digits.isdigit() or len(set(digits)) == 1:
        return False
    check = (
        11 - sum(int(d) * weight for d, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    )
    return check != 10 and (0 if check == 11 else check) == int(digits[9])


def find_identifiers(
    text: str, source_type: SourceType | None = None, *, hospital_pattern: str = ""
) -> list[Identifier]:
    """Everything in a text that looks like personal data, in order, without overlaps.

    Args:
        text: any text.
        source_type: of the document; local kinds (audit, involvement, frontline, evaluation) are read more strictly.
        hospital_pattern: a site's own regular expression for hospital numbers.
    """
    is_local = source_type is None or source_type in LOCAL_TYPES
    found = [
        *_nhs_numbers(text, is_local),
        *_nhs_said(text),
        *_birth_dates(text, is_local),
        *_hospital_numbers(text, hospital_pattern),
        *_matches(_NI_CUED, text, IdentifierKind.NATIONAL_INSURANCE, group="ni"),
        *_insurance_numbers(text, is_local),
        *_postcodes(text, is_local),
        *_contacts(text, is_local),
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
    return [
        f"{len(items)} x {kind.value.lower()} ({items[0].masked})"
        for kind, items in by_kind.items()
    ]


def _mask(value: str, keep_start: int = 2, keep_end: int = 2) -> str:
    inner = "".join("*" if c.isalnum() else c for c in value[keep_start : len(value) - keep_end])
    return (
        f"{value[:keep_start]}{inner}{value[len(value) - keep_end :]}"
        if len(value) > keep_start + keep_end
        else "*" * len(value)
    )


def _matches(
    pattern: re.Pattern[str],
    text: str,
    kind: IdentifierKind,
    *,
    group: str | int = 0,
    blocks: bool = True,
) -> Iterator[Identifier]:
    for match in pattern.finditer(text):
        yield Identifier(
            kind, match.start(group), match.end(group), _mask(match.group(group)), blocks
        )


def _nhs_numbers(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _NHS.finditer(text):
        digits = re.sub(r"\D", "", match.group().translate(_DIGITS))
        if (
            not is_valid_nhs_number(digits)
            or sum(c.isdigit() for c in match.group()) < _FEWEST_DIGITS
        ):
            continue
        if match.group(1) + match.group(2) in (".", "\u00b7") or _is_another_number(
            text, match.start(), is_local
        ):
            continue  # one point alone is a decimal's
        if digits.startswith(TEST_RANGE):
            yield Identifier(
                IdentifierKind.NHS_TEST_NUMBER,
                match.start(),
                match.end(),
                f"{digits[:3]} *** ****",
                False,
            )
            continue
        near = (
            text[max(0, match.start() - 40) : match.start()]
            + " "
            + text[match.end() : match.end() + 40]
        )
        if is_local or ISSUED.match(digits) or _SOMEBODYS.search(near):
            blocks = (
                is_local
                or _is_grouped(match.group(1), match.group(2))
                or bool(_NHS_WORDS.search(near))
            )
            yield Identifier(
                IdentifierKind.NHS_NUMBER,
                match.start(),
                match.end(),
                f"{digits[:3]} *** **{digits[8:]}",
                blocks,
            )


def _is_another_number(text: str, start: int, is_local: bool) -> bool:
    """Whether what stands right before a number says that it is no person's: an address it ends, or a label."""
    address = _ADDRESS.search(text, max(0, start - _LONGEST_ADDRESS), start)
    if address and not _SOMEBODYS_IN_ADDRESS.search(address.group()):
        return True
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    if _NOT_NHS.search(before):
        return True
    label = (
        _OTHER_LABEL.search(before)
        if is_local
        else _RESEARCH_LABEL.search(_EARLIER_OF_A_LIST.sub("", before))
    )
    # "Patient registration number" and "hospital account no." are a person's all the same.
    return label is not None and not _SOMEBODYS_OWN.search(before[: label.start()])


def _nhs_said(text: str) -> Iterator[Identifier]:
    """Ten digits in any grouping after the letters NHS."""
    for match in _NHS_SAID.finditer(text):
        digits = re.sub(r"\D", "", match.group("n").translate(_DIGITS))
        if is_valid_nhs_number(digits):
            is_test = digits.startswith(TEST_RANGE)
            kind = IdentifierKind.NHS_TEST_NUMBER if is_test else IdentifierKind.NHS_NUMBER
            yield Identifier(
                kind,
                match.start("n"),
                match.end("n"),
                f"{digits[:3]} *** **{digits[8:]}",
                not is_test,
            )


def _is_grouped(first: str, second: str) -> bool:
    """Whether both gaps of a 3-3-4 number are there and alike; a line break is no grouping."""
    return (
        bool(first)
        and bool(second)
        and "\n" not in first + second
        and first.strip() == second.strip()
    )


def _birth_dates(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _BIRTH.finditer(text):
        date = match.group("date")
        yield Identifier(
            IdentifierKind.BIRTH_DATE,
            match.start("date"),
            match.end("date"),
            _mask(date),
            is_local or bool(match.group("label")),
        )


def _insurance_numbers(text: str, is_local: bool) -> Iterator[Identifier]:
    """Those that nothing announces; written together in published text they are as likely the code of a drug."""
    for match in _NI.finditer(text):
        blocks = is_local or not match.group().isalnum()
        yield Identifier(
            IdentifierKind.NATIONAL_INSURANCE,
            match.start(),
            match.end(),
            _mask(match.group()),
            blocks,
        )


def _postcodes(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _POSTCODE.finditer(text):
        code = match.group()
        outward = code.split()[0]
        if (
            not code.isupper()
            and code.lower().endswith(_NOT_INWARD)
            and (len(outward) < 3 or outward.isupper())
        ):
            continue  # "at 4 1st", "FY15 2nd quarter"
        blocks = is_local and not is_of_organisation(text, match.start(), match.end())
        yield Identifier(IdentifierKind.POSTCODE, match.start(), match.end(), _mask(code), blocks)


def _contacts(text: str, is_local: bool) -> Iterator[Identifier]:
    """E-mail addresses and mobile numbers; those that a team or a service answers block nothing."""
    for item in _matches(_EMAIL, text, IdentifierKind.EMAIL, blocks=is_local):
        yield replace(item, blocks=is_local and not is_team_mailbox(text[item.start : item.end]))
    for item in _matches(_PHONE, text, IdentifierKind.PHONE, blocks=is_local):
        yield replace(item, blocks=is_local and not is_team_line(text, item.start, item.end))


def _hospital_numbers(text: str, pattern: str) -> Iterator[Identifier]:
    yield from _matches(_HOSPITAL, text, IdentifierKind.HOSPITAL_NUMBER, group="id")
    if pattern:
        yield from _matches(re.compile(pattern), text, IdentifierKind.HOSPITAL_NUMBER)


def _names(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _TITLE_NAME.finditer(text):
        group = match.lastgroup or "name"
        first = match.group(group).split()[0]
        is_blank = group == "labelled" and is_form_label(first)
        if first in _NOT_NAMES or is_blank or _CODE.fullmatch(first):
            continue
        yield Identifier(
            IdentifierKind.NAME,
            match.start(group),
            match.end(group),
            _mask(match.group(group), 1, 0),
            is_local or group == "labelled",
        )
    for match in _PLAIN_NAME.finditer(text):
        group = match.lastgroup or "person"
        if _NOT_PEOPLE.isdisjoint(match.group(group).split()):
            start, end = match.span(group)
            yield Identifier(
                IdentifierKind.NAME, start, end, _mask(match.group(group), 1, 0), is_local
            )


def _rare_events(text: str, is_local: bool) -> Iterator[Identifier]:
    if not is_local or not _RARE.search(text):
        return
    for sentence in _SENTENCE.finditer(text):
        event = _RARE.search(sentence.group())
        day = _DAY.search(sentence.group()) if event else None
        if event and day and _UNIT.search(sentence.group()) and _ONE.search(sentence.group()):
            start = sentence.start()
            yield Identifier(
                IdentifierKind.RARE_EVENT,
                start + day.start(),
                start + day.end(),
                event.group().lower(),
                True,
            )
