"""searches: the log of searches made elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kmassist.cli.session import Session, pass_session, print_json

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(invoke_without_command=True)
@click.pass_context
def searches_command(ctx: click.Context) -> None:
    """Searches made outside this corpus: only they can turn a corpus gap into an evidence gap."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(searches_list, question="", as_json=False)


@searches_command.command("log")
@click.option("--databases", required=True, help='Comma-separated, for example "MEDLINE, CINAHL".')
@click.option("--strategy", required=True, help="The terms used.")
@click.option("--role", "by_role", required=True, help="Who searched: a role, not a name.")
@click.option("--date", default=None, help="YYYY-MM-DD (default today).")
@click.option("--question", default="", help="The question it was for.")
@click.option("--topic", default="", help="Or its topic code.")
@click.option("--gap", "gap_id", default="", help="Or the gap of the register.")
@click.option(
    "--found",
    type=click.Choice(["no reliable review", "a review that shows uncertainty", "a reliable review"]),
    default="no reliable review",
    show_default=True,
)
@click.option("--outcome", default="", help="In a sentence, what came of it.")
@click.option("--second-reviewer", default="", help="Role of a second person who checked it.")
@click.option("--registers", default="", help="Registers of ongoing studies that were checked, comma-separated.")
@click.option("--ongoing", default="", help="An ongoing study that was found.")
@click.option("--result-expected", default=None, help="When it is due, YYYY-MM.")
@pass_session
def searches_log(session: Session, registers: str, date: str | None, **fields: Any) -> int:
    """Log a search made elsewhere."""
    if date:
        fields["date"] = date
    with session.assistant(create=True) as assistant:
        record = assistant.gaps.log_search(**fields, registers=tuple(r.strip() for r in registers.split(",") if r.strip()))
    click.echo(
        f"search {record.search_id}, {record.date}, {', '.join(record.databases)}, by {record.by_role}: {record.found.value}"
    )
    return 0


@searches_command.command("list")
@click.option("--question", default="", help="Only those about this question.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_session
def searches_list(session: Session, question: str, as_json: bool) -> int:
    """List the search log."""
    with session.assistant(read_only=True) as assistant:
        found = assistant.gaps.searches(question)
    if as_json:
        print_json([json.loads(s.model_dump_json()) for s in found])
        return 0
    from kmassist.cli.render import table

    rows = [
        [s.search_id, str(s.date), s.by_role, ", ".join(s.databases), s.question or s.topic or f"gap {s.gap_id}"] for s in found
    ]
    click.echo(table(rows, ["search", "date", "role", "databases", "for"]) if rows else "No searches are logged.")
    return 0


@searches_command.command("export")
@click.argument("target", type=_FILE)
@click.option("--force", is_flag=True, help="Replace the file when it is there.")
@pass_session
def searches_export(session: Session, target: Path, force: bool) -> int:
    """Write the search log as .csv or .json."""
    with session.assistant(read_only=True) as assistant:
        assistant.gaps.export_searches(target, force=force)
    click.echo(f"Wrote {target}.", err=True)
    return 0
