"""Map: topics by kinds of source, each cell with its state, count and newest year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.coordinate import Coordinate
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import DataTable, OptionList, Static
from textual.widgets.option_list import Option

from kmassist.coverage import State
from kmassist.documents.document import SourceType
from kmassist.text.counts import counted
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import cell as table_cell
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.main import MainScreen
from kmassist.tui.standing import STATE_COLOURS, kind_of, warnings_of
from kmassist.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from kmassist.gaps.map import GapMap, MapCell, MapRow


class TopicScreen(Card[None]):
    """A list to open documents from."""

    ABOUT: ClassVar[str] = (
        "The documents on this topic and of this kind, the newest first. Enter opens one."
    )
    BINDINGS = keys(("escape,q", "dismiss", "Back", "Back to the map"))

    def __init__(self, topic: str, says: str, doc_ids: Sequence[str]) -> None:
        super().__init__()
        self._topic, self._says, self._doc_ids = topic, says, list(dict.fromkeys(doc_ids))

    def body(self) -> ComposeResult:
        yield Static(words((self._topic, "bold"), (f"\n{self._says}", "$km-quiet")), markup=False)
        yield Choices(id="topic-documents")

    async def fill(self) -> None:
        app, wanted = context(self), set(self._doc_ids)
        documents = [d for d in await app.library.call(lambda a: a.sources()) if d.doc_id in wanted]
        listed = self.query_one(OptionList)
        for document in sorted(
            documents, key=lambda d: (d.metadata.dated or "", d.doc_id), reverse=True
        ):
            meta = document.metadata
            warnings = warnings_of(document, app.today(), app.settings.coverage.age)
            facts = [
                kind_of(meta.source_type),
                meta.design.label if meta.design else "",
                meta.date_shown or "undated",
                document.cite_as,
            ]
            said = " · ".join(one_line(f, 60) for f in facts if f)
            alarm = f"\n  ! {', '.join(warnings)}" if warnings else ""
            row = words(
                (one_line(meta.title or document.source_name, 100), "bold"),
                (f"\n  {said}", "$km-quiet"),
                (alarm, "$km-check"),
            )
            listed.add_option(Option(row, id=document.doc_id))
        listed.action_first()
        if not documents:
            listed.add_option(Option(words(("None in this corpus.", "$km-quiet")), disabled=True))

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        from kmassist.tui.screens.document import DocumentScreen

        event.stop()
        self.app.push_screen(DocumentScreen(str(event.option.id)))


_WIDE = 132
"""Columns from which a cell has room for its year, and a kind's name for one line."""
_NAMED = 80
"""Columns from which a kind's name has room, in two lines; below, its letters stand for it."""
_NAME, _LETTERS = 7, 5
"""Width of a column of names in two lines, and of letters; no space stands between the columns."""
_WRAPPED = 20
"""Columns of two lines that margins and the word at the first line's end may take."""


class Grid(DataTable[Text]):
    """The table of the map; a cursor over single cells."""

    BINDINGS = keys(("enter", "select_cursor", "Documents", "The documents of this cell"))


