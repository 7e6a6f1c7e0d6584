"""A table that fills its width, sorts, filters and keeps its place: for documents, gaps and sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text
from textual.events import Resize
from textual.message import Message
from textual.widgets import DataTable

from kmassist.tui.keys import keys
from kmassist.tui.safe import cell, one_line

_ROOMY = 100


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` 0 takes what the others leave, but at least ``least``; below 100 columns a spare column is left out and
    ``narrow``, where given, is the width; below ``needs`` columns it is left out rather than cut."""

    key: str
    label: str
    width: int = 0
    least: int = 20
    is_spare: bool = False
    narrow: int = 0
    needs: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown, in which colour (a rich style), and what it sorts by (the text when empty)."""

    text: str
    style: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``key`` is what the row stands for; ``search`` is what a filter looks in besides the cells."""

    key: str
    cells: tuple[Cell, ...]
    search: str = ""


class Sheet(DataTable[Text]):
    """Rows with a cursor over whole rows. Cells are text without markup."""

    BINDINGS = keys(
        ("enter", "select_cursor", "Open", "Open what is at the cursor"),
        ("s", "sort_next", "Sort", "Sort by the next column; again from the first in reverse"),
        ("slash", "app.find", "Find", "Show only the rows that hold some words"),
        ("escape", "show_all", "All", "Show all rows again"),
    )

    class Filtered(Message):
        """Other rows are shown."""

    class ShowAll(Message):
        """The person wants to see every row again."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        sort_by: str,
        is_reversed: bool = False,
        find_hint: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(
            id=id, cursor_type="row", zebra_stripes=False, header_height=1, cell_padding=1
        )
        self._columns = list(columns)
        self._all: list[Row] = []
        self._sort_by = sort_by
        self._is_reversed = is_reversed
        self._filter = ""
        self._find_hint = find_hint or "Words that a row must hold"
        self._width = 0

    def on_resize(self, event: Resize) -> None:
        if event.size.width != self._width:
            self._width = event.size.width
            self._rebuild()

    def fill(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays on the row it was on."""
        self._all = list(rows)
        self._rebuild()

    def filter_by(self, text: str) -> None:
        """Show the rows that hold every word of ``text``."""
        self._filter = text
        self._rebuild()
        self.post_message(self.Filtered())

    def finder(self) -> RowsFinder:
        """Looks in every cell, also in columns that are not shown, and in what else is known of a row."""
        return RowsFinder(self, self._find_hint)

    @property
    def key_at_cursor(self) -> str | None:
        """What the row at the cursor stands for."""
        if not self.row_count:
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value

    @property
    def shown(self) -> int:
        """Rows that pass the filter."""
        return self.row_count

    @property
    def held(self) -> int:
        """Rows, whether they pass the filter or not."""
        return len(self._all)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "show_all":
            return bool(self._filter)
        return bool(self.row_count) if action in ("select_cursor", "sort_next") else True

    def action_show_all(self) -> None:
        """Every row; the line for the words goes."""
        self.filter_by("")
        self.post_message(self.ShowAll())

    def action_sort_next(self) -> None:
        """The next column; after the last one, the first the other way round."""
        keys = [column.key for column in self._columns]
        place = keys.index(self._sort_by) + 1
        if place == len(keys):
            self._is_reversed = not self._is_reversed
        self._sort_by = keys[place % len(keys)]
        self._rebuild()

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """A click on a heading sorts by it; again, the other way round."""
        event.stop()
        key = str(event.column_key.value)
        self._is_reversed = not self._is_reversed if key == self._sort_by else False
        self._sort_by = key
        self._rebuild()

    def _rebuild(self) -> None:
        if not self._width:
            return
        kept = self.key_at_cursor if self.columns else None
        self.clear(columns=True)
        is_roomy = self._width >= _ROOMY
        shown = [
            column
            for column in self._columns
            if (is_roomy or not column.is_spare) and self._width >= column.needs
        ]
        widths = {
            column.key: column.width if is_roomy else column.narrow or column.width
            for column in shown
        }
        fixed = sum(widths[column.key] + 2 for column in shown if column.width)
        flexible = [column for column in shown if not column.width]
        left = (self._width - 2 - fixed) // max(1, len(flexible)) - 2
        for column in shown:
            mark = (" ↑" if self._is_reversed else " ↓") if column.key == self._sort_by else ""
            width = widths[column.key] or max(column.least, left)
            self.add_column(
                Text(column.label + mark, style="bold", no_wrap=True), width=width, key=column.key
            )
        place = [column.key for column in self._columns].index(self._sort_by)

        def order(row: Row) -> tuple[Any, ...]:
            chosen = row.cells[place]
            value = chosen.order or chosen.text.casefold()
            return (not value, value) if not self._is_reversed else (bool(value), value)

        wanted = self._filter.casefold().split()
        for row in sorted(
            sorted(self._all, key=lambda r: r.key), key=order, reverse=self._is_reversed
        ):
            everything = " ".join([row.search, *(c.text for c in row.cells)]).casefold()
            if all(word in everything for word in wanted):
                paired = zip(self._columns, row.cells, strict=True)
                self.add_row(
                    *(cell(c.text, c.style) for column, c in paired if column in shown), key=row.key
                )
        keys = [key.value for key in self.rows]
        if kept in keys:
            self.move_cursor(row=keys.index(kept), animate=False)
        self.refresh_bindings()


class RowsFinder:
    """Leaves only the rows that hold every word."""

    enter, done, is_filter = "To the list", "All", True

    def __init__(self, sheet: Sheet, hint: str) -> None:
        self._sheet, self.hint = sheet, hint

    async def find(self, said: str) -> int:
        """Rows that are left."""
        self._sheet.filter_by(said)
        return self._sheet.shown

    async def show(self, place: int) -> None:
        """The cursor goes there."""
        self._sheet.move_cursor(row=place, animate=False)

    def says(self, place: int, count: int) -> str:
        """``5 of 137``."""
        return f"{count:,} of {self._sheet.held:,}"

    def close(self) -> None:
        """Every row again."""
        self._sheet.filter_by("")


def plain(text: object, style: str = "", order: str = "") -> Cell:
    """A cell of any text, made harmless."""
    return Cell(one_line(text), style, order)
