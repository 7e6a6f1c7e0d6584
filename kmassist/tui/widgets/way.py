"""A way on from words that ask for nothing: to the place of the interface that does what was typed."""

from __future__ import annotations

from textual.events import Click
from textual.widgets import Static

from kmassist.question.typed_commands import TypedCommand
from kmassist.tui.keys import keys
from kmassist.tui.messages import OpenPlace
from kmassist.tui.places import ALL_PLACES
from kmassist.tui.safe import words


class Way(Static, can_focus=True):
    """Enter or a click goes there; with a file that was named already chosen."""

    BINDINGS = keys(
        ("enter", "go", "Go", "Go to the place that does this"),
        ("down,j", "app.focus_next", "Next"),
        ("up,k", "app.focus_previous", "Previous"),
    )

    def __init__(self, command: TypedCommand) -> None:
        place = next(place for place in ALL_PLACES if place.mode == command.place)
        super().__init__(
            words((f"› Go to {place.label} ({place.key.upper()})", "$km-link")),
            markup=False,
            classes="next",
        )
        self._command = command

    def action_go(self) -> None:
        self.post_message(OpenPlace(self._command.place, self._command.path))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_go()
