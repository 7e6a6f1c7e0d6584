"""An audit sheet is data: rows of a table as AuditCriterion and as sentences. What is no share of cases stays as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kmassist.documents.metadata import AuditCriterion
from kmassist.readers.audit_columns import (
    MEASURED,
    audit_columns,
    looks_like_audit,
    meaning,
    means,
    names_amount,
    pattern,
    period_of_round,
    round_of,
)
from kmassist.readers.audit_groups import (
    asks_of_each,
    of_one_criterion,
    side_by_side,
    with_counts,
    with_sizes,
)
from kmassist.readers.audit_rows import AuditRow
from kmassist.readers.content import one_line
from kmassist.readers.grid import Cell, Row, Table
from kmassist.readers.metadata.numbers import parse_count, read_figure
from kmassist.text.shipped import english

__all__ = ["AuditTable", "audit_columns", "looks_like_audit", "read_audit", "read_audit_table"]


_LEAST_SUMMED = 3
_MOST_FIGURES = 20
"""Rows of a table whose criteria stand side by side: one a figure, not one a case."""


@dataclass
class AuditTable:
    """Criteria of one table, the sentences of its rows (same order) and what could not be used."""

    criteria: list[AuditCriterion] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_audit_table(
    table: Table, *, title: str = "", context: Mapping[str, str] | None = None, place: str = "row"
) -> AuditTable | None:
    """The criteria of a table; None when it is no audit's. Criteria may also stand side by side, as columns.

    ``title``: what stands above the table. One that names sites and no criterion is of the criterion that this names.
    """
    for form in (table, with_sizes(table), of_one_criterion(table, title)):
        found = form and (_by_column(form) or _by_site(form))
        if found:
            return _read(*found, context or {}, place)
    if turned := _turned(table):
        return _read(*turned, context or {}, "column")
    return None


_Read = tuple[list[str], Sequence[Row], dict[int, str]]


def _by_column(table: Table) -> _Read | None:
    """The headings, the rows and what each column means; None when it is no audit's."""
    header = [table.heading(at) for at in range(len(table.headings))]
    named = _as_shares([_as_filled(name, table.rows, at) for at, name in enumerate(header)])
    columns = audit_columns(named)
    first = meaning(named[0]) if named else "none"
    is_free = not first or (first == "site" and asks_of_each(table))
    if columns is None and is_free and _are_words(table.rows, 0):
        # Whatever its heading, what stands before results and their target is what was audited.
        columns = audit_columns(["Criterion", *named[1:]])
        columns = columns if columns and "target" in columns.values() else None
    return (header, table.rows, with_counts(columns, table.rows)) if columns else None


def _as_shares(names: Sequence[str]) -> list[str]:
    """Headings of which one is the percentage of another, "Trained" and "% trained", as what was met and its share."""
    words = [name.casefold().replace("%", "").strip(" ()") for name in names]
    shares = {word for word, name in zip(words, names, strict=True) if "%" in name and word}
    counts = {
        word
        for word, name in zip(words, names, strict=True)
        if "%" not in name and word in shares and not means(name)
    }
    if len(counts) != 1:
        return list(names)
    return [
        ("% met" if "%" in name else "Number met") if word in counts else name
        for word, name in zip(words, names, strict=True)
    ]


def _are_words(rows: Sequence[Row], at: int) -> bool:
    """Whether each cell of a column holds words and no figure."""
    cells = [row.cells[at] for row in rows if at < len(row.cells)]
    figures = [read_figure(cell.text) for cell in cells]
    is_word = (figure is None or figure.unit not in ("", "%") for figure in figures)
    return all(cell.text for cell in cells) and all(is_word)


def _by_site(table: Table) -> _Read | None:
    """The same of a table in which sites stand side by side."""
    sites = side_by_side(table)
    return _by_column(sites) if sites else None


def _turned(table: Table) -> _Read | None:
    """The same of a table whose criteria are its columns."""
    rows = table.rows
    names = [row.cells[0].text for row in rows if row.cells]
    if len(table.headings) < 2 or len(rows) > _MOST_FIGURES:
        return None
    columns = audit_columns(["Criterion", *names])
    if columns is None or not {"numerator", "denominator"} <= set(columns.values()):
        return None
    found = [
        Row((Cell(name), *(row.cells[at] for row in rows)), at)
        for at in range(1, len(table.headings))
        if (name := table.heading(at))
    ]
    return ["Criterion", *names], found, columns


def _as_filled(heading: str, rows: Sequence[Row], at: int) -> str:
    """A heading as its column is filled: none over a quarter that is still to come, "Achieved %" over percentages."""
    cells = [row.cells[at] for row in rows if at < len(row.cells) and row.cells[at].text]
    figures = [read_figure(cell.text) for cell in cells]
    is_percent = bool(cells) and all(
        cell.is_percent or (figure is not None and figure.unit.startswith("%"))
        for cell, figure in zip(cells, figures, strict=True)
    )
    if is_percent and "%" not in heading and means(f"{heading} %"):
        return f"{heading} %"
    if cells and meaning(heading) == "standard" and all(f and f.unit in ("", "%") for f in figures):
        return "Target"  # a figure is what a standard asks, and not where it stands
    return heading if cells else ""


