"""Numbers and dates as a sheet shows them: the number formats of Excel (ECMA-376 part 1, 18.8.31), as far as figures need."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]')
_PATTERN = re.compile(r"[#0?,]*[#0?](?:\.[#0?]+)?")
_MONTH_OR_YEAR = {"yy": "%y", "mmmm": "%B", "mmm": "%b", "mm": "%m", "m": "%m"}


def shown(value: Any, code: str) -> str:
    """The words that a cell with this number format shows; ISO dates where the format names a whole day."""
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, datetime) and value.time() != time():
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return _day(value, code)
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, (int, float)):
        return _number(float(value), code) if code and code != "General" else f"{value:.10g}"
    return str(value)


def _day(value: date, code: str) -> str:
    """A month as the format writes it (``Apr-22``); a whole day in ISO form, which nobody reads the wrong way round."""
    plain = re.sub(r"\[[^\]]*\]", "", code.partition(";")[0])
    plain = (
        _LITERAL.sub(lambda held: held.group(1) or held.group(2) or "", plain).casefold().strip()
    )
    if "m" not in plain or not re.fullmatch(r"[my\s/.,'’-]+", plain):
        return value.isoformat()[:10]
    return re.sub(
        r"y+|m+",
        lambda part: value.strftime(_MONTH_OR_YEAR.get(part.group(0), "%Y")),
        plain,
    )


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def _number(value: float, code: str) -> str:
    """A number with its decimals, thousands, per cent sign and the words of its format."""
    sections = _split(code)
    if len(sections) > 1 and not "".join(sections).strip():
        return ""  # ";;;" shows nothing: people hide figures so
    section = sections[1] if value < 0 and len(sections) > 1 else sections[0]
    section = re.sub(r"\[(?!\$)[^\]]*\]|_.|\*.", "", section)
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match.group(1) or match.group(2) or match.group(3) or "")
        return "\x00"

    bare = _LITERAL.sub(hold, section)
    pattern = _PATTERN.search(bare)
    if pattern is None or "E" in bare.upper():
        return f"{value:.10g}"
    number = value * 100 if "%" in bare else value
    digits = pattern.group(0)
    decimals = len(digits.partition(".")[2])
    scaled = abs(number) if value < 0 and len(sections) > 1 else number
    # A sheet rounds the half up, where Python's own formatting takes the even number.
    rounded = Decimal(repr(scaled)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    written = f"{rounded:,f}" if "," in digits.rstrip(",") else f"{rounded:f}"
    if "#" in digits.partition(".")[2]:
        written = written.rstrip("0").rstrip(".")
    out = bare[: pattern.start()] + written + bare[pattern.end() :]
    for words in held:
        out = out.replace("\x00", words, 1)
    return out.strip()


def _split(code: str) -> list[str]:
    """The sections of a format, parted by semicolons outside quotation marks."""
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
