"""Cards: what lies over the place it was opened from, its keys below; fetched when it opens and again after each change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen, ScreenResultType

from kmassist.tui.context import Context, context
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.assistant import Assistant


class Card(ModalScreen[ScreenResultType]):
    """A subclass yields its ``body``, whose first widget that takes keys has them, and shows what it fetches in `fill`."""

    @property
    def _kmassist(self) -> Context:
        return context(self)

    def body(self) -> ComposeResult:
        """What stands on the card."""
        yield from ()

    async def fill(self) -> None:
        """Fetch what is shown, and show it."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield from self.body()
        yield KeyLine()

    def on_mount(self) -> None:
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        await self.fill()

    async def _change(self, act: Callable[[Assistant], object]) -> None:
        """Do something in the library, in a thread, and fetch again."""
        await self._kmassist.library.call(act)
        self._load()
