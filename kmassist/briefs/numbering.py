"""The numbers of a brief's sources, in the order in which it cites them first: set once, when all of it is composed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from kmassist.answers.model import Citation
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.model import (
    Agreement,
    Brief,
    ConflictPair,
    DecisionLine,
    DecisionMark,
    DomainLine,
    EquityLine,
    EtdLine,
    FindingLine,
    ScaleUp,
    SourceLine,
)

_ONE: Mapping[type[BaseModel], tuple[str, ...]] = {
    Citation: ("number",),
    AuditFigure: ("number",),
    FindingLine: ("number",),
    SourceLine: ("number",),
    DecisionMark: ("number",),
    ConflictPair: ("left_number", "right_number"),
}
_SEVERAL: Mapping[type[BaseModel], tuple[str, ...]] = {
    Agreement: ("numbers",),
    EquityLine: ("reported_by", "heard_by", "not_heard_by"),
    ScaleUp: ("pilots",),
    DomainLine: ("unchecked",),
    DecisionLine: ("unmarked",),
    EtdLine: ("also",),
}
"""Fields that hold numbers of references; other models have numbers of other things (a criterion's, a stage's)."""


def renumbered(brief: Brief, order: Sequence[int]) -> Brief:
    """The brief with its sources numbered in that order of their present numbers; those not in it follow as they stand."""
    held = [line.number for line in brief.sources]
    wanted = [*order, *(number for number in held if number not in set(order))]
    to = {number: place for place, number in enumerate(wanted, start=1)}
    if wanted == held:
        return brief
    moved: Brief = _moved(brief, to)
    equity = moved.equity.model_copy(
        update={
            "groups_heard": _pairs(brief.equity.groups_heard, to),
            "not_heard": _pairs(brief.equity.not_heard, to),
        }
    )
    return moved.model_copy(
        update={
            "equity": equity,
            "interventions": tuple(
                (words, _all(found, to)) for words, found in brief.interventions
            ),
            "sources": tuple(sorted(moved.sources, key=lambda line: line.number)),
        }
    )


def _moved(value: Any, to: Mapping[int, int]) -> Any:
    """A value with every number of a reference in it exchanged."""
    if isinstance(value, BaseModel):
        kind = type(value)
        update = {
            name: _moved(held, to)
            for name, held in value
            if isinstance(held, BaseModel | tuple | dict)
        }
        update |= {name: to[getattr(value, name)] for name in _ONE.get(kind, ())}
        update |= {name: _all(getattr(value, name), to) for name in _SEVERAL.get(kind, ())}
        return value.model_copy(update=update)
    if isinstance(value, dict):
        return {key: _moved(held, to) for key, held in value.items()}
    if isinstance(value, tuple) and value and not isinstance(value[0], str | int | float):
        return tuple(_moved(held, to) for held in value)
    return value


def _all(numbers: Sequence[int], to: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(sorted(to[number] for number in numbers))


def _pairs(found: Sequence[tuple[int, str]], to: Mapping[int, int]) -> tuple[tuple[int, str], ...]:
    return tuple((to[number], words) for number, words in found)
