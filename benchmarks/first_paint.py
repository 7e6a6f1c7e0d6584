"""From start to a chat input that takes keys: `python -m benchmarks.first_paint`. Writes results/first_paint.json.

Each start is a process of its own on a pseudo-terminal of 80 by 24, as a person's shell would start it; the clock runs from
the start of the process until the bytes of what is looked for have arrived. Measured in turns in one run, so that a busy
machine is busy for all of them:

- interpreter: Python itself and ``import textual.app``, nothing shown: what no Textual application can be quicker than
- bare: an empty Textual application with one line of text, and one with nothing but an input field: the floor
- kmassist: the question field with its placeholder, on the demonstration corpus
- typed early: a word sent the moment the process starts, until it stands in the question field

With --before DIR the kmassist of another checkout is measured in the same run. With --library DIR an indexed copy of the
demonstration corpus is used instead of making one.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = Path(__file__).parent / "results" / "first_paint.json"
PLACEHOLDER = b"sk about a service"  # without its first letter: the cursor stands on that
WORD = b"quokka"
DEADLINE_SECONDS = 60
_OWN_SCREEN = b"\x1b[?1049h"

_IMPORT = "import textual.app; print('imported')"
_EMPTY = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static('painted')
Bare().run()
"""
_INPUT = """
from textual.app import App
from textual.widgets import Input
class Bare(App):
    def compose(self):
        yield Input(placeholder='Ask about a service, in your own words')
Bare().run()
"""


def seconds_until(
    wanted: bytes,
    command: list[str],
    environment: Mapping[str, str],
    *,
    typed: bytes = b"",
    after: bytes = _OWN_SCREEN,
    root: Path = ROOT,
) -> tuple[float, float]:
    """Seconds from the start of a command on a pseudo-terminal until it has written ``wanted`` on its own screen: on the
    clock, and of the processor.

    Args:
        wanted: bytes of the frame; what a terminal echoes before the application takes the screen does not count.
        command: the program and its arguments.
        environment: of the process.
        typed: sent at once.
        after: only what comes after these bytes counts.
        root: the checkout that is run.

    Raises:
        RuntimeError: it ended, or did not write it within a minute.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=root,
        env=dict(environment),
        start_new_session=True,
    )
    os.close(slave)
    if typed:
        os.write(master, typed)
    seen, taken = b"", 0.0
    try:
        while not taken and time.perf_counter() - start < DEADLINE_SECONDS:
            if not select.select([master], [], [], 1.0)[0]:
                continue
            try:
                seen += os.read(master, 65536)
            except OSError:
                break
            if wanted in seen[max(0, seen.find(after)) :] and after in seen:
                taken = time.perf_counter() - start
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = -signal.SIGKILL  # it was waited for here
        os.close(master)
    if not taken:
        raise RuntimeError(f"{command[-1]!r} never showed {wanted!r}: {seen[-400:]!r}")
    return taken, used.ru_utime + used.ru_stime


def prepare(library: Path) -> None:
    """Index the demonstration corpus."""
    from kmassist.assistant import Assistant
    from kmassist.settings.file import sample_corpus
    from kmassist.settings.model import load_settings

    with Assistant.open(load_settings({"library": str(library)}), create=True) as assistant:
        for _ in assistant.add([sample_corpus()]):
            pass


def main() -> None:
    """Measure in turns, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--library", type=Path)
    parser.add_argument(
        "--before", type=Path, metavar="DIR", help="another checkout to measure beside this one"
    )
    parser.add_argument("--times", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        library = given.library or Path(place) / "library"
        if given.library is None:
            prepare(library)
        base = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        }  # as a person has it
        base |= {"KMASSIST_CONFIG": str(Path(place) / "kmassist.toml"), "TERM": "xterm-256color"}
        ours = [sys.executable, "-m", "kmassist", "--library", str(library)]
        runs: dict[str, tuple[bytes, list[str], Path, bytes]] = {
            # name: (looked for, command, checkout, typed at once)
            "interpreter": (b"imported", [sys.executable, "-c", _IMPORT], ROOT, b""),
            "bare, empty": (b"painted", [sys.executable, "-c", _EMPTY], ROOT, b""),
            "bare, input": (PLACEHOLDER, [sys.executable, "-c", _INPUT], ROOT, b""),
            "kmassist": (PLACEHOLDER, ours, ROOT, b""),
            "kmassist, typed early": (WORD, ours, ROOT, WORD),
        }
        if given.before:
            runs["before"] = (PLACEHOLDER, ours, given.before.resolve(), b"")
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
        for turn in range(given.times + 1):
            for name, (wanted, command, root, typed) in runs.items():
                after = _OWN_SCREEN if name != "interpreter" else b""
                here = {**base, "PYTHONPATH": str(root)}
                both = seconds_until(wanted, command, here, typed=typed, after=after, root=root)
                if turn:  # the first start reads everything from disk
                    taken[name].append(both)
    report = {name: summary(both) for name, both in taken.items()}
    ratio = report["kmassist"]["median"] / report["bare, empty"]["median"]
    print(
        f"{'seconds, of ' + str(given.times):<24}{'median':>8}{'best':>8}{'worst':>8}{'processor':>11}"
    )
    for name, row in report.items():
        print(
            f"{name:<24}{row['median']:>8.3f}{row['best']:>8.3f}{row['worst']:>8.3f}{row['processor']:>11.3f}"
        )
    print(f"kmassist takes {ratio:.2f} times as long as an empty application")
    body = {"times": given.times, "seconds": report, "ratio": round(ratio, 2)}
    OUT.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def summary(both: list[tuple[float, float]]) -> dict[str, float]:
    """Median, best and worst on the clock; the median of the processor's time, which a busy machine hardly changes."""
    clock, processor = zip(*both, strict=True)
    figures = {
        "median": statistics.median(clock),
        "best": min(clock),
        "worst": max(clock),
        "processor": statistics.median(processor),
    }
    return {name: round(value, 3) for name, value in figures.items()}


if __name__ == "__main__":
    main()
