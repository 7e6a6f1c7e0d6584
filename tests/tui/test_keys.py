"""The line of keys: whole words, the most important first, at every width; a click presses a key."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rich.cells import cell_len

from kmassist.documents.source_types import spelt_out
from kmassist.tui.app import KmassistApp
from kmassist.tui.places import PLACES
from kmassist.tui.screens.corpus import CorpusScreen
from kmassist.tui.screens.help import HelpScreen
from kmassist.tui.screens.passage import PassageScreen
from kmassist.tui.widgets.key_line import Hint, KeyLine, place
from kmassist.tui.widgets.navigation import Navigation
from tests.tui.driving import ask, ready, settle, until

HINTS = [
    Hint(key, key, word)
    for key, word in [
        ("enter", "In context"),
        ("c", "Copy"),
        ("escape", "Back"),
        ("n", "New"),
        ("f1", "Help"),
    ]
]


@pytest.mark.parametrize("width", range(16, 60))
def test_what_does_not_fit_is_left_out_whole_and_the_ways_out_stay(width: int) -> None:
    placed = place(HINTS, width)
    assert all(one.start + one.width < other.start for one, other in pairwise(placed))
    keys = [hint.key for hint in placed]
    assert keys == [hint.key for hint in HINTS if hint.key in keys]  # in order
    assert keys[-1] == "f1"
    if width >= 24:
        assert placed[-1].start + placed[-1].width <= width
        assert "escape" in keys
    assert placed[-1].label == ("Help" if len(placed) == len(HINTS) else "More")


async def test_while_reading_at_80_columns_the_line_is_whole_and_begins_with_what_enter_does(
    filled_app: KmassistApp,
) -> None:
    async with filled_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("tab")
        await settle(pilot)
        line = filled_app.screen.query_one(KeyLine)
        assert line.shown[0] == "enter"
        assert {"escape", "f9", "f1"} <= set(line.shown)
        said = line.render().plain
        assert cell_len(said) <= 78
        assert said.startswith("Enter Context")
        await pilot.resize_terminal(200, 60)
        await settle(pilot)
        assert {"ctrl+o", "ctrl+y", "ctrl+r"} <= set(line.shown)
        assert line.render().plain.endswith("F1 Help")


def test_codes_of_source_types_are_spelt_out() -> None:
    assert (
        spelt_out("thin: PUB; absent: GDL, PPI.")
        == "thin: published research; absent: guideline, patient and public involvement."
    )
    assert spelt_out("PUBLIC") == "PUBLIC"


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_every_place_and_card_ends_with_the_help_key(
    filled_app: KmassistApp, size: tuple[int, int]
) -> None:
    async with filled_app.run_test(size=size) as pilot:
        await ready(pilot)
        await ask(pilot)
        for key in [place.key for place in PLACES]:
            await pilot.press(key)
            await settle(pilot)
            line = filled_app.screen.query_one(KeyLine)
            assert line.shown[-1] == "f1", key
            assert cell_len(line.render().plain) <= size[0] - 2
        await pilot.press("f2", "tab", "enter")
        await until(pilot, lambda: isinstance(filled_app.screen, PassageScreen))
        await settle(pilot)
        assert filled_app.screen.query_one(KeyLine).shown[-1] == "f1"
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(filled_app.screen, HelpScreen)


async def test_the_mouse_presses_keys_and_goes_to_places(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30), tooltips=True) as pilot:
        await ready(pilot)
        line = filled_app.screen.query_one(KeyLine)
        help_key = line._placed[-1]
        await pilot.hover(line, offset=(help_key.start + 1, 0))
        assert line.tooltip is not None
        await pilot.click(line, offset=(help_key.start + 1, 0))
        await until(pilot, lambda: isinstance(filled_app.screen, HelpScreen))
        await pilot.press("escape")
        await settle(pilot)
        top = filled_app.screen.query_one(Navigation)
        column = next(x for x in range(100) if top.mode_at(x) == "corpus")
        await pilot.click(top, offset=(column, 0))
        await until(pilot, lambda: isinstance(filled_app.screen, CorpusScreen))
        assert top.mode_at(99) is None


async def test_letters_typed_into_the_filter_are_letters(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await settle(pilot)
        await pilot.press("slash")
        await settle(pilot)
        screen = filled_app.screen
        assert screen.query_one(KeyLine).shown == ["enter", "escape", "ctrl+p", "f1"]
        await pilot.press("a", "u", "d", "i", "t")
        await pilot.press("enter")
        await settle(pilot)
        assert screen.query_one("#documents").has_focus
        assert "a" in screen.query_one(KeyLine).shown
