"""A prompt for a path, with completion from the file system."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from rich.text import Text
from textual.suggester import Suggester
from textual.widgets import DirectoryTree, Input

from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, safe


class PathSuggester(Suggester):
    """The first file or folder that goes on as typed; names that a terminal would obey are never suggested."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Looked up in a thread: a slow network folder must not stop the typing."""
        return await asyncio.to_thread(complete, value) if value else None


def complete(value: str) -> str | None:
    """``value`` with the rest of the first name that starts so; a folder ends with a separator."""
    typed = os.path.expanduser(value)  # noqa: PTH111 - keeps a trailing separator, which Path drops
    folder, _, start = typed.rpartition(os.sep)
    try:
        with os.scandir(folder + os.sep if folder or typed.startswith(os.sep) else ".") as entries:
            names = sorted(
                (e.name, e.is_dir())
                for e in entries
                if e.name.startswith(start) and (start or e.name[0] != ".")
            )
    except OSError:
        return None
    for name, is_folder in names:
        if safe(name) == name:
            return value + name[len(start) :] + (os.sep if is_folder else "")
    return None


_QUOTES = ('""', "''", "“”", "‘’", "«»", "<>")


def unquoted(text: str, from_address: Callable[[str], str] = url2pathname) -> str:
    """What was pasted as the words of a path: Windows copies one with quotation marks, a browser gives ``file://``.

    Args:
        text: as typed or pasted.
        from_address: the system's way from the path of an address to a path of its own.
    """
    said = text.strip()
    while len(said) > 1 and said[0] + said[-1] in _QUOTES:
        said = said[1:-1].strip()
    if not said.lower().startswith("file:"):
        return said
    parts = urlsplit(said)
    share = f"//{parts.netloc}" if parts.netloc not in {"", "localhost"} else ""
    return from_address(share + parts.path)


def typed_path(text: str) -> Path | None:
    """What was typed or pasted as a path; None for nothing. A Mac's terminal puts a backslash before each space."""
    said = unquoted(text)
    if not said:
        return None
    path = Path(said).expanduser()
    is_address = text.strip().lower().startswith("file:")
    if os.sep == "/" and "\\" in said and not is_address and not _is_there(path):
        path = Path(re.sub(r"\\(.)", r"\1", said)).expanduser()
    return path


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long to be one
        return False


class PathInput(Input):
    """Right arrow or Tab takes the completion."""

    BINDINGS = keys(
        (
            "tab",
            "complete",
            "Complete",
            "Take the completion; without one, go on to the next field",
        ),
    )

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        enter: str = "Take",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(
            value, placeholder=placeholder, suggester=PathSuggester(), id=id, select_on_focus=False
        )
        self.key_labels = {"submit": enter}

    def action_complete(self) -> None:
        """Take what is suggested, else leave the field."""
        if self._suggestion and self._suggestion != self.value:
            self.value = self._suggestion
            self.cursor_position = len(self.value)
        else:
            self.screen.focus_next()

    @property
    def path(self) -> Path | None:
        """What is typed as a path; None for nothing."""
        return typed_path(self.value)


class Line(Input):
    """``enter`` is the word for the Enter key in the line of keys."""

    def __init__(
        self,
        value: str = "",
        *,
        enter: str,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(value, placeholder=placeholder, id=id, select_on_focus=False)
        self.key_labels = {"submit": enter}


class FolderTree(DirectoryTree):
    """Without hidden files and sidecars; names are text, never markup or control characters."""

    ICON_NODE = "+ "
    ICON_NODE_EXPANDED = "- "
    ICON_FILE = "  "

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """No hidden files, no sidecars: those are read with the file they describe."""
        return [
            path for path in paths if not path.name.startswith(".") and ".meta." not in path.name
        ]

    def process_label(self, label: str | Text) -> Text:
        """A name as one harmless line."""
        return Text(one_line(label.plain if isinstance(label, Text) else label) or "?")
