"""The command line: thin. Commands are loaded when they are called, so that ``--help`` is quick.

stdout is data, stderr is narration; exit codes are `kmassist.errors.ExitCode`.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from contextlib import suppress
from typing import Any

import click

from kmassist.cli.options import OneOf

_COMMANDS: dict[str, tuple[str, str, str]] = {
    # name: (module, section, short help)
    "ask": ("asking", "Ask", "Answer a question with cited sentences."),
    "chat": ("asking", "Ask", "A conversation in the terminal, line by line."),
    "search": ("asking", "Ask", "The best passages, without judging them."),
    "coverage": ("asking", "Ask", "Which kinds of source are present or missing."),
    "verify": ("asking", "Ask", "Check every quotation of a saved answer."),
    "feedback": ("remarks", "Ask", "Say what is wrong or right about a quotation."),
    "check": ("check", "Ask", "Check each sentence of a draft."),
    "pack": ("check", "Ask", "Evidence for an assistant elsewhere."),
    "prompt": ("asking", "Ask", "Fill a template with the evidence, to take elsewhere."),
    "new": ("abreast", "Keep abreast", "What is new, and what it touches."),
    "follow": ("abreast", "Keep abreast", "Be told when an answer turns."),
    "unanswered": ("abreast", "Keep abreast", "Questions that await a source."),
    "due": ("abreast", "Keep abreast", "What is due, by owner."),
    "add": ("add", "Documents", "Add files and folders."),
    "sync": ("sync", "Documents", "Keep in step with a folder."),
    "inspect": ("add", "Documents", "Show what would be added from a file."),
    "sources": ("sources", "Documents", "List, show, open and edit documents."),
    "sets": ("sets", "Documents", "Named parts of the library."),
    "notes": ("remarks", "Documents", "Notes on sources, which are no evidence."),
    "export": ("exports", "Documents", "References as RIS, BibTeX or CSV."),
    "trend": ("exports", "Documents", "Audit criteria over time, as charts."),
    "forget": ("sources", "Documents", "Remove a document and all made of it."),
    "gaps": ("gaps", "Gaps", "The register of knowledge gaps."),
    "map": ("map", "Gaps", "Topics by kinds of source, as a grid."),
    "searches": ("searches", "Gaps", "Searches elsewhere: strategies and their log."),
    "screen": ("screen", "Gaps", "Screen what a search elsewhere found."),
    "people": ("people", "Gaps", "Who holds which role at which stage."),
    "brief": ("briefs", "Briefs", "Compose and export an evidence brief."),
    "decide": ("decisions", "Decisions", "Record a decision and what it used."),
    "use": ("use", "Decisions", "How much of what is known gets used."),
    "scale-up": ("briefs", "Decisions", "What must be known before a pilot spreads."),
    "assess": ("assess", "Decisions", "Reflect on finding and using knowledge."),
    "codev": ("sharing", "Decisions", "Who had a hand in a change."),
    "share": ("sharing", "Decisions", "Bundles to and from other services."),
    "status": ("library", "Library", "What is in the library."),
    "doctor": ("library", "Library", "Check the library, and repair it."),
    "audit": ("audit", "Library", "Who did what and when."),
    "migrate": ("region", "Library", "Move a library to a database or back."),
    "services": ("region", "Library", "Who shares a database."),
    "backup": ("library", "Library", "Write a backup while the library is in use."),
    "restore": ("library", "Library", "Make a library from a backup."),
    "config": ("library", "Library", "Show the settings and where each came from."),
    "vocabulary": ("library", "Library", "Topics, acronyms and spellings."),
    "eval": ("evaluate", "Library", "Measure retrieval on judged questions."),
    "completion": ("completion", "Library", "Shell completion."),
    "serve": ("start", "Library", "The interface in a browser, on this computer."),
    "mcp": ("start", "Library", "Let an assistant ask, over stdin and stdout."),
    "schema": ("schema", "Library", "The JSON schemas of what --json writes."),
}


_SAMPLES = ("maternity", "frailty")


class LazyGroup(click.Group):
    """A group whose commands are imported on first use."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """``--sample`` may stand alone before a command: only a corpus's name after it is its value."""
        if "--sample" in args:
            place = args.index("--sample")
            named = args[place + 1 : place + 2]
            if not named or named[0] not in _SAMPLES:
                args = [*args[:place], f"--sample={_SAMPLES[0]}", *args[place + 1 :]]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order of their sections."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that holds the command."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"kmassist.cli.{_COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say what was probably meant when a command does not exist."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from kmassist.text.naming import did_you_mean

            # a misspelt demonstration looks like a command
            samples = {f"--sample {name}": [name] for name in _SAMPLES if ctx.params.get("sample")}
            hint = did_you_mean(args[0], samples, samples) or did_you_mean(args[0], _COMMANDS)
            if " " in args[0] or args[0].endswith("?"):
                hint = f'To ask a question: kmassist ask "{args[0]}"'
            raise click.UsageError(f"There is no command '{args[0]}'. {hint}".rstrip()) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under their sections, without importing any."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, (_, section, text) in _COMMANDS.items():
            sections.setdefault(section, []).append((name, text))
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command kmassist opens its terminal interface. It is for service-level questions, never for one patient.",
)
@click.option(
    "--library",
    metavar="PLACE",
    help="The library: a folder, or postgresql://USER@HOST/DATABASE (default: KMASSIST_LIBRARY, else your data folder).",
)
@click.option(
    "--sample",
    is_flag=False,
    flag_value="maternity",
    type=OneOf(_SAMPLES),
    metavar="[NAME]",
    help="Use a shipped demonstration corpus, maternity (default) or frailty; it is indexed on first use.",
)
@click.version_option(package_name="kmassist", message="kmassist %(version)s")
@click.pass_context
def cli(ctx: click.Context, library: str | None, sample: str | None) -> None:
    """Ask your own evidence: cited answers, and what is missing shown as plainly as what is there."""
    from kmassist.cli.session import Session
    from kmassist.offline import refuse_network

    if ctx.invoked_subcommand != "serve":  # which may be told to listen on another address
        refuse_network()
    ctx.obj = Session(library=library, sample=sample)
    if ctx.invoked_subcommand is None:
        from kmassist.cli.start import start

        ctx.exit(start(ctx.obj))


