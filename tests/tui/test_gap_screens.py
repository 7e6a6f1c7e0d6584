"""The map, the register of gaps and the roles, driven by keys."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.coordinate import Coordinate
from textual.widgets import DataTable, Input, OptionList, Select, Static

from kmassist.assistant import Assistant
from kmassist.documents.document import SourceType
from kmassist.gaps import GapStage
from kmassist.settings.model import Settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.ask import AskScreen
from kmassist.tui.screens.confirm import PromptScreen
from kmassist.tui.screens.form import FormScreen
from kmassist.tui.screens.gaps import GapsScreen, Lane
from kmassist.tui.screens.map import Grid, MapScreen, TopicScreen
from kmassist.tui.screens.people import LeadershipScreen
from kmassist.tui.widgets.proposed import Proposed
from kmassist.tui.widgets.sheet import Sheet
from tests.tui.conftest import open_on
from tests.tui.driving import DEADLINE_SECONDS, TODAY, ready, settle, shown, until


async def test_the_map_moves_by_arrows_and_drills_down(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f4")
        await until(
            pilot,
            lambda: (
                isinstance(filled_app.screen, MapScreen)
                and filled_app.screen.query_one(Grid).row_count
            ),
        )
        grid, screen = filled_app.screen.query_one(Grid), filled_app.screen
        assert isinstance(screen, MapScreen)
        heads = [str(column.label) for column in grid.ordered_columns]
        assert heads[1:4] == ["Re-\nsearch", "Guide-\nline", "Econ-\nomics"]
        assert not any(kind.value in heads for kind in SourceType if kind is not SourceType.PPI)
        assert grid.max_scroll_x == 0
        names = [str(grid.get_row_at(n)[0]) for n in range(grid.row_count)]
        row = next(n for n, name in enumerate(names) if name.startswith("Triage"))
        grid.cursor_coordinate = Coordinate(row, 1)
        await settle(pilot)
        assert "Published research: 2 studies" in str(
            screen.query_one("#particulars", Static).content
        )
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(filled_app.screen, TopicScreen)
        listed = filled_app.screen.query_one(OptionList)
        assert listed.option_count == 2
        await pilot.press("escape", "right", "right")  # guideline, economics: none
        assert grid.cursor_column == 3
        await pilot.press("g")
        await settle(pilot)
        assert isinstance(filled_app.screen, FormScreen)
        await pilot.press("ctrl+s")
        await settle(pilot)
        gap = (await filled_app.library.ready()).gaps.list()[0]
        assert (gap.topic, gap.source_type) == ("TRI", SourceType.ECO)
        await pilot.press("a")
        await until(
            pilot, lambda: isinstance(filled_app.screen, AskScreen) and filled_app.screen.turns
        )
        await until(pilot, lambda: filled_app.latest_answer is not None)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)])
async def test_a_map_that_is_being_made_says_so(
    filled_library: Settings, size: tuple[int, int]
) -> None:
    gate = threading.Event()

    def open_late() -> Assistant:
        gate.wait(DEADLINE_SECONDS)
        return open_on(filled_library)

    app = KmassistApp(open_late, today=TODAY)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: app.screen.query("#empty"))
        await pilot.pause()
        said = app.screen.query_one("#empty", Static)
        assert said.display
        assert "being drawn" in str(said.content)
        gate.set()
        await until(pilot, lambda: app.screen.query_one(DataTable).row_count)


async def test_the_register_from_proposal_to_closing(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("f5")
        await settle(pilot)
        screen = filled_app.screen
        assert isinstance(screen, GapsScreen)
        proposed = screen.query_one(Proposed)
        await until(pilot, lambda: proposed.has_focus and proposed.shown)
        everything = proposed.shown
        rows = [" ".join(map(str, proposed.get_row_at(n))) for n in range(everything)]
        assert [row.split()[0] for row in rows] == [str(n + 1) for n in range(everything)]
        assert "Seen within 15 minutes" in rows[0]
        assert "Triage" in rows[0]  # its topic by name
        await pilot.press("slash", *"triage overdue", "enter")
        await until(pilot, lambda: 0 < proposed.shown < everything)
        await pilot.press("escape")
        await until(pilot, lambda: proposed.shown == everything)
        await pilot.press("p")
        await settle(pilot)
        assert "No gaps yet" in shown(screen)
        await pilot.press("p", "home", "enter")
        await settle(pilot)
        assert not filled_app.screen.query("#closing_note")  # a new gap is not closed
        topic = filled_app.screen.query_one("#topic", Select)
        assert (topic.value, str(topic.query_one("SelectCurrent #label").render())[:6]) == (
            "TRI",
            "Triage",
        )
        await pilot.press("ctrl+s")
        await until(pilot, lambda: filled_app.screen is screen and proposed.shown == everything - 1)
        await pilot.press("p")
        await until(pilot, lambda: screen.query_one("#register", Sheet).shown == 1)
        await pilot.press("enter")
        await settle(pilot)
        form = filled_app.screen
        assert isinstance(form, FormScreen)
        form.query_one("#stage", Select).value = "in progress"
        form.query_one("#owner_role", Input).value = "lead midwife"
        form.query_one("#due", Input).value = "2026-11-01"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: filled_app.screen is screen)
        await settle(pilot)
        gaps = (await filled_app.library.ready()).gaps
        gap = gaps.list()[0]
        assert (gap.stage, gap.owner_role, gap.due) == (
            GapStage.IN_PROGRESS,
            "lead midwife",
            "2026-11-01",
        )
        assert "! 1 overdue" in str(screen.query_one("#gaps-head", Static).content)
        await pilot.press("b")
        await settle(pilot)
        assert screen.query_one("#lane-in_progress", Lane).option_count == 1
        await pilot.press("enter")
        await settle(pilot)
        form = filled_app.screen
        assert isinstance(form, FormScreen)
        form.query_one("#stage", Select).value = "closed"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert filled_app.screen is form  # no reason was given
        form.query_one("#closing_note", Input).value = "seen at re-audit"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: filled_app.screen is screen)
        await settle(pilot)
        assert gaps.list()[0].stage is GapStage.CLOSED
        await pilot.press("x")
        await settle(pilot)
        assert isinstance(filled_app.screen, PromptScreen)
        filled_app.screen.query_one("#field", Input).value = str(tmp_path / "gaps.csv")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "gaps.csv").is_file)


async def test_leadership_shows_vacant_roles(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await pilot.press("f5")
        await settle(pilot)
        await pilot.press("l")
        await settle(pilot)
        screen = filled_app.screen
        assert isinstance(screen, LeadershipScreen)
        stages = screen.query_one(OptionList)
        assert stages.option_count == 8
        assert "! Vacant: senior clinician" in str(stages.get_option_at_index(0).prompt)
        await pilot.press("home", "enter")
        await settle(pilot)
        filled_app.screen.query_one("#role", Input).value = "consultant obstetrician"
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: (
                "Recorded: consultant obstetrician" in str(stages.get_option_at_index(0).prompt)
            ),
        )
        assert "Vacant" not in str(stages.get_option_at_index(0).prompt)


async def test_a_menu_of_a_form_opens_with_its_choices_and_is_chosen_from_by_mouse(
    filled_app: KmassistApp,
) -> None:
    async with filled_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f5", "n")
        await until(pilot, lambda: isinstance(filled_app.screen, FormScreen))
        await settle(pilot)
        menu = filled_app.screen.query_one("#source_type", Select)
        await pilot.click(menu)
        choices = menu.query_one(OptionList)
        await until(pilot, lambda: choices.display and choices.region.height > 8)
        await pilot.click(choices, offset=(4, 2))
        await until(pilot, lambda: not menu.expanded)
        assert menu.value == SourceType.GDL
