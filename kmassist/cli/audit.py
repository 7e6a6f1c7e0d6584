"""audit: who did what and when, narrowed and written to a file."""

from __future__ import annotations

from pathlib import Path

import click

from kmassist.cli.options import FILE, as_json_option
from kmassist.cli.session import Session, pass_session, print_json


@click.command()
@click.option("--action", default="", help="Only actions with these words: edit, export, decision.")
@click.option("--role", default="", help="Only what this role did.")
@click.option("--doc", default="", help="Only this document or record, by its whole id.")
@click.option("--since", default="", metavar="YYYY-MM-DD", help="Only from this day on.")
@as_json_option
@click.option(
    "-o",
    "--output",
    type=FILE,
    help="Write it to a file: .csv, .json or .md.",
)
@pass_session
def audit_command(
    session: Session,
    action: str,
    role: str,
    doc: str,
    since: str,
    as_json: bool,
    output: Path | None,
) -> None:
    """Who did what and when, oldest first. The trail holds roles, ids, counts and digests, never a document's words."""
    from kmassist.assistant.trail import TRAIL_HEADER, trail_body, trail_rows, write_trail

    with session.assistant(read_only=output is None) as assistant:
        lines = assistant.trail(action=action, role=role, doc=doc, since=since)
        if output is not None:
            write_trail(assistant.index, output, lines)
    if output is not None:
        click.echo(f"Wrote {len(lines)} lines to {output}.")
    elif as_json:
        print_json([trail_body(line) for line in lines])
    else:
        from kmassist.cli.render import table

        click.echo(table(trail_rows(lines), TRAIL_HEADER) if lines else "No lines.")
