"""The eight stages from noticing a gap to changing policy: who leads, and which roles are vacant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.widgets.choices import StageList
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.gaps import RoleRecord, Stage
    from kmassist.tui.app import KmassistApp


class LeadershipScreen(ModalScreen[None]):
    """Warnings, never blocks."""

    ABOUT: ClassVar[str] = (
        "Mobilising knowledge needs different leaders at different stages. A role nobody is recorded for is marked ! vacant: a "
        "warning, never a block. Record roles, not people's names."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", tooltip="Back to the register", key_display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._stages: Sequence[Stage] = ()

    def compose(self) -> ComposeResult:
        """Head and stages."""
        with Vertical(classes="card"):
            yield Static(words(("Leadership by stage", "bold")), markup=False)
            yield StageList(id="stages")
        yield KeyLine()

    def on_mount(self) -> None:
        """Fetch."""
        self.query_one(OptionList).focus()
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        library = cast("KmassistApp", self.app).library
        self._stages, roles = await library.call(lambda a: (a.gaps.stages(), a.gaps.roles()))
        listed = self.query_one(OptionList)
        kept = listed.highlighted or 0
        listed.set_options(Option(_stage(stage, roles), id=str(stage.number)) for stage in self._stages)
        listed.highlighted = kept

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click: a form for one role of the stage at the cursor."""
        event.stop()
        app, place = cast("KmassistApp", self.app), self.query_one(OptionList).highlighted
        if place is None or not self._stages:
            return
        stage = self._stages[place]

        async def save(changes: Mapping[str, Any]) -> None:
            body = {"role": stage.vacant[0] if stage.vacant else "", **changes, "stage": stage.number}
            body["is_filled"] = body.get("is_filled", "yes") == "yes"
            await app.library.call(lambda a: a.gaps.set_role(**body))
            self._load()

        fields = [
            Field("role", "Role", "", is_needed=True, hint=stage.vacant[0] if stage.vacant else "for instance: lead midwife"),
            Field("is_filled", "Filled", "yes", [("yes", "yes"), ("no, vacant", "no")], is_needed=True),
            Field("organisation", "Organisation", ""),
            Field("topic", "Topic code", "", hint="empty: every topic"),
        ]
        self.app.push_screen(FormScreen(f"Stage {stage.number}: {stage.name}", fields, save))


def _stage(stage: Stage, roles: Sequence[RoleRecord]) -> Content:
    filled = [r.role for r in roles if r.stage == stage.number and r.is_filled]
    parts: list[str | tuple[str, str]] = [(f"{stage.number} {stage.name}", "bold")]
    parts.append((f"\n  Essential: {', '.join(stage.essential)}", ""))
    if filled:
        parts.append((f"\n  + Recorded: {', '.join(one_line(r, 40) for r in filled)}", "$km-good"))
    if stage.vacant:
        parts.append((f"\n  ! Vacant: {', '.join(stage.vacant)}", "$km-check"))
    parts.append((f"\n  Gives: {stage.output}", "$km-quiet"))
    return words(*parts, "\n")
