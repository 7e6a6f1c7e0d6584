"""Assess: the reflection checklist, its result from five people on, and what use of the library says beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from kmassist.records.assessment import GroupResult, Instrument
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import ask_first
from kmassist.tui.widgets.key_line import KeyLine


class AssessScreen(Card[None]):
    """This month's round."""

    ABOUT: ClassVar[str] = (
        "A checklist for reflection, not validated and not the Warwick tool. Answers are kept without name, role or day. A group's "
        "result is shown only when five or more have answered and the round is closed. Beside opinion stands what use of this "
        "library itself says."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the decisions"),
        ("n", "answer", "Answer", "Answer every statement, a number at a time"),
        (
            "c",
            "close_round",
            "Close round",
            "Take no more answers and show the result; needs five people",
        ),
        ("p", "plan", "Plan", "What to do first, who owns it, and rounds compared"),
    )
    CSS = "AssessScreen #result { height: 1fr; margin-top: 1; } AssessScreen #result > Static { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._instrument: Instrument | None = None
        self._result: GroupResult | None = None
        self._is_closed = False

    def body(self) -> ComposeResult:
        yield Static("", markup=False, id="assess-head")
        with VerticalScroll(id="result"):
            yield Static("", markup=False)

    async def fill(self) -> None:
        instrument, result, rounds, use = await self._kmassist.library.call(
            lambda a: (
                a.assessment.instrument(),
                a.assessment.result(),
                a.assessment.rounds(),
                a.assessment.use_says(),
            )
        )
        self._instrument, self._result = instrument, result
        self._is_closed = rounds.get(result.round, (0, False))[1]
        self.query_one("#assess-head", Static).update(
            words(
                (one_line(result.title), "bold"), (f"\n{one_line(result.disclaimer)}", "$km-quiet")
            )
        )
        self.query_one("#result > Static", Static).update(_result(instrument, result, use))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A closed round takes no answers and cannot be closed again."""
        return not self._is_closed if action in ("answer", "close_round") else True

    def action_plan(self) -> None:
        from kmassist.tui.screens.plan import PlanScreen

        self.app.push_screen(PlanScreen())

    def action_answer(self) -> None:
        if self._instrument is None:
            return
        scale = self._instrument.scale
        if scale.low < 0 or scale.high > 9:
            self._kmassist.say(
                "Use 'kmassist assess answer'.",
                "This scale is too long for one key.",
                severity="warning",
            )
            return
        self.app.push_screen(AnswerScreen(self._instrument), self._answered)

    def _answered(self, _: None) -> None:
        self._load()

    def action_close_round(self) -> None:
        question = f"Close the round {self._result.round if self._result else ''}?"
        detail = "It takes no more answers; then its result can be seen."
        ask_first(self, question, detail, "Close", self._close)

    @work
    async def _close(self) -> None:
        await self._kmassist.library.call(lambda a: a.assessment.close_round())
        self._load()


class AnswerScreen(ModalScreen[None]):
    """One statement at a time; a number answers it."""

    ABOUT: ClassVar[str] = (
        "Press a number for each statement. Backspace goes back; Escape keeps nothing."
    )
    BINDINGS = keys(
        ("escape", "dismiss", "Stop", "Keep nothing"),
        ("backspace", "back", "One back", "Answer the last statement again"),
    )

    def __init__(self, instrument: Instrument) -> None:
        super().__init__()
        self._instrument = instrument
        self._answers: list[int] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("", markup=False, id="statement")
        yield KeyLine()

    def on_mount(self) -> None:
        self._draw()

    def _draw(self) -> None:
        items, scale = self._instrument.items, self._instrument.scale
        number = len(self._answers)
        said = f"{scale.low} {scale.low_label or 'lowest'}  to  {scale.high} {scale.high_label or 'highest'}"
        self.query_one("#statement", Static).update(
            words(
                (f"{number + 1} of {len(items)}", "$km-quiet"),
                (f"\n\n{one_line(items[number].text)}\n\n", "bold"),
                said,
            )
        )
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._answers) if action == "back" else True

    def on_key(self, event: Key) -> None:
        scale = self._instrument.scale
        if not (
            event.character
            and event.character.isdecimal()
            and scale.low <= int(event.character) <= scale.high
        ):
            return
        event.stop()
        if len(self._answers) == len(self._instrument.items):
            return
        self._answers.append(int(event.character))
        if len(self._answers) == len(self._instrument.items):
            self._keep()
        else:
            self._draw()

    def action_back(self) -> None:
        if self._answers:
            self._answers.pop()
            self._draw()

    @work
    async def _keep(self) -> None:
        app, answers = context(self), list(self._answers)
        own = await app.library.call(lambda a: a.assessment.answer(answers))
        lowest = min(own, key=lambda name: (own[name], name))
        title = next(d.title for d in self._instrument.dimensions if d.id == lowest)
        app.say(
            f"Your own lowest: {title} ({own[lowest]:.1f}). Only your numbers are kept, without name or day.",
            "Thank you.",
        )
        self.dismiss(None)


def _result(instrument: Instrument, result: GroupResult, use: Mapping[str, str]) -> Content:
    said = result.withheld or f"{result.respondents} people answered in the round {result.round}."
    parts: list[str | tuple[str, str]] = [(f"{one_line(said)}\n", "bold")]
    found = {d.id: d for d in result.dimensions}
    for dimension in instrument.dimensions:
        shown = "not shown"
        if (d := found.get(dimension.id)) is not None:
            filled = round(20 * (d.mean - d.low) / (d.high - d.low))
            spread = f" (spread {d.spread:.2f})" if d.spread is not None else ""
            shown = f"{'#' * filled + '.' * (20 - filled)}  {d.mean:.2f}{spread}"
        parts += [(f"\n{one_line(dimension.title, 30):<32}", "bold"), shown]
        if dimension.id in use:
            parts.append((f"\n  use says: {use[dimension.id]}", "$km-quiet"))
    return Content.assemble(*parts)  # each part is safe already; `words` would close up the columns
