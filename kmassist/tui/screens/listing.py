"""Places that are one table: what stands where it is empty, what is at the cursor, and what is said of that below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Generic, TypeVar

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, Static

from kmassist.tui.safe import words
from kmassist.tui.screens.main import MainScreen
from kmassist.tui.widgets.sheet import Row, Sheet

T = TypeVar("T")


class ListScreen(MainScreen, Generic[T]):
    """A subclass yields `table` in its ``body``, and fetches and shows what is listed in `fill`."""

    MEANWHILE: ClassVar[str] = ""
    """What is said until the list is there."""
    IS_READ_ON_RETURN: ClassVar[bool] = False
    """Read again whenever one comes back to it; else whenever the library changes."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: Mapping[str, T] = {}

    def table(self, sheet: Sheet, *, head: str = "", is_described: bool = True) -> Iterator[Widget]:
        """The table under its head (an id), with room below for what is at the cursor."""
        if head:
            yield Static("", markup=False, id=head)
        with Vertical(id="table-frame"):
            yield sheet
            yield Static("", markup=False, id="empty")
        if is_described:
            yield Static("", markup=False, id="particulars")

    async def fill(self) -> None:
        """Fetch what is listed, and `show` it."""

    def describe(self, one: T) -> Content:
        """What is said below the table of the one at the cursor."""
        return Content("")

    def on_mount(self) -> None:
        self.query_one(Sheet).focus()
        self.say_instead(self.MEANWHILE)
        if not self.IS_READ_ON_RETURN:
            self.kmassist.library_changed.subscribe(self, lambda _: self._load())
            self._load()

    def on_screen_resume(self) -> None:
        if self.IS_READ_ON_RETURN:
            self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        await self.fill()

    def show(self, listed: Mapping[str, T], rows: Iterable[Row], nothing: str) -> None:
        """What is listed, by the keys of its rows; ``nothing`` is said where there are none."""
        self.listed = listed
        self.query_one(Sheet).fill(list(rows))
        self.say_instead("" if listed else nothing)
        self._describe()
        self.refresh_bindings()

    def say_instead(self, sentence: str) -> None:
        """A sentence in place of the table; the table where it is empty."""
        empty = self.query_one("#empty", Static)
        empty.update(words((sentence, "$km-quiet")))
        empty.display, self.query_one(Sheet).display = bool(sentence), not sentence
        self.query("#particulars").set(display=not sentence)

    @property
    def at_cursor(self) -> T | None:
        """The one at the cursor."""
        key = self.query_one(Sheet).key_at_cursor if self.is_mounted else None
        return self.listed.get(key or "")

    @on(DataTable.RowHighlighted)
    def _moved(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._describe()

    def _describe(self) -> None:
        one = self.at_cursor
        for panel in self.query("#particulars").results(Static):
            panel.display = one is not None
            panel.update(self.describe(one) if one is not None else "")
