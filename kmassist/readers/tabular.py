"""CSV, TSV and XLSX. An audit table gives criteria and sentences; a reference export gives references; else rows as lines."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kmassist.documents.document import Document, SourceType, clean_text
from kmassist.documents.metadata import AuditCriterion
from kmassist.errors import UnreadableSource
from kmassist.readers.audit import looks_like_audit, read_audit_table
from kmassist.readers.content import TextBuilder, finish, one_line, read_text
from kmassist.readers.grid import BLANK, MAX_COLUMNS, Cell, Note, Table, add_lines
from kmassist.readers.grid_reading import read_sheet
from kmassist.readers.metadata.detect import tidy_stem
from kmassist.readers.metadata.frontmatter import split_front_matter
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.metadata.title_page import is_issuer, names_body
from kmassist.readers.responses import observed, read_responses
from kmassist.readers.workbook import MAX_CELL, MAX_ROWS, Sheet, read_workbook
from kmassist.text.dates import parse_period
from kmassist.text.shipped import english

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_TITLE = 200


class TabularReader:
    """``.csv``, ``.tsv``, ``.tab`` and ``.xlsx``."""

    suffixes: tuple[str, ...] = (".csv", ".tsv", ".tab", ".xlsx")

    def recognises(self, head: bytes) -> bool:
        """Whether it is an office archive."""
        return head.startswith(b"PK\x03\x04")

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document of all sheets, or one per reference when the columns are those of a reference export."""
        name = clean_text(path.name)
        is_xlsx = data.startswith(b"PK\x03\x04")
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise UnreadableSource(
                f"{name} is protected with a password or in the old Excel format.",
                "Save it as .xlsx without one.",
                kind="password",
            )
        if path.suffix.lower() == ".xlsx" and not is_xlsx:
            raise UnreadableSource(
                f"{name} is not an Excel workbook.", "Save it again as .xlsx.", kind="damaged"
            )
        builder = TextBuilder()
        if is_xlsx:
            sheets = list(read_workbook(data, name, builder))
            return documents_of_sheets(builder, sheets, path, data, _XLSX)
        text, faults = read_text(data, name)
        text, layer, warnings = split_front_matter(text)
        for warning in (*faults, *warnings):
            builder.warn(warning)
        rows, scanned = _csv_rows(path, text, builder)
        if references := _references([rows], path, data, "text/csv"):
            return references
        layers = [layer, *_add_sheets(builder, [_csv_sheet(path.stem, rows, scanned)], path)]
        return [finish(builder, path, data, layers, media_type="text/csv")]


def documents_of_sheets(
    builder: TextBuilder, sheets: Sequence[Sheet], path: Path, data: bytes, media_type: str
) -> list[Document]:
    """One document of all sheets of a workbook, or one per reference when the columns are those of a reference export."""
    raw = [[[cell.raw for cell in row] for row in sheet.grid.rows] for sheet in sheets]
    if references := _references(raw, path, data, media_type):
        return references
    return [finish(builder, path, data, _add_sheets(builder, sheets, path), media_type=media_type)]


def _add_sheets(builder: TextBuilder, sheets: Sequence[Sheet], path: Path) -> list[Layer]:
    """Adds all sheets to the document's text; gives what they say about it."""
    found: list[AuditCriterion] = []
    title, seen = "", list[str]()
    for sheet in sheets:
        text = _SheetText(builder, sheet, found, len(sheets) > 1)
        title = text.add() or title
        seen += text.seen
    values: dict[str, Any] = {"audit": [item.model_dump() for item in found]} if found else {}
    guess: dict[str, Any] = {"source_type": SourceType.AUD} if found else {}
    if seen and not found:
        guess["evidence_date"] = max(seen)
    # A sheet's name is no title: the file's name says more.
    guess["title"] = title or tidy_stem(path.name)
    return [Layer("file", values), Layer("detected", guess)]


