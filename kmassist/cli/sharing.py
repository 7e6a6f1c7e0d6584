"""share and codev: bundles to and from other services, and who had a hand in a change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmassist.cli.options import (
    FILE,
    as_json_option,
    force_option,
    output_option,
    role_option,
    show_list,
)
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.records.bundles import Bundle


def _pairs(values: tuple[str, ...], option: str, example: str) -> list[tuple[str, str]]:
    pairs = []
    for value in values:
        first, mark, second = value.partition("=")
        if not mark or not first.strip() or not second.strip():
            raise click.UsageError(f"Give {option} as {example}.")
        pairs.append((first.strip(), second.strip()))
    return pairs


@click.group()
def share_command() -> None:
    """Bundles for other services: export, look, import, list, show; and who contributed to a brief."""


@share_command.command("export")
@click.argument("brief")
@click.argument("file", type=FILE)
@click.option(
    "--from",
    "from_service",
    default="",
    metavar="NAME",
    help="This service's name (default: site.name of the settings).",
)
@click.option(
    "--context",
    "context",
    multiple=True,
    metavar="ASPECT=TEXT",
    help="A note on the place it was done in; may be repeated.",
)
@click.option(
    "--adaptation",
    "adaptations",
    multiple=True,
    metavar="CHANGE=WHY",
    help="What was changed, and why; may be repeated.",
)
@click.option(
    "--topic", default="", metavar="TEXT", help="Take the co-development log of this topic along."
)
@force_option
@as_json_option
@pass_session
def share_export(
    session: Session,
    brief: str,
    file: Path,
    from_service: str,
    context: tuple[str, ...],
    adaptations: tuple[str, ...],
    topic: str,
    force: bool,
    as_json: bool,
) -> None:
    """Write BRIEF with its sources' metadata, context, adaptations and signed decisions to FILE (a zip)."""
    notes = [
        {"aspect": a, "says": b}
        for a, b in _pairs(context, "--context", '"staffing=one midwife from 16:00"')
    ]
    changes = [
        {"changed": a, "why": b}
        for a, b in _pairs(adaptations, "--adaptation", '"one form=two were not filled in"')
    ]
    with session.assistant() as assistant:
        desk = assistant.sharing
        bundle = desk.bundle(
            brief, from_service=from_service, context=notes, adaptations=changes, topic=topic
        )
        written = desk.export(bundle, file, force=force)
    if as_json:
        print_json(
            {
                "bundle_id": bundle.bundle_id,
                "file": str(written),
                "sources": len(bundle.sources),
                "withheld": bundle.withheld,
            }
        )
    else:
        click.echo(
            f"Wrote {written}: the metadata of {counted(len(bundle.sources), 'source')}, none of their files. Bundle {bundle.bundle_id}."
        )


@share_command.command("look")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json_option
@pass_assistant(create=True)
def share_look(assistant: Assistant, file: Path, as_json: bool) -> int:
    """What is in a bundle, before anything is taken in."""
    bundle, key = assistant.sharing.read_signed(file)
    return _show(bundle, as_json, key=key)


@share_command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--redact", "consent", flag_value="redact", help="Replace what looks like personal data."
)
@click.option(
    "--accept-key",
    is_flag=True,
    help="The service was asked: take its bundle with a new key, or with none.",
)
@as_json_option
@pass_assistant(create=True)
def share_import(
    assistant: Assistant, file: Path, consent: str | None, accept_key: bool, as_json: bool
) -> None:
    """Take in another service's bundle, or its brief as .json: what it quotes becomes searchable, all marked external."""
    if file.suffix.lower() == ".json":
        added = assistant.sharing.take_in_brief(file, consent=consent or "")
        if as_json:
            print_json({"doc_ids": added})
        else:
            click.echo(
                f"Taken in: {counted(len(added), 'document')} of the brief {file.name}, all marked external."
            )
        return
    received = assistant.sharing.take_in(file, consent=consent or "", accept_key=accept_key)
    held = assistant.sharing.held_here(received)
    if as_json:
        print_json(
            {
                "bundle_id": received.bundle.bundle_id,
                "doc_ids": received.doc_ids,
                "origin": received.origin,
                "held_here": held,
            }
        )
        return
    click.echo(
        f"Taken in: bundle {received.bundle.bundle_id} of {received.bundle.from_service}, {counted(len(received.doc_ids), 'document')}, all "
        f"marked external. Of its {counted(len(received.sources), 'source')} this library holds {len(held)}."
    )
    from kmassist.records.signing import signature_line

    click.echo(signature_line(received.bundle.from_service, received.key))


