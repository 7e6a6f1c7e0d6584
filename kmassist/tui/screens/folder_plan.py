"""What a folder and the library differ in, before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.records.folders import SyncPlan


class FolderPlanScreen(ModalScreen[str]):
    """``do`` to do it, ``forget`` to forget what is still gone, else nothing."""

    ABOUT: ClassVar[str] = (
        "Nothing happens until you choose. A file that is gone is set aside: its document stays in the library, is no longer "
        "quoted as current, and comes back with its file. Forgetting is another button, and for good."
    )
    BINDINGS = keys(("escape", "dismiss('')", "Back", "Change nothing"))

    def __init__(self, plan: SyncPlan) -> None:
        super().__init__()
        self._plan = plan

    def compose(self) -> ComposeResult:
        """What is new, changed, moved and gone; the answers."""
        from kmassist.records.folders import plan_counts, plan_sections

        plan = self._plan
        with Vertical(classes="card"):
            yield Static(words((one_line(plan.folder, 100), "bold")), markup=False)
            with VerticalScroll(id="plan"):
                for heading, lines in plan_sections(plan):
                    listed = (f"\n  {one_line(line, 160)}" for line in lines[:200])
                    yield Static(words((heading, "bold"), *listed, "\n"), markup=False)
                yield Static(words((plan_counts(plan), "$km-quiet")), markup=False)
            with Horizontal(classes="buttons"):
                if plan.to_do:
                    yield Button("Do it", id="do", variant="primary")
                if plan.doubt and plan.missing:
                    yield Button("Really gone", id="believe", variant="error")
                if plan.aside:
                    yield Button("Forget them", id="forget", variant="error")
                yield Button("Back", id="back")
        yield KeyLine()

    def on_mount(self) -> None:
        """Safe by default where something is only lost."""
        self.query_one("#do" if self._plan.to_do else "#back", Button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss("" if event.button.id == "back" else str(event.button.id))
