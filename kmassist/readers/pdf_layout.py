"""Lines of a page to blocks in reading order: columns, paragraphs, headings, running heads. Pure functions of places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from kmassist.readers.pdf_pages import Line, Page
from kmassist.readers.pdf_tables import Rows, by_place, find_tables

_EDGE = 0.12
_PAGE_NUMBER = re.compile(r"^(?:page|p\.?)?\s*[-–]?\s*(\d{1,4}|[ivxl]{1,6})\s*[-–]?(?:\s*(?:of|/)\s*\d{1,4})?$", re.I)
_NAMED_FOOT = re.compile(r"(?:^|[|·–—-]\s*)page\s+\d{1,4}(?:\s+of\s+\d{1,4})?$", re.I)
_BULLET = re.compile(r"^(?:[•●▪◦‣■□–*·]\s*|-\s+|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+)(?=\S)")
_STOP = (".", "!", "?", ":", ";", ".”", '."', ".)", "]")


@dataclass(slots=True)
class Block:
    """Lines that belong together, on one page; ``kind`` is ``paragraph``, ``heading``, ``item`` or ``table`` (then with cells)."""

    page: int
    lines: list[Line] = field(default_factory=list)
    kind: str = "paragraph"
    size: float = 0.0
    is_bold: bool = False
    cells: Rows = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words with a space at each line's end, hyphens as they stand."""
        return " ".join(line.text for line in self.lines)


