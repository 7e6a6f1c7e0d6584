"""Figures as people type them: pure functions. A number is read only when the whole cell is one.

``<5``, ``*`` and ``suppressed`` are no counts, ``22 minutes`` is no percentage, ``#DIV/0!`` is nothing: what is not read
here stays in the text as it is written.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from kmassist.text.shipped import english

_GAP = "[ \u00a0\u2009\u202f'’]"
_FIGURE = english("metadata", "figure")
_FRACTION = english("metadata", "fraction")
_PEOPLE = english("metadata", "people_counted")
_PERCENT = english("metadata", "per_cent")
_HIDDEN = english("metadata", "hidden_count")
_ERROR = re.compile(
    r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|GETTING_DATA)", re.I
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what stands around it: ``bound`` is ``most``, ``least``, ``about`` or empty; ``unit`` as written."""

    number: float
    bound: str = ""
    unit: str = ""

    @property
    def is_percent(self) -> bool:
        """Whether the unit is per cent."""
        return bool(_PERCENT.fullmatch(self.unit))


def read_figure(value: Any) -> Figure | None:
    """The one figure that a cell is; None for text, ranges, dates, error values and two numbers."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        try:
            return Figure(float(value)) if math.isfinite(value) else None
        except OverflowError:
            return None
    match = _FIGURE.fullmatch(str(value).strip()[:200])
    if not match:
        return None
    number = _to_float(match["number"])
    if number is None:
        return None
    bound = (
        "most"
        if match["most"] or match["less"]
        else "least"
        if match["least"] or match["plus"]
        else "about"
        if match["about"]
        else ""
    )
    unit = f"{match['money'] or ''}{(match['unit'] or '').strip()}"
    return Figure(-number if match["sign"] in ("-", "−") else number, bound, unit)


def parse_count(value: Any) -> int | None:
    """A whole number of cases, 0 or more; None for anything else, such as ``<5``, ``12%`` or ``22 minutes``."""
    figure = read_figure(value)
    if figure is None or figure.bound or not _PEOPLE.fullmatch(figure.unit):
        return None
    return (
        int(figure.number)
        if 0 <= figure.number <= 10**9 and figure.number == int(figure.number)
        else None
    )


def parse_percent(value: Any, *, is_fraction: bool = False) -> float | None:
    """A percentage, 0 to 100: ``90``, ``90 %``; None with a comparator or another unit.

    Args:
        is_fraction: the sheet formats the cell as a percentage, so that 0.9 is shown as 90%.
    """
    figure = read_figure(value)
    return None if figure is None or figure.bound else _share(figure, value, is_fraction)


def parse_target(value: Any, *, is_fraction: bool = False) -> tuple[float | None, bool | None]:
    """A target's percentage and whether more is better, where its words say so: ``≥ 90 %`` is ``(90, True)``.

    A target of nothing can only be a ceiling. Ranges and other units give no percentage.
    """
    if isinstance(value, str) and value.strip().casefold() in (
        "all",
        "every",
        "everyone",
        "all cases",
        "all women",
    ):
        return 100.0, True
    figure = read_figure(value)
    if figure is None:
        return None, None
    higher = {"most": False, "least": True}.get(figure.bound, False if figure.number == 0 else None)
    return _share(figure, value, is_fraction), higher


def parse_fraction(value: Any) -> tuple[int, int] | None:
    """``38/50``, ``38 of 50`` and ``38 out of 50 (76%)`` as numerator and denominator; None when the cell is no such thing."""
    match = _FRACTION.fullmatch(value.strip()[:100]) if isinstance(value, str) else None
    if not match:
        return None
    top, bottom = parse_count(match["top"]), parse_count(match["bottom"])
    return (top, bottom) if top is not None and bottom and top <= bottom else None


def is_suppressed(value: Any) -> bool:
    """Whether a cell hides a small number, as ``<5``, ``≤7``, ``*``, ``c`` and ``suppressed`` do."""
    return isinstance(value, str) and bool(_HIDDEN.fullmatch(value.strip()))


def is_error(value: Any) -> bool:
    """Whether a cell holds the error value of a spreadsheet, such as ``#DIV/0!``."""
    return isinstance(value, str) and bool(_ERROR.fullmatch(value.strip()))


def say_percent(value: float) -> str:
    """One decimal: ``39.0``."""
    return f"{value:.1f}"


def say_target(value: float) -> str:
    """A target as people write it: ``90``, ``2.5``."""
    return f"{value:g}"


def _share(figure: Figure, value: Any, is_fraction: bool) -> float | None:
    if figure.unit and not figure.is_percent:
        return None
    number = (
        figure.number * 100
        if is_fraction and not (isinstance(value, str) and figure.is_percent)
        else figure.number
    )
    return round(number, 4) if 0 <= number <= 100 else None


def _to_float(written: str) -> float | None:
    plain = re.sub(_GAP, "", written).replace("·", ".")
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    number = float(plain)
    return number if math.isfinite(number) else None
