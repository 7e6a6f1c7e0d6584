"""Excel workbooks as grids: what a person sees on each sheet. What is hidden, struck out or commented is left out and said."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any

from kmassist.readers.archive import check_archive
from kmassist.readers.cell_formats import shown
from kmassist.readers.content import TextBuilder, one_line
from kmassist.readers.grid import BLANK, MAX_COLUMNS, Cell, Grid
from kmassist.readers.metadata.numbers import is_error
from kmassist.text.shipped import english

MAX_ROWS = 5_000
"""Rows kept of one sheet that is not an audit or a list of references; more is a data set, not a document."""
MAX_SCANNED = 1_000_000
MAX_BLANK = 2_000
"""Blank rows in a row after which a sheet is over: a format set on a whole column makes a million of them."""
MAX_CELL = 20_000
MAX_SHEETS = 100
_OF_A_PROGRAM = english("readers", "words_of_a_pivot")
_Q = rb"""["']"""
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COL = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=" + _Q + rb"([A-Z]+)(\d+):([A-Z]+)(\d+)")
_NUMBER = re.compile(rb"\b(r|min|max|hidden)=" + _Q + rb"(\w+)")
_INLINE = re.compile(
    rb"<c\b[^>]*?\br=" + _Q + rb"([A-Z]+\d+)[^>]*><is>((?:(?!</is>).){1,20000})</is>", re.S
)
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br="
    + _Q
    + rb"([A-Z]+\d+)[^>]*><(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v(?:\s*/>|></(?:\w+:)?v>))?</(?:\w+:)?c>"
)


@dataclass
class Sheet:
    """The grid of one sheet; ``scanned`` rows were seen, ``is_cut`` when there are more."""

    name: str
    grid: Grid = field(default_factory=Grid)
    is_cut: bool = False
    scanned: int = 0

    @property
    def is_full(self) -> bool:
        """Whether no more rows are kept, only counted."""
        return len(self.grid.rows) >= 2 * MAX_ROWS

    def keep(self, row: list[tuple[Cell, int, int]]) -> bool:
        """Adds a row; beyond the kept rows it only counts. False when nothing more need be read."""
        if not self.is_full:
            self.grid.add_row(row, self.scanned)
            return True
        if self.scanned >= MAX_SCANNED:
            self.is_cut = True
            return False
        return True

    def say(
        self, builder: TextBuilder, *, rows: int, cells: int, struck: int, errors: Sequence[str]
    ) -> None:
        """What was left out of it and what is no figure.

        Args:
            builder: takes the warnings.
            rows: hidden ones.
            cells: with a value, in hidden columns.
            struck: cells whose words are struck out.
            errors: error values, as they stand.
        """
        if rows:
            builder.warn(f"{rows} hidden rows of the sheet '{self.name}' were left out.")
        if cells:
            builder.warn(
                f"Hidden columns of the sheet '{self.name}' were left out ({cells} cells)."
            )
        if struck:
            builder.warn(f"{struck} struck-out cells of the sheet '{self.name}' were left out.")
        if errors:
            builder.warn(
                f"The sheet '{self.name}' has error values ({', '.join(dict.fromkeys(errors))}): they are no figures."
            )


def read_workbook(data: bytes, name: str, builder: TextBuilder) -> Iterator[Sheet]:
    """The visible sheets with cells. ``builder`` takes what must be said.

    Raises:
        UnreadableSource: it is hostile; what else the parser raises is told by whoever reads the file.
    """
    import openpyxl

    check_archive(data, name)
    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False, rich_text=True
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _say_comments(archive, builder)
            for position, title in enumerate(book.sheetnames):
                worksheet, said = book[title], one_line(title)
                if position >= MAX_SHEETS:
                    builder.warn(f"Only the first {MAX_SHEETS} sheets are kept.")
                    break
                if not hasattr(worksheet, "iter_rows"):
                    builder.warn(f"The sheet '{said}' holds a chart and no cells.")
                elif getattr(worksheet, "sheet_state", "visible") != "visible":
                    builder.warn(f"The sheet '{said}' is hidden, so it was left out.")
                else:
                    yield _SheetReader(worksheet, _layout(archive, worksheet), said).read(builder)
    finally:
        book.close()


def _say_comments(archive: zipfile.ZipFile, builder: TextBuilder) -> None:
    names = [
        name
        for name in archive.namelist()
        if re.search(r"(?:^|/)(?:threadedComments?/|comments?\d*\.xml|comments/)", name)
    ]
    count = sum(
        len(re.findall(rb"<(?:\w+:)?(?:comment|threadedComment)\b", archive.read(name)))
        for name in names
        if "threaded" not in name
    )
    if count:
        builder.warn(f"{count} cell comments were left out.")


