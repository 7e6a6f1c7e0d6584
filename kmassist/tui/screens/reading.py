"""How a question was read, and changing it: its type, and which meaning an ambiguous word has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, OptionList, Select, Static
from textual.widgets.option_list import Option

from kmassist.answers import Answer
from kmassist.questions import QuestionType
from kmassist.tui.safe import words
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.vocabulary import SenseChoice

Change = tuple[tuple[str, ...], dict[str, str]]


class TypeList(OptionList):
    """The ten types of question, each ticked or not, told by a mark and not by colour."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "select", "Tick", tooltip="Tick or clear a type", key_display="Space")
    ]

    def __init__(self, ticked: Sequence[str]) -> None:
        super().__init__(id="types")
        self._ticked = set(ticked)

    def on_mount(self) -> None:
        """All ten."""
        self._fill()

    @property
    def ticked(self) -> tuple[str, ...]:
        """Codes in their fixed order."""
        return tuple(t.value for t in QuestionType if t.value in self._ticked)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tick or clear."""
        event.stop()
        self._ticked ^= {str(event.option.id)}
        self._fill()

    def _fill(self) -> None:
        kept = self.highlighted or 0
        marks = {True: ("[x] ", "bold $km-link"), False: ("[ ] ", "$km-quiet")}
        self.set_options(Option(words(marks[t.value in self._ticked], t.label), id=t.value) for t in QuestionType)
        self.highlighted = kept


class ReadingScreen(ModalScreen[Change | None]):
    """Gives back types and senses to ask again with, or None."""

    ABOUT: ClassVar[str] = (
        "The type of a question decides which kinds of source it needs. Space ticks or clears a type; where a short form has "
        "several meanings, choose the one you mean. 'Ask again' replaces the answer."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", tooltip="Back without changing anything", key_display="Esc"),
        Binding("ctrl+s", "again", "Ask again", tooltip="Ask the question again, read this way", key_display="^s"),
    ]

    def __init__(self, answer: Answer, choices: Sequence[SenseChoice]) -> None:
        super().__init__()
        self._answer = answer
        self._choices = [choice for choice in choices if choice.others]

    def compose(self) -> ComposeResult:
        """Frame, types, senses, what else was searched."""
        with Vertical(classes="card"):
            yield Static(words((self._answer.resolved_question, "bold")), markup=False)
            with VerticalScroll(id="reading-body", can_focus=False):
                yield Static(words(("What kind of question is it?", "bold")), markup=False, classes="kind")
                yield TypeList(self._answer.types)
                for number, choice in enumerate(self._choices):
                    yield Static(
                        words((f"{choice.acronym} means", "bold"), (f"  ({choice.why})", "$km-quiet")),
                        markup=False,
                        classes="kind",
                    )
                    options = [(words(m), m) for m in (choice.means, *choice.others)]
                    yield Select(options, value=choice.means, allow_blank=False, id=f"sense-{number}", compact=True)
                yield Static(_rest(self._answer), markup=False, classes="note")
            with Horizontal(classes="buttons"):
                yield Button("Ask again", id="again", variant="primary")
                yield Button("Back", id="back")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the types."""
        self.query_one(TypeList).focus()

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Give back what was chosen."""
        types = self.query_one(TypeList).ticked
        if not types:
            self.notify("Tick at least one type.", severity="warning", markup=False)
            return
        senses = {c.acronym: str(self.query_one(f"#sense-{n}", Select).value) for n, c in enumerate(self._choices)}
        self.dismiss((types, senses))

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.dismiss(None)


def _rest(answer: Answer) -> Content:
    lines = []
    if answer.coverage.frame:
        frame = dict(answer.coverage.frame)
        sentence = frame.pop("sentence", "")
        lines.append(words((sentence or "I looked for", "bold")))
        lines += [words(f"  {slot}: ", (text, "$km-quiet")) for slot, text in frame.items()]
    if answer.expansions:
        lines.append(words(("Also searched", "bold")))
        lines += [words(f"  {word} → ", (", ".join(others), "$km-quiet")) for word, others in answer.expansions.items()]
    if answer.uncovered_terms:
        lines.append(words(("Nothing found mentions  ", "bold"), ", ".join(answer.uncovered_terms)))
    return Content("\n").join(lines)
