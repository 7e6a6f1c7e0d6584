"""The keys of a screen or a widget as a table, and how a key is printed."""

from __future__ import annotations

import re

from textual.binding import Binding, BindingType

HIDDEN = "hidden"
"""Ends a row that the help names and the line of keys does not."""
_NAMED = {
    "escape": "Esc", "enter": "Enter", "space": "Space", "delete": "Del", "backspace": "Backspace", "tab": "Tab",
    "slash": "/", "question_mark": "?", "left": "←", "right": "→", "up": "↑", "down": "↓",
}  # fmt: skip


def printed(key: str) -> str:
    """A key as it stands on a keyboard; of several, divided by commas, the first."""
    first = key.split(",", maxsplit=1)[0]
    if first.startswith("ctrl+"):
        return f"^{first.removeprefix('ctrl+')}"
    return first.upper() if re.fullmatch(r"f\d+", first) else _NAMED.get(first, first)


def keys(*rows: tuple[str, ...] | Binding) -> list[BindingType]:
    """Bindings out of rows: keys, action, its word on the line of keys, and what it does; a row without that is on neither."""
    made: list[BindingType] = []
    for row in rows:
        if isinstance(row, Binding):
            made.append(row)
            continue
        tooltip = row[3] if len(row) > 3 else ""
        # Several keys of one action are all printed as the first, also where a widget takes that one for itself.
        shown = printed(row[0]) if "," in row[0] else None
        made.append(
            Binding(row[0], row[1], row[2], show=len(row) == 4, tooltip=tooltip, key_display=shown)
        )
    return made
