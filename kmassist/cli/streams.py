"""What reaches a terminal: nothing that it would obey, and on an old Windows console the nearest to what it cannot show."""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
import unicodedata
from pathlib import Path
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


_PLAINER = {"→": "->", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "≥": ">=", "≤": "<=", "›": ">", "×": "x", "·": "-"}  # fmt: skip


def _degrade(error: UnicodeError) -> tuple[str, int]:
    """What a stream of another encoding, such as an old Windows console's, cannot hold, as near to it as it can."""
    assert isinstance(error, UnicodeEncodeError)
    kept = "".join(_plainer(c) for c in error.object[error.start : error.end])
    return kept, error.end


def _plainer(character: str) -> str:
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return _PLAINER.get(character) or letters or "?"


def is_exact(stream: Any) -> bool:
    """Whether every character can be written to the stream as it is."""
    return (getattr(stream, "encoding", "") or "").lower().replace("-", "").startswith("utf")


def guard_streams() -> None:
    """Put the gate before stdout and stderr, for the life of the process; a closed one swallows what is written."""
    codecs.register_error("kmassist", _degrade)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the process's end
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="kmassist")
        setattr(sys, name, cast(TextIO, _Gate(stream)))
