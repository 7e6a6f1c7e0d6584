"""Lines of a PDF page to blocks in reading order: paragraphs, headings, list items, tables. Pure functions of places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from statistics import median

from kmassist.readers.metadata.guidance import is_generic_title
from kmassist.readers.metadata.title_page import stands_alone
from kmassist.readers.pdf.channels import column_of, find_channels
from kmassist.readers.pdf.model import Block, Line, Page
from kmassist.readers.pdf.order import (
    in_reading_order,
    join_rows,
    share_row,
    with_markers,
    with_units,
)
from kmassist.readers.pdf.tables import by_place, find_tables, table_of_grid
from kmassist.text.shipped import english

BULLET = re.compile(
    r"^(?![–*·][\d£$€.])(?:[•●▪◦‣■□–*·➢➤✓✔§\uf0b7\uf0a7\uf0d8]\s*|[-o]\s+|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+)(?=\S)"
)
LEADERS = re.compile(r"(?:\.\s?){4,}\s*\d{0,3}$|(?:…\s?){2,}\s*\d{0,3}$")
"""The dots of a contents page at the end of a line."""
_RECOMMENDATION = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+[A-Z]")
_STOP = (".", "!", "?", ":", ";", ".”", '."', ".)", "]")
_LONGEST_GRADE, _SHORTEST_PROSE = 5, 30
_FOOT = 0.2
"""Where the foot of a page begins, as a part of its height."""
_NO_TABLE = "Columns on page {} could not be read as a table: they follow one after the other."
_FOOTNOTE = re.compile(r"^(?:\[?\d{1,2}\]?[.)]?|[*†‡§a-h]\)?)\s*(?=\S)")


def body_size(pages: Sequence[Page]) -> float:
    """The letter size that most characters have; 0 when places are unknown."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            if line.has_place:
                sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def blocks_of(page: Page, body: float) -> list[Block]:
    """Paragraphs, headings, list items and tables of one page in reading order, then its parts that are turned against it."""
    page.lines = _with_grids(page)
    found: list[Block] = []
    columns = in_reading_order(page)
    if _are_side_by_side(columns):
        page.notes.add(_NO_TABLE.format(page.number))
    for column in columns:
        placed = [line for line in column if line.has_place]
        if not placed:
            found += _plain_blocks(page.number, column)
            continue
        blocks = _column_blocks(page, column)
        if min(line.bottom for line in placed) < _FOOT * page.height:
            _mark_footnotes(blocks, body)  # at the foot of a column that goes on in the next
        found += blocks
    for block in found:
        if block.kind in ("paragraph", "item") and _is_heading(block, body):
            block.kind = "heading"
    _mark_footnotes(found, body)
    for part in page.beside:
        beside = blocks_of(part, body)
        # A sideways table keeps its kind; a few words along a margin are words alone.
        for block in beside:
            if block.kind != "table" and (block.kind != "paragraph" or part.characters < 400):
                block.kind = "aside"
        found += beside
        page.notes |= part.notes
    return found


def _are_side_by_side(columns: Sequence[Sequence[Line]]) -> bool:
    """Whether four columns or more share a height, as those of a table that compares things do and prose rarely does."""
    if len(columns) < 4:
        return False
    spans = [
        (
            min(line.bottom for line in column),
            max(line.top for line in column),
            min(line.left for line in column),
        )
        for column in columns
        if len(column) > 1 and all(line.has_place for line in column)
    ]
    return any(
        len({round(left / 20) for low, high, left in spans if low <= middle <= high}) >= 4
        for middle in ((low + high) / 2 for low, high, _ in spans)
    )


def _with_grids(page: Page) -> list[Line]:
    """The lines of a page in which each table that drawn lines make is one, with its own lines inside it."""
    lines = list(page.lines)
    if not all(line.has_place for line in lines):
        return lines
    for grid in page.grids:
        left, bottom, right, top = grid.box
        inside = [
            line
            for line in lines
            if line.grid is None
            and left - 2 <= (line.left + line.right) / 2 <= right + 2
            and bottom - 2 <= (line.bottom + line.top) / 2 <= top + 2
        ]
        filled = {
            i
            for line in inside
            for i, cell in enumerate(grid.cells)
            if cell.box[0] <= (line.left + line.right) / 2 <= cell.box[2]
            and cell.box[1] <= (line.bottom + line.top) / 2 <= cell.box[3]
        }
        cells = [grid.cells[i] for i in filled]
        if (
            len({cell.top_row for cell in cells}) < 2
            or len({cell.first_column for cell in cells}) < 2
        ):
            continue
        gone = {id(line) for line in inside}
        place = next(i for i, line in enumerate(lines) if id(line) in gone)
        kept = [line for line in lines if id(line) not in gone]
        whole = Line("", left, bottom, right, top, inside[0].size, grid=grid, inside=inside)
        lines = [*kept[: min(place, len(kept))], whole, *kept[min(place, len(kept)) :]]
    return lines


