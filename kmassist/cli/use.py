"""use: how much of what is known gets used, by kind of source and over time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmassist.cli.options import OneOf, as_json_option, force_option, output_option
from kmassist.cli.session import Session, pass_session, print_json

if TYPE_CHECKING:
    from kmassist.records.decisions import Ratio


@click.command()
@click.option(
    "--by",
    "every",
    type=OneOf(["month", "quarter", "year"]),
    default="quarter",
    show_default=True,
    help="Length of a period.",
)
@output_option
@force_option
@as_json_option
@pass_session
def use_command(
    session: Session, every: str, output: Path | None, force: bool, as_json: bool
) -> None:
    """How much of what is known gets used: the realisation ratio of each kind of source over all signed decisions."""
    from kmassist.records.decisions import Every, overall

    with session.assistant(read_only=output is None) as assistant:
        desk = assistant.decisions
        if output is not None:
            click.echo(
                f"Wrote {desk.export_use(output, every=Every(every), force=force)}.", err=True
            )
            return
        if as_json:
            print_json(json.loads(desk.use_text("json", Every(every))))
            return
        ratios, periods, reminders = desk.ratios(), desk.periods(Every(every)), desk.reminders()
    from kmassist.cli.render import style, table, wrap
    from kmassist.records.decisions.tables import EXPLAINS

    if not periods:
        click.echo('No signed decisions yet. Begin one: kmassist decide new "question"')
        return
    click.echo(style(f"  {'Kind of source':<36}{'':<22}Realisation ratio", bold=True))
    for ratio in (*ratios, overall(ratios)):
        click.echo(ratio_line(ratio))
    click.echo("")
    rows = [[p.label, str(p.decisions), *_cells(p.ratios), _share(p.overall)] for p in periods]
    click.echo(
        table(
            rows,
            [
                "Period",
                "Decisions",
                *(r.source_type.value if r.source_type else "" for r in ratios),
                "All",
            ],
        )
    )
    click.echo("")
    click.echo(wrap(EXPLAINS))
    for reminder in reminders:
        click.echo(wrap(f"! {reminder}", "", "  "))


def ratio_line(ratio: Ratio) -> str:
    """One row of the chart: name, bar, ratio in words."""
    name = f"{ratio.source_type.value} {ratio.label}" if ratio.source_type else ratio.label
    return f"  {name:<36}{ratio.bar() or '-':<22}{ratio.words}"


def _cells(ratios: tuple[Ratio, ...]) -> list[str]:
    return [_share(ratio) for ratio in ratios]


def _share(ratio: Ratio) -> str:
    return "-" if ratio.ratio is None else f"{ratio.ratio:.2f}"
