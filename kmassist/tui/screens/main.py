"""What all places share: the line of places on top, the status line and the keys below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from kmassist.tui.context import Context, context
from kmassist.tui.keys import HIDDEN, keys
from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.navigation import Navigation
from kmassist.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from kmassist.tui.widgets.claim import GiveFeedback


class MainScreen(Screen[None]):
    """A place. A subclass names its ``mode`` and yields its ``body``; its docstring-like ``ABOUT`` is what F1 shows."""

    mode: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""
    BINDINGS = keys(
        ("ctrl+n", "sets", "Set", "Look and ask in a part of the library that has a name", HIDDEN),
        (
            "ctrl+l",
            "check_draft",
            "Check a draft",
            "Each sentence of a paper or a reply against this library",
            HIDDEN,
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        width = (
            self.app.size.width
        )  # known before the first layout, which need not be done twice then
        reached = [name for least, name in self.app.HORIZONTAL_BREAKPOINTS or [] if width >= least]
        self.set_classes(reached[-1:])

    def compose(self) -> ComposeResult:
        yield Navigation(self.mode)
        yield from self.body()
        yield StatusLine()
        yield KeyLine()

    def action_trail(self) -> None:
        from kmassist.tui.screens.trail import TrailScreen

        self.app.push_screen(TrailScreen())

    def body(self) -> Iterable[Widget]:
        return ()

    def on_give_feedback(self, message: GiveFeedback) -> None:
        from kmassist.tui.screens.feedback import feedback_form

        message.stop()
        self.app.push_screen(feedback_form(self, message.question, message.view))

    def action_sets(self) -> None:
        from kmassist.tui.screens.sets import SetsScreen

        self.app.push_screen(SetsScreen())

    def action_check_draft(self) -> None:
        """Paste a draft or name its file, and see what the library bears out."""
        from kmassist.tui.screens.check import DraftScreen

        self.app.push_screen(DraftScreen())

    @property
    def kmassist(self) -> Context:
        """The application, by its own type."""
        return context(self)
