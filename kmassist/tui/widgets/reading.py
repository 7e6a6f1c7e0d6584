"""How a question was read, on one line under the verdict; with the focus on it, every part of it can be changed in place."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.events import Resize
from textual.message import Message

from kmassist.answers.model import Answer, Chosen
from kmassist.question.interpretation import is_spelling
from kmassist.question.types import QuestionType
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.widgets.chips import Chip, Chips


class ReadingView(Chips):
    """Folded to a line until it has the focus."""

    BINDINGS = keys(
        ("space,enter", "press", "Change", "Switch what is at the cursor and ask again")
    )

    class Changed(Message):
        """The person wants the question read this way."""

        def __init__(self, chosen: Chosen) -> None:
            super().__init__()
            self.chosen = chosen

    def __init__(self, answer: Answer) -> None:
        super().__init__(classes="reading")
        self._answer = answer
        self._has_all_types = False

    def on_resize(self, event: Resize) -> None:
        """Other line ends, where it is more than a line."""
        if self.has_focus:
            self.show()

    @property
    def chips(self) -> list[Chip]:
        """Everything that can be switched, in the order shown."""
        answer = self._answer
        types = [t for t in QuestionType if self._has_all_types or t.value in answer.types]
        chips = [Chip("type", t.value, t.label, t.value in answer.types) for t in types]
        if not self._has_all_types:
            more = "other kinds of question…"
            chips.append(Chip("more", "types", more, is_on=False, is_way=True))
        for choice in answer.choices:
            meanings = sorted((choice.means, *choice.others))
            chips += [
                Chip("sense", m, m, m == choice.means, choice.acronym, is_one_of=True)
                for m in meanings
                if choice.others
            ]
        for word, forms in {**answer.expansions, **answer.left_out}.items():
            on = answer.expansions.get(word, ())
            both = sorted(
                {*on, *answer.left_out.get(word, ())} if word in answer.left_out else forms
            )
            said = {
                choice.means for choice in answer.choices if choice.others and choice.means in on
            }
            chips += [
                Chip("form", f, f, f in on, word)
                for f in both
                if f not in said and not is_spelling(word, f)
            ]
        return chips

    # -- changing -------------------------------------------------------------------------------------------------

    def switch(self, chip: Chip) -> None:
        """Ask again, read the other way."""
        chosen = self._answer.chosen
        types, senses, without = list(self._answer.types), dict(chosen.senses), list(chosen.without)
        if chip.kind == "more":
            self._has_all_types = True
            self.show()
            return
        if chip.kind == "type":
            types = [t for t in types if t != chip.code] if chip.is_on else [*types, chip.code]
            if not types:
                self.notify(
                    "A question is of at least one kind: tick another first.",
                    severity="warning",
                    markup=False,
                )
                return
            ordered = tuple(t.value for t in QuestionType if t.value in types)
            self.post_message(self.Changed(chosen.model_copy(update={"types": ordered})))
        elif chip.kind == "sense" and not chip.is_on:
            self.post_message(
                self.Changed(chosen.model_copy(update={"senses": {**senses, chip.of: chip.code}}))
            )
        elif chip.kind == "form":
            without = (
                [*without, chip.code]
                if chip.is_on
                else [form for form in without if form != chip.code]
            )
            self.post_message(self.Changed(chosen.model_copy(update={"without": tuple(without)})))

    # -- showing --------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Folded without the focus."""
        self.set_class(self.has_focus, "-unfolded")
        super().show()

    def rows(self) -> Sequence[Content]:
        """How it was read, and what of that can be changed."""
        if not self.has_focus:
            return (reading_line(self._answer),)
        answer, chips = self._answer, self.chips
        lines = []
        sentence = answer.coverage.frame.get("sentence", "")
        if sentence:
            lines.append(words((sentence, "$km-quiet")))
        if answer.subject:
            lines.append(words((f"Subject: {one_line(answer.asked)}", "$km-quiet")))
        lines.append(self.row("Read as", [c for c in chips if c.kind in ("type", "more")]))
        for choice in answer.choices:
            row = [c for c in chips if c.kind == "sense" and c.of == choice.acronym]
            if row:
                lines.append(self.row(f"{choice.acronym} means", row))
        for word in dict.fromkeys(c.of for c in chips if c.kind == "form"):
            lines.append(
                self.row(
                    f"{word}: also search", [c for c in chips if c.kind == "form" and c.of == word]
                )
            )
        spelt = [
            f"{w}, {form}"
            for w, forms in answer.expansions.items()
            for form in forms
            if is_spelling(w, form)
        ]
        if spelt:
            lines.append(words((f"Searched in either spelling: {'; '.join(spelt)}", "$km-quiet")))
        return lines


def reading_line(answer: Answer) -> Content:
    """How the question was understood, on one line; what the person changed comes first."""
    if answer.changes:
        head = words(
            ("Changed by you: ", "bold $km-check"),
            ("; ".join(one_line(change) for change in answer.changes), "$km-check"),
        )
    else:
        labels = [
            QuestionType(code).label.lower() for code in answer.types if code in set(QuestionType)
        ]
        head = words((f"Read as: {'; '.join(labels)}", "$km-quiet")) if labels else Content("")
    parts = [
        f"{short} = {meaning}"
        for short, meaning in answer.senses.items()
        if short not in answer.chosen.senses
    ]
    others = list(dict.fromkeys(form for forms in answer.expansions.values() for form in forms))
    if others:
        parts.append(f"also searched {', '.join(others)}")
    rest = words((" · ".join(["", *(one_line(part) for part in parts)]), "$km-quiet"))
    return Content.assemble(head, rest)
