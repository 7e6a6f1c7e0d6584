"""One question and its answer, as it grows: searching, found, covered, sentences."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from kmassist.answers import Answer, TypeRow
from kmassist.coverage import Coverage, Need, Verdict
from kmassist.source_types import spelt_out
from kmassist.tui.messages import OpenCell
from kmassist.tui.safe import safe, words
from kmassist.tui.states import STATE_COLOURS, VERDICT_WORDS
from kmassist.tui.widgets.claim import ClaimView
from kmassist.tui.widgets.reading import ReadingView

_SHOWN_AT_FIRST = 2
"""Quotations of one kind of source before the rest is folded."""


class More(Static, can_focus=True):
    """The rest of one kind's quotations, folded."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "unfold", "Show more", tooltip="Show the other sentences of this kind of source"),
        Binding("down,j", "app.focus_next", "Next", show=False),
        Binding("up,k", "app.focus_previous", "Previous", show=False),
    ]

    def __init__(self, row: TypeRow) -> None:
        count = len(row.claims) - _SHOWN_AT_FIRST
        super().__init__(words((f"{count} more {'sentence' if count == 1 else 'sentences'}", "$km-link")), markup=False)
        self._row = row

    def action_unfold(self) -> None:
        """Put the quotations in this line's place."""
        views = [ClaimView(claim) for claim in self._row.claims[_SHOWN_AT_FIRST:]]
        assert isinstance(self.parent, Widget)
        self.parent.mount(*views, after=self)
        views[0].focus()
        self.remove()

    def on_click(self, event: Click) -> None:
        """A click is Enter."""
        event.stop()
        self.action_unfold()


class Absence(Static, can_focus=True):
    """A kind of source that holds nothing on the question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "What it warrants", tooltip="What this gap is and what to do about it"),
        Binding("down,j", "app.focus_next", "Next", show=False),
        Binding("up,k", "app.focus_previous", "Previous", show=False),
    ]

    def __init__(self, row: TypeRow, coverage: Coverage) -> None:
        cell = coverage.cell(row.source_type)
        colour = f"${STATE_COLOURS[cell.state]}"
        wanted = "needed for this question" if cell.need is Need.REQUIRED else cell.need.value
        super().__init__(
            words((f"{cell.state.symbol} ", f"bold {colour}"), (row.source_type.label, "bold"), (f" ({wanted})", "$km-quiet")),
            markup=False,
        )
        self._row = row

    def action_open(self) -> None:
        """The gap card."""
        self.post_message(OpenCell(self._row.source_type))

    def on_click(self, event: Click) -> None:
        """A click is Enter."""
        event.stop()
        self.action_open()


class Folded(Static, can_focus=True):
    """An older answer, folded to this line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "unfold", "Show", tooltip="Show this older answer again"),
        Binding("down,j", "app.focus_next", "Next", show=False),
        Binding("up,k", "app.focus_previous", "Previous", show=False),
    ]

    class Unfold(Message):
        """The person wants to see the answer again."""

    def __init__(self, answer: Answer) -> None:
        count = len(answer.claims)
        said = f"{count} {'sentence' if count == 1 else 'sentences'}, folded"
        super().__init__(words((said, "$km-link")), markup=False)

    def action_unfold(self) -> None:
        """Ask for it."""
        self.post_message(self.Unfold())

    def on_click(self, event: Click) -> None:
        """A click is Enter."""
        event.stop()
        self.action_unfold()


class TurnView(Vertical):
    """A question with its answer below."""

    def __init__(self, question: str, number: int) -> None:
        super().__init__(classes="turn")
        self.question = question
        self.number = number
        self.answer: Answer | None = None
        self.is_over = False
        self.is_folded = False

    def compose(self) -> ComposeResult:
        """The question and the line that says how far it is."""
        yield Static(words((self.question, "bold")), markup=False, classes="question")
        yield Static("", markup=False, classes="stage")
        yield Vertical(classes="answer")

    def show_stage(self, sentence: str) -> None:
        """How far it is, in one line."""
        self.query_one(".stage", Static).update(words((sentence, "$km-quiet")))

    def show_covered(self, coverage: Coverage) -> None:
        """The verdict is known before the sentences."""
        self.query_one(".stage", Static).update(verdict_line(coverage))

    def show_ended(self, sentence: str) -> None:
        """It ended without an answer, and why; an answer that was there before stands."""
        self.is_over = True
        if self.answer is None:
            self.show_stage(sentence)
        else:
            self.query_one(".stage", Static).update(
                Content.assemble(words((f"{sentence} ", "bold $km-check")), verdict_line(self.answer.coverage))
            )

    def show_again(self, sentence: str) -> None:
        """The same question is asked with another reading; the answer stands until the new one takes its place."""
        self.is_over = False
        self.show_stage(sentence)

    @property
    def reading(self) -> ReadingView | None:
        """How the question was read, where that is shown."""
        return next(iter(self.query(ReadingView)), None)

    async def show_answer(self, answer: Answer, *, is_folded: bool = False) -> None:
        """The whole answer, or one line to open it again."""
        self.answer = answer
        self.is_over = True
        self.is_folded = is_folded
        self.show_covered(answer.coverage)
        body = self.query_one(".answer", Vertical)
        await body.remove_children()
        await body.mount(*([Folded(answer)] if is_folded else answer_widgets(answer)))

    async def on_folded_unfold(self, message: Folded.Unfold) -> None:
        """Show an older answer again."""
        message.stop()
        if self.answer is not None:
            await self.show_answer(self.answer)
            first = self.first_focusable()
            if first is not None:
                first.focus()

    def first_focusable(self) -> Widget | None:
        """Where reading begins."""
        return next((w for w in self.query("ClaimView, More, Absence, Folded")), None)


