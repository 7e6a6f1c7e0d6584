"""Things that can be switched, side by side in rows that wrap: the arrows go from one to the next, space or a click switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.events import Click, Resize
from textual.style import Style
from textual.widgets import Static

from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words

_CHIP = "chip"


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that can be switched. ``code`` says which thing of its ``kind``, ``of`` what it belongs to.

    ``is_one_of``: only one of its row can be on; ``is_way``: it is no switch, it leads on.
    """

    kind: str
    code: str
    label: str
    is_on: bool
    of: str = ""
    is_one_of: bool = False
    is_way: bool = False

    @property
    def mark(self) -> str:
        """A tick box, a round one where only one of several can be, or none."""
        if self.is_way:
            return ""
        left, right = ("(", ")") if self.is_one_of else ("[", "]")
        return f"{left}{'x' if self.is_on else ' '}{right} "


class Chips(Static, can_focus=True):
    """A subclass says which ``chips`` there are, lays them out in ``rows`` and does what ``switch`` means."""

    BINDINGS = keys(
        ("space,enter", "press", "Change", "Switch what is at the cursor"),
        ("left,h", "move(-1)", ""),
        Binding("right,l", "move(1)", "Next part", tooltip="To the next of them", key_display="←→"),
        ("down,j", "app.focus_next", "Next"),
        ("up,k", "app.focus_previous", "Previous"),
    )

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(markup=False, id=id, classes=classes)
        self._cursor = 0

    @property
    def chips(self) -> list[Chip]:
        """Everything that can be switched, in the order shown."""
        return []

    def rows(self) -> Sequence[Content]:
        """The lines shown, made with `row`."""
        return ()

    def switch(self, chip: Chip) -> None:
        """Do it."""

    @property
    def cursor(self) -> Chip:
        """What the keys change."""
        chips = self.chips
        return chips[min(self._cursor, len(chips) - 1)]

    def point_at(self, chip: Chip) -> None:
        """Put the cursor on the same thing as before, or on the first."""
        places = [
            n
            for n, other in enumerate(self.chips)
            if (other.kind, other.code, other.of) == (chip.kind, chip.code, chip.of)
        ]
        self._cursor = places[0] if places else 0
        self.show()

    def on_mount(self) -> None:
        self.show()

    def on_resize(self, event: Resize) -> None:
        self.show()

    def watch_has_focus(self, value: bool) -> None:
        """The cursor shows with the focus only."""
        super().watch_has_focus(value)
        if self.is_mounted:
            self.show()

    def show(self) -> None:
        """Write it out."""
        self.update(Content("\n").join(self.rows()))
        self.refresh_bindings()

    def action_move(self, step: int) -> None:
        self._cursor = (self._cursor + step) % len(self.chips)
        self.show()

    def action_press(self) -> None:
        self.switch(self.cursor)

    def on_click(self, event: Click) -> None:
        """The first click takes the focus; then a click on a part switches it."""
        event.stop()
        place = event.style.meta.get(_CHIP)
        if isinstance(place, int) and self.has_focus and place < len(self.chips):
            self._cursor = place
            self.switch(self.chips[place])
        else:
            self.focus()

    def row(self, head: str, chips: Sequence[Chip]) -> Content:
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
        style = "$km-link" if chip.is_way else "" if chip.is_on else "$km-quiet"
        mark = (chip.mark, f"bold {'$km-link' if chip.is_on else '$km-quiet'}")
        said = words(mark, (one_line(chip.label), style))
        if self.has_focus and place == min(self._cursor, len(self.chips) - 1):
            said = said.stylize("reverse")
        return said.stylize(Style.from_meta({_CHIP: place}))
