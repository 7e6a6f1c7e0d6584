"""Blocks of a PDF as text: bullets with their lead-in, table rows with their headers, sentences joined over page ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kmassist.documents.metadata import AuditCriterion
from kmassist.readers.audit import read_audit_table
from kmassist.readers.content import TextBuilder, one_line
from kmassist.readers.grid import Cell, Note, table_row
from kmassist.readers.grid import Table as GridTable
from kmassist.readers.grid_headers import Unmarked
from kmassist.readers.grid_reading import read_grid
from kmassist.readers.pdf.hyphens import join_lines
from kmassist.readers.pdf.model import Block, Table, TableCell
from kmassist.readers.pdf.table_grid import MOST_LABEL, goes_on, grid_of
from kmassist.text.sentences import split_sentences
from kmassist.text.shipped import english

_END = re.compile(r"[.!?:;][\"'”’)\]]*(?:\[[\d,;–-]+\])?$")
# A sign right before a figure is its minus or its mark, and no bullet.
_BULLET_SIGN = re.compile(
    r"^(?![–*·-][\d£$€.])(?:[•●▪◦‣■□–*·➢➤✓✔§\uf0b7\uf0a7\uf0d8-]\s*|o\s+)(?=\S)"
)
_INNER_END = re.compile(r"[.!?]\s+[A-Z]")
_LONGEST_LEAD = 60
"""Words of a lead-in that is repeated with each of its bullets."""
_MOST_ROW, _MOST_CELL = 90, 45
"""Words of a table row on one line, and of a cell in it."""


@dataclass(slots=True)
class _Lead:
    """Words before bullets, at a distance from the left; ``is_told`` once a bullet has carried them."""

    text: str
    left: float
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of a table: its words by column, all of them on one line, and the heading row it stands under."""

    texts: Sequence[str]
    whole: str
    section: str = ""


