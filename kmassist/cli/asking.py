"""ask, search, coverage, chat and verify."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.session import Session, pass_assistant, pass_session, print_json
from kmassist.errors import LONGEST_QUESTION, ExitCode, QuestionTooLong, RecordError

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.assistant import Assistant
from kmassist.cli.options import (
    FILE,
    as_json_option,
    exit_code,
    filter_options,
    make_filter,
    read_kinds,
    read_senses,
    reading_options,
    role_option,
)
from kmassist.documents.source_types import kind_code


def _question(words: Sequence[str]) -> str:
    question = " ".join(words).strip()
    if question == "-":
        question = sys.stdin.read().strip()
    if not any(c.isalnum() for c in question):
        raise click.UsageError(
            'Give a question, for example: kmassist ask "How should we triage women who attend unscheduled?"'
        )
    if len(question) > LONGEST_QUESTION:
        raise QuestionTooLong
    return question


@click.command()
@click.argument("question", nargs=-1)
@filter_options
@reading_options
@click.option("--context", "around", is_flag=True, help="Show the sentences around each quotation.")
@click.option(
    "--short",
    is_flag=True,
    help="The best sentence of each kind of source and what is missing, no more.",
)
@click.option("--all", "is_whole", is_flag=True, help="Every sentence, not the best of each kind.")
@click.option(
    "--why", is_flag=True, help="How the question was read, with codes and what changes it."
)
@click.option(
    "--save",
    "save",
    type=FILE,
    help="Also write the answer as JSON, for 'kmassist verify'.",
)
@click.option("--force", is_flag=True, help="Let --save write over a file that is there.")
@click.option(
    "--exit-status",
    "says_status",
    is_flag=True,
    help="End with code 4 when the library does not answer it, for scripts.",
)
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")
@pass_session
def ask_command(
    session: Session, question: tuple[str, ...], kinds: tuple[str, ...], senses: tuple[str, ...], without: tuple[str, ...],
    subject: str | None, around: bool, short: bool, is_whole: bool, why: bool, save: Path | None, force: bool,
    says_status: bool, as_json: bool, **narrow: Any,
) -> int:  # fmt: skip
    """Answer QUESTION from the library with cited sentences, word for word.

    Every kind of source has a row, also the empty ones. A question the corpus does not answer is not answered.
    """
    from kmassist.cli.remarks import remark_lines
    from kmassist.text.tables import require_free, save_text

    text = _question(question)
    if save:
        require_free(save, force=force)
    with session.assistant(read_only=True) as assistant:
        answer = assistant.answer(
            text,
            where=make_filter(assistant, narrow),
            types=read_kinds(kinds),
            senses=read_senses(senses),
            without=without,
            subject=subject,
        )
        leaving = assistant.leaving(answer)
        privacy, remarks = assistant.settings.privacy, list(remark_lines(assistant, answer))
    if save:
        save_text(save, leaving.model_dump_json(indent=2), force=force)
    if as_json:
        print_json(answer_json(leaving))
    else:
        from kmassist.cli.render import answer_lines, is_own_screen, short_lines

        shown = answer if is_own_screen(privacy) else leaving
        lines = short_lines(shown) if short else answer_lines(shown, around=around, is_whole=is_whole, why=why)  # fmt: skip
        click.echo("\n".join([*lines, *([""] if remarks else []), *remarks]))
    session.note_unanswered(answer)
    if says_status and not answer.status.is_answer:
        return int(ExitCode.PARTIAL)
    return exit_code(answer)


def answer_json(answer: Answer) -> dict[str, Any]:
    """The answer's JSON: its own fields, and a flat list of citations for scripts."""
    body: dict[str, Any] = json.loads(answer.model_dump_json())
    gap = [answer.not_known] if answer.not_known else []
    is_above = {claim.citation.span for claim in (*answer.closest, *gap)}
    after = [claim for claim in answer.claims if claim.citation.span not in is_above]
    citations = [
        {
            **claim.citation.model_dump(mode="json"),
            "probability": claim.probability,
            "is_direct": is_direct,
        }
        for is_direct, claims in (
            (True, answer.closest),
            (False, gap if not answer.nearest else ()),
            (True, after),
            (False, answer.nearest),
            (False, gap if answer.nearest else ()),
        )
        for claim in claims
    ]
    return {
        "status": body.pop("status"),
        "question": body.pop("question"),
        "citations": citations,
        **body,
    }


@click.command()
@click.argument("question", nargs=-1)
@filter_options
@click.option(
    "-k", default=10, type=click.IntRange(1, 500), show_default=True, help="How many passages."
)
@as_json_option
@pass_session
def search_command(
    session: Session, question: tuple[str, ...], k: int, as_json: bool, **narrow: Any
) -> None:
    """The best K passages for QUESTION in order, without judging whether they answer it."""
    text = _question(question)
    with session.assistant(read_only=True) as assistant:
        found = assistant.search(text, where=make_filter(assistant, narrow), k=k)
        privacy = assistant.settings.privacy
    for why in found[0].degraded if found else ():
        click.echo(why, err=True)
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
                    "quote": f.citation.masked().quote,
                    "is_computed": f.citation.is_computed,
                    "probability": round(f.excerpt.probability, 3),
                    "legs": dict(f.legs),
                }
                for f in found
            ]
        )
        return
    from kmassist.answers.presentation import marked
    from kmassist.cli.render import is_own_screen, style, wrap

    if not found:
        click.echo("Nothing found in this corpus.")
    for f in found:
        kind = kind_code(f.document.metadata.source_type)
        click.echo(
            style(
                wrap(f"{f.rank}. {kind} {f.document.cite_as}: {f.citation.title}", "", "   "),
                bold=True,
            )
        )
        citation = f.citation if is_own_screen(privacy) else f.citation.masked()
        click.echo(wrap(marked(citation), "   "))
        place = f"p. {f.excerpt.page}" if f.excerpt.page else f.excerpt.section
        click.echo(
            style(
                wrap(
                    f"{f.document.source_name}{', ' + place if place else ''} <{f.document.doc_id}>",
                    "   ",
                ),
                dim=True,
            )
        )


