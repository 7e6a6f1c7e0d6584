"""Metadata given by flags: --set FIELD=VALUE and --type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from kmassist.errors import RecordError


def metadata_option(command: Any) -> Any:
    """--set FIELD=VALUE and its shorthands."""
    set_field = click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="FIELD=VALUE",
        help="Metadata that wins over what the file says; may be repeated.",
    )
    return type_option("Source type of everything added")(set_field(command))


def type_option(of: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """--type TYPE, the source type; ``of`` begins its help."""
    return click.option(
        "--type",
        "source_type",
        metavar="TYPE",
        help=f"{of}: PUB GDL ECO AUD PPI FLK SVE POL, or in words (audit).",
    )


def changes_of(sets: Sequence[str]) -> dict[str, Any]:
    """FIELD=VALUE by name, dotted inside records; values as YAML would read (lists in brackets, true, numbers)."""
    import yaml

    from kmassist.documents.editing import check_field

    found: dict[str, Any] = {}
    for item in sets:
        name, equals, value = item.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise click.UsageError(f"'{item}' is not FIELD=VALUE.")
        try:
            check_field(name)
        except RecordError as error:
            raise click.UsageError(f"{error.message} {error.hint}") from error
        try:
            found[name] = (
                yaml.safe_load(value) if value[:1] in "[{" or value in ("true", "false") else value
            )
        except yaml.YAMLError as error:
            raise click.UsageError(f"The value of '{name}' cannot be read: {value}") from error
    return found


def overrides(sets: Sequence[str], source_type: str | None) -> dict[str, Any]:
    """Metadata given by flags when a file is added."""
    from kmassist.documents.editing import nested

    return type_change(source_type) | nested(changes_of(sets))


def type_change(source_type: str | None) -> dict[str, Any]:
    """The source type that --type gave, by its field's name; empty without one."""
    from kmassist.documents.source_types import checked_kind

    return {"source_type": checked_kind(source_type).value} if source_type else {}
