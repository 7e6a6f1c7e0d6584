"""Sessions: earlier conversations, to read again and go on with."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on, work
from textual.widget import Widget
from textual.widgets import DataTable, Static

from kmassist.records.sessions import Session
from kmassist.tui.keys import keys
from kmassist.tui.originals import safe_name
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.confirm import (
    PromptScreen,
    ask_first,
    when_given,
    write_to,
)
from kmassist.tui.screens.main import MainScreen
from kmassist.tui.widgets.sheet import Column, Row, Sheet, plain

_COLUMNS = (
    Column("changed", "Last used", 16),
    Column("name", "Conversation", least=30),
    Column("turns", "Questions", 11, needs=66),
    Column("begun", "Begun", 16, is_spare=True),
)


class SessionsScreen(MainScreen):
    """All conversations, the last used first."""

    mode = "sessions"
    ABOUT = (
        "Conversations are saved as they happen, in the library. Enter opens one where you left it: the answers are shown as "
        "they were given; ask again to search the library as it is now."
    )
    BINDINGS = keys(
        ("r", "rename", "Rename", "Give this conversation another name"),
        ("x", "export", "Export", "Write this conversation to a Markdown or JSON file"),
        ("delete,d", "delete", "Delete", "Delete this conversation"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._sessions: dict[str, Session] = {}

    def body(self) -> Iterable[Widget]:
        """The table, or the sentence that there is none."""
        yield Sheet(_COLUMNS, sort_by="changed", is_reversed=True, id="sessions")
        yield Static("", markup=False, id="empty")

    def on_mount(self) -> None:
        self.query_one(Sheet).focus()

    def on_screen_resume(self) -> None:
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        sessions = await self.kmassist.library.call(lambda a: a.sessions.list())
        self._sessions = {session.session_id: session for session in sessions}
        self.query_one(Sheet).fill(
            [
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
        )
        empty = self.query_one("#empty", Static)
        empty.update(
            words(("No conversations yet: ask something (F2) and it is kept here.", "$km-quiet"))
        )
        empty.display, self.query_one(Sheet).display = not sessions, bool(sessions)
        self.refresh_bindings()

    @property
    def session(self) -> Session | None:
        """The one at the cursor."""
        return (
            self._sessions.get(self.query_one(Sheet).key_at_cursor or "")
            if self.is_mounted
            else None
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to rename, export or delete in an empty list."""
        return self.session is not None if action in ("rename", "export", "delete") else True

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if self.session:
            self.kmassist.reopen_session(self.session.session_id)

    def action_rename(self) -> None:
        session = self.session
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
        if (session := self.session) is not None:
            write_to(
                self,
                "Export to",
                safe_name(f"{session.name[:50]}.md"),
                "Ends in .md for reading, in .json for another program",
                lambda a, path: a.sessions.export(session.session_id, path),
            )

    def action_delete(self) -> None:
        session = self.session
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
