"""Files and folders to choose from, whatever their names hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.text import Text
from textual.widgets import DirectoryTree

from kmassist.tui.safe import one_line


class FolderTree(DirectoryTree):
    """Without hidden files and sidecars; names are text, never markup or control characters."""

    ICON_NODE = "+ "
    ICON_NODE_EXPANDED = "- "
    ICON_FILE = "  "

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """No hidden files, no sidecars: those are read with the file they describe."""
        return [path for path in paths if not path.name.startswith(".") and ".meta." not in path.name]

    def process_label(self, label: str | Text) -> Text:
        """A name as one harmless line."""
        return Text(one_line(label.plain if isinstance(label, Text) else label) or "?")
