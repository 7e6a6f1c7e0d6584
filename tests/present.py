"""What a test knows to be there."""

from typing import TypeVar

Held = TypeVar("Held")


def present(value: Held | None) -> Held:
    """The value, where its type allows None and this test does not."""
    assert value is not None
    return value
