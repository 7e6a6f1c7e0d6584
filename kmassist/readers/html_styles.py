"""What the styles of a page hide or strike out: inline styles, and rules of its own style sheets for one class or id."""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.etree

_MOST = 4_000_000
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)|"
    r"mso-hide\s*:\s*all|(?:left|right|top|text-indent)\s*:\s*-\d{4,}|clip\s*:\s*rect\(\s*[01]",
    re.I,
)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.I)
_PLAIN_WHITE = r"(?:#fff(?:fff)?\b|white\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
_WHITE = re.compile(rf"(?<![\w-])color\s*:\s*{_PLAIN_WHITE}", re.I)
_COLOURED = re.compile(
    rf"(?<![\w-])background[\w-]*\s*:\s*(?!\s|(?:{_PLAIN_WHITE}|none|transparent|inherit|initial)[\s;!)]*(?:$|;|!))",
    re.I,
)
_SELECTOR = re.compile(r"[\w-]*([.#])([\w-]+)")


class Styles:
    """The simple rules of a page's style sheets. Rules inside ``@media`` and for several names at once say nothing."""

    def __init__(self, root: lxml.etree._Element) -> None:
        sheets = "\n".join(str(style.text or "") for style in root.iter("style"))
        self._is_complete = not any(
            "stylesheet" in str(link.get("rel") or "").casefold() for link in root.iter("link")
        )
        self._coloured: set[tuple[str, str]] = set()
        self._hidden: set[tuple[str, str]] = set()
        self._struck: set[tuple[str, str]] = set()
        for selector, body in _rules(sheets[:_MOST]):
            for pattern, names in (
                (_HIDDEN, self._hidden),
                (_STRUCK, self._struck),
                (_COLOURED, self._coloured),
            ):
                if pattern.search(body):
                    for part in selector.split(","):
                        simple = _SELECTOR.fullmatch(part.strip())
                        if simple:
                            names.add((simple[1], simple[2]))

    def is_hidden(self, element: lxml.etree._Element) -> bool:
        """Whether nobody who looks at the page sees the element's words."""
        style = str(element.get("style") or "")
        if style and (_HIDDEN.search(style) or (_WHITE.search(style) and self._on_white(element))):
            return True
        return bool(self._hidden) and self._names(element, self._hidden)

    def is_struck(self, element: lxml.etree._Element) -> bool:
        """Whether the element's words are crossed out."""
        style = str(element.get("style") or "")
        if style and _STRUCK.search(style):
            return True
        return bool(self._struck) and self._names(element, self._struck)

    def _on_white(self, element: lxml.etree._Element) -> bool:
        """Whether nothing gives the element a background. A style sheet that is not at hand might."""
        for one in (element, *element.iterancestors()):
            if one.get("bgcolor") or _COLOURED.search(str(one.get("style") or "")):
                return False
            is_named = one.get("class") or one.get("id")
            if is_named and (not self._is_complete or self._names(one, self._coloured)):
                return False
        return True

    @staticmethod
    def _names(element: lxml.etree._Element, names: set[tuple[str, str]]) -> bool:
        classes = str(element.get("class") or "").split()
        return ("#", str(element.get("id") or "")) in names or any(
            (".", name) in names for name in classes
        )


def _rules(sheets: str) -> Iterator[tuple[str, str]]:
    """Selector and declarations of each rule that stands in no block of another."""
    text = re.sub(r"/\*.*?\*/", "", sheets, flags=re.S)
    depth = 0
    selector = ""
    for match in re.finditer(r"([^{}]*)([{}])", text):
        if match[2] == "{":
            depth += 1
            selector = match[1].strip() if depth == 1 else selector
        else:
            if depth == 1 and not selector.startswith("@"):
                yield selector, match[1]
            depth = max(0, depth - 1)
