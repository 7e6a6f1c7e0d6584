"""A newcomer's first ten minutes in a real terminal, from an empty library to a conversation taken up again.

`python -m benchmarks.ten_minutes` plays the same steps in a fresh clone, with the installation and a time for each.
"""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.ten_minutes import AGAIN, DEMONSTRATION, OWN, TEN_MINUTES, own_folder, play
from kmassist.settings.model import Settings
from tests.tui.test_terminal import Terminal, program, pytestmark, terminal

__all__ = ["pytestmark", "terminal"]  # the mark and the fixture of this kind of test


def test_the_first_ten_minutes(terminal: Terminal, tmp_path: Path) -> None:
    """The demonstration, then one's own folder, a question on it, and the next day's start."""
    folder = own_folder(tmp_path)
    mine = program(Settings(library=tmp_path / "mine"), tmp_path)
    began = time.monotonic()
    terminal.start(*mine)
    terminal.wait_for("The library is empty", "Look at the demonstration first")
    terminal.press("Tab")
    terminal.wait_for("Enter Ask", "Esc Back")
    terminal.press("Enter")
    terminal.wait_for("This is the demonstration", "137 documents")
    for step in (*DEMONSTRATION, *OWN):
        play(terminal, step, folder)
    terminal.press("C-q")
    assert terminal.exit_status() == 0
    terminal.start(*mine)
    terminal.wait_for("This corpus: 1 document ·", "Enter Ask")
    play(terminal, AGAIN, folder)
    terminal.press("C-q")
    assert terminal.exit_status() == 0
    assert time.monotonic() - began < TEN_MINUTES
