"""What stands at the margins of PDF pages and is no text: running heads and feet, page numbers, numbers of lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from kmassist.readers.pdf.model import Line, Page
from kmassist.readers.pdf.order import share_row
from kmassist.readers.pdf.tables import bands_of, by_place
from kmassist.text.shipped import english

_EDGE = 0.12
PAGE_NUMBER = english("readers", "page_number")
_NAMED_FOOT = english("readers", "foot_with_a_page")
_PAGE_AT_END = english("readers", "page_at_the_end")
_ADDRESS = re.compile(r"(?:^|\s)(?:https?|file)://\S+(?=\s|$)")
_MOMENT = english("readers", "moment_of_printing")
_FEWEST_NUMBERED = 8
_FEWEST_IN_STEPS = 3
"""Numbers of lines on a page, where each line has one and where every fifth or tenth has."""


def drop_running_lines(pages: Sequence[Page]) -> int:
    """Remove heads and feet that repeat and page numbers, in place; returns how many lines went.

    A line near the top or bottom edge goes when its words (digits apart) stand at that edge on three pages or more and
    on a quarter of all (on both of two, at one place), or when it is nothing but a page number and other pages have one
    too. A notice turned against the page, as along a margin, goes when it repeats like that.
    """
    seen: Counter[tuple[str, bool, int]] = Counter()
    aside: Counter[str] = Counter()
    numbered = 0
    for page in pages:
        edges = list(_edges(page))
        seen.update({_mark(line, is_top, len(pages)) for line, is_top in edges})
        numbered += any(PAGE_NUMBER.match(line.text) for line, _ in edges)
        aside.update({_words(line) for part in page.beside for line in part.lines})
    needed = 2 if len(pages) == 2 else max(3, len(pages) // 4)
    dropped = 0
    for page in pages:
        gone = _marks_of_a_browser(page)
        for line, is_top in _edges(page):
            is_repeated = seen[_mark(line, is_top, len(pages))] >= needed
            is_number = (
                bool(PAGE_NUMBER.match(line.text))
                and numbered >= max(2, len(pages) // 2)
                and not _leads_words(line, page.lines)
            )
            is_only_page = len(pages) == 1 and not is_top and _is_lone_number(line, page)
            if is_repeated or is_number or is_only_page or _is_numbered(line, page.number):
                gone.add(id(line))
        dropped += len(gone)
        page.running = [line.text for line in page.lines if id(line) in gone]
        page.lines = [line for line in page.lines if id(line) not in gone]
        for part in page.beside:
            kept = [line for line in part.lines if aside[_words(line)] < max(3, needed)]
            dropped += len(part.lines) - len(kept)
            part.lines = kept
    return dropped


def _marks_of_a_browser(page: Page) -> set[int]:
    """The lines (by ``id``) of the first and the last row of a page where one has an address and one a day with its time.

    Browsers print when a page was printed, its title, its address and the number of the page there, each in its own order.
    """
    lines = [line for line in page.lines if line.has_place]
    if not lines or len(lines) < len(page.lines) or not page.height:
        return set()
    highest = max(lines, key=lambda line: line.top)
    lowest = min(lines, key=lambda line: line.bottom)
    if highest.bottom < page.height * (1 - _EDGE) or lowest.top > page.height * _EDGE:
        return set()
    rows = [[line for line in lines if share_row(line, edge)] for edge in (highest, lowest)]
    words = " ".join(line.text for row in rows for line in row)
    if not (_ADDRESS.search(words) and _MOMENT.search(words)):
        return set()
    return {id(line) for row in rows for line in row}


def _is_numbered(line: Line, number: int) -> bool:
    """Whether a line at an edge ends with "Page" and a number: after a bar or dash, or its own page's."""
    own = _PAGE_AT_END.search(line.text)
    return bool((own and int(own["number"]) == number) or _NAMED_FOOT.search(line.text))


def _is_lone_number(line: Line, page: Page) -> bool:
    """Whether the last line of a page is that page's own number and nothing else."""
    last = min((other.bottom for other in page.lines if other.has_place), default=0)
    is_last = line.has_place and line.bottom <= last
    return is_last and line.text.strip() == str(page.number) and not _leads_words(line, page.lines)


def _words(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.casefold()).strip()


def _mark(line: Line, is_top: bool, pages: int) -> tuple[str, bool, int]:
    """What makes two lines the same running line; on two pages they must also stand at the very same place."""
    place = round(line.bottom) * 10_000 + round(line.left) if pages == 2 and line.has_place else 0
    return _words(line), is_top, place


