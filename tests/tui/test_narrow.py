"""At 60 columns by 20 lines nothing is cut off: a table leaves out a column, a line says the most important first."""

from __future__ import annotations

from functools import partial

from textual.widgets import Button, Input, Static

from kmassist.records.folders import SyncPlan
from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.add import ConsentScreen
from kmassist.tui.screens.document import DocumentScreen
from kmassist.tui.screens.folder_plan import FolderPlanScreen
from kmassist.tui.widgets.filter_bar import FilterChips
from kmassist.tui.widgets.find import FindBar
from kmassist.tui.widgets.proposed import Proposed
from kmassist.tui.widgets.sheet import Sheet
from tests.tui.driving import ask, ready, settle, until

WIDTH, HEIGHT = 60, 20


async def test_tables_lines_and_buttons_fit(filled_app: KmassistApp) -> None:
    app = filled_app
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await ready(pilot)
        a = app.library.opened
        a.gaps.add(title="No audit of night triage", owner_role="audit lead", due="2026-01-01")
        answer = (await ask(pilot)).latest_answer
        assert answer is not None
        a.briefs.save(a.briefs.compose(answer))
        a.decisions.new(answer.question, answer=answer)
        for key in ("f3", "f5", "f6", "f7", "f8", "f10"):
            await pilot.press(key)
            await settle(pilot)
            sheets = [sheet for sheet in app.screen.query(Sheet) if sheet.display]
            await until(pilot, partial(getattr, sheets[0], "shown"))
            assert sheets[0].max_scroll_x == 0, key
            assert sheets[0].has_focus, key
        await pilot.press("f5")
        await settle(pilot)
        assert app.screen.query_one(Proposed).has_focus
        head = str(app.screen.query_one("#gaps-head", Static).content)
        assert "! 1 overdue" in head[: WIDTH - 2]
        await pilot.press("p")
        await settle(pilot)
        register = app.screen.query_one("#register", Sheet)
        assert register.max_scroll_x == 0
        particulars = str(app.screen.query_one("#particulars", Static).content)
        assert "open · audit lead" in particulars  # the columns that were left out
        await pilot.press("f2", "ctrl+f")
        await until(pilot, lambda: app.screen.query_one(FilterChips).has_focus)
        await settle(pilot)
        years = app.screen.query_one("#filter-years", Input)
        assert app.screen.find_widget(years).visible_region.height == 1
        await pilot.press("escape")
        app.push_screen(DocumentScreen(a.sources()[0].doc_id))
        await settle(pilot)
        await pilot.press("slash")
        await settle(pilot)
        bar = app.screen.query_one(FindBar)
        assert (bar.size.height, bar.query_one("#find").region.height) == (1, 1)
        await pilot.press("escape", "escape")
        plan = SyncPlan(
            "/a", new=("/a/b.md", "/a/c.md"), doubt="Most is away.", aside={"d": "2026"}
        )
        for card in (FolderPlanScreen(plan), ConsentScreen({"/a/b.md": ("1 x nhs number",)})):
            app.push_screen(card)
            await settle(pilot)
            for button in card.query(Button):
                seen = card.find_widget(button).visible_region
                assert seen.size == button.outer_size, str(button.label)
            await pilot.press("escape")
            await settle(pilot)
        assert not app.faults
