"""CSV, TSV and XLSX. An audit sheet gives criteria and sentences; a reference export gives references; else rows as lines."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from kmassist.documents import Document, SourceType, clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers.archive import check_archive
from kmassist.readers.audit import audit_columns, read_audit
from kmassist.readers.content import TextBuilder, decode, finish, one_line
from kmassist.readers.dates import parse_period
from kmassist.readers.detect import tidy_stem
from kmassist.readers.frontmatter import split_front_matter
from kmassist.readers.plain import table_row
from kmassist.readers.provenance import Layer

MAX_ROWS = 5_000
"""Rows kept of one sheet that is not an audit or a list of references; more is a data set, not a document."""
MAX_SCANNED = 1_000_000
MAX_BLANK = 2_000
"""Blank rows in a row after which a sheet is over: a format set on a whole column makes a million of them."""
MAX_COLUMNS = 500
MAX_CELL = 20_000
MAX_SHEETS = 100
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LABEL = re.compile(
    r"^(audit )?(period|dates?|date range|standard( source)?|source of standard|re-?audit( due| date)?|next audit)$", re.I
)


@dataclass
class _Sheet:
    """Rows of one sheet as values; ``first`` is the number of the first row; cells shown as percent hold fractions."""

    name: str
    rows: list[list[Any]]
    percent_cells: set[tuple[int, int]] = field(default_factory=set)
    is_cut: bool = False
    scanned: int = 0


class TabularReader:
    """``.csv``, ``.tsv``, ``.tab`` and ``.xlsx``."""

    suffixes: tuple[str, ...] = (".csv", ".tsv", ".tab", ".xlsx")

    def recognises(self, head: bytes) -> bool:
        """Whether it is an office archive."""
        return head.startswith(b"PK\x03\x04")

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document of all sheets, or one per reference when the columns are those of a reference export."""
        is_xlsx = data.startswith(b"PK\x03\x04")
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise UnreadableSource(
                f"{clean_text(path.name)} is protected with a password or in the old Excel format.",
                "Save it as .xlsx without one.",
                kind="password",
            )
        if path.suffix.lower() == ".xlsx" and not is_xlsx:
            raise UnreadableSource(
                f"{clean_text(path.name)} is not an Excel workbook.", "Save it again as .xlsx.", kind="damaged"
            )
        builder = TextBuilder()
        layer = Layer("front matter")
        if is_xlsx:
            sheets = list(_xlsx_sheets(path, data, builder))
        else:
            text, encoding = decode(data)
            text, layer, warnings = split_front_matter(text)
            for warning in warnings:
                builder.warn(warning)
            if "\ufffd" in text:
                builder.warn(f"Some characters could not be read as {encoding}.")
            sheets = [_csv_sheet(path, text, builder)]
        media_type = _XLSX if is_xlsx else "text/csv"
        references = _references(sheets, path, data, media_type)
        if references:
            return references
        found: list[Any] = []
        title = ""
        for sheet in sheets:
            title = _add_sheet(builder, sheet, found, len(sheets) > 1) or title
        values: dict[str, Any] = {"audit": found} if found else {}
        guess: dict[str, Any] = {"source_type": SourceType.AUD} if found else {}
        # A sheet's name is no title: the file's name says more.
        guess["title"] = title or tidy_stem(path.name)
        return [finish(builder, path, data, [layer, Layer("file", values), Layer("detected", guess)], media_type=media_type)]


def _add_sheet(builder: TextBuilder, sheet: _Sheet, found: list[Any], show_name: bool) -> str:  # noqa: PLR0912 - what stands above a table has many forms
    """Adds one sheet's lines and criteria; returns the title that stands above its table, if any."""
    at, columns = _find_header(sheet.rows)
    title = ""
    lone = [cells for row in sheet.rows[:at] if len(cells := [cell for cell in row if not _is_blank(cell)]) == 1]
    if show_name and sheet.rows and not lone:
        builder.heading(sheet.name, 2)
    context: dict[str, str] = {}
    for row in sheet.rows[:at]:
        words = [one_line(str(cell)) for cell in row if not _is_blank(cell)]
        if not words:
            continue
        if len(words) == 2 and _LABEL.match(words[0].strip(" :")):
            context[_context_kind(words[0])] = words[1]
        if len(words) == 1 and not title and len(words[0]) <= 200 and not words[0].endswith("."):
            title = words[0]
            builder.heading(title, 2 if builder.headings else 1)
        else:
            builder.paragraph(": ".join(words) if len(words) == 2 else "; ".join(words))
            stated = re.match(r"(?:audit )?period\s*:\s*(.+)", words[0], re.I)
            if stated:
                context["period"] = stated.group(1)
    if at >= len(sheet.rows):
        return title
    if title and "period" not in context and parse_period(title)[0] and len(parse_period(title)[0] or "") > 4:
        context["period"] = title
    header, rows = sheet.rows[at], sheet.rows[at + 1 :]
    if columns:
        percents = frozenset((r - at - 1, c) for r, c in sheet.percent_cells if r > at)
        place = f"{sheet.name} row" if show_name else "row"
        table = read_audit(header, rows, columns, context=context, fraction_cells=percents, place=place, first_row=at + 2)
        for number, line in enumerate(table.lines):
            (builder.line if number else builder.paragraph)(line)
        for warning in table.warnings:
            builder.warn(warning)
        found.extend(criterion.model_dump() for criterion in table.criteria)
        return title
    names = [one_line(str(cell if cell is not None else "")) for cell in header]
    is_header = sum(1 for name in names if name) >= 2
    body = rows if is_header else sheet.rows[at:]
    for number, row in enumerate(body[:MAX_ROWS]):
        line = table_row(names if is_header else [], [_say_cell(cell) for cell in row])
        (builder.line if number else builder.paragraph)(line)
    if len(body) > MAX_ROWS or sheet.is_cut:
        total = f"{max(sheet.scanned - at - 1, len(body)):,}" + (" or more" if sheet.is_cut else "")
        builder.warn(
            f"Only the first {min(len(body), MAX_ROWS):,} of {total} rows of '{sheet.name}' are kept: it is a data set more than a document."
        )
    return title