def drop_running_lines(pages: Sequence[Page]) -> int:
    """Remove heads and feet that repeat and page numbers, in place; returns how many lines went.

    A line near the top or bottom edge goes when its words (digits apart) stand at that edge on three pages or more and
    on a quarter of all (on both of two, at one place), or when it is nothing but a page number and other pages have one too.
    """
    seen: Counter[tuple[str, bool, int]] = Counter()
    numbered = 0
    for page in pages:
        seen.update({_mark(line, is_top, len(pages)) for line, is_top in _edges(page)})
        numbered += any(_PAGE_NUMBER.match(line.text) for line, _ in _edges(page))
    needed = 2 if len(pages) == 2 else max(3, len(pages) // 4)
    dropped = 0
    for page in pages:
        gone = set()
        for line, is_top in _edges(page):
            is_repeated = seen[_mark(line, is_top, len(pages))] >= needed
            is_number = bool(_PAGE_NUMBER.match(line.text)) and numbered >= max(2, len(pages) // 2)
            if is_repeated or is_number or _NAMED_FOOT.search(line.text):
                gone.add(id(line))
        dropped += len(gone)
        page.lines = [line for line in page.lines if id(line) not in gone]
    return dropped


def _mark(line: Line, is_top: bool, pages: int) -> tuple[str, bool, int]:
    """What makes two lines the same running line; on two pages they must also stand at the very same place."""
    place = round(line.bottom) * 10_000 + round(line.left) if pages == 2 and line.has_place else 0
    return re.sub(r"\d+", "#", line.text.casefold()).strip(), is_top, place


def _edges(page: Page) -> Iterable[tuple[Line, bool]]:
    """Lines near an edge, or the first and last two where places are unknown; with whether it is the upper edge."""
    if not page.lines:
        return
    if page.height and all(line.has_place for line in page.lines):
        for line in page.lines:
            if line.bottom > page.height * (1 - _EDGE):
                yield line, True
            elif line.top < page.height * _EDGE:
                yield line, False
        return
    filled = [line for line in page.lines if line.text.strip()]
    for line in filled[:2]:
        yield line, True
    for line in filled[2:][-2:]:
        yield line, False


def in_reading_order(page: Page) -> list[list[Line]]:
    """The lines of a page by column, in reading order."""
    if not page.lines:
        return []
    if not all(line.has_place for line in page.lines):
        return [list(page.lines)]
    return [column for column in _split(list(page.lines), 0) if column]


def _split(lines: list[Line], depth: int) -> list[list[Line]]:
    """Columns: bands of a two-column page from the top, each left column then right, wide lines between them."""
    gutter = _gutter(lines) if depth < 3 and len(lines) >= 8 else None
    if gutter is None:
        return [_down(lines)]
    found: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in sorted(lines, key=lambda item: -item.top):
        if line.left < gutter - 2 and line.right > gutter + 2:
            for side in (left, right):
                if side:
                    found += _split(side, depth + 1)
            left, right = [], []
            if found and len(found[-1]) and _crosses(found[-1][-1], gutter):
                found[-1].append(line)
            else:
                found.append([line])
        elif line.right <= gutter + 2:
            left.append(line)
        else:
            right.append(line)
    for side in (left, right):
        if side:
            found += _split(side, depth + 1)
    return found


def _crosses(line: Line, gutter: float) -> bool:
    return line.left < gutter - 2 and line.right > gutter + 2


def _gutter(lines: Sequence[Line]) -> float | None:
    """The x of a gap between two columns of prose, or None.

    Few lines cross it, both sides have several lines over a common height, and the lines of each side nearly fill it:
    that tells columns from a table, whose cells are short.
    """
    left_edge, right_edge = min(line.left for line in lines), max(line.right for line in lines)
    width = right_edge - left_edge
    if width < 150:
        return None
    best: tuple[float, float] | None = None
    steps = 60
    for step in range(int(steps * 0.25), int(steps * 0.75) + 1):
        x = left_edge + width * step / steps
        crossing = sum(len(line.text) for line in lines if line.left < x - 1 and line.right > x + 1)
        beside = [line for line in lines if not (line.left < x - 1 and line.right > x + 1)]
        on_left, on_right = [item for item in beside if item.right <= x + 1], [item for item in beside if item.left >= x - 1]
        if len(on_left) < 4 or len(on_right) < 4 or not _are_columns(on_left, on_right, left_edge, x, right_edge):
            continue
        cost = crossing + abs(step - steps / 2) * 0.2
        if best is None or cost < best[0]:
            best = (cost, x)
    if best is None:
        return None
    total = sum(len(line.text) for line in lines)
    return best[1] if best[0] <= 0.45 * total else None


def _are_columns(on_left: Sequence[Line], on_right: Sequence[Line], left_edge: float, x: float, right_edge: float) -> bool:
    low = max(min(line.bottom for line in on_left), min(line.bottom for line in on_right))
    high = min(max(line.top for line in on_left), max(line.top for line in on_right))
    size = median(line.size or 10 for line in (*on_left, *on_right))
    if high - low < 3 * size:
        return False
    shared_left = [line for line in on_left if line.top >= low and line.bottom <= high]
    shared_right = [line for line in on_right if line.top >= low and line.bottom <= high]
    if len(shared_left) < 3 or len(shared_right) < 3:
        return False
    room_left, room_right = x - left_edge, right_edge - x
    return _filled(shared_left, room_left) and _filled(shared_right, room_right)


def _filled(lines: Sequence[Line], room: float) -> bool:
    """Whether most characters stand in lines of prose that nearly fill the room."""
    total = sum(len(line.text) for line in lines)
    full = [line for line in lines if line.right - line.left >= 0.6 * room and len(line.text) >= 15]
    return len(full) >= 3 and sum(len(line.text) for line in full) >= 0.6 * total


def _down(lines: list[Line]) -> list[Line]:
    """One column: the file's order when it goes down the page, else sorted by place."""
    upward = sum(1 for before, here in pairwise(lines) if here.bottom > before.top + 0.5 * max(here.size, 4))
    # A few steps up are boxes and notes written last; the file's order is then the better guess.
    return lines if upward <= 0.2 * len(lines) else by_place(lines)


def _join_rows(lines: list[Line]) -> list[Line]:
    """Neighbours on one baseline, as the cells of a table row are, become one line."""
    joined: list[Line] = []
    for line in lines:
        before = joined[-1] if joined else None
        if before is not None:
            overlap = min(before.top, line.top) - max(before.bottom, line.bottom)
            if overlap > 0.5 * min(before.top - before.bottom, line.top - line.bottom) and line.left >= before.right - 1:
                joined[-1] = Line(
                    text=f"{before.text} {line.text}",
                    left=before.left,
                    bottom=min(before.bottom, line.bottom),
                    right=line.right,
                    top=max(before.top, line.top),
                    size=before.size if len(before.text) > len(line.text) else line.size,  # a bullet may be large
                    is_bold=before.is_bold and line.is_bold,
                    ends_with_hyphen=line.ends_with_hyphen,
                )
                continue
        joined.append(line)
    return joined


def body_size(pages: Sequence[Page]) -> float:
    """The letter size that most characters have; 0 when places are unknown."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            if line.has_place:
                sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def blocks_of(page: Page, body: float) -> list[Block]:
    """Paragraphs, headings and list items of one page in reading order."""
    found: list[Block] = []
    for column in in_reading_order(page):
        placed = [line for line in column if line.has_place]
        if not placed:
            found += _plain_blocks(page.number, column)
            continue
        found += _column_blocks(page.number, column)
    for block in found:
        if block.kind != "table" and _is_heading(block, body):
            block.kind = "heading"
    return found


def _column_blocks(number: int, column: list[Line]) -> list[Block]:
    """Blocks of one column: its tables, and the prose before, between and after them."""
    ordered = by_place(column)
    tables = find_tables(ordered)
    if not tables:
        return _prose(number, _join_rows(column))
    found: list[Block] = []
    cursor = 0
    for start, end, rows in tables:
        inside = {id(line) for line in ordered[cursor:start]}
        found += _prose(number, _join_rows([line for line in column if id(line) in inside]))
        found.append(Block(number, ordered[start:end], kind="table", cells=rows))
        cursor = end
    inside = {id(line) for line in ordered[cursor:]}
    return found + _prose(number, _join_rows([line for line in column if id(line) in inside]))


def _prose(number: int, column: list[Line]) -> list[Block]:
    found: list[Block] = []
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
                    kind="item" if _BULLET.match(line.text) else "paragraph",
                )
                found.append(block)
            else:
                block.lines.append(line)
                block.is_bold = block.is_bold and line.is_bold
    return found


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
    if step < -0.5 * size or abs(before.size - here.size) > 0.12 * size or _BULLET.match(here.text):
        return True
    is_stopped, is_full = before.text.endswith(_STOP), before.right >= right - 0.12 * width
    if (
        not is_stopped
        and 0 <= step <= 2.2 * max(pitch, size)
        and (here.text[:1].islower() or (is_full and before.is_bold == here.is_bold and len(before.text) >= 40))
    ):
        return False
    if step > max(1.45 * pitch, 1.2 * size + 2):
        return True
    if before.is_bold != here.is_bold and (block.is_bold or here.is_bold) and len(block.text) < 120:
        return True
    if not is_full and is_stopped:
        return True
    if block.kind == "paragraph" and here.left > edge + 0.6 * size and abs(before.left - edge) < 0.4 * size and is_stopped:
        return True  # an indented first line
    return block.kind == "item" and here.left < block.lines[0].left - 0.5 * size


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
        if not is_open or _BULLET.match(text):
            found.append(Block(number, [line], kind="item" if _BULLET.match(text) else "paragraph"))
        else:
            found[-1].lines.append(line)
        is_open = not (text.endswith(_STOP) and len(text) < 0.7 * widest)
    return found


def _is_heading(block: Block, body: float) -> bool:
    text = block.text
    # The title of a trial is often a whole sentence in large letters: five lines and 250 characters are nothing rare.
    most_letters, most_lines = (400, 8) if block.size >= 1.4 * body else (220, 4)
    if not body or (block.kind == "item" and not block.is_bold) or not 3 <= len(text) <= most_letters:
        return False
    if len(block.lines) > most_lines:
        return False
    if not re.search(r"[^\W\d_]{2}", text) or text.endswith((",", ";")):
        return False
    if block.size >= 1.15 * body:
        return not (text.endswith(".") and len(text) > 80)
    return block.is_bold and len(text) <= 110 and not text.endswith(".") and block.size >= 0.9 * body
