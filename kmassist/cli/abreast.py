"""follow, unanswered, new and due: keeping abreast of a library that grows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.options import as_json_option, force_option, output_option, role_option
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json, progress_bar
from kmassist.errors import ExitCode

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.records.followed import Turn
    from kmassist.records.news import News


def turn_lines(turns: Sequence[Turn]) -> Iterable[str]:
    """What turned, for a person."""
    from kmassist.cli.render import style, wrap

    for turn in turns:
        kind = "Can be answered now" if turn.was_unanswered else "Answered differently now"
        yield style(wrap(f"{kind}: {turn.question} ({turn.on})"), bold=True)
        for sentence in turn.says:
            yield wrap(sentence, "  ", "    ")


def turn_json(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """What turned, for scripts."""
    return [turn.model_dump(mode="json", exclude={"is_told"}) for turn in turns]


@click.command()
@click.argument("question", nargs=-1)
@click.option("--stop", metavar="N", help="Follow question number N no longer.")
@role_option()
@as_json_option
@pass_session
def follow_command(
    session: Session, question: tuple[str, ...], stop: str | None, by_role: str, as_json: bool
) -> None:
    """Follow QUESTION: it is asked again whenever documents are added or synced, and what turns is told once.

    A turn is another verdict, another state of a kind of source, or another first quotation. Without QUESTION: list what is
    followed and every turn it took.
    """
    text = " ".join(question).strip()
    text = "" if text.casefold() == "list" else text  # as every other list is asked for
    if stop:
        with session.assistant() as assistant:
            gone = assistant.follow.unfollow(stop)
        click.echo(f"No longer followed: {gone.question}")
        return
    if text:
        with session.assistant() as assistant:
            followed, standing = assistant.follow.follow(text, by_role=by_role)
        if as_json:
            print_json(
                {**followed.model_dump(mode="json"), "standing": standing.model_dump(mode="json")}
            )
        else:
            click.echo(
                f"Following question {followed.follow_id}: {standing.says} on {standing.asked_on}."
            )
        return
    with session.assistant(read_only=True) as assistant:
        found = assistant.follow.list()
    if as_json:
        print_json(
            [
                {**f.model_dump(mode="json"), **(s.model_dump(mode="json") if s else {})}
                for f, s in found
            ]
        )
        return
    from kmassist.cli.render import wrap

    if not found:
        click.echo('No question is followed. Follow one: kmassist follow "question"')
    for f, s in found:
        stands = f"{s.standing.says}, asked {s.standing.asked_on}" if s else "not asked yet"
        click.echo(wrap(f"{f.follow_id}  {f.question}: {stands}", "", "   "))
        for turn in s.turns if s else ():
            click.echo(wrap(f"{turn.on}: {' '.join(turn.says)}", "     ", "       "))


@click.command()
@click.option("--all", "with_answered", is_flag=True, help="Also those that can be answered now.")
@click.option("--drop", metavar="N", help="Take question number N off the list.")
@output_option
@force_option
@as_json_option
@pass_session
def unanswered_command(
    session: Session,
    with_answered: bool,
    drop: str | None,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Questions that this corpus could not answer, by subject: what people need and the library lacks.

    What looks like a question about one person is never kept. When a source that is added later answers one, that is told.
    """
    from kmassist.assistant.follow import unanswered_json

    with session.assistant(read_only=not drop) as assistant:
        if drop:
            click.echo(f"Taken off the list: {assistant.follow.drop(drop).question}")
            return
        if output:
            assistant.follow.export(output, force=force)
            click.echo(f"Wrote {output}.", err=True)
            return
        groups = assistant.follow.unanswered(with_answered=with_answered)
    if as_json:
        print_json(list(unanswered_json(groups)))
        return
    from kmassist.cli.render import style, wrap

    if not groups:
        click.echo("No question is waiting for an answer.")
    for group in groups:
        click.echo(style(wrap(group.subject), bold=True))
        for q in group.questions:
            often = f"asked {q.times} times" if q.times > 1 else "asked once"
            said = f"answered since {q.answered_on}" if q.answered_on else f"last on {q.last_asked}"
            click.echo(wrap(f"{q.question_id}  {q.question} ({often}, {said})", "  ", "     "))


