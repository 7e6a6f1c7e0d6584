"""The same interface in a browser: `kmassist serve`, looked at with a headless Chromium over its debugging protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kmassist.config import Settings

aiohttp = pytest.importorskip("aiohttp", reason="textual-serve and aiohttp are not installed")
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
pytestmark = [
    pytest.mark.terminal,
    pytest.mark.loopback,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 60
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(filled_library: Settings, tmp_path: Path) -> Iterator[int]:
    port = free_port()
    environment = {
        **os.environ,
        "KMASSIST_CONFIG": str(tmp_path / "state" / "kmassist.toml"),
        "KMASSIST_EMBEDDING__MODEL": "hashing",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "kmassist", "--library", str(filled_library.library), "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


class Page:
    """One tab, driven over the debugging protocol; keeps every byte that the application sent to the terminal."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._number = 0
        self._answers: dict[int, Any] = {}
        self.received = ""

    async def call(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        number = self._number
        await self._connection.send_json({"id": number, "method": method, "params": parameters})
        return await self.until(lambda: self._answers.pop(number, None))

    async def until(self, condition: Any) -> Any:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (found := condition()):
            assert time.monotonic() < deadline, self.plain[-3000:]
            try:
                message = await self._connection.receive(timeout=0.2)
            except TimeoutError:
                continue
            self._take(json.loads(message.data))
        return found

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
        elif message.get("method") == "Network.webSocketFrameReceived":
            frame = message["params"]["response"]
            data = frame["payloadData"]
            self.received += base64.b64decode(data).decode("utf-8", "replace") if frame["opcode"] == 2 else data

    @property
    def plain(self) -> str:
        return " ".join(ESCAPE.sub(" ", self.received).split())

    async def click(self, x: int, y: int) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)


async def test_a_question_in_a_browser(served: int, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    debugging = free_port()
    browser = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--remote-debugging-port={debugging}", "--remote-allow-origins=*",
         f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1200,800", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession() as session:
            target = await first_tab(session, debugging)
            async with session.ws_connect(target, max_msg_size=0) as connection:
                page = Page(connection)
                await page.call("Network.enable")
                await page.call("Page.enable")
                await page.call("Page.bringToFront")
                await page.call("Page.navigate", url=f"http://127.0.0.1:{served}/")
                await page.until(lambda: "What would you like to know?" in page.plain and "7 documents" in page.plain)
                await page.click(300, 300)
                await page.until(lambda: "Enter Ask" in page.plain)
                await page.call("Input.insertText", text="How should we triage women who attend unscheduled?")
                await page.press("Enter", 13)
                await page.until(lambda: "Partly answered from this corpus" in page.plain)
                shot = await page.call("Page.captureScreenshot", format="png")
                picture = base64.b64decode(shot["result"]["data"])
                assert picture.startswith(b"\x89PNG")
                assert len(picture) > 10_000  # not a blank page
                (tmp_path / "browser.png").write_bytes(picture)
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):  # another site cannot drive the library
                await session.ws_connect(f"ws://127.0.0.1:{served}/ws", headers={"Origin": "http://evil.example"})
    finally:
        browser.terminate()
        browser.wait(20)


async def first_tab(session: Any, port: int) -> str:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        try:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as response:
                tabs = [tab for tab in await response.json() if tab["type"] == "page"]
                if tabs:
                    return str(tabs[0]["webSocketDebuggerUrl"])
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.2)
    raise AssertionError("Chromium did not open its debugging port")
