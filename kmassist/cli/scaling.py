"""scale-up: what is known, and what must be, before a pilot goes elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmassist.cli.decisions import as_json_option, force_option, output_option
from kmassist.cli.session import Session, pass_session, print_json

if TYPE_CHECKING:
    from kmassist.scaleup import ScaleCheck

_MARKS = {"evidenced": "+", "thin": "o", "missing": "-"}


@click.command()
@click.argument("about", nargs=-1, required=True)
@click.option("--with", "beside", multiple=True, metavar="DOC", help="A further source to read beside it; may be repeated.")
@click.option("--target", "name", default="", metavar="NAME", help="Where it would go.")
@click.option("--sites", type=click.IntRange(1), help="How many sites the target has.")
@click.option("--people", "population", default="", metavar="TEXT", help="Whom the target serves.")
@click.option("--place", "context", default="", metavar="TEXT", help="What sort of place the target is: units, staff, size.")
@output_option
@force_option
@as_json_option
@pass_session
def scale_up_command(
    session: Session,
    about: tuple[str, ...],
    beside: tuple[str, ...],
    name: str,
    sites: int | None,
    population: str,
    context: str,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Check a pilot, ABOUT a source (id or file name) or a question: ten domains, each evidenced, thin or missing.

    A source is judged by itself and what stands --with it, a question by everything relevant in the library.
    """
    from kmassist.scaleup import Target

    with session.assistant(read_only=True) as assistant:
        target = Target(name=name, setting=assistant.settings.site.setting, sites=sites, population=population, context=context)
        check = assistant.scaling.check(" ".join(about), beside=beside, target=target)
        if output is not None:
            click.echo(f"Wrote {assistant.scaling.export(check, output, force=force)}.", err=True)
            return 0
        if as_json:
            print_json(json.loads(assistant.scaling.text(check, "json")))
            return 0
    click.echo("\n".join(check_lines(check)))
    return 0


def check_lines(check: ScaleCheck) -> list[str]:
    """A scale-up check for a person."""
    from kmassist.assistant.scale_desk import CREDIT
    from kmassist.cli.render import style, wrap

    lines = [style(wrap(f"Scale-up check: {check.subject}"), bold=True), wrap(CREDIT), ""]
    for line in check.result.domains:
        lines.append(style(f"  {_MARKS[line.state]} {line.part} {line.domain:<34}{line.state}", bold=True))
        lines.append(wrap(line.because, "      "))
        lines += [wrap(f"“{c.text}” [{c.citation.number}]", "      ", "       ") for c in line.claims]
    for title, says in (
        ("What differs between pilot and target", check.result.differs),
        ("What must be known before the decision", check.result.must_know),
        ("Sources", [f"[{s.number}] {s.reference}" for s in check.sources]),
    ):
        if says:
            lines += ["", style(title, bold=True), *(wrap(f"- {text}", "  ", "    ") for text in says)]
    return lines