def _edges(page: Page) -> Iterable[tuple[Line, bool]]:
    """Lines near an edge or outermost, or the first and last two where places are unknown; with whether it is the upper edge."""
    if not page.lines:
        return
    if page.height and all(line.has_place for line in page.lines):
        lowest = min(line.bottom for line in page.lines)
        highest = max(line.top for line in page.lines)
        of_tables = {id(line) for line in page.lines if _is_of_table(line, page)}
        for line in page.lines:
            if id(line) in of_tables:
                continue
            is_number = bool(PAGE_NUMBER.match(line.text)) and not _leads_words(line, page.lines)
            if line.bottom > page.height * (1 - _EDGE) or (is_number and line.top >= highest - 1):
                yield line, True
            elif line.top < page.height * _EDGE or (
                # LaTeX puts its page numbers well above the edge, alone on the last line.
                is_number and line.bottom <= lowest + 1 and line.top < page.height * 0.25
            ):
                yield line, False
        return
    filled = [line for line in page.lines if line.text.strip()]
    for line in filled[:2]:
        yield line, True
    for line in filled[2:][-2:]:
        yield line, False


def _is_of_table(line: Line, page: Page) -> bool:
    """Whether a line stands in a row like those that its table has between the edges: as the header that each page repeats."""
    for grid in page.grids:
        if not _is_within(line, grid.box):
            continue
        widths = Counter(cell.top_row for cell in grid.cells)
        own = next((cell.top_row for cell in grid.cells if _is_within(line, cell.box)), None)
        inner = {
            cell.top_row
            for cell in grid.cells
            if page.height * _EDGE < (cell.box[1] + cell.box[3]) / 2 < page.height * (1 - _EDGE)
        }
        if own is not None and any(widths[row] == widths[own] > 1 for row in inner):
            return True
    return False


def _leads_words(number: Line, lines: Sequence[Line]) -> bool:
    """Whether words follow a number closely on its line: it is a chapter's."""
    return number.has_place and any(
        0 <= line.left - number.right < 3 * number.size
        and share_row(number, line)
        and line is not number
        for line in lines
    )


def drop_line_numbers(page: Page) -> bool:
    """Remove the numbers that a draft has beside its lines, in place; whether there were any.

    They are whole numbers left of all other words, one under the other, that rise by one or by five with the lines, and
    stand as evenly as the lines do.
    """
    lines = [line for line in page.lines if line.has_place]
    tables = [grid.box for grid in page.grids]
    numbers = [
        line
        for line in lines
        if re.fullmatch(r"\d{1,4}", line.text)
        and not any(_is_within(line, box) for box in tables)  # the steps of a procedure
    ]
    if len(numbers) < _FEWEST_IN_STEPS:
        return False
    edge = Counter(round(line.right / 3) for line in numbers).most_common(1)[0][0]
    column = sorted(
        (line for line in numbers if abs(line.right / 3 - edge) <= 2), key=lambda line: -line.bottom
    )
    while len(column) >= _FEWEST_IN_STEPS:
        steps = [int(after.text) - int(before.text) for before, after in pairwise(column)]
        if all(step == steps[0] for step in steps) and steps[0] in (1, 5, 10):
            break
        column = _longest_rise(column)
    if len(column) < _FEWEST_IN_STEPS:
        return False
    step = int(column[1].text) - int(column[0].text)
    ids = {id(line) for line in column}
    others = [
        line
        for line in lines
        if id(line) not in ids and column[-1].bottom - 2 <= line.bottom <= column[0].top
    ]
    beyond = [line for line in others if line.left < max(number.right for number in column) + 1]
    gaps = [before.bottom - after.bottom for before, after in pairwise(column)]
    usual = median(gaps)
    even = sum(gap <= 1.25 * usual for gap in gaps)
    rows = len(bands_of(by_place(others)))
    # Few numbers are those of lines only where as many lines as they count stand between them.
    if len(column) < _FEWEST_NUMBERED and (
        step == 1 or abs(rows - step * (len(column) - 1) - 1) > 0.1 * rows
    ):
        return False
    if (
        len(beyond) > 0.02 * len(others) + 1
        or even < 0.7 * len(gaps)
        or (len(column) < 0.6 * rows and gaps and rows < 4 * len(column) and step == 1)
    ):
        return False
    page.lines = [line for line in page.lines if id(line) not in ids]
    return True


def _is_within(line: Line, box: tuple[float, float, float, float]) -> bool:
    x, y = (line.left + line.right) / 2, (line.bottom + line.top) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _longest_rise(column: list[Line]) -> list[Line]:
    """The longest part of a column whose numbers rise evenly."""
    best: list[Line] = []
    start = 0
    for number in range(1, len(column) + 1):
        is_end = number == len(column)
        step = (
            int(column[start + 1].text) - int(column[start].text) if start + 1 < len(column) else 0
        )
        if is_end or int(column[number].text) - int(column[number - 1].text) != step:
            if number - start > len(best) and step in (1, 5, 10):
                best = column[start:number]
            start = number if not is_end and number > start + 1 else max(start + 1, number - 1)
    return best if len(best) < len(column) else []