def _column_blocks(page: Page, column: list[Line]) -> list[Block]:
    """Blocks of one column: its tables, and the prose before, between and after them."""
    found: list[Block] = []
    pending: list[Line] = []
    for line in column:
        if line.grid is None:
            pending.append(line)
            continue
        found += _stretch(page, pending)
        pending = []
        table = table_of_grid(page.number, line.grid, line.inside, partial(_prose, page.number))
        if table is not None:
            found.append(Block(page.number, by_place(line.inside), "table", table=table))
        else:
            found += _stretch(page, line.inside)
    return found + _stretch(page, pending)


def _stretch(page: Page, column: list[Line]) -> list[Block]:
    """Blocks of lines without a grid among them."""
    if not column:
        return []
    column = with_units(column)
    ordered = by_place(column)
    found: list[Block] = []
    cursor = 0
    for start, end, table in find_tables(page.number, ordered, partial(_prose, page.number)):
        found += _between(page, column, ordered[cursor:start])
        found.append(Block(page.number, ordered[start:end], "table", table=table))
        cursor = end
    return found + _between(page, column, ordered[cursor:] if cursor else column)


def _between(page: Page, column: Sequence[Line], lines: Sequence[Line]) -> list[Block]:
    """Prose, and columns of words that are no table by their short cells."""
    wanted = {id(line) for line in lines}
    ordered = by_place(with_markers([line for line in column if id(line) in wanted]))
    in_file = with_markers([line for line in column if id(line) in wanted])
    channels = find_channels(page.number, ordered, partial(_prose, page.number))
    if not channels:
        return _prose(page.number, in_file)
    found: list[Block] = []
    cursor = 0
    for start, end, table in channels:
        found += _prose(page.number, ordered[cursor:start])
        if table is not None:
            found.append(Block(page.number, ordered[start:end], "table", table=table))
        else:
            found += _one_after_the_other(page, ordered[start:end])
        cursor = end
    return found + _prose(page.number, ordered[cursor:])


def _one_after_the_other(page: Page, lines: Sequence[Line]) -> list[Block]:
    """Columns whose rows nothing tells apart: each is read by itself, so that no sentence mixes two."""
    page.notes.add(_NO_TABLE.format(page.number))
    places = _gaps_of(lines)
    columns: dict[int, list[Line]] = {}
    for line in lines:
        columns.setdefault(column_of(line, places), []).append(line)
    return [block for number in sorted(columns) for block in _prose(page.number, columns[number])]


