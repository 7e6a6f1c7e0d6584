"""The parts of a brief that are for people to write, cell by cell, as plain Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from kmassist.briefs import Brief
from kmassist.errors import KmassistError
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, safe, words
from kmassist.tui.screens.card import Card
from kmassist.tui.widgets.choices import Choices


class NarrativeScreen(Card[bool]):
    """True when something was written."""

    ABOUT: ClassVar[str] = (
        "Choose a part on the left, write on the right. Each part is saved when you leave it or press Ctrl+S; composing the "
        "brief again never touches what people wrote. A signed brief becomes a draft again when its words change."
    )
    BINDINGS = keys(
        ("escape", "leave", "Back", "Save and go back to the brief"),
        ("ctrl+s", "save", "Save", "Save this part"),
    )

    def __init__(self, brief: Brief) -> None:
        super().__init__()
        self._brief = brief
        self._kept = dict(brief.narrative)
        self._prompts: Mapping[str, str] = {}
        self._names: Mapping[str, str] = {}
        self._cell = ""
        self._refused: set[str] = set()
        self._has_changed = False

    def body(self) -> ComposeResult:
        yield Static(words((one_line(self._brief.title, 100), "bold")), markup=False)
        with Horizontal(id="narrative-body"):
            yield Choices(id="cells")
            with Vertical(id="narrative-side"):
                yield Static("", markup=False, id="narrative-prompt")
                yield TextArea(
                    "",
                    id="narrative-text",
                    soft_wrap=True,
                    tab_behavior="focus",
                    show_line_numbers=False,
                )

    async def fill(self) -> None:
        self._prompts, self._names = await context(self).library.call(
            lambda a: (dict(a.briefs.cells), dict(a.briefs.cell_names))
        )
        self._fill()
        self.query_one("#cells", OptionList).highlighted = 0

    def _fill(self) -> None:
        listed = self.query_one("#cells", OptionList)
        kept = listed.highlighted
        listed.set_options(
            Option(words(self._mark(cell), self._names[cell]), id=cell) for cell in self._prompts
        )
        listed.highlighted = kept

    def _mark(self, cell: str) -> tuple[str, str]:
        if cell in self._refused:
            return "! ", "bold $km-bad"
        return ("+ ", "bold $km-good") if cell in self._kept else ("  ", "")

    @on(OptionList.OptionHighlighted, "#cells")
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if str(event.option.id) == self._cell:
            return
        self.action_save()
        self._cell = str(event.option.id)
        asked = f"{self._names[self._cell]}\n"
        self.query_one("#narrative-prompt", Static).update(
            words((asked, "bold"), (self._prompts[self._cell], "$km-quiet"))
        )
        self.query_one(TextArea).text = safe(self._kept.get(self._cell, ""))

    @on(OptionList.OptionSelected, "#cells")
    def _into(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one(TextArea).focus()

    def action_save(self) -> None:
        """Save the part at hand when it was changed."""
        text = self.query_one(TextArea).text.strip()
        if not self._cell or text == self._kept.get(self._cell, "").strip():
            return
        self._has_changed = True
        if text:
            self._kept[self._cell] = text
        else:
            self._kept.pop(self._cell, None)
        self._write(self._cell, text)
        self._fill()

    @work(group="write")
    async def _write(self, cell: str, text: str) -> None:
        brief_id = self._brief.brief_id
        self._refused.discard(cell)
        try:
            await context(self).library.call(lambda a: a.briefs.set_narrative(brief_id, cell, text))
        except KmassistError as error:
            self._refused.add(cell)
            context(self).report(error)
        self._fill()

    async def action_leave(self) -> None:
        """Everything written is saved first; what cannot be is shown once more before its words are let go."""
        self.action_save()
        if writing := [w for w in self.workers if w.group == "write"]:
            await self.workers.wait_for_complete(writing)
        if self._refused:
            listed = self.query_one("#cells", OptionList)
            listed.highlighted = list(self._prompts).index(min(self._refused))
            self._refused.clear()
            return
        self.dismiss(self._has_changed)
