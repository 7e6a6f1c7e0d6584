"""Dates as people write them in audits and reports, as ISO text: pure functions. UK order, day first."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from typing import Any

from kmassist.text.shipped import english

_MONTHS = {
    name.lower(): number
    for number in range(1, 13)
    for name in (calendar.month_name[number], calendar.month_abbr[number])
}
_MONTHS["sept"] = 9
_ISO = re.compile(r"(?P<y>(?:19|20)\d\d)-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?(?!\d)")
_SLASH = re.compile(r"(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>(?:19|20)?\d\d)(?!\d)")
_YEAR_SLASH = re.compile(r"(?P<y>(?:19|20)\d\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?!\d)")
_WORDS = english("metadata", "date_in_words")
_US_WORDS = english("metadata", "date_month_first")
_COMPACT = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)
_MONTH_SLASH = re.compile(r"(?<![\d/.])(?P<m>0?[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)(?![\d/])")
_JUST_YEAR = english("metadata", "year_alone")
_FINANCIAL = english("metadata", "financial_year")
_QUARTER = english("metadata", "quarter")
_HALF = english("metadata", "half_year")
_HALF_OPEN = english("metadata", "months_of_one_year")
_DAYS_ONLY = english("metadata", "days_of_one_month")


def parse_date(value: Any) -> str | None:
    """The first date in a value as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None when there is none.

    Takes text, ``date`` and ``datetime``. ``03/04/2026`` is 3 April. A two-digit year is of this century.
    """
    if isinstance(value, (date, datetime)):
        return value.isoformat()[:10]
    if isinstance(value, (int, float)):
        return str(int(value)) if value == int(value) and 1900 <= value <= 2100 else None
    found = _find(str(value or ""))
    return found[0] if found else None


def whole_date(text: str) -> str | None:
    """The date that a text is, in any form that `parse_date` knows; None where it says anything else."""
    found = (pattern.fullmatch(text.strip()) for pattern in _FORMS)
    return next((_date_in(match) for match in found if match), None)


def parse_period(value: Any) -> tuple[str | None, str | None]:  # noqa: PLR0911 - one return a form of period
    """First and last date of a period: ``January to March 2026`` is ``2026-01``, ``2026-03``; ``2025/26`` the NHS year.

    One date alone is both. ``(None, None)`` when there is no date.
    """
    if isinstance(value, (date, datetime)):
        return value.isoformat()[:10], value.isoformat()[:10]
    text = str(value if value is not None else "")[:400]
    if re.fullmatch(r"[34]\d{4}", text):  # the number of a day, as sheets keep dates (1900 system)
        day = (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()
        return day, day
    year = _financial_year(text)
    if part := _part_of_year(text, year):
        return part
    half = _HALF_OPEN.search(text)
    if half:
        last = _find(text[half.end() :])
        first = _iso(_full_year(half["y"]), _MONTHS[half["m"].lower()], half["d"])
        return first, last[0] if last else None
    days = _DAYS_ONLY.search(text)
    if days:
        last = _find(text[days.end() :])
        return _iso(int(days["y"]), _MONTHS[days["m"].lower()], days["d"]), last[
            0
        ] if last else None
    if year is not None:
        return f"{year}-04", f"{year + 1}-03"
    first_found = _find(text)
    if first_found:
        second = _find(text[first_found[1] :])
        return first_found[0], second[0] if second else first_found[0]
    return None, None


def say_date(value: str) -> str:
    """An ISO date in words: ``2026-03-05`` is ``5 March 2026``."""
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 1:
        return value
    month = calendar.month_name[parts[1]]
    return f"{month} {parts[0]}" if len(parts) == 2 else f"{parts[2]} {month} {parts[0]}"


def say_period(start: str | None, end: str | None) -> str:
    """A period in words, ``January to March 2026``; empty without dates."""
    if not start or not end or start == end:
        return say_date(start or end or "") if (start or end) else ""
    first, last = say_date(start), say_date(end)
    if start[:4] == end[:4] and len(start) == len(end) and len(start) > 4:
        first = first.rsplit(" ", 1)[0]
    return f"{first} to {last}"


_FORMS = (_ISO, _YEAR_SLASH, _SLASH, _US_WORDS, _WORDS, _COMPACT, _MONTH_SLASH, _JUST_YEAR)


def _financial_year(text: str) -> int | None:
    """The year in which an NHS year of the form ``2024/25``, ``2010-11`` or ``FY24/25`` begins; None when there is none."""
    for match in _FINANCIAL.finditer(text):
        begin = match["a"] or match["a2"] or match["a3"]
        end = match["b"] or match["b2"] or match["b3"]
        if int(end[-2:]) == (int(begin[-2:]) + 1) % 100:
            return int(begin) if len(begin) == 4 else 2000 + int(begin)
    return None


def _part_of_year(text: str, year: int | None) -> tuple[str, str] | None:
    """First and last month of a quarter or a half of a year; those of the NHS year, if ``year`` is one, begin in April."""
    if quarter := _QUARTER.search(text):
        stated, number, months = quarter.group(), int(quarter["q"] or quarter["q2"]), 3
    elif half := _HALF.search(text):
        stated, months = half.group(), 6
        number = int(half["n"] or (1 if half["word"].casefold() in ("1st", "first") else 2))
    else:
        return None
    first = months * (number - 1)  # from the beginning of the year
    if year is not None:
        first += year * 12 + 3
    elif plain := _JUST_YEAR.search(text.replace(stated, " ")):
        first += int(plain["y"]) * 12
    else:
        return None
    last = first + months - 1
    return f"{first // 12}-{first % 12 + 1:02d}", f"{last // 12}-{last % 12 + 1:02d}"


def _find(text: str) -> tuple[str, int] | None:
    """The earliest date of any form and where it ends."""
    best: tuple[int, int, str, int] | None = None
    for order, pattern in enumerate(_FORMS):
        for match in pattern.finditer(text):
            iso = _date_in(match)
            if iso is None:
                continue
            candidate = (match.start(), order, iso, match.end())
            if best is None or candidate < best:
                best = candidate
            break
    return (best[2], best[3]) if best else None


def _date_in(match: re.Match[str]) -> str | None:
    """The date of one form's match; None for a day that no calendar has."""
    groups = match.groupdict()
    month = groups.get("m")
    number = None if month is None else int(month) if month.isdigit() else _MONTHS[month.lower()]
    return _iso(_full_year(groups["y"]), number, groups.get("d"))


def _full_year(text: str) -> int:
    digits = text.strip("'")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _iso(year: int, month: int | None, day: str | int | None) -> str | None:
    try:
        if month is None:
            return f"{year:04d}"
        if day is None:
            return date(year, month, 1).isoformat()[:7]
        return date(year, month, int(day)).isoformat()
    except ValueError:
        return None
