"""Numbers of things, in words."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """How many of what: ``1 document``, ``1,204 documents``.

    Args:
        one: the word for one of them, with what agrees with it: *source is*.
        many: the word for several; ``one`` with an s at its end where it is not given.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
