"""sync: keeping the library in step with folders."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.abreast import turn_json, turn_lines
from kmassist.cli.options import as_json_option, consent_of, intake_options
from kmassist.cli.session import (
    Session,
    pass_session,
    print_json,
    progress_bar,
    said_when_stopped,
)
from kmassist.errors import ExitCode, IndexLocked
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.events import Event, FileGone
    from kmassist.records.folders import SyncPlan

_SHOWN, _UNSEEN = 20, 3
"""Files that are listed under a heading; the others are counted."""


@dataclass(slots=True)
class _Done:
    """What a run did, gathered from its events."""

    events: list[Event] = field(default_factory=list)
    is_stopped: bool = False

    def of(self, kind: type[Any]) -> list[Any]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def outcomes(self) -> dict[str, int]:
        """How many files came to what."""
        from kmassist.events import Added, FileGone

        added, gone = self.of(Added), self.of(FileGone)
        moved = [e for e in added if e.note.startswith("moved from")]
        return {
            "added": sum(e.outcome == "added" for e in added),
            "updated": sum(e.outcome == "updated" for e in added) - len(moved),
            "moved": len(moved),
            "set_aside": sum(not e.is_back for e in gone),
            "back": sum(e.is_back for e in gone),
            "copies": sum(e.outcome == "duplicate" for e in added),
            "not_read": len(self.failed),
        }

    @property
    def failed(self) -> list[Any]:
        """Files that should have been read and were not."""
        from kmassist.events import Skipped

        return [event for event in self.of(Skipped) if event.kind != "left_out"]


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do what is shown without asking; nothing is forgotten.")
@click.option("--watch", is_flag=True, help="Go on looking until Ctrl+C.")
@click.option(
    "--every",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0.2),
    metavar="SECONDS",
    help="How often --watch looks.",
)
@click.option(
    "--really-gone",
    is_flag=True,
    help="Set aside what is missing also when the folder is empty or most of it is gone.",
)
@click.option(
    "--forget",
    "forget",
    is_flag=True,
    help="Forget for good what was set aside before and is still gone.",
)
@click.option("--list", "listed", is_flag=True, help="List the folders that are kept in step.")
@click.option("--stop", is_flag=True, help="Keep FOLDER in step no longer; its documents stay.")
@intake_options
@as_json_option
@pass_session
def sync_command(
    session: Session, folder: Path | None, yes: bool, watch: bool, every: float, really_gone: bool, forget: bool,
    listed: bool, stop: bool, redact: bool, scrub: bool, without_original: bool, accept: str | None, as_json: bool, **options: bool,
) -> int:  # fmt: skip
    """Keep the library in step with FOLDER: what is new, changed, renamed or gone is shown, asked about, then done.

    Without FOLDER: every folder that was kept in step before. A file that is gone is set aside, never deleted: its document
    stays and says so, until --forget. A folder that is away or empty changes nothing. Ctrl+C keeps what is done.
    """
    if listed or stop:
        return _manage(session, folder, stop=stop, as_json=as_json)
    consent = consent_of(redact, scrub, without_original, accept)
    with session.assistant(create=True) as assistant:
        folders = [folder] if folder else [Path(f.path) for f, _ in assistant.folders.list()]
        if not folders:
            raise click.UsageError("No folder is kept in step yet. Name one: kmassist sync FOLDER")

        def run(one: Path) -> int:
            return _sync(
                assistant,
                one,
                is_agreed=_asker(yes),
                believe=really_gone,
                forget=forget,
                consent=consent,
                as_json=as_json,
                options=options,
            )

        if not watch:
            return max(run(one) for one in folders)
        return _watch(folders, run, every)


def _watch(folders: list[Path], run: Callable[[Path], int], every: float) -> int:
    """Look again and again; a folder that is away or a library that is busy is looked at next time."""
    click.echo(
        f"Watching {', '.join(str(f) for f in folders)} every {every:g} s; Ctrl+C ends it.",
        err=True,
    )
    with said_when_stopped() as check:
        while True:
            check()
            for one in folders:
                try:
                    run(one)
                except IndexLocked as error:
                    click.echo(f"{error} It is tried again.", err=True)
            time.sleep(every)


def _asker(yes: bool) -> Callable[[str], bool]:
    def ask(question: str) -> bool:
        if yes:
            return True
        return sys.stdin.isatty() and click.confirm(question, err=True)

    return ask


def _sync(
    assistant: Assistant,
    folder: Path,
    *,
    is_agreed: Callable[[str], bool],
    believe: bool,
    forget: bool,
    consent: Mapping[str, str],
    as_json: bool,
    options: Mapping[str, bool],
) -> int:
    from kmassist.records.folders import plan_json

    done = _Done()
    plan = _look(assistant, folder)
    work = plan.to_do + (len(plan.missing) if believe and plan.doubt else 0)
    if not as_json:
        _show(plan)
    agreed = not work or is_agreed("Do this?")
    if agreed:
        with said_when_stopped() as check, progress_bar() as bar:
            try:
                with closing(
                    assistant.folders.carry_out(plan, believe=believe, consent=consent, **options)
                ) as events:
                    for event in events:
                        done.events.append(event)
                        bar(event)
                        check()
            except KeyboardInterrupt:
                done.is_stopped = True
    forgotten = [] if done.is_stopped else _forgotten(assistant, plan, forget)
    turns = assistant.follow.tell()
    if as_json:
        print_json(
            {
                **plan_json(plan),
                "is_done": agreed,
                "done": _done_json(done, forgotten),
                "turned": turn_json(turns),
            }
        )
    else:
        _tell(plan, done, forgotten, agreed=agreed, work=work)
        click.echo("".join(f"{line}\n" for line in turn_lines(turns)), nl=False)
    if done.is_stopped:
        raise KeyboardInterrupt
    is_partial = not agreed or bool(plan.doubt and not believe) or bool(done.failed)
    return int(ExitCode.PARTIAL if is_partial else ExitCode.OK)


def _look(assistant: Assistant, folder: Path) -> SyncPlan:
    from kmassist.assistant.look import Looked

    with (
        said_when_stopped() as check,
        progress_bar() as bar,
        closing(assistant.folders.look(folder)) as look,
    ):
        for event in look:
            bar(event)
            check()
            if isinstance(event, Looked):
                return event.plan
    raise AssertionError  # a look ends with Looked


def _forgotten(assistant: Assistant, plan: SyncPlan, forget: bool) -> list[str]:
    """Forget what was set aside before and is still gone, when that is confirmed."""
    if not plan.aside:
        return []
    if not forget and sys.stdin.isatty() and sys.stderr.isatty():
        count = len(plan.aside)
        forget = click.confirm(
            f"Forget for good the {count} set aside before and still gone?", default=False, err=True
        )
    if not forget:
        return []
    return [assistant.forget(doc_id).doc_id for doc_id in plan.aside]


def _show(plan: SyncPlan) -> None:
    from kmassist.cli.render import safe, style, wrap
    from kmassist.records.folders import UNSEEN, plan_counts, plan_sections

    click.echo(style(safe(plan.folder), bold=True))
    for heading, lines in plan_sections(plan):
        click.echo(wrap(heading, "  "))
        most = _UNSEEN if heading == UNSEEN else _SHOWN
        for line in lines[:most]:
            click.echo(wrap(line, "    ", "      "))
        if len(lines) > most:
            click.echo(f"    … and {len(lines) - most} more")
    click.echo(f"  {plan_counts(plan)}")


def _tell(plan: SyncPlan, done: _Done, forgotten: list[str], *, agreed: bool, work: int) -> None:
    from kmassist.cli.render import wrap

    for line in _notes(done):
        click.echo(wrap(line, "  ", "    "), err=True)
    if not agreed:
        click.echo("Nothing was changed. Add --yes to do it without being asked.", err=True)
    elif done.is_stopped:
        click.echo(f"Stopped: {_counts(done)} The next 'kmassist sync' goes on from here.")
    elif work:
        click.echo(f"Done: {_counts(done)}")
    elif plan.doubt:
        hint = "Run it again when the drive is back. If the files are gone for good: --really-gone."
        click.echo(hint, err=True)
    if forgotten:
        click.echo(f"Forgot {len(forgotten)} for good.")


def _notes(done: _Done) -> Iterator[str]:
    from kmassist.events import Warned

    for skipped in done.failed[:_SHOWN]:
        yield f"not read  {Path(skipped.path).name}: {skipped.reason} {skipped.hint}"
    for warned in done.of(Warned)[:_SHOWN]:
        yield f"note      {warned.message} {warned.hint}"


def _counts(done: _Done) -> str:
    says = [f"{count} {name.replace('_', ' ')}" for name, count in done.outcomes().items() if count]
    return f"{', '.join(says) or 'nothing yet'}."


def _done_json(done: _Done, forgotten: list[str]) -> dict[str, Any]:
    from kmassist.events import Added, FileGone, Warned

    return {
        **done.outcomes(),
        "is_stopped": done.is_stopped,
        "documents": [
            {"path": e.path, "doc_id": e.doc_id, "outcome": e.outcome, "note": e.note}
            for e in done.of(Added)
        ],
        "gone": [_gone_json(e) for e in done.of(FileGone)],
        "failed": [
            {"path": e.path, "reason": e.reason, "hint": e.hint, "kind": e.kind}
            for e in done.failed
        ],
        "warnings": [f"{w.message} {w.hint}".strip() for w in done.of(Warned)],
        "forgotten": forgotten,
    }


def _gone_json(event: FileGone) -> dict[str, Any]:
    return {"path": event.path, "doc_id": event.doc_id, "is_back": event.is_back}


def _manage(session: Session, folder: Path | None, *, stop: bool, as_json: bool) -> int:
    """List the folders, or keep one in step no longer."""
    if stop:
        if folder is None:
            raise click.UsageError("Name the folder: kmassist sync FOLDER --stop")
        with session.assistant() as assistant:
            gone = assistant.folders.stop(folder)
        click.echo(f"{gone.path} is no longer kept in step. Its documents stay.")
        return 0
    with session.assistant(read_only=True) as assistant:
        found, aside = assistant.folders.list(), assistant.folders.aside()
    if as_json:
        rows = [
            {
                **f.model_dump(),
                "checked_at": s.checked_at,
                "problem": s.problem,
                "files": len(s.files),
            }
            for f, s in found
        ]
        print_json({"folders": rows, "set_aside": [a.model_dump() for a in aside.values()]})
        return 0
    from kmassist.cli.render import table

    cells = [
        [f.folder_id, s.checked_at[:16].replace("T", " ") or "never", str(len(s.files)), f.path]
        for f, s in found
    ]
    click.echo(
        table(cells, ["folder", "last checked", "files", "path"])
        if cells
        else "No folder is kept in step."
    )
    for one, state in found:
        if state.problem:
            click.echo(f"  {one.path}: {state.problem}")
    if aside:
        said = counted(len(aside), "document is", "documents are")
        click.echo(f"{said} set aside because the file is gone.")
    return 0
