"""gaps: the register, and what gaps warrant."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.options import (
    FILE,
    ListGroup,
    OneOf,
    as_json_option,
    force_option,
    role_option,
    show_list,
)
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.gaps import GapRecord, Warrant


def warrant_lines(warrants: Sequence[Warrant], *, why: bool = False) -> Iterable[str]:
    """What each gap warrants, for a person; with ``why`` the code of its rule."""
    from kmassist.cli.render import style, wrap

    if warrants:
        yield ""
        yield style("What the gaps warrant", bold=True)
    for warrant in warrants:
        rule = f" ({warrant.code})" if why else ""
        yield wrap(
            f"{warrant.source_type.label}: {warrant.title}{rule}. {warrant.because}".rstrip(),
            "  ",
            "     ",
        )
        yield wrap(warrant.claim_says, "     ")
        for label, value in (
            ("first", warrant.first_step),
            ("then", warrant.next_step),
            ("approval", warrant.route),
            ("roles", ", ".join(warrant.roles)),
            ("vacant", ", ".join(warrant.vacant)),
            ("technique", warrant.technique),
        ):
            if value:
                yield wrap(f"{label + ':':<10}{value}", "     ", " " * 15)
        if warrant.generation is not None:
            yield wrap(warrant.generation.says, "     ")
            for condition in warrant.generation.failing:
                yield wrap(f"not met: {condition.says} {condition.why}", "       ", "         ")


def warrant_json(warrant: Warrant) -> dict[str, Any]:
    """A warrant for scripts."""
    from dataclasses import asdict

    found: dict[str, Any] = json.loads(json.dumps(asdict(warrant), default=str))
    return found


@click.group(cls=ListGroup)
def gaps_command() -> None:
    """The register of knowledge gaps: what is missing, who acts, by when."""


@gaps_command.command("list")
@click.option("--stage", type=OneOf(["open", "in progress", "closed"]), help="Only these.")
@click.option("--topic", default="", metavar="CODE", help="Only this topic.")
@click.option("--overdue", is_flag=True, help="Only those whose due date has passed.")
@as_json_option
@pass_assistant(read_only=True)
def gaps_list(
    assistant: Assistant, stage: str | None, topic: str, overdue: bool, as_json: bool
) -> None:
    """List the register."""
    code = assistant.vocabulary.topic_named(topic) if topic else ""
    found = assistant.gaps.list(stage=stage or "", topic=code, overdue=overdue)
    show_list(
        found,
        ["gap", "stage", "topic", "type", "due", "owner", "title"],
        lambda g: [g.gap_id, g.stage.value, g.topic, g.source_type or "", g.due or "-", g.owner_role or "no owner", g.title],
        "No gaps in the register. What the corpus itself suggests: kmassist gaps propose.",
        as_json=as_json,
    )  # fmt: skip


@gaps_command.command("propose")
@click.option(
    "--accept",
    "accept",
    multiple=True,
    type=click.IntRange(1),
    metavar="N",
    help="Put number N of this list into the register; may be repeated.",
)
@as_json_option
@pass_session
def gaps_propose(session: Session, accept: tuple[int, ...], as_json: bool) -> None:
    """Gaps the corpus itself suggests: audits below target or due again, kinds of source missing on a topic."""
    with session.assistant(read_only=not accept) as assistant:
        found = assistant.gaps.propose()
        bad = [n for n in accept if n > len(found)]
        if bad:
            raise click.UsageError(f"There is no proposal {bad[0]}; there are {len(found)}.")
        added = [assistant.gaps.add(**found[n - 1].model_dump(exclude={"gap_id"})) for n in accept]
    if added and not as_json:
        for gap in added:
            click.echo(f"gap {gap.gap_id}: {gap.title}")
        return
    numbers = itertools.count(1)
    show_list(
        added or found,
        ["n", "topic", "type", "trigger", "title"],
        lambda g: [str(next(numbers)), g.topic, g.source_type or "", g.trigger.value, g.title],
        "Nothing to propose.",
        as_json=as_json,
    )


def _gap_fields(sets: Sequence[str]) -> dict[str, Any]:
    from kmassist.gaps import GapRecord
    from kmassist.text.naming import did_you_mean

    found: dict[str, Any] = {}
    fields = [field for field in GapRecord.model_fields if field != "gap_id"]
    for item in sets:
        name, equals, value = item.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise click.UsageError(f"'{item}' is not FIELD=VALUE.")
        if name not in fields:
            raise click.UsageError(
                f"A gap has no field '{name}'. {did_you_mean(name, fields)}Fields: {', '.join(fields)}."
            )
        if name == "codes":
            found[name] = [c.strip() for c in value.split(",") if c.strip()]
        else:
            found[name] = json.loads(value) if value[:1] == "{" else value
    return found


_SETS = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="FIELD=VALUE",
    help='For example owner_role="audit lead", due=2027-03, trigger=incident.',
)


@gaps_command.command("add")
@click.argument("title")
@_SETS
@click.option("--question", default="", help="The question that showed it.")
@pass_assistant(create=True)
def gaps_add(assistant: Assistant, title: str, sets: tuple[str, ...], question: str) -> None:
    """Open a gap."""
    gap = assistant.gaps.add(**{"title": title, "question": question, **_gap_fields(sets)})
    _show(gap)


@gaps_command.command("show")
@click.argument("gap")
@as_json_option
@pass_assistant(read_only=True)
def gaps_show(assistant: Assistant, gap: str, as_json: bool) -> None:
    """Everything recorded about one gap."""
    found = assistant.gaps.get(gap)
    if as_json:
        print_json(found)
    else:
        _show(found)


@gaps_command.command("edit")
@click.argument("gap")
@_SETS
@pass_session
def gaps_edit(session: Session, gap: str, sets: tuple[str, ...]) -> None:
    """Change fields of a gap."""
    if not sets:
        raise click.UsageError("Give at least one --set FIELD=VALUE.")
    with session.assistant() as assistant:
        _show(assistant.gaps.edit(gap, _gap_fields(sets)))


@gaps_command.command("begin")
@click.argument("gap")
@pass_assistant()
def gaps_begin(assistant: Assistant, gap: str) -> None:
    """Mark a gap as in progress."""
    _show(assistant.gaps.begin(gap))


@gaps_command.command("close")
@click.argument("gap")
@click.option("--doc", default="", help="The document that closes it.")
@click.option("--note", default="", help="Why it is closed.")
@pass_assistant()
def gaps_close(assistant: Assistant, gap: str, doc: str, note: str) -> None:
    """Close a gap with a document, a note, or both."""
    _show(assistant.gaps.close(gap, doc_id=assistant.find_doc_id(doc) if doc else "", note=note))


@gaps_command.command("confirm")
@click.argument("gap")
@pass_assistant()
def gaps_confirm(assistant: Assistant, gap: str) -> None:
    """Take what the logged searches show into a gap: a corpus gap, a probable or a confirmed evidence gap."""
    from kmassist.cli.render import wrap

    record, says = assistant.outside.confirm(gap)
    click.echo(wrap(f"gap {record.gap_id}: {record.claim}. {says}"))


@gaps_command.command("hand-over")
@click.argument("gap")
@click.option("--to", "to_role", required=True, metavar="ROLE", help="The role that takes it over.")
@click.option("--due", required=True, metavar="DATE", help="The day, YYYY-MM-DD.")
@click.option("--stage", type=click.IntRange(1, 8), help="The stage of work it begins with then.")
@click.option("--note", default="", help="What goes with it.")
@pass_assistant()
def gaps_hand_over(assistant: Assistant, gap: str, **fields: Any) -> None:
    """Agree that a gap passes to a role on a day."""
    made = assistant.plans.hand_over(gap, **fields)
    click.echo(f"hand-over {made.hand_over_id}: gap {made.gap_id} to {made.to_role}, {made.due}")


@gaps_command.command("accept")
@click.argument("hand_over", metavar="HAND_OVER")
@pass_assistant()
def gaps_accept(assistant: Assistant, hand_over: str) -> None:
    """The role has taken the gap over and owns it from now on."""
    made = assistant.plans.accept(hand_over)
    click.echo(f"gap {made.gap_id} is owned by {made.to_role} since {made.accepted}")


@gaps_command.command("roles")
@click.argument("gap", default="")
@click.option("--overdue", is_flag=True, help="Only those whose day has passed.")
@as_json_option
@pass_assistant(read_only=True)
def gaps_roles(assistant: Assistant, gap: str, overdue: bool, as_json: bool) -> None:
    """Which role has a gap when: its hand-overs, and those that are overdue. Without GAP: of all gaps."""
    from kmassist.text.clock import today

    found = assistant.plans.hand_overs(gap, overdue=overdue)
    now = today().isoformat()
    show_list(
        found,
        ["hand-over", "gap", "stage", "from", "to", "due", "state"],
        lambda h: [h.hand_over_id, h.gap_id, str(h.stage), h.from_role or "no owner", h.to_role, h.due, h.state(now)],
        "No hand-overs.",
        as_json=as_json,
    )  # fmt: skip


@gaps_command.command("reopen")
@click.argument("gap")
@pass_assistant()
def gaps_reopen(assistant: Assistant, gap: str) -> None:
    """Open a closed gap again."""
    _show(assistant.gaps.reopen(gap))


@gaps_command.command("export")
@click.argument("target", type=FILE)
@force_option
@pass_assistant(read_only=True)
def gaps_export(assistant: Assistant, target: Path, force: bool) -> None:
    """Write the register as .csv, .json or .md."""
    assistant.gaps.export(target, force=force)
    click.echo(f"Wrote {target}.", err=True)


@gaps_command.command("epicot")
@click.argument("gap")
@as_json_option
@pass_assistant(read_only=True)
def gaps_epicot(assistant: Assistant, gap: str, as_json: bool) -> None:
    """A gap as a research recommendation (EPICOT+ with NICE's rationale table)."""
    from kmassist.gaps import epicot_markdown

    record = assistant.gaps.get(gap)
    coverage = assistant.coverage(record.question) if record.question else None
    epicot = assistant.gaps.epicot(gap, coverage)
    if as_json:
        from dataclasses import asdict, is_dataclass

        body = asdict(epicot) if is_dataclass(epicot) else json.loads(epicot.model_dump_json())
        print_json(body)
    else:
        click.echo(epicot_markdown(epicot))


@gaps_command.command("override")
@click.argument("source_type", metavar="TYPE")
@click.argument("state")
@click.option("--reason", required=True, help="Why; it is shown beside the flag.")
@role_option("Your role.", required=True)
@click.option(
    "--question", default="", help="The question it holds for; empty means every question."
)
@pass_assistant()
def gaps_override(
    assistant: Assistant, source_type: str, state: str, reason: str, by_role: str, question: str
) -> None:
    """Set a coverage flag by hand, with a reason: TYPE is PUB..POL, STATE one of absent, thin, sufficient..."""
    record = assistant.gaps.override(
        source_type=source_type.upper(),
        state=state,
        reason=reason,
        by_role=by_role,
        question=question,
    )
    click.echo(
        f"override {record.override_id}: {record.source_type} reads {record.state.words} ({record.reason})"
    )


@gaps_command.command("withdraw")
@click.argument("override_id", metavar="OVERRIDE")
@pass_assistant()
def gaps_withdraw(assistant: Assistant, override_id: str) -> None:
    """Take back a flag that was set by hand; OVERRIDE is the number `gaps override` gave."""
    record = assistant.gaps.withdraw_override(override_id)
    click.echo(
        f"override {record.override_id} is withdrawn: {record.source_type} reads as it was searched."
    )


def _show(gap: GapRecord) -> None:
    from kmassist.cli.render import style, wrap

    click.echo(style(wrap(f"gap {gap.gap_id}: {gap.title}"), bold=True))
    for name, value in gap:
        if name in ("gap_id", "title") or value in ("", None, (), {}):
            continue
        shown = ", ".join(value) if isinstance(value, tuple) else value
        click.echo(wrap(f"{name.replace('_', ' '):<18}{shown}", "  ", " " * 20))
