"""One row of the coverage strip: its state, the rule that decided, its passages, and what a gap warrants."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from kmassist.answers import Answer
from kmassist.coverage import CoverageCell, Need, State
from kmassist.documents import SourceType
from kmassist.source_types import spelt_out
from kmassist.tui.messages import OpenCitation
from kmassist.tui.safe import words
from kmassist.tui.states import STATE_COLOURS
from kmassist.tui.widgets.claim import ClaimView
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.gaps import Warrant
    from kmassist.tui.app import KmassistApp


class CellScreen(ModalScreen[None]):
    """A row of the strip, opened."""

    ABOUT: ClassVar[str] = (
        "Why this kind of source has its state: the rule with its numbers and the setting that moves it. Below stand its "
        "passages; where there are none, what the gap warrants: the first step, what follows if it stays open, and who leads. "
        "A gap here is a gap of this corpus; only a documented search can make it more."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", tooltip="Back to the answer", key_display="Esc"),
        Binding("g", "register", "Register gap", tooltip="Put this gap into the register"),
        Binding("left", "step(-1)", "Previous", tooltip="The kind of source above", key_display="←"),
        Binding("right", "step(1)", "Next", tooltip="The kind of source below", key_display="→"),
    ]

    def __init__(self, answer: Answer, source_type: SourceType) -> None:
        super().__init__()
        self._answer = answer
        self._type = source_type

    @property
    def cell(self) -> CoverageCell:
        """The row shown."""
        return self._answer.coverage.cell(self._type)

    def compose(self) -> ComposeResult:
        """A card over the conversation."""
        with Vertical(classes="card"):
            yield Static("", markup=False, id="cell-head")
            yield VerticalScroll(id="cell-body")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the row."""
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a gap can be registered."""
        return bool(self.cell.codes) if action == "register" else True

    def action_step(self, by: int) -> None:
        """The row above or below."""
        kinds = list(SourceType)
        self._type = kinds[(kinds.index(self._type) + by) % len(kinds)]
        self._show()

    @on(OpenCitation)
    def _open(self, message: OpenCitation) -> None:
        from kmassist.tui.screens.passage import PassageScreen

        message.stop()
        shown = [view.claim.citation for view in self.query(ClaimView)]
        self.app.push_screen(PassageScreen(message.citation, shown))

    @work(exclusive=True, group="show")
    async def _show(self) -> None:
        cell = self.cell
        self.query_one("#cell-head", Static).update(_head(cell))
        body = self.query_one("#cell-body", VerticalScroll)
        await body.remove_children()
        await body.mount(Static(_rules(cell), markup=False))
        row = next((row for row in self._answer.rows if row.source_type is self._type), None)
        near = [claim for claim in self._answer.nearest if claim.citation.source_type is self._type]
        claims = [ClaimView(claim) for claim in (row.claims if row and row.claims else near)]
        if claims:
            head = "What it says" if row and row.claims else "Related, not direct"
            await body.mount(Static(words((head, "bold")), markup=False, classes="kind"), *claims)
            claims[0].focus()
        else:
            body.focus()
        coverage = self._answer.coverage
        found = await cast("KmassistApp", self.app).library.call(lambda a: a.gaps.warrants(coverage))
        for warrant in found:
            if warrant.source_type is self._type:
                await body.mount(_warrant(warrant))
        self.refresh_bindings()

    def action_register(self) -> None:
        """A form with what is known filled in."""
        from kmassist.tui.screens.gap_form import new_gap

        cell, question = self.cell, self._answer.resolved_question
        known = {
            "title": f"{cell.source_type.label}: {question}",
            "question": question,
            "source_type": cell.source_type.value,
            "codes": cell.codes,
        }
        self.app.push_screen(new_gap(cast("KmassistApp", self.app), known))


def _head(cell: CoverageCell) -> Content:
    colour = f"${STATE_COLOURS[cell.state]}"
    facts = [f"{cell.studies} {'study' if cell.studies == 1 else 'studies'}" if cell.studies else "", cell.best_design]
    facts += [f"newest evidence {cell.newest}" if cell.newest else "", cell.need.value + " for this question"]
    if cell.studies:
        facts.append(f"{cell.direct} direct, {cell.partial} partly, {cell.indirect} indirect")
    said = " · ".join(fact for fact in facts if fact)
    return words((cell.source_type.label, "bold"), "\n", (f"{cell.state.symbol} {cell.state.value}", f"bold {colour}"),
                 (f" · {said}", "$km-quiet"))  # fmt: skip


def _rules(cell: CoverageCell) -> Content:
    lines = []
    for rule in cell.trace:
        code = f"{rule.code} " if rule.code else ""
        setting = f" (setting {rule.setting})" if rule.setting else ""
        lines.append(words((code, "bold"), spelt_out(rule.says), (setting, "$km-quiet")))
    if cell.source_type is SourceType.PPI and cell.state is State.THIN:
        lines.append(words("Hear from more people. Fewness is not unreliability: one account can show a safety problem."))
    if cell.directness_note:
        lines.append(words((cell.directness_note, "$km-quiet")))
    if cell.overridden_by:
        lines.append(words((f"Overridden: {cell.overridden_by}", "$km-check")))
    if not lines:
        lines.append(
            words(
                (
                    "No rule speaks against it." if cell.need is not Need.NOT_NEEDED else "Not needed for this question.",
                    "$km-quiet",
                )
            )
        )
    return Content("\n").join(lines)


def _warrant(warrant: Warrant) -> Vertical:
    """A gap card: what may be said, what to do, who with."""
    stage, generation = warrant.stage, warrant.generation
    lines: list[Widget] = [Static(words((f"{warrant.code} {warrant.title}", "bold $km-check")), markup=False)]
    lines.append(
        _pair("What may be said", warrant.claim_says, (f" {warrant.claim_lacks}" if warrant.claim_lacks else "", "$km-quiet"))
    )
    for label, said in (
        ("First step", warrant.first_step),
        ("If still open", warrant.next_step),
        ("Approval", warrant.route),
        ("Who", ", ".join(warrant.roles)),
        ("Stage", f"{stage.number} {stage.name}"),
    ):
        if said:
            lines.append(_pair(label, said))
    if warrant.vacant:
        lines.append(_pair("! Vacant", (", ".join(warrant.vacant), "$km-check")))
    if warrant.technique:
        lines.append(_pair("Worth trying", warrant.technique))
    if generation is not None:
        lines.append(
            _pair("Generate it here", f"proposed: {generation.method}" if generation.is_proposed else "not yet; what holds:")
        )
        for condition in generation.conditions:
            mark, style = ("+", "$km-good") if condition.holds else ("-", "$km-bad")
            lines.append(_pair("", (f"{mark} ", f"bold {style}"), condition.says, (f": {condition.why}", "$km-quiet")))
    return Vertical(*lines, classes="warrant")


def _pair(label: str, *said: str | tuple[str, str]) -> Horizontal:
    left = Static(words((label, "bold")), markup=False, classes="label")
    return Horizontal(left, Static(words(*said), markup=False, classes="value"), classes="pair")
