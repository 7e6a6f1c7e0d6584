"""Tables of a document as tables: an audit with its bars, and the rows that readers wrote as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text
from textual.content import Content

from kmassist.documents.document import ComposedSpan
from kmassist.documents.metadata import AuditCriterion
from kmassist.text.rows import LabelledValue, runs_of_rows
from kmassist.tui.safe import one_line, words

_BAR = 20
"""Characters of a bar of 100 per cent."""
_LEAST = 9
"""Characters that a column needs; a table with less a column is shown as lines."""
Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text, from ``start``, as it is shown."""

    start: int
    shown: Content | Table


def parts_of(text: str, composed: Sequence[ComposedSpan], marked: Spans, width: int) -> list[Part]:
    """The text in its order, its rows of tables as tables where the width has room; ``marked`` stretches stand out."""
    found: list[Part] = []
    cursor = 0
    for first, last, run in _runs(text, composed):
        table = _table(run, marked, width)
        if table is None:
            continue
        if text[cursor:first].strip():
            found.append(Part(cursor, _prose(text, cursor, first, marked)))
        found.append(Part(first, table))
        cursor = last
    if text[cursor:].strip() or not found:
        found.append(Part(cursor, _prose(text, cursor, len(text), marked)))
    return found


def marked_text(text: str, marked: Spans) -> Content:
    """The text with some stretches marked."""
    parts: list[str | tuple[str, str]] = []
    cursor = 0
    for start, end in sorted(marked):
        if start >= cursor:
            parts += [text[cursor:start], (text[start:end], "$km-on-marked on $km-marked")]
            cursor = end
    return words(*parts, text[cursor:])


def audit_table(criteria: Sequence[AuditCriterion], width: int) -> Table:
    """Criterion, result, bar with the target's place, target and verdict; on a narrow screen without the bar."""
    has_bar = width >= 100
    table = _frame()
    table.add_column("Criterion", ratio=1)
    table.add_column("Result", no_wrap=True)
    if has_bar:
        table.add_column("0 to 100%, target |", width=_BAR, no_wrap=True)
    table.add_column("Target", no_wrap=True)
    table.add_column("Verdict", no_wrap=True)
    for criterion in criteria:
        cells = [one_line(criterion.criterion), _result(criterion)]
        cells += [_bar(criterion)] if has_bar else []
        cells += [_target(criterion), _verdict(criterion)]
        style = "bold" if criterion.is_met is False else ""
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _result(criterion: AuditCriterion) -> str:
    percent = criterion.achieved_percent
    if percent is None:
        return "see below"
    return f"{criterion.numerator:,} of {criterion.denominator:,} ({percent:.1f}%)"


_BOUND = {True: "at least ", False: "at most ", None: ""}
_MET = {True: "met", False: "NOT MET", None: "not judged"}


def _target(criterion: AuditCriterion) -> str:
    target = criterion.target_percent
    if target is None:
        return "not set"
    return f"{_BOUND[criterion.is_floor]}{target:g}%"


def _verdict(criterion: AuditCriterion) -> str:
    return _MET[criterion.is_met]


def _bar(criterion: AuditCriterion) -> str:
    percent = criterion.achieved_percent
    if percent is None:
        return ""
    filled = round(percent / 100 * _BAR)
    bar = ["█" if at < filled else "░" for at in range(_BAR)]
    if criterion.target_percent is not None:
        bar[min(_BAR - 1, round(criterion.target_percent / 100 * _BAR))] = "|"
    return "".join(bar)


def _frame() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True, header_style="bold")


def _runs(
    text: str, composed: Sequence[ComposedSpan]
) -> Iterator[tuple[int, int, list[list[LabelledValue]]]]:
    """Start, end and rows of each table among what readers composed."""
    for span in sorted(composed, key=lambda item: item.start):
        piece = text[span.start : span.end]
        for run in runs_of_rows(piece):
            first = piece.rfind("\n", 0, run[0][0].start) + 1
            end = piece.find("\n", run[-1][-1].start)
            moved = [
                [LabelledValue(c.label, c.value, c.start + span.start) for c in row] for row in run
            ]
            yield span.start + first, span.start + (end if end >= 0 else len(piece)), moved


def _table(run: list[list[LabelledValue]], marked: Spans, width: int) -> Table | None:
    """A table of rows that share their labels; None for a single row, for lines that only look alike, and without room."""
    labels = list(dict.fromkeys(cell.label for row in run for cell in row))
    filled = sum(len(row) for row in run)
    is_table = len(run) > 1 and len(labels) > 1 and filled >= 0.6 * len(labels) * len(run)
    if not is_table or len(labels) * _LEAST > width:
        return None
    table = _frame()
    for at, label in enumerate(labels):
        table.add_column(one_line(label), ratio=2 if at == 0 else 1, overflow="fold")
    for row in run:
        held = {cell.label: cell.value for cell in row}
        last = row[-1].start + len(row[-1].value)
        is_marked = any(start < last and row[0].start < end for start, end in marked)
        style = "reverse" if is_marked else ""
        table.add_row(*(Text(one_line(held.get(label, "")), style=style) for label in labels))
    return table


def _prose(text: str, start: int, end: int, marked: Spans) -> Content:
    piece = text[start:end]
    inside = [
        (max(0, a - start), min(len(piece), b - start)) for a, b in marked if a < end and b > start
    ]
    return marked_text(piece.strip("\n"), [(a - _led(piece), b - _led(piece)) for a, b in inside])


def _led(piece: str) -> int:
    return len(piece) - len(piece.lstrip("\n"))
