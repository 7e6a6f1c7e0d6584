"""assess: a reflection checklist, group results from five people on, and beside them what use of the library says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmassist.cli.options import as_json_option, force_option, output_option, show_list
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.records.assessment import Instrument

_round_option = click.option(
    "--round", "round_name", default="", metavar="NAME", help="Which round (default: this month)."
)


@click.group()
def assess_command() -> None:
    """Reflect on how the service finds and uses knowledge: items, answer, rounds, close, results, use, instrument."""


@assess_command.command("items")
@as_json_option
@pass_assistant(create=True)
def assess_items(assistant: Assistant, as_json: bool) -> None:
    """The statements and the label they stand under."""
    instrument = assistant.assessment.instrument()
    if as_json:
        print_json(instrument)
        return
    click.echo("\n".join(_item_lines(instrument)))


def _item_lines(instrument: Instrument) -> list[str]:
    from kmassist.cli.render import style, wrap

    scale = instrument.scale
    lines = [style(wrap(instrument.title), bold=True), wrap(instrument.disclaimer)]
    lines.append(
        wrap(
            f"{scale.low} = {scale.low_label or 'lowest'}, {scale.high} = {scale.high_label or 'highest'}"
        )
    )
    number = 0
    for dimension in instrument.dimensions:
        lines += ["", style(wrap(dimension.title), bold=True)]
        for item in dimension.items:
            number += 1
            lines.append(wrap(f"{number:>2}. {item.text}", "  ", "      "))
    return lines


@assess_command.command("answer")
@click.argument("numbers", nargs=-1, type=int)
@_round_option
@as_json_option
@pass_assistant(create=True)
def assess_answer(
    assistant: Assistant, numbers: tuple[int, ...], round_name: str, as_json: bool
) -> None:
    """Answer every statement: NUMBERS in order, or one by one in a terminal. No name, role or day is kept."""
    desk = assistant.assessment
    instrument = desk.instrument()
    if not numbers:
        if not sys.stdin.isatty():
            raise click.UsageError(
                f"Give {len(instrument.items)} numbers, one for each statement of 'kmassist assess items'."
            )
        click.echo(instrument.disclaimer, err=True)
        scale = click.IntRange(instrument.scale.low, instrument.scale.high)
        numbers = tuple(
            click.prompt(f"{n}. {i.text}", type=scale, err=True)
            for n, i in enumerate(instrument.items, start=1)
        )
    own = desk.answer(numbers, round_name=round_name)
    if as_json:
        print_json({"label": instrument.disclaimer, "own": own})
        return
    click.echo("Kept. Your own means, which are not kept:")
    for dimension in instrument.dimensions:
        click.echo(f"  {dimension.title:<32}{own[dimension.id]:.2f}")


@assess_command.command("rounds")
@as_json_option
@pass_assistant(read_only=True)
def assess_rounds(assistant: Assistant, as_json: bool) -> None:
    """Rounds, how many people answered, and which are closed."""
    rounds = assistant.assessment.rounds()
    if as_json:
        print_json(
            [
                {"round": name, "people": people, "closed": closed}
                for name, (people, closed) in rounds.items()
            ]
        )
        return
    for name, (people, closed) in rounds.items():
        click.echo(f"{name:<24}{people:>4} people  {'closed' if closed else 'open'}")
    if not rounds:
        click.echo("Nobody has answered yet.")


@assess_command.command("close")
@_round_option
@click.option("--yes", is_flag=True, help="Without asking.")
@pass_session
def assess_close(session: Session, round_name: str, yes: bool) -> None:
    """Close a round: it takes no more answers, and its result can be seen. Needs five people."""
    if not yes:
        click.confirm("A closed round takes no more answers. Close it?", abort=True, err=True)
    with session.assistant() as assistant:
        found = assistant.assessment.close_round(round_name)
    click.echo(f"Closed '{found.round}' with {found.respondents} people.", err=True)


@assess_command.command("results")
@_round_option
@output_option
@force_option
@as_json_option
@pass_session
def assess_results(
    session: Session, round_name: str, output: Path | None, force: bool, as_json: bool
) -> None:
    """Mean and spread per dimension of a closed round, and beside it what use of the library says."""
    with session.assistant(read_only=output is None) as assistant:
        desk = assistant.assessment
        if output is not None:
            click.echo(
                f"Wrote {desk.export(output, round_name=round_name, force=force)}.", err=True
            )
            return
        if as_json:
            print_json(json.loads(desk.text("json", round_name)))
            return
        instrument, found, use = desk.instrument(), desk.result(round_name), desk.use_says()
    from kmassist.cli.render import style, wrap

    click.echo(style(wrap(found.title), bold=True))
    click.echo(wrap(found.disclaimer))
    click.echo(
        wrap(found.withheld or f"{found.respondents} people answered in the round '{found.round}'.")
    )
    means = {
        d.id: f"{d.mean:.2f} (SD {d.spread:.2f})" if d.spread is not None else f"{d.mean:.2f}"
        for d in found.dimensions
    }
    for dimension in instrument.dimensions:
        click.echo("")
        click.echo(
            style(f"  {dimension.title:<32}{means.get(dimension.id, 'not shown')}", bold=True)
        )
        if dimension.id in use:
            click.echo(wrap(f"use says: {use[dimension.id]}", "    ", "      "))


@assess_command.command("plan")
@click.option(
    "--round",
    "round_name",
    default="",
    metavar="NAME",
    help="Which round (default: the last closed).",
)
@click.option("--take", type=click.IntRange(1), metavar="N", help="Put number N into the plan.")
@click.option("--what", default="", help="In other words than proposed.")
@click.option("--owner", "owner_role", default="", metavar="ROLE", help="Who owns it.")
@click.option("--due", default="", metavar="DATE", help="By when, YYYY-MM-DD.")
@as_json_option
@pass_session
def assess_plan(
    session: Session, round_name: str, take: int | None, as_json: bool, **fields: str
) -> None:
    """What to do first after a round: its dimensions, the lowest first, each with a proposal to take or change."""
    from kmassist.cli.render import style, wrap

    with session.assistant(read_only=take is None) as assistant:
        if take is not None:
            made = assistant.plans.adopt(take, round_name=round_name, **fields)
            owner = made.owner_role or "no owner"
            click.echo(
                f"action {made.action_id}: {made.what} ({owner}, due {made.due or 'not set'})"
            )
            return
        found = assistant.plans.propose(round_name)
    if as_json:
        print_json(list(found))
        return
    for place, one in enumerate(found, start=1):
        spread = "" if one.spread is None else f" (SD {one.spread:.2f})"
        click.echo(style(f"{place:>2}. {one.title:<32}{one.mean:.2f}{spread}", bold=True))
        if one.what:
            click.echo(wrap(f"{one.what} ({one.owner_role})", "    ", "      "))
        if one.use_says:
            click.echo(wrap(f"use says: {one.use_says}", "    ", "      "))
    click.echo("Take one: kmassist assess plan --take N --owner ROLE --due DATE", err=True)


@assess_command.command("actions")
@click.option("--open", "is_open", is_flag=True, help="Only those not done.")
@click.option("--overdue", is_flag=True, help="Only those whose day has passed.")
@output_option
@force_option
@as_json_option
@pass_session
def assess_actions(
    session: Session,
    is_open: bool,
    overdue: bool,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """The action plan: what is not done first, by priority."""
    from kmassist.text.clock import today

    with session.assistant(read_only=output is None) as assistant:
        if output is not None:
            click.echo(f"Wrote {assistant.plans.export(output, force=force)}.", err=True)
            return
        found = assistant.plans.actions(is_open=is_open, overdue=overdue)
    now = today().isoformat()
    show_list(
        found,
        ["action", "priority", "state", "due", "owner", "what"],
        lambda a: [a.action_id, str(a.priority), a.state(now), a.due or "-", a.owner_role or "no owner", a.what],
        "No actions. See 'kmassist assess plan'.",
        as_json=as_json,
    )  # fmt: skip


@assess_command.command("done")
@click.argument("action")
@click.option("--came-of-it", default="", help="In a sentence, what came of it.")
@pass_assistant()
def assess_done(assistant: Assistant, action: str, came_of_it: str) -> None:
    """Mark an action as done."""
    made = assistant.plans.done(action, came_of_it)
    click.echo(f"action {made.action_id}: done {made.done}")


@assess_command.command("compare")
@as_json_option
@pass_assistant(read_only=True)
def assess_compare(assistant: Assistant, as_json: bool) -> None:
    """Closed rounds side by side. Answers are nobody's, so it is not the same people that are compared."""
    rounds, changes = assistant.plans.compared()
    if as_json:
        changed = list(changes)
        print_json({"rounds": list(rounds), "dimensions": changed})
        return
    from kmassist.cli.render import table

    rows = [
        [
            c.title,
            *("-" if mean is None else f"{mean:.2f}" for mean in c.means),
            "" if c.by is None else f"{c.by:+.2f}",
            c.says,
        ]
        for c in changes
    ]
    click.echo(table(rows, ["dimension", *rounds, "change", "in words"]))


@assess_command.command("instrument")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--shipped", is_flag=True, help="Go back to the shipped checklist.")
@pass_session
def assess_instrument(session: Session, file: Path | None, shipped: bool) -> None:
    """Use the site's own instrument from a YAML FILE (see docs/assessment.md) from now on. You need the right to use it."""
    if (file is None) is not shipped:
        raise click.UsageError("Give a file, or --shipped.")
    with session.assistant(create=True) as assistant:
        instrument = assistant.assessment.use_instrument(file)
    click.echo(f"In use: {instrument.title}, {len(instrument.items)} statements.")