class Writer:
    """Writes blocks to a builder, page by page."""

    def __init__(
        self, builder: TextBuilder, known: Counter[str], labels: Mapping[int, str] | None = None
    ) -> None:
        self.criteria: list[AuditCriterion] = []
        self._builder = builder
        self._known = known
        self._labels = labels or {}
        self._leads: list[_Lead] = []
        self._page = 0
        self._previous: Block | None = None
        self._table: tuple[Table, list[tuple[str, ...]]] | None = None

    def write(self, blocks: Sequence[Block], levels: dict[int, int]) -> None:
        """Everything in order. ``levels`` are of the headings, by the block's identity."""
        ordered = _notes_before_open_sentences(blocks)
        for number, block in enumerate(ordered):
            after = next(
                (b for b in ordered[number + 1 :] if b.kind not in ("footnote", "aside")), None
            )
            self._one(block, after, levels)
        self._close_leads()

    def _one(self, block: Block, after: Block | None, levels: dict[int, int]) -> None:
        text = one_line(self._join(block))
        if not text:
            return
        if block.kind != "item":
            self._close_leads()
        if block.page != self._page:
            self._page = block.page
            self._builder.page(block.page, label=self._labels.get(block.page, ""))
        if block.kind != "table" and block.kind not in ("footnote", "aside"):
            self._table = None
        is_lead = block.kind in ("paragraph", "heading") and text.endswith(":")
        is_before_items = after is not None and after.kind == "item"
        if block.kind == "table" and block.table is not None:
            self._write_table(block.table)
        elif is_lead and is_before_items and id(block) in levels and block.size > 12:
            self._builder.heading(text, levels[id(block)])
        elif is_lead and is_before_items:
            self._open_lead(text, block)
        elif block.kind == "heading":
            self._builder.heading(text, levels.get(id(block), 6))
        elif block.kind == "item":
            self._item(text, block, after)
        elif self._previous is not None and _continues(self._previous, block):
            self._continue(text, block)
        else:
            self._builder.paragraph(text)
        if block.kind not in ("footnote", "aside"):
            self._previous = block

    def _join(self, block: Block) -> str:
        return join_lines(block.lines, self._known)

    def _continue(self, text: str, block: Block) -> None:
        """More of the paragraph before, on a new page or column; a word that was broken there is made whole."""
        before = self._previous.lines[-1] if self._previous else block.lines[0]
        joined = one_line(join_lines([before, block.lines[0]], self._known))
        if re.search(r"\w[-‐]$", before.text.strip()) and text[:1].isalpha():
            if not joined.startswith(one_line(before.text.strip())):
                self._builder.drop_hyphen()
            self._builder.continue_line(text, joiner="")
        else:
            self._builder.continue_line(text)

    # Bullets ----------------------------------------------------------------------------------

    def _open_lead(self, text: str, block: Block) -> None:
        """Keep the last sentence of a paragraph for the bullets that follow; what stands before it is a paragraph."""
        start, end = split_sentences(text)[-1]
        lead = text[start:end]
        if len(lead.split()) > _LONGEST_LEAD:
            self._builder.paragraph(text)
            return
        goes_on_here = self._previous is not None and _continues(self._previous, block)
        if text[:start].strip():
            (self._builder.continue_line if goes_on_here else self._builder.paragraph)(text[:start])
        elif goes_on_here:
            self._builder.continue_line(text)
            return
        self._leads.append(_Lead(lead, block.lines[0].left - 1000))

    def _item(self, text: str, block: Block, after: Block | None) -> None:
        bare = _BULLET_SIGN.sub("", text)
        left = block.lines[0].left
        while self._leads and self._leads[-1].left >= left - 3:
            self._pop_lead()
        whole = " ".join([*(lead.text for lead in self._leads), bare])
        is_parent = after is not None and after.kind == "item" and after.lines[0].left > left + 6
        # "8 hours" and "add a second drug" below it are two orders, and no sentence.
        goes_on_below = english("readers", "goes_on_in_the_next_line").search(bare)
        is_open = is_parent and goes_on_below and len(bare.split()) <= _LONGEST_LEAD
        is_short = len(whole.split()) <= 2 * _LONGEST_LEAD
        if is_open and is_short and block.lines[0].has_place:
            self._leads.append(_Lead(bare, left))
            return
        for lead in self._leads:
            lead.is_told = True
        is_next = self._previous is not None and self._previous.kind == "item"
        (self._builder.line if is_next else self._builder.paragraph)(whole)

    def _pop_lead(self) -> None:
        lead = self._leads.pop()
        if not lead.is_told:
            self._builder.paragraph(" ".join([*(above.text for above in self._leads), lead.text]))
            for above in self._leads:
                above.is_told = True

    def _close_leads(self) -> None:
        while self._leads:
            self._pop_lead()

    # Tables -----------------------------------------------------------------------------------

    def _cell(self, cell: TableCell) -> str:
        return one_line(
            " ".join(_BULLET_SIGN.sub("", one_line(self._join(block))) for block in cell.blocks)
        )

    def _write_table(self, table: Table) -> None:
        """Titles, labels and rows as the shared grid tells them; on a further page under the headings of the one before."""
        grid = grid_of(table, self._cell)
        headings: list[tuple[str, ...]] = []
        if self._table is not None and goes_on(self._table[0], table):
            headings = self._table[1]
        unmarked = Unmarked.NEVER if any(headings) else Unmarked.OVER_MOST_FIGURES
        self._begun = False
        for block in read_grid(grid, unmarked):
            if isinstance(block, Note):
                self._write_note(table, grid.rows[block.number - 1], block)
                continue
            if any(block.headings):
                headings = block.headings
            elif any(headings):
                block.headings = headings
                names = [block.heading(at) for at in range(table.columns)]
                if block.rows and _texts(block.rows[0].cells) == names:
                    del block.rows[0]  # the header is repeated
            self._begun = False
            self._write_body(table, block)
        self._table = (table, headings)

    def _write_body(self, table: Table, block: GridTable) -> None:
        audit = read_audit_table(block, title=self._builder.subject, place="table row")
        if audit is not None:
            self.criteria += audit.criteria
            for warning in audit.warnings:
                self._builder.warn(warning)
            self._lines(audit.lines)
            return
        heads = [block.heading(at) for at in range(table.columns)]
        for row in block.rows:
            number = row.number - 1
            line = _Line(_texts(row.cells), block.line(row), row.section)
            self._write_row(table, number, line, heads)

    def _write_note(self, table: Table, row: Sequence[Cell], note: Note) -> None:
        """A title, or a label with its value: the whole row, or the half of one that holds two of them."""
        texts = _texts(row)
        if list(note.texts) == [text for text in texts if text]:
            heads = [""] * table.columns
            self._write_row(table, note.number - 1, _Line(texts, table_row(heads, texts)), heads)
            return
        value = next(
            (c for c in table.row(note.number - 1) if self._cell(c) == note.texts[-1]), None
        )
        if len(note.texts) == 2 and value is not None and len(value.blocks) > 1:
            self._blocks(value, f"{note.texts[0].rstrip(' :')}:")
        else:
            self._lines([": ".join(text.rstrip(":") for text in note.texts)])

    def _write_row(
        self,
        table: Table,
        number: int,
        line: _Line,
        heads: Sequence[str],
    ) -> None:
        """One row: on one line, or each long cell with the words that say whose it is."""
        row, section = line.texts, line.section
        filled = [i for i, words in enumerate(row) if words]
        cells = {cell.column: cell for cell in table.row(number)}
        if not filled:
            return
        if len(filled) == 1 and filled[0] in cells:
            only = cells[filled[0]]
            lead = "" if only.columns >= table.columns or only.column == 0 else heads[only.column]
            self._blocks(only, f"{lead}:" if lead else "")
            return
        is_plain = all(
            len(cells[i].blocks) == 1
            and not _INNER_END.search(row[i])
            and len(row[i].split()) <= _MOST_CELL
            for i in filled
            if i in cells
        )
        if is_plain and sum(len(words.split()) for words in row) <= _MOST_ROW:
            label = row[filled[0]]
            if (
                len(filled) == 2
                and not any(heads)
                and not section
                and len(label.split()) <= 6
                and label[:1].isalpha()
            ):
                joined = f"{label.rstrip(' :')}: {row[filled[1]]}"
                self._lines([joined if _END.search(joined) else f"{joined}."])
            else:
                self._lines([line.whole])
            return
        short = [
            i
            for i in filled
            if len(row[i].split()) <= MOST_LABEL
            and not _INNER_END.search(row[i])
            and (i not in cells or len(cells[i].blocks) == 1)
        ]
        # One cell that tells and short ones that say whose it is: all of them go with each of its sentences.
        labels = short if len(filled) - len(short) == 1 else [i for i in short if i == filled[0]]
        named = [f"{heads[i]}: {row[i]}" if heads[i] else row[i] for i in labels]
        before = "; ".join([section, *named] if section else named)
        for i in filled:
            if i in labels:
                continue
            lead = "; ".join(part for part in (before.rstrip(" :."), heads[i].rstrip(" :")) if part)
            if i in cells:
                self._blocks(cells[i], f"{lead}:" if lead else "")
            else:
                self._lines([f"{lead}: {row[i]}" if lead else row[i]], is_composed=bool(lead))

    def _lines(self, lines: Sequence[str], *, is_composed: bool = True) -> None:
        """Lines of a table; composed ones put cells or headings together, others are one cell's own words."""
        for line in lines:
            if is_composed:
                self._builder.row(line, begins_block=not self._begun)
            else:
                (self._builder.line if self._begun else self._builder.paragraph)(line)
            self._begun = True

    def _blocks(self, cell: TableCell, lead: str) -> None:
        """The paragraphs and bullets of a cell, a line each, with the words that say which cell it is."""
        opened = ""
        for number, block in enumerate(cell.blocks):
            text = _BULLET_SIGN.sub("", one_line(self._join(block)))
            after = cell.blocks[number + 1] if number + 1 < len(cell.blocks) else None
            if text.endswith(":") and after is not None and after.kind == "item":
                opened = text
                continue
            if block.kind != "item":
                opened = ""
            words = " ".join(part for part in (lead, opened, text) if part)
            self._lines([words], is_composed=bool(lead or opened))

    _begun = False