def _find_header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[int, str] | None]:
    """Position of the header row and its audit columns; of the first 30 rows an audit header wins, else the first full one."""
    for at, row in enumerate(rows[:30]):
        columns = audit_columns(row)
        if columns:
            return at, columns
    for at, row in enumerate(rows[:30]):
        filled = [cell for cell in row if not _is_blank(cell)]
        if len(filled) >= 2 and sum(isinstance(cell, str) for cell in filled) >= 0.6 * len(filled):
            return at, None
    return (0, None) if any(len([c for c in row if not _is_blank(c)]) >= 2 for row in rows[:30]) else (len(rows[:30]), None)


def _context_kind(label: str) -> str:
    folded = label.casefold()
    return (
        "re_audit"
        if "audit" in folded and ("re" in folded or "next" in folded) and "period" not in folded
        else "standard"
        if "standard" in folded
        else "period"
    )


def _references(sheets: Sequence[_Sheet], path: Path, data: bytes, media_type: str) -> list[Document]:
    from kmassist.readers.references import documents_of_table

    for sheet in sheets:
        if sheet.rows:
            found = documents_of_table(sheet.rows[0], sheet.rows[1:], path, data, media_type)
            if found:
                return found
    return []


def _csv_sheet(path: Path, text: str, builder: TextBuilder) -> _Sheet:
    sample = "\n".join(line for line in text[:20_000].splitlines()[:20])
    csv.field_size_limit(1_000_000)
    counts = {mark: sample.count(mark) for mark in (",", ";", "\t", "|")}
    dialect = max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else ","
    try:
        sniffed = csv.Sniffer().sniff(sample[:4_000], delimiters=",;\t|").delimiter
        dialect = sniffed if counts[sniffed] else dialect
    except csv.Error:
        pass
    if path.suffix.lower() in (".tsv", ".tab") and counts["\t"]:
        dialect = "\t"
    sheet = _Sheet(path.stem, [])
    try:
        for row in csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=dialect):
            sheet.scanned += 1
            if any(cell.strip() for cell in row[:MAX_COLUMNS]) and not _keep(sheet, [_cut(cell) for cell in row[:MAX_COLUMNS]]):
                break
    except csv.Error as problem:
        if not sheet.rows:
            raise UnreadableSource(
                f"{clean_text(path.name)} is not a table of text: {problem}.", "Save it again as CSV (UTF-8)."
            ) from problem
        builder.warn(f"The table stops being readable after row {sheet.scanned}: {problem}.")
    return sheet


def _keep(sheet: _Sheet, row: list[Any]) -> bool:
    """Adds a row; beyond the kept rows it only counts. False when nothing more need be read."""
    if len(sheet.rows) < 2 * MAX_ROWS:
        sheet.rows.append(row)
        return True
    if sheet.scanned >= MAX_SCANNED:
        sheet.is_cut = True
        return False
    return True


def _xlsx_sheets(path: Path, data: bytes, builder: TextBuilder) -> Iterator[_Sheet]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    name = clean_text(path.name)
    check_archive(data, name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        SyntaxError,
        LookupError,
    ) as problem:
        raise UnreadableSource(
            f"{name} is damaged: it cannot be read as an Excel workbook.", "Save it again as .xlsx."
        ) from problem
    try:
        for position, title in enumerate(book.sheetnames):
            worksheet = book[title]
            if position >= MAX_SHEETS:
                builder.warn(f"Only the first {MAX_SHEETS} sheets are kept.")
                break
            if not hasattr(worksheet, "iter_rows"):
                builder.warn(f"The sheet '{one_line(title)}' holds a chart and no cells.")
                continue
            if getattr(worksheet, "sheet_state", "visible") != "visible":
                builder.warn(f"The sheet '{one_line(title)}' is hidden, so it was left out.")
                continue
            yield _xlsx_sheet(worksheet, one_line(title))
    finally:
        book.close()


def _xlsx_sheet(worksheet: Any, title: str) -> _Sheet:
    sheet = _Sheet(title, [])
    blank = 0
    for row in worksheet.iter_rows(max_col=MAX_COLUMNS):
        sheet.scanned += 1
        cells = [_cut(cell.value) for cell in row]
        while cells and _is_blank(cells[-1]):
            cells.pop()
        blank = 0 if cells else blank + 1
        if blank > MAX_BLANK:
            break
        if not cells:
            continue
        number = len(sheet.rows)
        for at, cell in enumerate(row[: len(cells)]):
            if isinstance(cell.value, (int, float)) and "%" in str(getattr(cell, "number_format", "") or ""):
                sheet.percent_cells.add((number, at))
        if not _keep(sheet, cells):
            break
    return sheet


def _cut(value: Any) -> Any:
    return value[:MAX_CELL] if isinstance(value, str) else value


def _say_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.10g}"
    return one_line(str(value))


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
