"""No network: libraries are told before they are imported, and a guard refuses what they might try all the same.

The guard sits in Python's audit hook and sees every socket that Python code opens, the product's or a library's. This
computer's own addresses pass: `kmassist serve` listens there, and on Windows Python talks to itself there. A library in a
database is reached by the database's own client, at the one server whose name the user gave.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SILENCE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "WANDB_DISABLED": "true",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What must be in the environment before torch, transformers, huggingface_hub and sentence_transformers are imported."""

_CALLS = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
_is_guarded = False
_named_servers: set[str] = set()


def go_offline() -> None:
    """Tell every library to stay silent; before any of them is imported."""
    os.environ.update(SILENCE)


def refuse_network() -> None:
    """From now on no Python code of this process reaches another computer; cannot be undone."""
    global _is_guarded  # noqa: PLW0603 - an audit hook is for the life of the process, one is enough
    if not _is_guarded:
        _is_guarded = True
        sys.addaudithook(_guard)


def name_server(host: str) -> None:
    """The user named a database server: its name may be looked up, and nothing else."""
    _named_servers.add(host)


@contextmanager
def without_ipv6() -> Iterator[None]:
    """Have Python say that there is no IPv6: urllib3, which trafilatura brings, opens a socket to find out when imported."""
    import socket

    held, socket.has_ipv6 = socket.has_ipv6, False
    try:
        yield
    finally:
        socket.has_ipv6 = held


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event in _CALLS:
        address = arguments[1]
        if isinstance(address, tuple) and address and not _is_own(address[0]):
            raise PermissionError("kmassist does not use the network")
    elif event in _LOOKUPS:
        asked = arguments[0]
        host = asked[0] if isinstance(asked, tuple) else asked
        if host in _named_servers:
            return
        if host not in (None, "") and not _is_own(host):  # without a name nobody is asked
            raise PermissionError("kmassist does not use the network")


def _is_own(host: object) -> bool:
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    return host in ("localhost", "::1") or (
        isinstance(host, str) and host.startswith("127.") and host.replace(".", "").isdigit()
    )
