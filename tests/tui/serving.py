"""`kmassist serve` as a person starts it, on a port that is free when it starts."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kmassist.settings.model import Settings

ROOT = Path(__file__).parents[2]
TRIES = 5


@contextmanager
def serving(settings: Settings, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process and the address that it says, with its token; it and all that it started are ended afterwards."""
    for _ in range(TRIES):  # a port that was free a moment ago may be another test's now
        process, address, said = _started(settings, folder)
        if address:
            break
        _end(process)
    else:
        raise AssertionError(said)
    try:
        yield process, address
    finally:
        _end(process)


def _started(settings: Settings, folder: Path) -> tuple[subprocess.Popen[bytes], str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "KMASSIST_CONFIG": str(folder / "state" / "kmassist.toml"),
        "KMASSIST_EMBEDDING__MODEL": "hashing",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "kmassist", "--library", str(settings.library)]
    process = subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stderr
    said = process.stderr.readline().decode()
    found = re.search(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", said)
    return process, found.group() if found else "", said


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    if process.stderr:
        process.stderr.close()
