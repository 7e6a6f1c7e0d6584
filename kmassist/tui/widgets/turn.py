"""One question and its answer, as it grows: searching, found, covered, sentences."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from kmassist.answers.model import Answer, Claim, TypeRow
from kmassist.answers.presentation import Section, direct_line, next_questions, sections
from kmassist.coverage import Coverage, Need
from kmassist.documents.source_types import spelt_out
from kmassist.question.typed_commands import typed_command
from kmassist.text.counts import counted
from kmassist.tui.keys import keys
from kmassist.tui.messages import OpenCell
from kmassist.tui.safe import safe, words
from kmassist.tui.standing import STATE_COLOURS, VERDICT_WORDS
from kmassist.tui.widgets.claim import ClaimView, GiveFeedback, recall_feedback
from kmassist.tui.widgets.reading import ReadingView
from kmassist.tui.widgets.way import Way

_SHOWN_AT_FIRST = 2
"""Quotations of one kind of source before the rest is folded."""


class More(Static, can_focus=True):
    """The rest of one kind's quotations, folded."""

    BINDINGS = keys(
        ("enter", "unfold", "Show more", "Show the other sentences of this kind of source"),
        ("down,j", "app.focus_next", "Next"),
        ("up,k", "app.focus_previous", "Previous"),
    )

    def __init__(self, claims: Sequence[Claim]) -> None:
        count = len(claims)
        super().__init__(
            words((counted(count, "more sentence"), "$km-link")),
            markup=False,
        )
        self._claims = claims

    def action_unfold(self) -> None:
        views = [ClaimView(claim) for claim in self._claims]
        assert isinstance(self.parent, Widget)
        self.parent.mount(*views, after=self)
        views[0].focus()
        self.remove()

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_unfold()


class Kind(Static, can_focus=True):
    """A kind of source with its sentences folded away: the answer begins with the sentence that answers."""

    BINDINGS = keys(
        ("enter", "unfold", "Show", "Show the sentences of this kind of source"),
        ("down,j", "app.focus_next", "Next"),
        ("up,k", "app.focus_previous", "Previous"),
    )

    def __init__(self, section: Section) -> None:
        count = len(section.claims)
        super().__init__(
            words(
                (safe(section.heading), "bold"),
                (f": {counted(count, 'sentence')}", "$km-link"),
            ),
            markup=False,
            classes="near",
        )
        self._section = section

    def action_unfold(self) -> None:
        """Put the heading, what is said of it and its sentences in this line's place."""
        views = claim_widgets(self._section)
        head = words((safe(self._section.heading), "bold"))
        assert isinstance(self.parent, Widget)
        self.parent.mount(Static(head, markup=False, classes="kind"), *views, after=self)
        next(view for view in views if isinstance(view, ClaimView)).focus()
        self.remove()

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_unfold()


class NextQuestion(Static, can_focus=True):
    """A question that the library has something on, to ask next."""

    BINDINGS = keys(
        ("enter", "ask", "Ask", "Ask this question next"),
        ("down,j", "app.focus_next", "Next"),
        ("up,k", "app.focus_previous", "Previous"),
    )

    class Asked(Message):
        """The person wants to ask it."""

        def __init__(self, question: str) -> None:
            super().__init__()
            self.question = question

    def __init__(self, question: str) -> None:
        super().__init__(words((f"› {question}", "$km-link")), markup=False, classes="next")
        self._question = question

    def action_ask(self) -> None:
        self.post_message(self.Asked(self._question))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_ask()


class Absence(Static, can_focus=True):
    """A kind of source that holds nothing on the question."""

    BINDINGS = keys(
        ("enter", "open", "What it warrants", "What this gap is and what to do about it"),
        ("down,j", "app.focus_next", "Next"),
        ("up,k", "app.focus_previous", "Previous"),
    )

    def __init__(self, row: TypeRow, coverage: Coverage) -> None:
        cell = coverage.cell(row.source_type)
        colour = f"${STATE_COLOURS[cell.state]}"
        wanted = "needed for this question" if cell.need is Need.REQUIRED else cell.need.words
        super().__init__(
            words(
                (f"{cell.state.symbol} ", f"bold {colour}"),
                (row.source_type.label, "bold"),
                (f" ({wanted})", "$km-quiet"),
            ),
            markup=False,
        )
        self._row = row

    def action_open(self) -> None:
        self.post_message(OpenCell(self._row.source_type))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_open()


class Folded(Static, can_focus=True):
    """An older answer, folded to this line."""

    BINDINGS = keys(
        ("enter", "unfold", "Show", "Show this older answer again"),
        ("down,j", "app.focus_next", "Next"),
        ("up,k", "app.focus_previous", "Previous"),
    )

    class Unfold(Message):
        """The person wants to see the answer again."""

    def __init__(self, answer: Answer) -> None:
        count = len(answer.claims)
        said = f"{counted(count, 'sentence')}, folded"
        super().__init__(words((said, "$km-link")), markup=False)

    def action_unfold(self) -> None:
        self.post_message(self.Unfold())

    def on_click(self, event: Click) -> None:
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
                Content.assemble(
                    words((f"{sentence} ", "bold $km-check")), verdict_line(self.answer.coverage)
                )
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
        if (
            direct_line(answer) and not is_folded
        ):  # the reason stands below the sentence that answers
            self.query_one(".stage", Static).update(_verdict(answer.coverage))
        body = self.query_one(".answer", Vertical)
        await body.remove_children()
        await body.mount(*([Folded(answer)] if is_folded else answer_widgets(answer)))
        if not is_folded:
            self._recall_feedback()

    @work(exclusive=True, group="feedback")
    async def _recall_feedback(self) -> None:
        """What was said before of these quotations, once the answer stands."""
        if self.answer is not None:
            await recall_feedback(self, self.answer.question)

    def on_give_feedback(self, message: GiveFeedback) -> None:
        """It is about the answer to this question; the screen asks what to keep."""
        if self.answer is not None:
            message.question = self.answer.question

    async def on_folded_unfold(self, message: Folded.Unfold) -> None:
        message.stop()
        if self.answer is not None:
            await self.show_answer(self.answer)
            first = self.first_focusable()
            if first is not None:
                first.focus()

    def first_focusable(self) -> Widget | None:
        """Where reading begins; where nothing is quoted, what is offered instead."""
        quoted = self.query("ClaimView, Kind, More, Absence, Folded")
        return next(iter([*quoted, *self.query("NextQuestion, Way")]), None)


