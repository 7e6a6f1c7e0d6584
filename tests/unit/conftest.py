"""Fixtures of the unit tests."""

from tests.reading import kept_reader, reading_process

__all__ = ["kept_reader", "reading_process"]
