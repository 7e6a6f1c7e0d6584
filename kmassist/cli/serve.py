"""serve: the terminal interface in a browser on this computer."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import click

from kmassist.cli.session import Session, pass_session


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; any other than this computer's own needs --no-login-is-understood.",
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--no-login-is-understood", "is_understood", is_flag=True, help="Listen on another address although there is no log-in."
)
@pass_session
def serve_command(session: Session, host: str, port: int, is_understood: bool) -> int:
    """The same interface in a browser, for colleagues without a terminal."""
    from kmassist.tui import serve

    if host not in ("127.0.0.1", "localhost", "::1") and not is_understood:
        raise click.UsageError(
            f"Listening on {host} would let anybody on the network read this library: there is no log-in. Add --no-login-is-understood to do it."
        )
    settings = session.settings()
    if session.is_sample:
        session.prepare_sample(settings)
    command = [sys.executable, "-m", "kmassist", "--library", str(settings.library)]
    serve(subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command), host=host, port=port)
    return 0
