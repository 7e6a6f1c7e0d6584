"""screen: what a search elsewhere found, screened by title and abstract."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.options import FILE, as_json_option, force_option, found_option, role_option
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.records.screening import Found, Screening


class _FilesOrCommand(click.Group):
    """``screen FILE`` begins a screening; a command of the group is named instead."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """What is no command is the first file."""
        is_file = self.get_command(ctx, args[0]) is None
        return super().resolve_command(ctx, ["begin", *args] if is_file else args)


_IN = click.option(
    "--in",
    "screening_id",
    default="",
    metavar="SCREENING",
    help="The screening (default: the last that is not finished).",
)
_NUMBERS = click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1))


@click.group(cls=_FilesOrCommand, invoke_without_command=True)
@click.pass_context
def screen_command(ctx: click.Context) -> None:
    """Screen what a search elsewhere found: kmassist screen results.ris --question "..."."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(screen_list, screening_id="", wanted="", as_json=False)


@screen_command.command("begin")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--question", default="", help="The question that was searched for.")
@click.option("--gap", "gap_id", default="", help="Or the gap of the register.")
@click.option(
    "--database",
    "databases",
    multiple=True,
    help="The database a file is from, in the order of the files.",
)
@click.option("--strategy", default="", help="The search as it was run.")
@click.option("--into", default="", metavar="SCREENING", help="Add to this screening.")
@as_json_option
@pass_assistant(create=True)
def screen_begin(
    assistant: Assistant, files: tuple[Path, ...], as_json: bool, **options: Any
) -> int:
    """Read FILES (RIS, NBIB, CSV and other exports) and make their records ready to screen. 'begin' may be left out."""
    desk = assistant.outside.screening
    screening, said = desk.begin(files, **options)
    flow = desk.flow(screening.screening_id)
    for sentence in said:
        click.echo(sentence, err=True)
    if as_json:
        print_json(_screening_json(screening))
        return 0
    click.echo(
        f"Screening {screening.screening_id}: {flow.total} records, {flow.duplicates} repeated, "
        f"{flow.held} in the library already, {flow.waiting} to screen."
    )
    click.echo("Look with 'kmassist screen list', decide with 'include' and 'exclude'.", err=True)
    return 0


@screen_command.command("all")
@as_json_option
@pass_assistant(read_only=True)
def screen_all(assistant: Assistant, as_json: bool) -> int:
    """Every screening, with how far it is."""
    desk = assistant.outside.screening
    found = [(s, desk.flow(s.screening_id)) for s in desk.list()]
    if as_json:
        print_json([_screening_json(s) for s, _ in found])
        return 0
    from kmassist.cli.render import table

    rows = [
        [s.screening_id, s.began, s.finished or f"{f.waiting} to screen", str(f.total), str(f.included), s.question]
        for s, f in found
    ]  # fmt: skip
    header = ["screening", "began", "finished", "records", "included", "question"]
    click.echo(table(rows, header) if rows else "Nothing was screened yet.")
    return 0


@screen_command.command("list")
@_IN
@click.option("--to-screen", "wanted", flag_value="to screen", help="Only those that wait.")
@click.option("--included", "wanted", flag_value="included", help="Only those included.")
@click.option("--excluded", "wanted", flag_value="excluded", help="Only those left out.")
@click.option("--duplicates", "wanted", flag_value="duplicate", help="Only those that repeat.")
@as_json_option
@pass_assistant(read_only=True)
def screen_list(assistant: Assistant, screening_id: str, wanted: str | None, as_json: bool) -> int:
    """The records by number, and what became of each."""
    from kmassist.records.screening import verdict_of

    screening = assistant.outside.screening.get(screening_id)
    records = assistant.outside.screening.records(screening.screening_id)
    chosen = [f for f in records if not wanted or verdict_of(screening, f).startswith(wanted)]
    if as_json:
        print_json({**_screening_json(screening), "records": [_json(screening, f) for f in chosen]})
        return 0
    from kmassist.cli.render import table, wrap

    click.echo(wrap(f"Screening {screening.screening_id}: {screening.question}"))
    rows = [[str(f.number), f.published[:4], _became(screening, f), f.title] for f in chosen]
    click.echo(table(rows, ["n", "year", "state", "title"]) if rows else "No such records.")
    return 0


@screen_command.command("show")
@click.argument("number", type=click.IntRange(1))
@_IN
@pass_assistant(read_only=True)
def screen_show(assistant: Assistant, number: int, screening_id: str) -> int:
    """Title and abstract of record NUMBER."""
    from kmassist.cli.render import style, wrap

    screening = assistant.outside.screening.get(screening_id)
    records = assistant.outside.screening.records(screening.screening_id)
    found = next((f for f in records if f.number == number), None)
    if found is None:
        raise click.UsageError(f"There is no record {number}; there are {len(records)}.")
    click.echo(style(wrap(f"{found.number}. {found.title}"), bold=True))
    where = [found.cite_as, found.journal, found.published, found.doi and f"doi:{found.doi}"]
    database = screening.sources[found.of - 1].database
    click.echo(wrap(" · ".join(part for part in [*where, database] if part)))
    for paragraph in found.abstract.split("\n"):
        if paragraph.strip():
            click.echo(wrap(paragraph.strip()))
    click.echo(_became(screening, found))
    return 0


