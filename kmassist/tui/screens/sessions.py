"""Sessions: earlier conversations, to read again and go on with."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on, work
from textual.widget import Widget
from textual.widgets import DataTable

from kmassist.records.sessions import Session
from kmassist.tui.keys import keys
from kmassist.tui.originals import safe_name
from kmassist.tui.safe import one_line
from kmassist.tui.screens.confirm import (
    PromptScreen,
    ask_first,
    when_given,
    write_to,
)
from kmassist.tui.screens.listing import ListScreen
from kmassist.tui.widgets.sheet import Column, Row, Sheet, plain

_COLUMNS = (
    Column("changed", "Last used", 16),
    Column("name", "Conversation", least=30),
    Column("turns", "Questions", 11, needs=66),
    Column("begun", "Begun", 16, is_spare=True),
)


class SessionsScreen(ListScreen[Session]):
    """All conversations, the last used first."""

    mode = "sessions"
    IS_READ_ON_RETURN = True
    ABOUT = (
        "Conversations are saved as they happen, in the library. Enter opens one where you left it: the answers are shown as "
        "they were given; ask again to search the library as it is now."
    )
    BINDINGS = keys(
        ("r", "rename", "Rename", "Give this conversation another name"),
        ("x", "export", "Export", "Write this conversation to a Markdown or JSON file"),
        ("delete,d", "delete", "Delete", "Delete this conversation"),
    )

    def body(self) -> Iterable[Widget]:
        sheet = Sheet(_COLUMNS, sort_by="changed", is_reversed=True, id="sessions")
        return self.table(sheet, is_described=False)

    async def fill(self) -> None:
        sessions = await self.kmassist.library.call(lambda a: a.sessions.list())
        rows = [
            Row(
                s.session_id,
                (
                    plain(s.changed_at[:16].replace("T", " ")),
                    plain(s.name),
                    plain(s.turns, order=f"{s.turns:06d}"),
                    plain(s.begun_at[:16].replace("T", " ")),
                ),
            )
            for s in sessions
        ]
        nothing = "No conversations yet: ask something (F2) and it is kept here."
        self.show({session.session_id: session for session in sessions}, rows, nothing)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to rename, export or delete in an empty list."""
        return self.at_cursor is not None if action in ("rename", "export", "delete") else True

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if self.at_cursor:
            self.kmassist.reopen_session(self.at_cursor.session_id)

    def action_rename(self) -> None:
        session = self.at_cursor
        if session is None:
            return
        self.app.push_screen(
            PromptScreen("Name of this conversation", one_line(session.name)),
            when_given(lambda name: self._do_rename(session.session_id, name)),
        )

    @work
    async def _do_rename(self, session_id: str, name: str) -> None:
        await self.kmassist.library.call(lambda a: a.sessions.rename(session_id, name))
        self._load()

    def action_export(self) -> None:
        if (session := self.at_cursor) is not None:
            write_to(
                self,
                "Export to",
                safe_name(f"{session.name[:50]}.md"),
                "Ends in .md for reading, in .json for another program",
                lambda a, path: a.sessions.export(session.session_id, path),
            )

    def action_delete(self) -> None:
        session = self.at_cursor
        if session is None:
            return
        name = one_line(session.name, 60)
        detail = f"{session.turns} questions with their answers."
        ask_first(
            self,
            f"Delete “{name}”?",
            detail,
            "Delete it",
            lambda: self._do_delete(session.session_id),
        )

    @work
    async def _do_delete(self, session_id: str) -> None:
        await self.kmassist.library.call(lambda a: a.sessions.delete(session_id))
        self._load()
