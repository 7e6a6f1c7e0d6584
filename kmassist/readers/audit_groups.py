"""What the columns of an audit share: several sites side by side, and a heading that says of how many its figures are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from kmassist.readers.audit_columns import looks_like_audit, meaning, means, round_of
from kmassist.readers.grid import BLANK, Cell, Row, Table, join_heading
from kmassist.readers.grid_kinds import kind_of
from kmassist.readers.metadata.numbers import (
    is_suppressed,
    parse_count,
    parse_fraction,
    parse_percent,
)
from kmassist.text.shipped import english

_ROUNDED = 0.6
SITE = "Site"
"""The heading that the column of sites is given."""


def side_by_side(table: Table) -> Table | None:
    """A table of several sites as one below the other, the site in its last column; None without such groups.

    The parts of a heading that name no measure and no period name the site, above, below or before the measure; each site
    must have the same measures. Columns outside all groups, such as the criterion and its target, hold for each site.
    """
    groups: dict[str, dict[str, int]] = {}
    shared: list[int] = []
    for at, parts in enumerate(map(_parted, table.headings)):
        named = [part for part in parts if not means(part) and not round_of(part)]
        if not named or len(named) == len(parts):
            shared.append(at)
            continue
        measure = join_heading([part for part in parts if part not in named])
        if groups.setdefault(join_heading(named), {}).setdefault(measure, at) != at:
            return None
    measures = [list(group) for group in groups.values()]
    if len(groups) < 2 or any(set(each) != set(measures[0]) for each in measures):
        return None
    header = [*(table.heading(at) for at in shared), *measures[0]]
    if not looks_like_audit(header):
        return None
    found: list[Row] = []
    for row in table.rows:
        cells = [*row.cells, *[BLANK] * (len(table.headings) - len(row.cells))]
        for site, columns in groups.items():
            own = [cells[columns[name]] for name in measures[0]]
            if any(cell.text for cell in own):
                told = (*(cells[at] for at in shared), *own, Cell(site))
                found.append(Row(told, row.number, row.section))
    return Table([(name,) for name in (*header, SITE)], found)


def with_counts(columns: dict[int, str], rows: Sequence[Row]) -> dict[int, str]:
    """The meaning of columns with that of two counts, whatever they are called, that make up the percentage in every row."""
    places = {kind: at for at, kind in columns.items()}
    if "achieved" not in places or {"numerator", "denominator", "fraction"} & places.keys():
        return columns
    width = max((len(row.cells) for row in rows), default=0)
    counts = {
        at: found
        for at in range(width)
        if at not in columns and all(found := [_count(row, at) for row in rows])
    }
    shares = [_share(row, places["achieved"]) for row in rows]
    pairs = [
        (top, bottom)
        for top, bottom in itertools.permutations(counts, 2)
        if len(rows) > 1
        and all(
            share is not None and part <= whole and abs(100 * part / whole - share) <= _ROUNDED
            for part, whole, share in zip(counts[top], counts[bottom], shares, strict=True)
        )
    ]
    if len(pairs) != 1:
        return columns
    return {**columns, pairs[0][0]: "numerator", pairs[0][1]: "denominator"}


def _count(row: Row, at: int) -> int:
    return (parse_count(row.cells[at].raw) if at < len(row.cells) else None) or 0


def _share(row: Row, at: int) -> float | None:
    cell = row.cells[at] if at < len(row.cells) else BLANK
    return parse_percent(cell.raw, is_fraction=cell.is_percent)


def _parted(parts: tuple[str, ...]) -> tuple[str, ...]:
    """A heading on one row in two parts, where it ends as that of a measure does: "Elm met"."""
    if len(parts) != 1 or means(parts[0]):
        return parts
    words = parts[0].split()
    ends = (at for at in range(1, len(words)) if means(" ".join(words[at:])))
    at = next(ends, 0)
    return (" ".join(words[:at]).rstrip(" :–-"), " ".join(words[at:])) if at else parts


def with_sizes(table: Table) -> Table | None:
    """An audit's table with what "38 (95%)" under "Result (n=40)" says in columns of its own; None when no heading has a size."""
    size_of, share_of = (
        english("readers", "size_of_a_sample"),
        english("readers", "share_in_a_cell"),
    )
    if not looks_like_audit([*(table.heading(at) for at in range(len(table.headings))), "n"]):
        return None
    headings: list[tuple[str, ...]] = []
    rows: list[list[Cell]] = [[] for _ in table.rows]
    for at, parts in enumerate(table.headings):
        size = next((match["size"] for part in parts if (match := size_of.search(part))), "")
        cells = [row.cells[at] if at < len(row.cells) else BLANK for row in table.rows]
        told = [_told(cell, share_of.match(cell.text), size) for cell in cells]
        if not size or not any(told) or None in told:
            headings.append(parts)
            for row, cell in zip(rows, cells, strict=True):
                row.append(cell)
            continue
        bare = [
            round_of(words) if means(words) else words  # of "Achieved 2026" the year
            for part in parts
            if (words := size_of.sub("", part)) and (round_of(f"{words} n") or not means(words))
        ]
        headings += [(*bare, "n"), (*bare, "N"), (*bare, "%")]
        for row, three in zip(rows, told, strict=True):
            row.extend(three or ())
    if len(headings) == len(table.headings):
        return None
    made = zip(rows, table.rows, strict=True)
    return Table(headings, [Row(tuple(cells), row.number, row.section) for cells, row in made])


def _told(cell: Cell, share: re.Match[str] | None, size: str) -> tuple[Cell, Cell, Cell] | None:
    """Count, size and percentage of a cell; None where it says something else, such as a mean."""
    if share:
        return Cell(share["count"]), Cell(size), Cell(share["percent"] or "")
    if cell.is_percent or cell.text.endswith("%"):
        return BLANK, Cell(size), cell
    if own := parse_fraction(
        cell.raw
    ):  # "33/40 (83%)": of fewer than all, where it does not apply to some
        return Cell(str(own[0])), Cell(str(own[1])), BLANK
    if is_suppressed(cell.text):
        return cell, Cell(size), BLANK
    return (BLANK, BLANK, BLANK) if kind_of(cell) in ("", "nothing") else None


def of_one_criterion(table: Table, title: str) -> Table | None:
    """A table of sites and their results with the criterion that its title names in a column of its own; None when it is none.

    Results are of an audit only where a heading says that something was met, or a target stands beside them.
    """
    names = [table.heading(at) for at in range(len(table.headings))]
    kinds = [meaning(name) for name in names]
    is_audit = "target" in kinds or any(
        kind and english("readers", "says_it_was_met").search(name)
        for kind, name in zip(kinds, names, strict=True)
    )
    if not title or "site" not in kinds or "criterion" in kinds or not is_audit:
        return None
    if asks_of_each(table):
        return None
    criterion = Cell(title)
    rows = [Row((criterion, *row.cells), row.number, row.section) for row in table.rows]
    return Table([("Criterion",), *table.headings], rows)


def asks_of_each(table: Table) -> bool:
    """Whether something else is asked of each row: then the rows are what was audited, also where they are called wards."""
    at = next(
        (at for at in range(len(table.headings)) if meaning(table.heading(at)) == "target"), -1
    )
    return at >= 0 and len({row.cells[at].text for row in table.rows if row.cells[at].text}) > 1
