"""Pictures of the screens at both ends of the sizes, in each theme. `pytest tests/tui/test_pictures.py --snapshot-update` renews them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from kmassist.settings.model import Settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.theme import THEMES
from tests.tui.conftest import open_on
from tests.tui.driving import TODAY, ask, ready, settle

SIZES = [(80, 24), (160, 48)]
Compare = Callable[..., bool]


def picture(
    settings: Settings,
    theme: str,
    compare: Compare,
    size: tuple[int, int],
    act: Callable[[Pilot[Any]], Awaitable[None]],
) -> bool:
    app = KmassistApp(lambda: open_on(settings), today=TODAY)
    app.theme = theme

    async def run(pilot: Pilot[Any]) -> None:
        await ready(pilot)
        await act(pilot)
        await settle(pilot)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        assert not app.faults
        await pilot.pause()

    return compare(app, terminal_size=size, run_before=run)


async def _answer(pilot: Pilot[Any]) -> None:
    await ask(pilot)


async def _strip(pilot: Pilot[Any]) -> None:
    await ask(pilot)
    await pilot.press("f9")


async def _gap_card(pilot: Pilot[Any]) -> None:
    await _strip(pilot)
    await pilot.press(*["down"] * 6, "enter")


async def _passage(pilot: Pilot[Any]) -> None:
    await ask(pilot)
    await pilot.press("tab", "enter")


async def _reading(pilot: Pilot[Any]) -> None:
    await ask(pilot, "What do women say about PROM?")
    await pilot.press("ctrl+o")


async def _help(pilot: Pilot[Any]) -> None:
    await pilot.press("f1")


async def _corpus(pilot: Pilot[Any]) -> None:
    await pilot.press("f3")


async def _edit(pilot: Pilot[Any]) -> None:
    await pilot.press("f3")
    await settle(pilot)
    await pilot.press("e")


async def _map(pilot: Pilot[Any]) -> None:
    await pilot.press("f4")


async def _gaps(pilot: Pilot[Any]) -> None:
    assistant = await pilot.app.library.ready()  # type: ignore[attr-defined]
    assistant.gaps.add(
        title="Cost of a second triage midwife",
        source_type="ECO",
        owner_role="finance lead",
        due="2026-10-01",
    )
    assistant.gaps.add(
        title="What fathers say about waiting", source_type="PPI", stage="in progress"
    )
    await pilot.press("f5")


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x48"])
@pytest.mark.parametrize("act", [_answer, _corpus, _map], ids=["answer", "corpus", "map"])
def test_place(
    filled_library: Settings,
    snap_compare: Compare,
    theme: str,
    size: tuple[int, int],
    act: Callable[[Pilot[Any]], Awaitable[None]],
) -> None:
    assert picture(filled_library, theme, snap_compare, size, act)


@pytest.mark.parametrize(
    "act",
    [_strip, _gap_card, _passage, _reading, _help, _edit, _gaps],
    ids=lambda act: act.__name__.strip("_"),
)
def test_card(
    filled_library: Settings, snap_compare: Compare, act: Callable[[Pilot[Any]], Awaitable[None]]
) -> None:
    assert picture(filled_library, "kmassist-dark", snap_compare, (80, 24), act)
