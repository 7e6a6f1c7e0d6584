"""Small questions: yes or no, one line of text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Input, Static

from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import words
from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.path_input import Line, PathInput

if TYPE_CHECKING:
    from kmassist.assistant import Assistant


class ConfirmScreen(ModalScreen[bool]):
    """True when the person says yes. The cursor begins on the answer that changes nothing."""

    ABOUT: ClassVar[str] = "Nothing happens until you choose."
    BINDINGS = keys(
        ("escape,n", "answer(False)", "No", "Leave everything as it is"),
        ("y", "answer(True)", "Yes", "Do it"),
    )

    def __init__(self, question: str, detail: str, yes: str) -> None:
        super().__init__()
        self._question, self._detail, self._yes = question, detail, yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(words((self._question, "bold"), "\n\n", self._detail), markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._yes, id="yes", variant="error")
                yield Button("No", id="no")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def action_answer(self, is_yes: bool) -> None:
        self.dismiss(is_yes)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")


class PromptScreen(ModalScreen[str | None]):
    """One line of text, or None."""

    ABOUT: ClassVar[str] = "Type and press Enter; Escape changes nothing."
    BINDINGS = keys(
        ("escape", "dismiss", "Back", "Change nothing"),
        ("enter", "take", "OK", "Take what is typed"),
    )

    def __init__(
        self, question: str, value: str = "", *, detail: str = "", is_path: bool = False
    ) -> None:
        super().__init__()
        self._question, self._value, self._detail, self._is_path = question, value, detail, is_path

    def compose(self) -> ComposeResult:
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


def when_given(do: Callable[[Any], object]) -> Callable[[Any], None]:
    """For a card that gives something back: what is done with it, and nothing when nothing, or a no, was given."""

    def take(given: object) -> None:
        if given:
            do(given)

    return take


def ask_first(
    screen: Screen[Any], question: str, detail: str, verb: str, do: Callable[[], object]
) -> None:
    """Do something after a yes."""
    screen.app.push_screen(ConfirmScreen(question, detail, verb), when_given(lambda _: do()))


def write_to(
    screen: Screen[Any],
    question: str,
    name: str,
    detail: str,
    write: Callable[[Assistant, Path], Path],
    *,
    begins: str = "",
    done: str = "Exported.",
) -> None:
    """Ask for a file, ``name`` in the home folder suggested, write it, and say where it is.

    Args:
        detail: the endings that it may have.
        write: writes it, and gives the path as written; called in a thread.
    """

    async def save(path: Path) -> None:
        app = context(screen)
        if begins:
            app.say(begins)
        app.say(str(await app.library.call(lambda a: write(a, path))), done)

    screen.app.push_screen(
        PromptScreen(question, str(Path.home() / name), detail=detail, is_path=True),
        when_given(lambda path: screen.run_worker(save(Path(path).expanduser()))),
    )
