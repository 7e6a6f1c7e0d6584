"""status, doctor, backup, restore, config and vocabulary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmassist.cli.options import FILE, as_json_option
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json
from kmassist.errors import ExitCode

if TYPE_CHECKING:
    from kmassist.assistant import Assistant, LibraryStatus


def status_lines(status: LibraryStatus) -> list[str]:
    """The state of a library for a person."""
    from kmassist.documents.document import SourceType

    lines = [
        f"Library    {status.path}",
        f"Documents  {status.documents} ({status.passages} passages), corpus {status.corpus_digest[:12]}",
        f"Search     words {'ready' if status.has_lexical else 'MISSING'}, meaning {'ready' if status.has_dense else 'MISSING'} ({status.embedder.split('|')[0]})",
    ]
    lines += [
        f"  {kind.value} {kind.label:<32}{status.by_type.get(kind.value, 0):>5}"
        for kind in SourceType
    ]
    for count, text in (
        (status.synthetic, "marked synthetic (demonstration material)"),
        (
            status.undated,
            "undated: they cannot count as present until dated ('kmassist sources edit')",
        ),
        (
            status.without_type,
            "without a kind of source ('kmassist sources edit DOC --set source_type=...')",
        ),
    ):
        if count:
            lines.append(f"  {count} {text}")
    return lines + [f"! {message}" for message in status.degraded]


@click.command()
@as_json_option
@pass_assistant(read_only=True)
def status_command(assistant: Assistant, as_json: bool) -> int:
    """What is in the library, by kind of source, and whether both halves of the search work."""
    status, reminders = assistant.status(), assistant.decisions.reminders()
    if as_json:
        print_json(
            {**{name: getattr(status, name) for name in status.__slots__}, "reminders": reminders}
        )
    else:
        click.echo("\n".join([*status_lines(status), *(f"! {reminder}" for reminder in reminders)]))
    return int(ExitCode.DEGRADED if status.degraded else ExitCode.OK)


@click.group(invoke_without_command=True)
@click.pass_context
def config_command(ctx: click.Context) -> None:
    """The settings."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(config_show)


@config_command.command("show")
@as_json_option
@pass_session
def config_show(session: Session, as_json: bool = False) -> None:
    """Every setting, its value and where it came from."""
    from kmassist.settings.file import config_path

    settings = session.settings()
    values = settings.model_dump(mode="json", exclude={"origins"})
    if as_json:
        print_json({"file": str(config_path()), "settings": values, "origins": settings.origins})
        return
    click.echo(f"# {config_path()}{'' if config_path().is_file() else ' (not there: defaults)'}")
    for name, value in _flatten(values):
        shown = "" if value is None else value
        click.echo(f"{name} = {shown}  [{settings.origins.get(name, 'default')}]")


