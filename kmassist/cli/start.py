"""What ``kmassist`` does without a command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from kmassist.cli.options import OneOf
from kmassist.cli.session import Session, pass_assistant, pass_session

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_SAMPLE_QUESTION = "How should we triage women who attend unscheduled?"


def start(session: Session) -> int:
    """Open the terminal interface; without a terminal print the status and the answer to a sample question."""
    # Set by `kmassist serve`, where pipes take the terminal's place.
    is_in_browser = "TEXTUAL_DRIVER" in os.environ
    if is_in_browser or (sys.stdin.isatty() and sys.stdout.isatty()):
        return _stay(session, is_in_browser=is_in_browser)
    from kmassist.cli.library import status_lines
    from kmassist.cli.render import answer_lines

    with session.assistant(create=True) as assistant:
        click.echo(
            "\n".join(
                [
                    *status_lines(assistant.status()),
                    *(f"! {r}" for r in assistant.decisions.reminders()),
                ]
            )
        )
        if assistant.status().documents:
            click.echo("")
            click.echo("\n".join(answer_lines(assistant.answer(_SAMPLE_QUESTION))))
        else:
            click.echo(
                "The library is empty. Add documents: kmassist add FOLDER   Try the demonstration: kmassist --sample"
            )
    return 0


def _stay(session: Session, *, is_in_browser: bool) -> int:
    """The interface, until the person leaves: on this library, on the demonstration, and back again as they choose."""
    from kmassist.settings.file import SAMPLES, default_library
    from kmassist.tui import TO_DEMONSTRATION, TO_OWN_LIBRARY

    own = Session(None, None) if session.sample else session
    sample = next(iter(SAMPLES))
    shown = str(default_library().with_name(f"{SAMPLES[sample]}-library"))
    demonstration = session if session.sample else Session(shown, sample)
    code = _interface(session, is_in_browser=is_in_browser)
    while code in (TO_DEMONSTRATION, TO_OWN_LIBRARY):
        chosen = demonstration if code == TO_DEMONSTRATION else own
        code = _interface(chosen, is_in_browser=is_in_browser)
    return code


def _interface(session: Session, *, is_in_browser: bool) -> int:
    from kmassist.tui import run
    from kmassist.tui.preferences import read_display

    if is_in_browser:
        from kmassist.tui.web import end_with_server

        end_with_server()
    values, origins = session.settings_values()
    if session.sample and not session.is_sample_ready(values["library"]):
        session.prepare_sample(session.settings())

    def opened() -> (
        Assistant
    ):  # called after the first paint: importing it takes as long as the interface itself
        from kmassist.assistant import Assistant

        return Assistant.open(session.settings(), create=True)

    return run(opened, read_display(values, origins))


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; any other than this computer's own needs --no-login-is-understood.",
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--no-login-is-understood",
    "is_understood",
    is_flag=True,
    help="Listen on another address although there is no log-in.",
)
@pass_session
def serve_command(session: Session, host: str, port: int, is_understood: bool) -> None:
    """The same interface in a browser, for colleagues without a terminal."""
    from kmassist.tui import serve

    if host not in ("127.0.0.1", "localhost", "::1") and not is_understood:
        raise click.UsageError(
            f"Listening on {host} sends the token and all that is read unencrypted over the network, and there is no log-in. "
            "Add --no-login-is-understood to do it."
        )
    settings = session.settings()
    if session.sample:
        session.prepare_sample(settings)
    os.environ["KMASSIST_LIBRARY"] = str(
        settings.library
    )  # never in the list of processes: it may hold a password
    serve([sys.executable, "-m", "kmassist"], host=host, port=port)


@click.command()
@click.option(
    "--share",
    type=OneOf(["public", "nhs-internal", "team"]),
    default="public",
    show_default=True,
    help="The widest sharing mark of what may be shown; what is wider stays unseen.",
)
@click.option(
    "--allow-writes", is_flag=True, help="Also let it log a search or open a gap; never more."
)
@pass_assistant(read_only=True)
def mcp_command(assistant: Assistant, share: str, allow_writes: bool) -> None:
    """Let an assistant ask this library: a Model Context Protocol server on stdin and stdout.

    The assistant's program starts this command itself. What it is shown may leave this computer with it: only sources
    marked public, unless --share says more. Small numbers of people are hidden always. No socket is opened,
    unless the library is a database that you name.
    """
    from kmassist.assistant.visitor import Visitor
    from kmassist.cli.session import log_crash
    from kmassist.mcp import serve

    serve(
        Visitor(assistant, share),
        writer=assistant.for_writing if allow_writes else None,
        on_crash=log_crash,
    )
