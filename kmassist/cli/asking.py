"""ask, search, coverage, chat and verify."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.session import Session, pass_session, print_json
from kmassist.errors import ExitCode, RecordError

if TYPE_CHECKING:
    from kmassist.answers import Answer
    from kmassist.assistant import Assistant
    from kmassist.index import Filter

_TYPES = ["PUB", "GDL", "ECO", "AUD", "PPI", "FLK", "SVE", "POL"]


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that narrow a search."""
    for option in reversed(
        [
            click.option(
                "--type",
                "source_types",
                multiple=True,
                type=click.Choice(_TYPES, case_sensitive=False),
                help="Only this kind of source; may be repeated.",
            ),
            click.option(
                "--topic",
                "topics",
                multiple=True,
                metavar="CODE",
                help="Only documents on this topic (see 'kmassist vocabulary topics').",
            ),
            click.option("--from", "year_from", type=int, metavar="YEAR", help="Only from this year."),
            click.option("--to", "year_to", type=int, metavar="YEAR", help="Only up to this year."),
            click.option("--doc", "docs", multiple=True, metavar="DOC", help="Only this document; may be repeated."),
        ]
    ):
        command = option(command)
    return command


def make_filter(assistant: Assistant, found: dict[str, Any]) -> Filter:
    """The filter of these options."""
    from kmassist.documents import SourceType
    from kmassist.index import Filter

    unknown = [t for t in found["topics"] if t.upper() not in assistant.vocabulary.topics]
    if unknown:
        raise RecordError(f"There is no topic '{unknown[0]}'.", "See 'kmassist vocabulary topics'.")
    return Filter(
        source_types=frozenset(SourceType(t.upper()) for t in found["source_types"]),
        topics=frozenset(t.upper() for t in found["topics"]),
        year_from=found["year_from"],
        year_to=found["year_to"],
        doc_ids=frozenset(assistant.find_doc_id(d) for d in found["docs"]),
    )


def _question(words: Sequence[str]) -> str:
    question = " ".join(words).strip()
    if question == "-":
        question = sys.stdin.read().strip()
    if not any(c.isalnum() for c in question):
        raise click.UsageError(
            'Give a question, for example: kmassist ask "How should we triage women who attend unscheduled?"'
        )
    if len(question) > 2000:
        raise click.UsageError("The question is longer than 2,000 characters. Ask one thing at a time.")
    return question


def read_senses(values: Sequence[str]) -> dict[str, str]:
    """``ACRONYM=sense`` as a mapping."""
    senses = dict(value.split("=", 1) for value in values if "=" in value)
    if len(senses) != len(values):
        raise click.UsageError('Give a sense as ACRONYM=sense, for example --sense PROM="prelabour rupture of membranes".')
    return senses


def read_kinds(values: Sequence[str]) -> list[str] | None:
    """Question types, given one by one or with commas; None for none."""
    kinds = [v.strip().upper() for value in values for v in value.split(",") if v.strip()]
    bad = [k for k in kinds if k not in {f"T{n}" for n in range(1, 11)}]
    if bad:
        from kmassist.questions import QuestionType

        types = "; ".join(f"{kind.value} {kind.label}" for kind in QuestionType)
        begin = "" if bad[0] == "LIST" else f"'{bad[0]}' is not a question type. "
        raise click.UsageError(f"{begin}Give one of these, or several with commas: {types}.")
    return kinds or None


def exit_code(answer: Answer) -> int:
    """0, or 5 when a half of the index was absent: never silently done without."""
    return int(ExitCode.DEGRADED if answer.degraded else ExitCode.OK)


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that change how a question is read."""
    for option in reversed(
        [
            click.option(
                "--as",
                "kinds",
                multiple=True,
                metavar="T1..T10",
                help="Question type, instead of the recognised one; 'list' shows all.",
            ),
            click.option("--sense", "senses", multiple=True, metavar="ACRONYM=SENSE", help="What an acronym means here."),
            click.option(
                "--without",
                "without",
                multiple=True,
                metavar="TERM",
                help="Do not search for this other form, or for any other form of this word; may be repeated.",
            ),
        ]
    ):
        command = option(command)
    return command


@click.command()
@click.argument("question", nargs=-1)
@filter_options
@reading_options
@click.option("--context", "around", is_flag=True, help="Show the sentences around each quotation.")
@click.option("--short", is_flag=True, help="The best sentence of each kind of source and what is missing, no more.")
@click.option(
    "--save",
    "save",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the answer as JSON, for 'kmassist verify'.",
)
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")
@pass_session
def ask_command(
    session: Session, question: tuple[str, ...], kinds: tuple[str, ...], senses: tuple[str, ...], without: tuple[str, ...],
    around: bool, short: bool, save: Path | None, as_json: bool, **narrow: Any,
) -> int:  # fmt: skip
    """Answer QUESTION from the library with cited sentences, word for word.

    Every kind of source has a row, also the empty ones. A question the corpus does not answer is not answered.
    """
    text = _question(question)
    with session.assistant(read_only=True) as assistant:
        answer = assistant.answer(
            text, where=make_filter(assistant, narrow), types=read_kinds(kinds), senses=read_senses(senses), without=without
        )
    if save:
        _write(save, answer.model_dump_json(indent=2))
    if as_json:
        print_json(answer_json(answer))
    else:
        from kmassist.cli.render import answer_lines, short_lines

        click.echo("\n".join(short_lines(answer) if short else answer_lines(answer, around=around)))
    return exit_code(answer)


def answer_json(answer: Answer) -> dict[str, Any]:
    """The answer's JSON: its own fields, and a flat list of citations for scripts."""
    body: dict[str, Any] = json.loads(answer.model_dump_json())
    citations = [
        {**claim["citation"], "probability": claim["probability"], "is_direct": is_direct}
        for is_direct, claims in (
            (True, [claim for row in body["rows"] for claim in row["claims"]]),
            (False, body["nearest"]),
        )
        for claim in claims
    ]
    return {"status": body.pop("status"), "question": body.pop("question"), "citations": citations, **body}


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"'{path}' cannot be written: {error.strerror}.") from error


