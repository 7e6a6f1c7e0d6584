"""What every command shares: the settings, the open assistant, progress on stderr and the crash log."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from kmassist.errors import ConfigError, KmassistError
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.assistant import Assistant
    from kmassist.settings.model import Settings


def allow_server(place: object) -> None:
    """Let the name of the server be looked up that a library's address names."""
    from kmassist.offline import name_server
    from kmassist.settings.model import DatabaseUrl

    for server in place.servers if isinstance(place, DatabaseUrl) else ():
        name_server(server)


class Session:
    """One call of the command line."""

    def __init__(self, library: str | None, sample: str | None) -> None:
        self._library = library
        self.sample = sample
        self.acts_as = ""
        """The role that the command itself names."""

    def settings(self, flags: Mapping[str, Any] | None = None) -> Settings:
        """Settings with the flags of this call."""
        from kmassist.settings.model import load_settings

        settings = load_settings({"library": self._named_library(), **(flags or {})})
        allow_server(settings.library)
        return settings

    def settings_values(self) -> tuple[dict[str, Any], dict[str, str]]:
        """What the settings say of the library and the display, not yet checked; and dotted name -> origin."""
        from kmassist.settings.file import read_values

        return read_values({"library", "display"}, {"library": self._named_library()})

    def _named_library(self) -> str | None:
        from kmassist.settings.file import SAMPLES, default_library

        if self._library is None and self.sample and "KMASSIST_LIBRARY" not in os.environ:
            return str(default_library().with_name(f"{SAMPLES[self.sample]}-library"))
        return self._library

    @contextmanager
    def assistant(
        self,
        *,
        create: bool = False,
        read_only: bool = False,
        flags: Mapping[str, Any] | None = None,
    ) -> Iterator[Assistant]:
        """The open assistant; with ``--sample`` the shipped corpus is indexed first when the library is empty."""
        from kmassist.assistant import Assistant

        settings = self.settings(flags)
        if self.sample:
            self.prepare_sample(settings)
        elif not read_only and not self.acts_as:
            _ask_role(settings)
        with Assistant.open(settings, create=create, read_only=read_only) as assistant:
            assistant.index.actor = assistant.index.actor or self.acts_as
            yield assistant

    def note_unanswered(self, answer: Answer) -> None:
        """Keep a question that could not be answered, now that its answer is shown; whatever hinders that is no fault."""
        from kmassist.assistant import Assistant

        if not answer.status.is_answer and not answer.is_turned_away:
            sys.stdout.flush()
            with suppress(KmassistError, OSError), Assistant.open(self.settings()) as assistant:
                assistant.follow.note(answer)

    def is_sample_ready(self, library: str | Path) -> bool:
        """Whether a library holds all of the demonstration corpus that was named."""
        return (Path(library).expanduser() / self._sample_mark()).exists()

    def _sample_mark(self) -> str:
        from kmassist.settings.file import SAMPLES

        return f"{SAMPLES[self.sample or 'maternity']}-ready"

    def prepare_sample(self, settings: Settings) -> None:
        """Index the shipped demonstration corpus when this library does not hold it yet."""
        from kmassist.assistant import Assistant
        from kmassist.settings.file import sample_corpus

        corpus = sample_corpus(self.sample or "maternity")
        if self.is_sample_ready(settings.folder):
            return
        with Assistant.open(settings, create=True) as assistant:
            own = [d for d in assistant.sources() if not Path(d.source_path).is_relative_to(corpus)]
            if own:
                raise ConfigError(
                    f"The library {settings.folder} holds {counted(len(own), 'document that is', 'documents that are')} not of this demonstration corpus.",
                    "The demonstration corpus does not mix with them: use --sample without --library and KMASSIST_LIBRARY, "
                    "or name an empty folder.",
                )
            click.echo("Indexing the demonstration corpus (first use only).", err=True)
            skipped = run_add(assistant, [corpus], quiet=True)
        if not skipped:
            from kmassist.text.tables import save_bytes

            save_bytes(settings.folder / self._sample_mark(), b"", force=True)


def _ask_role(settings: Settings) -> None:
    """Who acts, for the audit trail; asked once, on a terminal, before the first change."""
    from kmassist.settings.file import keep_role, kept_role

    if settings.site.role or kept_role() or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    said = click.prompt(
        "In which role do you work here? It is written in the audit trail; never a name",
        default="not stated",
        err=True,
    )
    keep_role(said)