def verdict_line(coverage: Coverage) -> Content:
    """Symbol, words, and the reason."""
    return Content.assemble(_verdict(coverage), _reason(coverage))


def _verdict(coverage: Coverage) -> Content:
    symbol, said, colour = VERDICT_WORDS[coverage.verdict]
    return words((f"{symbol} {said}.", f"bold ${colour}"))


def _reason(coverage: Coverage) -> Content:
    searched = (
        f" {counted(coverage.documents_searched, 'document')}, searched {coverage.searched_on}."
        if coverage.searched_on
        else ""
    )
    because = f" {spelt_out(coverage.because)}" if coverage.because else ""
    return words(because, (searched, "$km-quiet"))


_SAY_WHICH = "Say which documents to check are about it: F9, Enter on their row, then a or n."


def answer_widgets(answer: Answer) -> list[Widget]:
    """An answer as widgets, top to bottom: the sentence that answers, how the question was read, then the kinds of source."""
    direct = direct_line(answer)
    widgets: list[Widget] = []
    if direct:
        widgets = _section_widgets(answer, direct)
        reason = Content(str(_reason(answer.coverage)).strip()).stylize("$km-quiet")
        widgets.append(Static(reason, markup=False, classes="near"))
    widgets += _note_widgets(answer)
    if answer.types and not answer.is_turned_away:
        widgets.append(ReadingView(answer))
    was_one_line = False
    for section in sections(answer):
        if section.kind == "direct":
            continue
        is_one_line = section.kind == "row" and not section.claims
        if is_one_line:
            widgets.append(_one_line_row(section, is_next=was_one_line))
        elif section.kind == "row" and answer.closest:
            widgets.append(Kind(section))
            is_one_line = True
        else:
            widgets += _section_widgets(answer, section)
        was_one_line = is_one_line
    if any(cell.unchecked for cell in answer.coverage.cells):
        widgets.append(Static(words((_SAY_WHICH, "$km-quiet")), markup=False, classes="near"))
    following = next_questions(answer)
    if following:
        widgets.append(Static(words(("Ask next", "bold")), markup=False, classes="kind"))
        widgets += [NextQuestion(question) for question in following]
    return widgets


def _note_widgets(answer: Answer) -> list[Widget]:
    """What must be said of the answer before it is read."""
    widgets: list[Widget] = []
    is_only_spelt = any(note.startswith("Read “") for note in answer.notes)  # said there
    if answer.asked_as != " ".join(answer.question.split()) and not is_only_spelt:
        widgets.append(
            Static(
                words(("Understood as: ", "$km-quiet"), answer.asked_as),
                markup=False,
                classes="note",
            )
        )
    for note in (*answer.notes, *answer.degraded):
        widgets.append(Static(words(("! ", "bold $km-check"), note), markup=False, classes="note"))
    if answer.corrected:
        widgets.append(NextQuestion(answer.corrected))
    command = typed_command(answer.question) if answer.is_reply else None
    if command and command.place:
        widgets.append(Way(command))
    if answer.uncovered_terms and "mentions" not in answer.coverage.because:
        said = f"Nothing found here mentions {', '.join(answer.uncovered_terms)}."
        widgets.append(Static(words(("! ", "bold $km-check"), said), markup=False, classes="near"))
    return widgets


def _one_line_row(section: Section, *, is_next: bool) -> Static:
    """A kind of source whose sentences all stand above: the heading and what is said of it, without a gap to the next."""
    said = words(
        (safe(section.heading), "bold"), (safe(f": {' '.join(section.notes)}"), "$km-quiet")
    )
    return Static(said, markup=False, classes="near" if is_next else "kind")


def _section_widgets(answer: Answer, section: Section) -> list[Widget]:
    """One part of an answer: heading, notes, claims; what is missing can be opened kind by kind."""
    head = words((safe(section.heading), "bold"))
    widgets: list[Widget] = [Static(head, markup=False, classes="kind")]
    if section.kind == "missing":
        for place, (absence, rows) in enumerate(answer.missing.items()):
            said = words((safe(absence), "$km-quiet"))
            widgets.append(Static(said, markup=False, classes="note" if place else "near"))
            widgets += [Absence(row, answer.coverage) for row in rows]
        return widgets
    return [*widgets, *claim_widgets(section)]


def claim_widgets(section: Section) -> list[Widget]:
    """What is said of a part of an answer and its sentences, the rest of a long list folded."""
    widgets: list[Widget] = [
        Static(words((safe(note), "$km-quiet")), markup=False, classes="near")
        for note in section.notes
    ]
    is_long = section.kind in {"row", "leading"}
    shown, rest = section.folded(_SHOWN_AT_FIRST if is_long else len(section.claims))
    widgets += [ClaimView(claim) for claim in shown]
    if rest:
        widgets.append(More(rest))
    return widgets
