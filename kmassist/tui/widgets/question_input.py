"""Where questions are typed: earlier ones are on the up arrow."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Input

from kmassist.errors import LONGEST_QUESTION
from kmassist.tui.keys import HIDDEN, keys
from kmassist.tui.safe import one_line


class QuestionInput(Input):
    """One line with a memory. What was being typed is kept while one looks through earlier questions."""

    class Left(Message):
        """The person wants to read the answer."""

    BINDINGS = keys(
        ("enter", "submit", "Ask", "Ask this question"),
        ("ctrl+j", "submit", "Ask"),
        ("up", "earlier", "Earlier", "The question before", HIDDEN),
        ("down", "later", "Later"),
        ("tab", "leave", "Read", "Go to the answer, or to a question to begin with"),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(
            placeholder="Ask about a service, in your own words", id=id, max_length=LONGEST_QUESTION
        )
        self._asked: list[str] = []
        self._place = 0
        self._draft = ""
        self._is_filled = False

    @property
    def key_labels(self) -> dict[str, str]:
        """What Enter asks, in an empty field the question with the words put right that the library does not know; and where
        Tab leads: to the answer, or before there is one to the questions to begin with, where there are any."""
        is_begun = bool(self.screen.query("TurnView"))
        offered = getattr(self.screen, "offered", "") if not self.value else ""
        return {
            "submit": "Ask corrected" if offered else "Ask",
            "leave": "Read"
            if is_begun
            else "Choose one"
            if self.screen.query_one("#starters").display
            else "",
        }

    def remember(self, question: str) -> None:
        """Put a question at the end of the memory."""
        if not self._asked or self._asked[-1] != question:
            self._asked.append(question)
        self._place = len(self._asked)
        self._draft = ""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The arrow is offered when there is something to go back to."""
        return bool(self._asked) if action == "earlier" else True

    async def action_submit(self) -> None:
        """Ask, and empty the field in the same step."""
        await super().action_submit()
        self.value = ""

    def action_earlier(self) -> None:
        if self._place == len(self._asked):
            self._draft = self.value
        self._go(max(0, self._place - 1))

    def action_later(self) -> None:
        """The question after the one shown, at last what was being typed."""
        self._go(min(len(self._asked), self._place + 1))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def _go(self, place: int) -> None:
        self._place = place
        self.value = self._asked[place] if place < len(self._asked) else self._draft
        self.cursor_position = len(self.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """An empty field asks something else than a filled one."""
        if bool(event.value) is not self._is_filled:
            self._is_filled = bool(event.value)
            self.refresh_bindings()

    async def _on_key(self, event: events.Key) -> None:
        """Enter asks before any key behind it is read: a binding would be looked up only when those of the next line were.

        No question begins with its mark: in the empty field it asks for help, as it does everywhere else.
        """
        if event.key in {"enter", "ctrl+j"}:
            event.stop()
            event.prevent_default()
            await self.action_submit()
        elif event.key == "question_mark" and not self.value:
            event.stop()
            event.prevent_default()
            await self.app.run_action("help")

    def _on_paste(self, event: events.Paste) -> None:
        """Pasted lines become one, without anything a terminal would obey."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(one_line(event.text))
