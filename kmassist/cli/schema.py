"""schema: the JSON schemas of what commands write with --json, made from the types they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from kmassist.cli.session import print_json

if TYPE_CHECKING:
    from pydantic.json_schema import GenerateJsonSchema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@click.command()
@click.argument("command", nargs=-1)
def schema_command(command: tuple[str, ...]) -> None:
    """The JSON schema of what COMMAND writes with --json ("decide new"); without COMMAND those of all.

    What a schema names and requires keeps its name and meaning within a major version, unless "x-stability" says that it may
    change. A new release may add fields: pass over what you do not know.
    """
    from kmassist.cli.shapes import SHAPES

    name = " ".join(command).removeprefix("kmassist ").strip()
    if name and name not in SHAPES:
        from kmassist.text.naming import did_you_mean

        near = [n for n in SHAPES if n.split()[0] == name.split()[0]]
        raise click.UsageError(
            f"'{name}' is no command with --json. {did_you_mean(name, near or SHAPES)}"
            f"{'There are: ' if near else 'All: '}{', '.join(near or SHAPES)}."
        )
    print_json(schema_of(name) if name else all_schemas())


def schema_of(name: str) -> dict[str, Any]:
    """The schema of what a command writes, complete in itself."""
    from pydantic import TypeAdapter

    from kmassist.cli.shapes import SHAPES

    own = TypeAdapter(SHAPES[name]).json_schema(mode="serialization", schema_generator=_generator())
    return {"$schema": DIALECT, **_open(own), **_about(name)}


def all_schemas() -> dict[str, Any]:
    """One document: ``$defs`` holds a schema for each command, under its name with hyphens, and what they share."""
    from pydantic import TypeAdapter

    from kmassist.cli.shapes import SHAPES

    mode: Literal["serialization"] = "serialization"
    inputs = [(name, mode, TypeAdapter(shape)) for name, shape in SHAPES.items()]
    found, shared = TypeAdapter.json_schemas(inputs, schema_generator=_generator())
    commands = {n.replace(" ", "-"): {**_open(own), **_about(n)} for (n, _), own in found.items()}
    return {
        "$schema": DIALECT,
        "title": "What the commands of kmassist write with --json",
        "$defs": dict(sorted(commands.items())) | _open(shared).get("$defs", {}),
    }


def _about(name: str) -> dict[str, str]:
    from kmassist.cli.shapes import CHANGING

    return {
        "title": f"kmassist {name} --json",
        "x-stability": "may change" if name in CHANGING else "stable",
    }


def _open(schema: Any) -> Any:
    """Without the refusal of other fields: a later release may write more."""
    if isinstance(schema, list):
        return [_open(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _open(part)
        for key, part in schema.items()
        if not (key == "additionalProperties" and part is False)
    }


def _generator() -> type[GenerateJsonSchema]:
    """What is written always has all fields of a record, also those that are at their default."""
    from pydantic.json_schema import GenerateJsonSchema

    class Written(GenerateJsonSchema):
        def field_is_required(self, field: Any, total: bool) -> bool:
            return field["type"] != "typed-dict-field" or bool(field.get("required", total))

        def field_title_should_be_set(self, schema: Any) -> bool:
            return False

    return Written
