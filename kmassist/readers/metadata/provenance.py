"""Metadata from several places, merged so that each field knows where its value came from."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from kmassist.documents.document import clean_text
from kmassist.documents.metadata import OWN_FIELDS, Metadata, Sharing
from kmassist.documents.values import check_length
from kmassist.text.faults import place_of, reason_of
from kmassist.text.shipped import english

RANK = ("flag", "edited", "confirmed", "front matter", "sidecar", "file", "folder", "detected")
"""Who wins, first to last: what a person says now, then what a person wrote beside the text, then what the file's own
fields say, then where it was put, then what was read out of its words."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Raw values by field name and the place they came from; ``label`` names the place in a warning."""

    origin: str
    values: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""


def layer_of(metadata: Metadata) -> list[Layer]:
    """The layers a merged Metadata was made of, so that more can be merged into it."""
    groups: dict[str, dict[str, Any]] = {}
    for name, origin in metadata.came_from.items():
        groups.setdefault(origin, {})[name] = getattr(metadata, name)
    return [Layer(origin, found) for origin, found in groups.items()]


def merge(layers: Iterable[Layer]) -> tuple[Metadata, list[str]]:
    """One Metadata of several layers, and one clear sentence per value that could not be used.

    For each field the first layer of ``RANK`` that has a usable value wins; a bad value is dropped and the next one is
    taken. Nested records (``ppi``, ``economic``...) are merged field by field in the same order.
    """
    warnings: list[str] = []
    chosen: dict[str, Any] = {}
    came_from: dict[str, str] = {}
    for layer in sorted(layers, key=lambda item: RANK.index(item.origin)):
        for key, raw in layer.values.items():
            name = str(key)
            if name not in Metadata.model_fields or name in OWN_FIELDS:
                warnings.append(_unknown(name, layer))
                continue
            if raw is None or raw in ("", (), []) or _is_of_a_program(name, raw, layer):
                continue
            value = _usable(name, raw, layer, warnings)
            if value is None:
                continue
            if name not in chosen:
                chosen[name], came_from[name] = value, layer.origin
            elif isinstance(value, BaseModel):
                chosen[name] = _fill(chosen[name], value)
    return Metadata(**chosen, came_from=came_from), warnings


def _is_of_a_program(name: str, raw: Any, layer: Layer) -> bool:
    """Whether a title in a file's fields is what a program puts there by itself, such as "Untitled" or the file's name."""
    is_said = name == "title" and layer.origin in ("file", "detected") and isinstance(raw, str)
    return is_said and bool(english("metadata", "title_by_a_program").match(raw.strip()))


def _usable(name: str, raw: Any, layer: Layer, warnings: list[str]) -> Any:
    """The value of one field checked by the schema, or None; for records and lists of them the good parts are kept."""
    cleaned: Any = None
    try:
        cleaned = _tidy(name, raw)
        return check_length(getattr(Metadata(**{name: cleaned}), name))
    except (ValidationError, TypeError, ValueError, RecursionError) as problem:
        kept = _salvage(name, cleaned)
        warnings.append(_bad(name, problem, layer))
        if name == "sharing":  # somebody wanted a limit: the narrowest holds until they say which
            warnings.append("It stays with the team until its sharing is said.")
            return Sharing.TEAM
        return kept


def _salvage(name: str, cleaned: Any) -> Any:
    """What remains of a record or list once each bad part is left out; None when nothing does."""
    model = _record_type(name)
    if model and isinstance(cleaned, Mapping):
        good: dict[str, Any] = {}
        for key, value in cleaned.items():
            try:
                check_length(model(**{**_required(model), **good, key: value}))
            except (ValidationError, TypeError, ValueError):
                continue
            good[key] = value
        try:
            return check_length(model(**good)) if good else None
        except (ValidationError, ValueError):
            return None
    if isinstance(cleaned, (list, tuple)):
        items = []
        for item in cleaned:
            try:
                items.extend(check_length(getattr(Metadata(**{name: [item]}), name)))
            except (ValidationError, TypeError, ValueError):
                continue
        return tuple(items) or None
    return None


def _required(model: type[BaseModel]) -> dict[str, Any]:
    return {key: "-" for key, info in model.model_fields.items() if info.is_required()}


def _fill(winner: Any, other: BaseModel) -> Any:
    """The winning record with its empty fields taken from the other one."""
    if not isinstance(winner, BaseModel):
        return winner
    empty = {
        k: v for k, v in other if getattr(winner, k) in (None, "", ()) and v not in (None, "", ())
    }
    return winner.model_copy(update=empty) if empty else winner


def _record_type(name: str) -> type[BaseModel] | None:
    annotation = Metadata.model_fields[name].annotation
    for option in (
        typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    ):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _is_tuple(name: str, model: type[BaseModel]) -> bool:
    return typing.get_origin(model.model_fields[name].annotation) is tuple


def _is_text(name: str, model: type[BaseModel]) -> bool:
    return model.model_fields[name].annotation is str


def _tidy(name: str, raw: Any, model: type[BaseModel] = Metadata) -> Any:  # noqa: PLR0911 - one return a kind of field
    """Text cleaned at any depth; one word where a list is expected becomes a list of one; a number becomes text for text fields."""
    value = _clean(raw)
    if name in model.model_fields:
        if _is_tuple(name, model) and isinstance(value, (str, dict)):
            return _split(value) if isinstance(value, str) and name != "authors" else [value]
        if _is_tuple(name, model) and isinstance(value, (int, float)):
            return [str(value)]
        if _is_text(name, model):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return str(value)
            if isinstance(value, list) and all(isinstance(v, str) for v in value):
                return "; ".join(value)
            if hasattr(value, "isoformat"):
                return value.isoformat()[:10]
    if model is Metadata:
        if name == "sharing":
            return str(value).casefold()
        if name in ("source_type", "topics"):
            return (
                [v.upper() if isinstance(v, str) else v for v in value]
                if isinstance(value, list)
                else str(value).upper()
            )
        record = _record_type(name)
        if record and isinstance(value, dict):
            return {k: _tidy(str(k), v, record) for k, v in value.items()}
    return value


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.replace(";", ",").split(",") if part.strip()]


def _clean(value: Any, depth: int = 0) -> Any:
    if depth > 8:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return " ".join(clean_text(value).split())
    if isinstance(value, Mapping):
        return {str(k): _clean(v, depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_clean(v, depth + 1) for v in value]
    return value


def _unknown(name: str, layer: Layer) -> str:
    where = layer.label or layer.origin
    return (
        f"'{_short(name)}' in the {where} is not a field that kmassist knows, so it was left out."
    )


def _bad(name: str, problem: Exception, layer: Layer) -> str:
    reason = str(problem)
    if isinstance(problem, ValidationError):
        first = problem.errors()[0]
        reason = f"{place_of(first)}: {reason_of(first)}"
    return f"The value of '{_short(name)}' in the {layer.label or layer.origin} cannot be used ({_short(reason, 160)})."


def _short(text: str, limit: int = 60) -> str:
    flat = " ".join(clean_text(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
