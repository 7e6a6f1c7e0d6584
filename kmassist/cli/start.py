"""What ``kmassist`` does without a command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.cli.session import Session

_SAMPLE_QUESTION = "How should we triage women who attend unscheduled?"


def start(session: Session) -> int:
    """Open the terminal interface; without a terminal print the status and the answer to a sample question."""
    is_in_browser = "TEXTUAL_DRIVER" in os.environ  # set by `kmassist serve`, where pipes take the terminal's place
    if is_in_browser or (sys.stdin.isatty() and sys.stdout.isatty()):
        from kmassist.tui import run
        from kmassist.tui.preferences import read_display

        values, origins = session.settings_values()
        if session.is_sample and not session.is_sample_ready(values["library"]):
            session.prepare_sample(session.settings())

        def opened() -> Assistant:  # called after the first paint: importing it takes as long as the interface itself
            from kmassist.assistant import Assistant

            return Assistant.open(session.settings(), create=True)

        return run(opened, read_display(values, origins))
    from kmassist.cli.library import status_lines
    from kmassist.cli.render import answer_lines

    with session.assistant(create=True) as assistant:
        click.echo("\n".join([*status_lines(assistant.status()), *(f"! {r}" for r in assistant.decisions.reminders())]))
        if assistant.status().documents:
            click.echo("")
            click.echo("\n".join(answer_lines(assistant.answer(_SAMPLE_QUESTION))))
        else:
            click.echo("The library is empty. Add documents: kmassist add FOLDER   Try the demonstration: kmassist --sample")
    return 0
