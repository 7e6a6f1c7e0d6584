"""brief: compose, keep, complete and export evidence briefs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from kmassist.cli.options import FILE, OneOf, filter_options, make_filter, role_option
from kmassist.cli.session import Session, pass_assistant, pass_session

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.briefs import Brief
import json
from typing import TYPE_CHECKING

from kmassist.cli.options import as_json_option, force_option, output_option
from kmassist.cli.session import print_json

if TYPE_CHECKING:
    from kmassist.briefs.scale_check import ScaleCheck


AUDIENCES = ("clinical", "commissioner", "research", "public", "policy", "board")
_SAME_LETTERS = 5
_ALSO = dict.fromkeys(("patients", "women", "families", "carers"), "public") | {
    "icb": "commissioner",
    "midwives": "clinical",
}
"""Who else is meant by an audience and shares no letters with its name."""


class BriefGroup(click.Group):
    """``brief "question"`` composes; ``brief list`` and the others work on kept briefs."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the first word for a question unless it names a subcommand, or is one misspelt with something behind it."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            from kmassist.text.naming import did_you_mean

            near = did_you_mean(args[0], self.commands) if len(args) > 1 else ""
            if near and " " not in args[0]:
                raise click.UsageError(
                    f"There is no command 'brief {args[0]}'. {near.strip()} "
                    f"To compose a brief on it, put the whole question into quotation marks.",
                    ctx,
                )
            args = ["compose", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of composing, which is what is asked for without a subcommand, and the subcommands."""
        composing = self.commands["compose"]
        composing.format_options(click.Context(composing, parent=ctx), formatter)
        self.format_commands(ctx, formatter)


class AudienceType(click.ParamType[str]):
    """An audience as people write it: "Commissioners", "clinical governance", "trust board", "patients"."""

    name = "audience"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The names, as a choice has them."""
        return f"[{'|'.join(AUDIENCES)}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The audience's own name.

        Raises:
            click.BadParameter: none is meant, or more than one.
        """
        said = value.lower().replace("-", " ").replace("_", " ").split()
        meant = {_ALSO[word] for word in said if word in _ALSO}
        meant |= {name for name in AUDIENCES if any(_begins_alike(word, name) for word in said)}
        if len(meant) != 1:
            from kmassist.text.naming import did_you_mean

            near = did_you_mean(value, [*AUDIENCES, *_ALSO])
            choices = ", ".join(AUDIENCES)
            self.fail(
                f"'{value}' is no audience of a brief. {near}Say one of: {choices}.", param, ctx
            )
        return meant.pop()

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """The names that begin so."""
        return [CompletionItem(name) for name in AUDIENCES if name.startswith(incomplete)]


def _begins_alike(word: str, name: str) -> bool:
    """Whether a word has the name's first letters, so that its other forms are known: clinicians, commissioning, policies."""
    most = min(len(name), _SAME_LETTERS)
    return word[:most] == name[:most]


@click.group(cls=BriefGroup)
def brief_command() -> None:
    """Compose an evidence brief: kmassist brief "question" [--for AUDIENCE] [--output FILE].

    Every sentence about evidence is a quotation or a computed figure whose citation was checked; nothing is exported otherwise.
    """


_ANNEX = click.option(
    "--annex",
    is_flag=True,
    help="Add the annex: every passage, the judgement table, provenance and method.",
)


@brief_command.command("compose", hidden=True)
@click.argument("question", nargs=-1, required=True)
@click.option(
    "--for",
    "audience",
    type=AudienceType(),
    default="clinical",
    show_default=True,
    help="One page for clinical, public and board (a cover sheet); at most four for commissioner, research and policy.",
)
@click.option(
    "-o",
    "--output",
    "target",
    type=FILE,
    help="FILE.md, .docx, .pdf, .html, .json, .ris or .bib; without it the brief is printed as Markdown.",
)
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Your own .docx template.",
)
@click.option(
    "--keep", is_flag=True, help="Keep it in the library, to complete, sign and compare later."
)
@force_option
@_ANNEX
@filter_options
@pass_session
def brief_compose(
    session: Session, question: tuple[str, ...], audience: str, target: Path | None, template: Path | None, keep: bool, force: bool, annex: bool, **narrow: Any
) -> None:  # fmt: skip
    """Compose a brief on QUESTION."""
    with session.assistant(read_only=not keep) as assistant:
        brief = assistant.briefs.compose(
            " ".join(question), audience, where=make_filter(assistant, narrow)
        )
        if keep:
            click.echo(f"Kept as {assistant.briefs.save(brief)}.", err=True)
        _deliver(assistant, brief, target, force=force, template=template, annex=annex)