class MapScreen(MainScreen):
    """The whole corpus on one page."""

    mode = "map"
    ABOUT = (
        "Each row is a topic, each column a kind of source. A cell shows a mark for its state (+ sufficient, o thin, x "
        "conflicting, ! outdated, ~ indirect, / silent, ? to check, - none), the number of studies and, where there is room, the newest year. Arrows "
        "move; Enter lists the documents of a cell."
    )
    BINDINGS = keys(
        ("a", "ask", "Ask about it", "Ask what is known about this topic"),
        ("g", "register", "Register gap", "Put this cell into the gap register"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._map: GapMap | None = None
        self._is_wide = False
        self._is_named = False

    def body(self) -> Iterable[Widget]:
        with Vertical(id="table-frame"):
            yield Grid(id="grid", cursor_type="cell", fixed_columns=1, cell_padding=1)
            yield Static("", markup=False, id="empty")
        yield Static("", markup=False, id="particulars")

    def on_mount(self) -> None:
        self.query_one(Grid).focus()
        self.kmassist.library_changed.subscribe(self, lambda _: self._load())
        self._draw()  # says what is happening: a narrow window brings no change of size that would
        self._load()

    def on_resize(self, event: Resize) -> None:
        is_wide, is_named = event.size.width >= _WIDE, event.size.width >= _NAMED
        if (is_wide, is_named) != (self._is_wide, self._is_named):
            self._is_wide, self._is_named = is_wide, is_named
            self._draw()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        library = self.kmassist.library
        self._map = await library.call(lambda a: a.gaps.map(where=library.where(a)))
        self._draw()

    def _draw(self) -> None:
        grid, empty = self.query_one(Grid), self.query_one("#empty", Static)
        kept = grid.cursor_coordinate if grid.row_count else Coordinate(0, 1)
        grid.clear(columns=True)
        rows = self._map.rows if self._map else ()
        grid.display, empty.display = bool(rows), not rows
        if not rows:
            said = (
                "No documents yet: the map fills as you add them (F3)."
                if self._map
                else "The map is being drawn…"
            )
            empty.update(words((said, "$km-quiet")))
            self.query_one("#particulars", Static).update("")
            return
        grid.cell_padding = 1 if self._is_wide else 0
        grid.header_height = 2 if self._is_named and not self._is_wide else 1
        room = 34 if self._is_wide else 22 if self._is_named else 17
        width = 10 if self._is_wide else _NAME if self._is_named else _LETTERS
        grid.add_column(Text("Topic", style="bold"), width=room)
        for kind in SourceType:
            grid.add_column(Text(self._head(kind), style="bold"), width=width)
        for row in rows:
            topic = table_cell(row.label, limit=room - (not self._is_wide))
            grid.add_row(topic, *(self._cell(row.cell(kind)) for kind in SourceType), key=row.topic)
        grid.move_cursor(
            row=min(kept.row, len(rows) - 1), column=max(1, kept.column), animate=False
        )

    def _head(self, kind: SourceType) -> str:
        if self._is_wide:
            return kind.column
        return "\n".join(kind.column_lines) if self._is_named else kind.value

    def _cell(self, found: MapCell) -> Text:
        colour = self.kmassist.theme_colour(
            STATE_COLOURS[found.state] if found.studies else "km-quiet"
        )
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
            f"  {counted(row.documents, 'document')}\n",
            found.says,
        ]
        if self._map.empty_topics:
            names = ", ".join(one_line(label) for _, label in self._map.empty_topics)
            said = f"No document at all on: {names}"
            room = 2 * self.size.width - _WRAPPED  # the two lines that are left below
            lines.append((f"\n{one_line(said, room)}", "$km-quiet"))
        self.query_one("#particulars", Static).update(words(*lines))
        self.refresh_bindings()

    @on(DataTable.CellSelected)
    def _open(self, event: DataTable.CellSelected) -> None:

        event.stop()
        if self.place:
            row, found = self.place
            is_topic = self.query_one(Grid).cursor_column == 0
            doc_ids = [d for c in row.cells for d in c.doc_ids] if is_topic else list(found.doc_ids)
            kind = "all kinds of source" if is_topic else found.says
            self.app.push_screen(TopicScreen(one_line(row.label), kind, doc_ids))

    def action_ask(self) -> None:
        if self.place:
            label = one_line(self.place[0].label)
            self.kmassist.ask_question(f"What do we know about {label[:1].lower()}{label[1:]}?")

    def action_register(self) -> None:
        """A form with what the map knows filled in."""
        from kmassist.tui.screens.gap_form import new_gap

        if self.place:
            row, found = self.place
            known = {
                "title": f"{found.source_type.label} on {row.label}: {found.state.words}",
                "topic": row.topic,
                "source_type": found.source_type.value,
            }
            self.app.push_screen(new_gap(self.kmassist, known))
