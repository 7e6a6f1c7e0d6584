"""Map: topics by kinds of source, each cell with its state, count and newest year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.coordinate import Coordinate
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import DataTable, Static

from kmassist.coverage import State
from kmassist.documents import SourceType
from kmassist.tui.safe import cell as table_cell
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.main import MainScreen
from kmassist.tui.standing import KIND
from kmassist.tui.states import STATE_COLOURS

if TYPE_CHECKING:
    from kmassist.gapmap import GapMap, MapCell, MapRow

_WIDE = 132
"""Columns from which a cell has room for its year."""


class Grid(DataTable[Text]):
    """The table of the map; a cursor over single cells."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Documents", tooltip="The documents of this cell"),
    ]


class MapScreen(MainScreen):
    """The whole corpus on one page."""

    mode = "map"
    ABOUT = (
        "Each row is a topic, each column a kind of source. A cell shows a mark for its state (+ sufficient, o thin, x "
        "conflicting, ! outdated, ~ indirect, - none), the number of studies and, where there is room, the newest year. Arrows "
        "move; Enter lists the documents of a cell."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "ask", "Ask about it", tooltip="Ask what is known about this topic"),
        Binding("g", "register", "Register gap", tooltip="Put this cell into the gap register"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._map: GapMap | None = None
        self._is_wide = False

    def body(self) -> Iterable[Widget]:
        """Grid and the cell in words."""
        with Vertical(id="table-frame"):
            yield Grid(id="grid", cursor_type="cell", fixed_columns=1, cell_padding=1)
            yield Static("", markup=False, id="empty")
        yield Static("", markup=False, id="particulars")

    def on_mount(self) -> None:
        """Draw; again when the library changes."""
        self.query_one(Grid).focus()
        self.kmassist.library_changed.subscribe(self, lambda _: self._load())
        self._load()

    def on_resize(self, event: Resize) -> None:
        """Years where there is room."""
        is_wide = event.size.width >= _WIDE
        if is_wide != self._is_wide:
            self._is_wide = is_wide
            self._draw()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        self._map = await self.kmassist.library.call(lambda a: a.gaps.map())
        self._draw()

    def _draw(self) -> None:
        grid, empty = self.query_one(Grid), self.query_one("#empty", Static)
        kept = grid.cursor_coordinate if grid.row_count else Coordinate(0, 1)
        grid.clear(columns=True)
        rows = self._map.rows if self._map else ()
        grid.display, empty.display = bool(rows), not rows
        if not rows:
            said = "No documents yet: the map fills as you add them (F3)." if self._map else "The map is being drawn…"
            empty.update(words((said, "$km-quiet")))
            self.query_one("#particulars", Static).update("")
            return
        grid.add_column(Text("Topic", style="bold"), width=34 if self._is_wide else 28)
        for kind in SourceType:
            label = KIND[kind] if self._is_wide else kind.value
            grid.add_column(Text(label, style="bold"), width=10 if self._is_wide else 4)
        for row in rows:
            topic = table_cell(row.label, limit=34 if self._is_wide else 28)
            grid.add_row(topic, *(self._cell(row.cell(kind)) for kind in SourceType), key=row.topic)
        grid.move_cursor(row=min(kept.row, len(rows) - 1), column=max(1, kept.column), animate=False)

    def _cell(self, found: MapCell) -> Text:
        colour = self.kmassist.theme_colour(STATE_COLOURS[found.state] if found.studies else "km-quiet")
        text = Text(no_wrap=True, end="")
        text.append(f"{found.code} ", style=f"bold {colour}")
        if found.studies:
            text.append(str(found.studies), style=self.kmassist.theme_colour("foreground"))
            if self._is_wide and found.newest:
                text.append(f" {found.newest[:4]}", style=self.kmassist.theme_colour("km-quiet"))
        return text

    @property
    def place(self) -> tuple[MapRow, MapCell] | None:
        """Topic and cell at the cursor; the first kind when the cursor stands on the topic's name."""
        grid = self.query_one(Grid)
        if not self._map or not self._map.rows or not grid.row_count:
            return None
        row = self._map.rows[min(grid.cursor_row, len(self._map.rows) - 1)]
        return row, row.cells[max(0, grid.cursor_column - 1)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that need a cell are offered when there is one."""
        if action in ("ask", "register") and self.is_mounted:
            place = self.place
            if place is None or (action == "ask" and place[0].topic == "-"):
                return False
            return action == "ask" or place[1].state is not State.SUFFICIENT
        return True

    @on(DataTable.CellHighlighted)
    def _moved(self, event: DataTable.CellHighlighted) -> None:
        event.stop()
        place = self.place
        if place is None or self._map is None:
            return
        row, found = place
        lines: list[str | tuple[str, str]] = [
            (one_line(row.label), "bold"),
            f"  {row.documents} {'document' if row.documents == 1 else 'documents'}\n",
            found.says,
        ]
        if self._map.empty_topics:
            names = ", ".join(one_line(label) for _, label in self._map.empty_topics)
            lines.append((f"\nNo document at all on: {one_line(names, 150)}", "$km-quiet"))
        self.query_one("#particulars", Static).update(words(*lines))
        self.refresh_bindings()

    @on(DataTable.CellSelected)
    def _open(self, event: DataTable.CellSelected) -> None:
        from kmassist.tui.screens.topic import TopicScreen

        event.stop()
        if self.place:
            row, found = self.place
            is_topic = self.query_one(Grid).cursor_column == 0
            doc_ids = [d for c in row.cells for d in c.doc_ids] if is_topic else list(found.doc_ids)
            kind = "all kinds of source" if is_topic else found.says
            self.app.push_screen(TopicScreen(one_line(row.label), kind, doc_ids))

    def action_ask(self) -> None:
        """Ask on the Ask screen."""
        if self.place:
            label = one_line(self.place[0].label)
            self.kmassist.ask_question(f"What do we know about {label[:1].lower()}{label[1:]}?")

    def action_register(self) -> None:
        """A form with what the map knows filled in."""
        from kmassist.tui.screens.gap_form import new_gap

        if self.place:
            row, found = self.place
            known = {
                "title": f"{found.source_type.label} on {row.label}: {found.state.value}",
                "topic": row.topic,
                "source_type": found.source_type.value,
            }
            self.app.push_screen(new_gap(self.kmassist, known))