def _gaps_of(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Places that no line crosses."""
    places: list[tuple[float, float]] = []
    right = None
    for line in sorted(lines, key=lambda item: item.left):
        if right is not None and line.left > right + 2:
            places.append((right, line.left))
        right = line.right if right is None else max(right, line.right)
    return places


def _mark_footnotes(blocks: Sequence[Block], body: float) -> None:
    """Notes in small letters at the foot of a page, after its last words of the text."""
    for block in reversed(blocks):
        is_small = 0 < block.size <= 0.92 * body
        if (
            block.kind not in ("paragraph", "item")
            or not is_small
            or not _FOOTNOTE.match(block.text)
        ):
            if block.kind == "footnote":
                continue
            return
        block.kind = "footnote"


def _prose(number: int, lines: Sequence[Line]) -> list[Block]:
    found: list[Block] = []
    column = join_rows(_marks_after_their_lines(with_markers(lines)))
    if column:
        edge, right = min(line.left for line in column), max(line.right for line in column)
        pitch = _pitch(column)
        block: Block | None = None
        for line in column:
            if block is None or _starts_anew(line, block, edge, right, pitch):
                block = Block(
                    number,
                    [line],
                    size=line.size,
                    is_bold=line.is_bold,
                    kind="item" if BULLET.match(line.text) else "paragraph",
                )
                found.append(block)
            else:
                block.lines.append(line)
                block.is_bold = block.is_bold and line.is_bold
    return found


def _marks_after_their_lines(lines: Sequence[Line]) -> list[Line]:
    """Lines in which a short sign far to the right of an open sentence, such as the grade of a recommendation, follows it."""
    found: list[Line] = []
    held: list[Line] = []
    for at, line in enumerate(lines):
        before = found[-1] if found else None
        after = lines[at + 1] if at + 1 < len(lines) else None
        if (
            before is not None
            and after is not None
            and len(line.text) <= _LONGEST_GRADE
            and len(before.text) >= _SHORTEST_PROSE
            and line.left - before.right > 4 * line.size
            and share_row(before, line)
            and not share_row(line, after)
            and after.text[:1].islower()
            and not before.text.endswith(_STOP)
        ):
            held.append(line)
            continue
        found.append(line)
        if line.text.endswith(_STOP):
            found += held
            held = []
    return found + held


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance between lines of a column."""
    steps = [before.bottom - here.bottom for before, here in pairwise(lines)]
    close = [step for step in steps if 0 < step < 40]
    return median(close) if close else 14.0


def _starts_anew(here: Line, block: Block, edge: float, right: float, pitch: float) -> bool:  # noqa: PLR0911 - rules in order
    """Whether a line begins a block. In doubt it goes on: half a sentence may say the opposite of the whole."""
    before = block.lines[-1]
    step = before.bottom - here.bottom
    size, width = max(before.size, here.size, 1.0), right - edge
    if LEADERS.search(before.text):
        return True
    least = 0.05 if block.page <= 2 and is_generic_title(block.text) else 0.12
    if step < -0.5 * size or abs(before.size - here.size) > least * size or BULLET.match(here.text):
        return True
    is_stopped, is_full = before.text.endswith(_STOP), before.right >= right - 0.12 * width
    if (
        not is_stopped
        and 0 <= step <= 2.2 * max(pitch, size)
        and (
            here.text[:1].islower()
            or (is_full and before.is_bold == here.is_bold and len(before.text) >= 40)
        )
    ):
        return False
    if step > max(1.45 * pitch, 1.2 * size + 2):
        return True
    if before.is_bold != here.is_bold and (block.is_bold or here.is_bold) and len(block.text) < 120:
        return True
    begins_with_label = english("metadata", "begins_with_a_label").match
    if begins_with_label(here.text) and (
        not is_full or begins_with_label(before.text) or stands_alone(before.text, "")
    ):
        return True
    if not is_full and (is_stopped or (block.page <= 2 and _are_apart(before, here, right))):
        return True
    if _RECOMMENDATION.match(here.text) and (is_stopped or not is_full):
        return True
    if not is_full and _is_broken_off(before, here):
        return True
    if (
        block.kind == "paragraph"
        and here.left > edge + 0.6 * size
        and abs(before.left - edge) < 0.4 * size
        and is_stopped
    ):
        return True  # an indented first line
    # Left of the words of a bullet, or of its sign, the text goes on after the list.
    edge = before.left if len(block.lines) > 1 and not is_full else block.lines[0].left
    return block.kind == "item" and here.left < edge - 0.5 * size


def _room_for_a_word(here: Line) -> float:
    """How wide the first word of a line is, with the space before it."""
    word = here.text.split(" ", 1)[0]
    return (here.right - here.left) * (len(word) + 1) / max(1, len(here.text))


def _is_broken_off(before: Line, here: Line) -> bool:
    """Whether a line ends though the next words had room on it, as the line below shows, and nothing says that it goes on."""
    word, room = here.text.split(" ", 1)[0], _room_for_a_word(here)
    is_open = before.text.endswith("(") or english("readers", "goes_on_in_the_next_line").search(
        before.text
    )
    return word[:1].isupper() and not is_open and here.right > before.right + 1.5 * room


def _are_apart(before: Line, here: Line, right: float) -> bool:
    """Whether one of two lines of a title page is a body or a date by itself, and the second had room on the first."""
    has_room = before.right + _room_for_a_word(here) <= right
    return has_room and (stands_alone(here.text, before.text) or stands_alone(before.text, ""))


def _plain_blocks(number: int, lines: Sequence[Line]) -> list[Block]:
    """Blocks where only the words are known: a blank line, a bullet, or a short line that ends a sentence parts them."""
    widest = max((len(line.text) for line in lines), default=0)
    found: list[Block] = []
    is_open = False
    for line in lines:
        text = line.text.strip()
        if not text:
            is_open = False
            continue
        line.ends_with_hyphen = text.endswith(("-", "‐", "\u00ad"))
        if not is_open or BULLET.match(text):
            found.append(Block(number, [line], kind="item" if BULLET.match(text) else "paragraph"))
        else:
            found[-1].lines.append(line)
        is_open = not (text.endswith(_STOP) and len(text) < 0.7 * widest)
    return found


def _is_heading(block: Block, body: float) -> bool:
    text = block.text
    # The title of a trial is often a whole sentence in large letters: five lines and 250 characters are nothing rare.
    most_letters, most_lines = (400, 8) if block.size >= 1.4 * body else (220, 4)
    if (
        not body
        or (block.kind == "item" and not block.is_bold)
        or not 3 <= len(text) <= most_letters
    ):
        return False
    if len(block.lines) > most_lines:
        return False
    if not re.search(r"[^\W\d_]{2}", text) or text.endswith((",", ";")):
        return False
    if block.size >= 1.15 * body:
        return not (text.endswith(".") and len(text) > 80)
    return (
        block.is_bold and len(text) <= 110 and not text.endswith(".") and block.size >= 0.9 * body
    )