def _deliver(
    assistant: Any,
    brief: Brief,
    target: Path | None,
    *,
    force: bool,
    template: Path | None = None,
    annex: bool = False,
) -> None:
    if target is None:
        click.echo(assistant.briefs.markdown(brief, annex=annex))
        return
    written = assistant.briefs.export(brief, target, force=force, template=template, annex=annex)
    click.echo(f"Wrote {written}.", err=True)


@brief_command.command("list")
@pass_assistant(read_only=True)
def brief_list(assistant: Assistant) -> None:
    """The kept briefs."""
    from kmassist.cli.render import table

    rows = [
        [b.revision_id, b.audience.value, b.composed_on, b.state.value, b.title]
        for b in assistant.briefs.list()
    ]
    click.echo(
        table(rows, ["brief", "for", "date", "state", "question"])
        if rows
        else 'No briefs are kept: kmassist brief --keep "question"'
    )


@brief_command.command("show")
@click.argument("brief")
@_ANNEX
@pass_assistant(read_only=True)
def brief_show(assistant: Assistant, brief: str, annex: bool) -> None:
    """Print a kept brief as Markdown."""
    click.echo(assistant.briefs.markdown(assistant.briefs.open(brief), annex=annex))


@brief_command.command("export")
@click.argument("brief")
@click.argument("target", type=FILE)
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Your own .docx template.",
)
@force_option
@_ANNEX
@pass_assistant(read_only=True)
def brief_export(
    assistant: Assistant, brief: str, target: Path, template: Path | None, force: bool, annex: bool
) -> None:
    """Write a kept brief to a file."""
    kept = assistant.briefs.open(brief)
    _deliver(assistant, kept, target, force=force, template=template, annex=annex)


@brief_command.command("table")
@click.argument("brief")
@click.argument("target", type=FILE)
@force_option
@pass_assistant(read_only=True)
def brief_table(assistant: Assistant, brief: str, target: Path, force: bool) -> None:
    """Write the evidence table of a kept brief, one row a study, as .docx, .xlsx or .csv."""
    held = assistant.briefs.open(brief)
    written = assistant.briefs.export(held, target, force=force, is_table=True)
    click.echo(f"Wrote {written}.", err=True)


@brief_command.command("note")
@click.argument("brief")
@click.argument("cell", required=False)
@click.argument("words", required=False)
@pass_session
def brief_note(session: Session, brief: str, cell: str | None, words: str | None) -> None:
    """Write a narrative cell of a kept brief (context, options, judgements) in plain Markdown; without CELL list them. WORDS "-" reads stdin."""
    from kmassist.cli.render import wrap

    with session.assistant(read_only=cell is None) as assistant:
        if cell is None:
            held = assistant.briefs.narrative(brief)
            for name, asked in assistant.briefs.cells.items():
                click.echo(wrap(f"{name:<16}{held.get(name) or f'({asked})'}", "", " " * 16))
            return
        text = sys.stdin.read() if words == "-" else words or ""
        assistant.briefs.set_narrative(brief, cell, text)
    click.echo(f"{cell}: {'written' if text.strip() else 'cleared'}")


@brief_command.command("state")
@click.argument("brief")
@click.argument("state", type=OneOf(["draft", "reviewed", "signed off"]))
@role_option("Your role, not your name.", required=True, name="role")
@click.option("--note", default="")
@pass_assistant()
def brief_state(assistant: Assistant, brief: str, state: str, role: str, note: str) -> None:
    """Record a review or a signature, as a role; it lapses when the content changes."""
    changed = assistant.briefs.set_state(brief, state, role=role, note=note)
    click.echo(f"{changed.brief_id}: {state} by {role}")


