"""A list to choose from, with its key in the footer."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList


class Choices(OptionList):
    """Enter opens what is at the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", tooltip="Open what is at the cursor")
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to open in an empty list."""
        if action != "select":
            return True
        return (
            self.highlighted is not None and not self.get_option_at_index(self.highlighted).disabled
        )

    def on_focus(self) -> None:
        """The cursor stands on the first line rather than nowhere."""
        if self.highlighted is None and self.option_count:
            self.action_first()

    def watch_highlighted(self, highlighted: int | None) -> None:
        """The footer follows."""
        super().watch_highlighted(highlighted)
        self.refresh_bindings()


class Starters(Choices):
    """Questions to begin with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Ask", tooltip="Ask the question at the cursor")
    ]


class StageList(Choices):
    """The eight stages of leadership."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "select", "Record role", tooltip="Record who leads at the stage at the cursor"
        ),
    ]
