"""Small numbers: counts of 1 to 4 are shown as ``<5``, and nothing is left from which they could be worked out (domain F8).

For display and export only; rules and gap logic use the real figures. A hidden count in a table hides the totals of its
row, of its column and of the table, and every percentage beside it, so that no subtraction or division brings it back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Cell = str | int | float | None

_HIDDEN = "–"
_TOTAL = re.compile(r"^\s*(?:grand )?(?:totals?|all|overall|sum|both|combined)\b", re.I)
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4}
_COUNT = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_PAIR = re.compile(
    rf"(?<![\w/.,%£$-])(?P<n>{_COUNT}|one|two|three|four)(?P<sep>\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?|\s?/\s?)(?P<total>{_COUNT})(?![\w/]|[.,]\d|\s?%)",
    re.I,
)
_NOT_A_COUNT = re.compile(
    r"\b(?:page|pages|step|stage|table|part|version|version|figure|chapter|criterion|criteria|round|day|week|category|grade|type|element|level|band|stage|phase|p\.)\s*$",
    re.I,
)
_MASK = re.compile(r"([<>])(\d+)")
_IN_WORDS = {"<": "fewer than", ">": "more than"}
_PERCENT = re.compile(r"(?<![\w.,])(?P<value>\d{1,3}(?:\.\d+)?)\s?(?:%|per\s?cent\b)", re.I)
_BARE = re.compile(
    r"(?<![\w/.,%£$+-])(?<!\bno )(?<!\bany )(?<!\beach )(?<!\bevery )(?P<n>[1-9]|one|two|three|four)\s+(?P<noun>(?:of\s+(?:the|these|those|our)\s+)?(?:\w+\s+)?(?:women|woman|babies|baby|mothers?|parents?|families|deaths?|stillbirths?|"
    r"cases?|births?|patients?|incidents?|people|staff|midwives|partners?|fathers?|carers?|participants?|respondents?|interviewees?|"
    r"complaints?|admissions?|readmissions?|transfers?|infections?|injuries|injury)\b|(?:took part|replied|responded|declined|withdrew|died)\b)",
    re.I,
)  # fmt: skip


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


def suppress_text(text: str, *, below: int = 5, percent_from: int = 10) -> str:
    """The text with small ``n of N`` and ``n/N`` hidden, their percentages removed, and small counts of people hidden.

    ``3 of 41 women (7.3%)`` becomes ``<5 of 41 women``. A percentage that equals a hidden share (or the rest of it) goes
    wherever it stands in the text. Sums spread over several sentences are not worked through; pass tables to
    `suppress_table`.
    """
    if below <= 0:
        return text
    shares: list[tuple[int, int]] = []

    def pair(match: re.Match[str]) -> str:
        n, total = _read(match.group("n")), _read(match.group("total"))
        if (
            n > total
            or _NOT_A_COUNT.search(text[: match.start()])
            or (match.group("sep").strip() == "/" and total < percent_from)
        ):
            return match.group()
        share = suppress_share(n, total, below=below, percent_from=percent_from)
        if share.percent or n == 0:
            return match.group()
        shares.append((n, total))
        return f"{share.n}{match.group('sep')}{share.total}"

    changed = _PAIR.sub(pair, text)
    changed = _BARE.sub(lambda m: m.group() if _NOT_A_COUNT.search(changed[: m.start()]) else _bare(m, below), changed)
    return _drop_percentages(changed, shares)


def suppress_quotation(text: str, *, below: int = 5, percent_from: int = 10) -> str:
    """The same for words that stand in quotation marks: what takes a number's place stands in square brackets.

    ``4 of 14 women`` becomes ``[fewer than 5] of 14 women``; a quotation is never changed unmarked.
    """
    kept_apart = text.translate({ord("<"): "\ue000", ord(">"): "\ue001"})  # what the source itself wrote
    shown = suppress_text(kept_apart, below=below, percent_from=percent_from)
    shown = _MASK.sub(lambda m: f"[{_IN_WORDS[m[1]]} {m[2]}]", shown)
    return shown.translate({0xE000: "<", 0xE001: ">"})


def _bare(match: re.Match[str], below: int) -> str:
    n = _read(match.group("n"))
    return f"<{below} {match.group('noun')}" if 0 < n < below else match.group()


def _drop_percentages(text: str, shares: Sequence[tuple[int, int]]) -> str:
    for match in reversed(list(_PERCENT.finditer(text))):
        raw = match.group("value")
        half = 0.5 * 10 ** -len(raw.partition(".")[2]) + 1e-9
        if any(abs(float(raw) - 100 * k / total) <= half for n, total in shares for k in (n, total - n)):
            before, after = text[: match.start()], text[match.end() :]
            if re.search(r"\(\s*$", before) and re.match(r"\s*\)", after):
                text = re.sub(r"\s*\(\s*$", "", before) + re.sub(r"^\s*\)", "", after)
            else:
                text = f"{before}{_HIDDEN}{after}"
    return text


def suppress_table(rows: Sequence[Sequence[Cell]], *, below: int = 5, percent_from: int = 10) -> list[list[str]]:
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
    counts = [[_count(cell) if i and j else None for j, cell in enumerate(row)] for i, row in enumerate(rows)]
    total_rows = {i for i, row in enumerate(rows) if i and row and _TOTAL.match(str(row[0] or ""))}
    total_columns = {j for j, cell in enumerate(rows[0] if rows else ()) if j and _TOTAL.match(str(cell or ""))}
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
                line.append(suppress_text(_plain(cell), below=below, percent_from=percent_from) if i else _plain(cell))
        shown.append(line)
    return shown


def _read(text: str) -> int:
    return _NUMBER_WORDS.get(text.lower()) or int(text.replace(",", ""))


def _count(cell: Cell) -> int | None:
    if isinstance(cell, bool) or cell is None or isinstance(cell, float):
        return None
    if isinstance(cell, int):
        return cell
    stripped = cell.strip()
    return _read(stripped) if re.fullmatch(_COUNT, stripped) else None


def _is_percentage(cell: Cell) -> bool:
    return isinstance(cell, float) or (isinstance(cell, str) and bool(re.fullmatch(r"\s*\d+(\.\d+)?\s?%?\s*", cell)))


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
