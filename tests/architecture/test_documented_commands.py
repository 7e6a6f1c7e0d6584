"""Every kmassist command that the README and the documents show is one: its name, its options, the words it takes for them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click
import pytest

from kmassist.cli import cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for path in (ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "docs").glob("*.md"))
    if path.name not in {"ten-minutes.md", "measurements.md", "commands.md"}
    # what was seen, figures, and the help itself
)
_IMPLIED = {"brief": "compose", "screen": "begin"}
"""Commands with others below them that do one of these by themselves."""
_PLACEHOLDER = re.compile(r"[A-Z][A-Z_.-]*|.*[<>…|\[\]].*|\.\.\.")


def commands_in(text: str) -> Iterator[str]:
    """Commands of code blocks (fenced or indented) and of code in a line."""
    is_code = False
    for line in text.splitlines():
        is_code ^= line.lstrip().startswith("```")
        found = re.match(r"(\s*)(?:\$ )?(?:uvx )?(kmassist .*)", line)
        if found and (is_code or len(found.group(1)) >= 4):
            yield found.group(2)
    yield from re.findall(r"(?<!`)`(kmassist [^`\n]+)`", text)


def words_of(command: str) -> list[str]:
    """What the shell would hand over, up to a pipe or the next command."""
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        return []
    end = next(
        (n for n, word in enumerate(words) if word in {"|", "&&", ">", "||", ";", "2>"}), None
    )
    return [word.rstrip(";,") for word in words[1:end]]


def faults_of(words: list[str]) -> Iterator[str]:
    """What of a command line is not what kmassist takes."""
    context = click.Context(cli)
    command, below = cast(click.Command, cli), cast("click.Command | None", None)
    options = {name: p for p in cli.params if isinstance(p, click.Option) for name in p.opts}
    is_value_next: click.Option | None = None
    for word in words:
        if is_value_next is not None:
            choices = getattr(is_value_next.type, "choices", ())
            if choices and word not in choices and not _PLACEHOLDER.fullmatch(word):
                yield f"{word} for {is_value_next.opts[0]}"
            is_value_next = None
        elif word.startswith("-") and len(word) > 1:
            name, _, value = word.partition("=")
            if name in {"-h", "--help", "--version"}:
                continue
            if name not in options:
                yield name
            elif not (options[name].is_flag or options[name].count or value or name == "--sample"):
                is_value_next = options[name]
        elif isinstance(command, click.Group):
            below = command.get_command(context, word)
            is_known = below is not None or word in {"maternity", "frailty"}  # behind --sample
            if command is cli and not is_known and not _PLACEHOLDER.fullmatch(word):
                yield word
                return
            command = below or command
            implied = _IMPLIED.get(str(command.name), "")
            if isinstance(command, click.Group) and implied:
                below = command.commands[implied]
            options |= {
                name: p
                for p in (*command.params, *(below.params if below else ()))
                if isinstance(p, click.Option)
                for name in (*p.opts, *p.secondary_opts)
            }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_shown_is_one(document: Path) -> None:
    wrong = [
        f"{command}: {', '.join(faults)}"
        for command in commands_in(document.read_text("utf-8"))
        if (faults := list(faults_of(words_of(command))))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_check_finds_what_is_wrong() -> None:
    shown = "    kmassist aks x --jsno\nand `kmassist gaps list --stage opne`, `kmassist export x.ris`\n"
    found = [list(faults_of(words_of(command))) for command in commands_in(shown)]
    assert found == [["aks"], ["opne for --stage"], []]
