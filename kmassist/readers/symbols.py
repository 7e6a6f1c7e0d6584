"""Symbol-font characters, which office files keep in the private use area, as the signs they show: ≥ must not vanish."""

from __future__ import annotations

_SYMBOL = {
    0x22: "∀", 0x2D: "−", 0x44: "Δ", 0x53: "Σ", 0x57: "Ω", 0x61: "α", 0x62: "β", 0x63: "χ", 0x64: "δ", 0x65: "ε", 0x67: "γ", 0x68: "η",
    0x6B: "κ", 0x6C: "λ", 0x6D: "μ", 0x70: "π", 0x72: "ρ", 0x73: "σ", 0x74: "τ", 0x77: "ω", 0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←",
    0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xBC: "…",
    0xD0: "∠", 0xD6: "√", 0xDE: "⇒", 0xE5: "Σ",
}  # fmt: skip
_PRIVATE = {0xF000 + code: sign for code, sign in _SYMBOL.items()}
# Word's tick and bullet fonts (Wingdings) use the same area; these are their common signs.
_WINGDINGS = {
    0xA7: "•",
    0xA8: "☐",
    0xD8: "•",
    0xE0: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
    0x76: "•",
    0x6E: "•",
    0x71: "☐",
    0x6F: "☐",
}


def unhide_symbols(text: str) -> str:
    """The text with Symbol-font characters of the private use area as Unicode signs; others there are left to cleaning."""
    return text.translate(_PRIVATE)


def symbol(code: int, font: str) -> str:
    """The sign of a character code of a symbol font (``w:sym``); empty when it is not known."""
    low = code - 0xF000 if code >= 0xF000 else code
    table = _WINGDINGS if font.casefold().startswith("wingdings") else _SYMBOL
    return table.get(low, "")