@share_command.command("key")
@pass_assistant(create=True)
def share_key(assistant: Assistant) -> None:
    """The key that this library's bundles are signed with, for comparing with another service by telephone."""
    click.echo(assistant.sharing.own_fingerprint())


@share_command.command("list")
@as_json_option
@pass_assistant(read_only=True)
def share_list(assistant: Assistant, as_json: bool) -> None:
    """Bundles taken in."""
    from kmassist.cli.render import table

    found = assistant.sharing.received()
    if as_json:
        print_json([r.model_dump(mode="json", by_alias=True) for r in found])
        return
    rows = [
        [r.bundle.bundle_id, r.received_on, r.bundle.from_service, r.bundle.brief.title]
        for r in found
    ]
    click.echo(
        table(rows, ["Bundle", "Received", "From", "Brief"]) if rows else "No bundles taken in yet."
    )


@share_command.command("delete")
@click.argument("bundle")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_assistant()
def share_delete(assistant: Assistant, bundle: str, yes: bool) -> None:
    """Remove a bundle that was taken in, with the documents made of it."""
    found = assistant.sharing.open(bundle)
    said = f"{found.bundle.from_service}: {found.bundle.brief.title}, {counted(len(found.doc_ids), 'document')}"
    if not yes:
        click.confirm(f"Remove {found.bundle.bundle_id} ({said})?", abort=True)
    assistant.sharing.delete(found.bundle.bundle_id)
    click.echo(f"Removed {found.bundle.bundle_id} ({said}).")


@share_command.command("show")
@click.argument("bundle")
@click.option("--brief", "as_brief", is_flag=True, help="The brief itself, as Markdown.")
@as_json_option
@pass_assistant(read_only=True)
def share_show(assistant: Assistant, bundle: str, as_brief: bool, as_json: bool) -> int:
    """One bundle that was taken in."""
    from kmassist.cli.render import safe

    received = assistant.sharing.open(bundle)
    if as_brief:
        click.echo(safe(assistant.briefs.markdown(received.bundle.brief)))
        return 0
    held = assistant.sharing.held_here(received)
    return _show(received.bundle, as_json, held, key=received.key)


def _show(
    bundle: Bundle, as_json: bool, held: dict[str, str] | None = None, *, key: str = ""
) -> int:
    if as_json:
        print_json(bundle.model_dump(mode="json", by_alias=True))
        return 0
    from kmassist.cli.render import style, wrap
    from kmassist.records.signing import signature_line

    click.echo(style(wrap(f"{bundle.brief.title}"), bold=True))
    click.echo(wrap(f"From {bundle.from_service}, exported {bundle.exported_on}, brief composed {bundle.brief.composed_on} "
                    f"({bundle.brief.state.value}), bundle {bundle.bundle_id}. External knowledge."))  # fmt: skip
    click.echo(wrap(signature_line(bundle.from_service, key)))
    groups = (
        ("Context", [f"{n.aspect}: {n.says}" for n in bundle.context]),
        ("Adapted", [f"{a.changed}{f' ({a.why})' if a.why else ''}" for a in bundle.adaptations]),
        (
            "Co-development",
            [f"{e.on} {e.role}, {e.discipline}: {e.changed}" for e in bundle.co_development],
        ),
        ("Contributed", [f"{c.on} {c.role}: {c.what}" for c in bundle.contributions]),
        ("Decided", [f"{d.date} {d.body}: {d.decision}" for d in bundle.decisions]),
        (
            "Sources",
            [
                f"[{s.number}] {s.reference}{' (held here)' if held and s.doc_id in held else ''}"
                for s in bundle.sources
            ],
        ),
    )
    for title, lines in groups:
        if lines:
            click.echo(style(title, bold=True))
            for line in lines:
                click.echo(wrap(f"- {line}", "  ", "    "))
    if bundle.withheld:
        click.echo(f"{counted(bundle.withheld, 'source')} of its decisions did not travel.")
    return 0


