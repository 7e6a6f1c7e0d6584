"""Not one internet socket: the whole story of the command line and the interface, watched by the kernel, C code included.

Python's own sockets are watched in every test by the guard in conftest.py.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kmassist.offline import SILENCE
from tests.conftest import ROOT

STORY = """
import os, sys
os.environ["KMASSIST_CONFIG"] = sys.argv[1] + "/none.toml"
from kmassist.cli import run
from kmassist.offline import go_offline
go_offline()
library, folder = sys.argv[1] + "/library", sys.argv[2]
question = "Does the OASI bundle reduce third degree tears?"
for args in (
    ["add", folder], ["ask", question], ["search", "tears"], ["coverage", question], ["gaps", "list"], ["map"], ["sources", "list"],
    ["brief", question, "--for", "commissioner", "--output", sys.argv[1] + "/brief.docx"],
    ["brief", question, "--for", "public", "--output", sys.argv[1] + "/brief.pdf"],
    ["status"], ["doctor", "--deep"], ["backup", sys.argv[1] + "/b.zip"], ["--sample", "vocabulary", "topics"],
):
    code = run(["--library", library, *args])
    print("code", code, args[:2], flush=True)

from kmassist.assistant import Assistant
from kmassist.settings.model import load_settings
from kmassist.tui.app import KmassistApp

settings = load_settings({"library": library})

async def press(pilot):
    for key in ("f2", "f3", "f4", "f5", "f6", "f7", "f1", "escape"):
        await pilot.press(key)
        await pilot.pause(0.1)
    pilot.app.exit()

KmassistApp(lambda: Assistant.open(settings)).run(headless=True, auto_pilot=press)
print("code interface", flush=True)
"""


def listened(tmp_path: Path, *before: str) -> tuple[str, str]:
    """Run the story under strace; gives what it printed and the network calls it made."""
    folder = tmp_path / "published"
    folder.mkdir(exist_ok=True)
    for source in sorted((ROOT / "corpus" / "sample" / "published").iterdir())[:6]:
        shutil.copy2(source, folder / source.name)
    calls = tmp_path / "calls"
    environment = {name: value for name, value in os.environ.items() if name != "SOCKET_GUARD_LOG"}
    done = subprocess.run(
        [*before, "strace", "-f", "-qq", "-e", "trace=network", "-o", str(calls), sys.executable, "-c", STORY, str(tmp_path), str(folder)],
        capture_output=True, text=True, env={**environment, "PYTHONPATH": str(ROOT)}, cwd=tmp_path, check=False,
    )  # fmt: skip
    if "ptrace" in done.stderr or "unshare failed" in done.stderr:
        pytest.skip("the system does not let a test trace or unshare")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, calls.read_text()


@pytest.mark.model
@pytest.mark.timeout(900)
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_whole_story_opens_no_internet_socket(tmp_path: Path) -> None:
    is_root = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("unshare")
    printed, calls = listened(tmp_path, *(["unshare", "-n"] if is_root else []))
    assert printed.count("code ") == 14
    assert "code 1 " not in printed
    assert "interface" in printed
    assert (tmp_path / "brief.docx").stat().st_size > 1000
    assert not re.findall(r".*AF_INET.*", calls)


def test_the_watch_notices_a_socket(tmp_path: Path) -> None:
    """The harness bites: strace and the guard both tell of one socket."""
    code = "import socket; socket.socket(socket.AF_INET)"
    if shutil.which("strace"):
        environment = {
            name: value for name, value in os.environ.items() if name != "SOCKET_GUARD_LOG"
        }
        done = subprocess.run(
            ["strace", "-f", "-qq", "-e", "trace=network", sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
        )  # fmt: skip
        assert "AF_INET" in done.stderr or "ptrace" in done.stderr
    log = tmp_path / "log"
    guarded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "SOCKET_GUARD_LOG": str(log)}, check=False
    )  # fmt: skip
    assert guarded.returncode == 1
    assert "socket.__new__" in log.read_text()


def test_libraries_are_told_before_they_are_imported(tmp_path: Path) -> None:
    code = """
import os, sys
seen = {}
class Watch:
    def find_spec(self, name, *_):
        if name in ("torch", "transformers", "huggingface_hub", "sentence_transformers", "tokenizers") and name not in seen:
            seen[name] = dict(os.environ)
sys.meta_path.insert(0, Watch())
from kmassist.embedding import open_embedder
embedder = open_embedder("default")
embedder.embed_query("words")
embedder.embed([f"words {n}" for n in range(200)], [[(0, 5)]] * 200)  # so many that PyTorch is worth loading
import json; print(json.dumps(seen))
"""
    environment = {name: value for name, value in os.environ.items() if name not in SILENCE}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    import json

    seen = json.loads(done.stdout.splitlines()[-1])
    assert {"torch", "transformers", "sentence_transformers", "tokenizers"} <= seen.keys()
    for name, held in seen.items():
        assert {key: held.get(key) for key in SILENCE} == SILENCE, name


@pytest.mark.loopback
def test_the_program_itself_refuses_the_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        code = f"""
import socket
from kmassist.cli import run
run(["config", "show"])
socket.create_connection(("127.0.0.1", {port}), 5).close()
socket.getaddrinfo("localhost", 80)
refused = 0
for reach in (
    lambda: socket.create_connection(("192.0.2.1", 80), 1),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: socket.gethostbyname("example.org"),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
    lambda: socket.socket().bind(("0.0.0.0", 0)),
    lambda: socket.socket().bind(("", 0)),
    lambda: socket.socket(socket.AF_INET6).bind(("::", 0)),
):
    try:
        reach()
    except PermissionError as error:
        refused += "does not use the network" in str(error)
print(refused)
"""
        environment = {
            name: value for name, value in os.environ.items() if name != "SOCKET_GUARD_LOG"
        }
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
    assert done.stdout.splitlines()[-1] == "7"


def test_the_guard_holds_in_what_a_test_starts(tmp_path: Path) -> None:
    """`run_kmassist` hands on an environment of its own; the guard's settings must be in it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KMASSIST_")}
    log = tmp_path / "log"
    code = "import socket; socket.getaddrinfo('example.org', 443)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**environment, "SOCKET_GUARD_LOG": str(log)},
        check=False,
    )
    assert done.returncode
    assert "may not use the network" in done.stderr
    assert "SOCKET_GUARD_LOG" in environment
