"""The interface in a browser, through textual-serve: for colleagues without a terminal."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any
from urllib.parse import urlsplit

from kmassist.errors import ConfigError, MissingExtra


def is_local(host: str) -> bool:
    """Whether only this computer can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_own_page(origin: str, asked_host: str, served_host: str) -> bool:
    """Whether a connection comes from the served page itself.

    Args:
        origin: the ``Origin`` header.
        asked_host: the ``Host`` header, ``name:port``.
        served_host: what `serve` was told; a local one is only ever asked for by a local name (no DNS rebinding).
    """
    page = urlsplit(origin)
    if not page.hostname or page.netloc.lower() != asked_host.lower():
        return False
    return is_local(page.hostname) or not is_local(served_host)


def serve(command: str, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Offer the interface at ``http://HOST:PORT`` until interrupted; each browser tab is a session of its own.

    Args:
        command: what starts the interface, a shell line such as ``kmassist --library DIR``.
        host: 127.0.0.1 unless colleagues are meant to reach it: there is no log-in, and a warning says so.
        port: 1 to 65535.

    Raises:
        MissingExtra: textual-serve is not installed.
        ConfigError: the port cannot be used.
    """
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise MissingExtra("The browser interface needs textual-serve.", "Install it: pip install 'kmassist[web]'") from error
    if not 1 <= port <= 65535:
        raise ConfigError(f"{port} is not a port.", "Choose a number from 1024 to 65535.")
    if not is_local(host):
        sys.stderr.write(
            f"Warning: anyone who can reach {host}:{port} can read, add and remove documents. There is no log-in and no "
            "encryption. Use it on a trusted network only, or behind a proxy that asks who is there.\n"
        )
    sys.stderr.write(f"kmassist is at http://{host}:{port}  (Ctrl+C ends it)\n")

    class GuardedServer(Server):  # type: ignore[misc]  # textual-serve has no types
        """Takes connections of its own pages only: another site open in the same browser cannot drive the library."""

        async def handle_websocket(self, request: Any) -> Any:
            if not is_own_page(request.headers.get("Origin", ""), request.headers.get("Host", ""), host):
                from aiohttp.web import HTTPForbidden

                raise HTTPForbidden(text="This page does not belong to kmassist.")
            return await super().handle_websocket(request)

    server = GuardedServer(
        command, host=host, port=port, title="kmassist", public_url=None if is_local(host) else f"http://{host}:{port}"
    )
    try:
        server.serve()
    except OSError as error:
        raise ConfigError(f"The port {port} cannot be used: {error.strerror}.", "Choose another with --port.") from error
