"""The tree of a page, in which parts built of plain divisions are what their roles say."""

from __future__ import annotations

import lxml.etree
import lxml.html

from kmassist.errors import UnreadableSource

Element = lxml.etree._Element
_ROLES = {
    "table": "table", "grid": "table", "treegrid": "table", "row": "tr", "columnheader": "th", "rowheader": "th",
    "gridcell": "td", "cell": "td", "listitem": "li", "navigation": "nav", "menubar": "nav", "menu": "nav", "tablist": "nav",
    "complementary": "aside", "contentinfo": "footer", "main": "main", "article": "article",
}  # fmt: skip
"""What parts of a page say that they are, where their tags do not: what a program built of plain divisions."""


def parse_page(source: str) -> Element:
    """The tree of a page or of a piece of one.

    Raises:
        UnreadableSource: there is nothing in it.
    """
    parser = lxml.html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    data = source.replace("\x00", "").encode("utf-8", "replace")
    try:
        return _with_roles(lxml.html.document_fromstring(data, parser=parser))
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, AssertionError) as problem:
        raise UnreadableSource(
            "This page has no text in it.", "Check that it is the page you meant.", kind="empty"
        ) from problem


def _with_roles(root: Element) -> Element:
    """The tree in which plain divisions are what their roles say."""
    for element in root.iter("div", "span", "section", "ul"):
        role = str(element.get("role") or "").casefold()
        level = str(element.get("aria-level") or "2")
        if role == "heading":
            element.tag = f"h{level}" if level in "123456" else "h6"
        elif role in _ROLES:
            element.tag = _ROLES[role]
    return root
