"""The product in a real terminal: started, asked, read, given a document, asked again. Driven through tmux."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmassist.records.decisions import Use
from kmassist.settings.model import Settings
from tests.tui.conftest import open_on
from tests.tui.driving import QUESTION

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 120


class Terminal:
    """A tmux session of its own server, 100 columns by 32 lines."""

    def __init__(self, socket: str, status: Path) -> None:
        self._tmux = ["tmux", "-L", socket]
        self._status = status

    def start(self, command: str, environment: dict[str, str]) -> None:
        environment = {
            "COLUMNS": "",
            "LINES": "",
            **environment,
        }  # what the pane measures counts, not what was inherited
        self._status.unlink(missing_ok=True)  # of a program before
        settings = [
            argument
            for name, value in environment.items()
            for argument in ("-e", f"{name}={value}")
        ]
        self._run(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            "100",
            "-y",
            "32",
            *settings,
            f"{command}; echo $? > {shlex.quote(str(self._status))}",
        )
        self._run("set-option", "-g", "remain-on-exit", "on")

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def write(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    @property
    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def wait_for(self, *texts: str) -> str:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            screen = self.screen
            flat = " ".join(screen.split())
            if all(text in flat for text in texts):
                return flat
            time.sleep(0.2)
        raise AssertionError(f"{texts} did not appear:\n{self.screen}")

    def exit_status(self) -> int:
        """The program's own, as the shell wrote it down: tmux does not always tell it."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            if self._status.exists() and (said := self._status.read_text().strip()):
                return int(said)
            time.sleep(0.2)
        raise AssertionError(f"it did not end:\n{self.screen}")

    def end(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            [*self._tmux, *arguments], check=True, capture_output=True, text=True
        ).stdout


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(f"kmassist-{os.getpid()}-{tmp_path.name[-12:]}", tmp_path / "status")
    yield opened
    opened.end()


def program(library: Settings, folder: Path, *arguments: str) -> tuple[str, dict[str, str]]:
    """The command line of the real program, and an environment of its own with the guard against sockets."""
    command = [sys.executable, "-m", "kmassist", "--library", str(library.library), *arguments]
    return shlex.join(command), {
        "KMASSIST_CONFIG": str(folder / "state" / "kmassist.toml"),
        "KMASSIST_EMBEDDING__MODEL": "hashing",
        "HOME": str(folder),
        "PYTHONFAULTHANDLER": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]]),
        "SOCKET_GUARD_LOG": os.environ["SOCKET_GUARD_LOG"],
    }


def test_a_first_day(terminal: Terminal, filled_library: Settings, tmp_path: Path) -> None:
    """Type a question, open a citation, add a file, see the coverage change."""
    pilot = tmp_path / "evaluation" / "pilot-2026.md"
    pilot.parent.mkdir()
    pilot.write_text(
        "---\ntitle: Pilot of standard triage at Ashcombe\nevidence_date: 2026-08\ntopics: [TRI]\n---\n"
        "In the pilot, triage of women who attend unscheduled began within 15 minutes for 71% at Ashcombe.\n"
    )
    terminal.start(*program(filled_library, tmp_path))
    terminal.wait_for("What would you like to know?", "7 documents")
    terminal.write("How should we triage women who attend unscheduled?")
    terminal.press("Enter")
    terminal.wait_for(
        "Partly answered from this corpus",
        "Standard triage raised the share",
        "- Service evaluation or pilot",
    )
    terminal.press("Tab")
    terminal.wait_for("Enter Context")
    terminal.press("Enter")
    terminal.wait_for("[1] Kestrel trial of standard triage", "Next", "Original")
    terminal.press("Escape")
    terminal.wait_for("Enter Context", "F9 Coverage")
    terminal.press("F3")
    terminal.wait_for("To check", "Kestrel trial")
    terminal.press("a")
    terminal.wait_for("Add documents")
    terminal.write(str(pilot))
    terminal.press("Enter")
    terminal.wait_for("Press Add to store", "Evaluation Pilot of standard triage")
    terminal.press("C-s")
    terminal.wait_for("8 documents")
    terminal.press("F2")
    terminal.wait_for("Enter Context")
    terminal.press("Escape")
    terminal.wait_for("Enter Ask")
    terminal.write("How should we triage women who attend unscheduled, again?")
    terminal.press("Enter")
    terminal.wait_for("again?", "o Service evaluation or pilot", "This corpus: 8 documents")
    terminal.press("C-q")
    assert terminal.exit_status() == 0


QUOTED = (
    "Standard triage raised the share of women who attend unscheduled and are seen within 15 minutes from 40% to 62%.",
    "Of 260 women who attend unscheduled, 104 (40%) were seen for triage within 15 minutes; the target is 90%.",
)


@pytest.fixture
def decision(filled_library: Settings, tmp_path: Path) -> str:
    """A decision, and minutes.md, which rest on two of its sources."""
    (tmp_path / "minutes.md").write_text("\n\n".join(QUOTED), encoding="utf-8")
    with open_on(filled_library) as assistant:
        return assistant.decisions.new(QUESTION).decision_id


def test_minutes_are_confirmed_one_by_one_by_the_role_that_is_named(
    terminal: Terminal, filled_library: Settings, decision: str, tmp_path: Path
) -> None:
    check = ("check", str(tmp_path / "minutes.md"), "--decision", decision)
    terminal.start(*program(filled_library, tmp_path, *check, "--role", "board secretary"))
    screen = terminal.wait_for("Mark it used? [y/N]:")
    assert "In which role" not in screen  # it is named on the command line
    terminal.press("y", "Enter")
    terminal.wait_for("Mark it used? [y/N]: y", "Mark it used? [y/N]:")
    terminal.press("n", "Enter")
    terminal.wait_for(f"1 of 2 proposed marks written to decision {decision}.")
    assert terminal.exit_status() == 0
    with open_on(filled_library) as assistant:
        marked = [m for m in assistant.decisions.open(decision).marks if m.use is Use.USED]
        assert [(m.by_role, m.reason.split(":")[0]) for m in marked] == [
            ("board secretary", "confirmed from minutes.md")
        ]
        acts = {line.actor for line in assistant.trail() if line.actor}
    assert acts == {"board secretary"}


def test_who_names_no_role_is_asked_once(
    terminal: Terminal, filled_library: Settings, decision: str, tmp_path: Path
) -> None:
    check = ("check", str(tmp_path / "minutes.md"), "--decision", decision, "--yes")
    command, environment = program(filled_library, tmp_path, *check)
    terminal.start(f"{command} && clear && {command}", environment)
    terminal.wait_for("In which role do you work here?")
    terminal.write("matron")
    terminal.press("Enter")
    assert terminal.exit_status() == 0
    screen = terminal.wait_for(f"2 of 2 proposed marks written to decision {decision}.")
    assert "In which role" not in screen
    with open_on(filled_library) as assistant:
        acts = {line.actor for line in assistant.trail() if line.actor}
    assert acts == {"matron"}
