"""Searches elsewhere: those that are logged, those being screened, and where both begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.gaps import SearchRecord
from kmassist.records.screening import Flow, Screening
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import PromptScreen, when_given
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.widgets.choices import Choices
from kmassist.tui.widgets.path_input import typed_path


class SearchesScreen(Card[None]):
    """Screenings first, then the log. ``question`` and ``gap_id`` are what a new one begins with."""

    ABOUT: ClassVar[str] = (
        "A gap here is a gap of this library until a search elsewhere is documented. n writes a strategy for databases; when "
        "their results are exported (RIS, NBIB, CSV), f reads them and you screen them here, record by record; finishing adds "
        "what is included and logs the search. c takes what the log shows into the gap you came from."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the register"),
        ("n", "strategy", "Strategy", "A question as a search of databases"),
        ("f", "screen_file", "Screen file", "Read results and screen them"),
        ("c", "confirm", "Confirm gap", "Take what the log shows into the gap"),
    )

    def __init__(self, question: str = "", gap_id: str = "") -> None:
        super().__init__()
        self._question, self._gap_id = question, gap_id
        self._screenings: Sequence[tuple[Screening, Flow]] = ()
        self._opens_next = ""

    def body(self) -> ComposeResult:
        """The title, and the gap that they are for."""
        about = f"  for gap {self._gap_id}: {one_line(self._question, 80)}" if self._gap_id else ""
        said = words(("Searches elsewhere", "bold"), (about, "$km-quiet"))
        yield Static(said, markup=False, id="searches-head")
        yield Choices(id="searches")

    def on_screen_resume(self) -> None:
        """A screening may have gone on meanwhile, or have just begun."""
        if self._opens_next:
            screening_id, self._opens_next = self._opens_next, ""
            self._go(screening_id)
        elif self.is_mounted:
            self._load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._gap_id) if action == "confirm" else True

    async def fill(self) -> None:
        self._screenings, log = await self._kmassist.library.call(
            lambda a: (
                [
                    (s, a.outside.screening.flow(s.screening_id))
                    for s in reversed(a.outside.screening.list())
                ],
                a.gaps.searches(),
            )
        )
        listed = self.query_one(OptionList)
        kept = listed.highlighted or 0
        rows = [Option(_screening(s, f), id=s.screening_id) for s, f in self._screenings]
        rows += [Option(_search(s), disabled=True) for s in log]
        nothing = words(
            ("No search is logged yet. n writes a strategy, f reads results.", "$km-quiet")
        )
        listed.set_options(rows or [Option(nothing, disabled=True)])
        if self._screenings:
            listed.highlighted = min(kept, len(self._screenings) - 1)

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._go(str(event.option.id))

    def _go(self, screening_id: str) -> None:
        from kmassist.tui.screens.screening import ScreeningScreen

        self.app.push_screen(ScreeningScreen(screening_id))

    def action_strategy(self) -> None:
        from kmassist.tui.screens.strategy import StrategyScreen

        self.app.push_screen(
            PromptScreen("A search strategy for which question?", self._latest()),
            when_given(lambda question: self.app.push_screen(StrategyScreen(question))),
        )

    def _latest(self) -> str:
        answer = self._kmassist.latest_answer
        return self._question or (answer.resolved_question if answer else "")

    def action_screen_file(self) -> None:

        async def save(changes: Mapping[str, Any]) -> None:
            body = {"question": self._latest(), **changes}
            paths = [p for part in body["paths"] if (p := typed_path(part)) is not None]
            databases = tuple(body.get("databases", ()))
            fields = {"question": body["question"], "strategy": body.get("strategy", "")}
            gap_id = self._gap_id
            screening, said = await self._kmassist.library.call(
                lambda a: a.outside.screening.begin(
                    [Path(p) for p in paths], databases=databases, gap_id=gap_id, **fields
                )
            )
            for sentence in said:
                self._kmassist.say(sentence, severity="warning")
            self._opens_next = screening.screening_id  # once the form is gone

        fields = [
            Field(
                "paths",
                "Files",
                "",
                is_list=True,
                is_needed=True,
                hint="RIS, NBIB or CSV; several with ;",
            ),
            Field(
                "databases",
                "Databases",
                "",
                is_list=True,
                hint="one for each file: MEDLINE; CINAHL",
            ),
            Field("question", "Question", self._latest(), is_needed=True),
            Field("strategy", "Search as run", ""),
        ]
        self.app.push_screen(FormScreen("Screen results", fields, save, verb="Read"))

    @work(exclusive=True, group="confirm")
    async def action_confirm(self) -> None:
        """What may be said of the gap now."""
        gap_id = self._gap_id
        gap, says = await self._kmassist.library.call(
            lambda a: a.outside.confirm(gap_id), warm=True
        )
        self._kmassist.say(says, f"Gap {gap.gap_id}: {gap.claim}")
        self._kmassist.library_changed.publish(None)


def _screening(screening: Screening, flow: Flow) -> Content:
    state = (
        f"finished {screening.finished}, {flow.included} included"
        if screening.finished
        else f"{flow.waiting} of {flow.total} to screen"
    )
    style = "$km-quiet" if screening.finished else "bold $km-check"
    return words(
        (f"Screening {screening.screening_id} ", "bold $km-link"),
        one_line(screening.question, 150),
        (f"\n  {state}", style),
        (
            f" · {one_line(', '.join(screening.databases), 80)} · begun {screening.began}",
            "$km-quiet",
        ),
    )


def _search(search: SearchRecord) -> Content:
    facts = [str(search.date), search.by_role, ", ".join(search.databases), search.found.value]
    return words(
        (f"Search {search.search_id} ", "bold"),
        one_line(search.question or search.topic, 150),
        (f"\n  {' · '.join(one_line(fact, 60) for fact in facts)}", "$km-quiet"),
        (f"\n  {one_line(search.outcome, 150)}" if search.outcome else "", "$km-quiet"),
    )
