"""Dates as people write them in audits and reports, as ISO text: pure functions. UK order, day first."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime
from typing import Any

_MONTHS = {
    name.lower(): number for number in range(1, 13) for name in (calendar.month_name[number], calendar.month_abbr[number])
}
_MONTHS["sept"] = 9
_M = r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_Y = r"(?P<{0}>(?:19|20)\d\d)"
_ISO = re.compile(r"(?P<y>(?:19|20)\d\d)-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?(?!\d)")
_SLASH = re.compile(r"(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>(?:19|20)?\d\d)(?!\d)")
_YEAR_SLASH = re.compile(r"(?P<y>(?:19|20)\d\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?!\d)")
_WORDS = re.compile(
    rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?{_M.format('m')}[\s,-]+(?P<y>(?:19|20)\d\d|'?\d\d(?!\d))", re.I
)
_US_WORDS = re.compile(rf"{_M.format('m')}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,\s*{_Y.format('y')}", re.I)
_JUST_YEAR = re.compile(r"\b(?P<y>(?:19|20)\d\d)\b")
_SEPARATOR = r"\s*(?:to|until|till|through|and|[-–—])\s*"
_FINANCIAL = re.compile(r"(?<!\d)(?P<a>(?:19|20)\d\d)\s*[/–-]\s*(?P<b>\d\d|(?:19|20)\d\d)(?![\d/-])")
_QUARTER = re.compile(rf"\bq(?:uarter\s*)?(?P<q>[1-4])\s*,?\s*{_Y.format('y')}|{_Y.format('y2')}\s*,?\s*q(?P<q2>[1-4])\b", re.I)
_HALF_OPEN = re.compile(
    rf"(?:(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+)?{_M.format('m')}{_SEPARATOR}(?=(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?{_M.format('m2')}[\s,]+{_Y.format('y')})",
    re.I,
)
_DAYS_ONLY = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?{_SEPARATOR}(?=\d{{1,2}}(?:st|nd|rd|th)?\s+{_M.format('m')}[\s,]+{_Y.format('y')})",
    re.I,
)


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


def parse_period(value: Any) -> tuple[str | None, str | None]:  # noqa: PLR0911 - one return a form of period
    """First and last date of a period: ``January to March 2026`` is ``2026-01``, ``2026-03``; ``2025/26`` the NHS year.

    One date alone is both. ``(None, None)`` when there is no date.
    """
    if isinstance(value, (date, datetime)):
        return value.isoformat()[:10], value.isoformat()[:10]
    text = str(value if value is not None else "")[:400]
    quarter = _QUARTER.search(text)
    if quarter:
        year, number = int(quarter["y"] or quarter["y2"]), int(quarter["q"] or quarter["q2"])
        return f"{year}-{3 * number - 2:02d}", f"{year}-{3 * number:02d}"
    half = _HALF_OPEN.search(text)
    if half:
        last = _find(text[half.end() :])
        first = _iso(int(half["y"]), _MONTHS[half["m"].lower()], half["d"])
        return first, last[0] if last else None
    days = _DAYS_ONLY.search(text)
    if days:
        last = _find(text[days.end() :])
        return _iso(int(days["y"]), _MONTHS[days["m"].lower()], days["d"]), last[0] if last else None
    first_found = _find(text)
    if first_found and len(first_found[0]) > 4:
        second = _find(text[first_found[1] :])
        return first_found[0], second[0] if second else first_found[0]
    financial = _FINANCIAL.search(text)
    if financial and int(financial["b"][-2:]) == (int(financial["a"]) + 1) % 100:
        return f"{financial['a']}-04", f"{int(financial['a']) + 1}-03"
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


def _find(text: str) -> tuple[str, int] | None:
    """The earliest date of any form and where it ends."""
    best: tuple[int, int, str, int] | None = None
    for order, pattern in enumerate((_ISO, _YEAR_SLASH, _SLASH, _US_WORDS, _WORDS, _JUST_YEAR)):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month = groups.get("m")
            number = None if month is None else int(month) if month.isdigit() else _MONTHS[month.lower()]
            iso = _iso(_full_year(groups["y"]), number, groups.get("d"))
            if iso is None:
                continue
            candidate = (match.start(), order, iso, match.end())
            if best is None or candidate < best:
                best = candidate
            break
    return (best[2], best[3]) if best else None


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
