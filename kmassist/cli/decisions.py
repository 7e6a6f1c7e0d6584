"""decide: what was decided, what it used, and what it set aside and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.decision_lines import show_decision
from kmassist.cli.decision_review import (
    USES,
    decide_challenge,
    decide_reopen,
    decide_reply,
    decide_review,
    decide_sign_off,
)
from kmassist.cli.options import OneOf, as_json_option, force_option, output_option, role_option
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json
from kmassist.documents.source_types import kind_code

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_KINDS = [
    "change practice",
    "commission",
    "scale up a pilot",
    "stop or decommission",
    "generate knowledge",
    "wait for evidence",
    "other",
]


@click.group()
def decide_command() -> None:
    """Decisions and the knowledge they used: new, list, mark, check, sign-off, challenge, reply, review, export."""


def _fields(command: Callable[..., Any]) -> Callable[..., Any]:
    """What may be said of a decision."""
    for option in reversed(
        [
            click.option("--decision", "decision_text", metavar="TEXT", help="What was decided."),
            click.option("--body", metavar="NAME", help="Which body decides."),
            click.option("--date", metavar="YYYY-MM-DD", help="When (default: today)."),
            click.option("--kind", type=OneOf(_KINDS), help="What sort of decision."),
            click.option(
                "--priority", metavar="TEXT", help="The organisation's priority that it serves."
            ),
            click.option(
                "--took-part",
                "roles",
                multiple=True,
                metavar="ROLE",
                help="A role at the table; may be repeated.",
            ),
            click.option(
                "--review", "review_date", metavar="YYYY-MM-DD", help="When to ask what came of it."
            ),
            click.option("--brief", "brief_id", metavar="BRIEF", help="The brief it rests on."),
        ]
    ):
        command = option(command)
    return command


def _given(values: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in values.items() if value not in (None, ())}
    return {name.removesuffix("_text"): value for name, value in found.items()}


@decide_command.command("new")
@click.argument("question", nargs=-1, required=True)
@_fields
@role_option()
@as_json_option
@pass_assistant()
def decide_new(
    assistant: Assistant, question: tuple[str, ...], by_role: str, as_json: bool, **fields: Any
) -> int:
    """Begin the record of a decision on QUESTION: every relevant source waits to be marked used, noted or set aside."""
    record = assistant.decisions.new(" ".join(question), by_role=by_role, **_given(fields))
    return show_decision(record, as_json)


@decide_command.command("list")
@click.option("--overdue", is_flag=True, help="Only those whose review is overdue.")
@as_json_option
@pass_assistant(read_only=True)
def decide_list(assistant: Assistant, overdue: bool, as_json: bool) -> None:
    """All decisions, the latest first."""
    from kmassist.cli.render import table
    from kmassist.records.decisions import unmarked

    late = {d.decision_id for d in assistant.decisions.overdue()}
    records = [d for d in assistant.decisions.list() if not overdue or d.decision_id in late]
    if as_json:
        print_json(list(records))
        return
    if not records:
        click.echo(
            'No decisions yet. Begin one: kmassist decide new "question"'
            if not overdue
            else "No review is overdue."
        )
        return
    rows = []
    for d in records:
        state = "signed" if d.is_signed_off else f"draft, {len(unmarked(d))} unmarked"
        review = (
            f"{d.review_date}{' OVERDUE' if d.decision_id in late else ''}"
            if d.review_date
            else "-"
        )
        rows.append([d.decision_id, d.date, state, review, d.decision or d.question])
    click.echo(table(rows, ["Id", "Date", "State", "Review", "Decision"]))


@decide_command.command("show")
@click.argument("decision")
@as_json_option
@pass_assistant(read_only=True)
def decideshow_decision(assistant: Assistant, decision: str, as_json: bool) -> int:
    """One decision with its sources, what became of each, challenges, reviews and history."""
    record = assistant.decisions.open(decision)
    return show_decision(record, as_json)


@decide_command.command("edit")
@click.argument("decision")
@_fields
@role_option()
@as_json_option
@pass_session
def decide_edit(session: Session, decision: str, by_role: str, as_json: bool, **fields: Any) -> int:
    """Change a draft; of a signed decision only the review date."""
    changes = _given(fields)
    if not changes:
        raise click.UsageError("Say what to change, for example --review 2027-05-01.")
    with session.assistant() as assistant:
        record = assistant.decisions.edit(decision, changes, by_role=by_role)
    return show_decision(record, as_json)


@decide_command.command("mark")
@click.argument("decision")
@click.argument("sources", nargs=-1, required=True)
@click.option("--as", "use", type=OneOf(USES), required=True, help="What became of it.")
@click.option(
    "--because", "reason", default="", metavar="TEXT", help="Why; needed to set a source aside."
)
@role_option()
@as_json_option
@pass_assistant()
def decide_mark(
    assistant: Assistant,
    decision: str,
    sources: tuple[str, ...],
    use: str,
    reason: str,
    by_role: str,
    as_json: bool,
) -> int:
    """Mark SOURCES of a decision (numbers as listed, ids or file names) used, noted or set aside."""
    for source in sources:
        record = assistant.decisions.mark(
            decision, source, use.replace("-", " "), reason=reason, by_role=by_role
        )
    return show_decision(record, as_json)


@decide_command.command("add-source")
@click.argument("decision")
@click.argument("doc")
@role_option()
@as_json_option
@pass_assistant()
def decide_add_source(
    assistant: Assistant, decision: str, doc: str, by_role: str, as_json: bool
) -> int:
    """Bring DOC into a decision although the search did not find it."""
    record = assistant.decisions.add_source(decision, doc, by_role=by_role)
    return show_decision(record, as_json)


@decide_command.command("check")
@click.argument("decision")
@click.option(
    "--now", is_flag=True, help="Also ask the library again: what has become relevant since."
)
@as_json_option
@pass_assistant(read_only=True)
def decide_check(assistant: Assistant, decision: str, now: bool, as_json: bool) -> None:
    """What to settle before signing: sources without a mark, and people left out without a reason."""
    checks = assistant.decisions.checks(decision)
    fresh = assistant.decisions.unmarked(decision, now=True) if now else ()
    if as_json:
        print_json(
            {
                "checks": [c.model_dump() for c in checks],
                "unmarked_now": list(fresh),
            }
        )
        return
    from kmassist.cli.render import wrap

    for check in checks:
        click.echo(wrap(f"{'!' if check.blocks else '?'} {check.says}", "", "  "))
    for source in fresh:
        click.echo(
            wrap(
                f"  relevant now, not marked: {kind_code(source.source_type)} {source.cite_as}: {source.title} <{source.doc_id}>",
                "",
                "    ",
            )
        )
    if not checks:
        click.echo("Nothing is left to settle.")


@decide_command.command("to-brief")
@click.argument("decision")
@pass_assistant()
def decide_to_brief(assistant: Assistant, decision: str) -> None:
    """Write a decision into the decision record of its brief. A signed brief becomes a draft again."""
    brief_id = assistant.decisions.write_in_brief(decision)
    click.echo(f"Written into brief {brief_id}.", err=True)


@decide_command.command("delete")
@click.argument("decision")
@click.option("--yes", is_flag=True, help="Without asking.")
@pass_assistant()
def decide_delete(assistant: Assistant, decision: str, yes: bool) -> None:
    """Remove a draft; signed decisions stay."""
    record = assistant.decisions.open(decision)
    if not yes:
        click.confirm(
            f"Remove the draft '{record.decision or record.question}'?", abort=True, err=True
        )
    assistant.decisions.delete(record.decision_id)
    click.echo(f"Removed {record.decision_id}.", err=True)


@decide_command.command("export")
@click.argument("decision", required=False, default="")
@output_option
@force_option
@pass_session
def decide_export(session: Session, decision: str, output: Path | None, force: bool) -> None:
    """Write one decision, or all, as Markdown, CSV (one line a source) or JSON; Markdown on stdout without --output."""
    with session.assistant(read_only=output is None) as assistant:
        desk = assistant.decisions
        if output is None:
            click.echo(
                desk.text([desk.open(decision)] if decision else desk.list(), "md"), nl=False
            )
        else:
            click.echo(f"Wrote {desk.export(output, decision_id=decision, force=force)}.", err=True)


for _command in (decide_sign_off, decide_reopen, decide_challenge, decide_reply, decide_review):
    decide_command.add_command(_command)
