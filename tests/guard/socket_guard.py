"""Refuse every internet socket in a test run and in each Python process it starts, and write down who tried.

In force where this folder is on PYTHONPATH (see `sitecustomize` beside this file) and SOCKET_GUARD_LOG names a file.
SOCKET_GUARD_LOOP_BACK=1 lets a test use this computer's own addresses. C code is watched by strace, in test_network.py.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

_EVENTS = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
_LOOKUPS = {
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
}
_INTERNET = {2, 10, 30}  # AF_INET; AF_INET6 on Linux and macOS


def _is_refused(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "socket.__new__":
        return arguments[1] in _INTERNET and os.environ.get("SOCKET_GUARD_LOOP_BACK") != "1"
    if event in _EVENTS:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in _LOOKUPS:
        host = arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]
    else:
        return False
    if host is None:
        return False
    return os.environ.get("SOCKET_GUARD_LOOP_BACK") != "1" or str(host) not in (
        "127.0.0.1",
        "::1",
        "localhost",
        "",
    )


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith("socket.") and _is_refused(event, arguments):
        said = f"{event} {arguments[1:]} by process {os.getpid()} ({' '.join(sys.argv)[:200]})\n{''.join(traceback.format_stack(limit=12))}\n"
        with open(os.environ["SOCKET_GUARD_LOG"], "a", encoding="utf-8") as out:  # noqa: PTH123 - as little as can be
            out.write(said)
        raise PermissionError(f"a test may not use the network: {event}")


if os.environ.get("SOCKET_GUARD_LOG"):
    sys.addaudithook(_hook)
