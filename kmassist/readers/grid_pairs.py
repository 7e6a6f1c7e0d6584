"""Labels with their values: in a row above a table, in two columns, or twice two as in the control table of a procedure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kmassist.readers.grid import Cell, Note, Table
from kmassist.readers.grid_kinds import (
    are_figures,
    filled_cells,
    is_heading,
    kind_of,
    names_rows,
)
from kmassist.text.shipped import english

_Rows = Sequence[Sequence[Cell]]
_LABEL = english("readers", "label_of_an_audit")
_OF_A_DOCUMENT = english("readers", "label_of_a_document")


def is_pair(rows: _Rows, at: int) -> bool:
    """Whether a row above a table is a label and its value."""
    row = rows[at]
    filled = filled_cells(row)
    if len(filled) != 2 or row[0] is not filled[0]:
        return False
    if filled[0].text.endswith(":") or _LABEL.fullmatch(filled[0].text.strip(" :")):
        return True
    following = rows[at + 1] if at + 1 < len(rows) else ()
    return (
        len(row) > 2
        and len(filled_cells(following)) > 2
        and row[1] is filled[1]
        and bool(following[0].text)
        and following[0] is not row[0]
        and row.count(row[1]) == 1
        and kind_of(following[1]) != "figure"  # "Responses" over 41 is a heading
    )


def labelled_pairs(row: Sequence[Cell], number: int) -> list[Note]:
    """The labels and values of a row where each label ends with a colon: "Auditor: | Ann | Date: | 3 May". Nothing for others."""
    filled = filled_cells(row)
    if len(filled) % 2 or len(filled) == 2:
        return []
    if any(cell.text.endswith(":") != (at % 2 == 0) for at, cell in enumerate(filled)):
        return []
    found = zip(filled[::2], filled[1::2], strict=True)
    return [Note((label.text.strip(" :"), value.text), number) for label, value in found]


def pairs_above(rows: _Rows, at: int, number: int) -> list[Note]:
    """The labels and values of a row above a header: "Hospital | Marlow Vale | | Quarter | Q3". Nothing when it is no such row.

    The row below is the header: it names other columns, over figures. Each value stands beside its label, or in its cell.
    """
    if at + 2 >= len(rows):
        return []
    row, head, below = rows[at], rows[at + 1], rows[at + 2 :]
    is_apart = bool(head[0].text) and not any(cell.text and cell in head for cell in row)
    names = [cell.text for cell in filled_cells(head)]
    is_over = any(kind_of(c) == "text" and are_figures(below, n) for n, c in enumerate(head))
    if not (is_apart and is_over and is_heading(head)) or len(set(names)) < len(names):
        return []
    filled = filled_cells(row)
    parted = [tuple(re.split(r":\s+", cell.text, maxsplit=1)) for cell in filled]
    if all(len(part) == 2 for part in parted):
        return [Note(part, number) for part in parted]
    found = list(zip(filled[::2], filled[1::2], strict=False))
    ends = (len(row) - row[::-1].index(label) for label, _ in found)
    is_beside = all(row[end] is value for end, (_, value) in zip(ends, found, strict=True))
    is_told = all(label.text.endswith(":") or _LABEL.fullmatch(label.text) for label, _ in found)
    if len(filled) % 2 or not is_beside or not (is_told or 3 < len(filled) < len(names)):
        return []
    return [Note((label.text.strip(" :"), value.text), number) for label, value in found]


def pairs(rows: _Rows, numbers: Sequence[int]) -> list[Note | Table]:
    """Labels with their values, when a table lists these in two columns, or in twice two; else nothing."""
    width = len(rows[0])
    if all(cell.is_head for cell in rows[0]):
        return []
    if width == 2:
        if not _are_pairs(rows):
            return []
        return [
            Note(tuple(cell.text for cell in filled_cells(row)), number)
            for row, number in zip(rows, numbers, strict=True)
            if filled_cells(row)
        ]
    if width != 4 or not _are_twice_pairs(rows):
        return []
    halves = [
        (row[at : at + 2], number)
        for row, number in zip(rows, numbers, strict=True)
        for at in (0, 2)
    ]
    return [
        Note(tuple(cell.text for cell in filled_cells(half)), number)
        for half, number in halves
        if filled_cells(half)
    ]


def _are_twice_pairs(rows: _Rows) -> bool:
    """Whether rows of four cells are a label and its value twice, as the control table of a procedure: no column has one kind
    of value, each label stands once, and a value with figures stands where a header would have words."""
    labels = [row[at].text for row in rows for at in (0, 2) if row[at].text]
    values = [row[at].text for row in rows for at in (1, 3) if row[at].text]
    if not labels or not values or len({label.casefold() for label in labels}) < len(labels):
        return False
    if any(re.search(r"\d", label) or len(label.split()) > 6 for label in labels):
        return False
    is_marked = all(row[at].is_head for row in rows for at in (0, 2) if row[at].text) and not any(
        row[at].is_head for row in rows for at in (1, 3)
    )
    has_colons = all(label.endswith(":") for label in labels)
    first = [rows[0][at].text for at in (1, 3)]
    return is_marked or has_colons or any(re.search(r"\d", text) for text in first)


def _are_pairs(rows: _Rows) -> bool:
    """Whether a table of two columns lists labels and values instead of having a header."""
    label, value = rows[0]
    if label.text.endswith(":") or names_rows(rows):
        return True
    if sum(bool(_OF_A_DOCUMENT.fullmatch(row[0].text)) for row in rows) > 1:
        return True
    if are_figures(rows[1:], 1) or _heads_two_columns(rows):
        return False
    return (
        len(value.text) > 60
        or kind_of(value) == "figure"
        # Values of several kinds, dates and versions among words, are no column under one heading.
        or sum(bool(re.search(r"\d", row[1].text)) for row in rows) > 1
        or len(rows) == 2
    )


def _heads_two_columns(rows: _Rows) -> bool:
    """Whether the first of two words names what stands below it: figures, as "Glucose (mmol/L)" over "< 1.0", or values
    that all begin with one; or both begin alike, as "By 2025" and "By 2027".
    """
    first, rest = rows[0], [row for row in rows[1:] if all(cell.text for cell in row)]
    words = [cell.text.split() for cell in first]
    if words[0][0] == words[1][0]:
        return True
    if len(rest) < 2 or any(kind_of(c) != "text" or len(c.text.split()) > 6 for c in first):
        return False
    return are_figures(rest, 0) or all(re.match(r"\W?\s?\d", row[1].text) for row in rest)
