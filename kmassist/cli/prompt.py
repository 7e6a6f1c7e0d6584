"""prompt: a filled template to take elsewhere."""

from __future__ import annotations

import click

from kmassist.cli.session import Session, pass_session, print_json


@click.command()
@click.argument("name", required=False)
@click.argument("question", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the template's version and digest.")
@pass_session
def prompt_command(session: Session, name: str | None, question: tuple[str, ...], as_json: bool) -> int:
    """Fill a template with the evidence on QUESTION, to paste into an approved tool or to send to a librarian. Without NAME: list them.

    kmassist itself calls no language model.
    """
    from kmassist.assistant.prompting import fill, templates

    found = templates()
    if name is None:
        for template in found.values():
            click.echo(f"{template.name} (version {template.version}): {template.purpose}")
        return 0
    if name not in found:
        raise click.UsageError(f"There is no template '{name}'. There are: {', '.join(found)}.")
    text = " ".join(question).strip()
    if not text:
        raise click.UsageError(f'Give a question: kmassist prompt {name} "..."')
    with session.assistant(read_only=True) as assistant:
        filled = fill(found[name], assistant.answer(text))
    if as_json:
        print_json({"name": name, "version": found[name].version, "digest": found[name].digest, "text": filled})
    else:
        click.echo(filled)
    return 0
