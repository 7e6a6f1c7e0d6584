"""The line at the top: where one is and where the keys lead."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click
from textual.widgets import Static

from kmassist.tui.places import PLACES, Place


class NavigationItem(Static):
    """One place; a click goes there."""

    def __init__(self, place: Place, *, is_here: bool) -> None:
        name = f"[{place.label}]" if is_here else f" {place.label} "
        super().__init__(Content.assemble((place.key.upper(), "$km-quiet"), (name, "bold" if is_here else "")), markup=False)
        self._place = place
        self.set_class(is_here, "-here")

    def on_click(self, event: Click) -> None:
        """Go there."""
        event.stop()
        self.app.run_worker(self.app.run_action(f"go('{self._place.mode}')"))


class Navigation(Horizontal):
    """All places in a row, the one at hand in brackets."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        """Name and places."""
        yield Static("kmassist", markup=False, classes="brand")
        for place in PLACES:
            yield NavigationItem(place, is_here=place.mode == self._here)
