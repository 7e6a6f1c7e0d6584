"""What people type is looked at for personal data before any of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kmassist.errors import RecordError
from kmassist.privacy.identifiers import summarise
from kmassist.privacy.redaction import scan_record, typed_words
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


def typed(privacy: PrivacySettings) -> Callable[[Mapping[str, Any], Mapping[str, Any]], None]:
    """For `Records`: look at what a record has that was not in it before, so that an old one stays editable."""

    def look(body: Mapping[str, Any], held: Mapping[str, Any]) -> None:
        old = set(typed_words(held))
        refuse_personal_data([words for words in typed_words(body) if words not in old], privacy)

    return look
