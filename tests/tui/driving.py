"""Driving the interface in tests: waiting for what happens, never for a time."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, cast

from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import WorkerCancelled

from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.ask import AskScreen
from kmassist.tui.widgets.question_input import QuestionInput

TODAY = dt.date(2026, 11, 23)
QUESTION = "How should we triage women who attend unscheduled?"
DEADLINE_SECONDS = 120


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Let the application run until the condition holds."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            faults = cast("KmassistApp", pilot.app).faults
            raise AssertionError(f"did not happen within {DEADLINE_SECONDS} s; errors: {faults!r}")
        await asyncio.sleep(0.02)
    await pilot.pause()


async def ready(pilot: Pilot[Any]) -> KmassistApp:
    """The application with its library open and the model loaded."""
    app = cast("KmassistApp", pilot.app)
    await until(pilot, lambda: app.library.is_warm)
    await settle(pilot)
    return app


async def settle(pilot: Pilot[Any]) -> None:
    """Until no worker runs and every message is taken."""
    for _ in range(3):
        await asyncio.sleep(0.01)
        if running := [
            w for w in pilot.app.workers if w.name != "_loader"
        ]:  # a directory tree's loader never ends
            with suppress(WorkerCancelled):  # a newer one took its place, and is waited for next
                await pilot.app.workers.wait_for_complete(running)
    await pilot.pause()


async def ask(pilot: Pilot[Any], question: str = QUESTION) -> AskScreen:
    """Put a question into the field, press Enter and wait for its answer."""
    screen = cast("AskScreen", pilot.app.screen)
    before = len(screen.turns)
    field = screen.query_one(QuestionInput)
    field.focus()
    field.value = question
    await pilot.press("enter")
    await until(pilot, lambda: len(screen.turns) > before and screen.turns[-1].is_over)
    await settle(pilot)
    return screen


async def write(pilot: Pilot[Any], text: str) -> None:
    """Type text as key strokes."""
    named = {
        " ": "space",
        "?": "question_mark",
        "/": "slash",
        ".": "full_stop",
        "-": "minus",
        "_": "underscore",
        "'": "apostrophe",
    }
    await pilot.press(*[named.get(character, character) for character in text])


def shown(root: Widget | Any) -> str:
    """All text of the visible Static widgets below, in order."""
    return "\n".join(str(widget.content) for widget in root.query(Static) if widget.display)


async def hold(app: KmassistApp) -> threading.Event:
    """From now on every question stops after its first event until the returned gate is set."""
    gate = threading.Event()
    assistant = await app.library.ready()
    asking = assistant.ask

    def held(*args: Any, **options: Any) -> Iterator[Any]:
        events = asking(*args, **options)
        try:
            yield next(events)
            gate.wait(DEADLINE_SECONDS)
            yield from events
        finally:
            events.close()

    assistant.ask = held  # type: ignore[method-assign, assignment]
    return gate