@dataclass(frozen=True, slots=True)
class _Layout:
    """What openpyxl does not tell of a sheet that is streamed: rows and columns from 1, merges by their first cell."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merges: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    unsaved: frozenset[str] = frozenset()
    rich: dict[str, Any] = field(default_factory=dict)


def _layout(archive: zipfile.ZipFile, worksheet: Any) -> _Layout:
    """Hidden rows and columns, merged cells and formulas without a saved value, out of the sheet's XML."""
    from openpyxl.utils import column_index_from_string

    try:
        source = archive.read(str(worksheet._worksheet_path).lstrip("/"))
    except (KeyError, AttributeError):
        return _Layout()
    rows: set[int] = set()
    columns: set[int] = set()
    for match in _ROW.finditer(source):
        number, _, is_hidden = _numbers(match.group(1))
        rows.update([number] if is_hidden else [])
    for match in _COL.finditer(source):
        first, last, is_hidden = _numbers(match.group(1))
        columns.update(range(first, min(last, MAX_COLUMNS) + 1) if is_hidden else [])
    merges = {}
    for left, top, right, bottom in _MERGE.findall(source)[:100_000]:
        try:
            first, last = (column_index_from_string(part.decode()) for part in (left, right))
        except ValueError:
            continue
        merges[int(top), first] = (int(bottom) - int(top) + 1, last - first + 1)
    unsaved = frozenset(found.decode() for found in _FORMULA.findall(source)[:10_000])
    return _Layout(frozenset(rows), frozenset(columns), merges, unsaved, _rich_cells(source))


def _rich_cells(source: bytes) -> dict[str, Any]:
    """Cells whose text stands in the sheet itself, in pieces with fonts of their own; openpyxl streams them as plain text."""
    from openpyxl.cell.rich_text import CellRichText
    from openpyxl.xml.functions import fromstring

    found: dict[str, Any] = {}
    for place, inside in _INLINE.findall(source):
        if b"rPr" in inside:
            try:
                tree = fromstring(b'<is xmlns="%s">%s</is>' % (_MAIN, inside))
                found[place.decode()] = CellRichText.from_tree(tree)
            except (SyntaxError, TypeError, ValueError, AttributeError):
                continue
    return found


def _numbers(attributes: bytes) -> tuple[int, int, bool]:
    """The first and last row or column that the attributes name, and whether they hide it."""
    given: dict[bytes, bytes] = dict(_NUMBER.findall(attributes))
    first = given.get(b"r", given.get(b"min", b""))
    last = given.get(b"max", first)
    is_hidden = given.get(b"hidden") in (b"1", b"true")
    if not is_hidden or not (first.isdigit() and last.isdigit() and len(first + last) < 20):
        return 0, 0, False
    return int(first), int(last), True


