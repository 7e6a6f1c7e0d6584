"""Themes, motion and contrast: what a person chose is kept, and every word can be read."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color
from textual.widgets import DataTable

from kmassist.settings.file import read_values
from kmassist.settings.model import Settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.preferences import (
    Display,
    Preferences,
    load_preferences,
    read_display,
    save_preferences,
)
from kmassist.tui.theme import THEMES, StyleSheet
from kmassist.tui.web import held
from tests.tui.conftest import open_on
from tests.tui.driving import TODAY, ready, until


async def test_the_theme_and_reduced_motion_are_remembered(filled_library: Settings) -> None:
    app = KmassistApp(lambda: open_on(filled_library), today=TODAY)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert app.theme == "kmassist-dark"
        await pilot.press("f12", "f12")
        app.action_toggle_motion()
        assert app.theme == "kmassist-contrast"
    again = KmassistApp(lambda: open_on(filled_library))
    assert again.theme == "kmassist-contrast"
    assert again.animation_level == "none"


def test_the_style_sheet_is_read_again_for_other_colours_alone() -> None:
    sheet = StyleSheet(variables={"ink": "red"})
    sheet.add_source("Static { color: $ink; }", read_from=("", "test"))
    assert "#FF0000" in sheet.css
    first = sheet.rules
    sheet.set_variables({"ink": "red"})
    sheet.reparse()
    assert sheet.rules is first
    sheet.set_variables({"ink": "blue"})
    sheet.reparse()
    assert "#0000FF" in sheet.css


async def test_what_the_settings_say_about_looks_is_read_before_they_are_checked(
    filled_library: Settings,
) -> None:
    said = {
        "KMASSIST_DISPLAY__THEME": "light",
        "KMASSIST_DISPLAY__REDUCED_MOTION": "yes",
        "KMASSIST_ANSWER__NEAREST": "zzz",
    }
    display = read_display(*read_values({"display"}, environment=said))
    assert display == Display("light", is_said_now=True, reduced_motion=True)
    app = KmassistApp(lambda: open_on(filled_library), display, today=TODAY)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert app.theme == "kmassist-light"
        assert app.animation_level == "none"
        assert (
            app.screen.styles.background.hex.lower() == "#fbfaf7"
        )  # painted in it, not only named
    assert read_display({"display": "nonsense"}, {}) == Display()


def test_the_terminal_keeps_keys_typed_while_it_starts_and_is_itself_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    termios = pytest.importorskip("termios")
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        before = termios.tcgetattr(slave)
        with suppress(KeyboardInterrupt), held():
            inside = termios.tcgetattr(slave)
            os.write(master, b"tri")
            raise KeyboardInterrupt
        assert termios.tcgetattr(slave) == before
    assert not inside[3] & (termios.ECHO | termios.ICANON)
    assert inside[3] & termios.ISIG  # Ctrl+C still ends it
    os.close(master)
    monkeypatch.setattr(sys, "stdin", None)
    with held():
        pass


def test_a_damaged_memory_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMASSIST_CONFIG", str(tmp_path / "kmassist.toml"))
    save_preferences(Preferences(theme="kmassist-light"))
    assert load_preferences().theme == "kmassist-light"
    (tmp_path / "interface.json").write_text("{", encoding="utf-8")
    assert load_preferences() == Preferences()


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [c / 255 for c in Color.parse(colour).rgb]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_colour_of_words_stands_out(theme: Any) -> None:
    """WCAG AA, 4.5 to 1, on every ground that words stand on; 7 to 1 in the high-contrast theme."""
    least = 7.0 if "contrast" in theme.name else 4.5
    inks = [
        theme.foreground,
        *(theme.variables[f"km-{name}"] for name in ("quiet", "link", "good", "check", "bad")),
    ]
    for ground in (theme.background, theme.panel, theme.variables["km-cursor"]):
        for ink in inks:
            assert contrast(ink, ground) >= least, (theme.name, ink, ground)
    assert contrast(theme.variables["km-on-marked"], theme.variables["km-marked"]) >= 7
    assert contrast(theme.variables["km-cursor"], theme.background) >= 1.35


async def test_the_row_at_the_cursor_is_told_by_more_than_its_ground(
    filled_app: KmassistApp,
) -> None:
    async with filled_app.run_test(size=(60, 20)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: filled_app.screen.query_one(DataTable).row_count)
        cursor = filled_app.screen.query_one(DataTable).get_component_styles("datatable--cursor")
        assert cursor.text_style.bold
