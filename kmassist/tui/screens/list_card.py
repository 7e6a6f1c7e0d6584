"""A card with a head and a list: what is listed is fetched when it opens, and again after each change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from kmassist.tui.context import Context, context
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.assistant import Assistant


class ListCard(ModalScreen[None]):
    """One list over the place it was opened from; a subclass says what stands in it, and what may be done."""

    @property
    def _kmassist(self) -> Context:
        return context(self)

    def head(self) -> Static:
        raise NotImplementedError

    def listing(self) -> OptionList:
        raise NotImplementedError

    async def fill(self) -> None:
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield self.head()
            yield self.listing()
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        await self.fill()

    async def _change(self, act: Callable[[Assistant], object]) -> None:
        """Do something in the library, in a thread, and list again."""
        await self._kmassist.library.call(act)
        self._load()