def read_audit(
    header: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    columns: Mapping[int, str],
    *,
    context: Mapping[str, str] | None = None,
    place: str = "row",
    first_row: int = 2,
) -> AuditTable:
    """Criteria and sentences of the rows of an audit table.

    Args:
        columns: from ``audit_columns(header)``.
        context: values that stand above the table (``period``, ``standard``, ``re_audit``), for rows without their own.
        place: what a row is called in its locator, with ``first_row`` the number of the first one.
    """
    made = [Row(tuple(map(_as_cell, row)), first_row + at) for at, row in enumerate(rows)]
    names = [one_line(str(cell if cell is not None else "")) for cell in header]
    return _read(names, made, columns, context or {}, place)


def _read(
    header: Sequence[str],
    rows: Sequence[Row],
    columns: Mapping[int, str],
    context: Mapping[str, str],
    place: str,
) -> AuditTable:
    found = AuditTable()
    # One site for all rows is that of the audit; of several, each criterion says whose it is.
    columns = {
        at: kind
        for at, kind in columns.items()
        if kind != "site" or len({row.cells[at].text for row in rows if at < len(row.cells)}) > 1
    }
    labels = {
        kind: round_of(header[at]) for at, kind in columns.items() if kind.split("@")[0] in MEASURED
    }
    percent_kinds = frozenset(
        kind
        for at, kind in columns.items()
        if english("readers", "heading_of_a_percentage").search(header[at])
    )
    is_amount = any(pattern("rate").search(name) for name in header) or any(
        names_amount(header[at])
        for at, kind in columns.items()
        if kind in ("achieved", "fraction", "stated", "target")
    )
    previous, sums, unsure = "", _sums(rows, columns), list[str]()
    for row in rows:
        cells = {
            kind: row.cells[at]
            for at, kind in columns.items()
            if at < len(row.cells) and row.cells[at].text
        }
        if "criterion" not in cells:
            if not ({"numerator", "denominator"} <= cells.keys()) or not previous:
                continue
            cells["criterion"] = Cell(previous)  # the criterion stands once for several rows
        previous = cells["criterion"].text
        label = next((text for kind, text in labels.items() if "@" not in kind and text), "")
        above = {**context, "period": period_of_round(label, context.get("period", ""))}
        reading = AuditRow(
            {kind: Cell(text) for kind, text in above.items() if text} | cells,
            percent_kinds,
            {kind: text for kind, text in labels.items() if "@" in kind},
            f"{place} {row.number}",
            is_amount or names_amount(previous),
            row.number in sums,
        )
        criterion, problems = reading.criterion()
        found.warnings += problems
        unsure += [reading.unsure] if reading.unsure else []
        others = _others(header, row, columns)
        if criterion:
            found.criteria.append(criterion)
        line = reading.say(criterion, others)
        found.lines.append(line or Table([(name,) for name in header]).line(row))
    if unsure:
        found.warnings.append(_may_be_percentages(unsure))
    return found


def _may_be_percentages(unsure: Sequence[str]) -> str:
    """One sentence for all figures of a table that have no unit."""
    first, more = unsure[0], len(unsure) - 1
    said = f"{first} and {more} more in this table have" if more else f"{first} has"
    return (
        f"{said} no unit and may be percentages or not: kept as written, not compared with a target."
        " If they are percentages, write % behind them or in their heading and add the file again."
    )


def _sums(rows: Sequence[Row], columns: Mapping[int, str]) -> set[int]:
    """The numbers of rows whose counts are the sum of those of all others, of which there are several."""
    places = {kind: at for at, kind in columns.items()}
    at = [places[kind] for kind in ("numerator", "denominator") if kind in places]
    if len(at) < 2:
        return set()
    counts = [
        [(parse_count(row.cells[n].raw) if n < len(row.cells) else None) or 0 for n in at]
        for row in rows
    ]
    totals = [sum(found[n] for found in counts) for n in (0, 1)]
    if sum(all(found) for found in counts) < _LEAST_SUMMED:
        return set()
    return {
        row.number
        for row, (top, bottom) in zip(rows, counts, strict=True)
        if top and [2 * top, 2 * bottom] == totals
    }


def _others(header: Sequence[str], row: Row, columns: Mapping[int, str]) -> list[tuple[str, str]]:
    """What a row says besides its criterion and result, each with its heading."""
    said = [
        (header[at], cell.text)
        for at, cell in enumerate(row.cells[: len(header)])
        if cell.text
        and header[at]
        and columns.get(at, "failed") in ("failed", "partial", "excluded")
    ]
    return [("Section", row.section), *said] if row.section else said


def _as_cell(value: Any) -> Cell:
    if isinstance(value, Cell):
        return value
    if value is None or isinstance(value, str):
        return Cell(one_line(value or ""))
    if isinstance(value, float):
        return Cell(f"{value:.10g}", value)
    return Cell(value.isoformat()[:10] if isinstance(value, date) else one_line(str(value)), value)
