"""Gaps the corpus itself suggests: audits below target or due again, kinds of source that a topic lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.tui.safe import one_line, words
from kmassist.tui.standing import kind_of
from kmassist.tui.widgets.choices import Choices
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.gaps import GapRecord
    from kmassist.tui.app import KmassistApp


class ProposalsScreen(ModalScreen[None]):
    """A list; Enter takes one over into the register."""

    ABOUT: ClassVar[str] = (
        "Proposals are computed from the documents: nothing is registered until you choose one, look at it and save it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", tooltip="Back to the register", key_display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._proposals: Sequence[GapRecord] = ()

    def compose(self) -> ComposeResult:
        """Head and list."""
        with Vertical(classes="card"):
            yield Static(
                words(("Proposed by the corpus", "bold"), ("  Enter looks at one and registers it", "$km-quiet")), markup=False
            )
            yield Choices(id="proposals")
        yield KeyLine()

    def on_mount(self) -> None:
        """Compute; again when one was registered."""
        self.query_one(OptionList).focus()
        cast("KmassistApp", self.app).library_changed.subscribe(self, lambda _: self._load())
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        self._proposals = await cast("KmassistApp", self.app).library.call(lambda a: a.gaps.propose())
        listed = self.query_one(OptionList)
        kept = listed.highlighted or 0
        rows = []
        for number, gap in enumerate(self._proposals):
            facts = [kind_of(gap.source_type) if gap.source_type else "", gap.trigger.value, gap.trigger_detail]
            said = " · ".join(one_line(fact, 110) for fact in facts if fact)
            rows.append(Option(words((one_line(gap.title, 150), "bold"), (f"\n  {said}", "$km-quiet")), id=str(number)))
        listed.set_options(rows or [Option(words(("The corpus suggests nothing new.", "$km-quiet")), disabled=True)])
        if rows:
            listed.highlighted = min(kept, len(rows) - 1)

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        from kmassist.tui.screens.gap_form import new_gap

        event.stop()
        known = self._proposals[int(str(event.option.id))].model_dump(mode="json", exclude={"gap_id"})
        self.app.push_screen(new_gap(cast("KmassistApp", self.app), known))
