"""A letter on each part of a screen that takes keys."""

from __future__ import annotations

from textual.widgets import Button, Static

from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.ask import AskScreen
from kmassist.tui.screens.confirm import ConfirmScreen
from kmassist.tui.screens.jump import JumpScreen
from kmassist.tui.widgets.claim import ClaimView
from kmassist.tui.widgets.strip import CoverageStrip
from tests.tui.driving import ask, ready, settle, until


async def test_a_letter_goes_where_it_stands_and_escape_stays(filled_app: KmassistApp) -> None:
    app = filled_app
    async with app.run_test(size=(120, 30)) as pilot:
        await ready(pilot)
        await ask(pilot)
        before = app.screen.focused
        await pilot.press("ctrl+k")
        await until(pilot, lambda: isinstance(app.screen, JumpScreen))
        await settle(pilot)
        jump = app.screen
        assert isinstance(jump, JumpScreen)
        assert "Coverage" in app.export_screenshot()  # what the letters stand on is seen below them
        for label in jump.query(".letter").results(Static):
            letter = str(label.content).strip()
            target, column, line = jump.places[letter]
            assert (label.region.x, label.region.y) == (column, line)
            assert target.region.contains(column, line)
        kinds = {type(target) for target, _, _ in jump.places.values()}
        assert {ClaimView, CoverageStrip} <= kinds
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, AskScreen))
        assert app.screen.focused is before
        await pilot.press("ctrl+k")
        await until(pilot, lambda: isinstance(app.screen, JumpScreen))
        strip = next(k for k, (w, _, _) in jump.places.items() if isinstance(w, CoverageStrip))
        await pilot.press(strip)
        await until(pilot, lambda: isinstance(app.screen, AskScreen))
        assert isinstance(app.screen.focused, CoverageStrip)
        app.push_screen(ConfirmScreen("Really?", "It is gone then.", "Yes"))
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("ctrl+k", "a")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        focused: object = app.screen.focused
        assert focused is app.screen.query_one("#yes", Button)
        assert not app.faults
