"""Which addresses are this computer's own, and whether a request is of the served page."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


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


def is_own_host(asked_host: str, served_host: str) -> bool:
    """Whether a request names this computer; one that is served locally is only ever asked for by a local name."""
    name = urlsplit(f"//{asked_host}").hostname or ""
    return bool(name) and (is_local(name) or not is_local(served_host))
