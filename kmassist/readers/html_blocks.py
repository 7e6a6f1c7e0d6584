"""The words of a page as blocks, from its tree: headings, paragraphs, list items, tables. Withdrawn and hidden words are counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import lxml.etree

from kmassist.documents.metadata import AuditCriterion
from kmassist.errors import UnreadableSource
from kmassist.readers.content import TextBuilder, one_line, stand_apart
from kmassist.readers.grid import BLANK, Cell, Grid, Note, Table, block_lines
from kmassist.readers.grid_headers import Unmarked
from kmassist.readers.grid_reading import read_grid
from kmassist.readers.html_styles import Styles
from kmassist.readers.html_tree import Element
from kmassist.readers.office_tables import add_audited
from kmassist.readers.raised import CLOSE, OPEN, settle_raised

_MOST_NESTED = 20
_DEEPEST = 2_000  # the parser drops what is nested deeper than 2,048
_IGNORED = frozenset([
    "script", "style", "nav", "noscript", "template", "svg", "iframe", "select", "button", "object", "head", "title",
    "annotation", "annotation-xml", "video", "audio", "canvas",
])  # fmt: skip
_STRUCK = frozenset({"del", "s", "strike"})
_BLOCKS = frozenset([
    "p", "div", "section", "article", "main", "header", "footer", "aside", "li", "ul", "ol", "dl",
    "dt", "dd", "table", "tr", "td", "th", "thead", "tbody", "tfoot", "h1", "h2", "h3", "h4",
    "h5", "h6", "blockquote", "pre", "figure", "figcaption", "body", "form", "fieldset",
    "address", "caption", "summary", "details",
])  # fmt: skip
_FRAMES = frozenset({"aside", "footer"})
_ITEMS = frozenset({"li", "dt", "dd"})
_LINES = _ITEMS | {"pre"}
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_BREAK = "\u2028"
"""Stands for ``br`` in words that are not on one line yet."""
_LINKED, _LONGEST_NAME = 0.8, 8
"""How much of a block is links where it is the names of pages, and the most words of such a name."""
_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii")


@dataclass(slots=True)
class Block:
    """One block. ``kind``: heading, paragraph, line or table. ``frame``: it stands in a side box or footer, of the main
    text (``inner``) or of the page (``outer``), or before or after what the page calls its main part (``beside``). ``linked``: how many of its characters are links, of so many ``anchors``.
    ``number``: of a list."""

    kind: str
    text: str = ""
    level: int = 0
    table: list[Note | Table] = field(default_factory=list)
    frame: str = ""
    linked: int = 0
    anchors: int = 0
    number: str = ""

    @property
    def is_link(self) -> bool:
        """Whether it is the name of another page and nothing else."""
        return (
            self.kind in ("paragraph", "line")
            and not (self.number or self.text.endswith((".", "?", "!")))
            and self.linked >= _LINKED * len("".join(self.text.split()))
            and len(self.text.split()) <= _LONGEST_NAME * self.anchors
        )

    def texts(self) -> Iterator[str]:
        """The words of the block, piece by piece."""
        if self.text:
            yield self.text
        for part in self.table:
            if isinstance(part, Note):
                yield from part.texts
            else:
                for row in part.rows:
                    yield from (cell.text for cell in row.cells)


class Page:
    """One pass over the tree of a page."""

    def __init__(self, root: Element) -> None:
        self.blocks: list[Block] = []
        self.linked = 0
        self.deepest = 0
        self.hidden = 0
        self.struck = 0
        self._styles = Styles(root)
        self._has_main = next(root.iter("main", "article"), None) is not None
        self._marks_main = next(root.iter("main"), None) is not None
        self._words: list[str] = []
        self._block_links = self._block_anchors = 0
        self._prefix = ""
        self._term: Block | None = None
        self._numbers: list[int | None] = []
        self._open: list[str] = []
        self._is_flat = False
        self._depth = 0
        self._walk(root)
        self._flush()

    def say(self, builder: TextBuilder) -> None:
        """Warns of what was left out because it is withdrawn or not to be seen."""
        builder.warn_left_out(self.struck, "struck-out piece")
        builder.warn_left_out(self.hidden, "hidden text part")

    def _walk(self, root: Element) -> None:
        walker = lxml.etree.iterwalk(root, events=("start", "end"))
        skipped: Element | None = None
        for event, element in walker:
            if event == "start":
                if len(self._open) > _DEEPEST:
                    raise UnreadableSource(
                        "This page is nested too deeply to read.", "Save it again.", kind="limit"
                    )
                if self._leave_out(element) or self._table(element):
                    walker.skip_subtree()
                    skipped = element
                else:
                    self._start(element)
                    self._add(element.text)
            else:
                if element is not skipped:
                    self._end(element)
                skipped = None
                if element is not root:
                    self._add(element.tail)

    def _leave_out(self, element: Element) -> bool:
        """Whether an element is no text, not to be seen or withdrawn."""
        tag = str(element.tag)
        if tag in _IGNORED:
            if tag in _BLOCKS or tag == "nav":
                self._flush()
            return True
        is_struck = tag in _STRUCK or self._styles.is_struck(element)
        is_hidden = tag != "body" and (
            element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
            or (tag == "dialog" and element.get("open") is None)
            or _lies_over(element)
            or self._styles.is_hidden(element)
        )
        if not (is_struck or is_hidden):
            return False
        if tag in _BLOCKS:
            self._flush()
        if any(text.strip() for text in element.itertext()):
            self.struck += is_struck
            self.hidden += is_hidden and not is_struck
        return True

    def _start(self, element: Element) -> None:
        tag = str(element.tag)
        if tag == "sup":
            self._words.append(OPEN)
        elif tag == "a":
            self._block_anchors += 1
        elif tag in ("br", "hr", "wbr"):
            self._words.append({"wbr": "", "br": _BREAK}.get(tag, " "))
        elif self._is_flat:
            self._words.append(" " if tag in _BLOCKS else "")
        elif tag in _BLOCKS:
            self._flush()
            if tag in ("ol", "ul"):
                self._numbers.append(_first_number(element) if tag == "ol" else None)
            elif tag in _ITEMS:
                self._prefix = self._number(element) if tag == "li" else ""
        elif _is_power(element):
            self._words.append("^(")
        self._open.append(tag)
        self.deepest = max(self.deepest, len(self._open))

    def _end(self, element: Element) -> None:
        tag = str(element.tag)
        if tag == "sup":
            self._words.append(CLOSE)
        elif _is_power(element):
            self._words.append(")")
        if self._is_flat:
            self._words.append(" " if tag in _BLOCKS else "")
        elif tag in _BLOCKS:
            self._flush()
            if tag in ("ol", "ul") and self._numbers:
                self._numbers.pop()
        self._open.pop()

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if "pre" in self._open and not self._is_flat and "\n" in text:
            first, *others = text.split("\n")
            self._words.append(first)
            for line in others:
                self._flush()
                self._words.append(line)
            return
        self._words.append(text)
        if "a" in self._open:
            self.linked += len(text.strip())
            self._block_links += len(text.strip())

    def _number(self, item: Element) -> str:
        """The number that a list item shows, as ``2. ``; empty for one with a bullet."""
        if not self._numbers or self._numbers[-1] is None:
            return ""
        stated = str(item.get("value") or "")
        number = int(stated) if stated.isdigit() and len(stated) < 6 else self._numbers[-1]
        self._numbers[-1] = number + 1
        parent = item.getparent()
        style = str(parent.get("type") or "1") if parent is not None else "1"
        return f"{_numeral(number, style)}. "

    def _flush(self) -> None:
        if self._is_flat:
            return
        raw = settle_raised("".join(self._words))
        text = one_line(raw)
        if text:
            lines = [line for part in raw.split(_BREAK) if (line := one_line(part))]
            level = next((int(tag[1]) for tag in self._open if tag in _HEADINGS), 0)
            kind = "heading" if level else "line" if _LINES & set(self._open) else "paragraph"
            item = next((tag for tag in reversed(self._open) if tag in _ITEMS), "")
            term = self.blocks[-1] if self.blocks and self.blocks[-1] is self._term else None
            if item == "dd" and term is not None and not term.text.endswith((".", "?")):
                text = f"{term.text.rstrip(' :')}: {text}"  # a term of a list, with what it means
                self.blocks.pop()
            more: list[str] = []
            if kind == "paragraph" and stand_apart(lines):
                text, *more = lines
            links = self._block_links, self._block_anchors
            block = Block(kind, text, level, [], self._frame(), *links, self._prefix)
            self.blocks.append(block)
            self.blocks += [Block("line", line, 0, [], self._frame()) for line in more]
            self._term = block if item == "dt" and kind == "line" else None
            self._prefix = ""
        self._words = []
        self._block_links = self._block_anchors = 0

    def _frame(self) -> str:
        if not _FRAMES & set(self._open):
            return "beside" if self._marks_main and "main" not in self._open else ""
        is_inner = not self._has_main or "main" in self._open or "article" in self._open
        return "inner" if is_inner else "outer"

    def _table(self, element: Element) -> bool:
        """Adds a table; false for what is none, and for one that only places text on the page."""
        if element.tag != "table" or self._depth > _MOST_NESTED or _is_layout(element):
            return False
        self._flush()
        self._depth += 1
        found = self._read_table(element)
        self._depth -= 1
        if self._is_flat:
            self._words += [f" {line} " for line in block_lines(found)]
        elif found:
            self.blocks.append(Block("table", "", 0, found, self._frame()))
        return True

    def _read_table(self, element: Element) -> list[Note | Table]:
        grid = Grid()
        for row in _rows(element):
            if self._leave_out(row):
                continue
            cells = [
                (self._cell(cell), _span(cell, "rowspan"), _span(cell, "colspan") or 1)
                for cell in row
                if cell.tag in ("td", "th") and not self._leave_out(cell)
            ]
            parent = row.getparent()
            grid.add_row(cells, is_head=parent is not None and parent.tag == "thead")
        found = read_grid(grid, Unmarked.OVER_FIGURES)
        for caption in element.findall("caption"):
            found.insert(0, Note((self._flat(caption),)))
        return found

    def _cell(self, element: Element) -> Cell:
        text = self._flat(element)
        if not text:
            return BLANK
        is_bold = any(
            one_line("".join(map(str, bold.itertext()))) == text
            for bold in element.iter("b", "strong")
        )
        return Cell(text, is_head=element.tag == "th" or is_bold)

    def _flat(self, element: Element) -> str:
        """All words inside an element on one line."""
        held = self._words, self._is_flat, self._open
        self._words, self._is_flat, self._open = [], True, []
        self._walk_inside(element)
        text = one_line(settle_raised("".join(self._words)))
        self._words, self._is_flat, self._open = held
        return text

    def _walk_inside(self, element: Element) -> None:
        self._add(element.text)
        for child in element:
            self._walk(child)
            self._add(child.tail)


def write_blocks(
    builder: TextBuilder, blocks: list[Block], *, is_tight: bool = False
) -> list[AuditCriterion]:
    """Adds blocks to a document; gives the criteria of audits among its tables.

    Args:
        is_tight: list items and rows follow the paragraph before without a blank line, as in Markdown.
    """
    previous, criteria = "", list[AuditCriterion]()
    for block in blocks:
        if block.kind == "heading":
            builder.heading(block.text, block.level)
        elif block.kind == "table":
            criteria += add_audited(builder, block.table, is_tight=is_tight)
        else:
            follows = block.kind == "line" and (is_tight or previous == "line")
            (builder.line if follows else builder.paragraph)(block.number + block.text)
        previous = block.kind
    return criteria


def _is_power(element: Element) -> bool:
    """Whether an element is the exponent of a formula."""
    parent = element.getparent()
    return parent is not None and parent.tag == "msup" and parent.index(element) == 1


def _is_layout(table: Element) -> bool:
    """Whether a table only places text: it has no header cells of its own, and holds headings or tables, or is one column."""
    if table.get("role") in ("presentation", "none"):
        return True
    rows = list(_rows(table))
    cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]
    if any(cell.tag == "th" for row in cells for cell in row):
        return False
    inner = table.iter("table", "h1", "h2", "h3", "h4", "h5", "h6")
    return any(element is not table for element in inner) or all(len(row) < 2 for row in cells)


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot", "div"):
            yield from _rows(child)


def _span(cell: Element, name: str) -> int:
    stated = str(cell.get(name) or "").strip()
    return min(int(stated), 1_000) if stated.isdigit() and len(stated) < 6 else 1


def _first_number(element: Element) -> int | None:
    if "none" in str(element.get("style") or ""):
        return None
    stated = str(element.get("start") or "1")
    return int(stated) if stated.isdigit() and len(stated) < 6 else 1


def _numeral(number: int, style: str) -> str:
    if style in ("a", "A") and 1 <= number <= 26:
        return chr(ord(style) + number - 1)
    if style in ("i", "I") and 1 <= number < len(_ROMAN):
        return _ROMAN[number] if style == "i" else _ROMAN[number].upper()
    return str(number)


def _lies_over(element: Element) -> bool:
    """Whether an element lies over the page as a notice of cookies does, and is not the page itself."""
    is_dialog = element.get("role") in ("dialog", "alertdialog")
    return is_dialog and next(element.iter("h1", "main", "article"), None) is None
