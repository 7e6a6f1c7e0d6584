"""Small questions: yes or no, one line of text."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from kmassist.tui.safe import words
from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.line import Line
from kmassist.tui.widgets.path_input import PathInput


class ConfirmScreen(ModalScreen[bool]):
    """True when the person says yes. The cursor begins on the answer that changes nothing."""

    ABOUT: ClassVar[str] = "Nothing happens until you choose."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", tooltip="Leave everything as it is", key_display="Esc"),
        Binding("y", "answer(True)", "Yes", tooltip="Do it"),
    ]

    def __init__(self, question: str, detail: str, yes: str) -> None:
        super().__init__()
        self._question, self._detail, self._yes = question, detail, yes

    def compose(self) -> ComposeResult:
        """Question, consequence, two answers."""
        with Vertical(classes="dialog"):
            yield Static(words((self._question, "bold"), "\n\n", self._detail), markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._yes, id="yes", variant="error")
                yield Button("No", id="no")
        yield KeyLine()

    def on_mount(self) -> None:
        """Safe by default."""
        self.query_one("#no").focus()

    def action_answer(self, is_yes: bool) -> None:
        """Give back the answer."""
        self.dismiss(is_yes)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")


class PromptScreen(ModalScreen[str | None]):
    """One line of text, or None."""

    ABOUT: ClassVar[str] = "Type and press Enter; Escape changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", tooltip="Change nothing", key_display="Esc"),
        Binding("enter", "take", "OK", tooltip="Take what is typed", key_display="Enter"),
    ]

    def __init__(self, question: str, value: str = "", *, detail: str = "", is_path: bool = False) -> None:
        super().__init__()
        self._question, self._value, self._detail, self._is_path = question, value, detail, is_path

    def compose(self) -> ComposeResult:
        """Question and field."""
        with Vertical(classes="dialog"):
            detail = f"\n{self._detail}" if self._detail else ""
            yield Static(words((self._question, "bold"), (detail, "$km-quiet")), markup=False)
            if self._is_path:
                yield PathInput(self._value, enter="Write", id="field")
            else:
                yield Line(self._value, enter="OK", id="field")
        yield KeyLine()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Give back what is typed; nothing typed is no answer."""
        value = self.query_one("#field", Input).value.strip()
        if value:
            self.dismiss(value)
