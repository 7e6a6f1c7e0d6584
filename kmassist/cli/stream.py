"""What is printed, made harmless as it leaves: a terminal obeys nothing but the program's own colours and its progress bar.

Commands make text from documents harmless where they print it; this is the last gate, for names of files, messages of errors
and whatever is forgotten.
"""

from __future__ import annotations

import re
import sys
from typing import Any, TextIO, cast

_OBEYED = re.compile(
    r"\x1b\[(?:[\d;]*m|2K)"  # colours, and the line that the progress bar writes over: kept
    "|([\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])"
)


def harmless(text: str) -> str:
    """The text without control and bidirectional characters, but for line ends, tabs and the program's own sequences."""
    return _OBEYED.sub(lambda found: "" if found[1] else found[0], text)


class _Gate:
    """A text stream that passes on what `harmless` leaves."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(harmless(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # click would write past the gate
            raise AttributeError(name)
        return getattr(self._stream, name)


def guard_streams() -> None:
    """Put the gate before stdout and stderr, for the life of the process."""
    sys.stdout, sys.stderr = cast(TextIO, _Gate(sys.stdout)), cast(TextIO, _Gate(sys.stderr))
