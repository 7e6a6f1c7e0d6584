"""The one clock of everything that is recorded or aged: the reader's own time zone and calendar day."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """The present moment in the reader's time zone."""
    return dt.datetime.now().astimezone()


def today() -> dt.date:
    """The reader's own calendar day."""
    return now().date()


def stamp() -> str:
    """The present moment as it is recorded: ISO 8601 to the second, in the reader's time zone."""
    return now().isoformat(timespec="seconds")
