"""A line to type in whose Enter says what it does."""

from __future__ import annotations

from textual.widgets import Input


class Line(Input):
    """``enter`` is the word for the Enter key in the line of keys."""

    def __init__(self, value: str = "", *, enter: str, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, placeholder=placeholder, id=id, select_on_focus=False)
        self.key_labels = {"submit": enter}
