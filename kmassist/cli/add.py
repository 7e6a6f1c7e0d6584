"""add and inspect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.abreast import turn_json, turn_lines
from kmassist.cli.document import document_json, document_lines, proposal_lines
from kmassist.cli.metadata_flags import metadata_option, overrides
from kmassist.cli.options import as_json_option, consent_of, intake_options
from kmassist.cli.session import Session, pass_session, print_json, progress_bar
from kmassist.errors import ExitCode, IndexNotFound
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.assistant.add import AddSummary
    from kmassist.assistant.inspecting import Inspection

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@metadata_option
@intake_options
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
@pass_session
def add_command(
    session: Session, paths: tuple[Path, ...], sets: tuple[str, ...], source_type: str | None, ocr: bool, redact: bool,
    scrub: bool, without_original: bool, accept: str | None, accept_proposals: bool, screened_out: bool, as_json: bool,
) -> int:  # fmt: skip
    """Add files and folders (recursively). Adding the same content twice changes nothing.

    The kind of source comes from the file, its front matter, a sidecar NAME.meta.yaml, the folder's name (published, guideline,
    economic, audit, ppi, frontline, evaluation, policy) or --type.
    """
    from kmassist.assistant.add import AddSummary, check_exists

    for path in paths:
        check_exists(path)
    wins = overrides(sets, source_type)
    consent = consent_of(redact, scrub, without_original, accept)
    summary = AddSummary()
    with session.assistant(create=True) as assistant, progress_bar() as bar:
        for event in assistant.add(
            [p.absolute() for p in paths],
            overrides=wins,
            consent=consent,
            ocr=ocr,
            accept_proposals=accept_proposals,
            screened_out=screened_out,
        ):
            summary.take(event)
            bar(event)
        total, turns = assistant.index.stats().documents, assistant.follow.tell()
    if as_json:
        print_json({"turned": turn_json(turns), **_summary_json(summary, total)})
    else:
        _show_summary(summary, total)
        click.echo("".join(f"{line}\n" for line in turn_lines(turns)), nl=False)
    found = summary.changed + len(summary.unchanged) + len(summary.duplicates)
    if summary.failed:
        return int(ExitCode.PARTIAL if found else ExitCode.FAILED)
    if not found:
        click.echo(
            "Nothing to add there: kmassist reads PDF, documents, sheets and slides of Office, OpenDocument, HTML, EPUB, Markdown, "
            "text, CSV, mails, XML and exports of references.",
            err=True,
        )
        return int(ExitCode.FAILED)
    return int(ExitCode.OK)


def _summary_json(summary: AddSummary, total: int) -> dict[str, Any]:
    """What a run of adding did, for scripts."""
    left_out = [e for e in summary.skipped if e not in summary.failed]
    return {
        **{
            name: [
                {"path": e.path, "doc_id": e.doc_id, "title": e.title, "note": e.note}
                for e in getattr(summary, name)
            ]
            for name in ("added", "updated", "unchanged", "duplicates")
        },
        **{
            name: [
                {"path": e.path, "reason": e.reason, "hint": e.hint, "kind": e.kind} for e in events
            ]
            for name, events in (("skipped", summary.failed), ("left_out", left_out))
        },
        "warnings": [f"{w.message} {w.hint}".strip() for w in summary.warnings],
        "documents": total,
    }


def _show_summary(summary: AddSummary, total: int) -> None:
    """What a run of adding did, for a person."""
    from kmassist.cli.render import wrap

    for added in (*summary.added, *summary.updated):
        note = f" ({added.note})" if added.note else ""
        click.echo(
            wrap(
                f"{added.outcome:<9} {added.doc_id}  {added.title or Path(added.path).name}{note}",
                "",
                "          ",
            )
        )
    for added in summary.duplicates:
        click.echo(wrap(f"duplicate {Path(added.path).name}: {added.note}", "", "          "))
    failed = summary.failed
    for skipped in summary.skipped:
        click.echo(
            wrap(
                f"{'skipped  ' if skipped in failed else 'left out '} {Path(skipped.path).name}: {skipped.reason} {skipped.hint}",
                "",
                "          ",
            ),
            err=True,
        )
    for warned in summary.warnings[:20]:
        click.echo(wrap(f"note      {warned.message} {warned.hint}", "", "          "), err=True)
    if len(summary.warnings) > 20:
        click.echo(
            f"note      … and {len(summary.warnings) - 20} more; see them with 'kmassist sources show'.",
            err=True,
        )
    click.echo(
        f"{len(summary.added)} added, {len(summary.updated)} updated, {len(summary.unchanged)} unchanged, "
        f"{len(summary.duplicates)} duplicates, {len(summary.failed)} skipped; {counted(total, 'document')} in the library."
    )


@click.command()
@click.argument("path", type=_PATH)
@metadata_option
@click.option("--ocr", is_flag=True, help="Try to read scans.")
@click.option(
    "--text", "show_text", is_flag=True, help="Also print the text that would be searched."
)
@as_json_option
@pass_session
def inspect_command(
    session: Session,
    path: Path,
    sets: tuple[str, ...],
    source_type: str | None,
    ocr: bool,
    show_text: bool,
    as_json: bool,
) -> None:
    """Show what would be added from a file, and where each value came from, before anything is stored."""
    from kmassist.assistant.add import check_exists
    from kmassist.cli.render import is_own_screen

    check_exists(path)
    settings = session.settings()
    found = _inspected(session, path.absolute(), overrides(sets, source_type), ocr)
    if as_json or not is_own_screen(settings.privacy):
        found = [one.leaving(settings.privacy) for one in found]
    if as_json:
        print_json(
            [
                {
                    **document_json(i.document, with_text=show_text),
                    "passages": i.passages,
                    "missing": i.missing,
                    "identifiers": i.identifiers,
                    "already": i.already,
                    "proposals": [p.model_dump(exclude={"start"}) for p in i.proposals],
                }
                for i in found
            ]
        )
        return
    for number, inspection in enumerate(found):
        if number:
            click.echo("")
        _show_inspection(inspection)
        if show_text:
            click.echo("")
            click.echo(inspection.document.text)


def _inspected(
    session: Session, path: Path, wins: Mapping[str, Any], ocr: bool
) -> list[Inspection]:
    """Each document of a file or folder beside what the library holds; looking at a file needs no library."""
    from kmassist.assistant.health import load_vocabulary
    from kmassist.assistant.inspecting import inspect_paths

    try:
        with session.assistant(read_only=True) as assistant:
            return assistant.inspect(path, overrides=wins, ocr=ocr)
    except IndexNotFound:
        settings = session.settings()
        return inspect_paths(settings, load_vocabulary(settings), path, wins, ocr=ocr)


def _show_inspection(inspection: Inspection) -> None:
    """One document as it would be stored, for a person."""
    click.echo("\n".join(document_lines(inspection.document)))
    click.echo("".join(f"{line}\n" for line in proposal_lines(inspection.proposals)), nl=False)
    already = f"; {inspection.already}" if inspection.already else ""
    click.echo(f"  would make {inspection.passages} passages{already}")
    for identifier in inspection.identifiers:
        click.echo(f"  ! to decide before it is added: {identifier}")
