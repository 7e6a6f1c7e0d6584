"""sets: named parts of the library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.options import ListGroup, as_json_option, kinds_option
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json
from kmassist.documents.source_types import checked_kind, kind_code

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_DOCS = click.argument("docs", nargs=-1, required=True, metavar="DOC...")


@click.group(cls=ListGroup)
def sets_command() -> None:
    """Named parts of the library, to ask and look in: kmassist ask --set NAME "question"."""


@sets_command.command("list")
@as_json_option
@pass_assistant(read_only=True)
def sets_list(assistant: Assistant, as_json: bool) -> None:
    """All sets, with how many documents are in each now, and the collections that a set could be made of."""
    desk = assistant.sets
    found = [(s, len(desk.members(s.name))) for s in desk.list()]
    collections = desk.collections()
    if as_json:
        print_json([{**json.loads(s.model_dump_json()), "documents": n} for s, n in found])
        return
    from kmassist.cli.render import table, wrap

    rows = [[s.name, str(n), s.says] for s, n in found]
    click.echo(table(rows, ["set", "documents", "of"]) if rows else "No sets are saved.")
    if collections:
        named = ", ".join(f"{name} ({count})" for name, count in sorted(collections.items()))
        click.echo(wrap(f"Collections of reference managers: {named}.", "", "  "))


@sets_command.command("save")
@click.argument("name")
@click.option("--topic", "topics", multiple=True, metavar="CODE", help="Documents on this topic.")
@click.option(
    "--collection",
    "collections",
    multiple=True,
    metavar="NAME",
    help="Documents of this collection of Zotero or another reference manager.",
)
@kinds_option
@click.option("--from", "year_from", type=int, metavar="YEAR", help="Only from this year.")
@click.option("--to", "year_to", type=int, metavar="YEAR", help="Only up to this year.")
@click.option("--note", default="", help="What it is for.")
@pass_session
def sets_save(session: Session, name: str, source_types: tuple[str, ...], **fields: Any) -> None:
    """Make the set NAME by a rule, or give it another; what joins the library later and fits is in it too."""
    kinds = tuple(checked_kind(said) for said in source_types)
    with session.assistant(create=True) as assistant:
        found = assistant.sets.save(name, source_types=kinds, **fields)
        count = len(assistant.sets.members(found.name))
    click.echo(f"set {found.name}: {found.says}; {count} in it now")


@sets_command.command("put")
@click.argument("name")
@_DOCS
@pass_assistant(create=True)
def sets_put(assistant: Assistant, name: str, docs: Sequence[str]) -> None:
    """Put documents into the set NAME: a project, chosen by hand."""
    found = assistant.sets.put_in(name, [assistant.find_doc_id(doc) for doc in docs])
    click.echo(f"set {found.name}: {found.says}")


@sets_command.command("take")
@click.argument("name")
@_DOCS
@pass_assistant()
def sets_take(assistant: Assistant, name: str, docs: Sequence[str]) -> None:
    """Take documents out of the set NAME."""
    found = assistant.sets.take_out(name, [assistant.find_doc_id(doc) for doc in docs])
    click.echo(f"set {found.name}: {found.says}")


@sets_command.command("show")
@click.argument("name")
@as_json_option
@pass_assistant(read_only=True)
def sets_show(assistant: Assistant, name: str, as_json: bool) -> None:
    """The documents in the set NAME."""
    found, documents = assistant.sets.get(name), assistant.sets.members(name)
    if as_json:
        body = json.loads(found.model_dump_json())
        print_json({**body, "documents": [d.doc_id for d in documents]})
        return
    from kmassist.cli.render import table

    click.echo(f"{found.name}: {found.says}{f' ({found.note})' if found.note else ''}")
    rows = [
        [d.doc_id[:9], kind_code(d.metadata.source_type), d.metadata.title or d.source_name]
        for d in documents
    ]
    click.echo(table(rows, ["id", "type", "title"]) if rows else "Nothing is in it now.")


@sets_command.command("delete")
@click.argument("name")
@pass_assistant()
def sets_delete(assistant: Assistant, name: str) -> None:
    """Remove the set NAME, none of its documents."""
    found = assistant.sets.delete(name)
    click.echo(f"removed the set {found.name}")
