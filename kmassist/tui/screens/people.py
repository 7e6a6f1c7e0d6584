"""People: roles by stage, the co-development log, and who contributed to which brief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.records.contributions import Breadth, CoDevelopment, CoDevelopmentState, Contribution
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import write_to
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.widgets.choices import StageList

if TYPE_CHECKING:
    from kmassist.gaps import RoleRecord, Stage


class LeadershipScreen(Card[None]):
    """Warnings, never blocks."""

    ABOUT: ClassVar[str] = (
        "Mobilising knowledge needs different leaders at different stages. A role nobody is recorded for is marked ! vacant: a "
        "warning, never a block. Record roles, not people's names."
    )
    BINDINGS = keys(("escape,q", "dismiss", "Back", "Back to the register"))

    def __init__(self) -> None:
        super().__init__()
        self._stages: Sequence[Stage] = ()

    def body(self) -> ComposeResult:
        yield Static(words(("Leadership by stage", "bold")), markup=False)
        yield StageList(id="stages")

    async def fill(self) -> None:
        library = context(self).library
        self._stages, roles = await library.call(lambda a: (a.gaps.stages(), a.gaps.roles()))
        listed = self.query_one(OptionList)
        kept = listed.highlighted or 0
        listed.set_options(
            Option(_stage(stage, roles), id=str(stage.number)) for stage in self._stages
        )
        listed.highlighted = kept

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click: a form for one role of the stage at the cursor."""
        event.stop()
        app, place = context(self), self.query_one(OptionList).highlighted
        if place is None or not self._stages:
            return
        stage = self._stages[place]

        async def save(changes: Mapping[str, Any]) -> None:
            body = {
                "role": stage.vacant[0] if stage.vacant else "",
                **changes,
                "stage": stage.number,
            }
            body["is_filled"] = body.get("is_filled", "yes") == "yes"
            await app.library.call(lambda a: a.gaps.set_role(**body))
            self._load()

        fields = [
            Field(
                "role",
                "Role",
                "",
                is_needed=True,
                hint=stage.vacant[0] if stage.vacant else "for instance: lead midwife",
            ),
            Field(
                "is_filled", "Filled", "yes", [("yes", "yes"), ("no, vacant", "no")], is_needed=True
            ),
            Field("organisation", "Organisation", ""),
            Field("topic", "Topic code", "", hint="empty: every topic"),
        ]
        self.app.push_screen(FormScreen(f"Stage {stage.number}: {stage.name}", fields, save))


def _stage(stage: Stage, roles: Sequence[RoleRecord]) -> Content:
    filled = [r.role for r in roles if r.stage == stage.number and r.is_filled]
    parts: list[str | tuple[str, str]] = [(f"{stage.number} {stage.name}", "bold")]
    parts.append((f"\n  Essential: {', '.join(stage.essential)}", ""))
    if filled:
        parts.append((f"\n  + Recorded: {', '.join(one_line(r, 40) for r in filled)}", "$km-good"))
    if stage.vacant:
        parts.append((f"\n  ! Vacant: {', '.join(stage.vacant)}", "$km-check"))
    parts.append((f"\n  Gives: {stage.output}", "$km-quiet"))
    return words(*parts, "\n")


class PeopleScreen(Card[None]):
    """Roles and disciplines, never names."""

    ABOUT: ClassVar[str] = (
        "Which stages have their essential roles, which disciplines had a hand in a change (two or more before it is embedded), and "
        "what each role gave to a brief. Warnings, never blocks. Record roles, not names."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the decisions"),
        ("l", "leadership", "Leadership", "Record who leads at each stage"),
        ("n", "log", "Log a change", "Who had a hand in a change to practice"),
        ("x", "export", "Export", "Write the co-development log to a .csv, .json or .md file"),
    )
    CSS = "PeopleScreen #people { height: 1fr; margin-top: 1; } PeopleScreen #people > Static { height: auto; }"

    def body(self) -> ComposeResult:
        yield Static(words(("People", "bold")), markup=False)
        with VerticalScroll(id="people"):
            yield Static("", markup=False)

    def on_screen_resume(self) -> None:
        self._load()

    async def fill(self) -> None:
        stages, log, states, given = await self._kmassist.library.call(
            lambda a: (
                a.gaps.stages(),
                a.sharing.log(),
                [a.sharing.state(topic) for topic in a.sharing.topics()],
                a.sharing.contributions(),
            )
        )
        self.query_one("#people > Static", Static).update(_people(stages, log, states, given))

    def action_leadership(self) -> None:

        self.app.push_screen(LeadershipScreen())

    def action_log(self) -> None:

        async def save(body: Mapping[str, Any]) -> None:
            given = {
                name: str(body.get(name, ""))
                for name in ("topic", "role", "discipline", "changed", "on")
            }
            await self._kmassist.library.call(
                lambda a: a.sharing.co_develop(given.pop("topic"), **given)
            )
            self._load()

        fields = [
            Field(
                "topic",
                "Change to practice",
                "",
                is_needed=True,
                hint="for instance: triage pathway",
            ),
            Field("changed", "What changed", "", is_needed=True),
            Field("role", "Whose hand (role)", "", is_needed=True, hint="a role, not a name"),
            Field(
                "discipline",
                "Discipline",
                "",
                is_needed=True,
                hint="midwifery, obstetrics, anaesthetics…",
            ),
            Field("on", "When", "", hint="YYYY-MM-DD, empty for today"),
        ]
        self.app.push_screen(FormScreen("Co-development", fields, save))

    def action_export(self) -> None:
        write_to(
            self,
            "Export the log to",
            "co-development.csv",
            "Ends in .csv, .json or .md",
            lambda a, path: a.sharing.export_log(path),
        )


def _people(
    stages: Sequence[Stage],
    log: Sequence[CoDevelopment],
    states: Sequence[CoDevelopmentState],
    given: Sequence[Contribution],
) -> Content:
    parts: list[str | tuple[str, str]] = [("Leadership by stage\n", "bold")]
    for stage in stages:
        mark, colour = ("!", "$km-check") if stage.vacant else ("+", "$km-good")
        vacant = (
            f" vacant: {', '.join(stage.vacant)}"
            if stage.vacant
            else " every essential role is recorded"
        )
        parts += [
            (f"{mark} ", colour),
            f"{stage.number} {stage.name}:",
            (f"{vacant}\n", "$km-quiet"),
        ]
    parts.append(("\nCo-development\n", "bold"))
    for state in states:
        mark, colour = ("+", "$km-good") if state.breadth is Breadth.BROAD else ("!", "$km-check")
        parts += [(f"{mark} ", colour), f"{one_line(state.topic, 60)}: {one_line(state.says)}\n"]
        for entry in log:
            if " ".join(entry.topic.casefold().split()) == " ".join(state.topic.casefold().split()):
                parts.append(
                    (
                        f"    {entry.on} {one_line(entry.role, 40)} ({one_line(entry.discipline, 30)}): {one_line(entry.changed)}\n",
                        "$km-quiet",
                    )
                )
    if not states:
        parts.append(("Nothing logged yet. Press n.\n", "$km-quiet"))
    parts.append(("\nContributions to briefs\n", "bold"))
    parts += [
        f"{g.on} {one_line(g.brief_id, 20)} {one_line(g.role, 40)}: {one_line(g.what)}\n"
        for g in given
    ]
    if not given:
        parts.append(("None logged yet.", "$km-quiet"))
    return words(*parts)
