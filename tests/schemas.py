"""What a command wrote with --json, held against the schema that is published for it, closed: nothing may be unnamed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import jsonschema

from kmassist.cli.schema import schema_of
from kmassist.cli.shapes import SHAPES

WRITTEN: set[str] = set()
"""The commands whose JSON this process has held against its schema."""


def command_of(arguments: Sequence[str]) -> str:
    """The command of a line, as its schema is named: "decide new"."""
    firsts = {name.split()[0] for name in SHAPES}
    place = next(i for i, word in enumerate(arguments) if word in firsts)
    pair = " ".join(arguments[place : place + 2])
    return pair if pair in SHAPES else str(arguments[place])


def check_written(arguments: Sequence[str], body: Any) -> None:
    """Raise an AssertionError that says what the schema does not allow, and where."""
    name = command_of(arguments)
    errors = [f"{'/'.join(map(str, e.path))}: {e.message[:300]}" for e in _validator(name).iter_errors(body)]  # fmt: skip
    assert not errors, f"{name} --json: {errors[:5]}"
    WRITTEN.add(name)


@cache
def _validator(name: str) -> Any:
    return jsonschema.Draft202012Validator(_closed(schema_of(name)))


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(part) for key, part in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed
