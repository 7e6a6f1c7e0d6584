"""check and pack: a draft against the library, and evidence for an assistant elsewhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmassist.cli.options import FILE, OneOf, as_json_option, force_option, role_option
from kmassist.cli.session import Session, pass_assistant, pass_session, print_json
from kmassist.errors import ExitCode
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kmassist.assistant import Assistant
    from kmassist.assistant.drafts import DraftDesk, ProposedMark
    from kmassist.verification.model import CheckedSentence, CheckReport


@click.command()
@click.argument("draft", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "-o",
    "--output",
    "target",
    type=FILE,
    help="Write a marked copy: .docx with comments, .html with marks, or .json.",
)
@click.option("--all", "show_all", is_flag=True, help="Every sentence, not only those to look at.")
@click.option("--used", is_flag=True, help="Also name the held sources that the draft rests on.")
@click.option(
    "--decision",
    metavar="ID",
    default="",
    help="The decision that this paper or these minutes are about: propose which held sources it used, noted or ignored.",
)
@click.option("--yes", "takes_all", is_flag=True, help="Confirm every mark that is proposed.")
@role_option()
@force_option
@as_json_option
@pass_session
def check_command(
    session: Session,
    draft: Path,
    target: Path | None,
    show_all: bool,
    used: bool,
    decision: str,
    takes_all: bool,
    by_role: str,
    force: bool,
    as_json: bool,
) -> int:
    """Check each sentence of a draft (DOCX, PDF, HTML, Markdown, text, or - for stdin) against the library.

    Exit code 4 when a sentence differs from its source, or cites one that does not say so or is not held.
    """
    from kmassist.assistant.drafts import Draft

    with session.assistant(read_only=not decision) as assistant:
        desk = assistant.drafts
        read = Draft("stdin", sys.stdin.read()) if str(draft) == "-" else desk.read(draft)
        report = desk.check(read)
        sources = desk.used(report) if used and not decision else []
        marks = desk.marks(report, decision) if decision else []
        if target:
            desk.write(read, report, target, force=force)
            click.echo(f"Wrote {target}.", err=True)
        if as_json:
            body = json.loads(report.model_dump_json())
            named = [
                {"doc_id": u.doc_id, "cite_as": u.cite_as, "sentences": u.sentences}
                for u in sources
            ]
            proposed = [
                {"doc_id": m.doc_id, "cite_as": m.cite_as, "use": m.use, "sentences": m.sentences}
                for m in marks
            ]
            body |= {"counts": report.counts}
            body |= {"used": named} if used and not decision else {}
            print_json({**body, **({"proposed": proposed} if decision else {})})
        else:
            click.echo("\n".join(report_lines(report, desk.hide, show_all=show_all)))
            for source in sources:
                count = len(source.sentences)
                click.echo(
                    f"  used? {source.cite_as} ({source.doc_id}): {count} sentence{'s' * (count != 1)}"
                )
        if decision:
            _confirm(desk, decision, marks, report, takes_all=takes_all, by_role=by_role)
    return int(ExitCode.PARTIAL if report.alarms else ExitCode.OK)


def _confirm(
    desk: DraftDesk, decision: str, marks: Sequence[ProposedMark], report: CheckReport, *, takes_all: bool, by_role: str
) -> None:  # fmt: skip
    """Show what is proposed, and mark what a person confirms; nothing on stdout."""
    asks = not takes_all and sys.stdin.isatty() and sys.stderr.isatty()
    taken = 0
    for mark in marks:
        click.echo(f"{mark.use.value}? {mark.cite_as}: {mark.title} <{mark.doc_id}>", err=True)
        if mark.use.value == "not marked":
            click.echo("  held, relevant, and not named there", err=True)
            continue
        click.echo(f"  {mark.because}", err=True)
        if takes_all or (asks and click.confirm(f"  Mark it {mark.use.value}?", err=True)):
            desk.take_mark(decision, mark, report, by_role=by_role)
            taken += 1
    proposed = sum(mark.use.value != "not marked" for mark in marks)
    more = "" if taken or asks or not proposed else " Add --yes to confirm them all."
    click.echo(
        f"{taken} of {proposed} proposed marks written to decision {decision}.{more}", err=True
    )


def report_lines(
    report: CheckReport, hide: Callable[[str, str], str], *, show_all: bool
) -> Iterator[str]:
    """The report for a person: counts, then the sentences to look at (or all)."""
    from kmassist.cli.render import style, wrap

    yield style(
        f"{report.name}: {counted(len(report.sentences), 'sentence')} checked against {counted(report.documents, 'document')} "
        f"on {report.checked_on}.",
        bold=True,
    )
    for verdict, count in report.counts.items():
        if count:
            yield f"  {count:>4}  {verdict}"
    for sentence in report.sentences if show_all else report.alarms:
        yield ""
        yield from _sentence_lines(sentence, hide)
    if not report.alarms:
        yield wrap(
            "Nothing differs from what is held here. That a sentence passed is no proof that it is true."
        )


def _sentence_lines(sentence: CheckedSentence, hide: Callable[[str, str], str]) -> Iterator[str]:
    from kmassist.cli.render import wrap

    yield wrap(f"{sentence.verdict.symbol} {sentence.text}", "", "  ")
    yield wrap(f"{sentence.says}.", "    ", "    ")
    for difference in sentence.differences:
        yield wrap(f"{difference.says}.", "    ", "    ")
    for evidence in sentence.evidence[:1]:
        quote = hide(evidence.doc_id, evidence.quote)
        yield wrap(f"source: {quote} ({evidence.cite_as}, {evidence.title})", "    ", "      ")


@click.command()
@click.argument("question")
@click.option(
    "--for",
    "for_tool",
    type=OneOf(["copilot", "chat", "plain"]),
    default="copilot",
    show_default=True,
    help="What it is for: sets how long it may be.",
)
@pass_assistant(read_only=True)
def pack_command(assistant: Assistant, question: str, for_tool: str) -> None:
    """What a cloud assistant may be given: numbered public excerpts, what is missing, rules. Check its reply with 'check'."""
    click.echo(assistant.drafts.pack(question, for_tool=for_tool))
