"""The interface in a browser, through textual-serve: for colleagues without a terminal."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kmassist.errors import ConfigError, MissingExtra
from kmassist.tui.hosts import is_local

_LOOK_SECONDS = 1.0


def serve(argv: Sequence[str], *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Offer the interface at the address that is printed, until interrupted; each browser tab is a session of its own.

    Args:
        argv: what starts the interface: a program and its arguments.
        host: 127.0.0.1 unless colleagues are meant to reach it: nothing is encrypted, and a warning says so.
        port: 1 to 65535.

    Raises:
        MissingExtra: textual-serve is not installed.
        ConfigError: the port cannot be used.
    """
    try:
        from aiohttp import web

        from kmassist.tui.served import BrowserServer
    except ImportError as error:
        raise MissingExtra(
            "The browser interface needs textual-serve.", "Install it: pip install 'kmassist[web]'"
        ) from error
    if not 1 <= port <= 65535:
        raise ConfigError(f"{port} is not a port.", "Choose a number from 1024 to 65535.")
    if not is_local(host):
        sys.stderr.write(
            f"Warning: there is no log-in and no encryption: whoever sees the address with its token, on the way to "
            f"{host}:{port} too, can read, add and remove documents. Use it on a trusted network only.\n"
        )
    server = BrowserServer(argv, host=host, port=port)
    shown = f"[{host}]" if ":" in host else host

    def say(_: str) -> None:
        sys.stderr.write(
            f"kmassist is at http://{shown}:{port}/?token={server.token}  (Ctrl+C ends it)\n"
        )
        sys.stderr.write("Whoever has that address can use this library. Do not pass it on.\n")
        sys.stderr.flush()

    try:
        web.run_app(
            server.application(),
            host=host,
            port=port,
            print=say,
            shutdown_timeout=1.0,
            access_log=None,
        )
    except OSError as error:
        raise ConfigError(
            f"The port {port} cannot be used: {error.strerror}.", "Choose another with --port."
        ) from error


def end_with_server() -> None:
    """In a session that a server started: leave when the server is gone, however it went.

    What was acknowledged is on the disk, so that leaving at once loses nothing. Windows does not tell of a parent that is
    gone; there a session ends when its socket closes, and not when the server is killed.
    """
    if sys.platform == "win32":
        return
    server = os.getppid()

    def watch() -> None:
        while os.getppid() == server:
            time.sleep(_LOOK_SECONDS)
        os._exit(0)

    threading.Thread(target=watch, name="server-watch", daemon=True).start()


@contextmanager
def held() -> Iterator[None]:
    """Until the interface reads keys itself, the terminal neither shows nor gathers them into lines, and Enter stays Enter.

    Afterwards the terminal is as it was. Does nothing where there is no terminal, or none of this kind (Windows).
    """
    if sys.platform == "win32" or not sys.stdin or not sys.stdin.isatty():
        yield
        return
    import termios

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    iflag, oflag, cflag, lflag, ispeed, ospeed, characters = before
    raw = [
        iflag & ~termios.ICRNL,
        oflag,
        cflag,
        lflag & ~(termios.ECHO | termios.ICANON),
        ispeed,
        ospeed,
        characters,
    ]
    termios.tcsetattr(descriptor, termios.TCSANOW, raw)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
