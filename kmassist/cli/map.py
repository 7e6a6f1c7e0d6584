"""map: topics by kinds of source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmassist.cli.options import FILE, as_json_option, force_option, set_option
from kmassist.cli.session import pass_assistant, print_json
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.gaps.map import GapMap


@click.command()
@click.option("--topic", default=None, metavar="CODE", help="One topic only, with its documents.")
@set_option
@click.option(
    "-o", "--output", "target", type=FILE, help="Write it as .html, .csv, .svg or .png instead."
)
@force_option
@as_json_option
@pass_assistant(read_only=True)
def map_command(
    assistant: Assistant,
    topic: str | None,
    set_name: str,
    target: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Topics by kinds of source: how many, how new, and where there is nothing."""
    code = assistant.vocabulary.topic_named(topic) if topic else None
    where = assistant.sets.filter(set_name) if set_name else None
    if target:
        written = assistant.gaps.export_map(target, code, where, force=force)
        click.echo(f"Wrote {written}.", err=True)
        return
    grid = assistant.gaps.map(code, where)
    if set_name:
        click.echo(f"Only the set “{set_name}” is shown.", err=True)
    if as_json:
        from dataclasses import asdict

        print_json(asdict(grid))
    else:
        _print_map(grid, explain=topic is not None)


def _print_map(grid: GapMap, *, explain: bool) -> None:
    from kmassist.cli.render import style, wrap
    from kmassist.documents.document import SourceType
    from kmassist.text.words import first_words

    click.echo(
        f"{counted(grid.documents, 'document')} on {grid.made_on}. Each cell: studies, state ({_LEGEND})."
    )
    click.echo(
        style(f"{'topic':<31}" + "".join(f"{kind.value:>6}" for kind in SourceType), bold=True)
    )
    for row in grid.rows:
        label = first_words(f"{row.topic} {row.label}", 30)
        click.echo(
            f"{label:<31}"
            + "".join(
                f"{f'{c.studies}{c.state.symbol}' if c.studies else c.state.symbol:>6}"
                for c in row.cells
            )
        )
        if explain:
            for cell in row.cells:
                click.echo(wrap(cell.says, "    ", "      "))
    kinds = ", ".join(f"{kind.value} {kind.label.lower()}" for kind in SourceType)
    click.echo(wrap(f"Kinds of source: {kinds}.", "", "  "))
    if grid.empty_topics:
        click.echo(
            wrap(
                "Nothing at all on: "
                + ", ".join(f"{code} {label}" for code, label in grid.empty_topics)
                + ".",
                "",
                "  ",
            )
        )


_LEGEND = (
    "+ sufficient, o thin, x conflicting, ! outdated only, ~ indirect only, "
    "/ silent on this, ? to check, - none"
)
