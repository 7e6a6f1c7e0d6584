"""Help: what the screen at hand does and every key that works on it now."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from kmassist.tui.keys import keys
from kmassist.tui.places import PLACES
from kmassist.tui.safe import words
from kmassist.tui.widgets.key_line import KeyLine

_LIMITS = (
    "kmassist finds, quotes and compares documents that your organisation chose to index, and shows which kinds of knowledge "
    "are missing. It is for questions about services, not for decisions about one patient; it gives no diagnosis, dose or "
    "treatment advice. What is missing here may exist elsewhere."
)

_EVERYWHERE = (
    ("Ctrl+P", "Every action by name"),
    ("Ctrl+K", "Jump: a letter stands on each part of the screen, pressing it goes there"),
    ("/", "Find: rows of a table, lines of a list, words of a text; Enter goes on, Esc ends it"),
    ("F12", "Dark, light or high-contrast colours"),
    ("Tab", "The next thing that takes keys"),
    ("F1", "This help"),
    ("Ctrl+Q", "Leave; everything shown is saved"),
)


class HelpScreen(ModalScreen[None]):
    """Made from the bindings themselves, so it cannot go out of date."""

    BINDINGS = keys(("escape,f1,q", "dismiss", "Close", "Close help"))

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._said = str(getattr(about, "ABOUT", ""))
        self._rows = _key_rows(about)

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"), VerticalScroll(id="help-body"):
            yield Static(words((self._said or "Help", "")), markup=False)
            yield Static(words(("Keys that work here now", "bold")), markup=False, classes="kind")
            yield Static(_table(self._rows), markup=False)
            yield Static(words(("Everywhere", "bold")), markup=False, classes="kind")
            places = [(place.key.upper(), f"{place.label}: {place.says}") for place in PLACES]
            yield Static(_table([*places, *_EVERYWHERE]), markup=False)
            yield Static(words((_LIMITS, "$km-quiet")), markup=False, classes="note")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one("#help-body").focus()


def _key_rows(screen: Screen[Any]) -> list[tuple[str, str]]:
    rows = []
    for active in screen.active_bindings.values():
        binding = active.binding
        if active.enabled and binding.tooltip and active.node is not screen.app:
            rows.append(
                (screen.app.get_key_display(binding), f"{binding.description}: {binding.tooltip}")
            )
    return list(dict.fromkeys(rows))


def _table(rows: list[tuple[str, str]]) -> Content:
    return Content("\n").join(words((f"{key:<8}", "bold $km-link"), said) for key, said in rows)
