"""A command of the command line that was typed where a question belongs: what to do instead."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from kmassist.text.shipped import shipped_data

_PATH = re.compile(r"""["']?(?:[A-Za-z]:[\\/]|\\\\|~?/|\.{1,2}[\\/]?|\S+\.[A-Za-z]{2,5}["']?$)""")


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """What was typed.

    Attributes:
        says: what to do instead, in words.
        place: the place of the interface that does it; empty where there is none.
        question: what was to be asked; empty for nothing.
        path: the file or folder that was named; empty for none.
    """

    says: str
    place: str = ""
    question: str = ""
    path: str = ""


def typed_command(typed: str) -> TypedCommand | None:
    """The command that somebody typed; None for a question."""
    words = _split(typed)
    is_named = words[:1] == ["kmassist"]
    if is_named:
        words = words[1:]
        while words and words[0].startswith("-"):
            is_valued = words[0] == "--library"
            words = words[1 + is_valued :]
        if not words:
            return TypedCommand("kmassist is open already: type a question.")
    data = shipped_data("typed_commands.yaml")
    table, under = data["commands"], data["behind"]
    name, behind = (words[0].casefold(), words[1:]) if words else ("", [])
    if name not in table or not (is_named or _is_command(table[name], typed, behind, under)):
        return None
    row = table[name]
    said = [word for word in behind if not word.startswith("-") and word not in under]
    return TypedCommand(
        f"‘{name}’ is a command for a terminal; here words only ask. {row['says']}",
        row.get("place", ""),
        said[0] if said and row.get("asks") and " " in said[0] else "",
        said[0] if said and row.get("path") else "",
    )


def _split(typed: str) -> list[str]:
    flat = typed.strip().replace("“", '"').replace("”", '"')
    try:
        return shlex.split(flat.replace("\\", "\\\\"))
    except ValueError:  # a quotation mark without its pair: it's
        return flat.split()


def _is_command(row: dict[str, object], typed: str, behind: list[str], under: list[str]) -> bool:
    """Whether what follows a word that is also a command is what follows a command: nothing, an option, a quotation, a file."""
    if not behind:
        return not row.get("is_word")
    first = behind[0]
    is_quoted = len(behind) <= 1 + 2 * typed.count(" -") and " " in first
    is_file = bool(row.get("path")) and bool(_PATH.match(first))
    return first.startswith("--") or is_quoted or is_file or (first in under and len(behind) <= 2)
