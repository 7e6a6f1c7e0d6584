"""add, inspect, sources and forget."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.asking import filter_options, make_filter
from kmassist.cli.session import Session, pass_session, print_json, progress_bar
from kmassist.errors import ExitCode, IndexNotFound, SourceNotFound

if TYPE_CHECKING:
    from kmassist.documents import Document

_PATH = click.Path(path_type=Path)


def metadata_option(command: Any) -> Any:
    """--set FIELD=VALUE and its shorthands."""
    for option in (
        click.option(
            "--set",
            "sets",
            multiple=True,
            metavar="FIELD=VALUE",
            help="Metadata that wins over what the file says; may be repeated.",
        ),
        click.option(
            "--type", "source_type", metavar="TYPE", help="Source type of everything added: PUB GDL ECO AUD PPI FLK SVE POL."
        ),
    ):
        command = option(command)
    return command


def overrides(sets: Sequence[str], source_type: str | None) -> dict[str, Any]:
    """Metadata given by flags, as values YAML would read (lists in brackets, true, numbers)."""
    import yaml

    from kmassist.documents import Metadata, SourceType

    found: dict[str, Any] = {}
    if source_type:
        if source_type.upper() not in set(SourceType):
            raise click.UsageError(f"'{source_type}' is not a source type. Give one of {' '.join(SourceType)}.")
        found["source_type"] = source_type.upper()
    for item in sets:
        name, equals, value = item.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or name not in Metadata.model_fields or name == "came_from":
            raise click.UsageError(
                f"'{item}' is not FIELD=VALUE with a metadata field. Fields: {', '.join(sorted(Metadata.model_fields))}."
            )
        try:
            found[name] = yaml.safe_load(value) if value[:1] in "[{" or value in ("true", "false") else value
        except yaml.YAMLError as error:
            raise click.UsageError(f"The value of '{name}' cannot be read: {value}") from error
    return found


@click.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@metadata_option
@click.option("--ocr", is_flag=True, help="Try to read scans (needs the ocr extra and tesseract).")
@click.option("--redact", is_flag=True, help="Replace identifiers of people found in a file by what they are, and add it.")
@click.option("--accept", metavar="REASON", help="Add files in which identifiers were found, for this reason.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
@pass_session
def add_command(
    session: Session, paths: tuple[Path, ...], sets: tuple[str, ...], source_type: str | None, ocr: bool, redact: bool, accept: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Add files and folders (recursively). Adding the same content twice changes nothing.

    The kind of source comes from the file, its front matter, a sidecar NAME.meta.yaml, the folder's name (published, guideline,
    economic, audit, ppi, frontline, evaluation, policy) or --type.
    """
    from kmassist.assistant import AddSummary

    for path in paths:
        if not path.exists():
            raise SourceNotFound(f"There is no file or folder '{path}'.", "Check the spelling; quote names with spaces.")
    wins = overrides(sets, source_type)
    consent = {"*": "redact"} if redact else {"*": accept} if accept else {}
    summary = AddSummary()
    with session.assistant(create=True) as assistant, progress_bar() as bar:
        for event in assistant.add([p.absolute() for p in paths], overrides=wins, consent=consent, ocr=ocr):
            summary.take(event)
            bar(event)
        total = assistant.index.stats().documents
    if as_json:
        print_json(
            {
                **{
                    name: [
                        {"path": e.path, "doc_id": e.doc_id, "title": e.title, "note": e.note} for e in getattr(summary, name)
                    ]
                    for name in ("added", "updated", "unchanged", "duplicates")
                },
                "skipped": [{"path": e.path, "reason": e.reason, "hint": e.hint, "kind": e.kind} for e in summary.skipped],
                "warnings": [f"{w.message} {w.hint}".strip() for w in summary.warnings],
                "documents": total,
            }
        )
    else:
        from kmassist.cli.render import wrap

        for added in (*summary.added, *summary.updated):
            note = f" ({added.note})" if added.note else ""
            click.echo(
                wrap(f"{added.outcome:<9} {added.doc_id}  {added.title or Path(added.path).name}{note}", "", "          ")
            )
        for added in summary.duplicates:
            click.echo(wrap(f"duplicate {Path(added.path).name}: {added.note}", "", "          "))
        for skipped in summary.skipped:
            click.echo(
                wrap(f"skipped   {Path(skipped.path).name}: {skipped.reason} {skipped.hint}", "", "          "), err=True
            )
        for warned in summary.warnings[:20]:
            click.echo(wrap(f"note      {warned.message} {warned.hint}", "", "          "), err=True)
        if len(summary.warnings) > 20:
            click.echo(f"note      … and {len(summary.warnings) - 20} more; see them with 'kmassist sources show'.", err=True)
        click.echo(
            f"{len(summary.added)} added, {len(summary.updated)} updated, {len(summary.unchanged)} unchanged, "
            f"{len(summary.duplicates)} duplicates, {len(summary.skipped)} skipped; {total} documents in the library."
        )
    found = summary.changed + len(summary.unchanged) + len(summary.duplicates)
    if summary.skipped:
        return int(ExitCode.PARTIAL if found else ExitCode.FAILED)
    if not found:
        click.echo(
            "Nothing to add there: kmassist reads PDF, DOCX, HTML, Markdown, text, CSV, XLSX, XML, RIS, NBIB and BibTeX.",
            err=True,
        )
        return int(ExitCode.FAILED)
    return int(ExitCode.OK)


