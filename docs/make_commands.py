"""Write docs/commands.md from what ``--help`` says: python docs/make_commands.py [--check]."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from kmassist.cli import cli

TARGET = Path(__file__).with_name("commands.md")


def command_help(command: click.Command, name: str) -> Iterator[str]:
    """A command's help as it is printed at 80 columns, then that of its own commands."""
    context = click.Context(command, info_name=name, max_content_width=80, terminal_width=80)
    yield f"{'#' * min(5, 2 + name.count(' '))} {name}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from command_help(found, f"{name} {below}")


def reference() -> str:
    """The whole page."""
    context = click.Context(cli, info_name="kmassist")
    parts = [
        "# Commands\n\nMade from `--help` by `docs/make_commands.py`; a test fails when it is out of date.\n"
    ]
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        parts += command_help(command, f"kmassist {name}")
    return "\n".join(parts)


if __name__ == "__main__":
    text = reference()
    if "--check" in sys.argv:
        sys.exit(
            0
            if TARGET.read_text("utf-8") == text
            else "docs/commands.md is out of date: python docs/make_commands.py"
        )
    TARGET.write_text(text, "utf-8")
