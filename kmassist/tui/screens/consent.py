"""What to do about files that may hold personal data: leave them out, replace the data, or keep them for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from kmassist.tui.safe import one_line, words
from kmassist.tui.widgets.key_line import KeyLine


class ConsentScreen(ModalScreen[str | None]):
    """Gives back "" (leave out), "redact", a reason, or None (do nothing at all)."""

    ABOUT: ClassVar[str] = (
        "Personal data must not enter the library. Leaving the files out is the safe choice; replacing writes a word such as "
        "[NHS number] in its place; keeping needs a reason, for instance that the number is a test number."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back", tooltip="Add nothing", key_display="Esc")]

    def __init__(self, held: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._held = held

    def compose(self) -> ComposeResult:
        """What was found and the three ways."""
        files = [words(one_line(Path(name).name, 60), ("  " + ", ".join(one_line(i, 40) for i in found[:6]), "$km-bad"))
                 for name, found in self._held.items()]  # fmt: skip
        with Vertical(classes="dialog tall"):
            yield Static(words(("These files may hold personal data", "bold")), markup=False)
            with VerticalScroll(id="held"):
                for file in files:
                    yield Static(file, markup=False)
            yield Input(placeholder="Reason to keep them as they are (for 'Keep' only)", id="reason")
            with Horizontal(classes="buttons"):
                yield Button("Leave out", id="leave", variant="primary")
                yield Button("Replace", id="redact")
                yield Button("Keep", id="keep", variant="error")
        yield KeyLine()

    def on_mount(self) -> None:
        """Safe by default."""
        self.query_one("#leave").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "leave":
            self.dismiss("")
        elif event.button.id == "redact":
            self.dismiss("redact")
        else:
            reason = self.query_one("#reason", Input).value.strip()
            if len(reason) < 3 or reason == "redact":
                self.notify("Write why they may be kept, then press Keep.", severity="warning", markup=False)
                self.query_one("#reason").focus()
            else:
                self.dismiss(reason)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#keep").focus()
