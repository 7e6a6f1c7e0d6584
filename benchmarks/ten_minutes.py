"""A newcomer's first ten minutes, played without a person: `python -m benchmarks.ten_minutes`. Writes results/ten_minutes.json.

In a fresh clone and an empty home folder, in a real terminal (tmux, 100 columns by 32 lines): `make run` installs everything and
opens the demonstration; a question, a follow-up, the source behind a sentence and a brief; then one's own library and folder, a
question on it, the end, and the next start, which takes the conversation up again. Each step has its time: from its first key
until what it brings is on the screen. A step that takes longer, or ten minutes in all, fails the run. Where the processor is busy
with other things, all are allowed as many times more as a bare Python (`import textual.app`) takes longer to start than a quarter
of a second; both times are told.

What the screen shows after each step is kept in docs/ten-minutes.md as it stands there, with the times. The network is needed for
the installation, and for nothing after it. `tests/tui/test_ten_minutes.py` plays the same steps without installing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.tui.test_terminal import Terminal

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results" / "ten_minutes.json"
PAGE = ROOT / "docs" / "ten-minutes.md"
TEN_MINUTES = 600
QUIET_START = 0.25
"""Seconds until a bare Python has imported Textual where nothing else runs."""

AUDIT = """\
criterion,numerator,denominator,target,period
Calls to the labour line answered within 5 minutes,196,560,95,1 January to 31 March 2026
"""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, what then stands on the screen, and within how many seconds.

    ``does``: keys as tmux names them; what begins with ``> `` is typed, what begins with ``? `` is waited for.
    """

    name: str
    seconds: float
    does: tuple[str, ...]
    shows: tuple[str, ...]


DEMONSTRATION = (
    Step("Ask a question", 20, ("> What do women say about waiting in triage?", "Enter"),
         ("In short", "Maternity and Neonatal Voices", "Coverage of this question")),
    Step("Ask a follow-up", 20, ("> and what does it cost", "Enter"),
         ("and what does it cost", "Cost and economics needed", "In short")),
    Step("See the source", 5, ("Tab", "? Enter Context", "Enter"), ("[1] ", "Next", "Original")),
    Step("Make a brief", 40, ("Escape", "? Enter Context", "? ^b Brief", "C-b"),
         ("Evidence brief for", "DRAFT", "x Export")),
)  # fmt: skip
OWN = (
    Step("Leave the demonstration", 10,
         ("Escape", "? Enter Context", "C-p", "> own library", "? Leave the demonstration for my own library", "Enter"),
         ("The library is empty",)),
    Step("Add a folder", 40, ("F3", "? F3[Corpus]", "a", "? Add documents", "> {folder}", "Enter", "? Press Add to store", "C-s"),
         ("1 document",)),
    Step("Ask it", 20, ("F2", "? Enter Ask", "> How quickly are calls to the labour line answered?", "Enter"),
         ("196 of 560", "+ Local audit and data")),
)  # fmt: skip
AGAIN = Step("Take up the conversation", 10, ("F7", "? F7[Sessions]", "? How quickly are calls", "Enter"),
             ("F2[Ask]", "How quickly are calls", "196 of 560"))  # fmt: skip


def play(terminal: Terminal, step: Step, folder: Path) -> None:
    """Do what a step does and wait for what it shows."""
    for part in step.does:
        if part.startswith("> "):
            terminal.write(part[2:].format(folder=folder))
        elif part.startswith("? "):
            terminal.wait_for(part[2:])
        else:
            terminal.press(part)
    terminal.wait_for(*step.shows)


def own_folder(place: Path) -> Path:
    """A folder of evidence with one audit in it."""
    folder = place / "evidence"
    (folder / "audit").mkdir(parents=True)
    (folder / "audit" / "calls.csv").write_text(AUDIT, encoding="utf-8")
    return folder


@dataclass(frozen=True, slots=True)
class Played:
    """A step with its time and what then stood on the screen."""

    name: str
    allowed: float
    seconds: float
    screen: str


