"""decide: what was decided, what it used, and what it set aside and why."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.session import Session, pass_session, print_json
from kmassist.errors import RecordError

if TYPE_CHECKING:
    from kmassist.assistant.decision_desk import DecisionDesk
    from kmassist.decisions import DecisionRecord

_KINDS = [
    "change practice",
    "commission",
    "scale up a pilot",
    "stop or decommission",
    "generate knowledge",
    "wait for evidence",
    "other",
]
_USES = ["used", "noted", "set-aside"]

as_json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")
role_option = click.option("--role", "--by", "by_role", default="", metavar="ROLE", help="Your role, never your name.")
output_option = click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file that ends in .md, .csv or .json."
)
force_option = click.option("--force", is_flag=True, help="Write over a file that is there.")


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
            click.option("--kind", type=click.Choice(_KINDS), help="What sort of decision."),
            click.option("--priority", metavar="TEXT", help="The organisation's priority that it serves."),
            click.option("--took-part", "roles", multiple=True, metavar="ROLE", help="A role at the table; may be repeated."),
            click.option("--review", "review_date", metavar="YYYY-MM-DD", help="When to ask what came of it."),
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
@role_option
@as_json_option
@pass_session
def decide_new(session: Session, question: tuple[str, ...], by_role: str, as_json: bool, **fields: Any) -> int:
    """Begin the record of a decision on QUESTION: every relevant source waits to be marked used, noted or set aside."""
    with session.assistant() as assistant:
        record = assistant.decisions.new(" ".join(question), by_role=by_role, **_given(fields))
    return _show(record, as_json)


@decide_command.command("list")
@click.option("--overdue", is_flag=True, help="Only those whose review is overdue.")
@as_json_option
@pass_session
def decide_list(session: Session, overdue: bool, as_json: bool) -> int:
    """All decisions, the latest first."""
    from kmassist.cli.render import table
    from kmassist.decisions import unmarked

    with session.assistant(read_only=True) as assistant:
        late = {d.decision_id for d in assistant.decisions.overdue()}
        records = [d for d in assistant.decisions.list() if not overdue or d.decision_id in late]
    if as_json:
        print_json([record.model_dump(mode="json") for record in records])
        return 0
    if not records:
        click.echo('No decisions yet. Begin one: kmassist decide new "question"' if not overdue else "No review is overdue.")
        return 0
    rows = []
    for d in records:
        state = "signed" if d.is_signed_off else f"draft, {len(unmarked(d))} unmarked"
        review = f"{d.review_date}{' OVERDUE' if d.decision_id in late else ''}" if d.review_date else "-"
        rows.append([d.decision_id, d.date, state, review, d.decision or d.question])
    click.echo(table(rows, ["Id", "Date", "State", "Review", "Decision"]))
    return 0


@decide_command.command("show")
@click.argument("decision")
@as_json_option
@pass_session
def decide_show(session: Session, decision: str, as_json: bool) -> int:
    """One decision with its sources, what became of each, challenges, reviews and history."""
    with session.assistant(read_only=True) as assistant:
        record = assistant.decisions.open(decision)
    return _show(record, as_json)


@decide_command.command("edit")
@click.argument("decision")
@_fields
@role_option
@as_json_option
@pass_session
def decide_edit(session: Session, decision: str, by_role: str, as_json: bool, **fields: Any) -> int:
    """Change a draft; of a signed decision only the review date."""
    changes = _given(fields)
    if not changes:
        raise click.UsageError("Say what to change, for example --review 2027-05-01.")
    with session.assistant() as assistant:
        record = assistant.decisions.edit(decision, changes, by_role=by_role)
    return _show(record, as_json)


@decide_command.command("mark")
@click.argument("decision")
@click.argument("sources", nargs=-1, required=True)
@click.option("--as", "use", type=click.Choice(_USES), required=True, help="What became of it.")
@click.option("--because", "reason", default="", metavar="TEXT", help="Why; needed to set a source aside.")
@role_option
@as_json_option
@pass_session
def decide_mark(
    session: Session, decision: str, sources: tuple[str, ...], use: str, reason: str, by_role: str, as_json: bool
) -> int:
    """Mark SOURCES of a decision (numbers as listed, ids or file names) used, noted or set aside."""
    with session.assistant() as assistant:
        for source in sources:
            record = assistant.decisions.mark(decision, source, use.replace("-", " "), reason=reason, by_role=by_role)
    return _show(record, as_json)


@decide_command.command("add-source")
@click.argument("decision")
@click.argument("doc")
@role_option
@as_json_option
@pass_session
def decide_add_source(session: Session, decision: str, doc: str, by_role: str, as_json: bool) -> int:
    """Bring DOC into a decision although the search did not find it."""
    with session.assistant() as assistant:
        record = assistant.decisions.add_source(decision, doc, by_role=by_role)
    return _show(record, as_json)


@decide_command.command("check")
@click.argument("decision")
@click.option("--now", is_flag=True, help="Also ask the library again: what has become relevant since.")
@as_json_option
@pass_session
def decide_check(session: Session, decision: str, now: bool, as_json: bool) -> int:
    """What to settle before signing: sources without a mark, and people left out without a reason."""
    with session.assistant(read_only=True) as assistant:
        checks = assistant.decisions.checks(decision)
        fresh = assistant.decisions.unmarked(decision, now=True) if now else ()
    if as_json:
        print_json({"checks": [c.model_dump() for c in checks], "unmarked_now": [s.model_dump(mode="json") for s in fresh]})
        return 0
    from kmassist.cli.render import wrap

    for check in checks:
        click.echo(wrap(f"{'!' if check.blocks else '?'} {check.says}", "", "  "))
    for source in fresh:
        click.echo(
            wrap(
                f"  relevant now, not marked: {source.source_type.value} {source.cite_as}: {source.title} <{source.doc_id}>",
                "",
                "    ",
            )
        )
    if not checks:
        click.echo("Nothing is left to settle.")
    return 0


@decide_command.command("sign-off")
@click.argument("decision")
@click.option("--role", "--by", "by_role", required=True, metavar="ROLE", help="The role that signs for the body.")
@click.option(
    "--anyway", default="", metavar="REASON", help="Why it is signed although something is unsettled; kept in the record."
)
@as_json_option
@pass_session
def decide_sign_off(session: Session, decision: str, by_role: str, anyway: str, as_json: bool) -> int:
    """Sign a decision. Sources without a mark are listed; in a terminal you are asked for each."""
    with session.assistant() as assistant:
        desk = assistant.decisions
        if not anyway and sys.stdin.isatty() and sys.stderr.isatty():
            _ask_for_marks(desk, decision, by_role)
        try:
            record = desk.sign_off(decision, by_role=by_role, anyway=anyway)
        except RecordError:
            for source in desk.unmarked(decision):
                click.echo(f"  not marked: {source.source_type.value} {source.cite_as} <{source.doc_id}>", err=True)
            raise
    return _show(record, as_json)


def _ask_for_marks(desk: DecisionDesk, decision: str, by_role: str) -> None:
    """Ask what became of every source without a mark; nothing on stdout."""
    for source in desk.unmarked(decision):
        click.echo(f"{source.source_type.label}: {source.cite_as}: {source.title}", err=True)
        use = click.prompt("  used, noted, set-aside or skip", type=click.Choice([*_USES, "skip"]), default="skip", err=True)
        if use == "skip":
            continue
        needs = use == "set-aside" or (use == "noted" and source.source_type.value == "PPI")
        reason = click.prompt("  why", default=None if needs else "", show_default=False, err=True)
        desk.mark(decision, source.doc_id, use.replace("-", " "), reason=reason, by_role=by_role)


@decide_command.command("reopen")
@click.argument("decision")
@click.option("--because", "reason", required=True, metavar="TEXT", help="Why.")
@role_option
@as_json_option
@pass_session
def decide_reopen(session: Session, decision: str, reason: str, by_role: str, as_json: bool) -> int:
    """Take a signed decision back to draft, with a reason that stays in its history."""
    with session.assistant() as assistant:
        record = assistant.decisions.open_again(decision, by_role=by_role, reason=reason)
    return _show(record, as_json)


@decide_command.command("challenge")
@click.argument("decision")
@click.argument("says")
@click.option("--role", "--by", "by_role", required=True, metavar="ROLE", help="The role that asks.")
@click.option("--about", "doc", default="", metavar="SOURCE", help="The source it is about.")
@as_json_option
@pass_session
def decide_challenge(session: Session, decision: str, says: str, by_role: str, doc: str, as_json: bool) -> int:
    """Question a decision, or why a source was set aside. It waits for a reply."""
    with session.assistant() as assistant:
        record = assistant.decisions.challenge(decision, says, by_role=by_role, doc=doc)
    return _show(record, as_json)


@decide_command.command("reply")
@click.argument("decision")
@click.argument("number", type=int)
@click.argument("says")
@click.option("--role", "--by", "by_role", required=True, metavar="ROLE", help="The role that replies.")
@as_json_option
@pass_session
def decide_reply(session: Session, decision: str, number: int, says: str, by_role: str, as_json: bool) -> int:
    """Answer challenge NUMBER of a decision."""
    with session.assistant() as assistant:
        record = assistant.decisions.reply(decision, number, says, by_role=by_role)
    return _show(record, as_json)


@decide_command.command("review")
@click.argument("decision")
@click.argument("outcome")
@click.option("--follow-up", default="", metavar="TEXT", help="What follows from it.")
@click.option("--next", "next_review", default="", metavar="YYYY-MM-DD", help="When to look again.")
@role_option
@as_json_option
@pass_session
def decide_review(
    session: Session, decision: str, outcome: str, follow_up: str, next_review: str, by_role: str, as_json: bool
) -> int:
    """Record what came of a signed decision."""
    with session.assistant() as assistant:
        record = assistant.decisions.review(decision, outcome, by_role=by_role, follow_up=follow_up, next_review=next_review)
    return _show(record, as_json)


@decide_command.command("to-brief")
@click.argument("decision")
@pass_session
def decide_to_brief(session: Session, decision: str) -> int:
    """Write a decision into the decision record of its brief. A signed brief becomes a draft again."""
    with session.assistant() as assistant:
        brief_id = assistant.decisions.write_in_brief(decision)
    click.echo(f"Written into brief {brief_id}.", err=True)
    return 0


@decide_command.command("delete")
@click.argument("decision")
@click.option("--yes", is_flag=True, help="Without asking.")
@pass_session
def decide_delete(session: Session, decision: str, yes: bool) -> int:
    """Remove a draft; signed decisions stay."""
    with session.assistant() as assistant:
        record = assistant.decisions.open(decision)
        if not yes:
            click.confirm(f"Remove the draft '{record.decision or record.question}'?", abort=True, err=True)
        assistant.decisions.delete(record.decision_id)
    click.echo(f"Removed {record.decision_id}.", err=True)
    return 0


@decide_command.command("export")
@click.argument("decision", required=False, default="")
@output_option
@force_option
@pass_session
def decide_export(session: Session, decision: str, output: Path | None, force: bool) -> int:
    """Write one decision, or all, as Markdown, CSV (one line a source) or JSON; Markdown on stdout without --output."""
    with session.assistant(read_only=True) as assistant:
        desk = assistant.decisions
        if output is None:
            click.echo(desk.text([desk.open(decision)] if decision else desk.list(), "md"), nl=False)
        else:
            click.echo(f"Wrote {desk.export(output, decision_id=decision, force=force)}.", err=True)
    return 0


def _show(record: DecisionRecord, as_json: bool) -> int:
    if as_json:
        print_json(record.model_dump(mode="json"))
    else:
        click.echo("\n".join(decision_lines(record)))
    return 0


def decision_lines(d: DecisionRecord) -> list[str]:
    """A decision for a person; sources keep their numbers, so that they can be marked by them."""
    from kmassist.cli.render import style, wrap
    from kmassist.decisions import sign_off_checks

    state = f"signed off {d.signed_off_on} by {d.signed_off_by}" if d.is_signed_off else "draft"
    lines = [style(wrap(d.decision or "(not yet worded)"), bold=True), wrap(f"{d.decision_id}, {state}, {d.kind.value}", "  ")]
    facts = [
        ("Question", d.question),
        ("Body", d.body),
        ("Date", d.date),
        ("Priority", d.priority),
        ("Took part", ", ".join(d.roles)),
    ]
    facts += [("Brief", d.brief_id), ("Review due", d.review_date), ("Signed although", d.signed_off_anyway)]
    lines += [wrap(f"{name}: {value}", "  ", "    ") for name, value in facts if value]
    lines.append(f"  Relevant sources, as found on {d.searched_on or '?'}:")
    for number, source in enumerate(d.relevant, start=1):
        mark = d.mark_of(source.doc_id)
        why = f" because: {mark.reason}" if mark and mark.reason else ""
        text = (
            f"{number:>3}. [{d.use_of(source.doc_id).value}] {source.source_type.value} {source.cite_as}: {source.title}{why}"
        )
        lines.append(wrap(text, "  ", "       "))
    if not d.relevant:
        lines.append("    none: this library holds nothing on it")
    for number, asked in enumerate(d.challenges, start=1):
        lines.append(wrap(f"Challenge {number} ({asked.by_role}, {asked.on}): {asked.says}", "  ", "    "))
        lines.append(wrap(f"Reply: {asked.reply or 'none yet'}", "    ", "      "))
    lines += [wrap(f"Review {r.on}: {r.outcome} {r.follow_up}".rstrip(), "  ", "    ") for r in d.reviews]
    if not d.is_signed_off:
        lines += [wrap(f"{'!' if c.blocks else '?'} {c.says}", "  ", "    ") for c in sign_off_checks(d)]
    return lines
