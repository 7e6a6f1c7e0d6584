"""What a workbook hides: sheets, rows, columns, and the texts that only those used."""

from __future__ import annotations

import re

from kmassist.readers.hidden_parts import Parts, cut, named, words_of
from kmassist.readers.xml_tree import Element, children, local_name

_BOOK = "xl/workbook.xml"
_STRINGS = "xl/sharedStrings.xml"
_PLACE = re.compile(r"([A-Z]{1,3})(\d+)")
_MOST_COLUMNS = 16_384


def hide_cells(parts: Parts) -> None:
    """Takes hidden sheets, rows and columns out; formulas become the values that they had."""
    book = parts.root(_BOOK)
    if book is None:
        return
    before = len(parts.found)
    targets, shown = parts.targets(_BOOK), []
    shared = [words_of(e) for e in children(parts.root(_STRINGS), "si")]
    gone: list[int] = []
    for number, sheet in enumerate(named(book, lambda tag: tag == "sheet")):
        part = targets.get(_relation(sheet), "")
        if sheet.get("state") in {"hidden", "veryHidden"}:
            root = parts.root(part)
            words = [] if root is None else [_value(cell, shared) for cell in _cells(root)]
            parts.note("hidden sheet", " ".join(filter(None, words)), sheet.get("name") or "sheet")
            gone.append(number)
            parts.drop(part)
            for inside in parts.targets(part).values():
                parts.drop(inside)
            parts.remove(_BOOK, [sheet])
        elif part.startswith("xl/worksheets/"):
            shown.append(part)
    for part in shown:
        if b"hidden=" in parts.raw(part):
            _rows_and_columns(parts, part, shared)
    if gone:
        _names(parts, book, gone)
    if len(parts.found) > before:
        for part in shown:
            parts.remove(part, named(parts.root(part), lambda tag: tag == "f"))
        _strings(parts, shown)


def _relation(sheet: Element) -> str:
    return next((str(v) for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")


def _cells(root: Element) -> list[Element]:
    return named(root, lambda tag: tag == "c")


def _value(cell: Element, shared: list[str]) -> str:
    words = " ".join(words_of(e) for e in children(cell, "v", "is"))
    if cell.get("t") == "s" and words.isdigit():
        return shared[int(words)] if int(words) < len(shared) else ""
    return words


def _rows_and_columns(parts: Parts, name: str, shared: list[str]) -> None:
    root = parts.root(name)
    if root is None:
        return
    columns: set[int] = set()
    for column in named(root, lambda tag: tag == "col"):
        first, last = column.get("min") or "", column.get("max") or ""
        if column.get("hidden") in {"1", "true"} and first.isdigit() and last.isdigit():
            columns.update(range(int(first), min(int(last), _MOST_COLUMNS) + 1))
    words = []
    for row in named(root, lambda tag: tag == "row"):
        is_hidden = row.get("hidden") in {"1", "true"}
        for cell in list(children(row, "c")):
            if (is_hidden or _column(cell) in columns) and (value := _value(cell, shared)):
                words.append(value)
                cut(cell)
                parts.touched(name)
    parts.note("hidden row or column", " ".join(words))


def _column(cell: Element) -> int:
    found = _PLACE.fullmatch(cell.get("r") or "")
    number = 0
    for letter in found[1] if found else "":
        number = 26 * number + ord(letter) - 64
    return number


def _names(parts: Parts, book: Element, gone: list[int]) -> None:
    """Names of ranges and the view: none may count on a sheet that is gone."""
    for name in named(book, lambda tag: tag == "definedName"):
        place = name.get("localSheetId") or ""
        if place.isdigit():
            if int(place) in gone:
                cut(name)
            else:
                name.set("localSheetId", str(int(place) - sum(at < int(place) for at in gone)))
    titles = {sheet.get("name") or "" for sheet in named(book, lambda tag: tag == "sheet")}
    for name in named(book, lambda tag: tag == "definedName"):
        said = re.match(r"'?((?:[^'!]|'')+)'?!", name.text or "")
        if said and said[1].replace("''", "'") not in titles:
            cut(name)
    for view in named(book, lambda tag: tag == "workbookView"):
        for attribute in ("activeTab", "firstSheet"):
            view.attrib.pop(attribute, "")
    for empty in named(book, lambda tag: tag == "definedNames"):
        if not len(empty):
            cut(empty)
    parts.touched(_BOOK)


def _strings(parts: Parts, shown: list[str]) -> None:
    """Texts of the shared table that no cell uses any more become empty; the numbers of the others stay."""
    root = parts.root(_STRINGS)
    if root is None:
        return
    used: set[str] = set()
    for part in shown:
        sheet = parts.root(part)
        for cell in _cells(sheet) if sheet is not None else ():
            if cell.get("t") == "s":
                used.update(words_of(value) for value in children(cell, "v"))
    for number, item in enumerate(children(root, "si")):
        if str(number) not in used:
            for child in list(item):
                if local_name(child) in {"t", "r", "rPh", "phoneticPr"}:
                    cut(child)
    parts.touched(_STRINGS)
