"""Ask: the conversation, with the source coverage strip beside it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from kmassist.text.counts import counted
from kmassist.tui import welcome
from kmassist.tui.keys import keys
from kmassist.tui.messages import TurnEvent, TurnFailed
from kmassist.tui.safe import words
from kmassist.tui.screens.conversation import ConversationScreen
from kmassist.tui.screens.filtering import FILTER_TIP
from kmassist.tui.widgets.choices import Starters
from kmassist.tui.widgets.filter_bar import FilterBar
from kmassist.tui.widgets.question_input import QuestionInput
from kmassist.tui.widgets.strip import CoverageStrip

if TYPE_CHECKING:  # loaded behind the first paint, not before it
    from kmassist.answers.model import Chosen
    from kmassist.assistant import Assistant
    from kmassist.events import Event
    from kmassist.records.sessions import Session, Turn
    from kmassist.tui.widgets.reading import ReadingView
    from kmassist.tui.widgets.turn import NextQuestion, TurnView

_HOLDS = "What this library holds"
UNFOLDED = 6
"""Answers that stand open; older ones fold to a line, so that a long conversation stays quick."""


class AskScreen(ConversationScreen):
    """A conversation with the evidence beside it."""

    mode = "ask"
    ABOUT = (
        "Type a question and press Enter. The answer is made of sentences from your documents, each with its source. Beside it "
        "stand the eight kinds of knowledge and what the library holds of each on your question: + sufficient, o thin, x "
        "conflicting, ! outdated only, ~ indirect only, / silent on this, ? to check, - absent. Enter on a row shows its passages, or what its absence "
        "warrants. A follow-up such as 'and for twins?' is read together with the question before it."
    )
    BINDINGS = keys(
        ("escape", "cancel", "Cancel", "Stop the question that is running"),
        ("escape", "back", "Back", "Back to typing"),
        ("f9", "coverage", "Coverage", "The eight kinds of source for this question"),
        (
            "ctrl+o",
            "reading",
            "Reading",
            "How the question was read: change its kind, a meaning, what else is searched",
        ),
        Binding("ctrl+f", "filter", "Filter", tooltip=FILTER_TIP, priority=True),
        ("ctrl+y", "copy", "Copy all", "Copy the whole answer"),
        ("ctrl+r", "new", "New", "Begin a new conversation"),
        ("pageup", "scroll(-1)", "Page up"),
        ("pagedown", "scroll(1)", "Page down"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._ticket = 0
        self._stop = threading.Event()

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="ask"):
            with Vertical(id="talk"):
                with VerticalScroll(id="conversation", can_focus=False), Vertical(id="welcome"):
                    yield Static(
                        Content.assemble(*(words(part) for part in welcome.WELCOME)),
                        markup=False,
                        id="welcome-words",
                    )
                    yield Static("", markup=False, id="starters-title")
                    starters = Starters(id="starters")
                    starters.display = False
                    yield starters
                yield FilterBar()
                yield QuestionInput(id="question")
            with Vertical(id="evidence"):
                yield Static(words((_HOLDS, "bold")), markup=False, id="evidence-title")
                yield CoverageStrip(id="strip")
                yield Static("", markup=False, id="evidence-note")

    def on_mount(self) -> None:
        """Ready to type at once; the starters come when the library is open."""
        self.set_focus(self.query_one(QuestionInput))
        self.kmassist.library_changed.subscribe(self, lambda _: self._refresh_welcome())
        self._refresh_welcome()

    @work(exclusive=True, group="welcome")
    async def _refresh_welcome(self) -> None:
        if not self.kmassist.library.is_open:
            return
        status, starters = await self.kmassist.library.call(lambda a: (a.status(), a.starters()))
        self.query_one(CoverageStrip).show_holdings(status.by_type)
        is_demonstration = self.kmassist.is_demonstration
        self._starters = welcome.starters(starters, status.documents, is_demonstration)
        options = self.query_one("#starters", OptionList)
        options.set_options(Option(words(said), id=str(n)) for n, said in enumerate(self._starters))
        options.display = True
        title = welcome.title(status.documents, is_demonstration)
        self.query_one("#starters-title", Static).update(
            words((title, "$km-quiet" if status.documents else "bold $km-check"))
        )
        self.refresh_bindings()

    # -- asking ---------------------------------------------------------------------------------------------------

    @on(OptionList.OptionSelected, "#starters")
    def _start(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        said = self._starters[event.option_index]
        if not self.kmassist.begin(said):
            self.ask(said)

    @on(Input.Submitted, "#question")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        question = " ".join(event.value.split()) or self.offered
        if question:
            self.ask(question)

    def ask(self, question: str) -> None:
        """Ask; a question still running is cancelled."""
        from kmassist.tui.widgets.turn import TurnView

        self.action_cancel()
        self.query_one(QuestionInput).remember(question)
        self.query_one("#welcome").display = False
        number = len(self.turns) + 1
        view = TurnView(question, number)
        self._ask(view, {"previous": self.latest_answer}, is_new=True)

    def ask_again(self, view: TurnView, chosen: Chosen) -> None:
        """Ask the question of a turn again, read differently; the answer takes the old one's place."""
        self.action_cancel()
        previous = next(
            (
                t.answer
                for t in reversed(self.turns[: self.turns.index(view)])
                if t.answer and not t.answer.is_reply
            ),
            None,
        )
        options = {
            "types": chosen.types or None,
            "senses": chosen.senses,
            "without": chosen.without,
            "subject": chosen.subject,
            "previous": previous,
        }
        self._ask(view, options, is_new=False)

    @work(group="ask")
    async def _ask(self, view: TurnView, options: dict[str, Any], *, is_new: bool) -> None:
        self._ticket += 1
        ticket = self._ticket
        self._stop = stop = threading.Event()
        waiting = (
            "Searching the corpus…"
            if self.kmassist.library.is_warm
            else "Waiting for the model to load, then searching…"
        )
        if is_new:
            conversation = self.query_one("#conversation", VerticalScroll)
            await conversation.mount(view)
            view.show_stage(waiting)
            conversation.scroll_end(animate=False)
        else:
            view.show_again(waiting)
        self.query_one(CoverageStrip).show_coverage(None)
        self._title("Coverage of this question")
        self.refresh_bindings()
        try:
            assistant = await self.kmassist.library.ready(warm=True)
            await self._save(view)
            await asyncio.to_thread(self._drain, assistant, view.question, options, ticket, stop)
        except Exception as error:  # noqa: BLE001 - shown to the person as the end of this turn
            self.post_message(TurnFailed(ticket, error))

    def _drain(
        self,
        assistant: Assistant,
        question: str,
        options: dict[str, Any],
        ticket: int,
        stop: threading.Event,
    ) -> None:
        """In a thread: every event becomes a message with its ticket; a stopped turn closes the generator."""
        events = self.kmassist.library.ask(assistant, question, options, self.kmassist.today())
        try:
            for event in events:
                if stop.is_set():
                    break
                self.post_message(TurnEvent(ticket, event))
        finally:
            events.close()

    @on(TurnEvent)
    async def _on_event(self, message: TurnEvent) -> None:
        message.stop()
        view = self.running
        if message.ticket != self._ticket or view is None:
            return  # an event of a turn that is over
        await self._take(view, message.event)

    async def _take(self, view: TurnView, event: Event) -> None:
        from kmassist.events import Answered, Covered, Retrieved, Warned

        if isinstance(event, Retrieved):
            found = "No passage is about it; checking coverage…"
            if event.documents:
                found = f"{counted(event.documents, 'source is', 'sources are')} about it; checking coverage…"
            view.show_stage(found)
        elif isinstance(event, Covered):
            view.show_covered(event.coverage)
            self.query_one(CoverageStrip).show_coverage(event.coverage)
        elif isinstance(event, Warned):
            self.kmassist.say(event.hint, event.message, severity="warning")
        elif isinstance(event, Answered):
            is_again, reading = view.answer is not None, view.reading
            cursor = reading.cursor if reading and reading.has_focus else None
            await view.show_answer(event.answer)
            if cursor and view.reading:
                view.reading.focus()
                view.reading.point_at(cursor)
            for older in self.turns[:-UNFOLDED]:
                if older.answer is not None and not older.is_folded:
                    await older.show_answer(older.answer, is_folded=True)
            self.kmassist.latest_answer = self.latest_answer
            self._show_strip(self.answered or view)
            self._keep(view, "")
            if not is_again:
                self.call_after_refresh(self._bring_up, view)
            self.refresh_bindings()

    @on(TurnFailed)
    async def _on_failed(self, message: TurnFailed) -> None:
        message.stop()
        view = self.running
        if message.ticket != self._ticket or view is None:
            return
        from kmassist.tui.faults import explain

        fault = explain(message.error)
        view.show_ended(f"No answer: {fault.title}")
        self.kmassist.say(fault.message, fault.title, severity="error")
        self.refresh_bindings()
        self._keep(view, fault.title)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that do something now are offered."""
        if action == "cancel":
            return self.running is not None
        if action == "back":
            return not isinstance(self.focused, QuestionInput) or self.has_class("-strip")
        if action == "reading":
            view = self._turn_at_focus()
            return view is not None and view.reading is not None
        if action in ("copy", "scale_up", "brief_this", "follow"):
            return self.latest_answer is not None
        if action == "new":
            return bool(self.turns)
        return True

    # -- keys -----------------------------------------------------------------------------------------------------

    def action_cancel(self) -> None:
        """Stop the question that runs; nothing happens when none does."""
        view = self.running
        if view is None:
            return
        self._ticket += 1
        self._stop.set()
        view.show_ended("Cancelled.")
        self._keep(view, "Cancelled.")
        self.refresh_bindings()

    def action_back(self) -> None:
        """Close the strip and go back to typing."""
        self.remove_class("-strip")
        self.query_one(QuestionInput).focus()
        self.refresh_bindings()

    def action_coverage(self) -> None:
        """Into the strip; on a narrow screen it takes the conversation's place. Again: back."""
        strip = self.query_one(CoverageStrip)
        if strip.has_focus:
            self.action_back()
            return
        self.add_class("-strip")
        strip.focus()

    def action_reading(self) -> None:
        """To how the question was read, where each part can be changed; again: back to typing."""
        view = self._turn_at_focus()
        reading = view.reading if view else None
        if reading is None:
            return
        if reading.has_focus:
            self.action_back()
            return
        self.remove_class("-strip")
        reading.focus()

    def on_next_question_asked(self, message: NextQuestion.Asked) -> None:
        message.stop()
        self.ask(message.question)
        self.query_one(QuestionInput).focus()

    def on_reading_view_changed(self, message: ReadingView.Changed) -> None:
        message.stop()
        view = self._turn_at_focus()
        if view is not None:
            self.ask_again(view, message.chosen)

    async def action_new(self) -> None:
        """A new conversation; the old one is among the sessions."""
        self.action_cancel()
        self._session = None
        await self.query("TurnView").remove()
        self.query_one("#welcome").display = True
        self.query_one(CoverageStrip).show_coverage(None)
        self._title(_HOLDS)
        self._refresh_welcome()
        self.action_back()

    @on(QuestionInput.Left)
    def _read(self, message: QuestionInput.Left) -> None:
        message.stop()
        found = (view.first_focusable() for view in reversed(self.turns) if view.answer)
        target = next((widget for widget in found if widget), None)
        starters = self.query_one("#starters", OptionList)
        if target is not None:
            target.focus()
        elif starters.display and not self.turns:
            starters.focus()
        else:
            self.action_coverage()

    # -- sessions -------------------------------------------------------------------------------------------------

    async def reopen(self, session: Session, turns: list[Turn]) -> None:
        """Show a stored conversation and go on with it."""
        from kmassist.tui.widgets.turn import TurnView

        await self.action_new()
        self._session = session
        self.query_one("#welcome").display = False
        conversation = self.query_one("#conversation", VerticalScroll)
        for place, turn in enumerate(turns, start=1):
            view = TurnView(turn.question, turn.number)
            await conversation.mount(view)
            self.query_one(QuestionInput).remember(turn.question)
            if turn.answer:
                await view.show_answer(turn.answer, is_folded=place <= len(turns) - UNFOLDED)
            else:
                view.show_ended(turn.note or "No answer was shown.")
        if self.answered:
            self.kmassist.latest_answer = self.answered.answer
            self._show_strip(self.answered)
            self.call_after_refresh(self._bring_up, self.turns[-1])
        self.action_back()
