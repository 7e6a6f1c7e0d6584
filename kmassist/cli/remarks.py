"""feedback and notes: what people say beside the sources; neither is evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmassist.cli.options import FILE, ListGroup, as_json_option, force_option
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.assistant import Assistant
    from kmassist.records.remarks import Note


def note_lines(notes: Iterable[Note], of: str = "") -> Iterator[str]:
    """One line a note, headed as no evidence; ``of`` says on which source."""
    from kmassist.cli.render import wrap
    from kmassist.records.remarks import NO_EVIDENCE, note_says

    for note in notes:
        text, said = note_says(note)
        yield wrap(f"{NO_EVIDENCE}{of}: {text} ({said})", "  ", "    ")


def remark_lines(assistant: Assistant, answer: Answer) -> Iterator[str]:
    """What people said of an answer's quotations, and the notes on its sources; nothing where nobody said anything."""
    from kmassist.cli.render import wrap
    from kmassist.records.remarks import feedback_says

    shown = {c.citation.span[:2]: c.citation for c in (*answer.nearest, *answer.claims)}
    for one in assistant.remarks.feedback(answer.question):
        citation = shown.get((one.doc_id, one.start))
        if citation is not None or not one.doc_id:
            of = f"[{citation.number}] “{one.quote}”" if citation else "the answer"
            yield wrap(f"Said of {of}: {feedback_says(one)}", "  ", "    ")
    notes = assistant.remarks.notes()
    for reference in answer.references:
        held = [note for note in notes if note.doc_id == reference.doc_id]
        yield from note_lines(held, f", on [{reference.number}] {reference.cite_as}")


@click.group(cls=ListGroup)
def feedback_command() -> None:
    """What people said of quotations. It changes no ranking; exported, it is a measure: eval FILE --calibrate."""


@feedback_command.command("list")
@as_json_option
@pass_assistant(read_only=True)
def feedback_list(assistant: Assistant, as_json: bool) -> None:
    """All feedback in order."""
    found = assistant.remarks.feedback()
    if as_json:
        print_json(list(found))
        return
    from kmassist.cli.render import style, wrap

    for one in found:
        click.echo(style(wrap(f"{one.feedback_id}. {one.said.value}: {one.question}"), bold=True))
        if one.quote:
            click.echo(wrap(f"“{one.quote}”", "   "))
        said = " · ".join(part for part in (one.reason, one.by_role, one.on) if part)
        click.echo(style(wrap(said, "   "), dim=True))
    if not found:
        click.echo("Nobody has said anything yet.")


@feedback_command.command("say")
@click.argument("question")
@click.option("--quote", default="", metavar="WORDS", help="Words of the quotation that is meant.")
@click.option(
    "--not-relevant", "said", flag_value="not relevant", help="It is about another thing."
)
@click.option("--wrong-kind", "said", flag_value="wrong kind", help="Its kind of source is wrong.")
@click.option("--answers", "said", flag_value="this answers it", help="This answers the question.")
@click.option(
    "--nothing-answers",
    "said",
    flag_value="nothing here answers it",
    help="No quotation answers, and nothing in the library does.",
)
@click.option("--reason", default="", help="Why.")
@pass_session
def feedback_say(
    session: Session, question: str, quote: str, said: str | None, reason: str
) -> None:
    """Say what a quotation of the answer to QUESTION is. It is kept with your role; the next answer is the same."""
    from kmassist.records.remarks import Said

    if said is None:
        raise click.UsageError(
            "Say one of --not-relevant, --wrong-kind, --answers, --nothing-answers."
        )
    with session.assistant() as assistant:
        desk = assistant.remarks
        citation = None
        if said != Said.NOTHING_ANSWERS.value:
            citation = desk.quotation(assistant.answer(question), quote)
        kept = desk.say(question, Said(said), citation, reason=reason)
    click.echo(f"feedback {kept.feedback_id}: {kept.said.value}")


@feedback_command.command("remove")
@click.argument("feedback_id", metavar="FEEDBACK")
@pass_assistant()
def feedback_remove(assistant: Assistant, feedback_id: str) -> None:
    """Take feedback back."""
    kept = assistant.remarks.take_back(feedback_id)
    click.echo(f"removed feedback {kept.feedback_id}")


@feedback_command.command("export")
@click.argument("target", type=FILE)
@force_option
@pass_assistant(read_only=True)
def feedback_export(assistant: Assistant, target: Path, force: bool) -> None:
    """Write it as gold questions (.yaml) for 'kmassist eval FILE --calibrate', or as .json."""
    click.echo(f"Wrote {assistant.remarks.export_gold(target, force=force)}.", err=True)


@click.group(cls=ListGroup)
def notes_command() -> None:
    """Notes on sources, for people: never quoted, never counted as evidence."""


@notes_command.command("list")
@click.argument("doc", default="")
@as_json_option
@pass_assistant(read_only=True)
def notes_list(assistant: Assistant, doc: str, as_json: bool) -> None:
    """All notes, or those on DOC."""
    found = assistant.remarks.notes(assistant.find_doc_id(doc) if doc else "")
    titles = {d.doc_id: d.metadata.title or d.source_name for d in assistant.sources()}
    if as_json:
        print_json(list(found))
        return
    from kmassist.cli.render import style, wrap
    from kmassist.records.remarks import NO_EVIDENCE

    for note in found:
        click.echo(
            style(wrap(f"{note.note_id}. {titles.get(note.doc_id, note.doc_id)}"), bold=True)
        )
        said = " · ".join(part for part in (note.by_role, note.on) if part)
        click.echo(wrap(f"{NO_EVIDENCE}: {note.text} ({said})", "   "))
    if not found:
        click.echo("There are no notes.")


@notes_command.command("add")
@click.argument("doc")
@click.argument("text")
@pass_assistant()
def notes_add(assistant: Assistant, doc: str, text: str) -> None:
    """Put a note on DOC."""
    note = assistant.remarks.note(assistant.find_doc_id(doc), text)
    click.echo(f"note {note.note_id}")


@notes_command.command("remove")
@click.argument("note_id", metavar="NOTE")
@pass_assistant()
def notes_remove(assistant: Assistant, note_id: str) -> None:
    """Remove a note."""
    note = assistant.remarks.remove_note(note_id)
    click.echo(f"removed note {note.note_id}")