@share_command.command("contribution")
@click.argument("brief")
@click.argument("what")
@role_option("The role that contributed.", required=True, name="role")
@click.option("--on", default="", metavar="YYYY-MM-DD", help="When (default: today).")
@pass_assistant()
def share_contribution(assistant: Assistant, brief: str, what: str, role: str, on: str) -> None:
    """Log what a role gave to a brief."""
    entry = assistant.sharing.contribute(brief, role=role, what=what, on=on)
    click.echo(f"Logged {entry.entry_id}: {entry.role}, {entry.what}.")


@share_command.command("contributions")
@click.argument("brief", required=False, default="")
@as_json_option
@pass_assistant(read_only=True)
def share_contributions(assistant: Assistant, brief: str, as_json: bool) -> None:
    """Who gave what, to one brief or to all."""
    found = assistant.sharing.contributions(brief)
    show_list(
        found,
        ["Date", "Brief", "Role", "What"],
        lambda c: [c.on, c.brief_id, c.role, c.what],
        "No contributions logged.",
        as_json=as_json,
    )


@click.group()
def codev_command() -> None:
    """The co-development log: which disciplines had a hand in a change."""


@codev_command.command("add")
@click.argument("topic")
@click.argument("changed")
@role_option("Whose hand, by role, never by name.", required=True, name="role")
@click.option(
    "--discipline", required=True, metavar="TEXT", help="Midwifery, obstetrics, anaesthetics..."
)
@click.option("--on", default="", metavar="YYYY-MM-DD", help="When (default: today).")
@pass_assistant(create=True)
def codev_add(
    assistant: Assistant, topic: str, changed: str, role: str, discipline: str, on: str
) -> None:
    """Log that somebody changed something: codev add "triage pathway" "moved the form to the door" --role ... --discipline ..."""
    entry = assistant.sharing.co_develop(
        topic, role=role, discipline=discipline, changed=changed, on=on
    )
    state = assistant.sharing.state(topic)
    click.echo(f"Logged {entry.entry_id}. {state.says}")


@codev_command.command("list")
@click.argument("topic", required=False, default="")
@output_option
@force_option
@as_json_option
@pass_session
def codev_list(
    session: Session, topic: str, output: Path | None, force: bool, as_json: bool
) -> None:
    """The log, of one topic or of all, and whether enough disciplines had a hand in it."""
    from kmassist.cli.render import table, wrap

    with session.assistant(read_only=output is None) as assistant:
        desk = assistant.sharing
        if output is not None:
            click.echo(f"Wrote {desk.export_log(output, topic=topic, force=force)}.", err=True)
            return
        found, states = (
            desk.log(topic),
            [desk.state(t) for t in ([topic] if topic else desk.topics())],
        )
    if as_json:
        print_json(
            {
                "entries": list(found),
                "states": list(states),
            }
        )
        return
    rows = [[e.entry_id, e.on, e.topic, e.role, e.discipline, e.changed] for e in found]
    if rows:
        click.echo(table(rows, ["Id", "Date", "Topic", "Role", "Discipline", "What changed"]))
    for state in states:
        click.echo(wrap(f"{state.topic}: {state.says}"))
    if not rows and not states:
        click.echo("The log is empty.")


@codev_command.command("remove")
@click.argument("entry")
@pass_assistant()
def codev_remove(assistant: Assistant, entry: str) -> None:
    """Take a line out of the log."""
    assistant.sharing.forget_entry(entry)