class Player:
    """Plays steps in a terminal of their own and measures them."""

    def __init__(self, place: Path) -> None:
        from tests.tui.test_terminal import Terminal

        self.place, self.home = place, place / "home"
        self.home.mkdir()
        self.clone = place / "kmassist"
        self.terminal = Terminal(f"kmassist-minutes-{os.getpid()}", place / "status")
        self.done: list[Played] = []

    def start(self, command: str, name: str, allowed: float, *shows: str) -> None:
        """A program that is started, until it shows what it should."""
        began = time.monotonic()
        home = {"HOME": str(self.home), "PYTHONPATH": ""}
        path = f'PATH="{self.home}/.local/bin:$PATH"'  # as a new terminal has it on most systems
        self.terminal.start(f"cd {self.clone} && export {path} && {command}", home)
        self._take(name, allowed, began, lambda: self.terminal.wait_for(*shows))

    def step(self, step: Step) -> None:
        """One step in the program that runs."""
        folder = self.place / "evidence"
        self._take(step.name, step.seconds, time.monotonic(), lambda: play(self.terminal, step, folder))  # fmt: skip

    def end(self, name: str, allowed: float) -> None:
        """Ctrl+Q, until the program has ended."""
        began = time.monotonic()
        self.terminal.press("C-q")
        status = self.terminal.exit_status()
        self.done.append(Played(name, allowed, time.monotonic() - began, ""))
        if status:
            raise SystemExit(f"It ended with {status}.")

    def _take(self, name: str, allowed: float, began: float, wait: object) -> None:
        assert callable(wait)
        wait()
        played = Played(name, allowed, time.monotonic() - began, self.terminal.screen.rstrip())
        self.done.append(played)
        print(f"{name:32}{played.seconds:8.1f} s  (at most {allowed:.0f})", flush=True)


def bare_start() -> float:
    """Seconds until a bare Python has imported Textual, the middle of five."""
    taken = []
    for _ in range(5):
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", "import textual.app"], check=True)
        taken.append(time.monotonic() - began)
    return sorted(taken)[2]


def play_all(place: Path) -> list[Played]:
    """The ten minutes."""
    from tests.tui import test_terminal

    test_terminal.DEADLINE_SECONDS = 3 * TEN_MINUTES  # a busy computer is measured, too
    player = Player(place)
    own_folder(place)
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(player.clone)], check=True)
    try:
        player.start("make run", "Install and open", 300, "This is the demonstration", "137 documents")  # fmt: skip
        for step in (*DEMONSTRATION, *OWN):
            player.step(step)
        player.end("Quit", 5)
        player.start("make install && kmassist", "Start again", 10, "This corpus: 1 document ·", "Enter Ask")  # fmt: skip
        player.step(AGAIN)
        player.end("Quit again", 5)
    except AssertionError as late:
        raise SystemExit(str(late)) from late
    finally:
        player.terminal.end()
    return player.done


def page(played: list[Played], slower: float) -> str:
    """The page of the documentation: times, then pictures."""
    whole = sum(p.seconds for p in played)
    rows = "".join(f"| {p.name} | {p.seconds:.1f} s | {p.allowed:.0f} s |\n" for p in played)
    shown = "\n".join(f"## {p.name}\n\n```text\n{p.screen}\n```\n" for p in played if p.screen)
    busy = f" The computer was busy with other things: a bare Python started {slower:.1f} times slower than on a quiet one." if slower > 1.2 else ""  # fmt: skip
    return (
        "# The first ten minutes\n\nPlayed in a real terminal by `python -m benchmarks.ten_minutes`, in a fresh clone: nobody touched a key. "
        f"{whole:.0f} seconds in all, on two processor cores.{busy}\n\n"
        f"| step | took | at most, on a quiet computer |\n|---|---|---|\n{rows}\n{shown}"
    )


def main() -> int:
    """Play, print, write."""
    for name in list(os.environ):
        if name.startswith(("KMASSIST_", "HF_", "TRANSFORMERS_", "VIRTUAL_ENV")):
            del os.environ[name]
    before = bare_start()
    with tempfile.TemporaryDirectory(prefix="ten-minutes-") as folder:
        os.environ["SOCKET_GUARD_LOG"] = str(Path(folder) / "sockets")
        played = [replace(p, screen=p.screen.replace(folder, "/home/you")) for p in play_all(Path(folder))]  # fmt: skip
    bare, whole = (before + bare_start()) / 2, sum(p.seconds for p in played)
    slower = max(1.0, bare / QUIET_START)
    steps = {p.name: {"seconds": round(p.seconds, 1), "at_most": p.allowed, "bare_starts": round(p.seconds / bare)} for p in played}  # fmt: skip
    result = {"steps": steps, "seconds": round(whole), "bare_start_seconds": round(bare, 3), "load": os.getloadavg()[0]}  # fmt: skip
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(played, slower), encoding="utf-8")
    late = [p.name for p in played if p.seconds > p.allowed * slower]
    print(f"{whole:.0f} s in all; a bare start took {bare:.2f} s; too slow: {', '.join(late) or 'nothing'}")  # fmt: skip
    return int(bool(late) or whole > TEN_MINUTES * slower)


if __name__ == "__main__":
    sys.exit(main())
