"""The conversation in plain lines: what the terminal interface shows, for screen readers, pipes and old terminals."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.render import answer_lines, reading_lines, safe, verdict_words, wrap
from kmassist.errors import KmassistError
from kmassist.source_types import spelt_out

if TYPE_CHECKING:
    from kmassist.answers import Answer
    from kmassist.assistant import Assistant

_HELP = """Type a question and press Enter. A short follow-up keeps the subject: "and for twins?"
  :sources    the sources of the last answer
  :open N     the passage of source N in its context
  :reading    how the last question was read
  :as T1      ask it again as another type of question (several: :as T1,T6; all: :as list)
  :sense PROM=outcome measure   ask it again with another meaning of a short form
  :without TERM, :with TERM     ask it again without, or again with, what was searched for besides
  :gaps       what is missing for the last question, and what that warrants
  :new        forget the subject
  :help       this text
  :quit       leave (also Ctrl+D)"""

_RE_READ = (":as", ":sense", ":without", ":with")


def chat(assistant: Assistant, *, plain: bool = False) -> int:
    """Read questions from stdin until it ends; returns an exit code."""
    if plain:
        os.environ["NO_COLOR"] = "1"
    interactive = sys.stdin.isatty()
    if interactive:
        _try_readline()
    status = assistant.status()
    click.echo(
        wrap(
            f"{status.documents} documents in the library. For service-level questions, never for one patient. Type :help for help."
        )
    )
    for reminder in assistant.decisions.reminders():
        click.echo(wrap(f"! {reminder}", "", "  "))
    if interactive:
        for starter in assistant.starters():
            click.echo(wrap(f"Try: {starter}", "  ", "       "))
    previous: Answer | None = None
    before: Answer | None = None  # the answer that the last question followed

    def show(answer: Answer) -> None:
        click.echo("\n".join(_plain_lines(answer) if plain else answer_lines(answer)))

    while True:
        try:
            line = input("\n? " if interactive else "").strip()
        except EOFError:
            return 0
        if not line:
            continue
        if line.startswith(":"):
            if line in (":quit", ":q", ":exit"):
                return 0
            if line.split()[0] in _RE_READ:
                previous, before = _ask_again(assistant, line, previous, before, show)
            else:
                previous = _command(assistant, line, previous)
            continue
        answer = _answered(assistant, line, show, previous=previous)
        if answer is not None:
            previous, before = answer, previous


def _answered(assistant: Assistant, question: str, show: Callable[[Answer], None], **options: Any) -> Answer | None:
    """Ask and show; an error is said and gives None."""
    try:
        answer = assistant.answer(question, **options)
    except KmassistError as error:
        click.echo(wrap(str(error)), err=True)
        return None
    show(answer)
    return answer


def _ask_again(
    assistant: Assistant, line: str, last: Answer | None, before: Answer | None, show: Callable[[Answer], None]
) -> tuple[Answer | None, Answer | None]:
    """The last question with another reading; gives the answer now last, and the one before it."""
    from kmassist.cli.asking import read_kinds, read_senses

    if last is None:
        click.echo("Ask a question first.")
        return None, None
    name, _, rest = line.partition(" ")
    chosen, rest = last.chosen, rest.strip()
    types, senses, without = list(chosen.types), dict(chosen.senses), list(chosen.without)
    try:
        if name == ":as":
            types = read_kinds([rest]) or []
        elif name == ":sense":
            senses |= read_senses([rest])
        elif name == ":without":
            without.append(rest)
        elif name == ":with":
            gone = {rest.casefold(), *(form.casefold() for form in last.left_out.get(rest, ()))}
            without = [form for form in without if form.casefold() not in gone]
    except click.UsageError as error:
        click.echo(wrap(error.format_message()), err=True)
        return last, before
    again = _answered(assistant, last.question, show, types=types or None, senses=senses, without=without, previous=before)
    return again or last, before


def _command(assistant: Assistant, line: str, previous: Answer | None) -> Answer | None:
    name, _, rest = line.partition(" ")
    if name == ":new":
        click.echo("The next question stands alone.")
        return None
    if name not in (":sources", ":open", ":gaps", ":reading"):
        click.echo(_HELP)
        return previous
    if previous is None:
        click.echo("Ask a question first.")
        return None
    if name == ":sources":
        from kmassist.cli.render import reference_line

        for reference in previous.references:
            click.echo(wrap(reference_line(reference), "", "    "))
    elif name == ":reading":
        for text in reading_lines(previous):
            click.echo(text)
    elif name == ":gaps":
        from kmassist.cli.gaps import warrant_lines

        for text in warrant_lines(assistant.gaps.warrants(previous.coverage)):
            click.echo(text)
    else:
        claims = [c for c in (*previous.claims, *previous.nearest) if str(c.citation.number) == rest.strip()]
        if not claims:
            click.echo("Give the number of a source in the last answer, for example: :open 1")
        for claim in claims:
            view = assistant.view(claim.citation.doc_id, claim.citation.start, claim.citation.end)
            place = f", page {view.page}" if view.page else ""
            click.echo(wrap(f"{view.document.metadata.title}{place}. {view.heading}"))
            click.echo(wrap(f"{view.before[-600:]} >>{view.quote}<< {view.after[:600]}", "  "))
    return previous


def _plain_lines(answer: Answer) -> list[str]:
    """Sentences in reading order, nothing drawn."""
    because = spelt_out(answer.coverage.because)
    lines = [f"Question: {answer.resolved_question}", f"Verdict: {verdict_words(answer)}. {because}"]
    lines += [f"Changed by you: {'; '.join(answer.changes)}."] if answer.changes else []
    lines += [f"Note: {note}" for note in (*answer.notes, *answer.degraded)]
    for row in answer.rows:
        cell = answer.coverage.cell(row.source_type)
        if row.claims:
            lines.append(
                f"{row.source_type.label}: {cell.state.value}, {cell.need.value}. {row.studies} found. {row.caution}".rstrip()
            )
        for claim in row.claims:
            c = claim.citation
            lines.append(f"Source {c.number}, {c.cite_as}, {c.place or 'no page'}: {claim.text}")
    for absence, rows in answer.missing.items():  # each sentence once, for all kinds that it holds for
        kinds = (f"{row.source_type.label} ({answer.coverage.cell(row.source_type).need.value})" for row in rows)
        lines.append(f"Missing: {', '.join(kinds)}. {absence}")
    if answer.nearest:
        lines += ["Related, not direct:", *answer.not_counted]
        lines += [f"Source {c.citation.number}, {c.citation.cite_as}: {c.text}" for c in answer.nearest]
    return [safe(line) for line in lines]


def _try_readline() -> None:
    with suppress(ImportError):  # Windows has none
        import readline  # noqa: F401 - importing it gives input() history and editing
