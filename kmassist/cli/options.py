"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kmassist.errors import ExitCode

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.assistant import Assistant
    from kmassist.index import Filter

Listed = TypeVar("Listed")

FILE = click.Path(dir_okay=False, path_type=Path)
"""A file, never a folder, as a Path."""


class OneOf(click.Choice[str]):
    """One of several words; for any other the one is offered that it may stand for."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """What is wrong, the way that may be meant, and all ways."""
        from kmassist.text.naming import did_you_mean

        meant = did_you_mean(str(value), self.choices)
        return f"'{value}' is none of these. {meant}Say one of: {', '.join(self.choices)}."


class ListGroup(click.Group):
    """Commands on records of a kind; named alone it lists them."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(invoke_without_command=True, **attributes)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Nothing more is ``list``."""
        return super().parse_args(ctx, args or ["list"])


as_json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


def show_list(
    found: Sequence[Listed],
    header: Sequence[str],
    row: Callable[[Listed], list[str]],
    empty: str,
    *,
    as_json: bool,
) -> None:
    """Records as JSON, or as a table with a row each; ``empty`` is said where there are none."""
    from kmassist.cli.render import table
    from kmassist.cli.session import print_json

    if as_json:
        print_json(list(found))
    else:
        click.echo(table([row(one) for one in found], header) if found else empty)


