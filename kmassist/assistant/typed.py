"""What people type is looked at for personal data before any of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kmassist.errors import RecordError
from kmassist.privacy.identifiers import summarise
from kmassist.privacy.redaction import scan_record, typed_words
from kmassist.question.scope import is_about_one_patient
from kmassist.settings.model import PrivacySettings


def refuse_personal_data(words: object, privacy: PrivacySettings) -> None:
    """Look at words, or at every typed word of a record; a library that scans nothing lets them pass.

    Raises:
        RecordError: they look as if they held personal data; says of which kinds.
    """
    found = scan_record(words, privacy.hospital_number_pattern) if privacy.scan else []
    if found:
        raise RecordError(
            f"It looks as if it holds personal data: {'; '.join(summarise(found))}.",
            "Nothing was kept. Write it without.",
        )


def tells_of_a_person(question: str, privacy: PrivacySettings) -> bool:
    """Whether a question is about one person or holds what looks like personal data; looked at in every library."""
    return is_about_one_patient(question) or bool(
        scan_record([question], privacy.hospital_number_pattern)
    )


def refuse_people(question: str, privacy: PrivacySettings) -> None:
    """Look at a question that is to be kept.

    Raises:
        RecordError: it tells of a person.
    """
    if tells_of_a_person(question, privacy):
        raise RecordError(
            "This question looks as if it is about one person, so it is not kept.",
            "Ask about women, families or staff in general.",
        )


def typed(privacy: PrivacySettings) -> Callable[[Mapping[str, Any], Mapping[str, Any]], None]:
    """For `Records`: look at what a record has that was not in it before, so that an old one stays editable."""

    def look(body: Mapping[str, Any], held: Mapping[str, Any]) -> None:
        old = set(typed_words(held))
        refuse_personal_data([words for words in typed_words(body) if words not in old], privacy)

    return look
