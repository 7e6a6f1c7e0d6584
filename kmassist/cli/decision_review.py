"""decide sign-off, reopen, challenge, reply and review: what people say of a decision that is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kmassist.cli.decision_lines import show_decision
from kmassist.cli.options import OneOf, as_json_option, role_option
from kmassist.cli.session import pass_assistant
from kmassist.documents.source_types import SourceType, kind_code, kind_in_words
from kmassist.errors import RecordError

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.assistant.decisions import DecisionDesk

USES = ["used", "noted", "set-aside"]


@click.command("sign-off")
@click.argument("decision")
@role_option("The role that signs for the body.", required=True)
@click.option(
    "--anyway",
    default="",
    metavar="REASON",
    help="Why it is signed although something is unsettled; kept in the record.",
)
@as_json_option
@pass_assistant()
def decide_sign_off(
    assistant: Assistant, decision: str, by_role: str, anyway: str, as_json: bool
) -> int:
    """Sign a decision. Sources without a mark are listed; in a terminal you are asked for each."""
    desk = assistant.decisions
    if not anyway and sys.stdin.isatty() and sys.stderr.isatty():
        _ask_for_marks(desk, decision, by_role)
    try:
        record = desk.sign_off(decision, by_role=by_role, anyway=anyway)
    except RecordError:
        for source in desk.unmarked(decision):
            click.echo(
                f"  not marked: {kind_code(source.source_type)} {source.cite_as} <{source.doc_id}>",
                err=True,
            )
        raise
    return show_decision(record, as_json)


def _ask_for_marks(desk: DecisionDesk, decision: str, by_role: str) -> None:
    """Ask what became of every source without a mark; nothing on stdout."""
    for source in desk.unmarked(decision):
        click.echo(
            f"{kind_in_words(source.source_type)}: {source.cite_as}: {source.title}", err=True
        )
        use = click.prompt(
            "  used, noted, set-aside or skip",
            type=OneOf([*USES, "skip"]),
            default="skip",
            err=True,
        )
        if use == "skip":
            continue
        needs = use == "set-aside" or (use == "noted" and source.source_type is SourceType.PPI)
        reason = click.prompt("  why", default=None if needs else "", show_default=False, err=True)
        desk.mark(decision, source.doc_id, use.replace("-", " "), reason=reason, by_role=by_role)


@click.command("reopen")
@click.argument("decision")
@click.option("--because", "reason", required=True, metavar="TEXT", help="Why.")
@role_option()
@as_json_option
@pass_assistant()
def decide_reopen(
    assistant: Assistant, decision: str, reason: str, by_role: str, as_json: bool
) -> int:
    """Take a signed decision back to draft, with a reason that stays in its history."""
    record = assistant.decisions.open_again(decision, by_role=by_role, reason=reason)
    return show_decision(record, as_json)


@click.command("challenge")
@click.argument("decision")
@click.argument("says")
@role_option("The role that asks.", required=True)
@click.option("--about", "doc", default="", metavar="SOURCE", help="The source it is about.")
@as_json_option
@pass_assistant()
def decide_challenge(
    assistant: Assistant, decision: str, says: str, by_role: str, doc: str, as_json: bool
) -> int:
    """Question a decision, or why a source was set aside. It waits for a reply."""
    record = assistant.decisions.challenge(decision, says, by_role=by_role, doc=doc)
    return show_decision(record, as_json)


@click.command("reply")
@click.argument("decision")
@click.argument("number", type=int)
@click.argument("says")
@role_option("The role that replies.", required=True)
@as_json_option
@pass_assistant()
def decide_reply(
    assistant: Assistant, decision: str, number: int, says: str, by_role: str, as_json: bool
) -> int:
    """Answer challenge NUMBER of a decision."""
    record = assistant.decisions.reply(decision, number, says, by_role=by_role)
    return show_decision(record, as_json)


@click.command("review")
@click.argument("decision")
@click.argument("outcome")
@click.option("--follow-up", default="", metavar="TEXT", help="What follows from it.")
@click.option("--next", "next_review", default="", metavar="YYYY-MM-DD", help="When to look again.")
@role_option()
@as_json_option
@pass_assistant()
def decide_review(
    assistant: Assistant,
    decision: str,
    outcome: str,
    follow_up: str,
    next_review: str,
    by_role: str,
    as_json: bool,
) -> int:
    """Record what came of a signed decision."""
    record = assistant.decisions.review(
        decision, outcome, by_role=by_role, follow_up=follow_up, next_review=next_review
    )
    return show_decision(record, as_json)