def role_option(
    says: str = "Your role, never your name.", *, required: bool = False, name: str = "by_role"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The role of whoever gives the command. Who names it there is not asked for it again.

    Args:
        says: the help text.
        required: the command is refused without it.
        name: the argument that takes it.
    """
    default: dict[str, Any] = {"required": True} if required else {"default": ""}
    return click.option(
        "--role", "--by", name, metavar="ROLE", help=says, callback=_note_role, **default
    )


def _note_role(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from kmassist.cli.session import Session

    session = context.find_object(Session)
    if session is not None:
        session.acts_as = value
    return value


output_option = click.option(
    "-o",
    "--output",
    type=FILE,
    help="A file that ends in .md, .csv or .json.",
)
force_option = click.option("--force", is_flag=True, help="Write over a file that is there.")


found_option = click.option(
    "--found",
    type=OneOf(["no reliable review", "a review that shows uncertainty", "a reliable review"]),
    default="no reliable review",
    show_default=True,
)
"""What a search elsewhere brought."""


set_option = click.option(
    "--set",
    "set_name",
    default="",
    metavar="NAME",
    help="Only the documents of this set (see 'kmassist sets').",
)


kinds_option = click.option(
    "--type",
    "source_types",
    multiple=True,
    metavar="KIND",
    help="Only this kind of source, by its code or in words (audit, research); may be repeated.",
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that narrow a search."""
    for option in reversed(
        [
            kinds_option,
            click.option(
                "--topic",
                "topics",
                multiple=True,
                metavar="CODE",
                help="Only documents on this topic (see 'kmassist vocabulary topics').",
            ),
            click.option(
                "--from", "year_from", type=int, metavar="YEAR", help="Only from this year."
            ),
            click.option("--to", "year_to", type=int, metavar="YEAR", help="Only up to this year."),
            click.option(
                "--doc",
                "docs",
                multiple=True,
                metavar="DOC",
                help="Only this document; may be repeated.",
            ),
            set_option,
        ]
    ):
        command = option(command)
    return command


def make_filter(assistant: Assistant, found: dict[str, Any]) -> Filter:
    """The filter of these options."""
    from kmassist.documents.source_types import checked_kind
    from kmassist.index import Filter

    first, last = found["year_from"], found["year_to"]
    if first and last and first > last:
        raise click.UsageError(f"No year is from {first} and up to {last}: --from is the earlier.")
    where = Filter(
        source_types=frozenset(checked_kind(said) for said in found["source_types"]),
        topics=frozenset(assistant.vocabulary.topic_named(said) for said in found["topics"]),
        year_from=first,
        year_to=last,
        doc_ids=frozenset(assistant.find_doc_id(d) for d in found["docs"]),
    )
    return assistant.sets.filter(found["set_name"], where) if found["set_name"] else where


def read_senses(values: Sequence[str]) -> dict[str, str]:
    """``ACRONYM=sense`` as a mapping."""
    senses = dict(value.split("=", 1) for value in values if "=" in value)
    if len(senses) != len(values):
        raise click.UsageError(
            'Give a sense as ACRONYM=sense, for example --sense PROM="prelabour rupture of membranes".'
        )
    return senses


def read_kinds(values: Sequence[str]) -> list[str] | None:
    """Question types, given one by one or with commas; None for none."""
    said = [v.strip() for value in values for v in value.split(",") if v.strip()]
    if not said:
        return None
    from kmassist.question.types import QuestionType
    from kmassist.text.naming import did_you_mean, one_named

    names = {kind.value: (kind.value, kind.label) for kind in QuestionType}
    kinds = [one_named(one, names) for one in said]
    if None in kinds:
        bad = said[kinds.index(None)]
        types = "; ".join(f"{code} {label}" for code, label in names.values())
        ways = {label: (code,) for code, label in names.values()}
        begin = f"'{bad}' is no question type. {did_you_mean(bad, ways, ways)}"
        begin = "" if bad.casefold() == "list" else begin
        raise click.UsageError(f"{begin}Give one of these, or several with commas: {types}.")
    return [kind for kind in kinds if kind]


def exit_code(answer: Answer) -> int:
    """0, or 5 when a half of the index was absent: never silently done without."""
    return int(ExitCode.DEGRADED if answer.degraded else ExitCode.OK)


def wording_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that change which words a question is searched by."""
    for option in reversed(
        [
            click.option(
                "--sense",
                "senses",
                multiple=True,
                metavar="ACRONYM=SENSE",
                help="What an acronym means here.",
            ),
            click.option(
                "--without",
                "without",
                multiple=True,
                metavar="TERM",
                help="Do not search for this other form, or for any other form of this word; may be repeated.",
            ),
            click.option(
                "--subject",
                "subject",
                metavar="TEXT",
                help="What the question is about, when it was not read as you meant it.",
            ),
        ]
    ):
        command = option(command)
    return command


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that change how a question is read."""
    kinds = click.option(
        "--as",
        "kinds",
        multiple=True,
        metavar="T1..T11",
        help="Question type, by its code or in words (cost), instead of the recognised one; 'list' shows all.",
    )
    return kinds(wording_options(command))


def intake_options(command: Any) -> Any:
    """What is done about scans, personal data, proposals and screening when files are read; see `consent_of`."""
    options = (
        click.option(
            "--ocr", is_flag=True, help="Try to read scans (needs the ocr extra and tesseract)."
        ),
        click.option(
            "--redact",
            is_flag=True,
            help="Replace identifiers of people found in a file by what they are, and add it.",
        ),
        click.option(
            "--scrub",
            is_flag=True,
            help="Keep a copy of office files that hide something: without hidden sheets, comments, deleted text, properties.",
        ),
        click.option(
            "--without-original",
            is_flag=True,
            help="Keep the words alone of files whose original holds hidden sheets, comments or deleted text.",
        ),
        click.option(
            "--accept",
            metavar="REASON",
            help="Add files in which identifiers were found, for this reason.",
        ),
        click.option(
            "--accept-proposals",
            is_flag=True,
            help="Take what plain documents seem to say of themselves (date, who was heard...); 'inspect' shows it.",
        ),
        click.option(
            "--screened-out",
            is_flag=True,
            help="Add references too that were excluded in screening.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def consent_of(
    redact: bool, scrub: bool, without_original: bool, accept: str | None
) -> dict[str, str]:
    """What `Adding.add` is to do about identifiers, for every file."""
    chosen = {"redact": redact, "scrub": scrub, "without-original": without_original}
    choice = next((name for name, is_set in chosen.items() if is_set), accept)
    return {"*": choice} if choice else {}
