"""How far adding documents is, with the key that stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import ProgressBar, Static

from kmassist.tui.safe import one_line, words

if TYPE_CHECKING:
    from kmassist.tui.app import KmassistApp


class IntakeBar(Horizontal):
    """Shown while documents are added, gone otherwise."""

    def compose(self) -> ComposeResult:
        """Words and a bar."""
        yield ProgressBar(show_eta=False, id="intake-progress")
        yield Static("", markup=False, id="intake-words")

    def on_mount(self) -> None:
        """Listen."""
        cast("KmassistApp", self.app).status_changed.subscribe(self, lambda _: self._show())
        self._show()

    def _show(self) -> None:
        intake = cast("KmassistApp", self.app).intake
        self.display = intake is not None and intake.is_running
        if intake is None or not self.is_mounted:
            return
        self.query_one(ProgressBar).update(total=intake.total or None, progress=intake.done)
        self.query_one("#intake-words", Static).update(words(intake.says(), (f"  {one_line(intake.latest, 40)}", "$km-quiet")))