class _SheetText:
    """Adds what one sheet holds to a document: its title, what stands around its tables, and the rows of these."""

    def __init__(
        self, builder: TextBuilder, sheet: Sheet, found: list[AuditCriterion], shows_name: bool
    ) -> None:
        self.builder, self.sheet, self.found = builder, sheet, found
        self.place = f"{sheet.name} row" if shows_name else "row"
        self.shows_name = shows_name
        self.context: dict[str, str] = {}
        self.title = ""
        self.seen: list[str] = []
        self.kept = 0
        self.left = 0

    def add(self) -> str:
        """Adds the sheet; gives its title, empty without one."""
        blocks = read_sheet(self.sheet.grid)
        several = sum(isinstance(block, Table) for block in blocks) > 1
        first = next(iter(blocks), None)
        if self.shows_name and not (isinstance(first, Note) and len(first.texts) == 1) and blocks:
            self.builder.heading(self.sheet.name, 2)
        for at, block in enumerate(blocks):
            if isinstance(block, Table):
                self._table(block)
            else:
                is_part = several and at + 1 < len(blocks) and isinstance(blocks[at + 1], Table)
                self._note(block, is_part=is_part)
        if self.left or self.sheet.is_cut:
            total = f"{max(self.sheet.scanned - 1, self.kept + self.left):,}"
            more = " or more" if self.sheet.is_cut else ""
            self.builder.warn(
                f"Only the first {self.kept:,} of {total}{more} rows of '{self.sheet.name}' are kept: "
                "it is a data set more than a document."
            )
        return self.title

    def _note(self, note: Note, *, is_part: bool) -> None:
        words = note.texts
        is_short = (
            len(words) == 1
            and len(words[0]) <= _LONGEST_TITLE
            and not words[0].endswith(".")
            and not english("readers", "named_by_a_program").match(words[0])
        )
        if len(words) == 2:
            self.context[_context_kind(words[0])] = words[1]
            if words[0].casefold() == "title" and not self.title:
                self.title = words[1]
        if is_part and is_short:
            self.builder.heading(words[0], 2)
        elif is_short and not self.title and not (is_issuer(words[0]) and names_body(words[0])):
            self.title = words[0]
            self.builder.heading(self.title, 2 if self.builder.headings else 1)
        else:
            self.builder.paragraph(": ".join(words) if len(words) == 2 else "; ".join(words))
            stated = english("readers", "period_of_an_audit").match(words[0])
            begin, end = parse_period(words[0]) if is_short else (None, None)
            if stated or (begin and end and begin < end):
                self.context.setdefault("period", stated.group(1) if stated else words[0])

    def _table(self, table: Table) -> None:
        period = parse_period(self.title)[0] if self.title else None
        if "period" not in self.context and period and len(period) > 4:
            self.context["period"] = self.title
        context = {kind: self.context[kind] for kind in _CONTEXT if kind in self.context}
        audit = read_audit_table(
            table, title=self.builder.subject, context=context, place=self.place
        )
        if audit is not None:
            add_lines(self.builder, audit.lines)
            for warning in audit.warnings:
                self.builder.warn(warning)
            self.found.extend(audit.criteria)
            if not audit.criteria and table.rows:
                self._say_kept()
            return
        if responses := read_responses(table):
            table = responses.table
            self.seen += filter(None, [responses.last])
            if responses.left_out:
                names = ", ".join(responses.left_out)
                self.builder.warn(f"Columns that the survey program added were left out: {names}.")
        elif looks_like_audit([table.heading(at) for at in range(len(table.headings))]):
            self._say_kept()
        of_all = parse_period(self.context.get("period") or self.title)[1]
        self.seen += filter(None, [observed(table) or of_all])
        room = max(0, MAX_ROWS - self.kept)
        rows = table.rows[:room]
        add_lines(self.builder, [table.line(row) for row in rows])
        self.kept += len(rows)
        self.left += len(table.rows) - len(rows)

    def _say_kept(self) -> None:
        self.builder.warn(
            f"A table of '{self.sheet.name}' looks like an audit, but its figures are no counts or "
            "percentages of cases that meet a standard: it was kept as text."
        )


_CONTEXT = ("period", "standard", "re_audit")


def _context_kind(label: str) -> str:
    folded = label.strip(" :").casefold()
    if not english("readers", "context_of_an_audit").search(folded):
        return folded
    if english("readers", "when_to_audit_again").search(folded) and "period" not in folded:
        return "re_audit"
    return "standard" if "standard" in folded else "period"


def _references(
    sheets: Sequence[Sequence[Sequence[Any]]], path: Path, data: bytes, media_type: str
) -> list[Document]:
    from kmassist.readers.references.reader import documents_of_table

    for rows in sheets:
        filled = [row for row in rows if any(row)]
        # Some exports say something about the data in a line of its own above the names of the columns.
        start = next((at for at, row in enumerate(filled[:4]) if sum(map(bool, row)) > 1), 0)
        if filled:
            found = documents_of_table(filled[start], filled[start + 1 :], path, data, media_type)
            if found:
                return found
    return []


def _csv_rows(path: Path, text: str, builder: TextBuilder) -> tuple[list[list[str]], int]:
    """The rows that are kept, blank ones too, and how many there are."""
    stated = re.match(r"sep=(.)\r?\n", text)
    text = text[stated.end() :] if stated else text
    csv.field_size_limit(1_000_000)
    delimiter = stated.group(1) if stated else _delimiter(path, text)
    rows: list[list[str]] = []
    number = 0
    try:
        stream = io.StringIO(text.replace("\x00", ""), newline="")
        for number, row in enumerate(csv.reader(stream, delimiter=delimiter), 1):  # noqa: B007
            if len(rows) < 2 * MAX_ROWS:
                rows.append([cell[:MAX_CELL] for cell in row[:MAX_COLUMNS]])
    except csv.Error as problem:
        if not rows:
            raise UnreadableSource(
                f"{clean_text(path.name)} is not a table of text: {problem}.",
                "Save it again as CSV (UTF-8).",
            ) from problem
        builder.warn(f"The table stops being readable after row {number}: {problem}.")
    return rows, number


def _delimiter(path: Path, text: str) -> str:
    """The sign that parts the first rows into the same number of cells, more of them than any other sign does."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    if path.suffix.lower() in (".tsv", ".tab") and "\t" in text[:20_000]:
        return "\t"
    best, choice = (0, 0), ","
    for mark in (",", ";", "\t", "|"):
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
        common = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        score = (widths.count(common) if common > 1 else 0, common)
        if score > best:
            best, choice = score, mark
    return choice


def _csv_sheet(name: str, rows: Sequence[Sequence[str]], scanned: int) -> Sheet:
    sheet = Sheet(name, scanned=scanned)
    for number, row in enumerate(rows, 1):
        texts = map(one_line, row)
        sheet.grid.add_row(((Cell(text) if text else BLANK, 1, 1) for text in texts), number)
    return sheet
