"""What the styles of a page hide or strike out: inline styles, and rules of its own style sheets for one class or id."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import lxml.etree

from kmassist.readers.css import Declarations, declared, hides, is_coloured, is_struck, is_white

_MOST = 4_000_000
_SAYS: dict[str, Callable[[Declarations], bool]] = {
    "hidden": hides, "struck": is_struck, "white": is_white, "coloured": is_coloured,
}  # fmt: skip
_SELECTOR = re.compile(r"[\w-]*([.#])([\w-]+)")


class Styles:
    """The simple rules of a page's style sheets. Rules inside ``@media`` and for several names at once say nothing."""

    def __init__(self, root: lxml.etree._Element) -> None:
        sheets = "\n".join(str(style.text or "") for style in root.iter("style"))
        self._is_complete = not any(
            "stylesheet" in str(link.get("rel") or "").casefold() for link in root.iter("link")
        )
        self._knows_backgrounds = True  # else one is given to elements that no class or id names
        self._by_name: dict[str, set[tuple[str, str]]] = {name: set() for name in _SAYS}
        for selector, body in _rules(sheets[:_MOST]):
            said = declared(body)
            for name, is_so in _SAYS.items():
                if is_so(said):
                    parts = [_SELECTOR.fullmatch(part.strip()) for part in selector.split(",")]
                    self._by_name[name].update((part[1], part[2]) for part in parts if part)
                    self._knows_backgrounds &= name != "coloured" or all(parts)

    def is_hidden(self, element: lxml.etree._Element) -> bool:
        """Whether nobody who looks at the page sees the element's words."""
        said = declared(str(element.get("style") or ""))
        if hides(said) or self._is_named(element, "hidden"):
            return True
        colour = {"color": str(element.get("color") or "").strip().casefold()}
        is_pale = is_white(said) or is_white(colour)
        is_pale = is_pale or (self._knows_backgrounds and self._is_named(element, "white"))
        return is_pale and self._on_white(element)

    def is_struck(self, element: lxml.etree._Element) -> bool:
        """Whether the element's words are crossed out."""
        said = declared(str(element.get("style") or ""))
        return is_struck(said) or self._is_named(element, "struck")

    def _on_white(self, element: lxml.etree._Element) -> bool:
        """Whether nothing gives the element a background. A style sheet that is not at hand might."""
        for one in (element, *element.iterancestors()):
            if one.get("bgcolor") or is_coloured(declared(str(one.get("style") or ""))):
                return False
            is_named = one.get("class") or one.get("id")
            if is_named and (not self._is_complete or self._is_named(one, "coloured")):
                return False
        return True

    def _is_named(self, element: lxml.etree._Element, name: str) -> bool:
        held = self._by_name[name]
        classes = str(element.get("class") or "").split() if held else []
        return ("#", str(element.get("id") or "")) in held or any((".", c) in held for c in classes)


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
