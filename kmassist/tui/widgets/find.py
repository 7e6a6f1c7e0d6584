"""Finding words in whatever is shown: in a table only the rows that hold them, in a list or a text one place after the other."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from kmassist.tui.keys import keys
from kmassist.tui.safe import words

MARK = "$km-on-marked on $km-marked"


class Finder(Protocol):
    """Looks in one widget. ``enter`` is the word for the Enter key, ``done`` that for Escape.

    Where ``is_filter``, everything that was found is shown at once and Enter goes there; else Enter goes to the next place.
    """

    enter: str
    done: str
    is_filter: bool
    hint: str

    async def find(self, said: str) -> int:
        """How many places hold ``said``."""

    async def show(self, place: int) -> None:
        """Bring one of them into view."""

    def says(self, place: int, count: int) -> str:
        """Where one stands among them."""

    def close(self) -> None:
        """Show everything as it was."""


class WordsInput(Input):
    """The words that are looked for."""

    BINDINGS = keys(
        ("enter", "submit", "Next", "The next place, or to the list"),
        ("down", "step(1)", ""),
        ("up", "step(-1)", "Previous", "The place before"),
        ("escape", "close", "Done", "Close the search"),
    )

    def __init__(self, finder: Finder) -> None:
        super().__init__(placeholder=finder.hint, id="find", compact=True, select_on_focus=False)
        self.key_labels = {
            "submit": finder.enter,
            "step(-1)": "" if finder.is_filter else "Previous",
            "close": finder.done,
        }

    @property
    def _bar(self) -> FindBar:
        assert isinstance(self.parent, FindBar)
        return self.parent

    def action_step(self, by: int) -> None:
        self._bar.step(by)

    def action_close(self) -> None:
        self._bar.close()


class FindBar(Horizontal):
    """One line: the words, and where one stands among the places that hold them."""

    def __init__(self, target: Widget, finder: Finder, came_from: Widget) -> None:
        super().__init__()
        self.target = target
        self._came_from = came_from
        self._finder = finder
        self._count = self._place = 0

    def compose(self) -> ComposeResult:
        yield Static(words(("/", "bold $km-link")), markup=False)
        yield WordsInput(self._finder)
        yield Static("", markup=False, id="find-count")

    def on_mount(self) -> None:
        self.query_one(WordsInput).focus()

    @on(Input.Changed, "#find")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._look(event.value)

    @work(exclusive=True, group="find")
    async def _look(self, said: str) -> None:
        self._count, self._place = await self._finder.find(said), 0
        await self._show(said)

    @on(Input.Submitted, "#find")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._finder.is_filter:
            self.target.focus()
        else:
            self.step(1)

    def step(self, by: int) -> None:
        """To another place, round at the ends."""
        if self._count:
            self._place = (self._place + by) % self._count
            self._go()

    @work(exclusive=True, group="find")
    async def _go(self) -> None:
        await self._show(self.query_one(WordsInput).value)

    async def _show(self, said: str) -> None:
        if self._count:
            await self._finder.show(self._place)
        count = self._finder.says(self._place, self._count) if said.strip() else ""
        self.query_one("#find-count", Static).update(
            words((count, "$km-quiet" if self._count else "bold $km-check"))
        )

    def close(self) -> None:
        """Everything as it was, and the focus where the words were looked for."""
        self._finder.close()
        if self.has_focus_within:
            self._came_from.focus()
        self.remove()


def where_to_find(screen: Screen[Any]) -> Widget | None:
    """What ``/`` looks in: what has the focus, what that stands in, else the first table, list or text of the screen."""
    focused = screen.focused
    if focused is not None and focused.check_consume_key("slash", "/"):
        return None  # a letter there
    around = focused.ancestors_with_self if focused is not None else []
    nodes = [*around, *screen.walk_children(Widget)]
    found = (n for n in nodes if isinstance(n, Widget) and _can_be_searched(n) and n.is_on_screen)
    return next(found, None)


def _can_be_searched(widget: Widget) -> bool:
    if isinstance(widget, OptionList):
        return widget.option_count > 0
    if isinstance(widget, VerticalScroll):
        return not widget.query("Input, Select")  # that is a form
    return hasattr(widget, "finder")


def open_find(screen: Screen[Any]) -> None:
    """The line for the words, at the foot of the card or above the status line."""
    target = where_to_find(screen)
    if target is None:
        return
    for bar in screen.query(FindBar):
        if bar.target is target:
            bar.query_one(WordsInput).focus()
            return
        bar.close()
    bar = FindBar(target, _finder_of(target), screen.focused or target)
    card = next(iter(screen.query(".card")), None)
    if card is not None:
        card.mount(bar)
    else:
        screen.mount(bar, before="StatusLine")


def close_find(screen: Screen[Any]) -> None:
    """Nothing is looked for any more."""
    for bar in screen.query(FindBar):
        bar.close()


def _finder_of(target: Widget) -> Finder:
    make: Callable[[], Finder] | None = getattr(target, "finder", None)
    if make is not None:
        return make()
    return OptionsFinder(target) if isinstance(target, OptionList) else TextFinder(target)


class PlaceFinder:
    """What a list and a text have in common: one place after the other."""

    enter, done, is_filter, hint = "Next", "Done", False, "Find"

    def says(self, place: int, count: int) -> str:
        """``2 of 5``."""
        return f"{place + 1} of {count}" if count else "not found"


class OptionsFinder(PlaceFinder):
    """The lines of a list that hold every word."""

    def __init__(self, listed: OptionList) -> None:
        self._listed = listed
        self._places: list[int] = []

    async def find(self, said: str) -> int:
        """Lines that hold all words."""
        wanted = said.casefold().split()
        self._places = [
            n
            for n, option in enumerate(self._listed.options)
            if wanted
            and not option.disabled
            and all(word in str(option.prompt).casefold() for word in wanted)
        ]
        return len(self._places)

    async def show(self, place: int) -> None:
        """The cursor goes there."""
        self._listed.highlighted = self._places[place]

    def close(self) -> None:
        """The cursor stays where it is."""


def pattern_of(said: str) -> re.Pattern[str] | None:
    """Finds the words as they follow each other, whatever white space is between them; None for no words."""
    parts = [re.escape(part) for part in said.split()]
    return re.compile(r"\s+".join(parts), re.IGNORECASE) if parts else None


@dataclass(frozen=True, slots=True)
class _Place:
    """Characters ``start`` to ``end`` of a text, or row ``start`` of a table."""

    static: Static
    start: int
    end: int


class TextFinder(PlaceFinder):
    """The words in the texts and tables below a widget, as they are shown; the one at hand is marked."""

    def __init__(self, holder: Widget) -> None:
        self._holder = holder
        self._places: list[_Place] = []
        self._marked: tuple[Static, Any, Any] | None = None

    async def find(self, said: str) -> int:
        """Places in the order shown."""
        self.close()
        pattern = pattern_of(said)
        self._places = []
        for static in self._holder.query(Static) if pattern else ():
            if static.display:
                assert pattern is not None
                self._places += _places_in(static, pattern)
        return len(self._places)

    async def show(self, place: int) -> None:
        """Mark it and scroll to it."""
        self.close()
        found = self._places[place]
        held: Any = found.static.content
        shown = (
            with_row_marked(held, found.start)
            if isinstance(held, Table)
            else held.stylize(MARK, found.start, found.end)
        )
        found.static.update(shown)
        self._marked = (found.static, held, shown)
        scroll_to_place(self._holder, found.static, lines_above(found.static, held, found.start))

    def close(self) -> None:
        """Nothing marked."""
        if self._marked is not None:
            static, held, shown = self._marked
            if static.is_attached and static.content is shown:
                static.update(held)
        self._marked = None


def _places_in(static: Static, pattern: re.Pattern[str]) -> list[_Place]:
    held: Any = static.content
    if isinstance(held, Table):
        return [
            _Place(static, n, n)
            for n in range(held.row_count)
            if pattern.search("\n".join(_cells(held, n)))
        ]
    if not isinstance(held, Content):
        return []
    return [_Place(static, *found.span()) for found in pattern.finditer(held.plain)]


def _cells(table: Table, row: int) -> list[str]:
    held = [list(column.cells)[row] for column in table.columns]
    return [cell.plain if isinstance(cell, Text) else str(cell) for cell in held]


def with_row_marked(table: Table, row: int) -> Table:
    """A copy of a table with one row standing out."""
    shown = copy.copy(table)
    shown.rows = [replace(r, style="reverse") if n == row else r for n, r in enumerate(table.rows)]
    return shown


def lines_above(static: Static, held: Any, start: int) -> int:
    """Lines of a text above a character, or of a table above a row, as far as they can be told."""
    width = max(1, static.content_size.width)
    if isinstance(held, Table):
        return static.size.height * (start + 1) // (held.row_count + 1)
    above = cast("Content", held)[:start]
    return max(0, above.get_height({}, width) - 1) if start else 0


def scroll_to_place(scroll: Widget, static: Static, line: int) -> None:
    """Bring a line of a text into the upper third of the part that scrolls."""
    y = static.region.y - scroll.region.y + round(scroll.scroll_y) + line
    scroll.scroll_to(y=max(0, y - scroll.size.height // 3), animate=False)
