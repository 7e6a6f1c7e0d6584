"""One row of the coverage strip: its state, the rule that decided, its passages, and what a gap warrants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.answers.model import Answer
from kmassist.coverage import CoverageCell, Need, State
from kmassist.documents.document import SourceType
from kmassist.documents.source_types import spelt_out
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.messages import OpenCitation
from kmassist.tui.safe import words
from kmassist.tui.screens.card import Card
from kmassist.tui.standing import STATE_COLOURS
from kmassist.tui.widgets.claim import ClaimView, GiveFeedback

if TYPE_CHECKING:
    from kmassist.gaps import Warrant


class CellScreen(Card[None]):
    """A row of the strip, opened."""

    ABOUT: ClassVar[str] = (
        "Why this kind of source has its state: the rule with its numbers and the setting that moves it. Below stand its "
        "passages; where there are none, what the gap warrants: the first step, what follows if it stays open, and who leads. "
        "A gap here is a gap of this corpus; only a documented search can make it more."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the answer"),
        ("a", "say(True)", "It is about this", "This document is on the subject"),
        ("n", "say(False)", "It is not", "This document is about something else"),
        ("g", "register", "Register gap", "Put this gap into the register"),
        ("s", "strategy", "Strategy", "The question as a search of databases"),
        ("left", "step(-1)", "Previous", "The kind of source above"),
        ("right", "step(1)", "Next", "The kind of source below"),
    )

    def __init__(self, answer: Answer, source_type: SourceType) -> None:
        super().__init__()
        self._answer = answer
        self._type = source_type

    @property
    def cell(self) -> CoverageCell:
        """The row shown."""
        return self._answer.coverage.cell(self._type)

    def body(self) -> ComposeResult:
        yield Static("", markup=False, id="cell-head")
        yield VerticalScroll(id="cell-body")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a gap can be registered, and only what is to be checked be told."""
        if action == "say":
            return bool(self.cell.unchecked)
        return bool(self.cell.codes) if action in ("register", "strategy") else True

    @work(exclusive=True, group="say")
    async def action_say(self, is_about: bool) -> None:
        """Keep what the person says of the document under the cursor, for every wording of this subject."""
        shown = self.query_one("#to-check", OptionList)
        if not shown.has_focus:  # what is told of is seen first
            shown.focus()
            return
        if shown.highlighted is None:
            return
        doc_id = str(shown.get_option_at_index(shown.highlighted).id)
        question = self._answer.resolved_question
        await context(self).library.call(
            lambda a: a.gaps.say(a.pools.subject_of(question), doc_id, is_about=is_about)
        )
        shown.remove_option(doc_id)
        said = "It is about this" if is_about else "It is not about this"
        context(self).say(f"{said}: kept for this subject, however it is asked. Ask again to see.")

    def action_step(self, by: int) -> None:
        kinds = list(SourceType)
        self._type = kinds[(kinds.index(self._type) + by) % len(kinds)]
        self._load()

    @on(OpenCitation)
    def _open(self, message: OpenCitation) -> None:
        from kmassist.tui.screens.passage import PassageScreen

        message.stop()
        shown = [view.claim.citation for view in self.query(ClaimView)]
        self.app.push_screen(PassageScreen(message.citation, shown))

    async def fill(self) -> None:
        cell, coverage = self.cell, self._answer.coverage
        self.query_one("#cell-head", Static).update(_head(cell))
        found = await context(self).library.call(lambda a: a.gaps.warrants(coverage))
        cards = [warrant for warrant in found if warrant.source_type is cell.source_type]
        body = self.query_one("#cell-body", VerticalScroll)
        await body.remove_children()
        rules = _rules(cell, frozenset(card.claim_says for card in cards))
        if rules.plain:
            await body.mount(Static(rules, markup=False))
        row = next((row for row in self._answer.rows if row.source_type is self._type), None)
        near = [claim for claim in self._answer.nearest if claim.citation.source_type is self._type]
        claims = [ClaimView(claim) for claim in (row.claims if row and row.claims else near)]
        if claims:
            head = "What it says" if row and row.claims else "Related, not direct"
            await body.mount(Static(words((head, "bold")), markup=False, classes="kind"), *claims)
        if cell.unchecked:
            await self._show_to_check(body, cell.unchecked)
        (
            claims[0] if claims else self.query("#to-check").first() if cell.unchecked else body
        ).focus()
        await body.mount(*(_warrant(card) for card in cards))
        self.refresh_bindings()

    async def _show_to_check(self, body: VerticalScroll, doc_ids: Sequence[str]) -> None:
        held = await context(self).library.call(lambda a: {d.doc_id: d for d in a.sources()})
        options = [
            Option(words(held[d].metadata.title or held[d].source_name), id=d)
            for d in doc_ids
            if d in held
        ]
        shown = OptionList(*options, id="to-check")
        await body.mount(
            Static(words(("Is it about this? a: it is, n: it is not", "bold")), markup=False), shown
        )
        shown.highlighted = 0

    def on_give_feedback(self, message: GiveFeedback) -> None:
        from kmassist.tui.screens.feedback import feedback_form

        message.stop()
        self.app.push_screen(feedback_form(self, self._answer.question, message.view))

    def action_strategy(self) -> None:
        from kmassist.tui.screens.strategy import StrategyScreen

        self.app.push_screen(StrategyScreen(self._answer.resolved_question))

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
        self.app.push_screen(new_gap(context(self), known))