@brief_command.command("diff")
@click.argument("old")
@click.argument("new")
@pass_assistant(read_only=True)
def brief_diff(assistant: Assistant, old: str, new: str) -> None:
    """What changed from one kept brief to another."""
    click.echo(assistant.briefs.diff_markdown(assistant.briefs.diff(old, new)))


@brief_command.command("changes")
@click.argument("brief")
@pass_assistant(read_only=True)
def brief_changes(assistant: Assistant, brief: str) -> None:
    """What would be different if a kept brief were composed now: "what changed on induction since March?"."""
    click.echo(assistant.briefs.diff_markdown(assistant.briefs.changes_since(brief)))


@brief_command.command("delete")
@click.argument("brief")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def brief_delete(session: Session, brief: str, yes: bool) -> None:
    """Delete a kept brief and what people wrote in it."""
    if not yes:
        click.confirm(f"Delete {brief} for good?", abort=True)
    with session.assistant() as assistant:
        assistant.briefs.delete(brief)
    click.echo(f"Deleted {brief}.")


_MARKS = {"evidenced": "+", "thin": "o", "to check": "?", "missing": "-"}


@click.command()
@click.argument("about", nargs=-1, required=True)
@click.option(
    "--with",
    "beside",
    multiple=True,
    metavar="DOC",
    help="A further source to read beside it; may be repeated.",
)
@click.option("--target", "name", default="", metavar="NAME", help="Where it would go.")
@click.option("--sites", type=click.IntRange(1), help="How many sites the target has.")
@click.option("--people", "population", default="", metavar="TEXT", help="Whom the target serves.")
@click.option(
    "--place",
    "context",
    default="",
    metavar="TEXT",
    help="What sort of place the target is: units, staff, size.",
)
@output_option
@force_option
@as_json_option
@pass_session
def scale_up_command(
    session: Session,
    about: tuple[str, ...],
    beside: tuple[str, ...],
    name: str,
    sites: int | None,
    population: str,
    context: str,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Check a pilot, ABOUT a source (id or file name) or a question: ten domains, each evidenced, thin, to check or missing.

    A source is judged by itself and what stands --with it, a question by everything relevant in the library.
    """
    from kmassist.briefs.scale_check import Target

    with session.assistant(read_only=output is None) as assistant:
        target = Target(
            name=name,
            setting=assistant.settings.site.setting,
            sites=sites,
            population=population,
            context=context,
        )
        check = assistant.scaling.check(" ".join(about), beside=beside, target=target)
        if output is not None:
            click.echo(f"Wrote {assistant.scaling.export(check, output, force=force)}.", err=True)
            return
        if as_json:
            print_json(json.loads(assistant.scaling.text(check, "json")))
            return
    click.echo("\n".join(check_lines(check)))


def check_lines(check: ScaleCheck) -> list[str]:
    """A scale-up check for a person."""
    from kmassist.answers.presentation import marked
    from kmassist.assistant.scale_up import CREDIT, said_of_target
    from kmassist.cli.render import style, wrap

    lines = [style(wrap(f"Scale-up check: {check.subject}"), bold=True), wrap(CREDIT), ""]
    for line in check.result.domains:
        lines.append(
            style(f"  {_MARKS[line.state]} {line.part} {line.domain:<34}{line.state}", bold=True)
        )
        lines.append(wrap(line.because, "      "))
        lines += [
            wrap(f"{marked(c.citation)} [{c.citation.number}]", "      ", "       ")
            for c in line.claims
        ]
    for title, says in (
        ("The target, from its own sources", said_of_target(check)),
        ("What differs between pilot and target", check.result.differs),
        ("What must be known before the decision", check.result.must_know),
        ("Sources", [f"[{s.number}] {s.reference}" for s in check.sources]),
    ):
        if says:
            lines += [
                "",
                style(title, bold=True),
                *(wrap(f"- {text}", "  ", "    ") for text in says),
            ]
    return lines
