"""A newcomer's first ten minutes in a real terminal, from an empty library to a conversation taken up again."""

from __future__ import annotations

import time
from pathlib import Path

from kmassist.settings.model import Settings
from tests.tui.test_terminal import Terminal, program, pytestmark, terminal

__all__ = ["pytestmark", "terminal"]  # the mark and the fixture of this kind of test
TEN_MINUTES = 600


def look_at_the_demonstration(terminal: Terminal) -> None:
    """A question, a follow-up, a source in its place and a brief, all on the demonstration."""
    terminal.press("Tab")
    terminal.wait_for("Enter Ask", "Esc Back")
    terminal.press("Enter")
    terminal.wait_for("This is the demonstration", "137 documents")
    terminal.write("What do women say about waiting in triage?")
    terminal.press("Enter")
    terminal.wait_for("In short", "Maternity and Neonatal Voices", "Coverage of this question")
    terminal.write("and what does it cost")
    terminal.press("Enter")
    terminal.wait_for("and what does it cost", "Cost and economics needed", "In short")
    terminal.press("Tab")
    terminal.wait_for("Enter Context")
    terminal.press("Enter")
    terminal.wait_for("[1] ", "Next", "Original")
    terminal.press("Escape")
    terminal.wait_for("Enter Context", "^b Brief")
    terminal.press("C-b")
    terminal.wait_for("Evidence brief for", "DRAFT", "x Export")
    terminal.press("Escape")
    terminal.wait_for("Enter Context", "F2[Ask]")


def test_the_first_ten_minutes(terminal: Terminal, tmp_path: Path) -> None:
    """The demonstration, then one's own folder, a question on it, and the next day's start."""
    folder = tmp_path / "evidence" / "audit"
    folder.mkdir(parents=True)
    (folder / "calls.csv").write_text(
        "criterion,numerator,denominator,target,period\n"
        "Calls to the labour line answered within 5 minutes,196,560,95,1 January to 31 March 2026\n"
    )
    mine = program(Settings(library=tmp_path / "mine"), tmp_path)
    began = time.monotonic()
    terminal.start(*mine)
    terminal.wait_for("The library is empty", "Look at the demonstration first")
    look_at_the_demonstration(terminal)
    terminal.press("C-p")
    terminal.write("own library")
    terminal.wait_for("Leave the demonstration for my own library")
    terminal.press("Enter")
    terminal.wait_for("The library is empty")
    terminal.press("F3")
    terminal.wait_for("F3[Corpus]", "a Add")
    terminal.press("a")
    terminal.wait_for("Add documents")
    terminal.write(str(folder.parent))
    terminal.press("Enter")
    terminal.wait_for("Press Add to store")
    terminal.press("C-s")
    terminal.wait_for("1 document")
    terminal.press("F2")
    terminal.wait_for("Enter Ask")
    terminal.write("How quickly are calls to the labour line answered?")
    terminal.press("Enter")
    terminal.wait_for("196 of 560", "+ Local audit and data")
    terminal.press("C-q")
    assert terminal.exit_status() == 0
    terminal.start(*mine)
    terminal.wait_for("This corpus: 1 document ·", "Enter Ask")
    terminal.press("F7")
    terminal.wait_for("F7[Sessions]", "How quickly are calls")
    terminal.press("Enter")
    terminal.wait_for("F2[Ask]", "How quickly are calls", "196 of 560")
    terminal.press("C-q")
    assert terminal.exit_status() == 0
    assert time.monotonic() - began < TEN_MINUTES