def verdict_line(coverage: Coverage) -> Content:
    """Symbol, words, and the reason."""
    symbol, said, colour = VERDICT_WORDS[coverage.verdict]
    searched = f" {coverage.documents_searched} documents, searched {coverage.searched_on}." if coverage.searched_on else ""
    because = f" {spelt_out(coverage.because)}" if coverage.because else ""
    return words((f"{symbol} {said}.", f"bold ${colour}"), because, (searched, "$km-quiet"))


def answer_widgets(answer: Answer) -> list[Widget]:
    """An answer as widgets, top to bottom."""
    widgets: list[Widget] = []
    is_only_spelt = any(note.startswith("Read “") for note in answer.notes)  # said there
    if answer.resolved_question != " ".join(answer.question.split()) and not is_only_spelt:
        widgets.append(
            Static(
                words(("Read with the question before: ", "$km-quiet"), answer.resolved_question), markup=False, classes="note"
            )
        )
    for note in (*answer.notes, *answer.degraded):
        widgets.append(Static(words(("! ", "bold $km-check"), note), markup=False, classes="note"))
    if answer.uncovered_terms and "mentions" not in answer.coverage.because:
        said = f"Nothing found here mentions {', '.join(answer.uncovered_terms)}."
        widgets.append(Static(words(("! ", "bold $km-check"), said), markup=False, classes="near"))
    if answer.types and not answer.is_turned_away:
        widgets.append(ReadingView(answer))
    if answer.nearest:
        said = "Related, not direct: these do not answer the question."
        widgets.append(Static(words((said, "bold")), markup=False, classes="kind"))
        widgets += [Static(words((safe(why), "$km-quiet")), markup=False, classes="note") for why in answer.not_counted]
        widgets += [ClaimView(claim) for claim in answer.nearest]
    for row in answer.rows:
        widgets += _row_widgets(row)
    for conflict in answer.coverage.conflicts:
        head = words(
            ("x ", "bold $km-check"), (f"Sources disagree on {conflict.outcome}", "bold"), (f" ({conflict.kind})", "$km-quiet")
        )
        sides = words(f"\n“{conflict.left_says}”", ("\nagainst ", "$km-quiet"), f"“{conflict.right_says}”")
        widgets.append(Static(Content.assemble(head, sides), markup=False, classes="note"))
    for absence, rows in answer.missing.items() if answer.coverage.verdict is not Verdict.NOT_JUDGED else ():
        head = words(("What is missing  ", "bold"), (absence, "$km-quiet"))
        widgets.append(Static(head, markup=False, classes="kind"))
        widgets += [Absence(row, answer.coverage) for row in rows]
    if answer.set_aside:
        widgets.append(Static(words((f"Set aside: {'; '.join(answer.set_aside)}.", "$km-quiet")), markup=False, classes="note"))
    return widgets


def _row_widgets(row: TypeRow) -> list[Widget]:
    if not row.claims:
        return []
    studies = f"{row.studies} {'study' if row.studies == 1 else 'studies'}"
    widgets: list[Widget] = [
        Static(words((row.source_type.label, "bold"), (f"  {studies}", "$km-quiet")), markup=False, classes="kind")
    ]
    if row.caution:
        widgets.append(Static(words((safe(row.caution), "$km-quiet")), markup=False, classes="note"))
    widgets += [ClaimView(claim) for claim in row.claims[:_SHOWN_AT_FIRST]]
    if len(row.claims) > _SHOWN_AT_FIRST:
        widgets.append(More(row))
    if row.more_studies:
        widgets.append(
            Static(words((f"{safe(row.more_studies)} more studies not quoted", "$km-quiet")), markup=False, classes="note")
        )
    return widgets
