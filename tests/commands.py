"""Command lines run as processes of their own, forked from one that has imported the program already.

Importing and reading the shipped tables is most of what a command costs. A forked process has its own streams, environment, folder and exit, as one started
afresh has; `tests/architecture/test_start_up.py` and `tests/integration/test_streams.py` start theirs afresh. Two such parents
take turns: the hash seeds of two commands that follow each other differ, as they do between a person's two commands. They have no
thread but one, so that nothing is held by a thread that a fork leaves behind.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import inspect
import itertools
import json
import os
import pkgutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_NOT_AT_ONCE = ("kmassist.tui", "kmassist.mcp", "kmassist.index.postgres", "kmassist.__main__")
"""What few commands need, and what running itself would start."""


@dataclass(frozen=True)
class Done:
    """What one command line gave."""

    code: int
    out: str
    err: str
    args: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        """stdout as JSON, which is what the command's published schema says."""
        from tests.schemas import check_written

        body = json.loads(self.out)
        check_written(self.args, body)
        return body


def run(args: Sequence[str], *, env: Mapping[str, str], folder: Path, stdin: str | None) -> Done:
    """``python -m kmassist ARGS`` in that environment and folder."""
    if not hasattr(os, "fork"):
        done = subprocess.run(
            [sys.executable, "-m", "kmassist", *args],
            capture_output=True, text=True, env=env, input=stdin, cwd=folder, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr, tuple(args))
    return next(_turns()).run(args, env, folder, stdin)


@cache
def _turns() -> Iterator[_Parent]:
    return itertools.cycle(map(_Parent, "12"))


class _Parent:
    """The process that forks. It ends when this one does: its end of the pair of sockets is then at its end."""

    def __init__(self, seed: str) -> None:
        from tests.reading import Forked

        self._talk, theirs = socket.socketpair()
        code = "from tests.commands import serve; serve()"
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code, str(theirs.fileno()), Forked.place],
                env={**os.environ, "PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": "1"}, pass_fds=[theirs.fileno()],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip

    def run(
        self, args: Sequence[str], env: Mapping[str, str], folder: Path, stdin: str | None
    ) -> Done:
        asked = json.dumps({"args": list(args), "env": dict(env), "folder": str(folder)}).encode()
        pipes = [os.pipe() for _ in range(3)]
        (theirs, mine), (out, out_end), (err, err_end) = pipes
        handed = [theirs, out_end, err_end]
        socket.send_fds(self._talk, [len(asked).to_bytes(4, "big")], handed)
        self._talk.sendall(asked)
        for end in handed:
            os.close(end)
        writing = threading.Thread(target=_write, args=(mine, (stdin or "").encode()))
        said: dict[int, bytes] = {}
        reading = threading.Thread(target=lambda: said.update({err: _read(err)}))
        for thread in (writing, reading):
            thread.start()
        said[out] = _read(out)
        for thread in (writing, reading):
            thread.join()
        code = int.from_bytes(_exactly(self._talk, 4), "big", signed=True)
        return Done(code, _text(said[out]), _text(said[err]), tuple(args))


def _text(said: bytes) -> str:
    return said.decode().replace("\r\n", "\n").replace("\r", "\n")  # as subprocess reads text


def _write(end: int, text: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), os.fdopen(end, "wb") as stream:
        stream.write(text)


def _read(end: int) -> bytes:
    with os.fdopen(end, "rb") as stream:
        return stream.read()


def _exactly(talk: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = talk.recv(size - len(found))
        if not part:
            raise EOFError
        found += part
    return found


def _fill_tables() -> None:
    """Read the shipped tables and import what the first question would: the next most of what a command costs."""
    from kmassist.text.shipped import SHIPPED, english_patterns, shipped_data

    for name in ("faiss", "threadpoolctl"):
        importlib.import_module(name)
    for table in SHIPPED.joinpath("english").iterdir():
        for name in shipped_data(f"english/{table.name}").keys() - {"macros"}:
            english_patterns(Path(table.name).stem, name)
    ours = [module for name, module in sys.modules.items() if name.startswith("kmassist.")]
    for value in {v for module in ours for v in vars(module).values() if hasattr(v, "cache_info")}:
        if value.__module__.startswith("kmassist.") and not inspect.signature(value).parameters:
            value()


def serve() -> None:
    """Import the program and fill its tables; then fork once for each request, until the other end is closed. Each child returns from here
    into a run of the program."""
    from kmassist.offline import go_offline
    from tests import reading

    go_offline()
    package = importlib.import_module("kmassist")
    for module in pkgutil.walk_packages(package.__path__, "kmassist."):
        if not module.name.startswith(_NOT_AT_ONCE):
            importlib.import_module(module.name)
    _fill_tables()
    reading.Forked.place = sys.argv[2]
    reading.sandbox.start = reading.start  # type: ignore[assignment]
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as talk:
        while True:
            size, handed, _, _ = socket.recv_fds(talk, 4, 3)
            if not size:
                return
            asked = json.loads(_exactly(talk, int.from_bytes(size, "big")))
            child = os.fork()
            if not child:
                break
            for end in handed:
                os.close(end)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            talk.sendall(code.to_bytes(4, "big", signed=True))
    for place, end in enumerate(handed):
        os.dup2(end, place)
        os.close(end)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["folder"])
    sys.argv = ["kmassist", *asked["args"]]
    from kmassist.cli import main

    code = 0
    try:
        main()
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 1
    # All that the end of a process does but for taking the imported modules to pieces.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
