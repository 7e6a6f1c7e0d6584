"""A list to choose from, with its key in the footer."""

from __future__ import annotations

from textual.widgets import OptionList

from kmassist.tui.keys import keys


class Choices(OptionList):
    """Enter opens what is at the cursor."""

    BINDINGS = keys(("enter", "select", "Open", "Open what is at the cursor"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
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

    BINDINGS = keys(("enter", "select", "Ask", "Ask the question at the cursor"))


class StageList(Choices):
    """The eight stages of leadership."""

    BINDINGS = keys(
        ("enter", "select", "Record role", "Record who leads at the stage at the cursor")
    )
