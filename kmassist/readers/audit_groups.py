"""What the columns of an audit share: several sites side by side, and a heading that says of how many its figures are."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.readers.audit_columns import means, round_of
from kmassist.readers.grid import BLANK, Cell, Row, Table, join_heading
from kmassist.text.shipped import english

_Headings = Sequence[tuple[str, ...]]


def side_by_side(headings: _Headings, rows: Sequence[Row]) -> Table | None:
    """A table of several sites as one below the other, each row with its site in front; None without such groups.

    The parts of a heading that name no measure and no period name the site, above or below the measure; each site must have
    the same measures. Columns outside all groups, such as the criterion and its target, hold for each site.
    """
    groups: dict[str, dict[str, int]] = {}
    shared: list[int] = []
    for at, parts in enumerate(headings):
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
    header = ["", *(join_heading(headings[at]) for at in shared), *measures[0]]
    found: list[Row] = []
    for row in rows:
        cells = [*row.cells, *[BLANK] * (len(headings) - len(row.cells))]
        for site, columns in groups.items():
            own = [cells[columns[name]] for name in measures[0]]
            if any(cell.text for cell in own):
                found.append(
                    Row((Cell(site), *(cells[at] for at in shared), *own), row.number, row.section)
                )
    return Table([(name,) for name in header], found)


def with_sizes(table: Table) -> Table | None:
    """The table with what "38 (95%)" under "Result (n=40)" says in columns of its own; None when no heading has a size."""
    size_of, share_of = (
        english("readers", "size_of_a_sample"),
        english("readers", "share_in_a_cell"),
    )
    headings: list[tuple[str, ...]] = []
    rows: list[list[Cell]] = [[] for _ in table.rows]
    found = False
    for at, parts in enumerate(table.headings):
        size = next((match["size"] for part in parts if (match := size_of.search(part))), "")
        cells = [row.cells[at] if at < len(row.cells) else BLANK for row in table.rows]
        if not size or not any(share_of.match(cell.text) for cell in cells):
            headings.append(parts)
            for row, cell in zip(rows, cells, strict=True):
                row.append(cell)
            continue
        found = True
        bare = [words for part in parts if (words := size_of.sub("", part)) and not means(words)]
        headings += [(*bare, "n"), (*bare, "N"), (*bare, "%")]
        for row, cell in zip(rows, cells, strict=True):
            share = share_of.match(cell.text)
            is_percent = not share and (cell.is_percent or cell.text.endswith("%"))
            count = BLANK if is_percent else Cell(share["count"]) if share else cell
            percent = cell if is_percent else Cell(share["percent"] or "") if share else BLANK
            has_figure = any(letter.isdigit() for letter in cell.text)
            row += [count, Cell(size) if has_figure else BLANK, percent]
    if not found:
        return None
    made = zip(rows, table.rows, strict=True)
    return Table(headings, [Row(tuple(cells), row.number, row.section) for cells, row in made])
