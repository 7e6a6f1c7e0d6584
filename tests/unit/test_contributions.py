"""The co-development log: how many disciplines had a hand in a change."""

from __future__ import annotations

from kmassist.records.contributions import Breadth, CoDevelopment, co_development_state


def entry(discipline: str, topic: str = "Triage", number: int = 1) -> CoDevelopment:
    return CoDevelopment(
        entry_id=f"k{number}",
        topic=topic,
        on="2026-05-01",
        role="ward lead",
        discipline=discipline,
        changed="the form",
    )


def test_nobody_is_none() -> None:
    assert co_development_state("Triage", []).breadth is Breadth.NONE


def test_one_discipline_is_thin() -> None:
    state = co_development_state(
        "triage ",
        [entry("Midwifery"), entry(" midwifery", number=2), entry("Obstetrics", "Induction")],
    )
    assert (state.breadth, state.entries, state.disciplines) == (Breadth.THIN, 2, ("Midwifery",))
    assert "at least 2" in state.says


def test_two_disciplines_are_enough() -> None:
    state = co_development_state("Triage", [entry("Midwifery"), entry("Obstetrics", number=2)])
    assert state.breadth is Breadth.BROAD
    assert state.disciplines == ("Midwifery", "Obstetrics")
