"""The sheets of an OpenDocument workbook as grids: what a person sees on each. What is hidden or struck out is left out and said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from kmassist.readers.content import TextBuilder, one_line
from kmassist.readers.grid import BLANK, MAX_COLUMNS, Cell
from kmassist.readers.metadata.numbers import is_error
from kmassist.readers.workbook import MAX_CELL, MAX_SHEETS, Sheet
from kmassist.readers.xml_tree import Element, children, local_name, words

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_MONTH = re.compile(r"[^\W\d]{3,9}\W{0,2}(?:\d\d)?\d\d")
"""A month as a format shows it; a whole day is written in ISO form, which nobody reads the wrong way round."""
Rows = Callable[[Element], Iterator[list[Element | None]]]
"""The rows of a table with spans and repeats filled, as `opendocument.grid` gives them."""


def read_sheets(
    tables: Sequence[Element],
    rows: Rows,
    builder: TextBuilder,
    struck: set[str],
    roots: Sequence[Element],
) -> list[Sheet]:
    """The visible sheets with cells. ``builder`` takes what must be said; ``struck`` are styles that strike words out."""
    hidden = _hidden_tables(roots)
    found = []
    for position, table in enumerate(tables):
        name = one_line(attribute(table, "name")) or f"Sheet {position + 1}"
        if position >= MAX_SHEETS:
            builder.warn(f"Only the first {MAX_SHEETS} sheets are kept.")
            break
        if attribute(table, "style-name") in hidden:
            builder.warn(f"The sheet '{name}' is hidden, so it was left out.")
            continue
        found.append(_SheetReader(name, struck).read(table, rows, builder))
    return found


class _SheetReader:
    """One pass over the cells of a sheet."""

    def __init__(self, name: str, struck: set[str]) -> None:
        self.sheet, self.struck_styles = Sheet(name), struck
        # The elements are kept too: lxml makes them anew when nothing holds them, and an identity is then given twice.
        self.made: dict[int, tuple[Element, Cell]] = {}
        self.struck = 0
        self.errors: list[str] = []

    def read(self, table: Element, rows: Rows, builder: TextBuilder) -> Sheet:
        """The sheet; ``builder`` takes what was left out."""
        columns = _hidden_columns(table)
        hidden_cells = 0
        for number, row in enumerate(rows(table), 1):
            self.sheet.scanned = number
            cells: list[tuple[Cell, int, int]] = []
            for at, element in enumerate(row[:MAX_COLUMNS]):
                if at in columns:
                    hidden_cells += element is not None
                else:
                    cells.append((BLANK if element is None else self._cell(element), 1, 1))
            if not self.sheet.keep(cells if any(cell.text for cell, _, _ in cells) else []):
                break
        self.sheet.say(
            builder,
            rows=_hidden_rows(table),
            cells=hidden_cells,
            struck=self.struck,
            errors=self.errors,
        )
        return self.sheet

    def _cell(self, element: Element) -> Cell:
        """The cell; one that spans several places is the same object in each of them."""
        if id(element) not in self.made:
            self.made[id(element)] = element, self._read(element)
        return self.made[id(element)][1]

    def _read(self, element: Element) -> Cell:
        text = one_line(" ".join(words(part) for part in children(element, "p"))[:MAX_CELL])
        if text and attribute(element, "style-name") in self.struck_styles:
            self.struck += 1
            return BLANK
        if is_error(text):
            self.errors.append(text)
            return Cell(text)
        kind, value = attribute(element, "value-type"), attribute(element, "value")
        if kind in ("float", "percentage", "currency") and _NUMBER.fullmatch(value):
            number = float(value)
            whole = int(number) if number == int(number) and abs(number) < 1e15 else number
            return Cell(text or f"{number:.10g}", whole, kind == "percentage")
        day = attribute(element, "date-value")[:19]
        if kind == "date" and re.match(r"\d{4}-\d\d-\d\d", day):
            try:
                moment = datetime.fromisoformat(day)
            except ValueError:
                return Cell(text) if text else BLANK
            return Cell(text if _MONTH.fullmatch(text) else day.replace("T", " ")[:16], moment)
        return Cell(text) if text else BLANK


def attribute(element: Element, name: str) -> str:
    """The value of an attribute by its local name; empty without it."""
    found = (value for key, value in element.attrib.items() if str(key).endswith(f"}}{name}"))
    return str(next(found, ""))


def _hidden_tables(roots: Sequence[Element]) -> set[str]:
    """Names of the styles of sheets that are not shown."""
    return {
        attribute(style, "name")
        for root in roots
        for style in root.iter()
        if local_name(style) == "style"
        and any(attribute(p, "display") == "false" for p in children(style, "table-properties"))
    }


def _hidden_columns(table: Element) -> set[int]:
    hidden: set[int] = set()
    at = 0
    for column in (e for e in table.iter() if local_name(e) == "table-column"):
        stated = attribute(column, "number-columns-repeated")
        times = max(1, int(stated)) if stated.isdigit() and len(stated) < 8 else 1
        if attribute(column, "visibility") in ("collapse", "filter"):
            hidden.update(range(at, min(at + times, MAX_COLUMNS)))
        at += times
    return hidden


def _hidden_rows(table: Element) -> int:
    return sum(
        attribute(row, "visibility") in ("collapse", "filter") and bool(words(row).strip())
        for row in table.iter()
        if local_name(row) == "table-row"
    )
