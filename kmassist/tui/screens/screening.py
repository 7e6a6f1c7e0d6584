"""Screening: one record after another, a key for each decision; every one is kept at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.widgets import Static

from kmassist.records.prisma import flow_text
from kmassist.records.screening import (
    Flow,
    Found,
    Screening,
    Verdict,
    flow_of,
    reasons_used,
    verdict_of,
)
from kmassist.tui.keys import HIDDEN, keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import PromptScreen, when_given, write_to
from kmassist.tui.screens.form import Field, FormScreen

_COLOURS = {Verdict.INCLUDED: "$km-good", Verdict.TO_SCREEN: "$km-check"}
_OFFERED = 9
_DECIDES = ("include", "exclude", "full_text", "lost", "undo", "finish")


class ScreeningScreen(Card[None]):
    """Title and abstract, and what to do with them."""

    ABOUT: ClassVar[str] = (
        "Read title and abstract; i includes, e leaves out with a reason, and a figure leaves out with a reason that was given "
        "before. f and r are for full texts: read and left out, or not to be had. u takes a decision back, space goes to the "
        "next record that waits. Stop at any time: every decision is kept. w shows the PRISMA 2020 flow, x writes it to a file, "
        "and d, when nothing waits, adds what is included to the library and logs the search."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Stop here; all is kept"),
        ("i", "include", "Include", "It is added when the screening is finished"),
        ("e", "exclude", "Exclude", "Leave it out, with a reason"),
        ("u", "undo", "Undo", "Take the decision on this record back"),
        ("space", "next_waiting", "Next", "The next record that waits"),
        ("d", "finish", "Done", "Add what is included and log the search"),
        ("w", "flow", "Flow", "The counts as a PRISMA 2020 flow, or the record"),
        ("f", "full_text", "Full text", "Leave it out after reading it in full"),
        ("r", "lost", "Not had", "Its full text could not be retrieved"),
        ("x", "export", "Export", "Write the flow to a .svg, .txt or .json file"),
        ("right,l", "step(1)", "→", "The next record", HIDDEN),
        ("left,h", "step(-1)", "←", "The record before", HIDDEN),
    )
    CSS = "ScreeningScreen #record > Static { height: auto; }"

    def __init__(self, screening_id: str) -> None:
        super().__init__()
        self._screening_id = screening_id
        self._screening: Screening | None = None
        self._records: Sequence[Found] = ()
        self._place = 0
        self._is_flow = False

    def body(self) -> ComposeResult:
        yield Static("", markup=False, id="screening-head")
        with VerticalScroll(id="record"):
            yield Static("", markup=False)
        yield Static("", markup=False, id="reasons")

    async def fill(self) -> None:
        self._screening, self._records = await self._kmassist.library.call(
            lambda a: (
                a.outside.screening.get(self._screening_id),
                a.outside.screening.records(self._screening_id),
            )
        )
        waiting = self._waiting_after(-1)
        self._place = waiting if waiting is not None else 0
        self._show()

    def _waiting_after(self, place: int) -> int | None:
        count = len(self._records)
        order = [(place + step) % count for step in range(1, count + 1)] if count else []
        assert self._screening is not None
        return next(
            (
                at
                for at in order
                if verdict_of(self._screening, self._records[at]) is Verdict.TO_SCREEN
            ),
            None,
        )

    @property
    def _flow(self) -> Flow:
        assert self._screening is not None
        return flow_of(self._screening, self._records)

    # -- showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        screening = self._screening
        if screening is None or not self._records:
            return
        flow = self._flow
        state = (
            f"finished {screening.finished}" if screening.finished else f"{flow.waiting} to screen"
        )
        self.query_one("#screening-head", Static).update(
            words(
                (one_line(screening.question, 120), "bold"),
                (f"\nRecord {self._place + 1} of {flow.total} · ", "$km-quiet"),
                (state, "bold $km-check" if flow.waiting else "$km-quiet"),
                (f" · {flow.included} included · {flow.excluded} excluded", "$km-quiet"),
            )
        )
        body = self.query_one("#record > Static", Static)
        found = self._records[self._place]
        body.update(_counts(flow) if self._is_flow else _record(screening, found))
        self.query_one("#record", VerticalScroll).scroll_home(animate=False)
        reasons = [] if screening.finished or self._is_flow else self._reasons
        said = "  ".join(f"{n} {one_line(r, 30)}" for n, r in enumerate(reasons, start=1))
        shown = self.query_one("#reasons", Static)
        shown.update(words(("Exclude: ", "bold"), (said, "$km-quiet")))
        shown.display = bool(reasons)
        self.refresh_bindings()

    @property
    def _reasons(self) -> Sequence[str]:
        return reasons_used(self._screening)[:_OFFERED] if self._screening else []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is finished is not changed; only what nothing waits in can be finished."""
        screening = self._screening
        if screening is None:
            return action == "dismiss"
        if action == "finish":
            return not screening.finished and not self._flow.waiting
        if action == "undo":
            found = self._records[self._place]
            return not screening.finished and str(found.number) in screening.decided
        if action in _DECIDES:
            return not screening.finished and not self._is_flow
        return bool(self._flow.waiting) if action == "next_waiting" else True

    def action_step(self, by: int) -> None:
        self._is_flow = False
        self._place = (self._place + by) % len(self._records)
        self._show()

    def action_next_waiting(self) -> None:
        waiting = self._waiting_after(self._place)
        if waiting is not None:
            self._is_flow = False
            self._place = waiting
            self._show()

    def action_flow(self) -> None:
        self._is_flow = not self._is_flow
        self._show()

    # -- deciding -----------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="decide")
    async def _decide(self, verdict: Verdict | None, reason: str = "") -> None:
        number = self._records[self._place].number
        self._screening = await self._kmassist.library.call(
            lambda a: (
                a.outside.screening.undo(self._screening_id, [number])
                if verdict is None
                else a.outside.screening.decide(
                    self._screening_id, [number], verdict, reason=reason
                )
            )
        )
        waiting = self._waiting_after(self._place)
        if verdict is not None and waiting is not None:
            self._place = waiting
        elif verdict is not None:
            self._is_flow = True
        self._show()

    def on_key(self, event: Key) -> None:
        """A figure leaves out with a reason that was given before."""
        if not (event.character and event.character.isdecimal()) or self._screening is None:
            return
        place = int(event.character) - 1
        if self.check_action("exclude", ()) and 0 <= place < len(self._reasons):
            event.stop()
            self._decide(Verdict.EXCLUDED, self._reasons[place])

    def action_include(self) -> None:
        self._decide(Verdict.INCLUDED)

    def action_exclude(self) -> None:
        self._ask_reason(Verdict.EXCLUDED)

    def action_full_text(self) -> None:
        self._ask_reason(Verdict.NOT_ELIGIBLE)

    def action_lost(self) -> None:
        self._decide(Verdict.NOT_RETRIEVED)

    def action_undo(self) -> None:
        self._decide(None)

    def _ask_reason(self, verdict: Verdict) -> None:
        detail = "In a few words that serve for other records too, such as: other population"
        self.app.push_screen(
            PromptScreen("Why is it left out?", "", detail=detail),
            when_given(lambda reason: self._decide(verdict, reason)),
        )

    # -- ending -------------------------------------------------------------------------------------------------------

    def action_finish(self) -> None:
        """A form for what the search log needs besides."""

        async def save(changes: Mapping[str, Any]) -> None:
            body = {name: value for name, value in changes.items() if value}
            body["registers"] = tuple(body.get("registers", ()))
            done = await self._kmassist.library.call(
                lambda a: a.outside.screening.finish(self._screening_id, **body), warm=True
            )
            self._screening = done.screening
            self._kmassist.say(
                f"{len(done.added)} added to the library; search {done.search.search_id} is logged."
            )
            for gap in done.may_close:
                self._kmassist.say(f"Gap {gap} may be closed by what was added.")
            self._kmassist.library_changed.publish(None)
            self._show()

        fields = [
            Field("by_role", "Who searched (role)", "", is_needed=True, hint="a role, not a name"),
            Field("date", "Searched on", "", hint="YYYY-MM-DD, empty for today"),
            Field("second_reviewer", "Second reviewer", "", hint="a role"),
            Field(
                "registers",
                "Registers",
                "",
                is_list=True,
                hint="of running studies: ISRCTN; WHO ICTRP",
            ),
            Field(
                "found",
                "It found",
                "no reliable review",
                [
                    (said, said)
                    for said in (
                        "no reliable review",
                        "a review that shows uncertainty",
                        "a reliable review",
                    )
                ],
                is_needed=True,
            ),
        ]
        self.app.push_screen(FormScreen("Finish and log the search", fields, save, verb="Finish"))

    def action_export(self) -> None:
        screening_id = self._screening_id
        write_to(
            self,
            "Write the flow to",
            "prisma.svg",
            "Ends in .svg, .txt or .json",
            lambda a, path: a.outside.screening.export_flow(path, screening_id),
        )


def _counts(flow: Flow) -> Content:
    """The flow as text, indented as it is."""
    lines = flow_text(flow).splitlines()
    return Content(
        "\n".join(" " * (len(line) - len(line.lstrip())) + one_line(line) for line in lines)
    )


def _record(screening: Screening, found: Found) -> Content:
    verdict = verdict_of(screening, found)
    decided = screening.decided.get(str(found.number))
    more = {
        Verdict.DUPLICATE: f" of record {found.same_as}",
        Verdict.HELD: f" as {found.held_as[:9]}",
    }.get(verdict, f": {one_line(decided.reason, 80)}" if decided and decided.reason else "")
    facts = [
        found.cite_as,
        found.journal,
        found.doi and f"doi:{found.doi}",
        screening.sources[found.of - 1].database,
    ]
    return words(
        (one_line(found.title), "bold"),
        (f"\n{' · '.join(one_line(fact, 60) for fact in facts if fact)}\n", "$km-quiet"),
        (f"{verdict.value}{more}\n\n", f"bold {_COLOURS.get(verdict, '$km-quiet')}"),
        found.abstract or "There is no abstract.",
    )
