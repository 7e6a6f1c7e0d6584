"""A decision in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kmassist.cli.session import print_json
from kmassist.documents.source_types import kind_code

if TYPE_CHECKING:
    from kmassist.records.decisions import DecisionRecord


def show_decision(record: DecisionRecord, as_json: bool) -> int:
    """Print a decision, for a person or as JSON; gives the exit code."""
    if as_json:
        print_json(record)
    else:
        click.echo("\n".join(decision_lines(record)))
    return 0


def decision_lines(d: DecisionRecord) -> list[str]:
    """A decision for a person; sources keep their numbers, so that they can be marked by them."""
    from kmassist.cli.render import style, wrap
    from kmassist.records.decisions import sign_off_checks

    state = f"signed off {d.signed_off_on} by {d.signed_off_by}" if d.is_signed_off else "draft"
    lines = [
        style(wrap(d.decision or "(not yet worded)"), bold=True),
        wrap(f"{d.decision_id}, {state}, {d.kind.value}", "  "),
    ]
    facts = [
        ("Question", d.question),
        ("Body", d.body),
        ("Date", d.date),
        ("Priority", d.priority),
        ("Took part", ", ".join(d.roles)),
    ]
    facts += [
        ("Brief", d.brief_id),
        ("Review due", d.review_date),
        ("Signed although", d.signed_off_anyway),
    ]
    lines += [wrap(f"{name}: {value}", "  ", "    ") for name, value in facts if value]
    lines.append(f"  Relevant sources, as found on {d.searched_on or '?'}:")
    for number, source in enumerate(d.relevant, start=1):
        mark = d.mark_of(source.doc_id)
        why = f" because: {mark.reason}" if mark and mark.reason else ""
        text = f"{number:>3}. [{d.use_of(source.doc_id).value}] {kind_code(source.source_type)} {source.cite_as}: {source.title}{why}"
        lines.append(wrap(text, "  ", "       "))
    if not d.relevant:
        lines.append("    none: this library holds nothing on it")
    for number, asked in enumerate(d.challenges, start=1):
        lines.append(
            wrap(f"Challenge {number} ({asked.by_role}, {asked.on}): {asked.says}", "  ", "    ")
        )
        lines.append(wrap(f"Reply: {asked.reply or 'none yet'}", "    ", "      "))
    lines += [
        wrap(f"Review {r.on}: {r.outcome} {r.follow_up}".rstrip(), "  ", "    ") for r in d.reviews
    ]
    if not d.is_signed_off:
        lines += [
            wrap(f"{'!' if c.blocks else '?'} {c.says}", "  ", "    ") for c in sign_off_checks(d)
        ]
    return lines
