"""sources and forget: the documents of the library."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.document import document_json, document_lines, proposal_lines
from kmassist.cli.metadata_flags import changes_of, type_change, type_option
from kmassist.cli.options import FILE, as_json_option, filter_options, make_filter
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json
from kmassist.documents.source_types import kind_code
from kmassist.errors import SourceNotFound

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.documents.document import Document


@click.group()
def sources_command() -> None:
    """The documents of the library."""


@sources_command.command("list")
@filter_options
@as_json_option
@pass_assistant(read_only=True)
def sources_list(assistant: Assistant, as_json: bool, **narrow: Any) -> None:
    """List documents by kind and date."""
    documents = assistant.sources(make_filter(assistant, narrow))
    if as_json:
        documents = [assistant.asking.gate.leaving(document) for document in documents]
    documents.sort(key=lambda d: (_order(d), d.metadata.title.casefold(), d.doc_id))
    if as_json:
        print_json([document_json(d) for d in documents])
        return
    from kmassist.cli.render import table

    rows = [
        [
            d.doc_id[:9],
            kind_code(d.metadata.source_type),
            d.metadata.date_shown or "undated",
            ",".join(d.metadata.topics[:3]),
            d.metadata.title or d.source_name,
        ]
        for d in documents
    ]
    click.echo(table(rows, ["id", "type", "date", "topics", "title"]) if rows else "No documents.")


def _order(document: Document) -> int:
    from kmassist.documents.document import SourceType

    return (
        list(SourceType).index(document.metadata.source_type)
        if document.metadata.source_type
        else 9
    )


@sources_command.command("show")
@click.argument("doc")
@click.option("--text", "show_text", is_flag=True, help="Also print its text.")
@as_json_option
@pass_assistant(read_only=True)
def sources_show(assistant: Assistant, doc: str, show_text: bool, as_json: bool) -> None:
    """Everything known about one document and where each value came from."""
    from kmassist.cli.remarks import note_lines
    from kmassist.cli.render import is_own_screen

    document, proposals = assistant.source(doc), assistant.proposals(doc)
    checked = assistant.folders.checked(document)
    notes = assistant.remarks.notes(document.doc_id)
    if as_json or not is_own_screen(assistant.settings.privacy):
        gate = assistant.asking.gate
        document = gate.leaving(document)
        proposals = tuple(p.masked(gate.in_words) for p in proposals)
    if as_json:
        last = {"at": checked.at, "is_gone": checked.is_gone} if checked else None
        said = [json.loads(note.model_dump_json()) for note in notes]
        print_json({**document_json(document, with_text=show_text), "checked": last, "notes": said})
        return
    click.echo("\n".join([*document_lines(document), *proposal_lines(proposals)]))
    if checked:
        click.echo(f"  {checked.says}")
    for line in note_lines(notes):
        click.echo(line)
    if show_text:
        click.echo("\n" + document.text)


@sources_command.command("open")
@click.argument("doc")
@click.option(
    "--to",
    "target",
    type=FILE,
    help="Write the stored original here instead of opening it.",
)
@pass_assistant(read_only=True)
def sources_open(assistant: Assistant, doc: str, target: Path | None) -> int:
    """Open the original file of a document in the program your computer uses for it."""
    found = assistant.original(doc)
    document = assistant.source(doc)
    if found is None:
        where = f" It was read from {document.source_path}." if document.source_path else ""
        raise SourceNotFound(
            f"No copy of that file was kept.{where}", "Open it there, or add it again."
        )
    from kmassist.text.tables import save_bytes

    # The copy and never the path: what lies there now may be another file, and a library from elsewhere may name any.
    name, data = found
    if target is None:
        target = Path(tempfile.mkdtemp(prefix="kmassist-")) / name
    save_bytes(target, data)
    click.echo(f"Wrote {target}.", err=True)
    return 0 if target.parent == Path.cwd() or not sys.stdout.isatty() else _launch(target)


def _launch(path: Path) -> int:
    if (
        os.environ.get("DISPLAY")
        or os.environ.get("WAYLAND_DISPLAY")
        or sys.platform in ("win32", "darwin")
    ):
        return click.launch(str(path))
    click.echo(str(path))
    return 0


@sources_command.command("edit")
@click.argument("doc")
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="FIELD=VALUE",
    help="The corrected value; may be repeated. Lists with ';', parts of a record with a dot: ppi.number=27.",
)
@type_option("Its source type")
@click.option(
    "--accept-proposals",
    is_flag=True,
    help="Take what the document seems to say of itself; 'sources show' shows it.",
)
@pass_session
def sources_edit(
    session: Session,
    doc: str,
    sets: tuple[str, ...],
    source_type: str | None,
    accept_proposals: bool,
) -> None:
    """Correct metadata; corrections survive adding the file again, also when it has changed.

    \b
    kmassist sources edit d3f --set "authors=Reed, Ann; Osei, Ben" --set ppi.number=27 --set topics=TRI
    kmassist sources edit d3f --set audit.re_audit_due=2027-03      (all criteria; audit.2.re_audit_due is the second one's)
    """
    changes = type_change(source_type) | changes_of(sets)
    if not changes and not accept_proposals:
        raise click.UsageError("Give --set FIELD=VALUE, --type TYPE, or --accept-proposals.")
    with session.assistant() as assistant:
        document = assistant.edit(doc, changes) if changes else assistant.source(doc)
        if accept_proposals:
            document = assistant.take_proposals(document.doc_id)
    click.echo("\n".join(document_lines(document)))


@click.command()
@click.argument("doc")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_assistant()
def forget_command(assistant: Assistant, doc: str, yes: bool) -> None:
    """Remove a document: its text, vectors, index entries and stored copy. The file you added it from stays."""
    document = assistant.source(doc)
    title = document.metadata.title or document.source_name
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError(f"This would remove '{title}'. Add --yes to do it.")
        click.confirm(f"Remove '{title}' ({document.doc_id}) for good?", abort=True)
    assistant.forget(document.doc_id)
    click.echo(f"Forgot '{title}' ({document.doc_id}).")
