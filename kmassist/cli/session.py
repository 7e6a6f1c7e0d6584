"""What every command shares: the settings, the open assistant, progress on stderr and the crash log."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from kmassist.errors import ConfigError, KmassistError

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.config import Settings


_SAMPLE_MARK = "sample-ready"


class Session:
    """One call of the command line."""

    def __init__(self, library: str | None, is_sample: bool) -> None:
        self._library = library
        self.is_sample = is_sample

    def settings(self, flags: Mapping[str, Any] | None = None) -> Settings:
        """Settings with the flags of this call."""
        from kmassist.config import load_settings

        return load_settings({"library": self._named_library(), **(flags or {})})

    def settings_values(self) -> tuple[dict[str, Any], dict[str, str]]:
        """What the settings say of the library and the display, not yet checked; and dotted name -> origin."""
        from kmassist.settings_file import read_values

        return read_values({"library", "display"}, {"library": self._named_library()})

    def _named_library(self) -> str | None:
        from kmassist.settings_file import default_library

        if self._library is None and self.is_sample and "KMASSIST_LIBRARY" not in os.environ:
            return str(default_library().with_name("sample-library"))
        return self._library

    @contextmanager
    def assistant(
        self, *, create: bool = False, read_only: bool = False, flags: Mapping[str, Any] | None = None
    ) -> Iterator[Assistant]:
        """The open assistant; with ``--sample`` the shipped corpus is indexed first when the library is empty."""
        from kmassist.assistant import Assistant

        settings = self.settings(flags)
        if self.is_sample:
            self.prepare_sample(settings)
        with Assistant.open(settings, create=create, read_only=read_only) as assistant:
            yield assistant

    def is_sample_ready(self, library: str | Path) -> bool:
        """Whether a library holds all of the demonstration corpus."""
        return (Path(library).expanduser() / _SAMPLE_MARK).exists()

    def prepare_sample(self, settings: Settings) -> None:
        """Index the shipped demonstration corpus when this library does not hold it yet."""
        from kmassist.assistant import Assistant
        from kmassist.shipped import sample_corpus

        if self.is_sample_ready(settings.library):
            return
        with Assistant.open(settings, create=True) as assistant:
            own = [d for d in assistant.sources() if not Path(d.source_path).is_relative_to(sample_corpus())]
            if own:
                raise ConfigError(
                    f"The library {settings.library} holds {len(own)} documents of your own.",
                    "The demonstration corpus does not mix with them: use --sample without --library and KMASSIST_LIBRARY, "
                    "or name an empty folder.",
                )
            click.echo("Indexing the demonstration corpus (first use only).", err=True)
            skipped = run_add(assistant, [sample_corpus()], quiet=True)
        if not skipped:
            (settings.library / _SAMPLE_MARK).touch(mode=0o600)


def run_add(assistant: Assistant, paths: list[Path], *, quiet: bool = False, **options: Any) -> int:
    """Add with a progress bar on stderr; returns how many files were skipped."""
    from kmassist.assistant import AddSummary

    summary = AddSummary()
    with progress_bar() as bar, _said_when_stopped():
        for event in assistant.add(paths, **options):
            summary.take(event)
            bar(event)
    for skipped in summary.skipped:
        click.echo(f"Skipped {Path(skipped.path).name}: {skipped.reason} {skipped.hint}".rstrip(), err=True)
    if not quiet:
        for warned in summary.warnings:
            click.echo(f"{warned.message} {warned.hint}".rstrip(), err=True)
    return len(summary.skipped)


@contextmanager
def _said_when_stopped() -> Iterator[None]:
    """Ctrl+C is answered at once; ending the batch at hand takes a moment longer."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: object) -> None:
        click.echo("\nStopping; what is stored stays.", err=True)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress_bar() -> Iterator[Any]:
    """A one-line bar on a terminal's stderr; nothing elsewhere."""
    from kmassist.events import Progress

    shown = sys.stderr.isatty()

    def update(event: object) -> None:
        if not shown or not isinstance(event, Progress) or not event.total:
            return
        filled = 24 * event.done // event.total
        left = f"about {event.seconds_left:.0f} s left" if event.seconds_left >= 1 and event.done < event.total else ""
        line = f"  [{'#' * filled}{'.' * (24 - filled)}] {event.done}/{event.total} {left:<18} {event.detail[:34]}"
        sys.stderr.write(f"\r\x1b[2K{line}")
        sys.stderr.flush()

    try:
        yield update
    finally:
        if shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def print_json(value: Any) -> None:
    """One JSON document on stdout; non-ASCII as it is, keys in the order given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def log_crash(error: BaseException) -> Path | str:
    """Write a traceback to a private file and return its path. It holds no document text."""
    from platformdirs import user_log_path

    try:
        folder = user_log_path("kmassist", appauthor=False)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "crash.log"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as out:
            out.write("".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__name__}\n\n")
    except OSError:
        return "no log could be written"
    return path


def pass_session(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the `Session` of this call as its first argument."""
    return cast(Callable[..., int], click.make_pass_decorator(Session)(command))


__all__ = ["KmassistError", "Session", "log_crash", "pass_session", "print_json", "progress_bar", "run_add"]
