"""Rows of tables as readers write them, ``Label: value; Label: value.``, taken apart again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_MOST_ROWS = 400
"""Rows of a table that are looked at together."""


@dataclass(frozen=True, slots=True)
class LabelledValue:
    """A value under its label; ``start`` is the value's place in the text."""

    label: str
    value: str
    start: int


def runs_of_rows(text: str) -> Iterator[list[list[LabelledValue]]]:
    """Neighbouring lines that begin with the same label."""
    run: list[list[LabelledValue]] = []
    start = 0
    for line in text.split("\n"):
        row = _row(line, start)
        if run and (not row or row[0].label != run[0][0].label or len(run) >= _MOST_ROWS):
            yield run
            run = []
        if row:
            run.append(row)
        start += len(line) + 1
    if run:
        yield run


def _row(line: str, start: int) -> list[LabelledValue]:
    cells, at = [], start
    for part in line.split("; "):
        label, mark, value = part.partition(": ")
        if mark:
            cells.append(LabelledValue(label.strip(), value.rstrip("."), at + len(label) + 2))
        at += len(part) + 2
    return cells if len(cells) > 1 else []
