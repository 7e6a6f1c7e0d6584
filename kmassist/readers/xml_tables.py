"""Tables of XML as grids: the model of HTML (``tr``, ``td``, ``colspan``) and that of OASIS, as CALS (``row``, ``entry``, ``namest``)."""

from __future__ import annotations

from collections.abc import Callable

from kmassist.readers.content import one_line
from kmassist.readers.grid import BLANK, Cell, Grid
from kmassist.readers.xml_tree import Element, children, local_name, words


def grid_of_table(table: Element, words_of: Callable[[Element], str]) -> Grid:
    """The cells of a table with what they span; ``words_of`` gives those of a cell."""
    grid = Grid()
    places: dict[str, int] = {}
    for at, column in enumerate(table.iter("{*}colspec"), 1):
        number = str(column.get("colnum") or at)
        places[str(column.get("colname") or "")] = int(number) if number.isdecimal() else at
    spans = {
        str(span.get("spanname") or ""): (span.get("namest"), span.get("nameend"))
        for span in table.iter("{*}spanspec")
    }
    for row in table.iter("{*}tr", "{*}row"):
        parent = row.getparent()
        if next(row.iterancestors("{*}table")) is not table and local_name(table) == "table":
            continue  # of a table inside a cell
        cells: list[tuple[Cell, int, int]] = []
        for cell in children(row, "td", "th", "entry"):
            down, across = _number(cell, "rowspan", 1), _number(cell, "colspan", 1) or 1
            if local_name(cell) == "entry":
                stated = (cell.get("namest"), cell.get("nameend"))
                first, last = spans.get(str(cell.get("spanname") or ""), stated)
                down = 1 + _number(cell, "morerows", 0)
                across = max(1, places.get(str(last), 0) - places.get(str(first), 0) + 1)
            cells.append((_cell(cell, words_of(cell)), down, across))
        grid.add_row(cells, is_head=parent is not None and local_name(parent) == "thead")
    return grid


def _cell(element: Element, said: str) -> Cell:
    text = one_line(said)
    if not text:
        return BLANK
    is_bold = any(words(bold) == words(element) for bold in element.iter("{*}bold"))
    return Cell(text, is_head=local_name(element) == "th" or is_bold)


def _number(cell: Element, name: str, usual: int) -> int:
    stated = str(cell.get(name) or usual)
    return min(int(stated), 1_000) if stated.isdecimal() and len(stated) < 6 else usual