def _head(cell: CoverageCell) -> Content:
    colour = f"${STATE_COLOURS[cell.state]}"
    facts = [cell.counted, cell.best_design]
    facts += [
        f"newest evidence {cell.newest}" if cell.newest else "",
        cell.need.words + " for this question",
    ]
    if cell.studies:
        silent = f", {cell.silent} silent on this" if cell.silent else ""
        facts.append(
            f"{cell.direct} direct, {cell.partial} partly, {cell.indirect} indirect{silent}"
        )
    said = " · ".join(fact for fact in facts if fact)
    return words((cell.source_type.label, "bold"), "\n", (f"{cell.state.symbol} {cell.state.words}", f"bold {colour}"),
                 (f" · {said}", "$km-quiet"))  # fmt: skip


def _rules(cell: CoverageCell, on_cards: frozenset[str]) -> Content:
    """Why the row is judged so; a sentence that a gap card below says is left to the card."""
    lines = []
    for rule in cell.trace:
        if rule.says in on_cards:
            continue
        code = f"{rule.code} " if rule.code else ""
        setting = f" (setting {rule.setting})" if rule.setting else ""
        lines.append(words((code, "bold"), spelt_out(rule.says), (setting, "$km-quiet")))
    if cell.source_type is SourceType.PPI and cell.state is State.THIN:
        lines.append(
            words(
                "Hear from more people. Fewness is not unreliability: one account can show a safety problem."
            )
        )
    if cell.directness_note:
        lines.append(words((cell.directness_note, "$km-quiet")))
    if cell.overridden_by:
        lines.append(words((f"Overridden: {cell.overridden_by}", "$km-check")))
    if not lines and not on_cards:
        lines.append(
            words(
                (
                    "No rule is against it."
                    if cell.need is not Need.NOT_NEEDED
                    else "Not needed for this question.",
                    "$km-quiet",
                )
            )
        )
    return Content("\n").join(lines)


def _warrant(warrant: Warrant) -> Vertical:
    """A gap card: what may be said, what to do, who with."""
    stage, generation = warrant.stage, warrant.generation
    lines: list[Widget] = [
        Static(words((f"{warrant.code} {warrant.title}", "bold $km-check")), markup=False)
    ]
    lines.append(
        _pair(
            "What may be said",
            warrant.claim_says,
            (f" {warrant.claim_lacks}" if warrant.claim_lacks else "", "$km-quiet"),
        )
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
            _pair(
                "Generate it here",
                f"proposed: {generation.method}"
                if generation.is_proposed
                else "not yet; what holds:",
            )
        )
        for condition in generation.conditions:
            mark, style = ("+", "$km-good") if condition.holds else ("-", "$km-bad")
            lines.append(
                _pair(
                    "",
                    (f"{mark} ", f"bold {style}"),
                    condition.says,
                    (f": {condition.why}", "$km-quiet"),
                )
            )
    return Vertical(*lines, classes="warrant")


def _pair(label: str, *said: str | tuple[str, str]) -> Horizontal:
    left = Static(words((label, "bold")), markup=False, classes="label")
    return Horizontal(left, Static(words(*said), markup=False, classes="value"), classes="pair")
