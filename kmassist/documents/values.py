"""What any stored value must be: text that has an encoding, counts that have an end."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

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


LONGEST_VALUE = 2_000
"""Characters of one value of a document's metadata: what is longer is a text pasted in its place, and would fill every screen."""


def check_length(value: Any) -> Any:
    """The value of a field: text, a record, or several of them.

    Raises:
        ValueError: a text in it is too long for one value.
    """
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        raise ValueError(f"longer than {LONGEST_VALUE:,} characters")
    if isinstance(value, list | tuple):
        for part in value:
            check_length(part)
    elif isinstance(value, BaseModel):
        for _, part in value:
            check_length(part)
    return value


def storable(value: Any) -> Any:
    """A value with every text in it, one list deep, as it can be stored."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, list | tuple) and any(isinstance(part, str) for part in value):
        return type(value)([storable(part) for part in value])
    return value
