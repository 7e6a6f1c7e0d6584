"""Checking a draft in the interface: paste or name a file, read sentence by sentence, open the evidence, write a copy."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, OptionList, TextArea

from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.check import CheckScreen, DraftScreen
from kmassist.tui.screens.confirm import PromptScreen
from kmassist.tui.screens.passage import PassageScreen
from kmassist.tui.widgets.key_line import KeyLine
from tests.tui.driving import ready, settle, shown, until

DRAFT = (
    "Standard triage lowered the share of women who attend unscheduled and are seen within 15 minutes from 40% to 62%.\n"
    "Women were asked about parking (Hartwell et al. 2019).\n"
    "We recommend that the bundle is introduced at both sites.\n"
)


async def test_a_pasted_draft_is_read_sentence_by_sentence(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(60, 20)) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(filled_app.screen, DraftScreen))
        filled_app.screen.query_one(TextArea).text = DRAFT
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: (
                isinstance(filled_app.screen, CheckScreen)
                and filled_app.screen.query_one(OptionList).option_count == 2
            ),
        )
        await settle(pilot)
        told = shown(filled_app.screen)
        assert "1 differs" in told
        assert "differs in direction" in told
        assert "“lowered”" in told
        assert "Evidence sentence" in told
        assert {"a", "x", "enter"} <= set(filled_app.screen.query_one(KeyLine).shown)
        await pilot.press("a")
        assert filled_app.screen.query_one(OptionList).option_count == 3
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(filled_app.screen, PassageScreen))
        await settle(pilot)
        assert "raised the share of women" in " ".join(shown(filled_app.screen).split())
        await pilot.press("escape")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(filled_app.screen, PromptScreen))
        copy = tmp_path / "checked.html"
        filled_app.screen.query_one("#field", Input).value = str(copy)
        await pilot.press("enter")
        await until(pilot, copy.exists)
        await settle(pilot)
        assert "<mark" in copy.read_text("utf-8")
        assert not filled_app.faults


async def test_a_file_is_read_and_a_missing_one_told(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    path = tmp_path / "paper.md"
    path.write_text(DRAFT, "utf-8")
    async with filled_app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        for name in (str(tmp_path / "none.md"), str(path)):
            await pilot.press("ctrl+l")
            await until(pilot, lambda: isinstance(filled_app.screen, DraftScreen))
            field = filled_app.screen.query_one("#draft-file", Input)
            field.focus()
            field.value = name
            await pilot.press("enter")
            await settle(pilot)
            if name.endswith("none.md"):
                await until(pilot, lambda: bool(filled_app.faults))
                filled_app.faults.clear()
        await until(pilot, lambda: isinstance(filled_app.screen, CheckScreen))
        await settle(pilot)
        assert "paper.md: 3 sentences" in shown(filled_app.screen)
