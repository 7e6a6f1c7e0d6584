"""Which kinds of source, years and set a question is asked of: one line when something is chosen, all choices when opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from kmassist.documents.source_types import SourceType
from kmassist.text.years import HOW_YEARS, years_of
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.widgets.chips import Chip, Chips
from kmassist.tui.widgets.path_input import Line

if TYPE_CHECKING:
    from kmassist.assistant import Filter


class FilterChips(Chips):
    """The kinds of source, and the sets where there are any."""

    def __init__(self) -> None:
        super().__init__(id="filter-chips")
        self.kinds: frozenset[SourceType] = frozenset()
        self.set_name = ""
        self.sets: Sequence[str] = ()

    class Changed(Message):
        """Something was switched."""

    @property
    def chips(self) -> list[Chip]:
        """Eight kinds, then the whole library and its sets."""
        found = [Chip("kind", k.value, k.label, k in self.kinds) for k in SourceType]
        if self.sets:
            names = [("", "the whole library"), *((name, name) for name in self.sets)]
            found += [
                Chip("set", name, said, name == self.set_name, is_one_of=True)
                for name, said in names
            ]
        return found

    def rows(self) -> Sequence[Content]:
        """A row of kinds, a row of sets."""
        chips = self.chips
        kinds = self.row("Kinds", [c for c in chips if c.kind == "kind"])
        sets = [c for c in chips if c.kind == "set"]
        return [kinds, self.row("In", sets)] if sets else [kinds]

    def switch(self, chip: Chip) -> None:
        """A kind more or less; another set."""
        if chip.kind == "kind":
            self.kinds = self.kinds ^ {SourceType(chip.code)}
        else:
            self.set_name = chip.code
        self.show()
        self.post_message(self.Changed())


class FilterBar(Vertical):
    """Opened with a key, gone when nothing is chosen; what is chosen holds until it is cleared."""

    DEFAULT_CSS = """
    FilterBar { height: auto; max-height: 60%; overflow-y: auto; padding: 0 1; border-top: solid $km-line; }
    FilterBar > Static { height: auto; }
    FilterBar > #filter-choices { height: auto; }
    FilterBar FilterChips { height: auto; }
    FilterBar Horizontal { height: 1; }
    FilterBar Horizontal > Static { width: 7; }
    FilterBar #filter-years, FilterBar #filter-years:focus { width: 1fr; height: 1; border: none; padding: 0 1; background: $panel; }
    FilterBar #filter-years:focus { background: $km-cursor; }
    """
    BINDINGS = keys(
        ("escape", "close", "Done", "Back to the question"),
        ("delete", "clear", "Ask of all", "Ask of the whole library again"),
    )

    class Closed(Message):
        """The person goes back to the question."""

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="filter-line")
        with Vertical(id="filter-choices"):
            with Horizontal():  # in sight also where the kinds have to be scrolled
                yield Static(words(("Years", "bold")), markup=False)
                yield Line(
                    enter="Done", placeholder=HOW_YEARS.removeprefix("years: "), id="filter-years"
                )
            yield FilterChips()

    def on_mount(self) -> None:
        """Closed; it follows the set, which other screens can change too."""
        self.query_one("#filter-choices").display = False
        self.query_one("#filter-years", Input).compact = True
        context(self).library_changed.subscribe(self, lambda _: self._show())
        self._show()

    @property
    def is_open(self) -> bool:
        """Whether the choices are shown."""
        return bool(self.query_one("#filter-choices").display)

    @work(exclusive=True, group="filter")
    async def open(self) -> None:
        """Show the choices and take the keys."""
        library = context(self).library
        chips = self.query_one(FilterChips)
        sets = await library.call(lambda a: [one.name for one in a.sets.list()])
        of = library.asked_of
        chips.sets, chips.set_name = sets, library.set_name
        chips.kinds = of.source_types if of else frozenset()
        self.query_one("#filter-choices").display = True
        self._show()
        chips.focus()
        self.call_after_refresh(chips.show)  # with the width it has now

    def action_close(self) -> None:
        self.post_message(self.Closed())

    def on_descendant_blur(self) -> None:
        """Without the focus the choices are hidden; what is chosen stands on the line."""
        self.call_after_refresh(self._left)

    def _left(self) -> None:
        if self.is_attached and self.screen.is_current and not self.has_focus_within:
            self.query_one("#filter-choices").display = False
            self._show()

    def action_clear(self) -> None:
        chips = self.query_one(FilterChips)
        chips.kinds, chips.set_name = frozenset(), ""
        self.query_one("#filter-years", Input).value = ""
        self._take()
        chips.show()

    @on(FilterChips.Changed)
    def _switched(self, event: FilterChips.Changed) -> None:
        event.stop()
        self._take()

    @on(Input.Changed, "#filter-years")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._take()

    @on(Input.Submitted, "#filter-years")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_close()

    def _take(self) -> None:
        """What is chosen is what is asked from now on."""
        from kmassist.assistant import Filter

        library, chips = context(self).library, self.query_one(FilterChips)
        years = years_of(self.query_one("#filter-years", Input).value)
        first, last = years or (None, None)
        asked = Filter(source_types=chips.kinds, year_from=first, year_to=last)
        library.asked_of = None if asked.is_empty else asked
        if library.set_name != chips.set_name:
            library.set_name = chips.set_name
            context(self).library_changed.publish(None)
        self._show(is_understood=years is not None)

    def _show(self, *, is_understood: bool = True) -> None:
        library = context(self).library
        said = filter_says(library.asked_of, library.set_name)
        self.display = bool(said) or self.is_open
        parts: list[str | tuple[str, str]] = [
            ("Asked of: ", "bold $km-check" if said else "bold"),
            one_line(said) or "the whole library",
        ]
        if self.is_open and not is_understood:
            parts += [("\n! ", "bold $km-check"), f"Write {HOW_YEARS}."]
        elif not self.is_open:
            parts.append(("  ^f changes it", "$km-quiet"))
        self.query_one("#filter-line", Static).update(words(*parts))
        self.refresh_bindings()


def filter_says(asked_of: Filter | None, set_name: str) -> str:
    """What questions are asked of, in the words that the answer uses; empty for the whole library."""
    if asked_of is None:
        return f"the set “{set_name}”" if set_name else ""
    return replace(asked_of, set_name=set_name).says