@click.command()
@click.argument("question", nargs=-1)
@filter_options
@click.option("-k", default=10, type=click.IntRange(1, 500), show_default=True, help="How many passages.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_session
def search_command(session: Session, question: tuple[str, ...], k: int, as_json: bool, **narrow: Any) -> int:
    """The best K passages for QUESTION in order, without judging whether they answer it."""
    text = _question(question)
    with session.assistant(read_only=True) as assistant:
        found = assistant.search(text, where=make_filter(assistant, narrow), k=k)
    if as_json:
        print_json(
            [
                {
                    "rank": f.rank,
                    "doc_id": f.document.doc_id,
                    "passage_id": f.excerpt.passage_id,
                    "title": f.document.metadata.title,
                    "source_type": f.document.metadata.source_type,
                    "page": f.excerpt.page,
                    "section": f.excerpt.section,
                    "start": f.excerpt.start,
                    "end": f.excerpt.end,
                    "quote": f.excerpt.quote,
                    "probability": round(f.excerpt.probability, 3),
                    "legs": dict(f.legs),
                }
                for f in found
            ]
        )
        return 0
    from kmassist.cli.render import style, wrap

    if not found:
        click.echo("Nothing found in this corpus.")
    for f in found:
        kind = f.document.metadata.source_type or "?"
        click.echo(style(wrap(f"{f.rank}. {kind} {f.document.cite_as}: {f.document.metadata.title}", "", "   "), bold=True))
        click.echo(wrap(f"“{f.excerpt.quote}”", "   "))
        place = f"p. {f.excerpt.page}" if f.excerpt.page else f.excerpt.section
        click.echo(
            style(wrap(f"{f.document.source_name}{', ' + place if place else ''} <{f.document.doc_id}>", "   "), dim=True)
        )
    return 0


@click.command()
@click.argument("question", nargs=-1)
@filter_options
@reading_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_session
def coverage_command(
    session: Session, question: tuple[str, ...], kinds: tuple[str, ...], senses: tuple[str, ...], without: tuple[str, ...],
    as_json: bool, **narrow: Any,
) -> int:  # fmt: skip
    """Which of the eight kinds of source this corpus holds for QUESTION, why, and what each gap warrants."""
    text = _question(question)
    with session.assistant(read_only=True) as assistant:
        answer = assistant.answer(
            text, where=make_filter(assistant, narrow), types=read_kinds(kinds), senses=read_senses(senses), without=without
        )
        warrants = assistant.gaps.warrants(answer.coverage)
    from kmassist.cli.gaps import warrant_json, warrant_lines

    if as_json:
        print_json(
            {
                "coverage": json.loads(answer.coverage.model_dump_json()),
                "warrants": [warrant_json(w) for w in warrants],
            }
        )
        return exit_code(answer)
    from kmassist.cli.render import coverage_lines, style, wrap

    click.echo(style(wrap(answer.resolved_question), bold=True))
    click.echo(wrap(f"{answer.coverage.verdict.value.capitalize()}. {answer.coverage.because}".strip()))
    click.echo("\n".join(coverage_lines(answer.coverage, explain=True)))
    for line in warrant_lines(warrants):
        click.echo(line)
    return exit_code(answer)


@click.command()
@click.argument("answer_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_session
def verify_command(session: Session, answer_file: Path, as_json: bool) -> int:
    """Find every quotation of a saved answer (ask --save FILE) again at its place of that file's digest."""
    from pydantic import ValidationError

    from kmassist.answers import Answer

    try:
        body = json.loads(answer_file.read_text(encoding="utf-8"))
        body.pop("citations", None)
        answer = Answer.model_validate(body)
    except (ValidationError, ValueError, AttributeError) as error:
        raise RecordError(
            f"'{answer_file.name}' is not a saved answer.", 'Make one with: kmassist ask --save FILE "question"'
        ) from error
    with session.assistant(read_only=True) as assistant:
        problems = assistant.verify(answer)
    quotations = len(answer.claims) + len(answer.nearest)
    if as_json:
        print_json({"quotations": quotations, "problems": problems})
    else:
        for problem in problems:
            click.echo(problem)
        click.echo(f"{quotations - len(problems)} of {quotations} quotations stand word for word at their place.")
    return int(ExitCode.FAILED if problems else ExitCode.OK)


@click.command()
@click.option("--plain", is_flag=True, help="Plain lines for a screen reader: no colour, no table.")
@pass_session
def chat_command(session: Session, plain: bool) -> int:
    """A conversation line by line: ask, follow up ("and for twins?"), :help for the commands."""
    from kmassist.cli.chat import chat

    with session.assistant(create=True) as assistant:
        return chat(assistant, plain=plain)