def _flatten(values: dict[str, object], prefix: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in values.items():
        rows += (
            _flatten(value, f"{prefix}{name}.")
            if isinstance(value, dict)
            else [(prefix + name, value)]
        )
    return rows


@click.command()
@click.option("--repair", is_flag=True, help="Rebuild what can be rebuilt.")
@click.option("--deep", is_flag=True, help="Check every row and file against its digest (slower).")
@as_json_option
@pass_session
def doctor_command(session: Session, repair: bool, deep: bool, as_json: bool) -> int:
    """Check the library's files, index, permissions and versions; with --repair rebuild what can be rebuilt."""
    from kmassist.assistant.health import examine, mend
    from kmassist.cli.render import safe

    settings = session.settings()
    done = mend(settings) if repair else []
    report = examine(settings, is_deep=deep)
    if as_json:
        print_json(
            {
                "repaired": done,
                "facts": report.facts,
                "findings": [{n: getattr(f, n) for n in f.__slots__} for f in report.findings],
            }
        )
    else:
        for line in done:
            click.echo(f"repaired: {line}")
        for name, value in report.facts.items():
            click.echo(f"{name:<22}{value}")
        for finding in report.findings:
            click.echo(
                f"{finding.severity}: {'' if finding.file == '.' else safe(finding.file) + ': '}{safe(finding.what)}"
                + (" (repair: kmassist doctor --repair)" if finding.is_repairable else "")
            )
        if not report.findings:
            click.echo("Nothing is wrong.")
    return int(
        ExitCode.FAILED if any(f.severity == "error" for f in report.findings) else ExitCode.OK
    )


@click.command()
@click.argument("target", type=FILE)
@click.option(
    "--encrypt",
    is_flag=True,
    help="Encrypt it with a passphrase that is asked for (needs kmassist[encrypted]).",
)
@click.option(
    "--to",
    "recipient",
    default="",
    metavar="AGE1...",
    help="Encrypt it for the owner of this age public key.",
)
@pass_session
def backup_command(session: Session, target: Path, encrypt: bool, recipient: str) -> None:
    """Write a consistent backup of the library to TARGET; the library may be in use."""
    from kmassist.assistant.health import back_up

    if encrypt and recipient:
        raise click.UsageError("Give --encrypt or --to, not both.")
    passphrase = (
        click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
        if encrypt
        else ""
    )
    back_up(session.settings(), target, passphrase=passphrase, recipient=recipient)
    click.echo(f"Wrote {target}.")


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the age key it was encrypted for.",
)
@pass_session
def restore_command(session: Session, archive: Path, identity: Path | None) -> None:
    """Make the library folder from a backup; a library that is there already is never overwritten."""
    from kmassist.assistant.health import is_encrypted, restore_backup
    from kmassist.text.plain_files import read_plain_file

    settings = session.settings()
    key = read_plain_file(identity, most=1 << 16).decode("utf-8", "replace") if identity else ""
    asks = not key and is_encrypted(archive)
    passphrase = click.prompt("Passphrase", hide_input=True, err=True) if asks else ""
    restore_backup(settings, archive, passphrase=passphrase, identity=key)
    click.echo(f"Restored {archive.name} to {settings.shown_library}.")


@click.group()
def vocabulary_command() -> None:
    """Topics, acronyms, spelling variants: see them, test them, extend them."""


@vocabulary_command.command("topics")
@pass_session
def vocabulary_topics(session: Session) -> None:
    """The topics and their words."""
    from kmassist.assistant.health import load_vocabulary
    from kmassist.cli.render import wrap

    for code, topic in load_vocabulary(session.settings()).topics.items():
        click.echo(wrap(f"{code:<5} {topic.label}: {', '.join(topic.terms)}", "", "      "))


@vocabulary_command.command("test")
@click.argument("question", nargs=-1, required=True)
@as_json_option
@pass_session
def vocabulary_test(session: Session, question: tuple[str, ...], as_json: bool) -> None:
    """How a question is read: terms, other forms, senses, topics."""
    from kmassist.assistant.health import load_vocabulary

    reading = load_vocabulary(session.settings()).read_question(" ".join(question))
    body = {
        "terms": dict(reading.query.terms),
        "meaning_text": reading.query.dense_text,
        "expansions": {k: list(v) for k, v in reading.expansions.items()},
        "senses": dict(reading.senses),
        "topics": list(reading.topics),
    }
    if as_json:
        print_json(body)
        return
    from kmassist.cli.render import wrap

    vocabulary = load_vocabulary(session.settings())
    also = [f"{said}: {', '.join(forms)}" for said, forms in reading.expansions.items()]
    topics = [f"{code} {vocabulary.topics[code].label}" for code in reading.topics]
    parts = [
        f"{term} (half)" if weight < 1 else term for term, weight in reading.query.terms.items()
    ]
    for name, value in (
        ("read as", reading.query.dense_text),
        ("also", "; ".join(also) or "no other form"),
        (
            "short forms",
            "; ".join(f"{s}: {m}" for s, m in reading.senses.items()) or "none with two senses",
        ),
        ("topics", "; ".join(topics) or "none"),
        ("word stems", ", ".join(parts)),
    ):
        click.echo(wrap(f"{name:<13}{value}", "", " " * 13))


@vocabulary_command.command("path")
@pass_session
def vocabulary_path(session: Session) -> None:
    """Where the shipped vocabulary is, and the site's own file that extends it."""
    from kmassist.assistant.health import shipped_vocabulary

    click.echo(f"shipped  {shipped_vocabulary()}")
    click.echo(
        f"site     {session.settings().retrieval.vocabulary or 'none (set retrieval.vocabulary to a YAML file of the same shape)'}"
    )
