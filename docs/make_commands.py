"""Write what is made of the commands themselves: python docs/make_commands.py [--check].

docs/commands.md is what ``--help`` says, docs/schemas.json the JSON schemas of what ``--json`` writes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from kmassist.cli import cli
from kmassist.cli.schema import all_schemas


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
    folder = Path(__file__).parent
    made = {"commands.md": reference(), "schemas.json": json.dumps(all_schemas(), indent=1) + "\n"}
    if "--check" in sys.argv:
        stale = [name for name, text in made.items() if (folder / name).read_text("utf-8") != text]
        sys.exit(
            f"Out of date, run python docs/make_commands.py: {', '.join(stale)}" if stale else 0
        )
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
