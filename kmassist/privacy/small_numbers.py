"""Small numbers: counts of 1 to 4 are shown as ``<5``, and nothing is left from which they could be worked out (domain F8).

For display and export only; rules and gap logic use the real figures. A hidden count in a table hides the totals of its
row, of its column and of the table, and every percentage beside it, so that no subtraction or division brings it back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from kmassist.privacy.counts import Form, find_masks
from kmassist.privacy.masks import Mask, apart, applied
from kmassist.text.number_words import NUMBER_WORDS
from kmassist.text.rows import runs_of_rows
from kmassist.text.shipped import english

Cell = str | int | float | None

_HIDDEN = "–"
_TOTAL = english("privacy", "row_of_a_total")
_JOINT = re.compile(r"_|(?<!\d)-|-(?!\d)")
"""What joins words in a file's name; a hyphen between figures is a date's."""
_SCALE = re.compile(r"\([01] ?[-–] ?\d{1,2}\)(?=:)")
"""A scale that ends the name of a column: "I feel safe to speak up (1-5)"."""
_FEWEST_NUMBERED = 3
_known: dict[bytes, list[Mask]] = {}
"""Masks of texts met before, by digest: no words are kept. The passages of a document are masked at every question."""
_KEPT, _FEW = 2_000, 200
"""Texts whose masks are kept, and the most masks of one."""
_COUNT = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?"


@dataclass(frozen=True, slots=True)
class Share:
    """``n`` of ``total`` as it may be shown; ``percent`` is empty when it may not be."""

    n: str
    total: str
    percent: str

    def __str__(self) -> str:
        return f"{self.n} of {self.total}" + (f" ({self.percent})" if self.percent else "")


def hide(n: int, *, below: int = 5) -> str:
    """A count as it may be shown: ``<5`` for 1 to 4, else the number with thousands separated. Nought is shown."""
    return f"<{below}" if 0 < n < below else f"{n:,}"


def suppress_share(n: int, total: int, *, below: int = 5, percent_from: int = 10) -> Share:
    """``n`` of ``total`` so that neither ``n`` nor the rest of ``total`` can be read or worked out when it is small.

    Args:
        n: cases that count, 0 to ``total``.
        total: all cases.
        below: counts from 1 to one less are hidden; 0 hides nothing.
        percent_from: smallest total that may carry a percentage.
    """
    if 0 < total < below:
        return Share("0" if n == 0 else f"<{below}", f"<{below}", "")
    if 0 < n < below:
        return Share(f"<{below}", f"{total:,}", "")
    if 0 < total - n < below or (n == total and below < total < 2 * below):
        return Share(f">{max(total - below, below - 1):,}", f"{total:,}", "")
    percent = f"{100 * n / total:.1f}%" if total >= max(percent_from, 1) else ""
    return Share(f"{n:,}", f"{total:,}", percent)


def masks_of(text: str, *, below: int = 5, percent_from: int = 10) -> list[Mask]:
    """Everything of a text that must not leave: counts of people in its sentences, and in the tables that its lines are.

    In order, without overlap; see `counts.find_masks`. A table is a run of lines ``Label: value; Label: value``, as readers
    write the rows of tables, and goes through `suppress_table` as well.
    """
    return _masks(text, Form.WORDS, below, percent_from)


def _masks(text: str, form: Form, below: int, percent_from: int) -> list[Mask]:
    """Those of a text of this form; found once, while they are kept."""
    limits = f"{form.value} {below} {percent_from} "
    digest = blake2b((limits + text).encode("utf-8", "surrogatepass")).digest()
    found = _known.get(digest)
    if found is None:
        found = find_masks(text, below=below, percent_from=percent_from, form=form)
        if form is Form.WORDS and below > 1:
            named = _numbers_of_names(text)
            found = [mask for mask in found if mask.start not in named]
            table = _table_masks(text, found, below=below, percent_from=percent_from)
            found = apart([*found, *table])
        if len(_known) >= _KEPT:
            _known.clear()
        if len(found) <= _FEW:
            _known[digest] = found
    return [*found]


def _numbers_of_names(text: str) -> set[int]:
    """Where numbers stand that count nothing: of a scale in the name of a column, and of rows that are numbered from 1 on."""
    found = {
        place.start() + digits.start()
        for scale in {match.group() for match in _SCALE.finditer(text)}
        for place in re.finditer(re.escape(scale), text)
        for digits in re.finditer(r"\d+", scale)
    }
    for run in runs_of_rows(text):
        first = [row[0] for row in run if row]
        is_numbered = len(first) >= _FEWEST_NUMBERED and all(
            english("privacy", "numbers_a_row").fullmatch(cell.label) and cell.value == str(number)
            for number, cell in enumerate(first, 1)
        )
        found |= {cell.start for cell in first} if is_numbered else set()
    return found


def suppress_text(text: str, *, below: int = 5, percent_from: int = 10) -> str:
    """The text with small counts of people masked, and whatever they could be worked out from.

    ``3 of 41 women (7.3%)`` becomes ``<5 of 41 women``.
    """
    return applied(
        text,
        masks_of(text, below=below, percent_from=percent_from),
        say=lambda mask: mask.shown,
    )


def suppress_quotation(text: str, *, below: int = 5, percent_from: int = 10) -> str:
    """The same for words of a source: what takes a number's place stands in square brackets, outside the quotation marks.

    ``4 of 14 women`` becomes ``[fewer than 5] of 14 women``; a quotation is never changed unmarked.
    """
    return applied(text, masks_of(text, below=below, percent_from=percent_from))


def suppress_name(name: str, form: Form = Form.NAME, *, below: int = 5) -> str:
    """A file's or folder's name, or what an audit asks for, with small counts of people masked: ``<5 women with a breech.pdf``."""
    masks = _masks(_JOINT.sub(" ", name), form, below, 10)
    return applied(name, masks, say=lambda mask: mask.shown)


def _table_masks(text: str, found: Sequence[Mask], *, below: int, percent_from: int) -> list[Mask]:
    """Totals and percentages of a table that would give a hidden cell back."""
    hidden = {mask.start for mask in found}
    masks: list[Mask] = []
    for run in runs_of_rows(text):
        if not any(cell.start in hidden for row in run for cell in row):
            continue
        labels = list(dict.fromkeys(cell.label for row in run for cell in row))
        things = {  # a column with a small number that counts no people
            cell.label
            for row in run
            for cell in row
            if cell.start not in hidden and 0 < (_count(cell.value) or 0) < below
        }
        held = [{cell.label: cell for cell in row} for row in run]
        rows: list[list[Cell]] = [list(labels)]
        rows += [
            [
                None
                if label not in row
                else f"({row[label].value})"
                if label in things
                else row[label].value
                for label in labels
            ]
            for row in held
        ]
        shown = suppress_table(rows, below=below, percent_from=percent_from)
        for row, line in zip(held, shown[1:], strict=True):
            for label, value in zip(labels, line, strict=True):
                cell = row.get(label)
                if cell and value in {_HIDDEN, f"<{below}"} and value != cell.value:
                    masks.append(Mask(cell.start, cell.start + len(cell.value), value))
    return masks


def suppress_table(
    rows: Sequence[Sequence[Cell]], *, below: int = 5, percent_from: int = 10
) -> list[list[str]]:
    """A table as it may be shown, same shape, every cell as text.

    Args:
        rows: first row headings, first column labels; whole numbers (also as text) are counts, other text that holds ``n of
            N`` is treated by `suppress_text`, other numbers and text with ``%`` are percentages. A row or column whose label
            begins with total, all, overall, sum, both or combined is a total.
        below: counts from 1 to one less are hidden.
        percent_from: smallest total that may carry a percentage in text.

    Returns:
        Hidden counts as ``<5``; totals and percentages that could reveal one as a dash.
    """
    counts = [
        [_count(cell) if i and j else None for j, cell in enumerate(row)]
        for i, row in enumerate(rows)
    ]
    total_rows = {i for i, row in enumerate(rows) if i and row and _TOTAL.match(str(row[0] or ""))}
    total_columns = {
        j for j, cell in enumerate(rows[0] if rows else ()) if j and _TOTAL.match(str(cell or ""))
    }
    small = {
        (i, j)
        for i, row in enumerate(counts)
        for j, n in enumerate(row)
        if n is not None and 0 < n < below and i not in total_rows and j not in total_columns
    }
    hidden_rows = {i for i, _ in small}
    hidden_columns = {j for _, j in small}
    has_totals = bool(total_rows or total_columns)
    shown: list[list[str]] = []
    for i, row in enumerate(rows):
        line: list[str] = []
        for j, cell in enumerate(row):
            is_total = i in total_rows or j in total_columns
            reveals = (
                (i in total_rows and (j in hidden_columns or (j in total_columns and small)))
                or (j in total_columns and i in hidden_rows)
                or (is_total and 0 < (counts[i][j] or 0) < below)
            )
            if (i, j) in small:
                line.append(f"<{below}")
            elif i and j and counts[i][j] is not None:
                line.append(_HIDDEN if reveals else f"{counts[i][j]:,}")
            elif i and j and _is_percentage(cell):
                line.append(_HIDDEN if i in hidden_rows or (small and has_totals) else _plain(cell))
            else:
                line.append(
                    suppress_text(_plain(cell), below=below, percent_from=percent_from)
                    if i
                    else _plain(cell)
                )
        shown.append(line)
    return shown


def _read(text: str) -> int:
    return NUMBER_WORDS.get(text.lower()) or int(text.replace(",", "").partition(".")[0])


def _count(cell: Cell) -> int | None:
    if isinstance(cell, bool) or cell is None or isinstance(cell, float):
        return None
    if isinstance(cell, int):
        return cell
    stripped = cell.strip()
    return _read(stripped) if re.fullmatch(_COUNT, stripped) else None


def _is_percentage(cell: Cell) -> bool:
    return isinstance(cell, float) or (
        isinstance(cell, str) and bool(re.fullmatch(r"\s*\d+(\.\d+)?\s?%?\s*", cell))
    )


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
