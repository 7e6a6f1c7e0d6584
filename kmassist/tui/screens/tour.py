"""A tour of six steps; every step can be the last."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from kmassist.tui.keys import keys
from kmassist.tui.safe import words
from kmassist.tui.widgets.key_line import KeyLine

STEPS = (
    (
        "Ask",
        "Type a question in your own words and press Enter. The answer begins with the sentence that answers, word for word from "
        "one of your documents, or says that nothing here does. Below it stand the other kinds of source, folded: Enter opens one.",
    ),
    (
        "See where it stands",
        "Tab leads from the question field into the answer. Enter on a sentence shows it in its place in the source; o opens "
        "the original file; c copies the sentence with its citation.",
    ),
    (
        "What is missing",
        "Beside the answer stand eight kinds of knowledge, always all eight (F9 on a narrow screen): + enough to discuss, o thin, "
        "- absent. Enter on one says why, and what a gap warrants.",
    ),
    (
        "Your documents",
        "F3 lists every document and what should be checked on it. a adds files or a folder and shows first what each would become; "
        "/ finds in it.",
    ),
    (
        "The whole library at once",
        "F4 shows topics by kinds of source, so that gaps stand out; F5 lists the gaps that your "
        "audits and topics themselves suggest, and keeps the register (p).",
    ),
    (
        "To a meeting",
        "F6 makes an evidence brief of a question, for a commissioner, a governance meeting or the public. ? or F1 explains any "
        "screen, Ctrl+P finds any action by name. That is all.",
    ),
)
"""Heading and words of each step."""


class TourScreen(ModalScreen[None]):
    """One card whose words change."""

    BINDINGS = keys(
        ("escape,q", "dismiss", "Leave", "Leave the tour"),
        ("enter,right,space", "step(1)", "Next", "The next step"),
        ("left,backspace", "step(-1)", "Back", "The step before"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.number = 0

    @property
    def key_labels(self) -> dict[str, str]:
        """On the last step there is no next one."""
        return {"step(1)": "Done"} if self.number == len(STEPS) - 1 else {}

    def compose(self) -> ComposeResult:
        """Where one is, what to know, the keys."""
        with Vertical(classes="dialog"):
            yield Static("", markup=False, id="step")
        yield KeyLine()

    def on_mount(self) -> None:
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not (parameters == (-1,) and not self.number)

    def action_step(self, by: int) -> None:
        """On or back; after the last step the tour ends."""
        self.number += by
        if self.number == len(STEPS):
            self.dismiss()
            return
        self._show()
        self.refresh_bindings()

    def _show(self) -> None:
        heading, said = STEPS[self.number]
        head = f"Tour, step {self.number + 1} of {len(STEPS)}: {heading}"
        self.query_one("#step", Static).update(words((head, "bold"), "\n\n", said))
