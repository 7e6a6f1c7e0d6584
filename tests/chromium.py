"""A headless Chromium, driven over its debugging protocol: one tab for the tests that look at pages."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

aiohttp = pytest.importorskip("aiohttp", reason="textual-serve and aiohttp are not installed")
CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
DEADLINE_SECONDS = 120
T = TypeVar("T")


class Tab:
    """One tab. ``on_event`` is told what the browser reports besides its answers."""

    def __init__(self, connection: Any, on_event: Callable[[dict[str, Any]], None]) -> None:
        self._connection = connection
        self._on_event = on_event
        self._number = 0
        self._answers: dict[int, Any] = {}

    async def call(self, method: str, **parameters: Any) -> Any:
        """The result of one method of the protocol."""
        self._number += 1
        number = self._number
        await self._connection.send_json({"id": number, "method": method, "params": parameters})
        answer = await self.until(lambda: self._answers.pop(number, None))
        assert "error" not in answer, answer
        return answer["result"]

    async def until(
        self, condition: Callable[[], T | None], says: Callable[[], str] = lambda: ""
    ) -> T:
        """What the condition gives once it is true; ``says`` is told when it does not become so in time."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (found := condition()):
            assert time.monotonic() < deadline, says()
            try:
                message = json.loads((await self._connection.receive(timeout=0.2)).data)
            except TimeoutError:
                continue
            if "id" in message:
                self._answers[message["id"]] = message
            else:
                self._on_event(message)
        return found

    async def value(self, script: str) -> Any:
        """What a script gives, waited for."""
        done = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def show(self, path: Path) -> None:
        """A file, loaded to its end."""
        await self.call("Page.navigate", url=path.as_uri())
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (
            await self.value("document.readyState + ' ' + location.href")
            != f"complete {path.as_uri()}"
        ):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)

    async def press(self, key: str, code: int) -> None:
        """A key, down and up."""
        for kind in ("keyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code
            )

    async def click(self, x: int, y: int) -> None:
        """The left button, down and up."""
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )


@asynccontextmanager
async def opened_tab(
    profile: Path,
    *,
    height: int = 900,
    on_event: Callable[[dict[str, Any]], None] = lambda message: None,
) -> AsyncIterator[Tab]:
    """A headless Chromium with one empty tab, 1200 pixels wide."""
    assert CHROMIUM is not None
    process = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--remote-allow-origins=*",
         f"--user-data-dir={profile}", f"--window-size=1200,{height}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env={**os.environ, "HOME": str(profile)},
    )  # fmt: skip
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                await _first_tab(session, profile / "DevToolsActivePort"), max_msg_size=0
            ) as connection,
        ):
            tab = Tab(connection, on_event)
            await tab.call("Page.enable")
            yield tab
    finally:
        process.terminate()
        process.wait(60)


async def _first_tab(session: Any, listens: Path) -> str:
    """The address of the first tab; Chromium writes into that file which port it took."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        try:
            port = int(listens.read_text().split()[0])
            async with session.get(f"http://127.0.0.1:{port}/json/list") as response:
                if tabs := [tab for tab in await response.json() if tab["type"] == "page"]:
                    return str(tabs[0]["webSocketDebuggerUrl"])
        except (aiohttp.ClientError, OSError, IndexError, ValueError):
            pass
        await asyncio.sleep(0.2)
    raise AssertionError("Chromium did not open its debugging port")
