"""Three themes: dark, light and high contrast. Every meaning also has a word and a symbol."""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet
from textual.theme import Theme


class StyleSheet(Stylesheet):
    """Read again for other colours alone: Textual does it whenever a place is gone to for the first time as well.

    What a widget or place brings along is read when it comes, in either case.
    """

    _is_stale = False

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._variables:
            self._is_stale = True
            super().set_variables(variables)

    def reparse(self) -> None:
        if self._is_stale:
            self._is_stale = False
            super().reparse()


def _theme(
    name: str, *, dark: bool, ground: str, raised: str, panel: str, cursor: str, ink: str, quiet: str, link: str, marked: str,
    on_marked: str, good: str, check: str, bad: str, line: str,
) -> Theme:  # fmt: skip
    return Theme(
        name=name,
        dark=dark,
        background=ground,
        surface=raised,
        panel=panel,
        foreground=ink,
        primary=link,
        secondary=quiet,
        accent=link,
        success=good,
        warning=check,
        error=bad,
        variables={
            "km-quiet": quiet,
            "km-link": link,
            "km-good": good,
            "km-check": check,
            "km-bad": bad,
            "km-line": line,
            "km-marked": marked,
            "km-on-marked": on_marked,
            "footer-background": panel,
            "footer-key-foreground": link,
            "footer-description-foreground": ink,
            "footer-item-background": panel,
            "footer-key-background": panel,
            "footer-description-background": panel,
            "block-cursor-background": cursor,
            "block-cursor-foreground": ink,
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": ground,
            "block-cursor-blurred-foreground": ink,
            "block-cursor-blurred-text-style": "none",
            "block-hover-background": panel,
            "km-cursor": cursor,
            "border": link,
            "border-blurred": line,
            "scrollbar": line,
            "scrollbar-hover": quiet,
            "scrollbar-active": link,
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "scrollbar-corner-color": ground,
            "input-cursor-background": ink,
            "input-cursor-foreground": ground,
            "input-selection-background": f"{link} 40%",
        },
    )


THEMES = (
    _theme(
        "kmassist-dark", dark=True, ground="#14191f", raised="#1a2027", panel="#222a33", cursor="#2a3a4a", ink="#e6eaee",
        quiet="#9aa7b4", link="#7cc4ff", marked="#f6d98a", on_marked="#14191f", good="#86d6a0", check="#f3c26b", bad="#ff9a9a",
        line="#3a4653",
    ),
    _theme(
        "kmassist-light", dark=False, ground="#fbfaf7", raised="#ffffff", panel="#ebe9e3", cursor="#c4d9ee", ink="#1b2127",
        quiet="#545d66", link="#004f9e", marked="#ffe08a", on_marked="#1b2127", good="#14592f", check="#6f4400", bad="#a31d17",
        line="#c9c5ba",
    ),
    _theme(
        "kmassist-contrast", dark=True, ground="#000000", raised="#000000", panel="#1c1c1c", cursor="#00364f", ink="#ffffff",
        quiet="#e0e0e0", link="#8fd3ff", marked="#ffff00", on_marked="#000000", good="#5dff9b", check="#ffe14d", bad="#ffb0b0",
        line="#ffffff",
    ),
)  # fmt: skip
"""In the order the theme key walks through them."""

DEFAULT_THEME = THEMES[0].name
THEME_LABELS = {
    "kmassist-dark": "dark",
    "kmassist-light": "light",
    "kmassist-contrast": "high contrast",
}