def run_add(assistant: Assistant, paths: list[Path], *, quiet: bool = False, **options: Any) -> int:
    """Add with a progress bar on stderr; returns how many files were skipped."""
    from kmassist.assistant.add import AddSummary
    from kmassist.text.characters import clean_text

    summary = AddSummary()
    with progress_bar() as bar, said_when_stopped() as check:
        for event in assistant.add(paths, **options):
            summary.take(event)
            bar(event)
            check()
    for skipped in summary.failed:
        name = clean_text(Path(skipped.path).name)
        click.echo(f"Skipped {name}: {skipped.reason} {skipped.hint}".rstrip(), err=True)
    if not quiet:
        for warned in summary.warnings:
            click.echo(f"{warned.message} {warned.hint}".rstrip(), err=True)
    return len(summary.failed)


@contextmanager
def said_when_stopped() -> Iterator[Callable[[], None]]:
    """Ctrl+C is answered at once; ending the batch at hand takes a moment longer.

    What is given is called after each file: an interrupt that fell into a clean-up or a library's callback is lost there, and it
    raises that one again.
    """
    is_asked = False

    def check() -> None:
        if is_asked:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield check
        return

    def stop(number: int, frame: object) -> None:
        nonlocal is_asked
        is_asked = True
        click.echo("\nStopping; what is stored stays.", err=True)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress_bar() -> Iterator[Any]:
    """A one-line bar on a terminal's stderr; elsewhere a line for each file that is added."""
    from kmassist.events import Progress
    from kmassist.text.characters import clean_text

    shown = sys.stderr.isatty()

    def update(event: object) -> None:
        if not isinstance(event, Progress) or not event.total:
            return
        if not shown:
            if event.stage == "adding" and event.done < event.total:
                name = " ".join(clean_text(event.detail).split())
                click.echo(f"{event.done + 1} of {event.total}: {name}", err=True)
            return
        filled = 24 * event.done // event.total
        left = (
            f"about {event.seconds_left:.0f} s left"
            if event.seconds_left >= 1 and event.done < event.total
            else ""
        )
        line = f"  [{'#' * filled}{'.' * (24 - filled)}] {event.done}/{event.total} {left:<18} {clean_text(event.detail).replace(chr(10), ' ')[:34]}"
        wide = shutil.get_terminal_size().columns  # a line that runs over is not taken back
        sys.stderr.write(f"\r\x1b[2K{line[: wide - 1]}")
        sys.stderr.flush()

    try:
        yield update
    finally:
        if shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def print_json(value: Any) -> None:
    """One JSON document on stdout, keys in the order given; non-ASCII as it is where the stream can hold it, else escaped.

    Records may stand in it as they are.
    """
    from kmassist.cli.streams import is_exact

    click.echo(json.dumps(value, ensure_ascii=not is_exact(sys.stdout), indent=2, default=_plain))


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def log_crash(error: BaseException) -> Path | str:
    """Write a traceback to a private file and return its path. It holds no document text."""
    from platformdirs import user_log_path

    from kmassist.text.plain_files import append_private

    path = user_log_path("kmassist", appauthor=False) / "crash.log"
    frames = "".join(traceback.format_tb(error.__traceback__))
    try:
        append_private(path, f"{frames}{type(error).__name__}\n\n")
    except OSError:
        return "no log could be written"
    return path


def pass_session(command: Callable[..., int | None]) -> Callable[..., int | None]:
    """Give a command the `Session` of this call as its first argument."""
    return cast(Callable[..., int | None], click.make_pass_decorator(Session)(command))


def pass_assistant(
    *, create: bool = False, read_only: bool = False
) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Give a command the open assistant of this call as its first argument; closed when the command ends."""

    def given(command: Callable[..., int | None]) -> Callable[..., int | None]:
        @wraps(command)
        def opened(session: Session, *args: Any, **options: Any) -> int | None:
            with session.assistant(create=create, read_only=read_only) as assistant:
                return command(assistant, *args, **options)

        return pass_session(opened)

    return given


__all__ = [
    "KmassistError",
    "Session",
    "log_crash",
    "pass_assistant",
    "pass_session",
    "print_json",
    "progress_bar",
    "run_add",
]
