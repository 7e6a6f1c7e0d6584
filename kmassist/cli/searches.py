"""searches: the log of searches made outside this corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.options import (
    FILE,
    ListGroup,
    as_json_option,
    force_option,
    found_option,
    read_senses,
    role_option,
    show_list,
    wording_options,
)
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.question.strategy import Strategy


@click.group(cls=ListGroup)
def searches_command() -> None:
    """Searches made outside this corpus: only they can turn a corpus gap into an evidence gap."""


@searches_command.command("log")
@click.option("--databases", required=True, help='Comma-separated, for example "MEDLINE, CINAHL".')
@click.option("--strategy", required=True, help="The terms used.")
@role_option("Who searched: a role, not a name.", required=True)
@click.option("--date", default=None, help="YYYY-MM-DD (default today).")
@click.option("--question", default="", help="The question it was for.")
@click.option("--topic", default="", help="Or its topic code.")
@click.option("--gap", "gap_id", default="", help="Or the gap of the register.")
@found_option
@click.option("--outcome", default="", help="In a sentence, what came of it.")
@click.option("--second-reviewer", default="", help="Role of a second person who checked it.")
@click.option(
    "--registers",
    default="",
    help="Registers of ongoing studies that were checked, comma-separated.",
)
@click.option("--ongoing", default="", help="An ongoing study that was found.")
@click.option("--result-expected", default=None, help="When it is due, YYYY-MM.")
@pass_session
def searches_log(session: Session, registers: str, date: str | None, **fields: Any) -> None:
    """Log a search made elsewhere."""
    if date:
        fields["date"] = date
    with session.assistant(create=True) as assistant:
        record = assistant.gaps.log_search(
            **fields, registers=tuple(r.strip() for r in registers.split(",") if r.strip())
        )
    click.echo(
        f"search {record.search_id}, {record.date}, {', '.join(record.databases)}, by {record.by_role}: {record.found.value}"
    )


@searches_command.command("strategy")
@click.argument("question")
@click.option(
    "--for",
    "databases",
    multiple=True,
    metavar="DATABASE",
    help="medline, pubmed, embase, cinahl or hub; may be repeated (default: all).",
)
@wording_options
@click.option("-o", "--output", type=FILE, help="A file that ends in .txt, .md or .json.")
@force_option
@as_json_option
@pass_assistant(read_only=True)
def searches_strategy(
    assistant: Assistant, question: str, databases: tuple[str, ...], senses: tuple[str, ...],
    without: tuple[str, ...], subject: str | None, output: Path | None, force: bool, as_json: bool,
) -> None:  # fmt: skip
    """QUESTION as a search of databases elsewhere, line by line, for a librarian to finish and run."""
    from kmassist.assistant.outside import strategy_json

    found = assistant.outside.strategies(
        question,
        databases=tuple(d.casefold() for d in databases),
        senses=read_senses(senses),
        without=without,
        subject=subject or "",
    )
    if output is not None:
        click.echo(f"Wrote {assistant.outside.export(output, found, force=force)}.", err=True)
        return
    if as_json:
        print_json([strategy_json(strategy) for strategy in found])
    else:
        click.echo("\n\n".join(_strategy_text(strategy) for strategy in found))


def _strategy_text(strategy: Strategy) -> str:
    from kmassist.cli.render import safe, style, wrap

    notes = [wrap(f"- {note}", "", "  ") for note in strategy.notes]
    return "\n".join([style(strategy.database, bold=True), safe(strategy.text), "", *notes])


@searches_command.command("list")
@click.option("--question", default="", help="Only those about this question.")
@as_json_option
@pass_assistant(read_only=True)
def searches_list(assistant: Assistant, question: str, as_json: bool) -> None:
    """List the search log."""
    found = assistant.gaps.searches(question)
    show_list(
        found,
        ["search", "date", "role", "databases", "for"],
        lambda s: [s.search_id, str(s.date), s.by_role, ", ".join(s.databases), s.question or s.topic or f"gap {s.gap_id}"],
        "No searches are logged.",
        as_json=as_json,
    )  # fmt: skip


@searches_command.command("export")
@click.argument("target", type=FILE)
@force_option
@pass_assistant(read_only=True)
def searches_export(assistant: Assistant, target: Path, force: bool) -> None:
    """Write the search log as .csv or .json."""
    assistant.gaps.export_searches(target, force=force)
    click.echo(f"Wrote {target}.", err=True)
