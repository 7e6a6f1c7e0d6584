"""Errors in words: known ones say what to do, unknown ones go to a file that the message names."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

from kmassist.errors import KmassistError
from kmassist.text.clock import stamp
from kmassist.text.plain_files import append_private
from kmassist.tui.preferences import state_folder
from kmassist.tui.safe import safe


@dataclass(frozen=True, slots=True)
class Fault:
    """One notification."""

    title: str
    message: str


def explain(error: BaseException) -> Fault:
    """What to tell a person about an error; one that kmassist does not know is written to a log file first."""
    if isinstance(error, KmassistError):
        return Fault(safe(error.message), safe(error.hint))
    path = write_log(error)
    return Fault(
        "Something went wrong inside kmassist.",
        f"Nothing you saw is lost; try again. If it happens again, send this file to whoever looks after kmassist: {path}",
    )


def write_log(error: BaseException) -> str:
    """Append a traceback to a private file and return its path. Frames and the error's kind only: no document text."""
    path: Path = state_folder() / "interface-errors.log"
    frames = "".join(traceback.format_tb(error.__traceback__))
    try:
        append_private(path, f"{stamp()} {type(error).__name__}\n{frames}\n")
    except OSError:
        return "(no log could be written)"
    return str(path)
