"""The planning desk: the action plan after a self-assessment, rounds side by side, and hand-overs of gaps between roles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmassist.assistant.typed import typed
from kmassist.errors import RecordError
from kmassist.records.plan import Action, Change, HandOver, Proposal, compare, propose
from kmassist.records.store import Records, left, to_json, write_as
from kmassist.text.clock import today
from kmassist.text.tables import to_csv, to_markdown

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.records.assessment import GroupResult

_HEADER = ("No.", "Priority", "What", "About", "Owner", "Due", "Done", "What came of it")


class PlanDesk:
    """Actions and hand-overs of one library. Roles, never names."""

    def __init__(self, assistant: Assistant, today: Callable[[], dt.date] = today) -> None:
        self._assistant = assistant
        self._today = today
        index = assistant.index
        look = typed(assistant.settings.privacy)
        self._actions = Records(index, "action", Action, see="kmassist assess actions", typed=look)
        self._handed = Records(index, "hand-over", HandOver, see="kmassist gaps roles", typed=look)

    # -- the plan -----------------------------------------------------------------------------------------------------

    def propose(self, round_name: str = "") -> list[Proposal]:
        """What may be done about each dimension of a closed round, the lowest first.

        Raises:
            RecordError: the round's result is not shown.
        """
        desk = self._assistant.assessment
        return propose(self._shown(round_name or self._last_round()), desk.use_says())

    def _shown(self, round_name: str) -> GroupResult:
        result = self._assistant.assessment.result(round_name)
        if not result.is_shown:
            raise RecordError(result.withheld, "A plan is made from a closed round.")
        return result

    def _closed(self) -> list[str]:
        rounds = self._assistant.assessment.rounds()
        return [name for name, (_, is_closed) in rounds.items() if is_closed]

    def _last_round(self) -> str:
        return next(reversed(self._closed()), "")

    def adopt(self, place: int, *, round_name: str = "", **fields: Any) -> Action:
        """Take the proposal at a place (1 for the first) into the plan, with another owner, day or wording where given.

        Raises:
            RecordError: there is no such proposal, or it has no words of its own and none are given.
        """
        round_name = round_name or self._last_round()
        found = self.propose(round_name)
        if not 0 < place <= len(found):
            raise RecordError(
                f"There is no proposal {place}; there are {len(found)}.",
                "See 'kmassist assess plan'.",
            )
        one = found[place - 1]
        given = {name: value for name, value in fields.items() if value}
        known = {"what": one.what, "owner_role": one.owner_role, "priority": place}
        if not (one.what or given.get("what")):
            raise RecordError("Say what is to be done.", 'Give --what "...".')
        return self.add(**{**known, "dimension": one.title, "round": round_name, **given})

    def add(self, **fields: Any) -> Action:
        """Put an action into the plan: ``what``, and ``owner_role``, ``due``, ``priority``.

        Raises:
            RecordError: a field cannot be used.
        """
        number = self._actions.next_number()
        begun = self._today().isoformat()
        return self._actions.put(
            self._actions.make({**fields, "action_id": number, "begun": begun})
        )

    def edit(self, action_id: str, **changes: Any) -> Action:
        body = {**self._actions.get(action_id).model_dump(), **changes, "action_id": action_id}
        return self._actions.put(self._actions.make(body))

    def done(self, action_id: str, came_of_it: str = "") -> Action:
        """Mark an action as done today."""
        return self.edit(action_id, done=self._today().isoformat(), came_of_it=came_of_it)

    def remove(self, action_id: str) -> Action:
        """Take an action out; returns what it was."""
        return self._actions.delete(action_id)

    def actions(self, *, is_open: bool = False, overdue: bool = False) -> Sequence[Action]:
        """The plan: what is not done first, by priority, then by day."""
        now = self._today().isoformat()
        found = [
            a
            for a in self._actions.all()
            if (not is_open or not a.done) and (not overdue or a.is_overdue(now))
        ]
        return sorted(found, key=lambda a: (bool(a.done), a.priority, a.due or "9", a.action_id))

    def export(self, path: Path, *, force: bool = False) -> Path:
        """Write the plan as .md, .csv or .json."""
        plan = self.actions()
        rows = [
            [a.action_id, a.priority, a.what, a.dimension, a.owner_role or "no owner", a.due, a.done, a.came_of_it]
            for a in plan
        ]  # fmt: skip
        forms = {
            ".md": lambda: f"# Action plan\n\n{to_markdown(_HEADER, rows)}",
            ".csv": lambda: to_csv(_HEADER, rows),
            ".json": lambda: to_json(list(plan)),
        }
        return left(
            self._assistant.index, "plan", write_as(path, forms, force=force), count=len(rows)
        )

    def compared(self) -> tuple[tuple[str, ...], list[Change]]:
        """The closed rounds in order of their names, and each dimension over them.

        Raises:
            RecordError: fewer than two rounds are closed.
        """
        rounds = self._closed()
        if len(rounds) < 2:
            raise RecordError(
                f"{len(rounds)} closed rounds cannot be compared.",
                "Close two: kmassist assess close --round NAME",
            )
        return tuple(rounds), compare([self._shown(name) for name in rounds])

    # -- who has a gap when -------------------------------------------------------------------------------------------

    def hand_over(self, gap_id: str, **fields: Any) -> HandOver:
        """Agree that a gap passes to a role on a day: ``to_role``, ``due``; ``stage`` and ``from_role`` are the gap's own where
        they are left out.

        Raises:
            RecordError: there is no such gap, or a field is missing.
        """
        gap = self._assistant.gaps.get(gap_id)
        known = {"stage": gap.leadership_stage, "from_role": gap.owner_role, "due": ""}
        given = {name: value for name, value in fields.items() if value}
        made = self._handed.make(
            {**known, **given, "gap_id": gap.gap_id, "hand_over_id": self._handed.next_number()}
        )
        if not made.due:
            raise RecordError("A hand-over has a day.", "Give --due YYYY-MM-DD.")
        return self._handed.put(made)

    def accept(self, hand_over_id: str) -> HandOver:
        """The role has taken the gap over: from now on it owns it, at that stage."""
        found = self._handed.get(hand_over_id)
        self._assistant.gaps.edit(
            found.gap_id, {"owner_role": found.to_role, "leadership_stage": found.stage}
        )
        accepted = {"accepted": self._today().isoformat()}
        return self._handed.put(found.model_copy(update=accepted))

    def hand_overs(self, gap_id: str = "", *, overdue: bool = False) -> Sequence[HandOver]:
        """Hand-overs by day; with a gap only its own."""
        now = self._today().isoformat()
        found = [
            h
            for h in self._handed.all()
            if (not gap_id or h.gap_id == gap_id) and (not overdue or h.is_overdue(now))
        ]
        return sorted(found, key=lambda h: (h.due, h.hand_over_id.zfill(6)))

    def cancel(self, hand_over_id: str) -> HandOver:
        """Take a hand-over out; returns what it was."""
        return self._handed.delete(hand_over_id)