def _texts(cells: Sequence[Cell]) -> list[str]:
    """The words by column; a cell over several columns stands in the first of them."""
    return ["" if at and cell is cells[at - 1] else cell.text for at, cell in enumerate(cells)]


def _notes_before_open_sentences(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with the notes at a page's foot before the paragraph that goes on on the next page."""
    ordered = list(blocks)
    number = len(ordered) - 1
    while number > 0:
        if ordered[number].kind != "footnote":
            number -= 1
            continue
        start = number
        while (
            start > 0
            and ordered[start - 1].kind == "footnote"
            and ordered[start - 1].page == ordered[number].page
        ):
            start -= 1
        text = ordered[start - 1] if start else None
        after = ordered[number + 1] if number + 1 < len(ordered) else None
        if (
            text is not None
            and after is not None
            and text.kind != "table"
            and _continues(text, after)
        ):
            ordered[start - 1 : number + 1] = [*ordered[start : number + 1], text]
        number = start - 1
    return ordered


def _continues(before: Block, here: Block) -> bool:
    """Whether a paragraph goes on in the next column or page."""
    if before.kind not in ("paragraph", "item") or here.kind != "paragraph":
        return False
    is_lower = before.lines[-1].has_place and here.lines[0].bottom > before.lines[-1].bottom
    if (
        not (before.page != here.page or is_lower)
        or _END.search(before.text)
        or len(before.text) < 40
    ):
        return False
    return (
        here.text[:1].islower()
        or before.lines[-1].ends_with_hyphen
        or (here.text[:1].isdigit() and not re.match(r"\d+[.)]\s", here.text))
    )
