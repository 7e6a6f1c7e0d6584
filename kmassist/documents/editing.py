"""Metadata corrected by a person: fields by name, fields of a record by ``record.field``, lists with ``;`` between their parts."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ValidationError

from kmassist.documents.metadata import OWN_FIELDS, Metadata
from kmassist.documents.source_types import SourceType, checked_kind
from kmassist.documents.values import check_length
from kmassist.errors import RecordError
from kmassist.text.faults import place_of, reason_of
from kmassist.text.naming import did_you_mean
from kmassist.text.words import amid

RECORDS = {
    SourceType.AUD: "audit",
    SourceType.PPI: "ppi",
    SourceType.FLK: "frontline",
    SourceType.SVE: "evaluation",
    SourceType.ECO: "economic",
}
"""The record that a source type has besides the fields that every document has."""


_LABELS = {
    "source_type": "Kind",
    "published": "Publication date",
    "who": "who was heard",
    "number": "number of people",
    "evidence_date": "Evidence date",
    "sample_size": "Number of people",
    "groups_reported": "Groups reported",
    "doi": "DOI",
    "pmid": "PMID",
    "pmcid": "PMCID",
    "isbn": "ISBN",
    "url": "Web address",
    "study_id": "Study",
    "is_synthetic": "Synthetic",
    "is_ongoing": "Still running",
    "ppi": "PPI",
}


def field_label(name: str) -> str:
    """The words a person reads for a dotted name: ``ppi.number`` is ``PPI number of people``."""
    said = " ".join(_LABELS.get(part, part.replace("_", " ")) for part in name.split("."))
    return said[:1].upper() + said[1:]


def edit_metadata(
    metadata: Metadata, changes: Mapping[str, Any], *, origin: str = "edited"
) -> Metadata:
    """The metadata with some values set, each marked with where it came from.

    Args:
        changes: ``title``, ``ppi.number``, ``audit.2.re_audit_due``, or ``audit.re_audit_due`` for all criteria, to the new value.
            Text for a list is split at ``;``. An empty value clears the field.

    Raises:
        RecordError: there is no such field, or the value cannot be used.
    """
    values = metadata.model_dump()
    for name, raw in changes.items():
        head, *path = name.split(".")
        model = _record_type(Metadata, check_field(name))
        if model is None:
            values[head] = _value(Metadata, head, raw)
        elif not path:
            values[head] = _whole(head, model, raw)
        elif _is_list(Metadata, head):
            values[head] = _in_rows(head, model, list(values[head]), path, raw)
        else:
            record = {**(values[head] or {}), path[0]: _value(model, path[0], raw)}
            values[head] = (
                None
                if all(value in (None, "", (), [], False) for value in record.values())
                else record
            )
        values["came_from"][head] = origin
    try:
        edited = Metadata.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = amid(field_label(place_of(first)))
        raise RecordError(
            f"'{str(first['input'])[:80]}' cannot be the {field}: {reason_of(first)}."
        ) from error
    for name in changes:
        _check_length(name, getattr(edited, name.partition(".")[0]))
    return edited


def _check_length(name: str, raw: Any) -> None:
    try:
        check_length(raw)
    except ValueError as error:
        said = amid(field_label(name))
        raise RecordError(f"What is given as the {said} is {error}.", "Give it shorter.") from error


def check_field(name: str) -> str:
    """The field of Metadata that a dotted name begins with.

    Raises:
        RecordError: the name is none.
    """
    head, *path = name.split(".")
    if head not in Metadata.model_fields or head in OWN_FIELDS:
        raise RecordError(
            f"There is no metadata field '{head}'.",
            f"{_meant(head)}Fields: {', '.join(editable_fields())}.",
        )
    model = _record_type(Metadata, head)
    parts = [part for part in path if not part.isdigit()]
    if path and (model is None or len(parts) != 1 or parts[0] not in model.model_fields):
        known = [] if model is None else [f"{head}.{part}" for part in model.model_fields]
        raise RecordError(
            f"There is no metadata field '{name}'.",
            f"{did_you_mean(name, known)}It has {', '.join(known)}."
            if known
            else f"Write {head}=VALUE.",
        )
    return head


def _meant(name: str) -> str:
    """The field that a name may stand for, by the name or by a word of it (type: source_type), as a question."""
    fields = editable_fields()
    return did_you_mean(name.replace("-", "_"), fields)


def editable_fields() -> list[str]:
    """Metadata fields that can be corrected."""
    return [name for name in Metadata.model_fields if name not in OWN_FIELDS]


def nested(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as records: ``{"ppi.number": 27}`` is ``{"ppi": {"number": 27}}``; for metadata given when a file is added."""
    found: dict[str, Any] = {}
    for name, value in changes.items():
        head, _, rest = name.partition(".")
        if rest:
            found.setdefault(head, {})[rest] = value
        else:
            found[head] = value
    return found


