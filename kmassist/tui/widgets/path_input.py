"""A prompt for a path, with completion from the file system."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input

from kmassist.tui.safe import safe


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
            names = sorted((e.name, e.is_dir()) for e in entries if e.name.startswith(start) and (start or e.name[0] != "."))
    except OSError:
        return None
    for name, is_folder in names:
        if safe(name) == name:
            return value + name[len(start) :] + (os.sep if is_folder else "")
    return None


class PathInput(Input):
    """Right arrow or Tab takes the completion."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "complete",
            "Complete",
            tooltip="Take the completion; without one, go on to the next field",
            key_display="Tab",
        ),
    ]

    def __init__(self, value: str = "", *, placeholder: str = "", enter: str = "Take", id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, placeholder=placeholder, suggester=PathSuggester(), id=id, select_on_focus=False)
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
        return Path(self.value.strip()).expanduser() if self.value.strip() else None
