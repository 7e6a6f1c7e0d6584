"""The keys of a screen or a widget as a table."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HIDDEN = "hidden"
"""Ends a row that the help names and the line of keys does not."""


def keys(*rows: tuple[str, ...] | Binding) -> list[BindingType]:
    """Bindings out of rows: keys, action, its word on the line of keys, and what it does; a row without that is on neither."""
    return [
        row
        if isinstance(row, Binding)
        else Binding(
            row[0], row[1], row[2], show=len(row) == 4, tooltip=row[3] if len(row) > 3 else ""
        )
        for row in rows
    ]
