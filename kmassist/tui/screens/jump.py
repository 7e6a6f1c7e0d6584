"""Jump: a letter stands on everything that takes keys; pressing one goes there."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.errors import NoWidget
from textual.events import Click, Key
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from kmassist.tui.keys import keys
from kmassist.tui.safe import words
from kmassist.tui.widgets.key_line import KeyLine


def places_to_jump(screen: Screen[Any]) -> list[tuple[Widget, int, int]]:
    """What takes keys and is in sight, with the column and line of its upper left corner as far as it is seen."""
    found = []
    for widget in screen.focus_chain:
        try:
            seen = screen.find_widget(widget).visible_region
        except NoWidget:
            continue
        if seen.area:
            found.append((widget, seen.x, seen.y))
    return found[: len(ascii_lowercase)]


class JumpScreen(ModalScreen[Widget | None]):
    """Gives back where to go; None for staying."""

    ABOUT: ClassVar[str] = "Press the letter that stands on a part of the screen to go there."
    BINDINGS = keys(("escape", "dismiss(None)", "Stay", "Stay where you are"))
    DEFAULT_CSS = """
    JumpScreen > .letter { position: absolute; width: 3; height: 1; background: $km-marked; color: $km-on-marked; text-style: bold; }
    """

    def __init__(self, places: Sequence[tuple[Widget, int, int]]) -> None:
        super().__init__()
        self.places = dict(zip(ascii_lowercase, places, strict=False))

    def compose(self) -> ComposeResult:
        for letter, (_, column, line) in self.places.items():
            label = Static(words(f" {letter} "), markup=False, classes="letter")
            label.styles.offset = (column, line)
            yield label
        yield KeyLine()

    def on_key(self, event: Key) -> None:
        place = self.places.get(event.key)
        if place is not None:
            event.stop()
            self.dismiss(place[0])

    def on_click(self, event: Click) -> None:
        event.stop()
        self.dismiss(None)
