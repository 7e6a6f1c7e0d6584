"""PgBouncer before a test's server: every transaction of every client on one and the same server connection."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.servers import USER, Postgres

PORT = 6432
"""Names the socket; nothing listens on a network."""


class Bouncer:
    """A context manager; ``url`` is that of a database through it."""

    def __init__(self, server: Postgres) -> None:
        found = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        if not Path(found).exists():
            pytest.skip("PgBouncer is not installed (apt-get install pgbouncer)")
        self._server = server
        self._program = found
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """The library's address through it."""
        return self._server.url(database, port=str(PORT))

    def __enter__(self) -> Bouncer:
        folder = self._server.folder
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host={folder} user={USER}\n"
            f"[pgbouncer]\nlisten_addr =\nlisten_port = {PORT}\nunix_socket_dir = {folder}\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 1\n",
            "utf-8",
        )
        command = [self._program, str(settings)]
        self._process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, **self._server.as_user())  # fmt: skip
        for _ in range(600):
            if (folder / f".s.PGSQL.{PORT}").exists():
                return self
            assert self._process.poll() is None, "PgBouncer did not start"
            time.sleep(0.05)
        raise AssertionError("PgBouncer did not answer")

    def __exit__(self, *_: object) -> None:
        assert self._process
        self._process.terminate()
        self._process.wait(60)