@click.command()
@click.argument("question", nargs=-1)
@filter_options
@reading_options
@click.option(
    "--about", multiple=True, metavar="DOC_ID", help="Say that this document is about the subject."
)
@click.option(
    "--not-about", multiple=True, metavar="DOC_ID", help="Say that this document is not about it."
)
@role_option("Your role, for --about and --not-about.")
@click.option(
    "--why", is_flag=True, help="With the code of each rule and the setting that moves it."
)
@as_json_option
@pass_session
def coverage_command(
    session: Session, question: tuple[str, ...], kinds: tuple[str, ...], senses: tuple[str, ...], without: tuple[str, ...],
    subject: str | None, about: tuple[str, ...], not_about: tuple[str, ...], by_role: str, why: bool, as_json: bool,
    **narrow: Any,
) -> int:  # fmt: skip
    """Which of the eight kinds of source this corpus holds for QUESTION, why, and what each gap warrants.

    What is said with --about or --not-about is kept for the subject, whatever words it is asked in, and stands in the
    audit trail.
    """
    text = _question(question)
    with session.assistant(read_only=not (about or not_about)) as assistant:
        for doc_id, is_about in [*((d, True) for d in about), *((d, False) for d in not_about)]:
            held_on = subject or assistant.pools.subject_of(text)
            assistant.gaps.say(held_on, doc_id, is_about=is_about, by_role=by_role)
        answer = assistant.answer(
            text,
            where=make_filter(assistant, narrow),
            types=read_kinds(kinds),
            senses=read_senses(senses),
            without=without,
            subject=subject,
        )
        warrants = assistant.gaps.warrants(answer.coverage)
        answer = assistant.leaving(answer)
    from kmassist.cli.gaps import warrant_json, warrant_lines

    if as_json:
        print_json(
            {
                "coverage": answer.coverage,
                "warrants": [warrant_json(w) for w in warrants],
            }
        )
        return exit_code(answer)
    from kmassist.cli.render import coverage_lines, style, wrap

    click.echo(style(wrap(answer.resolved_question), bold=True))
    click.echo(
        wrap(f"{answer.coverage.verdict.value.capitalize()}. {answer.coverage.because}".strip())
    )
    click.echo("\n".join(coverage_lines(answer.coverage, explain=True, codes=why)))
    for line in warrant_lines(warrants, why=why):
        click.echo(line)
    return exit_code(answer)


@click.command()
@click.argument("answer_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json_option
@pass_session
def verify_command(session: Session, answer_file: Path, as_json: bool) -> int:
    """Find every quotation of a saved answer (ask --save FILE) again at its place of that file's digest."""
    from pydantic import ValidationError

    from kmassist.answers.model import Answer
    from kmassist.text.plain_files import read_plain_file

    try:
        body = json.loads(read_plain_file(answer_file))
        body.pop("citations", None)
        answer = Answer.model_validate(body)
    except (ValidationError, ValueError, AttributeError, RecursionError) as error:
        raise RecordError(
            f"'{answer_file.name}' is not a saved answer.",
            'Make one with: kmassist ask --save FILE "question"',
        ) from error
    with session.assistant(read_only=True) as assistant:
        problems = assistant.verify(answer)
    quotations = len(answer.claims) + len(answer.nearest)
    if as_json:
        print_json({"quotations": quotations, "problems": problems})
    else:
        for problem in problems:
            click.echo(problem)
        click.echo(
            f"{quotations - len(problems)} of {quotations} quotations stand word for word at their place."
        )
    return int(ExitCode.FAILED if problems else ExitCode.OK)


@click.command()
@click.option("--plain", is_flag=True, help="Plain lines for a screen reader: no colour, no table.")
@pass_assistant(create=True)
def chat_command(assistant: Assistant, plain: bool) -> int:
    """A conversation line by line: ask, follow up ("and for twins?"), :help for the commands."""
    from kmassist.cli.chat import chat

    return chat(assistant, plain=plain)


@click.command()
@click.argument("name", required=False)
@click.argument("question", nargs=-1)
@click.option(
    "--json", "as_json", is_flag=True, help="As JSON, with the template's version and digest."
)
@pass_session
def prompt_command(
    session: Session, name: str | None, question: tuple[str, ...], as_json: bool
) -> None:
    """Fill a template with the evidence on QUESTION, to paste into an approved tool or to send to a librarian. Without NAME: list them.

    kmassist itself calls no language model.
    """
    from kmassist.assistant.prompting import fill, templates

    found = templates()
    if name is None:
        if as_json:
            listed = [{"name": t.name, "version": t.version, "digest": t.digest, "purpose": t.purpose} for t in found.values()]  # fmt: skip
            print_json(listed)
            return
        for template in found.values():
            click.echo(f"{template.name} (version {template.version}): {template.purpose}")
        return
    if name not in found:
        from kmassist.text.naming import did_you_mean

        raise click.UsageError(
            f"There is no template '{name}'. {did_you_mean(name, found)}There are: {', '.join(found)}."
        )
    text = " ".join(question).strip()
    if not text:
        raise click.UsageError(f'Give a question: kmassist prompt {name} "..."')
    with session.assistant(read_only=True) as assistant:
        filled = fill(found[name], assistant.answer(text))
    if as_json:
        print_json(
            {
                "name": name,
                "version": found[name].version,
                "digest": found[name].digest,
                "text": filled,
            }
        )
    else:
        click.echo(filled)
