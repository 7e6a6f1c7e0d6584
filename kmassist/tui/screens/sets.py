"""Sets: parts of the library with a name; one of them can be looked and asked in, everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.records.sets import SourceSet
from kmassist.text.counts import counted
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import ask_first
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.widgets.choices import Choices

_ALL = "\0all"


class SetList(Choices):
    """The sets and, first, the whole library."""

    BINDINGS = keys(("enter", "select", "Use", "Look and ask in the set at the cursor only"))


class SetsScreen(Card[None]):
    """Which part of the library is looked in."""

    ABOUT: ClassVar[str] = (
        "A set is a part of the library with a name: a topic, a project, a collection of Zotero. Enter uses it: answers, the "
        "documents, the map and new briefs are then of that set alone, and say so. The first line goes back to everything. "
        "What is missing in a set may be held outside it."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Change nothing"),
        ("n", "new", "New", "A set by topic, collection, kind or years"),
        ("delete,d", "remove", "Remove", "Remove the set, none of its documents"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._sets: Sequence[SourceSet] = ()

    def body(self) -> ComposeResult:
        said = words(("Look in", "bold"), ("  Enter uses a set everywhere", "$km-quiet"))
        yield Static(said, markup=False)
        yield SetList(id="sets")

    async def fill(self) -> None:
        found, total = await self._kmassist.library.call(
            lambda a: (
                [(s, len(a.sets.members(s.name))) for s in a.sets.list()],
                a.status().documents,
            )
        )
        self._sets = [one for one, _ in found]
        used = self._kmassist.library.set_name
        listed = self.query_one(OptionList)
        mark = ("> ", "bold $km-link")
        rows = [
            Option(
                words(
                    mark if not used else ("  ", ""),
                    ("The whole library", "bold"),
                    (f"  {_documents(total)}", "$km-quiet"),
                ),
                id=_ALL,
            )
        ]
        rows += [
            Option(
                words(
                    mark if one.name == used else ("  ", ""),
                    (one_line(one.name, 60), "bold"),
                    (f"  {_documents(count)} · {one_line(one.says, 80)}", "$km-quiet"),
                ),
                id=one.name,
            )
            for one, count in found
        ]
        listed.set_options(rows)
        names = [_ALL, *(one.name for one in self._sets)]
        listed.highlighted = names.index(used) if used in names else 0
        self.refresh_bindings()

    @property
    def _at_cursor(self) -> SourceSet | None:
        place = self.query_one(OptionList).highlighted if self.is_mounted else None
        return self._sets[place - 1] if place else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._at_cursor is not None if action == "remove" else True

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    def _use(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        chosen = self._at_cursor
        app = self._kmassist
        app.library.set_name = chosen.name if chosen else ""
        app.say(
            f"Only the set “{chosen.name}” is looked in now." if chosen else "All is looked in."
        )
        app.library_changed.publish(None)
        self.dismiss(None)

    def action_new(self) -> None:

        async def save(changes: Mapping[str, Any]) -> None:
            body = {k: v for k, v in changes.items() if v}
            for year in ("year_from", "year_to"):
                if body.get(year):
                    body[year] = int(body[year]) if str(body[year]).isdigit() else body[year]
            name = str(body.pop("name"))
            await self._change(lambda a: a.sets.save(name, **body))

        fields = [
            Field("name", "Name", "", is_needed=True),
            Field("topics", "Topics", "", is_list=True, hint="codes: TRI; COC"),
            Field(
                "collections",
                "Collections",
                "",
                is_list=True,
                hint="of Zotero or another; several with ;",
            ),
            Field("source_types", "Kinds", "", is_list=True, hint="PUB; GDL"),
            Field("year_from", "From year", ""),
            Field("year_to", "To year", ""),
        ]
        about = (
            "Everything that fits all of it is in the set, also what joins the library later. Documents are put in one by one with "
            "'kmassist sets put'."
        )
        self.app.push_screen(FormScreen("New set", fields, save, about=about))

    def action_remove(self) -> None:
        chosen = self._at_cursor
        if chosen is None:
            return
        question = f"Remove the set “{one_line(chosen.name, 50)}”?"
        detail = "Its documents stay in the library."
        ask_first(self, question, detail, "Remove", lambda: self._remove(chosen.name))

    @work
    async def _remove(self, name: str) -> None:
        app = self._kmassist
        await app.library.call(lambda a: a.sets.delete(name))
        if app.library.set_name == name:
            app.library.set_name = ""
            app.library_changed.publish(None)
        self._load()


def _documents(count: int) -> str:
    return counted(count, "document")
