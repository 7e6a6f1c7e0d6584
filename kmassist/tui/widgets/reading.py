"""How a question was read, on one line under the verdict; with the focus on it, every part of it can be changed in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from kmassist.answers import Answer, Chosen
from kmassist.questions import QuestionType
from kmassist.tui.safe import one_line, words
from kmassist.vocabulary import is_spelling

_CHIP = "chip"


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that can be switched. ``kind``: type, sense, form or more; ``code`` says which; ``of`` is its word."""

    kind: str
    code: str
    label: str
    is_on: bool
    of: str = ""

    @property
    def mark(self) -> str:
        """A tick box, a round one where only one of several can be, or none."""
        if self.kind == "more":
            return ""
        left, right = ("(", ")") if self.kind == "sense" else ("[", "]")
        return f"{left}{'x' if self.is_on else ' '}{right} "


class ReadingView(Static, can_focus=True):
    """Folded to a line until it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "press", "Change", tooltip="Switch what is at the cursor and ask again", key_display="Space"),
        Binding("left,h", "move(-1)", "", show=False),
        Binding("right,l", "move(1)", "Next part", tooltip="To the next part of the reading", key_display="←→"),
        Binding("down,j", "app.focus_next", "Next", show=False),
        Binding("up,k", "app.focus_previous", "Previous", show=False),
    ]

    class Changed(Message):
        """The person wants the question read this way."""

        def __init__(self, chosen: Chosen) -> None:
            super().__init__()
            self.chosen = chosen

    def __init__(self, answer: Answer) -> None:
        super().__init__(markup=False, classes="reading")
        self._answer = answer
        self._has_all_types = False
        self._cursor = 0

    def on_mount(self) -> None:
        """Folded."""
        self._show()

    def on_resize(self, event: Resize) -> None:
        """Other line ends."""
        if self.has_focus:
            self._show()

    def watch_has_focus(self, value: bool) -> None:
        """Unfold with the focus, fold without."""
        super().watch_has_focus(value)
        if self.is_mounted:
            self._show()

    @property
    def cursor(self) -> Chip:
        """What the keys change."""
        chips = self.chips
        return chips[min(self._cursor, len(chips) - 1)]

    def point_at(self, chip: Chip) -> None:
        """Put the cursor on the same thing as before the question was asked again."""
        places = [
            n for n, other in enumerate(self.chips) if (other.kind, other.code, other.of) == (chip.kind, chip.code, chip.of)
        ]
        self._cursor = places[0] if places else 0
        self._show()

    @property
    def chips(self) -> list[Chip]:
        """Everything that can be switched, in the order shown."""
        answer = self._answer
        types = [t for t in QuestionType if self._has_all_types or t.value in answer.types]
        chips = [Chip("type", t.value, t.label, t.value in answer.types) for t in types]
        if not self._has_all_types:
            chips.append(Chip("more", "types", "other kinds of question…", is_on=False))
        for choice in answer.choices:
            meanings = sorted((choice.means, *choice.others))
            chips += [Chip("sense", m, m, m == choice.means, choice.acronym) for m in meanings if choice.others]
        for word, forms in {**answer.expansions, **answer.left_out}.items():
            on = answer.expansions.get(word, ())
            both = sorted({*on, *answer.left_out.get(word, ())} if word in answer.left_out else forms)
            said = {choice.means for choice in answer.choices if choice.others and choice.means in on}
            chips += [Chip("form", f, f, f in on, word) for f in both if f not in said and not is_spelling(word, f)]
        return chips

    # -- changing -------------------------------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        """The next or the previous part."""
        self._cursor = (self._cursor + step) % len(self.chips)
        self._show()

    def action_press(self) -> None:
        """Switch what is at the cursor."""
        self._switch(self.cursor)

    def on_click(self, event: Click) -> None:
        """The first click unfolds; then a click on a part switches it."""
        event.stop()
        place = event.style.meta.get(_CHIP)
        if isinstance(place, int) and self.has_focus and place < len(self.chips):
            self._cursor = place
            self._switch(self.chips[place])
        else:
            self.focus()

    def _switch(self, chip: Chip) -> None:
        chosen = self._answer.chosen
        types, senses, without = list(self._answer.types), dict(chosen.senses), list(chosen.without)
        if chip.kind == "more":
            self._has_all_types = True
            self._show()
            return
        if chip.kind == "type":
            types = [t for t in types if t != chip.code] if chip.is_on else [*types, chip.code]
            if not types:
                self.notify("A question is of at least one kind: tick another first.", severity="warning", markup=False)
                return
            ordered = tuple(t.value for t in QuestionType if t.value in types)
            self.post_message(self.Changed(chosen.model_copy(update={"types": ordered})))
        elif chip.kind == "sense" and not chip.is_on:
            self.post_message(self.Changed(chosen.model_copy(update={"senses": {**senses, chip.of: chip.code}})))
        elif chip.kind == "form":
            without = [*without, chip.code] if chip.is_on else [form for form in without if form != chip.code]
            self.post_message(self.Changed(chosen.model_copy(update={"without": tuple(without)})))

    # -- showing --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self.set_class(self.has_focus, "-unfolded")
        self.update(self._unfolded() if self.has_focus else reading_line(self._answer))
        self.refresh_bindings()

    def _unfolded(self) -> Content:
        answer, chips = self._answer, self.chips
        lines = []
        sentence = answer.coverage.frame.get("sentence", "")
        if sentence:
            lines.append(words((sentence, "$km-quiet")))
        lines.append(self._row("Read as", [c for c in chips if c.kind in ("type", "more")]))
        for choice in answer.choices:
            row = [c for c in chips if c.kind == "sense" and c.of == choice.acronym]
            if row:
                lines.append(self._row(f"{choice.acronym} means", row))
        for word in dict.fromkeys(c.of for c in chips if c.kind == "form"):
            lines.append(self._row(f"{word}: also search", [c for c in chips if c.kind == "form" and c.of == word]))
        spelt = [f"{w}, {form}" for w, forms in answer.expansions.items() for form in forms if is_spelling(w, form)]
        if spelt:
            lines.append(words((f"Searched in either spelling: {'; '.join(spelt)}", "$km-quiet")))
        return Content("\n").join(lines)

    def _row(self, head: str, chips: list[Chip]) -> Content:
        """A head and its chips; a chip that does not fit begins the next line."""
        everything = self.chips
        parts, column = [words((one_line(head), "bold"))], cell_len(one_line(head))
        for chip in chips:
            said = self._chip(chip, everything.index(chip))
            column += 2 + said.cell_length
            if column > self.content_size.width:
                parts.append(Content("\n  "))
                column = 2 + said.cell_length
            else:
                parts.append(Content("  "))
            parts.append(said)
        return Content.assemble(*parts)

    def _chip(self, chip: Chip, place: int) -> Content:
        style = "$km-link" if chip.kind == "more" else "" if chip.is_on else "$km-quiet"
        mark = (chip.mark, f"bold {'$km-link' if chip.is_on else '$km-quiet'}")
        said = words(mark, (one_line(chip.label), style))
        if place == min(self._cursor, len(self.chips) - 1):
            said = said.stylize("reverse")
        return said.stylize(Style.from_meta({_CHIP: place}))


def reading_line(answer: Answer) -> Content:
    """How the question was understood, on one line; what the person changed comes first."""
    if answer.changes:
        head = words(
            ("Changed by you: ", "bold $km-check"), ("; ".join(one_line(change) for change in answer.changes), "$km-check")
        )
    else:
        labels = [QuestionType(code).label.lower() for code in answer.types if code in set(QuestionType)]
        head = words((f"Read as: {'; '.join(labels)}", "$km-quiet")) if labels else Content("")
    parts = [f"{short} = {meaning}" for short, meaning in answer.senses.items() if short not in answer.chosen.senses]
    others = list(dict.fromkeys(form for forms in answer.expansions.values() for form in forms))
    if others:
        parts.append(f"also searched {', '.join(others)}")
    rest = words((" · ".join(["", *(one_line(part) for part in parts)]), "$km-quiet"))
    return Content.assemble(head, rest)
