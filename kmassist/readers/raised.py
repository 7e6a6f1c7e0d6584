"""Raised characters: an exponent is written ``10^6``, a reference mark is left out, ``1st`` and ``Ca2+`` stay as they are.

Readers put raised text between two marks as they find it, and settle it once the words around it are known.
"""

from __future__ import annotations

import re

OPEN, CLOSE = "\x0e", "\x0f"
"""Marks around raised text, until ``settle_raised`` takes them away."""
_RAISED = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
_SIGNED = re.compile(r"[-−–+]\s?\d{1,3}")
_COUNT = re.compile(r"\d{1,3}")
_UNIT_BEFORE = re.compile(r"(?:(?:^|[\s\d/·.(×*])(?:[cmkdµμn]?m|ft|yd)|/s)$")
_SYMBOL_BEFORE = re.compile(r"(?:^|[^\w’'])[A-Za-zΑ-ω]$")
_TEN_BEFORE = re.compile(r"(?<![\d.,·])10$")
_POWER_BEFORE = re.compile(r"[×*]\s?\d+$")
_MARKS = re.compile(r"\[?(?:[\d\s,;–—−*†‡§¶‖#-]|\b[a-z]\b)+\]?")
_CHARGE = re.compile(r"\d?[+−–-]")


def raise_text(text: str) -> str:
    """Raised text, marked for ``settle_raised``."""
    return f"{OPEN}{text}{CLOSE}" if text.strip() else text


def exponent(text: str) -> str:
    """An exponent in a formula: ``^2``, ``^(n-1)``."""
    inside = text.strip()
    return f"^{inside}" if len(inside) < 2 or inside.lstrip("-−").isdigit() else f"^({inside})"


def settle_raised(text: str) -> str:
    """The text with each raised piece written as what it is."""
    if OPEN not in text:
        return text
    text = re.sub(f"{CLOSE}(\\s*[,;–-]?\\s*){OPEN}", r"\1", text)  # one mark in several pieces
    out: list[str] = []
    end = 0
    for match in _RAISED.finditer(text):
        out.append(text[end : match.start()])
        before = "".join(out[-3:])[-40:]
        out.append(_settle(before, match.group(1).strip(), text[match.end() : match.end() + 2]))
        end = match.end()
    out.append(text[end:])
    return "".join(out).replace(OPEN, "").replace(CLOSE, "")


def _settle(before: str, raised: str, after: str) -> str:  # noqa: PLR0911 - one return a meaning
    if _SIGNED.fullmatch(raised):
        return f"^{raised}"
    if _COUNT.fullmatch(raised):
        if _TEN_BEFORE.search(before) or _POWER_BEFORE.search(before):
            return f"^{raised}"
        if re.match(r"[/⁄]\d", after):
            return f" {raised}" if before[-1:].isdigit() else raised  # a fraction: 2 1/2
        if int(raised) <= 3 and _UNIT_BEFORE.search(before):
            return f"^{raised}"
        if len(raised) == 1 and _SYMBOL_BEFORE.search(before):
            return f"^{raised}"  # R^2, I^2, χ^2
        if (not before or before[-1:].isspace()) and after[:1].isalpha():
            return raised  # an isotope
    if not raised or (_CHARGE.fullmatch(raised) and before[-1:].isalpha()):
        return raised
    if _MARKS.fullmatch(raised):
        return ""
    return raised
