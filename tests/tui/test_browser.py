"""The same interface in a browser: `kmassist serve`, looked at with a headless Chromium over its debugging protocol."""

from __future__ import annotations

import base64
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kmassist.config import Settings
from tests.chromium import CHROMIUM, DEADLINE_SECONDS, aiohttp, free_port, opened_tab

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.loopback,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
ROOT = Path(__file__).parents[2]
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


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


class Received:
    """Every byte that the application sent to the terminal in the page."""

    def __init__(self) -> None:
        self.bytes = ""

    def take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Network.webSocketFrameReceived":
            frame = message["params"]["response"]
            data = frame["payloadData"]
            self.bytes += base64.b64decode(data).decode("utf-8", "replace") if frame["opcode"] == 2 else data

    @property
    def plain(self) -> str:
        return " ".join(ESCAPE.sub(" ", self.bytes).split())


async def test_a_question_in_a_browser(served: int, tmp_path: Path) -> None:
    seen = Received()
    async with opened_tab(tmp_path / "profile", height=800, on_event=seen.take) as tab:

        async def until(*texts: str) -> None:
            await tab.until(lambda: all(text in seen.plain for text in texts), lambda: seen.plain[-3000:])

        await tab.call("Network.enable")
        await tab.call("Page.bringToFront")
        await tab.call("Page.navigate", url=f"http://127.0.0.1:{served}/")
        await until("What would you like to know?", "7 documents")
        await tab.click(300, 300)
        await until("Enter Ask")
        await tab.call("Input.insertText", text="How should we triage women who attend unscheduled?")
        await tab.press("Enter", 13)
        await until("Partly answered from this corpus")
        shot = await tab.call("Page.captureScreenshot", format="png")
        picture = base64.b64decode(shot["data"])
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 10_000  # not a blank page
        (tmp_path / "browser.png").write_bytes(picture)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):  # another site cannot drive the library
            await session.ws_connect(f"ws://127.0.0.1:{served}/ws", headers={"Origin": "http://evil.example"})
