"""One option, one spelling, whichever command it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from kmassist.cli import cli
from kmassist.cli.briefs import AudienceType
from tests.conftest import Run


def commands(group: click.Group, name: str = "kmassist") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    context = click.Context(group)
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        assert command is not None
        yield f"{name} {part}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {part}")


def test_a_file_to_write_is_named_by_the_same_two_options_everywhere() -> None:
    options = [
        (name, option.opts)
        for name, command in commands(cli)
        for option in command.params
        if isinstance(option, click.Option) and "--output" in option.opts
    ]
    assert len(options) > 8
    assert [name for name, spelt in options if sorted(spelt) != ["--output", "-o"]] == []


def test_the_help_of_brief_shows_how_one_is_composed(kmassist: Run) -> None:
    told = kmassist("brief", "--help").out
    assert all(option in told for option in ("--for", "--output", "--annex", "--set", "Commands:"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("clinical-lead", "clinical"),
        ("Clinical governance", "clinical"),
        ("commissioning", "commissioner"),
        ("ICB", "commissioner"),
        ("researchers", "research"),
        ("patients", "public"),
        ("policy body", "policy"),
        ("Trust Board", "board"),
        ("zebra", ""),
        ("the public and the board", ""),
    ],
)
def test_an_audience_is_known_as_people_write_it(said: str, meant: str) -> None:
    if meant:
        assert AudienceType().convert(said, None, None) == meant
    else:
        with pytest.raises(click.BadParameter, match="Say one of: clinical, commissioner"):
            AudienceType().convert(said, None, None)