def field_names(metadata: Metadata) -> list[str]:
    """Every field that a document of this type can have, dotted inside records; criteria of an audit by their number."""
    own = [name for name in editable_fields() if _record_type(Metadata, name) is None]
    head = RECORDS.get(metadata.source_type) if metadata.source_type else None
    model = _record_type(Metadata, head) if head else None
    if head is None or model is None:
        return own
    if not _is_list(Metadata, head):
        return own + [f"{head}.{name}" for name in model.model_fields]
    return own + [
        f"{head}.{number}.{name}"
        for number in range(1, len(getattr(metadata, head)) + 1)
        for name in model.model_fields
    ]


def kind_of_field(name: str) -> tuple[str, tuple[str, ...]]:
    """``list``, ``choice`` with its values, or ``text`` for a dotted name."""
    head, *path = name.split(".")
    model = _record_type(Metadata, head) or Metadata if path else Metadata
    field = path[-1] if path else head
    for option in _options(model, field):
        if isinstance(option, type) and issubclass(option, StrEnum):
            return "choice", tuple(value.value for value in option)
        if option is bool:
            return "choice", ("true", "false")
    return ("list" if _is_list(model, field) else "text"), ()


def value_at(metadata: Metadata, name: str) -> Any:
    """The value of a dotted name; None where its record is not there."""
    found: Any = metadata
    for part in name.split("."):
        if found is None:
            return None
        found = found[int(part) - 1] if part.isdigit() else getattr(found, part)
    return found


def _value(model: type[BaseModel], field: str, raw: Any) -> Any:
    is_empty = raw is None or raw in ("", [], ())
    if _is_list(model, field):
        if isinstance(raw, str):
            raw = raw.replace(",", ";") if field == "topics" else raw
            raw = [part.strip() for part in raw.split(";") if part.strip()]
        return [str(part).upper() for part in raw or ()] if field == "topics" else raw or ()
    if is_empty:
        return model.model_fields[field].get_default(call_default_factory=True)
    return checked_kind(raw) if field == "source_type" and isinstance(raw, str) else raw


def _whole(head: str, model: type[BaseModel], raw: Any) -> Any:
    if raw in (None, "", [], ()):
        return () if _is_list(Metadata, head) else None
    if isinstance(raw, str):
        example = next(iter(model.model_fields))
        raise RecordError(
            f"'{head}' has parts.",
            f"Give one, such as {head}.{example}=VALUE: {', '.join(model.model_fields)}.",
        )
    return raw


def _in_rows(
    head: str, model: type[BaseModel], rows: list[Any], path: list[str], raw: Any
) -> list[Any]:
    field = path[-1]
    if len(path) == 1:
        chosen = range(len(rows))
    elif path[0].isdigit() and 1 <= int(path[0]) <= len(rows):
        chosen = range(int(path[0]) - 1, int(path[0]))
    else:
        raise RecordError(
            f"There is no '{head}.{path[0]}'.", f"It has {len(rows)}, counted from 1."
        )
    if not rows:
        raise RecordError(f"This document has no {head}.", "Only what is there can be corrected.")
    return [
        {**row, field: _value(model, field, raw)} if at in chosen else row
        for at, row in enumerate(rows)
    ]


def _options(model: type[BaseModel], field: str) -> tuple[Any, ...]:
    annotation = model.model_fields[field].annotation
    return typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)


def _is_list(model: type[BaseModel], field: str) -> bool:
    return typing.get_origin(model.model_fields[field].annotation) is tuple


def _record_type(model: type[BaseModel], field: str) -> type[BaseModel] | None:
    options = _options(model, field)
    if _is_list(model, field):
        options = typing.get_args(model.model_fields[field].annotation)
    return next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)
