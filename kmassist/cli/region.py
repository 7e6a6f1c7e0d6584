"""migrate and services: a library in a database that many share."""

from __future__ import annotations

import click

from kmassist.cli.options import as_json_option
from kmassist.cli.session import Session, allow_server, pass_session, print_json, progress_bar
from kmassist.errors import ExitCode
from kmassist.text.counts import counted


@click.command()
@click.option(
    "--to",
    "target",
    required=True,
    metavar="PLACE",
    help="postgresql://USER@HOST/DATABASE, or a folder.",
)
@as_json_option
@pass_session
def migrate_command(session: Session, target: str, as_json: bool) -> int:
    """Copy the whole library to a database or back, and compare both; run it again to resume.

    The library that is copied stays as it is. The copy ends with counts, digests and 200 questions asked of both.
    """
    from kmassist.assistant.region import move_library
    from kmassist.settings.model import DatabaseUrl

    if "://" in target:
        allow_server(DatabaseUrl(target))
    with progress_bar() as bar:
        moved = move_library(session.settings(), target, bar)
    if as_json:
        print_json(
            {
                **{name: getattr(moved, name) for name in moved.__slots__ if name != "parity"},
                "parity": {name: getattr(moved.parity, name) for name in moved.parity.__slots__},
            }
        )
    else:
        click.echo(
            f"{counted(moved.documents, 'document')} ({moved.copied} copied now), {moved.passages} passages, {moved.vectors} vectors,"
            f" {moved.records} records, {moved.audit_lines} lines of the audit trail"
        )
        click.echo(
            f"Corpus {moved.corpus_digest[:12]}; {moved.parity.questions} questions asked of both: scores differ by at most"
            f" {moved.parity.widest:.6f}, {moved.parity.overlap:.1%} of the best ten are the same"
        )
        for difference in moved.differences:
            click.echo(f"! {difference}")
        click.echo(
            "Not everything is the same: do not use the copy. Run it again, or move to an empty place."
            if moved.differences
            else "Both are the same."
        )
    return int(ExitCode.FAILED if moved.differences else ExitCode.OK)


@click.group()
def services_command() -> None:
    """The services that share a database, each with a part that no other reads."""


@services_command.command("list")
@as_json_option
@pass_session
def services_list(session: Session, as_json: bool) -> None:
    """The parts that you may read; changes go to the first that you may write."""
    from kmassist.assistant.region import services

    found = services(session.settings())
    if as_json:
        print_json([{name: getattr(part, name) for name in part.__slots__} for part in found])
        return
    for part in found:
        click.echo(
            f"{part.name:<40} {part.documents:>7} documents {part.passages:>9} passages  {'yours' if part.may_write else 'to read'}"
        )


@services_command.command("add")
@click.argument("name")
@click.option(
    "--role", default="", metavar="ROLE", help="A role of the database that reads and writes it."
)
@pass_session
def services_add(session: Session, name: str, role: str) -> None:
    """Make a part for a service; its role of the database reads and writes it, and reads the common part."""
    from kmassist.assistant.region import add_service

    add_service(session.settings(), name, role)
    click.echo(
        f"The service '{name}' has its part."
        + (
            f" {role} opens it with ?partition={name} at the end of the library's address."
            if role
            else ""
        )
    )


@services_command.command("reindex")
@pass_session
def services_reindex(session: Session) -> None:
    """Make the words of your part again, when a new version of kmassist asks for it."""
    from kmassist.assistant.region import reindex

    reindex(session.settings())
    click.echo("The words are indexed again.")
