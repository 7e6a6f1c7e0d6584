"""Declarations of a style as a browser takes them: names, lengths and colours; and which of them hide the words of an element."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.S)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.S)
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([a-z%]*)")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 1.3, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "vw": 12.0, "vh": 8.0, "cm": 38.0, "mm": 3.8, "in": 96.0}  # fmt: skip
"""About how many a unit is; of a percentage is not known of what."""
_TINY, _AWAY = 1.5, 900.0
"""Pixels that show no word; and beyond the edge of a page."""
_FAINT = 0.05
_PALE = 250
"""Of 255, what cannot be told from white."""

Declarations = dict[str, str]


@lru_cache(maxsize=1_024)
def declared(text: str) -> Declarations:
    """The declarations of one style, by name in lower case; of two with a name the last holds."""
    plain = _ESCAPE.sub(_character, _COMMENT.sub("", text)).casefold()
    pairs = (part.partition(":") for part in plain.split(";"))
    return {name.strip(): value.partition("!")[0].strip() for name, colon, value in pairs if colon}


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else ord(match[2])
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def hides(said: Declarations) -> bool:
    """Whether nobody sees the words, whatever stands behind them."""
    return any(
        name in said and hidden(said[name], said) for name, hidden in _HIDING.items()
    ) or is_clear(said)


def is_clear(said: Declarations) -> bool:
    """Whether the words have no colour at all."""
    colour = said.get("-webkit-text-fill-color", said.get("color", ""))
    return colour == "transparent" or _opacity_of(colour) < _FAINT


def is_white(said: Declarations) -> bool:
    """Whether the words are as good as white."""
    parts = _channels(said.get("-webkit-text-fill-color", said.get("color", "")))
    return len(parts) >= 3 and min(parts[:3]) >= _PALE


def is_coloured(said: Declarations) -> bool:
    """Whether a background that is not white is given, on which white words are seen."""
    for name in ("background", "background-color", "background-image"):
        value = said.get(name, "")
        if value and value not in {"none", "transparent", "inherit", "initial"}:
            parts = _channels(value)
            return not (len(parts) >= 3 and min(parts[:3]) >= _PALE)
    return False


def is_struck(said: Declarations) -> bool:
    """Whether the words are crossed out."""
    return any("line-through" in said.get(name, "") for name in ("text-decoration", "text-decoration-line"))  # fmt: skip


def _lengths(value: str) -> list[float]:
    """Every length in a value in pixels; a percentage as so many hundredths of a large one."""
    return [
        float(number) * (_AWAY / 100 if unit == "%" else _PIXELS.get(unit, 1.0))
        for number, unit in _NUMBER.findall(value)
    ]


def _share(value: str) -> float:
    """A number or a percentage as a share of one; one where it is none."""
    found = _NUMBER.search(value)
    return float(found[1]) / (100 if found[2] == "%" else 1) if found else 1.0


def _channels(value: str) -> list[float]:
    """Red, green and blue of 255, and how solid where it is said; empty for a colour by another name."""
    if re.match(r"white\b", value):
        return [255.0] * 3
    if found := re.match(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b", value):
        wide = found[1] if len(found[1]) > 4 else "".join(2 * digit for digit in found[1])
        return [int(wide[at : at + 2], 16) for at in range(0, len(wide), 2)]
    kind, _, inside = value.partition("(")
    numbers = _NUMBER.findall(inside.partition(")")[0])
    if kind in {"rgb", "rgba"}:
        return [float(n) * (2.55 if unit == "%" and at < 3 else 1) for at, (n, unit) in enumerate(numbers)]  # fmt: skip
    if kind in {"hsl", "hsla"} and len(numbers) > 2:
        return [float(numbers[2][0]) * 2.55] * 3
    return []


def _opacity_of(colour: str) -> float:
    parts = _channels(colour)
    if len(parts) < 4:
        kind, _, inside = colour.partition("(")
        last = inside.rstrip(") ").replace("/", ",").split(",")[-1] if "a" in kind[-1:] or "/" in inside else ""  # fmt: skip
        return _share(last) if last else 1.0
    return parts[3] / 255 if colour.startswith("#") else parts[3]


def _is_no_size(value: str, said: Declarations) -> bool:
    sizes = [
        float(number) * _PIXELS.get(unit, 16.0)
        for number, unit in _NUMBER.findall(value.partition("/")[0])
        if unit or not float(number)  # else no browser takes it
    ]
    return bool(sizes) and sizes[-1] < _TINY


def _is_box_of_nothing(value: str, said: Declarations) -> bool:
    sizes = _lengths(value)
    is_cut = any(word in said.get("overflow", "") for word in ("hidden", "clip"))
    return is_cut and len(sizes) == 1 and sizes[0] < _TINY


def _is_beyond(value: str, said: Declarations) -> bool:
    return any(length <= -_AWAY for length in _lengths(value)) or "200vw" in value


def _is_clipped(value: str, said: Declarations) -> bool:
    """``rect(top, right, bottom, left)`` with nothing between two of its sides."""
    inside = value.partition("(")[2].rstrip(") ")
    sides = re.split(r"[\s,]+", inside.strip())
    if len(sides) != 4 or not value.startswith("rect"):
        return False
    top, right, bottom, left = (None if side == "auto" else (_lengths(side) or [0.0])[0] for side in sides)  # fmt: skip
    high = bottom is not None and bottom - (top or 0) <= 1
    wide = right is not None and right - (left or 0) <= 1
    return high or wide


def _is_cut_away(value: str, said: Declarations) -> bool:
    numbers = _lengths(value.partition("(")[2])
    if value.startswith("inset"):
        return bool(numbers) and "%" in value and numbers[0] >= _AWAY / 2
    if value.startswith(("circle", "ellipse")):
        return bool(numbers) and numbers[0] < 1
    return value.startswith("polygon") and bool(numbers) and len(set(numbers)) == 1


def _is_moved_away(value: str, said: Declarations) -> bool:
    if re.search(r"scale(?:x|y|3d)?\(\s*0*\.?0+\s*[,)]", value):
        return True
    moved = "".join(re.findall(r"translate\w*\(([^)]*)", value))
    return any(abs(length) >= _AWAY for length in _lengths(moved))


_HIDING: dict[str, Callable[[str, Declarations], bool]] = {
    "display": lambda value, said: value == "none",
    "visibility": lambda value, said: value in {"hidden", "collapse"},
    "content-visibility": lambda value, said: value == "hidden",
    "mso-hide": lambda value, said: value == "all",
    "opacity": lambda value, said: _share(value) < _FAINT,
    "filter": lambda value, said: "opacity(" in value and _share(value.partition("opacity(")[2]) < _FAINT,
    "zoom": lambda value, said: _share(value) < _FAINT,
    "font-size": _is_no_size,
    "font": _is_no_size,
    "letter-spacing": lambda value, said: any(length < -6 for length in _lengths(value)),
    "clip": _is_clipped,
    "clip-path": _is_cut_away,
    "transform": _is_moved_away,
    **dict.fromkeys(("width", "height", "max-width", "max-height"), _is_box_of_nothing),
    **dict.fromkeys(
        ("left", "right", "top", "bottom", "inset", "text-indent", "margin", "margin-left", "margin-top"), _is_beyond
    ),
}  # fmt: skip
"""What of each declaration hides."""
