"""trend, export: series over time and lists of references."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.options import (
    FILE,
    OneOf,
    as_json_option,
    filter_options,
    force_option,
    make_filter,
)
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_KINDS = {"run": "run chart", "xmr": "XmR chart", "p": "p chart"}


@click.command()
@click.argument("about", nargs=-1)
@click.option(
    "--chart",
    "kind",
    type=OneOf(list(_KINDS)),
    help="Draw it as this chart; else p from ten periods on, run below.",
)
@click.option(
    "-o", "--output", "target", type=FILE, help="Write it as .svg or .png (one series) or .csv."
)
@force_option
@as_json_option
@pass_session
def trend_command(
    session: Session,
    about: tuple[str, ...],
    kind: str | None,
    target: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Audit criteria measured three times or more, as run or control charts.

    Rules and limits are those of NHS England's Making Data Count. ABOUT narrows to criteria or services with these words.
    """
    from kmassist.assistant.exports import find_series, write_series
    from kmassist.briefs.process_chart import ChartKind
    from kmassist.cli.render import is_own_screen

    chosen = ChartKind(_KINDS[kind]) if kind else None
    with session.assistant(read_only=True) as assistant:
        privacy = assistant.settings.privacy
        is_leaving = target is not None or as_json or not is_own_screen(privacy)
        series = find_series(
            assistant.index, assistant.settings, " ".join(about), is_leaving=is_leaving
        )
        if target:
            path = write_series(assistant.index, series, target, chosen, force=force)
            click.echo(f"Wrote {path}.", err=True)
            return
    if as_json:
        print_json([_as_json(one, chosen) for one in series])
    elif not series:
        click.echo(
            "No audit criterion in this corpus has three periods or more with counts and dates. "
            "Rounds of one audit are joined when criterion and issuer are the same."
        )
    for one in () if as_json else series:
        _show(one, chosen)


def _show(series: Any, kind: Any) -> None:
    from kmassist.briefs.audit_series import in_words
    from kmassist.briefs.layout.series import series_text
    from kmassist.cli.render import style, wrap

    click.echo(
        style(wrap(f"{series.criterion} ({series.issuer or 'issuer not known'})"), bold=True)
    )
    for line in in_words(series, series.chart(kind)):
        click.echo(wrap(line, "  ", "  "))
    for line in series_text(series, kind):
        click.echo(f"  {line}")
    click.echo()


def _as_json(series: Any, kind: Any) -> dict[str, Any]:
    from dataclasses import asdict

    from kmassist.briefs.audit_series import in_words

    chart = series.chart(kind)
    shown = asdict(series)
    shown["points"] = [asdict(point) | {"percent": point.percent} for point in series.shown]
    shown["hidden"] = len(series.points) - len(series.shown)
    return {**shown, "chart": asdict(chart), "words": in_words(series, chart)}


@click.command()
@click.argument("target", type=FILE)
@filter_options
@force_option
@pass_assistant(read_only=True)
def export_command(assistant: Assistant, target: Path, force: bool, **narrow: Any) -> None:
    """Write the documents' references to a .ris, .bib or .csv file, for a reference manager or a spreadsheet."""
    from kmassist.assistant.exports import write_references

    path, written, withheld = write_references(
        assistant.index,
        assistant.settings,
        make_filter(assistant, narrow),
        target,
        force=force,
    )
    left_out = f" {withheld} marked for the team alone left out." if withheld else ""
    click.echo(f"Wrote {written} references to {path}.{left_out}", err=True)
