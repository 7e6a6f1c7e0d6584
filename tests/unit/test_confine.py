"""What a reading process cannot do: each attempt is made for real, in a process that was confined for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kmassist.readers import sandbox
from kmassist.readers.confine import environment
from kmassist.readers.sandbox import Sandbox
from tests.conftest import ROOT
from tests.present import present

ATTEMPTS = """
import ctypes, json, os, socket, subprocess, sys, threading
from kmassist.readers import sandbox
from kmassist.readers.confine import confine
folder, mode = sys.argv[1], sys.argv[2]
open(folder + "/there.txt", "w").write("x")
libc = ctypes.CDLL(None, use_errno=True)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if mode == "kernel":  # without the hook in Python: what compiled code meets
    sys.addaudithook = lambda hook: None
force = confine(memory_bytes=2 << 30, file_bytes=1 << 20)

def raw(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)

def thread():
    done = []
    one = threading.Thread(target=lambda: done.append(1)); one.start(); one.join()
    assert done

attempts = {
    "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "sendto": lambda: udp.sendto(b"x", ("127.0.0.1", 9)),
    "sendmsg": lambda: udp.sendmsg([b"x"], [], 0, ("127.0.0.1", 9)),
    "gethostbyname": lambda: socket.gethostbyname("example.org"),
    "getaddrinfo": lambda: socket.getaddrinfo("example.org", 80),
    "a program": lambda: subprocess.run([sys.executable, "-c", "0"], check=True),
    "os.system": lambda: (_ for _ in ()).throw(OSError()) if os.system("true") else None,
    "exec": lambda: os.execv(sys.executable, [sys.executable, "-c", "print('ran')"]),
    "fork": lambda: os.fork() or os._exit(0),
    "write": lambda: open(folder + "/new.txt", "w"),
    "append": lambda: open(folder + "/there.txt", "a"),
    "remove": lambda: os.unlink(folder + "/there.txt"),
    "rename": lambda: os.rename(folder + "/there.txt", folder + "/gone.txt"),
    "folder": lambda: os.mkdir(folder + "/new"),
    "kill": lambda: os.kill(os.getppid(), 0),
    "socket in C": lambda: raw("socket", 2, 1, 0),
    "ptrace in C": lambda: raw("ptrace", 16, os.getppid(), 0, 0),
}
said = {}
for name, attempt in attempts.items():
    try:
        attempt()
        said[name] = "done"
    except (OSError, subprocess.SubprocessError) as error:
        said[name] = "refused"
os.read(os.open(folder + "/there.txt", os.O_RDONLY), 1)
print(json.dumps({"force": force, "said": said}))
"""


def attempted(folder: Path, mode: str) -> dict[str, object]:
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", ATTEMPTS, str(folder), mode]
    done = subprocess.run(
        command, capture_output=True, text=True, env=kept, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.loopback
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has the audit hook alone")
def test_python_code_reaches_nobody_and_starts_nothing(tmp_path: Path) -> None:
    said = attempted(tmp_path, "hook")["said"]
    assert isinstance(said, dict)
    network = (
        "connect",
        "sendto",
        "sendmsg",
        "gethostbyname",
        "getaddrinfo",
        "a program",
        "os.system",
        "exec",
        "fork",
    )
    assert {name: said[name] for name in network} == dict.fromkeys(network, "refused")


@pytest.mark.loopback
@pytest.mark.skipif(sys.platform != "linux", reason="seccomp and Landlock are Linux's")
def test_compiled_code_is_refused_by_the_kernel(tmp_path: Path) -> None:
    found = attempted(tmp_path, "kernel")
    force, said = found["force"], found["said"]
    assert isinstance(force, list)
    assert isinstance(said, dict)
    if "seccomp" not in force or "landlock" not in force:
        pytest.skip(f"this system has only {force}")
    assert said == dict.fromkeys(said, "refused")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there.txt"]


def test_a_reader_is_given_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "DATABASE_URL",
        "KMASSIST_CONFIG",
        "SSH_AUTH_SOCK",
    ):
        monkeypatch.setenv(name, "secret")
    assert "secret" not in environment().values()
    assert environment()["PATH"] == os.environ["PATH"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc")
def test_the_reading_process_is_the_confined_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "start", subprocess.Popen)
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    (tmp_path / "a.md").write_text("# A\n\nMidwives said that triage was calm.\n")
    with Sandbox() as reading:
        assert reading.read(tmp_path / "a.md")
        pid = present(reading._child).process.pid
        assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()
        status = Path(f"/proc/{pid}/status").read_text()
        limits = Path(f"/proc/{pid}/limits").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "Max processes             0 " in limits
