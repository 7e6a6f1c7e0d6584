"""Abreast: what is new, what turned, what could not be answered, what is due, and the folders that are kept in step."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, Static

from kmassist.tui.abreast_lists import EMPTY, READERS, FirstVisit, Line
from kmassist.tui.keys import HIDDEN, keys
from kmassist.tui.messages import OpenDocument
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.listing import ListScreen
from kmassist.tui.widgets.sheet import Column, Row, Sheet, plain

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.events import Event
    from kmassist.records.folders import SyncPlan

_COLUMNS = (
    Column("kind", "Kind", 14, narrow=11),
    Column("what", "What", least=24),
    Column("says", "About it", 34, narrow=18, needs=76),
    Column("when", "When", 11),
)


class AbreastScreen(ListScreen[Line]):
    """Five lists; 1 to 5 or v."""

    mode = "abreast"
    ABOUT = (
        "Five lists. New: sources that came or changed since your last visit, with the gaps and briefs they touch. Followed: "
        "questions that are asked again whenever documents come, and how they turned (Ctrl+G on an answer follows it). "
        "Unanswered: what this corpus could not answer, by subject. Due: reviews, re-audits, gaps and decisions by owner. "
        "Folders: kept in step with the library; Enter looks and shows what would be done."
    )
    VIEWS = ("new", "followed", "unanswered", "due", "folders")
    BINDINGS = keys(
        ("v", "view", "View", "New, followed, unanswered, due, folders"),
        *(
            Binding(str(n), f"show('{name}')", name.capitalize(), show=False)
            for n, name in enumerate(VIEWS, start=1)
        ),
        ("n", "new", "Folder", "Keep another folder in step"),
        ("d", "drop", "Drop", "Follow no longer, or take it off the list"),
        ("x", "export", "Export", "Write the list to a .csv, .json or .md file"),
        ("t", "trail", "Audit trail", "Who did what and when, by role", HIDDEN),
        ("escape", "stop", "Stop", "Stop after the document at hand"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._view = "new"
        self._visit = FirstVisit()
        self._halt: threading.Event | None = None

    def body(self) -> Iterable[Widget]:
        return self.table(Sheet(_COLUMNS, sort_by="kind", id="abreast"), head="gaps-head")

    async def fill(self) -> None:
        view = self._view
        lines = await self.kmassist.library.call(
            lambda a: READERS[view](a, self._visit), warm=view == "new"
        )
        late = self.kmassist.theme_colour("km-check")
        parts: list[str | tuple[str, str]] = []
        for number, name in enumerate(self.VIEWS, start=1):
            is_here = name == self._view
            shown = f"[{name.capitalize()}]" if is_here else f" {name.capitalize()} "
            parts += [(str(number), "$km-quiet"), (shown, "bold $km-link" if is_here else "")]
        self.query_one("#gaps-head", Static).update(words(*parts))
        rows = [
            Row(
                one.key,
                (
                    plain(one.kind, order=f"{number:05d}"),
                    plain(one.what, late if one.is_late else ""),
                    plain(one.says),
                    plain(one.when),
                ),
                one.detail,
            )
            for number, one in enumerate(lines)
        ]
        self.show({one.key: one for one in lines}, rows, EMPTY[view])

    def describe(self, one: Line) -> Content:
        return words((one_line(one.what, 200), "bold"), f"\n{one_line(one.detail, 600)}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop":
            return self._halt is not None
        if action == "new":
            return self._view == "folders"
        if action == "drop":
            return self._view in ("followed", "unanswered", "folders") and bool(self.listed)
        if action == "export":
            return self._view in ("unanswered", "due") and bool(self.listed)
        return True

    # -- keys -----------------------------------------------------------------------------------------------------

    def action_view(self) -> None:
        self.action_show(self.VIEWS[(self.VIEWS.index(self._view) + 1) % len(self.VIEWS)])

    def action_show(self, view: str) -> None:
        self._view = view
        self._load()

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        event.stop()
        what, target = self.at_cursor.opens if self.at_cursor else ("", "")
        if what == "document":
            self.post_message(OpenDocument(target))
        elif what == "question":
            self.kmassist.ask_question(target)
        elif what == "folder":
            self._look(Path(target))

    @work(group="drop")
    async def action_drop(self) -> None:
        line = self.at_cursor
        if line is None or line.key.startswith("aside"):
            return
        ways: dict[str, Callable[[Assistant], object]] = {
            "followed": lambda a: a.follow.unfollow(line.key),
            "unanswered": lambda a: a.follow.drop(line.key),
            "folders": lambda a: a.folders.stop(line.key),
        }
        await self.kmassist.library.call(ways[self._view])
        self._load()

    def action_export(self) -> None:
        from kmassist.tui.screens.confirm import write_to

        view = self._view

        def write(assistant: Assistant, path: Path) -> Path:
            if view == "due":
                return assistant.news.export_due(path, assistant.news.due())
            return assistant.follow.export(path)

        write_to(self, "Write the list to", f"{view}.csv", "Ends in .csv, .json or .md", write)

    def action_new(self) -> None:
        from kmassist.tui.screens.confirm import PromptScreen, when_given

        self.app.push_screen(
            PromptScreen("Keep which folder in step?", str(Path.home()), is_path=True),
            when_given(lambda path: self._look(Path(path).expanduser())),
        )

    # -- folders --------------------------------------------------------------------------------------------------

    def action_stop(self) -> None:
        if self._halt is not None:
            self._halt.set()

    @work(group="folder", exclusive=True)
    async def _look(self, folder: Path) -> None:
        from kmassist.assistant.look import Looked
        from kmassist.tui.screens.folder_plan import FolderPlanScreen

        found: list[SyncPlan] = []

        def take(event: Event) -> None:
            if isinstance(event, Looked):
                found.append(event.plan)

        await self._drain(lambda a: a.folders.look(folder), take)
        if found:
            plan = found[0]
            self.app.push_screen(FolderPlanScreen(plan), lambda choice: self._chosen(plan, choice))

    def _chosen(self, plan: SyncPlan, choice: str | None) -> None:
        if choice == "forget":
            self._forget(plan)
        elif choice or not plan.to_do:
            self._carry_out(plan, believe=choice == "believe")

    @work(group="folder", exclusive=True)
    async def _forget(self, plan: SyncPlan) -> None:
        await self.kmassist.library.call(lambda a: [a.forget(d) for d in plan.aside])
        self.kmassist.say(f"{len(plan.aside)} forgotten for good.")
        self.kmassist.library_changed.publish(None)

    @work(group="folder", exclusive=True)
    async def _carry_out(
        self, plan: SyncPlan, *, believe: bool, consent: Mapping[str, str] | None = None
    ) -> None:
        from kmassist.events import Added, FileGone, Skipped

        done: list[Event] = []
        is_whole = await self._drain(
            lambda a: a.folders.carry_out(plan, believe=believe, consent=consent), done.append
        )
        skipped = [e for e in done if isinstance(e, Skipped) and e.kind != "left_out"]
        stored = sum(isinstance(e, Added) for e in done)
        gone = sum(isinstance(e, FileGone) and not e.is_back for e in done)
        says = f"{stored} files read or moved, {gone} set aside, {len(skipped)} not read."
        if plan.to_do or believe:
            self.kmassist.say(says, "In step." if is_whole else "Stopped; what is done stays.")
        held = {one.path: one.reason for one in skipped if one.kind == "identifiers"}
        for one in [one for one in skipped if one.path not in held][:3]:
            self.kmassist.say(f"{one.reason} {one.hint}", "Not read", severity="warning")
        if held and is_whole:
            self._ask_consent(plan, held)
        for turn in await self.kmassist.library.call(lambda a: a.follow.tell()):
            self.kmassist.say(" ".join(turn.says), turn.question)
        self.kmassist.library_changed.publish(None)

    def _ask_consent(self, plan: SyncPlan, held: Mapping[str, str]) -> None:
        """Files that seem to hold personal data: left out, redacted or kept for a reason, as when files are added."""
        from kmassist.tui.screens.add import ConsentScreen
        from kmassist.tui.screens.confirm import when_given

        self.app.push_screen(
            ConsentScreen({path: (why,) for path, why in held.items()}),
            when_given(lambda choice: self._read_held(plan.folder, dict.fromkeys(held, choice))),
        )

    @work(group="folder", exclusive=True)
    async def _read_held(self, folder: str, consent: Mapping[str, str]) -> None:
        """Only the files that were held back, now that it is said what to do with them."""
        plan = await self.kmassist.library.call(lambda a: a.folders.plan(Path(folder)))
        only = replace(
            plan, new=tuple(consent), changed=(), moved=(), missing=(), returned=(), doubt=""
        )
        self._carry_out(only, believe=False, consent=consent)

    async def _drain(
        self, begin: Callable[[Assistant], Any], take: Callable[[Event], None]
    ) -> bool:
        """Run a generator of events in a thread, telling where it stands; False when it was stopped."""
        from kmassist.events import Progress

        assistant = await self.kmassist.library.ready(warm=True)
        self._halt = halt = threading.Event()
        self.refresh_bindings()
        head = self.query_one("#gaps-head", Static)

        def work() -> None:
            events = begin(assistant)
            for event in events:
                take(event)
                if isinstance(event, Progress) and event.done < event.total:
                    says = f"{event.stage.capitalize()} {event.done + 1} of {event.total}: "
                    said = words((f"{says}{one_line(event.detail, 50)}  Esc stops", "$km-link"))
                    self.app.call_from_thread(head.update, said)
                if halt.is_set():
                    events.close()
                    break

        try:
            await asyncio.to_thread(work)
        finally:
            self._halt = None
            self._load()
        return not halt.is_set()
