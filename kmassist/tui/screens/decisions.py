"""Decisions: what was decided, what waits for a mark or a review, and the ways to use, people and reflection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, Static

from kmassist.records.decisions import DecisionRecord, Use, study_uses
from kmassist.text.counts import counted
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.decision_form import decision_fields
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.screens.listing import ListScreen
from kmassist.tui.widgets.sheet import Column, Row, Sheet, plain

_COLUMNS = (
    Column("date", "Date", 10),
    Column("decision", "Decision", least=24),
    Column("body", "Body", 22, is_spare=True),
    Column("state", "State", 18),
    Column("review", "Review", 12, needs=76),
)


class DecisionsScreen(ListScreen[DecisionRecord]):
    """Every decision of the library."""

    mode = "decisions"
    ABOUT = (
        "A decision keeps every source that was relevant for its question, and what became of each: used, noted, or set aside with "
        "a reason. Before it is signed, sources without a mark are listed. Use shows how much of what is known gets used, kind by "
        "kind. A review that is overdue is marked !."
    )
    BINDINGS = keys(
        ("n", "new", "New", "Begin the record of a decision"),
        ("u", "use", "Use", "How much of what is known gets used"),
        ("p", "people", "People", "Stages, co-development and contributions"),
        ("a", "assess", "Assess", "Reflect on how we find and use knowledge"),
        ("x", "export", "Export", "Write all decisions to a .csv, .json or .md file"),
    )
    CSS = "#decisions-head { height: 1; padding: 0 1; }"

    def body(self) -> Iterable[Widget]:
        sheet = Sheet(_COLUMNS, sort_by="date", is_reversed=True, id="decisions")
        return self.table(sheet, head="decisions-head")

    async def fill(self) -> None:
        found = await self.kmassist.library.call(lambda a: a.decisions.list())
        now = self.kmassist.today().isoformat()
        signed, late = sum(d.is_signed_off for d in found), sum(_is_late(d, now) for d in found)
        said = f"{signed} signed · {len(found) - signed} in draft"
        alarm = f"  ! {counted(late, 'review')} overdue" if late else ""
        self.query_one("#decisions-head", Static).update(
            words(("Decisions  ", "bold"), (said, "$km-quiet"), (alarm, "bold $km-check"))
        )
        nothing = "No decisions yet. Press n to begin the record of one."
        self.show({d.decision_id: d for d in found}, [self._row(d, now) for d in found], nothing)

    def _row(self, d: DecisionRecord, now: str) -> Row:
        check = self.kmassist.theme_colour("km-check")
        waits = sum(use is Use.UNMARKED for use in study_uses(d).values())
        state = "signed off" if d.is_signed_off else f"draft, {waits} to mark" if waits else "draft"
        is_late = _is_late(d, now)
        cells = (
            plain(d.date),
            plain(d.decision or d.question),
            plain(d.body),
            plain(state, "" if d.is_signed_off else check),
            plain(
                f"{d.review_date or '-'}{' !' if is_late else ''}",
                check if is_late else "",
                order=d.review_date,
            ),
        )
        return Row(d.decision_id, cells, f"{d.question} {d.priority}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to write out of an empty list."""
        return bool(self.listed) if action == "export" else True

    def describe(self, one: DecisionRecord) -> Content:
        counts = [f"{list(study_uses(one).values()).count(use)} {use.value}" for use in Use]
        asked = (
            f" · {len(one.open_challenges)} challenge without reply" if one.open_challenges else ""
        )
        outcome = f"\nCame of it: {one_line(one.outcome, 160)}" if one.outcome else ""
        return words(
            (one_line(one.question, 200), "bold"),
            (f"\n{' · '.join(counts)}{asked}", "$km-quiet"),
            (outcome, "$km-good"),
        )

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        from kmassist.tui.screens.decision import DecisionScreen

        event.stop()
        if self.at_cursor:
            self.app.push_screen(DecisionScreen(self.at_cursor.decision_id))

    def action_new(self) -> None:
        """Ask for the question; the rest can follow."""
        known = self.kmassist.latest_answer
        app = self.kmassist

        async def save(changes: Mapping[str, Any]) -> None:
            body = {name: value for name, value in changes.items() if value is not None}
            question = str(body.pop("question", known.resolved_question if known else ""))
            answer = known if known and question == known.resolved_question else None
            made = await app.library.call(
                lambda a: a.decisions.new(question, answer=answer, **body), warm=True
            )
            app.say(
                f"{len(made.relevant)} relevant sources wait for a mark.", "The record is begun."
            )
            app.library_changed.publish(None)

        asked = Field(
            "question", "Question", known.resolved_question if known else "", is_needed=True
        )
        fields = [asked, *decision_fields({"date": app.today().isoformat()})]
        about = "The library is asked the question; every source found relevant waits to be marked. Roles, never names."
        self.app.push_screen(_AlwaysSaves("New decision", fields, save, about=about, verb="Begin"))

    def action_use(self) -> None:
        from kmassist.tui.screens.use import UseScreen

        self.app.push_screen(UseScreen())

    def action_people(self) -> None:
        from kmassist.tui.screens.people import PeopleScreen

        self.app.push_screen(PeopleScreen())

    def action_assess(self) -> None:
        from kmassist.tui.screens.assess import AssessScreen

        self.app.push_screen(AssessScreen())

    def action_export(self) -> None:
        from kmassist.tui.screens.confirm import write_to

        write_to(
            self,
            "Export the decisions to",
            "decisions.csv",
            "Ends in .csv, .json or .md",
            lambda a, path: a.decisions.export(path),
        )


class _AlwaysSaves(FormScreen):
    """The question counts as given when it was filled in from the conversation."""

    @property
    def changes(self) -> dict[str, Any]:
        """What was typed, and the values that stood there."""
        return {"kind": "other", **super().changes}


def _is_late(d: DecisionRecord, now: str) -> bool:
    return d.is_signed_off and bool(d.review_date) and d.review_date < now
