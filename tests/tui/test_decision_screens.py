"""Decisions, Use, People and Assess in the terminal, over a real library."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static
from textual.worker import WorkerCancelled

from kmassist.assistant import Assistant
from kmassist.embedding import open_embedder
from kmassist.records.decisions import Use
from kmassist.settings.model import Settings, load_settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.assess import AnswerScreen, AssessScreen
from kmassist.tui.screens.decision import DecisionScreen
from kmassist.tui.screens.decisions import DecisionsScreen
from kmassist.tui.screens.people import PeopleScreen
from kmassist.tui.screens.use import UseScreen
from tests.conftest import MadeOnce

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
QUESTION = "Should we introduce a symptom-based triage pathway for women who attend unscheduled?"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return load_settings({"library": str(tmp_path / "library")})


def opened(settings: Settings) -> Assistant:
    return Assistant.open(settings, create=True, embedder=open_embedder("hashing"))


@pytest.fixture
def filled(made_once: MadeOnce, settings: Settings, tmp_path: Path) -> Settings:
    names = ("published/kenyon-2017-bsots.md", "evaluation", "ppi")

    def fill(folder: Path) -> None:
        with opened(load_settings({"library": str(folder / "library")})) as assistant:
            list(assistant.add([SAMPLE / name for name in names]))

    shutil.copytree(made_once("screens", fill) / "library", tmp_path / "library")
    with opened(settings) as assistant:
        made = assistant.decisions.new(
            QUESTION, decision="Introduce it [bold]at once[/]", body="Governance group"
        )
        ppi = next(d for d in assistant.sources() if d.metadata.source_type == "PPI")
        assistant.decisions.add_source(made.decision_id, ppi.doc_id)
    return settings


@pytest.fixture
def app(filled: Settings) -> KmassistApp:
    return KmassistApp(lambda: opened(filled), today=dt.date(2026, 11, 23))


async def settle(pilot: Pilot[None]) -> None:
    for _ in range(4):
        with suppress(WorkerCancelled):  # a newer one took its place, and is waited for next
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def said(app: KmassistApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


async def test_from_the_list_to_a_signed_decision(app: KmassistApp) -> None:
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f8")
        await settle(pilot)
        assert isinstance(app.screen, DecisionsScreen)
        assert "0 signed · 1 in draft" in said(app, "#decisions-head")
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, DecisionScreen)
        assert "[bold]" in said(app, "#facts")  # markup in a decision is words
        assert "Patient and public involvement is present but unused" in said(
            app, "#settle > Static"
        )
        count = app.screen.query_one(OptionList).option_count
        for _ in range(count - 1):
            await pilot.press("u", "down")
            await settle(pilot)
        await pilot.press("end", "a")
        await pilot.pause()
        app.screen.query_one(Input).value = "heard four women; more are asked"
        await pilot.press("enter")
        await settle(pilot)
        assert "Patient and public involvement is present" not in said(app, "#settle > Static")
        await pilot.press("g")
        await pilot.pause()
        app.screen.query_one("#by_role", Input).value = "chair"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert "signed off" in said(app, "#facts")
        await pilot.press("escape", "u")
        await settle(pilot)
        assert isinstance(app.screen, UseScreen)
        assert "0.50 (1 of 2)" in said(app, "#ratios > Static")
        assert "1.00" in said(app, "#ratios > Static")
        await pilot.press("b")
        await settle(pilot)
        assert "By year" in said(app, "#ratios > Static")
    assert not app.faults


async def test_a_signed_record_offers_what_can_still_be_done(
    app: KmassistApp, filled: Settings
) -> None:
    with opened(filled) as assistant:
        record = assistant.decisions.list()[0]
        for source in record.relevant:
            assistant.decisions.mark(record.decision_id, source.doc_id, Use.USED)
        assistant.decisions.sign_off(record.decision_id, by_role="chair")
        assistant.decisions.edit(record.decision_id, {"review_date": "2026-01-01"})
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f8")
        await settle(pilot)
        assert "1 review overdue" in said(app, "#decisions-head")
        await pilot.press("enter")
        await settle(pilot)
        keys = {
            b.binding.key
            for b in app.screen.active_bindings.values()
            if b.node is app.screen and b.enabled
        }
        assert {"c", "v", "o", "e"} <= keys
        assert not {"u", "a", "g"} & keys
        await pilot.press("v")
        await pilot.pause()
        app.screen.query_one("#outcome", Input).value = "54% seen in time"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert "54% seen in time" in said(app, "#settle > Static")
    assert not app.faults


async def test_people_log_a_change(app: KmassistApp) -> None:
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f8", "p")
        await settle(pilot)
        assert isinstance(app.screen, PeopleScreen)
        assert "Nothing logged yet" in said(app, "#people > Static")
        await pilot.press("n")
        await pilot.pause()
        for name, value in {
            "topic": "Triage",
            "changed": "the desk",
            "role": "lead",
            "discipline": "Midwifery",
        }.items():
            app.screen.query_one(f"#{name}", Input).value = value
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert "Thin: 1 discipline (Midwifery)" in said(app, "#people > Static")
    assert not app.faults


async def test_assess_shows_no_group_result_and_what_use_says(
    app: KmassistApp, filled: Settings
) -> None:
    with opened(filled) as assistant:
        for _ in range(3):
            assistant.assessment.answer([3] * 24)
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f8", "a")
        await settle(pilot)
        assert isinstance(app.screen, AssessScreen)
        assert "not the Warwick" in said(app, "#assess-head")
        assert "3 people have answered" in said(app, "#result > Static")
        assert "use says: 0 signed decisions" in said(app, "#result > Static")
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.screen, AnswerScreen)
        await pilot.press("9", "5", "backspace", *["2"] * 24)
        await settle(pilot)
        assert isinstance(app.screen, AssessScreen)
        assert "4 people have answered" in said(app, "#result > Static")
        await pilot.press("c", "y")
        await settle(pilot)
        assert "not shown" in said(app, "#result > Static")
    assert [type(fault).__name__ for fault in app.faults] == [
        "RecordError"
    ]  # four are too few to close
    with opened(filled) as assistant:
        assistant.assessment.answer([4] * 24)
        assert assistant.assessment.close_round().is_shown


async def test_a_new_decision_is_begun_from_the_form(app: KmassistApp) -> None:
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f8", "n")
        await pilot.pause()
        app.screen.query_one("#question", Input).value = QUESTION
        app.screen.query_one("#decision", Input).value = "Wait for the evaluation"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert "2 in draft" in said(app, "#decisions-head")
    assert not app.faults
