"""`kmassist serve` as other accounts, other pages and broken clients meet it; the real server and its real sessions."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kmassist.settings.model import Settings
from kmassist.tui.hosts import is_own_host

aiohttp = pytest.importorskip("aiohttp", reason="textual-serve and aiohttp are not installed")
pytest.importorskip("textual_serve")

from kmassist.tui.served import MOST_SESSIONS, within  # noqa: E402 - needs the optional packages
from tests.tui.serving import serving  # noqa: E402

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX"),
]


class Served:
    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self.process, self.address = process, address
        self.host = urlsplit(address).netloc
        self.token = address.partition("token=")[2]

    @property
    def cookies(self) -> dict[str, str]:
        return {f"kmassist-{urlsplit(self.address).port}": self.token}

    def connect(self, session: Any, *, query: str = "", **headers: str) -> Any:
        sent = {"Origin": f"http://{self.host}", **headers}
        return session.ws_connect(f"ws://{self.host}/ws{query}", headers=sent, max_msg_size=0)

    def sessions(self) -> list[int]:
        """Processes of the interface that this server started."""
        listed = subprocess.run(
            ["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
        return [
            int(pid)
            for pid, parent, args in rows
            if int(parent) == self.process.pid and args.rstrip().endswith("-m kmassist")
        ]


@pytest.fixture
def served(filled_library: Settings, tmp_path: Path) -> Iterator[Served]:
    with serving(filled_library, tmp_path) as (process, address):
        yield Served(process, address)


async def until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_without_the_token_nothing_is_given(served: Served) -> None:
    """Another account of this computer can connect and can forge every header, but does not know the token."""
    async with aiohttp.ClientSession() as session:
        for path in (
            "/",
            "/?token=",
            "/?token=guess",
            "/static/textual.js",
            "/static/",
            "/download/x",
            "/ws",
            "/nothing",
        ):
            async with session.get(
                f"http://{served.host}{path}", headers={"Origin": f"http://{served.host}"}
            ) as answer:
                assert answer.status == 403, path
                assert served.token not in await answer.text()
        for wrong in ({}, {"Cookie": f"{next(iter(served.cookies))}=guess"}):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await served.connect(session, **wrong)
    assert served.sessions() == []


async def test_with_it_the_page_names_nothing_from_elsewhere(served: Served) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(served.address, allow_redirects=False) as answer:
            assert answer.status == 303
            assert answer.headers["Location"] == "/"
            cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite" in cookie
        async with session.get(f"http://{served.host}/") as answer:
            page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Frame-Options"] == "DENY"
        assert re.findall(r"https?://[^\"' ]+", page) == []
        assert served.token not in page
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        loaded = re.findall(r"/static/[\w.-]+", page)
        for path in loaded:
            async with session.get(f"http://{served.host}{path}") as answer:
                assert answer.status == 200, path
                body = await answer.text()
            if path.endswith(".css"):
                assert re.findall(r"url\((?![\"']?(?:/static/|data:))", body) == [], path
        assert len(loaded) >= 3
        async with session.get(f"http://{served.host}/static/") as answer:
            assert answer.status == 404  # no list of the folder
        async with session.get(f"http://{served.host}/static/..%2f..%2fserver.py") as answer:
            assert answer.status == 404


async def test_another_page_or_name_cannot_use_the_cookie(served: Served) -> None:
    async with aiohttp.ClientSession(
        cookies=served.cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)
    ) as session:
        session.cookie_jar.update_cookies(
            served.cookies, aiohttp.client.URL(f"http://{served.host}/")
        )
        for origin in ("http://evil.example", "null", "", f"http://{served.host}.evil.example"):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await served.connect(session, Origin=origin)
        async with session.get(
            f"http://{served.host}/", headers={"Host": "evil.example"}
        ) as answer:
            assert answer.status == 403  # DNS rebinding


async def test_a_session_is_of_bounded_size_and_ends_with_its_socket(served: Served) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        session.cookie_jar.update_cookies(
            served.cookies, aiohttp.client.URL(f"http://{served.host}/")
        )
        socket = await served.connect(session, query="?width=900000&height=900000")
        await socket.receive(timeout=60)
        (pid,) = served.sessions()
        await socket.send_str(json.dumps(["resize", {"width": 200_000, "height": 200_000}]))
        await socket.send_str(json.dumps(["resize", {"width": -5, "height": "x"}]))
        await socket.send_str(json.dumps(["ping", "still here"]))
        while True:
            message = await socket.receive(timeout=60)
            if message.type == aiohttp.WSMsgType.TEXT and "still here" in message.data:
                break
        status = Path(f"/proc/{pid}/status")
        if status.is_file():
            await asyncio.sleep(1)
            held = re.search(r"VmRSS:\s+(\d+)", status.read_text())
            assert held is not None
            peak = int(held[1]) // 1024
            assert peak < 700, f"{peak} MB"
        await socket.close()
        await until(lambda: not served.sessions())
        for broken in ("not json", "[]", "{}", '["stdin"]', '["resize", 5]', "[" * 5000):
            socket = await served.connect(session)
            await socket.send_str(broken)
            while (await socket.receive(timeout=60)).type not in (
                aiohttp.WSMsgType.CLOSE,
                aiohttp.WSMsgType.CLOSED,
            ):
                pass
        await until(lambda: not served.sessions())
        async with session.get(f"http://{served.host}/") as answer:
            assert answer.status == 200  # and the server still answers


async def test_no_more_sessions_than_the_computer_bears(served: Served) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        session.cookie_jar.update_cookies(
            served.cookies, aiohttp.client.URL(f"http://{served.host}/")
        )
        open_ones = [await served.connect(session) for _ in range(MOST_SESSIONS)]
        # The socket opens before its process starts: only when all run does one less mean that one has ended.
        await until(lambda: len(served.sessions()) == MOST_SESSIONS)
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            await served.connect(session)
        await open_ones[0].close()
        # Its place is free a moment after its process has ended.
        again = None
        deadline = time.monotonic() + 60
        while again is None:
            with suppress(aiohttp.WSServerHandshakeError):
                again = await served.connect(session)
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        await again.close()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
async def test_no_session_outlives_its_server(served: Served, by: signal.Signals) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        session.cookie_jar.update_cookies(
            served.cookies, aiohttp.client.URL(f"http://{served.host}/")
        )
        socket = await served.connect(session)
        await socket.receive(timeout=60)
        pids = served.sessions()
        assert pids
        os.kill(served.process.pid, by)
        await until(lambda: served.process.poll() is not None)
        await until(lambda: not any(Path(f"/proc/{pid}").exists() and _runs(pid) for pid in pids))


def _runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def test_bounds_hold_for_whatever_is_sent() -> None:
    value: Any
    for value in (None, "x", [], {}, float("nan"), float("inf"), -1, 10**400, "10" * 3000, True):
        assert 5 <= within(value, (5, 200)) <= 200
    assert within("80", (20, 500)) == 80


def test_a_local_server_answers_to_local_names_alone() -> None:
    assert is_own_host("localhost:8000", "127.0.0.1")
    assert is_own_host("[::1]:8000", "::1")
    assert not is_own_host("evil.example:8000", "127.0.0.1")
    assert not is_own_host("", "127.0.0.1")
    assert is_own_host("ward-pc:8000", "0.0.0.0")
