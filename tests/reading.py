"""Reading processes forked from one that has loaded every parser: to load them is most of what adding a page costs.

A forked one has its own streams and memory and is confined, limited and killed as one started afresh; `tests/unit/test_confine.py`
starts its own.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kmassist.readers import sandbox
from kmassist.readers.confine import environment


class Forked:
    """What the sandbox uses of `subprocess.Popen`."""

    place = ""
    """The socket on which reading processes are asked for."""

    def __init__(self, command: list[str]) -> None:
        theirs, to_it = os.pipe()
        from_it, its_own = os.pipe()
        self._talk = socket.socket(socket.AF_UNIX)
        self._talk.connect(self.place)
        socket.send_fds(self._talk, [command[-1].encode()], [theirs, its_own])
        self.pid = int.from_bytes(self._talk.recv(4), "big")
        for end in (theirs, its_own):
            os.close(end)
        self.stdin, self.stdout = os.fdopen(to_it, "wb"), os.fdopen(from_it, "rb")

    def kill(self) -> None:
        """End the process."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Until it has ended: its end of the socket is then closed."""
        self._talk.recv(1)
        self._talk.close()


def start(command: list[str], **options: Any) -> Forked | subprocess.Popen[bytes]:
    """A forked one; started afresh where it may start programs itself and has a folder of its own."""
    return subprocess.Popen(command, **options) if options["start_new_session"] else Forked(command)


@contextlib.contextmanager
def begun(folder: Path) -> Iterator[None]:
    """The process that forks; it ends when its stdin is closed."""
    Forked.place = str(folder / "readers")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(Forked.place)
        listener.listen(64)
        process = subprocess.Popen(
            [sys.executable, "-c", "from tests.reading import serve; serve()", str(listener.fileno())],
            env=environment(), pass_fds=[listener.fileno()], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    yield
    process.communicate()


def serve() -> None:
    """Load every parser; then fork once for each request, until stdin ends. Each child returns from here into the sandbox's loop."""
    from kmassist import readers

    readers.supported_suffixes()
    with contextlib.suppress(ImportError, OSError, RuntimeError):  # not on every system
        importlib.import_module("pyseccomp")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    listener = socket.socket(fileno=int(sys.argv[1]))
    while True:
        if 0 in select.select([listener.fileno(), 0], [], [])[0]:
            return
        talk, _ = listener.accept()
        limits, handed, _, _ = socket.recv_fds(talk, 65_536, 2)
        child = os.fork()
        if not child:
            break
        for end in handed:
            os.close(end)
        with talk, contextlib.suppress(OSError):
            talk.sendall(child.to_bytes(4, "big"))
    listener.close()
    for place, end in enumerate(handed):
        os.dup2(end, place)
        os.close(end)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.argv = ["-c", limits.decode()]
    sandbox.serve()
    os._exit(0)
