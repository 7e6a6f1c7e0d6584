"""Briefs, sessions and the audit trail, driven by keys over a real library."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, Markdown, OptionList, Static, TextArea

from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.brief import BriefScreen
from kmassist.tui.screens.briefs import BriefsScreen
from kmassist.tui.screens.confirm import PromptScreen
from kmassist.tui.screens.document import DocumentScreen
from kmassist.tui.screens.narrative import NarrativeScreen
from kmassist.tui.screens.sessions import SessionsScreen
from kmassist.tui.screens.trail import TrailScreen
from kmassist.tui.widgets.sheet import Sheet
from tests.tui.conftest import DOCUMENTS
from tests.tui.driving import ask, ready, settle, shown, until

# -- briefs -----------------------------------------------------------------------------------------------------------


async def test_an_answer_becomes_a_brief_in_one_key(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("ctrl+b")
        await until(pilot, lambda: isinstance(filled_app.screen, BriefScreen))
        brief = filled_app.screen
        await until(pilot, lambda: brief.query("MarkdownH1"))
        assert "Whole passages behind page one" not in brief.query_one(Markdown).source
        await pilot.press("a")
        await until(pilot, lambda: "Provenance" in brief.query_one(Markdown).source)
        await pilot.press("w")
        await settle(pilot)
        names = [
            str(filled_app.screen.query_one("#cells", OptionList).get_option_at_index(n).prompt)
            for n in range(19)
        ]
        assert any("1 Is the problem a priority?" in name for name in names)
        filled_app.screen.query_one("#cells", OptionList).highlighted = 7
        await settle(pilot)
        assert "Probably yes" in shown(filled_app.screen)
        written = filled_app.screen.query_one(TextArea)
        written.text = "Certainly. They wait."
        await pilot.press("ctrl+s")
        await until(pilot, lambda: filled_app.faults)
        assert "none of the options" in str(filled_app.faults[0])
        cells = filled_app.screen.query_one("#cells", OptionList)
        assert str(cells.get_option_at_index(7).prompt).startswith("! ")
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(filled_app.screen, NarrativeScreen)
        assert written.text == "Certainly. They wait."
        written.text = "Yes. They wait."
        await pilot.press("escape")
        await until(pilot, lambda: filled_app.screen.query(Markdown))


async def test_a_brief_is_composed_completed_reviewed_and_exported(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("f6")
        await settle(pilot)
        screen = filled_app.screen
        assert isinstance(screen, BriefsScreen)
        assert "No briefs yet" in shown(screen)
        await pilot.press("n")
        await settle(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(filled_app.screen, BriefScreen))
        brief = filled_app.screen
        await until(pilot, lambda: brief.query("MarkdownH1"))
        assert brief.query_one(Markdown).source.count("<a id=") == 0
        await pilot.press("w")
        await settle(pilot)
        assert isinstance(filled_app.screen, NarrativeScreen)
        filled_app.screen.query_one(TextArea).text = "Waits were raised at the *March* meeting."
        await pilot.press("escape")
        await until(
            pilot,
            lambda: filled_app.screen is brief and "March" in brief.query_one(Markdown).source,
        )
        await pilot.press("r")
        await settle(pilot)
        filled_app.screen.query_one("#role", Input).value = "consultant midwife"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: filled_app.screen is brief)
        await until(
            pilot, lambda: "reviewed" in str(brief.query_one("#brief-head", Static).content)
        )
        await pilot.press("x")
        await settle(pilot)
        filled_app.screen.query_one("#field", Input).value = str(tmp_path / "brief.md")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "brief.md").is_file)
        await pilot.press("escape")
        await until(pilot, lambda: screen.query_one(Sheet).shown == 1)
        await pilot.press("delete", "y")
        await until(pilot, lambda: "No briefs yet" in shown(screen))
        assert not filled_app.faults


# -- sessions ---------------------------------------------------------------------------------------------------------


async def test_sessions_are_renamed_exported_and_deleted(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("f7")
        await until(
            pilot,
            lambda: isinstance(filled_app.screen, SessionsScreen) and filled_app.screen.at_cursor,
        )
        screen = filled_app.screen
        assert isinstance(screen, SessionsScreen)
        await pilot.press("r")
        await settle(pilot)
        filled_app.screen.query_one("#field", Input).value = "March governance"
        await pilot.press("enter")
        await until(
            pilot,
            lambda: screen.at_cursor is not None and screen.at_cursor.name == "March governance",
        )
        await pilot.press("x")
        await settle(pilot)
        filled_app.screen.query_one("#field", Input).value = str(tmp_path / "talk.md")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "talk.md").is_file)
        assert "# March governance" in (tmp_path / "talk.md").read_text(encoding="utf-8")
        await pilot.press("d", "y")
        await until(pilot, lambda: screen.at_cursor is None)
        assert "No conversations yet" in shown(screen)


async def test_the_audit_trail_is_filtered_and_written(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(120, 30)) as pilot:
        await ready(pilot)
        await pilot.press("f10")
        await ready(pilot)
        await pilot.press("t")
        await until(
            pilot,
            lambda: (
                isinstance(filled_app.screen, TrailScreen)
                and filled_app.screen.query_one(Sheet).shown
            ),
        )
        screen = filled_app.screen
        assert screen.query_one(Sheet).shown == len(DOCUMENTS)
        await pilot.press("slash", *"nothinglikeit")
        await until(pilot, lambda: not screen.query_one(Sheet).shown)
        assert f"0 of {len(DOCUMENTS)} lines" in shown(screen)
        await pilot.press("escape")
        await until(pilot, lambda: screen.query_one(Sheet).shown == len(DOCUMENTS))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(filled_app.screen, PromptScreen))
        path = tmp_path / "trail.csv"
        filled_app.screen.query_one("#field", Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, path.exists)
        await until(pilot, lambda: screen.query_one(Sheet).shown == len(DOCUMENTS) + 1)
        assert len(path.read_text().splitlines()) == len(DOCUMENTS) + 1
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(filled_app.screen, DocumentScreen))
        assert not filled_app.faults
