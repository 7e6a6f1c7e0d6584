"""Hostile text, errors, keys and themes: nothing from a document acts, nothing fails in silence, no key is dead."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Static

from kmassist.errors import ConfigError, IndexLocked
from kmassist.settings.model import Settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.faults import explain
from kmassist.tui.hosts import is_local, is_own_page
from kmassist.tui.originals import safe_name
from kmassist.tui.places import PLACES
from kmassist.tui.preferences import (
    state_folder,
)
from kmassist.tui.safe import cell, one_line, safe, words
from kmassist.tui.screens.help import HelpScreen
from kmassist.tui.web import serve
from tests.tui.conftest import open_on
from tests.tui.driving import QUESTION, TODAY, ask, ready, settle, shown, until

PACKAGE = Path(__file__).parents[2] / "kmassist" / "tui"
ESCAPES = (
    "\x1b]52;c;aGVsbG8=\x07 \x1b[2J \x9b31m \u202eabc\u202c \u200b \x00 \x1b]8;;http://x\x1b\\"
)
MARKUP = "[@click=app.quit]Press[/] [/] [bold]x [red"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@given(st.text())
def test_safe_leaves_nothing_to_obey(text: str) -> None:
    assert not OBEYED.search(safe(text).replace("\n", ""))
    assert "\n" not in one_line(text)
    assert words(text, (text, "$km-quiet")).plain == safe(text) + safe(text)
    assert not cell(text).spans


def test_safe_keeps_words_and_ends() -> None:
    assert safe(" a\tb \n") == " a b \n"
    assert safe("\n") == "\n"
    assert words(MARKUP).plain == MARKUP
    assert one_line("one two three", 9) == "one two…"
    assert one_line("x" * 20, 9) == "x" * 8 + "…"


async def test_hostile_documents_are_only_words(
    tmp_path: Path, own_settings: Callable[[str], Settings]
) -> None:
    settings = own_settings("hostile")
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "a [@click=app.quit]b[bold] .md").write_text(
        f"---\ntitle: '{MARKUP}'\nevidence_date: 2024\nissuer: '{MARKUP}'\n---\n# {MARKUP}\n\n"
        f"Triage of women who attend unscheduled {MARKUP} reduces waits. {ESCAPES}\n",
        encoding="utf-8",
    )
    with open_on(settings) as assistant:
        list(assistant.add([folder]))
        assert assistant.status().documents == 1
    app = KmassistApp(lambda: open_on(settings), today=TODAY)
    async with app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await ask(pilot)
        for keys in (["tab", "enter"], ["d"], ["escape"], ["escape"], ["f9", "enter"], ["escape"], ["f3"], ["enter"], ["escape"], ["e"],
                     ["escape"], ["delete"], ["escape"], ["f4"], ["enter"], ["escape"], ["f5"], ["p"], ["escape"], ["f7"], ["f1"]):  # fmt: skip
            await pilot.press(*keys)
            await settle(pilot)
            assert app.is_running
            for widget in app.screen.query(Static):
                if isinstance(widget.content, Content):
                    assert not OBEYED.search(widget.content.plain.replace("\n", ""))
                    assert not any("@click" in str(span.style) for span in widget.content.spans)
        assert not app.faults


def test_no_module_reads_markup() -> None:
    """Every Static says that its text is not markup, every notification too, and nothing parses markup."""
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            assert name not in ("from_markup", "from_text"), path
            if name in ("Static", "notify"):
                given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert given.get("markup") == "False", f"{path.name}:{node.lineno}"


# -- errors -----------------------------------------------------------------------------------------------------------


async def test_a_library_that_cannot_be_opened_says_why_once(
    own_settings: Callable[[str], Settings],
) -> None:
    own_settings("locked")

    def fails() -> Any:
        raise IndexLocked("Another process is writing to the library.", "Close it and try again.")

    app = KmassistApp(fails, today=TODAY)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.faults)
        for place in PLACES:
            await pilot.press(place.key)
            await settle(pilot)
        assert len(app.faults) == 1
        assert "Another process is writing" in app.loading
        await pilot.press("f2")
        screen = app.screen
        screen.ask("triage?")  # type: ignore[attr-defined]
        await until(pilot, lambda: screen.turns and screen.turns[0].is_over)  # type: ignore[attr-defined]
        assert "No answer: Another process is writing to the library." in shown(screen.turns[0])  # type: ignore[attr-defined]
        await pilot.pause()
        assert not (state_folder() / "interface-errors.log").exists()


async def test_leaving_does_not_wait_for_the_library_to_open(filled_library: Settings) -> None:
    gate = threading.Event()

    def slow() -> Any:
        gate.wait(600)
        raise IndexLocked("Nobody is there any more.", "")

    app = KmassistApp(slow, today=TODAY)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.loading == "Opening the library…")
        assert app.is_opening
    assert app.is_opening  # the thread is still there, and nobody waited
    gate.set()
    ready_app = KmassistApp(lambda: open_on(filled_library), today=TODAY)
    async with ready_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert not ready_app.is_opening


async def test_an_unknown_error_is_logged_and_the_file_named(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30), notifications=True) as pilot:
        await ready(pilot)
        assistant = await filled_app.library.ready()

        def broken(*_: Any, **__: Any) -> Any:
            secret = "a woman's words"
            raise ZeroDivisionError(secret)

        assistant.ask = broken  # type: ignore[method-assign]
        screen = await ask(pilot)
        assert "Something went wrong inside kmassist." in shown(screen.turns[0])
        log = state_folder() / "interface-errors.log"
        written = log.read_text(encoding="utf-8")
        assert "ZeroDivisionError" in written
        assert "woman" not in written
        assert log.stat().st_mode & 0o077 == 0
        assert any(str(log) in notification.message for notification in filled_app._notifications)
        assert not any(notification.markup for notification in filled_app._notifications)


def test_known_errors_say_what_to_do() -> None:
    fault = explain(ConfigError("The setting [/] is wrong.", "Correct it.\x1b[2J"))
    assert (fault.title, fault.message) == ("The setting [/] is wrong.", "Correct it.[2J")


# -- keys -------------------------------------------------------------------------------------------------------------


def offered(app: KmassistApp) -> list[str]:
    """Keys the footer shows now."""
    return [
        active.binding.key
        for active in app.screen.active_bindings.values()
        if active.enabled and active.binding.show
    ]


@pytest.mark.parametrize("place", [place.mode for place in PLACES])
async def test_every_key_of_the_footer_does_something(filled_app: KmassistApp, place: str) -> None:
    """Press each offered key on a fresh visit: the screen, its focus or its content changes, and nothing fails."""
    key = next(p.key for p in PLACES if p.mode == place)
    async with filled_app.run_test(size=(120, 40), notifications=True) as pilot:
        await ready(pilot)
        await ask(pilot)
        await home(pilot, key)
        keys = [k for k in offered(filled_app) if k not in ("ctrl+q", "ctrl+p")]
        assert "f1" in keys
        for pressed in keys:
            await home(pilot, key)
            if pressed not in offered(filled_app):
                continue  # an earlier key, such as New, took away what this one worked on
            before = state(filled_app)
            if pressed == "enter" and place == "ask":
                filled_app.screen.query_one("#question").value = QUESTION  # type: ignore[attr-defined]
            await pilot.press(pressed)
            await settle(pilot)
            assert state(filled_app) != before, f"{pressed} on {place} does nothing"
        assert not filled_app.faults


async def home(pilot: Pilot[Any], key: str) -> None:
    """Back to a place without anything on top of it."""
    await pilot.press(key)
    await settle(pilot)
    while len(pilot.app.screen_stack) > 1:
        await pilot.app.pop_screen()
    focusable = pilot.app.screen.focus_chain
    if focusable and pilot.app.screen.focused is None:
        focusable[0].focus()
    await settle(pilot)


def state(app: KmassistApp) -> tuple[Any, ...]:
    """What a person could notice."""
    screen = app.screen
    picture = app.export_screenshot()
    return (
        type(screen),
        screen.focused,
        len(app._notifications),
        re.sub(r"terminal-\d+", "", picture),
    )


async def test_help_lists_the_keys_that_work_here(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        for place in PLACES:
            await pilot.press(place.key)
            await settle(pilot)
            await pilot.press("f1")
            await pilot.pause()
            assert isinstance(filled_app.screen, HelpScreen)
            text = shown(filled_app.screen)
            assert "Keys that work here now" in text
            assert "not for decisions about one patient" in text
            await pilot.press("escape")


async def test_the_palette_holds_every_action(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await ask(pilot)
        names = [command.title for command in filled_app.get_system_commands(filled_app.screen)]
        assert {
            "Coverage",
            "Reading",
            "Copy all",
            "New",
            "Go to Corpus",
            "Theme: high contrast",
            "Reduced motion",
            "Help",
            "Quit",
        } <= set(names)
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"go to map", "enter")
        await settle(pilot)
        await until(pilot, lambda: filled_app.current_mode == "map")


# -- files and the browser --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("report 2026.pdf", "report-2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("CON.txt", "file-CON.txt"),
        ("a\x00b\u202egpj.exe", "a-b-gpj.exe"),
        ("", "document"),
        (".hidden", "document.hidden"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
    ],
)
def test_names_of_copies_are_harmless(name: str, kept: str) -> None:
    assert safe_name(name) == kept


@pytest.mark.parametrize(
    ("origin", "asked", "served", "is_own"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "127.0.0.1", True),
        ("http://localhost:8000", "localhost:8000", "127.0.0.1", True),
        ("http://evil.example", "127.0.0.1:8000", "127.0.0.1", False),
        ("http://evil.example:8000", "evil.example:8000", "127.0.0.1", False),
        ("", "127.0.0.1:8000", "127.0.0.1", False),
        ("http://ward-pc:8000", "ward-pc:8000", "0.0.0.0", True),
    ],
)
def test_only_the_served_page_may_connect(
    origin: str, asked: str, served: str, is_own: bool
) -> None:
    assert is_own_page(origin, asked, served) is is_own


def test_another_address_warns_that_there_is_no_log_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("textual_serve")
    monkeypatch.setattr("aiohttp.web.run_app", lambda *_, **__: None)
    serve(["kmassist"], host="127.0.0.1", port=8765)
    assert "no log-in" not in capsys.readouterr().err.lower()
    serve(["kmassist"], host="0.0.0.0", port=8765)
    assert "there is no log-in" in capsys.readouterr().err.lower()
    assert is_local("::1")
    assert not is_local("ward-pc")
    with pytest.raises(ConfigError, match="not a port"):
        serve(["kmassist"], port=0)
