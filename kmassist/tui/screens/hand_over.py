"""Who has a gap when: the roles it passes through, with their days and what is overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.gaps import GapRecord
from kmassist.records.plan import HandOver
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import ask_first
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.screens.gap_form import stage_choices
from kmassist.tui.widgets.choices import Choices


class HandOverList(Choices):
    """Hand-overs in order of their days."""

    BINDINGS = keys(("enter", "select", "Taken over", "The role has taken the gap over"))


class HandOverScreen(Card[None]):
    """The roles of one gap."""

    ABOUT: ClassVar[str] = (
        "A gap passes from role to role as work on it goes on. n agrees on a hand-over with its day; Enter says that the role has "
        "taken it over, and then it owns the gap. What is past its day and not taken over is marked ! overdue."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the register"),
        ("n", "new", "New", "Agree on a hand-over"),
        ("delete,d", "remove", "Remove", "Take the hand-over at the cursor out"),
    )

    def __init__(self, gap: GapRecord) -> None:
        super().__init__()
        self._gap = gap
        self._found: Sequence[HandOver] = ()

    def body(self) -> ComposeResult:
        yield Static("", markup=False, id="hand-over-head")
        yield HandOverList(id="hand-overs")

    async def fill(self) -> None:
        gap_id = self._gap.gap_id
        self._gap, self._found = await self._kmassist.library.call(
            lambda a: (a.gaps.get(gap_id), a.plans.hand_overs(gap_id))
        )
        owner = self._gap.owner_role or "nobody yet"
        self.query_one("#hand-over-head", Static).update(
            words(
                (f"Gap {gap_id}: {one_line(self._gap.title, 100)}", "bold"),
                (f"\nOwned by {one_line(owner)}, stage {self._gap.leadership_stage}", "$km-quiet"),
            )
        )
        listed = self.query_one(OptionList)
        now = self._kmassist.today().isoformat()
        nothing = words(("No hand-over is agreed. Press n.", "$km-quiet"))
        listed.set_options(
            [Option(_line(h, now), id=h.hand_over_id) for h in self._found]
            or [Option(nothing, disabled=True)]
        )
        if self._found:
            listed.highlighted = 0
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._found) if action == "remove" else True

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        found = self._found[event.option_index]
        if found.accepted:
            return

        question = f"Has the {one_line(found.to_role, 40)} taken it over?"
        detail = "From now on that role owns the gap."
        ask_first(self, question, detail, "Taken over", lambda: self._accept(found.hand_over_id))

    @work
    async def _accept(self, hand_over_id: str) -> None:
        await self._kmassist.library.call(lambda a: a.plans.accept(hand_over_id))
        self._kmassist.library_changed.publish(None)
        self._load()

    def action_new(self) -> None:

        async def save(changes: Mapping[str, Any]) -> None:
            body = {name: value for name, value in changes.items() if value}
            if "stage" in body:
                body["stage"] = int(body["stage"])
            gap_id = self._gap.gap_id
            await self._change(lambda a: a.plans.hand_over(gap_id, **body))

        fields = [
            Field("to_role", "To (role)", "", is_needed=True, hint="a role, not a name"),
            Field("due", "On", "", is_needed=True, hint="YYYY-MM-DD"),
            Field(
                "stage",
                "Stage of work",
                str(self._gap.leadership_stage),
                stage_choices(),
                is_needed=True,
            ),
            Field("note", "What goes with it", ""),
        ]
        self.app.push_screen(FormScreen("Hand this gap over", fields, save, verb="Agree"))

    @work
    async def action_remove(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is None:
            return
        hand_over_id = self._found[place].hand_over_id
        await self._change(lambda a: a.plans.cancel(hand_over_id))


def _line(found: HandOver, now: str) -> Content:
    late = found.is_overdue(now)
    state = f"! overdue since {found.due}" if late else found.state(now)
    return words(
        (found.due, "bold"),
        f"  {one_line(found.from_role or 'nobody', 40)} to {one_line(found.to_role, 40)}",
        (f"  stage {found.stage}", "$km-quiet"),
        (f"\n  {state}", "bold $km-check" if late else "$km-quiet"),
        (f" · {one_line(found.note, 100)}" if found.note else "", "$km-quiet"),
    )
