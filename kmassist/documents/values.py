"""What any stored value must be: text that has an encoding, counts that have an end."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

FIRST_YEAR = 1500
MOST = 1_000_000_000
"""No count of cases, people or places is larger."""
Count = Annotated[int | None, Field(ge=0, le=MOST)]


def storable_text(text: str) -> str:
    """The text as it can be stored and printed: a byte of a file's name that is no UTF-8 is written as ``\\xe9``."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half a character that stands for no byte
        return text.encode("utf-8", "replace").decode()


def storable(value: Any) -> Any:
    """A value with every text in it, one list deep, as it can be stored."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, list | tuple) and any(isinstance(part, str) for part in value):
        return type(value)([storable(part) for part in value])
    return value
