"""What all places share: the line of places on top, the status line and the keys below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.navigation import Navigation
from kmassist.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from kmassist.tui.app import KmassistApp


class MainScreen(Screen[None]):
    """A place. A subclass names its ``mode`` and yields its ``body``; its docstring-like ``ABOUT`` is what F1 shows."""

    mode: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        width = self.app.size.width  # known before the first layout, which need not be done twice then
        reached = [name for least, name in self.app.HORIZONTAL_BREAKPOINTS or [] if width >= least]
        self.set_classes(reached[-1:])

    def compose(self) -> ComposeResult:
        """Frame and body."""
        yield Navigation(self.mode)
        yield from self.body()
        yield StatusLine()
        yield KeyLine()

    def body(self) -> Iterable[Widget]:
        """The widgets between the frame's lines."""
        return ()

    @property
    def kmassist(self) -> KmassistApp:
        """The application, by its own type."""
        return cast("KmassistApp", self.app)
