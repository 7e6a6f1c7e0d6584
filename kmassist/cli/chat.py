"""The conversation in plain lines: what the terminal interface shows, for screen readers, pipes and old terminals."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from kmassist.answers.presentation import marked, named, next_questions, place_shown, sections
from kmassist.cli.remarks import remark_lines
from kmassist.cli.render import (
    SAY_WHICH,
    answer_lines,
    beside,
    colourless,
    is_own_screen,
    reading_lines,
    safe,
    verdict_words,
    wrap,
)
from kmassist.documents.source_types import spelt_out
from kmassist.errors import KmassistError
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.assistant import Assistant, Filter

_HELP = """Type a question and press Enter. A short follow-up keeps the subject: "and for twins?"
  :sources    the sources of the last answer
  :open N     the passage of source N in its context
  :reading    how the last question was read
  :as T1      ask it again as another type of question (several: :as T1,T6; all: :as list)
  :sense PROM=outcome measure   ask it again with another meaning of a short form
  :about TEXT   ask it again about this subject
  :without TERM, :with TERM     ask it again without, or again with, what was searched for besides
  :yes        ask the last question again with the word that may have been meant
  :only guideline, audit; 2020-; set triage   ask from now on of these kinds, years, set (any of them; :only alone: of all)
  :gaps       what is missing for the last question, and what that warrants
  :new        forget the subject
  :help       this text
  :quit       leave (also Ctrl+D)"""

_RE_READ = (":as", ":sense", ":without", ":with", ":about")


def chat(assistant: Assistant, *, plain: bool = False) -> int:
    """Read questions from stdin until it ends; returns an exit code."""
    with colourless(plain):
        return _talk(assistant, plain=plain)


def _talk(assistant: Assistant, *, plain: bool) -> int:
    interactive = sys.stdin.isatty()
    _greet(assistant, interactive=interactive)
    previous: Answer | None = None
    before: Answer | None = None  # the answer that the last question followed
    where: Filter | None = None

    def show(answer: Answer) -> None:
        answer = answer if is_own_screen(assistant.settings.privacy) else assistant.leaving(answer)
        click.echo("\n".join(plain_lines(answer) if plain else answer_lines(answer, is_whole=True)))
        for line in remark_lines(assistant, answer):
            click.echo(line)
        if answer.corrected:
            click.echo(wrap(f"Did you mean: {answer.corrected} (:yes asks that)", "", "  "))
        for question in next_questions(answer) if interactive else ():
            click.echo(wrap(f"Next: {question}", "  ", "       "))

    while True:
        try:
            line = _meant(input("\n? " if interactive else "").strip(), previous)
        except EOFError:
            return 0
        if not line:
            continue
        if line.removeprefix(":").casefold() in {"quit", "q", "exit", "bye"}:
            return 0
        if line.startswith(":"):
            if line.split()[0] == ":only":
                where = _narrowed(assistant, line.removeprefix(":only"), where)
            elif line.split()[0] in _RE_READ:
                previous, before = _ask_again(assistant, line, previous, before, show, where)
            else:
                previous = _command(assistant, line, previous)
            continue
        answer = _answered(assistant, line, show, previous=previous, where=where)
        if answer is not None and not answer.is_reply:
            previous, before = answer, previous


def _meant(line: str, last: Answer | None) -> str:
    """``:yes`` is the question that the last answer asked about."""
    is_yes = line == ":yes" and last is not None and last.corrected
    return last.corrected if is_yes and last is not None else line


def _greet(assistant: Assistant, *, interactive: bool) -> None:
    if interactive:
        _try_readline()
    status = assistant.status()
    click.echo(
        wrap(
            f"{counted(status.documents, 'document')} in the library. For service-level questions, never for one patient. Type :help for help."
        )
    )
    for reminder in assistant.decisions.reminders():
        click.echo(wrap(f"! {reminder}", "", "  "))
    for starter in assistant.starters() if interactive else ():
        click.echo(wrap(f"Try: {starter}", "  ", "       "))


def _answered(
    assistant: Assistant, question: str, show: Callable[[Answer], None], **options: Any
) -> Answer | None:
    """Ask and show; an error is said and gives None."""
    try:
        answer = assistant.answer(question, **options)
    except KmassistError as error:
        click.echo(wrap(str(error)), err=True)
        return None
    show(answer)
    assistant.follow.note(answer)
    return answer


def _ask_again(
    assistant: Assistant,
    line: str,
    last: Answer | None,
    before: Answer | None,
    show: Callable[[Answer], None],
    where: Filter | None,
) -> tuple[Answer | None, Answer | None]:
    """The last question with another reading; gives the answer now last, and the one before it."""
    from kmassist.cli.options import read_kinds, read_senses

    if last is None:
        click.echo("Ask a question first.")
        return None, None
    name, _, rest = line.partition(" ")
    chosen, rest = last.chosen, rest.strip()
    types, senses, without = list(chosen.types), dict(chosen.senses), list(chosen.without)
    subject = chosen.subject
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
        elif name == ":about":
            subject = rest
    except click.UsageError as error:
        click.echo(wrap(error.format_message()), err=True)
        return last, before
    again = _answered(
        assistant,
        last.question,
        show,
        types=types or None,
        senses=senses,
        without=without,
        subject=subject,
        previous=before,
        where=where,
    )
    return again or last, before


def _narrowed(assistant: Assistant, said: str, before: Filter | None) -> Filter | None:
    """What questions are asked of from now on, said in words; what was not understood changes nothing."""
    from kmassist.assistant import Filter
    from kmassist.documents.source_types import SourceType, kind_named
    from kmassist.text.years import HOW_YEARS, years_of

    kinds: set[SourceType] = set()
    found, set_name = Filter(), ""
    for part in (piece.strip() for piece in said.replace(",", ";").split(";")):
        if part.casefold().startswith("set "):
            set_name = part[4:]
        elif years := years_of(part):
            found = replace(found, year_from=years[0], year_to=years[1]) if part else found
        elif kind := kind_named(part):
            kinds.add(kind)
        else:
            click.echo(
                wrap(f"‘{part}’ is no kind of source, no set and no {HOW_YEARS}. Nothing changes.")
            )
            return before
    found = replace(found, source_types=frozenset(kinds))
    try:
        found = assistant.sets.filter(set_name, found) if set_name else found
    except KmassistError as error:
        click.echo(wrap(str(error)), err=True)
        return before
    click.echo(f"Asked of: {found.says or 'the whole library'}.")
    return None if found.is_empty else found


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
        claims = [
            c
            for c in (*previous.claims, *previous.nearest)
            if str(c.citation.number) == rest.strip()
        ]
        if not claims:
            click.echo("Give the number of a source in the last answer, for example: :open 1")
        for claim in claims:
            cited, is_masked = claim.citation, not is_own_screen(assistant.settings.privacy)
            view = assistant.view(cited.doc_id, cited.start, cited.end, is_masked=is_masked)
            place = f", page {view.page}" if view.page else ""
            click.echo(wrap(f"{view.document.metadata.title}{place}. {view.heading}"))
            click.echo(wrap(f"{view.before[-600:]} >>{view.quote}<< {view.after[:600]}", "  "))
    return previous


def plain_lines(answer: Answer) -> list[str]:
    """Sentences in reading order, nothing drawn."""
    because = spelt_out(answer.coverage.because)
    lines = [
        f"Question: {answer.asked_as}",
        f"Verdict: {verdict_words(answer)}. {because}",
    ]
    lines += [f"Changed by you: {'; '.join(answer.changes)}."] if answer.changes else []
    lines += [f"Note: {note}" for note in (*answer.notes, *answer.degraded)]
    for section in sections(answer):
        head = section.heading.rstrip(".:")
        if section.source_type is not None:
            cell = answer.coverage.cell(section.source_type)
            head = f"{head}: {cell.state.words}, {cell.need.words}"
        lines.append(f"{head}.")
        lines += [note.removeprefix("- ") for note in section.notes]
        for claim in section.claims:
            c = claim.citation
            lines.append(
                f"Source {c.number}, {', '.join(named(c))}, {place_shown(c) or 'no page'}{beside(c)}: {marked(c)}"
            )
    if any(cell.unchecked for cell in answer.coverage.cells):
        lines.append(SAY_WHICH)
    return [safe(line) for line in lines]


def _try_readline() -> None:
    with suppress(ImportError):  # Windows has none
        import readline  # noqa: F401 - importing it gives input() history and editing
