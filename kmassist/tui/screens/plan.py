"""The action plan after a self-assessment, with what the last closed round proposes and rounds side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.errors import RecordError
from kmassist.records.plan import Action, Change, Proposal
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import write_to
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from kmassist.assistant import Assistant


class PlanScreen(Card[None]):
    """What is in the plan first, then what may be added to it, then how rounds differ."""

    ABOUT: ClassVar[str] = (
        "On top stands the plan: what to do, which role owns it, by when; what is past its day is marked ! overdue. Below stand "
        "proposals from the last closed round, the lowest mean first: Enter takes one into the plan, in your own words. Enter on "
        "an action changes it or marks it as done. Last, closed rounds side by side; answers are nobody's, so it is not the same "
        "people that are compared."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the checklist"),
        ("n", "new", "New", "An action of your own"),
        ("x", "export", "Export", "Write the plan to a .md, .csv or .json file"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._actions: Sequence[Action] = ()
        self._proposals: Sequence[Proposal] = ()

    def body(self) -> ComposeResult:
        yield Static(words(("Action plan", "bold")), markup=False, id="plan-head")
        yield Choices(id="plan")

    async def fill(self) -> None:
        self._actions, self._proposals, why, compared = await self._kmassist.library.call(_fetch)
        now = self._kmassist.today().isoformat()
        late = sum(a.is_overdue(now) for a in self._actions)
        alarm = f"  ! {late} overdue" if late else ""
        open_ = sum(not a.done for a in self._actions)
        self.query_one("#plan-head", Static).update(
            words(
                ("Action plan", "bold"), (f"  {open_} open", "$km-quiet"), (alarm, "bold $km-check")
            )
        )
        rows = [Option(_action(a, now), id=f"a{a.action_id}") for a in self._actions]
        head = "\nFrom the last closed round, lowest first" if self._proposals else f"\n{why}"
        rows.append(Option(words((head, "$km-quiet")), disabled=True))
        rows += [
            Option(_proposal(n, p), id=f"p{n}") for n, p in enumerate(self._proposals, start=1)
        ]
        if compared:
            rounds, changes = compared
            title = f"\nRounds side by side: {', '.join(rounds)}"
            rows.append(Option(words((title, "$km-quiet")), disabled=True))
            rows += [Option(_change(change), disabled=True) for change in changes]
        listed = self.query_one(OptionList)
        kept = listed.highlighted
        listed.set_options(rows)
        listed.highlighted = kept
        if kept is None:
            listed.action_first()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        key = str(event.option.id)
        if key.startswith("p"):
            self._take(int(key[1:]))
        else:
            self._edit(next(a for a in self._actions if a.action_id == key[1:]))

    def _take(self, place: int) -> None:
        proposal = self._proposals[place - 1]

        async def save(changes: Mapping[str, Any]) -> None:
            body = dict(changes)
            await self._change(lambda a: a.plans.adopt(place, **body))

        fields = _fields({"what": proposal.what, "owner_role": proposal.owner_role})
        self.app.push_screen(
            FormScreen(proposal.title, fields, save, verb="Take", saves_unchanged=True)
        )

    def _edit(self, action: Action) -> None:
        async def save(changes: Mapping[str, Any]) -> None:
            body = dict(changes)
            is_done = body.pop("state", "open") == "done"

            def change(a: Assistant) -> None:
                if body:
                    a.plans.edit(action.action_id, **body)
                if is_done:
                    a.plans.done(action.action_id, str(body.get("came_of_it", action.came_of_it)))

            await self._change(change)

        state = "done" if action.done else "open"
        fields = [
            *_fields(action.model_dump()),
            Field("state", "State", state, [("open", "open"), ("done", "done")], is_needed=True),
            Field("came_of_it", "What came of it", action.came_of_it),
        ]
        self.app.push_screen(FormScreen(f"Action {action.action_id}", fields, save))

    def action_new(self) -> None:

        async def save(changes: Mapping[str, Any]) -> None:
            body = dict(changes)
            await self._change(lambda a: a.plans.add(**body))

        self.app.push_screen(FormScreen("New action", _fields({}), save))

    def action_export(self) -> None:
        write_to(
            self,
            "Write the plan to",
            "plan.md",
            "Ends in .md, .csv or .json",
            lambda a, path: a.plans.export(path),
        )


_Fetched = tuple[
    Sequence[Action], Sequence[Proposal], str, tuple[tuple[str, ...], list[Change]] | None
]


def _fetch(assistant: Assistant) -> _Fetched:
    """The plan, the proposals or why there are none, and rounds compared where two are closed."""
    plans = assistant.plans
    proposals: Sequence[Proposal] = ()
    why, compared = "", None
    try:
        proposals = plans.propose()
        compared = plans.compared()
    except RecordError as error:
        why = f"{error.message} {error.hint}"
    return plans.actions(), proposals, why, compared


def _fields(known: Mapping[str, Any]) -> list[Field]:
    return [
        Field("what", "What is done", known.get("what", ""), is_needed=True),
        Field("owner_role", "Owner (role)", known.get("owner_role", ""), hint="a role, not a name"),
        Field("due", "Due", known.get("due", ""), hint="YYYY-MM-DD"),
    ]


def _action(action: Action, now: str) -> Content:
    late = action.is_overdue(now)
    state = f"! overdue since {action.due}" if late else action.state(now)
    facts = [
        action.owner_role or "no owner",
        f"due {action.due}" if action.due and not late else "",
        action.dimension,
        action.came_of_it,
    ]
    said = " · ".join(one_line(fact, 60) for fact in facts if fact)
    return words(
        (f"{action.action_id} ", "bold $km-link"),
        (one_line(action.what, 150), "$km-quiet" if action.done else ""),
        (f"\n  {state}", "bold $km-check" if late else "$km-quiet"),
        (f" · {said}", "$km-quiet"),
    )


def _proposal(place: int, proposal: Proposal) -> Content:
    spread = "" if proposal.spread is None else f", spread {proposal.spread:.2f}"
    what = f"\n  {one_line(proposal.what, 150)} ({proposal.owner_role})" if proposal.what else ""
    says = f"\n  use says: {one_line(proposal.use_says, 150)}" if proposal.use_says else ""
    return words(
        (f"{place:>2}. {one_line(proposal.title, 40)}", "bold"),
        (f"  {proposal.mean:.2f}{spread}", "$km-quiet"),
        what,
        (says, "$km-quiet"),
    )


def _change(change: Change) -> Content:
    means = " → ".join("-" if mean is None else f"{mean:.2f}" for mean in change.means)
    return words(
        (f"  {one_line(change.title, 40)}: ", ""), f"{means}  ", (change.says, "$km-quiet")
    )