@click.command()
@click.option(
    "--since",
    default="last-visit",
    show_default=True,
    metavar="DATE|last-visit|BRIEF",
    help="A day (YYYY-MM-DD), your role's last visit, or the id of a kept brief.",
)
@click.option("--keep", is_flag=True, help="Do not count this as a visit.")
@as_json_option
@pass_assistant()
def new_command(assistant: Assistant, since: str, keep: bool, as_json: bool) -> None:
    """What is new since then: sources by kind and topic, and the questions, gaps and briefs that they touch."""
    with progress_bar() as bar:
        for event in assistant.follow.ask_again():
            bar(event)
    news = assistant.news.since(since)
    labels = {code: topic.label for code, topic in assistant.vocabulary.topics.items()}
    if not keep:
        assistant.follow.tell()
        assistant.news.visited()
    if as_json:
        print_json(news)
    else:
        for line in news_lines(news, labels):
            click.echo(line)


def news_lines(news: News, labels: dict[str, str]) -> Iterable[str]:
    """What is new, for a person."""
    from kmassist.cli.render import style, wrap

    yield style(f"New since {news.since}", bold=True)
    if news.is_empty:
        yield "Nothing is new."
    for kind, topics in news.by_kind():
        yield wrap(kind.label if kind else "Kind unknown", "  ")
        for topic, sources in topics:
            yield wrap(labels.get(topic, topic) or "no topic", "    ")
            for s in sources:
                yield wrap(f"{s.change:<10} {s.title} ({s.cite_as}) {s.on}", "      ", " " * 17)
    if news.forgotten:
        yield f"  {news.forgotten} forgotten for good."
    yield from turn_lines(news.turns)
    for gap in news.gaps:
        verb = "may reopen" if gap.may_reopen else "may close"
        yield wrap(f"Gap {gap.gap_id} {verb}: {gap.title}. {gap.why}", "", "  ")
    for brief in news.briefs:
        yield wrap(
            f"Brief {brief.brief_id} of {brief.composed_on} would differ: {brief.title}", "", "  "
        )
        for change in brief.changes:
            yield wrap(change, "    ", "      ")


@click.command()
@click.option("--owner", default="", metavar="ROLE", help="Only what this role owns.")
@click.option(
    "--within",
    default=0,
    type=click.IntRange(0, 3660),
    metavar="DAYS",
    help="Also what will be due in so many days.",
)
@output_option
@force_option
@as_json_option
@pass_assistant(read_only=True)
def due_command(
    assistant: Assistant, owner: str, within: int, output: Path | None, force: bool, as_json: bool
) -> int:
    """What is due, by owner: reviews of guidelines, re-audits, results of running studies, involvement past its limit, gaps and decisions.

    The exit code is 4 when something is late, so that a script may remind.
    """
    items = assistant.news.due(owner=owner, within=within)
    if output:
        assistant.news.export_due(output, items, force=force)
    late = any(item.is_late for item in items)
    if output:
        click.echo(f"Wrote {output}.", err=True)
    elif as_json:
        print_json(list(items))
    else:
        _show_due(items)
    return int(ExitCode.PARTIAL if late else ExitCode.OK)


def _show_due(items: Sequence[Any]) -> None:
    from kmassist.assistant.due import by_owner
    from kmassist.cli.render import style, wrap

    if not items:
        click.echo("Nothing is due.")
    for owner, owned in by_owner(items):
        late = sum(item.is_late for item in owned)
        click.echo(
            style(wrap(f"{owner[:1].upper()}{owner[1:]}: {late} late of {len(owned)}"), bold=True)
        )
        for item in owned:
            line = f"{item.due}  {item.kind}: {item.what} ({item.when}). {item.next_step} <{item.record}>"
            click.echo(wrap(line, "  ", " " * 14))
