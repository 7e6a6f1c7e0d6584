"""The same interface in a browser: `kmassist serve`, looked at with a headless Chromium over its debugging protocol."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kmassist.settings.model import Settings
from tests.chromium import CHROMIUM, opened_tab
from tests.tui.serving import serving

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.loopback,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def served(filled_library: Settings, tmp_path: Path) -> Iterator[str]:
    """The address, with its token."""
    with serving(filled_library, tmp_path) as (_, address):
        yield address


class Received:
    """Every byte that the application sent to the terminal in the page."""

    def __init__(self) -> None:
        self.bytes = ""
        self.asked: list[str] = []
        self.refused: list[str] = []

    def take(self, message: dict[str, Any]) -> None:
        if message.get("method") in ("Network.requestWillBeSent", "Network.webSocketCreated"):
            sent = message["params"]
            self.asked.append(sent["request"]["url"] if "request" in sent else sent["url"])
        if message.get("method") == "Log.entryAdded":
            self.refused.append(message["params"]["entry"]["text"])
        if message.get("method") == "Network.webSocketFrameReceived":
            frame = message["params"]["response"]
            data = frame["payloadData"]
            self.bytes += (
                base64.b64decode(data).decode("utf-8", "replace") if frame["opcode"] == 2 else data
            )

    @property
    def plain(self) -> str:
        return " ".join(ESCAPE.sub(" ", self.bytes).split())


async def test_a_question_in_a_browser(served: str, tmp_path: Path) -> None:
    seen = Received()
    async with opened_tab(tmp_path / "profile", height=800, on_event=seen.take) as tab:

        async def until(*texts: str) -> None:
            await tab.until(
                lambda: all(text in seen.plain for text in texts), lambda: seen.plain[-3000:]
            )

        await tab.call("Network.enable")
        await tab.call("Log.enable")
        await tab.call("Page.bringToFront")
        await tab.call("Page.navigate", url=served)
        await until("What would you like to know?", "7 documents")
        await tab.click(300, 300)
        await until("Enter Ask")
        await tab.call(
            "Input.insertText", text="How should we triage women who attend unscheduled?"
        )
        await tab.press("Enter", 13)
        await until("Partly answered from this corpus")
        shot = await tab.call("Page.captureScreenshot", format="png")
        picture = base64.b64decode(shot["data"])
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 10_000  # not a blank page
        (tmp_path / "browser.png").write_bytes(picture)
        # Every request of the page, by whatever means: to this server alone, and the token is not left in the address.
        here = urlsplit(served).netloc
        foreign = [
            url
            for url in seen.asked
            if not url.startswith("data:") and urlsplit(url).netloc != here
        ]
        assert foreign == []
        assert {urlsplit(url).path for url in seen.asked} >= {"/", "/ws", "/static/RobotoMono.ttf"}
        assert await tab.value("location.href") == f"http://{here}/"
        assert await tab.value("document.cookie") == ""
        assert await tab.value("document.fonts.check('16px \"Roboto Mono\"')") is True
        assert not [text for text in seen.refused if "Content Security Policy" in text]
        assert (
            await tab.value("fetch('http://192.0.2.1/').then(() => 'sent', () => 'refused')")
            == "refused"
        )