class _SheetReader:
    """One pass over the cells of a sheet."""

    def __init__(self, worksheet: Any, layout: _Layout, name: str) -> None:
        self.worksheet, self.layout, self.sheet = worksheet, layout, Sheet(name)
        self.hidden_cells = 0
        self.struck = 0
        self.pale = self.unshown = 0
        self.errors: list[str] = []
        self.covered: dict[int, int] = {}
        self.styles: dict[int, tuple[str, bool, bool, bool]] = {}
        self.above: list[tuple[int, str]] = []

    def read(self, builder: TextBuilder) -> Sheet:
        """The sheet; ``builder`` takes what was left out."""
        # The stated size of a sheet is often wrong, and rows outside it would be lost.
        self.worksheet.reset_dimensions()
        blank = 0
        skipped = 0
        for number, full in enumerate(self.worksheet.iter_rows(), 1):
            self.sheet.scanned = number
            row = full[:MAX_COLUMNS]
            if number in self.layout.hidden_rows:
                skipped += any(cell.value is not None for cell in row)
                continue
            if self.sheet.is_full:
                cells, filled = [], any(cell.value is not None for cell in row)
            else:
                cells = self._row(number, row)
                filled = any(cell.text for cell, _, _ in cells)
            blank = 0 if filled else blank + 1
            if filled:
                cells[0] = (self._under(row[0], cells[0][0], cells), *cells[0][1:])
            if blank > MAX_BLANK or not self.sheet.keep(cells if filled else []):
                break
        self._say(builder, skipped)
        return self.sheet

    def _say(self, builder: TextBuilder, skipped: int) -> None:
        name = self.sheet.name
        self.sheet.say(
            builder, rows=skipped, cells=self.hidden_cells, struck=self.struck, errors=self.errors
        )
        if self.pale:
            builder.warn(
                f"{self.pale} cells of the sheet '{name}' in white on white were left out."
            )
        if self.unshown:
            builder.warn(
                f"{self.unshown} cells of the sheet '{name}' with a format that shows nothing were left out."
            )
        unsaved = sorted(self.layout.unsaved)
        if unsaved:
            builder.warn(
                f"{len(unsaved)} formulas of the sheet '{name}' have no saved value ({', '.join(unsaved[:5])}"
                f"{' ...' if len(unsaved) > 5 else ''}); open it in Excel and save it to have them read."
            )

    def _row(self, number: int, row: Any) -> list[tuple[Cell, int, int]]:
        layout = self.layout
        cells: list[tuple[Cell, int, int]] = []
        skip = 0
        for at, entry in enumerate(row, 1):
            if at in layout.hidden_columns:
                self.hidden_cells += entry.value is not None
                continue
            down, across = layout.merges.get((number, at), (1, 1))
            if self.covered.get(at, 0) >= number and (down, across) == (1, 1):
                continue  # a merged cell of a row above covers it
            if skip:
                skip -= 1
                continue
            columns = range(at, min(at + across, MAX_COLUMNS + 1))
            rows = range(number, number + min(down, MAX_SCANNED))
            if down > 1:
                self.covered.update(dict.fromkeys(columns, rows[-1]))
            skip = sum(column not in layout.hidden_columns for column in columns) - 1
            hidden = sum(row in rows for row in layout.hidden_rows) if down > 1 else 0
            cell = BLANK if entry.value is None else self._cell(entry)
            cells.append((cell, max(1, len(rows) - hidden), skip + 1))
        return cells

    def _under(self, entry: Any, cell: Cell, cells: list[tuple[Cell, int, int]]) -> Cell:
        """The name of a row that is set in, as those of a pivot table, with the names of the rows with figures above it."""
        try:
            indent = int(entry.alignment.indent) if entry.value is not None else 0
        except (AttributeError, IndexError, TypeError, ValueError):
            indent = 0
        if not indent and isinstance(entry.value, str):  # by spaces; one may be a slip
            spaces = len(entry.value) - len(entry.value.lstrip(" \u00a0"))
            indent = spaces if spaces > 1 else 0
        self.above = [held for held in self.above if held[0] < indent]
        if not isinstance(entry.value, str) or not cell.text:
            return cell
        names = [name for _, name in self.above]
        if sum(bool(other.text) for other, _, _ in cells) > 1:
            self.above.append((indent, cell.text))
        return replace(cell, text=", ".join([*names, cell.text])[:MAX_CELL]) if names else cell

    def _cell(self, entry: Any) -> Cell:
        value = entry.value
        if self.layout.rich:
            value = self.layout.rich.get(entry.coordinate, value)
        code, is_struck, is_pale, is_bold = self._style(entry)
        if is_struck or is_pale:
            self.struck += is_struck
            self.pale += is_pale and not is_struck
            return BLANK
        if isinstance(value, (str, list)):
            text = one_line(self._plain(value)[:MAX_CELL])
            if is_error(text):
                self.errors.append(text)
            return (
                Cell(text, is_head=is_bold) if text and not _OF_A_PROGRAM.fullmatch(text) else BLANK
            )
        if isinstance(value, bool):
            return Cell(str(value).upper(), is_head=is_bold)
        text = shown(value, code)
        text = text if text.isascii() else one_line(text)
        self.unshown += not text
        is_number = isinstance(value, (int, float))
        is_known = is_number or isinstance(value, (date, time, timedelta))
        cell = Cell(text, value if is_known else None, is_number and "%" in code, is_bold)
        return cell if text else BLANK

    def _plain(self, value: str | list[Any]) -> str:
        """The text of a cell without its struck-out pieces, raised figures as ``^6``."""
        if isinstance(value, str):
            return value
        from openpyxl.cell.rich_text import TextBlock

        from kmassist.readers.raised import raise_text, settle_raised

        pieces = []
        for piece in value:
            if isinstance(piece, TextBlock):
                if piece.font.strike:
                    self.struck += 1
                    continue
                is_raised = piece.font.vertAlign == "superscript"
                pieces.append(raise_text(piece.text) if is_raised else piece.text)
            else:
                pieces.append(str(piece))
        return settle_raised("".join(pieces))

    def _style(self, entry: Any) -> tuple[str, bool, bool, bool]:
        """Number format, struck out, white on white, bold; looked up once for each style."""
        key = getattr(entry, "_style_id", 0)
        if key not in self.styles:
            try:
                font, fill = entry.font, entry.fill
                is_filled = (
                    fill is not None and fill.fill_type is not None and not _is_white(fill.fgColor)
                )
                pale = (
                    font is not None
                    and font.color is not None
                    and _is_white(font.color)
                    and not is_filled
                )
                self.styles[key] = (
                    str(entry.number_format or ""),
                    bool(font and font.strike),
                    pale,
                    bool(font and font.b),
                )
            except (AttributeError, IndexError, TypeError, ValueError, KeyError):
                self.styles[key] = ("", False, False, False)
        return self.styles[key]


def _is_white(color: Any) -> bool:
    if color is None:
        return False
    if color.type == "rgb":
        return str(color.rgb).upper()[-6:] == "FFFFFF"
    return bool(color.type == "theme" and color.theme == 0 and not color.tint)