@screen_command.command("include")
@_NUMBERS
@_IN
@pass_session
def screen_include(session: Session, numbers: tuple[int, ...], screening_id: str) -> int:
    """Include records NUMBERS; they are added to the library when the screening is finished."""
    return _decide(session, numbers, screening_id, "included", "")


@screen_command.command("exclude")
@_NUMBERS
@click.option("--reason", default="", help="Why, in a few words that serve for others too.")
@click.option("--full-text", "is_full", is_flag=True, help="It was read in full before.")
@click.option("--not-retrieved", "is_lost", is_flag=True, help="Its full text could not be had.")
@_IN
@pass_session
def screen_exclude(
    session: Session,
    numbers: tuple[int, ...],
    reason: str,
    is_full: bool,
    is_lost: bool,
    screening_id: str,
) -> int:
    """Leave records NUMBERS out, with a reason."""
    verdict = "not retrieved" if is_lost else "excluded at full text" if is_full else "excluded"
    return _decide(session, numbers, screening_id, verdict, reason)


@screen_command.command("undo")
@_NUMBERS
@_IN
@pass_assistant()
def screen_undo(assistant: Assistant, numbers: tuple[int, ...], screening_id: str) -> int:
    """Take decisions back."""
    assistant.outside.screening.undo(screening_id, numbers)
    click.echo(f"{_numbers(numbers)}: to screen again")
    return 0


def _decide(
    session: Session, numbers: tuple[int, ...], screening_id: str, verdict: str, reason: str
) -> int:
    from kmassist.records.screening import Verdict

    with session.assistant() as assistant:
        desk = assistant.outside.screening
        screening = desk.decide(screening_id, numbers, Verdict(verdict), reason=reason)
        flow = desk.flow(screening.screening_id)
    click.echo(f"{_numbers(numbers)}: {verdict}; {flow.waiting} to screen")
    return 0


@screen_command.command("flow")
@_IN
@click.option("-o", "--output", type=FILE, help="A file that ends in .svg, .txt or .json.")
@force_option
@as_json_option
@pass_assistant(read_only=True)
def screen_flow(
    assistant: Assistant, screening_id: str, output: Path | None, force: bool, as_json: bool
) -> int:
    """The counts as a PRISMA 2020 flow."""
    from kmassist.records.prisma import flow_text

    desk = assistant.outside.screening
    if output is not None:
        click.echo(f"Wrote {desk.export_flow(output, screening_id, force=force)}.", err=True)
        return 0
    flow = desk.flow(screening_id)
    if as_json:
        print_json({**json.loads(flow.model_dump_json()), "total": flow.total})
    else:
        click.echo(flow_text(flow), nl=False)
    return 0


@screen_command.command("finish")
@_IN
@role_option("Who searched: a role, not a name.", required=True)
@click.option("--date", default=None, help="The day of the search, YYYY-MM-DD (default today).")
@found_option
@click.option("--second-reviewer", default="", help="Role of a second person who screened.")
@click.option("--registers", default="", help="Registers of ongoing studies that were checked.")
@pass_session
def screen_finish(
    session: Session, screening_id: str, date: str | None, registers: str, **search: Any
) -> int:
    """Add what was included to the library and log the search, so that a gap can be confirmed on it."""
    if date:
        search["date"] = date
    search["registers"] = tuple(r.strip() for r in registers.split(",") if r.strip())
    with session.assistant() as assistant:
        done = assistant.outside.screening.finish(screening_id, **search)
    for document in done.added:
        click.echo(f"added {document.doc_id}: {document.metadata.title}")
    click.echo(f"search {done.search.search_id} is logged: {done.search.outcome}")
    for gap in done.may_close:
        click.echo(f"gap {gap} may be closed by what was added.", err=True)
    if done.screening.gap_id:
        click.echo(f"See 'kmassist gaps confirm {done.screening.gap_id}'.", err=True)
    return 0


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _became(screening: Screening, found: Found) -> str:
    from kmassist.records.screening import Verdict, verdict_of

    verdict = verdict_of(screening, found)
    decided = screening.decided.get(str(found.number))
    more = {
        Verdict.DUPLICATE: f" of {found.same_as}",
        Verdict.HELD: f" as {found.held_as[:9]}",
    }.get(verdict, f": {decided.reason}" if decided and decided.reason else "")
    return f"{verdict.value}{more}"


def _screening_json(screening: Screening) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(screening.model_dump_json(exclude={"decided"}))
    return body


def _json(screening: Screening, found: Found) -> dict[str, Any]:
    from kmassist.records.screening import verdict_of

    decided = screening.decided.get(str(found.number))
    return {
        **found.model_dump(mode="json", exclude={"document", "of"}),
        "database": screening.sources[found.of - 1].database,
        "state": verdict_of(screening, found).value,
        "reason": decided.reason if decided else "",
    }