@click.command()
@click.argument("path", type=_PATH)
@metadata_option
@click.option("--ocr", is_flag=True, help="Try to read scans.")
@click.option("--text", "show_text", is_flag=True, help="Also print the text that would be searched.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_session
def inspect_command(
    session: Session, path: Path, sets: tuple[str, ...], source_type: str | None, ocr: bool, show_text: bool, as_json: bool
) -> int:
    """Show what would be added from a file, and where each value came from, before anything is stored."""
    if not path.exists():
        raise SourceNotFound(f"There is no file or folder '{path}'.", "Check the spelling; quote names with spaces.")
    settings = session.settings()
    from kmassist.assistant.adding import inspect_paths
    from kmassist.assistant.words import load_vocabulary

    try:
        with session.assistant(read_only=True) as assistant:
            found = assistant.inspect(path.absolute(), overrides=overrides(sets, source_type), ocr=ocr)
    except IndexNotFound:  # looking at a file needs no library
        found = inspect_paths(settings, load_vocabulary(settings), path.absolute(), overrides(sets, source_type), ocr=ocr)
    if as_json:
        print_json(
            [
                {
                    **document_json(i.document, with_text=show_text),
                    "passages": i.passages,
                    "missing": i.missing,
                    "identifiers": i.identifiers,
                    "already": i.already,
                }
                for i in found
            ]
        )
        return 0
    for number, inspection in enumerate(found):
        if number:
            click.echo("")
        click.echo("\n".join(document_lines(inspection.document)))
        click.echo(f"  would make {inspection.passages} passages{'; ' + inspection.already if inspection.already else ''}")
        for identifier in inspection.identifiers:
            click.echo(f"  ! looks like personal data: {identifier}")
        if show_text:
            click.echo("")
            click.echo(inspection.document.text)
    return 0


def document_json(document: Document, *, with_text: bool = False) -> dict[str, Any]:
    """A document for scripts."""
    body: dict[str, Any] = json.loads(document.model_dump_json(exclude={"text", "pages", "headings"}))
    body["pages"] = len(document.pages)
    if with_text:
        body["text"] = document.text
    return body


def document_lines(document: Document) -> list[str]:
    """A document for a person: every known value and where it came from, then what is missing."""
    from kmassist.cli.render import safe, style, wrap

    meta = document.metadata
    lines = [style(safe(meta.title or document.source_name), bold=True), f"  {'id':<18}{document.doc_id}"]
    lines.append(f"  {'file':<18}{safe(document.source_name)}{' ' + document.locator if document.locator else ''}")
    for name, value in meta:
        if name in ("title", "came_from") or value in (None, "", (), False):
            continue
        came = meta.came_from.get(name, "default")
        lines.append(wrap(f"{name.replace('_', ' '):<18}{_shown(value)}  [{came}]", "  ", " " * 20))
    lines += [wrap(f"! {warning}", "  ", "    ") for warning in document.warnings]
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        if value and hasattr(value[0], "criterion"):
            return f"{len(value)} criteria: " + "; ".join(_criterion(c) for c in value)
        if value and hasattr(value[0], "outcome"):
            return "; ".join(f"{f.outcome}: {f.direction or '?'} {f.estimate}".strip() for f in value)
        return ", ".join(str(v) for v in value)
    if hasattr(value, "model_dump"):
        return "; ".join(f"{k}: {_shown(v)}" for k, v in value.model_dump().items() if v not in (None, "", (), False))
    label = getattr(value, "label", None)
    return f"{value} ({label})" if label else str(value)


def _criterion(criterion: Any) -> str:
    achieved = criterion.achieved_percent
    target = f", target {criterion.target_percent:g}%" if criterion.target_percent is not None else ""
    return f"{criterion.criterion} {achieved:.0f}%{target}" if achieved is not None else criterion.criterion


@click.group()
def sources_command() -> None:
    """The documents of the library."""


@sources_command.command("list")
@filter_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_session
def sources_list(session: Session, as_json: bool, **narrow: Any) -> int:
    """List documents by kind and date."""
    with session.assistant(read_only=True) as assistant:
        documents = assistant.sources(make_filter(assistant, narrow))
    documents.sort(key=lambda d: (_order(d), d.metadata.title.casefold(), d.doc_id))
    if as_json:
        print_json([document_json(d) for d in documents])
        return 0
    from kmassist.cli.render import table

    rows = [
        [
            d.doc_id[:9],
            d.metadata.source_type or "?",
            d.metadata.dated or "undated",
            ",".join(d.metadata.topics[:3]),
            d.metadata.title or d.source_name,
        ]
        for d in documents
    ]
    click.echo(table(rows, ["id", "type", "date", "topics", "title"]) if rows else "No documents.")
    return 0


def _order(document: Document) -> int:
    from kmassist.documents import SourceType

    return list(SourceType).index(document.metadata.source_type) if document.metadata.source_type else 9


@sources_command.command("show")
@click.argument("doc")
@click.option("--text", "show_text", is_flag=True, help="Also print its text.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_session
def sources_show(session: Session, doc: str, show_text: bool, as_json: bool) -> int:
    """Everything known about one document and where each value came from."""
    with session.assistant(read_only=True) as assistant:
        document = assistant.source(doc)
    if as_json:
        print_json(document_json(document, with_text=show_text))
        return 0
    click.echo("\n".join(document_lines(document)))
    if show_text:
        click.echo("\n" + document.text)
    return 0


@sources_command.command("open")
@click.argument("doc")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the stored original here instead of opening it.",
)
@pass_session
def sources_open(session: Session, doc: str, target: Path | None) -> int:
    """Open the original file of a document in the program your computer uses for it."""
    with session.assistant(read_only=True) as assistant:
        found = assistant.original(doc)
        document = assistant.source(doc)
    if target is None and document.source_path and Path(document.source_path).is_file():
        return _launch(Path(document.source_path))
    if found is None:
        raise SourceNotFound("No copy of that file was kept, and it is no longer where it was read.", "Add it again.")
    name, data = found
    if target is None:
        target = Path(tempfile.mkdtemp(prefix="kmassist-")) / Path(name).name
    if target.exists():
        raise click.ClickException(f"'{target}' is there already. Choose another name.")
    target.write_bytes(data)
    click.echo(f"Wrote {target}.", err=True)
    return 0 if target.parent == Path.cwd() or not sys.stdout.isatty() else _launch(target)


def _launch(path: Path) -> int:
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("win32", "darwin"):
        return click.launch(str(path))
    click.echo(str(path))
    return 0


@sources_command.command("edit")
@click.argument("doc")
@click.option(
    "--set", "sets", multiple=True, required=True, metavar="FIELD=VALUE", help="The corrected value; may be repeated."
)
@pass_session
def sources_edit(session: Session, doc: str, sets: tuple[str, ...]) -> int:
    """Correct metadata; corrections survive adding the file again."""
    with session.assistant() as assistant:
        document = assistant.edit(doc, overrides(sets, None))
    click.echo("\n".join(document_lines(document)))
    return 0


@click.command()
@click.argument("doc")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def forget_command(session: Session, doc: str, yes: bool) -> int:
    """Remove a document: its text, vectors, index entries and stored copy. The file you added it from stays."""
    with session.assistant() as assistant:
        document = assistant.source(doc)
        title = document.metadata.title or document.source_name
        if not yes:
            if not sys.stdin.isatty():
                raise click.UsageError(f"This would remove '{title}'. Add --yes to do it.")
            click.confirm(f"Remove '{title}' ({document.doc_id}) for good?", abort=True)
        assistant.forget(document.doc_id)
    click.echo(f"Forgot '{title}' ({document.doc_id}).")
    return 0
