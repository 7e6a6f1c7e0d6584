"""Contacts of teams and organisations, and the labels of blank forms: they hold no public file back.

The words are data (``data/public_contacts.yaml``), each with examples it takes and some it must not. In doubt a contact stays
personal: a line that is about a person is never an organisation's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from kmassist.text.shipped import shipped_data

_BEFORE = 200
"""How far back on its line the name of an organisation may stand."""


@dataclass(frozen=True, slots=True)
class _Words:
    mailboxes: frozenset[str]
    organisations: tuple[re.Pattern[str], ...]
    lines: tuple[re.Pattern[str], ...]
    persons: tuple[re.Pattern[str], ...]
    form: frozenset[str]


def contact_data() -> dict[str, Any]:
    """The file of words as it stands."""
    return shipped_data("public_contacts.yaml")


@cache
def _words() -> _Words:
    data = contact_data()

    def compiled(name: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(item["pattern"]) for item in data[name])

    return _Words(
        frozenset(data["mailboxes"]["words"].split()),
        compiled("organisations"),
        compiled("lines"),
        compiled("persons"),
        frozenset(data["form_words"].split()),
    )


def is_team_mailbox(address: str) -> bool:
    """Whether a word of a mailbox's name says that a team or a body reads it."""
    name = address.partition("@")[0].casefold()
    return not _words().mailboxes.isdisjoint(re.split(r"[^a-z]+", name))


def is_of_organisation(text: str, start: int, end: int) -> bool:
    """Whether a postcode follows the name of an organisation on its line, and nothing there is about a person."""
    line = _line(text, start, end)
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    return any(p.search(before) for p in _words().organisations) and not _is_personal(line)


def is_team_line(text: str, start: int, end: int) -> bool:
    """Whether a telephone number is that of a team or a service, and nothing on its line is about a person."""
    line = _line(text, start, end)
    return any(p.search(line) for p in _words().lines) and not _is_personal(line)


def is_form_label(word: str) -> bool:
    """Whether a word is what a blank form asks for, as "Forename" after "Surname:" is."""
    return re.sub(r"\W+", "", word).casefold() in _words().form


def _is_personal(line: str) -> bool:
    return any(pattern.search(line) for pattern in _words().persons)


def _line(text: str, start: int, end: int) -> str:
    return (
        text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
        + text[start : end + _BEFORE].partition("\n")[0]
    )
