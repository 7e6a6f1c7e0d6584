"""A question as a search of databases elsewhere, ready to copy for a librarian."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from kmassist.question.strategy import Strategy
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import write_to


class StrategyScreen(Card[None]):
    """One database at a time."""

    ABOUT: ClassVar[str] = (
        "The question as a search of each database, line by line, with the other words it was read by. Lines in square brackets "
        "are places for headings that a librarian chooses; none is guessed. Copy it, or save all databases in a file, and log "
        "the search when it was run: only a documented search can make a gap here a gap in the evidence."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back"),
        ("right,l", "step(1)", "Next database", "The next one"),
        ("left,h", "step(-1)", "Previous", "The one before"),
        ("c", "copy", "Copy", "Copy this database's lines"),
        ("x", "save", "Save all", "Write all databases to a .txt, .md or .json file"),
    )
    CSS = "StrategyScreen #strategy > Static { height: auto; }"

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question
        self._found: Sequence[Strategy] = ()
        self._place = 0

    def body(self) -> ComposeResult:
        yield Static(words((one_line(self._question, 200), "bold")), markup=False, id="head")
        with VerticalScroll(id="strategy"):
            yield Static("", markup=False)

    async def fill(self) -> None:
        question = self._question
        self._found = await self._kmassist.library.call(lambda a: a.outside.strategies(question))
        self._show()

    def _show(self) -> None:
        strategy = self._found[self._place]
        place = f"{self._place + 1} of {len(self._found)}"
        self.query_one("#head", Static).update(
            words(
                (strategy.database, "bold $km-link"),
                (f"  {place}\n", "$km-quiet"),
                (one_line(self._question, 200), "bold"),
            )
        )
        parts: list[str | tuple[str, str]] = []
        wide = max(len(line.number) for line in strategy.lines)
        for line in strategy.lines:
            style = "$km-check" if line.is_for_librarian else ""
            parts += [(f"{line.number:>{wide}}  ", "$km-quiet"), (line.search, style), "\n"]
        parts += [(f"\n- {note}", "$km-quiet") for note in strategy.notes]
        self.query_one("#strategy > Static", Static).update(words(*parts))
        self.query_one("#strategy", VerticalScroll).scroll_home(animate=False)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._found) if action in ("copy", "save", "step") else True

    def action_step(self, by: int) -> None:
        self._place = (self._place + by) % len(self._found)
        self._show()

    def action_copy(self) -> None:
        strategy = self._found[self._place]
        self._kmassist.copy_text(strategy.text, strategy.database)

    def action_save(self) -> None:
        found = self._found
        write_to(
            self,
            "Save the strategy to",
            "strategy.md",
            "Ends in .txt to paste, .md to read or .json",
            lambda a, path: a.outside.export(path, found),
            done="Saved.",
        )