def main() -> None:
    """Run the command line and end the process with an exit code of `ExitCode`."""
    from kmassist.cli.streams import guard_streams
    from kmassist.errors import ExitCode
    from kmassist.offline import go_offline

    os.umask(0o077)  # whatever is written, an answer saved to a file too, is for its owner alone
    go_offline()
    shell = os.environ.get("_KMASSIST_COMPLETE", "")  # a shell asks how a word may go on
    if not shell:
        guard_streams()
    elif shell.startswith("powershell"):
        importlib.import_module("kmassist.cli.completion")
    code = run(sys.argv[1:])
    if code == ExitCode.INTERRUPTED:
        # The library is closed; threads that still encode would keep the process for a batch or two.
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


_NO_CHARACTER = re.compile("[\ud800-\udfff]")
_PLAINER = (
    ("a valid integer range", "a whole number"),
    ("a valid integer", "a whole number"),
    ("a valid float", "a number"),
    ("<=x<=", " to "),
    ("Got unexpected extra arguments", "There is more here than the command takes:"),
    ("Got unexpected extra argument", "There is more here than the command takes:"),
    ("requires an argument", "needs a value"),
)


def _plain(message: str) -> str:
    """A sentence of the command-line library as people say it: its numbers and ranges are those of a programmer."""
    for theirs, ours in _PLAINER:
        message = message.replace(theirs, ours)
    return re.sub(r"'([^']{80})[^']{20,}'", r"'\1…'", message)


def _says(error: click.UsageError) -> str:
    """A wrong command line in one sentence; a misspelt option or command is offered in the way of every other choice."""
    from kmassist.text.naming import did_you_mean

    if isinstance(error, click.NoSuchOption):
        name, what = error.option_name, "option"
        takes = error.ctx.command.get_params(error.ctx) if error.ctx else ()
        known = [way for option in takes for way in option.opts if way.startswith("--")]
    elif isinstance(error, click.exceptions.NoSuchCommand):
        name, what = error.command_name, "command"
        group = error.ctx.command if error.ctx else None
        known = (
            group.list_commands(error.ctx) if isinstance(group, click.Group) and error.ctx else []
        )
    else:
        return _plain(error.format_message())
    return f"There is no {what} '{name}'. {did_you_mean(name, known)}".rstrip()


def _typed(word: str) -> str:
    """A word as typed: a byte that is no character becomes a mark, unless it is part of a file's name."""
    place = word.partition("=")[2] if word.startswith("--") else word
    if _NO_CHARACTER.search(word) is None or os.path.lexists(place):
        return word
    return _NO_CHARACTER.sub("\ufffd", word)


def run(args: list[str]) -> int:
    """Run one command line and return its exit code; every error becomes one sentence on stderr."""
    from kmassist.errors import ExitCode, KmassistError

    try:
        words = [_typed(word) for word in args]  # `map` is a module of this package
        result: Any = cli.main(args=words, prog_name="kmassist", standalone_mode=False)
        return int(result) if isinstance(result, int) else int(ExitCode.OK)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        context = error.ctx.command_path if error.ctx else "kmassist"
        click.echo(f"{_says(error)}\nSee '{context} --help'.", err=True)
        return int(ExitCode.USAGE)
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        return int(ExitCode.FAILED)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return int(ExitCode.INTERRUPTED)
    except KmassistError as error:
        click.echo(error.message + (f"\n{error.hint}" if error.hint else ""), err=True)
        return int(error.exit_code)
    except BrokenPipeError:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        return int(ExitCode.OK)
    except OSError as error:
        where = (
            f" ({error.filename})"
            if isinstance(error.filename, str) and len(error.filename) < 200
            else ""
        )
        click.echo(
            f"The computer refused to use a file: {error.strerror or type(error).__name__}{where}.\nCheck the path and who may use it.",
            err=True,
        )
        return int(ExitCode.FAILED)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person never sees a traceback
        from kmassist.cli.session import log_crash

        click.echo(
            f"Something went wrong that kmassist did not expect ({type(error).__name__}). Details: {log_crash(error)}",
            err=True,
        )
        return int(ExitCode.FAILED)
