"""What `kmassist serve` answers to a browser: one page of its own, a few files, and a socket a session.

Nothing is given without the token that was printed in the terminal, as Jupyter does it: any account of this computer may
connect to a port of 127.0.0.1, and any page open in the browser may ask for it. The page loads nothing from elsewhere, and
no other page may frame it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from kmassist.tui.hosts import is_own_host, is_own_page

MOST_SESSIONS = 8
"""Each is a process with a library open, of about 60 MB before the first question."""
_LARGEST_MESSAGE = 1 << 20
_WIDTH, _HEIGHT = (20, 500), (5, 200)
_FONT_SIZE = (8, 40)
_GIVE_UP_SECONDS, _PATIENCE_SECONDS = 5.0, 30.0
_PACKAGE = Path(textual_serve.__file__).parent / "static"
_STATIC = {
    "textual.js": (_PACKAGE / "js" / "textual.js", "text/javascript"),
    "xterm.css": (_PACKAGE / "css" / "xterm.css", "text/css"),
    "RobotoMono.ttf": (_PACKAGE / "fonts" / "RobotoMono-VariableFont_wght.ttf", "font/ttf"),
    "RobotoMono-Italic.ttf": (
        _PACKAGE / "fonts" / "RobotoMono-Italic-VariableFont_wght.ttf",
        "font/ttf",
    ),
    "page.css": (Path(str(files("kmassist.tui") / "page" / "page.css")), "text/css"),
}
_NO_ENTRY = (
    "Open the address that `kmassist serve` printed in its terminal: it ends with a token.\n"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def within(value: Any, bounds: tuple[int, int]) -> int:
    """A whole number between the bounds, whatever a page sent."""
    least, most = bounds
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return least
    return min(most, max(least, number))


class BrowserSession(AppService):
    """One browser tab's process of the interface. It ends with its socket, if need be by force."""

    def __init__(self, argv: Sequence[str], socket: web.WebSocketResponse, downloads: Any) -> None:
        super().__init__(
            "",
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=socket.close,
            download_manager=downloads,
        )
        self._argv = argv
        self._task: asyncio.Task[None] | None = None

    async def _open_app_process(
        self, width: int = 80, height: int = 24
    ) -> asyncio.subprocess.Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._build_environment(width=width, height=height),
            start_new_session=sys.platform != "win32",
        )
        self._stdin = process.stdin
        return process

    async def stop(self) -> None:
        """Ask the process to leave, and end it when it does not."""
        task, self._task = self._task, None
        if task is None:
            return
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        with contextlib.suppress(TimeoutError, OSError):
            await asyncio.wait_for(self.send_meta({"type": "quit"}), 1)
        await asyncio.wait({task}, timeout=_GIVE_UP_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._process.returncode is None and sys.platform != "win32":
                os.killpg(self._process.pid, signal.SIGKILL)
            elif self._process.returncode is None:
                self._process.kill()
        await self._process.wait()
        await asyncio.wait({task}, timeout=1)
        task.cancel()


class BrowserServer:
    """The application for one library.

    Args:
        argv: the program of one session and its arguments.
        host: what the server listens on.
        port: likewise; names the cookie, since cookies do not tell ports apart.
    """

    def __init__(self, argv: Sequence[str], *, host: str, port: int) -> None:
        self._argv, self._host = argv, host
        self.token = secrets.token_urlsafe(32)
        self._cookie = f"kmassist-{port}"
        self._downloads = DownloadManager()
        self._sessions: set[BrowserSession] = set()
        self._page = (files("kmassist.tui") / "page" / "index.html").read_text(encoding="utf-8")

    def application(self) -> web.Application:
        """Routes behind the two gates: who asks, and what the answer may do."""
        app = web.Application(middlewares=[self._closed_off, self._by_token])
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/ws", self._socket),
                web.get("/download/{key}", self._download),
                web.get("/static/{name}", self._static),
            ]
        )
        app.on_shutdown.append(self._end_all)
        return app

    @web.middleware
    async def _closed_off(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Nothing from elsewhere in the page, the page in nothing from elsewhere."""
        try:
            response = await handler(request)
        except web.HTTPException as error:
            response = error
        if not response.prepared:
            response.headers.update(_headers(request.host))
        if isinstance(response, web.HTTPException):
            raise response
        return response

    @web.middleware
    async def _by_token(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in who has the token; a browser gets it as a cookie, and the address loses it again."""
        if not is_own_host(request.host, self._host):
            raise web.HTTPForbidden(text="This address does not belong to kmassist.\n")
        if self._is_token(request.query.get("token", "")) and request.path == "/":
            answer = web.HTTPSeeOther("/")
            answer.set_cookie(self._cookie, self.token, httponly=True, samesite="Lax", path="/")
            raise answer
        if not self._is_token(request.cookies.get(self._cookie, "")):
            raise web.HTTPForbidden(text=_NO_ENTRY)
        return await handler(request)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    async def _index(self, request: web.Request) -> web.StreamResponse:
        font_size = str(within(request.query.get("fontsize", "16"), _FONT_SIZE))
        text = self._page.replace("{websocket}", f"ws://{request.host}/ws").replace(
            "{font_size}", font_size
        )
        return web.Response(text=text, content_type="text/html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["name"] not in _STATIC:
            raise web.HTTPNotFound
        path, kind = _STATIC[request.match_info["name"]]
        return web.Response(body=await asyncio.to_thread(path.read_bytes), content_type=kind)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A file that a session hands over; saved and never shown, so that nothing in it runs as part of the page."""
        key = request.match_info["key"]
        try:
            found = await self._downloads.get_download_metadata(key)
        except KeyError:
            raise web.HTTPNotFound from None
        response = web.StreamResponse(headers=_headers(request.host))
        response.content_type = "application/octet-stream"
        response.headers["Content-Disposition"] = (
            f"attachment; filename*=utf-8''{_quoted(found.file_name)}"
        )
        await response.prepare(request)
        async for chunk in self._downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not is_own_page(request.headers.get("Origin", ""), request.host, self._host):
            raise web.HTTPForbidden(text="This page does not belong to kmassist.\n")
        if len(self._sessions) >= MOST_SESSIONS:
            raise web.HTTPServiceUnavailable(
                text=f"{MOST_SESSIONS} sessions are open already: close one.\n"
            )
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=_LARGEST_MESSAGE)
        session = BrowserSession(self._argv, socket, self._downloads)
        self._sessions.add(session)
        try:
            await socket.prepare(request)
            await session.start(
                within(request.query.get("width"), _WIDTH),
                within(request.query.get("height"), _HEIGHT),
            )
            async for message in socket:
                if message.type != WSMsgType.TEXT:
                    break
                passing = _pass_on(message.data, session, socket)
                if not await asyncio.wait_for(passing, _PATIENCE_SECONDS):
                    break
        except TimeoutError:  # it takes nothing in any more
            pass
        finally:
            await asyncio.shield(session.stop())
            self._sessions.discard(session)
        return socket

    async def _end_all(self, _: web.Application) -> None:
        await asyncio.gather(
            *(session.stop() for session in tuple(self._sessions)), return_exceptions=True
        )


async def _pass_on(data: str, session: BrowserSession, socket: web.WebSocketResponse) -> bool:
    """Hand one message of the page to its session; False for one that no page of ours sends."""
    try:
        kind, *rest = json.loads(data)
        value: Any = rest[0] if rest else None
        if kind == "stdin":
            await session.send_bytes(value.encode("utf-8", "replace"))
        elif kind == "resize":
            await session.set_terminal_size(
                within(value["width"], _WIDTH), within(value["height"], _HEIGHT)
            )
        elif kind == "ping":
            await socket.send_json(["pong", value])
        elif kind in ("blur", "focus"):
            await (session.blur() if kind == "blur" else session.focus())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
    return True


def _headers(host: str) -> dict[str, str]:
    """What the browser is told of each answer. xterm.js writes styles of its own; scripts come from files alone."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws://{host} wss://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")
