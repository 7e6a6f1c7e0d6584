"""The action plan after a self-assessment, rounds side by side, and gaps that pass from role to role."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from kmassist.assistant import Assistant
from kmassist.assistant.plans import PlanDesk
from kmassist.errors import RecordError
from kmassist.records.assessment import DimensionResult, GroupResult, load_instrument
from kmassist.records.plan import _proposed, compare

TODAY = dt.date(2026, 11, 29)


@pytest.fixture
def plans(assistant: Assistant) -> PlanDesk:
    return PlanDesk(assistant, today=lambda: TODAY)


def answered(assistant: Assistant, round_name: str, low: str, *, level: int = 4) -> None:
    """Five people say ``level``, and 2 of one dimension."""
    instrument = assistant.assessment.instrument()
    dimension = {item.id: d.id for d in instrument.dimensions for item in d.items}
    for _ in range(5):
        answers = {}
        for item in instrument.items:
            said = 2 if dimension[item.id] == low else level
            answers[item.id] = instrument.scale.high + 1 - said if item.is_reversed else said
        assistant.assessment.answer(answers, round_name=round_name)
    assistant.assessment.close_round(round_name)


def test_every_dimension_of_the_shipped_checklist_has_a_proposal() -> None:
    assert set(_proposed()) == {d.id for d in load_instrument().dimensions}


def test_what_is_lowest_comes_first_and_becomes_an_action_with_an_owner(
    assistant: Assistant, plans: PlanDesk, tmp_path: Path
) -> None:
    with pytest.raises(RecordError):
        plans.propose()
    answered(assistant, "2026-11", "networks")
    first = plans.propose()[0]
    assert (first.dimension, first.mean) == ("networks", 2.0)
    made = plans.adopt(1, owner_role="matron", due="2026-11-01")
    assert (made.what, made.owner_role, made.priority, made.round) == (
        first.what,
        "matron",
        1,
        "2026-11",
    )
    plans.add(what="Buy a clock", priority=2)
    assert [a.what for a in plans.actions(overdue=True)] == [first.what]
    plans.done(made.action_id, "One bundle came.")
    assert [a.what for a in plans.actions()] == ["Buy a clock", first.what]
    assert not plans.actions(overdue=True)
    text = plans.export(tmp_path / "plan.md").read_text(encoding="utf-8")
    assert "| 2 | 2 | Buy a clock |" in text
    assert "no owner" in text
    with pytest.raises(RecordError, match="no proposal 99"):
        plans.adopt(99)
    with pytest.raises(RecordError, match="cannot be used"):
        plans.add(what="Buy a clock", due="soon")


def test_rounds_are_compared_and_a_change_within_the_spread_says_so(
    assistant: Assistant, plans: PlanDesk
) -> None:
    answered(assistant, "2026-05", "networks")
    with pytest.raises(RecordError, match="1 closed rounds cannot be compared"):
        plans.compared()
    answered(assistant, "2026-11", "systems")
    rounds, changes = plans.compared()
    assert rounds == ("2026-05", "2026-11")
    by = {c.dimension: (c.by, c.says) for c in changes}
    assert by["networks"] == (2.0, "higher")
    assert by["systems"] == (-2.0, "lower")
    assert by["strategy"] == (0.0, "unchanged")


def test_a_small_change_among_people_who_differ_says_little() -> None:
    def result(name: str, mean: float) -> GroupResult:
        found = DimensionResult(id="a", title="A", group="", mean=mean, spread=0.9, low=1, high=5)
        return GroupResult(
            instrument="x",
            title="x",
            disclaimer="x",
            round=name,
            respondents=5,
            dimensions=(found,),
        )

    (change,) = compare([result("1", 3.0), result("2", 3.4)])
    assert change.says == "higher, within what people differ by"


def test_a_gap_passes_to_a_role_on_a_day_and_is_overdue_until_it_is_taken_over(
    assistant: Assistant, plans: PlanDesk
) -> None:
    gap = assistant.gaps.add(title="No audit of triage", owner_role="audit lead")
    late = plans.hand_over(gap.gap_id, to_role="matron", due="2026-11-20", stage=5)
    plans.hand_over(gap.gap_id, to_role="head of midwifery", due="2027-02-01", stage=6)
    assert [(h.from_role, h.to_role) for h in plans.hand_overs(gap.gap_id, overdue=True)] == [
        ("audit lead", "matron")
    ]
    plans.add(what="Buy a clock", owner_role="matron", due="2026-11-01")
    due = {item.kind: (item.owner, item.what) for item in assistant.news.due()}
    assert due["Gap to be taken over"] == ("matron", "No audit of triage")
    assert due["Action of the plan"] == ("matron", "Buy a clock")
    plans.accept(late.hand_over_id)
    record = assistant.gaps.get(gap.gap_id)
    assert (record.owner_role, record.leadership_stage) == ("matron", 5)
    assert [h.state(TODAY.isoformat()) for h in plans.hand_overs()] == [
        "taken over 2026-11-29",
        "agreed",
    ]
    with pytest.raises(RecordError, match="There is no gap 9"):
        plans.hand_over("9", to_role="matron", due="2027-01-01")
    with pytest.raises(RecordError, match="has a day"):
        plans.hand_over(gap.gap_id, to_role="matron")


def test_plans_and_hand_overs_are_in_the_trail_and_forget_like_other_records(
    assistant: Assistant, plans: PlanDesk, tmp_path: Path
) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: Zanzibarian triage audit\nsource_type: AUD\nevidence_date: 2026-01\n---\n# X\n\nBells rang late.\n",
        encoding="utf-8",
    )
    list(assistant.add([path]))
    plans.add(what="Read the Zanzibarian triage audit. Ask the wards.")
    assert "add action" in {line.action for line in assistant.trail()}
    (held,) = assistant.sources()
    assistant.forget(held.doc_id)
    records = [assistant.index.records(kind) for kind in assistant.index.record_kinds()]
    assert "Zanzibarian" not in json.dumps(records)
    assert "Ask the wards." in plans.actions()[0].what
