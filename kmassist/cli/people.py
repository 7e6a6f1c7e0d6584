"""people: who leads at each stage, and which roles are vacant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kmassist.cli.options import ListGroup, as_json_option
from kmassist.cli.session import pass_assistant, print_json

if TYPE_CHECKING:
    from kmassist.assistant import Assistant


@click.group(cls=ListGroup)
def people_command() -> None:
    """Who leads at each of the eight stages, and which roles are vacant. Roles, never names."""


@people_command.command("list")
@click.option("--topic", default="", help="For this topic.")
@as_json_option
@pass_assistant(read_only=True)
def people_list(assistant: Assistant, topic: str, as_json: bool) -> None:
    """The eight stages with the roles they need."""
    stages, roles = assistant.gaps.stages(topic), assistant.gaps.roles(topic)
    if as_json:
        from dataclasses import asdict

        print_json(
            {
                "stages": [asdict(s) for s in stages],
                "roles": list(roles),
            }
        )
        return
    from kmassist.cli.render import style, wrap

    for stage in stages:
        click.echo(style(f"{stage.number} {stage.name}", bold=True))
        click.echo(wrap(f"essential: {', '.join(stage.essential)}", "    ", "      "))
        for role in roles:
            if role.stage == stage.number:
                click.echo(
                    wrap(
                        f"{'filled' if role.is_filled else 'VACANT'}: {role.role} {role.organisation}".rstrip()
                        + f" (role {role.role_id})",
                        "    ",
                        "      ",
                    )
                )
        if stage.vacant:
            click.echo(wrap(f"vacant: {', '.join(stage.vacant)}", "    ", "      "))


@people_command.command("set")
@click.argument("stage", type=click.IntRange(1, 8))
@click.argument("role")
@click.option("--vacant", is_flag=True, help="Nobody holds it.")
@click.option("--organisation", default="")
@click.option("--topic", default="", help="For this topic only.")
@pass_assistant(create=True)
def people_set(
    assistant: Assistant, stage: int, role: str, vacant: bool, organisation: str, topic: str
) -> None:
    """Record that ROLE leads at STAGE (1 to 8), or that it is vacant."""
    record = assistant.gaps.set_role(
        stage=stage, role=role, is_filled=not vacant, organisation=organisation, topic=topic
    )
    click.echo(
        f"role {record.role_id}: stage {record.stage}, {record.role}, {'filled' if record.is_filled else 'vacant'}"
    )


@people_command.command("remove")
@click.argument("role_id")
@pass_assistant()
def people_remove(assistant: Assistant, role_id: str) -> None:
    """Take a role out."""
    record = assistant.gaps.remove_role(role_id)
    click.echo(f"removed role {record.role_id}: {record.role}")
